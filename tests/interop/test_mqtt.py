"""MQTT of the M-series and of Fibocom's modules with Mosquitto, and with brokers that are none.

Source: docs/facts/mqtt-mux-ppp.md §1, §2.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.broker import CONNACK, BadBroker, Mosquitto
from support.certs import Certificates
from support.modem import Modem

from .fibocom_driver import FibocomDriver
from .quectel_driver import QuectelDriver

BINARY = b"\x00\x1a\x1b\xff\r\n\"+++"
WAYS = pytest.mark.parametrize("secure, client", [(False, False), (True, False), (True, True)],
                               ids=["plain", "tls", "client-certificate"])


Act = Callable[[socket.socket], None]


def says(*pieces: bytes) -> Act:
    """In these pieces, and then waits for the client to leave."""
    def act(client: socket.socket) -> None:
        for piece in pieces:
            client.sendall(piece)
        while client.recv(1000):
            pass
    return act


@pytest.fixture
def quectel() -> Iterator[QuectelDriver]:
    with Modem(model="m95", options=["--trace", "at"]) as modem:
        yield QuectelDriver(modem).begin()


@pytest.fixture
def fibocom() -> Iterator[FibocomDriver]:
    with Modem(model="l610", options=["--trace", "at"]) as modem:
        yield FibocomDriver(modem).begin()


def log_in(driver: QuectelDriver, port: int, name: str = "m95") -> None:
    driver.ok(f'AT+QMTOPEN=0,"localhost",{port}')
    driver.expect("+QMTOPEN: 0,0")
    driver.ok(f'AT+QMTCONN=0,"{name}"')
    driver.expect("+QMTCONN: 0,0,0")


def publish(driver: QuectelDriver, number: int, qos: int, topic: str, data: bytes,
            retain: int = 0) -> None:
    driver.type(f'AT+QMTPUB=0,{number},{qos},{retain},"{topic}",{len(data)}')
    driver.prompt()
    driver.host.write(data)
    driver.expect("OK")
    driver.expect(f"+QMTPUB: 0,{number},0")


def hears(driver: QuectelDriver, number: int, topic: str, data: bytes) -> None:
    driver.host.expect_exact(f'\r\n+QMTRECV: 0,{number},"{topic}","'.encode() + data + b'"\r\n')


def prepare_tls(driver: QuectelDriver, certificates: Certificates, client: bool) -> None:
    driver.upload_all(certificates)
    driver.configure(2, seclevel=2 if client else 1)
    driver.ok('AT+QMTCFG="SSL",0,1,2')


@WAYS
def test_quectel(quectel: QuectelDriver, certificates: Certificates, tmp_path: Path, secure: bool,
                 client: bool) -> None:
    """All qualities of service out; what the broker has of it in; a session that is kept."""
    if secure:
        prepare_tls(quectel, certificates, client)
    quectel.ok('AT+QMTCFG="SESSION",0,0')
    with Mosquitto(tmp_path, certificates, secure=secure, client=client) as broker:
        log_in(quectel, broker.port)
        for qos in range(3):
            publish(quectel, qos and 10 + qos, qos, f"kept/{qos}", BINARY + bytes([qos]), retain=1)
        quectel.ok('AT+QMTSUB=0,1,"kept/2",2')
        quectel.expect("+QMTSUB: 0,1,0,2")
        hears(quectel, 1, "kept/2", BINARY + b"\2")
        quectel.ok('AT+QMTSUB=0,2,"kept/1",1,"kept/0",0')
        quectel.expect("+QMTSUB: 0,2,0,1,0")
        hears(quectel, 2, "kept/1", BINARY + b"\1")
        hears(quectel, 0, "kept/0", BINARY + b"\0")
        quectel.ok("AT+QMTDISC=0")
        quectel.expect("+QMTDISC: 0,0")
        log_in(quectel, broker.port, "other")
        publish(quectel, 5, 2, "kept/2", b"while away")
        quectel.ok("AT+QMTCLOSE=0")
        quectel.expect("+QMTCLOSE: 0,0")
        quectel.ok(f'AT+QMTOPEN=0,"localhost",{broker.port}')
        quectel.expect("+QMTOPEN: 0,0")
        quectel.ok('AT+QMTCONN=0,"m95"')
        quectel.expect("+QMTCONN: 0,0,0")
        hears(quectel, 3, "kept/2", b"while away")


@WAYS
def test_fibocom(fibocom: FibocomDriver, certificates: Certificates, tmp_path: Path, secure: bool,
                 client: bool) -> None:
    """A message in quotes, with quotes in it, and one of a length, come back."""
    fibocom.load("TRUSTFILE", certificates.pem("ca").read_bytes())
    if client:
        fibocom.load("CERTFILE", certificates.pem("client").read_bytes())
        fibocom.load("KEYFILE", certificates.key("client").read_bytes())
    fibocom.ok("AT+GTSSLVER=4")
    fibocom.ok("AT+GTSSLMODE=1")
    fibocom.ok('AT+CCLK="26/05/01,12:00:00+00"')
    with Mosquitto(tmp_path, certificates, secure=secure, client=client) as broker:
        fibocom.ok('AT+MQTTUSER=1,"u","p","l610"')
        fibocom.ok(f'AT+MQTTOPEN=1,"localhost",{broker.port},1,60,{2 if secure else 0}')
        fibocom.expect("+MQTTOPEN: 1,1")
        fibocom.ok('AT+MQTTPUB=1,"a",1,1,"{\\"a\\":1,\\"b\\":\\"x;y\\"}"')
        fibocom.expect("+MQTTPUB: 1,1")
        fibocom.type(f'AT+MQTTPUB=1,"b",2,1,{len(BINARY)}')
        fibocom.prompt()
        fibocom.host.write(BINARY)
        fibocom.expect("OK")
        fibocom.expect("+MQTTPUB: 1,1")
        for topic, data in (("a", b'{"a":1,"b":"x;y"}'), ("b", BINARY)):
            fibocom.ok(f'AT+MQTTSUB=1,"{topic}",1')
            fibocom.expect("+MQTTSUB: 1,1")
            fibocom.host.expect_exact(f'\r\n+MQTTMSG: 1,1,"{topic}","'.encode() + data + b'"\r\n')
        fibocom.ok("AT+MQTTCLOSE=1")
        fibocom.expect("+MQTTCLOSE: 1,1")


def test_refused(fibocom: FibocomDriver, certificates: Certificates, tmp_path: Path) -> None:
    """A broker that knows its users: the number of the next error says why, and so does the log."""
    with Mosquitto(tmp_path, certificates, user=("meter", "right")) as broker:
        fibocom.ok("AT+CMEE=1")
        for word in ("wrong", "right"):
            fibocom.ok(f'AT+MQTTUSER=1,"meter","{word}","c"')
            fibocom.ok(f'AT+MQTTOPEN=1,"localhost",{broker.port},1,60')
            if word == "right":
                fibocom.expect("+MQTTOPEN: 1,1")
                continue
            fibocom.expect("+MQTTOPEN: 1,0")
            fibocom.type('AT+MQTTSUB=1,"a",0')
            fibocom.expect("+CME ERROR: 704")
            assert "the broker refuses the login: 5, not authorized" in fibocom.modem.log()
        fibocom.ok("AT+MQTTCLOSE=1")
        fibocom.expect("+MQTTCLOSE: 1,1")


# ---- logins that are signed ----

def strings(connect: bytes) -> list[bytes]:
    """Client id, user and password of a CONNECT without a will."""
    found, at = [], connect.index(b"MQTT") + 8
    while at < len(connect):
        length = int.from_bytes(connect[at:at + 2], "big")
        found.append(connect[at + 2:at + 2 + length])
        at += 2 + length
    return found


def signed(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).hexdigest().encode()


def test_alibaba(quectel: QuectelDriver) -> None:
    quectel.ok('AT+QMTCFG="ALIAUTH",0,"key","device","Zq81key"')
    with BadBroker(says(CONNACK)) as broker:
        log_in(quectel, broker.port, "id")
        assert strings(broker.connect) == [
            b"id|securemode=3,signmethod=hmacsha256|", b"device&key",
            signed(b"Zq81key", b"clientIdiddeviceNamedeviceproductKeykey")]
    assert "Zq81key" not in quectel.modem.log()


def test_huawei(fibocom: FibocomDriver) -> None:
    """Signed by the hour of the module's clock, which is UTC's in any zone; the secret is long."""
    fibocom.ok('AT+CCLK="26/05/01,01:10:00+08"')
    with BadBroker(says(CONNACK)) as broker:
        fibocom.type(f'AT+HMCON=0,60,"127.0.0.1","{broker.port}","device","{"s" * 100}",0')
        fibocom.expect("+HMCON OK")
        assert strings(broker.connect) == [b"device_0_0_2026043023", b"device",
                                           signed(b"2026043023", b"s" * 100)]
        fibocom.type("AT+HMDIS")
        fibocom.expect("+HMDIS OK")
    assert "sss" not in fibocom.modem.log()


def test_cloud(fibocom: FibocomDriver, certificates: Certificates, tmp_path: Path) -> None:
    """With Mosquitto in its place, which goes and comes back: the module does, too, and is
    subscribed as before."""
    with Mosquitto(tmp_path, certificates) as broker:
        port = broker.port
        fibocom.type(f'AT+HMCON=0,60,"localhost","{port}","d","s",0')
        fibocom.expect("+HMCON OK")
        fibocom.type('AT+HMSUB=1,"a"')
        fibocom.expect("+HMSUB OK")
        fibocom.type('AT+HMPUB=1,"a",7,"{\\"b\\":1}"')
        fibocom.expect("+HMPUB OK")
        fibocom.expect('+HMREC: 0,"a",7,"{"b":1}"')
    fibocom.expect("+HMSTS:1")
    fibocom.type('AT+HMPUB=1,"a",1,"x"')
    fibocom.expect("+HMPUB ERR:13")
    fibocom.type("AT+HMDIS")
    fibocom.expect("+HMDIS OK")


# ---- brokers that are none ----

@pytest.mark.parametrize("act", [
    says(b"\x30\x04\0\x01tx"), says(b"HTTP/1.1 400 Bad Request\r\n"), says(b"\x20\x02\0"), says()],
    ids=["message-first", "http", "half", "silent"])
def test_no_login(quectel: QuectelDriver, act: Act) -> None:
    quectel.ok('AT+QMTCFG="TIMEOUT",0,1,0,0')
    with BadBroker(act) as broker:
        quectel.ok(f'AT+QMTOPEN=0,"127.0.0.1",{broker.port}')
        quectel.expect("+QMTOPEN: 0,0")
        quectel.ok('AT+QMTCONN=0,"c"')
        quectel.expect("+QMTCONN: 0,2")
        assert quectel.host.read_until(b"\r\n", 9) == b"\r\n"
        assert quectel.host.read_until(b"\r\n", 9).startswith(b"+QMTSTAT: 0,")
    quectel.is_ready()


@pytest.mark.parametrize("packet", [
    b"\x30\xff\xff\xff\xff\x7f", b"\x36\x06\0\x01t\0\x01x", CONNACK, b"\x90\x02\0\x01"],
    ids=["length", "qos", "connack", "suback"])
def test_broken(quectel: QuectelDriver, packet: bytes) -> None:
    with BadBroker(says(CONNACK + packet)) as broker:
        log_in(quectel, broker.port)
        quectel.expect("+QMTSTAT: 0,1")
    quectel.is_ready()


def test_flood(quectel: QuectelDriver) -> None:
    """The broker has to wait, commands have not."""
    def flood(client: socket.socket) -> None:
        client.sendall(CONNACK)
        with suppress(OSError):
            for _ in range(1000000):
                client.sendall(b"\x30\x04\0\x01tx")

    with BadBroker(flood) as broker:
        log_in(quectel, broker.port)
        for _ in range(3):
            hears(quectel, 0, "t", b"x")
        quectel.type("AT+QMTCLOSE=0")
        while not quectel.host.read_until(b"\r\n").endswith(b"+QMTCLOSE: 0,0\r\n"):
            pass


def test_unknown_numbers(quectel: QuectelDriver) -> None:
    """They are nobody's, and what follows counts."""
    with BadBroker(says(CONNACK + b"\x40\x02\0\x63\x70\x02\0\x63\x30\x04\0\x01tx")) as broker:
        log_in(quectel, broker.port)
        hears(quectel, 0, "t", b"x")


