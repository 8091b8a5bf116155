"""Plain sockets of a Telit against programs of others: nginx, socat, a browser that calls.

Source: docs/facts/telit-plain-sockets.md.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from support.certs import Certificates
from support.modem import Modem
from support.patience import ANSWER_S, POLL_S, START_S
from support.servers import Nginx, ServerProgram, free_port

from .driver import CRLF, NO_CARRIER, Driver, final, open_fd_host

PAGE = bytes(range(256)) * 800  # 200 kB
REQUEST = b"GET /page HTTP/1.0\r\n\r\n"
NOTHING_TO_READ = b"+CME ERROR: 555\r\n"


class Echo(ServerProgram):
    """socat, which sends back what it gets."""

    name = "socat"
    kind = "TCP4"

    def command(self) -> Sequence[str]:
        address = f"{self.kind}-LISTEN:{self.port},bind=127.0.0.1,reuseaddr,fork"
        return ["socat", "-d", "-d", address, "PIPE"]


class UdpEcho(Echo):
    """The same for datagrams: its log tells when it has started."""

    kind = "UDP4"

    def ports(self) -> Sequence[int]:
        return []

    def start(self) -> None:
        super().start()
        deadline = time.monotonic() + START_S
        while "listening on" not in self.log():
            assert time.monotonic() < deadline, self.log()
            time.sleep(POLL_S)


class SocketDriver(Driver):
    """A host of plain sockets."""

    UNSOLICITED = re.compile(rb"\r\n(?:SRING: \d(?:,\d+)?|NO CARRIER)\r\n")

    def dial(self, port: int, host: str = "127.0.0.1", *, conn: int = 1, udp: bool = False,
             online: bool = False) -> None:
        """A dial that succeeds."""
        self.fails(f'AT#SD={conn},{int(udp)},{port},"{host}",0,0,{0 if online else 1}',
                   "CONNECT" if online else "OK")

    def send(self, data: bytes, conn: int = 1) -> None:
        """#SSENDEXT: an exact count of any bytes."""
        self.type(f"AT#SSENDEXT={conn},{len(data)}")
        self.prompt()
        self.host.write(data)
        self.expect("OK")

    def receive(self, most: int = 1500, conn: int = 1) -> bytes:
        """#SRECV: what there is, perhaps nothing."""
        self.type(f"AT#SRECV={conn},{most}")
        self.host.skip_unsolicited(self.UNSOLICITED)
        assert self.host.read(2) == CRLF
        line = self.host.read_until(CRLF)
        if not line.startswith(b"#SRECV: "):
            assert line == NOTHING_TO_READ, line
            return b""
        data = self.host.read(int(line.rstrip().rsplit(b",", 1)[1]))
        self.host.expect_exact(CRLF + final("OK"))
        return data

    def rings(self, conn: int = 1) -> None:
        """There is something to read, or was when it was said."""
        line = final(f"SRING: {conn}")
        if line in self.host.aside:
            self.host.aside.remove(line)
        else:
            self.host.expect_exact(line, unsolicited=self.UNSOLICITED)

    def receive_all(self, count: int, conn: int = 1) -> bytes:
        """So many bytes, as they come."""
        got = b""
        while len(got) < count:
            piece = self.receive(conn=conn)
            got += piece
            if not piece:
                self.rings(conn)
        self.host.aside = [line for line in self.host.aside if line != final(f"SRING: {conn}")]
        return got


@contextmanager
def attached(model: str = "he910", way: str = "pty") -> Iterator[SocketDriver]:
    """A host whose module has a context; packets leave by size, or after 10 ms."""
    with Modem(model, way, options=["--log-level", "info"]) as modem:
        host = SocketDriver(modem)
        host.begin()
        host.attach()
        for conn in range(1, 7):
            host.ok(f"AT#SCFG={conn},1,1500,0,600,{256 if model == 'he910' else 1}")
        yield host


def body_of(page: bytes) -> bytes:
    head, _, body = page.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n"), head
    return body


def test_page_online(certificates: Certificates, tmp_path: Path) -> None:
    """The server closes behind its page, and NO CARRIER comes behind the last byte."""
    with Nginx(tmp_path, certificates, files={"page": PAGE}) as nginx, attached() as host:
        host.dial(nginx.plain_port, online=True)
        host.host.write(REQUEST)
        page = host.host.read_until(NO_CARRIER)
        assert body_of(page.removesuffix(NO_CARRIER)) == PAGE
        host.answers("AT#SLASTCLOSURE=1", "#SLASTCLOSURE: 1,1")


