"""Plays transcripts (transcript.py) on a back end and compares byte for byte.

Back ends, by name:
- engine: the engine in virtual time, with a scripted network and scripted TLS (build/engine_host);
- pty, tcp, unix, stdio: the daemon (build/tlsmodem) behind that port, with a real TLS peer;
- each of them with `-bytes`: the same, the host's input cut into single bytes.
"""

from __future__ import annotations

import re
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

from .certs import Certificates
from .engine import EngineHost
from .modem import Modem, show, show_difference, show_lines
from .servers import Misbehaviour, Peer, PeerError, RawPeer, free_port
from .transcript import (Data, Echo, Escape, Expect, ExpectMatch, Nothing, PeerPlan, PeerStep,
                         PowerCycle, Step, Transcript, Type, Wait)

BACKENDS = ("engine", "engine-bytes", "pty", "pty-bytes")
PORTS = ("pty", "tcp", "unix", "stdio")

ANSWER_S = 15.0      # how long a step waits for what it expects; a module's own limit is 10 s
GUARD_S = 1.1        # a little more than S12 = 50, one second
BEFORE_GUARD_S = 0.8  # nothing may come earlier than the guard time, seen from a host
SETTLE_S = 0.05      # how long to look for bytes too many at the end, in real time

HOST, ADDRESS = "localhost", "127.0.0.1"


class Mismatch(AssertionError):
    """A step did not come out as written."""


class PeerControl(ABC):
    """One peer of a transcript, as a back end plays it."""

    @abstractmethod
    def accepts(self, version: str, suite: str) -> None: ...

    @abstractmethod
    def fails(self, reason: str, alert: str) -> None: ...

    @abstractmethod
    def sends(self, data: bytes) -> None: ...

    @abstractmethod
    def gets(self, data: bytes) -> None: ...

    @abstractmethod
    def gets_close(self) -> None: ...

    @abstractmethod
    def closes(self) -> None: ...

    @abstractmethod
    def hangs_up(self) -> None: ...

    @abstractmethod
    def resets(self) -> None: ...

    @abstractmethod
    def corrupts(self) -> None:
        """Sends a record that cannot be decrypted."""

    @abstractmethod
    def offered(self) -> dict[str, str]:
        """What the module offered; keys that this back end cannot see are left out."""

    @abstractmethod
    def client(self, subject: str) -> None:
        """The module showed its client certificate."""

    @abstractmethod
    def unread(self) -> bytes:
        """What the peer got that no step asked for."""


class Backend(ABC):
    """A modem with one host, and its peers."""

    def __init__(self) -> None:
        self.peers: dict[str, PeerControl] = {}
        self.ports: dict[str, int] = {}

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

    @abstractmethod
    def settle(self) -> None:
        """Lets come what is still on its way."""

    @abstractmethod
    def power_cycle(self) -> None: ...

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

    FIRST_PORT = 4433

    def __init__(self, transcript: Transcript, single_bytes: bool) -> None:
        super().__init__()
        self.single_bytes = single_bytes
        self._pending = b""
        self.engine = EngineHost()
        self._new = f"new {transcript.model} {'memory' if transcript.state == 'kept' else 'none'}"
        try:
            self._set_up(transcript)
        except BaseException:
            self.close()
            raise

    def _set_up(self, transcript: Transcript) -> None:
        self.engine.ask("log debug at")
        self.engine.ask(self._new)
        for name, address in transcript.names.items():
            self.engine.ask(f"names {name} {address}")
        for offset, plan in enumerate(transcript.peers.values()):
            port = self.FIRST_PORT + offset
            self.engine.ask(f"listen {port} {'refuse' if plan.kind == 'refuse' else 'accept'}")
            self.ports[plan.variable] = port
            self.peers[plan.name] = EnginePeer(self, port)

    def type(self, data: bytes) -> None:
        for piece in ([bytes((byte,)) for byte in data] if self.single_bytes else [data]):
            self.engine.ask(f"feed {piece.hex()}")
        self._take()

    def pending(self) -> bytes:
        return self._pending

    def drop(self, count: int) -> None:
        self._pending = self._pending[count:]

    def receive(self, limit_s: float) -> float:
        self._take()
        elapsed_ms = int(self.engine.ask(f"await {round(limit_s * 1000)}"))
        self._take()
        return elapsed_ms / 1000

    def wait(self, seconds: float) -> None:
        self.engine.ask(f"advance {round(seconds * 1000)}")
        self._take()

    def settle(self) -> None:
        self._take()

    def power_cycle(self) -> None:
        self._pending = b""
        self.engine.ask(self._new)
        self._take()

    def log(self) -> str:
        return self.engine.log()

    def stop(self) -> None:
        self.engine.quit()

    def close(self) -> None:
        self.engine.close()

    def _take(self) -> None:
        self._pending += self.engine.ask_bytes("take")


