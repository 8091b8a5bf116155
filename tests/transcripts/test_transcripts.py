"""Plays every transcript on real ports (docs/testing.md); in virtual time `tlsmodem check` does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from support.certs import Certificates
from support.player import BACKENDS, Mismatch, play
from support.transcript import Transcript, parse_file

HERE = Path(__file__).resolve().parent
FILES = sorted(HERE.glob("*/*.at"))
SIDE_BY_SIDE = 4


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


def run(transcript: Transcript, backend: str, certificates: Certificates, folder: Path) -> str:
    """The failure, or nothing."""
    try:
        play(transcript, backend, certificates, folder)
        return ""
    except Mismatch as mismatch:
        return f"{backend}: {mismatch}"


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, certificates: Certificates,
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[str]]]:
    """Each test's run.  On real ports a transcript waits for time above all, so that several are
    played side by side, each with a modem of its own."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        made = {}
        for item in request.session.items:
            if getattr(item, "function", None) is test_transcript:
                values = item.callspec.params  # type: ignore[attr-defined]
                made[item.nodeid] = pool.submit(run, values["transcript"], values["backend"],
                                                certificates, tmp_path_factory.mktemp("played"))
        yield made
        for future in made.values():
            future.cancel()  # where the tests end before all were asked for


def test_transcript(transcript: Transcript, backend: str, runs: dict[str, Future[str]],
                    request: pytest.FixtureRequest) -> None:
    failure = runs[request.node.nodeid].result()
    if failure:
        pytest.fail(failure, pytrace=False)  # the conversation says all
