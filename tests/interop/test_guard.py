"""Where connections of every kind may go, on a real port: a listener at 127.0.0.2 hears of none that the rules refuse, and of
each that they let go.

Source: docs/gateway.md, "Where a modem may go".
"""

from __future__ import annotations

import re
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from support.modem import Modem
from support.patience import ANSWER_S

from .observe import LogMark, wait_until

DENIED, REACHED = "127.0.0.2", "127.0.0.1"
FINAL = re.compile(rb"\r\n(OK|ERROR|\+CM[ES] ERROR: [^\r\n]*|CONNECT|DEACT OK|CLOSE OK)\r\n|\r\n> ?\Z")


class Elsewhere:
    """TCP and UDP at the address that is denied, at one port; who comes is hung up on."""

    def __init__(self) -> None:
        while True:
            self.tcp = socket.create_server((DENIED, 0))
            self.port = self.tcp.getsockname()[1]
            self.udp = socket.socket(type=socket.SOCK_DGRAM)
            with suppress(OSError):
                self.udp.bind((DENIED, self.port))
                return
            self.tcp.close()

    def has_come(self, within_s: float) -> bool:
        found = select.select([self.tcp, self.udp], [], [], within_s)[0]
        for each in found:
            if each is self.tcp:
                self.tcp.accept()[0].close()
            else:
                self.udp.recv(2000)
        return bool(found)

    def hang_up(self) -> None:
        """On who comes from now on, too."""
        self.tcp.close()

    def close(self) -> None:
        self.tcp.close()
        self.udp.close()


