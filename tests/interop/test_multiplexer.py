"""+CMUX at a real port: four terminals, a socket online on one, and what a host does wrong.

Source: 3GPP TS 27.010; docs/facts/mqtt-mux-ppp.md §3.
"""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from support.modem import Modem
from support.mux_host import CLOSE_DOWN, DISC, DM, SABM, UA, UIH, MuxHost, frame
from support.patience import ANSWER_S

from .bulk_peer import much

MODELS = ("he910", "m95", "l610")
PIECE = 120
FRAME = 2000
BULK_BYTES = int(os.environ.get("TLSMODEM_MUX_BYTES", much(1_000_000_000, part=4_000_000, least=400_000)))
PATTERN = bytes(range(251)) * 10
WINDOW = 60_000  # on the way, so that neither side waits for the other
ASK_EVERY = 500  # frames


@contextmanager
def multiplexed(modem: Modem, dlcis: tuple[int, ...] = (0, 1, 2, 3, 4),
                command: str = "AT+CMUX=0") -> Iterator[MuxHost]:
    modem.host.write(b"ATE0\r")
    modem.host.read_until(b"OK\r\n")
    modem.host.write(command.encode() + b"\r")
    modem.host.read_until(b"OK\r\n")
    host = MuxHost(modem.host.fileno())
    host.open(*dlcis)
    yield host


def closed(modem: Modem, host: MuxHost) -> None:
    """The port takes command lines again."""
    host.send(frame(0, UIH, bytes([CLOSE_DOWN, 1])))
    host.wait(lambda: bytes([CLOSE_DOWN & ~2, 1]) in host.messages)
    modem.host.write(b"AT\r")
    modem.host.read_until(b"OK\r\n")


@pytest.mark.parametrize("model", MODELS)
def test_four_terminals(model: str) -> None:
    with Modem(model) as modem, multiplexed(modem) as host:
        for dlci in (1, 2, 3, 4):
            assert b"OK" in host.command(dlci, "AT+CGMM")
        host.send(frame(5, SABM))
        host.wait(lambda: (5, DM) in host.answers)
        host.command(2, "AT+CREG=1")
        host.command(3, "AT+CREG?")
        assert b"+CREG: 0," in host.data[3]  # each its own
        host.send(frame(4, DISC))
        host.wait(lambda: (4, UA) in host.answers[6:])
        closed(modem, host)


@pytest.mark.parametrize("model", ("he910", "l610"))
def test_bulk_through_one_of_four(model: str, record_property: Callable[[str, object], None]) -> None:
    """Every byte arrives, in order, while the three others are asked; and so does what comes back."""
    ways = {"he910": ("AT#SGACT=1,1", "AT#SD=1,0,{},\"127.0.0.1\"", b"\r\nCONNECT\r\n"),
            "l610": ("AT+MIPCALL=1", "AT+MIPODM=1,,\"127.0.0.1\",{},0", b"+MIPODM: 1,1\r\n")}
    up, dial, connected = ways[model]
    with socket.create_server(("127.0.0.1", 0)) as server, Modem(model) as modem, \
            multiplexed(modem, command=f"AT+CMUX=0,0,5,{FRAME}") as host:
        host.command(2, 'AT+CGDCONT=1,"IP","internet"')
        host.command(2, up)
        host.command(1, "AT&D2")  # a closed DLCI drops DTR
        host.command(1, dial.format(server.getsockname()[1]), connected)
        digests = Echo(server)
        sent, heard, came, since = hashlib.sha256(), hashlib.sha256(), 0, time.monotonic()
        host.data[1].clear()
        for number in range(0, BULK_BYTES, FRAME):
            piece = PATTERN[number % 251:number % 251 + min(FRAME, BULK_BYTES - number)]
            sent.update(piece)
            host.wait(lambda: 1 not in host.waits)
            host.send(frame(1, UIH, piece))
            while number + len(piece) - came > WINDOW:
                host.wait(lambda: host.data[1])
                came += take(host, heard)
            if number // FRAME % ASK_EVERY == 0:
                for dlci in (2, 3, 4):
                    assert b"+CSQ: " in host.command(dlci, "AT+CSQ")
        while came < BULK_BYTES:
            host.wait(lambda: host.data[1])
            came += take(host, heard)
        seconds = time.monotonic() - since
        host.send(frame(1, DISC))
        host.wait(lambda: (1, UA) in host.answers[5:])
        if model == "l610":
            host.command(2, "AT+MIPCLOSE=1")  # whose sockets outlive their host
        assert heard.digest() == sent.digest() == digests.end()
        record_property("figures", f"{2 * BULK_BYTES / 1e6 / seconds:.1f} MB/s of {BULK_BYTES:,} bytes each way")
        closed(modem, host)


