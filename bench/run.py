#!/usr/bin/python3
"""Measures tlsmodem beside something that does the same with less (docs/benchmarks.md).

Prints a table: what, tlsmodem's figure, the peer's, and their ratio.  The two run in turns, several
times; each figure is the median, the ratio that of the pairs, with the lowest and the highest of
them behind it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
sys.path[:0] = [str(REPOSITORY / "tests")]

from fleets import (Crowd, Fleet, Figures, Patchwork, REST_S, cpu_seconds, plot,  # noqa: E402
                    private_bytes, run_fleet)
import links  # noqa: E402
import load  # noqa: E402
from subjects import ModemPort, ProgramPort, Services, TlsPeer, socat_tls  # noqa: E402
from support.certs import Certificates, make_certificates  # noqa: E402
from support.servers import free_port  # noqa: E402

RUNS = 9
TRANSFER_BYTES = 50_000_000
WARM_UP_BYTES = 2_000_000
ECHO_ROUNDS = 4_000
ECHO_BYTES = 64
ASK_ROUNDS = 10_000
PARSE_ROUNDS = 50_000
DIALS = 150
MODEMS = 1_000

FLEET_MODELS = ("he910", "m95", "l610")
FLEET_SIZES = (1_000, 4_000, 9_900)
FLEET_QUIET_S = 30.0
FLEET_RUNS = 3  # each takes a minute and more
READY_MODEMS = 10_000
PATCHED_MODEMS = 500
READY_AIM_S = 2.0
STORE_AIM_S = 5.0
QUIET_AIM_PERCENT = 1.0
LOAD_MODEMS = 5_000
LOAD_RUNS = 3
FLEET_PLOT = "fleet.svg"

COUNTED_ROUNDS = 500
COUNTED_DIALS = 40
PIECES_OF_MEGABYTE = 1000
COUNTED_PIECES = 300

PARSE_AIM = 1e6
IDLE_AIM_KB = 3.0
GROWTH_AIM_KB = 1.0
MEMORY_AIMS_KB = {"he910": 16.0, "le866": 18.0, "m95": 18.0, "l610": 18.0, "nl668-eau": 18.0}

SUITES = {"AES128-SHA": 3, "AES256-SHA": 5}  # in OpenSSL's words, and #SSLSECCFG's number
HANDSHAKES = {"he910": "tls11-rsa", "m95": "tls12-rsa", "l610": "tls12-ecdhe"}  # for bench/bare.c
BASELINE = "commit 55bd8a5"
COUNTED_LINES: tuple[tuple[str, str, tuple[str, ...], int], ...] = (  # the last: at that commit
    ("he910", "AT", (), 2057),
    ("he910", "AT+CREG?", (), 5209),
    ("he910", "AT#SSLS=1", ("AT#SSLEN=1,1",), 6739),
    ("he910", "AT#SSLCFG?", ("AT#SSLEN=1,1",), 15625),
    ("he910", "AT+CMEE=2", (), 5426),
    ("he910", "ATE0", (), 3804),
    ("he910", "AT+CGDCONT?", ('AT+CGDCONT=1,"IP","internet"',), 6759),
    ("m95", "AT+CREG?", (), 6772),
    ("m95", "AT+QISDE?", (), 6145),
    ("m95", 'AT+QSSLCFG="sslversion",0,3', (), 7970),
    ("l610", "AT+CREG?", (), 8642),
    ("l610", "AT+GTSSLMODE?", (), 7956),
    ("l610", "AT+MIPOPEN?", (), 12160),
    ("l610", 'AT+CGDCONT=1,"IP","internet"', (), 14911),
)
WHAT_WIDTH = 52  # of the table's first column
ASK_BYTES = len(b"AT\r")
OK_BYTES = len(b"\r\nOK\r\n")

Port = ModemPort | ProgramPort


class Failed(Exception):
    """A program of the benchmark did not do its work; the text is the reason."""


@dataclass
class Bench:
    """What all measurements share."""

    build: Path
    folder: Path
    certificates: Certificates
    peer: TlsPeer
    quiet_s: float

    @property
    def modem(self) -> Path:
        return self.build / "tlsmodem"

    @property
    def ca(self) -> Path:
        return self.certificates.pem("ca")

    def program(self, name: str) -> Path:
        return self.build / "bench" / name

    def run(self, name: str, *arguments: object) -> str:
        """Runs a program of bench/; gives what it prints."""
        command = [str(self.program(name)), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Failed(f"{' '.join(command)}:\n{result.stderr}")
        return result.stdout

    def instructions(self, first: int, more: int, name: str,
                     arguments: Callable[[int], Sequence[object]]) -> float:
        """What one round of a program of bench/ takes, all threads: `arguments` of a number of
        rounds, by what `more` of them add."""
        fewer, rest = (self._collected(name, *arguments(rounds))
                       for rounds in (first, first + more))
        return (rest - fewer) / more

    def _collected(self, name: str, *arguments: object) -> int:
        command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                   str(self.program(name)), *map(str, arguments)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        collected = re.search(r"Collected : (\d+)", result.stderr)
        if result.returncode != 0 or collected is None:
            raise Failed(f"{' '.join(command)}:\n{result.stderr}")
        return int(collected[1])

    def figures(self, name: str, *arguments: object) -> list[float]:
        """The same for a program that prints one line of numbers."""
        return [float(word) for word in self.run(name, *arguments).split()]

    def named_figures(self, name: str, *arguments: object) -> dict[str, float]:
        """The same for one that prints lines of a name and a number."""
        pairs = (line.split() for line in self.run(name, *arguments).splitlines())
        return {key: float(value) for key, value in pairs}


@dataclass
class Row:
    """One line of the table: the same number of runs on both sides."""

    what: str
    peer_name: str
    ours: Sequence[float]
    theirs: Sequence[float]

    def text(self) -> str:
        ratios = [ours / theirs for ours, theirs in zip(self.ours, self.theirs)]
        apart = f"{min(ratios):.2f}-{max(ratios):.2f}" if len(ratios) > 1 else ""
        return (f"{self.what:<{WHAT_WIDTH}} {show(median(self.ours)):>10} "
                f"{show(median(self.theirs)):>10} {median(ratios):>7.2f} {apart:>10}  "
                f"{self.peer_name}")


def show(value: float) -> str:
    """Three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def in_turns(measures: Sequence[Callable[[], Sequence[float]]],
             runs: int) -> list[list[list[float]]]:
    """Runs `measures` in turns, `runs` times; for each of them its figures, a list for each."""
    results: list[list[Sequence[float]]] = [[] for _ in measures]
    for _ in range(runs):
        for index, measure in enumerate(measures):
            results[index].append(measure())
    return [[list(figure) for figure in zip(*result)] for result in results]


