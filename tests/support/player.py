"""Plays transcripts (transcript.py) on real ports with real peers, and compares byte for byte.

In virtual time `tlsmodem check` plays them.  Back ends, by name: pty, tcp, unix, stdio, the daemon
(build/tlsmodem) behind that port; each of them with `-bytes`: the same, the host's input cut into
single bytes.
"""

from __future__ import annotations

import re
import ssl
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from .certs import Certificates
from .modem import (Host, Modem, open_pty, program_path, show, show_difference,
                    show_lines)
from .patience import ANSWER_S
from .peer_control import (PeerControl, RealPeer, RealUdpPeer, make_real_peer)
from .servers import PeerError, free_port, refused_port
from .transcript import (Data, Echo, Escape, Expect, ExpectMatch, Nothing, OnPort, PeerPlan,
                         PeerStep, PowerCycle, Step, Transcript, Type, Wait)

BACKENDS = ("pty", "pty-bytes")
PORTS = ("pty", "tcp", "unix", "stdio")

OVER_GUARD_S = 0.1   # a host is silent for a little longer than the guard time
UNDER_GUARD_S = 0.2  # nothing may come earlier than the guard time, seen from a host
SETTLE_S = 0.05      # how long to look for bytes too many at the end, in real time

HOST, ADDRESS = "localhost", "127.0.0.1"


class Mismatch(AssertionError):
    """A step did not come out as written."""


def expect_nothing(seconds: float, got: bytes, what: str) -> None:
    if got:
        raise Mismatch(f"expected nothing for {seconds:g} s{what}"
                       + "".join(f"\n    {line}" for line in show_lines(got)))


class DaemonBackend:
    """The daemon and real peers, in real time."""

    def __init__(self, transcript: Transcript, certificates: Certificates, folder: Path, port: str,
                 single_bytes: bool) -> None:
        self.peers: dict[str, PeerControl] = {}
        self.ports: dict[str, int] = {}
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
        # What was stored before is not in a recording.
        self._recording = folder / "recorded.at" if transcript.state != "kept" else None
        if self._recording is not None:
            options += ["--record", str(self._recording)]
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
        if self._recording is not None:
            check_recording(self._recording)

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


def check_recording(path: Path) -> None:
    """What --record has written of the run plays back; secrets would have to be given."""
    if "\n# secret1: " in path.read_text():
        return
    check = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "check", path],
                           capture_output=True, text=True, timeout=ANSWER_S, check=False)
    if check.returncode != 0:
        raise Mismatch(f"the recording does not play\n{check.stdout}{check.stderr}\n"
                       f"  the recording:\n{path.read_text()}")


def make_backend(name: str, transcript: Transcript, certificates: Certificates,
                 folder: Path) -> DaemonBackend:
    """A back end by name, with the modem switched on."""
    kind, _, pieces = name.partition("-")
    if kind in PORTS and pieces in ("", "bytes"):
        return DaemonBackend(transcript, certificates, folder, kind, bool(pieces))
    raise ValueError(f"no back end {name!r}; there are {', '.join(PORTS)}, each with -bytes")


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

    def __init__(self, transcript: Transcript, backend: DaemonBackend,
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
            self.expect(self.fill(step.data, "expected"))  # a burst too: the machine may part it
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
