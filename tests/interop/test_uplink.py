"""A modem whose radio is an interface of the machine (`network: {follow, signal}`).

The machine is a network namespace of our own, with wires (tun devices) to another one, in which the servers are.  Where this
machine lets nobody make such, the tests say so and are skipped.
Source: docs/gateway.md, "The radio".
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.control import ControlPort
from support.modem import REFUSED_CALL, program_path
from support.patience import ANSWER_S, EXIT_S

from .observe import wait_until

WAIT = ["sh", "-c", "echo ready; exec sleep 3600"]
SERVER = """
import socket, threading

def echo(peer):
    while data := peer.recv(100):
        peer.sendall(data)

server = socket.create_server(("10.7.0.1", 7777))
print("listening", flush=True)
while True:
    peer, (address, _) = server.accept()
    print(address, flush=True)
    threading.Thread(target=echo, args=[peer], daemon=True).start()
"""

# Has a tun device in each of two network namespaces, its own and that of a process, and carries what they send.
WIRES = """
import ctypes, fcntl, os, select, struct, sys
TUNSETIFF, TUNSETCARRIER, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454ca, 0x400454e2, 0x0001, 0x1000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
spaces = [os.open("/proc/self/ns/net", os.O_RDONLY), os.open(f"/proc/{sys.argv[1]}/ns/net", os.O_RDONLY)]
ends, names = {}, {}

def device(space, name):
    if libc.setns(space, CLONE_NEWNET) != 0:
        sys.exit("setns: " + os.strerror(ctypes.get_errno()))
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return end

print("ready", flush=True)
while True:
    for fd in select.select([0, *ends], [], [])[0]:
        if fd == 0:
            words = os.read(0, 1000).decode().split()
            if not words:
                sys.exit()
            if words[0] == "add":
                one, other = device(spaces[0], words[1]), device(spaces[1], words[2])
                ends |= {one: other, other: one}
                names[words[1]] = one
            elif words[0] == "carrier":
                fcntl.ioctl(names[words[1]], TUNSETCARRIER, struct.pack("i", int(words[2])))
            elif words[0] == "cut":
                one = names.pop(words[1])
                other = ends.pop(one)
                del ends[other]
                os.close(one)
                os.close(other)
            print("done", flush=True)
        elif fd in ends:
            try:
                os.write(ends[fd], os.read(fd, 65536))
            except OSError:
                pass  # one of them is switched off
"""


class World:
    """Two machines: `near` has the program and an uplink `wwan0`, and another way, `lan0`; `far` has the servers."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self.stack = stack
        self.near = self._start(["unshare", "--user", "--map-root-user", "--net", *WAIT]).pid
        self.far = self._start([*self.inside(self.near), "unshare", "--net", *WAIT]).pid
        self.wires = self._start([*self.inside(self.near), sys.executable, "-c", WIRES, str(self.far)])
        for machine in (self.near, self.far):
            self.run(machine, "ip", "link", "set", "lo", "up")
        self.run(self.far, "ip", "addr", "add", "10.7.0.1/32", "dev", "lo")
        self.add("lan0", "far1", "10.8.0")
        self.route("lan0", "10.8.0.1", 10)

    def _start(self, command: list[str]) -> subprocess.Popen[str]:
        process = self.stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                                            text=True))
        assert process.stdout and process.stderr
        self.stack.callback(process.kill)
        if process.stdout.readline() != "ready\n":
            pytest.skip(f"this machine makes no network namespaces for its users: {process.stderr.read().strip()}")
        return process

    @staticmethod
    def inside(machine: int) -> list[str]:
        return ["nsenter", f"--target={machine}", "--user", "--net", "--preserve-credentials"]

    def run(self, machine: int, *command: str) -> None:
        done = subprocess.run([*self.inside(machine), *command], capture_output=True, text=True, timeout=ANSWER_S, check=False)
        assert done.returncode == 0, (command, done.stderr)

    def ip(self, *words: str) -> None:
        self.run(self.near, "ip", *words)

    def wire(self, *words: str) -> None:
        """Has the wires add, cut, or change the carrier of one."""
        assert self.wires.stdin and self.wires.stdout and self.wires.stderr
        self.wires.stdin.write(" ".join(words) + "\n")
        self.wires.stdin.flush()
        if self.wires.stdout.readline() != "done\n":
            pytest.skip(f"this machine makes no tun devices for its users: {self.wires.stderr.read().strip()}")

    def add(self, name: str, other: str, net: str) -> None:
        """A wire from `near` to `far`, with an address at each end, up."""
        self.wire("add", name, other)
        self.run(self.far, "ip", "addr", "add", f"{net}.1/24", "dev", other)
        self.run(self.far, "ip", "link", "set", other, "up")
        self.ip("addr", "add", f"{net}.2/24", "dev", name)
        self.ip("link", "set", name, "up")

    def route(self, name: str, gateway: str, metric: int) -> None:
        self.ip("route", "replace", "default", "via", gateway, "dev", name, "metric", str(metric))

    def uplink(self) -> None:
        self.add("wwan0", "far0", "10.9.0")
        self.route("wwan0", "10.9.0.1", 100)

    def server(self) -> subprocess.Popen[str]:
        process = self.stack.enter_context(subprocess.Popen([*self.inside(self.far), sys.executable, "-c", SERVER],
                                                            stdout=subprocess.PIPE, text=True))
        self.stack.callback(process.kill)
        assert process.stdout and process.stdout.readline() == "listening\n"
        return process


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    with contextlib.ExitStack() as stack:
        yield World(stack)


