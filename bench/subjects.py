"""What the benchmarks measure: tlsmodem and its peers, each with a PTY, and the TLS server.

All are context managers.  A port has `path`, its PTY, and `pid`, the process behind it; it stays
open from here, so that hosts may come and go.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from support.certs import Certificates
from support.modem import Host, Modem, open_pty
from support.servers import ServerProgram, free_port

DEADLINE = 10.0
POLL = 0.005


class TlsPeer(ServerProgram):
    """bench/peer.c: the server that both sides of a comparison talk to."""

    name = "peer"

    def __init__(self, folder: Path, program: Path, certificates: Certificates, *,
                 remembers: bool = False) -> None:
        super().__init__(folder)
        self._options = ["remember"] if remembers else []
        self._program = program
        self._certificates = certificates

    def command(self) -> Sequence[str]:
        return [str(self._program), str(self.port), str(self._certificates.chain("server")),
                str(self._certificates.key("server")), *self._options]


class Services(ServerProgram):
    """bench/services.py: HTTP, FTP and mail."""

    name = "services"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._ports: list[int] = []

    def choose_ports(self) -> None:
        super().choose_ports()
        self._ports = [self.port, free_port(), free_port()]

    def ports(self) -> Sequence[int]:
        return self._ports

    def command(self) -> Sequence[str]:
        return [sys.executable, str(Path(__file__).with_name("services.py")),
                *map(str, self._ports)]


class ModemPort:
    """The daemon, a HE910 on a PTY, with the echo off."""

    def __init__(self, program: Path) -> None:
        self._modem = Modem(program=program)

    def __enter__(self) -> ModemPort:
        with ExitStack() as stack:
            stack.enter_context(self._modem)
            self.command("ATE0")
            stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._modem.__exit__(kind, error, trace)

    @property
    def path(self) -> Path:
        return self._modem.pty_path

    @property
    def pid(self) -> int:
        return self._modem.process.pid

    def command(self, line: str, end: bytes = b"\r\nOK\r\n") -> None:
        self._modem.host.write(line.encode() + b"\r")
        self._modem.host.read_until(end)

    def go_online(self, port: int, suite: int, packet_size: int) -> None:
        """Opens the secure socket, TLS 1.1, `suite` as #SSLSECCFG numbers it, and goes online."""
        for line in ('AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1",
                     "AT#SSLSECCFG2=1,2", f"AT#SSLSECCFG=1,{suite},0",
                     f"AT#SSLCFG=1,1,{packet_size},0,100,50"):
            self.command(line)
        self.command(f'AT#SSLD=1,{port},"127.0.0.1",0,0', b"\r\nCONNECT\r\n")


class ProgramPort:
    """A program that makes a PTY and a link to it by itself."""

    def __init__(self, folder: Path, name: str, command: Sequence[str]) -> None:
        """`command`: {link} stands for the link."""
        self.path = folder / name
        self._log_path = folder / f"{name}.log"
        self._command = [word.format(link=self.path) for word in command]
        self._process: subprocess.Popen[bytes] | None = None
        self._host: Host | None = None

    def __enter__(self) -> ProgramPort:
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stderr=log,
                                             env={**os.environ, "OPENSSL_CONF": "/dev/null"})
        with ExitStack() as stack:
            stack.callback(self._stop)
            self._wait_for_link()
            self._host = open_pty(str(self.path))
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _stop(self) -> None:
        if self._host is not None:
            self._host.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
        self.path.unlink(missing_ok=True)

    def _wait_for_link(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + DEADLINE
        while not self.path.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self._command[0]} made no PTY:\n{self._log_path.read_text()}")
            time.sleep(POLL)


def socat_tls(folder: Path, name: str, port: int, cipher: str) -> ProgramPort:
    """socat between a PTY and the TLS peer, TLS 1.1, `cipher` in OpenSSL's words."""
    return ProgramPort(folder, name, [
        "socat", "PTY,link={link},raw,echo=0",
        f"OPENSSL:127.0.0.1:{port},verify=0,cipher={cipher}:@SECLEVEL=0,"
        "openssl-min-proto-version=TLS1.1,openssl-max-proto-version=TLS1.1"])
