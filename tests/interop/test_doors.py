"""Ports for hosts that are elsewhere: a serial port with its circuits (RFC 2217), by pyserial; TLS, by OpenSSL."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import serial

from support.certs import Certificates
from support.control import ControlPort
from support.modem import program_path
from support.patience import ANSWER_S, EXIT_S
from support.program import run_program
from support.servers import free_port

from .observe import wait_until

MODELS = ["he910", "m95", "l610"]


@contextlib.contextmanager
def running(kind: str, *options: str, model: str = "he910") -> Iterator[tuple[str, int, subprocess.Popen[str]]]:
    """The program with one port of that kind; where it listens."""
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--module", model, "--state", "none", f"--{kind}", "127.0.0.1:0",
                           *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout and process.stderr
            ready = process.stdout.readline().split()
            assert ready[:1] == ["ready:"] and ready[2] == kind, (ready, process.poll() is not None and process.stderr.read())
            host, port = ready[3].rsplit(":", 1)
            yield host, int(port), process
        finally:
            process.terminate()
            assert process.wait(EXIT_S) == 0, process.stderr and process.stderr.read()


def answer(line: serial.SerialBase, typed: bytes, end: bytes = b"\r\nOK\r\n") -> bytes:
    line.write(typed)
    said: bytes = line.read_until(end)
    assert said.endswith(end), (typed, said)
    return said


def attach(host: str, port: int, **settings: Any) -> serial.SerialBase:
    return serial.serial_for_url(f"rfc2217://{host}:{port}", timeout=ANSWER_S, **settings)


@contextlib.contextmanager
def serving() -> Iterator[tuple[int, Callable[[], socket.socket]]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(ANSWER_S)

        def accept() -> socket.socket:
            connection = server.accept()[0]
            connection.settimeout(ANSWER_S)
            return connection

        yield server.getsockname()[1], accept


@contextlib.contextmanager
def online(line: serial.SerialBase, setting: bytes) -> Iterator[socket.socket]:
    with serving() as (port, accept):
        answer(line, b"ATE0\r")
        answer(line, b"AT&C1" + setting + b"\r")
        answer(line, b'AT+CGDCONT=1,"IP","internet"\r')
        if b"#SGACT: 1,1" not in answer(line, b"AT#SGACT?\r"):
            answer(line, b"AT#SGACT=1,1\r")
        assert not line.cd
        answer(line, b'AT#SD=1,0,%d,"127.0.0.1"\r' % port, b"\r\nCONNECT\r\n")
        with accept() as peer:
            yield peer


@pytest.mark.parametrize("model", MODELS)
def test_rate_and_lines(model: str) -> None:
    """What a driver sets is in force, and read back; DSR is on, DCD off, RI off, CTS on."""
    with running("rfc2217", model=model) as (host, port, _), attach(host, port, baudrate=9600) as line:
        assert answer(line, b"AT\r").endswith(b"\r\nOK\r\n")
        assert (line.dsr, line.cts, line.ri) == (True, True, False)
        for rate in (300, 9600, 115200, 921600):
            line.baudrate = rate
        line.bytesize, line.parity, line.stopbits = 7, serial.PARITY_EVEN, 2
        line.rtscts = True
        line.break_condition = True
        line.break_condition = False
        line.reset_output_buffer()
        assert answer(line, b"AT\r").endswith(b"\r\nOK\r\n")


def test_dtr_ends_online_mode_by_d2() -> None:
    """DCD follows the connection with &C1; a DTR that drops ends it with &D2."""
    with running("rfc2217") as (host, port, _), attach(host, port) as line, online(line, b"&D2") as peer:
        wait_until(lambda: line.cd)
        line.write(b"to\xff\x00\r\xff\xfeyou")
        assert _exactly(peer, 10) == b"to\xff\x00\r\xff\xfeyou"
        peer.sendall(b"\r\xff\xff\n\x00\r\x00back")
        assert line.read(11) == b"\r\xff\xff\n\x00\r\x00back"
        line.dtr = False
        assert line.read_until(b"\r\nNO CARRIER\r\n").endswith(b"\r\nNO CARRIER\r\n")
        assert peer.recv(1) == b""
        wait_until(lambda: not line.cd)
        line.dtr = True
        answer(line, b"AT\r")


def _exactly(peer: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (more := peer.recv(count - len(got))):
        got += more
    return got


def test_dtr_suspends_by_d1_and_says_nothing_by_d0() -> None:
    with running("rfc2217") as (host, port, _), attach(host, port) as line:
        with online(line, b"&D1") as peer:
            line.dtr = False
            assert line.read_until(b"\r\nOK\r\n").endswith(b"\r\nOK\r\n")
            line.dtr = True
            answer(line, b"AT#SO=1\r", b"\r\nCONNECT\r\n")
            line.dtr = False
            line.read_until(b"\r\nOK\r\n")
            line.dtr = True
            answer(line, b"AT#SH=1\r")
            assert peer.recv(1) == b""
        with online(line, b"&D0") as peer:
            line.dtr = False
            line.write(b"still")
            assert _exactly(peer, 5) == b"still"


def test_a_host_that_leaves_drops_dtr() -> None:
    """As a serial port that is closed; the next host's is on again."""
    with running("rfc2217") as (host, port, _):
        line = attach(host, port)
        with online(line, b"&D2") as peer:
            line.close()
            assert peer.recv(1) == b""
        with attach(host, port) as line:
            assert not line.cd
            answer(line, b"AT\r")


