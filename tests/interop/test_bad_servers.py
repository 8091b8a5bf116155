"""Servers that hang, close, reset or talk nonsense, at each step of a connection.

Whatever a server does, the host gets its error in the time that it allowed, the module takes the
next command, nothing is left open, and the next dial to a good server works.
Source: Telit 1vv0300989 r12 §5, §7; 80446ST10707A r0 p.359 for the time-out of #SSLD.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path
from support.servers import (GARBAGE, Misbehaviour, Nginx, Peer, RawPeer, refused_port)

from .driver import NO_CARRIER, Driver, final
from .observe import LogMark, open_files, wait_for_files, wait_until

TIMEOUT_DS = 10  # the shortest that #SSLD takes: 1 s
TIMEOUT_S = TIMEOUT_DS / 10
PATIENT_DS = 400  # where the server is in time, however busy the machine is

RESOLVERS_OWN_S = 8.0  # as long as a resolver takes by itself, almost

RESOLVE, SOCKET, RECORD, HANDSHAKE, DISCONNECTED = 558, 832, 838, 839, 840

MODES = pytest.mark.parametrize("online", [False, True], ids=["command", "online"])


@pytest.fixture
def good(nginx: Callable[..., Nginx]) -> Nginx:
    return nginx()


@pytest.fixture
def ready(driver: Driver, good: Nginx) -> Iterator[Driver]:
    """A driver that has dialled before, and that after the test dials again with nothing lost."""
    files = open_files(driver.modem)
    driver.enable().tune()
    dial_well(driver, good)
    yield driver
    driver.is_ready()
    driver.status("1")
    wait_for_files(driver.modem, files)
    dial_well(driver, good)
    wait_for_files(driver.modem, files)


def dial_well(driver: Driver, good: Nginx) -> None:
    driver.dial(good.port)
    driver.status("2,5")
    driver.hang_up()


def expect_error(driver: Driver, number: int, *, waits: bool, since: float, mark: LogMark) -> None:
    """The error comes, after the time-out if the server is `waits`-ing, for another reason if not."""
    driver.expect(f"+CME ERROR: {number}")
    took = time.monotonic() - since
    assert not waits or took >= TIMEOUT_S * 0.9
    assert any(TIMED_OUT in warning for warning in mark.warnings()) == waits, mark.text()


# Before TLS is up

SERVER_HELLO = bytes.fromhex("16 03 01 00 2a 02 00 00 26 03 01") + bytes(range(32)) + bytes.fromhex(
    "00 00 35 00")

CLOSED = "the server closed the connection"
NOT_TLS = "the server does not speak TLS on this port"
RESET = "the server reset the connection"
TIMED_OUT = "timed out"


class Way:
    """One way to fail before TLS is up: what the server does, and what is said about it."""

    def __init__(self, name: str, act: Callable[[RawPeer], None], reason: str,
                 waits: bool = False) -> None:
        self.name, self.act, self.reason, self.waits = name, act, reason, waits


def close_before_reading(peer: RawPeer) -> None:
    """close(), as a server does that has no worker left; with a ClientHello unread that is a RST,
    else a FIN."""
    peer.connection.close()


def banner(peer: RawPeer) -> None:
    """An SMTP server speaks first, and never gets to TLS."""
    peer.send_raw(b"220 mail.example.org ESMTP ready\r\n")


def banner_without_hello(peer: RawPeer) -> None:
    banner(peer)
    peer.hang_up()


def hello_then_reset(peer: RawPeer) -> None:
    peer.client_hello()
    peer.send_raw(SERVER_HELLO)
    peer.reset()


def hello_then_close(peer: RawPeer) -> None:
    peer.client_hello()
    peer.send_raw(SERVER_HELLO)
    peer.hang_up()


def hello_then_silence(peer: RawPeer) -> None:
    peer.client_hello()
    peer.send_raw(SERVER_HELLO)


def hello_then_garbage(peer: RawPeer) -> None:
    peer.client_hello()
    peer.send_raw(SERVER_HELLO + GARBAGE)


def huge_record(peer: RawPeer) -> None:
    """A record that says it is longer than any may be."""
    peer.client_hello()
    peer.send_raw(b"\x16\x03\x01\xff\xff" + b"x" * 4096)


def endless_warnings(peer: RawPeer) -> None:
    """Alerts of level warning, one after the other: none of them brings the handshake on."""
    peer.client_hello()
    try:
        for _ in range(2000):
            peer.send_raw(b"\x15\x03\x01\x00\x02\x01\x5a")
        peer.hang_up()
    except OSError:
        pass  # the module has had enough


WAYS = [
    Way("silence", Misbehaviour.silence, f"{TIMED_OUT}: no answer to the ClientHello; offered: TLS 1.0 with "
        "TLS_RSA_WITH_AES_256_CBC_SHA", waits=True),
    Way("close at accept", Misbehaviour.close, CLOSED),
    Way("close with the ClientHello unread", close_before_reading, "the server"),
    Way("close after the ClientHello", Misbehaviour.close_after_hello, CLOSED),
    Way("reset after the ClientHello", Misbehaviour.reset_after_hello, RESET),
    Way("half a ServerHello, then silence", Misbehaviour.half_hello, TIMED_OUT, waits=True),
    Way("ServerHello, then silence", hello_then_silence,
        f"{TIMED_OUT} in the handshake: the server's certificate has not come", waits=True),
    Way("ServerHello, then close", hello_then_close, CLOSED),
    Way("ServerHello, then reset", hello_then_reset, RESET),
    Way("ServerHello, then garbage", hello_then_garbage, ""),
    Way("garbage", Misbehaviour.garbage, NOT_TLS),
    Way("HTTP", Misbehaviour.http, NOT_TLS),
    Way("plain text banner", banner, NOT_TLS),
    Way("plain text banner and close", banner_without_hello, NOT_TLS),
    Way("record of 65535 bytes", huge_record, ""),
    Way("endless warnings", endless_warnings, ""),
]


@MODES
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_server_fails_the_handshake(ready: Driver, way: Way, online: bool) -> None:
    mark = LogMark(ready.modem)
    with RawPeer() as peer:
        since = time.monotonic()
        ready.type(ready.dial_line(peer.port, online=online,
                                   timeout_ds=TIMEOUT_DS if way.waits else PATIENT_DS))
        peer.accept()
        way.act(peer)
        expect_error(ready, HANDSHAKE, waits=way.waits, since=since, mark=mark)
    assert len(mark.warnings()) == 1, mark.text()
    assert way.reason in mark.warnings()[0]


@MODES
def test_reset_at_accept(ready: Driver, online: bool) -> None:
    """Where the reset overtakes the module's first look at its connection, it is the socket that
    has failed and not the handshake; the log says the same."""
    mark = LogMark(ready.modem)
    with RawPeer() as peer:
        ready.type(ready.dial_line(peer.port, online=online))
        peer.accept()
        peer.reset()
        answer = ready.host.read_until(b"\r\n") + ready.host.read_until(b"\r\n")
    assert answer in (final(f"+CME ERROR: {SOCKET}"), final(f"+CME ERROR: {HANDSHAKE}"))
    assert len(mark.warnings()) == 1, mark.text()
    assert "reset" in mark.warnings()[0]


def test_slow_server_is_waited_for(ready: Driver, certificates: Certificates) -> None:
    """Timeout is from packet to packet, not for all: a server may take longer in total."""
    with Peer(certificates) as peer:
        since = time.monotonic()
        ready.type(ready.dial_line(peer.port, timeout_ds=3 * TIMEOUT_DS))
        with trickling(peer, pieces=4, pause_s=TIMEOUT_S):
            ready.expect("OK")
        assert time.monotonic() - since > 3 * TIMEOUT_S
        ready.hang_up()


@contextmanager
def trickling(peer: Peer, pieces: int, pause_s: float) -> Iterator[None]:
    """Goes through the handshake; the server's first flight comes in pieces, with pauses."""
    send_raw = peer.send_raw

    def send_slowly(data: bytes) -> None:
        peer.send_raw = send_raw  # type: ignore[method-assign]
        size = -(-len(data) // pieces)
        for at in range(0, len(data), size):
            send_raw(data[at:at + size])
            time.sleep(pause_s)  # the slowness that is tested

    peer.send_raw = send_slowly  # type: ignore[method-assign]
    thread = threading.Thread(target=peer.handshake)
    thread.start()
    try:
        yield
    finally:
        thread.join()


# No connection


@MODES
def test_refused_port(ready: Driver, online: bool) -> None:
    mark, since = LogMark(ready.modem), time.monotonic()
    ready.type(ready.dial_line(refused_port(), online=online, timeout_ds=PATIENT_DS))
    expect_error(ready, SOCKET, waits=False, since=since, mark=mark)


@MODES
def test_refused_port_when_the_server_speaks_ipv4_only(ready: Driver, online: bool) -> None:
    """Nobody listens on ::1 there."""
    with RawPeer() as peer:
        ready.error(ready.dial_line(peer.port, "::1", online=online), SOCKET)


@contextmanager
def black_hole(address: str = "127.0.0.1") -> Iterator[int]:
    """A port that answers no SYN: its queue of connections is full."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        waiting = [fill(family, address, port)]
        while waiting[-1] is not None:
            waiting.append(fill(family, address, port))
        try:
            yield port
        finally:
            for connection in waiting:
                if connection is not None:
                    connection.close()


def fill(family: int, address: str, port: int) -> socket.socket | None:
    """One more connection in the queue; None when there was no room."""
    connection = socket.socket(family)
    connection.settimeout(0.3)
    try:
        connection.connect((address, port))
    except TimeoutError:
        connection.close()
        return None
    return connection


@MODES
def test_no_answer_to_syn(ready: Driver, online: bool) -> None:
    with black_hole() as port:
        mark, since = LogMark(ready.modem), time.monotonic()
        ready.type(ready.dial_line(port, online=online, timeout_ds=TIMEOUT_DS))
        expect_error(ready, SOCKET, waits=True, since=since, mark=mark)


@MODES
@pytest.mark.parametrize("name", ["nowhere.invalid", "a b", "..", "x" * 255, "127.0.0.1.2", "-",
                                  "[::1", "::1::"])
def test_name_that_does_not_resolve(ready: Driver, name: str, online: bool) -> None:
    """The resolver's answer may take a while, but never longer than the host allowed."""
    since = time.monotonic()
    ready.type(ready.dial_line(443, name, online=online, timeout_ds=TIMEOUT_DS))
    ready.expect(f"+CME ERROR: {RESOLVE}")
    assert time.monotonic() - since < TIMEOUT_S + RESOLVERS_OWN_S


# Families


def test_ipv6_server(ready: Driver, good: Nginx) -> None:
    ready.dial(good.port, "::1")
    ready.hang_up()


HOSTS = {"ipv4 first": "127.0.0.1 both.test\n::1 both.test\n",
         "ipv6 first": "::1 both.test\n127.0.0.1 both.test\n"}


@pytest.fixture(params=HOSTS)
def with_hosts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Driver]:
    """A modem whose machine has a name with two addresses: an /etc/hosts of its own."""
    if os.system("unshare -rm true 2>/dev/null") != 0:
        pytest.skip("needs a mount namespace of its own (unshare -rm)")
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n" + HOSTS[request.param])
    program = tmp_path / "tlsmodem"
    program.write_text(f"""#!/bin/sh
exec unshare -rm sh -c 'mount --bind {tmp_path}/hosts /etc/hosts && exec "$0" "$@"' \\
    {program_path("tlsmodem", "TLSMODEM").resolve()} "$@"
""")
    program.chmod(0o755)
    with Modem(program=program) as modem:
        yield Driver(modem).begin().attach().enable().tune()


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_name_with_two_addresses_where_one_refuses(with_hosts: Driver, certificates: Certificates,
                                                   address: str) -> None:
    with Peer(certificates, address=address) as peer:
        with_hosts.type(with_hosts.dial_line(peer.port, "both.test"))
        peer.handshake()
        with_hosts.expect("OK")


