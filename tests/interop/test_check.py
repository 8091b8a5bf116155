"""`tlsmodem check`: its command line, what it prints, its exit status and JUnit."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from shutil import copytree
from xml.etree import ElementTree

import pytest

from support.modem import program_path
from support.program import run_program
from support.servers import free_port

from .observe import wait_until
from .together import Outcomes, together

TRANSCRIPTS = Path(__file__).resolve().parents[1] / "transcripts"
MAKERS = ("telit", "quectel", "fibocom")
HEAD = "models he910 gl865\nsource a test\n"
AS_WRITTEN, DIFFERENT, WRONG = 0, 1, 2


def check(*words: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run_program("check", *words, cwd=folder)


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_as_written(tmp_path: Path) -> None:
    done = check(write(tmp_path, "a.at", HEAD + "> AT\n< OK\n"))
    assert (done.returncode, done.stderr) == (AS_WRITTEN, "")
    assert re.fullmatch(r"1 transcript, 2 plays in .* s: 2 as written, 0 different, 0 wrong\n", done.stdout)


def test_different(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HEAD + "> AT\n< OK\n> AT\n< ERROR\n")
    done = check(path)
    assert (done.returncode, done.stderr) == (DIFFERENT, "")
    assert done.stdout.startswith(f"{path}: he910: different\n{path}:6: < ERROR\n  expected:\n")
    assert "    expected \\r\\n»ERROR\\r\\n\n    received \\r\\n»OK\\r\\n\n" in done.stdout
    assert done.stdout.count("expected:") == 1, "the same difference of another model is told in a line"
    assert f"{path}: gl865: the same\n" in done.stdout


@pytest.mark.parametrize(("words", "said"), [
    ([], "a transcript is needed"),
    (["--nothing"], "unknown option --nothing; allowed: --module"),
    (["--module", "he911", "a.at"], r'"he911" is no module; .*he910.*--list-modules'),
    (["--module"], "--module needs NAME"),
    (["--bytes=1", "a.at"], "--bytes takes no value"),
    (["--link", "nothing=1", "a.at"], "--link: "),
    (["--address", "localhost", "a.at"], '--address: "localhost" is no address; allowed: '),
    (["--uart", "nowhere", "a.at"], "uart nowhere: cannot open it"),
    (["--uart", "/dev/null", "a.at"], "uart /dev/null: not a serial device"),
    (["--uart", "nowhere,1", "a.at"], "--uart: "),
    (["--run", "uart", "a.at"], '--run: "uart" is no kind of port; allowed: pty, tcp, unix, stdio'),
    (["--run", "pty", "--uart", "nowhere", "a.at"], "--run starts a module, .*; allowed: one of both"),
    (["--jobs", "2", "--tcp", "1", "a.at"], "plays one file after the other; allowed: --jobs without"),
    (["--jobs", "0", "a.at"], '--jobs: "0" is wrong; allowed: 1 to 64'),
    (["--tcp", "here", "a.at"], '--tcp: "here" is wrong'),
    (["--tcp", "1", "a.at"], "tcp 127.0.0.1 port 1: cannot connect: "),
    (["--unix", "nowhere", "a.at"], "unix nowhere: cannot connect: No such file"),
    (["--run", "pty", "--map", "1", "a.at"], "--map: "),
    (["--set", "=1", "a.at"], '--set: "=1" sets nothing; allowed: NAME=VALUE'),
    (["--set", "a-b=1", "a.at"], "sets nothing"),
    (["--set", "a=@nowhere", "a.at"], "--set: nowhere: No such file"),
    (["nowhere.at"], "nowhere.at: not found; allowed: a file, or a folder"),
    (["empty"], r"empty: no file in it is named \*\.at; allowed: a file, or a folder"),
    (["wrong.at"], r"wrong.at:2: .*; allowed: "),
    (["model.at"], r'model.at:1: model: "nothing" is wrong because .*; allowed: '),
])
def test_wrong_use(tmp_path: Path, words: list[str], said: str) -> None:
    write(tmp_path, "a.at", HEAD + "> AT\n< OK\n")
    write(tmp_path, "wrong.at", "model he910\nnothing at all\n")
    write(tmp_path, "model.at", "model nothing\nsource a test\n> AT\n< OK\n")
    (tmp_path / "empty").mkdir()
    done = check(*words, folder=tmp_path)
    assert done.returncode == WRONG
    assert re.search(said, done.stderr + done.stdout)


def test_folders_in_a_folder(tmp_path: Path) -> None:
    for name in ("b", "a/deep", "include", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
        write(tmp_path / name, "a.at", HEAD + "> AT\n< OK\n")
    write(tmp_path, "z.at", HEAD + "> AT\n< ERROR\n")
    done = check("--junit", "out.xml", f"{tmp_path}/", folder=tmp_path)
    assert done.returncode == DIFFERENT
    assert "3 transcripts, 6 plays" in done.stdout
    told = (tmp_path / "out.xml").read_text()
    places = [told.index(f"{tmp_path}/{name}") for name in ("z.at", "a/deep/a.at", "b/a.at")]
    assert places == sorted(places)


def test_a_wrong_file_fells_no_other(tmp_path: Path) -> None:
    write(tmp_path, "a.at", HEAD + "> AT\n< OK\n")
    write(tmp_path, "b.at", "nothing\n")
    write(tmp_path, "c.at", HEAD + "> AT\n< ERROR\n")
    write(tmp_path, "d.txt", "no transcript")
    done = check(tmp_path)
    assert done.returncode == WRONG
    assert "3 transcripts, 5 plays" in done.stdout and "2 as written, 2 different, 1 wrong" in done.stdout
    assert re.search(r"b\.at:1: ", done.stderr)


def test_help() -> None:
    done = check("--help")
    assert done.returncode == 0
    for option in ("--module", "--uart", "--tcp", "--unix", "--run", "--jobs", "--address", "--set", "--junit", "--bytes", "--link", "Exit status"):
        assert option in done.stdout


def test_module_instead_of_those_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", "models gl865 he910 name=HE910\nsource a test\n> AT+CGMM\n< ${name}\n< OK\n")
    assert check(path, "--module", "he910").returncode == AS_WRITTEN
    assert check(path).returncode == DIFFERENT
    assert check(path, "--module=M95").returncode == DIFFERENT


def test_values(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HEAD + "> AT${more}\n< ${answer}\n")
    secret = write(tmp_path, "secret", "OK")
    assert check(path, "--set", "more=E1", "--set", f"answer=@{secret}").returncode == AS_WRITTEN
    assert check(path, "--set", "more=E1", "--set", "answer=NO").returncode == DIFFERENT
    done = check(path, "--set", "more=E1")
    assert done.returncode == WRONG
    assert "no variable ${answer}; allowed: those that --set gives (--set answer=VALUE), and those of certificates\n" in done.stdout


def test_a_line_end_of_a_value_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HEAD + '> AT\n< bytes "\\r\\n${answer}\\r\\n"\n')
    line, lines, bare = (write(tmp_path, name, text) for name, text in (("1", "OK\n"), ("2", "a\nb\n"), ("3", "OK")))
    done = check(path, "--set", f"answer=@{line}")
    assert done.returncode == DIFFERENT
    assert done.stderr == f"tlsmodem: check: --set answer: {line} ends in a line end, which counts\n"
    assert check(path, "--set", f"answer=@{lines}").stderr == "", "PEM and such end so"
    assert check(path, "--set", f"answer=@{bare}").returncode == AS_WRITTEN


def test_certificates_are_made(tmp_path: Path) -> None:
    """They are as the module's commands take them: their sizes, and PEM with LF alone."""
    names = [f"{name}{form}" for name in ("ca", "server_intermediate", "client_other_ca", "server_expired_ca")
             for form in ("_pem", "_der", "_key_pem", "_key_der")]
    text = "model he910\nsource a test\necho off\n> ATE0\n< bytes \"ATE0\\r\"\n< OK\n" + "".join(
        f"> AT#NOTHING=${{{name}_size}}\n< ERROR\n" for name in names)
    assert check(write(tmp_path, "a.at", text)).returncode == AS_WRITTEN
    wrong = check(write(tmp_path, "b.at", HEAD + "> ${nobody_pem}\n"))
    assert wrong.returncode == WRONG