def test_a_call_rings(tmp_path: Path) -> None:
    path = tmp_path / "control"
    with running("rfc2217", "--control", f"unix:{path}") as (host, port, _), attach(host, port) as line:
        assert not line.ri
        control = ControlPort(path)
        control.act("he910", "ring", caller="+4930123")
        assert line.read_until(b"RING\r\n").endswith(b"RING\r\n")
        wait_until(lambda: line.ri)
        control.act("he910", "ring-end")
        wait_until(lambda: not line.ri)


def test_rts_holds_where_it_counts() -> None:
    """With RTS/CTS a host that takes RTS away hears nothing until it is back."""
    with running("rfc2217") as (host, port, _), attach(host, port, rtscts=True) as line:
        answer(line, b"ATE0\r")
        line.rts = False
        line.write(b"AT\r")
        line.timeout = 0.5
        assert line.read(1) == b""
        line.timeout = ANSWER_S
        line.rts = True
        assert line.read(6) == b"\r\nOK\r\n"


def test_a_telnet_client_without_the_option() -> None:
    """It refuses all; CR NUL is its CR (RFC 854), and the module's CR comes to it so."""
    with running("rfc2217") as (host, port, _), socket.create_connection((host, port), ANSWER_S) as client:
        offers = _exactly(client, 15)
        assert offers[0::3] == b"\xff" * 5
        client.sendall(b"".join(bytes([255, 254 if verb == 251 else 252, option]) for verb, option in zip(offers[1::3], offers[2::3])))
        client.sendall(b"\xff\xfd\x18AT\r\x00")
        assert _exactly(client, 3) == b"\xff\xfc\x18"
        assert _exactly(client, 10) == b"AT\r\x00\r\nOK\r\n"


def test_a_browser_is_hung_up_on() -> None:
    with running("rfc2217") as (host, port, _), socket.create_connection((host, port), ANSWER_S) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nAT\r")
        with contextlib.suppress(ConnectionResetError):
            while more := client.recv(100):
                assert b"OK" not in more


def test_other_machines_only_by_allow_remote() -> None:
    result = run_program("--module", "he910", "--rfc2217", "0.0.0.0:0", seconds=EXIT_S)
    assert result.returncode == 2
    assert "--rfc2217: other machines can reach 0.0.0.0" in result.stderr and "--allow-remote" in result.stderr


# ---- TLS ----

def tls_options(certificates: Certificates, ca: str | None = "ca") -> list[str]:
    options = ["--tcp-tls-cert", str(certificates.pem("server")), "--tcp-tls-key", str(certificates.key("server"))]
    return options + (["--tcp-tls-ca", str(certificates.pem(ca))] if ca else [])


