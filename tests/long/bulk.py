"""Bulk: the tests of the suite that move much data move all of it: a gigabyte each way through a
Telit's socket, a hundred megabytes through FTP and through each of six sockets of a Quectel, a gigabyte there and back through one of a
multiplexer's terminals."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from .measurements import add, commit_of, number
from .part import REPOSITORY, Failed, Part, UsageError, build

HEADING = "Bulk"
TESTS = {"test_flow.py": "test_bulk", "test_ftp.py": "test_big_file",
         "test_quectel_six.py": "test_six_sockets", "test_multiplexer.py": "test_bulk"}


def play(file: str, test: str) -> Iterator[tuple[str, float, str, str]]:
    """Name, seconds, figures and failure of each test."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        subprocess.run([sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider",
                        f"--junitxml={report}", "-k", test,
                        str(REPOSITORY / "tests" / "interop" / file)], check=False,
                       env={**os.environ, "TLSMODEM_FULL": "1"})
        cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    if not cases:
        raise Failed(f"bulk: pytest has run nothing of {file}")
    for case in cases:
        figures = [entry.get("value", "") for entry in case.iter("property")]
        failed = case.find("failure") if case.find("error") is None else case.find("error")
        yield (case.get("name", ""), float(case.get("time", "0")), ", ".join(figures),
               "" if failed is None else failed.get("message", "it failed").split("\n", 1)[0])


def run() -> None:
    build("build", ["build", "test"])
    commit, found = commit_of(), []
    for file, test in TESTS.items():
        for name, seconds, figures, failure in play(file, test):
            add(HEADING, [name, number(seconds), figures, failure or "none"], commit)
            if failure:
                found.append(f"{name}: {failure}")
    if found:
        raise Failed("bulk: " + "\n".join(found))


def prepare(words: Sequence[str]) -> Callable[[], None]:
    if words:
        raise UsageError(f"bulk: '{words[0]}' is too much; it takes nothing")
    return run


PART = Part("bulk", "bulk", "a gigabyte each way through a socket, and all else that is large",
            prepare)
