"""Peers without TLS that are told each step, for transcripts: TCP, UDP, and TCP on which TLS is put
later (STARTTLS).  The TLS peer and what all share is in servers.py."""

from __future__ import annotations

import select
import socket
import time

from .patience import ANSWER_S, POLL_S, seconds_left
from .servers import Peer, PeerError, RawPeer

DATAGRAM_MAX = 65535


class PlainPeer(RawPeer):
    """A TCP server for one connection at a time; it may also make that connection itself."""

    def __init__(self, port: int | None = None, address: str = "127.0.0.1") -> None:
        super().__init__(port, address)
        self._received = b""
        self._ended = False

    def __enter__(self) -> PlainPeer:
        return self

    def accept(self, seconds: float = ANSWER_S) -> None:
        super().accept(seconds)
        self._received, self._ended = b"", False

    def connect(self, port: int, seconds: float = ANSWER_S) -> None:
        """Makes a connection to a port that the module listens on, as soon as it does."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", port), seconds_left(deadline))
                break
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise PeerError(f"the module does not listen on port {port}") from None
                time.sleep(POLL_S)
        if self._connection is not None:
            self._connection.close()
        self._connection = connection
        self._received, self._ended = b"", False

    def send(self, data: bytes) -> None:
        self.send_raw(data)

    def receive(self, count: int, seconds: float = ANSWER_S) -> bytes:
        """The next `count` bytes from the module, fewer at the end of time or of the stream."""
        deadline = time.monotonic() + seconds
        while len(self._received) < count and self._read(deadline):
            pass
        got, self._received = self._received[:count], self._received[count:]
        return got

    def unread(self) -> bytes:
        """Bytes that have come and that no step has taken."""
        while self._connection is not None and self._read(time.monotonic()):
            pass
        return self._received

    def expect_end(self, seconds: float = ANSWER_S) -> None:
        """The module ends the connection and sends nothing before."""
        deadline = time.monotonic() + seconds
        while not self._ended and self._read(deadline):
            pass
        if self._received:
            raise PeerError(f"the module sent {self._received!r} before it closed")
        if not self._ended:
            raise PeerError("the module did not close its connection")

    def close(self) -> None:
        self.hang_up()

    def _read(self, deadline: float) -> bool:
        """Takes what is there; false at the end of the stream or of time."""
        data = b"" if self._ended else self.receive_raw(deadline)
        if data is None:
            return False
        self._ended = not data
        self._received += data
        return bool(data)


class StartTlsPeer(Peer, PlainPeer):
    """Plain from accept() on, TLS from handshake() on."""

    _secure = False

    def __enter__(self) -> StartTlsPeer:
        return self

    def accept(self, seconds: float = ANSWER_S) -> None:
        super().accept(seconds)
        self._secure = False

    def handshake(self, seconds: float = ANSWER_S) -> None:
        if not self._secure and (early := PlainPeer.unread(self)) and early[0] != 0x16:
            raise PeerError(f"the module sent {early!r} before its handshake")
        self._secure = True
        super().handshake(seconds)

    def client_hello(self, seconds: float = ANSWER_S) -> bytes:
        """The module's first record, part of which may have come with the plain bytes."""
        deadline = time.monotonic() + seconds
        record, self._received = self._received, b""
        while len(record) < 5 or len(record) < 5 + int.from_bytes(record[3:5], "big"):
            data = self.receive_raw(deadline)
            if not data:
                raise PeerError(f"no ClientHello from the module, only {record!r}")
            record += data
        return record

    def send(self, data: bytes) -> None:
        (Peer if self._secure else PlainPeer).send(self, data)

    def receive(self, count: int, seconds: float = ANSWER_S) -> bytes:
        return (Peer if self._secure else PlainPeer).receive(self, count, seconds)

    def unread(self) -> bytes:
        return (Peer if self._secure else PlainPeer).unread(self)

    def expect_end(self, seconds: float = ANSWER_S) -> None:
        (Peer if self._secure else PlainPeer).expect_end(self, seconds)

    def close(self) -> None:
        (Peer if self._secure else PlainPeer).close(self)


class UdpPeer:
    """A UDP port; its other side is who sent the last datagram."""

    def __init__(self, port: int | None = None, address: str = "127.0.0.1") -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port or 0))
        self.port: int = self._socket.getsockname()[1]
        self.module: tuple[str, int] | None = None

    def __enter__(self) -> UdpPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._socket.close()

    def receive(self, seconds: float = ANSWER_S) -> bytes | None:
        """The next datagram, None when none comes in that time."""
        if not select.select([self._socket], [], [], seconds)[0]:
            return None
        data, self.module = self._socket.recvfrom(DATAGRAM_MAX)
        return data

    def send(self, data: bytes) -> None:
        if self.module is None:
            raise PeerError("the module has sent no datagram: nobody knows where it is")
        self._socket.sendto(data, self.module)