def test_page_in_pieces(certificates: Certificates, tmp_path: Path) -> None:
    """In command mode, 1500 bytes at most at once; all of it is there when the server has gone."""
    with Nginx(tmp_path, certificates, files={"page": PAGE}) as nginx, attached("gl865") as host:
        host.dial(nginx.plain_port)
        host.send(REQUEST)
        page = b""
        while len(page) < len(PAGE) or len(body_of(page)) < len(PAGE):
            piece = host.receive()
            page += piece
            if not piece:
                host.rings()
        assert body_of(page) == PAGE
        if NO_CARRIER not in host.host.aside:
            host.host.expect_exact(NO_CARRIER, unsolicited=host.UNSOLICITED)
        host.host.aside.clear()
        host.answers("AT#SS=1", "#SS: 1,0")


def test_echo_online(tmp_path: Path) -> None:
    """Both ways at once: what comes back is what was typed, all of it."""
    data = bytes(range(256)) * 1200
    with Echo(tmp_path) as echo, attached() as host:
        host.dial(echo.port, online=True)
        fd_host = open_fd_host(host.modem)
        got = fd_host.push(data)
        while len(got) < len(data):
            got += fd_host.read(len(data) - len(got)) or b""
        assert got == data
        fd_host.close()


def test_echo_of_six(tmp_path: Path) -> None:
    """Six connections at once, each with its own bytes."""
    with Echo(tmp_path) as echo, attached("le910-v2") as host:
        for conn in range(1, 7):
            host.dial(echo.port, conn=conn)
        for size in (1, 700, 1500):
            for conn in range(1, 7):
                host.send(bytes([conn]) * size, conn)
            for conn in range(6, 0, -1):
                assert host.receive_all(size, conn) == bytes([conn]) * size
        for conn in range(1, 7):
            assert host.query(f"AT#SI={conn}") == f"#SI: {conn},2201,2201,0,0"
            host.ok(f"AT#SH={conn}")
        host.host.aside.clear()


def test_echo_of_datagrams(tmp_path: Path) -> None:
    """Each comes back as one, of any bytes and of any length."""
    with UdpEcho(tmp_path) as echo, attached("gl865") as host:
        host.dial(echo.port, udp=True)
        for size in (1, 500, 1400):
            datagram = bytes(i % 256 for i in range(size))
            host.send(datagram)
            host.rings()
            host.type("AT#SRECV=1,1500,1")
            host.host.expect_exact(f"\r\n#SRECV: 127.0.0.1,{echo.port},1,{size},0\r\n".encode())
            assert host.host.read(size) == datagram
            host.host.expect_exact(CRLF + final("OK"))


def test_beside_tls(certificates: Certificates, tmp_path: Path) -> None:
    """A page by a secure socket and one by a plain socket, both under way."""
    files = {"page": PAGE[:3000]}
    with Nginx(tmp_path, certificates, files=files) as nginx, attached() as host:
        host.enable()
        host.tune(flush_ds=1)
        host.fails(host.dial_line(nginx.port), "OK")
        host.dial(nginx.plain_port)
        host.send(REQUEST)
        host.type(f"AT#SSLSENDEXT=1,{len(REQUEST)}")
        host.prompt()
        host.host.write(REQUEST)
        host.expect("OK")
        plain = b""
        while len(plain) < 3000 or len(body_of(plain)) < 3000:
            piece = host.receive()
            plain += piece
            if not piece:
                host.rings()
        host.fails("AT#SSLO=1", "CONNECT")
        secure = host.host.read_until(NO_CARRIER).removesuffix(NO_CARRIER)
        assert body_of(plain) == body_of(secure) == PAGE[:3000]
        host.host.aside.clear()


def test_a_browser_calls() -> None:
    """Nobody gets in without a rule; with one a browser gets the host's page, call after call."""
    port = free_port()
    pages: list[bytes] = []

    def browse() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        client.request("GET", "/")
        pages.append(client.getresponse().read())
        client.close()

    with attached("he910", "unix") as host:
        host.ok(f"AT#SL=1,1,{port}")
        refused = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        try:
            refused.request("GET", "/")
            refused.getresponse()
            raise AssertionError("a page without a rule")
        except (http.client.RemoteDisconnected, ConnectionError):
            pass
        assert "no rule of #FRWL lets it in" in host.modem.log()
        host.ok('AT#FRWL=1,"127.0.0.1","255.255.255.255"')
        for _ in range(2):
            browser = threading.Thread(target=browse)
            browser.start()
            host.rings()
            host.fails("AT#SA=1", "CONNECT")
            assert host.host.read_until(b"\r\n\r\n").startswith(b"GET / HTTP/1.1\r\n")
            host.host.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1023")
            browser.join()
            host.host.expect_exact(NO_CARRIER)
            host.ok(f"AT#SL=1,1,{port}")
    assert pages == [b"1023", b"1023"]
