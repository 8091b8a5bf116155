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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.modem import program_path
from support.patience import ANSWER_S

from .background import Background

REPOSITORY = Path(__file__).resolve().parents[2]
FOUND, FAILED, WRONG = 0, 1, 2
AT_ONCE = 12

# By maker: models in the order in which one that has the fact is looked for.
MODELS = {"telit": ["he910", "le866", "ge910", "le910-v2", "gc864-quad"], "quectel": ["m95"],
          "fibocom": ["l610", "nl668-eau", "nl668-cn-03"]}


@dataclass
class Fact:
    """A row of docs/facts/unconfirmed.md."""

    name: str
    allowed: str
    choices: list[str]  # of the makers' models

    def others(self) -> Iterator[str]:
        """Values that it may have beside ours, the next ones first."""
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
            yield from self.allowed.split(", ")


def facts_of(maker: str) -> list[Fact]:
    text = (REPOSITORY / "docs/facts/unconfirmed.md").read_text()
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    rows = next(one for one in part if one.lower().startswith(maker))
    return [Fact(row[1], row[2], re.findall(r"`([^`]*)`", row[3]))
            for row in re.finditer(r"^\| `([^`]+)` \| [^|]* \| ([^|]*) \| ([^|]*) \|", rows, re.MULTILINE)]


def askable(maker: str) -> list[str]:
    """Those whose probe has steps, by the maker's table."""
    text = (REPOSITORY / f"src/personalities/{maker}/{maker}.probes").read_text()
    names: list[str] = []
    for part in re.split(r"^(?=fact |before$|in the network$)", text, flags=re.MULTILINE):
        if part.startswith("fact ") and not re.search(r"^because ", part, re.MULTILINE):
            names += part.splitlines()[0].split()[1:]
    return names


@contextmanager
def module(model: str, folder: Path, facts: dict[str, str]) -> Iterator[Path]:
    lines = "".join(f'      {name}: "{value}"\n' for name, value in facts.items())
    config = folder / "real.yaml"
    config.write_text(f"modems:\n  - module: {model}\n    state: none\n    ports: [{{pty: {folder}/real}}]\n"
                      + (f"    facts:\n{lines}" if facts else ""))
    with Background("--config", config) as daemon:
        daemon.ready()
        yield folder / "real"
        assert daemon.end() == 0, daemon.errors


def probe(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "probe", *map(str, words)], capture_output=True,
                          text=True, check=False, stdin=subprocess.DEVNULL, timeout=20 * ANSWER_S)


def found(text: str) -> dict[str, str]:
    return {name: value.replace('\\"', '"') for name, value in re.findall(r'^    ([\w-]+): "((?:[^"\\]|\\.)*)"', text, re.MULTILINE)}


def accepts(model: str, facts: dict[str, str], folder: Path) -> bool:
    """Whether our modem of this model may have them."""
    lines = "".join(f'      {name}: "{value}"\n' for name, value in facts.items())
    path = folder / "try.yaml"
    path.write_text(f"modems:\n  - module: {model}\n    ports: [{{pty: x}}]\n    facts:\n{lines}")
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--config", path, "--check-config"],
                          capture_output=True, check=False).returncode == 0


def ask_one(maker: str, fact: Fact, folder: Path) -> str | None:
    """None: an alteration of the fact is found in one of the models; else what came."""
    said = ""
    folder.mkdir()
    for model in MODELS[maker]:
        values = [value for value in fact.others() if accepts(model, {fact.name: value}, folder)]
        for value in values[:3]:
            with module(model, folder, {fact.name: value}) as device:
                done = probe("--uart", device, "--module", model, "--address", "127.0.0.1", "--fact", fact.name)
            if found(done.stdout) == {fact.name: value} and " # not " in done.stdout:
                return None
            said += f"{model}, {value}: {done.stdout[-1500:]}\n{done.stderr}\n"
    return f"{fact.name}: {said}"


def echoes_are_allowed() -> bool:
    """Whether a program may send echo requests here."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP).close()
    except PermissionError:
        return False
    return True


@pytest.mark.parametrize("maker", MODELS)
def test_each_alteration_is_found(maker: str, tmp_path: Path) -> None:
    """Each fact that can be asked for, altered alone, in turn."""
    names = askable(maker)
    facts = [fact for fact in facts_of(maker) if fact.name in names]
    assert len(facts) == len(names)
    if not echoes_are_allowed():
        facts = [fact for fact in facts if fact.name != "ping-bytes"]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = pool.map(lambda fact: ask_one(maker, fact, tmp_path / fact.name), facts)
    wrong = [said for said in results if said is not None]
    assert not wrong, f"{len(wrong)} of {len(names)}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("model", ["he910", "m95", "l610"])
def test_a_file_that_config_includes(model: str, tmp_path: Path) -> None:
    """All facts of a module as it is: as we have them, and the file makes a modem of that firmware."""
    sheet = tmp_path / "facts.yaml"
    with module(model, tmp_path, {"revision": "12.34"}) as device:
        done = probe("--uart", device, "--module", model, "--output", sheet)
    assert done.returncode == FOUND, done.stderr
    text = sheet.read_text()
    assert re.search(r"^# its firmware \(\+CGMR\) is .*12\.34", text, re.MULTILINE), text
    assert found(text)["revision"] == "12.34"
    others = [line for line in text.splitlines() if " # not " in line]
    assert len(others) == 1 and others[0].startswith("    revision: "), others
    assert re.search(r"^    # [\w-]+: not asked: it needs the network, .*give --address$", text, re.MULTILINE)
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
    """What is known by then is written."""
    sheet = tmp_path / "facts.yaml"
    with Background("--module", "he910", "--state", "none", "--pty", tmp_path / "real") as daemon:
        daemon.ready()
        with Background("probe", "--uart", tmp_path / "real", "--module", "he910", "--output", sheet) as asking:
            while "error-range" not in asking.errors:
                time.sleep(0.01)
            daemon.end(signal.SIGKILL)
            assert asking.wait() == FAILED
            assert "cannot open it" in asking.errors or "device is gone" in asking.errors, asking.errors
    assert found(sheet.read_text())["error-syntax"] == "4"
    assert "it ended early" in sheet.read_text()


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
    (["--uart", "x", "--module", "he910", "--address", "here"], '--address: "here" is no address'),
    (["--uart", "x", "--module", "he910", "--apn", 'a"b'], '--apn: "a"b" is wrong'),
    (["--pty", "x"], "unknown option --pty; allowed: --uart"),
])
def test_wrong_use(words: list[str], said: str) -> None:
    done = probe(*words)
    assert done.returncode == WRONG
    assert said in done.stderr, done.stderr