# --- what is measured ---------------------------------------------------------------------------


# Does nothing on the processor argv[1], when nobody else wants to run there, until its parent ends.
IDLER = """
import os, sys
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
os.sched_setaffinity(0, {int(sys.argv[1])})
while os.getppid() == int(sys.argv[2]):
    for _ in range(100_000):
        pass
"""


@contextmanager
def steady(bench: Bench) -> Iterator[None]:
    """For round trips.  Whatever is started inside, and the server, share one processor, and no
    processor sleeps: waking one up takes longer, in a virtual machine above all, than the work that
    is measured, and the kernel alone knows when it has to be done."""
    allowed = os.sched_getaffinity(0)
    processes = (os.getpid(), bench.peer.process.pid)
    with ExitStack() as stack:
        for cpu in allowed:
            idler = subprocess.Popen([sys.executable, "-c", IDLER, str(cpu), str(os.getpid())])
            stack.callback(idler.wait)
            stack.callback(idler.terminate)
        for pid in processes:
            os.sched_setaffinity(pid, {min(allowed)})
            stack.callback(os.sched_setaffinity, pid, allowed)
        yield


@contextmanager
def both_online(bench: Bench, suite: str, packet_size: int) -> Iterator[list[Port]]:
    """tlsmodem and socat, connected to the TLS peer."""
    with ModemPort(bench.modem) as modem, \
            socat_tls(bench.folder, f"socat-{suite}", bench.peer.port, suite) as socat:
        modem.go_online(bench.peer.port, SUITES[suite], packet_size)
        yield [modem, socat]


