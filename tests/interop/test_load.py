"""What runs came to: summaries of shards, added up and judged; and the moment when they begin.

Source: docs/load.md.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from support.certs import Certificates
from support.fleet import CrowdServer, Fleet, FleetHost
from support.modem import program_path
from support.patience import ANSWER_S
from support.program import run_program
from support.servers import refused_port

from .observe import wait_until
from .test_fleet import begin_dial, echo, prepare
from .test_hosts import Run, fleet_of, write_examples

MODEMS = 10
SHARDS = 2

CONFIG = """\
summary: run-${shard}.json
modems:
- {name: 'meter-${n:04}', module: he910, count: %d, imei: '35794102', state: none, ports: [{unix: '${name}'}]}
"""


def tlsmodem(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run_program(*words, cwd=cwd)


def report(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return tlsmodem("report", *words)


def play(fleet: Fleet, shard: int, server: CrowdServer) -> None:
    """Each modem of the shard dials the server; its first one before that in vain."""
    hosts: list[FleetHost] = []
    for number in range(shard, MODEMS, SHARDS):
        host = fleet.host(f"meter-{number:04}")
        imei = prepare(host)
        if number == shard:
            refused = host.say(f'AT#SSLD=1,{refused_port()},"127.0.0.1",0,0')
            assert refused.endswith(("ERROR", "NO CARRIER")), refused
        begin_dial(host, server)
        host.read_until(b"CONNECT\r\n")
        echo(host, imei)
        hosts.append(host)
    for host in hosts:
        host.close()


@pytest.fixture(scope="module")
def shards(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The summaries of two shards, and what the server has counted."""
    folder = tmp_path_factory.mktemp("shards")
    with CrowdServer(certificates) as server:
        for shard in range(SHARDS):
            fleet = Fleet(folder, CONFIG % MODEMS, ("--shard", f"{shard}/{SHARDS}", "--threads", "2"), log_name=f"{shard}.log")
            fleet.last = f"meter-{MODEMS - SHARDS + shard:04}"
            with fleet:
                assert not (folder / f"run-{shard}.json").exists()
                play(fleet, shard, server)
        heard = server.wait_for(MODEMS)
        assert len(heard) == MODEMS == len(set(heard))
    return [folder / f"run-{shard}.json" for shard in range(SHARDS)]


def test_shards_add_up_to_what_the_server_counted(shards: list[Path], tmp_path: Path) -> None:
    ended = report(*shards, "--output", tmp_path / "sum.json")
    assert (ended.returncode, ended.stderr) == (0, "")
    whole = json.loads((tmp_path / "sum.json").read_text())
    assert whole["seen-by"] == "modems" and whole["buckets"] == 1
    assert [(run["shard"], run["shards"], run["modems"]) for run in whole["runs"]] == [(0, 2, 5), (1, 2, 5)]
    for what in ("dial", "handshake"):
        times = whole["times"][what]
        assert times["count"] == MODEMS == sum(count for _, count in times["buckets"])
        assert max(end for end, _ in times["buckets"]) >= times["max-us"]
    assert whole["errors"] == {"refused": SHARDS}
    command = whole["times"]["command"]
    assert command["count"] == sum(count for _, count in command["buckets"]) and 0 < command["max-us"] <= command["sum-us"]
    first, second = (json.loads(path.read_text()) for path in shards)
    assert whole["times"]["command"]["count"] == sum(part["times"]["command"]["count"] for part in (first, second)) >= 8 * MODEMS
    assert re.search(rf"^handshake +{MODEMS} ", ended.stdout, re.MULTILINE)
    assert re.match(rf"{MODEMS} modems, 2 of 2 shards, ", ended.stdout)
    assert re.search(rf"^errors +{SHARDS} of \d+ \(.* %\): {SHARDS} refused$", ended.stdout, re.MULTILINE)


