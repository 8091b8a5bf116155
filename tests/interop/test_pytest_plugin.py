"""The package of python/: its fixtures against modems on real ports, and what a failing test is given.

Sources: docs/pytest.md; docs/contract.md, "Control".
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.modem import REPOSITORY, Host, open_pty, program_path
from support.patience import ANSWER_S
from support.program import run_program
from tlsmodem import ControlError, Modem, ModemFailed, TlsServer
from tlsmodem.mqtt import fits
from tlsmodem.waiting import wait_until

MakeModem = Callable[..., Modem]
MakeServer = Callable[..., TlsServer]
PLACE = "api.example.com:8883"


def answered(host: Host, line: str, pattern: bytes = rb"\r\n(OK|ERROR|\+CM[ES] ERROR[^\r]*)\r\n") -> bytes:
    host.write(line.encode() + b"\r")
    return host.read_match(re.compile(pattern))


def ready(modem: Modem, *lines: str) -> Host:
    """An M95 whose driver has come as far as the dial, with what it stores in its SSL context 1."""
    host = open_pty(modem.port)
    for line in ("ATE0", "AT+QIREGAPP", "AT+QIACT", "AT+QIMUX=1", 'AT+QSSLCFG="sslversion",1,4',
                 'AT+QSSLCFG="ciphersuite",1,"0XFFFF"', *lines):
        assert b"OK" in answered(host, line), line
    return host


VERIFY = ('AT+QSSLCFG="seclevel",1,1', 'AT+QSSLCFG="cacert",1,"NVRAM:CA0"', 'AT+QSSLCFG="checkhost",1,1')


def dial(host: Host, result: int = 0, port: int = 8883) -> None:
    answered(host, f'AT+QSSLOPEN=1,1,"api.example.com",{port},0', rb"\+QSSLOPEN: 1,%d\r\n" % result)


def exchange(host: Host, data: bytes, answer: bytes) -> None:
    """Sends that by the open socket, and reads until the answer has come."""
    answered(host, f"AT+QSSLSEND=1,{len(data)}", rb"> ")
    host.write(data)
    host.read_until(b"SEND OK\r\n")
    got = b""
    while answer not in got:
        host.read_until(b'+QSSLURC: "recv",0,1\r\n')
        got += answered(host, "AT+QSSLRECV=0,1,1500")


# ---- servers ----

@pytest.mark.parametrize(("cert", "reason"), [
    ("good", ""), ("expired", "has expired"), ("not-yet-valid", "not valid yet"), ("other-name", "another name"),
    ("other-ca", "issue"), ("weak", "")])
def test_certificates(tlsmodem: MakeModem, tls_server: MakeServer, cert: str, reason: str) -> None:
    """Whether a module that verifies takes it, and that the log names what is wrong."""
    server = tls_server(cert=cert)
    modem = tlsmodem("m95", map={PLACE: server}, credentials={"NVRAM:CA0": str(server.ca)})
    host = ready(modem, *VERIFY)
    if not reason:
        dial(host)
        exchange(host, b"hello", b"hello")
        assert server.received == b"hello"
        assert ("it is weak" in modem.log) == (cert == "weak"), modem.log
    else:
        answered(host, 'AT+QSSLOPEN=1,1,"api.example.com",8883,0', rb"\+QSSLOPEN: 1,-\d+\r\n")
        assert reason in modem.log
        assert server.connections == [] or server.received == b""


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_version_and_suite(tlsmodem: MakeModem, tls_server: MakeServer, version: str) -> None:
    server = tls_server(version=version, suites="AES128-SHA")
    dial(ready(tlsmodem("m95", map={PLACE: server})))
    client = server.wait_for_connection()
    assert (client.version, client.suite) == (f"TLSv{version}".replace("v1.0", "v1"), "AES128-SHA")


def test_a_server_that_wants_a_certificate(tlsmodem: MakeModem, tls_server: MakeServer) -> None:
    server = tls_server(client_certificate=True, version="1.2")
    without = ready(tlsmodem("m95", map={PLACE: server}))
    answered(without, 'AT+QSSLOPEN=1,1,"api.example.com",8883,0', rb"\+QSSLOPEN: 1,-\d+\r\n")
    assert server.connections == [] and server.failures
    certificates = server.certificates
    device = tlsmodem("m95", map={PLACE: server}, credentials={
        "NVRAM:CA0": str(server.ca), "NVRAM:CC0": str(certificates.client()), "NVRAM:CK0": str(certificates.key("client"))})
    dial(ready(device, 'AT+QSSLCFG="seclevel",1,2', 'AT+QSSLCFG="cacert",1,"NVRAM:CA0"',
               'AT+QSSLCFG="clientcert",1,"NVRAM:CC0"', 'AT+QSSLCFG="clientkey",1,"NVRAM:CK0"'))
    assert server.wait_for_connection().client_certificate


def test_http_behind_it(tlsmodem: MakeModem, tls_server: MakeServer) -> None:
    server = tls_server(behind="http", pages={"/time": b"12:00\n"})
    host = ready(tlsmodem("m95", map={PLACE: server}))
    dial(host)
    exchange(host, b"GET /time HTTP/1.1\r\nHost: api.example.com\r\n\r\n", b"12:00\n")
    exchange(host, b"POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", b"404")
    assert [(one.method, one.path, one.body) for one in server.requests] == [("GET", "/time", b""), ("POST", "/no", b"abc")]


def packet(kind: int, body: bytes) -> bytes:
    assert len(body) < 128
    return bytes([kind, len(body)]) + body


def text(word: bytes) -> bytes:
    return struct.pack(">H", len(word)) + word


def test_mqtt_behind_it(tlsmodem: MakeModem, tls_server: MakeServer) -> None:
    server = tls_server(behind="mqtt")
    host = ready(tlsmodem("m95", map={PLACE: server}))
    dial(host)
    exchange(host, packet(0x10, text(b"MQTT") + b"\x04\x02\0<" + text(b"meter")), b"\x20\x02\0\0")
    exchange(host, packet(0x82, b"\0\x01" + text(b"meter/+/set") + b"\x01"), b"\x90\x03\0\x01\x01")
    exchange(host, packet(0x32, text(b"meter/1") + b"\0\x02" + b"21.5"), b"\x40\x02\0\x02")
    exchange(host, packet(0x34, text(b"meter/1/set") + b"\0\x03" + b"on"), b"\x50\x02\0\x03")
    exchange(host, packet(0x62, b"\0\x03"), b"meter/1/set\0\x01on")
    exchange(host, packet(0xC0, b""), b"\xd0\0")
    assert [(one.topic, one.payload, one.quality) for one in server.messages] == [
        ("meter/1", b"21.5", 1), ("meter/1/set", b"on", 2)]
    answered(host, "AT+QSSLSEND=1,2", rb"> ")
    host.write(b"\0\0")  # no packet of the standard
    host.read_until(b'"closed",1')
    assert "MQTT: a packet of type 0" in str(server)


@pytest.mark.parametrize(("pattern", "topic", "yes"), [
    ("a/b", "a/b", True), ("a/+", "a/b", True), ("a/+", "a/b/c", False), ("a/#", "a", True), ("a/#", "a/b/c", True),
    ("#", "$SYS/x", False), ("+/b", "/b", True), ("a", "a/b", False)])
def test_filters_of_mqtt(pattern: str, topic: str, yes: bool) -> None:
    """mqtt-v3.1.1-os, section 4.7."""
    assert fits(pattern, topic) == yes


def test_a_server_hangs_up(tlsmodem: MakeModem, tls_server: MakeServer) -> None:
    server = tls_server()
    host = ready(tlsmodem("m95", map={PLACE: server}))
    for reset in (False, True):
        dial(host)
        exchange(host, b"x", b"x")
        server.hang_up(reset)
        host.read_until(b'+QSSLURC: "closed",1\r\n')


# ---- modems ----

@pytest.mark.parametrize("module", ["he910", "m95", "l610"])
def test_what_a_test_does_to_a_modem(tlsmodem: MakeModem, module: str) -> None:
    modem = tlsmodem(module, signal=11)
    host = open_pty(modem.port)
    answered(host, "AT+CREG=1")
    modem.network.lose()
    host.read_until(b"+CREG: ")
    assert modem.network.registration == "lost"
    modem.network.find()
    host.read_until(b"+CREG: 1")
    modem.network.signal = 7
    assert b"+CSQ: 7," in answered(host, "AT+CSQ")
    modem.reset()
    assert modem.network.signal == 11
    modem.ring("+4915112345678")
    modem.advance("60s")
    for _ in range(10):
        host.read_until(b"RING\r\n")
    modem.ring_end()
    modem.sms("+491511", "Grüße")
    assert modem.wait(lambda state: state["unread"] == 1)["messages"] == 1
    modem.power.off()
    assert modem.state["on"] is False
    with pytest.raises(ControlError, match="a modem that is on"):
        modem.ring()
    modem.power.on()
    modem.set(signal=3)
    modem.link("gprs", loss=1)
    assert "gprs" in str(modem.state["link"])
    modem.link()
    assert modem.state["link"] is None
    with pytest.raises(ControlError, match="allowed: 0 to 31, 99"):
        modem.network.signal = 32


def test_the_journal(tlsmodem: MakeModem) -> None:
    modem = tlsmodem("m95")
    host = ready(modem)
    answered(host, "AT+QIDEACT", rb"DEACT OK\r\n")
    assert modem.journal.count("AT+QIDEACT") == modem.journal.count("at+qi*t", "command") - 1 == 1
    assert modem.journal.wait("DEACT OK", "answer") == "DEACT OK"
    assert {one["kind"] for one in modem.journal} >= {"command", "answer", "net"}
    with pytest.raises(AssertionError, match=r"no command AT\+NEVER, 1 times; there were:\n.*ATE0"):
        modem.journal.wait("AT+NEVER", seconds=0)


def test_faults(tlsmodem: MakeModem, tls_server: MakeServer) -> None:
    server = tls_server()
    modem = tlsmodem("m95", map={PLACE: server})
    host = ready(modem)
    refused = modem.fault("refused", count=1)
    answered(host, 'AT+QSSLOPEN=1,1,"api.example.com",8883,0', rb"\+QSSLOPEN: 1,-\d+\r\n")
    assert (refused.seen, refused.struck) == (1, 1)
    dial(host)
    late = modem.fault("latency", latency=500, command="AT+QSSLOPEN*", socket=1, phase="data")
    exchange(host, b"slow", b"slow")
    assert late.struck >= 1 and len(modem.faults()) == 2
    late.remove()
    with pytest.raises(ControlError):
        late.struck
    modem.heal()
    assert modem.faults() == []


@pytest.mark.parametrize("port", ["pty", "unix", "tcp"])
def test_ports(tlsmodem: MakeModem, port: str) -> None:
    modem = tlsmodem("l610", port=port, ports=2)
    assert len(modem.ports) == 2 and modem.port == modem.ports[0] != modem.ports[1]


def test_what_is_wrong_is_told(tlsmodem: MakeModem, tls_server: MakeServer) -> None:
    with pytest.raises(ValueError, match='cert: "expird" is wrong; allowed: good, expired, '):
        tls_server(cert="expird")
    with pytest.raises(ValueError, match="allowed: 1.0, 1.1, 1.2, 1.3"):
        tls_server(version="3.0")
    with pytest.raises(ValueError, match="allowed: pty, unix, tcp"):
        tlsmodem("m95", port="usb")
    with pytest.raises(ModemFailed, match='"m59" is wrong'):
        tlsmodem("m59")


# ---- tests that fail ----

FAILS = """
import os, signal, time
def test_it(tlsmodem, tls_server):
    modem = tlsmodem("m95", map={"api.example.com:8883": tls_server()})
    with open(modem.port, "r+b", buffering=0) as port:
        port.write(b"ATE0\\rAT+NEVER\\r")
        modem.journal.wait("AT+NEVER")
        modem.journal.wait("*ERROR*", "answer")
    print("the modem is", modem._process.pid)
    ENDING