def throughput(bench: Bench, runs: int) -> Iterator[Row]:
    """Both directions between PTY and TLS: bytes a second, and what they cost in between."""
    for suite in SUITES:
        with both_online(bench, suite, packet_size=0) as ports:
            for way, name in (("send", "host to server"), ("receive", "server to host")):
                for port in ports:
                    bench.run("host", port.path, way, WARM_UP_BYTES)
                ours, theirs = in_turns([partial(transfer, bench, port, way) for port in ports],
                                        runs)
                yield Row(f"{name}, {suite}, MB/s", "socat", ours[0], theirs[0])
                yield Row(f"{name}, {suite}, CPU s/GB", "socat", ours[1], theirs[1])


def transfer(bench: Bench, port: Port, way: str) -> list[float]:
    """MB a second, processor seconds for each GB, and how busy the server was."""
    seconds, cpu, server_cpu = bench.figures("host", port.path, way, TRANSFER_BYTES, port.pid,
                                             bench.peer.process.pid)
    if server_cpu > 0.8 * seconds:
        raise Failed(f"the server is the bottleneck: busy for {server_cpu:.2f} of {seconds:.2f} s")
    return [TRANSFER_BYTES / 1e6 / seconds, cpu / (TRANSFER_BYTES / 1e9)]


def latency(bench: Bench, runs: int) -> Iterator[Row]:
    """Round trips of a packet through the PTY and TLS."""
    with steady(bench), both_online(bench, "AES128-SHA", packet_size=ECHO_BYTES) as ports:
        ours, theirs = in_turns(
            [partial(bench.figures, "host", port.path, "echo", ECHO_ROUNDS, ECHO_BYTES)
             for port in ports], runs)
    yield Row("echo of 64 bytes, median, µs", "socat", ours[1], theirs[1])
    yield Row("echo of 64 bytes, 99th percentile, µs", "socat", ours[2], theirs[2])


def answers(bench: Bench, runs: int) -> Iterator[Row]:
    """AT round trips over the PTY, by the median of each run, beside what sends back what came."""
    bare = [str(bench.program("pty_echo")), "{link}"]
    socat = ["socat", "PTY,link={link},raw,echo=0", "EXEC:cat"]
    with steady(bench), ModemPort(bench.modem) as modem, \
            ProgramPort(bench.folder, "echo", bare) as echo, \
            ProgramPort(bench.folder, "cat", socat) as cat:
        ours, *theirs = in_turns([partial(ask_rate, bench, modem, OK_BYTES),
                                  partial(ask_rate, bench, echo, ASK_BYTES),
                                  partial(ask_rate, bench, cat, ASK_BYTES)], runs)
    for peer, name in zip(theirs, ("echo on a PTY, in C", "socat PTY EXEC:cat")):
        yield Row("AT and OK over a PTY, per second", name, ours[0], peer[0])


def ask_rate(bench: Bench, port: Port, reply: int) -> list[float]:
    """Round trips a second of AT, when the answer has `reply` bytes."""
    _, median_us, _ = bench.figures("host", port.path, "ask", ASK_ROUNDS, "AT", reply)
    return [1e6 / median_us]


def parse(bench: Bench, runs: int) -> Iterator[Row]:
    """Commands that the engine answers in memory; beside cAT's, where that is built."""
    names = [name for name in ("parse", "cat_lines") if bench.program(name).exists()]
    rates, *others = in_turns([partial(mix_rate, bench, name) for name in names], runs)
    yield Row("commands in memory, per second", "aim", rates[0], [PARSE_AIM] * runs)
    for (other,) in others:
        yield Row("commands in memory, per second", "cAT", rates[0], other)


def mix_rate(bench: Bench, name: str) -> list[float]:
    return [float(line.rpartition(" ")[2])
            for line in bench.run(name, PARSE_ROUNDS).splitlines() if line.startswith("mix ")]


def instructions(bench: Bench, runs: int) -> Iterator[Row]:
    """The engine's instructions for a line, its host's few included: the same on a busy machine."""
    del runs  # the same each time
    for model, line, before, baseline in COUNTED_LINES:
        count = bench.instructions(COUNTED_ROUNDS, COUNTED_ROUNDS, "parse",
                                   lambda rounds: (rounds, model, line, *before))
        yield Row(f"instructions, {model}: {line}", BASELINE, [count], [baseline])
    for what, rounds, program, task in (
            ("a dial and its end, thousands", COUNTED_DIALS, "dial", "handshake"),
            ("a kilobyte sent online, thousands", COUNTED_PIECES, "online", "send")):
        ours, theirs = beside_gnutls(bench, rounds, program, task)
        yield Row(f"instructions, {what}", "GnuTLS client", [ours / 1e3], [theirs / 1e3])
    for what, rounds, program, each in (("a dial and its end, thousands", COUNTED_DIALS, "dial", 1),
                                        ("a megabyte sent online, thousands", PIECES_OF_MEGABYTE, "online", PIECES_OF_MEGABYTE)):
        inside, without = (each * in_laboratory(bench, rounds, program, words) for words in (["laboratory"], []))
        yield Row(f"instructions, {what}, nothing injected", "no laboratory", [inside / 1e3], [without / 1e3])