@pytest.mark.parametrize(("silent", "address"), [("127.0.0.1", "::1"), ("::1", "127.0.0.1")])
def test_name_with_two_addresses_where_one_is_silent(with_hosts: Driver, certificates: Certificates,
                                                     silent: str, address: str) -> None:
    """Timeout is for each step: an address that does not answer must not be the end."""
    with black_hole(silent) as port, Peer(certificates, address=address, port=port) as peer:
        with_hosts.type(with_hosts.dial_line(port, "both.test", timeout_ds=3 * TIMEOUT_DS))
        peer.handshake()
        with_hosts.expect("OK")


def test_name_with_two_addresses_where_none_answers(with_hosts: Driver) -> None:
    with_hosts.error(with_hosts.dial_line(refused_port(), "both.test"), SOCKET)


# While TLS is up


class End:
    """One way to end a connection that is up; `polite` where it comes with a close_notify."""

    def __init__(self, name: str, act: Callable[[Peer], None], number: int = 0,
                 warns: bool = False) -> None:
        self.name, self.act, self.number, self.warns = name, act, number, warns


def close_without_notify(peer: Peer) -> None:
    peer.hang_up()


def half_record(peer: Peer) -> None:
    """Breaks off inside a record."""
    peer.send_raw(b"\x17\x03\x01\x01\x00" + b"x" * 100)
    peer.hang_up()


