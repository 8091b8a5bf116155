"""SSL 3.0: every suite with every authentication against a server on NSS, and never by accident.

A suite counts as spoken when module and server name the same one, the server in IANA's code points,
and data goes both ways.  Source: Telit 1vv0300989 r12 §3, §4.2, §7.
"""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path
from support.servers import Nginx, RawPeer
from support.ssl3_server import Ssl3Server

from .bulk_peer import Exchange, digest_of, stream
from .driver import NO_CARRIER, Driver, open_fd_host
from .observe import LogMark
from .test_flow import exchange_all

SSL_3_0, TLS_1_0 = 0, 1
NONE, SERVER, MUTUAL = range(3)  # auth_mode
HANDSHAKE = "+CME ERROR: 839"

CODES = {1: "0004", 2: "0005", 3: "002f", 4: "0002", 5: "0035"}
OFFERED = {"0035", "002f", "0005", "0004"}  # by CipherSuite 0
DEVICE = "CN=tlsmodem test device"

IN_2049 = '"49/01/01,00:00:00+00"'
BULK = 400_000
DOWN_SEED, UP_SEED = 3, 4


@pytest.fixture
def serve(certificates: Certificates,
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ssl3Server]]:
    """Starts a server with these options, which lives as long as the test."""
    with ExitStack() as stack:
        def start(**options: str) -> Ssl3Server:
            folder = tmp_path_factory.mktemp("ssl3")
            return stack.enter_context(Ssl3Server(folder, certificates, **options))  # type: ignore
        yield start


def refused(driver: Driver, port: int, reason: str) -> None:
    """The dial fails with 839, one warning has the reason, and the module goes on."""
    mark = LogMark(driver.modem)
    driver.fails(driver.dial_line(port), HANDSHAKE)
    assert len(mark.warnings()) == 1
    assert reason in mark.warnings()[0]
    driver.is_ready()
    driver.status("1")


@pytest.mark.parametrize("auth", [NONE, SERVER, MUTUAL])
@pytest.mark.parametrize("cipher", range(6))
def test_module_and_server_agree(driver: Driver, certificates: Certificates,
                                 serve: Callable[..., Ssl3Server], cipher: int, auth: int) -> None:
    server = serve(**({"client_ca": "ca"} if auth == MUTUAL else {}))
    driver.enable(cipher, auth, version=SSL_3_0).tune()
    driver.answers("AT#SSLSECCFG2?", "#SSLSECCFG2: 1,0")
    if auth > NONE:
        driver.store_all(certificates, client="client" if auth == MUTUAL else "")
    driver.dial(server.port)
    said = server.hear().split(" ", 5)
    assert said[:3] == ["version", "0300", "suite"]
    assert said[3] in (OFFERED if cipher == 0 else {CODES[cipher]})
    assert said[5] == (DEVICE if auth == MUTUAL else "nobody")
    number = next(key for key, code in CODES.items() if code == said[3])
    driver.status(f"2,{number}")
    driver.send(b"from the module")
    server.expect(b"from the module")
    server.send(b"from the server")
    assert driver.receive() == b"from the server"
    driver.hang_up()
    assert server.hear() == "end: closed"
    driver.status("1")


def test_every_product_that_lists_it(serve: Callable[..., Ssl3Server]) -> None:
    """Telit's platforms 12, 20 and 23 (r12 §3); a product without #SSLSECCFG2 has TLS 1.0 for good."""
    server = serve()
    program = program_path("tlsmodem", "TLSMODEM")
    listed = subprocess.run([program, "--list-modules"], capture_output=True, text=True, check=True)
    spoken = set()
    for line in listed.stdout.splitlines():
        model, maker = line.split()[:2]
        if maker != "Telit":
            continue
        platform = re.search(r"platform (\d+)", line)
        assert platform is not None
        with Modem(model) as modem:
            driver = Driver(modem).begin()
            driver.type("AT#SSLSECCFG2=?")
            if not re.match(rb"\r\n#SSLSECCFG2: \([-0-9]+\),\(0-", driver.result()):
                continue
            driver.attach().enable(version=SSL_3_0)
            driver.dial(server.port)
            assert server.hear().startswith("version 0300 ")
            driver.hang_up()
            assert server.hear() == "end: closed"
        spoken.add(platform[1])
    assert spoken == {"12", "20", "23"}


@pytest.mark.parametrize(("certificate", "ca", "clock", "reason"), [
    ("server", "other_ca", "", "does not end at a stored CA certificate"),
    ("server_other_ca", "ca", "", "does not end at a stored CA certificate"),
    ("server_expired", "ca", "", "has expired"),
    ("server_expired_ca", "expired_ca", "", "has expired"),
    ("server", "ca", IN_2049, "has expired"),
    ("server_not_yet_valid", "ca", "", "is not valid yet"),
])
def test_server_is_refused(driver: Driver, certificates: Certificates,
                           serve: Callable[..., Ssl3Server], certificate: str, ca: str, clock: str,
                           reason: str) -> None:
    server = serve(certificate=certificate)
    driver.enable(auth=SERVER, version=SSL_3_0)
    driver.store_all(certificates, ca=ca)
    if clock:
        driver.ok(f"AT+CCLK={clock}")
    refused(driver, server.port, reason)
    assert server.hear().startswith("no agreement: ")
    # With auth_mode 0 the same server will do: nothing else was wrong with it.
    driver.secure(auth=NONE, version=SSL_3_0)
    driver.dial(server.port)
    driver.hang_up()


