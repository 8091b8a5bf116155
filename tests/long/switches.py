"""The tree without each of its parts, built: a switch that is only configured says nothing of what the rest lacks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from functools import partial

from .part import REPOSITORY, Failed, Part, UsageError, build

SWITCHES = ("LIBRARY", "POSIX", "DAEMON", "TESTS", "BENCH", "SSL3")
PROGRAM = "tlsmodem"


def run(switches: Sequence[str]) -> None:
    failed = []
    for switch in switches:
        print(f"switches: TLSMODEM_{switch}=OFF", flush=True)
        try:
            without(switch)
        except Failed as failure:
            print(f"switches: {failure}", flush=True)
            failed.append(switch)
    if failed:
        raise Failed(f"switches: the rest does not build without {', '.join(failed)}")


def without(switch: str) -> None:
    """All that there is then is built, without a warning; its program, where it has one, starts."""
    folder = build(f"build/switches/{switch}", ["build"], f"-DTLSMODEM_{switch}=OFF", "-DTLSMODEM_WERROR=ON")
    program = folder / PROGRAM
    if program.exists() == (switch in ("DAEMON", "POSIX")):
        raise Failed(f"{program.relative_to(REPOSITORY)} is {'there' if program.exists() else 'missing'}")
    if program.exists() and subprocess.run([program, "--version"], check=False).returncode != 0:
        raise Failed(f"{program.relative_to(REPOSITORY)} does not start")


def prepare(words: Sequence[str]) -> Callable[[], None]:
    for word in words:
        if word not in SWITCHES:
            raise UsageError(f"switches: '{word}' is no part that can be left out: {', '.join(SWITCHES)}")
    return partial(run, words or SWITCHES)


PART = Part("switches", "switches [NAME…]", "the tree built without each of its parts", prepare)