def take(host: MuxHost, heard: Digest) -> int:
    """How many bytes have come on DLCI 1."""
    data = bytes(host.data[1])
    host.data[1].clear()
    heard.update(data)
    return len(data)


class Digest(Protocol):
    def update(self, data: bytes, /) -> None: ...


class Echo:
    """A server that sends back what it gets, and digests it."""

    def __init__(self, server: socket.socket) -> None:
        self._digest = hashlib.sha256()
        self._thread = threading.Thread(target=self._run, args=(server,))
        self._thread.start()

    def _run(self, server: socket.socket) -> None:
        peer, _ = server.accept()
        with peer:
            while data := peer.recv(65536):
                self._digest.update(data)
                peer.sendall(data)

    def end(self) -> bytes:
        self._thread.join(ANSWER_S)
        assert not self._thread.is_alive()
        return self._digest.digest()


def test_a_server_that_does_not_read_holds_up_its_terminal_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, Modem("he910") as modem, \
            multiplexed(modem) as host:
        host.command(1, 'AT+CGDCONT=1,"IP","internet"')
        host.command(1, "AT#SGACT=1,1")
        host.command(1, f'AT#SD=1,0,{server.getsockname()[1]},"127.0.0.1"', b"\r\nCONNECT\r\n")
        peer, _ = server.accept()
        with peer:
            while 1 not in host.waits:
                host.send(frame(1, UIH, b"x" * PIECE) * 8)
            assert b"OK" in host.command(2, "AT")
            host.send(frame(1, DISC))
            host.wait(lambda: (1, UA) in host.answers[5:])
            closed(modem, host)


def test_eight_ports(tmp_path: Path) -> None:
    """A modem has sixteen terminals at most: who asks for more is refused, and nothing else."""
    options = [word for i in range(7) for word in ("--unix", str(tmp_path / str(i)))]
    with Modem("he910", options=options) as modem, multiplexed(modem, (0, 1)) as host:
        for i in range(7):
            with socket.socket(socket.AF_UNIX) as port:
                port.connect(str(tmp_path / str(i)))
                port.settimeout(ANSWER_S)
                port.sendall(b"AT+CMUX=0\r")
                answer = b""
                while b"\r\nOK\r\n" not in answer and b"ERROR\r\n" not in answer:
                    answer += port.recv(4096)
                assert (b"OK" in answer) == (i == 0), f"{i}: {answer!r}"
        assert b"OK" in host.command(1, "AT")
        closed(modem, host)


def test_a_recording_has_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "recorded.at"
    with Modem("he910", options=["--record", str(path)]) as modem, multiplexed(modem) as host:
        host.command(1, "AT+CPIN=7391", b"ERROR\r\n")
        host.command(2, "ATE1")
        host.command(2, "AT+CPIN=7391", b"ERROR\r\n")
        closed(modem, host)
    text = path.read_text()
    assert "7391" not in text
    assert "multiplexer's frames are not written" in text


def test_half_a_frame_costs_nothing_else() -> None:
    with Modem("m95") as modem, multiplexed(modem) as host:
        host.send(frame(1, UIH, b"AT+CGMM\r")[:7])
        assert b"OK" in host.command(2, "AT")
        host.send(os.urandom(3000).replace(b"\xf9", b""))
        assert b"OK" in host.command(3, "AT")
        closed(modem, host)
