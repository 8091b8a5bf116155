"""Hosts that type nonsense, type too much, or vanish.

The module is never to be killed, blocked or confused by what a host sends: the next `AT` is
answered, and a data connection is as it was left.
Source: ITU-T V.250 §5.2; 80000ST10025a r5 (S2, S12); docs/facts/telit.md §0 and §4.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.patience import EXIT_S
from support.servers import Peer, RawPeer

from .driver import (ANSWER_S, CA, CERTIFICATE, CTRL_Z, ESC, KEY, PROMPT, SILENCE_S,
                     ChangingHosts, Driver, FdHost, final, open_fd_host)
from .observe import MemoryMark

MEGABYTE = 1 << 20
BUFFERED_MAX = 1 << 17  # bytes that may be on their way between a host and the module

OK, ERROR = final("OK"), final("ERROR")
MODEL = b"\r\nHE910\r\n" + OK


@pytest.fixture
def typist(driver: Driver) -> Iterator[FdHost]:
    """A host that types whatever it likes; the echo is off."""
    host = open_fd_host(driver.modem)
    yield host
    host.close()


def connect(driver: Driver, peer: Peer, *, online: bool) -> None:
    driver.type(driver.dial_line(peer.port, online=online))
    peer.handshake()
    driver.expect("CONNECT" if online else "OK")


def answers_again(host: FdHost) -> None:
    """Ends whatever was typed; then the module answers one command as ever."""
    got = host.push(b"\rAT+GMM\r")  # reads meanwhile: the module may still wait for that
    while not got.endswith(MODEL):
        assert host.wait_for_more(ANSWER_S), f"no answer, the last was {got[-100:]!r}"
        got += host.read_some()


# In command state


@pytest.mark.parametrize("echo", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_random_bytes(driver: Driver, typist: FdHost, seed: int, echo: int) -> None:
    driver.ok(f"ATE{echo}")
    typist.push(random.Random(seed).randbytes(32768))
    answers_again(typist)


@pytest.mark.parametrize("typed", [
    b"\0\0\0\0AT\r", b"A\0T\0\r", b"\x1aAT\r", b"\n\nAT\r", b"\xff\xfeAT\r", b"garbage AT\r",
    b"AAAT\r", b"ATX\x08\x08XT\x08\x08\x08AT\r", b"at\r", b"aT\r", b" AT \r",
    b"\0" * 5000 + b"AT\r"])
def test_junk_around_at(driver: Driver, typed: bytes) -> None:
    """docs/facts/telit.md §0: hunt for A and T, drop what can be no command."""
    driver.host.write(typed)
    driver.expect("OK")


@pytest.mark.parametrize("typed", [b"\r", b"\n", b"\r\n\r\n", b"\x1a\r", b"\x1b\r", b"+++\r",
                                   b"RING\r", b"OK\r\nERROR\r\n"])
def test_no_command_no_answer(driver: Driver, typed: bytes) -> None:
    driver.host.write(typed)
    driver.host.nothing_for(0.05)
    driver.is_ready()


@pytest.mark.parametrize("line", [
    "AT#", "AT+", "AT#NOSUCH", "AT#SSLEN", "AT#SSLEN=", "AT#SSLEN=,", "AT#SSLEN=1,2",
    "AT#SSLEN=1,1,1", "AT#SSLEN=99999999999999999999,1", "AT#SSLEN=-1,1", "AT#SSLEN=1;1",
    'AT#SSLD=1,443,"no end', "AT=", "AT?", "AT=?", "AT#=?", "AT%CPU?",
    "AT" + "Z" * 410])
def test_bad_commands(driver: Driver, line: str) -> None:
    """ERROR, or its number; never silence, never two answers."""
    driver.type(line)
    answer = driver.host.read_until(b"\r\n") + driver.host.read_until(b"\r\n")
    assert answer == ERROR or answer.startswith(b"\r\n+CME ERROR: "), answer
    driver.is_ready()


@pytest.mark.parametrize("head", [b"AT", b""], ids=["command", "junk"])
@pytest.mark.parametrize("echo", [0, 1])
def test_megabyte_without_cr(driver: Driver, typist: FdHost, echo: int, head: bytes) -> None:
    """A line has 400 characters at most; a longer one is an ERROR, and costs no memory."""
    driver.ok(f"ATE{echo}")
    memory = MemoryMark(driver.modem)
    typed = head + b"x" * MEGABYTE
    got = typist.push(typed + b"\r")
    expected = typed + b"\r" * len(head[:1]) if echo else b""  # the end of no command is not echoed
    expected += ERROR if head else b""
    got += typist.read(max(0, len(expected) - len(got)))
    assert got == expected
    memory.check()
    answers_again(typist)


@pytest.mark.parametrize("typed", [b"x" * MEGABYTE, b"AT+GMM\r" * 20000, b"A/" * 20000],
                         ids=["echo", "commands", "repeats"])
def test_host_that_does_not_read(driver: Driver, typist: FdHost, typed: bytes) -> None:
    """The module stops reading when it cannot speak, and loses nothing: no answer, no echo."""
    driver.ok("ATE1")
    memory = MemoryMark(driver.modem)
    done = typist.fill(typed)
    assert 0 < done < BUFFERED_MAX
    memory.check()
    got = typist.push(typed[done:])
    got += typist.push(b"\rAT+CGSN\r")  # reads meanwhile: the module may still wait for that
    while not got.endswith(OK) or b"AT+CGSN\r" not in got:
        assert typist.wait_for_more(ANSWER_S)
        got += typist.read_some()
    if typed.startswith(b"AT+GMM"):
        assert got.startswith((b"AT+GMM\r" + MODEL) * 20000)
    elif typed.startswith(b"A/"):
        assert got.count(OK) == 20001
    else:
        assert got.startswith(typed)
    memory.check()


def test_host_that_does_not_read_types_without_echo(driver: Driver, typist: FdHost) -> None:
    """There is nothing to say, so all of it is taken."""
    assert typist.fill(b"x" * MEGABYTE) == MEGABYTE
    answers_again(typist)


def test_typed_ahead_during_a_dial(driver: Driver) -> None:
    """What is typed while a command runs is answered after it, in its turn."""
    driver.enable()
    with RawPeer() as silent:
        driver.type(driver.dial_line(silent.port, timeout_ds=10))
        driver.host.write(b"AT+GMM\rAT#SSLS=1\rAT\r")
        driver.expect("+CME ERROR: 839")
        driver.host.expect_exact(MODEL + b"\r\n#SSLS: 1,1\r\n" + OK + OK)


# In a prompt


def test_commands_in_a_prompt_are_data(driver: Driver, peer: Peer) -> None:
    driver.enable().tune()
    connect(driver, peer, online=False)
    driver.type("AT#SSLSEND=1")
    driver.host.expect_exact(PROMPT)
    driver.host.write(b"AT\rAT#SSLH=1\r\nATZ\r")
    driver.host.nothing_for(0.1)
    driver.host.write(CTRL_Z)
    driver.expect("OK")
    peer.expect(b"AT\rAT#SSLH=1\r\nATZ\r")
    driver.status("2,5")


def test_every_byte_in_an_exact_prompt(driver: Driver, peer: Peer) -> None:
    """#SSLSENDEXT takes Ctrl-Z, ESC, BS and +++ as data (r12 §5.1.2)."""
    driver.enable().tune()
    connect(driver, peer, online=False)
    data = bytes(range(256)) * 4 + b"+++" + CTRL_Z + ESC
    driver.send(data)
    peer.expect(data)
    driver.host.write(CTRL_Z + b"\rAT\r")  # hosts send one more Ctrl-Z: swallowed (docs/facts/telit.md §1.8)
    driver.expect("OK")


