"""The control port under those who mean no good, or much: nothing crashes or hangs, and memory stays level.

`TLSMODEM_CALLS` is how many random calls there are (scripts/long: ten thousand).
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import select
import socket
import string
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import IO

from support.certs import Certificates
from support.control import ControlPort
from support.modem import Modem, program_path
from support.patience import ANSWER_S
from support.servers import GnutlsServ, free_port

from .observe import wait_until
from .test_control import TOKEN, heard, token_file
from .test_metrics import samples, scrape, value

CALLS = int(os.environ.get("TLSMODEM_CALLS", "400"))
STREAMS_MAX = 8
MODELS = ["he910", "m95", "l610"]
LEVEL_FROM = 10_000  # so many calls say whether memory is level
SAMPLED = 10
CALLS_A_LINE = 2  # of each host
LEAK_BYTES = 50  # a call may add, between the middle third and the last, without having leaked
REPOSITORY = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def three(folder: Path) -> Iterator[tuple[Modem, ControlPort, int]]:
    """A modem of each maker, of which two were opened by calls."""
    port, metrics = free_port(), free_port()
    options = ["--control", str(port), "--control-token-file", str(token_file(folder)), "--metrics", str(metrics)]
    with Modem("he910", "unix", options=options) as modem:
        control = ControlPort(port, TOKEN)
        for model in MODELS[1:]:
            control.done("POST", "/v1/modems", {"name": model, "module": model, "state": "none",
                                                "ports": [{"unix": str(folder / model)}]})
        yield modem, control, metrics


def tcp(control: ControlPort) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", control.at), timeout=ANSWER_S)
    return connection


def head(control: ControlPort, path: str) -> bytes:
    return (f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{control.at}\r\n"
            f"Authorization: Bearer {TOKEN}\r\n").encode()


def test_a_header_of_a_megabyte_is_refused(tmp_path: Path) -> None:
    with three(tmp_path) as (_, control, _):
        with tcp(control) as client:
            answer = b""
            try:
                client.sendall(head(control, "/v1/modems") + b"X: " + b"x" * 1024 * 1024 + b"\r\n\r\n")
            except OSError:
                pass  # it does not even read all of it
            with contextlib.suppress(OSError):
                answer = client.recv(100)
            assert answer == b"" or answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 413 ", b"HTTP/1.1 400 ")), answer
        assert len(control.modems()) == 3


def test_two_hundred_streams_are_bounded(tmp_path: Path) -> None:
    """A few are streams, the rest hear 503 or are closed; calls are answered all the while and after."""
    with three(tmp_path) as (modem, control, _):
        clients = []
        for _ in range(200):
            with contextlib.suppress(OSError):
                client = tcp(control)
                clients.append(client)
                client.sendall(head(control, "/v1/events") + b"\r\n")
        heads: dict[socket.socket, bytes] = {}

        def refused() -> int:
            for client in select.select(clients, [], [], 0)[0]:
                with contextlib.suppress(OSError):
                    heads.setdefault(client, client.recv(20))
            return sum(head.startswith(b"HTTP/1.1 503") for head in heads.values())
        wait_until(lambda: refused() > 0)
        assert sum(head.startswith(b"HTTP/1.1 200") for head in heads.values()) == STREAMS_MAX
        modem.host.write(b"AT\r")
        modem.host.read_until(b"OK\r\n")
        for client in clients:
            client.close()

        def is_free() -> bool:
            with contextlib.suppress(AssertionError, OSError), control.events():
                return True
            return False
        wait_until(is_free)
        assert len(control.modems()) == 3


def test_who_does_not_read_loses_his_stream(tmp_path: Path) -> None:
    with three(tmp_path) as (modem, control, _):
        with tcp(control) as idle, control.events() as events:
            idle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            idle.sendall(head(control, "/v1/events") + b"\r\n")
            for _ in range(150):
                modem.host.write(b"AT+CGMM\r" * 10)
                for _ in range(10):
                    modem.host.read_until(b"OK\r\n")
                for _ in range(30):
                    assert next(events)["modem"] == "he910"
            idle.settimeout(ANSWER_S)
            with contextlib.suppress(ConnectionResetError):
                while idle.recv(65536):
                    pass  # what had been sent, and then the end


def test_half_requests_hold_nothing(tmp_path: Path) -> None:
    with three(tmp_path) as (_, control, _), contextlib.ExitStack() as stack:
        for number in range(40):
            client = stack.enter_context(tcp(control))
            client.sendall(head(control, "/v1/modems")[:10 + number])
        wait_until(lambda: answers(control))


def answers(control: ControlPort) -> bool:
    with contextlib.suppress(OSError):
        return len(control.modems()) == 3
    return False


# ---- random calls ----

WORDS = ["home", "roaming", "denied", "lost", "searching", "ready", "absent", "pin", "puk", "on", "off", "reset", "brown-out", "75s", "1h",
         "2030-05-01T12:00:00Z", "+49170123", "", "x" * 200, "Grüße", "\x00", "'\"<>{}"]
KEYS = ["registration", "signal", "operator", "operator-code", "sim", "attached", "clock", "dtr", "port", "cell", "do", "caller", "from", "text",
        "cid", "advance", "name", "module", "ports", "frob"]
KIND = re.compile(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \| [^|]* \| ([^|]*) ?\|$", re.MULTILINE)
ATTRIBUTE = re.compile(r"`(\w+)`(?:: (text|`.*`)| (-?\d+) to (\d+))")


class Kind:
    """A type of fault, as docs/laboratory.md, which is made of the program's table, has it."""

    def __init__(self, name: str, attributes: str, when: str) -> None:
        self.name = name
        self.when = set(re.findall(r"`(\w+)`", when))
        self.phases = re.findall(r"`([\w-]+)`", when.partition("`phase`")[2])
        self.attributes: dict[str, list[object]] = {}
        for one, words, least, most in ATTRIBUTE.findall(attributes.replace("; ", "\n")):
            some: list[object] = [bound for bound in (int(least), 1, 9, 50, 300) if int(least) <= bound <= int(most)] if least else []
            self.attributes[one] = some or list(re.findall(r"`(\w+)`", words)) or ["+CREG: 2"]

    def fault(self, dice: random.Random) -> dict[str, object]:
        fault: dict[str, object] = {"type": self.name, "seed": dice.randrange(9), "toxicity": dice.choice([0.1, 0.5, 1]),
                                    "attributes": {name: dice.choice(some) for name, some in self.attributes.items()}}
        fault |= dice.choice([{}, {"count": dice.randrange(1, 4)}, {"every": 5, "after": 2}])
        when: dict[str, object] = {}
        if "stream" in self.when and dice.random() < 0.5:
            fault["stream"] = "upstream"
        if self.phases and dice.random() < 0.5:
            when["phase"] = dice.choice(self.phases)
        if "command" in self.when and dice.random() < 0.5:
            when["command"] = dice.choice(["AT+CSQ*", "AT#S*", "AT+QI*", "AT+MIP*"])
        return fault | ({"when": when} if when else {})


