"""`tlsmodem tap`: between a module and its host, without changing a byte.

The module is tlsmodem itself, at a pseudo-terminal.  Source: docs/tap.md.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import resource
import select
import signal
import socket
import stat
import subprocess
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from support.modem import Host, Modem, open_pty, program_path
from support.patience import ANSWER_S

from .background import Background
from .driver import Driver
from .observe import wait_until

ENDED, FAILED, WRONG = 0, 1, 2


@contextmanager
def wire() -> Iterator[tuple[int, str]]:
    """A serial line: our end of it, and the device at the other."""
    ours, device = os.openpty()
    tty.setraw(ours)
    tty.setraw(device)
    try:
        yield ours, os.ttyname(device)
    finally:
        os.close(ours)
        os.close(device)


def move(source: int, sink: int, data: bytes) -> str:
    """Writes into one, reads what comes out of the other: its SHA-256."""
    got = hashlib.sha256()
    left, due = data, len(data)
    while due:
        readable, writable, _ = select.select([sink], [source] if left else [], [], ANSWER_S)
        assert readable or writable, f"{due} bytes never come"
        if writable:
            left = left[os.write(source, left[:4096]):]
        if readable:
            piece = os.read(sink, 65536)
            got.update(piece)
            due -= len(piece)
    return got.hexdigest()


def tap(device: object, folder: Path, *more: object) -> Background:
    return Background("tap", "--uart", device, "--pty", folder / "host", *more)


@pytest.mark.parametrize("compares", [False, True])
def test_no_byte_is_changed(tmp_path: Path, compares: bool) -> None:
    """A megabyte each way, all values of a byte."""
    down, up = os.urandom(1 << 20), os.urandom(1 << 20)
    with wire() as (module, device), tap(device, tmp_path, "--record", tmp_path / "r.at",
                                         *(["--compare", "he910"] if compares else [])) as running:
        running.ready()
        host = open_pty(str(tmp_path / "host"))
        os.set_blocking(module, False)
        assert move(host.fileno(), module, down) == hashlib.sha256(down).hexdigest()
        assert move(module, host.fileno(), up) == hashlib.sha256(up).hexdigest()
        host.close()
        assert running.end() == (FAILED if compares else ENDED)


def host_of(folder: Path) -> Host:
    return open_pty(str(folder / "host"))


def test_a_recording_plays_and_is_that_module(tmp_path: Path) -> None:
    record, port = tmp_path / "r.at", tmp_path / "again"
    with Modem("he910") as modem:
        modem.host.close()
        modem._host = None
        with tap(modem.pty_path, tmp_path, "--record", record, "--module", "he910") as running:
            assert running.ready() == [f"ready: tap pty {tmp_path / 'host'}\n"]
            host = host_of(tmp_path)
            Driver(modem, host).begin()
            host.write(b"AT+CCLK?;+CGMM\r")
            heard = host.read_until(b"\r\nOK\r\n")
            host.close()
            assert running.end() == ENDED, running.errors
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert "model he910\n" in record.read_text()
    with Background("replay", record, "--pty", port) as running:
        running.ready()
        host = open_pty(str(port))
        Driver(modem, host).begin()
        host.write(b"AT+CCLK?;+CGMM\r")
        assert host.read_until(b"\r\nOK\r\n") == heard  # the clock, too, as it stood
        assert running.wait() == ENDED, running.errors
        host.close()


SECRETS = {
    "he910": [b'AT+CPIN="4711"\r', b'AT#SGACT=1,1,"name","s3cr3tword"\r'],
    "m95": [b'AT+CPIN="4711"\r', b'AT+QICSGP=1,"apn","name","s3cr3tword"\r'],
    "l610": [b'AT+CPIN="4711"\r', b'AT+MIPCALL=1,"apn","name","s3cr3tword"\r'],
}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("model", SECRETS)
def test_secrets_are_variables(tmp_path: Path, model: str, known: bool) -> None:
    """Also where nobody says which module it is."""
    record = tmp_path / "r.at"
    with Modem(model) as modem:
        modem.host.close()
        modem._host = None
        with tap(modem.pty_path, tmp_path, "--record", record, *(["--module", model] if known else [])) as running:
            running.ready()
            host = host_of(tmp_path)
            for line in SECRETS[model]:
                host.write(line)
                host.read_match(re.compile(rb"\r\n(?:OK|ERROR|\+CM[ES] ERROR[^\r]*)\r\n"))
            host.write(b"Authorization: Basic c2VjcmV0OndvcmQ=\r\n")
            host.wait_for_more(0.3)
            host.drop(len(host.pending()))
            host.close()
            assert running.end() == ENDED, running.errors
    text = record.read_text()
    for secret in ("4711", "s3cr3tword", "c2VjcmV0"):
        assert secret not in text, text
    assert "${secret1}" in text and ("model" in text.split()) is known


@contextmanager
def altered(model: str, folder: Path, facts: dict[str, str]) -> Iterator[Path]:
    """A module of another firmware, at a pseudo-terminal."""
    lines = "".join(f'      {name}: "{value}"\n' for name, value in facts.items())
    config = folder / "real.yaml"
    config.write_text(f"modems:\n  - module: {model}\n    state: none\n    ports: [{{pty: {folder}/real}}]\n"
                      + (f"    facts:\n{lines}" if facts else ""))
    with Background("--config", config) as daemon:
        daemon.ready()
        yield folder / "real"
        assert daemon.end() == 0, daemon.errors


def test_compare_shows_an_alteration(tmp_path: Path) -> None:
    with altered("he910", tmp_path, {"ati-code": "999"}) as device, \
            tap(device, tmp_path, "--compare", "he910") as running:
        running.ready()
        host = host_of(tmp_path)
        for line, answer in ((b"AT\r", b"\r\nOK\r\n"), (b"ATI\r", b"\r\nOK\r\n"), (b"AT+CSQ\r", b"\r\nOK\r\n")):
            host.write(line)
            host.read_until(answer)
        host.close()
        assert running.end() == FAILED
    assert re.fullmatch(rf"--- {device}\n\+\+\+ he910\n@@ \d+\.\d+ s: ATI\\r @@ {device} after \d+ ms, he910 after \d+ ms\n"
                        r" ATI\\r\\r\\n\n-999\\r\\n\n\+332\\r\\n\n \\r\\n\n OK\\r\\n\n3 exchanges, 1 different\n",
                        running.output), running.output


def test_compare_finds_no_difference(tmp_path: Path) -> None:
    with altered("m95", tmp_path, {}) as device, tap(device, tmp_path, "--compare", "m95") as running:
        running.ready()
        host = host_of(tmp_path)
        for line in (b"AT\r", b"AT+CGMM\r", b"AT+QIREGAPP\r", b"AT+QIACT\r"):
            host.write(line)
            host.read_until(b"\r\nOK\r\n")
        host.close()
        assert running.end() == ENDED, running.output
    assert running.output == "4 exchanges, 0 different\n"


def test_the_rate_goes_along(tmp_path: Path) -> None:
    with wire() as (module, device), tap(f"{device},9600", tmp_path, "--record", tmp_path / "r.at") as running:
        running.ready()
        host = host_of(tmp_path)
        assert termios.tcgetattr(host.fileno())[4] == termios.B9600
        assert termios.tcgetattr(module)[4] == termios.B9600
        settings = termios.tcgetattr(host.fileno())
        settings[4] = settings[5] = termios.B57600
        host.write(b"old\r")
        assert os.read(module, 4) == b"old\r"
        termios.tcsetattr(host.fileno(), termios.TCSANOW, settings)
        host.write(b"new\r")
        assert os.read(module, 4) == b"new\r"  # not before the device has the rate
        assert termios.tcgetattr(module)[4] == termios.B57600
        host.close()
        assert running.end() == ENDED


def test_a_pulled_device_is_waited_for(tmp_path: Path) -> None:
    device = tmp_path / "device"
    with tap(device, tmp_path, "--record", tmp_path / "r.at") as running:
        assert running.wait() == FAILED
        assert f"uart {device}: cannot open it: No such file" in running.errors
    first, second = os.openpty(), os.openpty()
    os.symlink(os.ttyname(first[1]), device)
    with tap(device, tmp_path, "--record", tmp_path / "r.at") as running:
        running.ready()
        os.close(first[1])
        os.close(first[0])
        device.unlink()
        wait_until(lambda: "the device is gone; waiting for it" in running.errors, "nobody has seen it go")
        os.symlink(os.ttyname(second[1]), device)
        wait_until(lambda: "the device is there" in running.errors, "it is not taken again")
        host = host_of(tmp_path)
        host.write(b"AT\r")
        assert os.read(second[0], 3) == b"AT\r"
        host.close()
        assert running.end(signal.SIGINT) == ENDED
    for end in second:
        os.close(end)


def test_devices_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no device")
    with tap(tmp_path / "file", tmp_path, "--record", tmp_path / "r.at") as running:
        assert running.wait() == FAILED
        assert "not a serial device" in running.errors
    with wire() as (_, device):
        locked = os.open(device, os.O_RDWR | os.O_NOCTTY)
        fcntl.flock(locked, fcntl.LOCK_EX)
        with tap(device, tmp_path, "--record", tmp_path / "r.at") as running:
            assert running.wait() == FAILED
            assert "another program has locked it" in running.errors
        os.close(locked)
        with tap(device, tmp_path, "--record", tmp_path / "nowhere" / "r.at") as running:
            assert running.wait() == FAILED
            assert "--record: cannot write to the file" in running.errors


@pytest.mark.parametrize("second", ["tap", "run", "pcap"])
def test_two_do_not_write_to_one_file(tmp_path: Path, second: str) -> None:
    record = tmp_path / "r.at"
    with wire() as (module, device), wire() as (_, other), tap(device, tmp_path, "--record", record) as running:
        running.ready()
        host = host_of(tmp_path)
        host.write(b"AT\r")
        assert os.read(module, 3) == b"AT\r"
        wait_until(lambda: record.read_text().endswith("\n"), record.read_text)
        before = record.read_text()
        words = {"tap": ["tap", "--uart", other, "--pty", tmp_path / "more", "--record", record],
                 "run": ["--module", "he910", "--state", "none", "--pty", tmp_path / "more", "--record", record],
                 "pcap": ["--module", "he910", "--state", "none", "--pty", tmp_path / "more", "--pcap", record]}
        with Background(*words[second]) as late:
            wait_until(lambda: f"cannot write to the file: {record}: somebody writes to it already, or has locked it" in late.errors,
                       lambda: late.errors)
            assert late.wait() != ENDED
        assert record.read_text() == before
        os.write(module, b"AT\r\r\nOK\r\n")
        host.read_until(b"\r\nOK\r\n")
        host.close()
        assert running.end() == ENDED
    assert record.read_text() == before + "> AT\n< OK\n"


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """What passes passes; the recording ends with a whole line, and that it does is a failure."""
    record = tmp_path / "r.at"
    with wire() as (module, device), tap(device, tmp_path, "--record", record) as running:
        running.ready()
        resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (1000, 1000))
        host = host_of(tmp_path)
        for n in range(100):
            host.write(b"AT+%d\r" % n)
            heard = os.read(module, 100)
            os.write(module, heard + b"\r\nOK\r\n")
            host.expect_exact(heard + b"\r\nOK\r\n")
        host.close()
        assert running.end() == FAILED
        assert f"--record: {record} is not written any more: File too large" in running.errors
    text = record.read_text()
    assert text[text.index("> "):] == "".join(f"> AT+{n}\n< OK\n" for n in range(100))[:len(text) - text.index("> ")]
    assert text.endswith("\n") and len(text) > 900


def test_compare_ends_where_ours_does_not_listen(tmp_path: Path) -> None:
    """Its peer takes nothing, the real one's does: memory has an end, and so has what is compared."""
    dial = [(b"AT+QIMODE=1\r", b"\r\nOK\r\n"), (b"AT+QIREGAPP\r", b"\r\nOK\r\n"), (b"AT+QIACT\r", b"\r\nOK\r\n")]
    with socket.create_server(("127.0.0.1", 0)) as deaf, wire() as (module, device), \
            tap(device, tmp_path, "--compare", "m95") as running:
        running.ready()
        host = host_of(tmp_path)
        dial.append((b'AT+QIOPEN="TCP","127.0.0.1","%d"\r' % deaf.getsockname()[1], b"\r\nOK\r\n\r\nCONNECT\r\n"))
        for line, answer in dial:
            host.write(line)
            assert os.read(module, 100) == line
            os.write(module, line + answer)
            host.expect_exact(line + answer)
        os.set_blocking(module, False)
        data = os.urandom(1 << 16) * 512
        assert move(host.fileno(), module, data) == hashlib.sha256(data).hexdigest()
        assert "m95 takes nothing any more, and is compared no longer" in running.errors
        host.close()
        assert running.end() == FAILED
    assert re.search(r"^\d+ exchanges, \d+ different\n$", running.output, re.MULTILINE), running.output[-200:]


