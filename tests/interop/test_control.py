"""The control port, by those who use it: on a Unix socket and on TCP, with each maker's modem on a real port.

Sources: docs/control.md; docs/contract.md, "Control".
"""

from __future__ import annotations

import contextlib
import re
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.control import ControlPort
from support.modem import Modem, program_path
from support.patience import ANSWER_S
from support.program import run_program
from support.servers import Nginx, Peer, free_port, refused_port

from .driver import RESULT

TOKEN = "0123456789abcdef0123456789abcdef"
MODELS = ["he910", "m95", "l610"]


@contextlib.contextmanager
def controlled(model: str, *options: str, port: str = "unix") -> Iterator[tuple[Modem, ControlPort]]:
    modem = Modem(model, port)
    path = modem.folder / "control"
    modem.options = ["--control", f"unix:{path}", *options]
    with modem:
        yield modem, ControlPort(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def token_file(folder: Path, text: str = TOKEN + "\n", mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_text(text)
    path.chmod(mode)
    return path


@contextlib.contextmanager
def controlled_by_tcp(folder: Path) -> Iterator[tuple[Modem, int]]:
    port = free_port()
    with Modem("m95", options=["--control", str(port), "--control-token-file",
                               str(token_file(folder))]) as modem:
        yield modem, port


def heard(modem: Modem) -> bytes:
    """What its host has heard by now, and nobody has asked for."""
    modem.host.wait_for_more(0.0)
    said = modem.host.heard_until(0.0)
    modem.host.read(len(said), 0.0)
    return said


def answered(modem: Modem, line: str) -> bytes:
    modem.host.write(line.encode() + b"\r")
    return modem.host.read_match(re.compile(rb"\r\n(OK|ERROR|\+CM[ES] ERROR[^\r]*)\r\n"))


# ---- what it does ----

@pytest.mark.parametrize("model", MODELS)
def test_a_host_has_heard_of_it_when_the_call_returns(model: str) -> None:
    with controlled(model) as (modem, control):
        assert b"OK" in answered(modem, "AT+CREG=1")
        assert control.modem(model)["registered"] is True
        state = control.change(model, registration="denied", signal=7, operator="Lab", operator_code="26299")
        if model != "m95":  # which keeps a distance from the OK before
            assert modem.host.wait_for_more(0.0)
        assert (state["registered"], state["registration"], state["signal"]) == (False, "denied", 7)
        assert (state["operator"], state["operator-code"]) == ("Lab", "26299")
        modem.host.read_until(b"+CREG: 3\r\n")
        control.change(model, registration="home")
        modem.host.read_until(b"+CREG: 1\r\n")
        assert b"+CSQ: 7," in answered(modem, "AT+CSQ")


@pytest.mark.parametrize("model", MODELS)
def test_what_control_does_is_recorded(model: str, tmp_path: Path) -> None:
    """So the recording plays back; what could not be done is not in it."""
    path = tmp_path / "recorded.at"
    with controlled(model, "--record", str(path)) as (modem, control):
        assert b"OK" in answered(modem, "AT+CREG=1")
        control.change(model, registration="denied", signal=7)
        modem.host.read_until(b"+CREG: 3\r\n")
        assert "it needs a call" in control.refused(409, "POST", f"/v1/modems/{model}/ring-end", {})
        control.change(model, registration="roaming", operator="Lab")
        modem.host.read_until(b"+CREG: 5\r\n")
        control.act(model, "ring", caller="+4915112345678")
        modem.host.read_until(b"RING\r\n")
        control.act(model, "ring-end")
        modem.host.read_until(b"NO CARRIER\r\n")
        control.act(model, "sms", **{"from": "+491511", "text": "Grüße"})
        modem.host.read_until(b"+CMTI: " if model != "he910" else b"")
        assert b"+CSQ: 7," in answered(modem, "AT+CSQ")
    text = path.read_text()
    for step in ("set registration=denied", "set signal=7", "set operator=Lab", 'ring "+4915112345678"', "ring end",
                 'sms "+491511" "Gr\\xc3\\xbc\\xc3\\x9fe"'):
        assert f"\n{step}\n" in text, text
    assert text.count("ring end") == 1
    done = run_program("check", path)
    assert done.returncode == 0, done.stdout + done.stderr + text


@pytest.mark.parametrize("model", MODELS)
def test_faults_and_links_are_recorded(model: str, tmp_path: Path) -> None:
    """So what a test has made go wrong goes wrong again; of two faults one may be taken back."""
    path = tmp_path / "recorded.at"
    faults = f"/v1/modems/{model}/faults"
    with controlled(model, "--record", str(path)) as (modem, control):
        answered(modem, "AT+CMEE=1")
        control.done("POST", faults, {"type": "error", "attributes": {"code": 3}, "when": {"command": "AT+CSQ"}})
        control.done("POST", faults, {"type": "error", "attributes": {"code": 4}, "when": {"command": "AT+CREG?"}})
        control.refused(400, "POST", faults, {"type": "error"})
        assert b"+CME ERROR: 3" in answered(modem, "AT+CSQ") and b"+CME ERROR: 4" in answered(modem, "AT+CREG?")
        control.done("DELETE", f"{faults}?number=1")
        control.done("PUT", f"/v1/modems/{model}/link", {"name": "gprs"})
        assert b"+CSQ: 20" in answered(modem, "AT+CSQ") and b"+CME ERROR: 4" in answered(modem, "AT+CREG?")
        control.done("DELETE", faults)
        control.done("DELETE", f"/v1/modems/{model}/link")
        assert b"+CREG: 0,1" in answered(modem, "AT+CREG?")
    text = path.read_text()
    steps = [line for line in text.splitlines() if line.startswith(("fault", "link"))]
    first, second = 'fault error code=3 command="AT+CSQ"', 'fault error code=4 command="AT+CREG?"'
    assert steps == [first, second, "fault none", second, "link gprs", "fault none", "link none"], text
    done = run_program("check", path)
    assert done.returncode == 0, done.stdout + done.stderr + text


@pytest.mark.parametrize("model", MODELS)
def test_calls_messages_and_power(model: str) -> None:
    with controlled(model) as (modem, control):
        answered(modem, "AT+CMGF=1")
        answered(modem, "AT+CNMI=2,1")
        assert control.act(model, "ring", caller="+4915112345678")["call"] == {
            "state": "rings", "caller": "+4915112345678"}
        modem.host.read_until(b"RING\r\n")
        control.act(model, "ring-end")
        assert control.modem(model)["call"] == {"state": "none"}
        heard(modem)
        state = control.act(model, "sms", **{"from": "+491511", "text": "Grüße"})
        modem.host.read_until(b"+CMTI: ")
        assert (state["messages"], state["unread"]) == (1, 1)
        assert control.act(model, "power", do="off")["on"] is False
        assert "it needs a modem that is on" in control.refused(
            409, "POST", f"/v1/modems/{model}/ring", {})
        assert control.act(model, "power", do="on")["on"] is True


@pytest.mark.parametrize("model", MODELS)
def test_a_clock_that_is_put_on_takes_every_timer_along(model: str) -> None:
    """A day in no time: the modem's clock shows it, and a phone that rings has rung each time."""
    with controlled(model) as (modem, control):
        before = control.modem(model)["clock"]
        control.act(model, "ring")
        began = time.monotonic()
        control.change(model, clock={"advance": "60s"})
        assert heard(modem).count(b"RING") >= 10
        control.act(model, "ring-end")
        control.change(model, clock={"advance": "1d"})
        assert time.monotonic() - began < ANSWER_S
        after = control.modem(model)["clock"]
        assert after[:10] > before[:10]
        heard(modem)
        assert b"OK" in answered(modem, "AT")
        control.change(model, clock="2030-05-01T12:00:00Z")
        assert control.modem(model)["clock"].startswith("2030-05-01T12:00:")


def test_circuits_are_shown_and_dtr_is_driven() -> None:
    with controlled("he910") as (modem, control):
        port = control.modem("he910")["ports"][0]
        assert (port["port"], port["place"]) == (1, f"unix {modem.unix_path}")
        assert (port["dtr"], port["dcd"], port["ri"]) == (True, False, False)
        assert control.change("he910", dtr=False)["ports"][0]["dtr"] is False
        assert control.change("he910", dtr="on", port=1)["ports"][0]["dtr"] is True
        control.act("he910", "ring")
        assert control.modem("he910")["ports"][0]["ri"] is True


@pytest.mark.parametrize("model", MODELS)
def test_reset_brings_back_what_was(model: str) -> None:
    with controlled(model) as (_, control):
        before = control.modem(model)
        control.change(model, registration="lost", signal=99, operator="Lab", cell=77, sim="absent")
        control.done("POST", "/v1/reset")
        after = control.modem(model)
        for changing in ("clock",):
            before.pop(changing), after.pop(changing)
        assert after == before


def test_modems_come_and_go(tmp_path: Path) -> None:
    with controlled("m95") as (modem, control):
        entry = {"name": "second", "module": "l610", "state": "none",
                 "ports": [{"unix": str(tmp_path / "port")}], "signal": 11}
        state = control.done("POST", "/v1/modems", entry)
        assert (state["name"], state["module"], state["signal"]) == ("second", "l610", 11)
        assert [one["name"] for one in control.modems()] == ["m95", "second"]
        with socket.socket(socket.AF_UNIX) as host:
            host.settimeout(ANSWER_S)
            host.connect(str(tmp_path / "port"))
            host.sendall(b"ATE0\r")
            assert host.recv(100)
            assert "another name" in control.refused(409, "POST", "/v1/modems", entry)
            control.refused(409, "POST", "/v1/modems", entry | {"name": "third"})  # its port
            assert control.done("DELETE", "/v1/modems/second") == {"removed": "second"}
            while host.recv(100):  # hung up on
                pass
        assert [one["name"] for one in control.modems()] == ["m95"]
        assert "the last modem" in control.refused(409, "DELETE", "/v1/modems/m95")
        assert b"OK" in answered(modem, "AT")


def reach_of(path: Path, port: int) -> bytes:
    """What a Telit host on this socket is told when it opens a connection to 127.0.0.1."""
    with socket.socket(socket.AF_UNIX) as host:
        host.settimeout(ANSWER_S)
        host.connect(str(path))
        said = b""
        for line in ['AT+CGDCONT=1,"IP","x"', "AT#SGACT=1,1", f'AT#SD=1,0,{port},"127.0.0.1",0,0,1']:
            host.sendall(line.encode() + b"\r")
            said = b""
            while not RESULT.search(said):
                said += host.recv(1000)
        return said


def test_a_guard_of_the_command_line_holds_for_a_modem_that_comes_later(tmp_path: Path) -> None:
    entry = {"name": "second", "module": "he910", "state": "none", "ports": [{"unix": str(tmp_path / "port")}]}
    with socket.create_server(("127.0.0.1", 0)) as server, \
            controlled("he910", "--guard", "deny=local", "--tls-policy", "modern") as (_, control):
        port = server.getsockname()[1]
        for key, value in {"allow": ["machine"], "deny": ["private"], "policy": {"tls": {"preset": "module"}}}.items():
            assert f"{key}: this run says it" in control.refused(400, "POST", "/v1/modems", entry | {key: value})
        control.done("POST", "/v1/modems", entry)
        assert b"OK" not in reach_of(tmp_path / "port", port)


def test_what_a_file_says_of_all_holds_for_a_modem_that_comes_later(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("control: unix:control\npolicy: {tls: {preset: modern}}\ndefaults: {module: he910, state: none, deny: [local]}\n"
                      "modems:\n- {name: first, ports: [{unix: first.sock}]}\n")
    entry = {"name": "second", "ports": [{"unix": "second.sock"}]}
    with socket.create_server(("127.0.0.1", 0)) as server, \
            subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config], stdout=subprocess.PIPE, text=True,
                             cwd=tmp_path) as run:
        try:
            assert run.stdout is not None and run.stdout.readline().startswith("ready: first")
            control = ControlPort(tmp_path / "control")
            for key, value in {"allow": ["machine"], "deny": ["private"], "policy": {"tls": {"preset": "module"}}}.items():
                assert f"{key}: this run says it" in control.refused(400, "POST", "/v1/modems", entry | {key: value})
            assert control.done("POST", "/v1/modems", entry)["module"] == "he910"
            assert b"OK" not in reach_of(tmp_path / "second.sock", server.getsockname()[1])
        finally:
            run.terminate()


def test_modems_of_every_thread_are_reached(tmp_path: Path) -> None:
    """A fleet on several threads, whose hosts type meanwhile; one that is closed and opened again is there."""
    config = tmp_path / "run.yaml"
    config.write_text("control: unix:control\nmodems:\n- {name: 'a${n}', count: 6, module: m95, state: none, ports: [{unix: 'a${n}.sock'}]}\n")
    run = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config, "--threads", "3"], stdout=subprocess.PIPE, text=True)
    hosts = []
    try:
        assert run.stdout is not None
        for _ in range(6):
            assert run.stdout.readline().startswith("ready: a")
        control = ControlPort(tmp_path / "control")
        for number in range(6):
            host = socket.socket(socket.AF_UNIX)
            host.connect(str(tmp_path / f"a{number}.sock"))
            host.sendall(b"AT+CREG=1\r" + b"AT\r" * 50)
            hosts.append(host)
        for turn in range(5):
            for number in range(6):
                assert control.change(f"a{number}", signal=turn)["signal"] == turn
        assert [one["signal"] for one in control.modems()] == [4] * 6
        control.done("DELETE", "/v1/modems/a2")
        assert [one["name"] for one in control.modems()] == ["a0", "a1", "a3", "a4", "a5"]
        run.send_signal(signal.SIGHUP)
        assert run.stdout.readline().startswith("ready: a2 ")
        assert sorted(one["name"] for one in control.modems()) == [f"a{number}" for number in range(6)]
        assert control.modem("a3")["signal"] == 4
        control.done("POST", "/v1/reset")
        assert {one["signal"] for one in control.modems()} == {20}
    finally:
        for host in hosts:
            host.close()
        run.terminate()
        assert run.wait(ANSWER_S) == 0