KINDS = [Kind(*found) for found in KIND.findall((REPOSITORY / "docs" / "laboratory.md").read_text().split("\n## Faults\n")[1])]


def test_every_kind_of_fault_is_taken(tmp_path: Path) -> None:
    """Of what is thrown at random below, nothing is refused: all of it has an effect."""
    dice = random.Random(5)
    assert len(KINDS) >= 31 and all(name in {kind.name for kind in KINDS} for name in ("latency", "tls", "flip", "clock_jump"))
    with three(tmp_path) as (_, control, _):
        for kind in KINDS:
            for _ in range(4):
                control.done("POST", "/v1/modems/m95/faults", kind.fault(dice))
            control.done("DELETE", "/v1/modems/m95/faults")


LINKS = [{"name": "gprs"}, {"name": "nb-iot", "loss": 5}, {"name": "lte-m"}, {"rtt": 300, "jitter": 200}, {"down": 9, "up": 9}]
TAILS = ["", "/power", "/ring", "/ring-end", "/sms", "/context-lost", "/journal", "/link", "/faults", "/frob"]


def random_value(dice: random.Random, depth: int = 0) -> object:
    kind = dice.randrange(9 if depth < 2 else 6)
    if kind < 3:
        return dice.choice(WORDS)
    if kind < 5:
        return dice.choice([0, 1, -1, 7, 31, 32, 99, 2 ** 40, 1.5])
    if kind == 5:
        return dice.choice([True, False, None])
    if kind == 6:
        return [random_value(dice, depth + 1) for _ in range(dice.randrange(3))]
    return {dice.choice(KEYS): random_value(dice, depth + 1) for _ in range(dice.randrange(3))}


