"""The program from outside: its options, its ports, its files, its log.

Source: README.md and `tlsmodem --help`.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import os
import re
import socket
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from support.certs import Certificates
from support.modem import Host, Modem, open_pty, program_path
from support.patience import ANSWER_S, EXIT_S, START_S
from support.servers import Nginx, Peer

from .driver import CA, CERTIFICATE, KEY, NO_CARRIER, ChangingHosts, Driver, final
from .observe import LogMark, wait_until

OK = final("OK")
MODEL = b"\r\nHE910\r\n" + OK
WRONG_USE, FAILURE = 2, 1


def run(*arguments: str | Path, keys: bytes = b"", seconds: float = START_S,
        **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The program to its end."""
    return subprocess.run([program_path("tlsmodem", "TLSMODEM"), *map(str, arguments)], input=keys,
                          capture_output=True, timeout=seconds, check=False,
                          env={**os.environ, **environment})


# Options


@pytest.mark.parametrize(("arguments", "words"), [
    ([], ["--module", "--list-modules"]),
    (["--module", "he910"], ["--pty", "--tcp", "--unix", "--uart", "--stdio"]),
    (["--module", "nokia", "--stdio"], ["nokia", "--list-modules"]),
    (["--module"], ["--module", "NAME"]),
    (["--module", "he910", "--module", "he910", "--stdio"], ["--module", "once"]),
    (["--nonsense"], ["--nonsense", "--pty"]),
    (["stray"], ["stray"]),
    (["--module", "he910", "--pty"], ["--pty", "PATH"]),
    (["--module", "he910", "--tcp", "http"], ["--tcp", "65535"]),
    (["--module", "he910", "--tcp", "70000"], ["--tcp", "65535"]),
    (["--module", "he910", "--tcp", "example.org:80"], ["example.org", "IPv4"]),
    (["--module", "he910", "--tcp", "0.0.0.0:0"], ["0.0.0.0", "--allow-remote"]),
    (["--module", "he910", "--tcp", "[::]:0"], ["::", "--allow-remote"]),
    (["--module", "he910", "--uart", "/dev/null,12345"], ["12345", "115200"]),
    (["--module", "he910", "--uart", "/dev/null,9600,8N3"], ["8N3", "8N1", "rtscts", "xonxoff"]),
    (["--module", "he910", "--stdio", "--trace", "everything"], ["everything", "at", "socket"]),
    (["--module", "he910", "--stdio", "--log-level", "loud"], ["loud", "warning", "debug"]),
    (["--module", "he910", "--stdio", "--state", ""], ["--state"]),
    (["--module", "he910", *["--pty", "x"] * 9], ["8"]),
])
def test_wrong_use(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    """Status 2 and one line that says what is allowed; nothing is made."""
    result = run(*arguments, XDG_STATE_HOME=str(tmp_path))
    assert (result.returncode, result.stdout) == (WRONG_USE, b"")
    message = result.stderr.decode()
    assert message.startswith("tlsmodem: ") and message.endswith("\n") and message.count("\n") == 1
    for word in words:
        assert word in message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("option", "words"), [
    ("-h", ["usage: tlsmodem"]),
    ("-V", ["tlsmodem 0."]),
    ("--help", ["usage: tlsmodem", "--module", "--pty", "--tcp", "--unix", "--uart", "--stdio",
                "--imei", "--imsi",
                "--iccid", "--state", "--link", "--trace", "--log-level", "--keylog", "--allow-remote",
                "--strict"]),
    ("--version", ["tlsmodem 0.", "libuv", "c-ares", "SQLite", "GnuTLS", "TLS 1.0", "TLS 1.1", "SSL 3.0"]),
    ("--list-modules", ["he910", "Telit", "HE910", "12", "3G"]),
])
def test_information(option: str, words: list[str]) -> None:
    result = run(option)
    assert (result.returncode, result.stderr) == (0, b"")
    for word in words:
        assert word in result.stdout.decode()


@pytest.mark.parametrize(("make", "words"), [
    (lambda folder: ["--pty", folder / "no" / "where"], ["no/where", "No such file"]),
    (lambda folder: ["--pty", occupied(folder)], ["occupied", "another path"]),
    (lambda folder: ["--unix", occupied(folder)], ["occupied", "another path"]),
    (lambda folder: ["--uart", folder / "ttyS99"], ["ttyS99", "No such file"]),
    (lambda folder: ["--stdio", "--keylog", folder / "no" / "where"], ["--keylog", "no/where"]),
])
def test_what_cannot_be_opened(tmp_path: Path, make: Callable[[Path], list[str | Path]],
                               words: list[str]) -> None:
    """Status 1, one line that names it; a file that is in the way stays."""
    result = run("--module", "he910", "--state", "none", *make(tmp_path))
    assert result.returncode == FAILURE
    message = result.stderr.decode()
    assert message.count("\n") == 1
    for word in words:
        assert word in message
    for path in tmp_path.iterdir():
        assert path.read_text() == "mine"


