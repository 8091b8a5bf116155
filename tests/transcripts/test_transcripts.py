"""Plays every transcript on every back end (docs/testing.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.certs import Certificates
from support.player import BACKENDS, Mismatch, play
from support.rewrite import rewrite
from support.transcript import Transcript, parse_file

HERE = Path(__file__).resolve().parent
FILES = sorted(HERE.glob("*/*.at"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    backends = metafunc.config.getoption("--backend") or BACKENDS
    maker = metafunc.config.getoption("--maker")
    cases = [pytest.param(transcript.for_model(model), backend,
                          id=case_name(transcript, model, backend))
             for backend in backends for transcript in map(parse_file, FILES)
             if maker in (None, transcript.path.parent.name)
             if transcript.runs_on(backend) for model in transcript.models_on(backend)]
    metafunc.parametrize(("transcript", "backend"), cases)


def case_name(transcript: Transcript, model: str, backend: str) -> str:
    name = f"{backend}:{transcript.path.parent.name}/{transcript.path.stem}"
    return f"{name}:{model}" if len(transcript.models) > 1 else name


def test_transcript(transcript: Transcript, backend: str, certificates: Certificates,
                    tmp_path: Path, request: pytest.FixtureRequest) -> None:
    run = rewrite if request.config.getoption("--rewrite") else play
    try:
        run(transcript, backend, certificates, tmp_path)
        failure = ""
    except Mismatch as mismatch:
        failure = f"{backend}: {mismatch}"
    if failure:
        pytest.fail(failure, pytrace=False)  # the conversation says all