def good_call(dice: random.Random, name: str) -> tuple[str, str, object]:
    """What has an effect."""
    one = f"/v1/modems/{name}"
    return dice.choice([
        ("PATCH", one, {"registration": dice.choice(["home", "roaming", "denied", "lost", "searching"])}),
        ("PATCH", one, {"registration": "home", "sim": "ready"}), ("PATCH", one, {"signal": dice.randrange(32)}),
        ("PATCH", one, {"clock": {"advance": dice.choice(["10ms", "1s", "75s", "10m"])}}), ("PATCH", one, {"attached": dice.random() < 0.5}),
        ("PATCH", one, {"dtr": dice.random() < 0.5}), ("PATCH", one, {"sim": dice.choice(["ready", "absent", "pin"])}),
        ("POST", one + "/power", {"do": dice.choice(["on", "on", "off", "reset", "brown-out"])}), ("POST", one + "/ring", {"caller": "+4917"}),
        ("POST", one + "/ring-end", {}), ("POST", one + "/sms", {"from": "+49", "text": dice.choice(WORDS)}),
        ("POST", one + "/context-lost", {}), ("GET", one, None), ("GET", one + "/journal", None), ("POST", "/v1/reset", None),
        ("GET", "/v1/modems", None), ("PUT", one + "/link", dice.choice(LINKS)), ("DELETE", one + "/link", None),
        ("POST", one + "/faults", dice.choice(KINDS).fault(dice)), ("POST", one + "/faults", dice.choice(KINDS).fault(dice)), ("GET", one + "/faults", None),
        ("DELETE", one + "/faults", None), ("DELETE", f"{one}/faults?number={dice.randrange(9)}", None),
        ("POST", "/v1/modems", {"name": "more", "module": dice.choice(MODELS), "state": "none", "ports": [{"pty": "auto"}]}),
        ("DELETE", "/v1/modems/more", None)])


def random_call(dice: random.Random) -> tuple[str, str, object]:
    name = dice.choice(MODELS)
    if dice.random() < 0.6:
        return good_call(dice, name)
    path = dice.choice(["/v1/modems", "/v1/reset", "/v1/frob", "/frob", *(f"/v1/modems/{name}{tail}" for tail in TAILS)])
    method = dice.choice(["GET", "POST", "PATCH", "PUT", "OPTIONS"])
    if dice.random() < 0.2:
        return method, path, bytes(dice.randrange(256) for _ in range(dice.randrange(60)))
    body = {dice.choice(KEYS): random_value(dice) for _ in range(dice.randrange(4))}
    return method, path, json.dumps(body).encode()


