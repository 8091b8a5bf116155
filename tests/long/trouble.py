"""Trouble of a whole fleet (support/fleet_trials.py), with thousands of modems of each maker: the
server dies twice under all of them; no descriptors, no memory, a full disk."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from support.certs import Certificates, make_certificates
from support.crowd import WORDS
from support.fleet_trials import TRIALS, trial

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, build, only_amount

sys.path.append(str(REPOSITORY / "bench"))
from subjects import TlsPeer  # noqa: E402

HEADING = "Fleets in trouble"
MODEMS, MOST_MODEMS = 9_900, 100_000


class MortalPeer(TlsPeer):
    """It comes back at the port where it died."""

    def start(self) -> None:
        super().start()
        self._may_choose = False

    def die(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()


def run_one(folder: Path, peer: Path, certificates: Certificates, model: str, name: str,
            count: int) -> dict[str, float]:
    folder.mkdir()
    with MortalPeer(folder, peer, certificates) as server, \
            trial(folder, model, count, server, state=name == "disk") as at:
        TRIALS[name](at)
    return at.figures


def run(count: int, names: Sequence[str]) -> None:
    programs = build("build", ["build", "bench"]) / "bench"
    commit = commit_of()
    findings = 0
    with tempfile.TemporaryDirectory(prefix="tlsmodem-trouble-") as name:
        folder = Path(name)
        certificates = make_certificates(folder / "certificates")
        for model in WORDS:
            for trouble in names:
                started, found, finding = time.monotonic(), {}, "none"
                try:
                    found = run_one(folder / f"{model}-{trouble}", programs / "peer", certificates,
                                    model, trouble, count)
                except (AssertionError, OSError) as error:
                    finding = str(error).splitlines()[0][:200].replace("|", "/") or "an error"
                    findings += 1
                row = [model, number(count), trouble, number(time.monotonic() - started),
                       *(number(found[key], digits) if key in found else "" for key, digits in
                         (("refused", 0), ("told_s", 1), ("quiet", 2), ("connected", 1),
                          ("after", 2))), finding]
                print("trouble: " + ", ".join(row), flush=True)
                add(HEADING, row, commit)
    if findings > 0:
        raise Failed(f"trouble: {findings} findings")


def prepare(words: Sequence[str]) -> Callable[[], None]:
    names = [word for word in words if word in TRIALS]
    others = [word for word in words if word not in TRIALS]
    return partial(run, only_amount(others, "trouble", "modems", MODEMS, MOST_MODEMS),
                   names or list(TRIALS))


PART = Part("trouble", "trouble [MODEMS] [NAME…]", "a fleet without "
            f"{', '.join(TRIALS)} ({MODEMS})", prepare)
