"""A program behind `--`: a modem in one line of a test.

Sources: docs/contract.md, "Commands"; README.md.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.modem import program_path
from support.patience import ANSWER_S
from support.program import run_program
from support.servers import free_port

from .test_control import TOKEN, token_file

HOST = """
import os, sys
fd = os.open(os.environ["TLSMODEM_PORT"], os.O_RDWR | os.O_NOCTTY)
import tty; tty.setraw(fd)
os.write(fd, b"AT+CGMM\\r")
said = b""
while b"OK\\r\\n" not in said:
    said += os.read(fd, 100)
print(said.decode().split()[-2])
sys.exit(7)
"""


def run(*words: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run_program("--state", "none", *words, cwd=cwd, env={**os.environ, **(env or {})})


@pytest.mark.parametrize(("model", "name"), [("he910", "HE910"), ("m95", "Quectel_M95"), ("l610", "L610")])
def test_a_driver_finds_its_modem(model: str, name: str) -> None:
    """The port is open when the driver starts, and the driver's status is the program's."""
    ended = run("--module", model, "--pty", "auto", "--", sys.executable, "-c", HOST)
    assert ended.returncode == 7, ended.stderr
    assert name in ended.stdout, ended.stdout
    assert f"ready: {model} pty /dev/pts/" in ended.stdout


def test_it_is_told_every_port_and_the_control(tmp_path: Path) -> None:
    (tmp_path / "run.yaml").write_text("modems:\n- {name: a, module: m95, ports: [{pty: auto}, {unix: a.sock}]}\n"
                                       "- {name: b, module: l610, ports: [{tcp: '127.0.0.1:0'}]}\n")
    script = "env | grep -E '^TLSMODEM_(PORT|CONTROL)' | sort; tlsmodemctl --modem b show | grep -c '\"name\": \"b\"'"
    path = {"PATH": f"{program_path('tlsmodemctl', 'TLSMODEMCTL').parent}:{os.environ['PATH']}", "TLSMODEM_PORT_9": "old"}
    ended = run("--config", str(tmp_path / "run.yaml"), "--control", f"unix:{tmp_path}/control", "--", "sh", "-c", script, env=path)
    lines = ended.stdout.splitlines()[3:]
    assert lines[0] == f"TLSMODEM_CONTROL=unix:{tmp_path}/control"
    assert lines[1].startswith("TLSMODEM_PORT=/dev/pts/") and lines[2] == f"TLSMODEM_PORT_2={tmp_path}/a.sock"
    assert lines[3].startswith("TLSMODEM_PORT_3=127.0.0.1:") and lines[4] == "1" and len(lines) == 5
    port = free_port()
    ended = run("--module", "m95", "--pty", "auto", "--control", str(port), "--control-token-file", str(token_file(tmp_path)),
                "--", "sh", "-c", "tlsmodemctl show >/dev/null && echo $TLSMODEM_CONTROL", env=path)
    assert (ended.returncode, ended.stdout.splitlines()[1:]) == (0, [f"127.0.0.1:{port}"]), ended.stderr
    assert TOKEN not in ended.stdout


def test_what_it_is_told_holds_in_any_folder(tmp_path: Path) -> None:
    """Runners of tests go to folders of their own."""
    path = {"PATH": f"{program_path('tlsmodemctl', 'TLSMODEMCTL').parent}:{os.environ['PATH']}"}
    script = "cd / && ls $TLSMODEM_PORT $TLSMODEM_PORT_2 && tlsmodemctl show >/dev/null && echo $TLSMODEM_CONTROL"
    ended = run("--module", "m95", "--pty", "./m95", "--unix", "second", "--control", "unix:control", "--", "sh", "-c", script,
                env=path, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[2:] == [f"{tmp_path}/m95", f"{tmp_path}/second", f"unix:{tmp_path}/control"]
    token_file(tmp_path)
    ended = run("--module", "m95", "--pty", "auto", "--control", str(free_port()), "--control-token-file", "token", "--", "sh", "-c",
                "cd / && tlsmodemctl show >/dev/null && echo $TLSMODEM_CONTROL_TOKEN_FILE", env=path, cwd=tmp_path)
    assert (ended.returncode, ended.stdout.splitlines()[1:]) == (0, [f"{tmp_path}/token"]), ended.stderr


def test_a_signal_is_128_and_more() -> None:
    assert run("--module", "m95", "--pty", "auto", "--", "sh", "-c", "kill -9 $$").returncode == 128 + 9


def test_what_cannot_be_run_is_told() -> None:
    ended = run("--module", "m95", "--pty", "auto", "--", "/no/such/driver")
    assert (ended.returncode, "cannot run /no/such/driver: no such file" in ended.stderr) == (1, True)
    ended = run("--module", "m95", "--pty", "auto", "--")
    assert (ended.returncode, "-- needs a command" in ended.stderr) == (2, True)


def test_strict_counts_what_a_good_driver_relied_on() -> None:
    """A guess that decided something fails a run whose driver was content."""
    good = HOST.replace("sys.exit(7)", "sys.exit(0)").replace("AT+CGMM", "AT#SSLEN=1,1;#SSLH=1;+CGMM")
    words = ["--module", "he910", "--pty", "auto"]
    ended = run(*words, "--", sys.executable, "-c", good)
    assert (ended.returncode, "this run relied on 1 unconfirmed fact: telit/hang-up-twice" in ended.stderr) == (0, True), ended.stderr
    assert run(*words, "--strict", "--", sys.executable, "-c", good).returncode == 1


def test_who_ends_the_run_ends_the_driver(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    words = [str(program_path("tlsmodem", "TLSMODEM")), "--state", "none", "--module", "m95", "--pty", "auto", "--", "sh", "-c",
             f"trap 'echo ended > {mark}; exit 3' TERM; echo begun > {mark}; while :; do sleep 0.05; done"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as modem:
        deadline = time.monotonic() + ANSWER_S
        while not mark.exists() or mark.read_text() != "begun\n":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        modem.send_signal(signal.SIGTERM)
        assert modem.wait(ANSWER_S) == 3
    assert mark.read_text() == "ended\n"


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """A test that is killed leaves no modem behind."""
    socket = tmp_path / "port"
    program = program_path("tlsmodem", "TLSMODEM")
    parent = subprocess.Popen(["sh", "-c", f"{program} --state none --module m95 --unix {socket} --exit-with-parent & echo $!; wait"],
                              stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    assert parent.stdout.readline().startswith("ready: ")
    parent.kill()
    parent.wait(ANSWER_S)
    deadline = time.monotonic() + ANSWER_S
    while Path(f"/proc/{number}").exists() and "Z" not in Path(f"/proc/{number}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not socket.exists()