def test_only(tmp_path: Path) -> None:
    engine = write(tmp_path, "a.at", HEAD + "only engine whole\n> AT\n< OK\n")
    real = write(tmp_path, "b.at", HEAD + "only pty\n> AT\n< ERROR\n")
    assert "2 as written, 0 different, 0 wrong; 2 left out" in check(engine, real).stdout
    done = check("--bytes", engine, real)
    assert (done.returncode, done.stderr) == (WRONG, "tlsmodem: check: nothing was played: all is left out\n")
    assert done.stdout.startswith(
        f"{engine}: he910: left out\nnot byte by byte: the file says `only whole`\n{engine}: gl865: the same\n"
        f"{real}: he910: left out\nnot by the engine: the file says `only pty`\n{real}: gl865: the same\n")
    assert "0 plays in 0.0 s: 0 as written, 0 different, 0 wrong; 4 left out\n" in done.stdout


def test_junit(tmp_path: Path) -> None:
    write(tmp_path, "a\x1b&<.at", HEAD + "only pty\n> AT\n")
    write(tmp_path, "b.at", HEAD + '> AT\n< "<&>]]>…"\n')
    write(tmp_path, "c.at", HEAD + "> AT\n< OK\n")
    write(tmp_path, "d.at", "nothing\n")
    done = check(tmp_path, "--junit", tmp_path / "out.xml")
    assert done.returncode == WRONG
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert suite.tag == "testsuite"
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7", "failures": "2", "errors": "1", "skipped": "2"}
    cases = list(suite)
    assert all(case.tag == "testcase" and case.get("classname") and float(case.get("time") or "x") >= 0
               for case in cases)
    assert [case.get("name") for case in cases] == ["he910", "gl865"] * 3 + ["wrong file"]
    assert [[child.tag for child in case] for case in cases] == [
        ["skipped"], ["skipped"], ["failure"], ["failure"], [], [], ["error"]]
    failure = cases[2][0]
    assert failure.get("message", "").endswith('b.at:4: < "<&>]]>…"')
    assert "expected:" in (failure.text or "") and "OK" in (failure.text or "")
    nowhere = check(tmp_path / "c.at", "--junit", tmp_path / "nowhere" / "out.xml")
    assert (nowhere.returncode, nowhere.stdout) == (WRONG, ""), "before anything plays"
    assert f"--junit: {tmp_path / 'nowhere' / 'out.xml'}: No such file or directory\n" in nowhere.stderr


