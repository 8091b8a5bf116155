"""TLS alerts and renegotiations that a fault has a module's session send, or take for sent: what real servers log
of them, and what the host is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_2
from support.certs import Certificates
from support.control import ControlPort
from support.servers import GnutlsServ, OpensslServer
from support.ssl3_server import Ssl3Server

from .makers import MAKERS, Dialler, FibocomDialler, QuectelDialler, TelitDialler, dialler, versions
from .observe import wait_until

# What OpenSSL has words for; of the others it says that they are unknown.
KNOWN = ["unexpected_message", "bad_record_mac", "decryption_failed", "record_overflow", "decompression_failure", "handshake_failure",
         "no_certificate", "bad_certificate", "unsupported_certificate", "certificate_revoked", "certificate_expired", "certificate_unknown",
         "illegal_parameter", "unknown_ca", "access_denied", "decode_error", "decrypt_error", "export_restriction", "protocol_version",
         "insufficient_security", "internal_error", "user_canceled", "no_renegotiation", "unsupported_extension", "unrecognized_name",
         "bad_certificate_status_response", "unknown_psk_identity"]
# What the log of the module says of some.
REASONS = {"unknown_ca": "does not end at a stored CA certificate", "certificate_expired": "server's chain has expired",
           "bad_certificate": "the server's certificate cannot be used", "handshake_failure": "shares no cipher suite",
           "internal_error": "the TLS library failed", "decode_error": "the server broke the protocol"}


class Laboratory:
    """A host of a module, and the module's control port."""

    def __init__(self, host: Dialler, control: ControlPort) -> None:
        self.host = host
        self.control = control
        self.path = f"/v1/modems/{host.modem.model}/faults"

    def fault(self, kind: str, when: dict[str, object] | None = None, **more: object) -> None:
        """`stream` and `count` are the fault's, the rest its attributes."""
        body: dict[str, object] = {"type": kind, "when": when or {}}
        body |= {name: more.pop(name) for name in ("stream", "count") if name in more}
        self.control.done("POST", self.path, body | {"attributes": more})

    def none(self) -> None:
        self.control.done("DELETE", self.path)

    def ended(self) -> None:
        """The session, by what the module takes for an error."""
        self.host.lost()


@contextmanager
def laboratory(model: str, version: int, folder: Path) -> Iterator[Laboratory]:
    with dialler(model, version, "--control", f"unix:{folder / 'control'}", "--log-level", "info") as host:
        yield Laboratory(host, ControlPort(folder / "control"))


def openssl(folder: Path, certificates: Certificates, *options: str) -> OpensslServer:
    """One that takes what a test sends also while a record that was only an alert has come."""
    return OpensslServer(folder, certificates, extra=["-state", "-nbio", *options])


def read_by(server: OpensslServer) -> list[tuple[str, str]]:
    """Level and description of each alert that the server says it has got."""
    return [(level, name.strip().lower().replace(" ", "_"))
            for level, name in re.findall(r"SSL3 alert read:(\w+):([^\n]+)", server.log())]


def written_by(server: OpensslServer) -> list[str]:
    return [name.strip() for name in re.findall(r"SSL3 alert write:\w+:([^\n]+)", server.log())]


def await_alert(server: OpensslServer, level: str, name: str) -> None:
    wait_until(lambda: (level, name) in read_by(server))


def send(host: Dialler, data: bytes) -> None:
    if isinstance(host, QuectelDialler):
        assert host.driver.try_send(1, data)
    elif isinstance(host, FibocomDialler):
        host.driver.send(data)
    else:
        assert isinstance(host, TelitDialler)
        host.driver.send_text(data)


def hear(host: Dialler, data: bytes) -> None:
    """What the server has sent comes to the host."""
    if isinstance(host, QuectelDialler):
        host.modem.host.read_until(b'+QSSLURC: "recv",0,1\r\n')
    host.read()
    if isinstance(host, FibocomDialler):
        host.modem.host.read_until(data.hex().upper().encode() + b"\r\n")
    else:
        host.modem.host.read_until(data)
        host.modem.host.read_until(b"\r\nOK\r\n")


@pytest.mark.parametrize("model", MAKERS)
def test_a_server_gets_each_alert_in_the_handshake(model: str, certificates: Certificates, tmp_path: Path) -> None:
    with openssl(tmp_path, certificates) as server, laboratory(model, TLS_1_2, tmp_path) as lab:
        for name in KNOWN if model == "m95" else REASONS:
            mark = len(lab.host.log.text())
            lab.fault("alert", {"phase": "client-hello"}, stream="upstream", description=name)
            lab.host.dial(server.port)
            lab.host.failed()
            await_alert(server, "fatal", name)
            assert REASONS.get(name, "") in lab.host.log.text()[mark:]
            lab.none()
        assert len(read_by(server)) == (len(KNOWN) if model == "m95" else len(REASONS))


@pytest.mark.parametrize("phase", ["client-hello", "certificate", "finished", "any"])
@pytest.mark.parametrize("version", [TLS_1_0, TLS_1_2])
def test_a_server_gets_it_in_each_phase(version: int, phase: str, certificates: Certificates, tmp_path: Path) -> None:
    with openssl(tmp_path, certificates) as server, laboratory("m95", version, tmp_path) as lab:
        lab.fault("alert", {"phase": phase}, stream="upstream", description="bad_certificate")
        lab.host.dial(server.port)
        lab.host.failed()
        await_alert(server, "fatal", "bad_certificate")