def test_backspace_is_data_in_a_prompt(driver: Driver, peer: Peer) -> None:
    """It edits where the command's manual says so (docs/facts/telit.md §1.8), not here."""
    driver.enable().tune()
    connect(driver, peer, online=False)
    driver.type("AT#SSLSEND=1")
    driver.host.expect_exact(PROMPT)
    data = b"\x08\x08helo\x08lo"
    driver.host.write(data + CTRL_Z)
    driver.expect("OK")
    peer.expect(data)


def test_escape_key_in_a_prompt_sends_nothing(driver: Driver, peer: Peer) -> None:
    driver.enable().tune()
    connect(driver, peer, online=False)
    driver.type("AT#SSLSEND=1")
    driver.host.expect_exact(PROMPT)
    driver.host.write(b"never mind" + ESC)
    driver.expect("OK")
    driver.send(b"this")
    peer.expect(b"this")


def test_megabyte_in_a_prompt(driver: Driver, typist: FdHost) -> None:
    """More than Size: the entry is refused at its end, and nothing of it is kept."""
    driver.enable()
    memory = MemoryMark(driver.modem)
    driver.type("AT#SSLSECDATA=1,1,1,100")
    driver.host.expect_exact(PROMPT)
    assert typist.push(b"x" * MEGABYTE) == b""
    driver.host.write(CTRL_Z)
    driver.expect("+CME ERROR: 837")
    driver.answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,0,0,0")
    memory.check()


