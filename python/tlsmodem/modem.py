"""A running tlsmodem with one modem, and what a test does to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Union

from .control import Control, ControlError, Json
from .server import TlsServer
from .waiting import PATIENCE_S, wait_until

PORT_KINDS = ("pty", "unix", "tcp")


class ModemFailed(Exception):
    """The program did not start, or has ended where it should run; the text has its log."""


def _fits(pattern: str) -> Callable[[str], bool]:
    """As `command` of a fault: in any case, each * is anything, and nothing else is special."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.compile(".*".join(parts), re.IGNORECASE | re.DOTALL).fullmatch  # type: ignore[return-value]


class Journal:
    """What happened, in order: commands, answers, sockets, messages (docs/control.md, "The journal")."""

    def __init__(self, read: Callable[[int], Json]) -> None:
        self._read = read
        self._entries: List[Json] = []
        self._last = 0
        self._lost = 0

    def __iter__(self) -> Iterator[Json]:
        return iter(self.entries())

    def __len__(self) -> int:
        return len(self.entries())

    def entries(self, kind: Optional[str] = None) -> List[Json]:
        """All of them, or those of a kind."""
        self._update()
        return [one for one in self._entries if kind is None or one["kind"] == kind]

    def texts(self, pattern: str = "*", kind: str = "command") -> List[str]:
        """Of each entry that the pattern fits."""
        fits = _fits(pattern)
        return [one["text"] for one in self.entries(kind) if fits(one.get("text", ""))]

    def count(self, pattern: str, kind: str = "command") -> int:
        """How many there are; `AT+QIDEACT` is that line as it was typed, `*QIDEACT*` any with it."""
        return len(self.texts(pattern, kind))

    def wait(self, pattern: str, kind: str = "command", count: int = 1, seconds: Optional[float] = None) -> str:
        """Waits for the nth that fits, and is its text."""
        def nth() -> Optional[str]:
            found = self.texts(pattern, kind)
            return found[count - 1] if len(found) >= count else None

        return wait_until(nth, lambda: f"no {kind} {pattern}, {count} times; there were:\n{self}", seconds)

    def __str__(self) -> str:
        lost = [f"({self._lost} older entries are gone)"] if self._lost else []
        return "\n".join(lost + [f"{one['ms']:>8} {one['kind']:<7} {one.get('text', '')}" for one in self.entries()])

    def _update(self) -> None:
        got = self._read(self._last)
        self._entries += got["entries"]
        self._last = got["last"]
        self._lost = got["lost"]


class Network:
    """The radio network as the modem finds it."""

    def __init__(self, modem: "Modem") -> None:
        self._modem = modem

    @property
    def registration(self) -> str:
        """home, roaming, searching, denied, lost."""
        return str(self._modem.state["registration"])

    @registration.setter
    def registration(self, word: str) -> None:
        self._modem.set(registration=word)

    @property
    def signal(self) -> int:
        """0 to 31, or 99."""
        return int(self._modem.state["signal"])

    @signal.setter
    def signal(self, value: int) -> None:
        self._modem.set(signal=value)

    def lose(self) -> None:
        self.registration = "lost"

    def find(self) -> None:
        self.registration = "home"

    def roam(self) -> None:
        self.registration = "roaming"

    def search(self) -> None:
        self.registration = "searching"

    def deny(self) -> None:
        self.registration = "denied"

    def lose_context(self, cid: Optional[int] = None) -> None:
        """The network ends this PDP context, or all."""
        self._modem.control("POST", "/context-lost", {} if cid is None else {"cid": cid})


class Power:
    """The modem's supply."""

    def __init__(self, modem: "Modem") -> None:
        self._modem = modem

    def off(self) -> None:
        self._do("off")

    def on(self) -> None:
        self._do("on")

    def reset(self) -> None:
        self._do("reset")

    def brown_out(self) -> None:
        """The supply fails and comes back: what was not stored is gone."""
        self._do("brown-out")

    def _do(self, what: str) -> None:
        self._modem.control("POST", "/power", {"do": what})


