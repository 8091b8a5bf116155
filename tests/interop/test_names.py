"""Names, asked of a name server: what is slow there, and which server is asked (--dns)."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from support.modem import Modem, open_pty, program_path
from support.name_server import NameServer
from support.servers import Nginx, RawPeer

from .driver import Driver
from .observe import wait_until
from .quectel_driver import QuectelDriver

# No port but 53 can be said in +QIDNSCFG and in /etc/resolv.conf.
SERVERS, DNS_PORT = ("127.0.0.77", "127.0.0.78"), 53


def driver_of(modem: Modem) -> QuectelDriver:
    driver = QuectelDriver(modem).begin()
    driver.ok("AT+QIDNSIP=1")
    return driver


def open_socket(driver: QuectelDriver, number: int, host: str, port: int) -> None:
    driver.ok(f'AT+QIOPEN={number},"TCP","{host}","{port}"')


@pytest.fixture
def two_servers() -> Iterator[Sequence[NameServer]]:
    try:
        with NameServer(SERVERS[0], DNS_PORT) as one, NameServer(SERVERS[1], DNS_PORT) as two:
            yield one, two
    except PermissionError:
        pytest.skip(f"may not listen on port {DNS_PORT}")


def test_dead_names_hold_up_no_dial() -> None:
    """Four of them do not let a number and a living name wait."""
    with (NameServer() as server, RawPeer() as peer, RawPeer() as other,
          Modem("m95", options=["--dns", f"127.0.0.1:{server.port}"]) as modem):
        driver = driver_of(modem)
        for number in range(4):
            open_socket(driver, number, f"slow{number}.test", peer.port)
        open_socket(driver, 4, "127.0.0.1", peer.port)
        driver.expect("4, CONNECT OK")
        peer.accept()
        open_socket(driver, 5, "living.test", other.port)
        driver.expect("5, CONNECT OK")
        other.accept()
        assert sorted(driver.unsolicited() for _ in range(4)) == [f"{number}, CONNECT FAIL"
                                                                 for number in range(4)]
        assert modem.log().count("no name server has given an answer") == 4


def test_dead_names_of_other_ports_hold_up_no_dial(tmp_path: Path,
                                                   nginx: Callable[..., Nginx]) -> None:
    """Each port of an LE866 has a secure socket; five of them dial in vain."""
    paths = [tmp_path / f"modem{number}" for number in range(2, 7)]
    options = [word for path in paths for word in ("--pty", str(path))]
    with (NameServer() as server,
          Modem("le866", options=[*options, "--dns", f"127.0.0.1:{server.port}"]) as modem):
        wait_until(lambda: all(os.path.lexists(path) for path in paths), "not all ports are there")
        hosts = [Driver(modem).begin().attach()]
        hosts += [Driver(modem, open_pty(str(path), modem)).begin() for path in paths]
        for number, host in enumerate(hosts, 1):
            host.ok(f"AT#SSLEN={number},1")
            host.ok(f"AT#SSLSECCFG2={number},3")
        for number, host in enumerate(hosts[:5], 1):
            host.type(f'AT#SSLD={number},443,"slow{number}.test",0,1,300')
        wait_until(lambda: len({name for name in server.asked if name.startswith("slow")}) == 5,
                   "not all names were asked for")
        hosts[5].ok(f'AT#SSLD=6,{nginx().port},"living.test",0,1')
        for host in hosts[:5]:
            host.expect("+CME ERROR: 558")
        for host in hosts[1:]:
            host.host.close()


def test_a_name_that_nobody_has() -> None:
    with (NameServer() as server,
          Modem("m95", options=["--dns", f"127.0.0.1:{server.port}"]) as modem):
        driver = driver_of(modem)
        open_socket(driver, 0, "nobody.test", 80)
        driver.expect("0, CONNECT FAIL")
        assert "name could not be resolved" in modem.log()
        driver.ok('AT+QIDNSGIP="living.test"')
        driver.expect("127.0.0.1")


def test_the_server_that_the_host_has_set(two_servers: Sequence[NameServer]) -> None:
    with Modem("m95", options=["--dns", "module"]) as modem:
        driver = driver_of(modem)
        for address, server in zip(SERVERS, two_servers):
            driver.ok(f'AT+QIDNSCFG="{address}"')
            driver.ok('AT+QIDNSGIP="living.test"')
            driver.expect("127.0.0.1")
            assert set(server.asked) == {"living.test"}


def test_a_server_that_is_refused_is_not_asked(two_servers: Sequence[NameServer]) -> None:
    """It does not answer, and at once; the one beside it does."""
    with Modem("m95", options=["--dns", "module", "--guard", f"deny={SERVERS[0]}"]) as modem:
        driver = driver_of(modem)
        driver.ok(f'AT+QIDNSCFG="{SERVERS[0]}"')
        open_socket(driver, 0, "living.test", 80)
        driver.expect("0, CONNECT FAIL")
        assert not two_servers[0].asked
        assert (f"a question for names to {SERVERS[0]} port 53 refused by the rules of where it may go: "
                f"deny={SERVERS[0]}") in modem.log()
        driver.ok(f'AT+QIDNSCFG="{SERVERS[0]}","{SERVERS[1]}"')
        driver.ok('AT+QIDNSGIP="living.test"')
        driver.expect("127.0.0.1")
        assert not two_servers[0].asked


def test_addresses_of_the_machine_are_its_own() -> None:
    """Also those that are not loopback, whatever they are called."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("198.51.100.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        own = probe.getsockname()[0]
    with RawPeer() as peer, Modem("m95", options=["--guard", "deny=machine"]) as modem:
        driver = driver_of(modem)
        for number, host in enumerate((own, "127.0.0.1", "0.0.0.0")):
            open_socket(driver, number, host, peer.port)
            driver.expect(f"{number}, CONNECT FAIL")
            assert f"a connection to {host} port {peer.port} refused" in modem.log()