class Line:
    """A host at a Unix port."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(ANSWER_S)
        self.socket.connect(str(path))
        self.heard = b""
        self.program = 0

    def until(self, *ends: bytes) -> bytes:
        """What has come up to the first of these."""
        while not any(end in self.heard for end in ends):
            more = self.socket.recv(4096)
            assert more, self.heard
            self.heard += more
        at = min(self.heard.index(end) + len(end) for end in ends if end in self.heard)
        said, self.heard = self.heard[:at], self.heard[at:]
        return said

    def ask(self, command: str, *ends: bytes) -> bytes:
        self.socket.sendall(command.encode() + b"\r")
        return self.until(*(ends or (b"OK\r\n", b"ERROR\r\n", b"CONNECT\r\n", b"NO CARRIER\r\n")))


@contextlib.contextmanager
def running(world: World, folder: Path, network: str, model: str = "he910", more: str = "") -> Iterator[tuple[Line, Path]]:
    config, said = folder / "f.yaml", folder / "said.log"
    config.write_text(f"modems:\n- module: {model}\n  state: none\n  network: {network}\n  ports: [{{unix: port}}]\n{more}")
    with said.open("w") as log, subprocess.Popen([*world.inside(world.near), program_path("tlsmodem", "TLSMODEM"), "--config", config,
                                                  "--log-level", "info"], stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            assert process.stdout and process.stdout.readline().startswith("ready: "), said.read_text()
            line = Line(folder / "port")
            line.program = process.pid
            yield line, said
        finally:
            process.terminate()
            assert process.wait(EXIT_S) == 0, said.read_text()
            assert REFUSED_CALL not in said.read_text()


@pytest.mark.parametrize("model", ["he910", "m95", "l610"])
def test_registration_follows(world: World, tmp_path: Path, model: str) -> None:
    """One that is not there, comes, loses its carrier, is switched off, loses its address, and goes."""
    with running(world, tmp_path, "{follow: wwan0}", model) as (line, said):
        assert b"+CREG: 1,4" in line.ask("ATE0;+CREG=1;+CREG?")
        world.uplink()
        line.until(b"+CREG: 1\r\n")

        def rename(old: str, new: str) -> None:
            world.ip("link", "set", old, "down")
            world.ip("link", "set", old, "name", new)
            world.ip("link", "set", new, "up")

        for lose, give in (
            (lambda: world.wire("carrier", "wwan0", "0"), lambda: world.wire("carrier", "wwan0", "1")),
            (lambda: world.ip("link", "set", "wwan0", "down"), lambda: world.ip("link", "set", "wwan0", "up")),
            (lambda: world.ip("addr", "flush", "dev", "wwan0"), lambda: world.ip("addr", "add", "10.9.0.2/24", "dev", "wwan0")),
            (lambda: rename("wwan0", "other0"), lambda: rename("other0", "wwan0")),
            (lambda: world.wire("cut", "wwan0"), world.uplink),
        ):
            lose()
            line.until(b"+CREG: 4\r\n")
            give()
            line.until(b"+CREG: 1\r\n")
        assert b"+CREG: 1,1" in line.ask("AT+CREG?")
    words = said.read_text()
    for why in ("there is no such interface", "it has no carrier", "it is switched off", "it has no address"):
        assert f"network: wwan0 is down: {why}; not registered" in words
    assert "network: wwan0 is up; registered" in words


class Dialler:
    """What a host of each maker does and hears."""

    LOST: tuple[str, ...] = ()  # what it hears behind +CREG: 4, with a connection open

    def __init__(self, line: Line) -> None:
        self.line = line
        line.ask("ATE0;+CREG=1;+CMEE=0")
        self.prepare()

    def prepare(self) -> None:
        raise NotImplementedError

    def has_context(self) -> bool:
        raise NotImplementedError

    def dial(self) -> bool:
        """With a context, which is activated again where there is none; whether the server is reached."""
        raise NotImplementedError

    def has_lost(self) -> None:
        for words in self.LOST:
            self.line.until(f"\r\n{words}\r\n".encode())


class Telit(Dialler):
    def prepare(self) -> None:
        self.line.ask('AT+CGDCONT=1,"IP","internet"')

    def has_context(self) -> bool:
        return b"#SGACT: 1,1" in self.line.ask("AT#SGACT?", b"OK\r\n")

    def dial(self) -> bool:
        if not self.has_context():
            self.line.ask("AT#SGACT=1,1")
        return self.line.ask('AT#SD=1,0,7777,"10.7.0.1",0,0,1').endswith(b"OK\r\n")

    def has_lost(self) -> None:
        assert b"#SS: 1,0" in self.line.ask("AT#SS=1", b"OK\r\n")


class Quectel(Dialler):
    LOST = ("+PDP DEACT",)

    def prepare(self) -> None:
        self.line.ask("AT+QIREGAPP")
        self.line.ask("AT+QIACT")

    def has_context(self) -> bool:
        self.line.ask("AT+QISTAT", b"STATE: ")
        return self.line.until(b"\r\n") not in (b"IP INITIAL\r\n", b"IP START\r\n", b"PDP DEACT\r\n")

    def dial(self) -> bool:
        if not self.has_context():
            self.line.ask("AT+QIDEACT", b"DEACT OK\r\n")
            if not self.line.ask("AT+QIACT").endswith(b"OK\r\n"):
                return False
        if not self.line.ask('AT+QIOPEN="TCP","10.7.0.1",7777').endswith(b"OK\r\n"):
            return False
        return self.line.until(b"CONNECT OK\r\n", b"CONNECT FAIL\r\n").endswith(b"CONNECT OK\r\n")


class Fibocom(Dialler):
    LOST = ("+MIPSTAT: 1,1", "+MIPCALL: 0")

    def prepare(self) -> None:
        pass

    def has_context(self) -> bool:
        return b"+MIPCALL: 0\r\n" not in self.line.ask("AT+MIPCALL?", b"OK\r\n")

    def dial(self) -> bool:
        if not self.has_context():
            if not self.line.ask('AT+MIPCALL=1,"internet"').endswith(b"OK\r\n"):
                return False
            self.line.until(b"+MIPCALL: 1")
            self.line.until(b"\r\n")
        if not self.line.ask('AT+MIPOPEN=1,,"10.7.0.1",7777,0').endswith(b"OK\r\n"):
            return False
        return self.line.until(b"+MIPOPEN: 1,1\r\n", b"+MIPOPEN: 1,0\r\n").endswith(b",1\r\n")


DIALLERS: dict[str, type[Dialler]] = {"he910": Telit, "m95": Quectel, "l610": Fibocom}


@pytest.mark.parametrize("model", DIALLERS)
def test_connections_leave_by_it(world: World, tmp_path: Path, model: str) -> None:
    """Though the machine's own way is another; they are lost with it, as the maker's module tells, and those after come from
    its next address."""
    world.uplink()
    server = world.server()
    assert server.stdout
    with running(world, tmp_path, "{follow: wwan0}", model) as (line, said):
        host = DIALLERS[model](line)
        assert host.dial()
        assert server.stdout.readline() == "10.9.0.2\n"
        world.ip("link", "set", "wwan0", "down")
        line.until(b"+CREG: 4\r\n")
        host.has_lost()
        assert not host.has_context()
        assert not host.dial()
        world.ip("link", "set", "wwan0", "up")
        world.route("wwan0", "10.9.0.1", 100)  # the kernel has dropped it
        line.until(b"+CREG: 1\r\n")
        assert host.dial()
        assert server.stdout.readline() == "10.9.0.2\n"
        # another address, with no moment without one
        world.run(world.far, "ip", "addr", "add", "10.10.0.1/24", "dev", "far0")
        world.ip("addr", "add", "10.10.0.2/24", "dev", "wwan0")
        world.ip("addr", "del", "10.9.0.2/24", "dev", "wwan0")
        wait_until(lambda: "the address of wwan0 is another" in said.read_text())
        world.route("wwan0", "10.10.0.1", 100)
        host.has_lost()
        assert not host.has_context()
        assert b"+CREG: 1,1" in line.ask("AT+CREG?")
        assert host.dial()
        assert server.stdout.readline() == "10.10.0.2\n"


def test_without_it_the_machine_has_its_way(world: World, tmp_path: Path) -> None:
    """What the test above would see if nothing was followed."""
    world.uplink()
    server = world.server()
    assert server.stdout
    with running(world, tmp_path, "{signal: 'echo 9'}") as (line, _):
        line.ask('ATE0;+CGDCONT=1,"IP","internet";#SGACT=1,1')
        assert line.ask('AT#SD=1,0,7777,"10.7.0.1",0,0,1').endswith(b"OK\r\n")
        assert server.stdout.readline() == "10.8.0.2\n"


def test_many_follow_one(world: World, tmp_path: Path) -> None:
    """All are told, also those that came later."""
    more = "".join(f"- {{name: m{i}, module: m95, state: none, network: {{follow: {'wwan0' if i % 2 else 'lan0'}}}, ports: [{{unix: p{i}}}]}}\n"
                   for i in range(20))
    with running(world, tmp_path, "{follow: wwan0}", more=more):
        lines = [Line(tmp_path / f"p{i}") for i in range(20)]
        for i, line in enumerate(lines):
            assert (b"+CREG: 1,4" if i % 2 else b"+CREG: 1,1") in line.ask("ATE0;+CREG=1;+CREG?")
        world.uplink()
        for line in lines[1::2]:
            line.until(b"+CREG: 1\r\n")
        world.ip("link", "set", "lan0", "down")
        for line in lines[::2]:
            line.until(b"+CREG: 4\r\n")
        for line in lines[1::2]:
            assert b"+CREG: 1,1" in line.ask("AT+CREG?")


def test_signal_is_what_the_command_says(world: World, tmp_path: Path) -> None:
    (tmp_path / "strength").write_text("-71 dBm\n")
    with running(world, tmp_path, f"{{follow: lan0, signal: 'echo $TLSMODEM_NAME $TLSMODEM_INTERFACE > {tmp_path}/asked; cat {tmp_path}/strength'}}") \
            as (line, _):
        line.ask("ATE0")
        wait_until(lambda: b"+CSQ: 21," in line.ask("AT+CSQ"))
        assert (tmp_path / "asked").read_text() == "he910 lan0\n"


def _is_there(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


def _group(leader: int) -> list[str]:
    """Processes of its group, by their names."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            name, rest = path.read_text().split("(", 1)[1].rsplit(")", 1)
            if rest.split()[0] != "Z" and int(rest.split()[2]) == leader:
                found.append(name)
    return found


