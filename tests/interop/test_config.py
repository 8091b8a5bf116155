"""Files of modems: what is wrong with one and where, and what runs by a good one.

Source: docs/configuration.md.
"""

from __future__ import annotations

import random
import re
import resource
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.fleet import CrowdServer
from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S
from support.program import run_program
from support.servers import free_port

from .observe import wait_until
from .test_hosts import fleet_of, write_examples

PAGE = REPOSITORY / "docs" / "configuration.md"


def check(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run_program("--config", path, "--check-config", *options)


def wrong(path: Path) -> list[str]:
    """What is said of a file that is wrong."""
    result = check(path)
    assert result.returncode == 2
    assert result.stdout == ""
    return result.stderr.splitlines()


EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_the_page_are_good(example: str, tmp_path: Path, certificates: Certificates) -> None:
    path = tmp_path / "modems.yaml"
    path.write_text(example)
    real = {"door.pem": certificates.pem("server"), "door-key.pem": certificates.key("server"), "hosts.pem": certificates.pem("ca")}
    for name in re.findall(r"\S+\.(?:pem|txt)\b", example):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(real[name].read_bytes() if name in real else b"490154203237518\n")
    for name in re.findall(r"\S+\.at\b", example):
        (tmp_path / name).write_text("> AT\n< OK\n")
    result = check(path)
    assert (result.returncode, result.stderr) == (0, "")


def test_every_key_has_an_example() -> None:
    page = PAGE.read_text()
    rows = [key for row in re.findall(r"^\| (`.*?) \|", page, re.MULTILINE)
            for key in re.findall(r"`([a-z-]+)`", row)]
    assert len(rows) > 15
    for key in rows:
        assert any(re.search(rf"\b{key}:", example) for example in EXAMPLES), key


def test_each_mistake_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("modems:\n  - module: m95\n    ports: [{tcp: x}]\n")
    path = tmp_path / "modems.yaml"
    path.write_text("""\
include: [more.yaml]
modems:
  - module: he910
    imei: "490154203237517"
    signal: 40
    ports: [{pty: a}]
""")
    assert wrong(path) == [
        f"{tmp_path}/more.yaml:3:19: tcp: \"x\" is wrong because it has no port; allowed: [HOST:]PORT with PORT from "
        "0 to 65535",
        f"{path}:4:11: imei: \"490154203237517\" is wrong because its last digit, the check digit, would be 8; "
        "allowed: 14 digits, the check digit is added, or 15 with it, or a TAC of 8 digits",
        f"{path}:5:13: signal: \"40\" is wrong because +CSQ has no such strength; allowed: 0 to 31, or 99: not known",
    ]


def test_an_included_set_of_defaults(tmp_path: Path) -> None:
    """For the modems of who includes it, of its module, where nothing else says so."""
    (tmp_path / "facts.yaml").write_text("defaults:\n  module: he910\n  facts: {ati-code: '999', no-such: 'x'}\n")
    path = tmp_path / "modems.yaml"
    modem = "  - {{module: {}, name: {}, ports: [{{pty: {}}}]{}}}\n"
    others = modem.format("m95", "a", "x", "") + modem.format("he910", "b", "y", ", facts: {ati-code: '1'}")
    path.write_text(f"include: [facts.yaml]\nmodems:\n{others}")
    result = check(path)
    assert (result.returncode, result.stderr) == (0, "")
    one = f"modems:\n{modem.format('he910', 'c', 'z', '')}"
    path.write_text(f"include: [facts.yaml]\ndefaults: {{facts: {{ati-code: '2'}}}}\n{one}")
    result = check(path)
    assert (result.returncode, result.stderr) == (0, "")
    path.write_text(f"include: [facts.yaml]\n{one}")
    lines = wrong(path)
    assert len(lines) == 1 and lines[0].startswith(f"{tmp_path}/facts.yaml:3:"), lines
    assert "no-such" in lines[0]
    path.write_text("include: [facts.yaml]\n")
    assert "modems: there are none" in wrong(path)[0]


@pytest.mark.parametrize(("include", "why"), [
    ("missing.yaml", "it cannot be read: No such file or directory"),
    ("modems.yaml", "it includes itself"),
    (".", "it cannot be read: it is no regular file"),
])
def test_a_file_that_cannot_be_included(include: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "modems.yaml"
    path.write_text(f"include:\n  - {include}\n")
    lines = wrong(path)
    assert lines[0].startswith(f"{path}:2:5: include: \"{include}\" is wrong because {why}; allowed: ")


def test_a_megabyte_of_anything_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "modems.yaml"
    noise = [random.Random(seed).randbytes(1_000_000) for seed in range(5)]
    text = random.Random(5).choices(b"modems:-{}[]'\"\n ${n}&*#|>, \t", k=1_000_000)
    for data in (*noise, bytes(text), bytes(range(256)) * 4096, b"[" * 1_000_000, b"{a: " * 250_000, b"- " * 500_000,
                 b"a: &a [" + b"*a," * 300_000, b'"' + b"x" * 1_000_000 + b'": 1', b"\n" * 1_000_000,
                 b"? " * 500_000, b"a:\n " * 200_000):
        path.write_bytes(data)
        lines = wrong(path)
        assert 1 <= len(lines) <= 21
        assert all(line.startswith(f"{path}:") for line in lines)
    path.write_bytes(b"#" * (16 * 1024 * 1024 + 1))
    assert wrong(path)[0].startswith(f"{path}: the file cannot be read: it is too large;")


class Run:
    """The program with a file, and its words; used as a context."""

    def __init__(self, folder: Path, text: str, *options: str, status: int = 0) -> None:
        self.folder = folder
        self.status = status
        self.path = folder / "modems.yaml"
        self.options = options
        self.log = ""
        self.ready: list[str] = []
        self.write(text)

    def write(self, text: str | bytes) -> None:
        """All at once, as editors do."""
        new = self.folder / "modems.new"
        new.write_bytes(text if isinstance(text, bytes) else text.encode())
        new.replace(self.path)

    def __enter__(self) -> Run:
        self.process = subprocess.Popen(
            [program_path("tlsmodem", "TLSMODEM"), "--config", self.path, "--state", "none", "--log-level", "info",
             *self.options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._heard = threading.Condition()
        self._threads = [threading.Thread(target=self._hear, args=(stream, is_log))
                         for stream, is_log in ((self.process.stdout, False), (self.process.stderr, True))]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(ANSWER_S)
        finally:
            self.process.kill()
            for thread in self._threads:
                thread.join()
            print(self.log)
        assert self.process.returncode == self.status, self.log

    def _hear(self, stream: Iterator[str], is_log: bool) -> None:
        for line in stream:
            with self._heard:
                if is_log:
                    self.log += line
                else:
                    self.ready.append(line.removeprefix("ready: ").rstrip())
                self._heard.notify_all()

    def wait_for(self, what: str, count: int = 1) -> None:
        """So many lines of the log have it."""
        with self._heard:
            assert self._heard.wait_for(lambda: self.log.count(what) >= count, ANSWER_S), self.log

    def wait_for_ports(self, count: int) -> None:
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.ready) >= count or self.process.poll() is not None,
                                        ANSWER_S), self.log
            assert len(self.ready) >= count, self.log

    def hang_up(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def host(self, name: str) -> Host:
        return Host(self.folder / f"{name}.sock")


class Host:
    """Types into a Unix port."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(ANSWER_S)
        self.socket.connect(str(path))
        self.got = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until(self, end: bytes) -> bytes:
        """Everything up to `end` and with it."""
        while end not in self.got:
            data = self.socket.recv(4096)
            assert data, f"closed after {self.got!r}"
            self.got += data
        head, _, self.got = self.got.partition(end)
        return head + end

    def asks(self, command: str, end: str = "\r\nOK\r\n") -> str:
        self.send(command.encode() + b"\r")
        return self.until(end.encode()).decode()

    def is_closed(self) -> bool:
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


@contextmanager
def echo_server(certificates: Certificates) -> Iterator[tuple[int, list[tuple[str, str | None]]]]:
    """A TLS server that says back what it gets; its port, and who has come and asked for what name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.pem("server"), certificates.key("server"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    names: dict[object, str | None] = {}
    context.sni_callback = lambda connection, name, _: names.__setitem__(connection, name)
    came: list[tuple[str, str | None]] = []
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    threads = []

    def serve(plain: socket.socket, address: tuple[str, int]) -> None:
        try:
            with plain, context.wrap_socket(plain, server_side=True) as connection:
                came.append((address[0], names.get(connection)))
                while data := connection.recv(4096):
                    connection.sendall(data)
        except OSError:  # the module has refused the certificate, or has gone
            pass

    def accept() -> None:
        while True:
            try:
                plain, address = listener.accept()
            except OSError:
                return
            plain.settimeout(ANSWER_S)
            threads.append(threading.Thread(target=serve, args=(plain, address)))
            threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listener.getsockname()[1], came
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for thread in threads:
            thread.join()


def dial(host: Host, where: str, port: int, *, verify: int = 0) -> None:
    """A LE866 goes online to a server, which it verifies or not."""
    host.asks("ATE0")
    host.asks("AT#SSLEN=1,1")
    host.asks(f"AT#SSLSECCFG=1,0,{verify}")
    host.asks("AT#SSLCFG=1,1,300,90,100,1")
    host.asks("AT+CGDCONT=1,IP,a")
    host.asks("AT#SGACT=1,1")
    host.send(f'AT#SSLD=1,{port},"{where}",0,0\r'.encode())
    answer = host.until(b"CT\r\n" if not verify else b"\r\n")
    if verify:
        answer = host.until(b"\r\n")
    assert answer.endswith(b"CONNECT\r\n"), answer


def says_back(host: Host, text: bytes) -> None:
    host.send(text)
    host.until(text)


def test_a_fleet_of_ten(certificates: Certificates, tmp_path: Path) -> None:
    """Each has its own name, number and source, and all are online at once."""
    with echo_server(certificates) as (port, came), Run(tmp_path, f"""\
modems:
  - name: meter-${{n:02}}
    count: 10
    first: 5
    module: le866
    imei: "86123400"
    imsi: 00101${{n:010}}
    operator: {{name: "Net ${{n}}", code: "00102"}}
    signal: 11
    source: 127.0.0.${{n}}
    map: {{"old.example:443": "localhost:{port}"}}
    ports: [{{unix: "${{name}}.sock"}}]
""") as run:
        run.wait_for_ports(10)
        assert run.ready == [f"meter-{n:02} unix {tmp_path}/meter-{n:02}.sock" for n in range(5, 15)]
        hosts = [run.host(f"meter-{n:02}") for n in range(5, 15)]
        for n, host in enumerate(hosts, 5):
            assert re.search(rf"\r\n861234{n:08}\d\r\n", host.asks("AT+CGSN"))
            assert f"00101{n:010}" in host.asks("AT+CIMI")
            assert f'"Net {n}"' in host.asks("AT+COPS?")
            assert "+CSQ: 11," in host.asks("AT+CSQ")
            dial(host, "old.example", 443)
        for host in hosts:
            says_back(host, b"all at once")
        assert sorted(came) == sorted((f"127.0.0.{n}", None) for n in range(5, 15))


def test_hanging_up_a_hundred_times(certificates: Certificates, tmp_path: Path) -> None:
    """What did not change stays connected in the middle of its traffic; the rest comes and goes, and a
    megabyte of anything instead of a file changes nothing."""
    stays = "modems:\n  - {name: stays, module: le866, ports: [{unix: stays.sock}]}\n"
    comes = "  - {{name: comes, module: m95, signal: {}, ports: [{{unix: comes.sock}}]}}\n"
    with echo_server(certificates) as (port, _), Run(tmp_path, stays) as run:
        run.wait_for_ports(1)
        host = run.host("stays")
        dial(host, "127.0.0.1", port)
        for turn in range(100):
            signal_is = turn // 2 % 32
            run.write(stays + (comes.format(signal_is) if turn % 2 else ""))
            host.send(b"before %d, " % turn)
            run.hang_up()
            says_back(host, b"after %d." % turn)
            run.wait_for("the file was read again: ", turn + 1)
            if turn % 10 == 9:
                run.write(random.Random(turn).randbytes(1_000_000))
                run.hang_up()
                says_back(host, b"still after %d." % turn)
                run.wait_for("nothing was changed", turn // 10 + 1)
            if turn % 2:
                assert f"+CSQ: {signal_is}," in run.host("comes").asks("AT+CSQ")
        assert run.log.count("1 modems as they were, 0 closed, 1 opened") == 50
        assert run.log.count("1 modems as they were, 1 closed, 0 opened") == 49
        says_back(host, b"still there")


class Talker:
    """A host by hand with a secure socket to a CrowdServer; what it says is cut in two by whatever happens between."""

    def __init__(self, host: Host, port: int) -> None:
        self.host = host
        self.turn = 0
        self.open(port)

    def open(self, port: int) -> None:
        dial(self.host, "127.0.0.1", port)

    def begin(self) -> None:
        self.host.send(b"by hand ")

    def end(self) -> None:
        self.turn += 1
        self.host.send(b"%d\r\n" % self.turn)
        self.host.until(b"got it\r\n")


class QuectelTalker(Talker):
    def open(self, port: int) -> None:
        for line in ("ATE0", "AT+QIFGCNT=0", 'AT+QICSGP=1,"CMNET"', "AT+QIREGAPP", "AT+QIACT", "AT+QIMUX=1",
                     'AT+QSSLCFG="sslversion",0,4;+QSSLCFG="ciphersuite",0,"0XFFFF";+QSSLCFG="seclevel",0,0'):
            self.host.asks(line)
        self.host.asks(f'AT+QSSLOPEN=1,0,"127.0.0.1",{port},0', "\r\n+QSSLOPEN: 1,0\r\n")

    def begin(self) -> None:
        self.host.asks("AT+QSSLSEND=1,9", "> ")
        self.host.send(b"by h")

    def end(self) -> None:
        self.host.send(b"and\r\n")
        self.host.until(b"SEND OK\r\n")
        self.host.until(b'+QSSLURC: "recv",0,1\r\n')
        assert "got it\r\n" in self.host.asks("AT+QSSLRECV=0,1,100")


class FibocomTalker(Talker):
    def open(self, port: int) -> None:
        self.host.asks("ATE0")
        self.host.asks('AT+MIPCALL=1,"internet"', "\r\n+MIPCALL: ")
        self.host.asks("AT")
        self.host.asks('AT+GTSET="IPRFMT",2')
        self.host.asks(f'AT+MIPOPEN=1,,"127.0.0.1",{port},2', "\r\n+MIPOPEN: 1,1\r\n")

    def begin(self) -> None:
        self.host.asks("AT+MIPSEND=1,9", ">")
        self.host.send(b"by ha")

    def end(self) -> None:
        self.host.send(b"nd\r\n")
        self.host.until(b"+MIPRTCP: 1,8,got it\r\n")


class PoolHost(Host):
    """Of the modem that the pool gives to a connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_S)
        self.got = b""


INSIDE = {"telit": 2, "quectel": 2, "fibocom": 2}
HUNG_UP = 30


def test_hanging_up_leaves_all_kinds_as_they_are(certificates: Certificates, tmp_path: Path) -> None:
    """Modems of three makers, a pool's and such with hosts inside, in the middle of what they send; one more comes and goes."""
    write_examples(tmp_path, "every 200ms")
    with CrowdServer(certificates) as server:
        stays = fleet_of(INSIDE, server.port, "give up") + """\
  - {name: telit, module: le866, ports: [{unix: telit.sock}]}
  - {name: quectel, module: m95, ports: [{unix: quectel.sock}]}
  - {name: fibocom, module: l610, ports: [{unix: fibocom.sock}]}
  - {name: 'pool-${n}', count: 3, module: le866, ports: [{tcp-each: '127.0.0.1:0'}]}
"""
        comes = "  - {{name: comes, module: m95, signal: {}, ports: [{{unix: comes.sock}}]}}\n"
        with Run(tmp_path, stays, "--threads", "2") as run:
            run.wait_for_ports(4)
            [pool] = {int(line.rsplit(":", 1)[1]) for line in run.ready if line.startswith("pool-")}
            talkers = [kind(run.host(name), server.port) for name, kind in
                       (("telit", Talker), ("quectel", QuectelTalker), ("fibocom", FibocomTalker))]
            talkers += [Talker(PoolHost(pool), server.port) for _ in range(2)]
            sessions = sum(INSIDE.values()) + len(talkers)
            wait_until(lambda: server.sessions == sessions, lambda: run.log)
            for turn in range(HUNG_UP):
                run.write(stays + (comes.format(turn) if turn % 2 else ""))
                for talker in talkers:
                    talker.begin()
                run.hang_up()
                run.wait_for("the file was read again: ", turn + 1)
                for talker in talkers:
                    talker.end()
            wait_until(lambda: min(map(len, readings(server).values())) > 5, lambda: run.log)
            assert server.sessions == sessions
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in readings(server).values())
        assert len(readings(server)) == sum(INSIDE.values())
        assert server.heard.count("by hand") == 2 * HUNG_UP
    modems = sum(INSIDE.values()) + 6
    assert run.log.count(f"{modems} modems as they were, 0 closed, 1 opened") == HUNG_UP // 2
    assert run.log.count(f"{modems} modems as they were, 1 closed, 0 opened") == HUNG_UP // 2 - 1
    assert "given up" not in run.log


def readings(server: CrowdServer) -> dict[str, list[int]]:
    """What hosts inside have said: the numbers of their readings, by IMEI."""
    found: dict[str, list[int]] = {}
    for line in list(server.heard):
        if line[:1].isdigit():
            imei, number, _ = line.split()
            found.setdefault(imei, []).append(int(number))
    return found


def test_what_was_removed_leaves_its_folder_and_its_guesses(tmp_path: Path) -> None:
    """Another process has the folder at once; --strict tells what a modem relied on that is gone."""
    stays = "modems:\n  - {name: stays, module: m95, ports: [{unix: stays.sock}], state: one}\n"
    goes = "  - {name: goes, module: he910, ports: [{unix: goes.sock}], state: two}\n"
    with Run(tmp_path, stays + goes, "--strict", "--threads", "2", status=1) as run:
        run.wait_for_ports(2)
        run.host("stays").asks("AT")
        run.host("goes").asks("ATI")  # an unconfirmed fact
        command = [program_path("tlsmodem", "TLSMODEM"), "--module", "l610", "--unix", tmp_path / "other",
                   "--state", tmp_path / "two"]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=ANSWER_S, check=False)
        assert refused.returncode == 1 and "is in use by another process" in refused.stderr
        run.write(stays)
        run.hang_up()
        run.wait_for("1 modems as they were, 1 closed, 0 opened")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert other.stdout.readline().startswith("ready: ")
            run.write(stays + goes)
            run.hang_up()
            run.wait_for("modem goes is not there: ")
            other.terminate()
            assert other.wait(ANSWER_S) == 0
        run.hang_up()
        run.wait_for("1 modems as they were, 0 closed, 1 opened")
        run.host("goes").asks("AT")
        run.host("stays").asks("AT")
        run.write(stays)
        run.hang_up()
        run.wait_for("1 modems as they were, 1 closed, 0 opened", 2)
    assert "error: this run relied on 1 unconfirmed fact: telit/ati-code" in run.log


def test_what_changed_is_opened_anew(tmp_path: Path) -> None:
    text = "modems:\n  - {{name: a, module: m95, signal: {}, ports: [{{unix: a.sock}}]}}\n"
    with Run(tmp_path, text.format(3)) as run:
        run.wait_for_ports(1)
        host = run.host("a")
        assert "+CSQ: 3," in host.asks("AT+CSQ")
        run.write(text.format(4))
        run.hang_up()
        run.wait_for_ports(2)
        assert host.is_closed()
        assert "+CSQ: 4," in run.host("a").asks("AT+CSQ")


def test_a_wrong_file_changes_nothing(tmp_path: Path) -> None:
    text = "modems:\n  - {name: a, module: m95, ports: [{unix: a.sock}]}\n"
    with Run(tmp_path, text) as run:
        run.wait_for_ports(1)
        host = run.host("a")
        for wrong, why in ((text.replace("m95", "m96"), ":2:23: module: \"m96\" is wrong because"),
                           ("modems: [", "not YAML"), ("", "modems: there are none")):
            run.write(wrong)
            run.hang_up()
            run.wait_for(why)
            host.asks("AT")
        run.path.unlink()
        run.hang_up()
        run.wait_for("the file cannot be read: No such file")
        run.wait_for("nothing was changed", 4)
        host.asks("AT")


def test_what_cannot_be_opened_again_is_told(tmp_path: Path) -> None:
    text = "modems:\n  - {name: a, module: m95, ports: [{unix: a.sock}]}\n"
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), Run(tmp_path, text) as run:
        run.wait_for_ports(1)
        host = run.host("a")
        run.write(text + f"  - {{name: b, module: m95, ports: [{{tcp: '{port}'}}]}}\n"
                         "  - {name: c, module: m95, ports: [{unix: c.sock}]}\n")
        run.hang_up()
        run.wait_for("modem b is not there: ")
        run.wait_for("1 modems as they were, 0 closed, 1 opened")
        host.asks("AT")
        run.host("c").asks("AT")


def test_answers_of_the_users_own(tmp_path: Path) -> None:
    """What runs at the start is not shown; answers come before the module's, also between its own."""
    with Run(tmp_path, """\
modems:
  - name: a
    module: m95
    at-start: [ATE0, AT+CMEE=1, AT+NONSENSE]
    answers:
      - {command: "AT+CSQ", lines: ["+CSQ: 7,7"]}
      - {command: "AT^SCFG=*", result: "+CME ERROR: ${n}", delay: 100}
      - {command: "AT+NEVER", delay: 600000}
      - {command: "AT+BAD", result: ERROR}
    ports: [{unix: a.sock}, {unix: b.sock}]
""") as run:
        run.wait_for_ports(2)
        host = run.host("a")
        assert host.asks("AT+CSQ;+CMEE?") == "\r\n+CSQ: 7,7\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n"
        assert host.asks("AT^scfg=1;+CSQ", "\r\n+CME ERROR: 0\r\n") == "\r\n+CME ERROR: 0\r\n"
        assert host.asks("AT+BAD", "\r\nERROR\r\n") == "\r\nERROR\r\n"
        host.send(b"AT+NEVER\r")
        host.socket.close()
        assert run.host("a").asks("AT") == "\r\nOK\r\n"
        assert run.host("b").asks("AT").startswith("AT\r")  # at-start is the first port's
        run.wait_for("a: at-start: AT+NONSENSE was refused: AT+NONSENSE: this module has no such command")
        assert run.log.count("at-start: ") == 1


def test_credentials_are_there_from_the_start(certificates: Certificates, tmp_path: Path) -> None:
    for name in ("ca", "other_ca", "client"):
        (tmp_path / f"{name}.pem").write_bytes(certificates.pem(name).read_bytes())
    (tmp_path / "client.key").write_bytes(certificates.key("client").read_bytes())
    text = """\
modems:
  - {name: t, module: le866, credentials: {1/ca: ca.pem}, ports: [{unix: t.sock}]}
  - {name: u, module: le866, credentials: {1/ca: other_ca.pem}, ports: [{unix: u.sock}]}
  - {name: q, module: m95, credentials: {NVRAM:CA0: ca.pem, RAM:own.key: client.key}, ports: [{unix: q.sock}]}
  - name: f
    module: l610
    credentials: {TRUSTFILE: ca.pem, TRUSTFILE/2: other_ca.pem, CERTFILE: client.pem, KEYFILE: client.key}
    ports: [{unix: f.sock}]
"""
    ca = certificates.pem("ca").read_bytes()
    with echo_server(certificates) as (port, _), Run(tmp_path, text) as run:
        run.wait_for_ports(4)
        host = run.host("t")
        dial(host, "localhost", port, verify=1)
        says_back(host, b"verified")
        refused = run.host("u")
        with pytest.raises(AssertionError, match="ERROR"):
            dial(refused, "localhost", port, verify=1)
        quectel = run.host("q")
        checksum = 0
        for first, second in zip(ca[::2], ca[1::2] + b"\0"):
            checksum ^= first << 8 | second
        assert f"+QSECREAD: 1,{checksum:x}" in quectel.asks('AT+QSECREAD="NVRAM:CA0"').lower().replace("qsecread", "QSECREAD")
        assert "+QSECREAD: 1," in quectel.asks('AT+QSECREAD="RAM:own.key"')
        answer = run.host("f").asks("AT+GTSSLFILE?")
        for count in ("TRUSTFILE,2", "CERTFILE,1", "KEYFILE,1"):
            assert count in answer
        # A file that has changed is another modem.
        (tmp_path / "other_ca.pem").write_bytes(ca)
        run.hang_up()
        run.wait_for("2 modems as they were, 2 closed, 2 opened")
        again = run.host("u")
        dial(again, "localhost", port, verify=1)
        says_back(host, b"still verified")


def test_credentials_of_a_folder(certificates: Certificates, tmp_path: Path) -> None:
    """A file is a place, with a dot for its slash; one more makes another modem."""
    folder = tmp_path / "telit"
    folder.mkdir()
    (folder / "1.ca").write_bytes(certificates.pem("other_ca").read_bytes())
    (folder / ".hidden").write_text("is none")
    fibocom = tmp_path / "f"
    fibocom.mkdir()
    for name, source in (("TRUSTFILE", "ca"), ("TRUSTFILE.2", "other_ca"), ("CERTFILE", "client")):
        (fibocom / name).write_bytes(certificates.pem(source).read_bytes())
    (fibocom / "KEYFILE").write_bytes(certificates.key("client").read_bytes())
    (fibocom / "KEYFILE").chmod(0o644)
    (fibocom / "TRUSTFILE.3").write_bytes(bytes(range(1, 200)))
    text = """\
modems:
  - {name: t, module: le866, credentials: telit, ports: [{unix: t.sock}]}
  - {name: f, module: l610, credentials: "./${name}", ports: [{unix: f.sock}]}
"""
    with echo_server(certificates) as (port, _), Run(tmp_path, text) as run:
        run.wait_for_ports(2)
        answer = run.host("f").asks("AT+GTSSLFILE?")
        for count in ("TRUSTFILE,3", "CERTFILE,1", "KEYFILE,1"):
            assert count in answer
        run.wait_for(f"f: the private key {tmp_path}/./f/KEYFILE can be read by others")
        run.wait_for(f"f: {tmp_path}/./f/TRUSTFILE.3, for TRUSTFILE/3, has neither PEM nor DER")
        (folder / "1.ca").write_bytes(certificates.pem("ca").read_bytes())
        run.hang_up()
        run.wait_for("1 modems as they were, 1 closed, 1 opened")
        host = run.host("t")
        dial(host, "localhost", port, verify=1)
        says_back(host, b"verified")
    (folder / "1.key.pem").write_text("no place")
    path = tmp_path / "modems.yaml"
    path.write_text(text)
    [line] = wrong(path)
    assert line.startswith(f"{path}:2:43: credentials: \"telit\" is wrong because of the file {tmp_path}/telit/1.key.pem: "
                           "a LE866 has no place of this name")
    (folder / "1.key.pem").unlink()
    (folder / "1.ca").unlink()
    [line] = wrong(path)
    assert "has none, or too many files; allowed: one with 1 to 200 files" in line


def test_a_command_takes_the_messages_that_hosts_send(tmp_path: Path) -> None:
    with Run(tmp_path, f"""\
modems:
  - name: a
    module: m95
    sms: {{send: 'echo "$TLSMODEM_NUMBER $(cat)" > {tmp_path}/sent-by-${{name}}'}}
    ports: [{{unix: a.sock}}]
  - {{name: b, module: m95, sms: {{send: "false"}}, ports: [{{unix: b.sock}}]}}
""") as run:
        run.wait_for_ports(2)
        for name, end in (("a", b"\r\nOK\r\n"), ("b", b"ERROR")):
            host = run.host(name)
            host.asks("ATE0")
            host.asks("AT+CMGF=1")
            host.asks('AT+CSCA="+4900"')
            host.send(b'AT+CMGS="+49123"\r')
            host.until(b"> ")
            host.send(b"hello\x1a")
            host.until(end)
        assert (tmp_path / "sent-by-a").read_text() == "+49123 hello\n"


@pytest.mark.parametrize("name", ["a;id>P", "$(id>P)", "`id>P`", "a|id>P", "a&id>P", "-n"])
def test_a_name_is_no_text_of_the_shell(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Run(tmp_path, f"""\
defaults:
  sms: {{send: 'printf %s "${{name}}" > sms'}}
  ppp: 'printf %s "${{name}}" > ppp; echo ${{name}} > plain'
  network: {{signal: 'printf "%s ${{n:03}}" "${{name}}" > signal; echo 9'}}
modems:
- {{name: '{name}', module: m95, first: 7, ports: [{{unix: port.sock}}]}}
""") as run:
        run.wait_for_ports(1)
        host = run.host("port")
        for line in ("ATE0", "AT+CMGF=1", 'AT+CSCA="+4900"', 'AT+CGDCONT=1,"IP","x"'):
            host.asks(line)
        host.send(b'AT+CMGS="+49123"\r')
        host.until(b"> ")
        host.send(b"hello\x1a")
        host.until(b"\r\nOK\r\n")
        host.send(b"ATD*99#\r")
        host.until(b"NO CARRIER")
        wait_until(lambda: (tmp_path / "signal").exists() and (tmp_path / "signal").read_text() == f"{name} 007")
    assert ((tmp_path / "sms").read_text(), (tmp_path / "ppp").read_text()) == (name, name)
    assert name == "-n" or (tmp_path / "plain").read_text() == f"{name}\n"
    assert not (tmp_path / "P").exists()


@pytest.mark.parametrize(("module", "place", "why"), [
    ("le866", "9/ca", "a LE866 has no place of this name; allowed: SOCKET/certificate,"),
    ("m95", "CA0", "a M95 has no place of this name; allowed: NVRAM:CA0,"),
    ("l610", "TRUSTFILE/0", "a L610 has no place of this name; allowed: CERTFILE,"),
    ("m95", "NVRAM:CA0", "it has 3000 bytes; allowed: 1 to 2025"),
    ("m95", "RAM:x", "{}/large.pem cannot be read: it is too large; allowed: "),
    ("he910", "1/key", "{}/missing.pem cannot be read: No such file or directory; allowed: "),
])
def test_a_wrong_credential_has_its_line(module: str, place: str, why: str, tmp_path: Path) -> None:
    file = {"RAM:x": "large.pem", "1/key": "missing.pem"}.get(place, "some.pem")
    (tmp_path / "some.pem").write_bytes(b"x" * 3000)
    (tmp_path / "large.pem").write_bytes(b"x" * 40000)
    path = tmp_path / "modems.yaml"
    path.write_text(f"modems:\n- module: {module}\n  ports: [{{pty: p}}]\n  credentials:\n    {place}: {file}\n")
    (line,) = wrong(path)
    assert line.startswith(f"{path}:5:{7 + len(place)}: {place}: \"{file}\" is wrong because {why.format(tmp_path)}")


def start(text: str, folder: Path, *, descriptors: int) -> subprocess.CompletedProcess[str]:
    path = folder / "modems.yaml"
    path.write_text(text)
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--config", path, "--threads", "1"],
                          capture_output=True, text=True, timeout=ANSWER_S, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (min(64, descriptors),
                                                                                         descriptors)))


def test_more_than_there_are_is_refused_with_the_numbers(tmp_path: Path) -> None:
    text = "modems: [{module: m95, name: 'm${n}', count: 100, state: none, ports: [{unix: 'm${n}.sock'}]}]\n"
    result = start(text, tmp_path, descriptors=200)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("tlsmodem: the modems and their hosts need 224 descriptors and this "
                                    "process may have 200: ")
    assert not list(tmp_path.glob("*.sock"))
    most = int(Path("/proc/sys/kernel/pty/max").read_text())
    text = f"modems: [{{module: m95, name: 'm${{n}}', count: {most + 1}, state: none, ports: [{{pty: 'm${{n}}'}}]}}]\n"
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2 * most + 100:
        pytest.skip("this machine has no room for so many descriptors")
    result = start(text, tmp_path, descriptors=2 * most + 100)
    assert result.returncode == 1
    assert f"the modems need {most + 1} pseudo-terminals and " in result.stderr


def test_what_hosts_inside_dial_counts(tmp_path: Path) -> None:
    text = ("hosts: [{name: meter, transcript: meter.at}]\n"
            "modems: [{module: he910, name: 'm${n}', count: 300, state: none, host: meter}]\n")
    (tmp_path / "meter.at").write_text("> AT\n< OK\n")
    assert start(text, tmp_path, descriptors=120).returncode == 0
    (tmp_path / "meter.at").write_text('dial\n> AT#SSLD=1,443,"127.0.0.1",0,1\n< OK\nconnected\n')
    result = start(text, tmp_path, descriptors=120)
    assert result.returncode == 1
    assert "need 324 descriptors and this process may have 120: " in result.stderr


def test_a_reload_beyond_the_limit_changes_nothing(tmp_path: Path) -> None:
    text = "modems:\n  - {{name: 'a${{n}}', count: {}, module: m95, ports: [{{unix: 'a${{n}}.sock'}}]}}\n"
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Run(tmp_path, text.format(2), "--threads", "1") as run:
        run.wait_for_ports(2)
        resource.prlimit(run.process.pid, resource.RLIMIT_NOFILE, (200, min(200, limits[1])))
        run.write(text.format(100))
        run.hang_up()
        run.wait_for("need 224 descriptors and this process may have 200: ")
        assert "nothing was changed" in run.log
        run.host("a0").asks("AT")


def test_the_soft_limit_is_raised(tmp_path: Path) -> None:
    text = "modems:\n  - {name: 'a${n}', count: 60, module: m95, ports: [{unix: 'a${n}.sock'}]}\n"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with Run(tmp_path, text.replace("60", "300"), "--threads", "1") as run:
            run.wait_for_ports(300)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_a_file_a_hang_up_ends_the_program(tmp_path: Path) -> None:
    process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "m95", "--unix", tmp_path / "m",
                                "--state", "none"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("ready: ")
    process.send_signal(signal.SIGHUP)
    assert process.wait(ANSWER_S) == 0
    process.stdout.close()
