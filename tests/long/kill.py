"""Power lost at random moments of storing, and at each change of a file that a store makes, thousands of times:
tests/interop/kills.py does it, with modules of each maker side by side."""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count as counting
from pathlib import Path

from interop.kills import MAKERS, Counts, kill_at_each_write, kill_often
from support.certs import Certificates, make_certificates

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, build, only_amount

HEADING = "Kills"
KILLS, MOST_KILLS = 10_000, 10_000_000


def kill(count: int, seed: int, certificates: Certificates, model: str) -> tuple[Counts, str]:
    """The counts, and what was lost; the state folder of that stays in build/.  Half of the kills come at random
    moments, the others at the first, second … change of a file."""
    folder = Path(tempfile.mkdtemp(prefix="tlsmodem-kill-"))
    counts, lost = Counts(), ""
    try:
        for counts in kill_often(model, folder / "state", certificates, count=-(-count // 2), seed=seed):
            pass
        for turn in counting(1):
            if counts.kills >= count:
                break
            shutil.rmtree(folder / "state")
            before = counts
            for sweep in kill_at_each_write(model, folder, certificates, seed=seed + turn):
                counts = before.plus(sweep)
                if counts.kills >= count:
                    break
    except (AssertionError, RuntimeError, OSError) as error:
        lost = f"seed {seed}: {error}"
        shutil.copytree(folder / "state", REPOSITORY / "build" / f"kill-{model}-{seed}")
    shutil.rmtree(folder)
    return counts, lost


def run(total: int) -> None:
    build("build", ["build", "test"])
    commit, seed, started = commit_of(), random.randrange(1 << 30), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        share = -(-total // len(MAKERS))
        certificates = make_certificates(Path(folder))
        found = []
        for model, (counts, lost) in zip(MAKERS, pool.map(
                partial(kill, share, seed, certificates), MAKERS)):
            print(f"kill: {model}: {counts}, {lost or 'nothing lost'}", flush=True)
            add(HEADING, [model, *map(number, (counts.kills, counts.in_a_store, counts.stored,
                                               counts.at_a_start, counts.stores)),
                          "yes" if lost else "none"], commit)
            if lost:
                found.append(f"{model}: {lost}")
    print(f"kill: {time.monotonic() - started:.0f} s", flush=True)
    if found:
        raise Failed("kill: lost, with its state in build/kill-…:\n" + "\n".join(found))


def prepare(words: Sequence[str]) -> Callable[[], None]:
    return partial(run, only_amount(words, "kill", "kills", KILLS, MOST_KILLS))


PART = Part("kill", "kill [KILLS]",
            f"so many kill -9 in the middle of stores and at each write of them, of modules of each maker ({KILLS})", prepare)