def test_what_is_wrong_is_said_with_what_is_allowed() -> None:
    with controlled("m95") as (_, control):
        at = "/v1/modems/m95"
        for body, words in [
                ({"registration": "away"}, "allowed: home, roaming, searching, denied, lost"),
                ({"signal": 32}, "allowed: 0 to 31, 99"),
                ({"signal": "x" * 2000}, "of a wrong kind; allowed: 0 to 31, 99"),
                ({"attached": 3}, "allowed: no, yes, true, false"),
                ({"clock": {"advance": "75"}}, 'advance: "75" is wrong; allowed: 0 to 31 days'),
                ({"clock": {"advance": "32d"}}, "0 to 31 days"),
                ({"clock": {}}, '{"advance": "75s"}'),
                ({"port": 2}, "allowed: 1 to 1"),
                ({"dcd": True}, '"dcd" is no key of this call; allowed: registration, '),
        ]:
            assert words in control.refused(400, "PATCH", at, body)
        for act, body, words in [
                ("power", {}, "allowed: off, on, reset, brown-out"),
                ("power", {"do": "up"}, "allowed: off, on, reset, brown-out"),
                ("ring", {"caller": "me"}, "1 to 20 digits"),
                ("ring", {"from": "1"}, "allowed: caller"),
                ("ring-end", {"x": 1}, "allowed: none"),
                ("sms", {"from": "1", "text": "x" * 161}, "160 characters"),
                ("context-lost", {"cid": 99}, "PDP context of the model"),
        ]:
            assert words in control.refused(400, "POST", f"{at}/{act}", body)
        assert "line 1, column" in control.refused(400, "PATCH", at, b'{"signal": }')
        assert "no object" in control.refused(400, "PATCH", at, b"[1]")
        assert "did you mean he910?" in control.refused(400, "POST", "/v1/modems", {"module": "he911"})
        assert "there is no modem in the body" in control.refused(400, "POST", "/v1/modems")
        assert "allowed: 65536 bytes" in control.refused(413, "PATCH", at, b" " * 65537)
        assert "no such address" in control.refused(404, "GET", "/v2/modems")
        assert "no modem \"m96\"" in control.refused(404, "GET", "/v1/modems/m96")
        assert "no modem \"m95%00x\"" in control.refused(404, "GET", "/v1/modems/m95%00x")
        assert control.refused(404, "GET", "/v1/events?modem=m95%00x")
        assert control.done("GET", "/v1/modems/%6d9%35")["name"] == "m95"
        assert "another" not in control.refused(405, "PUT", at)
        assert control.modem("m95")["signal"] == 20


