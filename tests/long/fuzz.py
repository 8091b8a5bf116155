"""Fuzzing: every target for the same time, as many side by side as there are processors.

Starts from fuzz/corpus/NAME; new inputs go to build-fuzz/corpus/NAME, a failing one to
build-fuzz/NAME-crash-…, what the target said to build-fuzz/NAME.log.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .measurements import Page, changed, commit_of, number, today, value_of
from .part import REPOSITORY, Failed, Part, UsageError, amount, build

HEADING, TOTALS = "Fuzzing", "Processor hours of fuzzing"
SECONDS, QUICK_SECONDS, MOST_SECONDS = 900, 60, 1_000_000
INPUT_TIMEOUT_S = 20  # of one input; a busy machine is slow, and real endless loops have no end
INTERRUPTED = 72  # libFuzzer's status when Ctrl-C ended it

# Besides fuzz/corpus/NAME.
MORE_SEEDS = {"transcript": [REPOSITORY / "tests" / "transcripts"]}

EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s+(\d+)")
PROGRESS = re.compile(r"^#(\d+)\s", re.MULTILINE)
EDGES = re.compile(r"\bcov: (\d+)")
ALL_EDGES = re.compile(r"INFO: Loaded \d+ modules?\s+\((\d+) inline 8-bit counters\)")
FINDING = re.compile(r"Test unit written to (\S+)")


@dataclass
class Outcome:
    """One target's run."""

    target: str
    seconds: float
    processor_s: float
    log: str
    status: int

    @property
    def finding(self) -> str:
        """The file with the input that failed, or what else went wrong; empty for none."""
        if match := FINDING.search(self.log):
            return match[1]
        return "" if self.status in (0, INTERRUPTED) else f"status {self.status}"

    @property
    def executions(self) -> int:
        counts = EXECUTIONS.findall(self.log) or PROGRESS.findall(self.log)
        return int(counts[-1]) if counts else 0

    @property
    def coverage(self) -> str:
        """Edges reached of edges there are in the target."""
        reached, there = EDGES.findall(self.log), ALL_EDGES.search(self.log)
        return f"{number(int(reached[-1]))} of {number(int(there[1]))}" if reached and there else ""

    def row(self) -> list[str]:
        return [self.target, number(self.seconds), number(self.processor_s),
                number(self.executions), self.coverage, self.finding or "none"]


def targets_in(folder: Path) -> list[str]:
    """Those whose source is there: a folder that was built before may have others."""
    return sorted(path.name.removeprefix("fuzz_") for path in folder.glob("fuzz_*")
                  if path.is_file() and os.access(path, os.X_OK)
                  and (REPOSITORY / "fuzz" / f"{path.name}.c").exists())


def command(folder: Path, target: str, seconds: int) -> list[str]:
    seeds = REPOSITORY / "fuzz" / "corpus" / target
    words = REPOSITORY / "fuzz" / f"{target}.dict"
    found = folder / "corpus" / target
    found.mkdir(parents=True, exist_ok=True)
    return [f"./fuzz_{target}", f"-max_total_time={seconds}", f"-timeout={INPUT_TIMEOUT_S}",
            f"-report_slow_units={INPUT_TIMEOUT_S}",  # slow is the machine, not the input
            "-print_final_stats=1", f"-artifact_prefix={target}-",
            *([f"-dict={words}"] if words.exists() else []), str(found),
            *([str(seeds)] if seeds.is_dir() else []),
            *(map(str, MORE_SEEDS.get(target, [])))]


def fuzz(folder: Path, seconds: int, target: str) -> Outcome:
    """Runs one target to its end."""
    log = folder / f"{target}.log"
    started = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command(folder, target, seconds), cwd=folder,
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Outcome(target, time.monotonic() - started, usage.ru_utime + usage.ru_stime,
                   log.read_text(errors="replace"), process.returncode)


def totals(page: Page) -> None:
    """Adds up the processor seconds of all rows: a line for each day and commit, one for all."""
    sums: dict[tuple[str, str], list[float]] = {}
    for date, commit, _, _, processor_s, executions, _, finding in page.rows(HEADING):
        entry = sums.setdefault((date, commit), [0, 0, 0, 0])
        for i, value in enumerate((1, value_of(processor_s) / 3600, value_of(executions),
                                   finding != "none")):
            entry[i] += value
    lines = [(*key, entry) for key, entry in sums.items()]
    lines.append(("all", "", [sum(column) for column in zip(*sums.values())]))
    page.replace(TOTALS, [[date, commit, number(runs), number(hours, 2), number(executions),
                           number(findings)]
                          for date, commit, (runs, hours, executions, findings) in lines])


def record(commit: str, outcome: Outcome) -> None:
    """Into the page, at once: who is interrupted loses nothing."""
    with changed() as page:
        page.add(HEADING, [today(), commit, *outcome.row()])
        totals(page)


def fuzz_all(seconds: int, wanted: Sequence[str], record_one: Callable[[Outcome], None]) -> None:
    """Builds, runs the targets, and raises Failed for what was found."""
    folder = build("build-fuzz", ["build", "fuzz"], "-DTLSMODEM_FUZZ=ON", "-DTLSMODEM_SANITIZE=ON",
                   "-DTLSMODEM_WERROR=ON", CC="clang")
    targets = targets_in(folder)
    if unknown := [name for name in wanted if name not in targets]:
        raise Failed(f"fuzz: no target '{unknown[0]}'; targets: {', '.join(targets)}")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = []
        for outcome in pool.map(partial(fuzz, folder, seconds), wanted or targets):
            print(f"fuzz: {outcome.target}: {outcome.seconds:.0f} s, {number(outcome.executions)} "
                  f"executions, {outcome.coverage} edges, {outcome.finding or 'no finding'}",
                  flush=True)
            record_one(outcome)
            if outcome.finding:
                found.append(f"{outcome.target}: {outcome.finding}")
    if found:
        raise Failed("fuzz: findings in build-fuzz: " + ", ".join(found))


def prepare(words: Sequence[str]) -> Callable[[], None]:
    return partial(fuzz_all, seconds_of(words, SECONDS), list(words[1:]),
                   partial(record, commit_of()))


def seconds_of(words: Sequence[str], preset: int) -> int:
    return amount(words[0], "fuzz", "seconds", MOST_SECONDS) if words else preset


PART = Part("fuzz", "fuzz [SECONDS [TARGET…]]",
            f"every fuzz target, or those named, for SECONDS each ({SECONDS})", prepare)


def main(words: Sequence[str]) -> int:
    """scripts/fuzz: the same for those who develop; nothing goes to the page."""
    try:
        fuzz_all(seconds_of(words, QUICK_SECONDS), words[1:], lambda outcome: None)
    except UsageError as error:
        print(f"fuzz: {error}\nusage: scripts/fuzz [SECONDS [TARGET…]]", file=sys.stderr)
        return 2
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
