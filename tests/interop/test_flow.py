"""Data through an open socket: much of it, slowly read, in the right pieces, at the right times.

Source: Telit 1vv0300989 r12 §4.5 (pktSz, maxTo, txTo, sslSRingMode, noCarrierMode), §5.1, §5.4.4.
"""

from __future__ import annotations

import os
import re
import select
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.ready import read_ready
from support.servers import Peer

from .bulk_peer import BulkPeer, Exchange, digest_of, much
from .driver import ANSWER_S, NO_CARRIER, PROMPT, SILENCE_S, Driver, FdHost, final, open_fd_host
from .observe import MemoryMark

GIGABYTE, MEGABYTE = 1 << 30, 10 ** 6
BULK = much(GIGABYTE, part=64 * MEGABYTE, least=64 * MEGABYTE)
SLOW_BULK = 24 * MEGABYTE
# What kernel buffers between a sender and a reader that does not read may hold (tcp_wmem, tcp_rmem).
KERNEL_MAX = 16 * MEGABYTE
AES_128, NULL = 3, 4
PEER_SEED, HOST_SEED = 1, 2


@pytest.fixture
def quick() -> Iterator[Modem]:
    """A modem without a trace, which would be as long as the data."""
    with Modem() as modem:
        yield modem


@pytest.fixture
def host(quick: Modem) -> Iterator[FdHost]:
    host = open_fd_host(quick)
    yield host
    host.close()


def bulk_peer(certificates: Certificates, **options: int) -> BulkPeer:
    return BulkPeer(certificates.chain("server"), certificates.key("server"),
                    **options)  # type: ignore[arg-type]


def begin(modem: Modem, host: FdHost, cipher: int = AES_128) -> Driver:
    return Driver(modem, host).begin().attach().enable(cipher).tune()


def connect(driver: Driver, peer: Peer, *, online: bool) -> None:
    driver.type(driver.dial_line(peer.port, online=online))
    peer.handshake()
    driver.expect("CONNECT" if online else "OK")


def exchange_all(host: FdHost, exchange: Exchange) -> None:
    """Both ways at once until all is sent and received."""
    until = time.monotonic() + ANSWER_S
    if early := host.read_some():  # came in one piece with CONNECT
        exchange.got(early)
    while not (exchange.is_sent and exchange.is_received):
        if time.monotonic() > until:
            host.fail(f"nothing moves: sent {exchange.sent} of {exchange.send_count}, "
                      f"received {exchange.received} of {exchange.receive_count}")
        writers = [] if exchange.is_sent else [host.fd]
        readable, writable, _ = select.select([host.fd], writers, [], 1.0)
        if readable or writable:
            until = time.monotonic() + ANSWER_S
        if readable:
            exchange.got(read_ready(host.fd))
        piece = exchange.next_piece()
        if writable and piece is not None:
            exchange.took(host.write_some(piece))  # type: ignore[arg-type]


# Bulk


@pytest.mark.parametrize(("down", "up"), [(BULK, 0), (0, BULK), (BULK, BULK)],
                         ids=["to the host", "to the peer", "both ways"])
def test_bulk(quick: Modem, host: FdHost, certificates: Certificates, down: int, up: int,
              record_property: Callable[[str, object], None]) -> None:
    """Every byte arrives, in order, and the daemon does not grow."""
    driver = begin(quick, host)
    with bulk_peer(certificates, send=down, receive=up) as peer:
        driver.dial(peer.port, online=True)
        memory = MemoryMark(quick)
        exchange = Exchange(HOST_SEED, up, down)
        since = time.monotonic()
        exchange_all(host, exchange)
        done = peer.hear("done")
        seconds = time.monotonic() - since
        grown = memory.grown_kib()
        assert (exchange.received, exchange.digest) == (down, digest_of(PEER_SEED, down))
        assert (done["received"], done["digest"]) == (up, digest_of(HOST_SEED, up))
        memory.check()
        driver.escape()
        driver.status(f"2,{AES_128}")
        driver.hang_up()
    record_property("figures", f"{(down + up) / MEGABYTE / seconds:.1f} MB/s, +{grown} kB")
    print(f"down {down}, up {up}: {seconds:.2f} s, {(down + up) / MEGABYTE / seconds:.1f} MB/s, "
          f"resident +{grown} kB")