def test_intermediate(driver: Driver, certificates: Certificates,
                      serve: Callable[..., Ssl3Server]) -> None:
    server = serve(certificate="server_intermediate")
    driver.enable(auth=SERVER, version=SSL_3_0)
    driver.store_all(certificates)
    driver.dial(server.port)
    driver.hang_up()


def test_server_wants_a_client_certificate(driver: Driver, certificates: Certificates,
                                           serve: Callable[..., Ssl3Server]) -> None:
    server = serve(client_ca="ca")
    driver.enable(auth=SERVER, version=SSL_3_0)
    driver.store_all(certificates, client="client")
    refused(driver, server.port, "wants a client certificate and the module has none")
    driver.secure(auth=MUTUAL, version=SSL_3_0)
    driver.dial(server.port)
    driver.hang_up()
    driver.store_all(certificates, client="client_other_ca")
    refused(driver, server.port, "sent a fatal alert")


def test_server_with_other_suites(driver: Driver, serve: Callable[..., Ssl3Server]) -> None:
    server = serve(suites="0005")
    driver.enable(5, version=SSL_3_0)
    refused(driver, server.port, "shares no cipher suite with the module")
    driver.secure(0, version=SSL_3_0)
    driver.dial(server.port)
    driver.status("2,2")


def test_server_that_has_tls_only(driver: Driver, nginx: Callable[..., Nginx]) -> None:
    """Neither does the module climb.  OpenSSL's alert is the same as for want of a suite."""
    server = nginx()
    driver.enable(version=SSL_3_0)
    refused(driver, server.port, "(alert 40, or it does not speak SSL 3.0)")
    assert server.requests() == []
    driver.secure(version=TLS_1_0)
    driver.dial(server.port)


@pytest.mark.parametrize("version", [1, 2])
def test_never_a_fallback(driver: Driver, serve: Callable[..., Ssl3Server], version: int) -> None:
    """A host that selected TLS does not get SSL 3.0 though the server offers it: it is told so."""
    server = serve()
    driver.enable(version=version)
    for _ in range(2):
        mark = LogMark(driver.modem)
        driver.fails(driver.dial_line(server.port), HANDSHAKE)
        assert len(mark.warnings()) == 1
        assert server.hear() == "no agreement: SSL_ERROR_PROTOCOL_VERSION_ALERT"
    driver.status("1")


@pytest.mark.parametrize("version", [1, 2])
def test_hello_of_a_failed_dial_is_not_repeated(driver: Driver, version: int) -> None:
    """One connection, one hello, of the version selected."""
    driver.enable(version=version)
    with RawPeer() as peer:
        driver.type(driver.dial_line(peer.port))
        peer.accept()
        hello = peer.client_hello()
        assert hello[9:11] == bytes([3, version])
        peer.send_raw(bytes.fromhex("15 03 00 00 02 02 28"))  # handshake_failure, as SSL 3.0 says it
        driver.expect(HANDSHAKE)
        assert not peer.is_called()


@pytest.mark.parametrize("cipher", [1, 5])
def test_bulk_both_ways(modem: Modem, serve: Callable[..., Ssl3Server], cipher: int) -> None:
    """A stream cipher and a block cipher; every byte arrives, in order."""
    server = serve()
    host = open_fd_host(modem)
    driver = Driver(modem, host).begin().attach().enable(cipher, version=SSL_3_0).tune()
    driver.dial(server.port, online=True)
    peer = Exchange(DOWN_SEED, BULK, BULK)
    feeder = threading.Thread(target=feed, args=(server, peer))
    listener = threading.Thread(target=listen, args=(server, peer))
    feeder.start()
    listener.start()
    exchange = Exchange(UP_SEED, BULK, BULK)
    exchange_all(host, exchange)
    feeder.join(20)
    listener.join(20)
    assert (exchange.received, exchange.digest) == (BULK, digest_of(DOWN_SEED, BULK))
    assert (peer.received, peer.digest) == (BULK, digest_of(UP_SEED, BULK))
    driver.escape()
    driver.status(f"2,{cipher}")
    driver.hang_up()


def feed(server: Ssl3Server, exchange: Exchange) -> None:
    for piece in stream(DOWN_SEED, exchange.send_count):
        server.send(bytes(piece))


def listen(server: Ssl3Server, exchange: Exchange) -> None:
    while not exchange.is_received:
        exchange.got(server.read_some())


def test_server_ends_the_connection(driver: Driver, serve: Callable[..., Ssl3Server]) -> None:
    server = serve()
    driver.enable(version=SSL_3_0).tune()
    driver.dial(server.port, online=True)
    server.send(b"the last of it")
    driver.host.expect_exact(b"the last of it")
    server.end_connection()
    driver.host.expect_exact(NO_CARRIER)
    driver.status("1")


def test_version_says_that_ssl_3_0_is_there() -> None:
    said = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--version"], capture_output=True,
                          text=True, check=True).stdout
    assert "mbedTLS 2.28" in said and "(TLS provider: SSL 3.0)" in said and "no provider" not in said


def test_key_log(serve: Callable[..., Ssl3Server], nginx: Callable[..., Nginx],
                 tmp_path: Path) -> None:
    """Both libraries write to the one file."""
    path = tmp_path / "keys"
    with Modem(options=["--keylog", str(path)]) as modem:
        driver = Driver(modem).begin().attach().enable(version=SSL_3_0)
        driver.dial(serve().port)
        driver.hang_up()
        driver.secure(version=TLS_1_0)
        driver.dial(nginx().port)
        driver.hang_up()
    lines = [line.split() for line in path.read_text().splitlines()]
    assert [(line[0], len(line[1]), len(line[2])) for line in lines] == [
        ("CLIENT_RANDOM", 64, 96)] * 2
