"""Plays transcripts (transcript.py) on a back end and compares byte for byte.

Back ends, by name:
- engine: the engine in virtual time, with a scripted network and scripted TLS (build/engine_host);
- pty, tcp, unix, stdio: the daemon (build/tlsmodem) behind that port, with a real TLS peer;
- each of them with `-bytes`: the same, the host's input cut into single bytes;
- engine-link: the engine behind a link that costs no time (src/wrap/link.h).
"""

from __future__ import annotations

import itertools
import re
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from .certs import Certificates
from .engine import EngineHost
from .modem import Host, Modem, open_pty, show, show_difference, show_lines
from .patience import ANSWER_S
from .peer_control import (PeerControl, RealPeer, RealUdpPeer, make_engine_peer,
                           make_real_peer)
from .servers import PeerError, free_port, refused_port
from .transcript import (Data, Echo, Escape, Expect, ExpectMatch, Nothing, OnPort, PeerPlan,
                         PeerStep, PowerCycle, Step, Transcript, Type, Wait, WorldStep)

BACKENDS = ("engine", "engine-bytes", "engine-link", "pty", "pty-bytes")
PORTS = ("pty", "tcp", "unix", "stdio")

OVER_GUARD_S = 0.1   # a host is silent for a little longer than the guard time
UNDER_GUARD_S = 0.2  # nothing may come earlier than the guard time, seen from a host
BURST_END_S = 0.03   # the shortest silence that ends a burst for a host that we know of
SETTLE_S = 0.05      # how long to look for bytes too many at the end, in real time

HOST, ADDRESS = "localhost", "127.0.0.1"


class Mismatch(AssertionError):
    """A step did not come out as written."""


def expect_nothing(seconds: float, got: bytes, what: str) -> None:
    if got:
        raise Mismatch(f"expected nothing for {seconds:g} s{what}"
                       + "".join(f"\n    {line}" for line in show_lines(got)))


class Backend(ABC):
    """A modem with a host at each port, and its peers."""

    IS_VIRTUAL = False  # time: only waits let it go by

    def __init__(self) -> None:
        self.peers: dict[str, PeerControl] = {}
        self.ports: dict[str, int] = {}

    @abstractmethod
    def select(self, port: int) -> None:
        """Which port's host types and hears from now on; 1 at the beginning."""

    @abstractmethod
    def type(self, data: bytes) -> None: ...

    @abstractmethod
    def pending(self) -> bytes:
        """What the module said and drop() has not taken."""

    @abstractmethod
    def drop(self, count: int) -> None: ...

    @abstractmethod
    def receive(self, limit_s: float) -> float:
        """Waits until something came, or `limit_s`; gives the time that went by."""

    @abstractmethod
    def wait(self, seconds: float) -> None: ...

    def nothing_for(self, seconds: float, *, typed_before: bool = False) -> None:
        """Mismatch when something comes in this time, which begins now, or when the host began to
        type its last bytes."""
        del typed_before  # the same, in virtual time
        left = seconds
        while not self.pending() and left > 0:
            left -= max(0.0001, self.receive(left))
        expect_nothing(seconds, self.pending(), f"; after {seconds - left:.3f} s came")

    def silence(self, seconds: float) -> None:
        """The same; the time begins when the module has read what was typed."""
        self.nothing_for(seconds)

    @abstractmethod
    def settle(self) -> None:
        """Lets come what is still on its way."""

    @abstractmethod
    def power_cycle(self) -> None: ...

    def world(self, words: list[str]) -> None:
        """What a laboratory does: a request of engine_host."""
        raise NotImplementedError(f"{words[0]}: the daemon has no scenario, say `only engine`")

    @abstractmethod
    def log(self) -> str: ...

    @abstractmethod
    def stop(self) -> None:
        """Ends the modem and checks how it ended."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of everything; after stop(), or instead of it when a test has failed."""