def occupied(folder: Path) -> Path:
    """A file where a port is to be."""
    path = folder / "occupied"
    path.write_text("mine")
    return path


def test_port_of_another_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = run("--module", "he910", "--state", "none", "--tcp", str(port))
    assert result.returncode == FAILURE
    assert result.stderr.count(b"\n") == 1 and str(port).encode() in result.stderr


@contextmanager
def started(*arguments: str | Path, count: int = 1,
            folder: Path | None = None) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """The program as a shell starts it, and its ready lines; ended by SIGTERM with status 0."""
    command = [program_path("tlsmodem", "TLSMODEM").resolve(), "--module", "he910", "--state",
               "none", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=folder) as process:
        assert process.stdout is not None
        try:
            yield process, [process.stdout.readline().decode() for _ in range(count)]
            process.terminate()
            assert process.wait(EXIT_S) == 0
            assert process.stdout.read() == b""
        finally:
            process.kill()


def test_ready_lines(tmp_path: Path) -> None:
    """One for each port, in the order of the options, when all are open; nothing after them."""
    with started("--pty", "./modem0", "--tcp", "0", "--unix", "sock", "--pty", "./modem1",
                 count=4, folder=tmp_path) as (_, lines):
        assert re.fullmatch(r"ready: he910 tcp 127\.0\.0\.1:\d+\n", lines.pop(1))
        assert lines == ["ready: he910 pty ./modem0\n", "ready: he910 unix sock\n",
                         "ready: he910 pty ./modem1\n"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["modem0", "modem1", "sock"]
    assert not list(tmp_path.iterdir())


def test_tcp_port_0_is_any(tmp_path: Path) -> None:
    """The ready line says which, so that a script can find it."""
    with started("--tcp", "0", "--tcp", "[::1]:0", count=2, folder=tmp_path) as (_, lines):
        ports = [re.fullmatch(pattern, line) for pattern, line in zip(
            (r"ready: he910 tcp 127\.0\.0\.1:(\d+)\n", r"ready: he910 tcp \[::1\]:(\d+)\n"), lines)]
        for address, match in zip(("127.0.0.1", "::1"), ports):
            assert match, lines
            with socket.create_connection((address, int(match[1])), ANSWER_S) as host:
                host.sendall(b"AT\r")
                assert host.recv(100).startswith(b"AT\r")


@pytest.mark.parametrize(("module", "line", "answer"), [
    ("he910", b"AT+CGSN;#CCID", b"\r\n490154203237518\r\n\r\n#CCID: 8949210076086148521\r\n"),
    ("m95", b"AT+CGSN;+QCCID", b"\r\n490154203237518\r\n\r\n8949210076086148521\r\n"),
    ("l610", b"AT+CGSN;+CCID", b"\r\n490154203237518\r\n\r\n+CCID: 8949210076086148521\r\n"),
])
def test_identity(module: str, line: bytes, answer: bytes) -> None:
    """The program's numbers are what the module says."""
    result = run("--module", module, "--stdio", "--state", "none", "--imei", "49015420323751",
                 "--imsi", "262011234567890", "--iccid", "894921007608614852",
                 keys=b"ATE0\r" + line + b"\rAT+CIMI\r")
    assert result.returncode == 0
    assert result.stdout.endswith(answer + OK + b"\r\n262011234567890\r\n" + OK)


# Standard input and output


@pytest.mark.parametrize(("keys", "answer"), [
    (b"AT\r", b"AT\r\r\nOK\r\n"),
    (b"", b""),
    (b"ATE0\rAT+GMM\r", b"ATE0\r" + OK + MODEL),
    (b"ATE0\rAT\r\nAT\r\nAT#NOSUCH\r", b"ATE0\r" + OK + OK + OK + final("ERROR")),
    (b"AT\nATE0\n\nAT+GMM\n", b"AT\n" + OK + b"ATE0\n" + OK + MODEL),
    (b"ATE0\r\nAT+GMM", b"ATE0\r" + OK + MODEL),
    (b"ATE0\nAT+GMM", b"ATE0\n" + OK + MODEL),
    (b"A", b"A"),
], ids=["at", "nothing", "two lines", "line feeds", "line feeds alone", "no last end",
        "no last end, line feeds", "half an AT"])
def test_stdio(keys: bytes, answer: bytes) -> None:
    """`printf 'AT\\r' | tlsmodem …`: the answer to all of it, then the end, with status 0."""
    result = run("--module", "he910", "--stdio", "--state", "none", keys=keys)
    assert (result.returncode, result.stdout) == (0, answer)


@pytest.mark.parametrize("module", ["gl865-dual", "m95", "l610"])
def test_stdio_takes_a_file_of_any_lines(module: str) -> None:
    """Each maker's module answers what an editor wrote, with the last line's end or without."""
    for end in (b"\r", b"\r\n", b"\n"):
        keys = end.join((b"ATE0", b"AT+CMEE=2", b"AT+CMEE?"))
        for keys in (keys, keys + end):
            result = run("--module", module, "--stdio", "--state", "none", keys=keys)
            assert result.returncode == 0
            assert result.stdout.endswith(OK + OK + b"\r\n+CMEE: 2\r\n" + OK)


def test_stdio_line_feeds_are_data_where_data_is_due() -> None:
    """In a prompt line feeds are what they are: a file of 10 bytes has both of its lines."""
    keys = b'ATE0\nAT+QSECWRITE="RAM:x",10\none\ntwo\nx\nAT+QSECREAD="RAM:x"\n'
    result = run("--module", "m95", "--stdio", "--state", "none", keys=keys)
    assert b"+QSECWRITE: 10," in result.stdout
    assert result.stdout.endswith(OK)


def test_stdio_plays_a_session(nginx: Callable[..., Nginx]) -> None:
    """Commands that take time are finished before the program ends, although the input has."""
    keys = "".join(f"{line}\r" for line in (
        "ATE0", 'AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1",
        "AT#SSLCFG=1,1,0,0,50,0", f'AT#SSLD=1,{nginx().port},"localhost",0,0',
        "GET / HTTP/1.0\r\n\r\n"))
    result = run("--module", "he910", "--stdio", "--state", "none", keys=keys.encode())
    assert result.returncode == 0
    assert result.stdout.endswith(b"Hello from nginx\n" + NO_CARRIER)


@pytest.mark.parametrize(("module", "lines", "result"), [
    ("m95", ["AT+QIREGAPP", "AT+QIACT", "AT+QIMUX=1", 'AT+QSSLCFG="sslversion",0,4',
             'AT+QSSLOPEN=1,0,"localhost",{port},0'], b"\r\n+QSSLOPEN: 1,0\r\n"),
    ("m95", ["AT+QIREGAPP", "AT+QIACT", 'AT+QIOPEN="TCP","127.0.0.1",{port}'],
     b"\r\nCONNECT OK\r\n"),
    ("m95", ["AT+QIREGAPP", "AT+QIACT", 'AT+QIDNSGIP="localhost"'], b"127.0.0.1\r\n"),
    ("l610", ["AT+MIPCALL=1", 'AT+MIPOPEN=1,,"localhost",{port},0'], b"\r\n+MIPOPEN: 1,1\r\n"),
    ("l610", ["AT+MIPCALL=1", 'AT+MIPDNS="localhost"'], b'\r\n+MIPDNS: "localhost",'),
    ("l610", ["AT+MIPCALL=1", 'AT+FTPOPEN="localhost:{port}","u","p",1'], b"\r\n+FTPOPEN: "),
])
def test_stdio_awaits_results_that_are_due(module: str, lines: list[str], result: bytes,
                                           nginx: Callable[..., Nginx]) -> None:
    """What comes of a command that answered OK is said before the program ends with its input."""
    keys = "\n".join(lines).format(port=nginx().port)
    result_of_all = run("--module", module, "--stdio", "--state", "none", keys=keys.encode(),
                        seconds=3 * START_S)
    assert result_of_all.returncode == 0
    assert result in result_of_all.stdout


def test_stdio_of_a_shell(tmp_path: Path) -> None:
    """With the words of the README, and a ready line that is not in the way."""
    program = program_path("tlsmodem", "TLSMODEM").resolve()
    shell = f"printf 'AT\\r' | {program} --module he910 --stdio --state none"
    result = subprocess.run(["sh", "-c", shell], capture_output=True, timeout=START_S, check=True,
                            cwd=tmp_path)
    assert result.stdout == b"AT\r\r\nOK\r\n"
    assert result.stderr == b"ready: he910 stdio\n"


def test_stdio_with_another_port_goes_on(tmp_path: Path) -> None:
    """The end of the input is not the end of the modem when there are other ports."""
    command = [program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--state", "none",
               "--stdio", "--pty", tmp_path / "modem0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stderr.readline()
        process.stderr.readline()
        process.stdin.write(b"AT\r")
        process.stdin.close()
        assert process.stdout.read(len(b"AT\r" + OK)) == b"AT\r" + OK
        host = open_pty(str(tmp_path / "modem0"))
        host.write(b"AT\r")
        host.expect_exact(b"AT\r" + OK)
        host.close()
        process.terminate()
        assert process.wait(EXIT_S) == 0


def test_stdio_from_a_file_to_a_file(tmp_path: Path) -> None:
    """Redirections of a shell, which no event loop can watch."""
    (tmp_path / "keys").write_bytes(b"ATE0\rAT+GMM\r")
    with (tmp_path / "keys").open() as keys, (tmp_path / "answers").open("wb") as answers:
        result = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "he910",
                                 "--stdio", "--state", "none"], stdin=keys, stdout=answers,
                                stderr=subprocess.PIPE, timeout=START_S, check=False)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "answers").read_bytes() == b"ATE0\r" + OK + MODEL


