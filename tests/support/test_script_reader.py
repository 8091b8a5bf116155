"""The reader of src/transcript says of each transcript what transcript.py says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .modem import program_path
from .transcript import (Data, Echo, Escape, Expect, ExpectMatch, Nothing, OnPort, Pattern, PeerStep,
                         PowerCycle, Step, Transcript, Type, Variable, Wait, WorldStep, parse_file)

ROOT = Path(__file__).resolve().parent.parent.parent
TRANSCRIPTS = ROOT / "tests" / "transcripts"
FILES = sorted(TRANSCRIPTS.glob("*/*.at"))


def hexed(text: str | bytes) -> str:
    return (text.encode() if isinstance(text, str) else text).hex()


def parts(data: Data) -> list[object]:
    out: list[object] = []
    for part in data.parts:
        if isinstance(part, Variable):
            out.append(["variable", hexed(part.name)])
        elif isinstance(part, Pattern):
            out.append(["binary" if part.binary else "printable", part.count])
        elif out and isinstance(out[-1], str):
            out[-1] += part.hex()
        elif part:
            out.append(part.hex())
    return out


def header(transcript: Transcript) -> dict[str, object]:
    def pairs(mapping: dict[str, str]) -> list[list[str]]:
        return [[hexed(name), hexed(value)] for name, value in mapping.items()]

    return {
        "guard": round(transcript.guard * 1000), "ports": transcript.ports,
        "kept": transcript.state == "kept", "source": hexed(transcript.source),
        "clock": hexed(transcript.clock),
        "models": [{"leads": name in transcript.leaders, "name": hexed(name),
                    "variables": [[hexed(key), value.hex()] for key, value in variables.items()]}
                   for name, variables in transcript.models.items()],
        "peers": [{"kind": plan.kind, "name": hexed(plan.name), "variable": hexed(plan.variable),
                   "argument": hexed(plan.argument),
                   **{key: hexed(plan.options.get(key, ""))
                      for key in ("client", "ciphers", "versions")}}
                  for plan in transcript.peers.values()],
        "names": pairs(transcript.names), "pings": pairs(transcript.pings),
        "wraps": pairs(transcript.wraps),
        "free_ports": [hexed(name) for name in transcript.free_ports],
        "only": [hexed(word) for word in transcript.only]}


def peer_members(step: PeerStep) -> dict[str, object]:
    verb = {"hangs-up": "hangs up", "gets-close": "gets close",
            "gets-nothing": "gets nothing"}.get(step.verb, step.verb)
    members: dict[str, object] = {"kind": "peer", "peer": hexed(step.peer), "verb": verb,
                                  "text": parts(step.data), "pattern": hexed(step.pattern.pattern),
                                  "ms": round(step.seconds * 1000)}
    if step.verb == "accepts":
        numbers = [int(word, 16) for word in step.words] + [-1, -1]
        members |= {"version": numbers[0], "suite": numbers[1],
                    "resumption": {None: 0, True: 1, False: 2}[step.resumed]}
    elif step.verb == "fails":
        members |= {"reason": step.words[0],
                    "alert": int(step.words[1]) if len(step.words) > 1 else -1}
    elif step.verb == "offered":
        members["words"] = hexed(" ".join(step.words))
    return members


def world_members(step: WorldStep) -> dict[str, object]:
    if step.word == "power":
        return {"kind": "power", "text": [hexed(step.name)]}
    if step.word == "set":
        return {"kind": "set", "words": hexed(step.text.partition(" ")[2]),
                "text": parts(step.data[0])}
    if step.word == "ring":
        return {"kind": "ring-end"} if step.name else {"kind": "ring", "text": parts(step.data[0])}
    if step.word == "sms":
        return {"kind": "sms", "text": parts(step.data[0]), "second": parts(step.data[1])}
    if step.word in ("fault", "link"):
        return {"kind": step.word, "words": hexed(step.name)}
    return {"kind": step.word}


def members(step: Step) -> dict[str, object]:
    """Of one step: what is not zero."""
    if isinstance(step, Type):
        return {"kind": "type", "text": parts(step.data),
                "typing": 1 if step.is_line else 2 if step.is_payload else 0}
    if isinstance(step, Expect):
        return {"kind": "expect", "text": parts(step.data), "burst": int(step.is_burst)}
    if isinstance(step, ExpectMatch):
        return {"kind": "match", "pattern": hexed(step.pattern.pattern),
                "further": int(step.is_further)}
    if isinstance(step, (Nothing, Wait)):
        return {"kind": "wait" if isinstance(step, Wait) else "nothing",
                "ms": round(step.seconds * 1000)}
    if isinstance(step, Echo):
        return {"kind": "echo", "on": int(step.on)}
    if isinstance(step, OnPort):
        return {"kind": "on-port", "port": step.port}
    if isinstance(step, PeerStep):
        return peer_members(step)
    if isinstance(step, WorldStep):
        return world_members(step)
    assert isinstance(step, (Escape, PowerCycle))
    return {"kind": "escape" if isinstance(step, Escape) else "power-cycle"}


ZERO: dict[str, object] = {"text": [], "second": [], "pattern": "", "words": "", "typing": 0,
                           "burst": 0, "further": 0, "ms": 0, "on": 0, "port": 0}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_both_readers_agree(path: Path) -> None:
    dump = subprocess.run([str(program_path("script_dump", "TLSMODEM_SCRIPT_DUMP")), str(path)], check=False, capture_output=True, text=True)
    assert (dump.returncode, dump.stderr) == (0, "")
    first, *steps = map(json.loads, dump.stdout.splitlines())
    transcript = parse_file(path)
    assert first == header(transcript)
    for got, step in zip(steps, transcript.steps):
        place = {"line": step.line, "source": hexed(step.text)}
        assert Path(got.pop("file")).resolve() == step.path.resolve()
        assert got == {**ZERO, **place, **members(step)}
    assert len(steps) == len(transcript.steps)