def s_client(port: int, certificates: Certificates, *options: str, typed: str = "AT+GMM\r") -> tuple[int, str, str]:
    """What OpenSSL's client hears until the module has answered; its status and its words."""
    with subprocess.Popen(["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{port}", "-verify_return_error",
                           "-verify_hostname", "localhost", "-CAfile", str(certificates.pem("ca")), *options],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as client:
        assert client.stdin and client.stdout and client.stderr
        with contextlib.suppress(BrokenPipeError):
            client.stdin.write(typed.encode())
            client.stdin.flush()
        heard = b""
        while more := client.stdout.read(1):
            heard += more
            if heard.endswith(b"\r\nOK\r\n"):
                break
        client.terminate()  # which else waits for the module
        errors = client.stderr.read().decode()
        return client.wait(EXIT_S), heard.decode(), errors


def client_of(certificates: Certificates, name: str = "client") -> list[str]:
    return ["-cert", str(certificates.pem(name)), "-key", str(certificates.key(name))]


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_tls_with_a_certificate(certificates: Certificates, version: str) -> None:
    with running("tcp-tls", *tls_options(certificates)) as (_, port, _process):
        for _ in range(2):  # one after the other
            _, heard, errors = s_client(port, certificates, version, *client_of(certificates))
            assert heard == "AT+GMM\r\r\nHE910\r\n\r\nOK\r\n", errors


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_tls_without_a_certificate_is_refused(certificates: Certificates, version: str) -> None:
    """The module hears nothing of it; who has one is served after it."""
    with running("tcp-tls", *tls_options(certificates)) as (_, port, process):
        _, heard, errors = s_client(port, certificates, version)
        assert heard == "" and "alert" in errors, errors
        _, heard, _errors = s_client(port, certificates, version, *client_of(certificates, "client_other_ca"))
        assert heard == ""
        assert s_client(port, certificates, *client_of(certificates))[1].endswith("OK\r\n")
        process.terminate()
        assert process.stderr and process.stderr.read().count("a host is hung up on") == 2


def test_tls_of_old_is_refused(certificates: Certificates) -> None:
    with running("tcp-tls", *tls_options(certificates, None)) as (_, port, _process):
        _, heard, errors = s_client(port, certificates, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0")
        assert heard == "" and "alert" in errors
        assert s_client(port, certificates)[1].endswith("OK\r\n")


def test_tls_is_not_spoken(certificates: Certificates) -> None:
    """A plain host, and one that says nothing and leaves, hear nothing of the module."""
    with running("tcp-tls", *tls_options(certificates)) as (host, port, _):
        with socket.create_connection((host, port), ANSWER_S) as plain:
            plain.sendall(b"AT\rAT\rAT\r")
            said = b""
            with contextlib.suppress(ConnectionResetError):
                while more := plain.recv(100):
                    said += more
            assert b"OK" not in said
        with socket.create_connection((host, port), ANSWER_S):
            pass
        assert s_client(port, certificates, *client_of(certificates))[1].endswith("OK\r\n")


def test_tls_strangers_keep_nobody_out(certificates: Certificates) -> None:
    """Handshakes go on beside each other: who has a certificate is in before those who say nothing are hung up on."""
    with running("tcp-tls", *tls_options(certificates)) as (host, port, process), contextlib.ExitStack() as stack:
        for i in range(12):  # more than are waited for
            stranger = stack.enter_context(socket.create_connection((host, port), ANSWER_S))
            stranger.sendall(b"\x16\x03\x01" if i % 2 else b"")
        for _ in range(3):
            assert s_client(port, certificates, *client_of(certificates))[1].endswith("OK\r\n")
        process.terminate()
        assert process.stderr
        said = process.stderr.read()
        assert "no TLS after" not in said and "others have come since" in said


def test_tls_hosts_with_a_certificate_take_turns(certificates: Certificates) -> None:
    """Those whose handshakes ended while another was in: as soon as it leaves, and what they have typed counts."""
    context = ssl.create_default_context(cafile=str(certificates.pem("ca")))
    context.load_cert_chain(certificates.pem("client"), certificates.key("client"))
    with running("tcp-tls", *tls_options(certificates)) as (host, port, _), ThreadPoolExecutor(5) as pool:
        def visit(_: int) -> bytes:
            with socket.create_connection((host, port), ANSWER_S) as raw, context.wrap_socket(raw, server_hostname="localhost") as line:
                line.sendall(b"AT+GMM\r")
                said = b""
                while not said.endswith(b"OK\r\n"):
                    said += line.recv(100)
                return said

        assert list(pool.map(visit, range(5))) == [b"AT+GMM\r\r\nHE910\r\n\r\nOK\r\n"] * 5


def test_tls_carries_much_both_ways(certificates: Certificates) -> None:
    """A megabyte each way at once, echoed by a peer, through the online mode."""
    context = ssl.create_default_context(cafile=str(certificates.pem("ca")))
    context.load_cert_chain(certificates.pem("client"), certificates.key("client"))
    data = bytes(range(256)) * 4096
    with running("tcp-tls", *tls_options(certificates)) as (host, port, _), serving() as (number, accept), \
            socket.create_connection((host, port), ANSWER_S) as raw, context.wrap_socket(raw, server_hostname="localhost") as line:
        def ask(typed: bytes, end: bytes) -> bytes:
            line.sendall(typed)
            said = b""
            while not said.endswith(end):
                said += line.recv(1)
            return said

        ask(b'ATE0;+CGDCONT=1,"IP","internet"\r', b"OK\r\n")
        if b"#SGACT: 1,1" not in ask(b"AT#SGACT?\r", b"OK\r\n"):
            ask(b"AT#SGACT=1,1\r", b"OK\r\n")
        ask(b'AT#SD=1,0,%d,"127.0.0.1"\r' % number, b"CONNECT\r\n")
        with accept() as peer:
            thread = threading.Thread(target=_echo, args=[peer, len(data)])
            thread.start()
            assert _sent_and_come(line, data) == data
            thread.join()


def _sent_and_come(line: ssl.SSLSocket, data: bytes) -> bytes:
    """Both at once in one thread: OpenSSL's sessions are not for two."""
    line.setblocking(False)
    sent, got = 0, b""
    deadline = time.monotonic() + ANSWER_S
    while len(got) < len(data) and time.monotonic() < deadline:
        select.select([line], [line] if sent < len(data) else [], [], 0 if line.pending() else 1)
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            sent += line.send(data[sent:sent + 16384]) if sent < len(data) else 0
        with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
            more = line.recv(65536)
            if not more:
                break
            got += more
    return got


def _echo(peer: socket.socket, count: int) -> None:
    while count and (more := peer.recv(65536)):
        peer.sendall(more)
        count -= len(more)


@pytest.mark.parametrize(("arguments", "words"), [
    (["--tcp-tls", "0"], ["--tcp-tls-cert", "--tcp-tls-key"]),
    (["--tcp-tls", "0", "--tcp-tls-cert", "CERT"], ["--tcp-tls-key"]),
    (["--tcp-tls", "0.0.0.0:0", "--tcp-tls-cert", "CERT", "--tcp-tls-key", "KEY"], ["0.0.0.0", "--tcp-tls-ca"]),
    (["--tcp", "0", "--tcp-tls-ca", "CERT"], ["--tcp-tls-ca needs --tcp-tls"]),
])
def test_tls_asked_for_wrongly(certificates: Certificates, arguments: list[str], words: list[str]) -> None:
    status, error = _refused(certificates, arguments)
    assert status == 2
    for word in words:
        assert word in error


@pytest.mark.parametrize(("arguments", "words"), [
    (["--tcp-tls-cert", "nowhere.pem", "--tcp-tls-key", "KEY"], ["--tcp-tls-cert", "nowhere.pem"]),
    (["--tcp-tls-cert", "CERT", "--tcp-tls-key", "CERT"], ["--tcp-tls-key"]),
    (["--tcp-tls-cert", "CERT", "--tcp-tls-key", "KEY", "--tcp-tls-ca", "KEY"], ["--tcp-tls-ca"]),
])
def test_tls_files_that_are_wrong(certificates: Certificates, arguments: list[str], words: list[str]) -> None:
    status, error = _refused(certificates, ["--tcp-tls", "0", *arguments])
    assert status == 2
    for word in words:
        assert word in error


def _refused(certificates: Certificates, arguments: list[str]) -> tuple[int, str]:
    files = {"CERT": str(certificates.pem("server")), "KEY": str(certificates.key("server"))}
    result = run_program("--module", "he910", "--state", "none", *[files.get(word, word) for word in arguments], seconds=EXIT_S)
    return result.returncode, result.stderr


def test_doors_of_a_file(certificates: Certificates, tmp_path: Path) -> None:
    """Both kinds, with the number of the modem."""
    base = [free_port(), free_port()]
    (tmp_path / "f.yaml").write_text(f"modems:\n - {{module: m95, state: none, ports: [{{rfc2217: '{base[0]}+'}}, {{tcp-tls: 'localhost:{base[1]}'}}]}}\n")
    with subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", tmp_path / "f.yaml", *tls_options(certificates)],
                          stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline().split()[2:] == ["rfc2217", f"127.0.0.1:{base[0]}"]
        assert process.stdout.readline().split()[2:] == ["tcp-tls", f"127.0.0.1:{base[1]}"]
        assert s_client(base[1], certificates, *client_of(certificates), typed="AT\r")[1].endswith("OK\r\n")
        process.terminate()
        assert process.wait(EXIT_S) == 0


def _door_file(folder: Path, certificates: Certificates, **named: str) -> Path:
    """A file of one modem whose port has files of its own; `named` puts others in their place."""
    for name, source in (("door.pem", certificates.pem("server")), ("door.key", certificates.key("server")),
                         ("hosts.pem", certificates.pem("ca"))):
        (folder / name).write_bytes(source.read_bytes())
    (folder / "door.key").chmod(0o600)
    files = {"cert": "door.pem", "key": "door.key", "ca": "hosts.pem", **named}
    path = folder / "f.yaml"
    path.write_text("modems:\n- module: m95\n  state: none\n  ports:\n  - tcp-tls: 127.0.0.1:0\n"
                    + "".join(f"    {key}: {value}\n" for key, value in files.items() if value))
    return path


@contextlib.contextmanager
def _running_file(path: Path, *options: str) -> Iterator[tuple[int, Path]]:
    """Its port, and what the program says on standard error."""
    said = path.with_suffix(".log")
    with said.open("w") as log, subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), "--config", path, "--log-level", "info", *options],
                                                 stdout=subprocess.PIPE, stderr=log, text=True) as process:
        assert process.stdout
        ready = process.stdout.readline().split()
        assert ready[2:3] == ["tcp-tls"], said.read_text()
        yield int(ready[3].rsplit(":", 1)[1]), said
        process.terminate()
        assert process.wait(EXIT_S) == 0