def test_a_run_says_it_itself(shards: list[Path]) -> None:
    """On standard error, which was no terminal: nothing passes there."""
    said = (shards[1].parent / "1.log").read_text()
    assert re.search(r"^5 modems, shard 1 of 2, .* as modems counted it\n +count ", said, re.MULTILINE) and "missing" not in said
    assert re.search(r"^handshake +5 ", said, re.MULTILINE) and "\x1b" not in said
    assert (shards[1].stat().st_mode & 0o777) == 0o644


def test_a_sum_is_judged(shards: list[Path], tmp_path: Path) -> None:
    for wanted, status in ((("p99(handshake) > 10min", "errors > 90 %", f"count(dial) < {MODEMS}", "missing > 0"), 0),
                           ((f"errors(refused) >= {SHARDS}",), 1), (("p50(round) < 1h",), 1), (("rate(dial) < 100000/s",), 1),
                           (("max(dial) >= 0us", "errors > 90 %"), 1)):
        words = [word for expression in wanted for word in ("--fail-if", expression)]
        ended = report(*shards, *words)
        assert ended.returncode == status, (wanted, ended.stderr)
        assert ended.stderr.startswith(f"failed: {wanted[0]}: ") == (status == 1)
    ended = report(shards[0], "--fail-if=missing > 0")
    assert (ended.returncode, ended.stderr) == (1, "failed: missing > 0: it is 1\n")
    assert ended.stdout.startswith("5 modems, shard 0 of 2, ") and ended.stdout.endswith("\n1 of 2 shards is missing\n")
    report(*shards, "--output", tmp_path / "sum.json")
    ended = report(tmp_path / "sum.json", "--fail-if", "errors(refuse) > 1")
    assert (ended.returncode, ended.stderr) == (0, "note: errors(refuse) > 1: there was no error of this kind; there were: refused\n")


LINE = ("--module", "m95", "--pty", "auto", "--state", "none")
SAY_AT = ("--", "sh", "-c", "exec 3<>$TLSMODEM_PORT; printf 'ATE0\\rAT+CGMM\\r' >&3; "
          "n=0; while read -r line <&3; do case $line in OK*) n=$((n + 1)); test $n = 2 && exit 0;; esac; done")


def test_a_run_is_judged_by_itself(tmp_path: Path) -> None:
    """By the words of report, without a file; a program's own status goes before."""
    for bounds, status, said in ((("errors > 0", "p99(command) > 10min", "count(command) < 1"), 0, ""),
                                 (("count(dial) < 1", "errors > 0"), 1, "failed: count(dial) < 1: it is 0\n"),
                                 (("p50(dial) > 1h",), 1, "failed: p50(dial) > 1h: there was none\n"),
                                 (("errors(none) > 0",), 0, "note: errors(none) > 0: there was no error of this kind; there were: none\n")):
        words = [word for expression in bounds for word in ("--fail-if", expression)]
        ended = tlsmodem(*LINE, *words, *SAY_AT)
        assert ended.returncode == status, (bounds, ended.stderr)
        assert ended.stderr.partition("errors     ")[2].partition("\n")[2].startswith(said), ended.stderr
        assert re.search(r"^command +2 ", ended.stderr, re.MULTILINE), ended.stderr
    ended = tlsmodem(*LINE, "--fail-if", "count(dial) < 1", "--", "sh", "-c", "exit 7")
    assert ended.returncode == 7 and "failed: count(dial) < 1: it is 0\n" in ended.stderr


def test_bounds_of_a_file(tmp_path: Path) -> None:
    """The command line has others in their place."""
    config = tmp_path / "f.yaml"
    config.write_text("fail-if: ['count(dial) < 1', errors > 0]\nmodems: [{module: m95, ports: [{pty: auto}], state: none}]\n")
    ended = tlsmodem("--config", config, "--", "true")
    assert ended.returncode == 1 and ended.stderr.endswith("failed: count(dial) < 1: it is 0\n"), ended.stderr
    ended = tlsmodem("--config", config, "--fail-if", "errors > 0", "--", "true")
    assert ended.returncode == 0 and "failed" not in ended.stderr
    config.write_text("fail-if:\n  - p99(dail) > 5s\n  - missing > 0\nmodems: [{module: m95, ports: [{pty: auto}]}]\n")
    ended = tlsmodem("--config", config, "--check-config")
    assert ended.returncode == 2
    assert f'{config}:2:5: fail-if: "p99(dail) > 5s", column 5: this is not counted; allowed: dial, ' in ended.stderr
    assert f'{config}:3:5: fail-if: "missing > 0", column 1: a run knows nothing of other shards; allowed: ' in ended.stderr


