"""A server of datagrams on a Telit (#SLUDP, #SSENDUDP): clients that are programs of their own, two, sixty, seventy.

Source: docs/facts/telit-plain-sockets.md §4, §7.
"""

from __future__ import annotations

import re
import resource
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.modem import Modem, program_path
from support.patience import ANSWER_S
from support.servers import free_port

from .driver import CRLF, final
from .observe import wait_until
from .test_pcap import assert_sound, fields
from .test_telit_sockets import SocketDriver

KNOWN = 64  # senders at a time
HEADER = re.compile(rb"#SRECV: 127\.0\.0\.1,(\d+),1,(\d+),0\r\n")


class Client:
    """Who sends datagrams to the module's port, and gets some from there."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(ANSWER_S)
        self.own = self.socket.getsockname()[1]
        self.port = port

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, ("127.0.0.1", self.port))

    def expect(self, data: bytes) -> None:
        """It comes from the port that the module listens on."""
        assert self.socket.recvfrom(4096) == (data, ("127.0.0.1", self.port))


class DatagramDriver(SocketDriver):
    """A host that serves them."""

    def accept(self) -> None:
        self.rings()
        self.ok("AT#SA=1,1")

    def read(self) -> tuple[int, bytes]:
        """The next datagram, when there is one: whose it is, and what."""
        self.host.aside.clear()
        self.type("AT#SRECV=1,1500,1")
        self.host.skip_unsolicited(self.UNSOLICITED)
        assert self.host.read(2) == CRLF
        line = self.host.read_until(CRLF)
        if line == b"+CME ERROR: 555\r\n":
            self.rings()
            return self.read()
        found = HEADER.fullmatch(line)
        assert found, line
        data = self.host.read(int(found[2]))
        self.host.expect_exact(CRLF + final("OK"))
        return int(found[1]), data

    def answer(self, port: int, data: bytes) -> None:
        self.type(f'AT#SSENDUDPEXT=1,{len(data)},"127.0.0.1",{port}')
        self.prompt()
        self.host.write(data)
        self.expect("OK")

    def serve(self, one: Client, two: Client, silent: Client) -> None:
        """Two write; then each is answered, and who has never written, too."""
        one.send(b"a")
        self.accept()
        assert self.read() == (one.own, b"a")
        two.send(b"b")
        self.rings()
        assert self.read() == (two.own, b"b")
        for client in (one, silent, two):
            self.answer(client.own, b"c")
            client.expect(b"c")


@contextmanager
def serving(options: Sequence[str] = ()) -> Iterator[tuple[DatagramDriver, int]]:
    """A host that listens, and its port."""
    port = free_port()
    with Modem("he910", "unix", options=["--log-level", "info", *options]) as modem:
        host = DatagramDriver(modem)
        host.begin()
        host.attach()
        host.ok('AT#FRWL=1,"0.0.0.0","0.0.0.0"')
        host.ok(f"AT#SLUDP=1,1,{port}")
        yield host, port
        host.host.aside.clear()
        host.ok("AT#SH=1")
        host.host.aside.clear()


def descriptors(modem: Modem) -> int:
    return len(list(Path(f"/proc/{modem.process.pid}/fd").iterdir()))


def test_two_clients() -> None:
    """The first is answered when the second has written, and each is told from the other."""
    with serving() as (host, port), Client(port) as one, Client(port) as two:
        one.send(b"question")
        host.accept()
        assert host.read() == (one.own, b"question")
        two.send(b"and mine")
        host.rings()
        host.answer(one.own, b"answer")
        one.expect(b"answer")
        assert host.read() == (two.own, b"and mine")
        host.answer(one.own, b"once more")
        host.answer(two.own, b"yours")
        one.expect(b"once more")
        two.expect(b"yours")


def test_who_has_not_written() -> None:
    with serving() as (host, port), Client(port) as one, Client(port) as silent:
        one.send(b"a")
        host.accept()
        assert host.read() == (one.own, b"a")
        host.answer(silent.own, b"who are you?")
        silent.expect(b"who are you?")
        silent.send(b"me")
        host.rings()
        assert host.read() == (silent.own, b"me")


def test_senders_are_no_sockets(tmp_path: Path) -> None:
    """Of the module there is one, which listens, however many have written."""
    door = tmp_path / "metrics"
    with serving(["--metrics", f"unix:{door}"]) as (host, port), Client(port) as one, Client(port) as two:
        one.send(b"a")
        host.accept()
        assert host.read() == (one.own, b"a")
        two.send(b"b")
        host.rings()
        assert host.read() == (two.own, b"b")
        with socket.socket(socket.AF_UNIX) as scrape:
            scrape.settimeout(ANSWER_S)
            scrape.connect(str(door))
            scrape.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            text = b"".join(iter(lambda: scrape.recv(65536), b"")).decode()
    counts = dict(re.findall(r'^tlsmodem_sockets\{state="(\w+)"\} (\d+)$', text, re.MULTILINE))
    assert (counts["listening"], counts["plain"]) == ("1", "0"), counts


def test_sixty_clients(tmp_path: Path) -> None:
    """All write before any is read, and again; packets have their addresses, and the recording plays."""
    packets, recording = tmp_path / "datagrams.pcapng", tmp_path / "datagrams.at"
    with ExitStack() as stack:
        host, port = stack.enter_context(serving(["--pcap", str(packets), "--record", str(recording)]))
        clients = [stack.enter_context(Client(port)) for _ in range(60)]
        by_port = {client.own: number for number, client in enumerate(clients)}
        before = descriptors(host.modem)
        for word in (b"first", b"second"):
            for number, client in enumerate(clients):
                client.send(b"%s %d" % (word, number))
            if word == b"first":
                host.accept()
            read = [host.read() for _ in clients]
            assert sorted(read) == sorted((client.own, b"%s %d" % (word, number)) for number, client in enumerate(clients))
            for own, data in reversed(read):
                host.answer(own, b"to " + data)
            for number, client in enumerate(clients):
                client.expect(b"to %s %d" % (word, number))
        assert descriptors(host.modem) == before
        assert " lost" not in host.modem.log()
    assert_sound(packets)
    shown = fields(packets, "udp", "ip.src", "udp.srcport", "ip.dst", "udp.dstport")
    came = [row for row in shown if row[3] == str(port)]
    went = [row for row in shown if row[1] == str(port)]
    assert len(came) == len(went) == 120
    assert {row[0] for row in came} == {row[2] for row in went} == {"127.0.0.1"}
    assert {int(row[1]) for row in came} == {int(row[3]) for row in went} == set(by_port)
    played = subprocess.run([str(program_path("tlsmodem", "TLSMODEM")), "check", str(recording)], capture_output=True,
                            text=True, timeout=4 * ANSWER_S, check=False)
    assert played.returncode == 0, played.stdout + played.stderr


def test_more_than_are_known() -> None:
    """What is beyond the bound is lost, and the log counts it; what was before it is all there."""
    with ExitStack() as stack:
        host, port = stack.enter_context(serving())
        clients = [stack.enter_context(Client(port)) for _ in range(KNOWN + 6)]
        for client in clients:
            client.send(b"x")
        wait_until(lambda: f"a datagram is lost: those of {KNOWN} others wait" in host.modem.log())
        host.accept()
        assert [host.read()[0] for _ in range(KNOWN)] == [client.own for client in clients[:KNOWN]]
        clients[-1].send(b"again")
        while (heard := host.read()) != (clients[-1].own, b"again"):
            assert heard[1] == b"x", "one of those that came when others had been read"
        host.answer(clients[0].own, b"y")
        clients[0].expect(b"y")


def test_out_of_descriptors() -> None:
    """Senders need none."""
    with serving() as (host, port), Client(port) as one, Client(port) as two, Client(port) as silent:
        limit = descriptors(host.modem)
        resource.prlimit(host.modem.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        host.serve(one, two, silent)


def test_long_datagrams() -> None:
    """A host reads 1500 bytes of one; the log says of how many."""
    with serving() as (host, port), Client(port) as one:
        one.send(bytes(2049))
        host.accept()
        assert host.read() == (one.own, bytes(1500))
        assert "the host gets 1500 bytes of a datagram of 2049" in host.modem.log()
        one.send(bytes(range(256)) * 5)
        host.rings()
        assert host.read() == (one.own, bytes(range(256)) * 5)
        host.answer(one.own, bytes(1500))
        one.expect(bytes(1500))


def test_online_with_a_host_that_is_slow() -> None:
    """What comes while it does not read waits; what it types goes to who has sent last."""
    with serving() as (host, port), Client(port) as one, Client(port) as two:
        one.send(b"a")
        host.rings()
        host.fails("AT#SA=1,0", "CONNECT")
        assert host.host.read(1) == b"a"
        sent = [b"%03d" % number * 300 for number in range(40)]
        for number, data in enumerate(sent):
            (one, two)[number % 2].send(data)
        assert host.host.read(sum(map(len, sent))) == b"".join(sent)
        host.host.write(b"to the second")
        two.expect(b"to the second")
        host.escape()


def test_behind_a_link() -> None:
    with serving(["--link", "edge"]) as (host, port), Client(port) as one, Client(port) as two, Client(port) as silent:
        host.serve(one, two, silent)


@pytest.mark.parametrize("old", ["meter.example", "192.0.2.1"])
def test_a_server_that_stands_in(old: str) -> None:
    """For a name the module knows it by the address that it was given, for an address by that."""
    with serving(["--map", f"{old}=127.0.0.1"]) as (host, port), Client(port) as one, Client(port) as meter:
        one.send(b"a")
        host.accept()
        assert host.read() == (one.own, b"a")
        address = old
        if old == "meter.example":
            address = host.query(f'AT#QDNS="{old}"').split(",")[1].strip('"')
            assert address.startswith("198.18.")
        host.type(f'AT#SSENDUDP=1,"{address}",{meter.own}')
        host.prompt()
        host.host.write(b"how much?\x1a")
        host.expect("OK")
        meter.expect(b"how much?")
        host.host.aside.clear()
        meter.send(b"23")
        host.rings()
        host.answers("AT#SRECV=1,100,1", f"#SRECV: {address},{meter.own},1,2,0", "23")
