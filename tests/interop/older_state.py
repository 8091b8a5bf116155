"""What an older program left in its folder of state, and what it said about it afterwards.

tests/interop/state_0_1 is of commit 55bd8a5, the last that others have built on before 0.2.0.  To make such a folder,
build that commit's tlsmodem and run in tests/

    /usr/bin/python3 -B -m interop.older_state PROGRAM interop/state_NAME

Each module is started with the one folder, is made to keep things, and is asked for them after the next start.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support.certs import make_certificates
from support.modem import Modem

FINAL = re.compile(rb"\r\n(OK|ERROR|\+CME ERROR: [^\r\n]*)\r\n")
PROMPT = re.compile(rb"\r\n(> ?|CONNECT\r\n)\Z")
# Beside the folder's own files: what it said (module → command → answer), its --help, and its
# --list-modules.
ANSWERS, HELP, MODULES = "answers.json", "help.txt", "modules.txt"


@dataclass(frozen=True)
class Memory:
    """What a host has a module keep, and what it asks for."""

    keep: tuple[str, ...]
    ask: tuple[str, ...]
    store: str = ""  # a command whose prompt takes the CA certificate, so many bytes
    end: bytes = b""  # what ends it


MEMORIES = {
    "he910": Memory(
        keep=("AT+CMEE=2;S12=30;&D1;&W", 'AT+CGDCONT=2,"IP","kept.example"',
              "AT#SGACTCFG=1,3,180,0", "AT#SCFG=2,1,512,120,700,20",
              "AT#SSLEN=1,1", "AT#SSLCFG=1,1,512,120,200,20", "AT#SSLSECCFG=1,0,1"),
        ask=("AT+CMEE?", "ATS12?", "AT+CGDCONT?", "AT#SGACTCFG?", "AT#SCFG?", "AT#SSLEN?",
             "AT#SSLCFG?", "AT#SSLSECCFG?", "AT#SSLSECDATA?", "AT#SSLSECDATA=1,2,1"),
        store="AT#SSLSECDATA=1,1,1,%d", end=b"\x1a"),
    "m95": Memory(
        keep=("AT+CMEE=2;S12=30;&W",),
        ask=("AT+CMEE?", "ATS12?", 'AT+QSECREAD="NVRAM:CA0"'),
        store='AT+QSECWRITE="NVRAM:CA0",%d,5'),
    "l610": Memory(keep=("AT+CMEE=2;S12=30;&W",), ask=("AT+CMEE?", "ATS12?")),
    "nl668-cn-00": Memory(
        keep=("AT+CMEE=2;&W", 'AT+HTTPSET="URL","http://kept.example/x"'),
        ask=("AT+CMEE?", "AT+HTTPSET?")),
}


def say(modem: Modem, line: str, end: re.Pattern[bytes] = FINAL) -> str:
    """What the module says to a command, without the echo and what came before it."""
    typed = line.encode() + b"\r"
    modem.host.write(typed)
    modem.host.read_until(typed)
    return modem.host.read_match(end).decode()


def fill(model: str, program: Path, state: Path, ca: bytes) -> None:
    """Has a module keep what it is to keep."""
    memory = MEMORIES[model]
    with Modem(model, program=program, state=state) as modem:
        for line in memory.keep:
            assert say(modem, line).endswith("\r\nOK\r\n"), line
        if memory.store:
            say(modem, memory.store % len(ca), PROMPT)
            modem.host.write(ca + memory.end)
            assert modem.host.read_match(FINAL).endswith(b"\r\nOK\r\n"), memory.store


def answers(model: str, state: Path, program: Path | None = None) -> dict[str, str]:
    """What it says when it is asked for all of it."""
    with Modem(model, program=program, state=state) as modem:
        return {line: say(modem, line) for line in MEMORIES[model].ask}


def main(program: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as made:
        ca = make_certificates(Path(made) / "certificates").pem("ca").read_bytes()
    folder.mkdir()
    for model in MEMORIES:
        fill(model, program, folder, ca)
    said = {model: answers(model, folder, program) for model in MEMORIES}
    (folder / ANSWERS).write_text(json.dumps(said, indent=1) + "\n")
    for name, option in ((HELP, "--help"), (MODULES, "--list-modules")):
        text = subprocess.run([program, option], check=True, text=True, stdout=subprocess.PIPE).stdout
        (folder / name).write_text(text)
    (folder / "nvm.lock").unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
