"""Suite, version and authentication on each platform, against servers of others.

A combination counts as spoken when module and server name the same suite, each in its own words, and
data goes through.  nginx (OpenSSL) has AES; RC4 and NULL, which OpenSSL is built without or hides,
come from gnutls-serv.  Products that share their data have one here; tests/unit/test_telit_models.c
walks over all names.  SSL 3.0 has a file of its own.  Source: Telit 1vv0300989 r12 §3, §4.2, r6 §2.2.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path
from support.servers import GnutlsServ, Nginx, Peer, parse_client_hello

from .driver import Driver
from .kept import Kept
from .observe import LogMark
from .pages import CLIENT, NOBODY, Seen, ask, version_of

RANGE, CREDENTIALS, HANDSHAKE = 4, 837, 839
MODERN = "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

SUITES_2G = {1: "RC4-MD5", 2: "RC4-SHA", 3: "AES256-SHA"}
SUITES_3G = {1: "RC4-MD5", 2: "RC4-SHA", 3: "AES128-SHA", 4: "NULL-SHA", 5: "AES256-SHA"}
CODES = {"RC4-MD5": 0x0004, "RC4-SHA": 0x0005, "AES128-SHA": 0x002f, "NULL-SHA": 0x0002,
         "AES256-SHA": 0x0035}


@dataclass(frozen=True)
class Platform:
    model: str
    suites: dict[int, str]
    versions: tuple[int, ...] = (1,)

    @property
    def has_versions(self) -> bool:
        """2G modules have TLS 1.0, and no #SSLSECCFG2."""
        return self.versions != (1,)


PLATFORMS = (
    Platform("gc864-quad", SUITES_2G),     # 10, of r6 only
    Platform("gl865-quad", SUITES_2G),     # 10
    Platform("ge910-gnss", SUITES_2G),     # 13
    Platform("gl868-dual-v3", SUITES_2G),  # 16
    Platform("ue910-eur", SUITES_3G, (1, 2)),      # 12
    Platform("le910-euv2", SUITES_3G, (1, 2)),     # 20
    Platform("le866", SUITES_3G, (1, 2, 3)),       # 23
)
EACH = pytest.mark.parametrize("platform", PLATFORMS, ids=[one.model for one in PLATFORMS])
EACH_VERSION = pytest.mark.parametrize(
    ("platform", "version"), [(one, version) for one in PLATFORMS for version in one.versions],
    ids=[f"{one.model}-{version}" for one in PLATFORMS for version in one.versions])


@pytest.fixture
def start(certificates: Certificates, kept: Kept) -> Callable[[str], Driver]:
    """A modem of each model for the whole file, enabled, with everything stored."""
    @contextmanager
    def make_modem(model: str) -> Iterator[Driver]:
        with Modem(model, options=["--trace", "at"]) as modem:
            driver = Driver(modem).begin().attach()
            driver.ok("AT#SSLEN=1,1")
            driver.ok("AT#SSLCFG=1,1,0,0,300,1")
            driver.store_all(certificates, client="client")
            yield driver
    return kept.starter(make_modem)


def secure(driver: Driver, platform: Platform, cipher: int, auth: int, version: int) -> None:
    driver.secure(cipher, auth, version=version if platform.has_versions else None)


def is_of_openssl(suite: str) -> bool:
    return suite.startswith("AES")


@EACH_VERSION
@pytest.mark.parametrize("auth", [0, 1, 2])
def test_each_suite(start: Callable[[str], Driver], nginx: Callable[..., Nginx],
                    gnutls: Callable[..., GnutlsServ], platform: Platform, version: int,
                    auth: int) -> None:
    driver = start(platform.model)
    client_ca = "ca" if auth == 2 else None
    for number, suite in platform.suites.items():
        server = (nginx if is_of_openssl(suite) else gnutls)(client_ca=client_ca)
        secure(driver, platform, number, auth, version)
        driver.dial(server.port)
        driver.status(f"2,{number}")
        assert ask(driver, server) == Seen(version_of(server, version), suite,
                                           CLIENT if auth == 2 else NOBODY)
        driver.status("1")


@EACH_VERSION
def test_automatic(start: Callable[[str], Driver], nginx: Callable[..., Nginx],
                   gnutls: Callable[..., GnutlsServ], platform: Platform, version: int) -> None:
    """CipherSuite 0: the first of the module's that the server has, by the order of the guide."""
    driver = start(platform.model)
    for server, suite in ((nginx(), "AES256-SHA"),
                          (gnutls(), "RC4-MD5" if platform.suites is SUITES_2G else "AES256-SHA")):
        number, = (n for n, name in platform.suites.items() if name == suite)
        secure(driver, platform, 0, 0, version)
        driver.dial(server.port)
        driver.status(f"2,{number}")
        assert ask(driver, server) == Seen(version_of(server, version), suite, NOBODY)


@EACH_VERSION
def test_what_is_offered(start: Callable[[str], Driver], certificates: Certificates,
                         platform: Platform, version: int) -> None:
    """CipherSuite 0 offers all but NULL, in the guide's order; another number that one suite."""
    driver = start(platform.model)
    automatic = tuple(platform.suites) if platform.suites is SUITES_2G else (5, 3, 2, 1)
    for number, offered in {0: automatic, **{one: (one,) for one in platform.suites}}.items():
        secure(driver, platform, number, 0, version)
        with Peer(certificates) as peer:
            driver.type(driver.dial_line(peer.port, timeout_ds=10))
            peer.accept()
            offer = parse_client_hello(peer.client_hello())
            peer.reset()
            driver.expect(f"+CME ERROR: {HANDSHAKE}")
        assert offer.version == 0x0300 + version
        assert offer.suites == tuple(CODES[platform.suites[one]] for one in offered)


