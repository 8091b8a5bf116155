"""deploy/kubernetes: its objects by Kubernetes's schemas, and its pods as processes with the same arguments and environment.

No cluster is here.  What a pod gets of it stands in the rendered objects: files of a ConfigMap, an address, an index.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.certs import Certificates
from support.fleet import CrowdServer
from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, EXIT_S

from .observe import wait_until
from .test_metrics import Prometheus

FOLDER = REPOSITORY / "deploy/kubernetes"
TOOLS = REPOSITORY / "third_party/kubernetes"
UNPACKED = TOOLS / "usr/bin/kubectl"
KUBECTL = str(UNPACKED) if UNPACKED.exists() else shutil.which("kubectl")
MODELS = TOOLS / "node_modules"
RUNS = {"overlays/smoke": 50, "overlays/10k": 10_000, "overlays/100k": 100_800}
STANDING = "standing"
SHARDS = 4
INDEX_LABEL = "metadata.labels['apps.kubernetes.io/pod-index']"
MODEM_KB, PROCESS_KB = 35, 16_000  # docs/scale.md

needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="there is no kubectl; scripts/fetch-kubernetes fetches it")
needs_models = pytest.mark.skipif(not MODELS.exists() or shutil.which("node") is None,
                                  reason="kubernetes-models or Node.js is missing; scripts/fetch-kubernetes fetches the first")


def render(name: str) -> list[dict[str, Any]]:
    assert KUBECTL is not None
    text = subprocess.run([KUBECTL, "kustomize", str(FOLDER / name)], capture_output=True, text=True, check=True).stdout
    return list(yaml.safe_load_all(text))


def of_kind(objects: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    [found] = [found for found in objects if found["kind"] == kind]
    return found


def judge(objects: list[dict[str, Any]]) -> str:
    """What is wrong, a line each."""
    return subprocess.run(["node", str(Path(__file__).parent / "kubernetes_objects.cjs"), str(MODELS)],
                          input=json.dumps(objects), capture_output=True, text=True, check=False, timeout=ANSWER_S).stdout


def container_of(workload: dict[str, Any]) -> dict[str, Any]:
    [container] = workload["spec"]["template"]["spec"]["containers"]
    return container


def environment_of(container: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in container["env"]}


@needs_kubectl
@needs_models
@pytest.mark.parametrize("name", [*RUNS, STANDING])
def test_objects_are_kubernetes_s(name: str) -> None:
    assert judge(render(name)) == ""


@needs_kubectl
@needs_models
def test_a_wrong_object_is_found() -> None:
    objects = render("overlays/smoke")
    job = of_kind(objects, "Job")
    job["spec"]["backofLimit"] = job["spec"].pop("backoffLimit")
    container_of(job)["securityContext"]["readOnlyRootFilesystem"] = "yes"
    del container_of(job)["ports"][0]["containerPort"]
    wrong = judge(objects)
    assert "spec: must NOT have additional properties: backofLimit" in wrong
    assert "readOnlyRootFilesystem: must be boolean" in wrong
    assert "must have required property 'containerPort'" in wrong


@needs_kubectl
@pytest.mark.parametrize(("name", "modems"), RUNS.items())
def test_a_run_has_its_shards_thrice(name: str, modems: int) -> None:
    """Memory is asked for as docs/scale.md says, and everything refers to what is there."""
    objects = render(name)
    spec = of_kind(objects, "Job")["spec"]
    shards = spec["completions"]
    container = container_of({"spec": spec})
    assert spec["completionMode"] == "Indexed" and spec["backoffLimit"] == 0 and spec["parallelism"] == shards
    assert environment_of(container)["TLSMODEM_SHARDS"]["value"] == str(shards)
    files = of_kind(objects, "ConfigMap")
    assert f"count: {modems}\n" in files["data"]["fleet.yaml"]
    assert files["metadata"]["name"] in json.dumps(spec["template"]["spec"]["volumes"])
    asked = int(container["resources"]["requests"]["memory"].removesuffix("Mi")) * 1024
    needed = PROCESS_KB + MODEM_KB * modems / shards
    assert needed <= asked <= 2 * needed


@needs_kubectl
def test_standing_shards_are_its_replicas() -> None:
    spec = of_kind(render(STANDING), "StatefulSet")["spec"]
    variables = environment_of(container_of({"spec": spec}))
    assert variables["TLSMODEM_SHARDS"]["value"] == str(spec["replicas"])
    assert variables["TLSMODEM_SHARD"]["valueFrom"]["fieldRef"]["fieldPath"] == INDEX_LABEL


@needs_kubectl
@pytest.mark.parametrize("name", [*RUNS, STANDING])
def test_pods_have_no_rights(name: str) -> None:
    [workload] = [found for found in render(name) if found["kind"] in ("Job", "StatefulSet")]
    pod, container = workload["spec"]["template"]["spec"], container_of(workload)
    assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


class Pod:
    """The container of a workload, as a process."""

    def __init__(self, objects: list[dict[str, Any]], kind: str, index: int, folder: Path, address: str, port: int, modems: int) -> None:
        self.index, self.address = index, address
        self.folder = folder / f"pod-{index}"
        self.folder.mkdir()
        (self.folder / "state").mkdir()
        self._container = container_of(of_kind(objects, kind))
        for name, text in of_kind(objects, "ConfigMap")["data"].items():
            text = text.replace("/var/lib/tlsmodem", str(self.folder / "state")).replace('"8883"', f'"{port}"')
            (self.folder / name).write_text(re.sub(r"count: \d+", f"count: {modems}", text))
        self._log = (self.folder / "log").open("a")
        self._process: subprocess.Popen[bytes] | None = None

    def _environment(self) -> dict[str, str]:
        fields = {"status.podIP": self.address, INDEX_LABEL: str(self.index)}
        variables = {name: entry["value"] if "value" in entry else fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
                     for name, entry in environment_of(self._container).items()}
        variables["TLSMODEM_SHARDS"] = str(SHARDS)
        if "TLSMODEM_SHARD" not in variables:
            variables["JOB_COMPLETION_INDEX"] = str(self.index)  # as Kubernetes sets it in an indexed Job
        return variables

    def start(self) -> None:
        variables = self._environment()
        arguments = [re.sub(r"\$\((\w+)\)", lambda found: variables[found[1]], argument).replace("/etc/tlsmodem", str(self.folder))
                     for argument in self._container["args"]]
        self._process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), *arguments], env={**os.environ, **variables},
                                         stdout=subprocess.DEVNULL, stderr=self._log)

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

    def signal(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(EXIT_S + 2 * ANSWER_S)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGKILL)
        self._log.close()

    def log(self) -> str:
        return (self.folder / "log").read_text()


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


@pytest.fixture(name="server")
def a_server(certificates: Certificates) -> Iterator[CrowdServer]:
    with CrowdServer(certificates) as server:
        yield server


def pods_of(stack: ExitStack, name: str, kind: str, folder: Path, server: CrowdServer, modems: int) -> list[Pod]:
    objects, network = render(name), free_network()
    pods = [Pod(objects, kind, index, folder, f"{network}.{index + 1}", server.port, modems) for index in range(SHARDS)]
    for pod in pods:
        stack.callback(pod.close)
        pod.start()
    return pods


def imei(number: int) -> str:
    """Of modem `number`: the file's TAC, six digits, and the check digit of 3GPP TS 23.003, annex B."""
    digits = f"35794102{number:06}"
    doubled = "".join(str(int(digit) * (1 + i % 2)) for i, digit in enumerate(digits))
    return digits + str(-sum(map(int, doubled)) % 10)


