"""What the tests of the libraries share: an installed copy, as an embedding program finds it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TLSMODEM_BUILD", ROOT / "build"))
CC = os.environ.get("TLSMODEM_CC", "cc")
CXX = os.environ.get("TLSMODEM_CXX", "c++")
HAS_CXX = shutil.which(CXX) is not None
PROGRAM_S = 600  # for a compiler or a program, on a machine that is busy


def need(thing: str, there: bool) -> None:
    if not there:
        pytest.skip(f"{thing} is not installed")


def run(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, status: int = 0,
        cwd: Path | None = None) -> str:
    """Runs a program to its end and gives back what it said; it must end with `status`."""
    done = subprocess.run([str(word) for word in command], env={**os.environ, **(env or {})}, cwd=cwd,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", timeout=PROGRAM_S, check=False)
    assert done.returncode == status, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


@dataclass(frozen=True)
class Installed:
    """A copy that `cmake --install` made."""

    prefix: Path

    @property
    def include(self) -> Path:
        return self.prefix / "include"

    @property
    def lib(self) -> Path:
        return next(self.prefix.glob("**/libtlsmodem.a")).parent

    @property
    def env(self) -> dict[str, str]:
        """With which compilers, pkg-config and the loader find it."""
        return {"PKG_CONFIG_PATH": str(self.lib / "pkgconfig"), "LD_LIBRARY_PATH": str(self.lib)}

    def flags(self, package: str) -> list[str]:
        return run(["pkg-config", "--cflags", "--libs", package], env=self.env).split()


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Installed for one prefix and then moved to another, where it has to work as well."""
    folder = tmp_path_factory.mktemp("installed")
    run(["cmake", "--install", BUILD, "--prefix", folder / "first"])
    (folder / "first").rename(folder / "moved")
    return Installed(folder / "moved")
