"""Transcripts: conversations between a host, a module and a peer, as plain text.

docs/testing.md describes the format.  Here is its parser; player.py plays what comes out of it.

A file has header lines (model, source, state, name, peer, only) and then steps.  What a step types
or expects is a `Data`: bytes in which variables and counted patterns are filled in when the step is
played.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

CTRL_Z, ESCAPE = b"\x1a", b"\x1b"


class TranscriptError(Exception):
    """A line that is not in the format; the message begins with file and line."""


@dataclass(frozen=True)
class Variable:
    name: str


@dataclass(frozen=True)
class Pattern:
    """`400 bytes`: bytes that say where in the stream they belong, so that a lost or a doubled one
    shows.  Printable, or all 256 values."""

    count: int
    binary: bool

    def bytes_from(self, start: int) -> bytes:
        one = binary_byte if self.binary else printable_byte
        return bytes(one(i) for i in range(start, start + self.count))


def printable_byte(position: int) -> int:
    """The byte at `position` of lines that begin with their own position, 44 bytes each."""
    line, column = divmod(position, 44)
    return f"{line * 44:07d} abcdefghijklmnopqrstuvwxyz.0123456\r\n".encode()[column]


def binary_byte(position: int) -> int:
    """All values, with a period that no buffer size divides."""
    return (position * 7 + position // 251) & 0xff


Part = bytes | Variable | Pattern


@dataclass(frozen=True)
class Data:
    """Bytes to be; `fill` needs the variables and where the counted stream stands."""

    parts: tuple[Part, ...]

    def fill(self, variables: Mapping[str, bytes], position: int = 0) -> tuple[bytes, int]:
        """The bytes, and where the counted stream stands after them."""
        out = b""
        for part in self.parts:
            if isinstance(part, Variable):
                if part.name not in variables:
                    known = ", ".join(sorted(variables))
                    raise KeyError(f"no variable ${{{part.name}}}; there are {known}")
                out += variables[part.name]
            elif isinstance(part, Pattern):
                out += part.bytes_from(position)
                position += part.count
            else:
                out += part
        return out, position

    def __add__(self, end: bytes) -> Data:
        return Data((*self.parts, end))


@dataclass(frozen=True)
class Step:
    path: Path
    line: int
    text: str  # the line as it stands in the file

    @property
    def place(self) -> str:
        return f"{self.path.name}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Type(Step):
    """`> …`.  `is_line`: a command line, echoed whole; `is_payload`: bytes after a prompt, echoed
    too; else nothing is echoed (online mode) or the transcript says itself what comes back."""

    data: Data
    is_line: bool = False
    is_payload: bool = False


@dataclass(frozen=True)
class Expect(Step):
    """`< …`: exactly these bytes come next.  `is_burst`: they and no others between two silences."""

    data: Data
    is_burst: bool = False


@dataclass(frozen=True)
class ExpectMatch(Step):
    """`<~ regex`: a line of the module that matches; named groups become variables.  `<|~ regex`: a
    further line of the same block."""

    pattern: re.Pattern[str]
    is_further: bool = False


@dataclass(frozen=True)
class Nothing(Step):
    """`after 2s nothing`."""

    seconds: float


@dataclass(frozen=True)
class Wait(Step):
    """`wait 1s`: the host is silent; what comes meanwhile is for the next `<`."""

    seconds: float


@dataclass(frozen=True)
class Escape(Step):
    """`escape`: guard time, +++, and nothing before the second guard time is over."""


@dataclass(frozen=True)
class Echo(Step):
    """`echo on|off`: what the echo is from here, where the typed commands do not show it."""

    on: bool


@dataclass(frozen=True)
class PowerCycle(Step):
    """`power cycle`."""


@dataclass(frozen=True)
class WorldStep(Step):
    """`set NAME=VALUE`, `power off|on|reset|brown-out`, `ring ["NUMBER"]`, `ring end`,
    `sms "FROM" "TEXT"`, `context-lost`: what a laboratory does to the modem."""

    word: str
    name: str = ""  # behind the word as it stands
    data: tuple[Data, ...] = ()


@dataclass(frozen=True)
class OnPort(Step):
    """`on port 2`: whose host the next steps are of; the first at the beginning."""

    port: int


@dataclass(frozen=True)
class PeerStep(Step):
    """`peer [NAME] VERB …`."""

    peer: str
    verb: str  # the words before the data, joined by dashes: accepts, gets, gets-close, …
    data: Data = Data(())
    words: tuple[str, ...] = ()
    seconds: float = 0.0
    pattern: re.Pattern[str] = re.compile("")
    resumed: bool | None = None  # accepts: None when the transcript does not say


PEER_KINDS = {"tls": "CERT", "starttls": "CERT", "raw": "WAY", "tcp": "", "udp": "", "refuse": "",
              "hang": ""}


@dataclass(frozen=True)
class PeerPlan:
    """`peer NAME PORTVAR tls CERT [option=value…]`, `… starttls CERT […]`, `… raw WAY`, `… tcp`,
    `… udp`, `… refuse`, `… hang`."""

    name: str
    variable: str
    kind: str  # one of PEER_KINDS
    argument: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Transcript:
    path: Path
    model: str = ""  # the one that plays; the first of `models` until for_model()
    models: dict[str, dict[str, bytes]] = field(default_factory=dict)  # each with its variables
    leaders: list[str] = field(default_factory=list)  # the first of each `models` line
    source: str = ""
    guard: float = 1.0  # silence around the escape sequence, in seconds
    ports: int = 1  # of the modem
    state: str = "none"  # or "kept": settings and security data outlive a power cycle
    only: tuple[str, ...] = ()  # back ends, all when empty
    names: dict[str, str] = field(default_factory=dict)
    pings: dict[str, str] = field(default_factory=dict)  # what an address says to echo requests
    clock: str = ""  # as the daemon's --clock takes it
    wraps: dict[str, str] = field(default_factory=dict)  # in front of the network: --NAME and its words
    free_ports: list[str] = field(default_factory=list)  # variables
    peers: dict[str, PeerPlan] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def for_model(self, model: str) -> Transcript:
        """The same, to be played by that one of its models."""
        return replace(self, model=model)

    def models_on(self, backend: str) -> list[str]:
        """Byte by byte in real time is slow: there the first of each line plays for the others."""
        kind, _, pieces = backend.partition("-")
        return self.leaders if pieces and kind != "engine" else list(self.models)

    @property
    def variables(self) -> Mapping[str, bytes]:
        return self.models.get(self.model, {})

    def runs_on(self, backend: str) -> bool:
        """Whether it is meant for this back end; `only engine` means `engine-bytes` too, unless
        `whole` stands beside it."""
        if "whole" in self.only and backend.endswith("-bytes"):
            return False
        kinds = [word for word in self.only if word != "whole"]
        return not kinds or backend.split("-")[0] in kinds


def parse_file(path: Path) -> Transcript:
    """Reads a transcript.  TranscriptError names the first line that is not in the format."""
    transcript = Transcript(path)
    _Parser(transcript).read(path)
    for wanted in ("model", "source"):
        if not getattr(transcript, wanted):
            raise TranscriptError(f"{path}: no line '{wanted} …'")
    return transcript


class _Parser:
    """Line after line; one method for each word that a line can begin with."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.path = transcript.path
        self.line = 0
        self.text = ""
        self.including: list[Path] = []

    def read(self, path: Path) -> None:
        if path in self.including:
            raise self.wrong("includes itself")
        outer = self.path, self.line, self.text
        self.including.append(path)
        for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            self.path, self.line, self.text = path, number, raw.rstrip()
            if self.text and not self.text.startswith("#"):
                self.read_line()
        self.including.pop()
        self.path, self.line, self.text = outer

    def read_line(self) -> None:
        word, _, rest = self.text.partition(" ")
        readers: dict[str, Callable[[str], None]] = {
            ">": self.typed,
            "<": self.expected, "<|": self.expected_more, "<~": self.expected_match,
            "<|~": self.expected_further_match,
            "peer": self.peer, "after": self.after, "wait": self.wait, "escape": self.escape,
            "echo": self.echo, "power": self.power, "include": self.include, "model": self.models,
            "models": self.models, "guard": self.guard, "on": self.on_port,
            "set": self.set, "ring": self.ring, "sms": self.sms,
            "context-lost": self.context_lost, "fault": self.fault, "link": self.link,
            "source": self.source, "state": self.state, "only": self.only, "name": self.name,
            "ping": self.ping, "port": self.port, "wrap": self.wrap, "clock": self.clock}
        if word not in readers:
            raise self.wrong(f"unknown word {word!r}")
        readers[word](rest)

    def wrong(self, why: str) -> TranscriptError:
        return TranscriptError(f"{self.path}:{self.line}: {self.text}\n  {why}")

    def add(self, kind: Callable[..., Step], **members: object) -> None:
        step = kind(path=self.path, line=self.line, text=self.text, **members)
        self.transcript.steps.append(step)

    # Header

    def models(self, rest: str) -> None:
        """`models NAME… [VARIABLE=VALUE…]`, the variables being those models' own."""
        words = rest.split()
        names = [word.lower() for word in words if "=" not in word]
        variables = dict(word.split("=", 1) for word in words if "=" in word)
        if not names:
            raise self.wrong("which model?")
        for name in names:
            if name in self.transcript.models:
                raise self.wrong(f"{name} stands here twice")
            self.transcript.models[name] = {key: value.encode() for key, value in variables.items()}
        self.transcript.leaders.append(names[0])
        self.transcript.model = self.transcript.model or names[0]

    def guard(self, rest: str) -> None:
        self.transcript.guard = self.seconds(rest)

    def source(self, rest: str) -> None:
        # An included file says where it is from for itself.
        if len(self.including) == 1:
            self.transcript.source = rest.strip()

    def state(self, rest: str) -> None:
        if rest not in ("none", "kept"):
            raise self.wrong("state is none or kept")
        self.transcript.state = rest

    def only(self, rest: str) -> None:
        self.transcript.only = tuple(rest.split())

    def name(self, rest: str) -> None:
        words = rest.split()
        if len(words) != 2:
            raise self.wrong("name HOST ADDRESS, or fail, or hang")
        self.transcript.names[words[0]] = words[1]

    def ping(self, rest: str) -> None:
        match = re.fullmatch(r"(\S+) (\d+( \d+)?|timeout|unreachable|denied)", rest)
        if not match:
            raise self.wrong("ping ADDRESS MS [TTL], or timeout, unreachable, denied")
        self.transcript.pings[match[1]] = match[2]

    def wrap(self, rest: str) -> None:
        name, _, words = rest.partition(" ")
        if not words or name in self.transcript.wraps:
            raise self.wrong("wrap NAME WORD…, each name once: the daemon's --NAME WORD,…")
        self.transcript.wraps[name] = ",".join(words.split())

    def clock(self, rest: str) -> None:
        if not re.fullmatch(r"manual|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", rest):
            raise self.wrong("clock manual, or a time like 2026-05-01T12:00:00Z")
        self.transcript.clock = rest

    def port(self, rest: str) -> None:
        if not re.fullmatch(r"\w+", rest):
            raise self.wrong("port VARIABLE")
        self.transcript.free_ports.append(rest)

    def include(self, rest: str) -> None:
        target = self.path.parent / rest.strip()
        if not target.is_file():
            raise self.wrong(f"there is no {target}")
        self.read(target)

    # Host

    def typed(self, rest: str) -> None:
        if rest == "ctrl-z":
            self.add(Type, data=Data((CTRL_Z,)))
        elif rest == "esc":
            self.add(Type, data=Data((ESCAPE,)))
        elif (data := self.raw(rest)) is not None:
            self.add(Type, data=data)
        elif rest.startswith("data ") and (data := self.raw(rest[5:], bare=True)) is not None:
            self.add(Type, data=data, is_payload=True)
        else:
            self.add(Type, data=self.template(rest) + b"\r", is_line=True)

    def expected(self, rest: str) -> None:
        if not rest:
            raise self.wrong("nothing to expect; an empty line is < bytes \"…\"")
        if rest == "prompt":
            self.add(Expect, data=Data((b"\r\n> ",)))
        elif rest.startswith("burst ") and (data := self.raw(rest[6:], bare=True)) is not None:
            self.add(Expect, data=data, is_burst=True)
        elif (data := self.raw(rest)) is not None:
            self.add(Expect, data=data)
        else:
            self.add(Expect, data=Data((b"\r\n", *self.template(rest).parts, b"\r\n")))

    def expected_more(self, rest: str) -> None:
        data = self.raw(rest)
        self.add(Expect, data=(data if data is not None else self.template(rest)) + b"\r\n")

    def expected_match(self, rest: str) -> None:
        self.add(ExpectMatch, **self.regex(rest))

    def expected_further_match(self, rest: str) -> None:
        self.add(ExpectMatch, is_further=True, **self.regex(rest))

    def regex(self, rest: str) -> dict[str, object]:
        try:
            return {"pattern": re.compile(rest)}
        except re.error as error:
            raise self.wrong(f"not a regular expression: {error}") from None

    # Time

    def after(self, rest: str) -> None:
        match = re.fullmatch(r"(\S+) nothing", rest)
        if not match:
            raise self.wrong("after TIME nothing")
        self.add(Nothing, seconds=self.seconds(match[1]))

    def wait(self, rest: str) -> None:
        self.add(Wait, seconds=self.seconds(rest))

    def escape(self, rest: str) -> None:
        if rest:
            raise self.wrong("escape stands alone")
        self.add(Escape)

    def echo(self, rest: str) -> None:
        if rest not in ("on", "off"):
            raise self.wrong("echo is on or off")
        self.add(Echo, on=rest == "on")

    def power(self, rest: str) -> None:
        if rest == "cycle":
            self.add(PowerCycle)
        elif rest in ("off", "on", "reset", "brown-out"):
            self.add(WorldStep, word="power", name=rest)
        else:
            raise self.wrong("power cycle, off, on, reset, or brown-out")

    # What a laboratory does

    def set(self, rest: str) -> None:
        match = re.fullmatch(r"([a-z-]+)=(.*)", rest)
        if not match:
            raise self.wrong("set NAME=VALUE")
        self.add(WorldStep, word="set", name=match[1], data=(self.template(match[2]),))

    def ring(self, rest: str) -> None:
        if rest == "end":
            self.add(WorldStep, word="ring", name="end")
            return
        number = self.raw(rest, bare=True) if rest else Data(())
        if number is None:
            raise self.wrong('ring "NUMBER", ring, or ring end')
        self.add(WorldStep, word="ring", data=(number,))

    def sms(self, rest: str) -> None:
        match = re.fullmatch(r'"((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"', rest)
        if not match:
            raise self.wrong('sms "FROM" "TEXT"')
        self.add(WorldStep, word="sms",
                 data=tuple(Data(tuple(self.escaped(part))) for part in match.groups()))

    def context_lost(self, rest: str) -> None:
        if rest:
            raise self.wrong("context-lost stands alone")
        self.add(WorldStep, word="context-lost")

    def fault(self, rest: str) -> None:
        self.add(WorldStep, word="fault", name=rest)

    def link(self, rest: str) -> None:
        self.add(WorldStep, word="link", name=rest)

    def on_port(self, rest: str) -> None:
        match = re.fullmatch(r"port ([1-8])", rest)
        if not match:
            raise self.wrong("on port N, from 1 to 8")
        self.transcript.ports = max(self.transcript.ports, int(match[1]))
        self.add(OnPort, port=int(match[1]))

    def seconds(self, text: str) -> float:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)", text)
        if not match:
            raise self.wrong("a time is 1.5s or 200ms")
        return float(match[1]) / (1000 if match[2] == "ms" else 1)

    # Peers

    def peer(self, rest: str) -> None:
        words = rest.split()
        if len(words) >= 3 and words[2] in PEER_KINDS:
            self.peer_plan(words)
            return
        names = self.transcript.peers
        if words and words[0] in names:
            name, rest = words[0], rest.partition(" ")[2]
        elif len(names) == 1:
            name = next(iter(names))
        else:
            raise self.wrong("which peer?" if names else "no peer was declared")
        self.peer_step(name, rest)

    def peer_plan(self, words: list[str]) -> None:
        name, variable, kind = words[:3]
        argument = words[3] if len(words) > 3 else ""
        if bool(PEER_KINDS[kind]) != bool(argument):
            raise self.wrong("peer NAME PORTVAR " + ", or ".join(
                f"{word} {what}".rstrip() for word, what in PEER_KINDS.items()))
        options = {}
        for word in words[4:]:
            key, equals, value = word.partition("=")
            if PEER_KINDS[kind] != "CERT" or not equals or key not in ("client", "ciphers", "versions"):
                raise self.wrong(f"{word!r}: the options are client=CA, ciphers=LIST, "
                                 "versions=OLDEST-NEWEST")
            options[key] = value
        self.transcript.peers[name] = PeerPlan(name, variable, kind, argument, options)

    def peer_step(self, name: str, rest: str) -> None:
        for verb, take_rest in (
                ("gets close", self.no_rest), ("gets nothing", self.time),
                ("hangs up", self.no_rest), ("closes", self.no_rest), ("resets", self.no_rest),
                ("corrupts", self.no_rest),
                ("connected", self.no_rest), ("connects", self.number), ("from", self.number),
                ("accepts", self.accepted), ("fails", self.reason), ("offered", self.pairs),
                ("client", self.peer_data), ("gets~", self.regex), ("gets", self.peer_data),
                ("sends", self.peer_data)):
            if rest == verb or rest.startswith(verb + " "):
                self.add(PeerStep, peer=name, verb=verb.replace(" ", "-"),
                         **take_rest(rest[len(verb) + 1:]))
                return
        raise self.wrong("a peer connects, accepts, fails, gets, sends, closes, hangs up, resets, "
                         "corrupts; connected, from, offered, client")

    def no_rest(self, rest: str) -> dict[str, object]:
        if rest:
            raise self.wrong(f"{rest!r} is too much")
        return {}

    def accepted(self, rest: str) -> dict[str, object]:
        words = rest.lower().split()
        resumed = words.pop() == "resumed" if words and words[-1] in ("resumed", "full") else None
        if len(words) > 2 or not all(re.fullmatch(r"[0-9a-f]{4}", word) for word in words):
            raise self.wrong("peer accepts [VERSION [SUITE]] [resumed|full], "
                             "4 hexadecimal digits each")
        return {"words": tuple(words), "resumed": resumed}

    def number(self, rest: str) -> dict[str, object]:
        if not re.fullmatch(r"\d+|\$\{\w+\}", rest):
            raise self.wrong("a port is a number or ${VARIABLE}")
        return {"data": self.template(rest)}

    def time(self, rest: str) -> dict[str, object]:
        return {"seconds": self.seconds(rest)}

    def reason(self, rest: str) -> dict[str, object]:
        words = tuple(rest.split())
        if not re.fullmatch(r"TLS_[A-Z_]+( \d+)?", " ".join(words)):
            raise self.wrong("peer fails REASON [ALERT]; the reasons are in src/iface/tls.h")
        return {"words": words}

    def pairs(self, rest: str) -> dict[str, object]:
        words = tuple(rest.split())
        if not words or not all("=" in word for word in words):
            raise self.wrong("peer offered KEY=VALUE…, keys as in docs/transcripts.md")
        return {"words": words}

    def peer_data(self, rest: str) -> dict[str, object]:
        data = self.raw(rest, bare=True)
        if data is None:
            raise self.wrong('a peer\'s bytes are "…" or N bytes')
        return {"data": data}

    # Data

    def raw(self, text: str, bare: bool = False) -> Data | None:
        """`bytes "…"`, `N bytes`, `N binary bytes`, or only `"…"` if `bare`; None for others."""
        match = re.fullmatch(r"(\d+) (binary )?bytes", text)
        if match:
            return Data((Pattern(int(match[1]), bool(match[2])),))
        match = re.fullmatch(r'bytes "(.*)"', "bytes " + text if bare else text)
        if not match:
            return None
        return Data(tuple(self.escaped(match[1])))

    def template(self, text: str) -> Data:
        """Text as it stands, variables excepted."""
        return Data(tuple(self.split_variables(text, lambda literal: literal.encode())))

    def escaped(self, text: str) -> Iterator[Part]:
        """Text with C escapes."""
        return self.split_variables(text, self.unescape)

    @staticmethod
    def split_variables(text: str, literal: Callable[[str], bytes]) -> Iterator[Part]:
        for index, piece in enumerate(re.split(r"(?<!\\)\$\{(\w+)\}", text)):
            if index % 2:
                yield Variable(piece)
            elif piece:
                yield literal(piece)

    def unescape(self, text: str) -> bytes:
        single = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "b": "\b", "\\": "\\", '"': '"',
                  "$": "$"}

        def replace(match: re.Match[str]) -> str:
            code = match[1]
            if code[0] == "x" and len(code) == 3:
                return chr(int(code[1:], 16))
            if code not in single:
                raise self.wrong(f"unknown escape \\{code}")
            return single[code]

        out = re.sub(r'\\(x[0-9a-fA-F]{2}|.)', replace, text)
        try:
            return out.encode("latin-1")
        except UnicodeEncodeError:
            raise self.wrong("bytes are ASCII and \\xHH") from None
