"""What HTTP and FTP of Fibocom modules carry, against nginx, a form, vsftpd and ProFTPD.

Source: NL668 HTTP V1.2.3; docs/facts/fibocom.md §3.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.certs import Certificates
from support.ftp_servers import PASSWORD, FtpServer, Proftpd, Vsftpd
from support.modem import Modem
from support.servers import Nginx

from .driver import final
from .fibocom_driver import PROMPT, FibocomDriver
from .pages import CLIENT

KEPT_MAX = 1 << 20

GET, POST, HEAD = range(3)


def noise(count: int) -> bytes:
    return hashlib.shake_256(b"fibocom").digest(count)


FILES = {"page.txt": b"Hello\r\nfrom nginx\n", "bytes.bin": bytes(range(256)) * 3,
         "large.bin": noise(KEPT_MAX), "larger.bin": noise(KEPT_MAX + 1), "empty.bin": b""}


@pytest.fixture(params=["l610", "nl668-eau"])
def modem(request: pytest.FixtureRequest) -> Iterator[Modem]:
    with Modem(request.param) as started:
        yield started


@pytest.fixture
def host(modem: Modem) -> FibocomDriver:
    driver = FibocomDriver(modem).begin()
    driver.ok('AT+HTTPSET="RESPONSEHEADER","1"')
    return driver


@pytest.fixture
def site(certificates: Certificates, tmp_path: Path) -> Iterator[Nginx]:
    with Nginx(tmp_path, certificates, files=FILES) as started:
        yield started


# ---- HTTP ----


def set_url(host: FibocomDriver, site: Nginx, path: str, *, secure: bool = False) -> None:
    port = site.port if secure else site.plain_port
    host.ok(f'AT+HTTPSET="URL","{"https" if secure else "http"}://localhost:{port}/{path}"')


def result(host: FibocomDriver, mode: int) -> tuple[int, int]:
    """+HTTPRES: status and length."""
    host.host.expect_exact(f"\r\n+HTTPRES: {mode},".encode())
    status, length = host.host.read_until(b"\r\n")[:-2].split(b",")
    return int(status), int(length)


def act(host: FibocomDriver, mode: int = GET, *, secure: bool = False) -> tuple[int, int]:
    host.ok(f"AT+HTTPACT={mode},20")
    host.expect("+HTTPS: 1" if secure else "+HTTP: 1")
    return result(host, mode)


def read(host: FibocomDriver, line: str = "AT+HTTPREAD") -> bytes:
    host.type(line)
    host.host.expect_exact(b"\r\n+HTTPREAD: ")
    data = host.host.read(int(host.host.read_until(b"\r\n")[:-2]))
    host.host.expect_exact(final("OK"))
    return data


@pytest.mark.parametrize("name", ["page.txt", "bytes.bin", "empty.bin", "chunked/page.txt",
                                  "chunked/bytes.bin"])
def test_get(host: FibocomDriver, site: Nginx, name: str) -> None:
    content = FILES[name.split("/")[-1]]
    set_url(host, site, name)
    assert act(host) == (200, len(content))
    assert read(host) == content
    for at in {0, len(content) // 2, len(content)}:
        assert read(host, f"AT+HTTPREAD={at},7") == content[at:at + 7]
    assert site.requests(1)[0].line == f"GET /{name} HTTP/1.1"


def test_head(host: FibocomDriver, site: Nginx) -> None:
    host.ok('AT+HTTPSET="RESPONSEHEADER","0"')
    set_url(host, site, "page.txt")
    status, length = act(host, HEAD)
    response = read(host)
    assert (status, length) == (200, len(response))
    assert response.endswith(b"\r\n\r\n") and b"\r\nContent-Length: 18\r\n" in response
    assert site.requests(1)[0].line.startswith("HEAD /page.txt ")


def test_status_and_range(host: FibocomDriver, site: Nginx) -> None:
    set_url(host, site, "nothing.txt")
    assert act(host)[0] == 404
    set_url(host, site, "bytes.bin")
    host.ok('AT+HTTPSET="RANGE","bytes=10-19"')
    assert act(host) == (206, 10)
    assert read(host) == FILES["bytes.bin"][10:20]
    host.ok('AT+HTTPSET="RANGE","bytes=5000-"')
    assert act(host)[0] == 416
    host.ok('AT+HTTPSET="RANGE",""')
    assert act(host)[0] == 200


def test_redirect_to_https(host: FibocomDriver, site: Nginx, certificates: Certificates) -> None:
    host.ok('AT+HTTPSET="REDIR","1"')
    host.ok("AT+GTSSLVER=4")
    host.load("TRUSTFILE", certificates.pem("ca").read_bytes())
    host.ok("AT+GTSSLMODE=1")
    set_url(host, site, "secure/page.txt")
    assert act(host) == (200, len(FILES["page.txt"]))
    assert site.requests(2)[-1].protocol == "TLSv1.2"


def test_verification(host: FibocomDriver, site: Nginx, certificates: Certificates) -> None:
    """Without a trusted certificate no request; with it, one."""
    host.ok("AT+GTSSLVER=4")
    host.ok("AT+GTSSLMODE=1")
    set_url(host, site, "bytes.bin", secure=True)
    host.ok("AT+HTTPACT=0")
    host.expect("+HTTPS: 0")
    assert result(host, GET) == (601, 0)
    host.reason(-11 if host.modem.model == "l610" else 42)
    host.load("TRUSTFILE", certificates.pem("ca").read_bytes())
    assert act(host, secure=True) == (200, len(FILES["bytes.bin"]))
    assert read(host) == FILES["bytes.bin"]
    host.reason(0)


def test_client_certificate(host: FibocomDriver, certificates: Certificates,
                            tmp_path: Path) -> None:
    host.ok("AT+GTSSLVER=4")
    host.load("CERTFILE", certificates.pem("client").read_bytes())
    host.load("KEYFILE", certificates.key("client").read_bytes())
    with Nginx(tmp_path, certificates, files=FILES, client_ca="ca") as site:
        set_url(host, site, "page.txt", secure=True)
        assert act(host, secure=True) == (200, len(FILES["page.txt"]))
        assert site.requests(1)[0].client == CLIENT


class Form(BaseHTTPRequestHandler):
    """Answers a POST with what was posted, and its type."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Type", self.headers["Content-Type"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def form() -> Iterator[str]:
    """The URL of a form."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Form) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/form"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("size", [1, 64000])
def test_post(host: FibocomDriver, form: str, size: int) -> None:
    host.ok('AT+HTTPSET="RESPONSEHEADER","0"')
    host.ok('AT+HTTPSET="CONTYPE","application/json"')
    host.ok(f'AT+HTTPSET="URL","{form}"')
    host.type(f"AT+HTTPDATA={size}")
    host.host.expect_exact(PROMPT)
    host.host.write(noise(size))
    host.expect("OK")
    status, length = act(host, POST)
    head, body = read(host).split(b"\r\n\r\n", 1)
    assert status == 200 and length == len(head) + 4 + size
    assert b"\r\nX-Type: application/json" in head
    assert body == noise(size)


def test_long_responses(host: FibocomDriver, site: Nginx) -> None:
    """What is kept ends at 1 MiB."""
    set_url(host, site, "large.bin")
    assert act(host) == (200, KEPT_MAX)
    assert read(host) == FILES["large.bin"]
    assert read(host, "AT+HTTPREAD=700000,360000") == FILES["large.bin"][700000:]
    set_url(host, site, "larger.bin")
    host.ok("AT+HTTPACT=0")
    host.host.read_until(b"+HTTP: ")
    host.host.read_until(b"\r\n")
    assert result(host, GET) == (601, 0)
    assert any("longer than" in line for line in host.warnings())
    host.fails("AT+HTTPREAD", "ERROR")


def test_any_length(host: FibocomDriver, site: Nginx) -> None:
    """With MODE 1 a response passes through as it is read."""
    content = FILES["larger.bin"]
    got = b""
    set_url(host, site, "larger.bin")
    host.ok('AT+HTTPSET="MODE","1"')
    assert act(host) == (200, len(content))
    host.type("AT+HTTPREAD")
    while len(got) < len(content):
        host.host.expect_exact(b"\r\n+HTTPREAD: ")
        got += host.host.read(int(host.host.read_until(b"\r\n")[:-2]))
    assert got == content
    host.host.expect_exact(final("OK"))


# ---- FTP ----


@pytest.fixture(params=[Vsftpd, Proftpd], ids=["vsftpd", "proftpd"])
def server(request: pytest.FixtureRequest, certificates: Certificates,
           tmp_path: Path) -> Iterator[FtpServer]:
    with request.param(tmp_path, certificates) as started:
        yield started


def log_in(host: FibocomDriver, server: FtpServer, mode: str = "") -> None:
    host.ok(f'AT+FTPOPEN="localhost","{server.user}","{PASSWORD}","",{mode},{server.port},')
    host.expect("+FTPOPEN: 1")


def does(host: FibocomDriver, line: str, *, well: bool = True, brings: str = "") -> None:
    """OK, then the command's name with 1 or 0."""
    host.ok(line)
    host.expect(f"{line[2:].split('=')[0]}: {int(well)}{brings}")


def put(host: FibocomDriver, name: str, data: bytes, *, append: bool = False) -> None:
    host.type(f'AT+FTPPUT="{name}",{len(data)},{int(append)}')
    host.host.expect_exact(PROMPT)
    host.host.write(data)
    host.expect("OK")
    host.expect("+FTPPUT: 1")


def get(host: FibocomDriver, line: str) -> bytes:
    host.ok(line)
    host.expect("+FTPGET: 2")
    host.expect("+FTPGET: 1")
    data = b""
    while True:
        host.type("AT+FTPRECV=2048")
        host.host.expect_exact(b"\r\n+FTPRECV: ")
        count = int(host.host.read_until(b"\r\n")[:-2])
        data += host.host.read(count)
        host.host.expect_exact((b"\r\n" if count else b"") + final("OK"))
        if count == 0:
            return data


@pytest.mark.parametrize("mode", ["", "0", "1"], ids=["preset", "active", "passive"])
def test_up_and_down(host: FibocomDriver, server: FtpServer, mode: str) -> None:
    data = noise(64000)
    log_in(host, server, mode)
    put(host, "up.bin", data)
    assert server.get("up.bin") == data
    put(host, "up.bin", b"and more", append=True)
    assert server.get("up.bin") == data + b"and more"
    does(host, 'AT+FTPSIZE="up.bin"', brings=",64008")
    assert get(host, 'AT+FTPGET="up.bin",1') == data + b"and more"
    assert get(host, 'AT+FTPGET="up.bin",1,64000') == b"and more"
    host.ok("AT+FTPREST=63999")
    assert get(host, 'AT+FTPGET="up.bin"') == data[-1:] + b"and more"
    put(host, "up.bin", b"less")
    assert server.get("up.bin") == b"less"
    host.answers("AT+FTPCLOSE", "+FTPCLOSE: 1")


def test_folders_and_names(host: FibocomDriver, server: FtpServer) -> None:
    server.put("old.txt", b"text")
    log_in(host, server)
    host.ok("AT+FTPPWD")
    host.host.expect_exact(b'\r\n+FTPPWD: 1,"')
    home = host.host.read_until(b'"\r\n')[:-3].decode().rstrip("/")
    does(host, 'AT+FTPMKD="folder"')
    does(host, 'AT+FTPMKD="folder"', well=False)
    does(host, 'AT+FTPCWD="folder"')
    does(host, "AT+FTPPWD", brings=f',"{home}/folder"')
    does(host, "AT+FTPCDUP")
    does(host, 'AT+FTPRMD="folder"')
    does(host, 'AT+FTPCWD="folder"', well=False)
    does(host, 'AT+FTPREN="old.txt","new.txt"')
    does(host, 'AT+FTPREN="old.txt","new.txt"', well=False)
    assert server.get("new.txt") == b"text"
    host.ok('AT+FTPTIME="new.txt"')
    host.host.expect_exact(b'\r\n+FTPTIME: 1,"20')
    host.host.read_until(b'"\r\n')
    does(host, 'AT+FTPDEL="new.txt"')
    does(host, 'AT+FTPDEL="new.txt"', well=False)
    assert not (server.root / "new.txt").exists()
    does(host, "AT+FTPNOOP")
    does(host, "AT+FTPSYST", brings=',"UNIX Type: L8"')
    host.answers("AT+FTPSTAT", "+FTPSTAT: 1")
    host.answers("AT+FTPCLOSE", "+FTPCLOSE: 1")
    host.answers("AT+FTPSTAT", "+FTPSTAT: 0")


def test_refused_login(host: FibocomDriver, server: FtpServer) -> None:
    host.ok(f'AT+FTPOPEN="localhost","{server.user}","wrong",,,{server.port},0')
    host.expect("+FTPOPEN: 0")
    host.answers("AT+FTPOPEN?", "+FTPOPEN: 0")
    log_in(host, server)
