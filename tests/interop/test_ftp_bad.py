"""FTP that fails: servers that go wrong in each step, refusals, and who may use the session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.faulty_ftp import CONTENT, Fault, FaultyFtp
from support.ftp_servers import PASSWORD, FtpServer, Proftpd, Vsftpd
from support.modem import Modem, open_pty
from support.servers import refused_port

from .driver import ANSWER_S, CA, NO_CARRIER, PROMPT, SILENCE_S, Driver, final

EITHER = pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])


@pytest.fixture
def faulty(certificates: Certificates) -> Iterator[FaultyFtp]:
    with FaultyFtp(certificates) as server:
        yield server


def prepare(driver: Driver, certificates: Certificates, secure: bool, auth: int = 1) -> None:
    if secure:
        driver.ok("AT#FTPCFG=100,0,1")
        driver.ok(f"AT#SSLSECCFG=1,0,{auth}")
        if auth:
            driver.store_all(certificates)


def open_line(port: int, mode: int = 1) -> str:
    return f'AT#FTPOPEN="localhost:{port}","u","p",{mode}'


def error_among(driver: Driver, line: str, *numbers: int) -> None:
    """The handshake's failure or the server's reply: whichever comes first."""
    driver.type(line)
    driver.host.expect_exact(b"\r\n+CME ERROR: ")
    assert int(driver.host.read_until(b"\r\n")) in numbers


def works(driver: Driver, server: FaultyFtp) -> None:
    """Whatever was, a new session does all."""
    server.fault = Fault()
    driver.ok("AT#FTPCLOSE")
    driver.ok(open_line(server.port))
    driver.fails('AT#FTPGET="f"', "CONNECT")
    driver.host.expect_exact(CONTENT + NO_CARRIER)
    driver.ok("AT#FTPCLOSE")


OPENING = {"greeting": 606, "USER": 606, "PASS": 606, "TYPE": 606}
OPENING_SECURE = {"AUTH": 606, "PBSZ": 606, "PROT": 606}


@EITHER
@pytest.mark.parametrize("way", ["close", "reset"])
def test_lost_while_opening(driver: Driver, faulty: FaultyFtp, certificates: Certificates,
                            secure: bool, way: str) -> None:
    """The control connection goes away in each step of #FTPOPEN."""
    prepare(driver, certificates, secure)
    for step, number in (OPENING | (OPENING_SECURE if secure else {})).items():
        faulty.fault = Fault(step, way)
        error_among(driver, open_line(faulty.port), number,
                    605 if step == "greeting" else number)  # where a reset meets the connection
        driver.error("AT#FTPPWD", 607)
    works(driver, faulty)


@EITHER
@pytest.mark.parametrize("way", ["close", "reset"])
def test_lost_in_a_session(driver: Driver, faulty: FaultyFtp, certificates: Certificates,
                           secure: bool, way: str) -> None:
    """The control connection goes away in each later step."""
    prepare(driver, certificates, secure)
    for step, line in {"PWD": "AT#FTPPWD", "PASV": 'AT#FTPGET="f"', "RETR": 'AT#FTPGET="f"',
                       "STOR": 'AT#FTPPUT="f",1'}.items():
        faulty.fault = Fault(step, way)
        driver.ok(open_line(faulty.port))
        driver.error(line, 616)
        driver.error("AT#FTPPWD", 607)
    for step in ("data", "half", "226"):
        faulty.fault = Fault(step, way)
        driver.ok(open_line(faulty.port))
        driver.type('AT#FTPGET="f"')
        driver.host.expect_exact(b"\r\n")
        first = driver.host.read_until(b"\r\n")
        if first == b"CONNECT\r\n":
            driver.host.read_until(NO_CARRIER)
        else:  # a reset overtakes the 150
            assert first == b"+CME ERROR: 616\r\n" and (way == "reset" or secure)
        driver.error("AT#FTPPWD", 607)
    for step in ("half", "226"):
        faulty.fault = Fault(step, way)
        driver.ok(open_line(faulty.port))
        driver.fails('AT#FTPPUT="f"', "CONNECT")
        driver.host.write(CONTENT[:3000])
        if step == "226":
            driver.host.silence(SILENCE_S)
            driver.host.write(b"+++")
        driver.host.expect_exact(NO_CARRIER)
        driver.error("AT#FTPPWD", 607)
        driver.ok(open_line(faulty.port))
        driver.ok('AT#FTPPUT="f",1')
        driver.type("AT#FTPAPPEXT=4,1")
        driver.host.expect_exact(PROMPT)
        driver.host.write(b"four")
        driver.host.expect_exact(b"\r\n+CME ERROR: 616\r\n")
        driver.error("AT#FTPAPPEXT=4", 614)
    faulty.fault = Fault("QUIT", way)
    driver.ok(open_line(faulty.port))
    driver.ok("AT#FTPCLOSE")
    works(driver, faulty)


