"""What scripts/long is told, and what it does to its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import bulk, container, control, fleet, fuzz, kill, packages, readme, soak
from .__main__ import PARTS, main
from .measurements import PAGE, Page, changed
from .part import Failed, Part

TEXT = """\
# Measurements
## Fuzzing
| date | commit | target | seconds | processor s | executions | edges | finding |
|---|---|---|---|---|---|---|---|
| 2026-01-01 | abc | ftp | 900 | 1,800 | 1,000 | 5 of 7 | none |
| 2026-01-01 | abc | mail | 900 | 900 | 10 | 5 of 7 | mail-crash-0 |
| 2026-01-02 | def | ftp | 900 | 900 | 1 | 5 of 7 | none |

### Processor hours of fuzzing
| date | commit | runs | processor hours | executions | findings |
|---|---|---|---|---|---|
| old | row | | | | |
## Next
"""

LIBFUZZER = """\
INFO: Loaded 1 modules   (15668 inline 8-bit counters): 15668 [0x5, 0x6),
#2	INITED cov: 20 ft: 30 corp: 1/1b exec/s: 0 rss: 40Mb
#4096	pulse  cov: 1244 ft: 300 corp: 1/1b lim: 4 exec/s: 100 rss: 50Mb
"""


@pytest.mark.parametrize("words, said", [
    (["fuzzy"], "no part 'fuzzy'; parts: fuzz"),
    (["900"], "no part '900'; parts: fuzz"),
    (["fuzz", "0"], "fuzz: '0' is no number of seconds, which is 1 to 1000000"),
    (["fuzz", "1h"], "fuzz: '1h' is no number of seconds"),
    (["fuzz", "1000001"], "fuzz: '1000001' is no number of seconds"),
    (["kill", "many"], "kill: 'many' is no number of kills, which is 1 to 10000000"),
    (["kill", "10", "20"], "kill: '20' is too much; it takes one number of kills"),
    (["soak", "-5"], "soak: '-5' is no number of seconds"),
    (["bulk", "1"], "bulk: '1' is too much; it takes nothing"),
    (["fleet", "1000", "0"], "fleet: '0' is no number of modems, which is 1 to 100000"),
    (["switches", "SSL2"], "switches: 'SSL2' is no part that can be left out: LIBRARY, POSIX, DAEMON, TESTS, BENCH, SSL3"),
    (["packages", "sid"], "packages: 'sid' is neither a release nor an architecture: bookworm, trixie, amd64"),
    (["container", "0"], "container: '0' is no number of seconds"),
    (["container", "60", "tlsmodem.dsc"], "container: 'tlsmodem.dsc' is no package that scripts/package has built"),
    (["container", "60", "a.deb", "b.deb"], "container: 'a.deb' is too much"),
    (["pods", "4"], "pods: '4' is too much; it takes nothing"),
    (["soak", "60", "fuzz", "x"], "fuzz: 'x' is no number of seconds"),
])
def test_usage_errors_say_what_is_allowed(words: list[str], said: str,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    message = capsys.readouterr().err
    assert said in message
    assert all(part.usage in message for part in PARTS.values())


def test_totals_are_added_up_from_the_rows() -> None:
    page = Page(TEXT)
    fuzz.totals(page)
    assert page.rows(fuzz.TOTALS) == [["2026-01-01", "abc", "2", "0.75", "1,010", "1"],
                                      ["2026-01-02", "def", "1", "0.25", "1", "0"],
                                      ["all", "", "3", "1.00", "1,011", "1"]]
    assert page.text().splitlines()[:7] == TEXT.splitlines()[:7]
    assert page.text().endswith("## Next\n")


def test_a_row_is_added_at_the_end_of_its_table(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(TEXT)
    with changed(path) as page:
        page.add("Fuzzing", ["d", "c", "t", "1", "2", "3", "4", "none"])
    assert path.read_text() == TEXT.replace("| none |\n\n###",
                                            "| none |\n| d | c | t | 1 | 2 | 3 | 4 | none |\n\n###")


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="7 cells"):
        Page(TEXT).add("Fuzzing", ["x"] * 7)


def test_every_part_has_its_table() -> None:
    page = Page(PAGE.read_text())
    for heading, columns in ((fuzz.HEADING, 8), (fuzz.TOTALS, 6), (kill.HEADING, 9),
                             (soak.HEADING, 10), (bulk.HEADING, 6), (fleet.HEADING, 9), (control.HEADING, 5),
                             (container.HEADING, 10), (packages.HEADING, 8), (readme.HEADING, 9)):
        page.add(heading, ["x"] * columns)


@pytest.mark.parametrize("end, status, executions, finding", [
    ("stat::number_of_executed_units: 9000\n", 0, 9000, ""),
    ("", fuzz.INTERRUPTED, 4096, ""),
    ("artifact_prefix='ftp-'; Test unit written to ftp-crash-1f\n"
     "stat::number_of_executed_units: 5000\n", 77, 5000, "ftp-crash-1f"),
    ("", -9, 4096, "status -9"),
    ("bash: no such file\n", 1, 4096, "status 1"),
])
def test_what_libfuzzer_says_is_read(end: str, status: int, executions: int, finding: str) -> None:
    outcome = fuzz.Outcome("ftp", 10.0, 9.0, LIBFUZZER + end, status)
    assert (outcome.executions, outcome.finding) == (executions, finding)
    assert outcome.coverage == "1,244 of 15,668"


def test_an_unknown_target_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fuzz, "build", lambda *_, **__: tmp_path)
    for name in ("fuzz_http", "fuzz_gone"):
        target = tmp_path / name
        target.write_text("#!/bin/sh\n")
        target.chmod(0o755)
    with pytest.raises(Failed, match="no target 'htp'; targets: http$"):
        fuzz.fuzz_all(1, ["htp"], lambda outcome: None)


def test_parts_are_done_in_the_order_of_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[tuple[str, int]] = []
    for name in PARTS:
        part = Part(name, name, "", lambda words, name=name: lambda: done.append((name, *words)))
        monkeypatch.setitem(PARTS, name, part)
    assert main(["soak", "5", "fuzz", "1", "ftp", "kill"]) == 0
    assert done == [("soak", "5"), ("fuzz", "1", "ftp"), ("kill",)]
    done.clear()
    assert main([]) == 0
    assert done == [("fuzz",), ("kill",), ("soak",), ("bulk",), ("fleet",), ("trouble",),
                    ("packages",), ("container",), ("control",), ("pods",), ("readme",),
                    ("switches",)]


def test_a_part_that_finds_something_does_not_stop_the_next(
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    done = []

    def fail() -> None:
        raise Failed("it leaks")
    monkeypatch.setitem(PARTS, "soak", Part("soak", "", "", lambda words: fail))
    monkeypatch.setitem(PARTS, "kill", Part("kill", "", "", lambda words: lambda: done.append(1)))
    assert main(["soak", "kill"]) == 1
    assert done and "it leaks" in capsys.readouterr().err


@pytest.mark.parametrize(("samples", "growth"), [
    ([900] * 40, 0), ([900, 1400, 900, 1400] * 10, -500), (list(range(900, 1300, 10)), 330),
    ([900, 901], 1)])
def test_growth_is_what_stays(samples: list[int], growth: int) -> None:
    outcome = soak.Outcome("he910", own_kb=samples)
    outcome.judge()
    assert outcome.growth(samples) == growth
    assert bool(outcome.finding) == (growth > soak.GROWTH_KB)


@pytest.mark.parametrize(("status", "said", "cells", "finding"), [
    (0, "100% tests passed, 0 tests failed out of 131\nautopkgtest [15:00:01]: @@@@ summary\n"
        "demo                 PASS\ninstalled            PASS\n", ["131 of 131", "demo, installed"], "none"),
    (0, "100% tests passed, 0 tests failed out of 126\n", ["126 of 126", ""], "none"),
    (1, "98% tests passed, 2 tests failed out of 126\n\nThe following tests FAILED:\n"
        "\t 58 - unit/test_dns (Failed)\n\t 99 - unit/test_pty (Subprocess aborted)\n",
     ["124 of 126", ""], "unit/test_dns, unit/test_pty"),
    (2, "100% tests passed, 0 tests failed out of 3\nW: tlsmodem: no-manual-page [usr/bin/x]\n", ["3 of 3", ""],
     "W: tlsmodem: no-manual-page [usr/bin/x]"),
    (4, "autopkgtest [15:00:01]: @@@@ summary\ndemo                 FAIL non-zero exit status 1\n"
        "installed            PASS\n", ["", "installed"], "demo                 FAIL"),
    (25, "E: mmdebstrap has failed\n", ["", ""], "E: mmdebstrap has failed"),
    (130, "", ["", ""], "status 130"),
])
def test_what_a_package_run_says_is_read(status: int, said: str, cells: list[str], finding: str) -> None:
    assert packages.tests_of(said) == cells
    assert packages.finding_of(status, said) == finding
