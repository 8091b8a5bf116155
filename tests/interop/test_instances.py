"""AT instances: several ports of one modem, and the secure socket that belongs to one of them.

Source: Telit 1vv0300989 r12 §4.1, §5.1.1; docs/facts/telit.md §5.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Host, Modem, open_pty
from support.servers import Nginx, Peer

from .driver import NO_CARRIER, Driver, final
from .observe import wait_until

OK = final("OK")
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


@pytest.fixture
def two_ports(tmp_path: Path) -> Iterator[tuple[Driver, Driver]]:
    """The two hosts of a modem with two PTYs."""
    second = tmp_path / "modem1"
    with Modem(options=["--pty", str(second), "--trace", "at"]) as modem:
        wait_until(lambda: os.path.lexists(second), "no second port")
        host = open_pty(str(second), modem)
        yield Driver(modem).begin(), Driver(modem, host).begin()
        host.close()
    assert not os.path.lexists(second)


def test_secure_socket_belongs_to_the_port_that_enabled_it(
        two_ports: tuple[Driver, Driver], nginx: Callable[..., Nginx]) -> None:
    """docs/facts/telit.md §5: others get 831 when they enable it, and 836 when they use it."""
    one, two = two_ports
    one.attach().enable().tune()
    two.error("AT#SSLEN=1,1", 831)
    two.answers("AT#SSLEN?", "#SSLEN: 1,1")
    one.dial(nginx().port)
    for line in ("AT#SSLSECCFG=1,0,0", "AT#SSLCFG=1,1,300,90,100,50", "AT#SSLSECDATA=1,0,1",
                 'AT#SSLD=1,443,"localhost",0,1', "AT#SSLSEND=1", "AT#SSLRECV=1,10", "AT#SSLO=1",
                 "AT#SSLH=1", "AT#SSLEN=1,0"):
        two.error(line, 836)
    one.status("2,5")
    two.status("2,5")
    one.hang_up()
    one.ok("AT#SSLEN=1,0")
    two.ok("AT#SSLEN=1,1")
    one.error("AT#SSLEN=1,1", 831)
    two.dial(nginx().port)
    two.hang_up()


def test_messages_go_to_the_owner_only(two_ports: tuple[Driver, Driver],
                                       certificates: Certificates) -> None:
    one, two = two_ports
    one.attach().enable().tune(ring=1)
    with Peer(certificates) as peer:
        one.type(one.dial_line(peer.port))
        peer.handshake()
        one.expect("OK")
        peer.send(b"12345")
        one.expect("SSLSRING: 1,5")
        one.receive()
        peer.close()
        one.host.expect_exact(NO_CARRIER)
    two.host.nothing_for(0.1)


def test_other_port_takes_commands_while_one_is_online(two_ports: tuple[Driver, Driver],
                                                       certificates: Certificates) -> None:
    """r12 §5.1.1; and the context that is taken down there ends the connection here."""
    one, two = two_ports
    one.attach().enable().tune()
    with Peer(certificates) as peer:
        one.type(one.dial_line(peer.port, online=True))
        peer.handshake()
        one.expect("CONNECT")
        two.is_ready()
        two.answers("AT#SGACT?", "#SGACT: 1,1")
        one.host.write(b"data")
        peer.expect(b"data")
        two.ok("AT#SGACT=1,0")
        one.host.expect_exact(NO_CARRIER)
        peer.expect_end()


def test_context_taken_down_during_a_dial(two_ports: tuple[Driver, Driver],
                                          certificates: Certificates) -> None:
    """The dial ends at once, with 556, and the peer is left alone."""
    one, two = two_ports
    one.attach().enable()
    with Peer(certificates) as peer:
        one.type(one.dial_line(peer.port))
        peer.accept()
        peer.client_hello()
        two.ok("AT#SGACT=1,0")
        one.expect("+CME ERROR: 556")
        peer.wait_for_end()
    one.is_ready()
    one.status("1")


@pytest.mark.parametrize("command", ["AT#REBOOT", "AT#ENHRST=1,0"])
def test_restart(two_ports: tuple[Driver, Driver], certificates: Certificates,
                 command: str) -> None:
    """OK first; connections end, both ports come back as after power-on, and nothing of before
    comes to the hosts."""
    one, two = two_ports
    one.attach().enable().tune()
    with Peer(certificates) as peer:
        one.type(one.dial_line(peer.port, online=True))
        peer.handshake()
        one.expect("CONNECT")
        two.ok(command)
        peer.expect_end()
    for driver in (one, two):
        wait_until(lambda: answers_at(driver), "the module does not come back")
        driver.begin()
    one.answers("AT#SSLS=1", "#SSLS: 1,1")  # #SSLEN is kept as long as the program runs


def answers_at(driver: Driver) -> bool:
    """Whether the module is on; after a restart its echo is, too, and errors are not numbers."""
    driver.type("AT+CMEE?")
    return driver.drain(0.3) == b"AT+CMEE?\r\r\n+CMEE: 0\r\n" + OK


def test_ports_have_their_own_settings(two_ports: tuple[Driver, Driver]) -> None:
    one, two = two_ports
    two.ok("AT+CMEE=2")
    one.error("AT#SSLH=1", 836)
    two.fails("AT#SSLH=1", "+CME ERROR: SSL not activated")


def test_suspended_connection_stays_while_the_other_port_talks(
        two_ports: tuple[Driver, Driver], nginx: Callable[..., Nginx]) -> None:
    """r12 §5.1.1: +++ on one port, any amount of commands on the other, #SSLO on the first."""
    one, two = two_ports
    one.attach().enable().tune()
    one.dial(nginx().port, online=True)
    one.escape()
    for _ in range(50):
        two.is_ready()
        two.answers("AT#SSLS=1", "#SSLS: 1,2,5")
        two.error("AT#SSLO=1", 836)
    one.go_online()
    one.host.write(REQUEST)
    assert one.host.read_until(b"\r\n").startswith(b"HTTP/1.1 200 ")
    one.host.read_until(NO_CARRIER)
    two.status("1")