def until_free(driver: Driver) -> None:
    """The transfer in command mode has ended by itself."""
    deadline = time.monotonic() + ANSWER_S
    while True:
        driver.type("AT#FTPPWD")
        answer = driver.host.read_until(final("OK")[1:] if time.monotonic() > deadline else b"\r\n")
        answer += driver.host.read_until(b"\r\n")
        if b"613" not in answer:
            driver.host.expect_exact(final("OK"))
            return


@EITHER
@pytest.mark.parametrize("way", ["close data", "reset data"])
def test_lost_data(driver: Driver, faulty: FaultyFtp, certificates: Certificates, secure: bool,
                   way: str) -> None:
    """The data connection goes away: the session stays."""
    prepare(driver, certificates, secure)
    driver.ok(open_line(faulty.port))
    faulty.fault = Fault("data", way)
    if secure:
        error_among(driver, 'AT#FTPGET="f"', 839, 630)
        error_among(driver, 'AT#FTPPUT="f",1', 839, 631)
    else:
        driver.fails('AT#FTPGET="f"', "CONNECT")
        driver.host.expect_exact(NO_CARRIER)
    driver.answers("AT#FTPMSG", "#FTPMSG: 426 lost")
    faulty.fault = Fault("half", way)
    driver.fails('AT#FTPGET="f"', "CONNECT")
    assert CONTENT.startswith(driver.host.read_until(NO_CARRIER)[:-len(NO_CARRIER)])
    driver.fails('AT#FTPPUT="f"', "CONNECT")
    driver.host.write(CONTENT[:2000])
    driver.host.expect_exact(NO_CARRIER)
    driver.ok('AT#FTPPUT="f",1')
    driver.type("AT#FTPAPPEXT=4")
    driver.host.expect_exact(PROMPT)
    driver.host.write(b"four")
    driver.host.expect_exact(b"\r\n#FTPAPPEXT: 4\r\n" + final("OK"))
    until_free(driver)
    driver.error("AT#FTPAPPEXT=4", 614)
    driver.answers("AT#FTPPWD", '#FTPPWD: 257 "/" is it')
    works(driver, faulty)


def test_every_data_connection_is_protected(driver: Driver, faulty: FaultyFtp,
                                            certificates: Certificates) -> None:
    """AUTH TLS, PBSZ 0, PROT P before the password; full handshakes, as r12 §6 says."""
    prepare(driver, certificates, True)
    driver.ok(open_line(faulty.port))
    for _ in range(3):
        driver.fails('AT#FTPGET="f"', "CONNECT")
        driver.host.expect_exact(CONTENT + NO_CARRIER)
    driver.fails('AT#FTPPUT="f"', "CONNECT")
    driver.host.write(b"secret bytes")
    driver.host.silence(SILENCE_S)
    driver.host.write(b"+++")
    driver.host.expect_exact(NO_CARRIER)
    assert faulty.seen.stored == b"secret bytes"
    assert faulty.seen.commands[:6] == ["AUTH", "PBSZ", "PROT", "USER", "PASS", "TYPE"]
    assert faulty.seen.reused == [False] * 4
    driver.ok("AT#FTPCLOSE")


def test_refused_tls_never_goes_on_in_the_clear(driver: Driver, faulty: FaultyFtp,
                                                certificates: Certificates) -> None:
    prepare(driver, certificates, True)
    faulty.fault = Fault("AUTH", "534 not here")
    driver.error(open_line(faulty.port), 638)
    assert faulty.seen.commands == ["AUTH"]
    faulty.fault = Fault("PROT", "536 no protection")
    driver.error(open_line(faulty.port), 638)
    assert faulty.seen.commands == ["AUTH", "PBSZ", "PROT"]
    works(driver, faulty)


def test_wrong_certificates(driver: Driver, certificates: Certificates) -> None:
    """The control connection's, and a data connection's."""
    driver.ok("AT#FTPCFG=100,0,1")
    driver.ok("AT#SSLSECCFG=1,0,1")
    with FaultyFtp(certificates, data_certificate="server_other_ca") as server:
        driver.error(open_line(server.port), 837)  # none is stored
        driver.store(CA, certificates.pem("other_ca").read_bytes())
        driver.error(open_line(server.port), 839)
        driver.store(CA, certificates.pem("ca").read_bytes())
        driver.ok(open_line(server.port))
        driver.error('AT#FTPGET="f"', 839)
        driver.answers("AT#FTPPWD", '#FTPPWD: 257 "/" is it')
        driver.ok("AT#FTPCLOSE")