class EnginePeer(PeerControl):
    """A peer that engine_host plays."""

    def __init__(self, backend: EngineBackend, port: int) -> None:
        self.backend = backend
        self.port = port
        self._got = b""

    def ask(self, request: str) -> str:
        return self.backend.engine.ask(f"peer {self.port} {request}")

    def wait_for(self, *states: str) -> None:
        left = ANSWER_S
        while (state := self.ask("state")) not in states:
            if left <= 0:
                raise PeerError(f"the module's connection is {state}, "
                                f"expected {' or '.join(states)}")
            left -= max(0.001, self.backend.receive(left))

    def accepts(self, version: str, suite: str) -> None:
        self.wait_for("handshaking")
        self.ask(f"handshake ok {version} {suite}".rstrip())
        self.wait_for("open")

    def fails(self, reason: str, alert: str) -> None:
        self.wait_for("handshaking")
        self.ask(f"handshake fail {reason} {alert}".rstrip())

    def sends(self, data: bytes) -> None:
        self.ask(f"send {data.hex()}")

    def gets(self, data: bytes) -> None:
        left = ANSWER_S
        while len(self._look()) < len(data) and data.startswith(self._got) and left > 0:
            left -= max(0.001, self.backend.receive(left))
        if not self._got.startswith(data):
            raise PeerError("the peer got something else\n" + show_difference(data, self._got))
        self._got = self._got[len(data):]

    def gets_close(self) -> None:
        self.wait_for("shut", "closed")
        if self._look():
            raise PeerError(f"the module sent {show(self._got)!r} before it closed")

    def closes(self) -> None:
        self.ask("close")

    def hangs_up(self) -> None:
        self.ask("hangup")

    def resets(self) -> None:
        self.ask("reset")

    def corrupts(self) -> None:
        self.ask("corrupt")

    def offered(self) -> dict[str, str]:
        return dict(word.split("=", 1) for word in self.ask("offer").split())

    def client(self, subject: str) -> None:
        offer = self.offered()
        if "0" in (offer["cert"], offer["key"]):
            raise PeerError(f"the module did not give its certificate and key: {offer}")

    def unread(self) -> bytes:
        return self._look()

    def _look(self) -> bytes:
        self._got += bytes.fromhex(self.ask("got"))
        return self._got


class DaemonBackend(Backend):
    """The daemon and real peers, in real time."""

    def __init__(self, transcript: Transcript, certificates: Certificates, folder: Path, port: str,
                 single_bytes: bool) -> None:
        super().__init__()
        self.single_bytes = single_bytes
        self._servers: list[RawPeer] = []
        for plan in transcript.peers.values():
            self._add_peer(plan, certificates)
        self.modem = Modem(transcript.model, port, options=["--trace", "at"],
                           state=folder / "state" if transcript.state == "kept" else None)
        try:
            self.modem.start()
        except BaseException:
            self.close()
            raise

    def type(self, data: bytes) -> None:
        self.modem.host.write(data, piece=1 if self.single_bytes else 0)

    def pending(self) -> bytes:
        return self.modem.host.pending()

    def drop(self, count: int) -> None:
        self.modem.host.drop(count)

    def receive(self, limit_s: float) -> float:
        before = time.monotonic()
        self.modem.host.wait_for_more(limit_s)
        return time.monotonic() - before

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)  # the host's silence itself, not a wait for something

    def settle(self) -> None:
        self.modem.host.wait_for_more(SETTLE_S)

    def power_cycle(self) -> None:
        self.modem.stop()
        self.modem.start()

    def log(self) -> str:
        return self.modem.log()

    def stop(self) -> None:
        self.modem.stop()

    def close(self) -> None:
        for server in self._servers:
            server.stop()
        modem = getattr(self, "modem", None)
        if modem is not None:
            modem.discard()

    def _add_peer(self, plan: PeerPlan, certificates: Certificates) -> None:
        if plan.kind == "refuse":
            self.ports[plan.variable] = free_port()
            return
        server = make_peer(plan, certificates) if plan.kind == "tls" else RawPeer()
        self._servers.append(server)
        self.ports[plan.variable] = server.port
        self.peers[plan.name] = RealPeer(server, plan)


