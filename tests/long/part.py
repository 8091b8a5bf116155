"""What the parts of the long tier share: their shape, their amounts, the builds they need."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


class UsageError(Exception):
    """What the caller wrote cannot be meant; the text says what is allowed."""


class Failed(Exception):
    """A part found something, or could not work; the text is the reason."""


@dataclass(frozen=True)
class Part:
    """One part.  `prepare` checks the words behind its name (UsageError) and gives what runs it,
    which raises Failed."""

    name: str
    usage: str
    help: str
    prepare: Callable[[Sequence[str]], Callable[[], None]]


def amount(word: str, part: str, what: str, most: int) -> int:
    """A number that a caller wrote behind `part`: 1 to `most`."""
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= most):
        raise UsageError(f"{part}: '{word}' is no number of {what}, which is 1 to {most}")
    return int(word)


def only_amount(words: Sequence[str], part: str, what: str, preset: int, most: int) -> int:
    """The same for a part that takes nothing else: its one number, or `preset`."""
    if len(words) > 1:
        raise UsageError(f"{part}: '{words[1]}' is too much; it takes one number of {what}")
    return amount(words[0], part, what, most) if words else preset


def build(folder: str, groups: Sequence[str], *options: str, **environment: str) -> Path:
    """Installs what is missing and builds a tree; its folder."""
    for command in (["setup", *groups], ["build", folder, *options]):
        result = subprocess.run([str(REPOSITORY / "scripts" / command[0]), *command[1:]],
                                env={**os.environ, **environment}, check=False)
        if result.returncode != 0:
            raise Failed(f"scripts/{' '.join(command)} failed")
    return REPOSITORY / folder
