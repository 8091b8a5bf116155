"""What the interop tests share: a modem with a driver, and servers that live for a whole file."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import GnutlsServ, Nginx, Peer

from .driver import Driver


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


@pytest.fixture(scope="module")
def nginx(certificates: Certificates,
          tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Nginx]]:
    """Starts an nginx with these options, one for each set of options in a file."""
    with ExitStack() as stack:
        @functools.cache
        def start(**options: str) -> Nginx:
            folder = tmp_path_factory.mktemp("nginx")
            return stack.enter_context(Nginx(folder, certificates, **options))  # type: ignore
        yield start


@pytest.fixture(scope="module")
def gnutls(certificates: Certificates,
           tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., GnutlsServ]]:
    """The same for gnutls-serv, which has RC4; GET / answers with what was negotiated."""
    with ExitStack() as stack:
        @functools.cache
        def start(**options: str) -> GnutlsServ:
            folder = tmp_path_factory.mktemp("gnutls")
            server = GnutlsServ(folder, certificates, mode="http", **options)  # type: ignore
            return stack.enter_context(server)
        yield start
