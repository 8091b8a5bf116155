"""--scenario: what happens to modems while hosts use them, on ports of each kind, and the same by `tlsmodem check`.

Source: docs/transcripts.md, tests/scenarios.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tty
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.fleet import Fleet, FleetHost
from support.modem import Host, Modem, program_path
from support.patience import ANSWER_S, EXIT_S
from support.program import run_program

from .observe import wait_until

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
MODELS = {"telit": "he910", "quectel": "m95", "fibocom": "l610"}
# A scenario is a folder: what the laboratory does, and a session of each maker beside it.
SESSIONS = [(folder, maker) for folder in ("network", "dtr") for maker in MODELS]
STEPS = re.compile(r"(set (registration|sim|signal=17|operator=Third|clock|attached|dtr=off)|ring|sms|power|context-lost)\b")
SESSION_S = 240.0  # 40 of the scenario's own, and a busy machine
RINGS = b"\r\nRING\r\n"


def tlsmodem(*words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run_program(*words, cwd=folder, seconds=SESSION_S)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


# ---- each effect, in each maker's words ----


@dataclass
class Played:
    """What came of a session, the modem's log, and its recording."""

    done: subprocess.CompletedProcess[str]
    log: str
    recording: Path


def play_on_a_port(scenario: str, maker: str, folder: Path) -> Played:
    """The session types at a modem that plays the scenario, and is recorded."""
    recording = folder / f"{scenario}-{maker}.at"
    with Modem(MODELS[maker], options=["--scenario", str(SCENARIOS / scenario / "lab.at"), "--log-level", "info",
                                       "--record", str(recording)]) as modem:
        done = tlsmodem("check", SCENARIOS / scenario / f"{maker}.at", "--uart", modem.pty_path)
        return Played(done, modem.log(), recording)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Played]]:
    """All of them at the same time, as each takes its scenario's."""
    folder = tmp_path_factory.mktemp("played")
    with ThreadPoolExecutor() as pool:
        results = {session: pool.submit(play_on_a_port, *session, folder) for session in SESSIONS}
        yield {session: result.result() for session, result in results.items()}


@pytest.mark.parametrize("session", SESSIONS)
def test_its_recording_plays_back(session: tuple[str, str], played: dict[tuple[str, str], Played]) -> None:
    """With what the laboratory did, which no host has typed."""
    recording = played[session].recording
    text = recording.read_text()
    if session[0] == "network":
        assert 'sms "+491701234567" "from %s 00"\n' % MODELS[session[1]] in text and "\nring end\n" in text
    done = tlsmodem("check", recording)
    assert done.returncode == 0, done.stdout + done.stderr + text


@pytest.mark.parametrize("session", SESSIONS)
def test_a_session_on_a_port(session: tuple[str, str], played: dict[tuple[str, str], Played]) -> None:
    done, log = played[session].done, played[session].log
    assert done.returncode == 0, done.stdout + done.stderr + log
    assert "1 as written" in done.stdout
    steps = [line for line in (SCENARIOS / session[0] / "lab.at").read_text().splitlines()
             if line and not re.match(r"#|at |wait ", line)]
    assert [line.partition(".at:")[2].partition(": ")[2] for line in log.splitlines()
            if ": scenario: " in line] [:len(steps)] == steps
    assert f"lab.at: at its end, after {len(steps)} steps" in log


@pytest.mark.parametrize("options", [(), ("--bytes",)])
@pytest.mark.parametrize(("scenario", "maker"), SESSIONS)
def test_the_same_session_on_the_engine(scenario: str, maker: str, options: tuple[str, ...]) -> None:
    folder = SCENARIOS / scenario
    done = tlsmodem("check", folder / f"{maker}.at", "--scenario", folder / "lab.at", *options)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("scenario", "maker"), SESSIONS)