def in_laboratory(bench: Bench, rounds: int, program: str, words: list[str]) -> float:
    """The instructions of a round of a program of bench/ whose modem has a laboratory, or none."""
    return bench.instructions(rounds, rounds, program, lambda count: (bench.peer.port, bench.ca, count, *words))


def beside_gnutls(bench: Bench, rounds: int, program: str, task: str) -> tuple[float, float]:
    """The instructions of a program of bench/, and of bench/bare.c with the same task."""
    ours, theirs = (
        bench.instructions(rounds, rounds, name,
                           lambda count: (*how, bench.peer.port, bench.ca, count))
        for name, how in ((program, ()), ("bare", (task,))))
    return ours, theirs


def dial(bench: Bench, runs: int) -> Iterator[Row]:
    """Dial and hang-up in command mode, beside a plain client of the same library."""
    ours, theirs = in_turns(
        [partial(bench.figures, "dial", bench.peer.port, bench.ca, DIALS),
         partial(bench.figures, "bare", "handshake", bench.peer.port, bench.ca, DIALS)], runs)
    for index, what in enumerate(("CPU of a dial, ms", "time of a dial, ms")):
        yield Row(what, "GnuTLS client", *([1e3 * seconds for seconds in figures[index]]
                                           for figures in (ours, theirs)))


def fast_dial(bench: Bench, runs: int) -> Iterator[Row]:
    """#SSLFASTD beside #SSLD of the same 2G module, both with #SSLH."""
    with TlsPeer(bench.folder, bench.program("peer"), bench.certificates, remembers=True) as peer:
        ours, theirs = in_turns(
            [partial(bench.figures, "fast", peer.port, bench.ca, DIALS, how)
             for how in ("fast", "full")], runs)
    for index, (what, factor) in enumerate((
            ("CPU of a fast dial, ms", 1e3), ("time of a fast dial, ms", 1e3),
            ("bytes sent in a fast dial", 1.0), ("bytes received in a fast dial", 1.0),
            ("waits for the server in a fast dial", 1.0))):
        yield Row(what, "#SSLD", *([factor * value for value in figures[index]]
                                   for figures in (ours, theirs)))


def memory(bench: Bench, runs: int) -> Iterator[Row | str]:
    """A thousand modems in one process: quiet after an AT, connected and quiet, and after all
    services were used and closed, nothing stored."""
    del runs  # the same each time
    with Services(bench.folder) as services:
        for model, aim_kb in MEMORY_AIMS_KB.items():
            heap = bench.named_figures("fleet", model, MODEMS, bench.ca, bench.peer.port,
                                       *services.ports())
            on, connected, used = (heap[name] / 1e3 for name in ("on", "connected", "used"))
            yield Row(f"heap of a quiet {model}, kB", "aim", [on], [IDLE_AIM_KB])
            yield Row("the same connected, kB", "aim", [connected], [aim_kb])
            yield Row("the same after all services, kB", "quiet, and 1 kB", [used],
                      [on + GROWTH_AIM_KB])
            if model == "he910":
                resident = heap["resident"] / 1e3
    session = bench.named_figures("bare", "hold", bench.peer.port, bench.ca, MODEMS)
    yield Row("memory of a connected he910, kB", "GnuTLS session", [resident],
              [session["resident"] / 1e3])
    yield f"A GnuTLS session by itself has {session['heap'] / 1e3:.1f} kB of the heap."


def process(bench: Bench, runs: int) -> Iterator[Row]:
    """A process of its own for each connection."""
    del runs
    with both_online(bench, "AES128-SHA", packet_size=0) as ports:
        for port in ports:
            bench.run("host", port.path, "send", WARM_UP_BYTES)
        ours, theirs = ([private_kb(port.pid)] for port in ports)
    yield Row("memory of a process online, private, kB", "socat", ours, theirs)


