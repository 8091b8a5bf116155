"""What may happen to a whole fleet, as a trial each: a few hundred modems in the suite, thousands in
the long tier.  What is new is refused with the module's own error and one line of the log that
counts; what is connected goes on.
"""

from __future__ import annotations

import re
import resource
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from .crowd import WORDS, Crowd, CrowdHost
from .fleet import Fleet
from .modem import program_path
from .patience import ANSWER_S

GROWTH = 0.03    # of the heap, from one death of a server to the next
ROOM = 3_000_000  # bytes that a fleet without memory has still
STILL_S = 3.0    # a port and a closed connection have given back what they had


class Server(Protocol):
    """For all modems at once; it may die and come back."""

    port: int

    def start(self) -> None: ...
    def die(self) -> None: ...


@dataclass
class Trial:
    """A fleet of one model, its hosts, its server; what was measured."""

    fleet: Fleet
    crowd: Crowd
    server: Server
    metrics: Path
    log_before: int = 0
    weighs: bool = True  # the heap, which takes its time
    figures: dict[str, float] = field(default_factory=dict)

    def said(self) -> str:
        """By the log, since the trial began."""
        return self.fleet.log()[self.log_before:]

    def kilobytes(self) -> float:
        """Of the heap, for each modem, once nothing is given back any more."""
        now = self._kilobytes()
        while self.weighs:
            time.sleep(STILL_S)
            before, now = now, self._kilobytes()
            if now >= 0.995 * before:
                break
        return now

    def _kilobytes(self) -> float:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_S)
            connection.connect(str(self.metrics))
            connection.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            text = b""
            while data := connection.recv(65536):
                text += data
        found = re.search(rb"^tlsmodem_modem_memory_bytes (\S+)", text, re.MULTILINE)
        return float(found[1]) / 1000 if found else 0.0  # a sanitizer's allocator does not say

    def connect_half(self) -> tuple[list[CrowdHost], list[CrowdHost]]:
        """Those that are connected, and those that are about to dial."""
        half = len(self.crowd.hosts) // 2
        old, new = self.crowd.hosts[:half], self.crowd.hosts[half:]
        opened, refused = self.crowd.dial(self.server.port, old)
        assert len(opened) == half, refused
        self.crowd.forget(old)
        self.log_before = len(self.fleet.log())
        return old, new

    def limited(self, which: int, value: int) -> Limit:
        return Limit(self.fleet.pid, which, value)