@pytest.mark.parametrize("model", MAKERS)
def test_a_server_gets_warnings_and_a_fatal_one_on_an_open_connection(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """Of a fault that is added while nothing moves: at once."""
    with openssl(tmp_path, certificates) as server, laboratory(model, TLS_1_2, tmp_path) as lab:
        lab.host.dial(server.port)
        lab.host.opened()
        lab.fault("alert", stream="upstream", description="user_canceled", level="warning")
        await_alert(server, "warning", "user_canceled")
        server.send(b"on it goes")
        hear(lab.host, b"on it goes")
        lab.fault("alert", {"phase": "data"}, stream="upstream", description="decrypt_error")
        await_alert(server, "fatal", "decrypt_error")
        lab.ended()


def test_a_server_of_tls_1_3_gets_it(certificates: Certificates, tmp_path: Path) -> None:
    """Behind the module's Finished, when the server takes the handshake for done; and there is no renegotiation."""
    with openssl(tmp_path, certificates) as server, dialler("m95", TLS_1_2, "--tls-policy", "modern", "--tls-ca",
                                                            str(certificates.pem("ca")), "--control", f"unix:{tmp_path / 'control'}",
                                                            "--log-level", "info") as host:
        lab = Laboratory(host, ControlPort(tmp_path / "control"))
        lab.fault("renegotiation", stream="upstream", count=1)
        host.dial(server.port)
        host.opened()
        wait_until(lambda: "it can do nothing to this session: not supported" in host.log.text())
        lab.fault("alert", stream="upstream", description="unknown_ca")
        await_alert(server, "fatal", "unknown_ca")
        lab.ended()
        assert "TLSv1.3" in server.log() or "TLS 1.3" in host.log.text()


def test_gnutls_logs_it_too(certificates: Certificates, tmp_path: Path) -> None:
    with GnutlsServ(tmp_path, certificates) as server, laboratory("m95", TLS_1_2, tmp_path) as lab:
        lab.fault("alert", {"phase": "data"}, stream="upstream", description="unknown_ca", count=1)
        lab.host.dial(server.port)
        lab.host.opened()
        lab.ended()
        wait_until(lambda: "A TLS fatal alert has been received" in server.log())
        lab.host.dial(server.port)
        lab.host.opened()
        lab.fault("renegotiation")
        wait_until(lambda: "A TLS warning alert has been received" in server.log())
        lab.ended()


@pytest.mark.skipif(SSL_3_0 not in versions(SSL_3_0), reason="this build has no SSL 3.0")
def test_a_server_of_ssl_3_0_gets_it(certificates: Certificates, tmp_path: Path) -> None:
    with Ssl3Server(tmp_path, certificates) as server, laboratory("m95", SSL_3_0, tmp_path) as lab:
        lab.fault("alert", {"phase": "client-hello"}, stream="upstream", description="bad_certificate")
        lab.host.dial(server.port)
        lab.host.failed()
        wait_until(lambda: "SSL_ERROR_BAD_CERT_ALERT" in server.log())


@pytest.mark.parametrize("model", MAKERS)
def test_a_server_refuses_to_renegotiate(model: str, certificates: Certificates, tmp_path: Path) -> None:
    with openssl(tmp_path, certificates) as server, laboratory(model, TLS_1_2, tmp_path) as lab:
        lab.host.dial(server.port)
        lab.host.opened()
        lab.fault("renegotiation", stream="upstream")
        wait_until(lambda: "the server refuses to renegotiate" in lab.host.log.text())
        assert "no renegotiation" in written_by(server)
        server.send(b"on it goes")
        hear(lab.host, b"on it goes")


@pytest.mark.parametrize("model", MAKERS)
def test_a_server_renegotiates(model: str, certificates: Certificates, tmp_path: Path) -> None:
    with openssl(tmp_path, certificates, "-client_renegotiation") as server, laboratory(model, TLS_1_2, tmp_path) as lab:
        lab.host.dial(server.port)
        lab.host.opened()
        lab.fault("renegotiation", stream="upstream")
        wait_until(lambda: "the server has renegotiated" in lab.host.log.text())
        assert server.log().count("SSL_accept:SSLv3/TLS read finished") == 2, server.log()
        send(lab.host, b"and back")
        server.expect(b"and back")
        server.send(b"on it goes")
        hear(lab.host, b"on it goes")


@pytest.mark.parametrize("model", MAKERS)
def test_a_module_refuses_to_renegotiate(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """As if the server had asked: it gets no_renegotiation, by which OpenSSL ends the session."""
    with openssl(tmp_path, certificates) as server, laboratory(model, TLS_1_2, tmp_path) as lab:
        lab.host.dial(server.port)
        lab.host.opened()
        lab.fault("renegotiation")
        await_alert(server, "warning", "no_renegotiation")
        lab.ended()
        assert "the server wanted to renegotiate, which the module refuses" in lab.host.log.text()
        if isinstance(lab.host, FibocomDialler):
            lab.host.driver.reason(-9 if model == "l610" else 100)


@pytest.mark.parametrize("model", MAKERS)
def test_a_module_takes_an_alert_for_the_servers(model: str, certificates: Certificates, tmp_path: Path) -> None:
    with openssl(tmp_path, certificates) as server, laboratory(model, TLS_1_2, tmp_path) as lab:
        lab.fault("alert", {"phase": "client-hello"}, description="access_denied", count=1)
        lab.host.dial(server.port)
        lab.host.failed()
        assert "the server sent a fatal alert" in lab.host.log.text()
        if isinstance(lab.host, FibocomDialler):
            lab.host.driver.reason(-7 if model == "l610" else 49)
        lab.host.dial(server.port)
        lab.host.opened()
        lab.fault("alert", description="close_notify")
        lab.host.ended()