def private_kb(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    parts = re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.MULTILINE)
    return float(sum(int(kb) for kb in parts))


def fleet(bench: Bench, runs: int) -> Iterator[Row | str]:
    """Thousands in one process, each with a host, dialling all at once, then quiet; beside a client
    of the same library that opens as many sessions at once."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for model in FLEET_MODELS:
        dials = fleet_dials(bench, model, min(runs, FLEET_RUNS))
        curves[model] = [(count, median(ours.dial_cpu_ms for ours, _ in pairs))
                         for count, pairs in dials.items()]
        curves.setdefault("GnuTLS client",
                          [(count, median(1e3 * theirs[0] for _, theirs in pairs))
                           for count, pairs in dials.items()])
        for count, pairs in dials.items():
            what = f"{count:,} {model}"
            yield Row(f"{what} dial at once: CPU each, ms", "GnuTLS client",
                      [ours.dial_cpu_ms for ours, _ in pairs],
                      [1e3 * theirs[0] for _, theirs in pairs])
            yield Row(f"{what}: seconds until all are connected", "GnuTLS client",
                      [ours.dial_seconds for ours, _ in pairs], [theirs[1] for _, theirs in pairs])
        few, many = FLEET_SIZES[0], FLEET_SIZES[-1]
        yield Row(f"CPU of a dial, {many:,} {model}, ms", f"of {few:,}, in turns",
                  [ours.dial_cpu_ms for ours, _ in dials[many]],
                  [ours.dial_cpu_ms for ours, _ in dials[few]])
        first = rested_fleet(bench, model, few, FLEET_QUIET_S)
        last = rested_fleet(bench, model, many, bench.quiet_s)
        yield Row(f"memory of each of {many:,} {model}, kB", f"of {few:,}", [last.bytes / 1e3],
                  [first.bytes / 1e3])
        yield Row(f"CPU of {many:,} connected {model} in {bench.quiet_s:.0f} s, %", "aim",
                  [last.quiet_percent], [QUIET_AIM_PERCENT])
        yield f"{many:,} connected {model} have {last.descriptors:,} descriptors."
    drawn = bench.build / FLEET_PLOT
    plot(drawn, "Processor time of a dial, all at once, by how many", "ms", curves)
    yield f"{drawn} has the processor time by the number of modems."
    yield from starts(bench)
    yield from beside_patchwork(bench)


def fleet_dials(bench: Bench, model: str,
                runs: int) -> dict[int, list[tuple[Figures, list[float]]]]:
    """Each size in turns, so that what the machine does meanwhile meets all of them; the fleet, and
    the bare client, each with a server of its own: ports are used up."""
    dials: dict[int, list[tuple[Figures, list[float]]]] = {count: [] for count in FLEET_SIZES}
    for _ in range(runs):
        for count, pairs in dials.items():
            with TlsPeer(bench.folder, bench.program("peer"), bench.certificates) as peer:
                ours = run_fleet(bench.modem, bench.program("crowd"), bench.folder, model, count,
                                 bench.ca, peer.port, None)
            with TlsPeer(bench.folder, bench.program("peer"), bench.certificates) as peer:
                theirs = bench.figures("bare", "crowd", peer.port, bench.ca, count,
                                       HANDSHAKES[model])
            pairs.append((ours, theirs))
    return dials


def rested_fleet(bench: Bench, model: str, count: int, quiet_s: float) -> Figures:
    """A fleet that dials and is quiet after it."""
    with TlsPeer(bench.folder, bench.program("peer"), bench.certificates) as peer:
        return run_fleet(bench.modem, bench.program("crowd"), bench.folder, model, count, bench.ca,
                         peer.port, quiet_s)


def starts(bench: Bench) -> Iterator[Row]:
    """Ten thousand at the start, and when all of them store something at once."""
    with Fleet(bench.modem, bench.folder, "he910", READY_MODEMS) as started:
        yield Row(f"{READY_MODEMS:,} he910 ready, s", "aim", [started.ready_seconds],
                  [READY_AIM_S])
    state = str(bench.folder / "state")
    with Fleet(bench.modem, bench.folder, "he910", READY_MODEMS, state=state) as stored, \
            Crowd(bench.program("crowd"), "he910", READY_MODEMS, stored, bench.ca,
                  bench.peer.port) as hosts:
        yield Row(f"{READY_MODEMS:,} he910 change a setting, s", "aim", [hosts.do("store")],
                  [STORE_AIM_S])
    with Fleet(bench.modem, bench.folder, "he910", READY_MODEMS, state=state) as again:
        yield Row("the same ready again, s", "aim", [again.ready_seconds], [READY_AIM_S])


def beside_patchwork(bench: Bench) -> Iterator[Row]:
    """From the start of everything until all are connected: a fleet; stunnel, and a socat each."""
    count = PATCHED_MODEMS
    with TlsPeer(bench.folder, bench.program("peer"), bench.certificates) as peer:
        begun = time.monotonic()
        with Fleet(bench.modem, bench.folder, "m95", count) as modems, \
                Crowd(bench.program("crowd"), "m95", count, modems, bench.ca, peer.port) as hosts:
            hosts.do("prepare")
            hosts.do("dial")
            ours = [time.monotonic() - begun, 1e3 * cpu_seconds(modems.pid) / count]
            time.sleep(REST_S)
            ours.append(private_bytes(modems.pid) / 1e3 / count)
    with TlsPeer(bench.folder, bench.program("peer"), bench.certificates) as peer, \
            Patchwork(bench.folder, count, bench.ca, peer.port, free_port()) as patchwork:
        theirs = [patchwork.seconds, 1e3 * patchwork.cpu_seconds() / count]
        time.sleep(REST_S)
        theirs.append(patchwork.bytes() / 1e3 / count)
    for what, our, their in zip(("s until all are connected", "CPU of each, ms", "memory of each, kB"),
                                ours, theirs):
        yield Row(f"{count} sessions (m95), {what}", "stunnel, socat each", [our], [their])


def link_figures(bench: Bench, runs: int) -> Iterator[Row | str]:
    """Named links on a port, beside what they are to be."""
    del runs  # each takes seconds
    for what, ours, wanted in links.measure(bench.modem):
        yield Row(what, "the link's", [ours], [wanted])
        if not 0.9 <= ours / wanted <= 1.1:
            yield f"{what}: more than 10 % off."


def load_rows(what: str, peer: str, ours: list[load.Cost], theirs: list[load.Cost]) -> Iterator[Row]:
    for name, of in (("CPU of each, ms", lambda cost: 1e3 * cost.cpu_seconds / LOAD_MODEMS),
                     ("most memory of each, kB", lambda cost: cost.peak_bytes / 1e3 / LOAD_MODEMS),
                     ("s until all have theirs", lambda cost: cost.seconds)):
        yield Row(f"{what} {name}", peer, [of(cost) for cost in ours], [of(cost) for cost in theirs])


def load_note(what: str, said: str) -> str:
    return f"The last {what}, as the hosts of {', '.join(load.MAKERS.values())} saw it:\n{said.rstrip()}"


def https_load(bench: Bench, runs: int) -> Iterator[Row | str]:
    """Modems of three makers with hosts inside on an HTTPS server, and h2load's clients on the same."""
    ours, theirs, said = [], [], ""
    with load.ManyNginx(bench.folder, bench.certificates, LOAD_MODEMS) as nginx:
        for _ in range(runs):
            cost, said = load.https_of_modems(bench.modem, bench.folder, LOAD_MODEMS, nginx.port)
            ours.append(cost)
            theirs.append(load.https_of_h2load(bench.folder, LOAD_MODEMS, nginx.port))
    yield from load_rows(f"{LOAD_MODEMS} requests by HTTPS,", "h2load", ours, theirs)
    yield load_note("load by HTTPS", said)