def test_the_server_that_the_host_has_set_is_not_asked(two_servers: Sequence[NameServer]) -> None:
    """Without --dns module it is the operator who decides."""
    with NameServer() as server, Modem("m95", options=["--dns", f"127.0.0.1:{server.port}"]) as modem:
        driver = driver_of(modem)
        driver.ok(f'AT+QIDNSCFG="{SERVERS[0]}"')
        driver.ok('AT+QIDNSGIP="living.test"')
        driver.expect("127.0.0.1")
        assert server.asked and not two_servers[0].asked


def test_servers_of_the_machine(two_servers: Sequence[NameServer], tmp_path: Path) -> None:
    """Those of /etc/resolv.conf, which may change at any time; +QIDNSCFG? shows them."""
    if os.system("unshare -m true 2>/dev/null") != 0:
        pytest.skip("needs a mount namespace of its own (unshare -m)")
    configuration = tmp_path / "resolv.conf"
    configuration.write_text(f"nameserver {SERVERS[0]}\n")
    program = tmp_path / "tlsmodem"
    program.write_text(f"""#!/bin/sh
exec unshare -m sh -c 'mount --bind {configuration} /etc/resolv.conf && exec "$0" "$@"' \\
    {program_path("tlsmodem", "TLSMODEM").resolve()} "$@"
""")
    program.chmod(0o755)
    with Modem("m95", program=program) as modem:
        driver = driver_of(modem)
        driver.ok('AT+QIDNSGIP="living.test"')
        driver.expect("127.0.0.1")
        driver.type("AT+QIDNSCFG?")
        driver.host.expect_exact(f"\r\nPrimaryDns: {SERVERS[0]}\r\n"
                                 "SecondaryDns: 0.0.0.0\r\n\r\nOK\r\n".encode())
        configuration.write_text(f"# another\nnameserver {SERVERS[1]}\n")
        driver.ok('AT+QIDNSGIP="other.test"')
        driver.expect("127.0.0.1")
        assert [set(server.asked) for server in two_servers] == [{"living.test"}, {"other.test"}]