"""


def inner(pytester: pytest.Pytester, ending: str, *words: str) -> pytest.RunResult:
    pytester.makepyfile(FAILS.replace("ENDING", ending))
    return pytester.runpytest_subprocess("-p", "tlsmodem.plugin", "-p", "no:cacheprovider", *words)


def test_a_failing_test_has_all_that_happened(pytester: pytest.Pytester, tmp_path: Path) -> None:
    result = inner(pytester, "assert modem.journal.count('AT+QIDEACT') == 1", "--tlsmodem-artifacts", str(tmp_path / "kept"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "E*assert 0 == 1", "*tlsmodem: m95 log*", "*this module has no such command*", "*tlsmodem: m95 journal*",
        "*command AT+NEVER", "*tlsmodem: m95 recording*", "> AT+NEVER", "*tlsmodem: server 1*", "nobody came"])
    (folder,) = (tmp_path / "kept").iterdir()
    assert {path.name for path in folder.iterdir()} == {"m95-log.txt", "m95-journal.txt", "m95-recording.at", "server-1.txt"}
    played = run_program("check", folder / "m95-recording.at")
    assert played.returncode == 0, played.stdout + played.stderr


def test_a_test_that_passes_leaves_nothing(pytester: pytest.Pytester, tmp_path: Path) -> None:
    result = inner(pytester, "assert True", "-rP", "--tlsmodem-artifacts", str(tmp_path / "kept"))
    result.assert_outcomes(passed=1)
    assert "tlsmodem: m95 log" not in str(result.stdout) and not (tmp_path / "kept").exists()
    assert not is_running(int(re.findall(r"the modem is (\d+)", str(result.stdout))[0]))


def test_a_modem_ends_with_a_killed_test(pytester: pytest.Pytester) -> None:
    """Nobody has asked it to."""
    result = inner(pytester, "os.write(2, b'the modem is %d' % modem._process.pid); os.kill(os.getpid(), signal.SIGKILL)", "-s")
    assert result.ret == -signal.SIGKILL
    process = int(re.findall(r"the modem is (\d+)", str(result.stderr))[0])  # what is buffered for stdout dies with it
    wait_until(lambda: not is_running(process) or None, lambda: f"{process} runs", ANSWER_S)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# ---- as it is installed ----

INSTALLED = """
import os