def plain_text(peer: Peer) -> None:
    peer.send_raw(b"500 internal error, and no TLS any more\r\n" * 4)


ENDS = [
    End("close_notify", Peer.close),
    End("close without close_notify", close_without_notify),
    End("reset", Peer.reset, warns=True),
    End("record that is noise", Peer.send_corrupt_record, RECORD, warns=True),
    End("plain text", plain_text, RECORD, warns=True),
]
EACH_END = pytest.mark.parametrize("end", ENDS, ids=lambda end: end.name)


def connect(driver: Driver, peer: Peer, *, online: bool) -> None:
    driver.type(driver.dial_line(peer.port, online=online, timeout_ds=PATIENT_DS))
    peer.handshake()
    driver.expect("CONNECT" if online else "OK")


@EACH_END
def test_end_online(ready: Driver, certificates: Certificates, end: End) -> None:
    """What came before is delivered, then NO CARRIER, once."""
    mark = LogMark(ready.modem)
    with Peer(certificates) as peer:
        connect(ready, peer, online=True)
        peer.send(b"last words")
        ready.host.expect_exact(b"last words")
        end.act(peer)
        ready.host.expect_exact(NO_CARRIER)
        ready.status("1")
    assert len(mark.warnings()) == int(end.warns), mark.text()