@pytest.mark.parametrize("kind", [Vsftpd, Proftpd], ids=["vsftpd", "proftpd"])
def test_client_certificate(driver: Driver, certificates: Certificates,
                            tmp_path_factory: pytest.TempPathFactory,
                            kind: type[FtpServer]) -> None:
    """The server wants ours, on both connections; the same security data is used for both."""
    folder = tmp_path_factory.mktemp(kind.name)
    with kind(folder, certificates, secure=True, client_ca="ca") as server:
        server.put("f", b"for the known only")
        line = f'AT#FTPOPEN="localhost:{server.port}","{server.user}","{PASSWORD}",1'
        prepare(driver, certificates, True)
        driver.type(line)
        assert driver.host.read_until(b"\r\n") == b"\r\n"
        assert driver.host.read_until(b"\r\n").startswith(b"+CME ERROR: ")
        driver.ok("AT#SSLSECCFG=1,0,2")
        driver.store_all(certificates, client="client")
        driver.ok(line)
        driver.fails('AT#FTPGET="f"', "CONNECT")
        driver.host.expect_exact(b"for the known only" + NO_CARRIER)
        driver.ok("AT#FTPCLOSE")


def test_private_address_of_passive_mode(driver: Driver, certificates: Certificates) -> None:
    """IPPignoring: the address that the server gives, or the one that was dialled."""
    with FaultyFtp(certificates, passive_address="127.77.0.1") as server:
        driver.ok(open_line(server.port))
        driver.error('AT#FTPGET="f"', 642)
        driver.ok("AT#FTPCLOSE")
        driver.ok("AT#FTPCFG=100,1")
        driver.answers("AT#FTPCFG?", "#FTPCFG: 100,1,0")
        works(driver, server)


def test_no_server(driver: Driver) -> None:
    driver.error(open_line(refused_port()), 605)
    driver.error('AT#FTPOPEN="nowhere.invalid","u","p"', 603)
    driver.error('AT#FTPOPEN="host:0","u","p"', 4)
    driver.error('AT#FTPOPEN="host:99999","u","p"', 4)
    driver.error('AT#FTPOPEN=":21","u","p"', 4)
    driver.ok("AT#FTPCLOSE")


def test_wrong_password(driver: Driver, certificates: Certificates,
                        tmp_path_factory: pytest.TempPathFactory) -> None:
    with Proftpd(tmp_path_factory.mktemp("proftpd"), certificates) as server:
        driver.error(f'AT#FTPOPEN="localhost:{server.port}","{server.user}","wrong",1', 634)
        driver.ok(f'AT#FTPOPEN="[127.0.0.1]:{server.port}",{server.user},"{PASSWORD}",1')
        driver.error(f'AT#FTPOPEN="localhost:{server.port}","{server.user}","{PASSWORD}"', 608)
        driver.ok("AT#FTPCLOSE")
    log = driver.modem.log()
    assert PASSWORD not in log and '"wrong"' not in log


def test_context_down(driver: Driver, faulty: FaultyFtp) -> None:
    driver.ok(open_line(faulty.port))
    driver.ok("AT#SGACT=1,0")
    driver.error("AT#FTPPWD", 607)
    driver.error(open_line(faulty.port), 609)
    assert driver.query("AT#SGACT=1,1")
    works(driver, faulty)


def test_escape_ends_a_download(driver: Driver, certificates: Certificates,
                                tmp_path_factory: pytest.TempPathFactory) -> None:
    """The host has seen enough; the session goes on."""
    with Vsftpd(tmp_path_factory.mktemp("vsftpd"), certificates, secure=True) as server:
        server.put("big", bytes(50_000_000))
        prepare(driver, certificates, True)
        driver.ok(f'AT#FTPOPEN="localhost:{server.port}","{server.user}","{PASSWORD}",1')
        driver.fails('AT#FTPGET="big"', "CONNECT")
        driver.host.read(10_000)
        time.sleep(SILENCE_S)  # the host neither reads nor writes: the silence before +++
        driver.host.write(b"+++")
        driver.host.read_until(NO_CARRIER)
        driver.answers('AT#FTPFSIZE="big"', "#FTPFSIZE: 50000000")
        driver.ok("AT#FTPCLOSE")


def test_other_instance(tmp_path: Path, faulty: FaultyFtp) -> None:
    """One AT instance has the session; the others are told so."""
    path = tmp_path / "second"
    with Modem(options=["--pty", str(path)]) as modem:
        first = Driver(modem).begin().attach()
        first.ok(open_line(faulty.port))
        second = Driver(modem, open_pty(str(path), modem)).begin()
        for line in ("AT#FTPPWD", "AT#FTPCLOSE", 'AT#FTPGET="f"', "AT#FTPMSG", "AT#FTPRECV=10",
                     "AT#FTPAPPEXT=10", open_line(faulty.port)):
            second.error(line, 612)
        first.ok("AT#FTPCLOSE")
        second.ok(open_line(faulty.port))
        first.error("AT#FTPPWD", 612)
        second.ok("AT#FTPCLOSE")
        second.host.close()
