"""Packages for other processors, by Debian's cross compilers, and their unit tests under qemu-user."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from functools import partial

from .part import REPOSITORY, Failed, Part, UsageError

RELEASES, ARCHITECTURES = ("bookworm", "trixie"), ("amd64", "arm64", "armhf")


def run(pairs: Sequence[tuple[str, str]]) -> None:
    failed = []
    for release, architecture in pairs:
        print(f"packages: {release} {architecture}", flush=True)
        if subprocess.run([REPOSITORY / "scripts" / "package", release, architecture], check=False).returncode != 0:
            failed.append(f"{release} {architecture}")
    if failed:
        raise Failed(f"packages: not built, or a test failed: {', '.join(failed)}")


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
