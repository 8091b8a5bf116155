"""What the server may choose of what is offered, and what happens when it has nothing of it.

The suites and what is offered, in all versions and with all authentications, on all platforms:
test_platforms.py.  Source: Telit 1vv0300989 r12 §3, §4.2.
"""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path
from support.servers import GnutlsServ, Nginx, OpensslServer, Peer

from .driver import SUITE_NAMES, Driver
from .observe import LogMark
from .pages import ask_gnutls, ask_nginx

HANDSHAKE = 839

AUTOMATIC, AES_128, NULL, AES_256 = 0, 3, 4, 5

# Priorities of a gnutls-serv that has one suite only.
ONLY = "NONE:+VERS-TLS1.1:+VERS-TLS1.0:+RSA:+COMP-NULL:+SIGN-ALL:%COMPAT"
ONLY_ONE = {1: f"{ONLY}:+ARCFOUR-128:+MD5", 2: f"{ONLY}:+ARCFOUR-128:+SHA1",
            3: f"{ONLY}:+AES-128-CBC:+SHA1", 5: f"{ONLY}:+AES-256-CBC:+SHA1"}


@pytest.mark.parametrize("number", ONLY_ONE)
def test_automatic_takes_what_the_server_has(driver: Driver, gnutls: Callable[..., GnutlsServ],
                                             number: int) -> None:
    """CipherSuite 0 gets on with a server that has only one of those that it offers."""
    server = gnutls(priority=ONLY_ONE[number])
    driver.enable(AUTOMATIC).tune()
    driver.dial(server.port)
    driver.status(f"2,{number}")
    assert ask_gnutls(driver).suite == SUITE_NAMES[number]


def test_automatic_does_not_talk_to_a_server_with_null_only(
        driver: Driver, gnutls: Callable[..., GnutlsServ]) -> None:
    """No encryption is a host's explicit wish (CipherSuite 4), never an outcome."""
    server = gnutls(priority=f"{ONLY}:+NULL:+SHA1")
    mark = LogMark(driver.modem)
    driver.enable(AUTOMATIC)
    driver.error(driver.dial_line(server.port), HANDSHAKE)
    assert len(mark.warnings()) == 1
    driver.status("1")
    driver.secure(NULL)
    driver.dial(server.port)
    driver.status(f"2,{NULL}")


