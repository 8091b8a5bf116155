"""HTTP, HTTPS, FTP and the time of a Fibocom module, with real servers.

Source: NL668 HTTP V1.2.3; docs/facts/fibocom.md §2.6, §3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.ftp_servers import PASSWORD, Vsftpd
from support.modem import Modem
from support.servers import Nginx

from .driver import final
from .fibocom_driver import PROMPT, FibocomDriver
from .observe import wait_until


@pytest.fixture(params=["l610", "nl668-cn-00"])
def host(request: pytest.FixtureRequest) -> Iterator[FibocomDriver]:
    with Modem(request.param) as modem:
        yield FibocomDriver(modem).begin()


def act(host: FibocomDriver, mode: int, kind: str = "HTTP") -> tuple[int, int]:
    """Status and length of the response."""
    host.ok(f"AT+HTTPACT={mode},20")
    host.expect(f"+{kind}: 1")
    host.host.expect_exact(f"\r\n+HTTPRES: {mode},".encode())
    status, length = host.host.read_until(b"\r\n")[:-2].split(b",")
    return int(status), int(length)


def read(host: FibocomDriver, length: int) -> bytes:
    """The response in parts, as drivers read it."""
    got = b""
    while len(got) < length:
        part = min(1000, length - len(got))
        host.type(f"AT+HTTPREAD={len(got)},{part}")
        host.host.expect_exact(f"\r\n+HTTPREAD: {part}\r\n".encode())
        got += host.host.read(part)
        host.host.expect_exact(final("OK"))
    return got


def set_url(host: FibocomDriver, url: str) -> None:
    host.ok(f'AT+HTTPSET="URL","{url}"')


def test_get_in_clear(host: FibocomDriver, nginx: Callable[..., Nginx]) -> None:
    server = nginx()
    set_url(host, f"http://localhost:{server.plain_port}/")
    status, length = act(host, 0)
    head, _, body = read(host, length).partition(b"\r\n\r\n")
    assert status == 200
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == b"Hello from nginx\n"


def test_get_over_tls_with_verification(host: FibocomDriver, certificates: Certificates,
                                        nginx: Callable[..., Nginx]) -> None:
    server = nginx()
    host.load("TRUSTFILE", certificates.pem("ca").read_bytes())
    host.ok("AT+GTSSLMODE=1")
    host.ok("AT+GTSSLVER=4")
    host.ok('AT+HTTPSET="RESPONSEHEADER","1"')
    if host.modem.model != "l610":
        host.ok("AT+GTSSLCIPHER=255,1")  # nginx has no 3DES, and no DHE
    set_url(host, f"https://localhost/:{server.port}")
    status, length = act(host, 0, "HTTPS")
    assert (status, read(host, length)) == (200, b"Hello from nginx\n")
    wait_until(lambda: "TLSv1.2" in [request.protocol for request in server.requests()],
               "nginx has seen no TLS 1.2")
    host.reason(0)


def test_redirect(host: FibocomDriver, nginx: Callable[..., Nginx]) -> None:
    server = nginx()
    host.ok('AT+HTTPSET="RESPONSEHEADER","1"')
    set_url(host, f"http://localhost:{server.plain_port}/moved/")
    assert act(host, 0)[0] == 302
    host.ok('AT+HTTPSET="REDIR","1"')
    status, length = act(host, 0)
    assert (status, read(host, length)) == (200, b"Hello from nginx\n")


def test_post(host: FibocomDriver, nginx: Callable[..., Nginx]) -> None:
    """nginx takes no POST for a file, and says so: 405."""
    server = nginx()
    host.type("AT+HTTPDATA=3")
    host.host.expect_exact(PROMPT)
    host.host.write(b"a=b")
    host.expect("OK")
    set_url(host, f"http://localhost:{server.plain_port}/")
    assert act(host, 1)[0] == 405


def test_time(host: FibocomDriver, time_server: int) -> None:
    host.ok(f'AT+MIPNTP="127.0.0.1",{time_server}')
    host.expect("+MIPNTP: 1")
    assert re.fullmatch(r'\+CCLK: "20/02/29,1[12]:.*"', host.query("AT+CCLK?"))


def fetch(host: FibocomDriver) -> bytes:
    """+FTPRECV until there is no more."""
    got = b""
    while True:
        host.type("AT+FTPRECV=1024")
        host.host.expect_exact(b"\r\n+FTPRECV: ")
        count = int(host.host.read_until(b"\r\n")[:-2])
        if count > 0:
            got += host.host.read(count)
            host.host.expect_exact(b"\r\n")
        host.host.expect_exact(final("OK"))
        if count == 0:
            return got


def test_ftp(host: FibocomDriver, certificates: Certificates, tmp_path: Path) -> None:
    content = bytes(range(256)) * 400
    with Vsftpd(tmp_path, certificates) as server:
        server.put("firmware.bin", content)
        host.ok(f'AT+FTPOPEN="127.0.0.1","{server.user}","{PASSWORD}","",,{server.port},')
        host.expect("+FTPOPEN: 1")
        host.ok("AT+FTPLIST")
        host.expect("+FTPLIST: 2")
        assert b"firmware.bin" in host.host.read_until(b"\r\n+FTPLIST: 1\r\n")
        host.ok('AT+FTPGET="firmware.bin",1')
        host.expect("+FTPGET: 2")
        host.expect("+FTPGET: 1")
        assert fetch(host) == content
        host.ok('AT+FTPGET="firmware.bin",1,102000')
        host.expect("+FTPGET: 2")
        host.expect("+FTPGET: 1")
        assert fetch(host) == content[102000:]
        host.answers("AT+FTPCLOSE", "+FTPCLOSE: 1")