@pytest.mark.parametrize(("words", "said"), [
    ([], "tap: --uart DEVICE is needed"),
    (["--uart", "x"], "tap: --pty PATH, --host-uart DEVICE or --rfc2217 [HOST:]PORT is needed"),
    (["--uart", "x", "--pty", "y", "--rfc2217", "1"], "a host comes one way; allowed: one of --pty, --host-uart, --rfc2217"),
    (["--uart", "x", "--rfc2217", "0.0.0.0:1", "--record", "z"], "--rfc2217: other machines can reach 0.0.0.0"),
    (["--uart", "x", "--host-uart", "y,9600,8N3"], "no line is set so"),
    (["--uart", "x", "--pty", "y"], "tap: --record FILE, or --compare NAME, or both is needed"),
    (["--compare", "he911"], '"he911" is no module'),
    (["--uart", "x,1"], '"1" is wrong because it is no rate'),
    (["more"], "unknown word more"),
])
def test_wrong_use(words: list[str], said: str) -> None:
    done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "tap", *words], capture_output=True, text=True,
                          check=False)
    assert done.returncode == WRONG
    assert said in done.stderr, done.stderr


# ---- a host with circuits ----

def ends(running: Background) -> str:
    """Where the host finds it over TCP: rfc2217://HOST:PORT."""
    line = running.ready()[0].split()
    assert line[:3] == ["ready:", "tap", "rfc2217"]
    return f"rfc2217://{line[3]}"