def test_without_a_step_a_session_differs(scenario: str, maker: str, tmp_path: Path) -> None:
    """So that each effect is one that the session sees."""
    lines = (SCENARIOS / scenario / "lab.at").read_text().splitlines(keepends=True)
    assert any(map(STEPS.match, lines))
    for number, line in enumerate(lines):
        if STEPS.match(line):
            cut = write(tmp_path, "cut.at", "".join(lines[:number] + lines[number + 1:]))
            done = tlsmodem("check", SCENARIOS / scenario / f"{maker}.at", "--scenario", cut)
            assert done.returncode == 1, f"{line}: {done.stdout}"


def example() -> str:
    """The scenario of the page."""
    page = (SCENARIOS.parents[1] / "docs/transcripts.md").read_text().partition("## Scenarios\n")[2]
    lines = page[page.index("    # The network goes"):].partition("\n\n")[0].splitlines()
    return "".join(f"{line[4:]}\n" for line in lines)


def test_the_page_s_example_does_what_it_says(tmp_path: Path) -> None:
    write(tmp_path, "lab.at", example())
    write(tmp_path, "a.at", "models he910 m95 l610\nsource x\nwait 40s\n> AT\n< nothing of the kind\n")
    done = tlsmodem("check", "a.at", "--scenario", "lab.at", folder=tmp_path)
    assert done.stdout.count("lab.at: at its end, after 5 steps") == 3 and done.stdout.count("< RING\n") >= 3, done.stdout
    assert "not possible" not in done.stdout, done.stdout


def test_steps_that_have_not_come_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "lab.at", "at 1s\nset signal=5\nat 20s\nring\nwait 1s\nring end\n")
    write(tmp_path, "a.at", "model m95\nsource x\nwait 2s\n> AT\n< OK\n")
    done = tlsmodem("check", "a.at", "--scenario", "lab.at", folder=tmp_path)
    assert done.returncode == 0 and "a.at: m95: as written, but at its end 2 of the 3 steps of lab.at had not come\n" in done.stdout
    write(tmp_path, "a.at", "model m95\nsource x\nwait 30s\n< RING\n< NO CARRIER\n")
    done = tlsmodem("check", "a.at", "--scenario", "lab.at", folder=tmp_path)
    assert done.returncode == 0 and "had not come" not in done.stdout, done.stdout


# ---- ports ----


def ringing(folder: Path) -> Path:
    return write(folder, "ring.at", 'at 500ms\nring "123"\n')


@pytest.mark.parametrize("port", ["pty", "tcp", "unix", "stdio"])
def test_a_port_of_each_kind(port: str, tmp_path: Path) -> None:
    with Modem("he910", port, options=["--scenario", str(ringing(tmp_path))]) as modem:
        modem.host.read_until(RINGS, ANSWER_S)


def test_a_serial_device(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    os.set_blocking(ours, False)
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "m95", "--uart", os.ttyname(theirs),
                           "--state", "none", "--scenario", ringing(tmp_path)], stdout=subprocess.PIPE) as daemon:
        try:
            Host(ours, ours).read_until(RINGS, ANSWER_S)
        finally:
            daemon.terminate()
        assert daemon.wait(EXIT_S) == 0
    os.close(ours)
    os.close(theirs)


def test_circuits_are_those_of_the_port_that_is_named(tmp_path: Path) -> None:
    """DTR of the second port ends what is online there, and nothing on the first."""
    scenario = write(tmp_path, "dtr.at", "at 5s\non port 2\nset dtr=off\n")
    session = write(tmp_path, "session.at", """\
model he910
source a test
peer one oneport tls server
peer two twoport tls server
include %s/tests/transcripts/telit/include/no-verify.at
> AT&D2
< OK
> AT#SSLD=1,${oneport},"${address}",0,0
peer one accepts
< CONNECT
after 10s nothing
peer one sends "here"
< bytes "here"
""" % SCENARIOS.parents[1])
    done = tlsmodem("check", session, "--scenario", scenario)
    assert done.returncode == 1 and "the modem has no port 2" in done.stdout
    session.write_text(session.read_text() + "on port 2\n> AT\n< OK\n")
    done = tlsmodem("check", session, "--scenario", scenario)
    assert done.returncode == 0, done.stdout
    scenario.write_text("at 5s\nset dtr=off\n")
    done = tlsmodem("check", session, "--scenario", scenario)
    assert done.returncode == 1 and "after 10s nothing" in done.stdout


