"""Thousands of hosts in one thread, each at a modem of a pool; all do the same at once.

    with Crowd(("127.0.0.1", 21000), WORDS["m95"], 9900) as crowd:
        crowd.prepare()
        crowd.dial(port)
"""

from __future__ import annotations

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .patience import ANSWER_S

FINAL = re.compile(rb"\r\n(?:OK|ERROR|\+CM[ES] ERROR: \d+)\r\n")


@dataclass(frozen=True)
class Words:
    """What hosts of a maker type, and what they hear."""

    prepare: tuple[str, ...]
    dial: str                  # with {port}
    opened: re.Pattern[bytes]
    failed: re.Pattern[bytes]  # what a dial ends with that did not succeed
    lost: bytes                # what a module says by itself when its server has gone
    after: tuple[str, ...]     # what a host types then
    send: tuple[str, str, bytes]  # a line, data behind its prompt, and the end of the answer


WORDS = {
    "he910": Words(
        ("ATE0", "AT+CMEE=1", 'AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1",
         "AT#SSLSECCFG=1,3,0", "AT#SSLCFG=1,1,300,0,5000,255"),
        'AT#SSLD=1,{port},"127.0.0.1",0,1', re.compile(rb"\r\nOK\r\n"),
        re.compile(rb"\r\n(?:ERROR|\+CME ERROR: \d+|NO CARRIER)\r\n"), b"\r\nNO CARRIER\r\n", (),
        ("AT#SSLSEND=1", "alive\x1a", b"\r\nOK\r\n")),
    "m95": Words(
        ("ATE0", "AT+CMEE=1", "AT+QIREGAPP", "AT+QIACT", "AT+QIMUX=1",
         'AT+QSSLCFG="seclevel",0,0;+QSSLCFG="sslversion",0,3'),
        'AT+QSSLOPEN=0,0,"127.0.0.1",{port},0,300', re.compile(rb"\r\n\+QSSLOPEN: 0,0\r\n"),
        re.compile(rb"\r\n(?:ERROR|\+CME ERROR: \d+|\+QSSLOPEN: 0,-\d+)\r\n"),
        b'\r\n+QSSLURC: "closed",0\r\n', (),
        ("AT+QSSLSEND=0,5", "alive", b"\r\nSEND OK\r\n")),
    "l610": Words(
        ("ATE0", "AT+CMEE=1", "AT+MIPCALL=1", "AT+GTSSLMODE=0;+GTSSLVER=4"),
        'AT+MIPOPEN=1,,"127.0.0.1",{port},2', re.compile(rb"\r\n\+MIPOPEN: 1,1\r\n"),
        re.compile(rb"\r\n(?:ERROR|\+CME ERROR: \d+|\+MIPOPEN 1,0)\r\n"), b"\r\n+MIPSTAT: 1,2\r\n",
        ("AT+MIPCLOSE=1",), ("AT+MIPSEND=1,5", "alive", b"\r\n+MIPSEND: 1,0,2048\r\n")),
}


