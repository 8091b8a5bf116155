"""FTP, plain and under TLS, with vsftpd and ProFTPD: every command against a real server.

Source: Telit 1vv0300989 r12 §6; docs/facts/telit.md §3.
"""

from __future__ import annotations

import hashlib
import select
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.certs import Certificates
from support.ftp_servers import PASSWORD, FtpServer, Proftpd, Vsftpd
from support.modem import Modem

from .bulk_peer import much
from .driver import ANSWER_S, NO_CARRIER, PROMPT, SILENCE_S, Driver, FdHost, final, open_fd_host
from .kept import Kept

ACTIVE, PASSIVE = 0, 1

TEXT = b"".join(b"%05d the quick brown fox\r\n" % i for i in range(40))
BINARY = bytes(range(256)) * 40 + b"+++" + bytes(range(255, -1, -1))

BIG = much(100_000_000, part=20_000_000, least=20_000_000)

Start = Callable[..., FtpServer]


@pytest.fixture
def start(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory,
          kept: Kept) -> Start:
    """Starts a server of this kind with these options, one for each set of options in the file."""
    def make_server(kind: type[FtpServer], **options: Any) -> FtpServer:
        return kind(tmp_path_factory.mktemp(kind.name), certificates, **options)
    return kept.starter(make_server)


BOTH = pytest.mark.parametrize("kind", [Vsftpd, Proftpd], ids=["vsftpd", "proftpd"])
EITHER = pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
MODES = pytest.mark.parametrize("mode", [ACTIVE, PASSIVE], ids=["active", "passive"])


def open_line(server: FtpServer, mode: int = PASSIVE, *, host: str = "localhost",
              password: str = PASSWORD) -> str:
    return f'AT#FTPOPEN="{host}:{server.port}","{server.user}","{password}",{mode}'


def prepare(driver: Driver, certificates: Certificates, *, secure: bool, auth: int = 1) -> None:
    """r12 §6: FTPCFG, then security, with the CA certificate."""
    if not secure:
        return
    driver.ok("AT#FTPCFG=100,0,1")
    driver.ok(f"AT#SSLSECCFG=1,0,{auth}")
    driver.store_all(certificates, client="client" if auth == 2 else "")


def begin(driver: Driver, server: FtpServer, certificates: Certificates,
          mode: int = PASSIVE) -> None:
    prepare(driver, certificates, secure=server.secure)
    driver.ok(open_line(server, mode))


def download(driver: Driver, line: str) -> bytes:
    """CONNECT, the bytes, NO CARRIER."""
    driver.fails(line, "CONNECT")
    data = driver.host.read_until(NO_CARRIER)
    return data[:-len(NO_CARRIER)]


def upload(driver: Driver, line: str, data: bytes) -> None:
    """CONNECT, the bytes, +++, NO CARRIER."""
    driver.fails(line, "CONNECT")
    driver.host.write(data)
    driver.host.silence(SILENCE_S)
    driver.host.write(b"+++")
    driver.host.expect_exact(NO_CARRIER)


@BOTH
@EITHER
@MODES
def test_files(driver: Driver, start: Start, certificates: Certificates, kind: type[FtpServer],
               secure: bool, mode: int) -> None:
    """Down, up, append, size, delete and list, in binary."""
    server = start(kind, secure=secure)
    server.put("down.bin", BINARY)
    server.put("empty.bin", b"")
    begin(driver, server, certificates, mode)
    driver.answers("AT#FTPTYPE?", "#FTPTYPE: 0")
    assert download(driver, 'AT#FTPGET="down.bin"') == BINARY
    assert download(driver, 'AT#FTPGET="empty.bin"') == b""
    upload(driver, 'AT#FTPPUT="up.bin"', BINARY)
    assert server.get("up.bin") == BINARY
    upload(driver, 'AT#FTPAPP="up.bin",0', b"and more")
    assert server.get("up.bin") == BINARY + b"and more"
    driver.answers('AT#FTPFSIZE="up.bin"', f"#FTPFSIZE: {len(BINARY) + 8}")
    listing = download(driver, "AT#FTPLIST")
    assert b"down.bin\r\n" in listing and b"up.bin\r\n" in listing
    assert download(driver, 'AT#FTPLIST="down.bin"').endswith(b"down.bin\r\n")
    driver.ok('AT#FTPDELE="up.bin"')
    driver.error('AT#FTPDELE="up.bin"', 632)
    driver.error('AT#FTPGET="up.bin"', 632)
    driver.error('AT#FTPFSIZE="up.bin"', 632)
    driver.ok("AT#FTPCLOSE")
    driver.error('AT#FTPGET="down.bin"', 607)