# What the module says is put in.

HE910 = "model he910\nsource a test\n\n# comment\n"


@pytest.mark.parametrize(("typed", "whole"), [
    # Nothing but what is typed: answers come behind each line, also late ones, without an echo, and a prompt.
    ('> AT\n> ATE0\n\n# comment\n> HELLO\n> AT#NOTHING\n> ATE1\n> AT+CMGF=1\n> AT+CMGW="1"\n> data "abc"\n> ctrl-z\n',
     '> AT\n< OK\n> ATE0\n< OK\n\n# comment\n> HELLO\n> AT#NOTHING\n< ERROR\n> ATE1\n< OK\n'
     '> AT+CMGF=1\n< OK\n> AT+CMGW="1"\n< prompt\n> data "abc"\n> ctrl-z\n< +CMGW: 1\n< OK\n'),
    # Lines added to a file that has answers, wrong ones, and some too many.
    ("> AT\n< OK\n> AT\n> AT#NOTHING\n> AT\n< OK\n> AT#NOTHING\n",
     "> AT\n< OK\n> AT\n< OK\n> AT#NOTHING\n< ERROR\n> AT\n< OK\n> AT#NOTHING\n< ERROR\n"),
    ("> AT\n< ERROR\n< 17\n> AT#NOTHING\n< ERROR\n", "> AT\n< OK\n> AT#NOTHING\n< ERROR\n"),
    # No end of line, CR before it, a file that is right.
    ("> AT", "> AT\n< OK\n"),
    ("> AT\n<~ O.\n", "> AT\n<~ O.\n"),
])
def test_rewrite(typed: str, whole: str, tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HE910 + typed)
    done = check("--rewrite", path)
    assert done.returncode == AS_WRITTEN, done.stdout + done.stderr
    assert path.read_text() == HE910 + whole
    assert ("rewritten" in done.stdout) == (typed != whole)
    assert "rewritten" not in check("--rewrite", path).stdout and path.read_text() == HE910 + whole
    assert check(path).returncode == AS_WRITTEN
    assert list(tmp_path.iterdir()) == [path]


def test_rewrite_keeps_mode_links_and_neighbours(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HE910 + "> AT\n< ERROR\n")
    path.chmod(0o600)
    neighbour = write(tmp_path, "a.at.new", "precious")
    link = tmp_path / "link.at"
    link.symlink_to(path)
    assert "rewritten" in check("--rewrite", link).stdout
    assert path.read_text() == HE910 + "> AT\n< OK\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert link.is_symlink() and neighbour.read_text() == "precious"
    assert len(list(tmp_path.iterdir())) == 3


def test_rewrite_for_several_models_and_includes(tmp_path: Path) -> None:
    included = write(tmp_path, "more", "> AT\n< OK\n")
    path = write(tmp_path, "a.at", HEAD + "include more\n> AT#CGMM\n> AT\n")
    done = check("--rewrite", path)
    assert done.returncode == AS_WRITTEN and done.stdout.count("rewritten") == 2, "each leaves what it says"
    assert included.read_text() == "> AT\n< OK\n"
    assert path.read_text() == HEAD + "include more\n> AT#CGMM\n< #CGMM: GL865\n< OK\n> AT\n< OK\n"


def test_rewrite_leaves_what_is_right(tmp_path: Path) -> None:
    for folder in (*MAKERS, "include"):
        copytree(TRANSCRIPTS / folder, tmp_path / folder)
    done = check("--rewrite", *(tmp_path / maker for maker in MAKERS))
    assert done.returncode == AS_WRITTEN and "rewritten" not in done.stdout


def test_rewrite_needs_the_rest_to_be_right(tmp_path: Path) -> None:
    text = HE910 + "peer server port tcp\n> AT\npeer closes\n"
    path = write(tmp_path, "a.at", text)
    assert check("--rewrite", path).returncode == DIFFERENT
    assert path.read_text() == text


