"""README's two commands on a fresh Debian: a root by mmdebstrap, the tree as git has it, scripts/demo and scripts/test there.

Wants to be root: chroot and mounts of their own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, UsageError

HEADING = "README's commands on a fresh Debian"
RELEASES = ("bookworm", "trixie")
LOG = REPOSITORY / "build" / "readme"
# A machine has them; git and certificates are how the tree came there.
PACKAGES = "git,ca-certificates,procps"
INSIDE = "cd /root/tlsmodem && export HOME=/root && ./scripts/demo && ./scripts/test"
MOUNTED = """mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount -t sysfs sys "$1/sys" && \
mount -t tmpfs run "$1/run" && exec chroot "$1" sh -c "$2" """


def done(what: str, *words: str | Path, **environment: str) -> None:
    if subprocess.run(list(map(str, words)), env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                      check=False).returncode != 0:
        raise Failed(f"readme: {what} failed")


def version(root: Path, package: str) -> str:
    said = subprocess.run(["chroot", str(root), "dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True,
                          check=False).stdout
    return said or "none"


def play(release: str, root: Path) -> None:
    commit = commit_of()
    done("mmdebstrap", "mmdebstrap", "--variant=apt", "--dpkgopt=force-unsafe-io", f"--include={PACKAGES}", release, root,
         DEBIAN_FRONTEND="noninteractive")
    done("git clone", "git", "clone", "-q", REPOSITORY, root / "root" / "tlsmodem")
    for name in ("resolv.conf", "hosts"):
        shutil.copy(Path("/etc") / name, root / "etc" / name)
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / f"{release}.log"
    begun = time.monotonic()
    with log.open("w") as out:
        status = subprocess.run(["unshare", "--mount", "sh", "-c", MOUNTED, "sh", str(root), INSIDE], stdin=subprocess.DEVNULL,
                                stdout=out, stderr=subprocess.STDOUT, check=False,
                                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}).returncode
    said = log.read_text(errors="replace")
    tests = re.search(r"(\d+) tests failed out of (\d+)", said)
    if tests is None:
        raise Failed(f"readme: no test was run on {release}, status {status}; {log} says why")
    left_out = said.partition("Left out on this machine:\n")[2].count("\n")
    add(HEADING, [release, version(root, "gcc").split(":")[-1], version(root, "libgnutls30t64" if release != "bookworm"
                                                                        else "libgnutls30"),
                  tests[2], tests[1], number(left_out), number(time.monotonic() - begun)], commit)
    if status != 0:
        raise Failed(f"readme: failed on {release}; {log} says what")


def run(releases: Sequence[str]) -> None:
    if os.geteuid() != 0:
        raise Failed("readme: chroot and mounts want root")
    for release in releases:
        folder = tempfile.mkdtemp(prefix="tlsmodem-readme.")
        try:
            play(release, Path(folder) / "root")
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # the mounts went with who made them


def prepare(words: Sequence[str]) -> Callable[[], None]:
    unknown = [word for word in words if word not in RELEASES]
    if unknown:
        raise UsageError(f"readme: '{unknown[0]}' is no release: {', '.join(RELEASES)}")
    return partial(run, list(words) or RELEASES)


PART = Part("readme", "readme [RELEASE…]", "README's two commands, in fresh roots of Debian 12 (bookworm) and 13 (trixie)", prepare)
