"""A module gets on with every server that shares a suite with it, whatever else the server has and
in whichever order; and with no other.

GnuTLS offers all combinations of the key exchanges, ciphers and MACs of a list, so a server may
choose a suite that the module does not allow.  Source: GSM_SSL_TCP_Application_Note V3.1 §1.1,
§3; L610 SSL V1.0.0 §1.5.4, §2; SSL V1.1.4 §1.5.4, §2.5; 1vv0300989 r12 §4.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.ordered_server import OrderedServer, openssl_names
from support.servers import GnutlsServ, RawPeer, parse_client_hello

from .driver import Driver
from .fibocom_driver import FibocomDriver
from .kept import Kept
from .observe import LogMark
from .quectel_driver import FAILED, OPENED, QuectelDriver

L610 = (0xcca8, 0xcca9, 0xccaa, 0xc02c, 0xc030, 0x009f, 0xc0ad, 0xc09f, 0xc024, 0xc028, 0x006b,
        0xc00a, 0xc014, 0x0039, 0xc0af, 0xc0a3, 0xc087, 0xc08b, 0xc07d, 0xc073, 0xc077, 0x00c4,
        0x0088, 0xc02b, 0xc02f, 0x009e, 0xc0ac, 0xc09e, 0xc023, 0xc027, 0x0067)
QUECTEL = (0x003d, 0x0035, 0x002f, 0x000a, 0x0005, 0x0004)
NL668_B = (0x0033, 0x002f, 0x0039)
NL668_A = (0x0016, 0x0033, 0x002f)
ONLY_TLS_1_2 = {0x003c, 0x003d, 0x0067, 0x006b, 0x00c4} | {
    code for code in L610 if code not in (0xc00a, 0xc014, 0x0039, 0x0088)}


@dataclass(frozen=True)
class Case:
    """Settings of a model, and the suites that they mean."""

    model: str
    suites: Sequence[int]
    lines: Sequence[str] = ()
    old: bool = False  # older than TLS 1.2

    def allowed(self) -> list[int]:
        return [code for code in self.suites if not (self.old and code in ONLY_TLS_1_2)]


def quectel(version: int, *codes: str) -> tuple[str, str]:
    names = ",".join(f'"{code}"' for code in codes)
    return f'AT+QSSLCFG="sslversion",0,{version}', f'AT+QSSLCFG="ciphersuite",0,{names}'


ALL = 'AT+QSSLCFG="ciphersuite",0,"0XFFFF"'

# The defaults, and what the manuals' examples choose.
CASES = {
    "m95": Case("m95", QUECTEL, quectel(4, "0XFFFF")),
    "m95-1.2": Case("m95", QUECTEL, quectel(3, "0XFFFF")),
    "m95-1.1": Case("m95", QUECTEL, quectel(2, "0XFFFF"), old=True),
    "m95-two": Case("m95", (0x003d, 0x002f), quectel(3, "0X003D", "0X002F")),
    "m95-three": Case("m95", (0x000a, 0x003d), quectel(4, "0X000A", "0X003D")),
    "am-1.0": Case("nl668-am-00", NL668_B, ("AT+GTSSLVER=2",), old=True),
    "am-1.1": Case("nl668-am-00", NL668_B, ("AT+GTSSLVER=3",), old=True),
    "am-1.2": Case("nl668-am-00", NL668_B, ("AT+GTSSLVER=4",)),
    "am-all": Case("nl668-am-00", (*NL668_B, 0x003c, 0x003d, 0x0067, 0x006b),
                   ("AT+GTSSLCIPHER=255,1", "AT+GTSSLVER=4")),
    "am-all-1.0": Case("nl668-am-00", NL668_B, ("AT+GTSSLCIPHER=255,1", "AT+GTSSLVER=2"), old=True),
    "cn-03": Case("nl668-cn-03", NL668_B, ("AT+GTSSLVER=4",)),
    "cn-03-all": Case("nl668-cn-03", (*NL668_B, 0x0035, 0x003c, 0x003d, 0x0067),
                      ("AT+GTSSLCIPHER=255,1", "AT+GTSSLVER=4")),
    "cn-03-example": Case("nl668-cn-03", (0x002f, 0x0067),
                          ("AT+GTSSLCIPHER=0,0", "AT+GTSSLCIPHER=3,1", "AT+GTSSLCIPHER=9,1",
                           "AT+GTSSLVER=4")),
    "cn-00": Case("nl668-cn-00", NL668_A, ("AT+GTSSLVER=2",), old=True),
    "gl865": Case("gl865", (0x0004, 0x0005, 0x0035), old=True),
    "he910": Case("he910", (0x0035, 0x002f, 0x0005, 0x0004), ("AT#SSLSECCFG2=1,2",), old=True),
    "le866": Case("le866", (0x0035, 0x002f, 0x0005, 0x0004), ("AT#SSLSECCFG2=1,3",)),
    "l610-1.0": Case("l610", L610, ("AT+GTSSLVER=2",), old=True),
    "l610": Case("l610", L610, ("AT+GTSSLVER=4",)),
    "l610-1-to-6": Case("l610", L610[:6], (
        *(f"AT+GTSSLCIPHER={number},1" for number in range(1, 7)), "AT+GTSSLVER=4")),
}


class Subject:
    """A module with the settings of a case."""

    def __init__(self, modem: Modem, case: Case) -> None:
        self.modem = modem
        self.driver: Driver = (
            QuectelDriver(modem) if case.model == "m95" else
            FibocomDriver(modem) if case.model.startswith(("nl668", "l610")) else Driver(modem))
        self.driver.begin()
        if type(self.driver) is Driver:
            self.driver.attach().enable(version=None).tune()
        for line in case.lines:
            self.driver.ok(line)

    def offer(self) -> list[int]:
        """The suites in its first hello."""
        with RawPeer() as peer:
            self._dial(peer.port)
            peer.accept()
            hello = parse_client_hello(peer.client_hello())
            peer.hang_up()
            self._result(False)
        return list(hello.suites)

    def dial(self, port: int, *, opens: bool) -> None:
        self._dial(port)
        self._result(opens)
        if opens and isinstance(self.driver, QuectelDriver):
            self.driver.close(0)
        elif opens and isinstance(self.driver, FibocomDriver):
            self.driver.close()
        elif opens:
            self.driver.hang_up()

    def _dial(self, port: int) -> None:
        if isinstance(self.driver, QuectelDriver):
            self.driver.dial(0, 0, port)
        elif isinstance(self.driver, FibocomDriver):
            self.driver.dial(port)
        else:
            self.driver.type(self.driver.dial_line(port))

    def _result(self, opens: bool) -> None:
        if isinstance(self.driver, QuectelDriver):
            self.driver.expect(f"+QSSLOPEN: 0,{OPENED if opens else FAILED}")
        elif isinstance(self.driver, FibocomDriver):
            self.driver.expect("+MIPOPEN: 1,1" if opens else "+MIPOPEN 1,0")
            if not opens:
                self.driver.expect("+MIPSTAT: 1,1")
        else:
            self.driver.expect("OK" if opens else "+CME ERROR: 839")


@pytest.fixture
def server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory,
           kept: Kept) -> OrderedServer:
    return kept.get("server", lambda: OrderedServer(certificates,
                                                    tmp_path_factory.mktemp("ordered")))


def subject(kept: Kept, case: Case) -> Subject:
    @contextmanager
    def make() -> Iterator[Subject]:
        with Modem(case.model) as modem:
            yield Subject(modem, case)
    return kept.get((case.model, case.lines), make)


def rotations(codes: Sequence[int]) -> Iterator[list[int]]:
    for at in range(len(codes)):
        yield [*codes[at:], *codes[:at]]


def agrees(module: Subject, server: OrderedServer, case: Case,) -> None:
    """With a server of everything that is offered, beginning with each in turn, and in the module's
    order."""
    offered = [code for code in module.offer() if code in openssl_names()]
    shared = {code for code in case.allowed() if code in openssl_names()}
    assert shared <= set(offered)
    for order in rotations(offered):
        server.serve(order)
        module.dial(server.port, opens=True)
        assert server.agreed() in shared, order
    server.serve(offered, prefers=False)
    module.dial(server.port, opens=True)
    assert server.agreed() in shared


def refuses(module: Subject, server: OrderedServer, case: Case) -> None:
    """A server with nothing but what came along is refused, with one word of why."""
    offered = [code for code in module.offer() if code in openssl_names()]
    foreign = [code for code in offered if code not in case.allowed()]
    if not foreign:
        return
    server.serve(foreign)
    mark = LogMark(module.modem)
    module.dial(server.port, opens=False)
    last = mark.warnings()[-1]
    assert "which the module does not allow" in last and "dialled again" not in last


@pytest.mark.parametrize("name", CASES)
def test_every_server_that_shares_a_suite(server: OrderedServer, kept: Kept, name: str) -> None:
    case = CASES[name]
    module = subject(kept, case)
    agrees(module, server, case)
    refuses(module, server, case)


# By name of a case, a server's words; the first of each is what it takes first.
GNUTLS_SERVERS = {
    "gl865": ("RSA", "ARCFOUR-128 AES-256-CBC", "MD5 SHA1"),
    "he910": ("RSA", "ARCFOUR-128 AES-128-CBC", "SHA1 MD5"),
    "cn-00": ("RSA DHE-RSA", "3DES-CBC AES-128-CBC", "SHA1"),
    "m95-three": ("RSA", "AES-256-CBC 3DES-CBC", "SHA1 SHA256"),
    "m95": ("RSA", "ARCFOUR-128 AES-128-CBC", "MD5 SHA1"),
}


@pytest.mark.parametrize("name", GNUTLS_SERVERS)
def test_suites_that_openssl_lacks(certificates: Certificates, kept: Kept,
                                   tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """3DES and RC4."""
    case = CASES[name]
    words = ":".join(f"+{word}" for part in GNUTLS_SERVERS[name] for word in part.split())
    priority = (f"NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:{words}:+COMP-NULL:+SIGN-ALL:"
                "+GROUP-ALL:%COMPAT:%SERVER_PRECEDENCE")
    with GnutlsServ(tmp_path_factory.mktemp("gnutls"), certificates, priority=priority) as server:
        subject(kept, case).dial(server.port, opens=True)