OPENSSL_VERSIONS = {"0301": ssl.TLSVersion.TLSv1, "0302": ssl.TLSVersion.TLSv1_1,
                    "0303": ssl.TLSVersion.TLSv1_2, "0304": ssl.TLSVersion.TLSv1_3}
VERSION_NAMES = {"TLSv1": "0301", "TLSv1.1": "0302", "TLSv1.2": "0303", "TLSv1.3": "0304"}


def make_peer(plan: PeerPlan, certificates: Certificates) -> Peer:
    """The TLS peer that a header line describes."""
    more: dict[str, object] = {}
    if "client" in plan.options:
        more["client_ca"] = plan.options["client"]
    if "ciphers" in plan.options:
        more["ciphers"] = plan.options["ciphers"]
    if "versions" in plan.options:
        oldest, _, newest = plan.options["versions"].partition("-")
        more["versions"] = OPENSSL_VERSIONS[oldest], OPENSSL_VERSIONS[newest or oldest]
    return Peer(certificates, certificate=plan.argument, **more)  # type: ignore[arg-type]


class RealPeer(PeerControl):
    """A peer on a socket."""

    def __init__(self, server: RawPeer, plan: PeerPlan) -> None:
        self.server = server
        self.plan = plan

    @property
    def tls(self) -> Peer:
        if not isinstance(self.server, Peer):
            raise PeerError(f"peer {self.plan.name} does not speak TLS")
        return self.server

    def accepts(self, version: str, suite: str) -> None:
        self.tls.handshake(ANSWER_S)
        if version and VERSION_NAMES[self.tls.version] != version:
            raise PeerError(f"negotiated {self.tls.version}, expected {version}")
        if suite and self.tls.suite != int(suite, 16):
            raise PeerError(f"negotiated {self.tls.cipher} ({self.tls.suite:04x}), "
                            f"expected {suite}")

    def fails(self, reason: str, alert: str) -> None:
        """The reason comes about by itself: by the certificate, the ciphers or the misbehaviour."""
        if self.plan.kind == "tls":
            self.tls.fail_handshake(ANSWER_S)
        else:
            way = Misbehaviour.named(self.plan.argument)
            self.server.accept(ANSWER_S)
            way(self.server)

    def sends(self, data: bytes) -> None:
        self.tls.send(data)

    def gets(self, data: bytes) -> None:
        got = self.tls.receive(len(data), ANSWER_S)
        if got != data:
            raise PeerError("the peer got something else\n"
                            + show_difference(data, got + self.tls.unread()))

    def gets_close(self) -> None:
        self.tls.expect_end(ANSWER_S)

    def closes(self) -> None:
        self.tls.close()

    def hangs_up(self) -> None:
        self.server.hang_up()

    def resets(self) -> None:
        self.server.reset()

    def corrupts(self) -> None:
        self.tls.send_corrupt_record()

    def offered(self) -> dict[str, str]:
        offer = self.tls.offer
        return {"max": f"{offer.version:04x}", "sni": "1" if offer.server_name else "0",
                "suites": ",".join(f"{suite:04x}" for suite in offer.suites)}

    def client(self, subject: str) -> None:
        if self.tls.client_subject != subject:
            raise PeerError(f"the client certificate is of {self.tls.client_subject!r}")

    def unread(self) -> bytes:
        return self.server.unread() if isinstance(self.server, Peer) else b""


