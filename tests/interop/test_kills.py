"""Power lost in the middle of a store, at 120 random moments; scripts/long takes thousands."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem

from .driver import Driver
from .kills import MAKERS, Apn, kill_at_each_write, kill_often

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
