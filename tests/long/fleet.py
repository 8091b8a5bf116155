"""Fleets: so many connected modems in one process (bench/fleet.c), of each model that it has."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from support.certs import make_certificates

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, UsageError, amount, build

sys.path.append(str(REPOSITORY / "bench"))
from subjects import Services, TlsPeer  # noqa: E402

HEADING = "Fleets"
MODEMS, MOST_MODEMS = (1_000, 5_000), 100_000
MODELS = ("he910", "gl865-dual", "le866", "m95", "l610", "nl668-eau")


def figures(program: Path, model: str, count: int, ca: Path,
            ports: Sequence[int]) -> dict[str, float]:
    """Bytes for each modem, by name; `ports`: of the TLS, HTTP, FTP and mail servers."""
    command = [str(program), model, str(count), str(ca), *map(str, ports)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failed(f"fleet: {' '.join(command)}:\n{result.stderr}")
    return {name: float(value) for name, value in
            (line.split() for line in result.stdout.splitlines())}


def run(counts: Sequence[int]) -> None:
    programs = build("build", ["build", "bench"]) / "bench"
    commit = commit_of()
    with tempfile.TemporaryDirectory(prefix="tlsmodem-fleet-") as name:
        folder = Path(name)
        certificates = make_certificates(folder / "certificates")
        with TlsPeer(folder, programs / "peer", certificates) as peer, \
                Services(folder) as services:
            for count in counts:
                for model in MODELS:
                    started = time.monotonic()
                    found = figures(programs / "fleet", model, count, certificates.pem("ca"),
                                    [peer.port, *services.ports()])
                    seconds = time.monotonic() - started
                    row = [model, number(count), number(seconds),
                           *(number(found[key] / 1000, 1) for key in
                             ("on", "connected", "used", "resident"))]
                    print("fleet: " + ", ".join(row), flush=True)
                    add(HEADING, row, commit)


def prepare(words: Sequence[str]) -> Callable[[], None]:
    counts = [amount(word, "fleet", "modems", MOST_MODEMS) for word in words] or list(MODEMS)
    if len(counts) > 20:
        raise UsageError(f"fleet: {len(counts)} sizes are too many; at most 20")
    return partial(run, counts)


PART = Part("fleet", "fleet [MODEMS…]", "connected modems in one process, and what each costs "
            f"({' and '.join(map(str, MODEMS))})", prepare)