@BOTH
@EITHER
def test_folders(driver: Driver, start: Start, certificates: Certificates, kind: type[FtpServer],
                 secure: bool) -> None:
    server = start(kind, secure=secure)
    (server.root / "inner folder").mkdir(exist_ok=True)
    begin(driver, server, certificates)
    where = driver.query("AT#FTPPWD")
    assert where.startswith('#FTPPWD: 257 "')
    driver.ok('AT#FTPCWD="inner folder"')
    assert driver.query("AT#FTPPWD").split('"')[1].endswith("/inner folder")
    assert driver.query("AT#FTPMSG").startswith("#FTPMSG: 257 ")
    driver.ok("AT#FTPCWD=")
    driver.ok('AT#FTPCWD=".."')
    assert driver.query("AT#FTPPWD") == where
    driver.error('AT#FTPCWD="nowhere"', 632)
    assert driver.query("AT#FTPMSG").startswith("#FTPMSG: 550 ")
    driver.ok("AT#FTPCLOSE")


@BOTH
@EITHER
def test_text(driver: Driver, start: Start, certificates: Certificates, kind: type[FtpServer],
              secure: bool) -> None:
    """ASCII type: lines end with CR LF on the way, with LF on the server."""
    server = start(kind, secure=secure)
    server.put("lines.txt", TEXT.replace(b"\r\n", b"\n"))
    begin(driver, server, certificates)
    driver.ok("AT#FTPTYPE=1")
    driver.answers("AT#FTPTYPE?", "#FTPTYPE: 1")
    assert download(driver, 'AT#FTPGET="lines.txt"') == TEXT
    upload(driver, 'AT#FTPPUT="up.txt"', TEXT)
    assert server.get("up.txt") == TEXT.replace(b"\r\n", b"\n")
    driver.ok("AT#FTPTYPE=0")
    assert download(driver, 'AT#FTPGET="up.txt"') == TEXT.replace(b"\r\n", b"\n")
    driver.ok("AT#FTPCLOSE")


@BOTH
@EITHER
def test_resume(driver: Driver, start: Start, certificates: Certificates, kind: type[FtpServer],
                secure: bool) -> None:
    """#FTPREST counts for one download."""
    server = start(kind, secure=secure)
    server.put("rest.bin", BINARY)
    begin(driver, server, certificates)
    driver.answers("AT#FTPREST?", "#FTPREST: 0")
    driver.ok("AT#FTPREST=5000")
    assert b"rest.bin" in download(driver, "AT#FTPLIST")
    upload(driver, 'AT#FTPPUT="other.bin"', BINARY)
    server.wait_for("other.bin", BINARY)
    driver.answers("AT#FTPREST?", "#FTPREST: 5000")
    assert download(driver, 'AT#FTPGET="rest.bin"') == BINARY[5000:]
    driver.answers("AT#FTPREST?", "#FTPREST: 0")
    assert download(driver, 'AT#FTPGET="rest.bin"') == BINARY
    driver.ok("AT#FTPREST=10000")
    assert receive_packets(driver, "rest.bin") == BINARY[10000:]
    driver.ok("AT#FTPCLOSE")


