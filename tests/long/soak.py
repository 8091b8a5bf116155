"""Soak: one daemon of each maker does a day's work again and again, with real servers, lost servers
and hosts that change; its memory and its descriptors are the same at the end.

Each step leaves the modem as it found it, so that they come in any order.
"""

from __future__ import annotations

import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from interop.bulk_peer import BulkPeer, Exchange, digest_of
from interop.driver import NO_CARRIER, SILENCE_S, ChangingHosts, Driver, final
from interop.fibocom_driver import FibocomDriver
from interop.observe import open_files, wait_for_files
from interop.quectel_driver import QuectelDriver
from support.certs import Certificates, make_certificates
from support.ftp_servers import PASSWORD, Vsftpd
from support.servers import Nginx, Peer, refused_port

from .measurements import add, commit_of, number
from .part import Failed, Part, build, only_amount

HEADING = "Soak"
SECONDS, MOST_SECONDS = 3600, 1_000_000

PAGE = bytes(range(256)) * 40
REQUEST = b"GET /page HTTP/1.0\r\n\r\n"
DATA = 500_000  # bytes each way in the step that carries many

WARM_UP = 0.2        # of the time: until everything has been used
GROWTH_KB = 128      # that is no growth: what a heap's pieces need to find their places
SAMPLES = 40


@dataclass
class World:
    """The servers; they serve as long as the soak lasts, unless a step ends one."""

    certificates: Certificates
    folder: Path
    nginx: Nginx
    vsftpd: Vsftpd

    @contextmanager
    def peer(self) -> Iterator[Peer]:
        with Peer(self.certificates) as peer:
            yield peer

    @contextmanager
    def bulk(self) -> Iterator[BulkPeer]:
        with BulkPeer(self.certificates.chain("server"), self.certificates.key("server"),
                      send=DATA, receive=DATA) as peer:
            yield peer

    @contextmanager
    def doomed(self) -> Iterator[Nginx]:
        """A server of its own, which the step kills."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder, \
                Nginx(Path(folder), self.certificates, files={"page": PAGE}) as server:
            yield server


class Soaked:
    """A modem and its host."""

    model = ""
    driver_of: type[Driver] = Driver

    def __init__(self, modem: ChangingHosts, world: World) -> None:
        self.modem = modem
        self.world = world
        self.driver = self.driver_of(modem).begin()

    def steps(self) -> list[Callable[[], None]]:
        return [self.page, self.lost, self.killed, self.refused, self.much, self.service,
                self.host_leaves_half_a_line]

    def page(self) -> None:
        """A dial, a page, the server's end."""
        raise NotImplementedError

    def lost(self) -> None:
        """A server that resets a connection."""
        raise NotImplementedError

    def killed(self) -> None:
        """A server whose process is killed."""
        raise NotImplementedError

    def refused(self) -> None:
        raise NotImplementedError

    def much(self) -> None:
        """Data, both ways."""
        raise NotImplementedError

    def service(self) -> None:
        """HTTP or FTP of the module itself."""
        raise NotImplementedError

    def new_host(self) -> None:
        self.modem.host_leaves()
        self.modem.host_comes()
        self.driver = self.driver_of(self.modem)
        self.driver.is_ready()

    def host_leaves_half_a_line(self) -> None:
        self.driver.host.write(b"AT+CG")
        self.new_host()

    def kill(self, server: Nginx) -> None:
        server.process.kill()
        server.process.wait()


