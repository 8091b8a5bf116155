"""What the interop tests share: a modem with a driver, and servers that live for a whole file."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import GnutlsServ, Nginx, Peer

from .driver import Driver
from .kept import Kept

KEPT = pytest.StashKey[Kept]()
NTP_EPOCH = 2208988800  # 1970 in seconds since 1900


@pytest.fixture
def time_server() -> Iterator[int]:
    """An NTP server whose time is 2020-02-29T12:00:00Z."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))

        def answer() -> None:
            request, client = listener.recvfrom(100)
            now = struct.pack(">II", 1582977600 + NTP_EPOCH, 0)
            listener.sendto(struct.pack(">BBbb", 0x24, 1, 6, -20) + bytes(8) + b"LOCL" + now
                            + request[40:48] + now + now, client)
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


@pytest.fixture(scope="module", name="kept_by_file")
def fixture_kept_by_file() -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.close()


@pytest.fixture
def kept(request: pytest.FixtureRequest, kept_by_file: Kept) -> Kept:
    """What this file keeps."""
    request.node.stash[KEPT] = kept_by_file
    return kept_by_file


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Nothing is kept after a failure."""
    outcome = yield
    if outcome.get_result().failed and (kept := item.stash.get(KEPT, None)) is not None:
        try:
            kept.close()
        except Exception as error:  # the test has failed already, for a reason of its own
            print(f"what was kept ends badly: {error}")


@pytest.fixture
def modem() -> Iterator[Modem]:
    """A modem on a PTY that forgets all; its log has the conversation, for failures."""
    with Modem(options=["--trace", "at,socket"]) as started:
        yield started


@pytest.fixture
def driver(modem: Modem) -> Driver:
    """A host with an active context."""
    return Driver(modem).begin().attach()


@pytest.fixture
def peer(certificates: Certificates) -> Iterator[Peer]:
    """A scripted TLS server of the test's own."""
    with Peer(certificates) as made:
        yield made


@pytest.fixture
def nginx(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory,
          kept: Kept) -> Callable[..., Nginx]:
    """Starts an nginx with these options, one for each set of options in a file."""
    def make_nginx(**options: Any) -> Nginx:
        return Nginx(tmp_path_factory.mktemp("nginx"), certificates, **options)
    return kept.starter(make_nginx)


@pytest.fixture
def gnutls(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory,
           kept: Kept) -> Callable[..., GnutlsServ]:
    """The same for gnutls-serv, which has RC4; GET / answers with what was negotiated."""
    def make_gnutls(**options: Any) -> GnutlsServ:
        return GnutlsServ(tmp_path_factory.mktemp("gnutls"), certificates, mode="http", **options)
    return kept.starter(make_gnutls)