@pytest.mark.parametrize(("expression", "said"), [
    ("p99(dail) > 5s", '"p99(dail) > 5s", column 5: this is not counted; allowed: dial, '),
    ("missing > 0", '"missing > 0", column 1: a run knows nothing of other shards; allowed: missing for tlsmodem report'),
    ("", '"", column 1: this measures nothing; allowed: '),
])
def test_wrong_bounds_are_told_at_the_start(expression: str, said: str) -> None:
    ended = tlsmodem(*LINE, f"--fail-if={expression}", "--", "true")
    assert ended.returncode == 2 and ended.stdout == "" and ended.stderr.startswith(f"tlsmodem: --fail-if: {said}"), ended.stderr


def test_a_sum_that_cannot_be_printed_fails(shards: list[Path]) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "report", *shards], stdout=full, stderr=subprocess.PIPE, text=True,
                               timeout=2 * ANSWER_S, check=False)
    assert (ended.returncode, ended.stderr) == (1, "tlsmodem: report: standard output: No space left on device\n")


def test_what_does_not_belong_together_is_refused(shards: list[Path], tmp_path: Path) -> None:
    ended = report(shards[0], shards[1], shards[0])
    assert ended.returncode == 2 and ended.stdout == ""
    assert re.fullmatch(rf"tlsmodem: report: {shards[0]}: it is of run [0-9a-f]{{16}}, which is there already\n", ended.stderr)
    again = tmp_path / "again.json"
    again.write_text(re.sub(r'"id":"[0-9a-f]{16}"', '"id":"0123456789abcdef"', shards[0].read_text()))
    ended = report(*shards, again)
    assert ended.returncode == 2 and f"{again}: shard 0 of 2 is there already, of run " in ended.stderr
    again.write_text(shards[0].read_text().replace('"buckets":1', '"buckets":2'))
    ended = report(again)
    assert (ended.returncode, ended.stderr) == (2, f"tlsmodem: report: {again}: its buckets are of version 2, which do not add up "
                                                   "with ours; allowed: 1\n")
    ended = report(tmp_path / "none")
    assert ended.returncode == 2
    assert ended.stderr == f"tlsmodem: report: {tmp_path}/none: No such file or directory; allowed: a regular file that can be read\n"
    (tmp_path / "empty").touch()
    ended = report(tmp_path / "empty")
    assert ended.returncode == 2
    assert ended.stderr == f"tlsmodem: report: {tmp_path}/empty: it is empty; allowed: what --summary has written\n"
    with (tmp_path / "large").open("wb") as large:
        large.truncate(64_000_001)
    ended = report(tmp_path / "large")
    assert ended.returncode == 2 and ended.stderr.endswith("/large: it is too large; allowed: a file of at most 64000000 bytes\n")


@pytest.mark.parametrize(("words", "said"), [
    ((), "report: a file is needed: what --summary FILE has written"),
    (("x", "--fail-if"), "--fail-if needs EXPR"),
    (("x", "--fail-if", "p99(dail) > 5s"), '--fail-if: "p99(dail) > 5s", column 5: this is not counted; allowed: dial, '),
    (("x", "--fail"), "report: unknown option --fail; allowed: --fail-if, --output, --help"),
    (("x", "--help=1"), "report: unknown option --help=1; allowed: "),
    (("x", "--output="), "--output needs FILE"),
])
def test_wrong_use_is_told(words: tuple[str, ...], said: str) -> None:
    ended = report(*words)
    assert ended.returncode == 2 and ended.stderr.startswith(f"tlsmodem: {said}"), ended.stderr


