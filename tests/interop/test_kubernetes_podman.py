"""The image of `make image` in containers: as its user starts it, and as pods of deploy/kubernetes.

podman with runc plays the pod template of the rendered Job with indices 0 to 3.  What it has no cluster for is put in by hand: the
pod's address is one of the loopback's, the network is the machine's, the probes are asked from here.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.certs import Certificates
from support.fleet import CrowdServer
from support.modem import REPOSITORY, program_path
from support.podman import NOT_STARTED, Podman, Refused, missing, own_storage

from .pods import (SHARDS, STANDING, Pod, expect_one_fleet, expect_one_verdict, files_of, free_network, needs_kubectl, of_kind, render)

MADE = REPOSITORY / "build/image/tlsmodem.tar"
RUN = "overlays/smoke"
STATE = "/var/lib/tlsmodem"
AS_A_POD = ("--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges", "--network", "host")


def archive() -> Path:
    """The one that TLSMODEM_IMAGE names, or that make image has made of this program."""
    if given := os.environ.get("TLSMODEM_IMAGE"):
        return Path(given)
    program = Path(program_path("tlsmodem", "TLSMODEM"))
    if not MADE.exists() or MADE.stat().st_mtime < program.stat().st_mtime:
        pytest.skip("there is no image of this program; make image makes it, ./scripts/long pods does so and runs this")
    return MADE


@pytest.fixture(name="podman", scope="module")
def a_podman() -> Iterator[Podman]:
    image = archive()
    if lacking := missing():
        pytest.skip(f"{', '.join(lacking)}: not here; scripts/setup pods installs what is needed")
    with own_storage() as podman:
        try:
            podman("load", "-q", "-i", image)
            podman("run", "--rm", *AS_A_POD, image_name(), "--version")
        except Refused as why:
            if why.status not in NOT_STARTED:
                raise
            pytest.skip(f"this machine does not let podman start a container: {why}")
        yield podman


def image_name() -> str:
    [container] = of_kind(render(RUN), "Job")["spec"]["template"]["spec"]["containers"]
    return str(container["image"])


class PodmanPod(Pod):
    """Played by podman; its state is a volume of podman's."""

    def __init__(self, podman: Podman, workload: dict[str, Any], index: int, address: str, config_map: dict[str, Any]) -> None:
        super().__init__(workload, index, address)
        self._podman, self._config_map, self._name = podman, config_map, f"pod-{index}"
        [container] = workload["spec"]["template"]["spec"]["containers"]
        self._container_name = f"{self._name}-{container['name']}"

    def start(self) -> None:
        self._podman("play", "kube", "-", told="---\n".join(json.dumps(one) + "\n" for one in (self._config_map, self._manifest())))

    def kill(self) -> None:
        self._podman("kill", "--signal", "KILL", self._container_name)
        self.wait()
        self._podman("pod", "rm", "--force", self._name)  # its empty directory goes with it

    def stop(self) -> int:
        self._podman("kill", "--signal", "TERM", self._container_name)
        return self.wait()

    def wait(self) -> int:
        return int(self._podman("wait", self._container_name))

    def log(self) -> str:
        return self._podman("logs", self._container_name)

    def state(self) -> Path:
        return Path(self._podman("volume", "inspect", "--format", "{{.Mountpoint}}", self._volume("state")).strip())

    def remove(self) -> None:
        self._podman("pod", "rm", "--force", "--ignore", "--time", "0", self._name)

    def _volume(self, name: str) -> str:
        return f"{name}-{self.index}"

    def _manifest(self) -> dict[str, Any]:
        """The template as a Pod.  podman 4.3 puts no variables into arguments, has no ports beside the machine's network, would run curl in
        the container for a probe, and calls an empty directory by its name alone."""
        spec = copy.deepcopy(self.workload["spec"]["template"]["spec"])
        [container] = spec["containers"]
        for key in ("ports", "readinessProbe", "livenessProbe"):
            del container[key]
        container |= {"imagePullPolicy": "Never", "args": self.arguments(),
                      "env": [{"name": name, "value": value} for name, value in self.environment().items()]}
        for entry in (entry for entry in [*spec["volumes"], *container["volumeMounts"]] if entry["name"] == "state"):
            entry["name"] = self._volume("state")
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": self._name, "labels": {"app": self._name}},
                "spec": spec | {"hostNetwork": True}}


def play(stack: ExitStack, podman: Podman, files: dict[str, str]) -> list[PodmanPod]:
    """The Job's four, with these files."""
    objects, network = render(RUN), free_network()
    config_map = of_kind(objects, "ConfigMap") | {"data": files}
    pods = [PodmanPod(podman, of_kind(objects, "Job"), index, f"{network}.{index + 1}", config_map) for index in range(SHARDS)]
    stack.callback(podman, "volume", "rm", "--force", config_map["metadata"]["name"])
    for pod in pods:
        stack.callback(pod.remove)
        pod.start()
    return pods


def test_it_begins_without_further_words(podman: Podman) -> None:
    """Its state has a place with a read-only root, and without one of the user's; time zones have names."""
    said = podman("run", "--rm", "-i", *AS_A_POD, "--env", "TZ=Asia/Tokyo", image_name(), "--module", "he910", "--stdio",
                  told="ATE0\rATS12=77;&W\rAT+CCLK?\r")
    assert said.count("OK") == 3 and '+36"' in said, said


def test_a_volume_makes_the_next_container_the_same_modem(podman: Podman) -> None:
    one = ("run", "--rm", "-i", *AS_A_POD, "--volume", f"meter:{STATE}", image_name(), "--module", "he910", "--stdio")
    podman(*one, told="ATE0\rATS12=77;&W\r")
    assert "077" in podman(*one, told="ATE0\rATS12?\r")


def test_it_is_no_root(podman: Podman) -> None:
    assert podman("image", "inspect", "--format", "{{.User}}", image_name()).strip() == "65532:65532"


@needs_kubectl
def test_the_jobs_pods_are_one_fleet(podman: Podman, certificates: Certificates, tmp_path: Path) -> None:
    """With the files of a fleet that stands, whose modems stay connected."""
    modems = 40
    with ExitStack() as stack:
        server = stack.enter_context(CrowdServer(certificates))
        pods = play(stack, podman, files_of(render(STANDING), server.port, modems))
        expect_one_fleet(pods, server, tmp_path / "prometheus", modems)
        for pod in pods:
            assert pod.stop() == 0, pod.log()


@needs_kubectl
def test_the_jobs_pods_end_with_one_verdict(podman: Podman, certificates: Certificates, tmp_path: Path) -> None:
    modems = 48
    with ExitStack() as stack:
        server = stack.enter_context(CrowdServer(certificates))
        pods = play(stack, podman, files_of(render(RUN), server.port, modems))
        for pod in pods:
            assert pod.wait() == 0, pod.log()
        summaries = [tmp_path / f"summary-{pod.index}.json" for pod in pods]
        for pod, summary in zip(pods, summaries, strict=True):
            summary.write_bytes((pod.state() / summary.name).read_bytes())
        expect_one_verdict(summaries, server, modems)