def dialled(modem: Modem, model: str, port: int) -> float:
    """How long a connection took, or its refusal, in the words of the maker."""
    lines = {"he910": ['AT+CGDCONT=1,"IP","x"', "AT#SGACT=1,1"], "m95": ["AT+QIREGAPP", "AT+QIACT"], "l610": ["AT+MIPCALL=1"]}
    dial = {"he910": f'AT#SD=1,0,{port},"127.0.0.1",0,0,1', "m95": f'AT+QIOPEN="TCP","127.0.0.1","{port}"',
            "l610": f'AT+MIPOPEN=1,,"127.0.0.1",{port},0'}
    ends = {"he910": rb"\r\n(OK|ERROR|\+CME ERROR[^\r]*|NO CARRIER)\r\n", "m95": rb"CONNECT (OK|FAIL)\r\n", "l610": rb"\+MIPOPEN:? 1,[01]\r\n"}
    for line in lines[model]:
        answered(modem, line)
    if model == "l610":
        modem.host.read_until(b"+MIPCALL: ")
        modem.host.read_until(b"\r\n")
    began = time.monotonic()
    modem.host.write(dial[model].encode() + b"\r")
    modem.host.read_match(re.compile(ends[model]))
    return time.monotonic() - began


@pytest.mark.parametrize("model", MODELS)
def test_a_link_and_a_fault_are_felt(model: str) -> None:
    with controlled(model) as (modem, control), socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(ANSWER_S)
        at = f"/v1/modems/{model}"
        assert control.done("PUT", f"{at}/link", {"name": "edge", "rtt": 1500})["link"] == "edge,rtt=1500"
        fault = control.done("POST", f"{at}/faults", {"type": "refused", "count": 1, "when": {"phase": "any"}})
        assert (fault["number"], fault["type"], fault["seen"], fault["struck"]) == (1, "refused", 0, 0)
        server_port = server.getsockname()[1]
        assert dialled(modem, model, server_port) < ANSWER_S
        assert control.done("GET", f"{at}/faults")["faults"][0]["struck"] == 1
        control.done("POST", "/v1/reset")
        assert control.modem(model)["link"] is None
        assert control.done("GET", f"{at}/faults") == {"faults": []}
        for body, words in [({"type": "frob"}, "latency"), ({"type": "latency"}, "latency"), ({"type": "latency", "when": {"x": 1}}, "no key"),
                            ({"type": "latency", "attributes": {"latency": "x"}}, "latency"), ({"type": "refused", "attributes": []}, "an object"),
                            ({"type": "refused", "attributes": {"seed": 1}}, "does not belong there"), ({}, "allowed")]:
            assert words in control.refused(400, "POST", f"{at}/faults", body)
        for link in ({}, {"name": "frob"}, {"rtt": -1}, {"rtt": "1,up=2"}, {"frob": 1}):
            control.refused(400, "PUT", f"{at}/link", link)
        control.done("POST", f"{at}/faults", {"type": "refused"})
        for number in (0, 9, 99999999999, 2**64):
            assert "no such fault" in control.refused(404, "DELETE", f"{at}/faults?number={number}")
        for number in ("", "x", "-1", "1x", "%00"):
            assert "it is no number" in control.refused(400, "DELETE", f"{at}/faults?number={number}")
        assert len(control.done("GET", f"{at}/faults")["faults"]) == 1


