"""What stops a TLS connection, the code of +GTSSLERR for it in both families, and the log's reason.

Row by row the table of docs/facts/fibocom.md §6, each with a server that is real or misbehaves as it must.
Rows that need a minute of silence are transcripts (error-silent-*.at).  Sources: L610 SSL V1.0.0
§1.3.4; SSL V1.1.4 §1.3.4.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import GnutlsServ, Misbehaviour, Peer, RawPeer, refused_port

from .fibocom_driver import FibocomDriver

L610, NL668 = "l610", "nl668-cn-00"
TLS_1_2 = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2)

UNKNOWN_CA = "does not end at a stored CA certificate"
EXPIRED = "has expired"
MARKED = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
LEFT_OUT = "left out"
OWN_CA = "the stored CA certificate cannot be read"
OWN_CERTIFICATE = "the stored client certificate cannot be read"
OWN_KEY = "the stored private key cannot be read or does not fit"
UNUSABLE = "the server's certificate cannot be used"
KIND = "the server's certificate or key is of an unsupported kind"
ALERT = "the server sent a fatal alert"
NO_SUITE = "the server shares no cipher suite"
VERSION = "the server does not speak the selected protocol version"
WANTED = "the server wants a client certificate and the module has none"


@dataclass
class World:
    """What a case may start servers with; they end with the test."""

    certificates: Certificates
    folder: Path
    stack: ExitStack
    count: list[int] = field(default_factory=lambda: [0])

    def gnutls(self, **options: object) -> int:
        self.count[0] += 1
        folder = self.folder / str(self.count[0])
        folder.mkdir()
        server = GnutlsServ(folder, self.certificates, **options)  # type: ignore[arg-type]
        return self.stack.enter_context(server).port

    def peer(self, **options: object) -> Peer:
        return self.stack.enter_context(Peer(self.certificates, **options))  # type: ignore

    def raw(self) -> RawPeer:
        return self.stack.enter_context(RawPeer())

    def pem(self, name: str) -> bytes:
        return self.certificates.pem(name).read_bytes()

    def key(self, name: str) -> bytes:
        return self.certificates.key(name).read_bytes()


@pytest.fixture
def world(certificates: Certificates, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(certificates, tmp_path, stack)


@dataclass(frozen=True)
class Row:
    """A row of the table: how it comes about, the two codes, and what the log says.

    `act` starts the server and gives its port; for a server that is told each step, a function that
    goes on when the module has dialled.
    """

    name: str
    act: Callable[[World], int | tuple[int, Callable[[], object]]]
    l610: int | None  # 0: none; None: the connection succeeds
    nl668: int | None
    reason: str
    trust: tuple[str, ...] = ("ca",)  # names, or contents
    client: tuple[str, str] = ("", "")  # certificate and key: names, or contents
    verify: bool = True
    version: int = 4
    clock: str = ""
    host: str = "localhost"


def good(world: World) -> int:
    return world.gnutls()


def with_certificate(name: str) -> Callable[[World], int]:
    return lambda world: world.gnutls(certificate=name)


def with_files(make: Callable[[Certificates, Path], tuple[Path, Path]]) -> Callable[[World], int]:
    return lambda world: world.gnutls(files=make(world.certificates, world.folder))


def scripted(act: Callable[[RawPeer], None]) -> Callable[[World], tuple[int, Callable[[], object]]]:
    def start(world: World) -> tuple[int, Callable[[], object]]:
        peer = world.raw()

        def go() -> None:
            peer.accept()
            act(peer)
        return peer.port, go
    return start


def after_hello(reply: bytes) -> Callable[[World], tuple[int, Callable[[], object]]]:
    def act(peer: RawPeer) -> None:
        peer.client_hello()
        peer.send_raw(reply)
    return scripted(act)


def alert(number: int) -> bytes:
    return bytes((21, 3, 3, 0, 2, 2, number))


def handshake(kind: int, body: bytes) -> bytes:
    message = bytes((kind,)) + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message


def sends_certificate(change: Callable[[bytes], bytes]
                      ) -> Callable[[World], tuple[int, Callable[[], object]]]:
    """A server that gets as far as its certificate, which is changed.  Its suite, DHE with
    AES-256-SHA, is both families'."""
    def start(world: World) -> tuple[int, Callable[[], object]]:
        der = change(world.certificates.der("server").read_bytes())
        chain = len(der).to_bytes(3, "big") + der
        hello = handshake(2, b"\x03\x03" + bytes(range(32)) + b"\x00\x00\x39\x00")
        certificate = handshake(11, len(chain).to_bytes(3, "big") + chain)
        return after_hello(hello + certificate)(world)  # type: ignore[return-value]
    return start