def test_stdio_without_input() -> None:
    result = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--stdio",
                             "--state", "none"], stdin=subprocess.DEVNULL, capture_output=True,
                            timeout=START_S, check=False)
    assert (result.returncode, result.stdout) == (0, b""), result.stderr


def test_stdio_when_nobody_reads_any_more() -> None:
    """`tlsmodem … | head -c 4`: the program does not stay behind."""
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", "he910", "--stdio",
                           "--state", "none"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        assert process.stdin and process.stdout
        process.stdin.write(b"AT\r")
        process.stdin.flush()
        assert process.stdout.read(4) == b"AT\r\r"
        process.stdout.close()
        process.stdin.write(b"AT\r")
        process.stdin.flush()
        assert process.wait(EXIT_S) == 0


# PTY


def shell_of(modem: Modem, line: str) -> bytes:
    """What a shell that uses the port as a file prints."""
    result = subprocess.run(["sh", "-c", line.replace("PORT", str(modem.pty_path))],
                            capture_output=True, timeout=START_S, check=True)
    return result.stdout


def test_pty_is_handed_from_program_to_program(modem: Modem) -> None:
    """Each opens the port, uses it, closes it; what one has not read, the next one reads."""
    modem.host.write(b"ATE0\r")
    modem.host.expect_exact(b"ATE0\r" + OK)
    with serial.Serial(str(modem.pty_path), 115200, timeout=ANSWER_S) as port:
        port.write(b"AT+GMM\r")
        assert port.read(len(MODEL)) == MODEL
    shell_of(modem, "printf 'AT+GMM\\r' > PORT")
    # pyserial has left the port so that a read does not wait.
    assert shell_of(modem, f"stty min 1 < PORT; head -c {len(MODEL)} < PORT") == MODEL
    with serial.Serial(str(modem.pty_path), 9600, rtscts=True, timeout=ANSWER_S) as port:
        port.write(b"ATE1\r")
        assert port.read(len(OK)) == OK
        port.write(b"AT+G")
    shell_of(modem, "printf 'MM\\r' > PORT")
    host = open_pty(str(modem.pty_path), modem)
    host.expect_exact(b"AT+GMM\r" + MODEL)
    host.close()


