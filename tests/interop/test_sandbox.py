"""What a run takes from itself: its system calls, and the sight of its memory.

The user who looks is nobody, as a service has a user of its own; root sees everything.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.control import ControlPort
from support.modem import Modem, program_path
from support.patience import ANSWER_S, EXIT_S

SECRET = b"a-password-in-memory-Zq81"
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the user may write to, with the program in it."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        shutil.copy(program_path("tlsmodem", "TLSMODEM"), path / "tlsmodem")
        path.chmod(0o777)
        yield path


@contextmanager
def running(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A modem in whose memory the secret is, ready."""
    with subprocess.Popen([*AS_NOBODY, folder / "tlsmodem", "--module", "he910", "--stdio", "--state", "none",
                           *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(folder / "log").open("wb"),
                          cwd=folder, bufsize=0) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b'AT#FTPMSG;#USERID="me"\rAT#PASSW="' + SECRET + b'"\r')
        said = b""
        while b"OK" not in said.partition(SECRET)[2]:
            said += process.stdout.read(1)
        try:
            yield process
        finally:
            process.kill()
            process.wait(EXIT_S)


def status_of(task: Path) -> dict[str, str]:
    return dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)


def test_every_thread_is_filtered(folder: Path) -> None:
    with running(folder, "--threads", "2", "--metrics", f"unix:{folder}/metrics") as process:
        tasks = [status_of(task) for task in Path(f"/proc/{process.pid}/task").iterdir()]
        if tasks[0]["Seccomp"] == "0" and "not filtered" in (folder / "log").read_text():
            pytest.skip("this kernel has no filter")
        assert {(task["Seccomp"], task["NoNewPrivs"]) for task in tasks} == {("2", "1")}


def test_debuggable_leaves_everything(folder: Path) -> None:
    with running(folder, "--debuggable") as process:
        assert status_of(Path(f"/proc/{process.pid}"))["Seccomp"] == "0"


def core_by_gcore(folder: Path, pid: int) -> bytes:
    """What gcore gets as the same user; empty: nothing."""
    subprocess.run([*AS_NOBODY, "gcore", "-o", folder / "seen", str(pid)], capture_output=True, cwd=folder,
                   timeout=ANSWER_S, check=False, env={**os.environ, "HOME": str(folder), "DEBUGINFOD_URLS": ""})
    return b"".join(path.read_bytes() for path in folder.glob("seen.*"))


@pytest.mark.skipif(shutil.which("gcore") is None, reason="no gcore (package gdb)")
def test_gcore_as_the_same_user_gets_nothing(folder: Path) -> None:
    with running(folder, "--debuggable") as process:
        if SECRET not in core_by_gcore(folder, process.pid):
            pytest.skip("this machine lets no user look into a process of its own (kernel.yama.ptrace_scope)")
    for path in folder.glob("seen.*"):
        path.unlink()
    with running(folder) as process:
        assert core_by_gcore(folder, process.pid) == b""


def leaves_core(folder: Path, number: signal.Signals, *options: str) -> bool:
    """The pattern may name another folder: who was killed says whether there is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        with running(folder, *options) as process:
            process.send_signal(number)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = status
        assert os.WTERMSIG(status) == number
        return os.WCOREDUMP(status)
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.mark.skipif(bool(Path("/proc/sys/kernel/core_pattern").read_text().startswith("|")),
                    reason="cores go to a program of this machine")
@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGQUIT])
def test_an_end_by_a_signal_leaves_no_core(number: signal.Signals, folder: Path) -> None:
    """A fault of the program, an assertion, a host's disk that is gone."""
    if not leaves_core(folder, number, "--debuggable"):
        pytest.skip("this machine leaves no cores")
    cores = list(folder.glob("core*"))
    assert cores == [] or any(SECRET in path.read_bytes() for path in cores), "what the test looks for is seen where it is"
    for path in cores:
        path.unlink()
    assert not leaves_core(folder, number)
    assert list(folder.glob("core*")) == []


@pytest.mark.parametrize("command", ["sms: {send: cat}", "ppp: cat", "network: {signal: 'echo 9'}"])
def test_commands_need_a_start_with_one(command: str, tmp_path: Path) -> None:
    """What a run may start is known when it begins."""
    config = tmp_path / "modems.yaml"
    config.write_text("modems: [{module: he910, state: none, ports: [{pty: ./one}]}]\n")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        config.write_text(f"modems: [{{module: he910, state: none, {command}, ports: [{{pty: ./one}}]}}]\n")
        process.send_signal(signal.SIGHUP)
        assert "a modem that starts a command needs a restart" in process.stderr.readline()
        process.terminate()
        assert process.wait(EXIT_S) == 0


def test_the_control_port_opens_no_modem_with_a_command(tmp_path: Path) -> None:
    modem = Modem("he910", "unix", options=["--control", f"unix:{tmp_path}/control"])
    with modem:
        control = ControlPort(tmp_path / "control")
        entry = {"name": "other", "module": "m95", "state": "none", "ports": [{"unix": f"{tmp_path}/other"}]}
        for command in ({"sms": {"send": "cat"}}, {"ppp": "cat"}, {"network": {"signal": "echo 9"}}):
            assert "names a program" in control.refused(400, "POST", "/v1/modems", entry | command)
        assert control.done("POST", "/v1/modems", entry)["name"] == "other"


def test_nor_with_one_that_its_file_has_since(tmp_path: Path) -> None:
    config = tmp_path / "modems.yaml"
    text = "control: unix:control\ndefaults: {{module: m95, state: none{}}}\nmodems: [{{name: one, ports: [{{pty: ./one}}]}}]\n"
    config.write_text(text.format(""))
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config], stdout=subprocess.PIPE,
                          cwd=tmp_path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        config.write_text(text.format(", ppp: cat"))
        said = ControlPort(tmp_path / "control").refused(400, "POST", "/v1/modems", {"name": "two", "ports": [{"pty": "./two"}]})
        process.terminate()
        assert process.wait(EXIT_S) == 0
    assert "this run began without a command, and starts none" in said
