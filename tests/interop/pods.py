"""The objects of deploy/kubernetes, and pods of them: what they get of Kubernetes does not depend on what runs them."""

from __future__ import annotations

import random
import re
import shutil
import socket
import subprocess
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.fleet import CrowdServer
from support.modem import REPOSITORY
from support.patience import ANSWER_S
from support.program import run_program

from .observe import wait_until
from .test_metrics import Prometheus

FOLDER = REPOSITORY / "deploy/kubernetes"
TOOLS = REPOSITORY / "third_party/kubernetes"
UNPACKED = TOOLS / "usr/bin/kubectl"
KUBECTL = str(UNPACKED) if UNPACKED.exists() else shutil.which("kubectl")
STANDING = "standing"
SHARDS = 4

needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="there is no kubectl; scripts/fetch-kubernetes fetches it")


def render(name: str) -> list[dict[str, Any]]:
    assert KUBECTL is not None
    text = subprocess.run([KUBECTL, "kustomize", str(FOLDER / name)], capture_output=True, text=True, check=True).stdout
    return list(yaml.safe_load_all(text))


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    [found] = [found for found in objects if found["kind"] == kind]
    return found


def container_of(workload: dict[str, Any]) -> dict[str, Any]:
    [container] = workload["spec"]["template"]["spec"]["containers"]
    return container


def environment_of(container: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in container["env"]}


def files_of(objects: list[dict[str, Any]], port: int, modems: int) -> dict[str, str]:
    """Of the ConfigMap, for a server at `port` and so many modems."""
    return {name: re.sub(r"count: \d+", f"count: {modems}", text.replace('"8883"', f'"{port}"'))
            for name, text in of_kind(objects, "ConfigMap")["data"].items()}


class Pod(ABC):
    """A pod of a workload with SHARDS of them."""

    def __init__(self, workload: dict[str, Any], index: int, address: str) -> None:
        self.workload, self.index, self.address = workload, index, address
        self._container = container_of(workload)

    @abstractmethod
    def start(self) -> None:
        """Also after kill(): as the one that Kubernetes puts in its place."""

    @abstractmethod
    def kill(self) -> None:
        """It is gone at once."""

    @abstractmethod
    def stop(self) -> int:
        """Asked to end, as Kubernetes asks; its exit status."""

    @abstractmethod
    def wait(self) -> int:
        """Until it ends by itself; its exit status."""

    @abstractmethod
    def log(self) -> str:
        """What it has said."""

    def environment(self) -> dict[str, str]:
        fields = {"status.podIP": self.address, "metadata.name": f"{self.workload['metadata']['name']}-{self.index}"}
        variables = {name: entry["value"] if "value" in entry else fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
                     for name, entry in environment_of(self._container).items()}
        variables["TLSMODEM_SHARDS"] = str(SHARDS)
        if "TLSMODEM_SHARD" not in variables:
            variables["JOB_COMPLETION_INDEX"] = str(self.index)  # as Kubernetes sets it in an indexed Job
        return variables

    def arguments(self) -> list[str]:
        variables = self.environment()
        return [re.sub(r"\$\((\w+)\)", lambda found: variables[found[1]], argument) for argument in self._container["args"]]

    def is_ready(self) -> bool:
        """By its own probe."""
        probe = self._container["readinessProbe"]["httpGet"]
        try:
            with urllib.request.urlopen(f"http://{self.place()}{probe['path']}", timeout=ANSWER_S) as answer:
                return answer.status == 200
        except OSError:
            return False

    def place(self) -> str:
        [port] = [port["containerPort"] for port in self._container["ports"] if port["name"] == "metrics"]
        return f"{self.address}:{port}"


def free_network() -> str:
    """The first three numbers of loopback addresses at which nobody listens on the pods' port."""
    while True:
        network = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}"
        try:
            for index in range(SHARDS):
                with socket.create_server((f"{network}.{index + 1}", 9420)):
                    pass
            return network
        except OSError:
            continue


def imei(number: int) -> str:
    """Of modem `number`: the file's TAC, six digits, and the check digit of 3GPP TS 23.003, annex B."""
    digits = f"35794102{number:06}"
    doubled = "".join(str(int(digit) * (1 + i % 2)) for i, digit in enumerate(digits))
    return digits + str(-sum(map(int, doubled)) % 10)


def expect_one_fleet(pods: Sequence[Pod], server: CrowdServer, folder: Path, modems: int) -> None:
    """The pods have started and their modems stay connected: identities are disjoint and complete, Prometheus counts what the server counts,
    and a pod that is killed comes back as the same modems."""
    everyone = {imei(number) for number in range(modems)}
    for pod in pods:
        wait_until(pod.is_ready, lambda pod=pod: f"pod {pod.index}: {pod.log()}", ANSWER_S)
    server.wait_for(modems)
    wait_until(lambda: who(server) == everyone, "every modem has spoken", ANSWER_S)
    assert server.sessions == modems, "each has one session, and none is two modems'"
    folder.mkdir()
    with Prometheus(folder, *(pod.place() for pod in pods)) as prometheus:
        wait_until(lambda: prometheus.query('sum(tlsmodem_handshakes_total{outcome="done"})') == [server.sessions],
                   "the sum of handshakes is the server's", ANSWER_S)
        wait_until(lambda: prometheus.query("sum(tlsmodem_modems)") == [modems], "the sum of modems", ANSWER_S)
        lost = pods[2]
        lost.kill()
        before = len(server.heard)
        lost.start()
        again = {imei(number) for number in range(modems) if number % SHARDS == lost.index}
        wait_until(lambda: server.sessions == modems + len(again), lambda: f"the modems of pod {lost.index} are back: {lost.log()}", ANSWER_S)
        wait_until(lambda: again <= who(server, before), "they are the same modems", ANSWER_S)
    assert who(server) == everyone


def who(server: CrowdServer, first: int = 0) -> set[str]:
    """The IMEIs that the server has heard, from line `first` on."""
    return {line.split()[0] for line in list(server.heard)[first:]}


def expect_one_verdict(summaries: Sequence[Path], server: CrowdServer, modems: int) -> None:
    """The pods of a run have ended: every modem has said its three readings, and `report` adds the shards up."""
    assert who(server) == {imei(number) for number in range(modems)}
    assert len(server.heard) == 3 * modems, "as often as the transcript says"
    report = run_program("report", *summaries, "--fail-if", "errors > 0", "--fail-if", "missing > 0", "--fail-if",
                         f"count(dial) < {modems}")
    assert report.returncode == 0, report.stdout + report.stderr
    assert f"{modems} modems, {SHARDS} of {SHARDS} shards" in report.stdout