class Telit(Soaked):
    model = "he910"

    def __init__(self, modem: ChangingHosts, world: World) -> None:
        super().__init__(modem, world)
        self.driver.attach().enable(auth=1).tune()
        self.driver.store_all(world.certificates)

    def steps(self) -> list[Callable[[], None]]:
        return [*super().steps(), self.page_in_command_mode, self.host_leaves_a_prompt]

    def page(self) -> None:
        self.driver.dial(self.world.nginx.port, online=True)
        self.driver.host.write(REQUEST)
        assert self.driver.host.read_until(NO_CARRIER).endswith(PAGE + NO_CARRIER)

    def page_in_command_mode(self) -> None:
        self.driver.dial(self.world.nginx.port)
        self.driver.send(REQUEST)
        got = b""
        while not got.endswith(PAGE):
            got += self.driver.receive()
        self.driver.expect("NO CARRIER")

    def lost(self) -> None:
        with self.world.peer() as peer:
            self.driver.type(self.driver.dial_line(peer.port))
            peer.handshake()
            self.driver.expect("OK")
            peer.reset()
            self.driver.expect("NO CARRIER")

    def killed(self) -> None:
        with self.world.doomed() as server:
            self.driver.dial(server.port, online=True)
            self.kill(server)
            self.driver.host.expect_exact(NO_CARRIER)

    def refused(self) -> None:
        self.driver.fails(self.driver.dial_line(refused_port()), "+CME ERROR: 832")

    def much(self) -> None:
        with self.world.bulk() as peer:
            self.driver.dial(peer.port, online=True)
            exchange = Exchange(2, DATA, DATA)
            while (piece := exchange.next_piece()) is not None:
                self.driver.host.write(piece)
                exchange.took(len(piece))
                exchange.got(self.driver.host.read(len(self.driver.host.pending())))
            exchange.got(self.driver.host.read(DATA - exchange.received))
            assert peer.hear("done")["digest"] == digest_of(2, DATA)
            assert exchange.digest == digest_of(1, DATA)
            self.driver.escape()
            self.driver.hang_up()

    def service(self) -> None:
        server = self.world.vsftpd
        self.driver.ok(f'AT#FTPOPEN="127.0.0.1:{server.port}","{server.user}","{PASSWORD}",1')
        self.driver.fails('AT#FTPGET="page"', "CONNECT")
        self.driver.host.expect_exact(PAGE + NO_CARRIER)
        self.driver.fails(f'AT#FTPPUT="{self.model}"', "CONNECT")
        self.driver.host.write(PAGE)
        self.driver.host.silence(SILENCE_S)
        self.driver.host.write(b"+++")
        self.driver.host.expect_exact(NO_CARRIER)
        self.driver.ok("AT#FTPCLOSE")
        server.wait_for(self.model, PAGE)

    def host_leaves_a_prompt(self) -> None:
        self.driver.type("AT#SSLSECDATA=1,1,0,500")
        self.driver.prompt()
        self.driver.host.write(b"-----BEGIN")
        self.new_host()


class Quectel(Soaked):
    model = "m95"
    driver_of = QuectelDriver
    driver: QuectelDriver

    def __init__(self, modem: ChangingHosts, world: World) -> None:
        super().__init__(modem, world)
        self.driver.upload_all(world.certificates)
        self.driver.configure(0, version=3, seclevel=1)

    def page(self) -> None:
        self.driver.open(0, 0, self.world.nginx.port)
        assert self.driver.try_send(0, REQUEST)
        assert self.driver.receive_to_end(0).endswith(PAGE)

    def lost(self) -> None:
        with self.world.peer() as peer:
            self.driver.dial(1, 0, peer.port)
            peer.handshake()
            self.driver.expect("+QSSLOPEN: 1,0")
            peer.reset()
            self.driver.expect('+QSSLURC: "closed",1')

    def killed(self) -> None:
        with self.world.doomed() as server:
            self.driver.open(2, 0, server.port)
            self.kill(server)
            self.driver.expect('+QSSLURC: "closed",2')

    def refused(self) -> None:
        self.driver.open(3, 0, refused_port(), result=-1)

    def much(self) -> None:
        with self.world.bulk() as peer:
            self.driver.open(4, 0, peer.port)
            exchange = Exchange(2, DATA, DATA)
            while not (exchange.is_sent and exchange.is_received):
                if (piece := exchange.next_piece()) is not None:
                    block = bytes(piece[:1460])
                    if self.driver.try_send(4, block):
                        exchange.took(len(block))
                exchange.got(self.driver.receive(4))
            assert peer.hear("done")["digest"] == digest_of(2, DATA)
            assert exchange.digest == digest_of(1, DATA)
            self.driver.host.aside.clear()  # "recv": it has asked anyway
            self.driver.close(4)
            self.driver.host.aside.clear()

    def service(self) -> None:
        url = f"http://127.0.0.1:{self.world.nginx.plain_port}/page".encode()
        self.driver.type(f"AT+QHTTPURL={len(url)},30")
        self.driver.expect("CONNECT")
        self.driver.host.write(url)
        self.driver.expect("OK")
        self.driver.ok("AT+QHTTPGET=60")
        self.driver.type("AT+QHTTPREAD=30")
        self.driver.expect("CONNECT")
        self.driver.host.expect_exact(PAGE + final("OK"))


