"""Packages for other processors, by Debian's cross compilers, and their unit tests under qemu-user."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, UsageError

HEADING = "Packages"
RELEASES, ARCHITECTURES = ("bookworm", "trixie"), ("amd64", "arm64", "armhf")


def run(pairs: Sequence[tuple[str, str]]) -> None:
    failed = []
    for release, architecture in pairs:
        print(f"packages: {release} {architecture}", flush=True)
        commit, started = commit_of(), time.monotonic()
        status, said = built(release, architecture)
        finding = finding_of(status, said)
        add(HEADING, [release, architecture, number(time.monotonic() - started), *tests_of(said), finding], commit)
        if finding != "none":
            failed.append(f"{release} {architecture}")
    if failed:
        raise Failed(f"packages: not built, or a test failed: {', '.join(failed)}")


def built(release: str, architecture: str) -> tuple[int, str]:
    """The status of scripts/package, and what it has said, which is shown, too."""
    said = []
    with subprocess.Popen([REPOSITORY / "scripts" / "package", release, architecture], text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    return process.returncode, "".join(said)


def tests_of(said: str) -> list[str]:
    """How many unit tests passed, of how many; the autopkgtests that did."""
    units = re.findall(r"^\d+% tests passed, (\d+) tests failed out of (\d+)$", said, re.MULTILINE)
    installed = re.findall(r"^(\w+) +PASS\b", said.rpartition("@@@@ summary")[2], re.MULTILINE) if "@@@@ summary" in said else []
    return [f"{int(units[-1][1]) - int(units[-1][0])} of {units[-1][1]}" if units else "", ", ".join(installed)]


def finding_of(status: int, said: str) -> str:
    """What failed: a unit test by its name, a tag of lintian, an autopkgtest."""
    if status == 0:
        return "none"
    for pattern in (r"^\s+\d+ - (\S+) \((?:Failed|Timeout|Subprocess aborted|SEGFAULT|Not Run)", r"^(\w+ +FAIL\b)", r"^([EW]: .*)$"):
        found = re.findall(pattern, said, re.MULTILINE)
        if found:
            return ", ".join(found).replace("|", "/")
    return f"status {status}"


def prepare(words: Sequence[str]) -> Callable[[], None]:
    unknown = [word for word in words if word not in RELEASES + ARCHITECTURES]
    if unknown:
        raise UsageError(f"packages: '{unknown[0]}' is neither a release nor an architecture: "
                         f"{', '.join(RELEASES + ARCHITECTURES)}")
    releases = [word for word in words if word in RELEASES] or RELEASES
    architectures = [word for word in words if word in ARCHITECTURES] or ARCHITECTURES
    return partial(run, [(release, architecture) for release in releases for architecture in architectures])


PART = Part("packages", "packages [RELEASE…] [ARCHITECTURE…]",
            "Debian packages for bookworm and trixie, amd64, arm64 and armhf, each with its tests", prepare)