def test_signal_command_that_hangs_is_killed(world: World, tmp_path: Path) -> None:
    """With what it waits for; the host hears that the signal is not known."""
    with running(world, tmp_path, f"{{signal: 'echo 9; echo $$ > {tmp_path}/pid; sleep 1000; true'}}") as (line, said):
        wait_until((tmp_path / "pid").exists)
        wait_until(lambda: "was not over after 10 s, and was killed" in said.read_text())
        line.ask("ATE0")
        assert b"+CSQ: 99," in line.ask("AT+CSQ")
        pid = int((tmp_path / "pid").read_text())
        wait_until(lambda: not _is_there(pid))
        assert _group(pid) == []


def test_what_a_signal_command_leaves_behind_is_killed(world: World, tmp_path: Path) -> None:
    """And not waited for, though it holds the command's output."""
    with running(world, tmp_path, f"{{signal: 'sleep 1000 & echo $$ > {tmp_path}/pid; echo 12'}}") as (line, said):
        line.ask("ATE0")
        wait_until(lambda: b"+CSQ: 12," in line.ask("AT+CSQ"))
        assert _group(int((tmp_path / "pid").read_text())) == []
        assert "was killed" not in said.read_text()


def test_signal_command_dies_with_the_program(world: World, tmp_path: Path) -> None:
    with running(world, tmp_path, f"{{signal: 'echo $$ > {tmp_path}/pid; exec sleep 1000'}}"):
        wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip() != "")
        pid = int((tmp_path / "pid").read_text())
        assert _is_there(pid)
    assert not _is_there(pid)