def test_host_that_does_not_read(quick: Modem, host: FdHost, certificates: Certificates) -> None:
    """The peer is stopped by TCP, not by our memory; nothing is lost when the host reads again."""
    driver = begin(quick, host)
    with bulk_peer(certificates, send=SLOW_BULK) as peer:
        memory = MemoryMark(quick)
        driver.dial(peer.port, online=True)
        assert peer.hear("stalled")["sent"] < KERNEL_MAX
        memory.check()
        exchange = Exchange(HOST_SEED, 0, SLOW_BULK)
        exchange_all(host, exchange)
        assert exchange.digest == digest_of(PEER_SEED, SLOW_BULK)
        driver.escape()


def test_host_that_does_not_read_may_still_write(quick: Modem, host: FdHost,
                                                 certificates: Certificates) -> None:
    """One direction that stands still must not stop the other."""
    driver = begin(quick, host)
    with bulk_peer(certificates, send=SLOW_BULK, receive=MEGABYTE) as peer:
        driver.dial(peer.port, online=True)
        peer.hear("stalled")
        exchange = Exchange(HOST_SEED, MEGABYTE, 0)
        while (piece := exchange.next_piece()) is not None:
            assert select.select([], [host.fd], [], ANSWER_S)[1], f"stuck after {exchange.sent} bytes"
            exchange.took(host.write_some(piece))  # type: ignore[arg-type]
        while peer.hear("stalled")["received"] < MEGABYTE:
            pass
        exchange = Exchange(HOST_SEED, 0, SLOW_BULK)
        exchange_all(host, exchange)
        assert exchange.digest == digest_of(PEER_SEED, SLOW_BULK)
        assert peer.hear("done")["digest"] == digest_of(HOST_SEED, MEGABYTE)


def test_escape_in_the_middle_of_a_flood(quick: Modem, host: FdHost,
                                         certificates: Certificates) -> None:
    """The host interrupts, asks, reads a part with a command, and goes on: nothing is lost."""
    driver = begin(quick, host)
    with bulk_peer(certificates, send=SLOW_BULK) as peer:
        driver.dial(peer.port, online=True)
        peer.hear("stalled")
        exchange = Exchange(HOST_SEED, 0, SLOW_BULK)
        exchange.got(host.read(300_000))
        time.sleep(SILENCE_S)  # the host neither reads nor writes: the silence before +++
        host.write(b"+++")
        exchange.got(read_up_to(host, final("OK")))
        driver.status(f"2,{AES_128}")
        for _ in range(3):
            exchange.got(driver.receive(1000))
        driver.go_online()
        exchange.got(host.read_some())
        exchange_all(host, exchange)
        assert exchange.digest == digest_of(PEER_SEED, SLOW_BULK)
        driver.escape()


def read_up_to(host: FdHost, end: bytes) -> bytes:
    """All that comes before `end`, behind which the module is silent."""
    got = b""
    while not got.endswith(end):
        assert host.wait_for_more(ANSWER_S), f"no {end!r}, the last was {got[-40:]!r}"
        got += host.read_some()
    return got[:-len(end)]


def test_peer_that_sends_all_and_closes_is_read_to_the_end(quick: Modem, host: FdHost,
                                                           peer: Peer) -> None:
    """The host reads late: it still gets every byte, then NO CARRIER."""
    data = os.urandom(200_000)
    driver = begin(quick, host)
    connect(driver, peer, online=True)
    peer.send(data)
    peer.close()
    host.wait_for_more(0.3)
    host.expect_exact(data + NO_CARRIER)
    driver.status("1")


def test_peer_that_sends_in_crumbs(driver: Driver, peer: Peer) -> None:
    """A record for each byte."""
    data = bytes(range(256)) * 8
    driver.enable().tune()
    connect(driver, peer, online=True)
    for at in range(len(data)):
        peer.send(data[at:at + 1])
    driver.host.expect_exact(data)