def test_it(tlsmodem, request):
    assert "site-packages" in __import__("tlsmodem").__file__
    modem = tlsmodem("m95")
    port = os.open(modem.port, os.O_RDWR | os.O_NOCTTY)
    os.write(port, b"AT\\r")
    modem.journal.wait("AT")
    os.close(port)
    assert not os.environ.get("FAILS"), "as it is to be"
"""


def without_tests_own() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))} \
        | {"TLSMODEM": str(program_path("tlsmodem", "TLSMODEM"))}


def test_pip_installs_it(tmp_path: Path) -> None:
    """With Debian's setuptools, and no network; pytest finds the plugin by its entry point, a failing test has what happened attached."""
    for module in ("pip", "setuptools", "wheel"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not here; scripts/setup test installs it")
    source, venv, artifacts = tmp_path / "python", tmp_path / "venv", tmp_path / "artifacts"
    shutil.copytree(REPOSITORY / "python", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", str(venv)], check=True, timeout=2 * ANSWER_S)
    python = str(venv / "bin" / "python")
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-build-isolation", "--no-index", str(source)],
                   check=True, timeout=4 * ANSWER_S, env=without_tests_own())
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(INSTALLED)
    run = [python, "-m", "pytest", "-p", "no:cacheprovider", "--tlsmodem-artifacts", str(artifacts), "test_one.py"]
    passed = subprocess.run(run, cwd=tmp_path / "tests", env=without_tests_own(), capture_output=True, text=True, timeout=4 * ANSWER_S, check=False)
    assert passed.returncode == 0 and "1 passed" in passed.stdout, passed.stdout + passed.stderr
    assert not artifacts.exists()
    failed = subprocess.run(run, cwd=tmp_path / "tests", env=without_tests_own() | {"FAILS": "1"}, capture_output=True, text=True,
                            timeout=4 * ANSWER_S, check=False)
    assert failed.returncode == 1 and "1 failed" in failed.stdout
    [folder] = artifacts.iterdir()
    assert {path.name for path in folder.iterdir()} >= {"m95-recording.at", "m95-journal.txt", "m95-log.txt"}, list(folder.iterdir())
