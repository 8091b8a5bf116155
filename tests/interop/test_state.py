"""tlsmodem state: what modems keep, from one folder to another by a file.

Source: docs/state.md.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.modem import Modem, program_path
from support.patience import ANSWER_S

from .older_state import ANSWERS, MEMORIES, answers

FIXTURES = Path(__file__).resolve().parent
FOLDERS = ["state_0_1", "state_0_2"]


def state(*words: str | Path, home: Path | None = None, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in ("STATE_DIRECTORY", "XDG_STATE_HOME")}
    if home is not None:
        environment["XDG_STATE_HOME"] = str(home)
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "state", *words], input=given, capture_output=True,
                          check=False, env=environment)


def good(*words: str | Path, given: bytes = b"") -> bytes:
    done = state(*words, given=given)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


def refused(status: int, *words: str | Path, given: bytes = b"") -> str:
    done = state(*words, given=given)
    assert (done.returncode, done.stdout) == (status, b"")
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and lines[0].startswith("tlsmodem: state: ")
    return lines[0].removeprefix("tlsmodem: state: ")


def copy_of(name: str, folder: Path) -> Path:
    """A folder as an older program left it."""
    folder.mkdir(mode=0o700)
    for path in (FIXTURES / name).glob("nvm.*"):
        shutil.copyfile(path, folder / path.name)
        (folder / path.name).chmod(0o600)
    return folder


@pytest.mark.parametrize("name", FOLDERS)
def test_another_folder_answers_the_same(name: str, tmp_path: Path) -> None:
    """Secrets, too, though the other folder has a key of its own."""
    old, new, file = copy_of(name, tmp_path / "old"), tmp_path / "new", tmp_path / "file.json"
    good("export", file, "--state", old)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    good("import", file, "--state", new)
    assert (old / "nvm.key").read_bytes() != (new / "nvm.key").read_bytes()
    for model in MEMORIES:
        assert answers(model, new) == json.loads((FIXTURES / name / ANSWERS).read_text())[model]


def test_a_file_of_then_is_taken(tmp_path: Path) -> None:
    """The file's own format, as 0.2 wrote it."""
    good("import", FIXTURES / "state_0_2" / "exported.json", "--state", tmp_path / "new")
    for model in MEMORIES:
        assert answers(model, tmp_path / "new") == json.loads((FIXTURES / "state_0_2" / ANSWERS).read_text())[model]


def test_by_way_of_a_pipe(tmp_path: Path) -> None:
    text = good("export", "-", "--state", copy_of("state_0_1", tmp_path / "old"))
    good("import", "-", f"--state={tmp_path / 'new'}", given=text)
    assert good("export", "-", "--state", tmp_path / "new") == text


def test_secrets_are_marked_and_bytes_are_base64(tmp_path: Path) -> None:
    document = json.loads(good("export", "-", "--state", copy_of("state_0_1", tmp_path / "old")))
    assert document["tlsmodem-state"] == 1
    for entry in document["modems"]["he910"]:
        assert entry.get("secret", False) is entry["key"].startswith("security/")
    document["modems"] = {"he910": [{"key": "bytes", "secret": True, "base64": base64.b64encode(bytes(range(256))).decode()},
                                    {"key": "empty", "text": ""}, {"key": "control", "text": "a\u0000\u0001b"}]}
    good("import", "-", "--state", tmp_path / "new", given=json.dumps(document).encode())
    back = json.loads(good("export", "-", "--state", tmp_path / "new"))["modems"]["he910"]
    assert {entry["key"]: entry for entry in back} == {
        "bytes": document["modems"]["he910"][0], "empty": {"key": "empty", "text": ""},
        "control": {"key": "control", "base64": base64.b64encode(b"a\0\1b").decode()}}


def test_two_memories_are_not_joined(tmp_path: Path) -> None:
    """One modem that keeps something refuses the whole file, and nothing changes."""
    text = good("export", "-", "--state", copy_of("state_0_1", tmp_path / "old"))
    new = tmp_path / "new"
    document = json.loads(text)
    document["modems"] = {"l610": document["modems"]["l610"]}
    good("import", "-", "--state", new, given=json.dumps(document).encode())
    before = good("export", "-", "--state", new)
    said = refused(1, "import", "-", "--state", new, given=text)
    assert "has entries of modem l610 already, and two memories are not joined" in said
    assert good("export", "-", "--state", new) == before


def test_no_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_text("mine")
    said = refused(1, "export", file, "--state", copy_of("state_0_1", tmp_path / "old"))
    assert "File exists" in said and file.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.json", "old"]


def test_a_folder_in_use_is_said(tmp_path: Path) -> None:
    with Modem("he910", state=tmp_path / "state"):
        assert "in use" in refused(1, "export", "-", "--state", tmp_path / "state")
        assert "in use" in refused(1, "import", FIXTURES / "state_0_2" / "exported.json", "--state", tmp_path / "state")


