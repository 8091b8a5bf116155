"""--pcap: Debian's tshark opens what a modem did, and has nothing to object to.

Source: draft-ietf-opsawg-pcapng; Wireshark's wsutil/exported_pdu_tlvs.h.
"""

from __future__ import annotations

import os
import resource
import socket
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

from support.bare_server import TLS_1_0, TLS_1_2, BareServer
from support.certs import Certificates
from support.control import ControlPort
from support.fleet import Fleet
from support.modem import Modem
from support.patience import ANSWER_S
from support.servers import Peer, RawPeer, free_port, has_ipv6, refused_port

from .driver import Driver
from .fibocom_driver import FibocomDriver
from .makers import MAKERS, Dialler, FibocomDialler, QuectelDialler, dialler
from .observe import wait_until
from .quectel_driver import QuectelDriver

ONLY_1_3 = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3)

REQUEST = b"GET /file HTTP/1.0\r\nHost: localhost\r\n\r\n"
BODY = b"The body of the answer.\n"
ANSWER = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)

# What a reader would be shown as an error, but for a reset that there was; the maker's own commands are none that Wireshark knows.
FAULTS = "not tcp.connection.rst and (_ws.malformed or _ws.expert.severity >= Warning or tcp.analysis.flags or _ws.short)"


def tshark(path: Path, *options: str) -> str:
    done = subprocess.run(["tshark", "-n", "-r", str(path), *options], capture_output=True, text=True, timeout=4 * ANSWER_S,
                          check=False, env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    assert "cut short" not in done.stderr and "damaged" not in done.stderr, done.stderr
    return done.stdout


def fields(path: Path, shown: str, *names: str) -> list[list[str]]:
    """Of the packets that a display filter shows."""
    words = [word for name in names for word in ("-e", name)]
    return [line.split("\t") for line in tshark(path, "-Y", shown, "-T", "fields", *words).splitlines()]


def assert_sound(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    checked = ("-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE")
    assert tshark(path, *checked, "-Y", FAULTS) == ""


def sent_by(path: Path, protocol: str, port: int) -> tuple[bytes, bytes]:
    """What tshark puts together of the stream with bytes in it: what the module has sent, and what the server at `port`.

    One to another address of the same name may have been refused before.
    """
    [stream, *_] = [row[0] for row in fields(path, f"tcp.port == {port} and tcp.len > 0", "tcp.stream")]
    said = tshark(path, "-q", "-z", f"follow,{protocol},raw,{stream}").splitlines()
    first = next(i for i, line in enumerate(said) if line.startswith("Node 0"))
    sent = [bytes.fromhex("".join(line for line in said[first + 2:-1] if line.startswith("\t") == tabbed))
            for tabbed in (False, True)]
    return (sent[1], sent[0]) if said[first].endswith(f":{port}") else (sent[0], sent[1])


def send(host: Dialler, data: bytes) -> None:
    if isinstance(host, QuectelDialler):
        assert isinstance(host.driver, QuectelDriver) and host.driver.try_send(1, data)
    elif isinstance(host, FibocomDialler):
        assert isinstance(host.driver, FibocomDriver)
        host.driver.send(data)
    else:
        host.driver.send_text(data)


def talk(host: Dialler, peer: Peer) -> None:
    host.dial(peer.port)
    peer.handshake(ANSWER_S)
    host.opened()
    send(host, REQUEST)
    peer.expect(REQUEST)
    peer.send(ANSWER)
    if isinstance(host, QuectelDialler):
        host.modem.host.read_until(b'+QSSLURC: "recv",0,1\r\n', ANSWER_S)
    elif isinstance(host, FibocomDialler):
        host.modem.host.read_until(ANSWER.hex().upper().encode()[-8:] + b"\r\n", ANSWER_S)
    host.read()
    if not isinstance(host, FibocomDialler):
        host.modem.host.read_until(b"\r\nOK\r\n", ANSWER_S)
    peer.close()
    host.ended()


def assert_shown(path: Path, port: int, version: str) -> None:
    assert_sound(path)
    assert fields(path, f"http.request and tcp.dstport == {port}", "http.request.uri") == [["/file"]], tshark(path)
    [[code, body]] = fields(path, f"http.response and tcp.srcport == {port}", "http.response.code", "http.file_data")
    assert code == "200"
    assert body in (BODY.decode().replace("\n", "\\n"), BODY.hex())  # as text by 4.0, in hexadecimal digits by 4.4
    assert fields(path, "tls.handshake.type == 2", "tls.handshake.type")
    assert version in {row[0] for row in fields(path, "tls", "_ws.col.Protocol")}
    assert sent_by(path, "tls", port) == (REQUEST, ANSWER)
    commands = [row[0] for row in fields(path, 'at and at.role == 2', "at.command_line_prefix")]
    assert len(commands) > 2 and set(commands) == {"AT"}, "each packet of the host is a command line"
    assert fields(path, 'at.cmd == "OK" and at.role == 1', "frame.number")


@pytest.mark.parametrize("model", MAKERS)
def test_a_session(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """Commands, packets, and HTTP inside of TLS 1.2."""
    path = tmp_path / "session.pcapng"
    path.touch(0o644)
    with Peer(certificates, ciphers="ALL:@SECLEVEL=0") as peer, dialler(model, TLS_1_2, "--pcap", str(path)) as host:
        if model == "l610":
            for suite in range(1, 7):
                host.driver.ok(f"AT+GTSSLCIPHER={suite},1")
        talk(host, peer)
        port = peer.port
    assert_shown(path, port, "TLSv1.2")


@pytest.mark.parametrize("model", MAKERS)
def test_a_session_of_tls_1_3(model: str, certificates: Certificates, tmp_path: Path) -> None:
    path = tmp_path / "session.pcapng"
    with dialler(model, TLS_1_0, "--tls-policy", "modern", "--tls-ca", str(certificates.pem("ca")),
                 "--pcap", str(path)) as host, Peer(certificates, versions=ONLY_1_3) as peer:
        talk(host, peer)
        port = peer.port
    assert_shown(path, port, "TLSv1.3")


def test_plain_sockets(tmp_path: Path) -> None:
    """What a server of TCP and one of UDP got and sent, byte for byte, with their own addresses; who refuses."""
    path = tmp_path / "plain.pcapng"
    data = bytes(range(256)) * 200
    refused = refused_port()
    with socket.create_server(("127.0.0.1", 0)) as server, Modem(options=["--pcap", str(path)]) as modem:
        driver = Driver(modem).begin().attach()
        port = server.getsockname()[1]
        driver.type(f'AT#SD=1,0,{port},"127.0.0.1",0,0,1')
        connection, (_, own) = server.accept()
        driver.expect("OK")
        driver.type("AT#SSENDEXT=1,5")
        driver.prompt()
        modem.host.write(b"\x00\x01\xff\r\n")
        driver.expect("OK")
        assert connection.recv(100) == b"\x00\x01\xff\r\n"
        connection.sendall(data)
        got = b""
        while len(got) < len(data):
            driver.type("AT#SRECV=1,1500")
            modem.host.read_until(b"#SRECV: 1,")
            count = int(modem.host.read_until(b"\r\n"))
            got += modem.host.read(count)
            modem.host.read_until(b"OK\r\n")
        assert got == data
        driver.ok("AT#SH=1")
        assert connection.recv(1) == b""
        connection.close()
        driver.type(f'AT#SD=1,0,{refused},"127.0.0.1",0,0,1')
        modem.host.read_until(b"ERROR")
    assert_sound(path)
    assert sent_by(path, "tcp", port) == (b"\x00\x01\xff\r\n", data)
    assert fields(path, "tcp.flags.syn == 1 and tcp.flags.ack == 0", "ip.dst", "tcp.srcport", "tcp.dstport")[0] \
        == ["127.0.0.1", str(own), str(port)]
    assert fields(path, f"tcp.flags.reset == 1 and tcp.srcport == {refused}", "ip.src") == [["127.0.0.1"]]
    assert len(fields(path, f"tcp.flags.fin == 1 and tcp.dstport == {port}", "ip.src")) == 1


def test_datagrams(tmp_path: Path) -> None:
    path = tmp_path / "datagrams.pcapng"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, Modem(options=["--pcap", str(path)]) as modem:
        server.bind(("127.0.0.1", 0))
        server.settimeout(ANSWER_S)
        port = server.getsockname()[1]
        driver = Driver(modem).begin().attach()
        driver.ok("AT#SCFGEXT=1,1,0,0,0,0")
        driver.ok(f'AT#SD=1,1,{port},"127.0.0.1",0,0,1')
        driver.type("AT#SSENDEXT=1,4")
        driver.prompt()
        modem.host.write(b"ping")
        driver.expect("OK")
        got, client = server.recvfrom(100)
        server.sendto(b"pong of a server", client)
        modem.host.read_until(b"SRING: 1,16\r\n", ANSWER_S)
        driver.type("AT#SRECV=1,100")
        modem.host.read_until(b"pong of a server\r\n\r\nOK\r\n", ANSWER_S)
    assert got == b"ping"
    assert_sound(path)
    assert fields(path, "udp", "udp.srcport", "udp.dstport", "udp.payload") == [
        [str(client[1]), str(port), b"ping".hex()], [str(port), str(client[1]), b"pong of a server".hex()]]


def test_several_modems_share_a_file(tmp_path: Path) -> None:
    """Each has its name at its packets, and each of its ports."""
    path = tmp_path / "fleet.pcapng"
    modems = "".join(f"- {{name: {name}, module: {model}, state: none, ports: [unix: {name}.sock]}}\n"
                     for name, model in (("one", "he910"), ("two", "m95")))
    fleet = Fleet(tmp_path, f"modems:\n{modems}", ("--pcap", str(path), "--threads", "2"))
    fleet.last = "two"
    with fleet:
        for name in ("one", "two"):
            fleet.host(name).say("AT+CSQ")
    assert_sound(path)
    assert {tuple(row) for row in fields(path, "at.cmd == \"+CSQ\"", "frame.interface_name")} == {("one/0",), ("two/0",)}


def test_a_full_disk_ends_it_and_nothing_else(tmp_path: Path) -> None:
    """One line in the log; what is in the file stays whole."""
    path = tmp_path / "full.pcapng"
    with Modem(options=["--pcap", str(path)]) as modem:
        driver = Driver(modem).begin()
        for _ in range(40):
            driver.type("AT+CGMM")
            modem.host.read_until(b"OK\r\n")
        _, most = resource.prlimit(modem.process.pid, resource.RLIMIT_FSIZE)
        limit = path.stat().st_size + 100
        resource.prlimit(modem.process.pid, resource.RLIMIT_FSIZE, (limit, most))
        for _ in range(20):
            driver.type("AT+CGMM")
            modem.host.read_until(b"OK\r\n")
        resource.prlimit(modem.process.pid, resource.RLIMIT_FSIZE, (most, most))
        driver.is_ready()
        assert modem.log().count("--pcap: ") == 1
        assert f"--pcap: {path} is not written any more: " in modem.log()
    assert path.stat().st_size <= limit
    assert_sound(path)


def test_where_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="--pcap: cannot write to the file: .*No such file or directory"):
        with Modem(options=["--pcap", str(tmp_path / "no" / "where")]):
            pass


# ---- what goes wrong, as tshark has it ----

HANDSHAKE, ALERT, HELLO_REQUEST = 22, 21, bytes(4)
FATAL, HANDSHAKE_FAILURE, UNKNOWN_CA, NO_RENEGOTIATION = 2, 40, 48, 100


def alerts(path: Path, port: int) -> list[tuple[str, int]]:
    """Who has said which, decrypted where it was not in clear."""
    rows = fields(path, "tls.alert_message", "tcp.srcport", "tls.alert_message.desc")
    return [("server" if source == str(port) else "module", int(number))
            for source, numbers in rows for number in numbers.split(",")]


@pytest.mark.parametrize("model", MAKERS)
def test_a_server_that_refuses_by_an_alert(model: str, certificates: Certificates, tmp_path: Path) -> None:
    path = tmp_path / "alert.pcapng"
    with BareServer(certificates) as server, dialler(model, TLS_1_2, "--pcap", str(path)) as host:
        host.dial(server.port)
        server.hello()
        server.send(bytes((FATAL, HANDSHAKE_FAILURE)), ALERT)
        server.hang_up()
        host.failed()
        port = server.port
    assert_sound(path)
    assert alerts(path, port)[0] == ("server", HANDSHAKE_FAILURE)


@pytest.mark.parametrize("model", MAKERS)
def test_a_module_that_refuses_by_an_alert(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """The server's CA is another."""
    path = tmp_path / "alert.pcapng"
    with Peer(certificates, certificate="server_other_ca", ciphers="ALL:@SECLEVEL=0") as peer, \
            dialler(model, TLS_1_2, "--pcap", str(path)) as host:
        host.verify(certificates.pem("ca").read_bytes())
        if model == "l610":
            for suite in range(1, 7):
                host.driver.ok(f"AT+GTSSLCIPHER={suite},1")
        host.dial(peer.port)
        peer.fail_handshake()
        host.failed()
        port = peer.port
    assert_sound(path)
    assert ("module", UNKNOWN_CA) in alerts(path, port)


@pytest.mark.parametrize("model", MAKERS)
def test_a_renegotiation(model: str, certificates: Certificates, tmp_path: Path) -> None:
    """The server's HelloRequest and the module's answer, decrypted; the session goes on."""
    path = tmp_path / "again.pcapng"
    with BareServer(certificates) as server, dialler(model, TLS_1_2, "--pcap", str(path)) as host:
        host.dial(server.port)
        server.handshake()
        host.opened()
        server.send(HELLO_REQUEST, HANDSHAKE)
        server.send(bytes((FATAL, HANDSHAKE_FAILURE)), ALERT)
        server.hang_up()
        host.lost()
        server.wait_for_end()
        port = server.port
    assert_sound(path)
    [request] = fields(path, "tls.handshake.type == 0", "tcp.srcport", "frame.number")
    assert request[0] == str(port)
    said = alerts(path, port)
    assert ("module", NO_RENEGOTIATION) in said and ("server", HANDSHAKE_FAILURE) in said


@pytest.mark.parametrize("phase", ["client-hello", "certificate", "data"])
def test_a_fault_of_tls_is_seen_by_its_end(phase: str, certificates: Certificates, tmp_path: Path) -> None:
    """What the laboratory does to a session ends the packets of it where it struck."""
    path = tmp_path / "fault.pcapng"
    control = tmp_path / "control"
    with Peer(certificates, ciphers="ALL:@SECLEVEL=0") as peer, \
            dialler("m95", TLS_1_2, "--pcap", str(path), "--control", f"unix:{control}") as host:
        ControlPort(control).done("POST", "/v1/modems/m95/faults", {"type": "tls", "attributes": {"reason": "TLS_RECORD"}, "when": {"phase": phase}})
        host.dial(peer.port)
        if phase == "data":
            peer.handshake()
            host.opened()
            peer.send(ANSWER)
            host.ended()
        else:
            peer.fail_handshake()
            host.failed()
        port = peer.port
    assert_sound(path)
    shakes = {row[0] for row in fields(path, f"tls.handshake.type and tcp.port == {port}", "tls.handshake.type")}
    assert "1" in shakes
    assert bool(fields(path, f"tcp.flags.fin == 1 and tcp.dstport == {port}", "frame.number"))


def test_a_call_that_comes_in(tmp_path: Path) -> None:
    """Its SYN is the caller's; online mode is data, and the commands around it are commands."""
    path = tmp_path / "call.pcapng"
    port = free_port()
    with Modem(options=["--pcap", str(path)]) as modem:
        driver = Driver(modem).begin().attach()
        driver.ok('AT#FRWL=1,"127.0.0.1","255.255.255.255"')
        driver.ok(f"AT#SL=1,1,{port}")
        with socket.create_connection(("127.0.0.1", port), ANSWER_S) as caller:
            own = caller.getsockname()[1]
            modem.host.read_until(b"SRING: 1\r\n", ANSWER_S)
            driver.type("AT#SA=1")
            modem.host.read_until(b"CONNECT\r\n", ANSWER_S)
            caller.sendall(b"hello there")
            assert modem.host.read(11, ANSWER_S) == b"hello there"
            modem.host.write(b"and back")
            assert caller.recv(100) == b"and back"
        modem.host.read_until(b"NO CARRIER\r\n", ANSWER_S)
    assert_sound(path)
    assert fields(path, "tcp.flags.syn == 1 and tcp.flags.ack == 0", "tcp.srcport", "tcp.dstport") == [[str(own), str(port)]]
    assert sent_by(path, "tcp", port) == (b"hello there", b"and back")
    assert fields(path, 'data.data == 61:6e:64:20:62:61:63:6b and frame.interface_name contains "/0"', "frame.number")


def test_ipv6(tmp_path: Path) -> None:
    if not has_ipv6():
        pytest.skip("this machine has no IPv6")
    path = tmp_path / "six.pcapng"
    with RawPeer(address="::1") as server, Modem("l610", options=["--pcap", str(path)]) as modem:
        driver = FibocomDriver(modem).begin()
        driver.ok("AT+GTSSLMODE=0")
        driver.type(f'AT+MIPOPEN=1,,"::1",{server.port},0')
        server.accept()
        modem.host.read_until(b"+MIPOPEN: 1,1\r\n", ANSWER_S)
        server.send_raw(b"six")
        modem.host.read_until(b"736978\r\n", ANSWER_S)
        server.hang_up()
        modem.host.read_until(b"+MIPSTAT: 1,", ANSWER_S)
        port = server.port
    assert_sound(path)
    assert fields(path, f"ipv6 and tcp.srcport == {port} and tcp.len > 0", "ipv6.src", "tcp.payload") == [["::1", b"six".hex()]]


def test_a_pipe_that_is_read(tmp_path: Path) -> None:
    """As `wireshark -k -i PIPE` does."""
    path, copy = tmp_path / "pipe", tmp_path / "copy.pcapng"
    os.mkfifo(path)
    with copy.open("wb") as out, subprocess.Popen(["cat", str(path)], stdout=out) as reader:
        kept = os.open(path, os.O_RDWR)  # cat opens it now
        wait_until(lambda: str(path) in {os.readlink(fd) for fd in Path(f"/proc/{reader.pid}/fd").iterdir()})
        with Modem(options=["--pcap", str(path)]) as modem:
            os.close(kept)
            Driver(modem).begin().is_ready()
        assert reader.wait(ANSWER_S) == 0
    copy.chmod(0o600)
    assert_sound(copy)
    assert fields(copy, 'at.cmd == "OK" and at.role == 1', "frame.number")