# +++


@dataclass(frozen=True)
class Escape:
    """Bytes that a host sends in online mode, and its pauses."""

    name: str
    steps: tuple[bytes | float, ...]
    data: bytes = b""      # what reaches the peer
    escapes: bool = False  # whether the module is in command state after it


# Here the guard time is so long that a pause which is to be shorter stays so on a busy machine.
# All cases wait for theirs at the same time.
WIDE_REGISTER, WIDE_S = 125, 2.5
LONG, SHORT = WIDE_S, 0.1

ESCAPES = [
    Escape("with guard times", (LONG, b"+++", LONG), escapes=True),
    Escape("in three pieces", (LONG, b"+", SHORT, b"+", SHORT, b"+", LONG), escapes=True),
    Escape("in two pieces", (LONG, b"+", SHORT, b"++", LONG), escapes=True),
    Escape("in the middle of data", (LONG, b"abc+++def", LONG), b"abc+++def"),
    Escape("at the start of data", (LONG, b"+++def", LONG), b"+++def"),
    Escape("at the end of data", (LONG, b"abc+++", LONG), b"abc+++"),
    Escape("without silence before", (LONG, b"abc", SHORT, b"+++", LONG), b"abc+++"),
    Escape("without silence after", (LONG, b"+++", SHORT, b"abc", LONG), b"+++abc"),
    Escape("four", (LONG, b"++++", LONG), b"++++"),
    Escape("three and one more", (LONG, b"+++", SHORT, b"+", LONG), b"++++"),
    Escape("two", (LONG, b"++", LONG), b"++"),
    Escape("one by one, slowly", (LONG, b"+", LONG, b"+", LONG, b"+", LONG), b"+++"),
    Escape("one, and two after a silence", (LONG, b"+", LONG, b"++", LONG), b"+++"),
    Escape("with CR", (LONG, b"+++\r", LONG), b"+++\r"),
    Escape("twice", (LONG, b"+++", SHORT, b"+++", LONG), b"++++++"),
]


def play(case: Escape, certificates: Certificates) -> None:
    with Modem(options=["--trace", "at"]) as modem, Peer(certificates) as peer:
        driver = Driver(modem).begin().attach().enable().tune()
        driver.ok(f"ATS12={WIDE_REGISTER}")
        connect(driver, peer, online=True)
        for step in case.steps[:-1] if case.escapes else case.steps:
            if isinstance(step, bytes):
                driver.host.write(step)
            elif step == SHORT:
                time.sleep(SHORT)  # the pause itself
            else:
                driver.host.silence(step)
        if case.escapes:
            driver.expect("OK")
            driver.status("2,5")
            driver.go_online()
        driver.host.write(b"end")
        peer.expect(case.data + b"end")
        driver.host.nothing_for(0.05)


@pytest.fixture(scope="module")
def played(certificates: Certificates) -> Iterator[Callable[[Escape], None]]:
    """How a case went, raised when it failed."""
    with ThreadPoolExecutor(len(ESCAPES)) as pool:
        running = {case.name: pool.submit(play, case, certificates) for case in ESCAPES}
        yield lambda case: running[case.name].result()


@pytest.mark.parametrize("case", ESCAPES, ids=lambda case: case.name)
def test_escape_sequence(played: Callable[[Escape], None], case: Escape) -> None:
    """Only with silence around it; else it is data, of which nothing is lost or changed."""
    played(case)


