"""The daemon under test, and the host that talks to it.

    with Modem() as modem:
        modem.host.write(b"AT\r")
        modem.host.expect_exact(b"AT\r\r\nOK\r\n")

`Modem` starts build/tlsmodem (or the program that $TLSMODEM names) in a temporary folder, waits for
its ready line, and at the end demands a clean exit.  `Host` is the side that types.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import termios
import time
import tty
from collections.abc import Mapping, Sequence
from pathlib import Path

from .patience import ANSWER_S, EXIT_S, POLL_S, START_S, seconds_left
from .ready import write_ready

REPOSITORY = Path(__file__).resolve().parents[2]
READ_S = 5.0  # for a module to read what was typed, if it does so at all

REFUSED_CALL = "is none that this program makes"
SANITIZER_MARKS = ("AddressSanitizer", "LeakSanitizer", "UndefinedBehaviorSanitizer",
                   "runtime error:")


def program_path(name: str, variable: str) -> Path:
    """A program of the build: where the environment says, or in build/."""
    path = Path(os.environ.get(variable) or REPOSITORY / "build" / name)
    if not path.exists():
        raise RuntimeError(f"{path} is not there; build it (scripts/build) or set {variable}")
    return path


def show(data: bytes) -> str:
    """Bytes with C escapes, as transcripts write them."""
    names = {0x0d: "\\r", 0x0a: "\\n", 0x22: '\\"', 0x5c: "\\\\"}
    return "".join(names.get(byte) or (chr(byte) if 0x20 <= byte < 0x7f else f"\\x{byte:02x}")
                   for byte in data)


def show_lines(data: bytes) -> list[str]:
    """The same, a new line after each LF."""
    return [show(line) for line in data.splitlines(keepends=True)] or [""]


def show_difference(expected: bytes, got: bytes) -> str:
    """Where two byte strings part, for a failure message."""
    at = next((i for i, (a, b) in enumerate(zip(expected, got)) if a != b),
              min(len(expected), len(got)))
    before = show(expected[max(0, at - 40):at])
    lines = ["  expected:", *(f"    {line}" for line in show_lines(expected)),
             "  got:", *(f"    {line}" for line in show_lines(got)),
             f"  same for {at} bytes, then:",
             f"    expected {before}>>>{show(expected[at:at + 60]) or '(nothing more)'}",
             f"    got      {before}>>>{show(got[at:at + 60]) or '(nothing more)'}"]
    return "\n".join(lines)


class Host:
    """The side of a port that types: two file descriptors and what has come but was not taken."""

    def __init__(self, read_fd: int, write_fd: int, modem: Modem | None = None) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._modem = modem
        self._received = b""
        self.aside: list[bytes] = []  # unsolicited lines that came where an answer was due
        self._typed = 0  # bytes, since it has heard something
        self._read_before = 0  # what the daemon had read when it began to type them
        if modem is not None:
            modem.hosts.append(self)

    def write(self, data: bytes) -> None:
        """Types `data`."""
        self.begin_typing()
        self._typed += len(data)
        self._write_all(data)

    def read_until(self, end: bytes, seconds: float = ANSWER_S) -> bytes:
        """Everything up to and with `end`."""
        deadline = time.monotonic() + seconds
        while end not in self._received:
            if not self._receive(deadline):
                self.fail(f"no {show(end)!r} within {seconds:g} s, only:\n  "
                          + "\n  ".join(show_lines(self._received)))
        at = self._received.index(end) + len(end)
        data, self._received = self._received[:at], self._received[at:]
        return data

    def read_match(self, pattern: re.Pattern[bytes], seconds: float = ANSWER_S) -> bytes:
        """Everything up to and with what the pattern matches."""
        deadline = time.monotonic() + seconds
        while not (match := pattern.search(self._received)):
            if not self._receive(deadline):
                self.fail(f"no {pattern.pattern!r} within {seconds:g} s, only:\n  "
                          + "\n  ".join(show_lines(self._received)))
        data, self._received = self._received[:match.end()], self._received[match.end():]
        return data

    def read(self, count: int, seconds: float = ANSWER_S) -> bytes:
        """The next `count` bytes, or fewer when time is over."""
        deadline = time.monotonic() + seconds
        while len(self._received) < count and self._receive(deadline):
            pass
        data, self._received = self._received[:count], self._received[count:]
        return data

    def expect_exact(self, expected: bytes, seconds: float = ANSWER_S,
                     unsolicited: re.Pattern[bytes] | None = None) -> None:
        """The next bytes are exactly these.  A wrong one is reported at once, not at the end.

        Lines that match `unsolicited` and are not expected may come before: the module has said
        them when the command was on its way.  They go `aside`."""
        deadline = time.monotonic() + seconds
        while not self._received.startswith(expected):
            is_begun = expected.startswith(self._received)
            if not is_begun and unsolicited is not None:
                if self._put_aside(unsolicited):
                    continue
                is_begun = is_part_of_a_line(self._received)
            if not is_begun or not self._receive(deadline):
                break
        if not self._received.startswith(expected):
            self.wait_for_more(0.1)  # the rest of a wrong answer helps to understand it
            self.fail("the module's answer differs\n" + show_difference(expected, self._received))
        self._received = self._received[len(expected):]

    def _put_aside(self, unsolicited: re.Pattern[bytes]) -> bool:
        """Whether there was such a line."""
        match = unsolicited.match(self._received)
        if match:
            self.aside.append(match[0])
            self._received = self._received[match.end():]
        return bool(match)

    def skip_unsolicited(self, unsolicited: re.Pattern[bytes], seconds: float = ANSWER_S) -> None:
        """Waits for the first line of an answer; puts aside what comes before it."""
        deadline = time.monotonic() + seconds
        while self._put_aside(unsolicited) or (
                is_part_of_a_line(self._received) and self._receive(deadline)):
            pass

    def nothing_for(self, seconds: float) -> None:
        """The module says nothing now and for this long.  What is seen only after that time, by a
        machine that was busy, may have come after it."""
        if said := self.heard_until(time.monotonic() + seconds):
            self.fail(f"expected nothing for {seconds:g} s, got:\n  "
                      + "\n  ".join(show_lines(said)))

    def heard_until(self, moment: float) -> bytes:
        """What has come, or comes before a moment of time.monotonic(); empty when nothing does."""
        said = self._received
        while not said and self._receive(moment):
            if time.monotonic() >= moment:
                break
            said = self._received
        return said

    def begin_typing(self) -> None:
        """Before bytes are written: silence() has to know what the module had read until then."""
        if self._modem is not None and self._typed == 0:
            self._read_before = self._modem.bytes_read()

    def silence(self, seconds: float) -> None:
        """The host is silent for this long, as the module sees it, and hears nothing."""
        self.wait_until_read()
        self.nothing_for(seconds)

    def wait_until_read(self) -> None:
        """The module has read what was typed.  On a busy machine it does so late, and a silence
        begins for it only then."""
        deadline = time.monotonic() + READ_S
        while (self._modem is not None and time.monotonic() < deadline
               and self._modem.bytes_read() < self._read_before + self._typed):
            time.sleep(POLL_S / 2)

    def pending(self) -> bytes:
        """What has come and was not taken."""
        self._receive(0.0)
        return self._received

    def wait_for_more(self, seconds: float) -> bool:
        """Waits for bytes on top of pending(); whether some came in time."""
        return self._receive(time.monotonic() + seconds)

    def drop(self, count: int) -> None:
        """Takes bytes that pending() showed."""
        self._received = self._received[count:]

    def fail(self, what: str) -> None:
        log = self._modem.log() if self._modem is not None else ""
        tail = "\n".join(log.splitlines()[-40:])
        raise AssertionError(f"{what}\n  the modem's log:\n{tail}" if tail else what)

    def fileno(self) -> int:
        """The descriptor that it types on."""
        return self._write_fd

    def close(self) -> None:
        for fd in {self._read_fd, self._write_fd}:
            os.close(fd)

    def _write_all(self, data: bytes) -> None:
        deadline = time.monotonic() + ANSWER_S
        while data:
            if not select.select([], [self._write_fd], [], seconds_left(deadline))[1]:
                self.fail(f"the modem does not read: {len(data)} bytes left to type")
            data = data[write_ready(self._write_fd, data):]

    def _receive(self, deadline: float) -> bool:
        """Waits for bytes; whether some came before the deadline."""
        if not select.select([self._read_fd], [], [], seconds_left(deadline))[0]:
            return False
        try:
            data = os.read(self._read_fd, 65536)
        except BlockingIOError:
            return True
        except OSError:  # a PTY's way to say that the other side is gone
            data = b""
        self._received += data
        if data:
            self._typed = 0
        return bool(data)


def is_part_of_a_line(received: bytes) -> bool:
    """Whether it may be the beginning of a framed line, CR LF text CR LF, that is not all there."""
    return b"\r\n".startswith(received[:2]) and b"\r\n" not in received[2:]


def open_pty(path: str, modem: Modem | None = None) -> Host:
    """Opens the modem's serial port as a host does: raw, as it would a UART."""
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(fd, termios.TCSANOW)
    return Host(fd, fd, modem)


