"""Ports for hosts that are elsewhere: a serial port with its circuits (RFC 2217), by pyserial."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from support.control import ControlPort
from support.modem import program_path
from support.patience import ANSWER_S, EXIT_S



MODELS = ["he910", "m95", "l610"]


@contextlib.contextmanager
def running(kind: str, *options: str, model: str = "he910") -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    """The program with one port of that kind; where it listens."""
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", model, "--state", "none", f"--{kind}", "127.0.0.1:0",
                           *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout and process.stderr
            ready = process.stdout.readline().split()
            assert ready[:1] == ["ready:"] and ready[2] == kind, (ready, process.poll() is not None and process.stderr.read())
            host, port = ready[3].rsplit(":", 1)
            yield host, int(port), process
        finally:
            process.terminate()
            assert process.wait(EXIT_S) == 0, process.stderr and process.stderr.read()


def wait_for(what: Callable[[], Any]) -> None:
    end = time.monotonic() + ANSWER_S
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def answer(line: serial.SerialBase, typed: bytes, end: bytes = b"\r\nOK\r\n") -> bytes:
    line.write(typed)
    said: bytes = line.read_until(end)
    assert said.endswith(end), (typed, said)
    return said


def attach(host: str, port: int, **settings: Any) -> serial.SerialBase:
    return serial.serial_for_url(f"rfc2217://{host}:{port}", timeout=ANSWER_S, **settings)


@contextlib.contextmanager
def serving() -> Iterator[tuple[int, Callable[[], socket.socket]]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(ANSWER_S)

        def accept() -> socket.socket:
            connection = server.accept()[0]
            connection.settimeout(ANSWER_S)
            return connection

        yield server.getsockname()[1], accept


@contextlib.contextmanager
def online(line: serial.SerialBase, setting: bytes) -> Iterator[socket.socket]:
    with serving() as (port, accept):
        answer(line, b"ATE0\r")
        answer(line, b"AT&C1" + setting + b"\r")
        answer(line, b'AT+CGDCONT=1,"IP","internet"\r')
        if b"#SGACT: 1,1" not in answer(line, b"AT#SGACT?\r"):
            answer(line, b"AT#SGACT=1,1\r")
        assert not line.cd
        answer(line, b'AT#SD=1,0,%d,"127.0.0.1"\r' % port, b"\r\nCONNECT\r\n")
        with accept() as peer:
            yield peer


@pytest.mark.parametrize("model", MODELS)
def test_rate_and_lines(model: str) -> None:
    """What a driver sets is in force, and read back; DSR is on, DCD off, RI off, CTS on."""
    with running("rfc2217", model=model) as (host, port, _), attach(host, port, baudrate=9600) as line:
        assert answer(line, b"AT\r").endswith(b"\r\nOK\r\n")
        assert (line.dsr, line.cts, line.ri) == (True, True, False)
        for rate in (300, 9600, 115200, 921600):
            line.baudrate = rate
        line.bytesize, line.parity, line.stopbits = 7, serial.PARITY_EVEN, 2
        line.rtscts = True
        line.break_condition = True
        line.break_condition = False
        line.reset_output_buffer()
        assert answer(line, b"AT\r").endswith(b"\r\nOK\r\n")


def test_dtr_ends_online_mode_by_d2() -> None:
    """DCD follows the connection with &C1; a DTR that drops ends it with &D2."""
    with running("rfc2217") as (host, port, _), attach(host, port) as line, online(line, b"&D2") as peer:
        wait_for(lambda: line.cd)
        line.write(b"to\xff\x00\r\xff\xfeyou")
        assert _exactly(peer, 10) == b"to\xff\x00\r\xff\xfeyou"
        peer.sendall(b"\r\xff\xff\n\x00\r\x00back")
        assert line.read(11) == b"\r\xff\xff\n\x00\r\x00back"
        line.dtr = False
        assert line.read_until(b"\r\nNO CARRIER\r\n").endswith(b"\r\nNO CARRIER\r\n")
        assert peer.recv(1) == b""
        wait_for(lambda: not line.cd)
        line.dtr = True
        answer(line, b"AT\r")


def _exactly(peer: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (more := peer.recv(count - len(got))):
        got += more
    return got


def test_dtr_suspends_by_d1_and_says_nothing_by_d0() -> None:
    with running("rfc2217") as (host, port, _), attach(host, port) as line:
        with online(line, b"&D1") as peer:
            line.dtr = False
            assert line.read_until(b"\r\nOK\r\n").endswith(b"\r\nOK\r\n")
            line.dtr = True
            answer(line, b"AT#SO=1\r", b"\r\nCONNECT\r\n")
            line.dtr = False
            line.read_until(b"\r\nOK\r\n")
            line.dtr = True
            answer(line, b"AT#SH=1\r")
            assert peer.recv(1) == b""
        with online(line, b"&D0") as peer:
            line.dtr = False
            line.write(b"still")
            assert _exactly(peer, 5) == b"still"


def test_a_host_that_leaves_drops_dtr() -> None:
    """As a serial port that is closed; the next host's is on again."""
    with running("rfc2217") as (host, port, _):
        line = attach(host, port)
        with online(line, b"&D2") as peer:
            line.close()
            assert peer.recv(1) == b""
        with attach(host, port) as line:
            assert not line.cd
            answer(line, b"AT\r")


def test_a_call_rings(tmp_path: Path) -> None:
    path = tmp_path / "control"
    with running("rfc2217", "--control", f"unix:{path}") as (host, port, _), attach(host, port) as line:
        assert not line.ri
        control = ControlPort(path)
        control.act("he910", "ring", caller="+4930123")
        assert line.read_until(b"RING\r\n").endswith(b"RING\r\n")
        wait_for(lambda: line.ri)
        control.act("he910", "ring-end")
        wait_for(lambda: not line.ri)


def test_rts_holds_where_it_counts() -> None:
    """With RTS/CTS a host that takes RTS away hears nothing until it is back."""
    with running("rfc2217") as (host, port, _), attach(host, port, rtscts=True) as line:
        answer(line, b"ATE0\r")
        line.rts = False
        line.write(b"AT\r")
        line.timeout = 0.5
        assert line.read(1) == b""
        line.timeout = ANSWER_S
        line.rts = True
        assert line.read(6) == b"\r\nOK\r\n"


def test_a_telnet_client_without_the_option() -> None:
    """It refuses all; CR NUL is its CR (RFC 854), and the module's CR comes to it so."""
    with running("rfc2217") as (host, port, _), socket.create_connection((host, port), ANSWER_S) as client:
        offers = _exactly(client, 15)
        assert offers[0::3] == b"\xff" * 5
        client.sendall(b"".join(bytes([255, 254 if verb == 251 else 252, option]) for verb, option in zip(offers[1::3], offers[2::3])))
        client.sendall(b"\xff\xfd\x18AT\r\x00")
        assert _exactly(client, 3) == b"\xff\xfc\x18"
        assert _exactly(client, 10) == b"AT\r\x00\r\nOK\r\n"


def test_a_browser_is_hung_up_on() -> None:
    with running("rfc2217") as (host, port, _), socket.create_connection((host, port), ANSWER_S) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nAT\r")
        with contextlib.suppress(ConnectionResetError):
            while more := client.recv(100):
                assert b"OK" not in more


def test_other_machines_only_by_allow_remote() -> None:
    result = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--rfc2217", "0.0.0.0:0"], capture_output=True,
                            text=True, timeout=EXIT_S, check=False)
    assert result.returncode == 2
    assert "--rfc2217: other machines can reach 0.0.0.0" in result.stderr and "--allow-remote" in result.stderr