def test_guard_time_of_a_program_that_reads_late(driver: Driver, peer: Peer) -> None:
    """A host that waits for exactly the guard time is heard, though its data were read late: here
    the program is held while they come."""
    late_s = 0.05
    driver.enable().tune()
    driver.ok(f"ATS12={WIDE_REGISTER}")
    connect(driver, peer, online=True)
    process = driver.modem.process
    process.send_signal(signal.SIGSTOP)
    try:
        driver.host.write(b"data")
        written = time.monotonic()
        time.sleep(late_s)
    finally:
        process.send_signal(signal.SIGCONT)
    time.sleep(max(0.0, written + WIDE_S - time.monotonic()))
    driver.host.write(b"+++")
    driver.expect("OK")
    driver.status("2,5")
    peer.expect(b"data")


def test_nothing_of_the_escape_reaches_the_peer(driver: Driver, peer: Peer) -> None:
    driver.enable().tune()
    connect(driver, peer, online=True)
    driver.host.write(b"before")
    driver.escape()
    driver.hang_up()
    peer.expect(b"before")
    peer.expect_end()


def test_another_escape_character(driver: Driver, peer: Peer) -> None:
    """S2 names the character; above 127 there is none."""
    driver.enable().tune()
    driver.ok("ATS2=42")
    connect(driver, peer, online=True)
    driver.host.silence(SILENCE_S)
    driver.host.write(b"+++")
    driver.host.silence(SILENCE_S)
    driver.host.write(b"***")
    driver.expect("OK")
    peer.expect(b"+++")
    driver.ok("ATS2=200")
    driver.go_online()
    driver.host.silence(SILENCE_S)
    driver.host.write(b"***")
    driver.host.silence(SILENCE_S)
    peer.expect(b"***")


def test_data_goes_to_the_host_while_plus_is_held(driver: Driver, peer: Peer) -> None:
    """Waiting for a silence must not hold up the other direction."""
    driver.ok(f"ATS12={WIDE_REGISTER}")  # long enough to tell before from after
    driver.enable().tune()
    connect(driver, peer, online=True)
    driver.host.silence(WIDE_S)
    driver.host.write(b"++")
    peer.send(b"from the peer")
    driver.host.expect_exact(b"from the peer")
    assert peer.unread() == b""
    driver.host.write(b"x")
    peer.expect(b"++x")


# Hosts that vanish


@dataclass(frozen=True)
class State:
    """A state that a port can be in: how to get there, and what the next host finds."""

    name: str
    enter: Callable[[Driver, Peer], None]
    leave: Callable[[Driver, Peer], None]


def type_half_a_line(driver: Driver, _: Peer) -> None:
    driver.host.write(b"AT+CG")


def open_prompt(driver: Driver, _: Peer) -> None:
    driver.type("AT#SSLSECDATA=1,1,1,500")
    driver.host.expect_exact(PROMPT)
    driver.host.write(b"-----BEGIN")


def start_dial(driver: Driver, peer: Peer) -> None:
    """The peer takes the connection and does not answer."""
    driver.type(driver.dial_line(peer.port, timeout_ds=10))
    peer.accept()
    peer.client_hello()


def dial_online(driver: Driver, peer: Peer) -> None:
    connect(driver, peer, online=True)
    driver.host.write(b"first host")
    peer.expect(b"first host")


def suspend(driver: Driver, peer: Peer) -> None:
    connect(driver, peer, online=True)
    driver.escape()


def wait_in_receive(driver: Driver, peer: Peer) -> None:
    connect(driver, peer, online=False)
    driver.type("AT#SSLRECV=1,10,10")
    driver.host.nothing_for(0.05)


def finds_commands(driver: Driver, _: Peer) -> None:
    """As every host driver starts: out of a prompt, and to the end of a line.  What the one before
    had half typed or not read is still there, as on a serial line; behind it all is as ever."""
    driver.host.write(ESC)
    driver.type("AT")
    driver.type("AT+GMM")
    driver.host.read_until(MODEL)
    driver.is_ready()


def finds_data(driver: Driver, peer: Peer) -> None:
    driver.host.write(b"next host")
    peer.expect(b"next host")
    peer.send(b"to the next host")
    driver.host.expect_exact(b"to the next host")
    driver.escape()
    driver.status("2,5")