class Sender:
    """A server at the address that is allowed, which sends elsewhere: FTP's data, and what a page is redirected to."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self.server = socket.create_server((REACHED, 0))
        self.port = self.server.getsockname()[1]
        self.passive = f"227 Passive (127,0,0,2,{elsewhere.port >> 8},{elsewhere.port & 255}).\r\n"
        self.page = (f"HTTP/1.1 302 Found\r\nLocation: http://{DENIED}:{elsewhere.port}/y\r\nContent-Length: 0\r\n"
                     "Connection: close\r\n\r\n")
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer = self.server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._talk, args=[peer], daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        """A web client speaks first; who is silent is one of FTP."""
        with suppress(OSError), peer:
            if select.select([peer], [], [], 0.3)[0]:
                peer.recv(2000)
                peer.sendall(self.page.encode())
                return
            peer.sendall(b"220 Ready\r\n")
            for line in peer.makefile("rb"):
                word = line.split()[0].upper()
                peer.sendall({b"USER": b"331 Password\r\n", b"PASS": b"230 In\r\n", b"PASV": self.passive.encode(),
                              b"QUIT": b"221 Bye\r\n"}.get(word, b"200 Fine\r\n"))


@dataclass(frozen=True)
class Way:
    """How a host has its module go to {address}, {port}; {sender} is the port of a server that sends it there."""

    name: str
    lines: tuple[str, ...]
    data: bytes = b""  # behind a prompt
    what: str = "a connection"


WAYS = {
    "he910": [Way("plain", ('AT#SD=1,0,{port},"{address}",0,0,1', "AT#SH=1")),
              Way("datagrams", ('AT#SD=2,1,{port},"{address}",0,0,1', "AT#SSENDEXT=2,3", "AT#SH=2"), b"one", "a datagram"),
              Way("secure", ("AT#SSLEN=1,1", "AT#SSLSECCFG=1,0,0", 'AT#SSLD=1,{port},"{address}",0,1')),
              Way("ftp", ('AT#FTPOPEN="{address}:{port}","me","x",1',)),
              Way("ftp data", ('AT#FTPOPEN="127.0.0.1:{sender}","me","x",1', 'AT#FTPGET="file.txt"', "AT#FTPCLOSE"))],
    "m95": [Way("plain", ('AT+QIOPEN="TCP","{address}",{port}', "AT+QICLOSE")),
            Way("broker", ('AT+QMTOPEN=0,"{address}",{port}', "AT+QMTCLOSE=0")),
            Way("page", ("AT+QHTTPURL={length},5", "AT+QHTTPGET=20"), b"http://{address}:{port}/x"),
            Way("redirect", ("AT+QHTTPURL={length},5", "AT+QHTTPGET=20"), b"http://127.0.0.1:{sender}/x"),
            Way("mail", ('AT+QSMTPSRV="{address}",{port}', 'AT+QSMTPADDR="a@x.test"', 'AT+QSMTPDST=1,1,"b@y.test"',
                         'AT+QSMTPSUB=0,"s"', "AT+QSMTPPUT=120"))],
    "l610": [Way("plain", ('AT+MIPOPEN=1,,"{address}",{port},0', "AT+MIPCLOSE=1")),
             Way("broker", ('AT+MQTTUSER=1,"u","p","meter"', 'AT+MQTTOPEN=1,"{address}",{port},1,60')),
             Way("cloud", ('AT+HMCON=0,60,"{address}","{port}","dev","secret",0',)),
             Way("ftp data", ('AT+FTPOPEN="127.0.0.1","me","x","",,{sender},', 'AT+FTPGET="file.txt",1')),
             Way("redirect", ('AT+HTTPSET="REDIR","1"', 'AT+HTTPSET="URL","http://127.0.0.1:{sender}/x"', "AT+HTTPACT=0"))],
}
BEGIN = {"he910": ["ATE0", 'AT+CGDCONT=1,"IP","x"', "AT#SGACT=1,1"], "m95": ["ATE0", "AT+QIREGAPP", "AT+QIACT"],
         "l610": ["ATE0", 'AT+MIPCALL=1,"x"']}
# What tells that it is over where the result has come before, also as an error.
LATER = {"AT+QIOPEN": rb"CONNECT (OK|FAIL)\r\n", "AT+QMTOPEN": rb"\+QMTOPEN: 0,-?\d\r\n", "AT+QSMTPDST": rb"\+QSMTPDST: \d\r\n", "AT+QSMTPPUT": rb"\+QSMTPPUT: -?\d+\r\n",
         "AT+MIPCALL": rb"\+MIPCALL: 1[\d.]+\r\n", "AT+MIPOPEN": rb"\+MIPOPEN: 1,\d\r\n", "AT+MQTTOPEN": rb"\+MQTTOPEN: 1,\d\r\n",
         "AT+FTPOPEN": rb"\+FTPOPEN: \d\r\n", "AT+FTPGET": rb"\+FTPGET: \d[^\r]*\r\n", "AT+HTTPACT": rb"\+HTTPRES: [^\r]*\r\n"}


@contextmanager
def places() -> Iterator[tuple[Elsewhere, Sender]]:
    elsewhere = Elsewhere()
    sender = Sender(elsewhere)
    try:
        yield elsewhere, sender
    finally:
        sender.server.close()
        elsewhere.close()


def say(modem: Modem, line: str, data: bytes = b"") -> None:
    """One command, its data, and what comes later, whatever it is."""
    name = line.split("=")[0]
    modem.host.write(line.encode() + b"\r")
    final = FINAL if name != "AT+HMCON" else re.compile(rb"\+HMCON [^\r]*\r\n")
    said = modem.host.read_match(final)
    if data and (said.endswith((b"> ", b">", b"CONNECT\r\n"))):
        modem.host.write(data)
        said = modem.host.read_match(FINAL)
    if name in LATER and b"ERROR" not in said:
        modem.host.read_match(re.compile(LATER[name]))


def go(modem: Modem, way: Way, elsewhere: Elsewhere, sender: Sender) -> None:
    where = {"address": DENIED, "port": elsewhere.port, "sender": sender.port}
    data = way.data.decode().format(**where).encode()
    for line in way.lines:
        say(modem, line.format(**where, length=len(data)), data)


@pytest.mark.parametrize("model", WAYS)
def test_nothing_goes_where_it_may_not(model: str) -> None:
    with Modem(model, options=["--guard", f"deny={DENIED}"]) as modem:
        for line in BEGIN[model]:
            say(modem, line)
        for way in WAYS[model]:
            with places() as (elsewhere, sender):
                refused = f"{way.what} to {DENIED} port {elsewhere.port} refused by the rules of where it may go: deny={DENIED}"
                log = LogMark(modem)
                go(modem, way, elsewhere, sender)
                wait_until(lambda: refused in log.text(), lambda: f"{way.name}: {log.text()}")
                assert not elsewhere.has_come(0), way.name


@pytest.mark.parametrize("model", WAYS)
def test_without_the_rule_each_way_leads_there(model: str) -> None:
    """What the test above would see."""
    with Modem(model, options=["--guard", "deny=127.0.0.3"]) as modem:
        for line in BEGIN[model]:
            say(modem, line)
        for way in WAYS[model]:
            with places() as (elsewhere, sender):
                thread = threading.Thread(target=go, args=[modem, way, elsewhere, sender])
                thread.start()
                assert elsewhere.has_come(ANSWER_S), way.name
                elsewhere.hang_up()
                thread.join()
