"""The program, run to its end."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from .modem import program_path
from .patience import ANSWER_S


def run_program(*words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None,
                seconds: float = 10 * ANSWER_S) -> subprocess.CompletedProcess[str]:
    """tlsmodem with these words, until it ends by itself: nothing is typed to it, and what it says is text."""
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), *map(str, words)], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=seconds, cwd=cwd, env=env)