def heard(server: CrowdServer) -> list[str]:
    return [line.split()[0] for line in list(server.heard)]


@needs_kubectl
def test_four_standing_pods_are_one_fleet(tmp_path: Path, server: CrowdServer) -> None:
    modems = 40
    with ExitStack() as stack:
        pods = pods_of(stack, STANDING, "StatefulSet", tmp_path, server, modems)
        for pod in pods:
            wait_until(pod.is_ready, f"pod {pod.index}: {pod.log()}", ANSWER_S)
        server.wait_for(modems)
        assert sorted(heard(server)) == [imei(number) for number in range(modems)], "disjoint and complete"
        (tmp_path / "prometheus").mkdir()
        prometheus = stack.enter_context(Prometheus(tmp_path / "prometheus", *(pod.place() for pod in pods)))
        wait_until(lambda: prometheus.query('sum(tlsmodem_handshakes_total{outcome="done"})') == [modems], "the sum of handshakes", ANSWER_S)
        wait_until(lambda: prometheus.query("sum(tlsmodem_modems)") == [modems], "the sum of modems", ANSWER_S)
        lost = pods[2]
        lost.signal(signal.SIGKILL)
        lost.start()
        again = [imei(number) for number in range(modems) if number % SHARDS == lost.index]
        wait_until(lambda: all(heard(server).count(one) >= 2 for one in again), "the same modems, back", ANSWER_S)
        assert set(heard(server)) == {imei(number) for number in range(modems)}
        for pod in pods:
            assert pod.signal(signal.SIGTERM) == 0, pod.log()


@needs_kubectl
def test_four_pods_of_a_run_end_with_one_verdict(tmp_path: Path, server: CrowdServer) -> None:
    modems = 48
    with ExitStack() as stack:
        pods = pods_of(stack, "overlays/smoke", "Job", tmp_path, server, modems)
        for pod in pods:
            assert pod.wait() == 0, pod.log()
    assert sorted(set(heard(server))) == [imei(number) for number in range(modems)]
    assert len(server.heard) == 3 * modems, "as often as the transcript says"
    report = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "report", *(str(pod.folder / f"state/summary-{pod.index}.json") for pod in pods),
                             "--fail-if", "errors > 0", "--fail-if", "missing > 0", "--fail-if", f"count(dial) < {modems}"],
                            capture_output=True, text=True, check=False)
    assert report.returncode == 0, report.stdout + report.stderr
    assert f"{modems} modems, {SHARDS} of {SHARDS} shards" in report.stdout