def test_faults_of_a_file_are_there_from_the_start_and_come_back(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text("control: unix:control\nmodems:\n- {name: one, module: m95, state: none, ports: [{unix: one.sock}],\n"
                      "   faults: ['answer_twice command=AT+CSQ', 'error code=14 command=AT+CGMM']}\n")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config], stdout=subprocess.PIPE, text=True, cwd=tmp_path) as run:
        try:
            assert run.stdout is not None and run.stdout.readline().startswith("ready: one")
            control = ControlPort(tmp_path / "control")
            with socket.socket(socket.AF_UNIX) as host:
                host.settimeout(ANSWER_S)
                host.connect(str(tmp_path / "one.sock"))

                def oks(count: int) -> None:
                    host.sendall(b"AT+CSQ\rAT+GMI\r")
                    said = b""
                    while b"\r\nOK\r\n" not in said.partition(b"AT+GMI\r")[2]:
                        said += host.recv(1000)
                    assert said.partition(b"AT+GMI\r")[0].count(b"\r\nOK\r\n") == count, said
                oks(2)
                assert [fault["type"] for fault in control.done("GET", "/v1/modems/one/faults")["faults"]] == ["answer_twice", "error"]
                control.done("DELETE", "/v1/modems/one/faults")
                oks(1)
                control.done("POST", "/v1/reset")
                oks(2)
        finally:
            run.terminate()


