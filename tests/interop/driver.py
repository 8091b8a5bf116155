"""A host driver: types commands to a modem and holds every byte of the answers against what is due.

    driver = Driver(modem).begin()
    driver.ok("AT#SSLEN=1,1")
    driver.answers("AT#SSLS=1", "#SSLS: 1,1")

The echo is off after begin(), errors are numbers and the guard time is the shortest that a module
has.  An answer is compared from its first byte to its last, so one that comes twice, or late, fails
the next comparison.  Only an unsolicited line may come before an answer, since the module may have
said it when the command was on its way; it waits for who expects it, and fails the test when nobody
does.
"""

from __future__ import annotations

import os
import re
import select
import termios
import time
import tty

from support.certs import Certificates
from support.modem import Host, Modem
from support.patience import ANSWER_S

CRLF = b"\r\n"
PROMPT = b"\r\n> "
CTRL_Z, ESC = b"\x1a", b"\x1b"
NO_CARRIER = b"\r\nNO CARRIER\r\n"

# S12 = 20 is the shortest guard time (80000ST10025a): 20/50 s.  A host must be silent for longer.
GUARD_REGISTER = 20
GUARD_S = GUARD_REGISTER / 50
SILENCE_S = GUARD_S + 0.1

RESULT = re.compile(rb"\r\n(?:OK|ERROR|NO CARRIER|CONNECT|\+CM[ES] ERROR: [^\r]*)\r\n")

# DataType of #SSLSECDATA.
CERTIFICATE, CA, KEY = range(3)
DELETE, STORE, READ, STORE_RAM = range(4)

SUITE_NAMES = {1: "RC4-MD5", 2: "RC4-SHA", 3: "AES128-SHA", 4: "NULL-SHA", 5: "AES256-SHA"}


def final(text: str) -> bytes:
    """A final result code, or one line by itself, as ATV1 frames it."""
    return CRLF + text.encode() + CRLF


class Driver:
    """One host on one port of a modem."""

    # Framed lines that the maker's modules say on their own.
    PROMPT = PROMPT
    UNSOLICITED = re.compile(rb"\r\n(?:SSLSRING: \d,\d+|NO CARRIER(?::SSL,\d(?:,\d)?)?)\r\n")

    def __init__(self, modem: Modem, host: Host | None = None) -> None:
        self.modem = modem
        self._host = host

    @property
    def host(self) -> Host:
        """The host that it was given, else the one that the modem has now."""
        return self._host or self.modem.host

    # Commands

    def type(self, line: str) -> None:
        self.host.write(line.encode("latin-1") + b"\r")

    def expect(self, text: str, seconds: float = ANSWER_S) -> None:
        """Exactly this line, framed, comes next.  An unsolicited one may be there already."""
        line = final(text)
        if not self.UNSOLICITED.fullmatch(line):
            self.host.expect_exact(line, seconds, self.UNSOLICITED)
        elif self.host.aside:
            assert self.host.aside.pop(0) == line
        else:
            self.host.expect_exact(line, seconds)

    def ok(self, line: str, seconds: float = ANSWER_S) -> None:
        self.fails(line, "OK", seconds)

    def fails(self, line: str, result: str, seconds: float = ANSWER_S) -> None:
        """The command has this final result and says nothing else."""
        self.type(line)
        self.expect(result, seconds)

    def error(self, line: str, number: int, seconds: float = ANSWER_S) -> None:
        self.fails(line, f"+CME ERROR: {number}", seconds)

    def answers(self, line: str, *information: str) -> None:
        """The command has these lines of information, then OK."""
        self.type(line)
        text = "\r\n".join(information).encode("latin-1")
        self.host.expect_exact(CRLF + text + CRLF + final("OK"), unsolicited=self.UNSOLICITED)

    def query(self, line: str) -> str:
        """The one line of information that a command answers with."""
        self.type(line)
        self.host.skip_unsolicited(self.UNSOLICITED)
        answer = self.host.read_until(final("OK"))
        body = answer[:-len(final("OK"))]
        if not (body.startswith(CRLF) and body.endswith(CRLF) and len(body) > 4):
            self.host.fail(f"{line}: no information in {answer!r}")
        return body[2:-2].decode("latin-1")

    def result(self) -> bytes:
        """The answer to a command up to its final result code, whichever that is."""
        return self.host.read_match(RESULT)

    def prompt(self) -> None:
        """The module asks for data."""
        self.host.expect_exact(self.PROMPT, unsolicited=self.UNSOLICITED)

    def is_ready(self) -> None:
        """The module takes commands."""
        self.ok("AT")

    def drain(self, still_s: float = 0.05) -> bytes:
        """Whatever comes until the module has been silent for this long."""
        got = b""
        while self.host.pending() or self.host.wait_for_more(still_s):
            data = self.host.pending()
            self.host.drop(len(data))
            got += data
        return got

    # A session up to the dial

    def begin(self) -> Driver:
        self.host.write(b"ATE0\r")
        self.host.expect_exact(b"ATE0\r" + final("OK"))
        self.ok(f"AT+CMEE=1;S12={GUARD_REGISTER}")
        return self

    def attach(self) -> Driver:
        """A PDP context, defined and active."""
        self.ok('AT+CGDCONT=1,"IP","internet"')
        assert self.query("AT#SGACT=1,1").startswith("#SGACT: ")
        return self

    def enable(self, cipher: int = 0, auth: int = 0, *, version: int | None = 1) -> Driver:
        """#SSLEN and the security settings."""
        self.ok("AT#SSLEN=1,1")
        return self.secure(cipher, auth, version=version)

    def secure(self, cipher: int = 0, auth: int = 0, *, version: int | None = 1) -> Driver:
        """Without a version on 2G modules, which have TLS 1.0 only."""
        self.ok(f"AT#SSLSECCFG=1,{cipher},{auth}")
        if version is not None:
            self.ok(f"AT#SSLSECCFG2=1,{version}")
        return self

    def tune(self, *, packet: int = 0, idle_s: int = 0, answer_ds: int = 300, flush_ds: int = 1,
             ring: int = 0, no_carrier: int = 0) -> Driver:
        """#SSLCFG, in the words of docs/facts/unconfirmed.md."""
        self.ok(f"AT#SSLCFG=1,1,{packet},{idle_s},{answer_ds},{flush_ds},{ring},{no_carrier}")
        return self

    def store(self, kind: int, data: bytes, *, der: bool = False, action: int = STORE) -> None:
        """Stores security data: PEM ends with Ctrl-Z, DER with its last byte (r12, 4.3)."""
        self.type(f"AT#SSLSECDATA=1,{action},{kind},{len(data)}")
        self.prompt()
        self.host.write(data if der else data + CTRL_Z)
        self.expect("OK")

    def store_all(self, certificates: Certificates, *, ca: str = "ca", client: str = "") -> None:
        """The CA certificate, and the client's certificate and key if `client` names one."""
        self.store(CA, certificates.pem(ca).read_bytes())
        if client:
            self.store(CERTIFICATE, certificates.pem(client).read_bytes())
            self.store(KEY, certificates.key(client).read_bytes())

    # The socket

    def dial_line(self, port: int, host: str = "localhost", *, online: bool = False,
                  timeout_ds: int = 0, closure: int = 0) -> str:
        mode = f"{0 if online else 1}" + (f",{timeout_ds}" if timeout_ds else "")
        return f'AT#SSLD=1,{port},"{host}",{closure},{mode}'

    def dial(self, port: int, host: str = "localhost", *, online: bool = False,
             timeout_ds: int = 0, closure: int = 0) -> None:
        """A dial that succeeds."""
        line = self.dial_line(port, host, online=online, timeout_ds=timeout_ds, closure=closure)
        self.fails(line, "CONNECT" if online else "OK")

    def status(self, expected: str) -> None:
        self.answers("AT#SSLS=1", f"#SSLS: 1,{expected}")

    def hang_up(self) -> None:
        self.ok("AT#SSLH=1")

    def escape(self) -> None:
        """+++ between two silences: the module is back in command state."""
        self.host.silence(SILENCE_S)
        self.host.write(b"+++")
        self.expect("OK")

    def go_online(self) -> None:
        self.fails("AT#SSLO=1", "CONNECT")

    def send(self, data: bytes) -> None:
        """#SSLSENDEXT: an exact count of any bytes."""
        self.type(f"AT#SSLSENDEXT=1,{len(data)}")
        self.prompt()
        self.host.write(data)
        self.expect("OK")

    def send_text(self, data: bytes) -> None:
        """#SSLSEND: text that Ctrl-Z ends, which all modules have."""
        self.type("AT#SSLSEND=1")
        self.prompt()
        self.host.write(data + CTRL_Z)
        self.expect("OK")

    def receive(self, most: int = 1000) -> bytes:
        """#SSLRECV: at least one byte."""
        self.type(f"AT#SSLRECV=1,{most}")
        self.host.expect_exact(b"\r\n#SSLRECV: ", unsolicited=self.UNSOLICITED)
        count = int(self.host.read_until(CRLF)[:-2])
        data = self.host.read(count)
        self.host.expect_exact(CRLF + final("OK"))
        return data




