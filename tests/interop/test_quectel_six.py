"""Six sockets of a module at once, plain and secure, each with much to carry: not a byte is lost.

The host is one program that asks the six in turn, as one that polls does: it reads with +QIRD and
+QSSLRECV, 1500 bytes at a time, and sends with +QISEND and +QSSLSEND, 1460 at a time.
Source: GSM_SSL_TCP_Application_Note V3.1 §1.3, §2.2.4, §2.2.5.
"""

from __future__ import annotations

import os
import select
import time
from contextlib import ExitStack
from dataclasses import dataclass

from support.certs import Certificates
from support.modem import Host, Modem

from .bulk_peer import BulkPeer, Exchange, digest_of, much
from .driver import ANSWER_S, PROMPT
from .observe import MemoryMark
from .quectel_driver import QuectelDriver
from .test_flow import MEGABYTE

SHARE = much(100 * MEGABYTE, part=20 * MEGABYTE, least=5 * MEGABYTE)
SEND_MAX = 1460
HOST_SEED, PEER_SEED = 20, 10
LIMIT_S = 900
UNSOLICITED = (b"+QIRDI: ", b'+QSSLURC: "recv"')


@dataclass
class Line:
    """One socket: what goes up and what comes down through it."""

    index: int
    peer: BulkPeer
    exchange: Exchange

    @property
    def is_secure(self) -> bool:
        return self.index % 2 == 1

    @property
    def is_done(self) -> bool:
        return self.exchange.is_sent and self.exchange.is_received


class PollingHost:
    """Asks, reads the answer, asks again; unsolicited lines it overlooks, as it asks anyway."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._fd = host.fileno()
        self._received = b""

    def _more(self) -> None:
        if not select.select([self._fd], [], [], ANSWER_S)[0]:
            self._host.fail(f"no more than {self._received!r}")
        data = os.read(self._fd, 65536)
        assert data, "the modem has gone"
        self._received += data

    def ask(self, text: bytes) -> None:
        os.write(self._fd, text)

    def _framed(self) -> bytes:
        """The next line, whichever it is."""
        while (end := self._received.find(b"\r\n", 2)) < 0:
            self._more()
        assert self._received.startswith(b"\r\n"), self._received[:80]
        line, self._received = self._received[2:end], self._received[end + 2:]
        return line

    def line(self) -> bytes:
        """The next line that is not unsolicited."""
        while (line := self._framed()).startswith(UNSOLICITED):
            pass
        return line

    def take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._more()
        data, self._received = self._received[:count], self._received[count:]
        return data

    def prompt(self) -> None:
        while self._received != PROMPT:
            if self._received.count(b"\r\n") < 2:
                self._more()
            else:
                line = self._framed()
                assert line.startswith(UNSOLICITED), line
        self._received = b""

    def open(self, line: Line) -> None:
        """Others may already have something to say."""
        if line.is_secure:
            self.ask(b'AT+QSSLOPEN=%d,0,"127.0.0.1",%d,0\r' % (line.index, line.peer.port))
            opened = b"+QSSLOPEN: %d,0" % line.index
        else:
            self.ask(b'AT+QIOPEN=%d,"TCP","127.0.0.1",%d\r' % (line.index, line.peer.port))
            opened = b"%d, CONNECT OK" % line.index
        assert [self.line(), self.line()] == [b"OK", opened]

    def read_from(self, line: Line) -> None:
        command = b"QSSLRECV=0,%d" if line.is_secure else b"QIRD=0,1,%d"
        self.ask(b"AT+" + command % line.index + b",1500\r")
        answer = self.line()
        if answer == b"OK":
            return
        assert answer.startswith(b"+Q"), answer
        line.exchange.got(self.take(int(answer.rsplit(b",", 1)[1])))
        assert self.line() == b"OK"

    def send_to(self, line: Line) -> None:
        piece = line.exchange.next_piece()
        assert piece is not None
        piece = piece[:SEND_MAX]
        command = b"QSSLSEND=%d,%d" if line.is_secure else b"QISEND=%d,%d"
        self.ask(b"AT+" + command % (line.index, len(piece)) + b"\r")
        self.prompt()
        self.ask(piece)
        answer = self.line()
        if answer == b"SEND OK":
            line.exchange.took(len(piece))
        else:
            assert answer == b"SEND FAIL", answer

    def serve(self, lines: list[Line]) -> None:
        until = time.monotonic() + LIMIT_S
        while lines := [line for line in lines if not line.is_done]:
            assert time.monotonic() < until, [(line.index, line.exchange.sent,
                                               line.exchange.received) for line in lines]
            for line in lines:
                if not line.exchange.is_received:
                    self.read_from(line)
                if not line.exchange.is_sent:
                    self.send_to(line)


def test_six_sockets(certificates: Certificates) -> None:
    """Two carry everything up, two everything down, two half of it each way."""
    ways = ((0, SHARE), (0, SHARE), (SHARE, 0), (SHARE, 0), (SHARE // 2, SHARE // 2),
            (SHARE // 2, SHARE // 2))
    with ExitStack() as stack:
        modem = stack.enter_context(Modem("m95", "unix"))
        driver = QuectelDriver(modem).begin()
        host = PollingHost(driver.host)
        lines = []
        for index, (up, down) in enumerate(ways):
            peer = stack.enter_context(BulkPeer(
                certificates.chain("server"), certificates.key("server"), send=down, receive=up,
                tls=index % 2 == 1, seed=PEER_SEED + index))
            lines.append(Line(index, peer, Exchange(HOST_SEED + index, up, down)))
            host.open(lines[-1])
        memory = MemoryMark(modem)
        since = time.monotonic()
        host.serve(lines)
        seconds = time.monotonic() - since
        for line, (up, down) in zip(lines, ways):
            done = line.peer.hear("done")
            assert (done["received"], done["digest"]) == (up, digest_of(HOST_SEED + line.index, up))
            assert (line.exchange.received, line.exchange.digest) == (
                down, digest_of(PEER_SEED + line.index, down))
        memory.check()
        print(f"{6 * SHARE / MEGABYTE / seconds:.1f} MB/s, {seconds:.1f} s")