def test_a_link_of_the_start_comes_back() -> None:
    with controlled("m95", "--link", "gprs") as (_, control):
        assert control.modem("m95")["link"] == "gprs"
        assert control.done("DELETE", "/v1/modems/m95/link")["link"] is None
        control.done("POST", "/v1/reset")
        assert control.modem("m95")["link"] == "gprs"


# ---- what happened ----

@pytest.mark.parametrize("model", MODELS)
def test_the_journal_has_it_in_order(model: str) -> None:
    with controlled(model) as (modem, control):
        answered(modem, "AT+CREG=1")
        control.change(model, registration="lost")
        modem.host.read_until(b"+CREG: ")
        modem.host.read_until(b"\r\n")
        answered(modem, "AT+CPIN=\"9876\"")
        control.change(model, clock={"advance": "75s"})
        answered(modem, "AT+CSQ")
        journal = control.journal(model)
        assert (journal["modem"], journal["lost"]) == (model, 0)
        said = [(entry["kind"], entry["text"]) for entry in journal["entries"]
                if entry["kind"] in ("command", "answer", "control")]
        said = said[said.index(("command", "AT+CREG=1")):]
        assert said[:4] == [("command", "AT+CREG=1"), ("answer", "OK"),
                            ("control", 'set {"registration":"lost"}'), ("answer", said[3][1])]
        assert said[3][1].startswith("+CREG: ")
        assert "9876" not in str(journal)
        numbers = [entry["number"] for entry in journal["entries"]]
        assert numbers == list(range(1, len(numbers) + 1)) and journal["last"] == numbers[-1]
        moments = [entry["ms"] for entry in journal["entries"]]
        assert moments == sorted(moments) and moments[-1] - moments[0] >= 75000
        results = [entry.get("result") for entry in journal["entries"] if entry["text"] == "OK"]
        assert set(results) == {"ok"}
        assert [entry["port"] for entry in journal["entries"] if entry["kind"] == "command"] == [1, 1, 1]
        rest = control.journal(model, after=numbers[-2])["entries"]
        assert [entry["number"] for entry in rest] == numbers[-1:]