def receive_packets(driver: Driver, name: str, block: int = 1000) -> bytes:
    """#FTPGETPKT and #FTPRECV until the module says that all was read."""
    driver.ok(f'AT#FTPGETPKT="{name}"')
    driver.type("AT#FTPGETPKT?")
    driver.host.expect_exact(b"\r\n#FTPGETPKT: %s,0,0\r\n" % name.encode() + final("OK"))
    got = b""
    deadline = time.monotonic() + ANSWER_S
    while time.monotonic() < deadline:
        driver.type(f"AT#FTPRECV={block}")
        head = driver.host.read_until(b"\r\n")
        assert head == b"\r\n"
        line = driver.host.read_until(b"\r\n")[:-2]
        if not line.startswith(b"#FTPRECV: "):
            assert line == b"+CME ERROR: 614"
            break
        count = int(line[len(b"#FTPRECV: "):])
        assert count <= block
        got += driver.host.read(count)
        driver.host.expect_exact(b"\r\n" + final("OK"))
    driver.answers("AT#FTPGETPKT?", f"#FTPGETPKT: {name},0,1")
    return got


@BOTH
@EITHER
@MODES
def test_packets(driver: Driver, start: Start, certificates: Certificates, kind: type[FtpServer],
                 secure: bool, mode: int) -> None:
    """Transfers in command mode, both ways; other commands wait for their end."""
    server = start(kind, secure=secure)
    server.put("packets.bin", BINARY)
    begin(driver, server, certificates, mode)
    assert receive_packets(driver, "packets.bin", 3000) == BINARY
    driver.error('AT#FTPGETPKT="nothing.bin"', 632)
    driver.ok('AT#FTPPUT="chunks.bin",1')
    driver.error('AT#FTPGET="packets.bin"', 613)
    driver.error("AT#FTPRECV=10", 614)
    for at in range(0, len(BINARY), 1500):
        chunk = BINARY[at:at + 1500]
        last = at + 1500 >= len(BINARY)
        driver.type(f"AT#FTPAPPEXT={len(chunk)}" + (",1" if last else ""))
        driver.host.expect_exact(PROMPT)
        driver.host.write(chunk)
        driver.host.expect_exact(f"\r\n#FTPAPPEXT: {len(chunk)}\r\n".encode() + final("OK"))
    assert server.get("chunks.bin") == BINARY
    driver.error("AT#FTPAPPEXT=10", 614)
    driver.ok('AT#FTPAPP="chunks.bin",1')
    driver.type("AT#FTPAPPEXT=4")
    driver.host.expect_exact(PROMPT)
    driver.host.write(b"tail")
    driver.host.expect_exact(b"\r\n#FTPAPPEXT: 4\r\n" + final("OK"))
    driver.ok("AT#FTPCLOSE")  # ends the upload first
    server.wait_for("chunks.bin", BINARY + b"tail")


@BOTH
@EITHER
def test_host_that_asks_for_the_end(driver: Driver, start: Start, certificates: Certificates,
                                    kind: type[FtpServer], secure: bool) -> None:
    """Many hosts ask #FTPGETPKT? after each #FTPRECV and take any error for a failure."""
    server = start(kind, secure=secure)
    begin(driver, server, certificates)
    for size in (0, 1, 480, 481, 3000, 9600):
        server.put("ask.bin", BINARY[:size])
        driver.ok('AT#FTPGETPKT="ask.bin"')
        got, deadline = b"", time.monotonic() + ANSWER_S
        while driver.query("AT#FTPGETPKT?") == "#FTPGETPKT: ask.bin,0,0":
            assert time.monotonic() < deadline
            driver.type("AT#FTPRECV=480")
            driver.host.expect_exact(b"\r\n#FTPRECV: ")
            count = int(driver.host.read_until(b"\r\n"))
            got += driver.host.read(count)
            driver.host.expect_exact(b"\r\n" + final("OK"))
        assert got == BINARY[:size]
    driver.ok("AT#FTPCLOSE")