@EACH
def test_what_the_platform_does_not_have(start: Callable[[str], Driver],
                                         platform: Platform) -> None:
    driver = start(platform.model)
    last = max(platform.suites)
    driver.ok(f"AT#SSLSECCFG=1,{last},2")
    driver.error(f"AT#SSLSECCFG=1,{last + 1},0", RANGE)
    driver.error("AT#SSLSECCFG=1,0,3", RANGE)
    if platform.has_versions:
        driver.ok(f"AT#SSLSECCFG2=1,{max(platform.versions)}")
        driver.error(f"AT#SSLSECCFG2=1,{max(platform.versions) + 1}", RANGE)
        driver.fails("AT#SSLFASTD=1,1", "ERROR")
        driver.error('AT#SSLD=1,443,"localhost",1,1', RANGE)
    else:
        driver.fails("AT#SSLSECCFG2=1,1", "ERROR")
        driver.error("AT#SSLSECCFG=1,0,0,1", RANGE)


@EACH_VERSION
def test_servers_that_do_not_fit(start: Callable[[str], Driver], nginx: Callable[..., Nginx],
                                 platform: Platform, version: int) -> None:
    """Another version only, another suite only, a certificate of another CA: refused, and said why."""
    driver = start(platform.model)
    others = "TLSv1.1" if version == 1 else "TLSv1"
    for server, auth, reason in (
            (nginx(protocols=others), 0, "does not speak the selected protocol version"),
            (nginx(ciphers=MODERN), 0, "shares no cipher suite with the module"),
            (nginx(certificate="server_other_ca"), 1, "does not end at a stored CA certificate")):
        secure(driver, platform, 0, auth, version)
        mark = LogMark(driver.modem)
        driver.error(driver.dial_line(server.port), HANDSHAKE)
        warning, = mark.warnings()
        assert reason in warning
        driver.status("1")


def test_only_platform_23_reaches_a_server_of_tls_1_2(start: Callable[[str], Driver],
                                                      nginx: Callable[..., Nginx]) -> None:
    server = nginx(protocols="TLSv1.2")
    for platform in PLATFORMS:
        driver = start(platform.model)
        secure(driver, platform, 0, 1, max(platform.versions))
        if 3 in platform.versions:
            driver.dial(server.port)
            assert ask(driver, server).version == "TLSv1.2"
        else:
            driver.error(driver.dial_line(server.port), HANDSHAKE)


@EACH
def test_auth_modes_need_their_data(nginx: Callable[..., Nginx], certificates: Certificates,
                                    platform: Platform) -> None:
    """1 needs the CA, 2 also the client's certificate and key (r12 §4.2)."""
    server = nginx()
    with Modem(platform.model) as modem:
        driver = Driver(modem).begin().attach()
        driver.ok("AT#SSLEN=1,1")
        for auth in (1, 2):
            secure(driver, platform, 0, auth, 1)
            driver.error(driver.dial_line(server.port), CREDENTIALS)
        driver.store_all(certificates)
        driver.error(driver.dial_line(server.port), CREDENTIALS)
        secure(driver, platform, 0, 1, 1)
        driver.dial(server.port)
        driver.hang_up()


def test_every_name_starts() -> None:
    """By each name that --list-modules shows for Telit a module starts that says so."""
    program = program_path("tlsmodem", "TLSMODEM")
    text = subprocess.run([program, "--list-modules"], capture_output=True, text=True,
                          check=True).stdout
    rows = re.findall(r"^(\S+) +Telit +(.+?) +platform ", text, re.MULTILINE)
    assert len(rows) == 62
    for name, product in rows:
        with Modem(name, "stdio") as modem:
            modem.host.write(b"ATE0\r")
            modem.host.expect_exact(b"ATE0\r\r\nOK\r\n")
            Driver(modem).answers("AT+CGMM", product)


def test_six_sockets_of_platform_23(nginx: Callable[..., Nginx],
                                    certificates: Certificates) -> None:
    """Each secure socket has its own settings, data and connection."""
    server = nginx()
    with Modem("le866") as modem:
        driver = Driver(modem).begin().attach()
        for number in range(1, 7):
            driver.ok(f"AT#SSLEN={number},1")
            driver.ok(f"AT#SSLSECCFG={number},{3 if number % 2 else 5},0")
            driver.ok(f"AT#SSLSECCFG2={number},{1 + number % 3}")
            driver.ok(f'AT#SSLD={number},{server.port},"localhost",0,1')
        before = len(server.requests())
        for number in range(6, 0, -1):
            driver.answers(f"AT#SSLS={number}", f"#SSLS: {number},2,{3 if number % 2 else 5}")
            driver.type(f"AT#SSLSENDEXT={number},{len(REQUEST)}")
            driver.host.expect_exact(b"\r\n> ")
            driver.host.write(REQUEST)
            driver.expect("OK")
        requests = server.requests(before + 6)[before:]
        assert sorted((one.protocol, one.cipher) for one in requests) == sorted(
            (("TLSv1", "TLSv1.1", "TLSv1.2")[number % 3],
             "AES128-SHA" if number % 2 else "AES256-SHA") for number in range(1, 7))
        for number in range(1, 7):
            driver.ok(f"AT#SSLH={number}")
            driver.ok(f"AT#SSLEN={number},0")