def test_tls_files_of_a_port(certificates: Certificates, tmp_path: Path) -> None:
    with _running_file(_door_file(tmp_path, certificates)) as (port, said):
        assert s_client(port, certificates, *client_of(certificates), typed="AT\r")[1].endswith("OK\r\n")
        assert s_client(port, certificates)[1] == ""
    assert "can be read by others" not in said.read_text()


def test_tls_key_that_others_may_read_is_warned_of(certificates: Certificates, tmp_path: Path) -> None:
    path = _door_file(tmp_path, certificates)
    (tmp_path / "door.key").chmod(0o644)
    with _running_file(path) as (_, said):
        assert f"the private key {tmp_path}/door.key can be read by others than its owner" in said.read_text()


def test_tls_files_from_systemd(certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "door-key").write_bytes(certificates.key("server").read_bytes())
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "given"))
    with _running_file(_door_file(tmp_path, certificates, key="credential:door-key")) as (port, _):
        assert s_client(port, certificates, *client_of(certificates), typed="AT\r")[1].endswith("OK\r\n")


def test_tls_certificate_that_is_renewed(certificates: Certificates, tmp_path: Path) -> None:
    """The next host sees it, by the same port; while it is of no use the old one stays."""
    with _running_file(_door_file(tmp_path, certificates, ca="")) as (port, said):
        def served() -> str:
            return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-showcerts"], input=b"", capture_output=True,
                                  timeout=ANSWER_S, check=False).stdout.decode(errors="replace")

        def body(name: str) -> str:
            return "".join(certificates.pem(name).read_text().split("-----")[2].split())

        assert body("server") in "".join(served().split())
        (tmp_path / "next.pem").write_bytes(certificates.pem("server_large").read_bytes())
        (tmp_path / "next.pem").rename(tmp_path / "door.pem")
        assert body("server_large") in "".join(served().split())
        (tmp_path / "door.pem").write_text("nothing\n")
        for _ in range(2):
            assert body("server_large") in "".join(served().split())
        (tmp_path / "door.pem").write_bytes(certificates.pem("server").read_bytes())
        assert body("server") in "".join(served().split())
    words = said.read_text()
    assert words.count("its certificates were read again") == 2
    assert words.count(f"{tmp_path}/door.pem has changed, and is not taken: it has no certificate") == 1