def open_fibocom(driver: FibocomDriver, port: int) -> None:
    driver.ok(f'AT+MQTTOPEN=1,"127.0.0.1",{port},1,60')
    driver.expect("+MQTTOPEN: 1,1")


@pytest.mark.parametrize("act", [
    says(b"\x30\x04\0\x01tx"), says(b"HTTP/1.1 400 Bad Request\r\n"), says(b"\x20\x02\x01\x05")],
    ids=["message-first", "http", "session-of-one-refused"])
def test_fibocom_no_login(fibocom: FibocomDriver, act: Act) -> None:
    with BadBroker(act) as broker:
        fibocom.ok(f'AT+MQTTOPEN=1,"127.0.0.1",{broker.port},1,60')
        fibocom.expect("+MQTTOPEN: 1,0")
    fibocom.ok("AT")


@pytest.mark.parametrize("packet", [
    b"\x30\xff\xff\xff\xff\x7f", b"\x36\x06\0\x01t\0\x01x", CONNACK, b"\x90\x02\0\x01", b"\xf0\0"],
    ids=["length", "qos", "connack", "suback", "type"])
def test_fibocom_broken(fibocom: FibocomDriver, packet: bytes) -> None:
    with BadBroker(says(CONNACK + packet)) as broker:
        open_fibocom(fibocom, broker.port)
        fibocom.expect("+MQTTBREAK: 1,1")
    fibocom.ok("AT")