def test_nothing_is_made_by_an_export(tmp_path: Path) -> None:
    assert "keeps nothing of modems" in refused(1, "export", "-", "--state", tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_the_default_folder_is_that_of_a_run(tmp_path: Path) -> None:
    copy_of("state_0_1", tmp_path / "tlsmodem")
    assert b"he910" in state("export", "-", home=tmp_path).stdout


def test_a_damaged_secret_ends_an_export(tmp_path: Path) -> None:
    folder = copy_of("state_0_1", tmp_path / "old")
    import sqlite3
    with sqlite3.connect(folder / "nvm.sqlite") as database:
        database.execute("UPDATE entry SET value=zeroblob(length(value)) WHERE modem='he910' AND secret=1")
    database.close()
    said = refused(1, "export", tmp_path / "file.json", "--state", folder)
    assert "security/1/1" in said or "he910" in said
    assert not (tmp_path / "file.json").exists()


def test_a_disk_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    """The folder as it is in a mount of its own, read-only: no modem, one line, nothing changed."""
    folder = copy_of("state_0_1", tmp_path / "old")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    script = f'mount --bind "{folder}" "{folder}" && mount -o remount,ro,bind "{folder}" || exit 77; exec "$@"'
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script, "sh", program_path("tlsmodem", "TLSMODEM").resolve(),
                           "--module", "he910", "--stdio", "--state", folder], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no mount of one's own here: {done.stderr.strip()}")
    assert done.returncode == 1 and "Read-only file system" in done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript("DROP TABLE entry; CREATE TABLE other(x); PRAGMA user_version = 0")


def newer_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA user_version = 99")


def no_database(path: Path) -> None:
    path.write_bytes(b"a note of somebody\n" * 300)


def bad_page(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[100:3100] = b"\xa5" * 3000
    path.write_bytes(whole)


@pytest.mark.parametrize(("spoil", "why"), [
    (other_program, "is a database of another program; choose another folder, or move it away"),
    (newer_program, "has format 99"),
    (no_database, "file is not a database"),
    (bad_page, "put it back from a backup, or move it away to start anew"),
])
@pytest.mark.parametrize("name", FOLDERS)
def test_a_store_that_is_none_of_ours_is_left_alone(name: str, spoil: Callable[[Path], None], why: str, tmp_path: Path) -> None:
    """The program does not start, says so in one line, and changes nothing; with a file of modems as well."""
    folder = copy_of(name, tmp_path / "old")
    spoil(folder / "nvm.sqlite")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    config = tmp_path / "modems.yaml"
    config.write_text(f"modems: [{{module: he910, state: {folder}, ports: [{{unix: port}}]}}]\n")
    for options in (["--module", "he910", "--state", folder, "--unix", tmp_path / "port"], ["--config", config]):
        done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=ANSWER_S)
        [line] = done.stderr.splitlines()
        assert (done.returncode, done.stdout) == (1, "")
        assert str(folder / "nvm.sqlite") in line and why in line
        assert not (tmp_path / "port").exists()
        assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "nvm.lock"} == before


ENTRY = '{"tlsmodem-state":1,"modems":{"he910":[%s]}}'


@pytest.mark.parametrize("text, why", [
    ("", "is no JSON"),
    ("{", ":1:1: this is no JSON"),
    ("[]", "tlsmodem-state is wrong because it is missing"),
    ('{"tlsmodem-state":2,"modems":{}}', "a newer program has written it"),
    ('{"tlsmodem-state":1,"tlsmodem-state":1,"modems":{}}', "is no JSON: duplicate"),
    ('{"tlsmodem-state":1}', "modems is wrong because it is no object"),
    ('{"tlsmodem-state":1,"modems":{},"more":1}', "more is wrong because it is unknown; allowed: tlsmodem-state, modems"),
    ('{"tlsmodem-state":1,"modems":{"he910":{}}}', 'modems: "he910": it is wrong because it is no list'),
    ('{"tlsmodem-state":1,"modems":{"%s":[]}}' % ("x" * 64), "the name is wrong because it is empty or too long"),
    (ENTRY % "1", 'modems: "he910": entry 1: it is wrong because it is no object'),
    (ENTRY % '{"key":"a","text":"b","value":1}', "value is wrong because it is unknown"),
    (ENTRY % '{"text":"b"}', "key is wrong because it is no name"),
    (ENTRY % ('{"key":"%s","text":"b"}' % ("x" * 64)), "key is wrong because it is no name"),
    (ENTRY % '{"key":"a","text":"b"},{"key":"a"}', "entry 2: a is wrong because it has not one value"),
    (ENTRY % '{"key":"a","text":"b","base64":"YQ=="}', "a is wrong because it has not one value"),
    (ENTRY % '{"key":"a","base64":"?"}', "base64 is wrong because it is none"),
    (ENTRY % '{"key":"a","secret":1,"text":"b"}', "secret is wrong because it is neither true nor false"),
    (ENTRY % '{"key":"a","text":"b"},{"key":"a","text":"c"}', "entry 2: a is wrong because it is there twice"),
])
def test_a_wrong_file_is_told(text: str, why: str, tmp_path: Path) -> None:
    """With its place, and no folder is made."""
    file = tmp_path / "file.json"
    file.write_text(text)
    said = refused(2, "import", file, "--state", tmp_path / "new")
    assert said.startswith(f"{file}:") and why in said
    assert not (tmp_path / "new").exists()


def test_what_is_too_large_is_told_and_nothing_is_stored(tmp_path: Path) -> None:
    text = ENTRY % '{"key":"a","text":"b"},{"key":"large","text":"%s"}' % ("x" * 16385)
    said = refused(2, "import", "-", "--state", tmp_path / "new", given=text.encode())
    assert 'modems: "he910": entry 2: large is wrong because it is larger than 16384 bytes; allowed: up to 16384 bytes' in said
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("words", [[], ["export"], ["frob", "x"], ["export", "x", "y"], ["import", "x", "--frob"],
                                   ["export", "x", "--state"], ["export", "x", "--state="]])
def test_a_wrong_use_is_told(words: list[str]) -> None:
    assert "allowed: export FILE, import FILE, --state DIR" in refused(2, *words)


def test_help_says_what_there_is() -> None:
    assert b"usage: tlsmodem state export FILE" in good("--help")
