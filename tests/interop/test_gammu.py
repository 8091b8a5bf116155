"""gammu, a program for phones, at a module of each maker: who it is, its network, its messages."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.modem import Modem
from support.patience import ANSWER_S

from .together import Outcomes, together

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


def it_knows_module_and_network(gammu: Gammu) -> None:
    assert "001010123456789" in gammu.run("identify")
    assert "home network" in gammu.run("networkinfo").lower()
    assert "Phone time is" in gammu.run("getdatetime")


def messages(gammu: Gammu) -> None:
    """What it stores it reads again; nobody takes what it sends."""
    assert "SIM" in gammu.run("getsmsfolders")
    gammu.run("savesms", "TEXT", "-unread", "-smscnumber", "+491", "-sender", "+4912", "-text", "a {saved} one")
    assert "a {saved} one" in gammu.run("geteachsms")
    assert "error 21" in gammu.run("sendsms", "TEXT", "+4912", "-smscnumber", "+491", "-text", "hello", status=127)


MODELS = ["he910", "m95", "l610"]
USES = [it_knows_module_and_network, messages]


@pytest.fixture(scope="module", name="outcomes")
def fixture_outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """gammu waits a second here and there."""
    def run(model: str, use: Callable[[Gammu], None]) -> None:
        with Modem(model) as modem:
            use(Gammu(modem, tmp_path_factory.mktemp(f"{model}-{use.__name__}", numbered=False)))

    with together(request, run, len(MODELS) * len(USES)) as outcomes:
        yield outcomes


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_gammu(model: str, use: Callable[[Gammu], None], request: pytest.FixtureRequest, outcomes: Outcomes) -> None:
    del model, use
    outcomes(request).result()