def test_pty_answers_a_hundred_programs(modem: Modem) -> None:
    for _ in range(100):
        host = open_pty(str(modem.pty_path), modem)
        host.write(b"AT\r")
        host.expect_exact(b"AT\r" + OK)
        host.close()


def test_pty_is_raw_and_exclusive_to_us(modem: Modem) -> None:
    """A program that sets nothing reads bytes as they are; nobody else may open it."""
    link = modem.pty_path
    assert link.is_symlink()
    mode = os.stat(link).st_mode
    assert stat.S_ISCHR(mode) and not mode & stat.S_IRWXO
    assert b"-icanon" in shell_of(modem, "stty -a < PORT")
    assert b"-echo " in shell_of(modem, "stty -a < PORT")


@pytest.mark.parametrize("port", ["pty", "unix"])
def test_link_of_a_killed_daemon_is_replaced(port: str) -> None:
    """Although the number of the dead one's terminal is the next one's, as a rule."""
    with ChangingHosts(port=port) as modem:
        path = modem.pty_path if port == "pty" else modem.unix_path
        modem.process.kill()
        modem.process.wait()
        modem.host_leaves()
        assert os.path.lexists(path)
        modem.start()
        Driver(modem).begin()


@pytest.mark.parametrize("port", ["pty", "unix"])
def test_link_of_a_living_daemon_is_not(port: str) -> None:
    with Modem(port=port) as modem:
        path = modem.pty_path if port == "pty" else modem.unix_path
        result = run("--module", "he910", "--state", "none", f"--{port}", path)
        assert result.returncode == FAILURE
        assert result.stderr.count(b"\n") == 1
        assert b"choose another path" in result.stderr
        Driver(modem).begin()


# TCP and Unix sockets


LISTENERS = pytest.mark.parametrize("port", ["tcp", "unix"])


@LISTENERS
def test_one_host_at_a_time(port: str) -> None:
    """The next one waits, and finds the modem as the first one left it."""
    with ChangingHosts(port=port) as modem:
        first = Driver(modem).begin()
        first.ok("AT+CMEE=2")
        waiting = modem.connect()
        waiting.write(b"AT+CMEE?\r")
        waiting.nothing_for(0.2)
        first.is_ready()
        modem.host_leaves()
        waiting.expect_exact(b"\r\n+CMEE: 2\r\n" + OK)
        waiting.close()
        modem.host_comes().is_ready()


@LISTENERS
def test_hosts_come_and_go(port: str) -> None:
    with ChangingHosts(port=port) as modem:
        Driver(modem).begin()
        for _ in range(50):
            modem.host_leaves()
            modem.host_comes().is_ready()