def test_peer_that_does_not_read(quick: Modem, host: FdHost, certificates: Certificates) -> None:
    """The host is stopped by its port; nothing is lost when the peer reads again."""
    driver = begin(quick, host)
    with bulk_peer(certificates, receive=SLOW_BULK, hold=True) as peer:
        memory = MemoryMark(quick)
        driver.dial(peer.port, online=True)
        exchange = Exchange(HOST_SEED, SLOW_BULK, 0)
        last = -1
        while exchange.sent != last:
            last = exchange.sent
            while select.select([], [host.fd], [], 0.4)[1] and not exchange.is_sent:
                piece = exchange.next_piece()
                assert piece is not None
                exchange.took(host.write_some(piece))  # type: ignore[arg-type]
        assert exchange.sent < KERNEL_MAX
        memory.check()
        peer.release()
        exchange_all(host, exchange)
        assert peer.hear("done")["digest"] == digest_of(HOST_SEED, SLOW_BULK)
        driver.escape()


def test_peer_that_does_not_read_may_still_send(quick: Modem, host: FdHost, peer: Peer) -> None:
    driver = begin(quick, host)
    connect(driver, peer, online=True)
    host.fill(b"x" * KERNEL_MAX)
    peer.send(b"from the peer")
    host.expect_exact(b"from the peer")


# pktSz, txTo, maxTo


class RecordingPeer(Peer):
    """A peer that keeps what is on the wire, to see the records."""

    wire = b""

    def receive_raw(self, deadline: float) -> bytes | None:
        data = super().receive_raw(deadline)
        self.wire += data or b""
        return data

    def data_records(self) -> list[int]:
        """Sizes of the records of application data so far.  With NULL-SHA each is its bytes and a
        MAC of 20."""
        sizes, at = [], 0
        while at + 5 <= len(self.wire):
            kind, _, size = struct.unpack_from(">BHH", self.wire, at)
            if kind == 23:
                sizes.append(size - 20)
            at += 5 + size
        return sizes


