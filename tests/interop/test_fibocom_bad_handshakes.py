"""What a server, or the way to it, can do to a handshake or a session: bits that change, a Finished
that is wrong, silence, a suite that was not asked for.  Codes of both families and the one line of
the log; and servers that are odd and good enough.  Source: docs/facts/fibocom.md §6; L610 SSL V1.0.0 §1.3.4; SSL V1.1.4 §1.3.4.
"""

from __future__ import annotations

import ctypes
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import GnutlsServ, Peer
from support.tls_proxy import Change, TlsProxy, in_finished, in_point_length, in_server_name
from support.wrong_finished import WrongFinished

from .fibocom_driver import FibocomDriver

FAMILIES = ["l610", "nl668-cn-00"]


@contextmanager
def ready(model: str, *lines: str) -> Iterator[FibocomDriver]:
    with Modem(model) as modem:
        host = FibocomDriver(modem).begin()
        for line in lines:
            host.ok(line)
        yield host


def expect_failure(host: FibocomDriver, code: int, reason: str) -> None:
    host.not_opened()
    host.reason(code)
    assert len(host.warnings()) == 1, host.modem.log()
    assert reason in host.warnings()[0]


# The server's Finished does not decrypt; the server finds that ours is not about what it has seen.
CHANGES = [(in_finished, -7, 20, "a record could not be decrypted or authenticated"),
           (in_server_name, -7, 51, "the server sent a fatal alert (alert 51")]


@pytest.mark.parametrize("model", FAMILIES)
@pytest.mark.parametrize(("change", "l610", "nl668", "reason"), CHANGES,
                         ids=["Finished", "server name"])
def test_a_bit_changes_on_the_way(certificates: Certificates, tmp_path: Path, model: str,
                                  change: Change, l610: int, nl668: int, reason: str) -> None:
    with GnutlsServ(tmp_path, certificates, priority="NORMAL:+RSA:+DHE-RSA") as server, \
            TlsProxy(server.port, change) as proxy, \
            ready(model, "AT+GTSSLVER=4", "AT+GTSSLCIPHER=4,1") as host:
        if model == "l610":
            host.ok("AT+GTSSLCIPHER=4,0")
        host.dial(proxy.port)
        expect_failure(host, l610 if model == "l610" else nl668, reason)
        assert proxy.changed


def test_a_point_of_a_wrong_length(certificates: Certificates, tmp_path: Path) -> None:
    """The server's fault, whatever the library calls it."""
    priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-GROUP-ALL:+GROUP-SECP256R1"
    with GnutlsServ(tmp_path, certificates, priority=priority) as server, \
            TlsProxy(server.port, in_point_length) as proxy, ready("l610", "AT+GTSSLVER=4") as host:
        host.dial(proxy.port)
        expect_failure(host, -7, "the server broke the protocol (behind SERVER KEY EXCHANGE came")
        assert proxy.changed


@pytest.mark.parametrize("version", [2, 3, 4])
def test_the_servers_finished_is_wrong(certificates: Certificates, version: int) -> None:
    """Its records are right, what it says of the handshake is not."""
    with WrongFinished(certificates) as server, \
            ready("nl668-cn-00", f"AT+GTSSLVER={version}") as host:
        host.dial(server.port)
        server.serve()
        expect_failure(host, 51, "the server's Finished message is wrong")


@pytest.mark.parametrize(("model", "code"), [("l610", -9), ("nl668-cn-00", 0)])
def test_an_open_session_is_reset(certificates: Certificates, model: str, code: int) -> None:
    """The NL668's list has nothing for it: 40 would be a handshake that failed."""
    with Peer(certificates) as peer, ready(model) as host:
        host.dial(peer.port)
        peer.handshake()
        host.expect("+MIPOPEN: 1,1")
        peer.reset()
        host.expect("+MIPSTAT: 1,1")
        host.reason(code)
        assert len(host.warnings()) == 1
        assert "reset" in host.warnings()[0]


