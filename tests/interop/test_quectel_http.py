"""Quectel's HTTP commands with nginx, and with Python's server where bodies are echoed.

Source: docs/facts/quectel.md §3, §6.2; GSM_SSL_TCP_Application_Note V3.1 §2.2.1.
"""

from __future__ import annotations

import fcntl
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import Nginx, refused_port

from .driver import final
from .observe import wait_until
from .quectel_driver import QuectelDriver

Start = Callable[..., Nginx]

# Everything that could be mistaken: the escape sequence, results, a prompt, all byte values.
BINARY = b"+++\r\nOK\r\n\r\n> \x1a\x1b" + bytes(range(256)) * 20 + b"\r\nERROR\r\n+++"
FILES = {
    "index.html": b"Hello from nginx\n",
    "empty": b"",
    "one": b"1",
    "binary": BINARY,
    "large": bytes(i * 7 % 251 for i in range(1_500_000)),
}

SECOND_S = 1.2  # longer than the guard time of the escape sequence
PTY_FULL = 4000  # bytes; Linux holds 4095 for a reader

EMPTY_URL, DNS, CONNECT, RESPONSE, RELOCATION = 3811, 3813, 3815, 3822, 3829

SECURE = pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])


class WebDriver(QuectelDriver):
    """A host that fetches pages."""

    def url(self, url: str) -> None:
        self.type(f"AT+QHTTPURL={len(url)},30")
        self.expect("CONNECT")
        self.host.write(url.encode())
        self.expect("OK")

    def get(self, url: str, expected: bytes) -> None:
        """The page is this."""
        self.url(url)
        self.ok("AT+QHTTPGET=60")
        self.read_exactly(expected)

    def read_exactly(self, expected: bytes) -> None:
        self.type("AT+QHTTPREAD=30")
        self.expect("CONNECT")
        self.host.expect_exact(expected + final("OK"))

    def post(self, url: str, body: bytes) -> None:
        self.url(url)
        self.type(f"AT+QHTTPPOST={len(body)},30,30")
        self.expect("CONNECT")
        self.host.write(body)
        self.expect("OK")

    def secure(self, context: int = 1, **settings: object) -> WebDriver:  # type: ignore[override]
        self.ok('AT+QSSLCFG="ignorertctime",1')
        self.configure(context, **settings)  # type: ignore[arg-type]
        self.ok('AT+QSSLCFG="https",1')
        self.ok(f'AT+QSSLCFG="httpsctxi",{context}')
        return self


@pytest.fixture
def modem() -> Iterator[Modem]:
    with Modem(model="m95", options=["--trace", "at"]) as started:
        yield started


@pytest.fixture
def driver(modem: Modem) -> WebDriver:
    driver = WebDriver(modem)
    driver.begin()
    return driver


@pytest.fixture
def server(nginx: Start) -> Callable[..., Nginx]:
    """An nginx with the files of this test."""
    return lambda **options: nginx(files=Shared(FILES), **options)


class Shared(dict[str, bytes]):
    """Files that may be part of a cache's key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))


def address(server: Nginx, secure: bool, path: str) -> str:
    return (f"https://localhost:{server.port}{path}" if secure
            else f"http://localhost:{server.plain_port}{path}")


def test_server_that_prefers_another_suite(driver: WebDriver, server: Start) -> None:
    """AES128-SHA256 is none of table 2, and many servers' first choice of those that are left."""
    web = server(ciphers="AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:@SECLEVEL=0",
                 prefers_its_order=True)
    driver.secure()
    driver.get(address(web, True, "/one"), FILES["one"])
    assert web.requests(1)[0].cipher in ("AES256-SHA256", "AES128-SHA", "AES256-SHA")


@SECURE
def test_files(driver: WebDriver, server: Start, secure: bool) -> None:
    """Of every size, with every byte, whole or in chunks."""
    web = server()
    driver.secure()
    for name in ("index.html", "empty", "one", "binary"):
        driver.url(address(web, secure, f"/{name}"))
        driver.ok("AT+QHTTPGET=60")
        driver.read_exactly(FILES[name])
    driver.url(address(web, secure, "/chunked/binary"))
    driver.ok("AT+QHTTPGET=60")
    driver.read_exactly(BINARY)


def waiting(driver: WebDriver) -> int:
    """Bytes that the port holds for a host that does not read."""
    count = fcntl.ioctl(driver.host.fileno(), termios.FIONREAD, bytes(4))
    return int.from_bytes(count, sys.byteorder)


@SECURE
def test_large_file_and_slow_host(driver: WebDriver, server: Start, secure: bool) -> None:
    """A host that reads late gets all of it, and the module holds no more than it can."""
    driver.secure()
    driver.url(address(server(), secure, "/large"))
    driver.ok("AT+QHTTPGET=60")
    driver.type("AT+QHTTPREAD=30")
    # The pseudo-terminal is full: from now on the module waits, and stops reading from the server.
    wait_until(lambda: waiting(driver) >= PTY_FULL, "the pseudo-terminal does not fill up")
    driver.expect("CONNECT")
    driver.host.expect_exact(FILES["large"] + final("OK"))
    driver.is_ready()


@SECURE
def test_redirects(driver: WebDriver, server: Start, secure: bool) -> None:
    web = server()
    driver.secure()
    driver.get(address(web, secure, "/moved/index.html"), FILES["index.html"])
    driver.get(address(web, secure, "/moved/moved/binary"), BINARY)
    driver.get(address(web, secure, "/secure/one"), b"1")
    # In circles it ends.
    driver.url(address(web, secure, "/" + "moved/" * 6 + "one"))
    driver.error("AT+QHTTPGET=60", RELOCATION)