def cut_in_half(der: bytes) -> bytes:
    return der[:len(der) // 2]


def unknown_key_kind(der: bytes) -> bytes:
    """rsaEncryption, 1.2.840.113549.1.1.1, becomes an algorithm that nobody has."""
    rsa = bytes.fromhex("2a864886f70d010101")
    assert der.count(rsa) == 1
    return der.replace(rsa, bytes.fromhex("2a864886f70d01017f"))


def wants_client(world: World) -> tuple[int, Callable[[], object]]:
    peer = world.peer(client_ca="ca", versions=TLS_1_2)
    return peer.port, peer.fail_handshake


def rejects_client(world: World) -> tuple[int, Callable[[], object]]:
    peer = world.peer(client_ca="ca", versions=TLS_1_2)
    return peer.port, peer.fail_handshake


def no_common_suite(world: World) -> int:
    return world.gnutls(priority="NONE:+VERS-TLS1.2:+RSA:+NULL:+SHA1:+SIGN-ALL:+COMP-NULL")


def newer_only(world: World) -> tuple[int, Callable[[], object]]:
    peer = world.peer(versions=TLS_1_2)
    return peer.port, peer.fail_handshake


def nobody(_: World) -> int:
    return refused_port()


NOT_PEM = "MIIEUjCCA7ugAwIBAgIMaNRI"
CUT = "cut"  # a PEM file without its end
PKCS_8 = "PKCS #8"

ROWS = [
    Row("no trust file", good, -11, 42, UNKNOWN_CA, trust=()),
    Row("certificate expired", with_certificate("server_expired"), -11, 45, EXPIRED),
    Row("CA expired", with_certificate("server_expired_ca"), -11, 45, EXPIRED,
        trust=("expired_ca",)),
    Row("expired by the clock", good, -11, 45, EXPIRED, clock='"50/01/01,00:00:00"'),
    Row("not yet valid", with_certificate("server_not_yet_valid"), -11, 45, "not valid yet"),
    Row("unknown issuer", good, -11, 48, UNKNOWN_CA, trust=("other_ca",)),
    Row("self-signed", with_files(Certificates.self_signed), -11, 48, UNKNOWN_CA),
    Row("signature wrong", with_files(Certificates.badly_signed), -11, 150,
        "a signature in the server's certificate chain is wrong (CN=localhost"),
    Row("issuer is no CA", with_files(lambda made, folder: made.issued_by("server", folder)),
        -11, 151, "CN=localhost: its issuer is not a CA"),
    Row("malformed certificate", sends_certificate(cut_in_half), -16, 152, UNUSABLE),
    Row("unsupported kind of key", sends_certificate(unknown_key_kind), -16, 43, KIND),
    Row("name of another", with_certificate("server_wrong_name"), None, 153,
        "issued for another name"),
    Row("server name rejected", after_hello(alert(112)), -7, 155, ALERT),
    Row("revoked, by alert", after_hello(alert(44)), -7, 44, ALERT),
    Row("trust file without marks", good, -19, 42, OWN_CA, trust=(NOT_PEM,)),
    Row("one bad trust file of two", good, None, None, LEFT_OUT, trust=("ca", NOT_PEM)),
    Row("a good trust file behind a bad one", good, None, None, LEFT_OUT, trust=(NOT_PEM, "ca")),
    Row("a trust file that only looks like one of two", good, None, None, LEFT_OUT,
        trust=(MARKED, "ca")),
    Row("a trust file cut, of two", good, None, None, LEFT_OUT, trust=(CUT, "ca")),
    Row("two bad trust files", good, -19, 42, OWN_CA, trust=("MIIE", NOT_PEM)),
    Row("trust file that is no certificate", good, -19, 42, OWN_CA, trust=(MARKED,)),
    Row("trust file cut", good, -12, 42, OWN_CA, trust=(CUT,)),
    Row("client certificate cut", good, -12, 42, OWN_CERTIFICATE, client=(CUT, "client")),
    Row("client certificate unusable", good, -17, 42, OWN_CERTIFICATE, client=(NOT_PEM, "client")),
    Row("client key unusable", good, -18, 80, OWN_KEY, client=("client", NOT_PEM)),
    Row("client key of another", good, -18, 80, OWN_KEY, client=("client", "other_ca")),
    Row("client key in PKCS #8", good, None, 80, OWN_KEY, client=("client", PKCS_8)),
    Row("client certificate wanted", wants_client, -7, 40, WANTED),
    Row("client certificate rejected", rejects_client, -7, 48, ALERT,
        client=("client_other_ca", "client_other_ca")),
    Row("no common suite", no_common_suite, -7, 40, NO_SUITE),
    Row("insufficient security", after_hello(alert(71)), -7, 71, NO_SUITE),
    Row("version refused", newer_only, -7, 70, VERSION, version=2),
    Row("alert of the list", after_hello(alert(22)), -7, 22, ALERT),
    Row("alert that the list lacks", after_hello(alert(109)), -7, 80, ALERT),
    Row("HTTP instead of TLS", scripted(Misbehaviour.http), -7, 10, "does not speak TLS"),
    Row("garbage", scripted(Misbehaviour.garbage), -7, 10, "does not speak TLS"),
    Row("closed after the hello", scripted(Misbehaviour.close_after_hello), -9, 40,
        "the server closed the connection"),
    Row("reset after the hello", scripted(Misbehaviour.reset_after_hello), -9, 40,
        "the server reset the connection"),
    Row("refused", nobody, -2, 0, "connection refused"),
    Row("no such name", nobody, -2, 0, "name could not be resolved", host="nowhere.invalid"),
]


def contents(world: World, what: str, read: Callable[[str], bytes]) -> bytes:
    if what == CUT:
        return read("ca")[:-100]
    if what == PKCS_8:
        return world.certificates.pkcs8("client")
    return read(what) if what in world.certificates.names else what.encode()


def prepare(host: FibocomDriver, world: World, row: Row) -> None:
    for trusted in row.trust:
        host.load("TRUSTFILE", contents(world, trusted, world.pem))
    if row.client[0]:
        host.load("CERTFILE", contents(world, row.client[0], world.pem))
        host.load("KEYFILE", contents(world, row.client[1], world.key))
    host.ok(f"AT+GTSSLMODE={int(row.verify)}")
    host.ok(f"AT+GTSSLVER={row.version}")
    if host.modem.model == NL668:
        host.ok("AT+GTSSLCIPHER=255,1")
    if row.clock:
        host.ok(f"AT+CCLK={row.clock}")


@pytest.mark.parametrize("model", [L610, NL668])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_of_the_table(world: World, row: Row, model: str) -> None:
    expected = row.l610 if model == L610 else row.nl668
    with Modem(model) as modem:
        host = FibocomDriver(modem).begin()
        prepare(host, world, row)
        started = row.act(world)
        port, go = (started, None) if isinstance(started, int) else started
        host.dial(port, row.host)
        if go is not None:
            go()
        if expected is None:
            host.expect("+MIPOPEN: 1,1")
            host.reason(0)
            assert len(host.warnings()) <= 1
            assert all(row.reason in line or "does not compare names" in line
                       for line in host.warnings())
            return
        host.not_opened()
        host.reason(expected)
        assert len(host.warnings()) == 1, modem.log()
        assert row.reason in host.warnings()[0]
        host.answers("AT+MIPOPEN?", "+MIPOPEN: 1,2,3,4,5,6")


@pytest.mark.parametrize(("model", "code"), [(L610, -7), (NL668, 20)])
def test_damaged_record_of_an_open_session(world: World, model: str, code: int) -> None:
    peer = world.peer()
    with Modem(model) as modem:
        host = FibocomDriver(modem).begin()
        host.dial(peer.port)
        peer.handshake()
        host.expect("+MIPOPEN: 1,1")
        peer.send_corrupt_record()
        host.expect("+MIPSTAT: 1,1")
        host.reason(code)
        assert len(host.warnings()) == 1


@pytest.mark.parametrize("model", [L610, NL668])
def test_the_end_of_a_session_is_no_error(world: World, model: str) -> None:
    peer = world.peer()
    with Modem(model) as modem:
        host = FibocomDriver(modem).begin()
        host.dial(peer.port)
        peer.handshake()
        host.expect("+MIPOPEN: 1,1")
        peer.close()
        host.expect("+MIPSTAT: 1,2")
        host.reason(0)
        assert not host.warnings()


@pytest.mark.parametrize("model", [L610, NL668])
def test_without_a_context_nothing_is_tried(model: str) -> None:
    with Modem(model) as modem:
        host = FibocomDriver(modem).begin()
        host.answers("AT+MIPCALL=0", "+MIPCALL: 0")
        host.fails('AT+MIPOPEN=1,,"localhost",443,2', "ERROR")
        host.reason(0)


@pytest.mark.parametrize(("model", "code"), [(L610, -7), (NL668, 70)])
def test_ssl_3_0_where_the_server_has_none(world: World, model: str, code: int) -> None:
    """Also where this build has no SSL 3.0 at all."""
    port = world.gnutls()
    with Modem(model) as modem:
        host = FibocomDriver(modem).begin()
        host.ok("AT+GTSSLVER=1")
        host.ok(f"AT+GTSSLCIPHER={14 if model == L610 else 5},1")
        host.dial(port)
        host.not_opened()
        host.reason(code)
        assert len(host.warnings()) == 1