# Against a real module: the daemon on a pseudo-terminal, with peers on sockets.


@contextmanager
def real(model: str, folder: Path, ports: int = 1) -> Iterator[list[str]]:
    """A module, as what --uart takes."""
    paths = [str(folder / f"port{number}") for number in range(ports)]
    daemon = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", model, "--state", "none",
                               *(word for path in paths for word in ("--pty", path))], stdout=subprocess.PIPE)
    assert daemon.stdout is not None
    for _ in paths:
        assert daemon.stdout.readline().startswith(b"ready: ")
    try:
        yield [word for path in paths for word in ("--uart", path)]
    finally:
        daemon.terminate()
        assert daemon.wait() == 0
        daemon.stdout.close()


@pytest.mark.parametrize(("model", "name"), [
    ("he910", "telit/client-authentication"), ("gl865", "telit/fast-dial"), ("he910", "telit/error-838-record"),
    ("he910", "telit/error-839-not-tls"), ("he910", "telit/error-832-socket"), ("he910", "telit/ftp-over-tls"),
    ("m95", "quectel/udp"), ("m95", "quectel/smtp-starttls"), ("m95", "quectel/ssl-failures"),
    ("l610", "fibocom/udp"), ("l610", "fibocom/l610-example-5")])
def test_real_peers(model: str, name: str, tmp_path: Path) -> None:
    with real(model, tmp_path) as device:
        done = check(TRANSCRIPTS / f"{name}.at", *device, "--module", model)
    assert done.returncode == AS_WRITTEN, done.stdout + done.stderr
    assert "1 as written, 0 different, 0 wrong\n" in done.stdout


@pytest.mark.parametrize(("text", "said"), [
    ("> AT\n< OKAY\n", "    expected \\r\\nOK»AY\\r\\n\n    received \\r\\nOK»\\r\\n\n"),
    ("> AT\n< OK\n> AT\n", "the module says more on port 1"),
    ("peer server port udp\npeer from 1\n", "the module has sent no datagram"),
    ("peer server port udp\npeer closes\n", "this kind of peer has no such step"),
    ("peer server port tcp\npeer fails TLS_ALERT 40\n", "this peer does not speak TLS"),
    ("peer server port refuse\npeer connected\n", "this kind of peer has no such step"),
    ("peer server port tcp\npeer closes\n", "the module has no connection to this peer"),
])
def test_real_differences(text: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HEAD + text)
    with real("he910", tmp_path) as device:
        done = check(path, *device)
    assert done.returncode == DIFFERENT
    assert said in done.stdout


def test_what_nobody_can_do_to_a_real_module_is_left_out(tmp_path: Path) -> None:
    paths = [write(tmp_path, "a.at", HEAD + "> AT\n< OK\npower cycle\n"),
             write(tmp_path, "b.at", HEAD + "set signal=3\n> AT\n< OK\n"),
             write(tmp_path, "c.at", HEAD + "> AT\n< OK\n"),
             write(tmp_path, "d.at", HEAD + "only engine\n> AT\n< OK\n"),
             write(tmp_path, "e.at", HEAD + "peer server port ppp\n> AT\n< OK\n")]
    with real("he910", tmp_path) as device:
        done = check(*paths, *device)
        alone = check(paths[3], *device)
    assert done.returncode == AS_WRITTEN
    assert "1 as written, 0 different, 0 wrong; 4 left out\n" in done.stdout
    for path, why in ((paths[0], f"{paths[0]}:5: power cycle\n  nobody here can switch"),
                      (paths[1], f"{paths[1]}:3: set signal=3\n  nobody here can"),
                      (paths[3], "not by a real module: the file says `only engine`\n"), (paths[4], "")):
        assert f"{path}: {device[1]}: left out\n{why}" in done.stdout
    assert (alone.returncode, alone.stderr) == (WRONG, "tlsmodem: check: nothing was played: all is left out\n")


def test_a_peer_hangs_on_a_real_port(tmp_path: Path) -> None:
    """Nothing comes back from it: the dial ends by the module's own time."""
    path = write(tmp_path, "a.at", HEAD + 'peer server port hang\n> AT+CMEE=1\n< OK\n> AT+CGDCONT=1,"IP","internet"\n< OK\n'
                 "> AT#SGACT=1,1\n<~ #SGACT: .*\n< OK\n> AT#SCFG=1,1,300,90,20,50\n< OK\n"
                 '> AT#SD=1,0,${port},"${address}",0,0,1\nafter 1s nothing\n< +CME ERROR: 559\n')
    with real("he910", tmp_path) as device:
        done = check(path, *device)
    assert done.returncode == AS_WRITTEN, done.stdout


