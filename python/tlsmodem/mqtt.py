"""A small broker of MQTT 3.1.1 (OASIS, mqtt-v3.1.1-os): publish of all three qualities, subscribe, ping, retained messages.

Clients of one server reach each other; what is delivered is of quality 0 or 1.  Sessions end with their connections.
"""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Dict, List, Optional, Tuple
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from .server import Connection, TlsServer

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = range(1, 8)
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = range(8, 15)


@dataclass(frozen=True)
class Message:
    """As it was published."""

    topic: str
    payload: bytes
    quality: int = 0
    retain: bool = False


class Broken(Exception):
    """What no client may send: its connection is closed, as the standard demands."""


class _Broker:
    """What the clients of one server share."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.clients: List[_Client] = []
        self.retained: Dict[str, Message] = {}


_brokers: "WeakKeyDictionary[TlsServer, _Broker]" = WeakKeyDictionary()
_brokers_lock = threading.Lock()


class _Client:
    def __init__(self, server: "TlsServer", connection: "Connection", stream: BinaryIO, broker: _Broker) -> None:
        self._server, self._connection, self._stream, self._broker = server, connection, stream, broker
        self._filters: Dict[str, int] = {}
        self._held: Dict[int, Message] = {}  # of quality 2, until they are released
        self._number = 0
        self.is_gone = False

    def run(self) -> None:
        kind, _, body = self._packet()
        if kind != CONNECT:
            raise Broken("the first packet is no CONNECT")
        self._connect(body)
        while not self.is_gone:
            kind, flags, body = self._packet()
            if kind == PUBLISH:
                self._published(flags, body)
            elif kind == PUBREL:
                self._released(body)
            elif kind == SUBSCRIBE:
                self._subscribe(body)
            elif kind == UNSUBSCRIBE:
                self._unsubscribe(body)
            elif kind == PINGREQ:
                self._send(PINGRESP, b"")
            elif kind == DISCONNECT:
                self.is_gone = True
            elif kind != PUBACK:
                raise Broken(f"a packet of type {kind}")

    def deliver(self, message: Message, retained: bool = False) -> None:
        quality = max((most for pattern, most in list(self._filters.items()) if fits(pattern, message.topic)), default=-1)
        if quality < 0 or self.is_gone:
            return
        quality = min(quality, message.quality, 1)
        self._number = self._number % 0xFFFF + 1
        number = struct.pack(">H", self._number) if quality else b""
        try:
            self._send(PUBLISH, _text(message.topic) + number + message.payload, quality << 1 | retained)
        except OSError:
            self.is_gone = True

    # ---- packets ----

    def _connect(self, body: bytes) -> None:
        name, rest = _take(body)
        if name == b"MQTT" and rest[:1] != b"\x04":
            self._send(CONNACK, b"\0\x01")
        if name != b"MQTT" or rest[:1] != b"\x04":
            raise Broken("another protocol than MQTT 3.1.1")
        self._send(CONNACK, b"\0\0")

    def _published(self, flags: int, body: bytes) -> None:
        topic, rest = _take(body)
        quality = flags >> 1 & 3
        if quality == 3:
            raise Broken("quality 3")
        number, rest = (rest[:2], rest[2:]) if quality else (b"", rest)
        message = Message(topic.decode(), rest, quality, bool(flags & 1))
        if quality == 2:
            self._held[struct.unpack(">H", number)[0]] = message
            self._send(PUBREC, number)
            return
        self._pass_on(message)
        if quality == 1:
            self._send(PUBACK, number)

    def _released(self, body: bytes) -> None:
        message: Optional[Message] = self._held.pop(struct.unpack(">H", body)[0], None)
        if message is not None:
            self._pass_on(message)
        self._send(PUBCOMP, body)

    def _pass_on(self, message: Message) -> None:
        self._server.messages.append(message)
        with self._broker.lock:
            if message.retain and message.payload:
                self._broker.retained[message.topic] = message
            elif message.retain:
                self._broker.retained.pop(message.topic, None)
            clients = list(self._broker.clients)
        for client in clients:
            client.deliver(message)

    def _subscribe(self, body: bytes) -> None:
        number, rest = body[:2], body[2:]
        granted = b""
        while rest:
            pattern, rest = _take(rest)
            self._filters[pattern.decode()] = min(rest[0], 1)
            granted += bytes([min(rest[0], 1)])
            rest = rest[1:]
        self._send(SUBACK, number + granted)
        with self._broker.lock:
            kept = list(self._broker.retained.values())
        for message in kept:
            self.deliver(message, retained=True)

    def _unsubscribe(self, body: bytes) -> None:
        number, rest = body[:2], body[2:]
        while rest:
            pattern, rest = _take(rest)
            self._filters.pop(pattern.decode(), None)
        self._send(UNSUBACK, number)

    # ---- bytes ----

    def _packet(self) -> Tuple[int, int, bytes]:
        first = self._exactly(1)[0]
        size = shift = 0
        while True:
            digit = self._exactly(1)[0]
            size |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return first >> 4, first & 15, self._exactly(size)
            if shift > 21:
                raise Broken("a length of more than four bytes")

    def _exactly(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _send(self, kind: int, body: bytes, flags: int = 0) -> None:
        size, digits = len(body), b""
        while True:
            size, digit = divmod(size, 128)
            digits += bytes([digit | (128 if size else 0)])
            if not size:
                break
        self._connection.send(bytes([kind << 4 | flags]) + digits + body)


def fits(pattern: str, topic: str) -> bool:
    """Whether a filter with + and # takes this topic (section 4.7)."""
    wanted, levels = pattern.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("+", "#"):
        return False
    for place, level in enumerate(wanted):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(wanted) == len(levels)


def serve(server: "TlsServer", connection: "Connection", stream: BinaryIO) -> None:
    """A client, until it or its connection ends."""
    with _brokers_lock:
        broker = _brokers.setdefault(server, _Broker())
    client = _Client(server, connection, stream, broker)
    with broker.lock:
        broker.clients.append(client)
    try:
        client.run()
    except (Broken, EOFError, IndexError, UnicodeDecodeError, struct.error) as error:
        if not isinstance(error, EOFError):
            server.failures.append(f"MQTT: {error}")
    finally:
        client.is_gone = True
        with broker.lock:
            broker.clients.remove(client)


def _take(data: bytes) -> Tuple[bytes, bytes]:
    """A text with its length before it, and the rest."""
    (size,) = struct.unpack(">H", data[:2])
    if len(data) < 2 + size:
        raise Broken("a packet that ends within a text")
    return data[2:2 + size], data[2 + size:]


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">H", len(data)) + data
