"""The demonstration of `scripts/demo`, played with the program of this build."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, START_S


def demonstrate(program: Path) -> subprocess.CompletedProcess[str]:
    """As the script starts it, which builds the program without SSL 3.0."""
    return subprocess.run([sys.executable, REPOSITORY / "tools/demo.py"], env={**os.environ, "TLSMODEM": str(program)},
                          capture_output=True, text=True, timeout=START_S + 4 * ANSWER_S, check=False)


def test_it_proves_what_it_says() -> None:
    shown = demonstrate(program_path("tlsmodem_without_ssl3", "TLSMODEM_WITHOUT_SSL3").resolve())
    assert (shown.returncode, shown.stderr) == (0, ""), shown
    *conversation, proven = shown.stdout.splitlines()
    assert proven.startswith("proven: the module checked the certificates (one server accepted, a stranger refused)"), proven
    said = [re.sub(r"^[\d:.]+ ", "", line) for line in conversation]
    for line in ("host   > AT+CMEE=2", "module < CONNECT", "module < <title>tlsmodem</title>", "module < NO CARRIER",
                 "module < +CME ERROR: SSL error during handshake"):
        assert line in said, shown.stdout


def test_it_fails_where_the_module_does(tmp_path: Path) -> None:
    """One that may not connect shows nothing: exit status 1, and why."""
    program = tmp_path / "tlsmodem"
    program.write_text(f"#!/bin/sh\nexec {program_path('tlsmodem', 'TLSMODEM').resolve()} \"$@\" --guard 'deny=*'\n")
    program.chmod(0o755)
    shown = demonstrate(program)
    assert shown.returncode == 1 and "proven" not in shown.stdout, shown
    assert re.match(r"demo: FAILED: AT#SSLD=.* was answered by .*, expected CONNECT\n$", shown.stderr), shown