def test_a_summary_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    ended = tlsmodem("--module", "m95", "--pty", "auto", "--state", "none", "--summary", tmp_path / "no" / "x.json", "--", "true")
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr == f"tlsmodem: --summary: cannot write {tmp_path}/no/x.json: No such file or directory\n"
    (tmp_path / "f.yaml").write_text("summary: '${n}.json'\nmodems: [{module: m95, ports: [{pty: auto}]}]\n")
    ended = tlsmodem("--config", tmp_path / "f.yaml")
    assert ended.returncode == 2 and "f.yaml:1:10: summary: " in ended.stderr and "allowed: a path, with ${shard} in it" in ended.stderr


def test_an_older_summary_is_gone_from_the_start(tmp_path: Path) -> None:
    """Else that of a run which is killed would be taken for its own."""
    path = tmp_path / "x.json"
    path.touch()
    assert tlsmodem(*LINE, "--summary", path, "--", "true").returncode == 0
    ended = tlsmodem(*LINE, "--summary", path, "--", "sh", "-c", f"test ! -e {path}")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(path.read_text())["runs"]
    tlsmodem(*LINE, "--summary", path, "--", "sh", "-c", "kill -9 $PPID")
    assert not path.exists()


def test_a_run_that_does_not_begin_takes_no_summary_away(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    assert tlsmodem(*LINE, "--summary", path, "--", "true").returncode == 0
    before = path.read_bytes()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = tlsmodem("--module", "m95", "--tcp", str(taken.getsockname()[1]), "--state", "none", "--summary", path)
    assert ended.returncode == 1 and "Address already in use" in ended.stderr
    assert path.read_bytes() == before


def test_what_is_no_summary_is_not_replaced(shards: list[Path], tmp_path: Path) -> None:
    """Neither by a run nor by a report: somebody has mistaken a name."""
    path = tmp_path / "diary"
    path.write_text("dear diary\n")
    said = f"cannot write {path}: it is there, and no summary; allowed: a summary, which is replaced, or a new file\n"
    ended = tlsmodem(*LINE, "--summary", path, "--", "true")
    assert ended.returncode == 1 and ended.stderr == f"tlsmodem: --summary: {said}"
    ended = report(*shards, "--output", path)
    assert ended.returncode == 1 and ended.stderr == f"tlsmodem: report: --output: {said}"
    assert path.read_text() == "dear diary\n"


def test_what_is_no_regular_file_is_not_replaced(shards: list[Path], tmp_path: Path) -> None:
    """Neither a pipe nor a device, nor by a link."""
    pipe, link = tmp_path / "pipe.prom", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to("/dev/null")
    for path in (pipe, link):
        ended = report(*shards, "--output", path)
        assert ended.returncode == 1
        assert ended.stderr == f"tlsmodem: report: --output: cannot write {path}: it is no regular file\n"
    assert pipe.is_fifo() and link.is_symlink()
    ended = tlsmodem("--module", "m95", "--pty", "auto", "--state", "none", "--metrics-file", pipe, "--", "true")
    assert ended.returncode == 1 and f"cannot write {pipe}: it is no regular file" in ended.stderr and pipe.is_fifo()


def test_hosts_inside_of_two_shards_add_up(tmp_path: Path, certificates: Certificates) -> None:
    """Meters of three makers, each with three readings: what their hosts saw is what the server has heard."""
    counts = {"telit": 11, "quectel": 10, "fibocom": 9}
    write_examples(tmp_path, "repeat 3")
    start = (datetime.now(timezone.utc) + timedelta(seconds=3)).replace(microsecond=0)
    with CrowdServer(certificates) as server:
        config = fleet_of(counts, server.port, "give up")
        options = ("--summary", "run-${shard}.json", "--start-at", f"{start:%Y-%m-%dT%H:%M:%SZ}", "--threads", "2")
        (tmp_path / "other").mkdir()
        write_examples(tmp_path / "other", "repeat 3")
        with Run(tmp_path, config, "--shard", "0/2", *options) as first, Run(tmp_path / "other", config, "--shard", "1/2", *options) as second:
            assert (first.wait(), second.wait()) == (0, 0), first.log() + second.log()
        heard = server.wait_for(90)
    assert len({line.split()[0] for line in heard}) == 30 and len(heard) == 90
    files = (tmp_path / "run-0.json", tmp_path / "other" / "run-1.json")
    ended = report(*files, "--output", tmp_path / "sum.json", "--fail-if", "count(dial) < 30", "--fail-if", "count(round) < 90",
                   "--fail-if", "p99(command) > 10min", "--fail-if", "errors > 0", "--fail-if", "missing > 0")
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    times = json.loads((tmp_path / "sum.json").read_text())["times"]
    assert (times["dial"]["count"], times["handshake"]["count"], times["round"]["count"]) == (30, 30, 90)
    assert times["command"]["count"] == sum(count for _, count in times["command"]["buckets"]) > 200
    assert all(utc(json.loads(path.read_text())["runs"][0]["start"]) == start for path in files)
    mixed = tmp_path / "mixed.json"
    mixed.write_text(re.sub(r'"id":"[0-9a-f]{16}","tlsmodem":"[^"]*","shard":0', '"id":"0123456789abcdef","tlsmodem":"1","shard":1',
                            files[0].read_text().replace('"seen-by":"hosts"', '"seen-by":"modems"')))
    ended = report(files[0], mixed)
    assert ended.returncode == 2 and "it counts what modems did, those before what hosts inside saw" in ended.stderr


def utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)