class Fibocom(Soaked):
    model = "l610"
    driver_of = FibocomDriver
    driver: FibocomDriver

    def __init__(self, modem: ChangingHosts, world: World) -> None:
        super().__init__(modem, world)
        self.driver.load("TRUSTFILE", world.certificates.pem("ca").read_bytes())
        self.driver.ok("AT+GTSSLMODE=1")
        self.driver.ok("AT+GTSSLVER=4")

    def page(self) -> None:
        self.driver.open(self.world.nginx.port)
        self.driver.send(REQUEST)
        assert self.driver.receive_to_end().endswith(PAGE)

    def lost(self) -> None:
        with self.world.peer() as peer:
            self.driver.dial(peer.port)
            peer.handshake()
            self.driver.expect("+MIPOPEN: 1,1")
            peer.reset()
            self.over()

    def over(self) -> None:
        """The line for the end; its number says how."""
        self.driver.host.expect_exact(b"\r\n+MIPSTAT: 1,")
        self.driver.host.read_until(b"\r\n")

    def killed(self) -> None:
        with self.world.doomed() as server:
            self.driver.open(server.port)
            self.kill(server)
            self.over()

    def refused(self) -> None:
        self.driver.dial(refused_port())
        self.driver.not_opened()

    def much(self) -> None:
        """Pages, one after the other: what is sent has to be acknowledged line by line."""
        for _ in range(10):
            self.page()

    def service(self) -> None:
        driver, nginx, vsftpd = self.driver, self.world.nginx, self.world.vsftpd
        driver.ok('AT+HTTPSET="RESPONSEHEADER","1"')
        driver.ok(f'AT+HTTPSET="URL","https://localhost:{nginx.port}/page"')
        driver.ok("AT+HTTPACT=0,20")
        driver.expect("+HTTPS: 1")
        driver.expect(f"+HTTPRES: 0,200,{len(PAGE)}")
        driver.type("AT+HTTPREAD")
        driver.host.expect_exact(f"\r\n+HTTPREAD: {len(PAGE)}\r\n".encode() + PAGE + final("OK"))
        driver.ok(f'AT+FTPOPEN="127.0.0.1","{vsftpd.user}","{PASSWORD}","",,{vsftpd.port},')
        driver.expect("+FTPOPEN: 1")
        driver.ok("AT+FTPLIST")
        assert b" page\r\n" in driver.host.read_until(final("+FTPLIST: 1"))
        driver.answers("AT+FTPCLOSE", "+FTPCLOSE: 1")


MAKERS: tuple[type[Soaked], ...] = (Telit, Quectel, Fibocom)


def memory_kb(modem: ChangingHosts) -> tuple[int, int]:
    """What is resident, and what of it is the process's own: heap and stacks, no file."""
    text = Path(f"/proc/{modem.pid}/smaps_rollup").read_text()
    values = dict(re.findall(r"^(Rss|Anonymous):\s+(\d+) kB", text, re.MULTILINE))
    return int(values["Rss"]), int(values["Anonymous"])


