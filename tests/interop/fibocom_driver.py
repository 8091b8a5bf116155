"""A host of a Fibocom module: files, settings and sockets of its SSL manuals.

    host = FibocomDriver(modem).begin()
    host.load("TRUSTFILE", pem)
    host.open(port)
"""

from __future__ import annotations

import re

from .driver import ANSWER_S, Driver, final

PROMPT = b"\r\n>"


class FibocomDriver(Driver):
    """After begin() the echo is off and there is a context."""

    PROMPT = PROMPT
    UNSOLICITED = re.compile(rb"\r\n(?:\+MIPSTAT: [^\r]*|\+MIPRTCP: [^\r]*|\+FTPCLOSE: 1)\r\n")

    def begin(self) -> FibocomDriver:
        self.expect("AT command ready")
        self.expect("+SIM READY")
        self.host.write(b"ATE0\r")
        self.host.expect_exact(b"ATE0\r" + final("OK"))
        self.type("AT+MIPCALL=1")
        self.host.read_until(final("OK"))
        self.host.read_until(b"+MIPCALL: ")
        self.host.read_until(b"\r\n")
        return self

    def load(self, kind: str, data: bytes) -> None:
        self.type(f'AT+GTSSLFILE="{kind}",{len(data)}')
        self.prompt()
        self.host.write(data)
        self.expect("OK")

    def dial(self, port: int, host: str = "localhost", *,  # type: ignore[override]
             protocol: int = 2) -> None:
        """+MIPOPEN; the result is still to come."""
        self.ok(f'AT+MIPOPEN=1,,"{host}",{port},{protocol}')

    def open(self, port: int, host: str = "localhost", *, protocol: int = 2) -> None:
        self.dial(port, host, protocol=protocol)
        self.expect("+MIPOPEN: 1,1")

    def not_opened(self, seconds: float = ANSWER_S) -> None:
        """The result of an opening of TLS that fails."""
        self.expect("+MIPOPEN 1,0", seconds)
        self.expect("+MIPSTAT: 1,1")

    def close(self) -> None:
        """Of a socket of TLS."""
        self.ok("AT+MIPCLOSE=1")
        self.expect("+MIPCLOSE: 1,1")

    def reason(self, code: int) -> None:
        """+GTSSLERR; 0: there was no error."""
        self.answers("AT+GTSSLERR?", f"+GTSSLERR: {code}") if code else self.ok("AT+GTSSLERR?")

    def send(self, data: bytes) -> None:
        self.type(f"AT+MIPSEND=1,{len(data)}")
        self.prompt()
        self.host.write(data)
        for line in ("OK", "+MIPPUSH: 1,0", "+MIPSEND: 1,0,2048"):
            self.expect(line)

    def receive_to_end(self) -> bytes:
        """What the peer sends until it closes, from lines of hexadecimal data."""
        end = b"\r\n+MIPSTAT: 1,2\r\n"
        text = b""
        while not text.endswith(end):
            text += self.host.aside.pop(0) if self.host.aside else self.host.read_until(b"\r\n")
        return bytes.fromhex("".join(re.findall(r"\+MIPRTCP: 1,0,([0-9A-F]+)\r\n", text.decode())))

    def warnings(self) -> list[str]:
        """What an operator is told, since the start."""
        return [line for line in self.modem.log().splitlines()
                if re.search(rf"\b(warning|error):? {self.modem.model}(?: port \d+)?: ", line)]
