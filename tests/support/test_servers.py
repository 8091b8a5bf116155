"""The servers that other tests rely on, seen with `openssl s_client` and gnutls-cli."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from .certs import PEM_LIMIT, Certificates
from .mail_server import DOMAIN, PASSWORD, REFUSED, USER, Exim
from .patience import ANSWER_S
from .servers import (GnutlsServ, Misbehaviour, Nginx, OpensslServer, Peer, PeerError, RawPeer,
                      free_port, listeners, refused_port)


@contextmanager
def s_client(port: int, certificates: Certificates,
             *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A client with a conversation through its pipes, in place of the module."""
    command = ["openssl", "s_client", "-connect", f"localhost:{port}", "-quiet", "-CAfile",
               str(certificates.pem("ca")), "-verify_return_error", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, bufsize=0,
                          env={**os.environ, "OPENSSL_CONF": "/dev/null"}) as client:
        try:
            yield client
        finally:
            client.kill()


def write(client: subprocess.Popen[bytes], data: bytes) -> None:
    assert client.stdin is not None
    client.stdin.write(data)


def read(client: subprocess.Popen[bytes], count: int) -> bytes:
    assert client.stdout is not None
    data = b""
    while len(data) < count and (piece := client.stdout.read(count - len(data))):
        data += piece
    return data


def with_client_certificate(certificates: Certificates) -> Sequence[str]:
    return ["-cert", str(certificates.pem("client")), "-key", str(certificates.key("client"))]


def test_certificates_are_as_a_module_takes_them(certificates: Certificates) -> None:
    for name in certificates.names:
        pem = certificates.pem(name).read_bytes()
        assert pem.startswith(b"-----BEGIN CERTIFICATE-----\n") and pem.endswith(b"-----\n")
        assert b"\r" not in pem and (len(pem) <= PEM_LIMIT) == (name != "server_huge")
        assert ssl.PEM_cert_to_DER_cert(pem.decode()) == certificates.der(name).read_bytes()
        assert certificates.key(name).read_bytes().startswith(b"-----BEGIN RSA PRIVATE KEY-----\n")
    assert certificates.key_der("client").read_bytes()[0] == 0x30


@pytest.mark.parametrize(("name", "anchor", "verdict"), [
    ("server", "ca", "OK"), ("server_intermediate", "ca", "OK"),
    ("server_expired", "ca", "certificate has expired"),
    ("server_not_yet_valid", "ca", "certificate is not yet valid"),
    ("server_wrong_name", "ca", "hostname mismatch"),
    ("server_other_ca", "ca", "unable to get local issuer"),
    ("server_other_ca", "other_ca", "OK"),
    ("server_expired_ca", "expired_ca", "certificate has expired"),
])
def test_certificates_are_wrong_as_their_names_say(certificates: Certificates, name: str,
                                                   anchor: str, verdict: str) -> None:
    result = subprocess.run(
        ["openssl", "verify", "-CAfile", certificates.pem(anchor), "-untrusted",
         certificates.pem("intermediate"), "-verify_hostname", "localhost", certificates.pem(name)],
        capture_output=True, text=True, check=False)
    assert verdict in result.stdout + result.stderr


def test_nginx_tells_what_was_negotiated(tmp_path: Path, certificates: Certificates) -> None:
    with Nginx(tmp_path, certificates, client_ca="ca", files={"a/b.txt": b"some text"}) as nginx:
        with s_client(nginx.port, certificates, "-tls1", "-cipher", "AES256-SHA:@SECLEVEL=0",
                      *with_client_certificate(certificates)) as client:
            write(client, b"GET /a/b.txt HTTP/1.0\r\n\r\n")
            assert client.stdout is not None
            assert client.stdout.read().endswith(b"\r\n\r\nsome text")
        request, = nginx.requests(1)
        assert (request.protocol, request.cipher) == ("TLSv1", "AES256-SHA")
        assert request.client == "CN=tlsmodem test device"
        assert (request.status, request.line) == (200, "GET /a/b.txt HTTP/1.0")
        port = nginx.port
    assert not listeners(port)


def test_gnutls_has_rc4(tmp_path: Path, certificates: Certificates) -> None:
    with GnutlsServ(tmp_path, certificates) as server:
        result = subprocess.run(
            ["gnutls-cli",
             "--priority", "NONE:+VERS-TLS1.0:+ARCFOUR-128:+MD5:+RSA:+COMP-NULL:%COMPAT",
             "--x509cafile", certificates.pem("ca"), "--port", str(server.port), "localhost"],
            input=b"hello there\n", capture_output=True, timeout=ANSWER_S, check=False)
    assert b"ARCFOUR-128" in result.stdout and b"\nhello there\n" in result.stdout


def test_openssl_server_holds_a_conversation(tmp_path: Path, certificates: Certificates) -> None:
    with (OpensslServer(tmp_path, certificates) as server,
          s_client(server.port, certificates) as client):
        write(client, b"one\ntwo\n")
        server.expect(b"one\n")
        assert server.read_until(b"o\n") == b"two\n"
        server.send(b"answer")
        assert read(client, 6) == b"answer"


def test_a_server_that_cannot_start_says_why(tmp_path: Path, certificates: Certificates) -> None:
    with pytest.raises(RuntimeError, match='invalid value "TLSv9"'):
        Nginx(tmp_path, certificates, protocols="TLSv9").start()