@pytest.mark.parametrize(("named", "place", "words"), [
    ({"cert": "nowhere.pem"}, "6:11: cert: \"nowhere.pem\"", "it cannot be read: No such file or directory; allowed:"),
    ({"cert": "."}, "6:11: cert: \".\"", "it is no file of at most"),
    ({"cert": "door.key"}, "6:11: cert: \"door.key\"", "it has no certificate that can be read"),
    ({"key": "door.pem"}, "7:10: key: \"door.pem\"", "it has no private key that can be read"),
    ({"key": "other.key"}, "7:10: key: \"other.key\"", "with its certificate it is of no use"),
    ({"key": "credential:x"}, "7:10: key: \"credential:x\"", "there is no CREDENTIALS_DIRECTORY"),
    ({"ca": "door.key"}, "8:9: ca: \"door.key\"", "it has no certificate that can be read"),
    ({"key": "", "ca": ""}, "5:14: tcp-tls: \"127.0.0.1:0\"", "TLS needs a certificate of ours; allowed: "),
])
def test_tls_files_that_are_wrong_have_their_line(certificates: Certificates, tmp_path: Path, named: dict[str, str], place: str,
                                                  words: str) -> None:
    path = _door_file(tmp_path, certificates, **named)
    (tmp_path / "other.key").write_bytes(certificates.key("client").read_bytes())
    result = run_program("--config", path, seconds=EXIT_S)
    assert result.returncode == 2
    assert result.stderr.startswith(f"{path}:{place} is wrong because {words}"), result.stderr
    assert len(result.stderr.splitlines()) == 1