@pytest.mark.parametrize("size", [1, 100, 300, 1023, 1500])
@pytest.mark.parametrize("piece", [7, 5000], ids=["in small pieces", "at once"])
def test_records_have_the_packet_size(driver: Driver, certificates: Certificates, size: int,
                                      piece: int) -> None:
    """However the host writes, pktSz bytes go together; the rest follows after txTo."""
    data = bytes(range(256)) * 40
    data = data[:min(len(data), size * 12 + size // 2)]
    driver.enable(NULL).tune(packet=size, flush_ds=3)
    with RecordingPeer(certificates) as peer:
        connect(driver, peer, online=True)
        for at in range(0, len(data), piece):
            driver.host.write(data[at:at + piece])
        peer.expect(data)
        rest = [len(data) % size] if len(data) % size else []
        assert peer.data_records() == [size] * (len(data) // size) + rest


def test_txto_sends_what_is_less_than_a_packet(driver: Driver, peer: Peer) -> None:
    driver.enable().tune(packet=300, flush_ds=5)
    connect(driver, peer, online=True)
    for data in (b"a few bytes", b"and some more"):
        since = time.monotonic()
        driver.host.write(data)
        peer.expect(data)
        assert time.monotonic() - since > 0.45


def test_txto_counts_from_the_first_byte(driver: Driver, peer: Peer) -> None:
    """A host that goes on typing does not put its first byte off for ever."""
    driver.enable().tune(packet=1500, flush_ds=5)
    connect(driver, peer, online=True)
    until = time.monotonic() + ANSWER_S
    while not peer.receive(1, 0.05):
        assert time.monotonic() < until
        driver.host.write(b"x")


def test_txto_0_waits_for_a_packet(driver: Driver, peer: Peer) -> None:
    driver.enable().tune(packet=300, flush_ds=0)
    connect(driver, peer, online=True)
    driver.host.write(b"x" * 299)
    assert peer.receive(1, 0.5) == b""
    driver.host.write(b"y" * 2)
    peer.expect(b"x" * 299 + b"y")
    assert peer.receive(1, 0.3) == b""
    driver.escape()  # what is left goes along when data mode ends
    peer.expect(b"y")


def test_automatic_packet_size_waits_for_nothing(driver: Driver, peer: Peer) -> None:
    """pktSz 0 (fact automatic-flushes-at-once): what the port brings goes out at once."""
    driver.enable().tune(packet=0, flush_ds=255)
    connect(driver, peer, online=True)
    for size in (1, 10, 5000):
        driver.host.write(b"z" * size)
        assert peer.receive(size, 20) == b"z" * size


def test_maxto_ends_an_idle_connection(driver: Driver, peer: Peer) -> None:
    """maxTo seconds without a byte either way: NO CARRIER, and the peer gets a proper close."""
    driver.enable().tune(idle_s=3)
    connect(driver, peer, online=True)
    driver.host.nothing_for(1.6)
    driver.host.write(b"still here")
    driver.host.nothing_for(1.6)
    peer.expect(b"still here")
    since = time.monotonic()
    peer.send(b"here too")
    driver.host.expect_exact(b"here too" + NO_CARRIER)
    assert time.monotonic() - since > 2.9
    peer.expect_end()
    driver.status("1")


def test_maxto_is_for_online_mode(driver: Driver, peer: Peer) -> None:
    """Suspended, and in command mode, the host takes its time (r12 §4.5)."""
    driver.enable().tune(idle_s=4)
    connect(driver, peer, online=True)
    driver.escape()
    driver.host.nothing_for(4.3)
    driver.status("2,5")
    driver.go_online()
    driver.host.expect_exact(NO_CARRIER)


# SSLSRING


def test_no_ring_in_mode_0(driver: Driver, peer: Peer) -> None:
    driver.enable().tune(ring=0)
    connect(driver, peer, online=False)
    peer.send(b"x" * 100)
    driver.host.nothing_for(0.2)
    assert driver.receive() == b"x" * 100


def test_ring_counts_all_that_is_there(driver: Driver, peer: Peer) -> None:
    """A second record before the first is read; a partial read rings again with what is left."""
    driver.enable().tune(ring=1)
    connect(driver, peer, online=False)
    peer.send(b"a" * 400)
    driver.expect("SSLSRING: 1,400")
    peer.send(b"b" * 600)
    driver.expect("SSLSRING: 1,1000")
    assert driver.receive(300) == b"a" * 300
    driver.expect("SSLSRING: 1,700")
    assert driver.receive(1000) == b"a" * 100 + b"b" * 600
    driver.host.nothing_for(0.1)


def test_ring_with_more_than_the_module_holds(driver: Driver, peer: Peer) -> None:
    """Every count is true: a read of that many bytes gets them."""
    data = bytes(range(256)) * 64
    driver.enable().tune(ring=1)
    connect(driver, peer, online=False)
    peer.send(data)
    got = b""
    while len(got) < len(data):
        count = read_ring(driver)
        assert count > 0
        piece = driver.receive(min(count, 1000))
        assert len(piece) == min(count, 1000)
        got += piece
    assert got == data
    driver.host.nothing_for(0.1)
    driver.host.aside.clear()  # lines that a later one has overtaken


def read_ring(driver: Driver) -> int:
    """The count of the last SSLSRING: while the module receives, one may follow the other."""
    count = 0
    while count == 0 or driver.host.aside or driver.host.pending():
        line = (driver.host.aside.pop(0) if driver.host.aside else
                driver.host.read_until(b"\r\n") + driver.host.read_until(b"\r\n"))
        match = re.fullmatch(rb"\r\nSSLSRING: 1,(\d+)\r\n", line)
        assert match, line
        count = int(match[1])
    return count


@pytest.mark.parametrize("sizes", [(1,), (400, 400), (1300,), (1301,), (16384,), (10, 5000, 3000)],
                         ids=str)
def test_ring_with_data(driver: Driver, peer: Peer, sizes: tuple[int, ...]) -> None:
    """Mode 2: chunks of at most 1300 bytes, whose sum is what was sent."""
    data = [os.urandom(size) for size in sizes]
    driver.enable().tune(ring=2)
    connect(driver, peer, online=False)
    for record in data:
        peer.send(record)
    got = b""
    while len(got) < sum(sizes):
        driver.host.expect_exact(b"\r\nSSLSRING: 1,")
        count = int(driver.host.read_until(b",")[:-1])
        assert 0 < count <= 1300
        got += driver.host.read(count)
        driver.host.expect_exact(b"\r\n")
    assert got == b"".join(data)
    driver.host.nothing_for(0.1)


def test_no_ring_online_but_suspended(driver: Driver, peer: Peer) -> None:
    driver.enable().tune(ring=1)
    connect(driver, peer, online=True)
    peer.send(b"online")
    driver.host.expect_exact(b"online")
    driver.escape()
    driver.host.nothing_for(0.1)
    peer.send(b"suspended")
    driver.expect("SSLSRING: 1,9")
    driver.go_online()
    driver.host.expect_exact(b"suspended")


def test_ring_waits_for_a_prompt_and_for_a_line(driver: Driver, peer: Peer) -> None:
    """Never inside a prompt, nor between a command and its answer (docs/facts/telit.md §8, traps 1 and 6)."""
    driver.enable().tune(ring=1)
    connect(driver, peer, online=False)
    driver.type("AT#SSLSEND=1")
    driver.host.expect_exact(PROMPT)
    peer.send(b"12345")
    driver.host.nothing_for(0.2)
    driver.host.write(b"data\x1a")
    driver.expect("OK")
    driver.expect("SSLSRING: 1,5")
    driver.ok("ATE1")
    driver.host.write(b"AT")
    driver.host.expect_exact(b"AT")  # the echo: the module has begun the line
    peer.send(b"678")
    driver.host.nothing_for(0.2)
    driver.host.write(b"\r")
    driver.host.expect_exact(b"\r")
    driver.expect("OK")
    driver.expect("SSLSRING: 1,8")


# noCarrierMode


@dataclass(frozen=True)
class Cause:
    """Why a connection ends, as #SLASTCLOSURE numbers it (80437ST10619A p.191)."""

    number: int
    act: Callable[[Driver, Peer], None]
    online: bool


def take_context_down(driver: Driver, _: Peer) -> None:
    driver.ok("AT#SGACT=1,0")


CAUSES = {
    "peer closes": Cause(1, lambda _, peer: peer.close(), False),
    "peer closes, online": Cause(1, lambda _, peer: peer.close(), True),
    "peer resets": Cause(2, lambda _, peer: peer.reset(), False),
    "peer resets, online": Cause(2, lambda _, peer: peer.reset(), True),
    "idle": Cause(3, lambda _, peer: None, True),
    "network": Cause(4, take_context_down, False),
}


@pytest.mark.parametrize("mode", [0, 1, 2])
@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_no_carrier_mode(driver: Driver, peer: Peer, cause: Cause, mode: int) -> None:
    words = ("NO CARRIER", "NO CARRIER:SSL,1", f"NO CARRIER:SSL,1,{cause.number}")
    driver.enable().tune(idle_s=1 if cause.number == 3 else 0, no_carrier=mode)
    connect(driver, peer, online=cause.online)
    cause.act(driver, peer)
    driver.expect(words[mode])
    driver.host.nothing_for(0.05)
    driver.status("1")


@pytest.mark.parametrize("mode", [0, 1, 2])
def test_no_carrier_is_not_said_to_who_hangs_up(driver: Driver, peer: Peer, mode: int) -> None:
    driver.enable().tune(no_carrier=mode)
    connect(driver, peer, online=False)
    driver.hang_up()
    peer.expect_end()
    driver.host.nothing_for(0.1)


# #SSLSEND and #SSLRECV


def test_sslrecv_times_out(driver: Driver, peer: Peer) -> None:
    driver.enable().tune()
    connect(driver, peer, online=False)
    since = time.monotonic()
    driver.type("AT#SSLRECV=1,100,5")
    driver.host.expect_exact(b"\r\n#SSLRECV: 0\r\nTIMEOUT\r\n" + final("OK"))
    assert time.monotonic() - since > 0.45


@pytest.mark.parametrize("size", [1, 1000, 1499, 1500])
def test_sslsendext_sends_each_size(driver: Driver, peer: Peer, size: int) -> None:
    data = os.urandom(size)
    driver.enable().tune()
    connect(driver, peer, online=False)
    for _ in range(20):
        driver.send(data)
    peer.expect(data * 20)


def test_sslsend_to_a_peer_that_does_not_read(driver: Driver, peer: Peer) -> None:
    """The command waits for its own time-out, then fails; it does not block for ever."""
    driver.enable().tune()
    connect(driver, peer, online=False)
    data = b"x" * 1500
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        driver.type(f"AT#SSLSENDEXT=1,{len(data)},5")
        driver.host.read_until(b"\r\n")
        if driver.host.read(2) != b"> ":
            break  # refused at once: the one before is still on its way
        driver.host.write(data)
        driver.host.read_until(b"\r\n")
        answer = driver.host.read_until(b"\r\n")
        if answer != b"OK\r\n":
            assert answer == b"+CME ERROR: 832\r\n"
            return
    raise AssertionError("a peer that reads nothing took everything")
