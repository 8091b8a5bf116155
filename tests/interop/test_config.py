"""Files of modems: what is wrong with one and where, and what runs by a good one.

Source: docs/configuration.md.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S

PAGE = REPOSITORY / "docs" / "configuration.md"


def check(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--config", path, "--check-config",
                           *options], capture_output=True, text=True, timeout=ANSWER_S, check=False)


def wrong(path: Path) -> list[str]:
    """What is said of a file that is wrong."""
    result = check(path)
    assert result.returncode == 2
    assert result.stdout == ""
    return result.stderr.splitlines()


EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_page_are_good(example: str, tmp_path: Path) -> None:
    path = tmp_path / "modems.yaml"
    path.write_text(example)
    for name in re.findall(r"\S+\.(?:pem|txt)\b", example):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("490154203237518\n")
    result = check(path)
    assert (result.returncode, result.stderr) == (0, "")


def test_every_key_has_an_example() -> None:
    page = PAGE.read_text()
    rows = [key for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
            for key in re.findall(r"`([a-z-]+)`", row)]
    assert len(rows) > 15
    for key in rows:
        assert any(re.search(rf"\b{key}:", example) for example in EXAMPLES), key


def test_each_mistake_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("modems:\n  - module: m95\n    ports: [{tcp: x}]\n")
    path = tmp_path / "modems.yaml"
    path.write_text("""\
include: [more.yaml]
modems:
  - module: he910
    imei: "490154203237517"
    signal: 40
    ports: [{pty: a}]
""")
    assert wrong(path) == [
        f"{tmp_path}/more.yaml:3:19: tcp: \"x\" is wrong because it has no port; allowed: [HOST:]PORT with PORT from "
        "0 to 65535",
        f"{path}:4:11: imei: \"490154203237517\" is wrong because its last digit, the check digit, would be 8; "
        "allowed: 14 digits, the check digit is added, or 15 with it, or a TAC of 8 digits",
        f"{path}:5:13: signal: \"40\" is wrong because +CSQ has no such strength; allowed: 0 to 31, or 99: not known",
    ]


@pytest.mark.parametrize(("include", "why"), [
    ("missing.yaml", "it cannot be read: No such file or directory"),
    ("modems.yaml", "it includes itself"),
    (".", "it cannot be read: it is no regular file"),
])
def test_a_file_that_cannot_be_included(include: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "modems.yaml"
    path.write_text(f"include:\n  - {include}\n")
    lines = wrong(path)
    assert lines[0].startswith(f"{path}:2:5: include: \"{include}\" is wrong because {why}; allowed: ")


def test_a_megabyte_of_anything_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "modems.yaml"
    for data in (bytes(range(256)) * 4096, b"[" * 1_000_000, b"{a: " * 250_000, b"- " * 500_000,
                 b"a: &a [" + b"*a," * 300_000, b'"' + b"x" * 1_000_000 + b'": 1', b"\n" * 1_000_000,
                 b"? " * 500_000, b"a:\n " * 200_000):
        path.write_bytes(data)
        lines = wrong(path)
        assert 1 <= len(lines) <= 21
        assert all(line.startswith(f"{path}:") for line in lines)
    path.write_bytes(b"#" * (16 * 1024 * 1024 + 1))
    assert wrong(path)[0].startswith(f"{path}: the file cannot be read: it is too large;")
