"""What a service manager sees of a run: its notifications, the journal's priorities, the unit.

Sources: sd_notify(3), sd-daemon(3), systemd.exec(5) (systemd 252).
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, EXIT_S
from support.program import run_program

UNIT = "tlsmodem@.service"
MOST = 15  # tenths, of systemd-analyze's exposure


class Manager:
    """A service manager's end of the protocol, at a path or in the abstract namespace."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.said: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + name[1:] if name.startswith("@") else name)
        self._socket.settimeout(ANSWER_S)

    def hear(self) -> dict[str, str]:
        """The next message."""
        text = self._socket.recv(4096).decode()
        self.said.append(dict(line.split("=", 1) for line in text.splitlines()))
        return self.said[-1]

    def hear_until(self, key: str) -> dict[str, str]:
        while key not in (message := self.hear()):
            pass
        return message

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    name = f"@tlsmodem-test-{os.getpid()}" if request.param == "abstract" else f"{tmp_path}/notify"
    listening = Manager(name)
    yield listening
    listening.close()


@contextmanager
def running(tmp_path: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The program by a file; it must end well."""
    (tmp_path / "modems.yaml").write_text("""\
defaults: {state: none}
modems:
  - {name: one, module: he910, ports: [{pty: ./one}]}
""")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", tmp_path / "modems.yaml", *options],
                          env={**os.environ, **environment}, stdout=subprocess.PIPE,
                          stderr=(tmp_path / "log").open("w"), text=True) as process:
        yield process
        process.terminate()
        assert process.wait(EXIT_S) == 0


def test_from_start_to_end(manager: Manager, tmp_path: Path) -> None:
    with running(tmp_path, NOTIFY_SOCKET=manager.name) as process:
        ready = manager.hear_until("READY")
        assert ready == {"READY": "1", "STATUS": "1 modem"}

        with (tmp_path / "modems.yaml").open("a") as file:
            file.write("  - {name: two, module: m95, ports: [{pty: ./two}]}\n")
        process.send_signal(signal.SIGHUP)
        reloading = manager.hear_until("RELOADING")
        assert reloading["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) > 0
        assert manager.hear_until("READY")["STATUS"] == "2 modems"

        with (tmp_path / "modems.yaml").open("a") as file:
            file.write("  - nothing\n")
        process.send_signal(signal.SIGHUP)
        manager.hear_until("RELOADING")
        assert manager.hear_until("READY")["STATUS"] == "the file was not taken: 2 modems"
        process.terminate()
        assert manager.hear_until("STOPPING")["STOPPING"] == "1"
    assert all("WATCHDOG" not in message for message in manager.said)


def test_signs_of_life_as_long_as_loops_turn(manager: Manager, tmp_path: Path) -> None:
    with running(tmp_path, "--threads", "3", NOTIFY_SOCKET=manager.name, WATCHDOG_USEC="300000") as process:
        manager.hear_until("READY")
        for _ in range(5):
            assert manager.hear()["WATCHDOG"] == "1"
        process.send_signal(signal.SIGSTOP)
        manager._socket.settimeout(2.0)
        with pytest.raises(TimeoutError):
            while True:
                manager.hear()
        process.send_signal(signal.SIGCONT)
        manager._socket.settimeout(ANSWER_S)
        manager.hear_until("WATCHDOG")


def test_a_watchdog_of_another_process_is_not_ours(manager: Manager, tmp_path: Path) -> None:
    with running(tmp_path, NOTIFY_SOCKET=manager.name, WATCHDOG_USEC="30000", WATCHDOG_PID="1") as process:
        manager.hear_until("READY")
        process.terminate()
        manager.hear_until("STOPPING")
    assert all("WATCHDOG" not in message for message in manager.said)


@pytest.mark.parametrize("name", ["/nowhere/notify", "notify", "@", "/" + "x" * 200])
def test_a_manager_that_cannot_be_reached_is_a_line(name: str, tmp_path: Path) -> None:
    with running(tmp_path, NOTIFY_SOCKET=name) as process:
        assert process.stdout is not None and process.stdout.readline().startswith("ready: one pty")
    said = (tmp_path / "log").read_text()
    assert "warning: NOTIFY_SOCKET: " in said and "cannot be reached" in said


def test_the_journal_gets_priorities_and_no_times(tmp_path: Path) -> None:
    config = tmp_path / "modems.yaml"
    config.write_text("modems:\n  - {module: he910, state: none, ports: [{pty: ./one}]}\n")
    with (tmp_path / "journal").open("w") as journal:
        info = os.fstat(journal.fileno())
        with subprocess.Popen(
                [program_path("tlsmodem", "TLSMODEM"), "--config", config, "--log-level", "info", "--trace", "port"],
                env={**os.environ, "JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}"},
                stdout=subprocess.PIPE, stderr=journal, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            config.write_text("modems: wrong\n")
            process.send_signal(signal.SIGHUP)
            deadline = ANSWER_S
            while "nothing was changed" not in (tmp_path / "journal").read_text() and deadline > 0:
                deadline -= 0.05
                subprocess.run(["sleep", "0.05"], check=True)
            process.terminate()
            assert process.wait(EXIT_S) == 0
    lines = (tmp_path / "journal").read_text().splitlines()
    assert all(re.match(r"<[3467]>[a-z]+: ", line) for line in lines), lines
    assert any(re.match(r"<3>error: .*nothing was changed", line) for line in lines)
    assert any(line.startswith("<6>info: ") for line in lines)


def test_what_ends_it_is_an_error_of_the_journal(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as journal:
        info = os.fstat(journal.fileno())
        done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "nothing", "--stdio"],
                              env={**os.environ, "JOURNAL_STREAM": f"{info.st_dev}:{info.st_ino}"},
                              stderr=journal, check=False)
    assert done.returncode == 2
    assert (tmp_path / "journal").read_text().startswith("<3>tlsmodem: ")


def test_another_stream_is_no_journal(tmp_path: Path) -> None:
    done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "nothing", "--stdio"],
                          env={**os.environ, "JOURNAL_STREAM": "1:2"}, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr.startswith("tlsmodem: ")


@pytest.mark.parametrize("given, used", [("{0}/own", "own"), ("{0}/own:{0}/other", "own"), ("own", "tlsmodem")])
def test_the_managers_folder_of_state(given: str, used: str, tmp_path: Path) -> None:
    """A relative one does not count."""
    done = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--stdio"],
                          env={**os.environ, "STATE_DIRECTORY": given.format(tmp_path), "XDG_STATE_HOME": str(tmp_path)},
                          input=b"AT\r", stdout=subprocess.PIPE, check=False)
    assert done.returncode == 0
    assert (tmp_path / used / "nvm.sqlite").exists()
    assert sum(1 for _ in tmp_path.rglob("nvm.sqlite")) == 1


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """As it is installed, but for the place of the program."""
    text = (REPOSITORY / "service" / f"{UNIT}.in").read_text()
    text = text.replace("@CMAKE_INSTALL_FULL_BINDIR@/tlsmodem", str(program_path("tlsmodem", "TLSMODEM").resolve()))
    path = tmp_path / UNIT
    path.write_text(text.replace("@CMAKE_INSTALL_FULL_DOCDIR@", str(REPOSITORY)).replace("man:tlsmodem(1)", ""))
    return path


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze")


@needs_systemd
def test_the_sandbox(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={MOST}", "--no-pager", unit],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_systemd
def test_a_wider_sandbox_is_seen(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("CapabilityBoundingSet=\n", ""))
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={MOST}", "--no-pager", unit],
                          capture_output=True, text=True, check=False)
    assert done.returncode != 0


@needs_systemd
def test_the_unit_has_no_mistake(unit: Path) -> None:
    instance = unit.with_name("tlsmodem@example.service")
    instance.symlink_to(unit.name)
    done = subprocess.run(["systemd-analyze", "verify", instance], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_example_is_a_good_file() -> None:
    done = run_program("--config", REPOSITORY / "service" / "example.yaml", "--check-config")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_gateway_in_the_example_is_one(tmp_path: Path) -> None:
    """What it shows as a comment, in the place of its own modems."""
    text = (REPOSITORY / "service" / "example.yaml").read_text()
    shown = re.search(r"^#   modems:\n(?:#   .*\n)+", text, re.MULTILINE)
    assert shown
    path = tmp_path / "gateway.yaml"
    path.write_text(text[:text.index("\nmodems:")] + "\n" + re.sub(r"^#   ", "", shown[0], flags=re.MULTILINE))
    done = run_program("--config", path, "--check-config")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can forbid a folder to somebody")
def test_credentials_that_are_for_others_are_none(tmp_path: Path) -> None:
    """As systemd 252 leaves a folder without credentials: nobody but root may enter it."""
    tmp_path.chmod(0o755)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(program_path("tlsmodem", "TLSMODEM"), folder / "tlsmodem")
        (folder / "state").mkdir()
        (folder / "empty").mkdir(mode=0o700)
        os.chown(folder / "state", 65534, 65534)
        folder.chmod(0o755)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", folder / "tlsmodem", "--module",
                               "he910", "--stdio", "--state", folder / "state"], input=b"AT\r", capture_output=True, check=False,
                              env={**os.environ, "CREDENTIALS_DIRECTORY": str(folder / "empty")})
        assert (done.returncode, done.stdout.endswith(b"OK\r\n")) == (0, True), done.stderr
        assert (folder / "state" / "nvm.key").exists()