def finds_connection(driver: Driver, peer: Peer) -> None:
    finds_commands(driver, peer)
    driver.status("2,5")
    driver.go_online()
    finds_data(driver, peer)


def finds_commands_later(driver: Driver, peer: Peer) -> None:
    """The command that ran ends by its time-out; its answer is nobody's or the next host's."""
    driver.type("AT")
    driver.host.read_until(OK)
    finds_commands(driver, peer)


STATES = [
    State("half a line", type_half_a_line, finds_commands),
    State("prompt", open_prompt, finds_commands),
    State("dialling", start_dial, finds_commands_later),
    State("online", dial_online, finds_data),
    State("suspended", suspend, finds_connection),
    State("waiting in SSLRECV", wait_in_receive, finds_commands_later),
]
EACH_STATE = pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
PORTS = pytest.mark.parametrize("port", ["pty", "tcp", "unix"])


@PORTS
@EACH_STATE
def test_host_vanishes(peer: Peer, port: str, state: State) -> None:
    with ChangingHosts(port=port, options=["--trace", "at,port"]) as modem:
        driver = Driver(modem).begin().attach().enable().tune()
        state.enter(driver, peer)
        modem.host_leaves()
        state.leave(modem.host_comes(), peer)


@PORTS
@EACH_STATE
def test_sigterm(peer: Peer, port: str, state: State) -> None:
    """Status 0, and no link or socket left; the peer is told where TLS is up."""
    with Modem(port=port) as modem:
        state.enter(Driver(modem).begin().attach().enable().tune(), peer)
        modem.stop()
    if state.name in ("online", "suspended", "waiting in SSLRECV"):
        peer.expect_end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_signals_end_it_as_well(number: int) -> None:
    with Modem() as modem:
        Driver(modem).begin()
        modem.process.send_signal(number)
        assert modem.process.wait(EXIT_S) == 0
        assert not os.path.lexists(modem.pty_path)
        modem.discard()


@PORTS
def test_host_vanishes_with_data_on_its_way(peer: Peer, port: str) -> None:
    """What a host wrote before it left reaches the peer, however slowly that reads."""
    data = random.Random(1).randbytes(300_000)
    with ChangingHosts(port=port) as modem:
        driver = Driver(modem).begin().attach().enable().tune()
        connect(driver, peer, online=True)
        driver.host.write(data)
        modem.host_leaves()
        peer.expect(data)
        finds_data(modem.host_comes(), peer)


# Power lost


def test_what_was_answered_ok_survives_a_kill(certificates: Certificates, tmp_path: Path) -> None:
    """kill -9 right behind the OK, again and again: settings and security data are there."""
    modem = Modem(state=tmp_path / "state")
    secrets = {CA: certificates.pem("ca"), CERTIFICATE: certificates.pem("client"),
               KEY: certificates.key("client")}
    with modem:
        Driver(modem).begin().enable()
        for size, (kind, path) in enumerate(secrets.items(), start=1000):
            modem.kill()
            modem.start()
            driver = Driver(modem).begin()
            driver.store(kind, path.read_bytes())
            modem.kill()
            modem.start()
            driver = Driver(modem).begin()
            driver.type(f"AT#SSLSECDATA=1,2,{kind}")
            assert path.read_bytes() in driver.host.read_until(OK)
            driver.ok(f"AT#SSLCFG=1,1,{size},7,60,8,1,2")
        modem.kill()
        modem.start()
        driver = Driver(modem).begin()
        driver.answers("AT#SSLCFG?", "#SSLCFG: 1,1,1002,7,60,8,1,2,0,0")
        driver.answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,1,1,1")
        driver.answers("AT#SSLEN?", "#SSLEN: 1,1")


def test_profile_survives_a_kill(tmp_path: Path) -> None:
    with Modem(state=tmp_path / "state") as modem:
        driver = Driver(modem).begin()
        driver.ok("ATS12=60;&W")
        modem.kill()
        modem.start()
        modem.host.write(b"ATS12?\r")  # the profile has the echo off
        modem.host.expect_exact(b"\r\n060\r\n" + OK)
