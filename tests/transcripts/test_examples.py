"""The pages docs/examples-*.md say which transcript plays which example: they must be true."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.modem import program_path

@dataclass(frozen=True)
class Header:
    path: Path
    models: list[str]
    source: str


def header_of(path: Path) -> Header:
    """What `tlsmodem check` has found right already."""
    lines = path.read_text(encoding="utf-8").splitlines()
    named = [line.split()[1:] for line in lines if re.match(r"models? ", line)]
    [source] = [line.partition(" ")[2].strip() for line in lines if line.startswith("source ")]
    return Header(path, [word.lower() for words in named for word in words if "=" not in word], source)


HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "examples-telit.md"
FOLDER = HERE / "telit"
EXAMPLE_COLUMNS = 5


def rows() -> list[list[str]]:
    """The lines of all tables whose last column is the transcript."""
    found: list[list[str]] = []
    for table in re.findall(r"(?:^\|.*\n)+", PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        header, _, *lines = ([cell.strip() for cell in line.strip("|").split("|")]
                             for line in table.splitlines())
        found += lines if header[-1] == "transcript" else []
    return found


EXAMPLES = [row for row in rows() if len(row) == EXAMPLE_COLUMNS]


@pytest.fixture(scope="module")
def platforms() -> dict[str, str]:
    """The platform of each model, as the program says."""
    out = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--list-modules"],
                         capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"^(\S+) +Telit .* platform (\d+) ", out, re.MULTILINE))


def transcript_of(row: list[str]) -> Header:
    path = FOLDER / f"{row[-1]}.at"
    assert path.exists(), f"{PAGE.name} names {path.name}, which is not there"
    return header_of(path)


def test_each_transcript_is_there() -> None:
    assert len(EXAMPLES) >= 40
    for row in rows():
        transcript_of(row)


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: row[-1])
def test_platforms_and_sections(row: list[str], platforms: dict[str, str]) -> None:
    _, revision_12, revision_6, promised, _ = row
    transcript = transcript_of(row)
    assert sorted({platforms[model] for model in transcript.models}) == promised.split()
    for revision, sections in (("r12", revision_12), ("r6", revision_6)):
        for section in filter(None, sections.split(", ")):
            assert re.search(rf"{revision} .*{re.escape(section)}(?![.\d])", transcript.source), \
                f"{transcript.path.name} does not name {revision} {section}"


def test_each_habit_and_trap_has_one() -> None:
    numbers: dict[str, set[int]] = {"host": set(), "trap": set()}
    kind = "host"
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| trap "):
            kind = "trap"
        if match := re.match(r"\| (\d+(?:, \d+)*) ", line):
            numbers[kind] |= {int(number) for number in match[1].split(", ")}
    assert numbers == dict.fromkeys(("host", "trap"), set(range(1, 16)))


def test_the_page_has_all_examples() -> None:
    """A new transcript of the guides or of a host's habit has its line on the page."""
    named = {row[-1] for row in rows()}
    missing = [path.stem for path in sorted(FOLDER.glob("*.at"))
               if path.stem.startswith(("host-", "trap-", "instances-"))
               and path.stem not in named]
    assert not missing


@pytest.mark.parametrize("page", sorted(PAGE.parent.glob("examples-*.md")),
                         ids=lambda page: page.stem)
def test_the_manuals_in_order(page: Path) -> None:
    """Each page names the conversations that go through a manual on one module."""
    maker = page.stem.removeprefix("examples-")
    found = sorted((HERE / maker).glob("*-in-order*.at"))
    assert found
    for path in found:
        assert re.search(rf"\| {path.stem} \|", page.read_text(encoding="utf-8"))


QUECTEL_PAGE = PAGE.with_name("examples-quectel.md")
QUECTEL_ROWS = re.findall(r"^\| (.+) \| (\S.*) \| ((?:example|host|note)-\S+) \|$",
                          QUECTEL_PAGE.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("row", QUECTEL_ROWS, ids=lambda row: row[-1])
def test_quectel(row: tuple[str, str, str]) -> None:
    """An example names its section, a driver its number and the products that play it."""
    first, second, name = row
    transcript = header_of(HERE / "quectel" / f"{name}.at")
    if second.startswith("§"):
        assert re.search(rf"V3\.1 {re.escape(second)}(?![.\d])", transcript.source)
        return
    assert re.search(rf"§8\.{first.split()[0]}(?!\d)", transcript.source)
    assert [model.upper() for model in transcript.models] == second.split()


def test_the_page_of_quectel_has_all() -> None:
    assert sorted(row[-1] for row in QUECTEL_ROWS) == sorted(
        path.stem for path in (HERE / "quectel").glob("*.at")
        if re.match(r"(host|example)-\d|note-", path.stem))
    assert {int(row[0].split()[0]) for row in QUECTEL_ROWS if row[-1].startswith("host")} == set(
        range(1, 22))


FIBOCOM_PAGE = PAGE.with_name("examples-fibocom.md")
FIBOCOM_TABLES = FIBOCOM_PAGE.read_text(encoding="utf-8").split("## Traps")
FIBOCOM_EXAMPLES = re.findall(r"^\| [^|]+ \| (L610|SSL) (§[^|]+?) \| (\S+) \|", FIBOCOM_TABLES[0],
                              re.MULTILINE)
FIBOCOM_TRAPS = [(int(number), name) for number, names in
                 re.findall(r"^\| (\d+) [^|]+ \| ([^|]+) \|$", FIBOCOM_TABLES[1], re.MULTILINE)
                 for name in names.split(", ")]

# What the two manuals have: examples 1 to 6, and 2.1 to 2.6 whose last has five.
FIBOCOM_SECTIONS = [*(("L610", f"§2 example {number}") for number in range(1, 7)),
                    *(("SSL", f"§2.{number}") for number in range(1, 6)),
                    *(("SSL", f"§2.6 example {number}") for number in range(1, 6))]


def fibocom_source(name: str) -> str:
    return header_of(HERE / "fibocom" / f"{name}.at").source


@pytest.mark.parametrize("row", FIBOCOM_EXAMPLES, ids=lambda row: row[-1])
def test_fibocom_example(row: tuple[str, str, str]) -> None:
    manual, sections, name = row
    version = {"L610": "L610 SSL V1.0.0", "SSL": "SSL V1.1.4"}[manual]
    assert fibocom_source(name) == f"{version} {sections}"


def test_the_page_of_fibocom_has_all() -> None:
    named = [(manual, section) for manual, sections, _ in FIBOCOM_EXAMPLES
             for section in sections.split(", ")]
    assert sorted(named) == sorted(FIBOCOM_SECTIONS)
    for number, name in FIBOCOM_TRAPS:
        assert re.search(rf"traps? ([\d, and]+ )?{number}(?!\d)", fibocom_source(name))
    assert {number for number, _ in FIBOCOM_TRAPS} == set(range(1, 21))
    assert {name for _, name in FIBOCOM_TRAPS if name.startswith("trap-")} == {
        path.stem for path in (HERE / "fibocom").glob("trap-*.at")}