class FdHost(Host):
    """A host on one descriptor that can also write as far as it goes, and read while it writes."""

    def __init__(self, fd: int, modem: Modem) -> None:
        super().__init__(fd, fd, modem)
        self.fd = fd

    def write_some(self, data: bytes) -> int:
        """Bytes that the port takes without waiting."""
        self.begin_typing()
        try:
            count = os.write(self.fd, data)
        except BlockingIOError:
            return 0
        self._typed += count
        return count

    def read_some(self) -> bytes:
        """Everything that has come."""
        data = self.pending()
        self.drop(len(data))
        return data

    def fill(self, data: bytes, still_s: float = 0.3) -> int:
        """Writes until the port has taken nothing for this long; how much it took.

        What is looked for is that nothing happens, so this one must let time pass.
        """
        done, until = 0, time.monotonic() + still_s
        while done < len(data) and time.monotonic() < until:
            if count := self.write_some(data[done:done + 65536]):
                done, until = done + count, time.monotonic() + still_s
            else:
                select.select([], [self.fd], [], max(0.0, until - time.monotonic()))
        return done

    def push(self, data: bytes, seconds: float = ANSWER_S) -> bytes:
        """Writes all of it, and gives what came meanwhile; fails when nothing moves for so long."""
        done, got = 0, bytearray()
        until = time.monotonic() + seconds
        while done < len(data):
            if time.monotonic() > until:
                self.fail(f"the modem took {done} of {len(data)} bytes, and none for {seconds:g} s")
            select.select([self.fd], [self.fd], [], 1.0)
            if count := self.write_some(data[done:done + 65536]):
                done, until = done + count, time.monotonic() + seconds
            got += self.read_some()
        return bytes(got)


def open_fd_host(modem: Modem) -> FdHost:
    """One more host on a PTY; the modem's own keeps still."""
    fd = os.open(modem.pty_path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(fd, termios.TCSANOW)
    return FdHost(fd, modem)


class ChangingHosts(Modem):
    """A modem whose host leaves, and where another comes."""

    def host_leaves(self) -> None:
        """Without a word, as a program that was killed."""
        self.host.close()
        self._host = None

    def host_comes(self) -> Driver:
        self._host = self.connect()
        return Driver(self)
