"""`tlsmodem probe`: a module is asked for its facts.

The real module is tlsmodem itself, with facts altered by its file.  Source: docs/confirm-a-fact.md.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import threading
import time
import tty
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.modem import program_path
from support.patience import ANSWER_S

from .background import Background

REPOSITORY = Path(__file__).resolve().parents[2]
FOUND, FAILED, WRONG = 0, 1, 2
AT_ONCE = 24

# By maker: models in the order in which one that has the fact is looked for.
MODELS = {"telit": ["he910", "le866", "ge910", "le910-v2", "gc864-quad"], "quectel": ["m95"],
          "fibocom": ["l610", "nl668-eau", "nl668-cn-03"]}

TOGETHER = 5  # facts of one module that are altered and asked for in one run, where that goes well
TIME_S = 5    # what times are altered to

# Where the next value is none that can be told apart, and what else must be otherwise then.
ALTERED = {"told-again-after": "1000", "http-download-preset": "1048000", "ssl-any-version": "1.0-1.1",
           "start-up-setting-is-kept": "by-profile"}
BESIDE = {"restart-tells-registration": {"start-up-next-ms": "4000"}}

# Those of a name server that says nothing.
NAMES = {"lookup-limit-ms", "ping-lookup-limit-ms"}


@dataclass
class Fact:
    """A row of docs/facts/unconfirmed.md."""

    name: str
    allowed: str
    choices: list[str]  # of the makers' models
    is_time: bool = False

    def unit(self) -> float:
        """How many seconds one of it is."""
        return next((unit for end, unit in (("-ms", 0.001), ("-ds", 0.1)) if self.name.endswith(end)), 1)

    def others(self) -> Iterator[str]:
        """Values that it may have beside ours, the next ones first."""
        if self.is_time:
            ours_s = int(self.choices[0]) * self.unit()
            yield str(round((TIME_S if abs(ours_s - TIME_S) > 2 else 2 * TIME_S) / self.unit()))
            return
        if self.name in ALTERED:
            yield ALTERED[self.name]
        if match := re.fullmatch(r"(-?\d+) to (-?\d+)", self.allowed):
            least, most = int(match[1]), int(match[2])
            ours = int(self.choices[0])
            near = [ours + 1, ours - 1, ours + 2, ours - 2, least, most]
            yield from (str(value) for value in near if least <= value <= most)
        elif match := re.fullmatch(r"text of (\d+) to (\d+) characters", self.allowed):
            text = self.choices[0]
            more = "7" if re.fullmatch(r"[\d.]+", text) else "x"
            yield (text[:-1] if len(text) == int(match[2]) else text) + more
        elif "an error of the module" in self.allowed:
            yield from ("100", "3", "4", "plain")
        else:
            yield from sorted(self.allowed.split(", "), key=lambda word: word in self.choices)

    def is_found(self, value: str, found: str | None, text: str) -> bool:
        """Whether a probe has found this value, which is not ours: of a time, about."""
        if found is None or not re.search(rf"^    {self.name}: .* # not ", text, re.MULTILINE):
            return False
        if not self.is_time:
            return found == value
        late_s = (int(found) - int(value)) * self.unit()
        ours_s = (int(self.choices[0]) - int(found)) * self.unit()
        return -1.5 <= late_s <= 15 and abs(late_s) < abs(ours_s)


def probes(maker: str) -> dict[str, str]:
    """What the maker's table has of each fact."""
    text = (REPOSITORY / f"src/personalities/{maker}/{maker}.probes").read_text()
    parts = re.split(r"^(?=fact |part |before|in the network$)", text, flags=re.MULTILINE)
    return {name: part for part in parts if part.startswith("fact ") for name in part.splitlines()[0].split()[1:]}


def is_asked(part: str) -> bool:
    return re.search(r"^because ", part, re.MULTILINE) is None


def facts_of(maker: str) -> list[Fact]:
    """Those that can be asked for."""
    text = (REPOSITORY / "docs/facts/unconfirmed.md").read_text()
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    rows = next(one for one in part if one.lower().startswith(maker))
    table = probes(maker)
    return [Fact(row[1], row[2], re.findall(r"`([^`]*)`", row[3]), "\ntime in " in table[row[1]])
            for row in re.finditer(r"^\| `([^`]+)` \| [^|]* \| ([^|]*) \| ([^|]*) \|", rows, re.MULTILINE)
            if is_asked(table[row[1]])]


def settings(facts: dict[str, str]) -> str:
    lines = "".join(f'      {name}: "{value}"\n' for name, value in facts.items())
    return f"    facts:\n{lines}" if facts else ""


