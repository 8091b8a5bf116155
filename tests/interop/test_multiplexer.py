"""+CMUX at a real port: four terminals, a socket online on one, and what a host does wrong.

Source: 3GPP TS 27.010; docs/facts/mqtt-mux-ppp.md §3.
"""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.modem import Modem
from support.mux_host import CLOSE_DOWN, DISC, DM, SABM, UA, UIH, MuxHost, frame
from support.patience import ANSWER_S

MODELS = ("he910", "m95", "l610")
PIECE = 120
BULK_BYTES = 16_000 * PIECE


@contextmanager
def multiplexed(modem: Modem, dlcis: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Iterator[MuxHost]:
    modem.host.write(b"ATE0\r")
    modem.host.read_until(b"OK\r\n")
    modem.host.write(b"AT+CMUX=0\r")
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


def test_a_socket_online_beside_commands() -> None:
    """Every byte of a transfer arrives, in order, while another terminal is asked."""
    digest = hashlib.sha256()
    with socket.create_server(("127.0.0.1", 0)) as server, Modem("he910") as modem, \
            multiplexed(modem) as host:
        host.command(1, 'AT+CGDCONT=1,"IP","internet"')
        host.command(1, "AT#SGACT=1,1")
        host.command(1, "AT&D2")  # a closed DLCI drops DTR
        host.command(1, f'AT#SD=1,0,{server.getsockname()[1]},"127.0.0.1"', b"\r\nCONNECT\r\n")
        peer, _ = server.accept()
        received = bytearray()
        whole = threading.Event()
        reader = threading.Thread(target=read_all, args=(peer, received, whole))
        reader.start()
        for number in range(BULK_BYTES // PIECE):
            piece = number.to_bytes(4, "big") * (PIECE // 4)
            digest.update(piece)
            host.wait(lambda: 1 not in host.waits)
            host.send(frame(1, UIH, piece))
            if number % 2000 == 0:
                host.command(2, "AT+CSQ")
        assert whole.wait(ANSWER_S), f"{len(received)} bytes of {BULK_BYTES} came"
        host.send(frame(1, DISC))
        host.wait(lambda: (1, UA) in host.answers[5:])
        reader.join(ANSWER_S)
        assert not reader.is_alive()
        assert hashlib.sha256(received).digest() == digest.digest()
        closed(modem, host)


def read_all(peer: socket.socket, received: bytearray, whole: threading.Event) -> None:
    with peer:
        while data := peer.recv(65536):
            received += data
            if len(received) >= BULK_BYTES:
                whole.set()


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