class Typist(threading.Thread):
    """A host of a maker's module that types and dials on, whatever it hears."""

    ALL = [b"AT\r", b"ATE0\r", b"AT+CSQ\r", b"AT+CREG=2\r", b"AT+CREG?\r", b"AT+COPS?\r", b"AT+CMGF=1\r", b'AT+CMGL="ALL"\r', b"AT+CPIN?\r",
           b"AT+CGATT=1\r", b'AT+CGDCONT=1,"IP","x"\r', b"ATA\r", b"ATH\r", b'AT+CMGS="+49"\r', b"hello\x1a", b"+++", b"AT+CFUN=1,1\r", b"AT&W\r"]
    OWN = {
        "he910": [b"AT#SGACT=1,1\r", b'AT#SD=1,0,{plain},"127.0.0.1",0,0,1\r', b'AT#SD=2,0,{plain},"127.0.0.1"\r', b"AT#SH=1\r", b"AT#SRECV=1,100\r",
                  b"AT#SSLEN=1,1\r", b"AT#SSLSECCFG=1,0,0\r", b'AT#SSLD=1,{tls},"127.0.0.1",0,1\r', b'AT#SSLD=1,{tls},"127.0.0.1",0,0\r', b"AT#SSLH=1\r",
                  b'AT#HTTPCFG=0,"127.0.0.1",{web}\r', b'AT#HTTPQRY=0,0,"/"\r', b"AT#HTTPRCV=0\r",
                  b'AT#FTPOPEN="127.0.0.1:{ftp}","u","p",1\r', b"AT#FTPLIST\r", b"AT#FTPCLOSE\r"],
        "m95": [b"AT+QIREGAPP\r", b"AT+QIACT\r", b"AT+QIDEACT\r", b"AT+QIMUX=1\r", b"AT+QIMUX=0\r", b'AT+QIOPEN="TCP","127.0.0.1","{plain}"\r',
                b'AT+QIOPEN=1,"TCP","127.0.0.1","{plain}"\r', b"AT+QICLOSE\r", b'AT+QSSLCFG="sslversion",0,4\r', b'AT+QSSLOPEN=1,0,"127.0.0.1",{tls},0\r', b"AT+QSSLCLOSE=1\r",
                b"AT+QHTTPURL=23,1\r", b"http://127.0.0.1:{web}/\r", b"AT+QHTTPGET=5\r", b"AT+QHTTPREAD\r",
                b'AT+QFTPUSER="u"\r', b'AT+QFTPOPEN="127.0.0.1",{ftp}\r', b"AT+QFTPCLOSE\r"],
        "l610": [b"AT+MIPCALL=1\r", b'AT+MIPOPEN=1,,"127.0.0.1",{plain},0\r', b'AT+MIPOPEN=1,,"127.0.0.1",{tls},2\r', b"AT+MIPCLOSE=1\r",
                 b'AT+MIPSEND=1,"61"\r', b"AT+GTSSLMODE=0\r", b'AT+HTTPSET="URL","http://127.0.0.1:{web}/"\r', b"AT+HTTPACT=0\r", b"AT+HTTPREAD\r",
                 b'AT+MQTTOPEN=1,"127.0.0.1",{mqtt},1,60\r', b'AT+MQTTSUB=1,"a",0\r', b"AT+MQTTCLOSE=1\r",
                 b'AT+FTPOPEN="127.0.0.1","u","p","",,{ftp},\r', b"AT+FTPLIST\r", b"AT+FTPCLOSE\r"]}

    def __init__(self, connection: socket.socket, model: str, servers: dict[str, int], seed: int) -> None:
        super().__init__(daemon=True)
        self.ends = False
        self.heard = 0
        self.typed = 0
        self._dice = random.Random(seed)
        self._lines = self.ALL + 2 * self.OWN[model]
        self._servers = {f"{{{name}}}".encode(): b"%d" % port for name, port in servers.items()}
        self._socket = connection
        self._socket.settimeout(0.02)

    def run(self) -> None:
        with self._socket:
            while not self.ends:
                line = self._dice.choice(self._lines)
                for name, port in self._servers.items():
                    line = line.replace(name, port)
                with contextlib.suppress(TimeoutError):  # nobody reads it while the power is off
                    self._socket.sendall(line)
                self.typed += 1
                with contextlib.suppress(TimeoutError, ConnectionResetError):
                    self.heard += len(self._socket.recv(65536))