class Fault:
    """A fault that was injected (docs/laboratory.md, "Faults")."""

    def __init__(self, modem: "Modem", number: int) -> None:
        self._modem = modem
        self.number = number

    @property
    def seen(self) -> int:
        """How many fitted."""
        return int(self._now()["seen"])

    @property
    def struck(self) -> int:
        """How many were struck."""
        return int(self._now()["struck"])

    def remove(self) -> None:
        self._modem.control("DELETE", f"/faults?number={self.number}")

    def _now(self) -> Json:
        for one in self._modem.faults():
            if one["number"] == self.number:
                return one
        raise ControlError(404, f"there is no fault {self.number} any more")


class Modem:
    """A running tlsmodem with one modem.

    `module` is a name of --list-modules; `map` has servers stand in for those that the driver dials, and each value
    may be a TlsServer; `port` is pty, unix or tcp, of which there are `ports`; `settings` are keys of a modem in a
    file (docs/configuration.md), with _ for -.  Whoever makes one calls close().
    """

    def __init__(self, module: str, map: Optional[Mapping[str, Union[TlsServer, str]]] = None, *,  # pylint: disable=redefined-builtin
                 port: str = "pty", ports: int = 1, program: Optional[str] = None, options: Optional[List[str]] = None,
                 **settings: Any) -> None:
        if port not in PORT_KINDS:
            raise ValueError(f'port: "{port}" is wrong; allowed: {", ".join(PORT_KINDS)}')
        self.module = module
        self.folder = Path(tempfile.mkdtemp(prefix="tlsmodem-"))
        self.network = Network(self)
        self.power = Power(self)
        self.journal = Journal(self._read_journal)
        self.ports: List[str] = []
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._last_log = self._last_recording = ""
        try:
            entry = {"module": module, "state": "none", "ports": [self._port(port, n) for n in range(ports)],
                     "map": self._map(map or {}), **{key.replace("_", "-"): value for key, value in settings.items()}}
            self.name = str(entry.get("name", module.lower()))
            self._control = Control(self.folder / "control", self.name)
            self._start(program or find_program(), entry, options or [])
        except BaseException:
            self.close()
            raise

    # ---- what a driver is given ----

    @property
    def port(self) -> str:
        """What the driver opens: the path of a serial device or a Unix socket, or HOST:PORT."""
        return self.ports[0]

    # ---- what a test does ----

    def advance(self, time_: str) -> None:
        """Puts the modem's time on, "75s": every timer of it whose moment that brings comes, in order."""
        self.control("PATCH", "", {"clock": {"advance": time_}})

    def set(self, **settings: object) -> Json:
        """Sets registration, signal, operator, sim, attached, clock, dtr …, with _ for -; how the modem is then."""
        return self.control("PATCH", "", {key.replace("_", "-"): value for key, value in settings.items()})

    def ring(self, caller: Optional[str] = None) -> None:
        """A call comes in; without `caller` its number is withheld."""
        self.control("POST", "/ring", {} if caller is None else {"caller": caller})

    def ring_end(self) -> None:
        self.control("POST", "/ring-end", {})

    def sms(self, sender: str, text: str) -> None:
        """A message comes in."""
        self.control("POST", "/sms", {"from": sender, "text": text})

    def link(self, name: Optional[str] = None, **words: float) -> None:
        """Has it behind a radio, `link("gprs", loss=1)`; without anything: behind none."""
        if name is None and not words:
            self.control("DELETE", "/link")
        else:
            self.control("PUT", "/link", {**({} if name is None else {"name": name}), **words})

    def fault(self, kind: str, *, command: Optional[str] = None, socket: Optional[int] = None,
              phase: Optional[str] = None, **words: Any) -> Fault:
        """Has something go wrong: `fault("latency", latency=2000, phase="connect")` (docs/laboratory.md)."""
        when = {key: value for key, value in (("command", command), ("socket", socket), ("phase", phase))
                if value is not None}
        top = {key: words.pop(key) for key in ("stream", "toxicity", "after", "count", "every", "seed") if key in words}
        body = {"type": kind, "attributes": words, **({"when": when} if when else {}), **top}
        return Fault(self, int(self.control("POST", "/faults", body)["number"]))

    def faults(self) -> List[Json]:
        return list(self.control("GET", "/faults")["faults"])

    def heal(self) -> None:
        """Removes all faults."""
        self.control("DELETE", "/faults")

    def reset(self) -> None:
        """Network, SIM, power and link are as at the start, and there is no fault."""
        self._control.call("POST", "/v1/reset")

    @property
    def state(self) -> Json:
        """How it is: settings, contexts, call, messages, clock, circuits."""
        return self.control("GET", "")

    def wait(self, look: Callable[[Json], bool], seconds: Optional[float] = None) -> Json:
        """Waits until `look` is content with the state, and is that state."""
        def content() -> Optional[Json]:
            state = self.state
            return state if look(state) else None

        return wait_until(content, lambda: f"the modem did not come to be so; it is {json.dumps(self.state)}", seconds)

    def control(self, method: str, path: str, body: Optional[Json] = None) -> Json:
        """A call to this modem by hand, as docs/control.md has them."""
        if self._process is None or self._process.poll() is not None:
            raise ModemFailed(f"{self.module} does not run\n{self.log}")
        return self._control.ask(method, path, body)

    # ---- what is left ----

    @property
    def log(self) -> str:
        """What the program has said, with the reason of each connection that failed."""
        return self._last_log or self._read("log")

    @property
    def recording(self) -> str:
        """The transcript of the run so far; whole when the modem is closed (`tlsmodem check` plays it)."""
        return self._last_recording or self._read("recording.at")

    def close(self) -> None:
        """Ends the program; journal, log and recording can still be read.  May be called again."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ControlError, OSError, ValueError):
                self.journal.entries()
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        self._last_log, self._last_recording = self.log, self.recording
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "Modem":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- inside ----

    def _port(self, kind: str, number: int) -> Dict[str, str]:
        return {"pty": {"pty": "auto"}, "tcp": {"tcp": "127.0.0.1:0"},
                "unix": {"unix": str(self.folder / f"port{number}")}}[kind]

    def _map(self, wanted: Mapping[str, Union[TlsServer, str]]) -> Dict[str, str]:
        """A server's certificate is for the names under which it is dialled."""
        found = {}
        for old, new in wanted.items():
            if isinstance(new, TlsServer):
                new.is_dialled_as(old)
                new = new.address
            found[old] = new
        return found

    def _start(self, program: str, entry: Json, options: List[str]) -> None:
        (self.folder / "modem.yaml").write_text(json.dumps({"modems": [entry]}))
        words = [program, "--config", str(self.folder / "modem.yaml"), "--control", f"unix:{self.folder}/control",
                 "--record", str(self.folder / "recording.at"), "--log-level", "info", "--exit-with-parent", *options]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
        self.ports = self._read_ready_lines(len(entry["ports"]))

    def _read_ready_lines(self, count: int) -> List[str]:
        """`ready: NAME KIND ADDRESS`, one a port."""
        assert self._process is not None and self._process.stdout is not None
        deadline, said = time.monotonic() + PATIENCE_S, b""
        while said.count(b"\n") < count:
            left = max(0.0, deadline - time.monotonic())
            came = select.select([self._process.stdout], [], [], left)[0]
            data = os.read(self._process.stdout.fileno(), 4096) if came else b""
            if not data:
                raise ModemFailed(f"{self.module} did not start\n{self.log}")
            said += data
        return [line.split(" ", 3)[3] for line in said.decode().splitlines()]

    def _read_journal(self, after: int) -> Json:
        if self._process is None or self._process.poll() is not None:
            return {"entries": [], "last": after, "lost": 0}
        return self._control.ask("GET", f"/journal?after={after}")

    def _read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""


def find_program() -> str:
    """$TLSMODEM, else `tlsmodem` of PATH."""
    found = os.environ.get("TLSMODEM") or shutil.which("tlsmodem")
    if not found:
        raise ModemFailed("there is no program tlsmodem in PATH; the environment's TLSMODEM may name it")
    return found
