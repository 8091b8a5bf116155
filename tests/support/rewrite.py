"""Puts what the module really answers into a transcript, for review.

Only `<` lines of the file itself change, never those of included files, and only where they differ.
A human looks at the difference afterwards: the manual decides, not the program.
"""

from __future__ import annotations

import re
from pathlib import Path

from .certs import Certificates
from .modem import show
from .player import Mismatch, Player, make_backend
from .transcript import Expect, ExpectMatch, Step, Transcript

QUIET_S = 0.3  # a module that has said nothing for so long has finished


def rewrite(transcript: Transcript, backend_name: str, certificates: Certificates,
            folder: Path) -> bool:
    """Plays the transcript; writes answers that differ into the file.  Whether it changed."""
    backend = make_backend(backend_name, transcript, certificates, folder)
    try:
        player = Player(transcript, backend, certificates.variables())
        changes: dict[int, list[str]] = {}  # line number → lines in its place
        for group in _groups(transcript.steps):
            if isinstance(group[0], (Expect, ExpectMatch)) and group[0].path == transcript.path:
                _play_answers(player, group, changes)
            else:
                for step in group:
                    player.take(step)
        backend.settle()
        last = transcript.steps[-1]
        if backend.pending() and last.path == transcript.path:
            lines = changes.setdefault(last.line, [last.text])
            lines += as_lines(backend.pending())
    finally:
        backend.close()
    if changes:
        _write(transcript.path, changes)
    return bool(changes)


def as_lines(data: bytes) -> list[str]:
    """What the module said, as transcript lines."""
    lines = []
    while data:
        if data.startswith(b"\r\n> "):
            lines.append("< prompt")
            data = data[4:]
        elif match := re.match(rb"\r\n([\x20-\x7e]+)\r\n", data):
            lines.append("< " + match[1].decode())
            data = data[match.end():]
        elif match := re.match(rb"([\x20-\x7e]+)\r\n", data):
            lines.append("<| " + match[1].decode())
            data = data[match.end():]
        else:
            end = data.find(b"\r\n", 2)
            piece = data if end < 0 else data[:end]
            lines.append(f'< bytes "{show(piece)}"')
            data = data[len(piece):]
    return lines


def _groups(steps: list[Step]) -> list[list[Step]]:
    """Consecutive answers together, everything else for itself."""
    groups: list[list[Step]] = []
    for step in steps:
        is_answer = isinstance(step, (Expect, ExpectMatch))
        if is_answer and groups and isinstance(groups[-1][0], (Expect, ExpectMatch)) \
                and groups[-1][0].path == step.path:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups


def _play_answers(player: Player, group: list[Step], changes: dict[int, list[str]]) -> None:
    """Compares one answer after the other; from the first that differs on, takes what has come."""
    for index, step in enumerate(group):
        try:
            player.take(step)
        except Mismatch:
            backend = player.backend
            while backend.receive(QUIET_S) < QUIET_S:
                pass
            lines = as_lines(backend.pending())
            backend.drop(len(backend.pending()))
            for old in group[index:]:
                changes[old.line] = []
            changes[step.line] = lines
            return


def _write(path: Path, changes: dict[int, list[str]]) -> None:
    out: list[str] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        out += changes.get(number, [line])
    path.write_text("\n".join(out) + "\n")
