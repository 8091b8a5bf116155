"""The link of src/wrap/ in front of the real network: --link.

Only lower bounds: a busy machine is late, a link is never early.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import Nginx, Peer

from .driver import NO_CARRIER, Driver


ROUNDING_S = 0.01  # the link counts in milliseconds


@contextmanager
def modem_over(link: str) -> Iterator[Driver]:
    with Modem(options=["--trace", "at", "--link", link]) as modem:
        yield Driver(modem).begin().attach()


@contextmanager
def at_least(seconds: float) -> Iterator[None]:
    before = time.monotonic()
    yield
    assert time.monotonic() - before >= seconds - ROUNDING_S


def test_round_trips(peer: Peer) -> None:
    """One to connect, two for a handshake of TLS 1.0 to 1.2, one for an echo."""
    with modem_over("rtt=400") as driver:
        driver.enable().tune(answer_ds=100)
        with at_least(1.2):
            driver.type(driver.dial_line(peer.port, "127.0.0.1", online=True))
            peer.handshake()
            driver.expect("CONNECT")
        with at_least(0.4):
            driver.host.write(b"there and back")
            peer.expect(b"there and back")
            peer.send(b"there and back")
            driver.host.expect_exact(b"there and back")
        with at_least(0.2):
            peer.close()
            driver.host.expect_exact(NO_CARRIER)


def test_a_name_costs_one_more(nginx: Callable[..., Nginx]) -> None:
    server = nginx()
    with modem_over("rtt=400") as driver:
        driver.enable().tune(answer_ds=100)
        with at_least(1.6):
            driver.dial(server.port, "localhost")


def test_rate(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> None:
    """10 kB a second: a page of 20 kB takes two, and comes whole."""
    page = bytes(range(256)) * 80
    folder = tmp_path_factory.mktemp("nginx")
    with Nginx(folder, certificates, files={"index.html": page}) as server, \
            modem_over("down=80,up=40,rtt=100") as driver:
        driver.enable().tune(answer_ds=100)
        driver.dial(server.port, "127.0.0.1", online=True)
        with at_least(len(page) / 10_000):
            driver.host.write(b"GET / HTTP/1.0\r\n\r\n")
            answer = driver.host.read_until(NO_CARRIER, 60)
    assert answer.endswith(b"\r\n\r\n" + page + NO_CARRIER)