def test_shards_begin_at_the_same_moment(tmp_path: Path) -> None:
    """Each of two processes starts its program then, not before; and its summary's time begins."""
    start = (datetime.now(timezone.utc) + timedelta(seconds=3)).replace(microsecond=0)
    (tmp_path / "f.yaml").write_text(f"start-at: {start:%Y-%m-%dT%H:%M:%SZ}\nsummary: '${{shard}}.json'\n"
                                     "modems: [{module: m95, name: 'm${n}', count: 2, ports: [{pty: auto}], state: none}]\n")
    ended: list[subprocess.CompletedProcess[str]] = []
    threads = [threading.Thread(target=lambda shard=shard: ended.append(tlsmodem(
        "--config", tmp_path / "f.yaml", "--shard", f"{shard}/2", "--", "sh", "-c", "date -u +%Y-%m-%dT%H:%M:%S.%6NZ; exit 5")))
        for shard in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run.returncode for run in ended] == [5, 5], ended
    for run in ended:
        assert utc(run.stdout.splitlines()[1]) >= start, run.stdout
    runs = [json.loads((tmp_path / f"{shard}.json").read_text())["runs"][0] for shard in range(2)]
    assert all(utc(run["start"]) == start <= utc(run["end"]) for run in runs), runs


def test_a_start_that_has_passed_is_now(tmp_path: Path) -> None:
    ended = tlsmodem("--module", "m95", "--pty", "auto", "--state", "none", "--start-at", "2025-01-01T00:00:00+01:00",
                     "--summary", tmp_path / "x.json", "--", "true")
    assert ended.returncode == 0
    assert re.search(r"warning: .*start-at passed \d+ s ago: it begins at once\n", ended.stderr)
    run = json.loads((tmp_path / "x.json").read_text())["runs"][0]
    assert utc(run["start"]) > datetime.now(timezone.utc) - timedelta(hours=1) and run["shard"] is None


@pytest.mark.parametrize(("words", "said"), [
    (("--start-at", "noon", "--", "true"), '--start-at: "noon" is wrong because it is no time; allowed: one of 2000 to 2099 like '),
    (("--start-at", "2099-01-01T00:00:00Z"), "start-at: nothing begins then; allowed: with -- CMD, or hosts inside"),
    (("--start-at", "2099-01-01T00:00:00Z", "--summary", "${n}", "--", "true"), '--summary: "${n}" is wrong because '),
])
def test_wrong_starts_are_told(words: tuple[str, ...], said: str) -> None:
    ended = tlsmodem("--module", "m95", "--pty", "auto", "--state", "none", *words)
    assert ended.returncode == 2 and ended.stderr.startswith(f"tlsmodem: {said}"), ended.stderr