def test_what_has_no_command_starts_no_program(world: World, tmp_path: Path) -> None:
    """Following alone keeps the narrow filter of system calls."""
    with running(world, tmp_path, "{follow: lan0}") as (line, said):
        wait_until(lambda: "Seccomp:\t2" in Path(f"/proc/{line.program}/status").read_text() or "not filtered" in said.read_text())


def test_reset_of_control_leaves_it_as_the_interface_is(world: World, tmp_path: Path) -> None:
    world.uplink()
    more = f"control: unix:{tmp_path}/control\n"
    control = ControlPort(tmp_path / "control")

    with running(world, tmp_path, "{follow: wwan0}", more=more) as (line, _):
        line.ask("ATE0;+CREG=1")
        control.change("he910", registration="denied")
        line.until(b"+CREG: 3\r\n")
        world.ip("link", "set", "wwan0", "down")
        line.until(b"+CREG: 4\r\n")
        control.done("POST", "/v1/reset")
        assert b"+CREG: 1,4" in line.ask("AT+CREG?")
        world.ip("link", "set", "wwan0", "up")
        line.until(b"+CREG: 1\r\n")
        control.change("he910", registration="denied")
        line.until(b"+CREG: 3\r\n")
        control.done("POST", "/v1/reset")
        line.until(b"+CREG: 1\r\n")