class LateHost(Modem):
    """Its host opens the port when the module has said what it says at power-on."""

    SAID = "< +SIM READY"

    def _open_host(self) -> Host:
        wait_until(lambda: self.SAID in self.log(), "the module is silent")
        return super()._open_host()


@pytest.mark.parametrize("port", ["pty", "tcp", "unix"])
def test_late_host_hears_what_was_said_at_power_on(port: str) -> None:
    """It was said to nobody, and waits in the port.  docs/facts/fibocom.md §4."""
    with LateHost("l610", port, options=["--trace", "at"]) as modem:
        modem.host.expect_exact(b"\r\nAT command ready\r\n\r\n+SIM READY\r\n")
        modem.host.write(b"AT\r")
        modem.host.expect_exact(b"AT\r" + OK)


@LISTENERS
@pytest.mark.parametrize("last_words", [b"AT+CM", b"AT#SSLSECDATA=1,1,1,30\r-----BEGIN"])
def test_half_a_line_goes_with_its_host(port: str, last_words: bytes) -> None:
    with ChangingHosts(port=port) as modem:
        driver = Driver(modem).begin()
        driver.ok("AT#SSLEN=1,1")
        modem.host.write(last_words)
        modem.host_leaves()
        modem.host_comes().is_ready()


@LISTENERS
def test_host_that_has_said_all_still_gets_its_answer(port: str) -> None:
    """shutdown() of one direction, as `printf … | nc -N` does it."""
    with Modem(port=port) as modem:
        modem.host.close()
        modem._host = None  # pylint: disable=protected-access
        address = ("127.0.0.1", modem.tcp_port) if port == "tcp" else str(modem.unix_path)
        with socket.socket(socket.AF_INET if port == "tcp" else socket.AF_UNIX) as host:
            host.connect(address)
            host.settimeout(ANSWER_S)
            host.sendall(b"AT+GMM\r")
            host.shutdown(socket.SHUT_WR)
            assert host.recv(1000, socket.MSG_WAITALL) == b"AT+GMM\r" + MODEL


# Web pages: any in a browser of this machine may send a request to a port

BODY = b'x\r\nAT+CGDCONT=3,"IP","evil"\r\nAT+CGDCONT?\r\n'
REQUEST = (b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\n"
           b"Content-Length: %d\r\n\r\n" % len(BODY)) + BODY
REQUESTS = {"body": REQUEST, "address": b'GET /AT+CGDCONT=3,"IP","evil" HTTP/1.1\r\n\r\n',
            "field": b"Host: 127.0.0.1\r\n" + BODY, "after a line end": b"\r\n" + REQUEST}


@contextmanager
def untouched() -> Iterator[ChangingHosts]:
    """No host is there.  What no web page may set was not set, an operator was told why, and the
    next host has the port."""
    with ChangingHosts(port="tcp") as modem:
        Driver(modem).begin()
        modem.host_leaves()
        mark = LogMark(modem)
        yield modem
        modem.host_comes().ok("AT+CGDCONT?")
        lines = mark.warnings()
        assert len(lines) == 1 and "HTTP" in lines[0] and "--unix" in lines[0]


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "bytes"])
@pytest.mark.parametrize("name", REQUESTS)
def test_http_request_is_hung_up_on(name: str, whole: bool) -> None:
    request = REQUESTS[name]
    with untouched() as modem, socket.create_connection(("127.0.0.1", modem.tcp_port)) as browser:
        browser.settimeout(15)
        browser.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for at in range(0, len(request), len(request) if whole else 1):
                browser.sendall(request[at:] if whole else request[at:at + 1])
            while heard := browser.recv(1000):
                assert b"OK" not in heard
        except ConnectionError:
            pass  # the end comes before the request is read to its own


def test_http_client_is_hung_up_on() -> None:
    with untouched() as modem:
        client = http.client.HTTPConnection("127.0.0.1", modem.tcp_port, timeout=15)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            client.request("POST", "/", BODY, {"Content-Type": "text/plain"})
            client.getresponse()
        client.close()


def test_http_to_a_peer_goes_through(certificates: Certificates) -> None:
    """A host that comes back to a port that is online goes on with its request."""
    with Peer(certificates) as peer, ChangingHosts(port="tcp") as modem:
        driver = Driver(modem).begin().attach().enable()
        driver.type(driver.dial_line(peer.port, online=True))
        peer.handshake()
        driver.expect("CONNECT")
        modem.host_leaves()
        modem.host_comes()
        modem.host.write(REQUEST)
        peer.expect(REQUEST)
        peer.send(b"HTTP/1.1 204 No\r\n\r\n")
        modem.host.expect_exact(b"HTTP/1.1 204 No\r\n\r\n")