def test_the_end_of_one_file_is_not_heard_in_the_next(tmp_path: Path) -> None:
    connected = write(tmp_path, "a.at", HEAD + 'peer server port tls server\n> AT+CGDCONT=1,"IP","internet"\n< OK\n'
                      "> AT#SGACT=1,1\n<~ #SGACT: .*\n< OK\n> AT#SSLEN=1,1\n< OK\n> AT#SSLSECCFG=1,0,0\n< OK\n"
                      '> AT#SSLD=1,${port},"${address}",0,1\npeer accepts\n< OK\n')
    after = write(tmp_path, "b.at", HEAD + "> AT\n< OK\n")
    with real("he910", tmp_path) as device:
        for path in (connected, after):
            done = check(path, *device)
            assert done.returncode == AS_WRITTEN, done.stdout


def test_a_missing_port_of_a_real_module_is_wrong_use(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HEAD + "> AT\n< OK\non port 2\n> AT\n< OK\n")
    with real("he910", tmp_path) as device:
        done = check(path, *device)
    assert done.returncode == WRONG
    assert f"{path}:5: port 2 wants a --uart of its own, and there is 1; allowed: " in done.stdout


def test_much_at_once(tmp_path: Path) -> None:
    """More than a terminal holds each way: typed and heard at the same time."""
    path = write(tmp_path, "a.at", 'model he910\nsource a test\n> bytes "' + "AT\\r" * 20000 + '"\n< bytes "'
                 + "AT\\r\\r\\nOK\\r\\n" * 20000 + '"\n')
    with real("he910", tmp_path) as device:
        done = check(path, *device)
    assert done.returncode == AS_WRITTEN, done.stdout[:2000]


def test_several_ports_byte_by_byte(tmp_path: Path) -> None:
    path = write(tmp_path, "a.at", HEAD + "> AT\n< OK\non port 2\n> ATE0\n< OK\n> AT\n< OK\n")
    with real("he910", tmp_path, 2) as device:
        done = check(path, path, "--bytes", *device)
    assert done.returncode == DIFFERENT, "the second time the echo is off already"
    assert "1 as written, 1 different, 0 wrong" in done.stdout


# At a port of a module that listens, and by the program, which is started for each play.


@contextmanager
def listening(kind: str, folder: Path) -> Iterator[list[str]]:
    """A module behind TCP or a Unix socket, as what check takes."""
    place = "127.0.0.1:0" if kind == "--tcp" else str(folder / "socket")
    daemon = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--state", "none",
                               kind, place], stdout=subprocess.PIPE, text=True)
    assert daemon.stdout is not None
    ready = daemon.stdout.readline().split()
    try:
        yield [kind, ready[-1]]
    finally:
        daemon.terminate()
        assert daemon.wait() == 0
        daemon.stdout.close()


@pytest.mark.parametrize("kind", ["--tcp", "--unix"])
def test_a_module_that_listens(kind: str, tmp_path: Path) -> None:
    right = write(tmp_path, "a.at", HEAD + "> AT\n< OK\n")
    wrong = write(tmp_path, "b.at", HEAD + "> AT\n< ERROR\n")
    with listening(kind, tmp_path) as port:
        assert check(right, *port, "--bytes").returncode == AS_WRITTEN
        done = check(wrong, *port)
        assert done.returncode == DIFFERENT and f"{wrong}:4: < ERROR\n  expected:\n" in done.stdout
    gone = check(right, *port)
    assert gone.returncode == WRONG and ": cannot connect: " in gone.stdout


BACK_ENDS = [[*port, *pieces] for pieces in ([], ["--bytes"])
             for port in (["--run", "pty"], ["--run", "tcp"], ["--run", "unix"], ["--run", "stdio"])]


def cases_of(report: Path) -> dict[str, ElementTree.Element]:
    """By the name of the file; of one model each."""
    return {Path(case.get("classname", "")).name: case for case in ElementTree.parse(report).getroot()}


@pytest.mark.parametrize("words", BACK_ENDS, ids=lambda words: "".join(words[1:]))
def test_by_the_program(words: list[str], tmp_path: Path) -> None:
    """What is as written passes on each back end, and what is not does not, beside each other."""
    names = ("telit/host-online-only", "quectel/udp", "fibocom/transparent-udp")  # of one model each
    for name in names:
        path = TRANSCRIPTS / f"{name}.at"
        (tmp_path / path.parent.name).mkdir()
        (tmp_path / path.parent.name / "include").symlink_to(path.parent / "include")
        lines = path.read_text().splitlines()
        for change in (list, without_last_byte, without_an_answer):
            changed = change(lines)
            assert changed is not None
            (tmp_path / path.parent.name / f"{path.stem}-{change.__name__}.at").write_text(
                "\n".join(changed) + "\n")
    done = check(tmp_path, *words, "--jobs", "12", "--junit", tmp_path / "out.xml")
    assert done.returncode == DIFFERENT, done.stdout + done.stderr
    cases = cases_of(tmp_path / "out.xml")
    assert len(cases) == 3 * len(names)
    for file, case in cases.items():
        assert (case.find("failure") is None) == file.endswith("-list.at"), done.stdout