@BOTH
@EITHER
def test_host_that_counts(driver: Driver, start: Start, certificates: Certificates,
                          kind: type[FtpServer], secure: bool) -> None:
    """Others ask for the size, count, and go on at once."""
    server = start(kind, secure=secure)
    begin(driver, server, certificates)
    for number in range(10):
        server.put("count.bin", BINARY[:400])
        driver.answers('AT#FTPFSIZE="count.bin"', "#FTPFSIZE: 400")
        driver.ok('AT#FTPGETPKT="count.bin"')
        got = b""
        while len(got) < 400:
            driver.type("AT#FTPRECV=480")
            driver.host.expect_exact(b"\r\n#FTPRECV: ")
            count = int(driver.host.read_until(b"\r\n"))
            got += driver.host.read(count)
            driver.host.expect_exact(b"\r\n" + final("OK"))
        assert got == BINARY[:400]
        if number % 2:
            driver.ok('AT#FTPDELE="count.bin"')
    driver.ok("AT#FTPCLOSE")


@BOTH
def test_hexadecimal(driver: Driver, start: Start, certificates: Certificates,
                     kind: type[FtpServer]) -> None:
    server = start(kind, secure=False)
    server.put("short.bin", b"\x00\xffOK")
    begin(driver, server, certificates)
    driver.ok('AT#FTPGETPKT="short.bin",1')
    while driver.query("AT#FTPRECV?") != "#FTPRECV: 4":
        pass
    driver.answers("AT#FTPRECV=3000", "#FTPRECV: 4", "00FF4F4B")
    driver.ok("AT#FTPCLOSE")


@BOTH
@EITHER
def test_folder_of_5000_names(driver: Driver, start: Start, certificates: Certificates,
                              kind: type[FtpServer], secure: bool) -> None:
    server = start(kind, secure=secure)
    folder = server.root / "many"
    folder.mkdir(exist_ok=True)
    names = [f"file-{i:04d}-with-a-name.txt" for i in range(5000)]
    for name in names:
        (folder / name).touch()
    begin(driver, server, certificates)
    driver.ok('AT#FTPCWD="many"')
    listing = download(driver, "AT#FTPLIST").decode().splitlines()
    assert sorted(line.split()[-1] for line in listing if "file-" in line) == names
    driver.ok("AT#FTPCLOSE")


@pytest.fixture
def quick() -> Iterator[Modem]:
    """A modem without a trace."""
    with Modem() as modem:
        yield modem


@pytest.fixture
def host(quick: Modem) -> Iterator[FdHost]:
    host = open_fd_host(quick)
    yield host
    host.close()


def noise(count: int) -> bytes:
    block = hashlib.shake_256(b"ftp").digest(1_000_003)
    return (block * (count // len(block) + 1))[:count]


@pytest.mark.parametrize(("kind", "secure"), [(Vsftpd, False), (Vsftpd, True), (Proftpd, True)],
                         ids=["plain-vsftpd", "tls-vsftpd", "tls-proftpd"])
def test_big_file(quick: Modem, host: FdHost, start: Start, certificates: Certificates,
                  kind: type[FtpServer], secure: bool) -> None:
    """Much, down and up, told by SHA-256."""
    server = start(kind, secure=secure)
    data = noise(BIG)
    server.put("big.bin", data)
    driver = Driver(quick, host).begin().attach()
    begin(driver, server, certificates)
    driver.ok('AT#FTPTYPE=0')
    driver.fails('AT#FTPGET="big.bin"', "CONNECT")
    digest = hashlib.sha256()
    left, tail = len(data), b""
    while left > 0:
        assert select.select([host.fd], [], [], ANSWER_S)[0], f"{left} bytes are missing"
        piece = host.read_some()
        digest.update(piece[:left])
        tail = piece[left:]
        left -= min(left, len(piece))
    host.expect_exact(NO_CARRIER[len(tail):])
    assert NO_CARRIER.startswith(tail)
    assert digest.hexdigest() == hashlib.sha256(data).hexdigest()
    driver.fails('AT#FTPPUT="big-up.bin"', "CONNECT")
    assert host.push(data) == b""
    host.silence(SILENCE_S)
    host.write(b"+++")
    host.expect_exact(NO_CARRIER)
    sent = (server.root / "big-up.bin").read_bytes()
    assert hashlib.sha256(sent).hexdigest() == hashlib.sha256(data).hexdigest()
    driver.ok("AT#FTPCLOSE")
    (server.root / "big.bin").unlink()
    (server.root / "big-up.bin").unlink()