def test_redirect_to_https_without_a_context(driver: WebDriver, server: Start) -> None:
    driver.url(address(server(), False, "/secure/one"))
    driver.error("AT+QHTTPGET=60", CONNECT)


@pytest.mark.parametrize("version, protocol", [(1, "TLSv1"), (2, "TLSv1.1"), (3, "TLSv1.2")])
def test_versions(driver: WebDriver, server: Start, version: int, protocol: str) -> None:
    web = server()
    driver.secure(version=version)
    before = len(web.requests())
    driver.get(address(web, True, "/one"), b"1")
    assert web.requests(before + 1)[-1].protocol == protocol


def test_client_certificate(driver: WebDriver, server: Start, certificates: Certificates) -> None:
    """seclevel 2: both sides are checked."""
    web = server(client_ca="ca")
    driver.upload_all(certificates)
    driver.secure(seclevel=2)
    before = len(web.requests())
    driver.get(address(web, True, "/binary"), BINARY)
    assert web.requests(before + 1)[-1].client == "CN=tlsmodem test device"
    # Without it nginx answers with 400, which is no response to read.
    driver.configure(1, seclevel=1)
    driver.error("AT+QHTTPGET=60", RESPONSE)


@pytest.mark.parametrize("certificate", ["server_other_ca", "server_expired"])
def test_bad_certificates(driver: WebDriver, server: Start, certificates: Certificates,
                          certificate: str) -> None:
    """Refused by seclevel 1, overlooked by 0."""
    web = server(certificate=certificate)
    driver.upload_all(certificates)
    driver.secure(seclevel=1)
    driver.ok('AT+QSSLCFG="ignorertctime",0')
    driver.url(address(web, True, "/one"))
    driver.error("AT+QHTTPGET=60", CONNECT)
    driver.ok('AT+QSSLCFG="seclevel",1,0')
    driver.ok("AT+QHTTPGET=60")
    driver.read_exactly(b"1")


def test_failures(driver: WebDriver, server: Start) -> None:
    """No page, no server, no name; and TLS where there is none, or none where there is."""
    web = server()
    driver.secure()
    driver.error("AT+QHTTPGET", EMPTY_URL)
    for url, error in [
            (address(web, False, "/nothing"), RESPONSE),
            (address(web, True, "/nothing"), RESPONSE),
            (f"http://localhost:{refused_port()}/", CONNECT),
            ("http://nowhere.invalid/", DNS),
            (f"https://localhost:{web.plain_port}/one", CONNECT),
            (f"http://localhost:{web.port}/one", RESPONSE)]:
        driver.url(url)
        driver.error("AT+QHTTPGET=30", error)


def test_download(driver: WebDriver, nginx: Start, server: Start,
                  certificates: Certificates) -> None:
    """A CA certificate fetched into a file is one that the next connection is checked by."""
    pem = certificates.pem("ca").read_bytes()
    web = nginx(files=Shared({**FILES, "ca.pem": pem}), certificate="server")
    driver.secure()
    driver.url(address(web, False, "/ca.pem"))
    driver.ok("AT+QHTTPGET=60")
    driver.ok('AT+QHTTPDL="RAM:ca.pem",32768,30')
    driver.expect(f"+QHTTPDL: {len(pem)},{len(pem)},0")
    driver.ok('AT+QSSLCFG="seclevel",1,1')
    driver.get(address(web, True, "/one"), b"1")
    driver.url(address(server(certificate="server_other_ca"), True, "/one"))
    driver.error("AT+QHTTPGET=60", CONNECT)
    driver.url(address(web, False, "/large"))
    driver.ok("AT+QHTTPGET=60")
    driver.ok('AT+QHTTPDL="RAM:large",10240')
    driver.expect(f"+QHTTPDL: 10240,{len(FILES['large'])},4017")


def test_escape_in_the_middle(driver: WebDriver, server: Start) -> None:
    """The host has had enough; what was on its way to it still comes."""
    driver.url(address(server(), False, "/large"))
    driver.ok("AT+QHTTPGET=60")
    driver.type("AT+QHTTPREAD=30")
    driver.expect("CONNECT")
    got = driver.host.read(10_000)
    time.sleep(SECOND_S)  # the host neither reads nor writes: the silence before +++
    driver.host.write(b"+++")
    time.sleep(SECOND_S)  # nor behind it: much of the page would come
    got += driver.host.read_until(final("OK"))[:-len(final("OK"))]
    assert FILES["large"].startswith(got) and len(got) < len(FILES["large"])
    driver.error("AT+QHTTPREAD", 3804)


# Bodies that come back


class Echo(BaseHTTPRequestHandler):
    """Answers a POST with its body, in chunks, and what it was sent as."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/again":
            self.send_response(307)
            self.send_header("Location", "/echo")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (self.headers["Content-Type"].encode() + b"\n", body[:7], body[7:]):
            if piece:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that echoes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("path", ["/echo", "/again"])
@pytest.mark.parametrize("body", [b"x", BINARY, bytes(range(256)) * 128],
                         ids=["one", "binary", "longest"])
def test_post(driver: WebDriver, echo: int, body: bytes, path: str) -> None:
    driver.post(f"http://127.0.0.1:{echo}{path}", body)
    driver.read_exactly(b"application/x-www-form-urlencoded\n" + body)
    driver.ok('AT+QHTTPCFG="Content-Type","application/octet-stream"')
    driver.post(f"http://127.0.0.1:{echo}{path}", body)
    driver.read_exactly(b"application/octet-stream\n" + body)