class Counted:
    """How many connections a server has taken."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.count = 0


@contextlib.contextmanager
def sink(welcome: bytes, answer: bytes = b"") -> Iterator[Counted]:
    """A server that greets, answers all that comes with the same, and hangs up after a while."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        counted = Counted(server.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                counted.count += 1
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(0.2)
                    connection.sendall(welcome)
                    while answer and connection.recv(1000):
                        connection.sendall(answer)
                    connection.recv(1000)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield counted
        server.shutdown(socket.SHUT_RDWR)


PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CONNACK = b"\x20\x02\0\0"


def memory_of(metrics: int) -> float:
    """Of all modems there are, of which each gets its share shown."""
    found = samples(scrape(metrics))
    return value(found, "tlsmodem_modem_memory_bytes") * value(found, "tlsmodem_modems")


def fill_journals(control: ControlPort, hosts: dict[str, socket.socket]) -> None:
    """Until each has lost its oldest entries: from then on what they have stays what it is."""
    for name, host in hosts.items():
        host.settimeout(ANSWER_S)
        while control.journal(name, 999_999_999)["lost"] == 0:
            for _ in range(10):
                host.sendall(b"AT+CGMM\r" * 50)
                answers = b""
                while answers.count(b"OK\r\n") < 50:
                    answers += host.recv(65536)


def test_random_calls_during_traffic(certificates: Certificates, tmp_path: Path) -> None:
    dice = random.Random(17)
    with contextlib.ExitStack() as stack:
        modem, control, metrics = stack.enter_context(three(tmp_path))
        sinks = {"plain": stack.enter_context(sink(b"welcome")), "web": stack.enter_context(sink(b"", PAGE)),
                 "ftp": stack.enter_context(sink(b"220 hello\r\n", b"230 well\r\n")), "mqtt": stack.enter_context(sink(b"", CONNACK))}
        secure = stack.enter_context(GnutlsServ(tmp_path, certificates))
        ports = {name: one.port for name, one in sinks.items()} | {"tls": secure.port}
        connections = {"he910": socket.socket(fileno=os.dup(modem.host.fileno()))}
        for model in MODELS[1:]:
            connections[model] = socket.socket(socket.AF_UNIX)
            connections[model].connect(str(tmp_path / model))
        if CALLS >= LEVEL_FROM:
            fill_journals(control, connections)
        hosts = [Typist(connections[model], model, ports, seed) for seed, model in enumerate(MODELS)]
        for host in hosts:
            host.start()
        codes: dict[int, int] = {}
        memory: list[float] = []
        for number in range(CALLS):
            wait_until(lambda: min(host.typed for host in hosts) > number // CALLS_A_LINE)
            method, path, body = random_call(dice)
            began = time.monotonic()
            status, answer = control.ask(method, path, body)
            assert time.monotonic() - began < ANSWER_S
            if number % SAMPLED == 0:
                memory.append(memory_of(metrics))
            if status == 500 and answer["error"].endswith(("out of memory", "input or output failed")):
                continue  # a fault says so
            codes[status] = codes.get(status, 0) + 1
        assert set(codes) <= {200, 201, 400, 404, 405, 409}, codes
        assert codes[200] > CALLS // 4 and codes[400] > 0
        for host in hosts:
            host.ends = True
            host.join(ANSWER_S)
            assert host.heard > 0
        for name in MODELS:
            control.ask("POST", f"/v1/modems/{name}/power", {"do": "off"})
            control.act(name, "power", do="on")
        control.done("POST", "/v1/reset")
        if CALLS >= LEVEL_FROM:
            assert {name: one.count for name, one in sinks.items() if one.count == 0} == {}
            assert value(samples(scrape(metrics)), "tlsmodem_handshakes_total", outcome="done") > 0
            third = len(memory) // 3
            middle, last = median(memory[third:2 * third]), median(memory[2 * third:])
            print(f"memory: {middle:.0f} bytes in the middle third, {last:.0f} in the last", flush=True)
            assert last - middle < LEAK_BYTES * CALLS / 3
        heard(modem)
        wait_until(lambda: answers_a_line(modem))


def answers_a_line(modem: Modem) -> bool:
    modem.host.write(b"\rAT\r")
    return re.search(rb"(OK|ERROR)\r\n", modem.host.read(1000, 1.0)) is not None


# ---- a loop that does not turn ----

def test_modems_that_hang_are_told(tmp_path: Path) -> None:
    """Their thread waits for whoever reads the log; a call waits ten seconds for it and no more, and what it wanted is done or not, once."""
    port = free_port()
    program = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--unix", str(tmp_path / "modem"), "--state", "none",
                                "--trace", "all", "--control", str(port), "--control-token-file", str(token_file(tmp_path))],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    control = ControlPort(port, TOKEN)
    try:
        assert program.stdout is not None and program.stderr is not None
        assert program.stdout.readline().startswith(b"ready: ")
        with socket.socket(socket.AF_UNIX) as host:
            host.connect(str(tmp_path / "modem"))
            host.settimeout(1.0)
            with contextlib.suppress(TimeoutError):  # it reads no more
                while True:
                    host.sendall(b"AT+CGMM\r" * 100)
                    with contextlib.suppress(BlockingIOError):
                        host.recv(65536, socket.MSG_DONTWAIT)
            for _ in range(2):
                assert "do not answer" in control.refused(503, "PATCH", "/v1/modems/he910", {"signal": 7})
            threading.Thread(target=drain, args=(program.stderr,), daemon=True).start()
            wait_until(lambda: control.ask("GET", "/v1/modems/he910")[0] == 200)
            assert control.modem("he910")["signal"] == 7
    finally:
        program.terminate()
        assert program.wait(ANSWER_S) == 0