L610 = "model l610\nsource a test\npeer server port tcp\ninclude include/call.at\n"
CONNECTED = L610 + '> AT+MIPODM=1,,"${address}",${port},0\n< OK\npeer connected\n< +MIPODM: 1,1\n'
DATAGRAM = CONNECTED.replace("port tcp", "port udp").replace("peer connected\n", "").replace("},0", "},1")
SECURE = ('model he910\nsource a test\npeer server port tls server\n> AT+CGDCONT=1,"IP","internet"\n< OK\n'
                '> AT#SGACT=1,1\n<~ #SGACT: .*\n< OK\n> AT#SSLEN=1,1\n< OK\n> AT#SSLSECCFG=1,0,0\n< OK\n'
                '> AT#SSLD=1,${port},"${address}",0,0\n')

# What peers see otherwise: steps, and what is said of them.
PEERS = {
    "right": (CONNECTED + "> 300 bytes\npeer gets 300 bytes\nescape\n< OK\n> AT+MIPCLOSE=1\n< OK\n< +MIPCLOSE: 1,0\n", ""),
    "other bytes": (CONNECTED + '> 300 bytes\npeer gets "0000000 abd"\n', "the peer got something else"),
    "nothing": (CONNECTED + "> 300 bytes\npeer gets nothing 45s\n", "the peer got:\n    0000000 abc"),
    "a line": (CONNECTED + "> 300 bytes\npeer gets~ EHLO .*\n", "does not match"),
    "more": (CONNECTED + "> 300 bytes\npeer gets 200 bytes\n", "the peer server got more:"),
    "no end": (CONNECTED + "> 300 bytes\npeer gets close\n", "the module sent before it closed:"),
    "port": (CONNECTED + "peer from 1\n", "the module's own port is "),
    "host more": (CONNECTED + 'peer sends "more"\nwait 1s\n', "the module says more on port 1:\n    more"),
    "silence": (CONNECTED + 'peer sends "x"\nafter 5s nothing\n', "expected nothing for 5000 ms; after "),
    "datagram": (DATAGRAM + "> 300 bytes\npeer gets 299 bytes\n", "the peer got something else"),
    "two datagrams": (DATAGRAM + "> 300 bytes\npeer gets 300 bytes\n> 300 bytes\nwait 1s\n", "the peer server got more:"),
    "secure": (SECURE + "peer accepts 0301 full\n< CONNECT\npeer closes\n< NO CARRIER\n", ""),
    "version": (SECURE + "peer accepts 0302\n", "agreed on version 0301, expected 0302"),
    "suite": (SECURE + "peer accepts 0301 0004\n", ", expected 0004"),
    "resumed": (SECURE + "peer accepts resumed\n", "the session was not resumed"),
    "fails": (SECURE + "peer fails TLS_EXPIRED\n< CONNECT\npeer sends \"x\"\n", "the handshake succeeded"),
    "offered": (SECURE + "peer accepts\npeer offered max=0304\n", "the module offered max=0301, expected max=0304"),
    "client": (SECURE + 'peer accepts\npeer client "me"\n', "the module's certificate is of \"\""),
    "not TLS": (CONNECTED.replace("port tcp", "port starttls server") + '> 300 bytes\npeer accepts\n',
                "the handshake failed"),
}


