"""--record: a session at a real port with a real server is a file that plays back.

Source: docs/transcripts.md.
"""

from __future__ import annotations

import os
import re
import socket
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.bare_server import TLS_1_2
from support.certs import Certificates
from support.control import ControlPort
from support.fleet import Fleet
from support.modem import Modem, program_path
from support.patience import ANSWER_S, POLL_S
from support.program import run_program
from support.servers import Nginx, Peer

from .driver import Driver
from .makers import MAKERS, Dialler, FibocomDialler, dialler

REQUEST = b"GET /file HTTP/1.0\r\nHost: localhost\r\n\r\n"


def check(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run_program("check", path, *options)


def plays(path: Path, *options: str) -> None:
    result = check(path, *options)
    assert result.returncode == 0, result.stdout + result.stderr + path.read_text()


def hear(host: Dialler, model: str) -> None:
    """What the server has sent, as the module gives it to its host."""
    if model == "m95":
        host.modem.host.read_until(b'+QSSLURC: "recv",0,1\r\n', ANSWER_S)
    if MAKERS[model] is FibocomDialler:
        host.modem.host.read_until(b"225C\r\n", ANSWER_S)
        return
    host.read()
    host.modem.host.read_until(b'\r\nOK\r\n', ANSWER_S)


@pytest.mark.parametrize("model", MAKERS)
def test_a_session_plays_back(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """Certificate, handshake, what the server sends, its end: over again, in virtual time."""
    path = tmp_path / "recorded.at"
    with Peer(certificates, ciphers="ALL:@SECLEVEL=0") as peer, dialler(model, TLS_1_2, "--record", str(path)) as host:
        host.verify(certificates.pem("ca").read_bytes())
        if model == "l610":
            for suite in range(1, 7):
                host.driver.ok(f"AT+GTSSLCIPHER={suite},1")
        host.dial(peer.port)
        peer.handshake(ANSWER_S)
        host.opened()
        peer.send(b"one\r\ntwo \x00\xff\"\\")
        hear(host, model)
        peer.close()
        host.ended()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert re.search(rf"^peer server1 {peer.port} +tls server$", text, re.M)
    assert 'sends "one\\r\\ntwo \\x00\\xff\\"\\x5c"' in text
    plays(path)
    differs = check(path, "--module", OTHERS[model])
    assert differs.returncode == 1
    assert_difference_is_readable(differs.stdout, path, OTHERS[model])


# By which another maker's module the recording is played, too.
OTHERS = {"le866": "m95", "m95": "l610", "l610": "le866", "nl668-cn-00": "he910"}


def assert_difference_is_readable(told: str, path: Path, module: str) -> None:
    """Where, what was expected and what came, and where they part; then what led there."""
    lines = told.splitlines()
    assert lines[0] == f"{path}: {module}: different"
    place = re.fullmatch(rf"{re.escape(str(path))}:(\d+): (.*)", lines[1])
    assert place and path.read_text().splitlines()[int(place[1]) - 1] == place[2], "the step as it stands in the file"
    if lines[2] == "  expected:":
        parts = lines.index(next(line for line in lines if re.fullmatch(r"  the same for \d+ bytes, then:", line)))
        received = lines.index("  received:")
        assert 3 < received < parts, "both, line by line"
        assert lines[parts + 1].startswith("    expected ") and lines[parts + 2].startswith("    received ")
        assert all("»" in line for line in lines[parts + 1:parts + 3]), "the place is marked"
    else:
        assert re.fullmatch(r'  ".*" does not match .*|  the peer got something else|  the module.s connection is .*, expected .*',
                            lines[2]), told
    before = lines.index("  before that:")
    log = next(i for i, line in enumerate(lines) if re.match(r"  the module's log, \d+\.\d{3} s after the start:", line))
    steps = [line for line in path.read_text().splitlines()[:int(place[1]) - 1]
             if re.match(r"[<>]|wait|echo|peer \w+ (accepts|sends|gets|closes)", line)]
    assert [line[4:] for line in lines[before + 1:log]] == steps[-20:], "the conversation up to there"
    assert lines[-1] == "1 transcript, 1 play in 0.0 s: 0 as written, 1 different, 0 wrong"


@pytest.mark.parametrize("model", MAKERS)
def test_a_recording_on_a_port(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """The host's side of it at a real port, with real peers: what a module on a desk is checked by."""
    path, copy = tmp_path / "recorded.at", tmp_path / "on-a-port.at"
    with Peer(certificates, ciphers="ALL:@SECLEVEL=0") as peer, dialler(model, TLS_1_2, "--record", str(path)) as host:
        if model == "l610":
            for suite in range(1, 7):
                host.driver.ok(f"AT+GTSSLCIPHER={suite},1")
        host.dial(peer.port)
        peer.handshake(ANSWER_S)
        host.opened()
        peer.send(b"one\r\ntwo \x00\xff\"\\")
        hear(host, model)
        peer.close()
        host.ended()
    text = path.read_text()
    assert "\nonly engine\n" in text
    copy.write_text(text.replace("\nonly engine\n", "\n"))
    with Modem(model) as modem:
        done = check(copy, "--uart", str(modem.pty_path))
        assert done.returncode == 0, done.stdout + done.stderr + text + modem.log()
    copy.write_text(copy.read_text().replace("\n< OK\n", "\n< NO\n", 1))
    with Modem(model) as modem:
        assert check(copy, "--uart", str(modem.pty_path)).returncode == 1, "the play sees what differs"


def test_two_connections_to_one_port(tmp_path: Path) -> None:
    """At a port of the machine as in the engine, and so do the steps of a recording that has them."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    path = tmp_path / "two.at"
    path.write_text("model m95\nsource a test\n" + f"peer one {port} tcp\npeer two {port} tcp\n" + """
> ATE0
< OK
> AT+QIFGCNT=0
< OK
> AT+QICSGP=1,"CMNET"
< OK
> AT+QIMUX=1
< OK
> AT+QIOPEN=0,"TCP","${address}",%d
< OK
< 0, CONNECT OK
peer one connected
> AT+QIOPEN=1,"TCP","${address}",%d
< OK
< 1, CONNECT OK
peer two connected
peer two sends "for one"
< +RECEIVE: 1, 7
< bytes "for one"
peer one sends "for nought"
< +RECEIVE: 0, 10
< bytes "for nought"
""" % (port, port))
    plays(path)
    with Modem("m95") as modem:
        done = check(path, "--uart", str(modem.pty_path))
        assert done.returncode == 0, done.stdout + done.stderr
    path.write_text(path.read_text() + "peer one dial 3 refuse\n")
    with Modem("m95") as modem:
        done = check(path, "--uart", str(modem.pty_path))
        assert done.returncode == 2 and "finds nobody is the engine's to say" in done.stdout


def test_a_page_of_nginx_plays_back(certificates: Certificates, tmp_path: Path) -> None:
    """Online: what the host types and what it reads, in whatever pieces they came."""
    path = tmp_path / "recorded.at"
    with Nginx(tmp_path / "nginx", certificates) as nginx, \
            Modem("he910", options=["--record", str(path)]) as modem:
        driver = Driver(modem).begin().attach()
        driver.enable().tune()
        driver.type(f'AT#SSLD=1,{nginx.port},"localhost",0,0')
        driver.expect("CONNECT", ANSWER_S)
        modem.host.write(REQUEST)
        modem.host.read_until(b"\r\nNO CARRIER\r\n", ANSWER_S)
    plays(path)


def test_a_file_that_was_there_is_its_owners(tmp_path: Path) -> None:
    path = tmp_path / "recorded.at"
    path.write_text("old")
    path.chmod(0o644)
    with Modem("he910", options=["--record", str(path)]):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_pipe_that_nobody_reads(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run_program("--module", "he910", "--stdio", "--state", "none", "--record", tmp_path / "pipe")
    assert done.returncode == 1 and "nobody reads the pipe" in done.stderr


def test_what_a_file_gives_the_modem_is_told(tmp_path: Path) -> None:
    """No step of a transcript brings it about, so the recording names it."""
    path, config = tmp_path / "recorded.at", tmp_path / "one.yaml"
    config.write_text("modems:\n  - {name: one, module: m95, ports: [{unix: one.sock}], at-start: ['AT+CMGF=1']}\n")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", config, "--state", "none",
                           "--record", path], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline().startswith("ready: ")
        daemon.terminate()
        assert daemon.wait(ANSWER_S) == 0
    assert "# The modem was recorded with at-start of its file, which a transcript" in path.read_text()


def test_secrets_are_variables(tmp_path: Path) -> None:
    """Passwords and keys are given back by --set."""
    path, key = tmp_path / "recorded.at", b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n"
    with Modem("he910", options=["--record", str(path)]) as modem:
        driver = Driver(modem).begin().attach()
        driver.enable()
        driver.type('AT#FTPOPEN="localhost:1","user","sEsaMe",1')
        driver.expect("+CME ERROR: 605", ANSWER_S)
        driver.ok("AT#SSLSECCFG=1,0,1")
        driver.type(f"AT#SSLSECDATA=1,1,2,{len(key)}")
        modem.host.expect_exact(b"\r\n> ", ANSWER_S)
        modem.host.write(key + b"\x1a")
        modem.host.read_until(b"OK\r\n", ANSWER_S)
    text = path.read_text()
    assert "sEsaMe" not in text and "AAAA" not in text
    assert '"user","${secret1}",1' in text and "${secret2}" in text
    missing = check(path)
    assert missing.returncode == 2 and "${secret1}" in missing.stdout + missing.stderr
    (tmp_path / "key").write_bytes(key)
    plays(path, "--set", "secret1=sEsaMe", "--set", f"secret2=@{tmp_path / 'key'}")


def test_a_key_behind_its_command(tmp_path: Path) -> None:
    """In one write, before the module asks for it; and a PIN in a line that was corrected."""
    path, key, line = tmp_path / "recorded.at", b"S3cretWordS3cretWord", b'AT+CPIX\bN="87651234"\r'
    with Modem("m95", options=["--record", str(path)]) as modem:
        modem.host.write(b'AT+QSECWRITE="RAM:k.pem",20,5\r' + key)
        modem.host.read_until(b"OK\r\n", ANSWER_S)
        modem.host.write(line)
        modem.host.read_until(b"ERROR", ANSWER_S)
    text = path.read_text()
    assert "S3cret" not in text and "8765" not in text
    options = []
    for number, value in enumerate((key, b"87651234", b'AT+CPIX\b \bN="87651234"', line[:-1], line, line[:8]), 1):
        (tmp_path / f"secret{number}").write_bytes(value)
        options += ["--set", f"secret{number}=@{tmp_path / f'secret{number}'}"]
    plays(path, *options)


def test_a_killed_run_leaves_a_transcript(tmp_path: Path) -> None:
    """What was answered is in the file at once."""
    path = tmp_path / "recorded.at"
    modem = Modem("m95", options=["--record", str(path)])
    modem.start()
    try:
        modem.host.write(b"AT+CPIN?\r")
        modem.host.read_until(b"OK\r\n", ANSWER_S)
        deadline = time.monotonic() + ANSWER_S
        while "+CPIN: READY\n< OK\n" not in path.read_text() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        modem.kill()
    finally:
        modem.discard()
    assert path.read_text().endswith("< OK\n")
    plays(path)


def test_another_run_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "recorded.at"
    path.write_text("old\n" * 1000)
    os.chmod(path, 0o600)
    with Modem("l610", options=["--record", str(path)]):
        pass
    assert "old" not in path.read_text()
    plays(path)


@pytest.mark.parametrize(("options", "words"), [
    (["--record", "no/where"], ["--record", "no/where", "No such file"]),
    (["--record="], ["--record needs FILE"]),
])
def test_what_cannot_be_recorded(options: list[str], words: list[str]) -> None:
    result = run_program("--module", "he910", "--stdio", "--state", "none", *options)
    assert result.returncode in (1, 2)
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def two_modems(folder: Path, ports: str) -> Path:
    config = folder / "two.yaml"
    config.write_text("modems:\n  - name: m${n}\n    count: 2\n    module: m95\n    state: none\n    imei: '35794102'\n"
                      f"    ports:\n      - {ports}\n")
    return config


@pytest.mark.parametrize("ports", ["unix: '${name}.sock'", "tcp-each: '0'"])
def test_each_modem_has_a_file(ports: str, tmp_path: Path) -> None:
    """Of a fleet, and of a pool."""
    fleet = Fleet(tmp_path, two_modems(tmp_path, ports).read_text(),
                  ("--record", "r-${name}-${n:02}-${shard}.at", "--threads", "2"))
    fleet.last = "m1"
    with fleet:
        hosts = [fleet.host("m0"), fleet.host("m1")]
        for number, host in enumerate(hosts):
            host.ok("ATE0")
            host.ok(f"AT+CMEE={number + 1}")
        for host in hosts:
            host.ok("AT+CMEE?")
    texts = [(tmp_path / f"r-m{number}-0{number}-0.at").read_text() for number in (0, 1)]
    assert sorted(f"> AT+CMEE={number}\n" in text for text in texts for number in (1, 2)) == [False, False, True, True]
    for number in (0, 1):
        plays(tmp_path / f"r-m{number}-0{number}-0.at")


@pytest.mark.parametrize(("path", "words"), [
    ("r.at", ["2 modems would have it", "allowed: a path with ${name} or ${n}"]),
    ("r-${shard}.at", ["2 modems would have it"]),
    ("r-${who}.at", ["${who}", "allowed: ${name}, ${n}, ${n:04}, ${shard}, ${imei}"]),
    ("r-${n", ["allowed"]),
    ("gone/${n}.at", ["gone/0.at", "No such file"]),
])
def test_a_path_that_does_not_do_for_several(path: str, words: list[str], tmp_path: Path) -> None:
    result = run_program("--config", two_modems(tmp_path, "unix: '${name}.sock'"), "--record", path, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("tlsmodem: --record: ")
    for word in words:
        assert word in result.stderr
    assert not list(tmp_path.glob("*.sock"))


class FtpServer(threading.Thread):
    """Says what a client's log-in waits for."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self) -> None:
        connection, _ = self.listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            for answer in (b"220 here\r\n", b"331 and?\r\n", b"230 in\r\n"):
                stream.write(answer)
                stream.readline()


def test_secrets_of_at_start_are_variables(tmp_path: Path) -> None:
    """Of lines that no host has typed, in what a server gets."""
    path, config, server = tmp_path / "recorded.at", tmp_path / "one.yaml", FtpServer()
    server.start()
    config.write_text("modems:\n- {name: one, module: he910, state: none, ports: [{unix: one.sock}], at-start: ["
                      "'AT+CGDCONT=1,\"IP\",\"internet\"', 'AT#SGACT=1,1', 'AT#FTPOPEN=\"127.0.0.1:%d\",\"me\",\"sEsaMe\",0']}\n"
                      % server.port)
    fleet = Fleet(tmp_path, config.read_text(), ("--record", str(path)))
    with fleet:
        fleet.host("one").ok("AT#FTPTYPE?")
    text = path.read_text()
    assert "PASS ${secret1}" in text and "sEsaMe" not in text


def test_a_modem_that_control_opens_has_a_file(tmp_path: Path) -> None:
    """By the same pattern, whole when the modem goes; another of its name finds the file taken, and is told."""
    with Modem("he910", "unix", options=["--control", f"unix:{tmp_path / 'control'}", "--record", str(tmp_path / "r-${name}.at")]) as modem:
        control = ControlPort(tmp_path / "control")
        entry = {"name": "late", "module": "m95", "state": "none", "ports": [{"unix": str(tmp_path / "late.sock")}]}
        for turn, wanted in enumerate(["AT+CSQ", "AT+CGMM"]):
            control.done("POST", "/v1/modems", entry)
            with socket.socket(socket.AF_UNIX) as host:
                host.settimeout(ANSWER_S)
                host.connect(str(tmp_path / "late.sock"))
                host.sendall(wanted.encode() + b"\r")
                said = b""
                while b"\r\nOK\r\n" not in said:
                    said += host.recv(1000)
            control.done("DELETE", "/v1/modems/late")
            text = (tmp_path / "r-late.at").read_text()
            assert "> AT+CSQ\n" in text and "> AT+CGMM" not in text
            assert ("late is not recorded: " in modem.log()) is (turn == 1)
    plays(tmp_path / "r-late.at")
    plays(tmp_path / "r-he910.at")