@contextmanager
def module(model: str, folder: Path, facts: dict[str, str], state: object = "none",
           *words: object) -> Iterator[Path]:
    """One with two ports, whose data calls somebody takes."""
    config = folder / "real.yaml"
    config.write_text(f"modems:\n  - module: {model}\n    state: {state}\n    ppp: exec sleep 1000\n"
                      f"    ports: [{{pty: {folder}/real}}, {{pty: {folder}/real2}}]\n" + settings(facts))
    with Background("--config", config, *words) as daemon:
        daemon.ready(2)
        yield folder / "real"
        assert daemon.end() == 0, daemon.errors


def probe(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "probe", *map(str, words)], capture_output=True,
                          text=True, check=False, stdin=subprocess.DEVNULL, timeout=30 * ANSWER_S)


def probe_all(device: Path, model: str, names: list[str]) -> subprocess.CompletedProcess[str]:
    asked = [word for name in names for word in ("--fact", name)]
    return probe("--uart", device, "--uart", f"{device}2", "--module", model, "--address", "127.0.0.1", "--host",
                 "localhost", *asked)


def found(text: str) -> dict[str, str]:
    return {name: value.replace('\\"', '"') for name, value in re.findall(r'^    ([\w-]+): "((?:[^"\\]|\\.)*)"', text, re.MULTILINE)}


def accepts(model: str, facts: dict[str, str], folder: Path) -> bool:
    """Whether our modem of this model may have them."""
    path = folder / "try.yaml"
    path.write_text(f"modems:\n  - module: {model}\n    ports: [{{pty: x}}]\n{settings(facts)}")
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--config", path, "--check-config"],
                          capture_output=True, check=False).returncode == 0


def ask_one(maker: str, fact: Fact, folder: Path) -> str | None:
    """None: an alteration of the fact is found in one of the models; else what came."""
    said = ""
    folder.mkdir()
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    words = ("--dns", f"127.0.0.1:{silent.getsockname()[1]}") if fact.name in NAMES else ()
    for model in MODELS[maker]:
        values = [value for value in fact.others() if accepts(model, {fact.name: value}, folder)]
        for value in values[:2]:
            with module(model, folder, {fact.name: value, **BESIDE.get(fact.name, {})}, "none", *words) as device:
                done = probe_all(device, model, [fact.name])
            if fact.is_found(value, found(done.stdout).get(fact.name), done.stdout):
                return None
            said += f"{model}, {value}: {done.stdout[-1500:]}\n{done.stderr}\n"
    return f"{fact.name}: {said}"


def ask_together(maker: str, facts: list[Fact], folder: Path) -> list[Fact]:
    """Alters each of them in one module of the first model; those that are not found so are returned."""
    model = MODELS[maker][0]
    folder.mkdir()
    values = {fact.name: value for fact in facts
              for value in [next((one for one in fact.others() if accepts(model, {fact.name: one}, folder)), None)]
              if value is not None}
    with module(model, folder, values) as device:
        done = probe_all(device, model, list(values))
    got = found(done.stdout)
    return [fact for fact in facts
            if fact.name not in values or not fact.is_found(values[fact.name], got.get(fact.name), done.stdout)]


def echoes_are_allowed() -> bool:
    """Whether a program may send echo requests here."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    except PermissionError:
        return False
    return True


def alterations(maker: str) -> tuple[list[list[Fact]], list[Fact]]:
    """Its facts that can be asked for: a few each that are altered together, and those that are altered alone."""
    facts = facts_of(maker)
    if not echoes_are_allowed():
        facts = [fact for fact in facts if fact.name not in {"ping-bytes", "ping-count", "ping-pause-ms"}]
    alone = [fact for fact in facts if fact.name in BESIDE or fact.name in NAMES]
    rest = [fact for fact in facts if fact not in alone]
    runs = -(-len(rest) // TOGETHER)
    return [rest[n::runs] for n in range(runs)], alone


def test_each_alteration_is_found(tmp_path: Path) -> None:
    """Each fact that can be asked for, of all makers at once: most of it is waiting."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = []
        alone = []
        for maker in MODELS:
            together, first = alterations(maker)
            alone += [(maker, fact) for fact in first]
            running += [(maker, pool.submit(ask_together, maker, facts, tmp_path / f"{maker}{n}"))
                        for n, facts in enumerate(together)]
        results = [pool.submit(ask_one, maker, fact, tmp_path / f"{maker}-{fact.name}") for maker, fact in alone]
        for maker, run in running:
            left = run.result()
            alone += [(maker, fact) for fact in left]
            results += [pool.submit(ask_one, maker, fact, tmp_path / f"{maker}-{fact.name}") for fact in left]
        wrong = [said for result in results if (said := result.result()) is not None]
    print("altered alone:", [f"{maker} {fact.name}" for maker, fact in alone])
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)


