"""What a run relied on: the last words of the log, and the status of --strict.

Source: README.md, docs/facts/unconfirmed.md.
"""

from __future__ import annotations

import re
import subprocess

import pytest

from support.modem import REPOSITORY, Modem, program_path
from support.patience import ANSWER_S


def run(keys: bytes, *options: str, module: str = "he910") -> subprocess.CompletedProcess[bytes]:
    """A script through a pipe; the program ends with it."""
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", module, "--stdio",
                           "--state", "none", *options], input=keys, capture_output=True,
                          timeout=ANSWER_S, check=False)


def relied_on(log: str) -> tuple[int, list[str]]:
    """The number, and the names, of however many lines there are."""
    lines = [line for line in log.splitlines() if " relied on" in line]
    first = re.search(r": this run relied on (\d+) unconfirmed facts?(.*)", lines[0])
    assert first, log
    names = re.findall(r"[a-z]+/[a-z0-9-]+", " ".join(line.partition(" relied on")[2]
                                                      for line in lines))
    return int(first[1]), names


@pytest.mark.parametrize(("line", "status", "names"), [
    (b"AT\rAT+GMI\r", 0, []),
    (b"AT\rATI\r", 1, ["telit/ati-code"]),
    (b"AT+CMEE=2\rAT#SSLCFG=1,1,9\r", 1, ["telit/error-syntax"]),
])
def test_strict(line: bytes, status: int, names: list[str]) -> None:
    """Status 1 and a line for the operator, whatever the level, where a guess decided something."""
    result = run(line, "--strict", "--log-level", "info" if status == 0 else "error")
    log = result.stderr.decode()
    assert result.returncode == status, log
    assert relied_on(log)[1] == names
    assert log.count(" error: ") == status


def test_it_is_said_without_strict_too() -> None:
    quiet = run(b"ATI\r")
    assert quiet.returncode == 0 and b"relied" not in quiet.stderr
    told = run(b"ATI\r", "--log-level", "info")
    assert told.returncode == 0
    assert relied_on(told.stderr.decode()) == (1, ["telit/ati-code"])


def test_a_signal_ends_a_strict_run_with_its_status() -> None:
    with Modem("he910", options=["--strict"]) as modem:  # which expects status 0
        modem.host.write(b"AT\r")
        modem.host.expect_exact(b"AT\r\r\nOK\r\n")


def test_all_names_are_there_however_many() -> None:
    """The log has lines of 500 bytes at most; ranges and presets of all commands do not fit."""
    page = (REPOSITORY / "docs" / "commands" / "telit.md").read_text()
    commands = sorted(set(re.findall(r"^\| `(AT[+#]\w+)`", page, re.MULTILINE)))
    keys = "".join(f"{command}=?\r{command}?\r" for command in commands) + "ATI\rAT+CGMR\r"
    result = run(keys.encode(), "--strict")
    log = result.stderr.decode()
    number, names = relied_on(log)
    assert number == len(names) == len(set(names)) > 14
    assert log.count(" relied on") > 1
    assert all(len(line) < 500 for line in log.splitlines())