# ---- fleets ----


def message(host: FleetHost) -> str:
    """The first message of the modem's; empty while there is none."""
    host.ok("ATE0")
    host.ok("AT+CMGF=1")
    wait_until(lambda: "+CMGR" in host.say("AT+CMGR=1"), "no message came")
    return host.ok("AT+CMGR=1")


def test_each_modem_of_a_fleet(tmp_path: Path) -> None:
    scenario = write(tmp_path, "lab.at", 'at 200ms\nsms "123" "for ${name}, ${n:03}, ${imei} of ${shard}"\n')
    fleet = Fleet(tmp_path, """\
modems:
- {name: 'a-${n}', module: he910, count: 3, imei: '35794102', state: none, ports: [{unix: 'a-${n}'}]}
- {name: 'b-${n}', module: l610, count: 2, first: 5, imei: '35794103', state: none, ports: [{tcp-each: '0'}]}
""", ("--scenario", str(scenario), "--threads", "2"))
    fleet.last = "b-6"
    with fleet:
        for name, number in (("a-0", 0), ("a-2", 2), ("a-1", 1)):
            assert re.search(rf"for {name}, 00{number}, 35794102\d{{7}} of 0", message(fleet.host(name)))
        hosts = [fleet.host("b-5"), fleet.host("b-6")]
        assert {re.search(r"for (b-\d), 00", message(host))[1] for host in hosts} == {"b-5", "b-6"}  # type: ignore[index]


def test_a_modem_that_comes_later_plays_it_too(tmp_path: Path) -> None:
    scenario = write(tmp_path, "lab.at", 'at 200ms\nsms "123" "for ${name}"\n')
    first = "modems:\n- {name: a, module: he910, state: none, ports: [{unix: a}]}\n"
    fleet = Fleet(tmp_path, first, ("--scenario", str(scenario), "--log-level", "info"))
    with fleet:
        assert "for a" in message(fleet.host("a"))
        write(tmp_path, "fleet.yaml", first + "- {name: b, module: he910, state: none, ports: [{unix: b}]}\n")
        os.kill(fleet.pid, signal.SIGHUP)
        wait_until(lambda: "1 modems as they were, 0 closed, 1 opened" in fleet.log(), fleet.log)
        fleet.places["b"] = "unix b"
        assert "for b" in message(fleet.host("b"))


# ---- what is wrong ----


@pytest.mark.parametrize(("text", "said"), [
    ("set signal=32\n", r'bad\.at:1: set: "32" is wrong because .*; allowed: 0 to 31, 99'),
    ("set weather=rain\n", r'bad\.at:1: set: "weather" is wrong because .*; allowed: registration, signal'),
    ("> AT\n", r'bad\.at:1: "> AT" is wrong because a scenario does no such thing; allowed: wait, at, on'),
    ("peer a b tcp\n", r"bad\.at:1: .* a scenario does no such thing"),
    ("power cycle\n", r"bad\.at:1: .*; allowed: off, on, reset, brown-out"),
    ("at 5s\nset signal=3\nat 3s\nset signal=4\n", r'bad\.at:3: at: "3\.000s" is wrong .*; allowed: 5\.000s or later'),
    ('ring "${who}"\n', r"bad\.at:1: there is no variable \$\{who\}; allowed: \$\{name\}, \$\{n\}, \$\{shard\}"),
    ('sms "1" "${imei}"\n', r"bad\.at:1: .*the modem he910 was given no IMEI"),
    ("on port 2\nset dtr=off\n", r"bad\.at:2: set dtr=off: the modem he910 has no such port"),
    ("# nothing\n", r"bad\.at: nothing happens in it; allowed: "),
    ("include gone.at\n", r'bad\.at:1: include: "gone\.at" is wrong because No such file or directory; allowed: '),
])
@pytest.mark.parametrize("more", [(), ("--check-config",)])
def test_a_wrong_scenario(text: str, said: str, more: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, "bad.at", text)
    config = write(tmp_path, "one.yaml", "modems:\n- {module: he910, state: none, ports: [{unix: sock}]}\n")
    done = tlsmodem("--config", config, "--scenario", "bad.at", *more, folder=tmp_path)
    assert done.returncode == 2 and re.search(said, done.stderr), done.stderr
    assert not (tmp_path / "sock").exists()