def test_a_journal_is_bounded() -> None:
    with controlled("m95") as (modem, control):
        for _ in range(60):
            modem.host.write(b"AT\r" * 200)
            for _ in range(200):
                modem.host.read_until(b"OK\r\n")
        journal = control.journal("m95")
        assert journal["lost"] > 0
        assert journal["lost"] + len(journal["entries"]) == journal["last"]
        assert len(journal["entries"]) > 1000


def test_a_message_that_a_host_sends_is_in_it(tmp_path: Path) -> None:
    with controlled("m95") as (modem, control):
        answered(modem, "AT+CMGF=1")
        modem.host.write(b'AT+CMGS="+49170"\r')
        modem.host.read_until(b"> ")
        modem.host.write(b"hello\x1a")
        modem.host.read_until(b"+CMS ERROR")
        messages = [entry for entry in control.journal("m95")["entries"] if entry["kind"] == "message"]
        assert [(entry["to"], entry["text"], entry["outcome"]) for entry in messages] == [
            ("+49170", "hello", "refused")]


def add_dialled_modem(control: ControlPort, server: Nginx, folder: Path) -> int:
    """One more, whose host has opened a connection, and failed with another, to the port that it gives."""
    path = folder / "he910"
    refused = refused_port()
    control.done("POST", "/v1/modems", {"name": "he910", "module": "he910", "state": "none", "ports": [{"unix": str(path)}]})
    with socket.socket(socket.AF_UNIX) as host:
        host.settimeout(ANSWER_S)
        host.connect(str(path))
        for line in ['AT+CGDCONT=1,"IP","x"', "AT#SGACT=1,1", "AT#SSLEN=1,1", "AT#SSLSECCFG=1,0,0",
                     f'AT#SSLD=1,{server.port},"localhost",0,1', f'AT#SD=2,0,{refused},"localhost",0,0,1']:
            host.sendall(line.encode() + b"\r")
            said = b""
            while not RESULT.search(said):
                said += host.recv(1000)
    return refused


