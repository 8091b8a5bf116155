"""Data calls to real programs: bytes both ways without a loss, and no process that is left.

Source: docs/facts/mqtt-mux-ppp.md §4.
"""

from __future__ import annotations

import hashlib
import os
import re
import resource
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from support.modem import REPOSITORY, Modem
from support.mux_host import DISC, UA, UIH, MuxHost, frame
from support.patience import ANSWER_S, POLL_S
from support.ppp_client import PppClient
from support.program import run_program
from support.ready import read_ready, write_ready
from support.servers import free_port

from .observe import wait_until
from .test_metrics import samples, scrape, value

MODELS = ("he910", "m95", "l610")
BULK = 3_000_000
PIECE = 4000

ECHO = f"exec {sys.executable} -B -c 'import os\nwhile d := os.read(0, 65536):\n while d: d = d[os.write(1, d):]'"


@contextmanager
def module(model: str, command: str | None, *options: str, **more: object) -> Iterator[Modem]:
    words = [] if command is None else ["--ppp", command]
    with Modem(model, options=[*words, "--log-level", "info", *options], **more) as modem:  # type: ignore[arg-type]
        say(modem, "ATE0")
        say(modem, 'AT+CGDCONT=1,"IP","internet"')
        yield modem


def say(modem: Modem, line: str, end: bytes = b"OK\r\n") -> bytes:
    modem.host.write(line.encode() + b"\r")
    return modem.host.read_until(end)


def dial(modem: Modem, line: str = "ATD*99#") -> None:
    say(modem, line, b"\r\nCONNECT\r\n")


def escape(modem: Modem) -> None:
    modem.host.silence(1.2)
    modem.host.write(b"+++")
    modem.host.read_until(b"\r\nOK\r\n")


def heard(modem: Modem, seconds: float) -> bytes:
    """What comes within this time; empty: nothing."""
    data = modem.host.heard_until(time.monotonic() + seconds)
    modem.host.drop(len(data))
    return data


