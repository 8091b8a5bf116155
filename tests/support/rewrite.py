"""Puts what the module really answers into a transcript, for review.

Only `<` lines of the file itself change, never those of included files, and only where they differ.
A file without any gets them all; in others they are added where the host types the next line too
early.  A human looks at the difference afterwards: the manual decides, not the program.
"""

from __future__ import annotations

import re
from pathlib import Path

from .certs import Certificates
from .modem import show
from .player import Backend, Mismatch, Player, make_backend
from .transcript import Expect, ExpectMatch, Step, Transcript, Type, WorldStep, parse_file

QUIET_S = 0.3  # a module that has said nothing for so long has finished


def rewrite(transcript: Transcript, backend_name: str, certificates: Certificates,
            folder: Path) -> bool:
    """Plays the transcript, as its file stands now; writes answers that differ into the file.
    Whether it changed.  Of several models one after the other: each finds what those before wrote."""
    transcript = parse_file(transcript.path).for_model(transcript.model)
    backend = make_backend(backend_name, transcript, certificates, folder)
    try:
        player = Player(transcript, backend, certificates.variables())
        changes: dict[int, list[str]] = {}  # line number → lines in its place
        is_new = not any(_is_answer(step, transcript.path) for step in transcript.steps)
        last: Step | None = None
        for group in _groups(transcript.steps):
            if _is_answer(group[0], transcript.path):
                _play_answers(player, group, changes)
            else:
                for step in group:
                    if is_new:
                        _listen(backend)
                    if is_new or _is_event(step, player):
                        _add_answers(player, last, transcript.path, changes)
                    player.take(step)
                    last = step
            last = group[-1]
        backend.settle()
        _add_answers(player, last, transcript.path, changes)
    finally:
        backend.close()
    if changes:
        _write(transcript.path, changes)
    return bool(changes)


def _is_answer(step: Step, path: Path) -> bool:
    return isinstance(step, (Expect, ExpectMatch)) and step.path == path


def _is_event(step: Step, player: Player) -> bool:
    """What the module has said before it stands before it."""
    return isinstance(step, WorldStep) or isinstance(step, Type) and step.is_line and player.echo


def _listen(backend: Backend) -> None:
    """Until the module has nothing more to say."""
    while backend.receive(QUIET_S) < QUIET_S:
        pass


def _add_answers(player: Player, last: Step | None, path: Path,
                 changes: dict[int, list[str]]) -> None:
    """What has come and no step has taken stands behind the last step, if it is of this file."""
    said = player.backend.pending()
    if said and last is not None and last.path == path:
        player.backend.drop(len(said))
        changes.setdefault(last.line, [last.text]).extend(as_lines(said))


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
            _listen(backend)
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
