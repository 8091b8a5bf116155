"""What may be behind a TLS server: an echo, HTTP, MQTT.  Each is a function of the server and a connection."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Callable, Dict, Mapping

from . import mqtt
from .mqtt import Message

if TYPE_CHECKING:
    from .server import Connection, TlsServer

__all__ = ["BEHIND", "Message", "Request"]


@dataclass(frozen=True)
class Request:
    """Of HTTP."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Incoming(io.RawIOBase):
    """A connection as a file to read."""

    def __init__(self, connection: "Connection") -> None:
        super().__init__()
        self._connection = connection
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        data = self._rest or self._connection.receive()
        size = min(len(buffer), len(data))
        buffer[:size], self._rest = data[:size], data[size:]
        return size


class _Outgoing(io.RawIOBase):
    """A connection as a file to write."""

    def __init__(self, connection: "Connection") -> None:
        super().__init__()
        self._connection = connection

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:  # type: ignore[no-untyped-def]
        self._connection.send(bytes(data))
        return len(data)


def echo(_: "TlsServer", connection: "Connection") -> None:
    """What a client sends comes back."""
    while data := connection.receive():
        connection.send(data)


def http(server: "TlsServer", connection: "Connection") -> None:
    """Pages of `pages`, whatever the method, else 404; `requests` are what was asked."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            self.rfile = io.BufferedReader(_Incoming(connection))
            self.wfile = _Outgoing(connection)  # type: ignore[assignment]

        def finish(self) -> None:
            pass

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.requests.append(Request(self.command, self.path, dict(self.headers.items()), body))
            page = server.pages.get(self.path)
            self.send_response(404 if page is None else 200)
            page = b"" if page is None else page
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    Handler(None, ("127.0.0.1", 0), None)  # type: ignore[arg-type]


def _mqtt(server: "TlsServer", connection: "Connection") -> None:
    mqtt.serve(server, connection, io.BufferedReader(_Incoming(connection)))


BEHIND: Dict[str, Callable[["TlsServer", "Connection"], None]] = {"echo": echo, "http": http, "mqtt": _mqtt}
