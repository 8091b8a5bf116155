"""docs/measurements.md: each part of the long tier has a table there, and only adds rows to it.

The tables are Markdown's.  A heading finds its table; what stands around it is for people.
"""

from __future__ import annotations

import datetime
import fcntl
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .part import REPOSITORY

PAGE = REPOSITORY / "docs" / "measurements.md"

Row = list[str]


def number(value: float, digits: int = 0) -> str:
    """1,234,567 or 0.25."""
    return f"{value:,.{digits}f}"


def value_of(cell: str) -> float:
    """The number of a cell that number() wrote."""
    return float(cell.replace(",", ""))


def today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


def commit_of(repository: Path = REPOSITORY) -> str:
    """The commit that runs; a `+` behind it says that files were changed since."""
    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", str(repository), *words], capture_output=True,
                              text=True, check=True).stdout.strip()
    changed = git("status", "--porcelain", "--", ".", ":!docs/measurements.md")
    return git("rev-parse", "--short=9", "HEAD") + ("+" if changed else "")


class Table:
    """The first table below a heading, as the lines of a page from `start` to `end`."""

    def __init__(self, lines: list[str], heading: str) -> None:
        at = next((i for i, line in enumerate(lines) if line.lstrip("#").strip() == heading
                   and line.startswith("#")), None)
        if at is None:
            raise ValueError(f"{PAGE.name} has no heading '{heading}'")
        self.start = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("|")), -1)
        if self.start < 0 or any(line.startswith("#") for line in lines[at + 1:self.start]):
            raise ValueError(f"{PAGE.name} has no table under '{heading}'")
        self.end = next((i for i in range(self.start, len(lines))
                         if not lines[i].startswith("|")), len(lines))
        self.rows = [cells(line) for line in lines[self.start + 2:self.end]]
        self.width = len(cells(lines[self.start]))

    def text(self, row: Sequence[str]) -> str:
        if len(row) != self.width:
            raise ValueError(f"a row of {len(row)} cells for a table of {self.width}")
        return "| " + " | ".join(row) + " |"


def cells(line: str) -> Row:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


class Page:
    """The page in memory."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def rows(self, heading: str) -> list[Row]:
        return Table(self._lines, heading).rows

    def add(self, heading: str, row: Sequence[str]) -> None:
        table = Table(self._lines, heading)
        self._lines.insert(table.end, table.text(row))

    def replace(self, heading: str, rows: Sequence[Sequence[str]]) -> None:
        table = Table(self._lines, heading)
        self._lines[table.start + 2:table.end] = [table.text(row) for row in rows]

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"


@contextmanager
def changed(path: Path = PAGE) -> Iterator[Page]:
    """The page, to be changed; written back whole, one writer at a time."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        page = Page(path.read_text())
        yield page
        fresh = path.with_suffix(".new")
        fresh.write_text(page.text())
        fresh.replace(path)
    finally:
        os.close(folder)


def add(heading: str, figures: Sequence[str], commit: str) -> None:
    """Adds a row of today for `commit`."""
    with changed() as page:
        page.add(heading, [today(), commit, *figures])