class EngineBackend(Backend):
    """Virtual time: a wait costs nothing, and what is said at one moment is all there at once."""

    IS_VIRTUAL = True
    FIRST_PORT = 44330  # five digits, as real ones have

    def __init__(self, transcript: Transcript, single_bytes: bool, wraps: Mapping[str, str]) -> None:
        super().__init__()
        self.single_bytes = single_bytes
        self._wraps = wraps
        self._port = 1
        self._pending = {port: b"" for port in range(1, transcript.ports + 1)}
        self.engine = EngineHost()
        self._new = (f"new {transcript.model} {'memory' if transcript.state == 'kept' else 'none'}"
                     f" {transcript.ports}")
        try:
            self._set_up(transcript)
        except BaseException:
            self.close()
            raise

    def _set_up(self, transcript: Transcript) -> None:
        self.engine.ask("log debug at")
        if self._wraps:
            self.engine.ask(" ".join(["wrap", *itertools.chain(*self._wraps.items())]))
        if transcript.clock:
            self.engine.ask(f"time {transcript.clock}")
        self.engine.ask(self._new)
        for name, address in transcript.names.items():
            self.engine.ask(f"names {name} {address}")
        for address, answer in transcript.pings.items():
            self.engine.ask(f"echo {address} {answer}")
        port = self.FIRST_PORT
        for plan in transcript.peers.values():
            self.ports[plan.variable] = port
            self.peers[plan.name] = make_engine_peer(self, port, plan)
            port += 1
        for variable in transcript.free_ports:
            self.ports[variable] = port
            port += 1

    def select(self, port: int) -> None:
        self._port = port
        self.engine.ask(f"port {port - 1}")
        self._take()

    def type(self, data: bytes) -> None:
        for piece in ([bytes((byte,)) for byte in data] if self.single_bytes else [data]):
            self.engine.ask(f"feed {piece.hex()}")
        self._take()

    def pending(self) -> bytes:
        return self._pending[self._port]

    def drop(self, count: int) -> None:
        self._pending[self._port] = self._pending[self._port][count:]

    def receive(self, limit_s: float) -> float:
        known = len(self.pending())
        self._take_all()
        if len(self.pending()) > known:
            return 0.0  # it came before anybody waited
        elapsed_ms = int(self.engine.ask(f"await {round(limit_s * 1000)}"))
        self._take()
        return elapsed_ms / 1000

    def wait(self, seconds: float) -> None:
        self.engine.ask(f"advance {round(seconds * 1000)}")
        self._take()

    def settle(self) -> None:
        self._take()

    def power_cycle(self) -> None:
        self._pending = dict.fromkeys(self._pending, b"")
        self.engine.ask(self._new)
        self.select(self._port)

    def world(self, words: list[str]) -> None:
        self.engine.ask(" ".join(words))
        self._take()

    def log(self) -> str:
        return self.engine.log()

    def stop(self) -> None:
        self.engine.quit()

    def close(self) -> None:
        self.engine.close()

    def _take_all(self) -> None:
        """Also of the other ports: what waits there lets no time go by."""
        for port in self._pending.keys() - {self._port}:
            self.engine.ask(f"port {port - 1}")
            self._pending[port] += self.engine.ask_bytes("take")
        if len(self._pending) > 1:
            self.engine.ask(f"port {self._port - 1}")
        self._take()

    def _take(self) -> None:
        self._pending[self._port] += self.engine.ask_bytes("take")