def test_peer_follows_the_script(certificates: Certificates) -> None:
    options = ["-tls1", "-cipher", "NULL-SHA:AES128-SHA:@SECLEVEL=0", "-ign_eof",
               "-servername", "localhost", *with_client_certificate(certificates)]
    with (Peer(certificates, client_ca="ca") as peer,
          s_client(peer.port, certificates, *options) as client):
        peer.handshake()
        assert (peer.version, peer.cipher, peer.suite) == ("TLSv1", "NULL-SHA", 0x0002)
        assert peer.client_subject == "tlsmodem test device"
        assert peer.offer.suites == (0x0002, 0x002f)
        assert (peer.offer.version, peer.offer.server_name) == (0x0301, "localhost")
        write(client, b"abc")
        peer.expect(b"abc")
        peer.send(b"x" * 400)
        assert read(client, 400) == b"x" * 400
        assert peer.unread() == b""
        peer.close()
        assert client.wait(10) == 0
        peer.expect_end()


def test_peer_reports_what_it_did_not_expect(certificates: Certificates) -> None:
    with Peer(certificates) as peer, s_client(peer.port, certificates) as client:
        peer.handshake()
        write(client, b"abc")
        with pytest.raises(PeerError, match="abd"):
            peer.expect(b"abd")
        with pytest.raises(PeerError, match="did not close"):
            peer.expect_end(0.1)


def test_peer_sees_the_client_refuse(certificates: Certificates) -> None:
    with (Peer(certificates, certificate="server_expired") as peer,
          s_client(peer.port, certificates)):
        assert "EXPIRED" in peer.fail_handshake()


def test_peer_resets(certificates: Certificates) -> None:
    with Peer(certificates) as peer, s_client(peer.port, certificates) as client:
        peer.handshake()
        peer.reset()
        assert client.wait(10) != 0


@pytest.mark.parametrize("way", ["close", "close-after-hello", "reset-after-hello", "http",
                                 "garbage"])
def test_misbehaviour_fails_a_handshake(certificates: Certificates, way: str) -> None:
    with RawPeer() as peer, s_client(peer.port, certificates) as client:
        peer.accept()
        getattr(Misbehaviour, way.replace("-", "_"))(peer)
        assert client.wait(10) != 0


@pytest.mark.parametrize("way", ["silence", "half-hello"])
def test_misbehaviour_keeps_the_client_waiting(certificates: Certificates, way: str) -> None:
    with RawPeer() as peer, s_client(peer.port, certificates) as client:
        peer.accept()
        getattr(Misbehaviour, way.replace("-", "_"))(peer)
        with pytest.raises(subprocess.TimeoutExpired):
            client.wait(0.3)


def test_nginx_over_plain_http(certificates: Certificates, tmp_path: Path) -> None:
    body = bytes(range(32, 127)) * 100
    with Nginx(tmp_path, certificates, files={"page": body}) as nginx:
        def answer(path: str) -> tuple[int, str, str, bytes]:
            connection = HTTPConnection("localhost", nginx.plain_port, timeout=ANSWER_S)
            connection.request("GET", path)
            got = connection.getresponse()
            return (got.status, got.headers.get("Location", ""),
                    got.headers.get("Transfer-Encoding", ""), got.read())

        assert answer("/page") == (200, "", "", body)
        assert answer("/chunked/page") == (200, "", "chunked", body)
        assert answer("/moved/page")[:2] == (302, f"http://localhost:{nginx.plain_port}/page")
        assert answer("/secure/page")[:2] == (301, f"https://localhost:{nginx.port}/page")
        assert [request.protocol for request in nginx.requests(4)] == ["-"] * 4


@pytest.mark.parametrize("secure", [False, True])
def test_exim_takes_mail_from_who_logs_in(certificates: Certificates, secure: bool) -> None:
    context = ssl.create_default_context(cafile=str(certificates.pem("ca")))
    with Exim(certificates, logins=("PLAIN", "LOGIN")) as exim:
        client = (smtplib.SMTP_SSL("localhost", exim.tls_port, context=context) if secure
                  else smtplib.SMTP("localhost", exim.port))
        with client:
            if not secure:
                client.starttls(context=context)
            with pytest.raises(smtplib.SMTPSenderRefused):
                client.sendmail("a@x.test", f"bob@{DOMAIN}", b"Subject: no\r\n\r\n")
            client.login(USER, PASSWORD)
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                client.sendmail("a@x.test", f"{REFUSED}@{DOMAIN}", b"Subject: no\r\n\r\n")
            client.sendmail("a@x.test", f"bob@{DOMAIN}", b"Subject: yes\r\n\r\n.\r\n")
        mail, = exim.mails("bob")
    assert mail["Subject"] == "yes" and mail.get_content() == ".\n"


class Taken(Nginx):
    """A server whose first port somebody takes in the last moment."""

    rival: socket.socket | None = None

    def prepare(self) -> None:
        super().prepare()
        if self.rival is None:
            self.rival = socket.create_server(("127.0.0.1", self.port))


def test_a_server_whose_port_is_taken_gets_another(tmp_path: Path,
                                                   certificates: Certificates) -> None:
    with Taken(tmp_path, certificates) as server:
        assert server.rival is not None
        assert server.port != server.rival.getsockname()[1]
        connection = HTTPConnection("localhost", server.plain_port, timeout=ANSWER_S)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"Hello from nginx\n"
        server.rival.close()


def test_a_given_port_is_the_only_one(tmp_path: Path, certificates: Certificates) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as rival:
        with pytest.raises(RuntimeError, match="does not listen on port"):
            Nginx(tmp_path, certificates, port=rival.getsockname()[1]).start()


def test_refused_port() -> None:
    port = refused_port()
    for address in ("127.0.0.1", "::1"):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((address, port), ANSWER_S)
    with pytest.raises(OSError):
        socket.create_server(("127.0.0.1", port))
