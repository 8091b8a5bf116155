"""What a terminal shows while a fleet opens, connects or closes for longer than a second; the
terminal is a real one, at the other end of a pseudo-terminal."""

from __future__ import annotations

import os
import re
import resource
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from support.fleet import FleetHost
from support.modem import program_path
from support.patience import ANSWER_S, EXIT_S

from .observe import wait_until

PATIENCE_S = 1.0  # of the program, before it shows anything
ERASE = "\r\x1b[K"


class TerminalRun:
    """The program with a file; its standard error is a terminal, or is not."""

    def __init__(self, folder: Path, modems: str, *, has_terminal: bool = True) -> None:
        config = folder / "modems.yaml"
        config.write_text(f"defaults: {{module: he910, state: none}}\nmodems:\n{modems}")
        ours, theirs = os.openpty() if has_terminal else os.pipe()
        self.shown = ""
        self.process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config,
                                         "--threads", "1"], stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        self._thread = threading.Thread(target=self._read, args=(ours,))
        self._thread.start()

    def __enter__(self) -> TerminalRun:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            status = self.process.wait(EXIT_S)
        finally:
            self.process.kill()
            self._thread.join()
        print(repr(self.shown))
        assert kind is not None or status == 0

    def _read(self, terminal: int) -> None:
        try:
            while data := os.read(terminal, 4096):
                self.shown += data.decode()
        except OSError:  # EIO: nobody has the other end any more
            pass
        os.close(terminal)

    def shows(self, pattern: str) -> Callable[[], bool]:
        return lambda: re.search(pattern, self.shown) is not None

    def stretch(self, has_begun: Callable[[], bool]) -> None:
        """What is under way then takes longer than the program's patience: it stands still."""
        wait_until(has_begun, "the work to begin", ANSWER_S)
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(1.2 * PATIENCE_S)  # this is the work, not a wait for it
        self.process.send_signal(signal.SIGCONT)


# The first shows that the others are being opened, or closed; each needs two descriptors.
COUNT = min(6000, resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 2 - 100)
MANY = "- {ports: [{unix: first}]}\n" \
    f"- {{name: 'm${{n}}', count: {COUNT}, ports: [{{tcp-each: '127.0.0.1:0'}}]}}\n"


def test_opening_and_closing(tmp_path: Path) -> None:
    """On a machine that is busy the work may be over before it is stopped: then once more."""
    first = tmp_path / "first"
    missing = {"opening", "closing"}
    deadline = time.monotonic() + 4 * ANSWER_S
    while missing:
        assert time.monotonic() < deadline, missing
        with TerminalRun(tmp_path, MANY) as run:
            run.stretch(first.exists)
            wait_until(lambda: connects(first), "the first modem", ANSWER_S)
            run.process.terminate()
            run.stretch(lambda: not first.exists())
        for work in list(missing):
            lines = re.findall(rf"{re.escape(ERASE)}{work} modems: (\d+) of {COUNT + 1}", run.shown)
            if lines:
                assert sorted(map(int, lines)) == list(map(int, lines))
                missing.discard(work)
        assert run.shown == "" or run.shown.endswith(ERASE)


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as host:
        try:
            host.connect(str(path))
        except OSError:
            return False
        return True


def dialling(run_folder: Path, server: socket.socket) -> list[FleetHost]:
    """Three hosts whose modems connect, and wait for a server that never says a word."""
    hosts = []
    for index in range(3):
        path = run_folder / f"m{index}"
        wait_until(lambda path=path: connects(path), "a port")
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(path))
        host = FleetHost(connection)
        host.begin()
        for line in ('AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1",
                     "AT#SSLSECCFG=1,3,0", "AT#SSLCFG=1,1,0,0,600,1"):
            host.ok(line)
        host.write(f'AT#SSLD=1,{server.getsockname()[1]},"127.0.0.1",0,0\r'.encode())
        hosts.append(host)
    return hosts


THREE = "- {name: 'm${n}', count: 3, ports: [{unix: '${name}'}]}\n"


def test_connecting(tmp_path: Path) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, TerminalRun(tmp_path, THREE) as run:
        hosts = dialling(tmp_path, server)
        wait_until(run.shows("connecting sockets: 0 of 3"), "the line", ANSWER_S)
        clients = [server.accept()[0] for _ in hosts]
        clients[0].close()
        wait_until(run.shows("connecting sockets: 1 of 3"), "one that is done", ANSWER_S)
        for client in clients[1:]:
            client.close()
        for host in hosts:
            assert host.read_until(b"ERROR\r\n")
            host.close()
        wait_until(lambda: run.shown.endswith(ERASE) or run.shown.endswith("\n"), "the line's end")
    for line in run.shown.splitlines():
        # What the log says is not behind a line that passes: that went before.
        assert re.search(r"of 3[^\x1b\r]", line) is None, line


def test_what_is_no_terminal_is_left_alone(tmp_path: Path) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, TerminalRun(tmp_path, THREE, has_terminal=False) as run:
        hosts = dialling(tmp_path, server)
        time.sleep(1.5 * PATIENCE_S)  # in which a line would come
        server.close()
        for host in hosts:
            host.close()
    assert "connecting" not in run.shown and "\x1b" not in run.shown
