"""The player, with a program in place of engine_host that answers by a table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .certs import Certificates
from .player import Mismatch, echo_after, play
from .rewrite import as_lines, rewrite
from .transcript import parse_file

# Echoes until ATE0, knows AT, ATE0, SOON (DONE after 300 ms of virtual time), LATE (after a minute),
# and DATA, whose prompt takes three bytes.
FAKE_ENGINE = """\
import sys
now, echo, line, out, due, wanted = 0, True, b"", b"", [], 0
for request in sys.stdin:
    word, *rest = request.split()
    value = ""
    if word == "feed":
        for byte in bytes.fromhex(rest[0]):
            if echo: out += bytes((byte,))
            if wanted:
                wanted -= 1
                if not wanted: out += b"\\r\\nOK\\r\\n"
                continue
            line += bytes((byte,))
            if byte == 13:
                command, line = line[:-1], b""
                if command == b"ATE0": echo = False
                if command in (b"AT", b"ATE0"): out += b"\\r\\nOK\\r\\n"
                elif command == b"DATA": out, wanted = out + b"\\r\\n> ", 3
                elif command == b"SOON": due.append(now + 300)
                elif command == b"LATE": due.append(now + 60000)
                else: out += b"\\r\\nERROR\\r\\n"
    elif word in ("advance", "await"):
        end, start = now + int(rest[0]), now
        fired = [t for t in due if t <= end]
        if word == "await" and out: fired, end = [], now
        elif word == "await" and fired: end = min(fired)
        out += b"\\r\\nDONE\\r\\n" * len([t for t in due if t <= end])
        due, now = [t for t in due if t > end], end
        value = str(now - start) if word == "await" else ""
    elif word == "take":
        value, out = out.hex(), b""
    elif word == "quit":
        print("ok", flush=True)
        break
    print(("ok " + value).rstrip(), flush=True)
