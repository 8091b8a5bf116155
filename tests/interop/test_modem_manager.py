"""ModemManager with the plugin of each maker: finds the module, registers, reads, and lets go."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.modem import Modem
from support.patience import ANSWER_S, START_S

from .together import Outcomes, together

LOOK_EVERY_S = 0.2  # each look is a program of its own
NAMESPACE = ["unshare", "--mount", "--propagation", "private"]


def can_run() -> bool:
    return all(shutil.which(name) for name in ("ModemManager", "mmcli", "dbus-daemon", "unshare")) and \
        subprocess.run([*NAMESPACE, "mount", "-t", "tmpfs", "none", "/sys"], capture_output=True,
                       check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_run(), reason="needs ModemManager (scripts/setup test) and a mount namespace")


class Manager:
    def __init__(self, modem: Modem, numbers: tuple[str, str, str], folder: Path) -> None:
        self._log = folder / "modem-manager.log"
        self._process = subprocess.Popen(
            [*NAMESPACE, sys.executable, "-B", str(Path(__file__).with_name("usb_world.py")), str(modem.pty_path),
             *numbers, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words: str) -> tuple[int, str, str]:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        status, out, errors = json.loads(self._process.stdout.readline())
        return status, out, errors

    def tell(self, *words: str) -> str:
        status, out, errors = self.ask(*words)
        assert status == 0, f"{words}: {errors}\n{self._log.read_text(errors='replace')[-4000:]}"
        return out

    def modem(self) -> dict[str, dict[str, object]]:
        shown: dict[str, dict[str, object]] = json.loads(self.tell("-m", "any", "-J"))["modem"]
        return shown

    def wait_until(self, seconds: float, *fields: str, value: str) -> None:
        """Until this field of the modem, of which there may be none yet, has this value."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status, out, _ = self.ask("-m", "any", "-J")
            part = json.loads(out)["modem"] if status == 0 else {}
            for field in fields:
                part = part.get(field, {}) if isinstance(part, dict) else {}
            if part == value:
                return
            time.sleep(LOOK_EVERY_S)
        raise AssertionError(f"{fields} never was {value}\n{self._log.read_text(errors='replace')[-4000:]}")

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(ANSWER_S)


def is_found_registers_and_is_let_go(manager: Manager, plugin: str) -> None:
    manager.wait_until(START_S, "generic", "state", value="disabled")
    shown = manager.modem()
    assert shown["generic"]["plugin"] == plugin
    manager.tell("-m", "any", "--enable")
    manager.wait_until(START_S, "generic", "state", value="registered")
    shown = manager.modem()
    assert shown["3gpp"]["registration-state"] == "home"
    assert shown["3gpp"]["operator-name"] == "Test Network"
    assert manager.tell("-m", "any", "--messaging-list-sms").strip() == "No sms messages were found"
    manager.tell("-m", "any", "--messaging-create-sms=text='hello',number='+4912'")
    manager.tell("-m", "any", "--disable")
    manager.wait_until(START_S, "generic", "state", value="disabled")


MODELS = [("he910", "telit", ("1bc7", "0021", "00")), ("m95", "quectel", ("2c7c", "0125", "02")),
          ("l610", "fibocom", ("2cb7", "0a05", "02"))]


@pytest.fixture(scope="module", name="outcomes")
def fixture_outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """ModemManager has many waits of its own; each has a world of its own, too."""
    def run(model: str, plugin: str, numbers: tuple[str, str, str]) -> None:
        with Modem(model) as modem:
            manager = Manager(modem, numbers, tmp_path_factory.mktemp(model, numbered=False))
            try:
                is_found_registers_and_is_let_go(manager, plugin)
            finally:
                manager.close()

    with together(request, run, len(MODELS)) as outcomes:
        yield outcomes


@pytest.mark.parametrize(("model", "plugin", "numbers"), MODELS, ids=[model for model, _, _ in MODELS])
def test_it_is_found_registers_and_is_let_go(model: str, plugin: str, numbers: tuple[str, str, str], outcomes: Outcomes,
                                             request: pytest.FixtureRequest) -> None:
    del model, plugin, numbers
    outcomes(request).result()
