"""Plays every transcript on every back end (docs/testing.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.certs import Certificates
from support.player import BACKENDS, Mismatch, play
from support.rewrite import rewrite
from support.transcript import parse_file

HERE = Path(__file__).resolve().parent
FILES = sorted(HERE.glob("*/*.at"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    backends = metafunc.config.getoption("--backend") or BACKENDS
    cases = [pytest.param(path, backend, id=f"{backend}:{path.parent.name}/{path.stem}")
             for backend in backends for path in FILES if parse_file(path).runs_on(backend)]
    metafunc.parametrize(("path", "backend"), cases)


def test_transcript(path: Path, backend: str, certificates: Certificates, tmp_path: Path,
                    request: pytest.FixtureRequest) -> None:
    transcript = parse_file(path)
    run = rewrite if request.config.getoption("--rewrite") else play
    try:
        run(transcript, backend, certificates, tmp_path)
        failure = ""
    except Mismatch as mismatch:
        failure = f"{backend}: {mismatch}"
    if failure:
        pytest.fail(failure, pytrace=False)  # the conversation says all