def mqtt_load(bench: Bench, runs: int) -> Iterator[Row | str]:
    """Modems of three makers with hosts inside on a broker, and as many clients without modems."""
    ours, theirs, said = [], [], ""
    with load.ManyMosquitto(bench.folder / "broker", bench.certificates) as broker:
        for _ in range(runs):
            cost, said = load.mqtt_of_modems(bench.modem, bench.folder, LOAD_MODEMS, broker.port, bench.ca)
            ours.append(cost)
            theirs.append(load.mqtt_of_meters(bench.program("meters"), bench.folder, LOAD_MODEMS, broker.port, bench.ca))
    yield from load_rows(f"{LOAD_MODEMS} meters by MQTT,", "GnuTLS client", ours, theirs)
    yield load_note("load by MQTT", said)


def loads(bench: Bench, runs: int) -> Iterator[Row | str]:
    """Thousands of modems with hosts inside at work, and as many clients without modems."""
    if missing := load.missing():
        raise Failed(f"not installed: {missing}: scripts/setup bench")
    try:
        load.raise_limit(2 * LOAD_MODEMS + 200)  # nginx has two for each
        yield from https_load(bench, min(runs, LOAD_RUNS))
        yield from mqtt_load(bench, min(runs, LOAD_RUNS))
    except RuntimeError as error:
        raise Failed(str(error)) from error