@contextmanager
def remote(device: object, *more: object) -> Iterator[tuple[Background, str]]:
    with Background("tap", "--uart", device, "--rfc2217", "127.0.0.1:0", *more) as running:
        yield running, ends(running)


def settings_of(module: int) -> tuple[int, bool, bool, bool, bool]:
    """Rate, two stop bits, RTS/CTS, XON out and in: what a pseudo-terminal can be set to."""
    iflag, _, cflag, _, speed, _, _ = termios.tcgetattr(module)
    return (speed, bool(cflag & termios.CSTOPB), bool(cflag & termios.CRTSCTS), bool(iflag & termios.IXON), bool(iflag & termios.IXOFF))


def test_circuits_of_a_host_are_recorded(tmp_path: Path) -> None:
    """And they are awaited, when the recording is a module's."""
    record = tmp_path / "r.at"

    def work(host: serial.SerialBase, hear: Callable[[bytes], None]) -> None:
        host.write(b"AT\r")
        hear(b"AT\r\r\nOK\r\n")
        host.dtr = False
        host.dtr = True
        host.write(b"ATI\r")
        hear(b"ATI\r\r\n332\r\n\r\nOK\r\n")
        host.rts = False

    with wire() as (module, device), remote(device, "--record", record) as (running, url):
        with serial.serial_for_url(url, timeout=ANSWER_S) as host:
            answers = {b"AT\r\r\nOK\r\n": b"AT\r", b"ATI\r\r\n332\r\n\r\nOK\r\n": b"ATI\r"}

            def hear(expected: bytes) -> None:
                assert os.read(module, 100) == answers[expected]
                os.write(module, expected)
                assert host.read(len(expected)) == expected

            work(host, hear)
            wait_until(lambda: "rts off\n" in record.read_text(), record.read_text)
        wait_until(lambda: record.read_text().count("dtr off\n") == 2, record.read_text)  # it has left
        assert running.end() == ENDED
    steps = [line for line in record.read_text().splitlines() if line and line[0] != "#" and not line.startswith(("source", "wait"))]
    assert steps == ["> AT", "< OK", "dtr off", "dtr on", "> ATI", "< 332", "< OK", "rts off", "dtr off"]

    for leaves in (False, True):
        with Background("replay", record, "--rfc2217", "127.0.0.1:0") as running:
            url = "rfc2217://" + running.ready()[0].split()[3]
            with serial.serial_for_url(url, timeout=ANSWER_S) as host:

                def hear_it(expected: bytes) -> None:
                    assert host.read(len(expected)) == expected

                work(host, hear_it)
                if not leaves:
                    assert running.end() == FAILED
                    assert "the host has not turned dtr off, and it is over" in running.errors
            if leaves:
                assert running.wait() == ENDED, running.errors