def test_fibocom_flood(fibocom: FibocomDriver) -> None:
    """One message at a time, each read; the broker has to wait."""
    def flood(client: socket.socket) -> None:
        client.sendall(CONNACK)
        with suppress(OSError):
            for _ in range(1000000):
                client.sendall(b"\x30\x04\0\x01tx")

    fibocom.ok("AT+MQTTCONF=1")
    with BadBroker(flood) as broker:
        open_fibocom(fibocom, broker.port)
        for _ in range(3):
            fibocom.expect("+MQTTMSGI: 1,0,1,1")
            fibocom.type("AT+MQTTREAD=1")
            fibocom.host.read_until(b'\r\n+MQTTREAD: 1,0,1,1,"t","x"\r\n\r\nOK\r\n')
        fibocom.type("AT+MQTTCLOSE=1")
        fibocom.host.read_until(b"\r\n+MQTTCLOSE: 1,1\r\n")


def test_long_message(quectel: QuectelDriver) -> None:
    """What a line has no room for is lost, and told; the next message is whole."""
    body = b"\0\x01t" + b"x" * 200000
    head = b"\x30" + bytes([len(body) % 128 | 128, len(body) // 128 % 128 | 128, len(body) // 16384])
    with BadBroker(says(CONNACK + head + body + b"\x30\x04\0\x01ty")) as broker:
        log_in(quectel, broker.port)
        line = quectel.host.read_until(b'"\r\n')
        assert re.fullmatch(rb'\r\n\+QMTRECV: 0,0,"t","x{1500,1600}"\r\n', line)
        hears(quectel, 0, "t", b"y")
    assert "a message is too long for the module" in quectel.modem.log()


def test_never_reads(quectel: QuectelDriver) -> None:
    """A broker that asks for answers without end and takes none: its host does not notice."""
    def ask(client: socket.socket) -> None:
        client.sendall(CONNACK)
        with suppress(OSError):
            while True:
                client.sendall(b"\x50\x02\0\x63" * 1000)  # PUBREC of what was never sent

    with BadBroker(ask) as broker:
        log_in(quectel, broker.port)
        quectel.is_ready()
        quectel.ok("AT+QMTCLOSE=0")
        quectel.expect("+QMTCLOSE: 0,0")


def test_drips(quectel: QuectelDriver) -> None:
    """Byte by byte, with nothing between two packets."""
    def drip(client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in CONNACK + b"\x30\x05\0\x02tox\x30\x04\0\x01ty":
            client.send(bytes([byte]))
        client.recv(1000)

    with BadBroker(drip) as broker:
        log_in(quectel, broker.port)
        hears(quectel, 0, "to", b"x")
        hears(quectel, 0, "t", b"y")