def _open_socket(connection: socket.socket, modem: Modem) -> Host:
    connection.setblocking(False)
    fd = connection.detach()
    return Host(fd, fd, modem)


class Modem:
    """build/tlsmodem with one port for the host.

    `port` is pty, tcp, unix or stdio; `state` a folder, or None for a modem that forgets all.
    """

    def __init__(self, model: str = "he910", port: str = "pty", *, state: Path | None = None,
                 options: Sequence[str] = (), program: Path | None = None,
                 environment: Mapping[str, str] | None = None) -> None:
        assert port in ("pty", "tcp", "unix", "stdio")
        self.model = model
        self.port = port
        self.state = state
        self.options = list(options)
        self.environment = dict(environment or {})  # beside ours
        self.program = program or program_path("tlsmodem", "TLSMODEM")
        self.folder = Path(tempfile.mkdtemp(prefix="tlsmodem-test-"))
        self.ready_lines: list[str] = []
        self._log_path = self.folder / "log"
        self.hosts: list[Host] = []  # all that there were
        self._tcp_port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._host: Host | None = None

    def __enter__(self) -> Modem:
        try:
            self.start()
        except BaseException:
            self.discard()
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Stops the daemon; a test that has failed already keeps its own reason."""
        try:
            if kind is None:
                self.stop()
        finally:
            self.discard()

    def start(self) -> None:
        """Starts the daemon and opens its port; also after stop(), as a power cycle."""
        with self._log_path.open("ab") as log:
            log_start = log.tell()
            self._process = subprocess.Popen(
                [str(self.program), "--module", self.model, *self._port_options(),
                 "--state", str(self.state) if self.state else "none", *self.options],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0,
                env={**os.environ, **self.environment})
        self._wait_until_ready(log_start)
        self._host = self._open_host()

    def stop(self) -> None:
        """SIGTERM; the daemon must go at once, with status 0, and leave nothing behind."""
        assert self._process is not None
        if self._host is not None and self.port != "stdio":
            self._host.close()
            self._host = None
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the modem does not react to SIGTERM\n{self.log()}") from None
        self._close_pipes()
        log = self.log()
        aside = [line for host in self.hosts for line in host.aside]
        assert not aside, f"no test has asked for what the module said: {aside}"
        assert not any(mark in log for mark in SANITIZER_MARKS), f"sanitizer report:\n{log}"
        assert REFUSED_CALL not in log, f"a system call that the program needs is refused:\n{log}"
        assert status == 0, f"the modem exited with status {status}:\n{log}"
        for path in (self.pty_path, self.unix_path):
            assert not os.path.lexists(path), f"the modem left {path.name} behind"

    def discard(self) -> None:
        """Lets go of everything, however the daemon is; without effect after a stop()."""
        self._kill()
        self._forget()

    def kill(self) -> None:
        """SIGKILL, as power lost: for tests of what survives."""
        self._kill()
        self.pty_path.unlink(missing_ok=True)
        self.unix_path.unlink(missing_ok=True)

    def connect(self) -> Host:
        """One more host on the same port, or the host that comes back."""
        return self._open_host()

    @property
    def host(self) -> Host:
        assert self._host is not None, "the modem is not running"
        return self._host

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def pty_path(self) -> Path:
        return self.folder / "modem0"

    @property
    def unix_path(self) -> Path:
        return self.folder / "modem0.sock"

    @property
    def tcp_port(self) -> int:
        return self._tcp_port

    def bytes_read(self) -> int:
        """What the daemon has read in all, from hosts, from peers and from itself."""
        try:
            counts = Path(f"/proc/{self.pid}/io").read_text()
        except OSError:
            return 0  # it has ended
        return int(counts.split()[1])  # rchar

    def log(self) -> str:
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def _port_options(self) -> list[str]:
        return {"pty": ["--pty", str(self.pty_path)],
                "tcp": ["--tcp", "127.0.0.1:0"],
                "unix": ["--unix", str(self.unix_path)],
                "stdio": ["--stdio"]}[self.port]

    def _wait_until_ready(self, log_start: int) -> None:
        """`ready: he910 pty ./modem0` on standard output; with --stdio that is the port itself, and
        the line goes to standard error: when it is there, ports beside it are open, too."""
        if self.port == "stdio":
            self._wait_for_log(b"ready: ", log_start)
            return
        stdout = self.process.stdout
        assert stdout is not None
        deadline = time.monotonic() + START_S
        output = b""
        while not (b"ready: " in output and output.endswith(b"\n")):
            if not select.select([stdout], [], [], seconds_left(deadline))[0]:
                raise RuntimeError(f"no ready line, only {output!r}\n{self.log()}")
            data = os.read(stdout.fileno(), 4096)
            if not data:
                raise RuntimeError(f"the modem ended with status {self.process.wait()}, "
                                   f"it said {output!r}\n{self.log()}")
            output += data
        self.ready_lines = output.decode(errors="replace").splitlines()
        if self.port == "tcp":
            self._tcp_port = int(self.ready_lines[0].rpartition(":")[2])

    def _wait_for_log(self, text: bytes, start: int) -> None:
        deadline = time.monotonic() + START_S
        while text not in self._log_path.read_bytes()[start:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no {text!r} in the log\n{self.log()}")
            time.sleep(POLL_S)

    def _open_host(self) -> Host:
        if self.port == "pty":
            return open_pty(str(self.pty_path), self)
        if self.port == "tcp":
            connection = socket.create_connection(("127.0.0.1", self._tcp_port), START_S)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _open_socket(connection, self)
        if self.port == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(self.unix_path))
            return _open_socket(connection, self)
        assert self.process.stdin is not None and self.process.stdout is not None
        return Host(self.process.stdout.fileno(), self.process.stdin.fileno(), self)

    def _kill(self) -> None:
        if self._host is not None and self.port != "stdio":
            self._host.close()
        self._host = None
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._close_pipes()

    def _close_pipes(self) -> None:
        if self._process is not None:
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    stream.close()

    def _forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