def test_settings_of_a_host_go_over(tmp_path: Path) -> None:
    """Parity, which a pseudo-terminal does not have, is in the recording."""
    record = tmp_path / "r.at"
    with wire() as (module, device), remote(device, "--record", record) as (running, url):
        with serial.serial_for_url(url, 57600, stopbits=2, xonxoff=True, timeout=ANSWER_S) as host:
            wait_until(lambda: settings_of(module) == (termios.B57600, True, False, True, True), lambda: str(settings_of(module)))
            host.write(b"old\r")
            assert os.read(module, 4) == b"old\r"
            host.baudrate, host.stopbits, host.xonxoff, host.rtscts, host.parity = 460800, 1, False, True, serial.PARITY_EVEN
            host.write(b"new\r")
            assert os.read(module, 4) == b"new\r"
            wait_until(lambda: settings_of(module) == (termios.B460800, False, True, False, False), lambda: str(settings_of(module)))
            wait_until(lambda: "# the host sets its line to 460800 8E1 rtscts\n" in record.read_text(), record.read_text)
        assert running.end() == ENDED
        assert "the host sets its line to 57600 8N2 xonxoff" in running.errors


def test_a_rate_that_the_device_has_not(tmp_path: Path) -> None:
    """It is refused, which the log says: the recording has what the line is at."""
    record = tmp_path / "r.at"
    with wire() as (module, device), remote(device, "--record", record) as (running, url):
        with serial.serial_for_url(url, 57600, timeout=ANSWER_S) as host:
            for baud, has in ((57600, termios.B57600), (3422793996, termios.B57600), (460800, termios.B460800)):
                host.baudrate = baud
                host.write(b"AT\r")
                assert os.read(module, 3) == b"AT\r"
                assert settings_of(module)[0] == has
            host.stopbits = 2
            wait_until(lambda: "460800 8N2\n" in record.read_text(), record.read_text)
        assert running.end() == ENDED
        errors = running.errors
    assert f"uart {device}: cannot be set to 3422793996 8N1" in errors
    assert "sets its line to 3422793996" not in errors + record.read_text()
    said = re.findall("the host sets its line to (.*)\n", record.read_text())
    assert said == ["57600 8N1", "460800 8N1", "460800 8N2"]


