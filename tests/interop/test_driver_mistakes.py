"""Drivers with a known mistake fail in tests of ten lines, with a reason; the mended one passes them.

Source: docs/pytest.md.  The tests are those of examples/ci/pytest.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "ci" / "pytest"
sys.path.insert(0, str(EXAMPLE))

from .mistaken_meters import CAUGHT  # noqa: E402
from .together import Outcomes, together  # noqa: E402

LINES = 10
AT_ONCE = 8
# What a driver hears of a supply that has failed is nothing: one play waits for that, and no longer than it must.
SILENT = "it_begins_anew_when_the_supply_has_failed"
PASSED = [" or ".join(test for _, test, _ in CAUGHT if test != SILENT), SILENT]


def play(tmp_path: Path, *words: str, **env: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "tlsmodem.plugin", "-p", "no:cacheprovider", "-c", os.devnull,
         "--rootdir", str(tmp_path), *words, str(EXAMPLE)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env={**os.environ, **env, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "python", EXAMPLE, Path(__file__).parent)))})
    return done.returncode, done.stdout


@pytest.fixture(scope="module", name="outcomes")
def fixture_outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    """Drivers wait: for what their mistake has lost, and around +++."""
    def run(test: str, driver: type | None = None, reason: str = "") -> tuple[int, str]:
        del reason
        words = {"METER_PATIENCE": "10"} if test == SILENT else {}
        if driver is not None:
            words = {"METER_PATIENCE": "5", "METER": f"mistaken_meters:{driver.__name__}"}
        return play(tmp_path_factory.mktemp(getattr(driver, "__name__", test.split()[0]), numbered=False), "-k", test, **words)

    with together(request, run, AT_ONCE) as outcomes:
        yield outcomes


@pytest.mark.parametrize("test", PASSED, ids=["what answers", "what is silent"])
def test_the_driver_passes(test: str, request: pytest.FixtureRequest, outcomes: Outcomes) -> None:
    status, said = outcomes(request).result()
    passed = re.search(r"\b(\d+) passed", said)
    assert status == 0 and passed and int(passed[1]) >= len(test.split(" or ")), f"{test}: {said}"


@pytest.mark.parametrize(("driver", "test", "reason"), CAUGHT, ids=[one[0].__name__ for one in CAUGHT])
def test_a_mistake_is_caught(driver: type, test: str, reason: str, request: pytest.FixtureRequest, outcomes: Outcomes) -> None:
    status, said = outcomes(request).result()
    assert status == 1 and re.search(rf"^E .*{reason}", said, re.MULTILINE), f"{driver.__name__}, {test}: {said}"
    assert "tlsmodem: m95 log" in said


def test_its_tests_are_short() -> None:
    """Ten lines at most, and each catches a mistake."""
    tests = re.split(r"^(?=def test_|@pytest)", (EXAMPLE / "test_meter.py").read_text(), flags=re.MULTILINE)
    named = {match[1]: text for text in tests if (match := re.search(r"^def test_(\w+)", text, re.MULTILINE))}
    assert set(named) == {test for _, test, _ in CAUGHT}
    assert all(len(text.strip().splitlines()) <= LINES for text in named.values())


def test_the_readme_has_them() -> None:
    """What README.md shows of it stands there so, lines between left out."""
    block = re.search(r"\(`examples/ci/pytest`\).*?\n\n((?:    .*\n|\n)+)", (ROOT / "README.md").read_text())
    assert block
    pieces = [re.sub("^    ", "", piece, flags=re.MULTILINE).strip() for piece in re.split(r"\n\n", block[1])]
    shown = [piece for piece in pieces if piece]
    assert len(shown) == 2
    text = (EXAMPLE / "test_meter.py").read_text()
    assert [piece for piece in shown if piece not in text] == []
