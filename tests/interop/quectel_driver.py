"""A host of a Quectel M10, M66, M85 or M95: files, SSL contexts and sockets.

    host = QuectelDriver(modem).begin()
    host.upload("RAM:ca.pem", pem)
    host.configure(0, version=3, suite="0X002F", seclevel=1)
    host.open(1, 0, port)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from support.certs import Certificates

from .driver import Driver, final

SEND_MAX, RECEIVE_MAX = 1460, 1500

OPENED, FAILED, OCCUPIED = 0, -1, -2


class QuectelDriver(Driver):
    """After begin() the echo is off, a context is active, and there are six sockets."""

    UNSOLICITED = re.compile(rb'\r\n(?:\+QSSLURC: "(?:recv|closed)",[\d,]+|\+QIRDI: [\d,]+|'
                             rb'\d, CLOSED)\r\n')

    def begin(self) -> QuectelDriver:
        self.host.write(b"ATE0\r")
        self.host.expect_exact(b"ATE0\r" + final("OK"))
        for line in ("AT+QIREGAPP", "AT+QIACT", "AT+QIMUX=1", "AT+QINDI=1",
                     'AT+CCLK="26/05/01,12:00:00+00"'):
            self.ok(line)
        return self

    def upload(self, name: str, data: bytes) -> str:
        """The checksum that the module answers."""
        self.type(f'AT+QSECWRITE="{name}",{len(data)},10')
        self.expect("CONNECT")
        self.host.write(data)
        self.host.skip_unsolicited(self.UNSOLICITED)
        answer = self.host.read_until(final("OK")).decode()
        match = re.fullmatch(rf"\r\n\+QSECWRITE: {len(data)},([0-9a-f]+)\r\n\r\nOK\r\n", answer)
        assert match, answer
        return match[1]

    def upload_all(self, certificates: Certificates, *, ca: str = "ca",
                   client: str = "client") -> None:
        """Under the names that configure() gives to the contexts."""
        self.upload("RAM:ca.pem", certificates.pem(ca).read_bytes())
        self.upload("RAM:client.pem", certificates.pem(client).read_bytes())
        self.upload("RAM:key.pem", certificates.key(client).read_bytes())

    def configure(self, context: int, *, version: int = 4, suites: Sequence[str] = ("0XFFFF",),
                  seclevel: int = 0) -> None:
        names = ",".join(f'"{suite}"' for suite in suites)
        for words in (f'"sslversion",{context},{version}', f'"ciphersuite",{context},{names}',
                      f'"seclevel",{context},{seclevel}', f'"cacert",{context},"RAM:ca.pem"',
                      f'"clientcert",{context},"RAM:client.pem"',
                      f'"clientkey",{context},"RAM:key.pem"'):
            self.ok(f"AT+QSSLCFG={words}")

    def dial(self, socket: int, context: int, port: int,  # type: ignore[override]
             host: str = "127.0.0.1", *, mode: int = 0) -> None:
        """+QSSLOPEN; the result is still to come."""
        self.ok(f'AT+QSSLOPEN={socket},{context},"{host}",{port},{mode}')

    def open(self, socket: int, context: int, port: int, *, result: int = OPENED) -> None:
        self.dial(socket, context, port)
        self.expect(f"+QSSLOPEN: {socket},{result}")

    def close(self, socket: int) -> None:
        self.fails(f"AT+QSSLCLOSE={socket}", f"{socket}, CLOSE OK")

    def try_send(self, socket: int, data: bytes) -> bool:
        """False: the peer does not take more now, and the module has taken nothing."""
        self.type(f"AT+QSSLSEND={socket},{len(data)}")
        self.prompt()
        self.host.write(data)
        answer = self.line()
        assert answer in ("SEND OK", "SEND FAIL"), answer
        return answer == "SEND OK"

    def line(self) -> str:
        """The next line of an answer, whatever it says."""
        self.host.skip_unsolicited(self.UNSOLICITED)
        return self._line()

    def _line(self) -> str:
        self.host.expect_exact(b"\r\n")
        return self.host.read_until(b"\r\n")[:-2].decode("latin-1")

    def unsolicited(self) -> str:
        """The next line that the module says on its own."""
        return self.host.aside.pop(0)[2:-2].decode() if self.host.aside else self._line()

    def receive(self, socket: int, most: int = RECEIVE_MAX) -> bytes:
        """What +QSSLRECV gives; empty when there is nothing."""
        self.type(f"AT+QSSLRECV=0,{socket},{most}")
        line = self.line()
        if line == "OK":
            return b""
        match = re.fullmatch(r"\+QSSLRECV: [0-9.]+:\d+,TCP,(\d+)", line)
        assert match, line
        data = self.host.read(int(match[1]))
        self.host.expect_exact(final("OK"))
        return data

    def receive_to_end(self, socket: int) -> bytes:
        """What the peer sends until it has closed."""
        got = b""
        while True:
            line = self.unsolicited()
            while data := self.receive(socket):
                got += data
            if line == f'+QSSLURC: "closed",{socket}':
                return got
            assert line == f'+QSSLURC: "recv",0,{socket}', line
