"""README.md's lines, played: command lines, and conversations against a server as they are today.

Source: README.md.  A block of a conversation begins with a command line of `--stdio`; then come
what the host types (AT…) and what the module answers.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, START_S
from support.servers import Nginx

README = (REPOSITORY / "README.md").read_text()
PROGRAM = "build/tlsmodem"
# What OpenSSL 3 and nginx offer unless they are told otherwise.
TODAY = {"protocols": "TLSv1.2 TLSv1.3", "ciphers": "HIGH:!aNULL:!MD5"}


def blocks() -> list[list[str]]:
    """The indented blocks, empty lines within a conversation left out."""
    found: list[list[str]] = [[]]
    for line in README.splitlines():
        if line.startswith("    "):
            found[-1].append(line.strip())
        elif line and found[-1]:
            found.append([])
    return [block for block in found if block]


def command_lines() -> list[list[str]]:
    return [shlex.split(line, comments=True) for block in blocks() for line in block
            if line.startswith(PROGRAM)]


def conversations() -> list[list[str]]:
    return [block for block in blocks()
            if block[0].startswith(PROGRAM) and "--stdio" in block[0] and len(block) > 1]


def start(words: list[str], folder: Path) -> subprocess.Popen[bytes]:
    program = program_path("tlsmodem", "TLSMODEM").resolve()
    return subprocess.Popen([program, *words[1:]], cwd=folder, stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"})


def test_there_is_something_to_play() -> None:
    assert len(command_lines()) >= 3 and len(conversations()) >= 2


@pytest.mark.parametrize("words", command_lines(), ids=" ".join)
def test_command_line(words: list[str], tmp_path: Path) -> None:
    """It starts, says the ready line that the text promises, and ends as it should."""
    with start(words, tmp_path) as program:
        stream = program.stderr if "--stdio" in words else program.stdout
        assert stream is not None
        ready = stream.readline().decode()
        assert ready.startswith(f"ready: {words[words.index('--module') + 1]} ")
        if "--stdio" not in words:
            assert f"`{ready.strip()}`" in README
        program.terminate()
        program.communicate(timeout=START_S)
        assert program.returncode == 0


def typed(block: list[str], port: int) -> bytes:
    lines = [line.replace("example.org", "localhost").replace("443", str(port))
             for line in block[1:] if line.startswith("AT")]
    return "".join(f"{line}\r" for line in lines).encode()


def expected(block: list[str]) -> re.Pattern[bytes]:
    """Its answers in this order; an address is the network's affair."""
    answers = [re.escape(line) for line in block[1:] if not line.startswith("AT")]
    pattern = ".*?".join(answers)
    return re.compile(re.sub(r"(\d+\\\.){3}\d+", r"[0-9.]+", pattern).encode(), re.DOTALL)


@pytest.mark.parametrize("block", conversations(), ids=lambda block: block[0])
def test_conversation(block: list[str], tmp_path: Path,
                      nginx: Callable[..., Nginx]) -> None:
    """Against a server of today each line of the host is answered as it is printed."""
    server = nginx(**TODAY)
    with start(shlex.split(block[0]), tmp_path) as program:
        assert program.stdin is not None
        program.stdin.write(typed(block, server.port))
        program.stdin.flush()
        heard = read_until(program, expected(block))
        program.kill()
        assert b"ERROR" not in heard


def read_until(program: subprocess.Popen[bytes], pattern: re.Pattern[bytes]) -> bytes:
    """What it says until that is said; fails when it ends or is silent for too long."""
    heard = b""
    assert program.stdout is not None
    while not pattern.search(heard):
        ready, _, _ = select.select([program.stdout], [], [], ANSWER_S)
        data = os.read(program.stdout.fileno(), 4096) if ready else b""
        assert data, f"{pattern.pattern!r} is not in {heard!r}"
        heard += data
    return heard


def test_every_option_is_told() -> None:
    """README names each option of --help; that those of README exist, tools/check_documents sees."""
    said = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--help"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    options = re.findall(r"^  (?:-\w, )?(--[\w-]+)", said, re.MULTILINE)
    assert "--module" in options
    told = {word for span in re.findall(r"`([^`]+)`", README)
            for word in re.findall(r"--[\w-]+", span)}
    assert set(options) - told == {"--help"}


def test_changelog_begins_with_this_version() -> None:
    said = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--version"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    match = re.search(r"^## ([\d.]+)", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert match and said.splitlines()[0] == f"tlsmodem {match[1]}"
