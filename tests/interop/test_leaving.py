"""Hosts that leave while their port waits for a server, and what they leave to the next one.

Servers here never finish a handshake, a greeting or a response: they are silent, or send a byte now
and then, which is what a limit for each step alone would wait for without end.
"""

from __future__ import annotations

import random
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from support.modem import Modem, program_path

from .driver import ChangingHosts, Driver, final
from .fibocom_driver import FibocomDriver
from .quectel_driver import QuectelDriver

BYTE_EVERY_S = 0.1

# A TLS record that holds 4 kB of a handshake message of 4 kB; the same bytes make no line of a
# greeting and no response either.
ENDLESS = bytes.fromhex("16030110000200 0ffc") + bytes(4096)


class EndlessServer:
    """Takes every connection; sends nothing, or one byte after the other."""

    def __init__(self, slow: bool) -> None:
        self._slow = slow
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port: int = self._listener.getsockname()[1]
        self._threads[0].start()

    def __enter__(self) -> EndlessServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            for byte in ENDLESS:
                if self._stopped.wait(BYTE_EVERY_S):
                    return
                try:
                    if self._slow:
                        connection.sendall(bytes([byte]))
                    elif connection.recv(4096) == b"":
                        return
                except OSError:
                    return


@pytest.fixture(params=["silent", "slow"])
def server(request: pytest.FixtureRequest) -> Iterator[EndlessServer]:
    with EndlessServer(request.param == "slow") as made:
        yield made


def telit(modem: Modem) -> Driver:
    driver = Driver(modem).begin().attach()
    driver.ok("AT#SSLEN=1,1")
    return driver


def quectel(modem: Modem) -> Driver:
    return QuectelDriver(modem).begin()


def fibocom(modem: Modem) -> Driver:
    return FibocomDriver(modem).begin()


def type_dial(driver: Driver, port: int, seconds: int) -> None:
    driver.type(f'AT#SSLD=1,{port},"127.0.0.1",0,1,{seconds * 10}')


def type_session(driver: Driver, port: int, seconds: int) -> None:
    driver.ok(f"AT#FTPTO={seconds * 10}")
    driver.type(f'AT#FTPOPEN="127.0.0.1:{port}","u","p",1')


def type_request(driver: Driver, port: int, seconds: int) -> None:
    url = f"http://127.0.0.1:{port}/"
    driver.type(f"AT+QHTTPURL={len(url)}")
    driver.expect("CONNECT")
    driver.host.write(url.encode())
    driver.expect("OK")
    driver.type(f"AT+QHTTPGET={seconds}")


def type_transparent(driver: Driver, port: int, _: int) -> None:
    driver.ok(f'AT+MIPODM=1,,"127.0.0.1",{port},2')


WAITS = pytest.mark.parametrize(("model", "begin", "wait"), [
    ("he910", telit, type_dial),
    ("he910", telit, type_session),
    ("m95", quectel, type_request),
    ("l610", fibocom, type_transparent),
], ids=["dial", "ftp", "http", "transparent"])


@WAITS
@pytest.mark.parametrize("behind", [b"", b"AT\rAT+CGMM\r"], ids=["alone", "more typed"])
@pytest.mark.parametrize("port", ["tcp", "unix"])
def test_next_host_does_not_wait(server: EndlessServer, port: str, model: str,
                                 begin: Callable[[Modem], Driver],
                                 wait: Callable[[Driver, int, int], None], behind: bytes) -> None:
    """What the port waits for, 60 s in each step, goes with its host."""
    with ChangingHosts(model, port) as modem:
        wait(begin(modem), server.port, 60)
        modem.host.write(behind)
        modem.host_leaves()
        modem.host_comes()
        modem.host.write(b"AT\r")
        assert modem.host.read_until(final("OK")).endswith(final("OK"))


def test_typed_ahead_gives_up_one_by_one(server: EndlessServer) -> None:
    """A host that has typed a dozen dials and left: the next one waits for none of them."""
    with ChangingHosts("he910", "tcp") as modem:
        driver = telit(modem)
        for _ in range(12):
            type_dial(driver, server.port, 60)
        modem.host_leaves()
        modem.host_comes()
        modem.host.write(b"AT\r")
        assert modem.host.read_until(final("OK")).endswith(final("OK"))
        Driver(modem).answers("AT#SSLS=1", "#SSLS: 1,1")


def test_half_closed_host_hears_that_it_is_over(server: EndlessServer) -> None:
    """shutdown() of one direction while a dial runs and more is typed: all is answered."""
    with Modem("he910", "tcp") as modem:
        driver = telit(modem)
        type_dial(driver, server.port, 60)
        driver.type("AT+CGMM")
        with socket.socket(fileno=socket.dup(driver.host.fileno())) as half:
            half.shutdown(socket.SHUT_WR)
        driver.expect("NO CARRIER")
        driver.host.expect_exact(final("HE910") + final("OK"))


def test_stdio_ends_with_its_input(server: EndlessServer) -> None:
    """The dial alone would take half an hour; what stands before and behind it is answered."""
    lines = ("ATE0", 'AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1",
             f'AT#SSLD=1,{server.port},"127.0.0.1",0,1,5000', "AT+CGMM")
    keys = "".join(f"{line}\r" for line in lines).encode()
    result = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--stdio",
                             "--state", "none"], input=keys, capture_output=True, timeout=90,
                            check=True)
    assert result.stdout.endswith(final("OK") + final("NO CARRIER") + final("HE910") + final("OK"))


# Random hosts

HOSTS = 25


@contextmanager
def closed_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def random_line(rng: random.Random, ports: list[int]) -> bytes:
    """An S register with or without a value, a dial, a plain command, or noise."""
    kind = rng.randrange(5)
    if kind <= 1:
        value = rng.choice(["", "=", "?", f"={rng.randrange(256)}", "um]"])
        return f"ATS{rng.choice([0, 2, 3, 4, 5, 7, 12])}{value}\r".encode()
    if kind == 2:
        timeout = rng.choice(["", ",30", ",300", ",5000"])
        return rng.choice([
            f'AT#SSLD=1,{rng.choice(ports)},"127.0.0.1",0,{rng.randrange(2)}{timeout}\r',
            f'AT#FTPOPEN="127.0.0.1:{rng.choice(ports)}","u","p",1\r']).encode()
    if kind == 3:
        return rng.choice([b"AT\r", b"ATE0\r", b"ATE1\r", b"AT+CMEE=2\r", b"AT+CGMM\r", b"AT&F\r"])
    return b"AT" + rng.randbytes(rng.randrange(12)) + b"\r"


@pytest.mark.parametrize("seed", [1, 2])
def test_random_hosts_leave_a_port_that_listens(seed: int) -> None:
    """They type, some read a little, they leave; whoever comes next is heard."""
    rng = random.Random(seed)
    with (EndlessServer(False) as silent, EndlessServer(True) as slow, closed_port() as closed,
          ChangingHosts("he910", "tcp") as modem):
        telit(modem)
        for _ in range(HOSTS):
            lines = [random_line(rng, [silent.port, slow.port, closed])
                     for _ in range(rng.randrange(1, 9))]
            for line in lines:
                modem.host.write(line)
            if rng.randrange(2):
                modem.host.wait_for_more(0.1)
            modem.host_leaves()
            modem.host_comes()
            # Q and V are what the others have left.
            modem.host.write(b"AT\r")
            try:
                modem.host.read_until(b"OK")
            except AssertionError as error:
                raise AssertionError(f"after {lines}: {error}") from error