class CrowdHost:
    """One of them."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.heard = b""  # that was not looked at yet
        self.answer = b""
        self.waits_for: re.Pattern[bytes] | None = None


class Crowd:
    """All hosts; used as a context."""

    def __init__(self, pool: tuple[str, int], words: Words, count: int) -> None:
        self.words = words
        self.hosts: list[CrowdHost] = []
        self._pool = pool
        self._count = count
        self._poll = select.epoll()
        self._by_fd: dict[int, CrowdHost] = {}

    def __enter__(self) -> Crowd:
        try:
            self.come(self._count)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for host in self.hosts:
            host.connection.close()
        self._poll.close()

    def come(self, count: int) -> list[CrowdHost]:
        """So many more."""
        new = []
        for _ in range(count):
            connection = socket.create_connection(self._pool, ANSWER_S)
            connection.setblocking(False)
            host = CrowdHost(connection)
            self.hosts.append(host)
            self._by_fd[connection.fileno()] = host
            self._poll.register(connection.fileno(), select.EPOLLIN)
            new.append(host)
        return new

    def type(self, text: str, hosts: Iterable[CrowdHost]) -> None:
        """A line, whose end is added."""
        data = text.encode() + b"\r"
        for host in hosts:
            assert host.connection.send(data) == len(data)

    def wait(self, pattern: re.Pattern[bytes], hosts: Iterable[CrowdHost]) -> Counter[bytes]:
        """Until each has heard it: what each has heard up to its end, and how many."""
        waiting = 0
        said: Counter[bytes] = Counter()
        hosts = list(hosts)
        for host in hosts:
            host.waits_for = pattern
            waiting += not self._look(host)
        deadline = time.monotonic() + ANSWER_S
        while waiting > 0:
            events = self._poll.poll(ANSWER_S, 1024)
            for fd, _ in events:
                waiting -= self._hear(self._by_fd[fd])
            if not events or time.monotonic() > deadline:
                silent = [host.heard for host in hosts if host.waits_for is not None]
                raise AssertionError(f"{len(silent)} of {len(hosts)} have not heard "
                                     f"{pattern.pattern!r}, but {Counter(silent).most_common(3)}")
            if any(events):
                deadline = time.monotonic() + ANSWER_S
        for host in hosts:
            said[host.answer] += 1
        return said

    def say(self, text: str, hosts: Iterable[CrowdHost] | None = None,
            pattern: re.Pattern[bytes] = FINAL) -> Counter[bytes]:
        hosts = self.hosts if hosts is None else list(hosts)
        self.type(text, hosts)
        return self.wait(pattern, hosts)

    def prepare(self, hosts: Iterable[CrowdHost] | None = None) -> None:
        """Up to the dial; nothing that was said by the way is left."""
        hosts = self.hosts if hosts is None else list(hosts)
        for line in self.words.prepare:
            said = self.say(line, hosts)
            assert all(text.endswith(b"\r\nOK\r\n") for text in said), (line, said)
            if "+MIPCALL" in line:
                self.wait(re.compile(rb"\r\n\+MIPCALL: [^\r]*\r\n"), hosts)

    def begin_dial(self, port: int, hosts: Iterable[CrowdHost]) -> None:
        self.type(self.words.dial.format(port=port), hosts)

    def end_dial(self, hosts: Iterable[CrowdHost]) -> tuple[list[CrowdHost], Counter[bytes]]:
        """Those that are connected, and what the others were told."""
        hosts = list(hosts)
        opened, failed = self.words.opened, self.words.failed
        self.wait(re.compile(opened.pattern + b"|" + failed.pattern), hosts)
        good = [host for host in hosts if opened.search(host.answer)]
        return good, Counter(host.answer for host in hosts if not opened.search(host.answer))

    def dial(self, port: int, hosts: Iterable[CrowdHost] | None = None,
             ) -> tuple[list[CrowdHost], Counter[bytes]]:
        hosts = self.hosts if hosts is None else list(hosts)
        self.begin_dial(port, hosts)
        return self.end_dial(hosts)

    def hear_of_the_loss(self, hosts: Iterable[CrowdHost]) -> None:
        """Each is told once that its server has gone, and tidies up."""
        hosts = list(hosts)
        said = self.wait(re.compile(re.escape(self.words.lost)), hosts)
        assert set(said) == {self.words.lost}, said
        for line in self.words.after:
            self.say(line, hosts)

    def are_unharmed(self, hosts: Iterable[CrowdHost]) -> None:
        """Their modules have said nothing meanwhile, and send what they are given."""
        hosts = list(hosts)
        line, data, sent = self.words.send
        said = self.say("AT", hosts)
        assert set(said) == {b"\r\nOK\r\n"}, said
        self.say(line, hosts, re.compile(rb"\r\n> ?"))
        for host in hosts:
            host.connection.send(data.encode())
        self.wait(re.compile(re.escape(sent)), hosts)

    def forget(self, hosts: Iterable[CrowdHost] | None = None) -> None:
        """What was said by the way, up to an OK of now, is not looked at."""
        self.say("AT", hosts)

    def _hear(self, host: CrowdHost) -> bool:
        """True: that was what it waits for."""
        try:
            data = host.connection.recv(4096)
        except BlockingIOError:
            return False
        if not data:
            self._poll.unregister(host.connection.fileno())
            raise AssertionError(f"a modem hung up after {host.heard!r}")
        host.heard += data
        return self._look(host)

    @staticmethod
    def _look(host: CrowdHost) -> bool:
        if host.waits_for is None:
            return False
        match = host.waits_for.search(host.heard)
        if match is None:
            return False
        host.answer, host.heard = host.heard[:match.end()], host.heard[match.end():]
        host.waits_for = None
        return True
