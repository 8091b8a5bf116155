"""`tlsmodem replay`: the module's side of a recording, for a host that types its own.

Source: docs/tap.md.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import tty
from pathlib import Path

import pytest
import serial

from support.modem import Host, Modem, open_pty
from support.patience import ANSWER_S
from support.program import run_program

from .background import Background
from .driver import Driver
from .fibocom_driver import FibocomDriver
from .observe import wait_until
from .quectel_driver import QuectelDriver

DONE, OTHERWISE, WRONG = 0, 1, 2
UNKNOWN = "# of a module that nobody knows\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "session.at"
    path.write_text(text)
    return path


def replay(*words: object) -> subprocess.CompletedProcess[str]:
    return run_program("replay", *words)


def test_an_unknown_module(tmp_path: Path) -> None:
    path, port = write(tmp_path, UNKNOWN + "> AT+WONDER?\n< +WONDER: 1\n<| +WONDER: 2\n< OK\n"), tmp_path / "modem"
    with Background("replay", path, "--pty", port) as running:
        assert running.ready() == [f"ready: replay pty {port}\n"]
        host = open_pty(str(port))
        host.write(b"AT+WON")
        host.expect_exact(b"AT+WON")  # echoed as it comes
        host.write(b"DER?\r")
        host.expect_exact(b"DER?\r\r\n+WONDER: 1\r\n+WONDER: 2\r\n\r\nOK\r\n")
        assert running.wait() == DONE, running.errors
        host.close()
    assert not os.path.lexists(port)


@pytest.mark.parametrize(("text", "typed", "heard"), [
    ("> ATE0\n< OK\n> AT\n< OK\n", b"ATE0\rAT\r", b"ATE0\r\r\nOK\r\n\r\nOK\r\n"),
    ("> AT\n< OK\necho off\n> AT\n< OK\n", b"AT\rAT\r", b"AT\r\r\nOK\r\n\r\nOK\r\n"),
    ("> AT+IP?\n<~ \\+IP: [0-9.]+,\\d{3}(?:a|b)?,x*\n< OK\n", b"AT+IP?\r", b"AT+IP?\r\r\n+IP: 10.0.0.1,111a,\r\n\r\nOK\r\n"),
    ("> AT+S\n< prompt\n> data \"ab\"\n> ctrl-z\n< OK\n", b"AT+S\rab\x1a", b"AT+S\r\r\n> ab\r\nOK\r\n"),
    ("> AT+S\n< CONNECT\n> bytes \"\\0\\xff\"\n< bytes \"\\xfe\\n\"\nescape\n< OK\n", b"AT+S\r\0\xff+++",
     b"AT+S\r\r\nCONNECT\r\n\xfe\n\r\nOK\r\n"),
    ("> AT+P=\"${secret1}\"\n< OK\n> AT+Q=${secret1}\n< ${secret1}\n", b'AT+P="1 2"\rAT+Q=1 2\r',
     b'AT+P="1 2"\r\r\nOK\r\nAT+Q=1 2\r\r\n1 2\r\n'),
    ("> AT+L\n< 3000 bytes\n> bytes 100 binary bytes\n< OK\n", None, None),
])
def test_what_it_says(tmp_path: Path, text: str, typed: bytes | None, heard: bytes | None) -> None:
    path, port = write(tmp_path, UNKNOWN + (text if typed else "> AT\n< OK\n")), tmp_path / "modem"
    with Background("replay", path, "--pty", port) as running:
        running.ready()
        host = open_pty(str(port))
        host.write(typed or b"AT\r")
        host.expect_exact(heard or b"AT\r\r\nOK\r\n")
        assert running.wait() == DONE, running.errors
        host.close()


@pytest.mark.parametrize(("typed", "said"), [
    (b"AT+CSX\r", r":3: > AT\+CSQ\n.*something else than is recorded.*AT\+CS»Q.*AT\+CS»X"),
    (b"AT+CSQ\rAT\r", r"at the end:\n  the host types more than is recorded:\n    AT\\r\n"),
])
def test_what_the_host_does_otherwise(tmp_path: Path, typed: bytes, said: str) -> None:
    path, port = write(tmp_path, "model he910\nsource a test\n> AT+CSQ\n< OK\n"), tmp_path / "modem"
    with Background("replay", path, "--pty", port) as running:
        assert running.ready() == [f"ready: he910 pty {port}\n"]
        host = open_pty(str(port))
        host.write(typed)
        assert running.wait() == OTHERWISE
        assert re.search(said, running.errors, re.DOTALL), running.errors
        host.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_absent_host(tmp_path: Path, number: int) -> None:
    path, port = write(tmp_path, UNKNOWN + "> AT\n< OK\n"), tmp_path / "modem"
    with Background("replay", path, "--pty", port) as running:
        running.ready()
        assert running.end(number) == OTHERWISE
        assert f"{path}:2: > AT\n  the host has not typed this, and it is over\n" in running.errors
    assert not os.path.lexists(port)


def test_silences_are_the_modules(tmp_path: Path) -> None:
    path, port = write(tmp_path, UNKNOWN + "wait 3000s\n> AT\nwait 400ms\n< OK\n"), tmp_path / "modem"
    with Background("replay", path, "--pty", port) as running:
        running.ready()
        host = open_pty(str(port))
        host.write(b"AT\r")
        host.expect_exact(b"AT\r")
        start = time.monotonic()
        host.expect_exact(b"\r\nOK\r\n")
        assert time.monotonic() - start > 0.2
        assert running.wait() == DONE, running.errors
        host.close()


def test_two_ports(tmp_path: Path) -> None:
    path = write(tmp_path, UNKNOWN + "> AT\n< OK\non port 2\n> ATI\n< 332\n< OK\n")
    ports = [tmp_path / "one", tmp_path / "two"]
    done = replay(path, "--pty", ports[0])
    assert (done.returncode, done.stdout) == (WRONG, "")
    assert f"{path}:4: port 2 wants a --pty of its own, and there is 1" in done.stderr
    with Background("replay", path, "--pty", ports[0], "--pty", ports[1]) as running:
        running.ready(2)
        hosts = [open_pty(str(port)) for port in ports]
        hosts[0].write(b"AT\r")
        hosts[0].expect_exact(b"AT\r\r\nOK\r\n")
        hosts[1].write(b"ATI\r")
        hosts[1].expect_exact(b"ATI\r\r\n332\r\n\r\nOK\r\n")
        assert running.wait() == DONE, running.errors
        for host in hosts:
            host.close()


def test_a_host_that_reads_late(tmp_path: Path) -> None:
    """What was said waits for it, also for one that has opened its port again meanwhile."""
    path, port = write(tmp_path, UNKNOWN + "> AT\n< OK\n> ATI\n< 332\n"), tmp_path / "modem"
    with Background("replay", path, "--pty", port) as running:
        running.ready()
        for line in (b"AT\r", b"ATI\r"):
            host = os.open(port, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(host)  # and forgets what was there
            os.write(host, line)
            time.sleep(1)
            if line == b"AT\r":
                os.close(host)
        assert os.read(host, 100) == b"ATI\r\r\n332\r\n"
        assert running.wait() == DONE, running.errors
        os.close(host)


@pytest.mark.parametrize(("words", "said"), [
    ([], "replay: FILE, a transcript, is needed"),
    (["a.at"], r"replay: --pty PATH, --uart DEVICE or --rfc2217 \[HOST:\]PORT is needed"),
    (["a.at", "--rfc2217", "0.0.0.0:1"], "--rfc2217: other machines can reach 0.0.0.0"),
    (["a.at", "b.at", "--pty", "x"], '"b.at" is one too many'),
    (["--tcp", "x"], "unknown option --tcp; allowed: --pty, --uart, --rfc2217, --allow-remote, --set, --help"),
    (["nowhere.at", "--pty", "x"], "nowhere.at: .*No such file"),
    (["a.at", "--pty"], "--pty needs PATH"),
    (["wrong.at", "--pty", "x"], "wrong.at:1: .*; allowed: "),
])
def test_wrong_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.at").write_text("> AT\n")
    (tmp_path / "wrong.at").write_text("nothing at all\n")
    done = replay(*words)
    assert done.returncode == WRONG
    assert re.search(said, done.stderr), done.stderr


def test_a_name_that_is_taken(tmp_path: Path) -> None:
    path = write(tmp_path, UNKNOWN + "> AT\n< OK\n")
    (tmp_path / "modem").write_text("mine")
    done = replay(path, "--pty", tmp_path / "modem")
    assert done.returncode == OTHERWISE
    assert "something else has that name" in done.stderr


@pytest.mark.parametrize(("model", "driver"), [("he910", Driver), ("m95", QuectelDriver), ("l610", FibocomDriver)])
def test_a_driver_hears_the_same(tmp_path: Path, model: str, driver: type[Driver]) -> None:
    """What the tests' own driver does at its start, recorded, and then the recording in the module's place."""
    path, port = tmp_path / "recorded.at", tmp_path / "modem"
    with Modem(model, options=["--record", str(path)]) as modem:
        driver(modem).begin()
    with Background("replay", path, "--pty", port) as running:
        running.ready()
        host = open_pty(str(port))
        again = driver(modem, host)
        again.begin()
        assert running.wait() == DONE, running.errors + path.read_text()
        host.close()


CIRCUITS = """\
dcd off
> AT
< OK
dcd on
dtr off
< NO CARRIER
dcd off
dtr on
wait 200ms
ri on
cts off
dsr off
> AT
< OK
"""


def test_circuits_at_a_port_that_has_them(tmp_path: Path) -> None:
    with Background("replay", write(tmp_path, UNKNOWN + CIRCUITS), "--rfc2217", "127.0.0.1:0") as running:
        where = running.ready()[0].split()
        assert where[:3] == ["ready:", "replay", "rfc2217"]
        with serial.serial_for_url(f"rfc2217://{where[3]}", timeout=ANSWER_S) as host:
            assert (host.cd, host.dsr, host.cts, host.ri) == (False, True, True, False)
            host.write(b"AT\r")
            assert host.read(9) == b"AT\r\r\nOK\r\n"
            wait_until(lambda: host.cd, "DCD stays off")
            host.dtr = False
            assert host.read(14) == b"\r\nNO CARRIER\r\n"
            host.dtr = True
            wait_until(lambda: (host.cd, host.dsr, host.cts, host.ri) == (False, False, False, True), "RI does not come")
            host.write(b"AT\r")
            assert host.read(9) == b"AT\r\r\nOK\r\n"
            assert running.wait() == DONE, running.errors


def test_circuits_at_a_port_without(tmp_path: Path) -> None:
    """At a pseudo-terminal, and at a device whose driver has none."""
    path, port = write(tmp_path, UNKNOWN + CIRCUITS), tmp_path / "modem"
    ours, device = os.openpty()
    os.set_blocking(ours, False)
    for words in (("--pty", port), ("--uart", f"{os.ttyname(device)},9600")):
        with Background("replay", path, *words) as running:
            running.ready()
            host = open_pty(str(port)) if words[0] == "--pty" else Host(ours, ours)
            host.write(b"AT\r")
            host.expect_exact(b"AT\r\r\nOK\r\n\r\nNO CARRIER\r\n")
            host.write(b"AT\r")
            host.expect_exact(b"AT\r\r\nOK\r\n")
            assert running.wait() == DONE, running.errors
    os.close(device)
