"""The image that scripts/image makes, played as pods of deploy/kubernetes by podman: tests/interop/test_kubernetes_podman.py,
which the suite runs too where an image of its program is there."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, UsageError, build

HEADING = "Pods of the image"
TEST = "interop/test_kubernetes_podman.py"
IMAGE = REPOSITORY / "build/image/tlsmodem.tar"


def version(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d[\w.+~-]*", said)
    return found[0] if found else "unknown"


def run_part() -> None:
    program = build("build", ["build", "test", "image", "pods"]) / "tlsmodem"
    commit = commit_of()
    if subprocess.run([REPOSITORY / "scripts/image"], check=False).returncode != 0:
        raise Failed("pods: scripts/image failed")
    begun = time.monotonic()
    ended = subprocess.run(["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", TEST], check=False,
                           cwd=REPOSITORY / "tests", stdout=subprocess.PIPE, text=True,
                           env={**os.environ, "TLSMODEM": str(program), "TLSMODEM_IMAGE": str(IMAGE)})
    print(ended.stdout, end="", flush=True)
    if ended.returncode == 0 and "SKIPPED" in ended.stdout:
        print("pods: skipped, as this machine does not let it be tried", flush=True)
        return
    add(HEADING, [version("podman"), version("runc"), number(IMAGE.stat().st_size / 1000), number(time.monotonic() - begun),
                  "none" if ended.returncode == 0 else "failed"], commit)
    if ended.returncode != 0:
        raise Failed("pods: the test has failed")


def prepare(words: Sequence[str]) -> Callable[[], None]:
    if words:
        raise UsageError(f"pods: '{words[0]}' is too much; it takes nothing")
    return run_part


PART = Part("pods", "pods", "the container image, and the pods of a run on Kubernetes, played by podman", prepare)
