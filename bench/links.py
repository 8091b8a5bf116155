"""How near the named links come to their figures on a port: a HE910 online on a plain socket.

Of a round trip what the same takes without a link is not counted.
"""

from __future__ import annotations

import os
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY / "tests")]

from support.modem import Host, Modem  # noqa: E402

ECHOES = 7
RATE_S = 4.0  # bytes of so many seconds are sent each way
PATIENCE_S = 120.0
SEGMENT = 1400


@dataclass
class Link:
    name: str
    down: int  # kbit/s
    up: int
    rtt_ms: int


def links() -> list[Link]:
    """Those of docs/laboratory.md, which is made of the program's table."""
    found = []
    for name, words in re.findall(r"^\| `([\w-]+)` \| `(down=[^`]*)` \|",
                                  (REPOSITORY / "docs" / "laboratory.md").read_text(), re.MULTILINE):
        keys = dict(word.split("=") for word in words.split(","))
        found.append(Link(name, int(keys["down"]), int(keys["up"]), int(keys.get("rtt", 0))))
    return found


@contextmanager
def online(program: Path, *options: str) -> Iterator[tuple[Host, socket.socket]]:
    """A host that is online, and the server's connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener, \
            Modem(program=program, options=options) as modem:
        port = listener.getsockname()[1]
        for line in ("ATE0", 'AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1",
                     f"AT#SCFG=1,1,{SEGMENT},0,600,1"):
            modem.host.write(line.encode() + b"\r")
            modem.host.read_until(b"OK\r\n")
        modem.host.write(f'AT#SD=1,0,{port},"127.0.0.1"\r'.encode())
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            modem.host.read_until(b"CONNECT\r\n", PATIENCE_S)
            yield modem.host, connection


def hear(host: Host, count: int) -> None:
    """So many bytes come and are thrown away: keeping them would take longer than the fastest link does."""
    count -= len(host.read(min(count, len(host.pending())), 0.0))
    while count > 0:
        assert select.select([host.fileno()], [], [], PATIENCE_S)[0]
        count -= len(os.read(host.fileno(), min(count, 65536)))


def read_all(connection: socket.socket, count: int) -> None:
    while count > 0:
        piece = connection.recv(min(count, 65536))
        assert piece
        count -= len(piece)


@contextmanager
def meanwhile(task: Callable[[], object]) -> Iterator[None]:
    """Sends while the other end reads: between them there is room for little."""
    thread = threading.Thread(target=task)
    thread.start()
    yield
    thread.join()


def round_trip_ms(host: Host, connection: socket.socket) -> float:
    """A segment there, and a byte back."""
    times = []
    for _ in range(ECHOES):
        begun = time.monotonic()
        host.write(b"x" * SEGMENT)
        read_all(connection, SEGMENT)
        connection.sendall(b"y")
        assert host.read(1, PATIENCE_S) == b"y"
        times.append(1e3 * (time.monotonic() - begun))
    return median(times)


def down_kbit_s(host: Host, connection: socket.socket, link: Link) -> float:
    """What comes behind the first segment, by the time between the two."""
    count = int(link.down * 125 * RATE_S)
    connection.sendall(b"d" * SEGMENT)
    hear(host, SEGMENT)
    begun = time.monotonic()
    with meanwhile(lambda: connection.sendall(b"d" * count)):
        hear(host, count)
    return count * 8 / 1e3 / (time.monotonic() - begun - link.rtt_ms / 2e3)


def up_kbit_s(host: Host, connection: socket.socket, link: Link) -> float:
    count = int(link.up * 125 * RATE_S) // SEGMENT * SEGMENT
    begun = time.monotonic()
    with meanwhile(lambda: [host.write(b"u" * SEGMENT) for _ in range(count // SEGMENT)]):
        read_all(connection, count)
    return count * 8 / 1e3 / (time.monotonic() - begun - link.rtt_ms / 2e3)


def measure(program: Path) -> Iterator[tuple[str, float, float]]:
    """What, as measured, and as the link has it."""
    with online(program) as (host, connection):
        without_ms = round_trip_ms(host, connection)
    for link in links():
        with online(program, "--link", f"{link.name},jitter=0") as (host, connection):
            segment_ms = SEGMENT * 8 / link.up + 8 / link.down
            if link.rtt_ms > 0:
                yield (f"{link.name}: round trip of a segment, ms",
                       round_trip_ms(host, connection) - without_ms, link.rtt_ms + segment_ms)
            yield f"{link.name}: down, kbit/s", down_kbit_s(host, connection, link), link.down
            yield f"{link.name}: up, kbit/s", up_kbit_s(host, connection, link), link.up
