"""The live page of the control port, in Debian's Chromium: by keyboard, and as a screen reader has it.

Sources: docs/control.md, "The live page".
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.certs import Certificates
from support.control import ControlPort
from support.modem import REPOSITORY, Modem
from support.patience import START_S
from support.servers import Nginx, Peer, free_port

from .test_control import TOKEN, add_dialled_modem, add_two_sockets, token_file

CHROMIUM = shutil.which("chromium")
NODE = shutil.which("node") or shutil.which("nodejs")
PLAYWRIGHT = Path(os.environ.get("PLAYWRIGHT_FOLDER") or REPOSITORY / "third_party" / "playwright")


def needs_browser() -> None:
    for what, there in [("chromium", CHROMIUM), ("node", NODE), ("playwright-core", (PLAYWRIGHT / "node_modules" / "playwright-core").exists())]:
        if not there:
            pytest.skip(f"{what} is not here; scripts/setup test installs it")


class Typist(threading.Thread):
    def __init__(self, modem: Modem) -> None:
        super().__init__(daemon=True)
        self.ends = False
        self._modem = modem

    def run(self) -> None:
        while not self.ends:
            self._modem.host.write(b"AT+CSQ\r")
            time.sleep(0.2)


def test_a_person_with_a_keyboard(nginx: Callable[..., Nginx], certificates: Certificates, tmp_path: Path) -> None:
    needs_browser()
    port = free_port()
    with Modem("m95", options=["--control", str(port), "--control-token-file", str(token_file(tmp_path))]) as modem, \
            Peer(certificates, certificate="server") as one, Peer(certificates, certificate="server_wrong_name") as two:
        typist = Typist(modem)
        typist.start()
        add_dialled_modem(ControlPort(port, TOKEN), nginx(), tmp_path)
        add_two_sockets(ControlPort(port, TOKEN), one, two, tmp_path)
        played = subprocess.run([NODE, str(Path(__file__).with_name("control_page.mjs")), str(port), TOKEN], capture_output=True, text=True,
                                timeout=4 * START_S, check=False,
                                env={**os.environ, "PLAYWRIGHT_FOLDER": str(PLAYWRIGHT), "CHROMIUM": str(CHROMIUM)})
        typist.ends = True
        typist.join()
    assert played.returncode == 0, played.stderr
    seen = json.loads(played.stdout)
    assert seen["faults"] == []
    assert seen["problems"] == []
    assert len(seen["walked"]) > 25
    assert "socket 1" in seen["sockets"] and "TLS 1.0" in seen["sockets"] and "localhost port" in seen["sockets"]
    refused = seen["sockets"].split("socket 2")[1]
    assert "connection refused" in refused and "certificate" not in refused
    first, second = seen["two"].split("socket 1")
    assert "socket 0" in first and "CN=localhost" in first and "CN=elsewhere.test" not in first
    assert "CN=elsewhere.test" in second and "1 of 1: CN=localhost" not in second and "TLS 1." in second
