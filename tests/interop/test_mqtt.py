"""MQTT of the M-series and of Fibocom's modules with Mosquitto, and with brokers that are none.

Source: docs/facts/mqtt-mux-ppp.md §1, §2.
"""

from __future__ import annotations

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


# ---- brokers that are none ----

Act = Callable[[socket.socket], None]


def says(*pieces: bytes) -> Act:
    """In these pieces, and then waits for the client to leave."""
    def act(client: socket.socket) -> None:
        for piece in pieces:
            client.sendall(piece)
        while client.recv(1000):
            pass
    return act


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