def test_sockets_and_what_servers_have_shown_are_in_it(nginx: Callable[..., Nginx], tmp_path: Path) -> None:
    server = nginx()
    with controlled("m95") as (_, control):
        refused = add_dialled_modem(control, server, tmp_path)
        assert f"socket 1: to localhost port {server.port}, TCP with TLS" in control.entries("he910", "socket")
        assert f"socket 2: to localhost port {refused}, TCP" in control.entries("he910", "socket")
        tls = control.entries("he910", "tls")
        assert tls[-2].startswith("socket 1: certificate 1 of 1: CN=localhost, issued by CN=") and tls[-1].startswith("socket 1: done: TLS 1.0, ")
        assert control.entries("he910", "log") == [f"socket 2: cannot open localhost port {refused}: connection refused"]


def add_two_sockets(control: ControlPort, one: Peer, two: Peer, folder: Path) -> None:
    """One more M95: its first handshake ends after the second, and each with another certificate."""
    path = folder / "m95two"
    control.done("POST", "/v1/modems", {"name": "m95two", "module": "m95", "state": "none", "ports": [{"unix": str(path)}]})
    with socket.socket(socket.AF_UNIX) as host:
        said = b""

        def say(line: str, end: bytes) -> None:
            nonlocal said
            host.sendall(line.encode() + b"\r" if line else b"")
            while end not in said:
                said += host.recv(1000)
            said = said.partition(end)[2]
        host.settimeout(ANSWER_S)
        host.connect(str(path))
        for line in ["AT+QIREGAPP", "AT+QIACT", "AT+QIDNSIP=1"]:
            say(line, b"\r\nOK\r\n")
        for number, peer in enumerate([one, two]):
            say(f'AT+QSSLOPEN={number},0,"localhost",{peer.port},0', b"\r\nOK\r\n")
            peer.accept()
        two.handshake(ANSWER_S)
        say("", b"+QSSLOPEN: 1,0\r\n")
        one.handshake(ANSWER_S)
        say("", b"+QSSLOPEN: 0,0\r\n")


def test_what_a_server_has_shown_is_of_its_own_socket(certificates: Certificates, tmp_path: Path) -> None:
    """Of handshakes that go on side by side each line says whose it is."""
    with controlled("he910") as (_, control), Peer(certificates, certificate="server") as one, \
            Peer(certificates, certificate="server_wrong_name") as two:
        add_two_sockets(control, one, two, tmp_path)
        tls = control.entries("m95two", "tls")
    assert [line.partition(", ")[0] for line in tls if "certificate 1 of" in line] \
        == ["socket 1: certificate 1 of 1: CN=elsewhere.test", "socket 0: certificate 1 of 1: CN=localhost"]
    assert all(re.match(r"socket [01]: ", line) for line in tls)


def test_events_come_as_they_happen() -> None:
    with controlled("m95") as (modem, control), control.events() as events, \
            control.events("/v1/events?modem=m95") as own:
        answered(modem, "AT+CSQ")
        for stream in (events, own):
            entry = next(stream)
            assert (entry["modem"], entry["kind"], entry["text"]) == ("m95", "command", "AT+CSQ")
            assert next(stream)["text"].startswith("+CSQ: ")
        control.refused(404, "GET", "/v1/events?modem=nobody")


