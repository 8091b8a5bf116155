"""What a platform cannot manage: large certificates, long records; and certificates that are over.

Source: Telit 1vv0300989 r12 §4.3, §4.4, §5; r6 §2.2.2, §3.3.1, §4, §4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import Nginx, OpensslServer

from .driver import CRLF, Driver, final
from .observe import LogMark, wait_until

HANDSHAKE, RECORD, RANGE = 839, 838, 4
RECORD_MAX_R6 = 15800
LARGE = "is larger than the module can handle now"
EXPIRED = "has expired"


@contextmanager
def verifying(model: str, certificates: Certificates, ca: str = "ca") -> Iterator[Driver]:
    """A modem that authenticates servers, with an AES suite."""
    with Modem(model, options=["--trace", "at"]) as modem:
        driver = Driver(modem).begin().attach()
        driver.ok("AT#SSLEN=1,1")
        driver.ok("AT#SSLSECCFG=1,3,1")
        driver.ok("AT#SSLCFG=1,1,0,0,50,1")
        driver.store_all(certificates, ca=ca)
        yield driver


def works(driver: Driver, server: Nginx | OpensslServer) -> None:
    driver.dial(server.port)
    driver.status("2,3")
    driver.hang_up()


def refused(driver: Driver, server: Nginx | OpensslServer, reason: str) -> None:
    mark = LogMark(driver.modem)
    driver.error(driver.dial_line(server.port), HANDSHAKE)
    warning, = mark.warnings()
    assert reason in warning
    driver.status("1")


# Certificates


@pytest.mark.parametrize("model", ["gc864-quad", "gl865-dual", "gl865-dual-v3"])
def test_large_certificates_without_cpumode(certificates: Certificates, nginx: Callable[..., Nginx],
                                         model: str) -> None:
    """Platforms 10 and 16, which need 2 or 4 "to avoid timeout expiration" (r12 §5, r6 §4.1): where there
    is time enough they work without, and the log says what a module of the field may come to."""
    server = nginx(certificate="server_large")
    with verifying(model, certificates) as driver:
        works(driver, nginx())
        for mode in (0, 1, 3, 2, 4):
            driver.ok(f"AT#CPUMODE={mode}")
            mark = LogMark(driver.modem)
            works(driver, server)
            slow = [line for line in mark.warnings() if "without #CPUMODE=2 or 4" in line]
            assert len(slow) == (0 if mode in (2, 4) else 1)
        driver.ok("AT#CPUMODE=0")
        driver.ok("AT#SSLSECCFG=1,3,0")  # no certificate is verified
        works(driver, server)


@pytest.mark.parametrize("model", ["ge910-quad", "he910", "le910-euv2", "le866"])
def test_large_certificates_elsewhere(certificates: Certificates, nginx: Callable[..., Nginx],
                                      model: str) -> None:
    with verifying(model, certificates) as driver:
        works(driver, nginx(certificate="server_large"))


@pytest.mark.parametrize(("model", "stores_it"), [
    ("gl865-dual", False), ("ge910-quad", False), ("he910", False), ("le910-euv2", True),
    ("le866", True)])
def test_certificates_larger_than_what_can_be_stored(
        certificates: Certificates, nginx: Callable[..., Nginx], model: str,
        stores_it: bool) -> None:
    """Such a server cannot be authenticated (r12 §4.3, r6 §2.2.2)."""
    assert 2047 < certificates.der("server_huge").stat().st_size < 4095
    server = nginx(certificate="server_huge")
    with verifying(model, certificates) as driver:
        driver.ok("AT#CPUMODE=4")
        if stores_it:
            works(driver, server)
        else:
            refused(driver, server, LARGE)
            driver.ok("AT#SSLSECCFG=1,3,0")
            works(driver, server)


def test_longest_security_data(certificates: Certificates) -> None:
    """4G modules take, keep and show 4095 bytes; the others 2047."""
    for model, longest in (("gl865-dual", 2047), ("he910", 2047), ("le866", 4095)):
        with verifying(model, certificates) as driver:
            data = (b"-----BEGIN CERTIFICATE-----\n" + b"A" * longest)[:longest]
            driver.error(f"AT#SSLSECDATA=1,1,1,{longest + 1}", RANGE)
            driver.store(1, data)
            driver.type("AT#SSLSECDATA=1,2,1")
            driver.host.expect_exact(b"\r\n#SSLSECDATA: 1,1\r\n" + data + CRLF + final("OK"))


# Records


@pytest.fixture
def talker(certificates: Certificates, tmp_path: Path) -> Iterator[OpensslServer]:
    """A server that sends as one record what it is given at once."""
    with OpensslServer(tmp_path, certificates) as server:
        yield server


def receive_all(driver: Driver, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += driver.receive()
    return data


def test_records_of_r6_modules(certificates: Certificates, talker: OpensslServer) -> None:
    """Up to 15800 bytes (r6 §4); of a longer one nothing arrives, and the connection is over."""
    with verifying("gc864-quad", certificates) as driver:
        driver.dial(talker.port)
        driver.send_text(b"request\n")
        talker.expect(b"request\n")
        data = bytes(i % 251 for i in range(RECORD_MAX_R6))
        talker.send(data)
        assert receive_all(driver, len(data)) == data
        mark = LogMark(driver.modem)
        driver.type("AT#SSLRECV=1,1000")
        wait_until(lambda: "> AT#SSLRECV" in mark.text(), "the module has not read the command")
        talker.send(data + b"!")
        driver.expect(f"+CME ERROR: {RECORD}")
        warning, = mark.warnings()
        assert "it has 15801 bytes, the module takes 15800" in warning
        driver.expect("NO CARRIER")
        driver.status("1")


@pytest.mark.parametrize("model", ["gl865-dual", "ge910-quad", "he910", "le866"])
def test_records_of_the_others(certificates: Certificates, talker: OpensslServer,
                               model: str) -> None:
    """The limit was lifted (r12 §9, revision 8), and GE910 never had it."""
    with verifying(model, certificates) as driver:
        driver.dial(talker.port)
        driver.send(b"request\n")
        talker.expect(b"request\n")
        data = bytes(i % 251 for i in range(16384))
        talker.send(data)
        assert receive_all(driver, len(data)) == data


# Time


def expired_ca(driver: Driver, server: Nginx) -> None:
    refused(driver, server, EXPIRED)


@pytest.mark.parametrize("model", ["gl865-dual", "he910", "le866"])
def test_an_expired_ca(certificates: Certificates, nginx: Callable[..., Nginx],
                       model: str) -> None:
    """Refused by the network's time; with #NITZ off, +CCLK decides and stays (r6 §3.3.1)."""
    server = nginx(certificate="server_expired_ca")
    in_its_days = '"10/06/01,00:00:00+00"'
    with verifying(model, certificates, ca="expired_ca") as driver:
        expired_ca(driver, server)
        driver.ok(f"AT+CCLK={in_its_days}")
        works(driver, server)
        # The network takes the module in again, and brings its time along: NITZ is on.
        driver.ok("AT+CFUN=4;+CFUN=1")
        driver.query("AT#SGACT=1,1")
        expired_ca(driver, server)
        driver.ok("AT#NITZ=0")
        driver.ok(f"AT+CCLK={in_its_days}")
        works(driver, server)
        driver.ok("AT+CFUN=4;+CFUN=1")
        driver.query("AT#SGACT=1,1")
        works(driver, server)
        assert driver.query("AT+CCLK?").startswith('+CCLK: "10/06/01,00:')
        # With #NITZ on again the next registration ends it.
        driver.ok("AT#NITZ=7")
        driver.ok("AT+CFUN=4;+CFUN=1")
        driver.query("AT#SGACT=1,1")
        expired_ca(driver, server)