@dataclass
class Outcome:
    """What a modem has done and what it has grown by."""

    model: str
    seconds: float = 0.0
    rounds: int = 0
    resident_kb: list[int] = field(default_factory=list)
    own_kb: list[int] = field(default_factory=list)
    files: int = 0
    finding: str = ""

    def sample(self, modem: ChangingHosts) -> None:
        resident, own = memory_kb(modem)
        self.resident_kb.append(resident)
        self.own_kb.append(own)

    @staticmethod
    def growth(samples: Sequence[int]) -> int:
        """From the highest of the first tenth to the lowest of the last: what comes and goes is
        no growth."""
        tenth = -(-len(samples) // 10)
        return min(samples[-tenth:]) - max(samples[:tenth])

    def judge(self) -> None:
        if not self.finding and self.growth(self.own_kb) > GROWTH_KB:
            self.finding = f"it has grown by {self.growth(self.own_kb)} kB"

    def row(self) -> list[str]:
        return [self.model, number(self.seconds), number(self.rounds),
                f"{number(self.resident_kb[0])} to {number(self.resident_kb[-1])}",
                f"{number(self.own_kb[0])} to {number(self.own_kb[-1])}",
                number(self.growth(self.own_kb)), str(self.files), self.finding or "none"]


def rounds_of(soaked: Soaked, seconds: float, files: list[str], luck: random.Random,
              outcome: Outcome) -> None:
    """Every step in each round, in an order by chance, until the time is over."""
    started = time.monotonic()
    due = WARM_UP * seconds
    while (now := time.monotonic() - started) < seconds or len(outcome.own_kb) < 2:
        steps = soaked.steps()
        luck.shuffle(steps)
        for step in steps:
            step()
            soaked.driver.is_ready()
        wait_for_files(soaked.modem, files)
        outcome.rounds += 1
        if now >= due:
            due = now + (1 - WARM_UP) * seconds / SAMPLES
            outcome.sample(soaked.modem)


def soak(seconds: float, world: World, maker: type[Soaked]) -> Outcome:
    outcome, started = Outcome(maker.model), time.monotonic()
    try:
        with ChangingHosts(maker.model, "unix") as modem:
            work(seconds, maker(modem, world), outcome)
    except (AssertionError, OSError) as error:
        outcome.finding = f"after {outcome.rounds} rounds: {error}"
    outcome.seconds = time.monotonic() - started
    outcome.judge()
    return outcome


def work(seconds: float, soaked: Soaked, outcome: Outcome) -> None:
    files = open_files(soaked.modem)
    outcome.files = len(files)
    rounds_of(soaked, seconds, files, random.Random(), outcome)


@contextmanager
def world_in(folder: Path) -> Iterator[World]:
    certificates = make_certificates(folder / "certificates")
    with Nginx(folder / "nginx", certificates, files={"page": PAGE}) as nginx, \
            Vsftpd(folder / "vsftpd", certificates) as vsftpd:
        vsftpd.put("page", PAGE)
        yield World(certificates, folder, nginx, vsftpd)


def run(seconds: int) -> None:
    build("build", ["build", "test"])
    commit, found = commit_of(), []
    with tempfile.TemporaryDirectory(prefix="tlsmodem-soak-") as name, \
            ThreadPoolExecutor(len(MAKERS)) as pool, world_in(Path(name)) as servers:
        for outcome in pool.map(partial(soak, seconds, servers), MAKERS):
            print(f"soak: {outcome.model}: {outcome.rounds} rounds, memory of its own "
                  f"{outcome.own_kb} kB, {outcome.finding or 'no finding'}", flush=True)
            if outcome.own_kb:
                finding = outcome.finding.split("\n", 1)[0]
                add(HEADING, [*outcome.row()[:-1], finding or "none"], commit)
            if outcome.finding:
                found.append(f"{outcome.model}: {outcome.finding}")
    if found:
        raise Failed("soak: " + "\n".join(found))


def prepare(words: Sequence[str]) -> Callable[[], None]:
    return partial(run, only_amount(words, "soak", "seconds", SECONDS, MOST_SECONDS))


PART = Part("soak", "soak [SECONDS]",
            f"a modem of each maker at work with real and lost servers, for SECONDS ({SECONDS})",
            prepare)