MEASURES: dict[str, Callable[[Bench, int], Iterator[Row | str]]] = {
    "throughput": throughput, "latency": latency, "answers": answers, "parse": parse,
    "instructions": instructions, "dial": dial,
    "links": link_figures, "fast": fast_dial, "memory": memory, "process": process, "fleet": fleet,
    "load": loads}


# --- around it ----------------------------------------------------------------------------------


def output_of(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def machine() -> str:
    """Processor, kernel, and how busy others keep the machine, which spoils what is measured."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return (f"{model[1] if model else platform.machine()}, {os.cpu_count()} CPUs, "
            f"{platform.system()} {platform.release()}, load at the start {os.getloadavg()[0]:.1f}")


def versions(build: Path) -> str:
    modem = output_of(str(build / "tlsmodem"), "--version").replace("\n", ", ")
    socat = re.search(r"socat version (\S+)", output_of("socat", "-V"))
    openssl = output_of("openssl", "version").split()
    return f"{modem}; socat {socat[1] if socat else '?'}, OpenSSL {openssl[1] if openssl else '?'}"


def compiler_options(build: Path) -> str:
    """How the build was optimised; one with sanitizers measures them."""
    commands = json.loads((build / "compile_commands.json").read_text())
    words = commands[0]["command"].split()
    if any(word.startswith("-fsanitize") for word in words):
        raise Failed(f"{build} is built with sanitizers")
    return " ".join([words[0].rpartition("/")[2],
                     *(word for word in words if re.fullmatch(r"-O\w*|-DNDEBUG|-flto\S*", word))])


def measure(build: Path, names: Sequence[str], runs: int, quiet_s: float) -> None:
    started = time.monotonic()
    print(f"{machine()}\n{versions(build)}; {compiler_options(build)}\n")
    print(f"{'':<{WHAT_WIDTH}} {'tlsmodem':>10} {'peer':>10} {'ratio':>7} {'of pairs':>10}  peer")
    notes = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tlsmodem-bench-")))
        certificates = make_certificates(folder / "certificates")
        peer = stack.enter_context(TlsPeer(folder, build / "bench" / "peer", certificates))
        bench = Bench(build, folder, certificates, peer, quiet_s)
        for name in names:
            for result in MEASURES[name](bench, runs):
                if isinstance(result, Row):
                    print(result.text(), flush=True)
                else:
                    notes.append(result)
    for note in notes:
        print(f"\n{note}")
    print(f"\n{runs} runs, {time.monotonic() - started:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("measure", nargs="*", metavar="MEASURE",
                        help=f"what to measure, everything without it: {', '.join(MEASURES)}")
    parser.add_argument("--build", type=Path, default=REPOSITORY / "build", help="default: build/")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"default: {RUNS}")
    parser.add_argument("--quiet", type=float, default=FLEET_QUIET_S, metavar="SECONDS",
                        help="how long the largest fleets of `fleet` are left alone, default: "
                        f"{FLEET_QUIET_S:.0f}; 600 are ten minutes for each of three makers")
    options = parser.parse_args()
    if unknown := [name for name in options.measure if name not in MEASURES]:
        parser.error(f"no measure {unknown[0]}; there are {', '.join(MEASURES)}")
    if shutil.which("socat") is None:
        parser.error("socat is not installed: scripts/setup bench")
    if not (options.build / "tlsmodem").exists():
        parser.error(f"{options.build} has no tlsmodem: scripts/build")
    try:
        measure(options.build.resolve(), options.measure or list(MEASURES), options.runs,
                options.quiet)
    except Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