def test_unix_socket_is_for_its_owner(tmp_path: Path) -> None:
    with started("--unix", "sock", folder=tmp_path):
        mode = os.lstat(tmp_path / "sock").st_mode
        assert stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o600


def test_qemu_serial_unix(tmp_path: Path) -> None:
    """A guest's UART on the Unix socket: QEMU is the host."""
    qemu = "qemu-system-x86_64"
    # The boot sector sends AT CR to COM1 and copies what comes back to COM2, which is a file.
    (tmp_path / "disk").write_bytes(boot_sector(b"AT\r"))
    with started("--unix", "sock", folder=tmp_path):
        with subprocess.Popen([qemu, "-display", "none", "-monitor", "none",
                               "-serial", "unix:sock", "-serial", "file:heard",
                               "-drive", "file=disk,format=raw"], cwd=tmp_path) as guest:
            try:
                wait_until(lambda: (tmp_path / "heard").exists()
                           and b"AT\r" + OK in (tmp_path / "heard").read_bytes(),
                           "no OK in the guest", 2 * START_S)
            finally:
                guest.kill()


def boot_sector(keys: bytes) -> bytes:
    """16-bit code: send `keys` to COM1 (0x3f8), then for ever copy COM1's input to COM2 (0x2f8)."""
    send = b"".join(bytes.fromhex("ba fd 03 ec a8 20 74 fb ba f8 03 b0") + bytes((key,)) + b"\xee"
                    for key in keys)
    copy = bytes.fromhex("ba fd 03 ec a8 01 74 fb ba f8 03 ec ba f8 02 ee eb ee")
    code = send + copy
    return code + bytes(510 - len(code)) + b"\x55\xaa"


# Several ports of one modem (their AT instances: test_instances.py)


def test_eight_ports(tmp_path: Path) -> None:
    names = [f"modem{i}" for i in range(8)]
    with started(*[word for name in names for word in ("--pty", name)], count=8,
                 folder=tmp_path) as (_, lines):
        assert lines == [f"ready: he910 pty {name}\n" for name in names]
        hosts = [open_pty(str(tmp_path / name)) for name in names]
        for host in hosts:
            host.write(b"AT\r")
        for host in hosts:
            host.expect_exact(b"AT\r" + OK)
            host.close()


# Files


def test_state_folder_is_private(tmp_path: Path) -> None:
    """0700 and 0600, whatever the umask, and nothing else in it."""
    state = tmp_path / "a" / "state"
    previous = os.umask(0)
    try:
        with Modem(state=state) as modem:
            Driver(modem).begin().enable().store(CA, b"something\n")
            assert stat.S_IMODE(state.stat().st_mode) == 0o700
            files = list(state.iterdir())
            assert files
            for path in files:
                assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    finally:
        os.umask(previous)


def test_default_state_folder(tmp_path: Path) -> None:
    result = run("--module", "he910", "--stdio", keys=b"AT#SSLEN=1,1\r",
                 XDG_STATE_HOME=str(tmp_path))
    assert (result.returncode, result.stdout) == (0, b"AT#SSLEN=1,1\r" + OK)
    assert stat.S_IMODE((tmp_path / "tlsmodem").stat().st_mode) == 0o700
    result = run("--module", "he910", "--stdio", keys=b"AT#SSLEN?\r", XDG_STATE_HOME=str(tmp_path))
    assert result.stdout == b"AT#SSLEN?\r\r\n#SSLEN: 1,1\r\n" + OK