class DaemonBackend(Backend):
    """The daemon and real peers, in real time."""

    def __init__(self, transcript: Transcript, certificates: Certificates, folder: Path, port: str,
                 single_bytes: bool) -> None:
        super().__init__()
        self.single_bytes = single_bytes
        self._to_stop: list[RealPeer | RealUdpPeer] = []
        for plan in transcript.peers.values():
            self._add_peer(plan, certificates)
        for variable in transcript.free_ports:
            self.ports[variable] = free_port()
        self._more_ports = [folder / f"port{number}" for number in range(2, transcript.ports + 1)]
        self._more_hosts: list[Host] = []
        self._port = 1
        self._typed_at = 0.0
        options = [word for path in self._more_ports for word in ("--pty", str(path))]
        for name, words in transcript.wraps.items():
            options += [f"--{name}", words]
        if transcript.clock:
            options += ["--clock", transcript.clock]
        self.modem = Modem(transcript.model, port, options=[*options, "--trace", "at"],
                           state=folder / "state" if transcript.state == "kept" else None)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    def _start(self) -> None:
        self.modem.start()
        for path in self._more_ports:  # the module is ready when all of them are there
            self._more_hosts.append(open_pty(str(path), self.modem))

    @property
    def host(self) -> Host:
        return self.modem.host if self._port == 1 else self._more_hosts[self._port - 2]

    def select(self, port: int) -> None:
        self._port = port

    def type(self, data: bytes) -> None:
        self._typed_at = time.monotonic()
        self.host.write(data, piece=1 if self.single_bytes else 0)

    def pending(self) -> bytes:
        return self.host.pending()

    def drop(self, count: int) -> None:
        self.host.drop(count)

    def receive(self, limit_s: float) -> float:
        before = time.monotonic()
        self.host.wait_for_more(limit_s)
        return time.monotonic() - before

    def nothing_for(self, seconds: float, *, typed_before: bool = False) -> None:
        """What is seen only after that time, by a machine that was busy, may have come after it."""
        since = self._typed_at if typed_before else time.monotonic()
        expect_nothing(seconds, self.host.heard_until(since + seconds), ", got")

    def silence(self, seconds: float) -> None:
        self.host.wait_until_read()
        self.nothing_for(seconds)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)  # the host's silence itself, not a wait for something

    def settle(self) -> None:
        self.host.wait_for_more(SETTLE_S)

    def power_cycle(self) -> None:
        self.stop()
        self._start()

    def log(self) -> str:
        return self.modem.log()

    def stop(self) -> None:
        self._hang_up()
        self.modem.stop()

    def _hang_up(self) -> None:
        while self._more_hosts:
            self._more_hosts.pop().close()

    def close(self) -> None:
        for peer in self._to_stop:
            peer.server.stop()
        self._hang_up()
        modem = getattr(self, "modem", None)
        if modem is not None:
            modem.discard()

    def _add_peer(self, plan: PeerPlan, certificates: Certificates) -> None:
        if plan.kind == "refuse":
            self.ports[plan.variable] = refused_port()
            return
        peer = make_real_peer(plan, certificates)
        self._to_stop.append(peer)
        self.ports[plan.variable] = peer.server.port
        self.peers[plan.name] = peer


def make_backend(name: str, transcript: Transcript, certificates: Certificates,
                 folder: Path) -> Backend:
    """A back end by name, with the modem switched on."""
    kind, _, pieces = name.partition("-")
    if kind == "engine" and pieces == "link":
        return EngineBackend(transcript, False, {"link": "rtt=0", **transcript.wraps})
    if kind == "engine" and pieces in ("", "bytes"):
        return EngineBackend(transcript, bool(pieces), transcript.wraps)
    if kind in PORTS and pieces in ("", "bytes"):
        return DaemonBackend(transcript, certificates, folder, kind, bool(pieces))
    raise ValueError(f"no back end {name!r}; there are engine, {', '.join(PORTS)}, "
                     "each with -bytes, and engine-link")


def play(transcript: Transcript, backend_name: str, certificates: Certificates,
         folder: Path) -> None:
    """Plays a transcript from beginning to end; Mismatch says what was different."""
    backend = make_backend(backend_name, transcript, certificates, folder)
    try:
        player = Player(transcript, backend, certificates.variables())
        player.run()
        backend.stop()
    finally:
        backend.close()


# Commands after which the echo is not what it was: ATE0, ATE1, ATZ, AT&F (a line may join several).
ECHO_COMMAND = re.compile(rb"^\s*AT(?:[A-DF-Y]\d*|&[A-Z]\d*)*?(?:E([01]?)|(Z|&F))", re.IGNORECASE)


def echo_after(line: bytes, echo: bool) -> bool:
    """Whether the module echoes after it got this command line.  V.250: ATE is ATE0."""
    match = ECHO_COMMAND.match(line)
    if not match:
        return echo
    return True if match[2] else match[1] == b"1"