def test_a_program_that_is_not_there_when_it_begins(tmp_path: Path) -> None:
    start = datetime.now(timezone.utc) + timedelta(seconds=2)
    ended = tlsmodem("--module", "m95", "--pty", "auto", "--state", "none", "--start-at", f"{start:%Y-%m-%dT%H:%M:%SZ}", "--",
                     tmp_path / "none")
    assert ended.returncode == 1 and "cannot run" in ended.stderr


def test_a_run_that_is_stopped_before_it_begins(tmp_path: Path) -> None:
    process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "m95", "--pty", "auto", "--state", "none",
                                "--summary", tmp_path / "x.json", "--start-at", "2099-01-01T00:00:00Z", "--", "touch",
                                tmp_path / "begun"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline().startswith("ready: ")
    process.terminate()
    _, said = process.communicate(timeout=ANSWER_S)
    assert process.returncode == 0, said
    assert not (tmp_path / "begun").exists()
    assert json.loads((tmp_path / "x.json").read_text())["times"]["dial"]["count"] == 0


def test_a_terminal_shows_when_it_begins(tmp_path: Path) -> None:
    start = datetime.now(timezone.utc) + timedelta(hours=1)
    ours, theirs = os.openpty()
    process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "m95", "--pty", "auto", "--state", "none", "--summary",
                                tmp_path / "x.json", "--start-at", f"{start:%Y-%m-%dT%H:%M:%SZ}", "--", "true"],
                               stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while not re.search(rb"errors: 0 of 0; it begins in 3[456]\d\d s", shown):
            shown += os.read(ours, 4096)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


@contextmanager
def shown_on_a_terminal(*words: str | Path, cwd: Path) -> Iterator[tuple[subprocess.Popen[bytes], bytearray]]:
    """The program, and what it shows; all of it after the end."""
    ours, theirs = os.openpty()
    process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), *words], cwd=cwd, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = bytearray()

    def read() -> None:
        try:
            while data := os.read(ours, 4096):
                shown.extend(data)
        except OSError:  # EIO: nobody has the other end any more
            pass

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield process, shown
        process.terminate()
        assert process.wait(ANSWER_S) == 0
    finally:
        process.kill()
        process.wait()
        thread.join()
        os.close(ours)


def summary_on(shown: bytearray) -> str:
    """What stands after the last line that was taken back."""
    return shown.decode().rpartition("\r\x1b[K")[2]


def test_a_terminal_shows_how_it_goes(tmp_path: Path) -> None:
    """The line says what there is, and is gone before the summary."""
    with shown_on_a_terminal("--module", "m95", "--pty", "auto", "--state", "none", "--summary", "x.json", cwd=tmp_path) as (_, shown):
        wait_until(lambda: b"1 of 1 modems up, 0 dials/s, 0 commands/s, errors: 0 of 0" in shown, "the line", ANSWER_S)
    assert re.match(r"1 modem, .*\r?\n +count", summary_on(shown)), shown


def test_a_terminal_shows_errors_by_reason(tmp_path: Path) -> None:
    """Of hosts inside that dial in vain again and again, while they do."""
    write_examples(tmp_path, "every 60s")
    (tmp_path / "fleet.yaml").write_text(fleet_of({"telit": 2, "fibocom": 1}, refused_port(), "redial 100ms"))
    with shown_on_a_terminal("--config", "fleet.yaml", "--summary", "x.json", cwd=tmp_path) as (_, shown):
        line = rb"3 of 3 modems up, \d+ dials/s, [1-9]\d* commands/s, errors: (\d+) of \d+ \([\d.]+ %\): ([^\r\x1b]*dial refused[^\r\x1b]*)\r"
        wait_until(lambda: re.search(line, shown), lambda: repr(shown))
    for count, reasons in re.findall(line, shown):
        assert int(count) == sum(map(int, re.findall(rb"\d+", reasons))), shown
    assert re.search(r"\nerrors +[1-9]\d* of \d+ \(.* %\): [1-9]\d* dial refused", summary_on(shown)), shown