@EACH_END
def test_end_in_command_mode(ready: Driver, certificates: Certificates, end: End) -> None:
    mark = LogMark(ready.modem)
    with Peer(certificates) as peer:
        connect(ready, peer, online=False)
        end.act(peer)
        ready.host.expect_exact(NO_CARRIER)
        assert len(mark.warnings()) == int(end.warns), mark.text()
        ready.error("AT#SSLRECV=1,10", 833)
        ready.status("1")


@EACH_END
def test_end_while_data_is_unread(ready: Driver, certificates: Certificates, end: End) -> None:
    """NO CARRIER waits until everything was read (r12 §5.2)."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=False)
        peer.send(b"last words")
        end.act(peer)
        wait_until(lambda: ended(ready), "the module does not notice the end")
        assert ready.receive(4) == b"last"
        assert ready.receive() == b" words"
        ready.host.expect_exact(NO_CARRIER)
        ready.status("1")


def ended(driver: Driver) -> bool:
    """Whether the module knows that the peer has gone: it refuses to send with 840 or 838."""
    driver.type("AT#SSLSENDEXT=1,1")
    driver.host.expect_exact(b"\r\n")
    if driver.host.read(1) == b">":
        driver.host.expect_exact(b" ")
        driver.host.write(b"x")
        driver.host.expect_exact(b"\r\n")
        return driver.host.read_until(b"\r\n") != b"OK\r\n"  # it may end with the prompt open
    driver.host.read_until(b"\r\n")
    return True


@EACH_END
def test_end_during_sslrecv(ready: Driver, certificates: Certificates, end: End) -> None:
    """DISCONNECTED or 838 as #SSLRECV's own answer; NO CARRIER comes after it (docs/facts/telit.md §1.9)."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=False)
        mark = LogMark(ready.modem)
        ready.type("AT#SSLRECV=1,100,600")
        wait_until(lambda: "> AT#SSLRECV" in mark.text(), "the module has not read the command")
        end.act(peer)
        if end.number:
            ready.expect(f"+CME ERROR: {end.number}")
        else:
            ready.host.expect_exact(b"\r\n#SSLRECV: 0\r\nDISCONNECTED\r\n\r\nOK\r\n")
        ready.host.expect_exact(NO_CARRIER)
        ready.status("1")


