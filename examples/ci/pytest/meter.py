"""meter.py: a driver for an M95, as the firmware of a meter has it: it reports values to a server over TLS.

It is here for its tests (test_meter.py), each of which is about a mistake that such drivers are known for.
"""

from __future__ import annotations

import os
import re
import select
import time
import tty

PLACE = ("api.example.com", 8883)
PATIENCE_S = float(os.environ.get("METER_PATIENCE", 60))  # for anything that a module answers
GUARD_S = 1.2    # silence around +++
FIFO = 16        # bytes that its UART has at once
ATTEMPTS = 3
FINAL = re.compile(r"OK|ERROR|\+CM[ES] ERROR.*|SEND OK|SEND FAIL|CONNECT|NO CARRIER|DEACT OK|\d, CLOSE OK")


class MeterError(Exception):
    """The module has refused something, or has not answered."""


class Meter:
    """`port` is the path of the serial device."""

    START = ["ATE0", "AT+CMEE=1", "AT+QIDEACT", "AT+QIMUX=1", "AT+QIREGAPP", "AT+QIACT", 'AT+QSSLCFG="sslversion",1,4',
             'AT+QSSLCFG="ciphersuite",1,"0XFFFF"', 'AT+QSSLCFG="cacert",1,"NVRAM:CA0"', 'AT+QSSLCFG="seclevel",1,1',
             'AT+QSSLCFG="checkhost",1,1', 'AT+QSSLCFG="ignorertctime",0']

    def __init__(self, port: str) -> None:
        self._fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._fd)
        self._heard = b""
        self.is_ready = self.is_connected = self.has_news = False

    def close(self) -> None:
        os.close(self._fd)

    # ---- what it is for ----

    def report(self, data: bytes) -> bytes:
        """Sends it, and is what the server says to it."""
        for left in reversed(range(ATTEMPTS)):
            try:
                if not self.is_ready:
                    self.start()
                if not self.is_connected:
                    self.dial()
                self.send(data)
                return self.receive()
            except MeterError:
                if not left:
                    raise
                self.recover()
        raise AssertionError

    def stream(self, data: bytes) -> None:
        """Sends it online, and comes back by +++."""
        if not self.is_ready:
            self.start()
        self.command(f'AT+QSSLOPEN=1,1,"{PLACE[0]}",{PLACE[1]},1')
        if self.await_line("CONNECT|NO CARRIER|.*ERROR.*") != "CONNECT":
            raise MeterError("the server was not reached")
        self.type(data)
        self.escape()
        self.command("AT+QSSLCLOSE=1")

    def signal(self) -> int:
        """+CSQ: 0 to 31, or 99."""
        (line,) = self.command("AT+CSQ")
        return int(line.partition(": ")[2].partition(",")[0])

    def idle(self, seconds: float) -> None:
        """Hears what the module says on its own."""
        self.hear(seconds)

    # ---- its steps ----

    def start(self) -> None:
        """From whatever state: the module may have been on before us, or has just started."""
        for line in self.START:
            self.command(line)
        self.is_ready, self.is_connected, self.has_news = True, False, False

    def recover(self) -> None:
        """Perhaps it has lost its supply: from the beginning."""
        self.is_ready = False

    def dial(self) -> None:
        self.command(f'AT+QSSLOPEN=1,1,"{PLACE[0]}",{PLACE[1]},0')
        self.await_open()
        self.is_connected, self.has_news = True, False

    def await_open(self) -> None:
        said = self.await_line(r"\+QSSLOPEN: 1,(-?\d+)")
        if said != "+QSSLOPEN: 1,0":
            raise MeterError(f"the server was not reached: {said}")

    def send(self, data: bytes) -> None:
        self.type(b"AT+QSSLSEND=1,%d\r" % len(data))
        self.await_prompt()
        self.type(data)
        if self.await_line("SEND OK|SEND FAIL|ERROR|.*CME ERROR.*") != "SEND OK":
            raise MeterError("it was not sent")

    def await_prompt(self) -> None:
        if self.await_line("> |ERROR|.*CME ERROR.*") != "> ":
            raise MeterError("there is no prompt")

    def receive(self) -> bytes:
        deadline = time.monotonic() + PATIENCE_S
        while not self.has_news:
            if not self.is_connected or self.hear(deadline - time.monotonic()) is None:
                raise MeterError("the server says nothing")
        self.has_news = False
        self.type(b"AT+QSSLRECV=0,1,1500\r")
        size = int(self.await_line(r"\+QSSLRECV: .*,\d+|OK").rpartition(",")[2])
        while len(self._heard) < size:
            self.read(PATIENCE_S)
        data, self._heard = self._heard[:size], self._heard[size:]
        self.await_line("OK")
        return data

    def escape(self) -> None:
        time.sleep(GUARD_S)
        self.type(b"+++")
        self.await_line("OK")

    # ---- lines ----

    def command(self, line: str) -> list[str]:
        """Types it; the lines that come before its result."""
        self.type(line.encode() + b"\r")
        lines: list[str] = []
        while True:
            said = self.await_line(".*")
            if FINAL.fullmatch(said):
                self.judge(line, said)
                return lines
            if said != line:  # its echo
                lines.append(said)

    def judge(self, line: str, result: str) -> None:
        if not result.endswith("OK"):
            raise MeterError(f"{line}: {result}")

    def await_line(self, pattern: str) -> str:
        """Other lines are passed over."""
        deadline = time.monotonic() + PATIENCE_S
        while (said := self.line(deadline - time.monotonic())) is not None:
            if re.fullmatch(pattern, said):
                return said
        raise MeterError(f"no {pattern} within {PATIENCE_S:g} s")

    def line(self, seconds: float) -> str | None:
        """The next line that is no unsolicited one, or the prompt; None: there is none in time."""
        deadline = time.monotonic() + seconds
        while (said := self.hear(deadline - time.monotonic())) is not None:
            if not self.is_unsolicited(said):
                return said
        return None

    def hear(self, seconds: float) -> str | None:
        """The next line of any kind, after what an unsolicited one means has been noted."""
        deadline = time.monotonic() + seconds
        while True:
            if self._heard.lstrip(b"\r\n").startswith(b"> "):
                self._heard = self._heard.lstrip(b"\r\n")[2:]
                return "> "
            said, end, rest = self._heard.partition(b"\n")
            if end:
                self._heard = rest
                if text := said.strip().decode(errors="replace"):
                    self.note(text)
                    return text
            elif not self.read(deadline - time.monotonic()):
                return None

    def note(self, text: str) -> None:
        if text.startswith('+QSSLURC: "closed",1'):
            self.is_connected = False
        elif text.startswith('+QSSLURC: "recv",'):
            self.has_news = True

    def is_unsolicited(self, text: str) -> bool:
        return text == "RING" or text.startswith(("+QSSLURC: ", "+CREG: ", "+CMTI: "))

    # ---- bytes ----

    def type(self, data: bytes) -> None:
        while data:
            select.select([], [self._fd], [])
            data = data[os.write(self._fd, data):]

    def read(self, seconds: float) -> bool:
        """What the UART has next; False: nothing in time."""
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return False
        self._heard += os.read(self._fd, FIFO)
        return True