def test_a_prompt_on_one_port_does_not_hold_the_other(two_ports: tuple[Driver, Driver],
                                                      certificates: Certificates) -> None:
    one, two = two_ports
    one.attach().enable().tune()
    with Peer(certificates) as peer:
        one.type(one.dial_line(peer.port))
        peer.handshake()
        one.expect("OK")
        one.type("AT#SSLSEND=1")
        one.host.expect_exact(b"\r\n> ")
        one.host.write(b"half ")
        two.is_ready()
        two.answers("AT#SSLEN?", "#SSLEN: 1,1")
        one.host.write(b"and half\x1a")
        one.expect("OK")
        peer.expect(b"half and half")


@pytest.fixture
def mixed_ports(tmp_path: Path) -> Iterator[list[Driver]]:
    """A modem with a TCP port, a PTY and a Unix socket, and a host at each."""
    pty, unix = tmp_path / "pty", tmp_path / "unix"
    with Modem(port="tcp", options=["--pty", str(pty), "--unix", str(unix)]) as modem:
        for path in (pty, unix):
            wait_until(lambda path=path: os.path.lexists(path), f"no {path.name}")
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(unix))
        connection.setblocking(False)
        fd = connection.detach()
        hosts = [modem.host, open_pty(str(pty), modem), Host(fd, fd, modem)]
        yield [Driver(modem, host).begin() for host in hosts]
        for host in hosts[1:]:
            host.close()


@pytest.mark.parametrize("owner", range(3))
def test_any_kind_of_port_can_own_the_socket(mixed_ports: list[Driver], owner: int,
                                             nginx: Callable[..., Nginx]) -> None:
    mine = mixed_ports.pop(owner)
    mine.attach().enable().tune()
    for other in mixed_ports:
        other.error("AT#SSLEN=1,1", 831)
    mine.dial(nginx().port)
    for other in mixed_ports:
        other.error("AT#SSLH=1", 836)
    mine.send(REQUEST)
    assert mine.receive().startswith(b"HTTP/1.1 200 ")
    for other in mixed_ports:
        other.host.nothing_for(0.05)


def test_two_ports_use_a_socket_each(tmp_path: Path, certificates: Certificates) -> None:
    """Platform 23 has six: what comes on one is told to its owner, whatever the other does."""
    path = tmp_path / "modem1"
    with Modem("le866", options=["--pty", str(path)]) as modem, \
            Peer(certificates) as first, Peer(certificates) as second:
        wait_until(lambda: os.path.lexists(path), "no second port")
        host = open_pty(str(path), modem)
        one, two = Driver(modem).begin().attach(), Driver(modem, host).begin()
        for number, driver, peer in ((1, one, first), (2, two, second)):
            driver.ok(f"AT#SSLEN={number},1")
            driver.ok(f"AT#SSLCFG={number},1,300,90,100,50,1")
            driver.type(f'AT#SSLD={number},{peer.port},"localhost",0,1')
            peer.handshake()
            driver.expect("OK")
        for number, driver, peer in ((2, two, second), (1, one, first)):
            peer.send(b"hello")
            driver.expect(f"SSLSRING: {number},5")
        one.error("AT#SSLRECV=2,5", 836)
        two.error("AT#SSLH=1", 836)
        second.close()
        two.host.write(b"AT#SSLRECV=2,5\r")
        two.host.expect_exact(b"\r\n#SSLRECV: 5\r\nhello\r\n" + OK + NO_CARRIER)
        one.host.nothing_for(0.05)
        one.ok("AT#SSLH=1")
        host.close()
