"""Power lost in the middle of a store, at 120 random moments; scripts/long takes thousands."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import REPOSITORY, Modem

from .driver import Driver
from .kills import AS_CGDCONT, MAKERS, PASS_ON, STORES, WITH_ENTRY, Apn, kill_at_each_write, kill_often, woken

KILLS, SEED = 24, 20260501


@pytest.mark.parametrize("model", MAKERS)
def test_kill_in_the_middle_of_a_store(certificates: Certificates, tmp_path: Path,
                                       model: str) -> None:
    """What was not answered is there completely or not at all, what was answered is there, and the
    module starts."""
    *_, counts = kill_often(model, tmp_path / "state", certificates, count=KILLS, seed=SEED)
    assert counts.kills >= KILLS and counts.in_a_store > 0


@pytest.mark.parametrize("model", ["he910", "m95", "l610"])
def test_kill_at_each_write_of_a_store(certificates: Certificates, tmp_path: Path, model: str) -> None:
    *_, counts = kill_at_each_write(model, tmp_path, certificates, seed=SEED)
    assert counts.kills > 10 and counts.stores > 3 and counts.stored > 0


def test_what_is_lost_is_seen(tmp_path: Path) -> None:
    entry = Apn(2)
    with Modem(state=tmp_path / "state") as modem:
        entry.store(Driver(modem).begin(), random.Random(SEED))
        modem.kill()
        shutil.rmtree(tmp_path / "state")
        modem.start()
        with pytest.raises(AssertionError, match="may be"):
            entry.check(Driver(modem).begin())


def test_who_stores_is_known(certificates: Certificates, tmp_path: Path) -> None:
    """A file that has become one that stores needs an entry in kills.py, which is played."""
    source = REPOSITORY / "src"
    files = {str(path.relative_to(source)) for path in source.rglob("*.c") if "ops->apply(" in path.read_text()}
    assert files == STORES.keys() | PASS_ON
    played = set()
    for model, (driver_of, entries_of) in MAKERS.items():
        with Modem(model, state=tmp_path / model) as modem:
            played |= {type(entry) for entry in entries_of(woken(modem, driver_of), certificates)}
    assert {kind for kinds in STORES.values() for kind in kinds} == played


@pytest.mark.parametrize("maker", WITH_ENTRY)
def test_each_command_that_stores_is_named(maker: str) -> None:
    page = (REPOSITORY / "docs" / "commands" / f"{maker}.md").read_text()
    parts = re.split(r"^### AT(\S+)\n", page, flags=re.MULTILINE)
    stored = {name for name, text in zip(parts[1::2], parts[2::2], strict=True) if "\nStored at once; survives a restart.\n" in text}
    assert stored == WITH_ENTRY[maker] | AS_CGDCONT[maker]