def test_the_document_has_the_numbers() -> None:
    text = (REPOSITORY / "docs/confirm-a-fact.md").read_text()
    for maker in MODELS:
        table = probes(maker)
        asked = sum(is_asked(part) for part in table.values())
        assert f"| {maker.capitalize()} | {len(table)} | {asked} | {len(table) - asked} |" in text


def is_quick(part: str) -> bool:
    """Whether a probe neither waits nor tries one number after the other."""
    return re.search(r"^(patience|time|restarts|largest|smallest|wait) ?", part, re.MULTILINE) is None


@pytest.mark.parametrize("model", ["he910", "m95", "l610"])
def test_a_file_that_config_includes(model: str, tmp_path: Path) -> None:
    """Facts of a module as it is: as we have them, and the file makes a modem of that firmware."""
    sheet = tmp_path / "facts.yaml"
    maker = next(maker for maker, models in MODELS.items() if model in models)
    quick = [word for name, part in probes(maker).items() if is_quick(part) for word in ("--fact", name)]
    with module(model, tmp_path, {"revision": "12.34"}) as device:
        done = probe("--uart", device, "--module", model, "--output", sheet, *quick)
    assert done.returncode == FOUND, done.stderr
    text = sheet.read_text()
    assert re.search(r"^# its firmware \(\+CGMR\) is .*12\.34", text, re.MULTILINE), text
    assert found(text)["revision"] == "12.34"
    others = [line for line in text.splitlines() if " # not " in line]
    assert len(others) == 1 and others[0].startswith("    revision: "), others
    assert re.search(r"^    # [\w-]+: not asked: it needs the network, .*give --address$", text, re.MULTILINE)
    assert re.search(r"^    # [\w-]+: not asked: (somebody|the module would stay off)", text, re.MULTILINE)
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(f"include: [facts.yaml]\nmodems:\n  - module: {model}\n    state: none\n"
                     f"    ports: [{{pty: {tmp_path}/ours}}]\n  - module: {'m66' if model != 'm66' else 'm95'}\n"
                     f"    name: other\n    state: none\n    ports: [{{pty: {tmp_path}/other}}]\n")
    with Background("--config", fleet) as daemon:
        daemon.ready(2)
        done = probe("--uart", tmp_path / "ours", "--module", model, "--fact", "revision")
        assert found(done.stdout) == {"revision": "12.34"}, done.stdout
        assert daemon.end() == 0, daemon.errors


def test_a_device_that_is_pulled(tmp_path: Path) -> None:
    """What is known by then is written; what was set just then and could not be put back is told."""
    sheet, record, device = tmp_path / "facts.yaml", tmp_path / "record.at", tmp_path / "real"
    with Background("--module", "l610", "--state", "none", "--pty", device, "--record", record) as daemon:
        daemon.ready()
        with Background("probe", "--uart", device, "--module", "l610", "--address", "127.0.0.1", "--output", sheet, "--fact",
                        "error-syntax", "--fact", "http-timer-s", "--fact", "http-redirects-max") as asking:
            while "AT+HTTPACT=0" not in record.read_text():
                time.sleep(0.01)
            daemon.end(signal.SIGKILL)
            device.unlink()
            assert asking.wait() == FAILED
            assert "cannot open it" in asking.errors or "device is gone" in asking.errors, asking.errors
            assert "http-timer-s: what it has set could not be put back" in asking.errors, asking.errors
    assert found(sheet.read_text())["error-syntax"] == "50"
    assert "it ended early" in sheet.read_text()


def test_what_is_known_outlives_a_probe_that_is_killed(tmp_path: Path) -> None:
    sheet = tmp_path / "facts.yaml"
    with module("he910", tmp_path, {}) as device:
        with Background("probe", "--uart", device, "--module", "he910", "--output", sheet) as asking:
            while "error-range" not in asking.errors or "nitz-preset" not in asking.errors:
                time.sleep(0.01)
            asking.end(signal.SIGKILL)
    assert found(sheet.read_text())["error-range"] == "4"
    assert "it ended early" in sheet.read_text()


