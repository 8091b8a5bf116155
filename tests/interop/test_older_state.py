"""Who updates loses nothing: the folders of state of older programs, and the command lines of 0.1.

interop/state_0_1 is commit 55bd8a5's own, interop/state_0_2 of 2026-12-01, before 0.2; older_state.py says how
they were made.  The schema of the database has been the same since it is there: version 1.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from support.modem import program_path
from support.patience import START_S

from .older_state import ANSWERS, HELP, MEMORIES, MODULES, answers

PORT = re.compile(r"--(pty|tcp|unix|uart|stdio)")
OLD = Path(__file__).resolve().parent / "state_0_1"
# Modules of it that are not there any more, and those that have their forms and read their state.
SUCCESSORS = {"l610-drivers": "l610", "nl668-cn-00-drivers": "nl668-cn-00"}
# Each option of its --help, as README and --help write them; DEVICE is a serial device.
COMMAND_LINES = """\
--module he910 --pty ./modem0
--module he910 --stdio --state none
--module m95 --stdio --state none
--module=he910 --state=. --pty=modem0 --pty=modem1
--module l610 --tcp 0 --tcp 127.0.0.1:0 --state none
--module l610 --tcp [::1]:0 --state none --log-level info
--module nl668-eau --tcp 0.0.0.0:0 --allow-remote --state none
--module le910-euv2 --unix ./modem0.sock --state folder --trace at
--module gl865-dual --uart DEVICE --state none --trace all,-data --log-level debug
--module gl865-dual --uart DEVICE,9600 --state none --log-level error
--module gl865-dual --uart DEVICE,115200,rtscts --trace at --trace tls,socket,net,store,port
--module le866 --pty ./modem0 --stdio --keylog keys --log-level warning
""".splitlines()


def state(old: Path, tmp_path: Path) -> Path:
    """A folder as the older program left it."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    for path in old.glob("nvm.*"):
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o600)
    return folder


@pytest.mark.parametrize("old", [OLD, OLD.with_name("state_0_2")], ids=["0.1", "0.2"])
@pytest.mark.parametrize("model", MEMORIES)
def test_what_was_kept_is_there(model: str, old: Path, tmp_path: Path) -> None:
    assert answers(model, state(old, tmp_path)) == json.loads((old / ANSWERS).read_text())[model]


@pytest.mark.parametrize("old", [OLD, OLD.with_name("state_0_2")], ids=["0.1", "0.2"])
def test_every_format_that_there_was_has_a_folder(old: Path) -> None:
    """A new version of the schema asks for a folder of the one before, here."""
    with closing(sqlite3.connect(f"file:{old}/nvm.sqlite?immutable=1", uri=True)) as database:
        (version,), = database.execute("PRAGMA user_version")
    assert version == 1


def test_every_module_has_its_name() -> None:
    said = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--list-modules"], check=True,
                          text=True, stdout=subprocess.PIPE).stdout
    names = {line.split()[0] for line in said.splitlines()}
    assert {line.split()[0] for line in (OLD / MODULES).read_text().splitlines()} - names == set(SUCCESSORS)


@pytest.mark.parametrize("name", SUCCESSORS)
def test_a_name_that_is_gone_has_a_successor(name: str) -> None:
    done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", name, "--stdio"],
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert f"{name} is gone: use {SUCCESSORS[name]}" in done.stderr


def test_command_lines_have_every_option() -> None:
    options = set(re.findall(r"^  (--[\w-]+)", (OLD / HELP).read_text(), re.MULTILINE))
    played = set(re.findall(r"--[\w-]+", " ".join(COMMAND_LINES)))
    assert options - played == {"--list-modules", "--help", "--version"}


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_command_line(line: str, tmp_path: Path) -> None:
    """It starts, and says the same ready lines."""
    master, slave = os.openpty()
    try:
        words = line.replace("DEVICE", os.ttyname(slave)).split()
        with subprocess.Popen([program_path("tlsmodem", "TLSMODEM").resolve(), *words],
                              cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}) as program:
            assert program.stdout is not None
            said = ""
            while said.count("ready: ") < len(PORT.findall(line)):
                heard = program.stdout.readline()
                assert heard, said
                said += heard
            program.terminate()
            program.communicate(timeout=START_S)
        assert program.returncode == 0
    finally:
        os.close(master)
        os.close(slave)
    kinds = re.findall(r"^ready: \S+ (\w+)", said, re.MULTILINE)
    assert kinds == PORT.findall(line)


@pytest.mark.parametrize("option", ["--help", "--version", "--list-modules"])
def test_what_only_prints(option: str) -> None:
    done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), option], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stdout and not done.stderr
