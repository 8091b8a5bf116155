"""What a peer that does not read means to a host that sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem

from .bulk_peer import BulkPeer, Exchange, digest_of
from .quectel_driver import SEND_MAX, QuectelDriver

# More than the network takes on its own account: what the kernel lets a sender have, and what it
# holds for a peer that does not read (bulk_peer.py).
STALLED = int(Path("/proc/sys/net/ipv4/tcp_wmem").read_text().split()[2]) + 1_000_000


@pytest.fixture
def host() -> Iterator[QuectelDriver]:
    with Modem("m95", "unix") as modem:
        host = QuectelDriver(modem).begin()
        yield host


def peer_of(certificates: Certificates, **options: int) -> BulkPeer:
    return BulkPeer(certificates.chain("server"), certificates.key("server"),
                    **options)  # type: ignore[arg-type]


def send_some(host: QuectelDriver, socket: int, exchange: Exchange) -> bool:
    """One block, if there is one; False when the peer does not take it."""
    piece = exchange.next_piece()
    if piece is None:
        return True
    block = bytes(piece[:SEND_MAX])
    if not host.try_send(socket, block):
        return False
    exchange.took(len(block))
    return True


def test_a_peer_that_does_not_read(host: QuectelDriver, certificates: Certificates) -> None:
    """SEND FAIL until it reads again; then everything that was SEND OK has arrived, once."""
    with peer_of(certificates, receive=STALLED, hold=True) as peer:  # type: ignore[arg-type]
        host.open(0, 1, peer.port)
        exchange = Exchange(7, STALLED, 0)
        while send_some(host, 0, exchange):
            assert not exchange.is_sent, "the peer's machine took all of it"
        host.is_ready()
        assert not send_some(host, 0, exchange)
        peer.release()
        while not exchange.is_sent:
            send_some(host, 0, exchange)
        done = peer.hear("done")
        assert (done["received"], done["digest"]) == (STALLED, digest_of(7, STALLED))
