"""The same fault with the same seed gives the same bytes at the AT port, whether control, a scenario or the file has it.

Faults towards a server and in the module, of hosts that dial a server which is there; those towards the host: unit/test_fault_seed.
Source: docs/laboratory.md.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from support.control import ControlPort
from support.fleet import Fleet, FleetHost
from support.patience import ANSWER_S

from .observe import wait_until

DIALS = 14
GREETING = bytes(b"abcdefghijklmnopqrstuvwxyz\n"[place % 27] for place in range(300))
Fault = tuple[str, dict[str, object]]
END = rb"\r\n(?:OK|ERROR|\+CME ERROR: \d+)\r\n"

# What activates the network, what dials, what tells that the dial is over, and what is stored.
SESSIONS = {
    "he910": (['AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1"], 'AT#SD=1,0,%d,"127.0.0.1"', rb"\r\n(?:NO CARRIER|ERROR|\+CME ERROR: \d+)\r\n"),
    "m95": (['AT+QICSGP=1,"CMNET"', "AT+QIREGAPP", "AT+QIACT", "AT+QIMODE=1"], 'AT+QIOPEN="TCP","127.0.0.1",%d',
            rb"\r\n(?:CLOSED|CONNECT FAIL|ERROR|\+CME ERROR: \d+)\r\n"),
    "l610": (['AT+MIPCALL=1,"CMNET"'], 'AT+MIPODM=1,,"127.0.0.1",%d,0', rb"\r\n(?:\+MIPSTAT: 1,2|\+MIPODM: 1,0|ERROR|\+CME ERROR: \d+)\r\n"),
}

CLOSES = {"l610": (("AT+MIPCLOSE=1", rb"\r\n(?:\+MIPCLOSE: 1,\d|ERROR|\+CME ERROR: \d+)\r\n"),)}  # before each


def faults(dial: str, seed: int) -> list[Fault]:
    """Types, and what else there is of them."""
    command = dial.partition("=")[0] + "*"
    return [("refused", {"toxicity": 0.3, "seed": seed}),
            ("limit_data", {"attributes": {"bytes": 100}, "toxicity": 0.4, "seed": seed + 1}),
            ("slicer", {"attributes": {"average_size": 40, "size_variation": 20, "delay": 1000}, "toxicity": 0.5, "seed": seed + 2}),
            ("latency", {"attributes": {"latency": 40, "jitter": 30}, "toxicity": 0.5, "seed": seed + 3}),
            ("memory_short", {"when": {"command": command}, "toxicity": 0.3, "seed": seed + 4}),
            ("store_full", {"when": {"command": "AT&W*"}, "toxicity": 0.5, "seed": seed + 5}),
            ("answer_twice", {"when": {"command": "AT+CSQ*"}, "toxicity": 0.5, "seed": seed + 6})]


def words(fault: Fault) -> str:
    """As `fault` of a scenario and `faults` of the file have it."""
    name, members = fault
    told: dict[str, object] = {}
    for key, value in members.items():
        told |= value if isinstance(value, dict) else {key: value}
    return " ".join([name, *(f"{key}={value}" for key, value in told.items())])


@contextmanager
def greeter() -> Iterator[int]:
    """A server that says the same to each, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    connection.sendall(GREETING)
                    connection.shutdown(socket.SHUT_WR)
                    connection.settimeout(ANSWER_S)
                    connection.recv(1)
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def talk(host: FleetHost, model: str, port: int) -> bytes:
    """Everything that the host hears of its dials."""
    _, dial, over = SESSIONS[model]
    heard = b""
    for _ in range(DIALS):
        for line, end in (*CLOSES.get(model, ()), (dial % port, over), ("AT&W", END), ("AT+CSQ", END), ("AT", END)):
            host.write(line.encode() + b"\r")
            heard += host.read_match(re.compile(end))
    return heard.replace(b"%d" % port, b"PORT")


def hear(folder: Path, model: str, way: str, port: int, seed: int) -> bytes:
    """One run; the faults come by the control port, by a scenario or by the file."""
    begin, dial, _ = SESSIONS[model]
    several = faults(dial, seed)
    folder.mkdir()
    listed = ", ".join(f"'{words(fault)}'" for fault in several) if way == "file" else ""
    config = (f"control: unix:control\nmodems:\n- {{name: one, module: {model}, state: state, ports: [{{unix: port}}], "
              f"faults: [{listed}]}}\n")
    (folder / "lab.at").write_text("".join(f"fault {words(fault)}\n" for fault in several))
    with Fleet(folder, config, ["--scenario", "lab.at"] if way == "scenario" else []) as fleet:
        host = fleet.host("one")
        control = ControlPort(folder / "control")
        if way == "control":
            for name, members in several:
                control.done("POST", "/v1/modems/one/faults", {"type": name, **members})
        wait_until(lambda: len(control.done("GET", "/v1/modems/one/faults")["faults"]) == len(several))
        for line in ("ATE0", "AT+CMEE=1", *begin):
            host.write(line.encode() + b"\r")
            host.read_match(re.compile(rb"\+MIPCALL: [\d.]+\r\n" if "MIPCALL" in line else END))
        return talk(host, model, port)


@pytest.mark.parametrize("model", SESSIONS)
def test_the_same_bytes_by_each_way(model: str, tmp_path: Path) -> None:
    with greeter() as port, ThreadPoolExecutor(5) as pool:
        runs = [pool.submit(hear, tmp_path / f"{way}-{seed}-{turn}", model, way, port, seed)
                for way, seed, turn in (("control", 7, 1), ("scenario", 7, 1), ("file", 7, 1), ("file", 7, 2), ("file", 1007, 1))]
        control, scenario, file, again, other = (run.result() for run in runs)
    assert file == again
    assert scenario == file
    assert control == file
    assert other != file
    assert GREETING[:100] + b"\r\n" in file and GREETING in file
