"""A server, with TLS or plain, that sends and receives much, in a process of its own.

This file is the program and its handle.

As a program it listens, prints its port, takes one connection, sends and receives at the same time
as much as it was told, and prints what it saw.  It does not share the test's interpreter, so that
neither waits for the other.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HELD_BYTES = 65536
STALLED_S = 0.4
PIECE = 1 << 16


def much(all_of_it: int, *, part: int, least: int) -> int:
    """How many bytes a test moves that shows that none is lost.  TLSMODEM_FULL=1 (scripts/long
    bulk): all that the project promises; TLSMODEM_FULL=0 (sanitizers): the least; else a part."""
    return {"1": all_of_it, "0": least}.get(os.environ.get("TLSMODEM_FULL", ""), part)


def stream(seed: int, count: int) -> Iterator[memoryview]:
    """`count` bytes that both sides can make: noise that repeats after an odd length."""
    block = hashlib.shake_256(str(seed).encode()).digest(1_000_003)
    block += block[:PIECE]
    done = 0
    while done < count:
        at = done % 1_000_003
        size = min(PIECE, count - done)
        yield memoryview(block)[at:at + size]
        done += size


def digest_of(seed: int, count: int) -> str:
    digest = hashlib.sha256()
    for piece in stream(seed, count):
        digest.update(piece)
    return digest.hexdigest()


class Exchange:
    """Sends a stream and receives one over a non-blocking channel, none waiting for the other."""

    def __init__(self, send_seed: int, send_count: int, receive_count: int) -> None:
        self._pieces = stream(send_seed, send_count)
        self._piece = next(self._pieces, None)
        self.sent = self.received = 0
        self.send_count, self.receive_count = send_count, receive_count
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    @property
    def is_sent(self) -> bool:
        return self._piece is None

    @property
    def is_received(self) -> bool:
        return self.received >= self.receive_count

    def next_piece(self) -> memoryview | None:
        return self._piece

    def took(self, count: int) -> None:
        assert self._piece is not None
        self.sent += count
        self._piece = self._piece[count:] if count < len(self._piece) else next(self._pieces, None)

    def got(self, data: bytes) -> None:
        self.received += len(data)
        self._digest.update(data)


class BulkPeer:
    """The handle: starts the program and hears what it says."""

    def __init__(self, certificate: Path, key: Path, *, send: int = 0, receive: int = 0,
                 hold: bool = False, tls: bool = True, seed: int = 1) -> None:
        """`hold`: it reads nothing until release().  `seed`: of what it sends."""
        options = json.dumps([str(certificate), str(key), send, receive, hold, tls, seed])
        self._process = subprocess.Popen([sys.executable, "-B", __file__, options],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                         bufsize=1)
        self.port = int(self.hear("port"))

    def __enter__(self) -> BulkPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def hear(self, word: str) -> Any:
        """Waits for the line that begins with this word; gives its value."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(word + " "):
                return json.loads(line[len(word):])
        raise AssertionError(f"the peer ended without saying {word!r}")

    def release(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")


def say(word: str, value: object) -> None:
    print(word, json.dumps(value), flush=True)


def accept(hold: bool) -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if hold:  # the kernel would hold megabytes for a reader that may come
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, HELD_BYTES)
        say("port", listener.getsockname()[1])
        return listener.accept()[0]


def secure(connection: socket.socket, certificate: str, key: str) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(certificate, key)
    return context.wrap_socket(connection, server_side=True)


def receive(connection: socket.socket, exchange: Exchange) -> bool:
    """One step; False when nothing is there now."""
    try:
        data = connection.recv(PIECE)
    except (ssl.SSLWantReadError, BlockingIOError):
        return False
    if not data:
        raise EOFError
    exchange.got(data)
    return True


def send(connection: socket.socket, exchange: Exchange) -> bool:
    piece = exchange.next_piece()
    assert piece is not None
    try:
        exchange.took(connection.send(piece))
    except (ssl.SSLWantWriteError, BlockingIOError):
        return False
    return True


def wait(connection: socket.socket, exchange: Exchange, held: bool) -> bool:
    """Waits for the socket or a release; whether it is still held.  Says when it cannot go on."""
    readers: list[Any] = [sys.stdin] if held else [connection]
    writers = [] if exchange.is_sent else [connection]
    while True:
        ready = select.select(readers, writers, [], STALLED_S)
        if ready[0] and held:
            sys.stdin.readline()
            return False
        if ready[0] or ready[1]:
            return held
        say("stalled", {"sent": exchange.sent, "received": exchange.received})


def serve(connection: socket.socket, exchange: Exchange, held: bool) -> None:
    while not (exchange.is_sent and exchange.is_received):
        moved = not held and not exchange.is_received and receive(connection, exchange)
        moved = (not exchange.is_sent and send(connection, exchange)) or moved
        if not moved:
            held = wait(connection, exchange, held)


def main() -> None:
    certificate, key, send_count, receive_count, hold, tls, seed = json.loads(sys.argv[1])
    connection = accept(hold)
    if tls:
        connection = secure(connection, certificate, key)
    connection.setblocking(False)
    exchange = Exchange(seed, send_count, receive_count)
    started = time.monotonic()
    serve(connection, exchange, hold)
    say("done", {"received": exchange.received, "digest": exchange.digest,
                 "seconds": time.monotonic() - started})
    sys.stdin.readline()  # the connection stays until the test has seen enough


if __name__ == "__main__":
    main()
