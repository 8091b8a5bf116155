"""Ten thousand random calls of the control port while hosts of each maker's module type and dial:
tests/interop/test_control_hostile.py, with as many as one asks for."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, build, only_amount

HEADING = "Control calls"
CALLS, MOST_CALLS = 10_000, 10_000_000
TEST = "interop/test_control_hostile.py::test_random_calls_during_traffic"


def run_part(calls: int) -> None:
    program = build("build", ["build", "test"]) / "tlsmodem"
    commit = commit_of()
    print(f"control: {number(calls)} calls", flush=True)
    begun = time.monotonic()
    ended = subprocess.run(["/usr/bin/python3", "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST], check=False,
                           cwd=REPOSITORY / "tests", env={**os.environ, "TLSMODEM": str(program), "TLSMODEM_CALLS": str(calls)})
    add(HEADING, [number(calls), number(time.monotonic() - begun), "none" if ended.returncode == 0 else "failed"], commit)
    if ended.returncode != 0:
        raise Failed("control: the test has failed")


def prepare(words: Sequence[str]) -> Callable[[], None]:
    return partial(run_part, only_amount(words, "control", "calls", CALLS, MOST_CALLS))


PART = Part("control", "control [CALLS]", f"random calls of the control port while hosts type and dial ({CALLS})", prepare)