def drain(pipe: IO[bytes]) -> None:
    while pipe.read(65536):
        pass


def test_words_of_the_alphabet_are_names_of_nobody(tmp_path: Path) -> None:
    """Addresses are bytes: what no modem is called is 404, whatever it has in it."""
    dice = random.Random(3)
    with three(tmp_path) as (_, control, _):
        for _ in range(100):
            name = "".join(dice.choice(string.ascii_letters + "%2F%00..%0a?&=") for _ in range(dice.randrange(1, 300)))
            status, _ = control.ask("GET", f"/v1/modems/{name}")
            assert status in (200, 404), name


PROGRAMS = ({"sms": {"send": "id > P"}}, {"ppp": "id > P"}, {"network": {"signal": "id > P"}},
            {"network": {"follow": "lo", "signal": "id > P"}})


def test_a_caller_has_no_program_run(tmp_path: Path) -> None:
    """Not even where the run's own file has some; those hold for a modem that comes later, and its name is no text of theirs."""
    (tmp_path / "run.yaml").write_text(
        "control: unix:control\ndefaults: {module: m95, state: none, network: {signal: 'echo ${name} >> names; echo 9'}}\n"
        "modems:\n- {name: first, ports: [{unix: first.sock}]}\n")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", "run.yaml"], stdout=subprocess.PIPE, text=True,
                          cwd=tmp_path) as run:
        try:
            assert run.stdout is not None and run.stdout.readline().startswith("ready: first")
            control = ControlPort(tmp_path / "control")
            entry = {"name": "x;id>P", "ports": [{"unix": "second.sock"}]}
            for program in PROGRAMS:
                said = control.refused(400, "POST", "/v1/modems", entry | program)
                assert next(iter(program)) + ": it names a program to be run" in said
                control.refused(400, "PATCH", "/v1/modems/first", program)
            assert [one["name"] for one in control.modems()] == ["first"]
            control.done("POST", "/v1/modems", entry)
            names = tmp_path / "names"
            wait_until(lambda: names.exists() and sorted(names.read_text().splitlines()) == ["first", "x;id>P"])
            assert control.done("GET", "/v1/modems/x%3Bid%3EP")["signal"] in (9, 20)
        finally:
            run.terminate()
    assert not (tmp_path / "P").exists()
