"""The peers that transcripts are told with, on real sockets: here the test is the module."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from .certs import Certificates
from .peer_control import RealPeer, RealUdpPeer, make_real_peer
from .servers import PeerError
from .transcript import PeerPlan


@pytest.fixture
def tcp(certificates: Certificates) -> Iterator[RealPeer]:
    peer = make_real_peer(PeerPlan("server", "port", "tcp"), certificates)
    assert isinstance(peer, RealPeer)
    yield peer
    peer.server.stop()


@pytest.fixture
def udp(certificates: Certificates) -> Iterator[RealUdpPeer]:
    peer = make_real_peer(PeerPlan("server", "port", "udp"), certificates)
    assert isinstance(peer, RealUdpPeer)
    yield peer
    peer.server.stop()


def connect(peer: RealPeer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", peer.server.port), 5)


def test_plain_tcp(tcp: RealPeer) -> None:
    with connect(tcp) as module:
        tcp.accepts("", "", None)
        assert tcp.module_port() == module.getsockname()[1]
        module.sendall(b"hello world")
        tcp.gets(b"hello ")
        with pytest.raises(PeerError, match="something else"):
            tcp.gets(b"earth")
        tcp.sends(b"answer")
        assert module.recv(100) == b"answer"
        tcp.gets_nothing(0.01)
        module.sendall(b"more")
        with pytest.raises(PeerError, match="more"):
            tcp.gets_nothing(5)
        tcp.gets(b"ore")
        module.sendall(b"last")
        module.shutdown(socket.SHUT_WR)
        with pytest.raises(PeerError, match="last"):
            tcp.gets_close()
        assert tcp.unread() == b"last"
        tcp.gets(b"last")
        tcp.gets_close()
        tcp.closes()
        assert module.recv(100) == b""


def test_plain_tcp_gets_lines(tcp: RealPeer) -> None:
    with connect(tcp) as module:
        tcp.accepts("", "", None)
        module.sendall(b"one\r\ntwo\n\r\nrest")
        module.shutdown(socket.SHUT_WR)
        assert [tcp.gets_line() for _ in range(4)] == [b"one", b"two", b"", b"rest"]


def test_plain_tcp_resets(tcp: RealPeer) -> None:
    with connect(tcp) as module:
        tcp.connected()
        tcp.resets()
        with pytest.raises(ConnectionResetError):
            module.recv(1)


def test_plain_tcp_connects(tcp: RealPeer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as module:
        tcp.connects(module.getsockname()[1])
        connection, _ = module.accept()
        with connection:
            connection.sendall(b"welcome")
            tcp.gets(b"welcome")


def test_datagrams_stay_apart(udp: RealUdpPeer) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as module:
        with pytest.raises(PeerError, match="nobody knows where"):
            udp.sends(b"too early")
        module.connect(("127.0.0.1", udp.server.port))
        module.send(b"one")
        module.send(b"three")
        udp.gets(b"one")
        assert udp.module_port() == module.getsockname()[1]
        with pytest.raises(PeerError, match="something else"):
            udp.gets(b"thr")
        udp.gets_nothing(0.01)
        udp.sends(b"answer")
        assert module.recv(100) == b"answer"
        module.send(b"more")
        assert udp.unread() == b"more"


@pytest.mark.parametrize("resumed", [False, True])
def test_tls_later_and_resumption(certificates: Certificates, resumed: bool) -> None:
    plan = PeerPlan("server", "port", "starttls", "server", {"versions": "0303"})
    peer = make_real_peer(plan, certificates)
    assert isinstance(peer, RealPeer)
    context = ssl.create_default_context(cafile=str(certificates.pem("ca")))
    session: ssl.SSLSession | None = None
    try:
        for again in (False, True):
            with connect(peer) as plain, ThreadPoolExecutor(1) as module:
                peer.connected()
                peer.sends(b"220 ready\r\n")
                assert plain.recv(100) == b"220 ready\r\n"
                plain.sendall(b"STARTTLS\r\n")
                peer.gets(b"STARTTLS\r\n")
                handshake = module.submit(context.wrap_socket, plain, server_hostname="localhost",
                                          session=session if resumed else None)
                peer.accepts("0303", "", resumed and again)
                with handshake.result(10) as secure:
                    session = secure.session
                    secure.sendall(b"secret")
                    peer.gets(b"secret")
                    peer.sends(b"answer")
                    assert secure.recv(100) == b"answer"
    finally:
        peer.server.stop()


def test_nothing_may_come_between_starttls_and_the_handshake(certificates: Certificates) -> None:
    peer = make_real_peer(PeerPlan("server", "port", "starttls", "server"), certificates)
    assert isinstance(peer, RealPeer)
    with connect(peer) as module:
        peer.connected()
        module.sendall(b"NOOP\r\n")
        module.shutdown(socket.SHUT_WR)
        with pytest.raises(PeerError, match="NOOP"):
            peer.accepts("", "", None)
    peer.server.stop()