"""


@pytest.fixture(autouse=True)
def fake_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "fake_engine"
    program.write_text(f"#!{sys.executable}\n{FAKE_ENGINE}")
    program.chmod(0o755)
    monkeypatch.setenv("TLSMODEM_ENGINE_HOST", str(program))


def play_text(folder: Path, certificates: Certificates, text: str, backend: str = "engine") -> None:
    path = folder / "some.at"
    path.write_text("model he910\nsource a test\n" + text)
    play(parse_file(path), backend, certificates, folder)


@pytest.mark.parametrize("backend", ["engine", "engine-bytes", "engine-link"])
@pytest.mark.parametrize("text", [
    "> AT\n< OK\n",
    "> WHAT\n< ERROR\n> AT\n<~ O(?P<rest>.)\n> WHAT${rest}\n< ERROR\n",
    "> ATE0\n< OK\n> AT\n< OK\n",
    "> SOON\nafter 299ms nothing\n< DONE\nafter 10s nothing\n",
    "> SOON\nwait 1s\n< DONE\n",
    "> LATE\nafter 59s nothing\n< DONE\n",
    '> AT\n< burst "\\r\\nOK\\r\\n"\n> SOON\n< burst "\\r\\nDONE\\r\\n"\n',
])
def test_what_is_right_passes(tmp_path: Path, certificates: Certificates, text: str,
                              backend: str) -> None:
    play_text(tmp_path, certificates, text, backend)


@pytest.mark.parametrize(("text", "why"), [
    ("> AT\n< ERROR\n", r"some.at:4: < ERROR"),
    ("> AT\n< ERROR\n", r"expected AT\\r\\r\\n>>>ERROR|>>>ERROR"),
    ("> AT\n", "the module says more"),
    ("> AT\n< OK\n< OK\n", r"\(nothing more\)"),
    ("> SOON\nafter 301ms nothing\n", "after 0.300 s came"),
    ("> LATE\n< DONE\n", r"\(nothing more\)"),
    ("> AT\n<~ K\n", "does not match"),
    ("> AT${nothing}\n", "no variable"),
    ("echo off\n> AT\n< OK\n", "got"),
    ('> ATE0\n< OK\n> bytes "AT\\rAT\\r"\n< burst "\\r\\nOK\\r\\n"\n< OK\n', "got"),
])
def test_what_is_wrong_fails(tmp_path: Path, certificates: Certificates, text: str,
                             why: str) -> None:
    with pytest.raises(Mismatch, match=why):
        play_text(tmp_path, certificates, text)


@pytest.mark.parametrize(("line", "before", "after"), [
    (b"ATE0\r", True, False), (b"ATE\r", True, False), (b"ate1\r", False, True),
    (b"ATE0Q0V1X1&K0\r", True, False), (b"AT&K0E0\r", True, False), (b"AT&F\r", False, True),
    (b"ATZ\r", False, True), (b"AT+CMEE=2\r", True, True), (b"AT#SSLEN=1,1\r", False, False),
    (b"AT+CGDCONT=1,\"E0\"\r", True, True)])
def test_echo_is_followed(line: bytes, before: bool, after: bool) -> None:
    assert echo_after(line, before) is after


def test_rewrite_puts_the_real_answers_in(tmp_path: Path, certificates: Certificates) -> None:
    path = tmp_path / "some.at"
    head = "model he910\nsource a test\n\n# comment\n> AT\n"
    path.write_text(head + "< ERROR\n< 17\n> WHAT\n< ERROR\n> SOON\n")
    assert rewrite(parse_file(path), "engine", certificates, tmp_path)
    assert path.read_text() == head + "< OK\n> WHAT\n< ERROR\n> SOON\n"
    assert not rewrite(parse_file(path), "engine", certificates, tmp_path)


def test_rewrite_for_several_models(tmp_path: Path, certificates: Certificates) -> None:
    path = tmp_path / "some.at"
    head = "models he910 gl865\nsource a test\n\n"
    path.write_text(head + "> AT\n> WHAT\n> AT\n")
    parsed = parse_file(path)  # once for all of them, as the transcripts' test does
    assert rewrite(parsed.for_model("he910"), "engine", certificates, tmp_path)
    assert not rewrite(parsed.for_model("gl865"), "engine", certificates, tmp_path)
    assert path.read_text() == head + "> AT\n< OK\n> WHAT\n< ERROR\n> AT\n< OK\n"


@pytest.mark.parametrize(("typed", "whole"), [
    # Nothing but what is typed: answers come behind each line, also late ones, without an echo, and a prompt.
    ('> AT\n> SOON\n> DATA\n> data "abc"\n> ATE0\n\n# comment\n> WHAT\n> AT\n',
     '> AT\n< OK\n> SOON\n< DONE\n> DATA\n< prompt\n> data "abc"\n< OK\n> ATE0\n< OK\n\n# comment\n'
     "> WHAT\n< ERROR\n> AT\n< OK\n"),
    # Lines added to a file that has answers.
    ("> AT\n< OK\n> AT\n> WHAT\n> AT\n< OK\n> WHAT\n",
     "> AT\n< OK\n> AT\n< OK\n> WHAT\n< ERROR\n> AT\n< OK\n> WHAT\n< ERROR\n"),
])
def test_rewrite_adds_what_is_missing(tmp_path: Path, certificates: Certificates, typed: str,
                                      whole: str) -> None:
    path = tmp_path / "some.at"
    head = "model he910\nsource a test\n\n"
    path.write_text(head + typed)
    assert rewrite(parse_file(path), "engine", certificates, tmp_path)
    assert path.read_text() == head + whole
    assert not rewrite(parse_file(path), "engine", certificates, tmp_path)


@pytest.mark.parametrize(("data", "lines"), [
    (b"\r\n#A: 0\r\nTIMEOUT\r\n\r\nOK\r\n", ["< #A: 0", "<| TIMEOUT", "< OK"]),
    (b"\r\n> ", ["< prompt"]),
    (b"\x00\x01\r\n\r\nOK\r\n", ['< bytes "\\x00\\x01"', '< bytes "\\r\\n"', "< OK"]),
])
def test_answers_as_lines(data: bytes, lines: list[str]) -> None:
    assert as_lines(data) == lines