def test_a_module_that_goes_astray_is_waited_for(tmp_path: Path) -> None:
    """It has crashed, as modules do, and its port goes and comes."""
    sheet = tmp_path / "facts.yaml"
    with ExitStack() as stack:
        first = stack.enter_context(Background("--module", "he910", "--state", "none", "--pty", tmp_path / "real"))
        first.ready()
        asking = stack.enter_context(Background("probe", "--uart", tmp_path / "real", "--module", "he910", "--output", sheet,
                                                *(word for name in ("error-range", "nitz-preset", "secure-sockets")
                                                  for word in ("--fact", name))))
        while "error-range" not in asking.errors:
            time.sleep(0.01)
        first.end(signal.SIGKILL)
        second = stack.enter_context(Background("--module", "he910", "--state", "none", "--pty", tmp_path / "real"))
        second.ready()
        assert asking.wait() == FOUND, asking.errors
    assert found(sheet.read_text())["secure-sockets"] == "1"


def said_by(device: Path, line: str) -> str:
    """What a module says to a command line, up to its end."""
    port = os.open(device, os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(port)
        os.write(port, line.encode() + b"\r")
        heard = b""
        while not re.search(rb"\r\n(OK|ERROR|\+CME ERROR: \d+)\r\n$", heard):
            assert select.select([port], [], [], ANSWER_S)[0], heard
            heard += os.read(port, 4096)
        return heard.decode()
    finally:
        os.close(port)


def test_what_is_stored_is_put_back(tmp_path: Path) -> None:
    """What outlives a factory reset is as before, also where a signal ends the probe in between."""
    record = tmp_path / "record.at"
    with module("l610", tmp_path, {}, tmp_path / "state", "--record", record) as device:
        said_by(device, 'AT+HTTPSET="URL","http://mine.example/"')
        said_by(device, 'AT+HTTPSET="REDIR","1"')
        before = said_by(device, "AT+HTTPSET?")
        with Background("probe", "--uart", device, "--module", "l610", "--address", "127.0.0.1", "--fact",
                        "http-timer-s") as asking:
            while "AT+HTTPACT=0" not in record.read_text():
                time.sleep(0.01)
            assert asking.end(signal.SIGINT) == FAILED
        assert said_by(device, "AT+HTTPSET?") == before
        assert "http://127.0.0.1:" in record.read_text()
        done = probe_all(device, "l610", ["settings-are-kept", "file-twice", "http-network-error"])
        assert found(done.stdout)["settings-are-kept"] == "yes", done.stdout + done.stderr
        assert "+GTSSLFILE: CERTFILE,0" in said_by(device, "AT+GTSSLFILE?")
        assert '"IPRFMT",0' in said_by(device, 'AT+GTSET="IPRFMT"')
        assert said_by(device, "AT+HTTPSET?") == before


def test_a_store_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    with module("l610", tmp_path, {}) as device:
        port = os.open(device, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(port)
        os.write(port, b'AT+GTSSLFILE="CERTFILE",4\r')
        time.sleep(0.2)
        os.write(port, b"mine")
        os.close(port)
        done = probe_all(device, "l610", ["file-twice", "checks-name", "error-syntax"])
        assert found(done.stdout) == {"error-syntax": "50"}, done.stdout
        assert "+GTSSLFILE: CERTFILE,1" in said_by(device, "AT+GTSSLFILE?")


def test_a_signal(tmp_path: Path) -> None:
    sheet = tmp_path / "facts.yaml"
    with Background("--module", "he910", "--state", "none", "--pty", tmp_path / "real") as daemon:
        daemon.ready()
        with Background("probe", "--uart", tmp_path / "real", "--module", "he910", "--output", sheet) as asking:
            while "error-range" not in asking.errors:
                time.sleep(0.01)
            assert asking.end(signal.SIGINT) == FAILED
        assert "it ended early" in sheet.read_text()


@contextmanager
def speaker(speak: Callable[[int], bytes]) -> Iterator[str]:
    """A serial device whose other end, which does not block, does as `speak` says, time and again."""
    ours, device = os.openpty()
    tty.setraw(device)
    os.set_blocking(ours, False)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            speak(ours)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield os.ttyname(device)
    finally:
        over.set()
        thread.join()
        os.close(ours)
        os.close(device)


def speak_for_ever(ours: int) -> bytes:
    """What was typed, as with the one below."""
    select.select([], [ours], [], 0.05)
    with suppress(BlockingIOError):
        os.write(ours, b"A" * 4096)
    with suppress(BlockingIOError):
        return os.read(ours, 4096)
    return b""


def take_everything(ours: int) -> bytes:
    if not select.select([ours], [], [], 0.05)[0]:
        return b""
    typed = os.read(ours, 4096)
    os.write(ours, typed + (b"\r\nOK\r\n" if b"\r" in typed else b""))
    return typed


def talk_nonsense(ours: int) -> bytes:
    """All is OK, but to +CREG a line that never ends."""
    if not select.select([ours], [], [], 0.05)[0]:
        return b""
    typed = os.read(ours, 4096)
    os.write(ours, typed)
    nonsense = b"\r\n" + b"\xff~\0{" * 400000 if b"+CREG" in typed else b"\r\nOK\r\n" if b"\r" in typed else b""
    while nonsense and select.select([], [ours], [], 1)[1]:
        nonsense = nonsense[os.write(ours, nonsense[:4096]):]
    return typed


def test_nonsense_is_no_value(tmp_path: Path) -> None:
    """It ends soon, and what else is known stays."""
    sheet = tmp_path / "facts.yaml"
    with speaker(talk_nonsense) as device:
        done = probe("--uart", device, "--module", "l610", "--output", sheet, *(
            word for name in ("revision", "error-syntax", "error-range", "data-call-connect") for word in ("--fact", name)))
    assert done.returncode == FAILED
    assert "0 found out, 1 not asked, 3 answered otherwise" in done.stderr, done.stderr
    text = sheet.read_text()
    assert "a line of more than 1000000 bytes" in text, text[:3000]
    assert len(text) < 20000 and "\0" not in text


def test_one_that_never_stops_talking_is_nobody() -> None:
    with speaker(speak_for_ever) as device:
        done = probe("--uart", device, "--module", "m95")
    assert done.returncode == FAILED
    assert "nobody answers AT there: is the rate right?" in done.stderr


@pytest.mark.parametrize("speak", [speak_for_ever, take_everything])
def test_a_signal_ends_it_whatever_the_module_says(speak: Callable[[int], bytes], tmp_path: Path) -> None:
    """At once: no step is waited for, which has twenty seconds, and nothing is said of the device."""
    sheet = tmp_path / "facts.yaml"
    typed = threading.Event()

    def hear(ours: int) -> bytes:
        if speak(ours) != b"":
            typed.set()
        return b""

    with speaker(hear) as device, \
            Background("probe", "--uart", device, "--module", "m95", "--output", sheet) as asking:
        assert typed.wait(ANSWER_S)
        while speak is take_everything and "answers otherwise" not in asking.errors:
            time.sleep(0.01)
        assert asking.end() == FAILED
        assert "gone" not in asking.errors, asking.errors
    assert "it ended early" in sheet.read_text()


def test_nobody_there(tmp_path: Path) -> None:
    ours, device = os.openpty()
    done = probe("--uart", os.ttyname(device), "--module", "he910")
    assert done.returncode == FAILED
    assert "nobody answers AT there: is the rate right?" in done.stderr
    fcntl.flock(device, fcntl.LOCK_EX)
    done = probe("--uart", os.ttyname(device), "--module", "he910")
    assert done.returncode == FAILED
    assert "another program has locked it" in done.stderr
    os.close(ours)
    os.close(device)
    (tmp_path / "file").write_text("")
    done = probe("--uart", tmp_path / "file", "--module", "he910")
    assert done.returncode == FAILED
    assert "not a serial device" in done.stderr
    done = probe("--uart", "/dev/null", "--module", "he910", "--output", tmp_path / "nowhere" / "x")
    assert done.returncode == FAILED
    assert "cannot be written: No such file" in done.stderr


@pytest.mark.parametrize(("words", "said"), [
    ([], "probe: --uart DEVICE is needed"),
    (["--uart", "x"], "probe: --module NAME is needed"),
    (["--uart", "x", "--module", "he911"], '"he911" is no module'),
    (["--uart", "x", "--module", "he910", "--fact", "error-sintax"], "did you mean error-syntax?"),
    (["--uart", "x", "--module", "he910", "--address", "192.0.2.1"], '"192.0.2.1" is none of this machine\'s'),
    (["--uart", "x", "--module", "he910", "--address", "here"], '--address: "here" is no address'),
    (["--uart", "x", "--module", "he910", "--host", "here"], "--host needs --address"),
    (["--uart", "x", "--module", "he910", "--address", "::1", "--host", "a b"], '--host: "a b" is no name'),
    (["--uart", "x", "--uart", "y", "--uart", "z"], "--uart: too many; allowed: 2"),
    (["--uart", "x", "--module", "he910", "--apn", 'a"b'], '--apn: "a"b" is wrong'),
    (["--pty", "x"], "unknown option --pty; allowed: --uart"),
])
def test_wrong_use(words: list[str], said: str) -> None:
    done = probe(*words)
    assert done.returncode == WRONG
    assert said in done.stderr, done.stderr