@pytest.mark.parametrize("words", [("run", "--module", "he910", "--unix", "sock"), ("check", "session.at")])
def test_a_scenario_that_is_not_there(words: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, "session.at", "model he910\nsource a test\n> AT\n< OK\n")
    done = tlsmodem(*words, "--scenario", "gone.at", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.endswith("--scenario: gone.at: No such file or directory; allowed: a file that can be read\n")
    assert done.stderr.count("gone.at") == 1
    done = tlsmodem(*words, "--scenario", folder=tmp_path)
    assert done.returncode == 2 and "--scenario needs FILE" in done.stderr


def test_not_with_a_real_module(tmp_path: Path) -> None:
    done = tlsmodem("check", "a.at", "--uart", "/dev/null", "--scenario", "b.at", folder=tmp_path)
    assert done.returncode == 2 and "nobody here can do to a real module; allowed: without --uart" in done.stderr


def test_a_step_that_cannot_be_done(tmp_path: Path) -> None:
    """It is a line of the log, or the play's difference, and what follows comes all the same."""
    scenario = write(tmp_path, "lab.at", 'ring end\nwait 500ms\nring "123"\n')
    with Modem("he910", options=["--scenario", str(scenario), "--log-level", "info"]) as modem:
        modem.host.read_until(RINGS, ANSWER_S)
        wait_until(lambda: "at its end" in modem.log(), modem.log)
        log = modem.log()
    assert re.search(r"error: he910: scenario: \S*lab\.at:1: ring end: ring-end: not possible in this state; "
                     r"it needs a call\n", log)
    assert re.search(r"info: he910: scenario: \S*lab\.at: at its end, after 2 steps\n", log)
    session = write(tmp_path, "session.at", "model he910\nsource a test\nwait 1s\n> AT\n< OK\n")
    done = tlsmodem("check", session, "--scenario", scenario)
    assert done.returncode == 1 and "the scenario: " in done.stdout and "it needs a call" in done.stdout


# ---- faults and links ----


@pytest.mark.parametrize("model", ["he910", "m95", "l610"])
def test_faults_and_links(model: str, tmp_path: Path) -> None:
    scenario = write(tmp_path, "faults.at", "fault answer_twice command=AT+CSQ count=1\nlink gprs loss=1\n"
                                            "fault lose after=4 count=1 command=AT+CMEE*\n")
    with Modem(model, options=["--scenario", str(scenario), "--log-level", "info"]) as modem:
        wait_until(lambda: "at its end" in modem.log(), "the end of the scenario")
        for line in (b"ATE0\r", b"AT\r"):
            modem.host.write(line)
            modem.host.read_until(b"OK\r\n")
        modem.host.write(b"AT+CSQ\r")
        once = modem.host.read_until(b"OK\r\n")
        assert b"+CSQ: " in once
        assert modem.host.read_until(b"OK\r\n") == once
        modem.host.write(b"AT+CMEE=1\r")
        assert modem.host.read_until(b"\r\nOK\n") == b"\r\nOK\n"
        assert "link: gprs,loss=1" in modem.log()
        assert "fault 1: answer_twice (command line 1)" in modem.log()


def test_a_wrong_fault_is_told(tmp_path: Path) -> None:
    scenario = write(tmp_path, "faults.at", "at 1s\nfault latency latency=fast\n")
    done = tlsmodem("--module", "m95", "--stdio", "--scenario", scenario)
    assert done.returncode == 2
    assert f"{scenario}:2: fault:" in done.stderr and "allowed: 0 to 3600000 ms" in done.stderr