def test_no_common_suite(driver: Driver, nginx: Callable[..., Nginx]) -> None:
    server = nginx(ciphers="ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    mark = LogMark(driver.modem)
    driver.enable(AES_128)
    driver.error(driver.dial_line(server.port), HANDSHAKE)
    assert len(mark.warnings()) == 1
    assert "the server shares no cipher suite with the module" in mark.warnings()[0]
    driver.is_ready()


@pytest.mark.parametrize("version", [1, 2])
def test_a_server_that_refuses_old_versions_is_explained(
        driver: Driver, certificates: Certificates, tmp_path: Path, version: int) -> None:
    """OpenSSL 3 at its usual level has no signature for TLS 1.0 and 1.1, and says: alert 80."""
    mark = LogMark(driver.modem)
    driver.enable(AUTOMATIC, version=version)
    with OpensslServer(tmp_path, certificates, ciphers="AES256-SHA:AES128-SHA") as server:
        driver.error(driver.dial_line(server.port), HANDSHAKE)
    warning, = mark.warnings()
    assert "alert 80" in warning or "alert 70" in warning  # OpenSSL 3.0, and from 3.2 on
    assert "servers with OpenSSL 3 answer TLS 1.0 and 1.1 so" in warning
    assert f"offered: TLS 1.{version - 1} with TLS_RSA_WITH_AES_256_CBC_SHA, " in warning


@pytest.mark.parametrize(("version", "protocols"), [
    (1, "TLSv1.1"), (1, "TLSv1.2"), (2, "TLSv1"), (2, "TLSv1.2 TLSv1.3")])
def test_the_version_is_that_one_and_no_other(driver: Driver, nginx: Callable[..., Nginx],
                                              version: int, protocols: str) -> None:
    """#SSLSECCFG2 names one version: the module neither climbs nor falls back."""
    server = nginx(protocols=protocols)
    mark = LogMark(driver.modem)
    driver.enable(AES_128, version=version)
    driver.error(driver.dial_line(server.port), HANDSHAKE)
    assert len(mark.warnings()) == 1
    assert "the server does not speak the selected protocol version" in mark.warnings()[0]
    driver.is_ready()
    driver.status("1")


@pytest.mark.parametrize("cmee", [(0, "ERROR"), (1, f"+CME ERROR: {HANDSHAKE}"),
                                  (2, "+CME ERROR: SSL error during handshake")])
def test_ssl_3_0_where_the_build_has_no_provider(nginx: Callable[..., Nginx],
                                                 cmee: tuple[int, str]) -> None:
    """The module has SSL 3.0, this build of it has not: the dial fails, the log says why."""
    server = nginx()
    before = len(server.requests())
    with Modem(program=program_path("tlsmodem_without_ssl3", "TLSMODEM_WITHOUT_SSL3")) as modem:
        driver = Driver(modem).begin().attach().enable(version=0)
        driver.answers("AT#SSLSECCFG2?", "#SSLSECCFG2: 1,0")
        driver.ok(f"AT+CMEE={cmee[0]}")
        mark = LogMark(modem)
        driver.fails(driver.dial_line(server.port), cmee[1])
        assert len(mark.warnings()) == 1
        assert "no TLS library here has the selected protocol version" in mark.warnings()[0]
        driver.is_ready()
        driver.status("1")
        driver.ok("AT#SSLSECCFG2=1,1")
        driver.dial(server.port)
        driver.hang_up()
    assert len(server.requests()) == before


def test_version_says_that_ssl_3_0_is_missing() -> None:
    program = program_path("tlsmodem_without_ssl3", "TLSMODEM_WITHOUT_SSL3")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.endswith("no provider for SSL 3.0 in this build\n")


def test_version_3_is_refused(driver: Driver) -> None:
    """TLS 1.2 is platform 23's; platform 12 has 0 to 2 (r12 §3)."""
    driver.ok("AT#SSLEN=1,1")
    driver.error("AT#SSLSECCFG2=1,3", 4)


def test_the_name_goes_along_and_an_address_does_not(driver: Driver,
                                                     certificates: Certificates) -> None:
    """SNI, names only (RFC 6066 §3), and only where the third field of #SSLSECCFG2, which hosts of later
    families give, asks for it (fact send-sni)."""
    driver.enable()
    for line, answer, host, name in (
            ("=1,1", "1,1", "localhost", ""), ("=1,1,1", "1,1,1", "localhost", "localhost"),
            ("=1,1,1,1,0", "1,1,1", "localhost", "localhost"),
            ("=1,1", "1,1,1", "127.0.0.1", ""), ("=1,1,0", "1,1", "localhost", "")):
        driver.ok(f"AT#SSLSECCFG2{line}")
        driver.answers("AT#SSLSECCFG2?", f"#SSLSECCFG2: {answer}")
        with Peer(certificates, versions=(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1)) as peer:
            driver.type(driver.dial_line(peer.port, host))
            peer.handshake()
            driver.expect("OK")
            assert peer.offer.server_name == name
            driver.hang_up()


def test_two_modems_at_once(modem: Modem, nginx: Callable[..., Nginx]) -> None:
    """Two daemons on one machine share nothing."""
    server = nginx()
    with Modem() as other:
        drivers = [Driver(one).begin().attach() for one in (modem, other)]
        for driver, cipher in zip(drivers, (AES_128, AES_256)):
            driver.enable(cipher).tune()
            driver.dial(server.port)
        for driver, cipher in zip(drivers, (AES_128, AES_256)):
            driver.status(f"2,{cipher}")
            assert ask_nginx(driver, server).suite == SUITE_NAMES[cipher]
