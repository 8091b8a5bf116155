"""gsm0710muxd, a multiplexer of others, as the host: it multiplexes the port and gives a terminal for each DLCI."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.modem import REPOSITORY, Modem
from support.patience import ANSWER_S, EXIT_S, POLL_S
from support.ready import read_ready, write_ready

PLACE = REPOSITORY / "third_party/gsm0710muxd"
PROGRAM = next((path for path in (Path("/usr/sbin/gsm0710muxd"), PLACE / "usr/sbin/gsm0710muxd") if path.exists()), None)
LIBRARIES = next(iter(PLACE.glob("usr/lib/*/libdbus-glib-1.so.2")), Path("/usr/lib/x")).parent

pytestmark = pytest.mark.skipif(PROGRAM is None or shutil.which("dbus-daemon") is None,
                                reason="no gsm0710muxd (scripts/fetch-servers), or no dbus-daemon")

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><policy context="default">
<allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
"""


class Terminal:
    """One of the muxer's: a pseudo-terminal."""

    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._fd)

    def ask(self, line: str, end: bytes = b"\r\nOK\r\n") -> bytes:
        os.write(self._fd, line.encode() + b"\r")
        return self.until(end)

    def write(self, data: bytes) -> None:
        while data:
            assert select.select([], [self._fd], [], ANSWER_S)[1]
            data = data[write_ready(self._fd, data):]

    def until(self, end: bytes) -> bytes:
        said, deadline = b"", time.monotonic() + ANSWER_S
        while end not in said:
            assert time.monotonic() < deadline, said
            if select.select([self._fd], [], [], POLL_S)[0]:
                said += read_ready(self._fd)
        return said

    def close(self) -> None:
        os.close(self._fd)


class Muxer:
    """The daemon on a bus of its own."""

    def __init__(self, folder: Path, port: Path, *options: str) -> None:
        self._address = f"unix:path={folder}/bus"
        (folder / "bus.conf").write_text(BUS.format(path=folder / "bus"))
        self._environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self._address, "LD_LIBRARY_PATH": str(LIBRARIES)}
        self._bus = subprocess.Popen(["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork"])
        self._wait(lambda: (folder / "bus").exists(), "a bus")
        self._log = (folder / "muxd.log").open("wb")
        assert PROGRAM is not None
        self._daemon = subprocess.Popen([PROGRAM, "-s", str(port.resolve()), "-v", "-v", *options],
                                        env=self._environment, stdout=self._log, stderr=self._log)
        self._wait(lambda: self._call("GetPower", "string:x")[0] == 0, "the daemon on the bus")

    @staticmethod
    def _wait(come: object, what: str) -> None:
        deadline = time.monotonic() + ANSWER_S
        while not come():  # type: ignore[operator]
            assert time.monotonic() < deadline, f"no {what}"
            time.sleep(POLL_S)

    def _call(self, method: str, *words: str) -> tuple[int, str]:
        done = subprocess.run(["dbus-send", f"--bus={self._address}", "--print-reply", f"--reply-timeout={int(ANSWER_S * 1000)}",
                               "--dest=org.pyneo.mux", "/org/pyneo/Muxer", f"org.pyneo.Powered.{method}", *words],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def power(self, on: bool) -> None:
        status, said = self._call("SetPower", "string:x", f"boolean:{str(on).lower()}")
        assert status == 0, said

    def terminal(self) -> Terminal:
        """One more; there is none before it has multiplexed the port."""
        found: list[str] = []
        self._wait(lambda: found or found.extend(re.findall(r"file://(/dev/pts/\d+)", self._call("GetDevice", "string:x")[1])),
                   "terminal")
        return Terminal(found[0])

    def close(self) -> None:
        for process in (self._daemon, self._bus):
            process.terminate()
            process.wait(EXIT_S)
        self._log.close()


@pytest.fixture(params=[("he910", "basic"), ("m95", "basic"), ("l610", "basic"), ("l610", "advanced")],
                ids=lambda param: "-".join(param))
def muxed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Modem, Muxer]]:
    model, mode = request.param
    with Modem(model, options=["--ppp", "cat", "--log-level", "info"]) as modem:
        muxer = Muxer(tmp_path, modem.pty_path, "-m", mode, "-f", "64")
        try:
            muxer.power(True)
            yield modem, muxer
        finally:
            muxer.close()


def test_two_terminals_and_a_data_call(muxed: tuple[Modem, Muxer]) -> None:
    modem, muxer = muxed
    one, two = muxer.terminal(), muxer.terminal()
    one.ask("ATE0")
    two.ask("ATE0")
    assert b"+CSQ: " in one.ask("AT+CSQ")
    two.ask("AT+CFUN=1")  # the daemon has switched the radio off
    two.ask('AT+CGDCONT=1,"IP","internet"')
    two.ask("ATD*99#", b"\r\nCONNECT\r\n")
    for _ in range(8):
        data = os.urandom(512)
        two.write(data)
        assert two.until(data) == data
        assert b"+CREG: " in one.ask("AT+CREG?")
    assert "is multiplexed" in modem.log()
