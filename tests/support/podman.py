"""podman with runc, in a storage of its own, so that what the user of this machine runs stays as it is."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOT_STARTED = (125, 126)  # podman's own statuses: what was to run has not begun
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/libexec/podman", "/usr/lib/podman"])


class Refused(Exception):
    """podman could not do it; the text is what it says."""

    def __init__(self, command: list[str], status: int, said: str) -> None:
        super().__init__(f"{' '.join(command)}: status {status}\n{said}")
        self.status = status


def missing() -> list[str]:
    """What it takes to play pods and is not here; scripts/packages has it as `pods`."""
    return [name for name in ("podman", "runc", "catatonit") if shutil.which(name, path=PATH) is None]


def limits_file(folder: Path) -> Path:
    """A containers.conf with few descriptors and processes: podman would raise them, which takes a right of its own."""
    limits = [f'"{name}={most}:{most}"' for name, most in (
        ("nofile", min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1])), ("nproc", 4096))]
    path = folder / "containers.conf"
    path.write_text(f"[containers]\ndefault_ulimits = [{', '.join(limits)}]\n")
    return path


class Podman:
    """Its commands, in a folder."""

    def __init__(self, folder: Path) -> None:
        self._command = ["podman", "--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--tmpdir", str(folder / "tmp"),
                         "--storage-driver", "vfs", "--runtime", "runc"]
        self._environment = {**os.environ, "CONTAINERS_CONF": str(limits_file(folder))}

    def __call__(self, *words: str | Path, told: str | None = None) -> str:
        """What it prints; Refused for another status than 0."""
        command = [*self._command, *map(str, words)]
        done = subprocess.run(command, input=told, capture_output=True, text=True, check=False, env=self._environment)
        if done.returncode != 0:
            raise Refused(command, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr


@contextmanager
def own_storage() -> Iterator[Podman]:
    """Everything in it is gone at the end.  The name of the folder is short, as podman wants it."""
    folder = Path(tempfile.mkdtemp(prefix="pods-"))
    podman = Podman(folder)
    try:
        yield podman
    finally:
        for words in (("pod", "rm", "--all", "--force", "--time", "0"), ("rm", "--all", "--force", "--time", "0")):
            podman(*words)
        if os.geteuid() == 0:
            shutil.rmtree(folder)
        else:
            podman("unshare", "rm", "-rf", folder)  # its files are of several users
