"""Each fault and each named link is in a transcript of each maker: by the tables of docs/laboratory.md, which are
made of the program's own.

Runs on a port, for each maker, are tests/interop/test_faults.c, which goes by the program's tables itself.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PAGE = (HERE.parents[1] / "docs" / "laboratory.md").read_text(encoding="utf-8")
MAKERS = ["telit", "quectel", "fibocom"]
LINKS = re.findall(r"^\| `([\w-]+)` \| `down=", PAGE, re.MULTILINE)
FAULTS = [name for table in re.findall(r"^\| type \|.*\n((?:^\|.*\n)+)", PAGE, re.MULTILINE)
          for name in re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)]


def steps(maker: str, step: str) -> set[str]:
    """The first words behind `step` in all files of a maker."""
    return {word for path in (HERE / maker).rglob("*.at")
            for word in re.findall(rf"^{step} ([\w-]+)", path.read_text(encoding="utf-8"), re.MULTILINE)}


def test_the_tables_are_read() -> None:
    assert len(LINKS) == len(set(LINKS)) >= 11
    assert len(FAULTS) == len(set(FAULTS)) >= 31
    assert "gprs" in LINKS and "latency" in FAULTS and "clock_drift" in FAULTS


@pytest.mark.parametrize("maker", MAKERS)
def test_each_fault_is_played(maker: str) -> None:
    assert set(FAULTS) - steps(maker, "fault") == set()


@pytest.mark.parametrize("maker", MAKERS)
def test_each_link_is_played(maker: str) -> None:
    assert set(LINKS) - steps(maker, "link") == set()
