"""A Fibocom's FTP session whose server ends it together with a reply, in each step.

No attacker is needed for that: a server that is being stopped does it.  The host is told what the
reply has brought and then that the session is over, as when there is a second between them; the
module goes on, and so does a new session.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.certs import Certificates
from support.faulty_ftp import CONTENT, Fault, FaultyFtp
from support.modem import Modem

from .driver import final
from .fibocom_driver import FibocomDriver

LOGIN = "220 a\r\n331 b\r\n230 c\r\n200 d"

ENDS = pytest.mark.parametrize("end", ["then close", "then reset", "421 closing"])


@pytest.fixture(params=["l610", "nl668-eau", "m910"])
def host(request: pytest.FixtureRequest) -> Iterator[FibocomDriver]:
    with Modem(request.param) as modem:
        yield FibocomDriver(modem).begin()


@pytest.fixture
def faulty(certificates: Certificates) -> Iterator[FaultyFtp]:
    with FaultyFtp(certificates) as server:
        yield server


def fault(step: str, reply: str, end: str) -> Fault:
    return Fault(step, end if end.startswith("then ") else f"{reply}\r\n{end}")


def open_session(host: FibocomDriver, server: FaultyFtp) -> None:
    host.ok(f'AT+FTPOPEN="127.0.0.1","me","secret","",,{server.port},')


def opened(host: FibocomDriver, server: FaultyFtp) -> None:
    open_session(host, server)
    host.expect("+FTPOPEN: 1")


def told(host: FibocomDriver, good: str, bad: str, end: str) -> None:
    """The reply and then the end; a reset may overtake the reply."""
    host.host.expect_exact(b"\r\n")
    line = host.host.read_until(b"\r\n")[:-2].decode()
    assert line == good or (end == "then reset" and line == bad)
    if line == good:
        host.expect("+FTPCLOSE: 1")


def works(host: FibocomDriver, server: FaultyFtp) -> None:
    """Whatever was, a new session does all."""
    server.fault = Fault()
    host.ok("AT")
    host.answers("AT+FTPSTAT", "+FTPSTAT: 0")
    opened(host, server)
    host.ok('AT+FTPGET="f"')
    host.host.read_until(final("+FTPGET: 1"))
    assert receive(host) == (CONTENT, [])
    host.answers("AT+FTPCLOSE", "+FTPCLOSE: 1")


def receive(host: FibocomDriver) -> tuple[bytes, list[str]]:
    """The file, and what else was said up to its end: +FTPCLOSE: 1, or ERROR where it broke off."""
    got, said = b"", []
    while True:
        host.type("AT+FTPRECV=2048")
        while True:
            host.host.expect_exact(b"\r\n")
            line = host.host.read_until(b"\r\n")[:-2].decode()
            if line != "+FTPCLOSE: 1":
                break
            said.append(line)
        if line == "ERROR":
            return got, [*said, line]
        count = int(line.removeprefix("+FTPRECV: "))
        if count == 0:
            host.expect("OK")
            return got, said
        got += host.host.read(count)
        host.host.expect_exact(b"\r\n" + final("OK"))


@ENDS
def test_while_logging_in(host: FibocomDriver, faulty: FaultyFtp, end: str) -> None:
    for step, reply in {"USER": "331 password", "PASS": "230 in"}.items():
        faulty.fault = fault(step, reply, end)
        open_session(host, faulty)
        host.expect("+FTPOPEN: 0")
    faulty.fault = fault("TYPE", "200 ok", end)
    open_session(host, faulty)
    told(host, "+FTPOPEN: 1", "+FTPOPEN: 0", end)
    works(host, faulty)


def test_all_replies_as_soon_as_it_has_accepted(host: FibocomDriver, faulty: FaultyFtp) -> None:
    faulty.fault = Fault("greeting", LOGIN + "\r\n421 closing")
    open_session(host, faulty)
    told(host, "+FTPOPEN: 1", "+FTPOPEN: 1", "421")
    works(host, faulty)


@ENDS
def test_in_a_command(host: FibocomDriver, faulty: FaultyFtp, end: str) -> None:
    for step, reply, line, good in (("PWD", '257 "/" is it', "+FTPPWD", '+FTPPWD: 1,"/"'),
                                    ("NOOP", "200 ok", "+FTPNOOP", "+FTPNOOP: 1")):
        opened(host, faulty)
        faulty.fault = fault(step, reply, end)
        host.ok(f"AT{line}")
        told(host, good, f"{line}: 0", end)
        faulty.fault = Fault()
    works(host, faulty)


@ENDS
def test_behind_a_transfer(host: FibocomDriver, faulty: FaultyFtp, end: str) -> None:
    """All of the file is there, however late the host reads."""
    opened(host, faulty)
    faulty.fault = fault("226", "226 done", end)
    host.ok('AT+FTPGET="f"')
    host.host.read_until(final("+FTPGET: 1"))
    got, said = receive(host)
    if "ERROR" in said:  # a reset overtakes the 226
        assert end == "then reset" and CONTENT.startswith(got)
    else:
        assert got == CONTENT
    if "+FTPCLOSE: 1" not in said:
        host.expect("+FTPCLOSE: 1")
    works(host, faulty)


@ENDS
def test_while_it_says_goodbye(host: FibocomDriver, faulty: FaultyFtp, end: str) -> None:
    opened(host, faulty)
    faulty.fault = fault("QUIT", "221 bye", end)
    host.answers("AT+FTPCLOSE", "+FTPCLOSE: 1")
    works(host, faulty)
