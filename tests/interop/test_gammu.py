"""gammu, a program for phones, at a module of each maker: who it is, its network, its messages."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.modem import Modem
from support.patience import ANSWER_S

pytestmark = pytest.mark.skipif(shutil.which("gammu") is None, reason="needs gammu (scripts/setup test)")


class Gammu:
    """One command after the other, on the module's pseudo-terminal."""

    def __init__(self, modem: Modem, folder: Path) -> None:
        self._settings = folder / "gammurc"
        self._settings.write_text(f"[gammu]\ndevice={modem.pty_path}\nconnection=at\n")

    def run(self, *words: str, status: int = 0) -> str:
        done = subprocess.run(["gammu", "-c", str(self._settings), *words], capture_output=True, text=True,
                              timeout=10 * ANSWER_S, check=False)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.fixture(params=["he910", "m95", "l610"])
def gammu(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gammu]:
    with Modem(request.param) as modem:
        yield Gammu(modem, tmp_path)


def test_it_knows_module_and_network(gammu: Gammu) -> None:
    assert "001010123456789" in gammu.run("identify")
    assert "home network" in gammu.run("networkinfo").lower()
    assert "Phone time is" in gammu.run("getdatetime")


def test_messages(gammu: Gammu) -> None:
    """What it stores it reads again; nobody takes what it sends."""
    assert "SIM" in gammu.run("getsmsfolders")
    gammu.run("savesms", "TEXT", "-unread", "-smscnumber", "+491", "-sender", "+4912", "-text", "a {saved} one")
    assert "a {saved} one" in gammu.run("geteachsms")
    assert "error 21" in gammu.run("sendsms", "TEXT", "+4912", "-smscnumber", "+491", "-text", "hello", status=127)
