"""Six secure sockets at once with much data both ways, and what a peer that does not read means.

How much goes through each is $TLSMODEM_QUECTEL_BULK bytes; the test suite is content with little.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from support.certs import Certificates
from support.modem import Modem

from .bulk_peer import BulkPeer, Exchange, digest_of
from .quectel_driver import SEND_MAX, QuectelDriver

BULK = int(os.environ.get("TLSMODEM_QUECTEL_BULK", "200000"))
SOCKETS = range(6)
DOWN_SEED = 1  # of BulkPeer
STALLED = 4_000_000  # more than the network takes on its own account


@pytest.fixture
def host() -> Iterator[QuectelDriver]:
    with Modem("m95", "unix") as modem:
        host = QuectelDriver(modem).begin()
        for context in SOCKETS:
            host.configure(context, version=1 + context % 3)
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


def test_six_sockets_at_once(host: QuectelDriver, certificates: Certificates) -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(peer_of(certificates, send=BULK, receive=BULK))
                 for _ in SOCKETS]
        exchanges = [Exchange(10 + socket, BULK, BULK) for socket in SOCKETS]
        for socket in SOCKETS:
            host.dial(socket, socket, peers[socket].port)
            while (line := host.line()) != f"+QSSLOPEN: {socket},0":
                assert line.startswith('+QSSLURC: "recv",0,'), line
        while not all(exchange.is_sent and exchange.is_received for exchange in exchanges):
            for socket, exchange in zip(SOCKETS, exchanges):
                send_some(host, socket, exchange)
                if not exchange.is_received:
                    exchange.got(host.receive(socket))
        for socket, (peer, exchange) in enumerate(zip(peers, exchanges)):
            done = peer.hear("done")
            assert (done["received"], done["digest"]) == (BULK, digest_of(10 + socket, BULK))
            assert exchange.digest == digest_of(DOWN_SEED, BULK)


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