@pytest.mark.parametrize("given", [False, True])
def test_settings_of_a_pseudo_terminal_go_over(tmp_path: Path, given: bool) -> None:
    """But for flow control that the module's cable is said to have: that stays."""
    words = ",115200,rtscts" if given else ""
    with wire() as (module, device), tap(f"{device}{words}", tmp_path, "--record", tmp_path / "r.at") as running:
        running.ready()
        with serial.Serial(str(tmp_path / "host"), 9600, stopbits=2, timeout=ANSWER_S) as host:
            host.write(b"one\r")
            assert os.read(module, 4) == b"one\r"
            assert settings_of(module) == (termios.B9600, True, given, False, False)
            host.rtscts = True
            host.write(b"two\r")
            assert os.read(module, 4) == b"two\r"
            assert settings_of(module) == (termios.B9600, True, True, False, False)
        assert running.end() == ENDED


@pytest.mark.parametrize(("words", "settings"), [
    ("", (termios.B9600, True, False, True, True)),
    (",57600,8N1", (termios.B57600, False, False, False, False)),
])
def test_a_host_at_a_device(tmp_path: Path, words: str, settings: tuple[int, bool, bool, bool, bool]) -> None:
    """Its device is set as the module's, or as it is told."""
    with wire() as (module, device), wire() as (host, host_device), \
            Background("tap", "--uart", f"{device},9600,8N2,xonxoff", "--host-uart", f"{host_device}{words}",
                       "--record", tmp_path / "r.at") as running:
        assert running.ready() == [f"ready: tap uart {host_device}\n"]
        assert settings_of(module) == (termios.B9600, True, False, True, True)
        assert settings_of(host) == settings
        down, up = os.urandom(100000).translate(None, b"\x11\x13"), os.urandom(100000).translate(None, b"\x11\x13")
        os.set_blocking(module, False)
        os.set_blocking(host, False)
        assert move(host, module, down) == hashlib.sha256(down).hexdigest()
        assert move(module, host, up) == hashlib.sha256(up).hexdigest()
        assert running.end() == ENDED, running.errors