# ---- who may ----

def test_tcp_asks_for_the_token(tmp_path: Path) -> None:
    with controlled_by_tcp(tmp_path) as (_, port):
        assert ControlPort(port, TOKEN).modem("m95")["name"] == "m95"
        for token in (None, TOKEN[:-1], TOKEN + "0", "x" * len(TOKEN)):
            assert "--control-token-file" in ControlPort(port, token).refused(401, "GET", "/v1/modems")


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}",
                                    "http://127.0.0.1:{port}.evil.example"])
def test_no_page_of_another_place(tmp_path: Path, origin: str) -> None:
    with controlled_by_tcp(tmp_path) as (_, port):
        control = ControlPort(port, TOKEN)
        status, answer = control.ask("GET", "/v1/modems", headers={"Origin": origin.format(port=port)})
        assert (status, "another origin" in answer["error"]) == (403, True)
        assert control.ask("GET", "/v1/modems", headers={"Origin": f"http://127.0.0.1:{port}"})[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "0.0.0.0:{port}"])
def test_no_name_that_points_here(tmp_path: Path, host: str) -> None:
    with controlled_by_tcp(tmp_path) as (_, port):
        status, answer = ControlPort(port, TOKEN).ask("GET", "/v1/modems", headers={"Host": host.format(port=port)})
        assert (status, "names another place" in answer["error"]) == (403, True)


def test_a_page_cannot_reach_a_socket_file_by_a_proxy() -> None:
    with controlled("m95") as (_, control):
        assert control.ask("GET", "/v1/modems", headers={"Origin": "http://localhost"})[0] == 403


# ---- wrong use ----

def fails(*options: str) -> tuple[int, str]:
    ended = run_program("--module", "m95", "--pty", "modem", "--state", "none", *options)
    return ended.returncode, ended.stderr


def test_wrong_use_is_told(tmp_path: Path) -> None:
    token = str(token_file(tmp_path))
    for options, words in [
            (["--control", "4321"], "needs a token"),
            (["--control", "0.0.0.0:4321", "--control-token-file", token], "other machines can reach it"),
            (["--control", "unix:x", "--control-token-file", token], "is its owner's alone"),
            (["--control-token-file", token], "needs --control"),
            (["--control", "0", "--control-token-file", token], "nobody would know its port"),
            (["--control", "unix:"], "--control")]:
        status, said = fails(*options)
        assert (status, words in said, said.count("\n")) == (2, True, 1), said


@pytest.mark.parametrize(("text", "mode", "words"), [
    (TOKEN, 0o644, "others can read it"), ("short", 0o600, "16 to 256 printable"), ("a b" * 10, 0o600, "16 to 256 printable"),
    ("", 0o600, "16 to 256 printable"), (None, 0o600, "No such file")])
def test_a_token_that_is_none_is_told(tmp_path: Path, text: str | None, mode: int, words: str) -> None:
    path = token_file(tmp_path, text or "", mode)
    if text is None:
        path.unlink()
    status, said = fails("--control", str(free_port()), "--control-token-file", str(path))
    assert (status, words in said, str(path) in said) == (1, True, True), said


def test_a_file_says_where(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    port = free_port()
    token_file(tmp_path)
    entry = "modems: [{name: a, module: m95, state: none, ports: [{pty: a}]}]\n"
    for text, words in [
            ("control: 0.0.0.0:4321\n", "run.yaml:1:10: control: "), (f"control: {port}\n", "needs a token"),
            ("control-token-file: token\n", "there is no control")]:
        config.write_text(text + entry)
        ended = run_program("--config", config, "--check-config")
        assert (ended.returncode, words in ended.stderr) == (2, True), ended.stderr
    config.write_text(f"control: {port}\ncontrol-token-file: token\n" + entry)
    run = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config], stdout=subprocess.PIPE, text=True)
    try:
        assert run.stdout is not None and run.stdout.readline().startswith("ready: a pty ")
        assert [one["name"] for one in ControlPort(port, TOKEN).modems()] == ["a"]
    finally:
        run.terminate()
        assert run.wait(ANSWER_S) == 0