@EACH_END
def test_end_while_suspended(ready: Driver, certificates: Certificates, end: End) -> None:
    """As in command mode: after +++ the connection is the host's to ask about."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=True)
        ready.escape()
        end.act(peer)
        ready.host.expect_exact(NO_CARRIER)
        ready.error("AT#SSLO=1", 833)


@EACH_END
def test_end_during_the_prompt(ready: Driver, certificates: Certificates, end: End) -> None:
    """The prompt stays the host's until it has sent; then it learns that nobody is there."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=False)
        ready.type("AT#SSLSENDEXT=1,4")
        ready.host.expect_exact(b"\r\n> ")
        mark = LogMark(ready.modem)
        end.act(peer)
        wait_until(lambda: "CONNECTION_OPEN -> CONNECTION_ENDED" in mark.text(),
                   "the module does not notice the end")
        ready.host.nothing_for(0.05)
        ready.host.write(b"data")
        ready.expect(f"+CME ERROR: {end.number or DISCONNECTED}")
        ready.host.expect_exact(NO_CARRIER)


def test_half_a_record_then_fin(ready: Driver, certificates: Certificates) -> None:
    with Peer(certificates) as peer:
        connect(ready, peer, online=True)
        half_record(peer)
        ready.host.expect_exact(NO_CARRIER)


@MODES
def test_reset_while_sending(ready: Driver, certificates: Certificates, online: bool) -> None:
    """A peer that is gone is found out at the latest when something is sent to it."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=online)
        peer.reset()
        if online:
            ready.host.read_until(NO_CARRIER)
        else:
            ready.host.expect_exact(NO_CARRIER)
            ready.error("AT#SSLSEND=1", 833)


@MODES
def test_hang_up_closes_properly(ready: Driver, certificates: Certificates, online: bool) -> None:
    """close_notify comes before the end, and all that was sent before it."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=online)
        if online:
            ready.host.write(b"goodbye")
            ready.escape()
        else:
            ready.send(b"goodbye")
        ready.hang_up()
        peer.expect(b"goodbye")
        peer.expect_end()


def test_peer_that_never_closes_its_side(ready: Driver, certificates: Certificates) -> None:
    """The module's descriptor is given back although the peer keeps its half open."""
    with Peer(certificates) as peer:
        connect(ready, peer, online=False)
        ready.hang_up()
        peer.expect_end()
        wait_until(lambda: "socket:" not in open_files(ready.modem), "a socket stays open")


def test_many_dials_leave_nothing(ready: Driver, good: Nginx) -> None:
    for _ in range(50):
        dial_well(ready, good)