def test_state_none_leaves_nothing(tmp_path: Path) -> None:
    home = {"XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    result = run("--module", "he910", "--stdio", "--state", "none", keys=b"AT#SSLEN=1,1\r", **home)
    assert result.returncode == 0
    assert not list(tmp_path.iterdir())


def test_second_daemon_on_one_state_folder_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Modem(state=state) as modem:
        Driver(modem).begin()
        result = run("--module", "he910", "--stdio", "--state", state)
        assert (result.returncode, result.stdout) == (FAILURE, b"")
        message = result.stderr.decode()
        assert message.count("\n") == 1
        assert f"{state} is in use by another process" in message
        Driver(modem).is_ready()
        modem.kill()
        modem.start()  # the lock went with the process
        Driver(modem).begin()


def test_state_folder_without_its_key_is_refused(tmp_path: Path) -> None:
    """Nothing is deleted: the operator may put the key back."""
    state = tmp_path / "state"
    with Modem(state=state) as modem:
        Driver(modem).begin().enable().store(CA, b"something\n")
    key = (state / "nvm.key").read_bytes()
    (state / "nvm.key").unlink()
    before = sorted(path.name for path in state.iterdir())
    result = run("--module", "he910", "--stdio", "--state", state)
    assert result.returncode == FAILURE
    assert result.stderr.count(b"\n") == 1 and b"nvm.key is missing" in result.stderr
    assert sorted(path.name for path in state.iterdir()) == before
    (state / "nvm.key").write_bytes(key)
    (state / "nvm.key").chmod(0o600)
    with Modem(state=state) as modem:
        Driver(modem).begin().answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,0,1,0")


# Key log


class Overheard(Peer):
    """A peer that keeps what is on the wire, both ways."""

    received = sent = b""

    def receive_raw(self, deadline: float) -> bytes | None:
        data = super().receive_raw(deadline)
        self.received += data or b""
        return data

    def send_raw(self, data: bytes) -> None:
        self.sent += data
        super().send_raw(data)


def prf_1_0(secret: bytes, label: bytes, seed: bytes, count: int) -> bytes:
    """The pseudo-random function of TLS 1.0 (RFC 2246 §5)."""
    def expand(hash_name: str, key: bytes) -> bytes:
        out, a = b"", label + seed
        while len(out) < count:
            a = hmac.digest(key, a, hash_name)
            out += hmac.digest(key, a + label + seed, hash_name)
        return out[:count]

    half = (len(secret) + 1) // 2
    return bytes(x ^ y for x, y in zip(expand("md5", secret[:half]),
                                       expand("sha1", secret[-half:])))


def test_keylog(tmp_path: Path, certificates: Certificates) -> None:
    """The secrets are those of the connection: with them a record's MAC comes out right."""
    path = tmp_path / "keys"
    with Modem(options=["--keylog", str(path)]) as modem, Overheard(certificates) as peer:
        driver = Driver(modem).begin().attach().enable(4).tune()
        driver.type(driver.dial_line(peer.port))
        peer.handshake()
        driver.expect("OK")
        driver.send(b"to be overheard")
        peer.expect(b"to be overheard")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
        assert len(lines) == 1
        match = re.fullmatch(r"CLIENT_RANDOM ([0-9a-f]{64}) ([0-9a-f]{96})", lines[0])
        assert match
        client_random, master = (bytes.fromhex(match[i]) for i in (1, 2))
    assert client_random == peer.received[11:43]
    key = prf_1_0(master, b"key expansion", peer.sent[11:43] + client_random, 40)[:20]
    record = peer.received[peer.received.index(b"to be overheard") - 5:]
    head, size = record[:3], int.from_bytes(record[3:5], "big")
    data, mac = record[5:5 + size - 20], record[5 + size - 20:5 + size]
    expected = (1).to_bytes(8, "big") + head + len(data).to_bytes(2, "big") + data
    assert hmac.new(key, expected, hashlib.sha1).digest() == mac


def test_keylog_is_appended_to_and_made_private(tmp_path: Path,
                                                nginx: Callable[..., Nginx]) -> None:
    path = tmp_path / "keys"
    path.touch(mode=0o644)
    for count in (1, 2):
        with Modem(options=["--keylog", str(path)]) as modem:
            driver = Driver(modem).begin().attach().enable()
            driver.dial(nginx().port)
            assert path.read_text().count("CLIENT_RANDOM ") == count
            assert path.stat().st_mode & 0o777 == 0o600


def test_keylog_by_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                               nginx: Callable[..., Nginx]) -> None:
    """The variable stands for the option, and the log says that secrets are written."""
    path = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(path))
    with Modem() as modem:
        driver = Driver(modem).begin().attach().enable()
        driver.dial(nginx().port)
        assert path.read_text().count("CLIENT_RANDOM ") == 1
        assert f"TLS secrets go to {path}, as SSLKEYLOGFILE says" in modem.log()


@pytest.mark.parametrize("variable", ["", "theirs"])
def test_keylog_option_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str,
                            nginx: Callable[..., Nginx]) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", variable and str(tmp_path / variable))
    with Modem(options=["--keylog", str(tmp_path / "ours")]) as modem:
        driver = Driver(modem).begin().attach().enable()
        driver.dial(nginx().port)
    assert [path.name for path in tmp_path.glob("*s")] == ["ours"]


def test_keylog_of_environment_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "no" / "where"
    result = run("--module", "he910", "--state", "none", "--stdio", SSLKEYLOGFILE=str(path))
    assert result.returncode == FAILURE
    assert f"tlsmodem: SSLKEYLOGFILE: cannot write to the file: {path}: No such file or directory\n" in result.stderr.decode()


def test_no_keylog_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                nginx: Callable[..., Nginx]) -> None:
    """Nor by a variable that is there but empty."""
    monkeypatch.setenv("SSLKEYLOGFILE", "")
    with Modem() as modem:
        driver = Driver(modem).begin().attach().enable()
        driver.dial(nginx().port)
    assert not list(tmp_path.glob("*keys*"))


# Log


SECRET = "s3cret-w0rd"


