"""`tlsmodem ctl` and `tlsmodemctl`: the control port for people and scripts.

Sources: docs/control.md, "From a shell"; docs/contract.md, "Commands".
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.control import ControlPort
from support.modem import Modem, program_path
from support.patience import ANSWER_S
from support.servers import free_port

from .test_control import TOKEN, controlled, token_file


def ctl(*words: str, env: dict[str, str] | None = None, name: str = "tlsmodem") -> tuple[int, str, str]:
    program = program_path("tlsmodem", "TLSMODEM")
    first = [str(program), "ctl"] if name == "tlsmodem" else [str(program.parent / name)]
    ended = subprocess.run([*first, *words], capture_output=True, text=True, timeout=ANSWER_S, check=False,
                           env={**os.environ, **(env or {})})
    return ended.returncode, ended.stdout, ended.stderr


@pytest.fixture
def run() -> Iterator[tuple[Modem, ControlPort, str]]:
    with controlled("m95") as (modem, control):
        yield modem, control, f"unix:{control.at}"


def done(place: str, *words: str) -> dict[str, object]:
    status, out, err = ctl("--control", place, *words)
    assert (status, err) == (0, ""), err
    answer = json.loads(out)
    assert isinstance(answer, dict)
    return answer


def test_each_command(run: tuple[Modem, ControlPort, str], tmp_path: Path) -> None:
    modem, control, place = run
    assert [one["name"] for one in done(place, "list")["modems"]] == ["m95"]  # type: ignore[attr-defined]
    assert done(place, "show")["module"] == "m95"
    changed = done(place, "--modem", "m95", "set", "signal=3", "attached=no", "operator=My net")
    assert (changed["signal"], changed["attached"], changed["operator"]) == (3, False, "My net")
    assert done(place, "ring", "+49170")["call"] == {"state": "rings", "caller": "+49170"}
    modem.host.read_until(b"RING\r\n")
    assert done(place, "ring-end")["call"] == {"state": "none"}
    assert done(place, "sms", "text=a=b", "from=+491")["messages"] == 1
    assert done(place, "sms", "+491", "Grüße")["messages"] == 2
    before = control.modem("m95")["clock"]
    assert str(done(place, "advance", "2d")["clock"])[:10] > before[:10]
    journal = done(place, "journal")
    assert done(place, "journal", str(journal["last"]))["entries"] == []
    entry = {"name": "b", "module": "l610", "state": "none", "ports": [{"unix": str(tmp_path / "b")}]}
    assert done(place, "add", json.dumps(entry))["module"] == "l610"
    status, _, err = ctl("--control", place, "show")
    assert (status, err) == (1, "tlsmodem ctl: there are 2 modems; --modem NAME says which\n")
    assert done(place, "--modem=b", "remove") == {"removed": "b"}
    assert done(place, "power", "off")["on"] is False
    assert done(place, "reset")["modems"][0]["on"] is True  # type: ignore[index]


def test_links_and_faults(run: tuple[Modem, ControlPort, str]) -> None:
    _, control, place = run
    assert done(place, "link", "gprs", "loss=1")["link"] == "gprs,loss=1"
    assert done(place, "link", "none")["link"] is None
    fault = done(place, "fault", "latency", "latency=2000", "socket=1", "command=AT+Q*", "seed=7", "toxicity=0.5")
    assert (fault["number"], fault["attributes"]) == (1, {"latency": 2000, "jitter": 0})
    assert (fault["when"], fault["seed"], fault["toxicity"]) == ({"command": "AT+Q*", "socket": 1}, 7, 0.5)
    done(place, "fault", "refused")
    assert [one["number"] for one in done(place, "faults")["faults"]] == [1, 2]  # type: ignore[attr-defined]
    assert [one["number"] for one in done(place, "fault", "none", "1")["faults"]] == [2]  # type: ignore[attr-defined]
    assert done(place, "fault", "none") == {"faults": []}
    for words, said in [(["link"], "link needs WORDS"), (["link", "frob"], "frob"), (["fault"], "needs a type"),
                        (["fault", "frob"], "frob"), (["fault", "latency"], "latency"), (["fault", "latency", "x=1"], "x")]:
        status, out, err = ctl("--control", place, *words)
        assert (status, out, said in err) == (2, "", True), (words, err)


def test_events_are_lines(run: tuple[Modem, ControlPort, str]) -> None:
    modem, _, place = run
    program = program_path("tlsmodem", "TLSMODEM")
    with subprocess.Popen([program, "ctl", "--control", place, "events"], stdout=subprocess.PIPE, text=True) as events:
        assert events.stdout is not None
        try:
            deadline = time.monotonic() + ANSWER_S
            while not select.select([events.stdout], [], [], 0.05)[0]:  # until it listens
                assert time.monotonic() < deadline
                modem.host.write(b"AT\r")
                modem.host.read_until(b"OK\r\n")
            assert json.loads(events.stdout.readline())["modem"] == "m95"
        finally:
            events.terminate()


def test_the_environment_says_where(run: tuple[Modem, ControlPort, str], tmp_path: Path) -> None:
    _, _, place = run
    assert ctl("show", env={"TLSMODEM_CONTROL": place})[0] == 0
    assert ctl("show", env={"TLSMODEM_CONTROL": place}, name="tlsmodemctl")[0] == 0
    port = free_port()
    token = token_file(tmp_path)
    with Modem("l610", options=["--control", str(port), "--control-token-file", str(token)]):
        env = {"TLSMODEM_CONTROL": str(port), "TLSMODEM_CONTROL_TOKEN_FILE": str(token)}
        status, out, _ = ctl("show", env=env)
        assert (status, json.loads(out)["name"]) == (0, "l610")
        token.write_text(TOKEN[::-1])
        status, _, err = ctl("show", env=env)
        assert (status, "the token is missing or wrong" in err) == (1, True)


def test_wrong_use_is_two_and_refusal_one(run: tuple[Modem, ControlPort, str], tmp_path: Path) -> None:
    _, _, place = run
    for words, said in [
            ([], "a command is needed"), (["frob"], "there is no command frob; allowed: list, show,"),
            (["--frob"], "unknown option --frob"), (["--control"], "--control needs a value"),
            (["set"], "set needs NAME=VALUE; allowed: registration,"), (["set", "x"], "NAME=VALUE"), (["set", "x=1"], "no key of this call"),
            (["set", "signal=32"], "0 to 31, 99"), (["power", "up"], "off, on, reset, brown-out"), (["power", "off", "on"], "power takes 1 value"),
            (["advance"], "advance needs TIME"), (["advance", "3"], 'advance: "3" is wrong; allowed: 0 to 31 days'), (["show", "x"], "show takes nothing"),
            (["journal", "x"], "journal takes a number"), (["add", "{"], "no JSON object"), (["add", "{}"], "module: a modem needs one"),
            (["sms", "1"], "sms needs text: UTF-8, at most"), (["sms"], "sms needs from: 1 to 20 digits, perhaps with a + in front; text: "),
            (["power"], "power needs do: off, on, reset, brown-out")]:
        status, out, err = ctl("--control", place, *words)
        assert (status, out, said in err, err.count("\n")) == (2, "", True, 1), (words, err)
    for words, said in [(["--modem", "x", "show"], 'there is no modem "x"; GET /v1/modems (tlsmodem ctl list) shows'),
                        (["fault", "none", "7"], "there is no such fault; GET (tlsmodem ctl faults) shows"), (["ring-end"], "it needs a call"),
                        (["remove"], "the last modem")]:
        status, out, err = ctl("--control", place, *words)
        assert (status, out, said in err) == (1, "", True), (words, err)
    nobody = (1, "", f"tlsmodem ctl: unix:{tmp_path}/none: No such file or directory; the run is to have the same --control\n")
    assert ctl("--control", f"unix:{tmp_path}/none", "show") == nobody
    port = free_port()
    status, _, err = ctl("--control", str(port), "--control-token-file", str(token_file(tmp_path)), "show")
    assert (status, f"127.0.0.1:{port}: Connection refused; " in err) == (1, True), err
    status, _, err = ctl("--control", f"{tmp_path}/none", "show")
    assert (status, err.endswith("; allowed: [HOST:]PORT with PORT from 1 to 65535, or unix:PATH\n")) == (2, True), err
    assert ctl("--control", "10.0.0.1:4000", "show")[0] == 2
    status, _, err = ctl("show", env={"TLSMODEM_CONTROL": ""})
    assert status == 2


def test_help_names_every_call(run: tuple[Modem, ControlPort, str]) -> None:
    status, out, _ = ctl("--help")
    assert status == 0
    for word in ("list", "set NAME=VALUE", "advance TIME", "power off|on|reset|brown-out", "ring [CALLER]", "sms FROM TEXT",
                 "context-lost [CID]"):
        assert f"    {word}" in out
    assert "does it to the modem" not in out
