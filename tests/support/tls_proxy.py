"""A proxy between a module and a TLS server that changes one bit of one record."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

CHANGE_CIPHER_SPEC, HANDSHAKE = 20, 22
HEADER = 5
SERVER_KEY_EXCHANGE = 12


class Flow:
    """One direction: which record comes, and whether those before were protected."""

    def __init__(self, from_server: bool) -> None:
        self.from_server = from_server
        self.protected = False
        self.records = 0


# Gives the place of the byte to change in a whole record, or None.
Change = Callable[[Flow, bytes], int | None]


def in_finished(flow: Flow, record: bytes) -> int | None:
    """The server's Finished, which is encrypted."""
    return len(record) - 1 if flow.from_server and flow.protected else None


def in_server_name(flow: Flow, record: bytes) -> int | None:
    """The name in the ClientHello: "localhost" becomes "mocalhost"."""
    place = record.find(b"localhost")
    return place if not flow.from_server and flow.records == 0 and place > 0 else None


def in_point_length(flow: Flow, record: bytes) -> int | None:
    """How long the server's point on its curve is, in its ServerKeyExchange (RFC 8422, 5.4)."""
    plain = flow.from_server and not flow.protected and record[0] == HANDSHAKE
    return HEADER + 4 + 3 if plain and record[HEADER] == SERVER_KEY_EXCHANGE else None


class TlsProxy:
    """Serves one connection, in a thread of its own."""

    def __init__(self, server_port: int, change: Change) -> None:
        self._server_port = server_port
        self._change = change
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.changed = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> TlsProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(5)

    def _run(self) -> None:
        try:
            module, _ = self._listener.accept()
        except OSError:
            return
        with module, socket.create_connection(("127.0.0.1", self._server_port)) as server:
            back = threading.Thread(target=self._carry, args=(server, module, Flow(True)))
            back.start()
            self._carry(module, server, Flow(False))
            back.join(5)

    def _carry(self, source: socket.socket, sink: socket.socket, flow: Flow) -> None:
        stream = source.makefile("rb")
        try:
            while len(head := stream.read(HEADER)) == HEADER:
                record = bytearray(head + stream.read(int.from_bytes(head[3:], "big")))
                place = None if self.changed else self._change(flow, bytes(record))
                if place is not None:
                    record[place] ^= 1
                    self.changed = True
                sink.sendall(record)
                flow.records += 1
                flow.protected = flow.protected or head[0] == CHANGE_CIPHER_SPEC
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # one side has gone: the other will see it