@pytest.mark.parametrize(("model", "code"), [("l610", -20), ("nl668-cn-00", 0)])
def test_nobody_answers_in_an_open_session(certificates: Certificates, model: str,
                                           code: int) -> None:
    with Peer(certificates) as peer, ready(model, "AT+MIPKEEPCONF=1,1,1,1") as host:
        host.dial(peer.port)
        peer.handshake()
        host.expect("+MIPOPEN: 1,1")
        vanish(peer.connection)
        host.expect("+MIPSTAT: 1,1")
        host.reason(code)
        assert len(host.warnings()) == 1
        assert "timed out" in host.warnings()[0]


def vanish(connection: socket.socket) -> None:
    """The kernel drops what comes for this socket unanswered: a filter of one instruction, which
    says so of every packet."""
    class Program(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    so_attach_filter, bpf_ret = 26, 6
    code = ctypes.create_string_buffer(bpf_ret.to_bytes(8, "little"), 8)
    connection.setsockopt(socket.SOL_SOCKET, so_attach_filter,
                          bytes(Program(1, ctypes.addressof(code))))


@pytest.mark.parametrize(("model", "code", "suite", "tokens"), [
    ("l610", -7, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "+ECDHE-RSA:+AES-128-CBC"),
    ("nl668-cn-00", 40, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "+RSA:+3DES-CBC"),
    ("nl668-la-00", 40, "TLS_RSA_WITH_AES_256_CBC_SHA", "+RSA:+AES-256-CBC"),
])
def test_a_server_that_prefers_a_suite_too_much(certificates: Certificates, tmp_path: Path,
                                                model: str, code: int, suite: str,
                                                tokens: str) -> None:
    """The library offers more than the module's list (docs/design.md); a server that has nothing else
    is dialled again, and refused by name."""
    priority = f"NONE:+VERS-TLS1.2:{tokens}:+SHA1:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:+CTYPE-X509"
    with GnutlsServ(tmp_path, certificates, priority=priority) as server, \
            ready(model, "AT+GTSSLVER=4") as host:
        host.dial(server.port)
        host.not_opened()
        host.reason(code)
        *dials, last = host.warnings()
        assert dials and all("dialled again" in line for line in dials)
        assert "dialled again" not in last and "which the module does not allow" in last
        assert suite in dials[0]


@pytest.mark.parametrize("model", FAMILIES)
def test_an_old_server_is_good_enough(certificates: Certificates, tmp_path: Path,
                                      model: str) -> None:
    """Trap 16: a certificate of 1024 bits, signed with SHA-1, over TLS 1.0."""
    files, ca = certificates.old_style(tmp_path)
    with GnutlsServ(tmp_path, certificates, files=files, priority="LEGACY:+VERS-TLS1.0:+DHE-RSA"
                    ":%VERIFY_ALLOW_SIGN_WITH_SHA1") as server, \
            ready(model, "AT+GTSSLMODE=1", "AT+GTSSLVER=2") as host:
        host.load("TRUSTFILE", ca)
        host.open(server.port)
        host.reason(0)
        assert len(host.warnings()) == 1
        assert host.warnings()[0].endswith("it is weak: CN=localhost is signed with SHA-1")
        host.close()


@pytest.mark.parametrize("model", FAMILIES)
def test_forty_files_of_the_longest(certificates: Certificates, tmp_path: Path,
                                    model: str) -> None:
    """A chain of two that ends at the fortieth file; each is as long as a file may be, the rest of
    it line ends.  A forty-first is refused."""
    def longest(name: str) -> bytes:
        return certificates.pem(name).read_bytes().ljust(8192, b"\n")

    with GnutlsServ(tmp_path, certificates, certificate="server_intermediate") as server, \
            ready(model, "AT+GTSSLMODE=1", "AT+GTSSLVER=4", "AT+GTSSLCIPHER=5,1") as host:
        for name in [*["other_ca", "expired_ca", "server_other_ca"] * 13, "ca"]:
            host.load("TRUSTFILE", longest(name))
        host.answers("AT+GTSSLFILE?", "+GTSSLFILE: CERTFILE,0", "+GTSSLFILE: KEYFILE,0",
                     "+GTSSLFILE: TRUSTFILE,40")
        host.type('AT+GTSSLFILE="TRUSTFILE",8192')
        host.prompt()
        host.host.write(longest("intermediate"))
        host.expect("ERROR")
        host.open(server.port)
        host.reason(0)
        host.close()
