"""deploy/kubernetes: its objects by Kubernetes's schemas, and its pods as processes with the same arguments and environment.

No cluster is here.  What a pod gets of it stands in the rendered objects: files of a ConfigMap, an address, an index.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.certs import Certificates
from support.fleet import CrowdServer
from support.modem import program_path
from support.patience import ANSWER_S, EXIT_S

from .pods import (SHARDS, STANDING, TOOLS, Pod, container_of, environment_of, expect_one_fleet, expect_one_verdict,
                   files_of, free_network, needs_kubectl, of_kind, render)

MODELS = TOOLS / "node_modules"
RUNS = {"overlays/smoke": 50, "overlays/10k": 10_000, "overlays/100k": 100_800}
MODEM_KB, PROCESS_KB = 35, 16_000  # docs/scale.md

needs_models = pytest.mark.skipif(not MODELS.exists() or shutil.which("node") is None,
                                  reason="kubernetes-models or Node.js is missing; scripts/fetch-kubernetes fetches the first")


def judge(objects: list[dict[str, Any]]) -> str:
    """What is wrong, a line each."""
    return subprocess.run(["node", str(Path(__file__).parent / "kubernetes_objects.cjs"), str(MODELS)],
                          input=json.dumps(objects), capture_output=True, text=True, check=False, timeout=ANSWER_S).stdout


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
    assert variables["TLSMODEM_SHARD"]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"


@needs_kubectl
@pytest.mark.parametrize("name", [*RUNS, STANDING])
def test_pods_have_no_rights(name: str) -> None:
    [workload] = [found for found in render(name) if found["kind"] in ("Job", "StatefulSet")]
    pod, container = workload["spec"]["template"]["spec"], container_of(workload)
    assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
    assert container["securityContext"] == {
        "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


class ProcessPod(Pod):
    """Its container is a process, and its folders are of a folder of the test."""

    def __init__(self, workload: dict[str, Any], index: int, address: str, folder: Path, files: dict[str, str]) -> None:
        super().__init__(workload, index, address)
        self.folder = folder / f"pod-{index}"
        (self.folder / "state").mkdir(parents=True)
        for name, text in files.items():
            (self.folder / name).write_text(text.replace("/var/lib/tlsmodem", str(self.folder / "state")))
        self._log = (self.folder / "log").open("a")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = [argument.replace("/etc/tlsmodem", str(self.folder)) for argument in self.arguments()]
        self._process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), *arguments], env={**os.environ, **self.environment()},
                                         stdout=subprocess.DEVNULL, stderr=self._log)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        return self._signal(signal.SIGTERM)

    def wait(self) -> int:
        assert self._process is not None
        return self._process.wait(EXIT_S + 2 * ANSWER_S)

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self._log.close()

    def _signal(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self.wait()


@pytest.fixture(name="server")
def a_server(certificates: Certificates) -> Iterator[CrowdServer]:
    with CrowdServer(certificates) as server:
        yield server


def pods_of(stack: ExitStack, name: str, kind: str, folder: Path, server: CrowdServer, modems: int) -> list[ProcessPod]:
    objects, network = render(name), free_network()
    files = files_of(objects, server.port, modems)
    pods = [ProcessPod(of_kind(objects, kind), index, f"{network}.{index + 1}", folder, files) for index in range(SHARDS)]
    for pod in pods:
        stack.callback(pod.close)
        pod.start()
    return pods


@needs_kubectl
def test_four_standing_pods_are_one_fleet(tmp_path: Path, server: CrowdServer) -> None:
    modems = 40
    with ExitStack() as stack:
        pods = pods_of(stack, STANDING, "StatefulSet", tmp_path, server, modems)
        expect_one_fleet(pods, server, tmp_path / "prometheus", modems)
        for pod in pods:
            assert pod.stop() == 0, pod.log()


@needs_kubectl
def test_four_pods_of_a_run_end_with_one_verdict(tmp_path: Path, server: CrowdServer) -> None:
    modems = 48
    with ExitStack() as stack:
        pods = pods_of(stack, "overlays/smoke", "Job", tmp_path, server, modems)
        for pod in pods:
            assert pod.wait() == 0, pod.log()
    expect_one_verdict([pod.folder / f"state/summary-{pod.index}.json" for pod in pods], server, modems)