def make_backend(name: str, transcript: Transcript, certificates: Certificates,
                 folder: Path) -> Backend:
    """A back end by name, with the modem switched on."""
    kind, _, pieces = name.partition("-")
    if pieces not in ("", "bytes"):
        raise ValueError(f"no back end {name!r}")
    if kind == "engine":
        return EngineBackend(transcript, bool(pieces))
    if kind in PORTS:
        return DaemonBackend(transcript, certificates, folder, kind, bool(pieces))
    raise ValueError(f"no back end {name!r}; there are engine, {', '.join(PORTS)}, "
                     "each with -bytes")


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
        self.variables = {"host": HOST.encode(), "address": ADDRESS.encode(), **variables}
        for name, port in backend.ports.items():
            self.variables[name] = str(port).encode()
        self.echo = True
        self.record: list[str] = []
        # Where the counted bytes (`400 bytes`) stand: each way, at each end.
        self.positions = {"typed": 0, "gets": 0, "sends": 0, "expected": 0}

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
            self.expect(self.fill(step.data, "expected"))
        elif isinstance(step, ExpectMatch):
            self.expect_match(step.pattern)
        elif isinstance(step, Nothing):
            self.expect_nothing(step.seconds)
        elif isinstance(step, Wait):
            self.backend.wait(step.seconds)
        elif isinstance(step, Escape):
            self.escape()
        elif isinstance(step, Echo):
            self.echo = step.on
        elif isinstance(step, PowerCycle):
            self.power_cycle()
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

    def expect_match(self, pattern: re.Pattern[str]) -> None:
        """A line framed as `< text` is, whose text the expression matches completely."""
        self.expect(b"\r\n")
        left = ANSWER_S
        while b"\r\n" not in (got := self.backend.pending()) and left > 0:
            left -= max(0.0001, self.backend.receive(left))
        line, end, _ = got.partition(b"\r\n")
        match = pattern.fullmatch(line.decode("latin-1"))
        if not end or not match:
            raise Mismatch(f"  {show(got)!r} does not match {pattern.pattern!r}")
        self.backend.drop(len(line) + len(end))
        for name, value in match.groupdict().items():
            self.variables[name] = (value or "").encode("latin-1")

    def expect_nothing(self, seconds: float) -> None:
        left = seconds
        while not (got := self.backend.pending()) and left > 0:
            left -= max(0.0001, self.backend.receive(left))
        if got:
            raise Mismatch(f"expected nothing for {seconds:g} s; after {seconds - left:.3f} s came"
                           + "".join(f"\n    {line}" for line in show_lines(got)))

    def escape(self) -> None:
        """Silence before and after +++ (S12); no answer before the silence is complete."""
        self.expect_nothing(GUARD_S)
        self.backend.type(b"+++")
        self.expect_nothing(BEFORE_GUARD_S)

    def power_cycle(self) -> None:
        self.backend.power_cycle()
        self.echo = True

    # Peers

    def peer(self, step: PeerStep) -> None:
        peer = self.backend.peers[step.peer]
        words = (*step.words, "", "")
        if step.verb == "accepts":
            peer.accepts(words[0], words[1])
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
            self.check_offer(peer.offered(), step.words)
        elif step.verb == "client":
            peer.client(self.fill(step.data, "gets").decode())
        else:
            raise NotImplementedError(step.verb)

    @staticmethod
    def check_offer(offer: Mapping[str, str], words: tuple[str, ...]) -> None:
        for word in words:
            key, _, value = word.partition("=")
            if offer.get(key, value) != value:
                raise PeerError(f"the module offered {key}={offer[key]}")

    # The end

    def check_the_end(self) -> None:
        """Whatever came and was not expected is a difference too."""
        self.backend.settle()
        if rest := self.backend.pending():
            raise Mismatch(self.report("at the end", AssertionError(
                "the module says more:\n    " + "\n    ".join(show_lines(rest)))))
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