class Limit:
    """A limit of a process that runs, as a context."""

    def __init__(self, pid: int, which: int, value: int) -> None:
        self._pid, self._which, self._value = pid, which, value

    def __enter__(self) -> None:
        self._before = resource.prlimit(self._pid, self._which)
        resource.prlimit(self._pid, self._which, (self._value, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.prlimit(self._pid, self._which, self._before)


@contextmanager
def trial(folder: Path, model: str, count: int, server: Server, *,
          state: bool = False) -> Iterator[Trial]:
    """`count` modems that are prepared to dial."""
    metrics = folder / "metrics.sock"
    fleet = Fleet(folder, f"modems:\n- name: 'm${{n}}'\n  module: {model}\n  count: {count}\n"
                  f"  state: {'state' if state else 'none'}\n"
                  "  ports: [{tcp-each: '127.0.0.1:0'}]\n",
                  ("--metrics", f"unix:{metrics}"), log_name="fleet.log")
    fleet.last = f"m{count - 1}"
    with fleet:
        host, port = fleet.places["m0"].split(" ")[1].rsplit(":", 1)
        with Crowd((host, int(port)), WORDS[model], count) as crowd:
            crowd.prepare()
            yield Trial(fleet, crowd, server, metrics, len(fleet.log()))


def has_one_line(said: str, times: int, pattern: str) -> None:
    """The log counts: `times` of the same are a line, and what has been counted by a minute's or
    the end's line; not one each."""
    lines = [line for line in said.splitlines() if re.search(pattern, line)]
    counted = [int(number) for line in lines for number in re.findall(r"\((\d+) times in ", line)]
    assert 1 <= len(lines) <= 6, said
    assert times < 3 or sum(counted) <= times, lines


def server_dies(at: Trial) -> None:
    """Twice: all are told, a dial meanwhile is refused, all dial again; the heap is what it was."""
    crowd, count = at.crowd, len(at.crowd.hosts)
    heap = []
    at.figures["quiet"] = at.kilobytes()
    for turn in range(2):
        begun = time.monotonic()
        opened, refused = crowd.dial(at.server.port)
        at.figures["dial_s"] = time.monotonic() - begun
        assert len(opened) == count, refused
        crowd.forget()
        if turn == 0:
            at.figures["connected"] = at.kilobytes()
        begun = time.monotonic()
        at.server.die()
        crowd.hear_of_the_loss(crowd.hosts)
        at.figures["told_s"] = time.monotonic() - begun
        opened, refused = crowd.dial(at.server.port)
        assert not opened and sum(refused.values()) == count and len(refused) == 1, refused
        crowd.forget()
        at.server.start()
        heap.append(at.kilobytes())
    at.figures["after"] = heap[1]
    assert not at.weighs or heap[1] <= heap[0] * (1 + GROWTH), heap
    has_one_line(at.said(), 2 * count, "connection refused")


def refuses(at: Trial, old: list[CrowdHost], new: list[CrowdHost], resource_: int, value: int,
            pattern: str, ways: int = 1) -> None:
    """Under a limit some of the new ones are refused, in so many ways at most; without it all of
    them dial."""
    crowd = at.crowd
    with at.limited(resource_, value):
        opened, refused = crowd.dial(at.server.port, new)
        assert refused, "all were connected"
        assert len({answer.rpartition(b"\r\n\r\n")[2] for answer in refused}) <= ways, refused
        time.sleep(STILL_S)  # a port that types takes memory, too: no more than a hundred now
        crowd.are_unharmed(old[::len(old) // 100 or 1])
    at.figures["refused"] = sum(refused.values())
    left = set(new) - set(opened)
    crowd.forget(left)
    opened, refused = crowd.dial(at.server.port, [host for host in new if host in left])
    assert len(opened) == len(left), refused
    crowd.forget(new)
    crowd.are_unharmed([*old, *new])
    has_one_line(at.said(), len(new), pattern)


def out_of_descriptors(at: Trial) -> None:
    """As many are left as a tenth of the new ones need."""
    old, new = at.connect_half()
    refuses(at, old, new, resource.RLIMIT_NOFILE, at.fleet.descriptors() + len(new) // 10,
            "Too many open files; raise the limit")


def out_of_memory(at: Trial) -> None:
    """The library for TLS and that for the loop have none left, either; where there is none for the
    line that a host types, that is refused."""
    old, new = at.connect_half()
    status = Path(f"/proc/{at.fleet.pid}/status").read_text()
    data = re.search(r"^VmData:\s+(\d+) kB", status, re.MULTILINE)
    assert data is not None
    refuses(at, old, new, resource.RLIMIT_DATA, 1024 * int(data[1]) + ROOM, "out of memory", 2)


def out_of_disk(at: Trial) -> None:
    """Each that stores is refused while there is no room; what was stored before is there."""
    old, new = at.connect_half()
    crowd = at.crowd
    kept = crowd.say('AT+CGDCONT=2,"IP","before"')
    assert set(kept) == {b"\r\nOK\r\n"}, kept
    with at.limited(resource.RLIMIT_FSIZE, 4096):
        at.log_before = len(at.fleet.log())
        refused = crowd.say('AT+CGDCONT=2,"IP","lost"')
        assert set(refused) == {b"\r\n+CME ERROR: 23\r\n"}, refused
        crowd.are_unharmed(old)
    at.figures["refused"] = sum(refused.values())
    has_one_line(at.said(), len(crowd.hosts), "is not stored")
    there = crowd.say("AT+CGDCONT?")
    assert all(b'2,"IP","before"' in text for text in there), there
    kept = crowd.say('AT+CGDCONT=2,"IP","after"')
    assert set(kept) == {b"\r\nOK\r\n"}, kept
    crowd.are_unharmed(old)


TRIALS: dict[str, Callable[[Trial], None]] = {
    "server": server_dies, "descriptors": out_of_descriptors, "memory": out_of_memory,
    "disk": out_of_disk}