def peers_of_the_program(program: str, tmp_path: Path) -> None:
    """With peers by each TLS library."""
    path = program_path("tlsmodem", "TLSMODEM").with_name(program)
    if not path.exists():
        pytest.skip("this machine has no OpenSSL to build with")
    (tmp_path / "include").symlink_to(TRANSCRIPTS / "fibocom" / "include")
    for name, (steps, _) in PEERS.items():
        write(tmp_path, f"{name}.at", steps)
    done = subprocess.run([path, "check", tmp_path, "--run", "pty", "--jobs", "20", "--junit", tmp_path / "out.xml"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == DIFFERENT, done.stdout + done.stderr
    for file, case in cases_of(tmp_path / "out.xml").items():
        failure = case.find("failure")
        said = PEERS[file.removesuffix(".at")][1]
        assert (failure is None) == (said == ""), done.stdout
        assert failure is None or said in (failure.text or ""), failure.text


def test_power_cycles_of_the_program(tmp_path: Path) -> None:
    text = HEAD + "state {}\n> AT+CGDCONT=1,\"IP\",\"internet\"\n< OK\n> AT&W\n< OK\non port 2\n> ATE0\n< OK\n" \
                  "power cycle\n> AT\n< OK\non port 1\n> AT+CGDCONT?\n{}< OK\n"
    kept = write(tmp_path, "kept.at", text.format("kept", '< +CGDCONT: 1,"IP","internet","",0,0\n'))
    none = write(tmp_path, "none.at", text.format("none", ""))
    for path in (kept, none):
        done = check(path, "--run", "pty", "--jobs", "2")
        assert done.returncode == AS_WRITTEN, done.stdout
        other = write(tmp_path, "other.at", path.read_text().replace("state kept", "state none")
                      if path == kept else path.read_text().replace("state none", "state kept"))
        assert check(other, "--run", "pty").returncode == DIFFERENT


@contextmanager
def waiting(folder: Path, text: str = "> AT\n< OK\n< NOTHING MORE\n") -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A play that waits for what does not come by itself, its files in `folder`, and the program that it plays
    with."""
    path = write(folder, "a.at", f"model he910\nsource a test\n{text}")
    (folder / "temporary").mkdir()
    runs = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "check", path, "--run", "pty"],
                            stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(folder / "temporary")})
    try:
        wait_until(lambda: any("< OK" in log.read_text() for log in folder.glob("temporary/*/log")),
                   "it has not answered")
        yield runs, [int(word) for word in Path(f"/proc/{runs.pid}/task/{runs.pid}/children").read_text().split()]
    finally:
        runs.kill()
        runs.wait()
        assert runs.stdout is not None
        runs.stdout.close()


def test_a_program_that_ends(tmp_path: Path) -> None:
    with waiting(tmp_path) as (runs, [program]):
        os.kill(program, signal.SIGKILL)
        assert runs.wait() == DIFFERENT
        assert runs.stdout is not None
        assert "  the program was ended by signal 9\n" in runs.stdout.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    with waiting(tmp_path) as (runs, [program]):
        runs.send_signal(number)
        assert runs.wait() == -number
        assert list((tmp_path / "temporary").iterdir()) == []
        wait_until(lambda: not Path(f"/proc/{program}/exe").exists(), "the program goes on")


def test_a_recording_that_does_not_play(tmp_path: Path) -> None:
    """It is spoilt while the play waits for a datagram of this test's."""
    port = free_port()
    with waiting(tmp_path, f'peer test {port} udp\n> AT\n< OK\npeer gets "go on"\n') as (runs, _):
        [recording] = tmp_path.glob("temporary/*/recorded.at")
        with recording.open("a") as file:
            file.write("\n< NOTHING OF THE KIND\n" * 20)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"go on", ("127.0.0.1", port))
        assert runs.wait() == DIFFERENT
        assert runs.stdout is not None
        said = runs.stdout.read()
    assert "a.at: he910: different\nthe recording of this play does not play:\n" in said
    assert "recorded0.at:" in said and "  the recording:\n# " in said and "< NOTHING OF THE KIND\n" in said


def test_jobs(tmp_path: Path) -> None:
    """So many at once play what one plays."""
    found = []
    for jobs in ("1", "7"):
        report = tmp_path / f"{jobs}.xml"
        done = check(*MAKERS, "--jobs", jobs, "--junit", report, folder=TRANSCRIPTS)
        assert done.returncode == AS_WRITTEN, done.stdout
        found.append(sorted((case.get("classname"), case.get("name"), [child.tag for child in case])
                            for case in ElementTree.parse(report).getroot()))
    assert found[0] == found[1]


# Every file of this tree, changed in one place.


def exact(line: str) -> bool:
    """A line that the module must say to the letter, and that ends in a letter or digit of its own."""
    return re.fullmatch(r"<\|? [^~].*[A-Za-z0-9]", line) is not None and line != "< prompt" \
        and not re.match(r"<\|? (bytes|burst|\d+ (binary )?bytes)", line)


def without_last_byte(lines: list[str]) -> list[str] | None:
    for at in range(len(lines) - 1, -1, -1):
        if exact(lines[at]):
            return [*lines[:at], lines[at][:-1], *lines[at + 1:]]
    return None


def with_a_line_more(lines: list[str]) -> list[str] | None:
    return [*lines, "< AND MORE"]


def without_an_answer(lines: list[str]) -> list[str] | None:
    for at, line in enumerate(lines):
        if exact(line):
            return [*lines[:at], *lines[at + 1:]]
    return None


def with_answer_first(lines: list[str]) -> list[str] | None:
    for at, line in enumerate(lines[:-1]):
        if re.match(r"> AT", line) and exact(lines[at + 1]):
            return [*lines[:at], lines[at + 1], line, *lines[at + 2:]]
    return None


def peer_gets_less(lines: list[str]) -> list[str] | None:
    for at, line in enumerate(lines):
        if match := re.fullmatch(r'(peer (?:\w+ )?gets ".*)[A-Za-z0-9]"', line):
            if not match[1].endswith("\\") and not re.search(r"\\x.?$", match[1]):
                return [*lines[:at], match[1] + '"', *lines[at + 1:]]
    return None


def peer_waits_for_the_end(lines: list[str]) -> list[str] | None:
    for at, line in enumerate(lines):
        if match := re.fullmatch(r'(peer (?:\w+ )?)(gets ".*|gets~ .*)', line):
            return [*lines[:at], match[1] + "gets close", *lines[at + 1:]]
    return None


@pytest.mark.parametrize("change", [without_last_byte, with_a_line_more, without_an_answer, with_answer_first,
                                    peer_gets_less, peer_waits_for_the_end])
def test_no_change_goes_unseen(change, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    changed = 0
    for maker in MAKERS:
        (tmp_path / maker).mkdir()
        (tmp_path / maker / "include").symlink_to(TRANSCRIPTS / maker / "include")
        for path in (TRANSCRIPTS / maker).glob("*.at"):
            lines = change(path.read_text().splitlines())
            if lines is not None:
                changed += 1
                (tmp_path / maker / path.name).write_text("\n".join(lines) + "\n")
    report = tmp_path / "out.xml"
    done = check(*(tmp_path / maker for maker in MAKERS), "--junit", report)
    assert done.returncode != AS_WRITTEN, done.stderr
    cases = list(ElementTree.parse(report).getroot())
    passed = sorted({case.get("classname", "") for case in cases if len(case) == 0})
    assert changed > 20 and not passed


def a_large_one_plays(tmp_path: Path) -> None:
    """100 MB, to its last line.  What takes time or memory by the square would not end."""
    path = tmp_path / "large.at"
    turns = 2_500_000 if os.environ.get("TLSMODEM_FULL") != "0" else 250_000
    with path.open("w") as file:
        file.write("model he910\nsource a test\n")
        file.write("> AT+CSQ\n<~ \\+CSQ: (?P<rssi>\\d+),0\n< OK\n" * turns)
        file.write("> AT\n< OK now\n")
    done = check(path)
    assert done.returncode == DIFFERENT
    assert done.stdout.startswith(f"{path}: he910: different\n{path}:{3 * turns + 4}: < OK now\n"), done.stdout


def test_random_bytes(tmp_path: Path) -> None:
    """They are mistakes with their lines."""
    for seed in range(40):
        (tmp_path / f"{seed}.at").write_bytes(Random(seed).randbytes(1 << seed // 2))
    done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "check", tmp_path], capture_output=True,
                          check=False)
    assert done.returncode == WRONG
    assert b"40 transcripts, 40 plays in" in done.stdout and b" 0 as written, 0 different, 40 wrong" in done.stdout
    for line in done.stderr.splitlines():
        assert re.match(rb"/\S+/\d+\.at(:\d+: \S|: )", line), line


@pytest.mark.parametrize("name", ["telit/host-online-only", "telit/ftp-over-tls", "quectel/smtp-starttls",
                                  "fibocom/l610-example-5"])
def test_cut_at_every_line(name: str, tmp_path: Path) -> None:
    """And in each: it plays, or a line says where it does not."""
    whole = (TRANSCRIPTS / f"{name}.at").read_bytes()
    (tmp_path / "include").symlink_to((TRANSCRIPTS / name).parent / "include")
    ends = [match.end() for match in re.finditer(rb"\n", whole)]
    cuts = sorted({*ends, *(end - 1 for end in ends), *((end + start) // 2 for start, end in zip([0, *ends], ends))})
    for cut in cuts:
        (tmp_path / f"{cut:06}.at").write_bytes(whole[:cut])
    done = check(tmp_path, "--junit", tmp_path / "out.xml")
    assert done.returncode == WRONG, "its first lines alone have no model"
    suite = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert len({case.get("classname") for case in suite}) == len(cuts)
    for case in suite:
        said = "" if len(case) == 0 else case[0].text or ""
        assert said == "" or re.search(rf"^{re.escape(str(tmp_path))}/\S+?:\d+: \S|^at the end:\n", said,
                                       re.MULTILINE), said
    last = [case for case in suite if (case.get("classname") or "").endswith(f"{cuts[-1]:06}.at")]
    assert last and all(len(case) == 0 for case in last), "all of it"


# What waits for peers until their limit, or is large: at the same time.

def name_of(slow: partial[None]) -> str:
    return "-".join((slow.func.__name__, *slow.args))


SLOW = [partial(peers_of_the_program, "tlsmodem"), partial(peers_of_the_program, "tlsmodem_openssl_peers"), partial(a_large_one_plays)]


@pytest.fixture(scope="module", name="outcomes")
def fixture_outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcomes]:
    with together(request, lambda slow: slow(tmp_path_factory.mktemp(name_of(slow), numbered=False)), len(SLOW)) as outcomes:
        yield outcomes


@pytest.mark.parametrize("slow", SLOW, ids=name_of)
def test_it_plays_beside_the_others(slow: partial[None], request: pytest.FixtureRequest, outcomes: Outcomes) -> None:
    del slow
    outcomes(request).result()