class Player:
    """Takes one step after the other and keeps the record for a failure's message."""

    def __init__(self, transcript: Transcript, backend: Backend,
                 variables: Mapping[str, bytes]) -> None:
        self.transcript = transcript
        self.backend = backend
        self.variables = {"host": HOST.encode(), "address": ADDRESS.encode(), **variables,
                          **transcript.variables}
        for name, port in backend.ports.items():
            self.variables[name] = str(port).encode()
            self.variables[f"{name}_pasv"] = b"%d,%d" % divmod(port, 256)
        self.port = 1
        self.echoes = {port: True for port in range(1, transcript.ports + 1)}
        self.record: list[str] = []
        # Where the counted bytes (`400 bytes`) stand: each way, at each end.
        self.positions = {"typed": 0, "gets": 0, "sends": 0, "expected": 0}

    @property
    def echo(self) -> bool:
        return self.echoes[self.port]

    @echo.setter
    def echo(self, on: bool) -> None:
        self.echoes[self.port] = on

    def run(self) -> None:
        for step in self.transcript.steps:
            self.take(step)
        self.check_the_end()

    def take(self, step: Step) -> None:
        """One step; whatever goes wrong in it gets its place and the conversation before it."""
        try:
            self.dispatch(step)
        except (AssertionError, KeyError, OSError, ssl.SSLError, RuntimeError) as error:
            raise Mismatch(self.report(step.place, error)) from error
        self.record.append(step.text)

    def dispatch(self, step: Step) -> None:
        if isinstance(step, Type):
            self.type(step)
        elif isinstance(step, Expect):
            expect = self.expect_burst if step.is_burst else self.expect
            expect(self.fill(step.data, "expected"))
        elif isinstance(step, ExpectMatch):
            self.expect_match(step.pattern, step.is_further)
        elif isinstance(step, Nothing):
            self.backend.nothing_for(step.seconds)
        elif isinstance(step, Wait):
            self.backend.wait(step.seconds)
        elif isinstance(step, Escape):
            self.escape()
        elif isinstance(step, Echo):
            self.echo = step.on
        elif isinstance(step, OnPort):
            self.select(step.port)
        elif isinstance(step, PowerCycle):
            self.power_cycle()
        elif isinstance(step, WorldStep):
            self.world(step)
        elif isinstance(step, PeerStep):
            self.peer(step)
        else:
            raise NotImplementedError(type(step).__name__)

    def fill(self, data: Data, stream: str) -> bytes:
        filled, self.positions[stream] = data.fill(self.variables, self.positions[stream])
        return filled

    # Host

    def type(self, step: Type) -> None:
        data = self.fill(step.data, "typed")
        self.backend.type(data)
        if self.echo and (step.is_line or step.is_payload):
            self.expect(data)
        if step.is_line:
            self.echo = echo_after(data, self.echo)

    def expect(self, expected: bytes) -> None:
        left = ANSWER_S
        while (len(got := self.backend.pending()) < len(expected) and expected.startswith(got)
               and left > 0):
            left -= max(0.0001, self.backend.receive(left))
        if not got.startswith(expected):
            self.backend.settle()
            raise Mismatch(show_difference(expected, self.backend.pending()))
        self.backend.drop(len(expected))

    def expect_burst(self, expected: bytes) -> None:
        """As a host hears it that takes a short silence for the end of an answer.  In real time such
        a host is at the mercy of the machine, so that there only the bytes are compared."""
        if not self.backend.IS_VIRTUAL:
            self.expect(expected)
            return
        left = ANSWER_S
        while not self.backend.pending() and left > 0:
            left -= max(0.0001, self.backend.receive(left))
        while self.backend.receive(BURST_END_S) < BURST_END_S:
            pass
        if (got := self.backend.pending()) != expected:
            raise Mismatch(show_difference(expected, got))
        self.backend.drop(len(expected))

    def expect_match(self, pattern: re.Pattern[str], is_further: bool = False) -> None:
        """A line framed as `< text` or `<| text` is, whose text the expression matches completely."""
        if not is_further:
            self.expect(b"\r\n")
        left = ANSWER_S
        while b"\r\n" not in (got := self.backend.pending()) and left > 0:
            left -= max(0.0001, self.backend.receive(left))
        line, end, _ = got.partition(b"\r\n")
        if not end:
            raise Mismatch(f"  {show(got)!r} is no line")
        self.match(pattern, line)
        self.backend.drop(len(line) + len(end))

    def match(self, pattern: re.Pattern[str], line: bytes) -> None:
        """The expression matches the whole line; its groups become variables."""
        match = pattern.fullmatch(line.decode("latin-1"))
        if not match:
            raise Mismatch(f"  {show(line)!r} does not match {pattern.pattern!r}")
        for name, value in match.groupdict().items():
            self.variables[name] = (value or "").encode("latin-1")

    def escape(self) -> None:
        """Silence before and after +++ (S12); no answer before the silence is complete."""
        self.backend.silence(self.transcript.guard + OVER_GUARD_S)
        self.backend.type(b"+++")
        self.backend.nothing_for(self.transcript.guard - UNDER_GUARD_S, typed_before=True)

    def select(self, port: int) -> None:
        self.port = port
        self.backend.select(port)

    def power_cycle(self) -> None:
        self.backend.power_cycle()
        self.echoes = dict.fromkeys(self.echoes, True)

    def world(self, step: WorldStep) -> None:
        words = [step.word, step.name, *(self.fill(data, "typed").hex() for data in step.data)]
        self.backend.world([word for word in words if word])
        if step.word == "power":
            self.echoes = dict.fromkeys(self.echoes, True)

    # Peers

    def peer(self, step: PeerStep) -> None:
        peer = self.backend.peers[step.peer]
        words = (*step.words, "", "")
        if step.verb == "accepts":
            peer.accepts(words[0], words[1], step.resumed)
        elif step.verb == "connected":
            peer.connected()
        elif step.verb == "connects":
            peer.connects(int(self.fill(step.data, "gets")))
        elif step.verb == "from":
            self.check_port(peer.module_port(), int(self.fill(step.data, "gets")))
        elif step.verb == "gets~":
            self.match(step.pattern, peer.gets_line())
        elif step.verb == "gets-nothing":
            peer.gets_nothing(step.seconds)
        elif step.verb == "fails":
            peer.fails(words[0], words[1])
        elif step.verb == "sends":
            peer.sends(self.fill(step.data, "sends"))
        elif step.verb == "gets":
            peer.gets(self.fill(step.data, "gets"))
        elif step.verb == "gets-close":
            peer.gets_close()
        elif step.verb == "closes":
            peer.closes()
        elif step.verb == "hangs-up":
            peer.hangs_up()
        elif step.verb == "resets":
            peer.resets()
        elif step.verb == "corrupts":
            peer.corrupts()
        elif step.verb == "offered":
            self.check_offer(peer.offered(), tuple(map(self.fill_word, step.words)))
        elif step.verb == "client":
            peer.client(self.fill(step.data, "gets").decode())
        else:
            raise NotImplementedError(step.verb)

    @staticmethod
    def check_port(got: int, expected: int) -> None:
        if got != expected:
            raise PeerError(f"the module's own port is {got}, expected {expected}")

    def fill_word(self, word: str) -> str:
        return re.sub(r"\$\{(\w+)\}", lambda match: self.variables[match[1]].decode(), word)

    @staticmethod
    def check_offer(offer: Mapping[str, str], words: tuple[str, ...]) -> None:
        for word in words:
            key, _, value = word.partition("=")
            if offer.get(key, value) != value:
                raise PeerError(f"the module offered {key}={offer[key]}")

    # The end

    def check_the_end(self) -> None:
        """Whatever came and was not expected is a difference too."""
        for port in self.echoes:
            self.select(port)
            self.backend.settle()
            if rest := self.backend.pending():
                raise Mismatch(self.report("at the end", AssertionError(
                    f"the module says more on port {port}:\n    "
                    + "\n    ".join(show_lines(rest)))))
        for name, peer in self.backend.peers.items():
            if rest := peer.unread():
                raise Mismatch(self.report("at the end", AssertionError(
                    f"peer {name} got more: {show(rest)!r}")))

    def report(self, place: str, error: BaseException) -> str:
        lines = [place, str(error), "  before that:"]
        lines += [f"    {line}" for line in self.record[-20:]]
        log = self.backend.log().splitlines()[-40:]
        if log:
            lines += ["  the log:", *(f"    {line}" for line in log)]
        return "\n".join(lines)
