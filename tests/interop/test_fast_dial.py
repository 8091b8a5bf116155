"""#SSLFASTD: whether a session was resumed is what the server says, not the module.

Source: Telit 1vv0300989 r12 §5 (tab. 3), §5.3; r6 §4.4.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import Nginx, Request

from .driver import NO_CARRIER, Driver

NOTHING_KEPT = 830


@pytest.fixture
def modem(tmp_path: Path) -> Iterator[Modem]:
    with Modem("gl865-dual",
               options=["--trace", "at", "--keylog", str(tmp_path / "keys")]) as started:
        yield started


@pytest.fixture
def cached(nginx: Callable[..., Nginx]) -> Nginx:
    """An nginx that remembers sessions."""
    return nginx(session_cache="builtin:20")


@pytest.fixture
def ready(driver: Driver, certificates: Certificates) -> Driver:
    """Server authentication, so that a full handshake has something to check."""
    driver.enable(3, 1, version=None).tune()
    driver.store_all(certificates)
    return driver


def ask(driver: Driver, server: Nginx, *, closes: bool = False) -> Request:
    """A page over the open connection, and what nginx logs about that connection."""
    before = len(server.requests())
    keep = "close" if closes else "keep-alive"
    driver.send(f"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: {keep}\r\n\r\n".encode())
    page = b""
    while not page.endswith(b"Hello from nginx\n"):
        page += driver.receive()
    if closes:
        driver.host.expect_exact(NO_CARRIER)
    return server.requests(before + 1)[-1]


def fast(driver: Driver) -> None:
    driver.ok("AT#SSLFASTD=1,1")


def test_the_server_says_that_it_was_resumed(ready: Driver, cached: Nginx) -> None:
    ready.dial(cached.port, closure=1)
    assert not ask(ready, cached).resumed
    ready.hang_up()
    for _ in range(3):
        fast(ready)
        request = ask(ready, cached)
        assert (request.resumed, request.protocol, request.cipher) == (True, "TLSv1", "AES256-SHA")
        ready.status("2,3")
        ready.hang_up()


def test_a_session_that_the_server_closed(ready: Driver, cached: Nginx) -> None:
    ready.dial(cached.port, closure=1)
    assert not ask(ready, cached, closes=True).resumed
    fast(ready)
    assert ask(ready, cached, closes=True).resumed
    ready.status("1")
    fast(ready)
    assert ask(ready, cached).resumed
    ready.ok("AT#SSLH=1,0")
    ready.error("AT#SSLFASTD=1,1", NOTHING_KEPT)


def test_closure_type_0_keeps_nothing(ready: Driver, cached: Nginx) -> None:
    ready.dial(cached.port)
    ready.hang_up()
    ready.error("AT#SSLFASTD=1,1", NOTHING_KEPT)
    ready.dial(cached.port)
    assert not ask(ready, cached).resumed
    ready.ok("AT#SSLH=1,1")
    fast(ready)
    assert ask(ready, cached).resumed


def test_a_new_dial_is_a_full_handshake(ready: Driver, cached: Nginx) -> None:
    for _ in range(2):
        ready.dial(cached.port, closure=1)
        assert not ask(ready, cached).resumed
        ready.hang_up()


def test_a_server_without_memory(ready: Driver, nginx: Callable[..., Nginx]) -> None:
    """It gets a full handshake, and the host its connection."""
    server = nginx()
    ready.dial(server.port, closure=1)
    ready.hang_up()
    fast(ready)
    assert not ask(ready, server).resumed


def test_a_server_that_was_started_anew(ready: Driver, certificates: Certificates,
                                        tmp_path: Path) -> None:
    with Nginx(tmp_path, certificates, session_cache="builtin:20") as server:
        ready.dial(server.port, closure=1)
        assert not ask(ready, server).resumed
        ready.hang_up()
        port = server.port
    with Nginx(tmp_path, certificates, session_cache="builtin:20", port=port) as server:
        fast(ready)
        assert not ask(ready, server).resumed
        ready.hang_up()
        fast(ready)
        assert ask(ready, server).resumed


def test_nothing_is_kept_over_a_restart(ready: Driver, cached: Nginx) -> None:
    ready.dial(cached.port, closure=1)
    ready.hang_up()
    ready.ok("AT#REBOOT")
    ready.host.nothing_for(0.1)
    ready.modem.stop()
    ready.modem.start()
    again = Driver(ready.modem).begin().attach()
    again.ok("AT#SSLEN=1,1")
    again.error("AT#SSLFASTD=1,1", NOTHING_KEPT)


# Keys in memory

LARGEST = 1 << 30  # what is larger is a sanitizer's map of the memory, not memory


def master_secrets(path: Path) -> list[bytes]:
    """From a key log: CLIENT_RANDOM <random> <secret>."""
    return [bytes.fromhex(line.split()[2]) for line in path.read_text().splitlines()]


def memory_has(modem: Modem, secret: bytes) -> bool:
    """Whether the bytes stand anywhere in the daemon's memory."""
    folder = Path(f"/proc/{modem.process.pid}")
    with (folder / "mem").open("rb", buffering=0) as memory:
        for line in (folder / "maps").read_text().splitlines():
            match = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if match is None:
                continue
            start, end = (int(word, 16) for word in match.groups())
            if end - start > LARGEST:
                continue
            os.lseek(memory.fileno(), start, os.SEEK_SET)
            try:
                if secret in memory.read(end - start):
                    return True
            except OSError:
                continue  # [vvar] and the like
    return False


@pytest.mark.parametrize("line", ["AT#SSLH=1,0", "AT#SSLEN=1,0", "AT#SSLSECCFG=1,0,0",
                                  "AT#SSLSECDATA=1,0,1"])
def test_keys_leave_memory(ready: Driver, cached: Nginx, tmp_path: Path, line: str) -> None:
    ready.dial(cached.port, closure=1)
    secret, = master_secrets(tmp_path / "keys")
    ready.hang_up()
    assert memory_has(ready.modem, secret)
    fast(ready)
    assert master_secrets(tmp_path / "keys")[-1] == secret
    ready.hang_up()
    ready.ok(line)
    assert not memory_has(ready.modem, secret)


def test_keys_that_are_not_kept_are_gone_at_once(ready: Driver, cached: Nginx,
                                                 tmp_path: Path) -> None:
    ready.dial(cached.port)
    secret, = master_secrets(tmp_path / "keys")
    assert memory_has(ready.modem, secret)
    ready.hang_up()
    assert not memory_has(ready.modem, secret)