@pytest.mark.parametrize("line", [
    f'AT#SGACT=1,1,"user","{SECRET}"',
    f'at#sgact = 1,1,"user","{SECRET}"',
    f"AT#SGACT=1,1,user,{SECRET}",
    f'AT+CMEE=1;#SGACT=1,1,"user","{SECRET}"',
    f'AT#PASSW="{SECRET}"',
    f"AT#PASSW={SECRET}",
    f'AT#PASSW="{SECRET}',
    f'AT#PASSW"{SECRET}"',
    f'AT+CMEE=1;;#PASSW="{SECRET}";+CMEE?',
    f'AT$;#PASSW="{SECRET}"',
    f'AT#FTPOPEN="host","user","{SECRET}",1',
])
def test_trace_shows_no_password(line: str) -> None:
    """Right or with a slip: what may be a password is not in the log, at no level."""
    with Modem(options=["--trace", "all", "--log-level", "debug"]) as modem:
        driver = Driver(modem).begin()
        driver.ok('AT+CGDCONT=1,"IP","internet"')
        driver.type(line)
        driver.result()
        driver.host.write(b"A/")  # the line again
        driver.result()
        driver.is_ready()
        assert "AT+CGDCONT" in modem.log()
        assert SECRET not in modem.log()


def test_trace_shows_no_security_data(certificates: Certificates) -> None:
    """Not when it is stored, not when it is read back, not in use."""
    with Modem(options=["--trace", "all", "--log-level", "debug"]) as modem, \
            Peer(certificates, client_ca="ca") as peer:
        driver = Driver(modem).begin().attach().enable(auth=2).tune()
        driver.store_all(certificates, client="client")
        for kind in (CERTIFICATE, CA, KEY):
            driver.type(f"AT#SSLSECDATA=1,2,{kind}")
            driver.host.read_until(OK)
        driver.type(driver.dial_line(peer.port))
        peer.handshake()
        driver.expect("OK")
        driver.send(b"payload in command mode")
        driver.go_online()
        driver.host.write(b"payload online")
        peer.expect(b"payload in command modepayload online")
        driver.escape()
        log = modem.log()
    for line in certificates.key("client").read_text().splitlines():
        assert line not in log
    assert "payload" not in log


def test_trace_of_at_is_a_transcript(modem: Modem) -> None:
    driver = Driver(modem).begin()
    mark = LogMark(modem)
    driver.answers("AT#SSLS=1", "#SSLS: 1,0")
    texts = [re.sub(r"^\S+ ", "", line) for line in mark.text().splitlines()]
    assert texts == ["at: he910 port 1: > AT#SSLS=1", "at: he910 port 1: < #SSLS: 1,0",
                     "at: he910 port 1: < OK"]


def test_a_line_that_repeats_is_counted() -> None:
    """Without a trace: once, and at the end of the program how often it came."""
    with Modem(options=["--log-level", "info"]) as modem:
        driver = Driver(modem).begin()
        for _ in range(3):
            driver.error("AT#SSLH=1", 836)
        modem.stop()
        log = modem.log()
        modem.start()
    lines = [line for line in log.splitlines() if "AT#SSLH=1: secure socket 1" in line]
    assert len(lines) == 2, log
    assert re.search(r" first \(3 times in \d+ s\)$", lines[1])


def test_log_has_no_word_from_a_peer_that_could_forge_a_line(modem: Modem) -> None:
    """A host's line goes into the trace without control characters that end it."""
    driver = Driver(modem).begin()
    mark = LogMark(modem)
    driver.type("AT+NOSUCH\n2000-01-01T00:00:00.000Z error: he910: forged\x1b[31m")
    driver.host.read_until(b"\r\n")
    driver.host.read_until(b"\r\n")
    driver.is_ready()
    assert not re.search(r"^2000", mark.text(), re.MULTILINE)
    assert "\x1b" not in mark.text()


def test_answer_is_one_write(tmp_path: Path) -> None:
    """A whole answer goes to the port in one piece (docs/architecture.md), seen by strace."""
    calls = tmp_path / "calls"
    program = tmp_path / "tlsmodem"
    # A tracer of its own keeps the leak check of a sanitizer build from working.
    program.write_text(f"""#!/bin/sh
export ASAN_OPTIONS=detect_leaks=0
exec strace -D -xx -s 9999 -e trace=write,writev -o {calls} \\
    {program_path("tlsmodem", "TLSMODEM").resolve()} "$@"
""")
    program.chmod(0o755)
    if subprocess.run(["strace", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("strace may not trace here")
    answers = {"AT#SCFG?": b"", "ATI3;+GMM;#SSLS=1": b"", "AT+GMM": b"", "AT#NOSUCH": b""}
    with Modem(program=program) as modem:
        driver = Driver(modem).begin()
        for line in answers:
            driver.type(line)
            end = final("ERROR") if "NOSUCH" in line else OK
            answers[line] = driver.host.read_until(end)
    written = [bytes.fromhex(text.replace("\\x", "")) for text in
               re.findall(r'^writev?\(\d+, "([^"]*)"', calls.read_text(), re.MULTILINE)]
    for line, answer in answers.items():
        assert written.count(answer) == 1, (line, answer, written)