def processes_with(mark: str) -> list[int]:
    """Those whose environment has it."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def zombies_of(pid: int) -> list[str]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else []
        except OSError:
            continue
        if words and words[0] == "Z" and int(words[1]) == pid:
            found.append(folder.name)
    return found


# ---- bytes ----

@pytest.mark.parametrize("model", MODELS)
def test_every_byte_comes_back(model: str) -> None:
    """Megabytes of all values, the host reading in fits and starts."""
    sent, heard = hashlib.sha256(), hashlib.sha256()
    with module(model, ECHO) as modem:
        dial(modem)
        fd, todo, came = modem.host.fileno(), 0, 0
        while came < BULK:
            writes = [fd] if todo < BULK and todo - came < 200_000 else []
            readable, writable, _ = select.select([fd], writes, [], ANSWER_S)
            assert readable or writable, f"stuck: {todo} sent, {came} came"
            if writable:
                piece = os.urandom(min(PIECE, BULK - todo))
                count = write_ready(fd, piece)
                sent.update(piece[:count])
                todo += count
            if readable:
                data = read_ready(fd, 1000 if came % 3 else 65536)
                heard.update(data)
                came += len(data)
        assert heard.digest() == sent.digest()
        escape(modem)
        say(modem, "ATH")


def test_a_program_that_does_not_read_holds_the_host_up(tmp_path: Path) -> None:
    go, copy = tmp_path / "go", tmp_path / "copy"
    command = f"while ! test -e {go}; do sleep 0.1; done; head -c {BULK // 4} >{copy}; echo whole"
    data = os.urandom(BULK // 4)
    with module("he910", command) as modem:
        dial(modem)
        fd, done = modem.host.fileno(), 0
        while select.select([], [fd], [], 1.0)[1]:
            done += write_ready(fd, data[done:done + PIECE])
            assert done < len(data), "all of it was taken, though nobody reads"
        go.touch()
        while done < len(data):
            assert select.select([], [fd], [], ANSWER_S)[1]
            done += write_ready(fd, data[done:done + PIECE])
        assert modem.host.read_until(b"NO CARRIER\r\n").startswith(b"whole")
        assert copy.read_bytes() == data


def test_all_that_it_has_said_comes_before_its_end() -> None:
    """It ends at once, and the host reads late."""
    with module("he910", "head -c 300000 /dev/zero; echo last") as modem:
        dial(modem)
        time.sleep(0.5)
        said = modem.host.read_until(b"NO CARRIER\r\n")
        assert said.count(b"\0") == 300000 and b"last\n\r\nNO CARRIER" in said


# ---- the end ----

@pytest.mark.parametrize("model", MODELS)
def test_no_carrier_when_it_ends(model: str) -> None:
    with module(model, "exec sleep 0.2") as modem:
        for number in range(3):
            dial(modem, "ATD*99***1#" if number % 2 else "ATD*99#")
            modem.host.read_until(b"\r\nNO CARRIER\r\n")
            say(modem, "AT")
        wait_until(lambda: not zombies_of(modem.process.pid), "a zombie is left")


def test_its_status_is_in_the_log() -> None:
    with module("m95", "exit 7") as modem:
        dial(modem)
        modem.host.read_until(b"NO CARRIER\r\n")
        wait_until(lambda: "has ended: status 7" in modem.log(), modem.log)


@pytest.mark.parametrize("model", MODELS)
def test_calls_are_counted(model: str) -> None:
    """Those that there are; and what came of each, also of one for which there is no descriptor left."""
    port = free_port()

    def counted(family: str, **labels: str) -> float:
        return value(samples(scrape(port)), family, **labels)

    with module(model, ECHO, "--metrics", str(port)) as modem:
        assert counted("tlsmodem_data_calls") == counted("tlsmodem_data_calls_total") == 0
        for made in (1, 2):
            dial(modem)
            assert counted("tlsmodem_data_calls") == 1
            assert counted("tlsmodem_data_calls_total", outcome="made") == made
            escape(modem)
            say(modem, "ATH")
            wait_until(lambda: counted("tlsmodem_data_calls") == 0)
        used = max(int(entry.name) for entry in Path(f"/proc/{modem.process.pid}/fd").iterdir()) + 1
        before = resource.prlimit(modem.process.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(modem.process.pid, resource.RLIMIT_NOFILE, (used, before[1]))
        say(modem, "ATD*99#", b"\r\nNO CARRIER\r\n")
        resource.prlimit(modem.process.pid, resource.RLIMIT_NOFILE, before)
        assert counted("tlsmodem_data_calls") == 0
        assert counted("tlsmodem_data_calls_total", outcome="failed") == 1
        assert counted("tlsmodem_data_calls_total") == 3


HANG_UPS = {
    "ATH": lambda modem: (escape(modem), say(modem, "ATH")),
    "+CGACT": lambda modem: (escape(modem), say(modem, "AT+CGACT=0,1", b"NO CARRIER\r\n")),
    "dial again": lambda modem: (escape(modem), dial(modem)),
    "+CFUN": lambda modem: (escape(modem), say(modem, "AT+CFUN=4", b"NO CARRIER\r\n")),
}


@pytest.mark.parametrize("way", HANG_UPS)
def test_nothing_of_it_is_left(way: str, tmp_path: Path) -> None:
    """It deafens itself to SIGHUP, and has a child in the background."""
    mark = f"DATA_CALL_MARK={tmp_path}"
    command = f"export {mark}; trap '' HUP; sleep 1000 & exec sleep 1000"
    with module("he910", command) as modem:
        dial(modem)
        wait_until(lambda: len(processes_with(mark)) == 2, "it does not run")
        first = set(processes_with(mark))
        HANG_UPS[way](modem)
        wait_until(lambda: not first & set(processes_with(mark)), "it goes on")
        wait_until(lambda: not zombies_of(modem.process.pid), "a zombie is left")
    wait_until(lambda: not processes_with(mark), "it goes on behind the module")


def test_the_modem_ends_and_it_too(tmp_path: Path) -> None:
    mark = f"DATA_CALL_MARK={tmp_path}"
    with module("l610", f"export {mark}; trap '' HUP TERM; while :; do sleep 0.1; done") as modem:
        dial(modem)
        wait_until(lambda: processes_with(mark), "it does not run")
    wait_until(lambda: not processes_with(mark), "it goes on behind the module")


def test_a_host_that_leaves_its_socket_ends_the_call(tmp_path: Path) -> None:
    mark = f"DATA_CALL_MARK={tmp_path}"
    with module("he910", f"export {mark}; exec sleep 1000", port="unix") as modem:
        dial(modem)
        wait_until(lambda: processes_with(mark), "it does not run")
        modem.host.close()
        wait_until(lambda: not processes_with(mark), "it goes on without its host")
        modem.connect()


# ---- what it is told, and who may have one ----

def test_its_environment(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = (f"echo ${{imei}} ${{name}} >{seen}; tty >>{seen}; "  # the tests have variables of their own
               f"env | grep -E '^TLSMODEM_(NAME|NUMBER|CID|APN|ADDRESS)=' | sort >>{seen}")
    with module("he910", command, "--imei", "35712310000001") as modem:
        say(modem, 'AT+CGDCONT=2,"IP","$(reboot) `x`"')
        dial(modem, "ATDT*99***2#")
        modem.host.read_until(b"NO CARRIER\r\n")
    lines = seen.read_text().splitlines()
    assert re.fullmatch(r"35712310000001\d he910", lines[0])
    assert re.fullmatch(r"/dev/pts/\d+", lines[1])
    assert lines[2:] == [f"TLSMODEM_ADDRESS={lines[2].partition('=')[2]}", "TLSMODEM_APN=$(reboot) `x`",
                         "TLSMODEM_CID=2", "TLSMODEM_NAME=he910", "TLSMODEM_NUMBER=*99***2#"]


def test_without_one_the_log_says_what_is_missing() -> None:
    with module("he910", None) as modem:
        say(modem, "ATD*99#", b"\r\nNO CARRIER\r\n")
        wait_until(lambda: "--ppp COMMAND" in modem.log(), modem.log)


def test_wrong_words() -> None:
    for words, said in ((["--ppp", ""], "--ppp needs COMMAND"), (["--ppp", "pppd ${nothing}"], "allowed: ${name}")):
        with pytest.raises(Exception, match=re.escape(said)):
            Modem("he910", options=words).__enter__()


def test_beside_a_secure_socket(certificates: object, tmp_path: Path) -> None:
    """A call on one port, a server of TLS on the other."""
    from support.servers import Nginx

    with Nginx(tmp_path, certificates) as nginx, \
            module("he910", ECHO, "--unix", str(tmp_path / "two")) as modem:  # type: ignore[arg-type]
        with socket.socket(socket.AF_UNIX) as port:
            port.connect(str(tmp_path / "two"))
            port.settimeout(ANSWER_S)
            for line, end in (("AT#SGACT=1,1", b"OK"), ("AT#SSLEN=1,1", b"OK"), ("AT#SSLSECCFG=1,0,0", b"OK"),
                              (f'AT#SSLD=1,{nginx.port},"127.0.0.1",0,0', b"CONNECT")):
                port.sendall(line.encode() + b"\r")
                answer = b""
                while b"\r\n" + end + b"\r\n" not in answer:
                    answer += port.recv(4096)
                    assert b"ERROR" not in answer, answer
            dial(modem)
            port.sendall(b"GET / HTTP/1.0\r\n\r\n")
            modem.host.write(b"over PPP")
            assert modem.host.read(8) == b"over PPP"
            page = b""
            while b"NO CARRIER" not in page:
                page += port.recv(4096)
            assert b"200 OK" in page
        escape(modem)
        say(modem, "ATH")


# ---- as Zephyr does it ----

def test_on_a_dlci_while_another_is_polled() -> None:
    """PPP on DLCI 2, questions on DLCI 1; the call outlives neither its DLCI nor the multiplexer."""
    with module("he910", ECHO) as modem:
        say(modem, "AT+CMUX=0")
        host = MuxHost(modem.host.fileno())
        host.open(0, 1, 2)
        host.command(2, "ATD*99#", b"\r\nCONNECT\r\n")
        host.data[2].clear()
        for number in range(200):
            piece = bytes([number]) * 100
            host.send(frame(2, UIH, piece))
            if number % 20 == 0:
                assert b"+CSQ" in host.command(1, "AT+CSQ")
        host.wait(lambda: len(host.data[2]) == 20000)
        assert bytes(host.data[2]) == b"".join(bytes([number]) * 100 for number in range(200))
        host.send(frame(2, DISC))
        host.wait(lambda: (2, UA) in host.answers[3:])
        wait_until(lambda: "the host has gone" in modem.log(), modem.log)
        host.open(2)
        host.command(2, "ATD*99#", b"\r\nCONNECT\r\n")


# ---- PPP ----

SLIRP = next((path for path in (Path("/usr/bin/slirp-fullbolt"), REPOSITORY / "third_party/slirp/usr/bin/slirp-fullbolt")
              if path.exists()), None)


class Page(BaseHTTPRequestHandler):
    BODY = b"".join(b"line %d of a page that came by PPP\n" % number for number in range(400))

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.BODY)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def web() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def slirp(tmp_path: Path) -> str:
    if SLIRP is None:
        pytest.skip("no slirp (scripts/fetch-servers)")
    return f"HOME={tmp_path} exec {SLIRP} ppp 'mtu 1500'"


LOCAL = bytes([10, 0, 2, 2])  # slirp's name for the machine


@pytest.mark.parametrize("model", MODELS)
def test_a_page_through_slirp(model: str, slirp: str) -> None:
    with web() as port, module(model, slirp) as modem:
        dial(modem)
        client = PppClient(modem.host.write, lambda seconds: heard(modem, seconds))
        client.open()
        assert client.address == bytes([10, 0, 2, 15])
        page = client.exchange(LOCAL, port, b"GET / HTTP/1.0\r\n\r\n")
        assert page.startswith(b"HTTP/1.0 200 OK") and page.endswith(Page.BODY)
        end = time.monotonic() + 1.5
        while (left := end - time.monotonic()) > 0:  # the guard time, in which it may say something once more
            heard(modem, left)
        modem.host.write(b"+++")
        modem.host.read_until(b"\r\nOK\r\n")
        say(modem, "ATH")
        wait_until(lambda: "the program of a data call has ended" in modem.log(), modem.log)


def test_a_page_through_slirp_on_a_dlci(slirp: str) -> None:
    """As Zephyr does it: PPP on DLCI 2, questions on DLCI 1."""
    with web() as port, module("m95", slirp) as modem:
        say(modem, "AT+CMUX=0,0,5,512,10,3,30,10,2")
        host = MuxHost(modem.host.fileno())
        host.open(0, 1, 2)
        host.command(2, "ATD*99***1#", b"\r\nCONNECT\r\n")
        host.data[2].clear()

        def send(data: bytes) -> None:
            for at in range(0, len(data), 127):
                host.send(frame(2, UIH, data[at:at + 127]))
            assert b"+CREG" in host.command(1, "AT+CREG?")

        def receive(seconds: float) -> bytes:
            if not host.data[2]:
                host.read_for(seconds)
            data = bytes(host.data[2])
            host.data[2].clear()
            return data

        client = PppClient(send, receive)
        client.open()
        page = client.exchange(LOCAL, port, b"GET / HTTP/1.0\r\n\r\n")
        assert page.endswith(Page.BODY)


def test_a_page_by_pppd_through_slirp(slirp: str) -> None:
    if not os.access("/dev/ppp", os.R_OK | os.W_OK) or shutil.which("pppd") is None:
        pytest.skip("no /dev/ppp or no pppd on this machine; the tests' own host has fetched the page")
    with web() as port, module("he910", slirp) as modem:
        dial(modem)
        with subprocess.Popen(["pppd", str(modem.pty_path), "nodetach", "noauth", "nodefaultroute", "noipdefault",
                               "nocrtscts", "local"]) as pppd:
            deadline = time.monotonic() + ANSWER_S
            while True:
                try:
                    with socket.create_connection(("10.0.2.2", port), 5) as server:
                        server.sendall(b"GET / HTTP/1.0\r\n\r\n")
                        page = b"".join(iter(lambda: server.recv(65536), b""))
                    break
                except OSError:
                    assert time.monotonic() < deadline, "no page"
                    time.sleep(POLL_S)
            assert page.endswith(Page.BODY)
            pppd.terminate()


# ---- recordings ----

def test_a_recording_plays(tmp_path: Path) -> None:
    path = tmp_path / "recorded.at"
    with module("m95", ECHO, "--record", str(path)) as modem:
        dial(modem)
        modem.host.write(b"~\x80over and back~")
        assert modem.host.read(16) == b"~\x80over and back~"
        escape(modem)
        say(modem, "ATO", b"CONNECT\r\n")
        escape(modem)
        say(modem, "ATH")
        say(modem, "ATD*99***1#", b"CONNECT\r\n")
    text = path.read_text()
    assert re.search(r"peer \w+ 1 ppp\n", text), text
    played = run_program("check", path)
    assert played.returncode == 0, played.stdout + played.stderr + text
