"""A module that is a server: clients of its own machine reach its host.

Source: docs/facts/quectel-files-and-servers.md §4; docs/contract.md, --listen.
"""

from __future__ import annotations

import http.client
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.modem import Modem
from support.patience import ANSWER_S
from support.servers import free_port

from .driver import final
from .observe import LogMark
from .quectel_driver import QuectelDriver

SERVER_OK = b"\r\nSERVER OK\r\n"


@contextmanager
def server(port: int, *settings: str, options: tuple[str, ...] = ()) -> Iterator[QuectelDriver]:
    """A host whose module listens."""
    with Modem("m10", "unix", options=["--log-level", "info", *options]) as modem:
        host = QuectelDriver(modem)
        host.host.write(b"ATE0\r")
        host.host.expect_exact(b"ATE0\r" + final("OK"))
        for line in (*settings, "AT+QIREGAPP", "AT+QIACT"):
            host.ok(line)
        host.fails("AT+QILOCIP", "10.250.64.139")
        host.ok(f'AT+QILPORT="TCP",{port}')
        host.ok("AT+QISERVER")
        host.host.expect_exact(SERVER_OK)
        yield host


def place_of(host: QuectelDriver) -> int:
    """The port that the log names."""
    log = host.modem.log()
    match = re.search(r"listens on 127\.0\.0\.1 port (\d+) for the host's port \d+", log)
    assert match, log
    return int(match[1])


def test_a_browser_gets_a_page_of_a_transparent_host() -> None:
    """As a shield with an M10 serves it: CONNECT, a request, a page, and the host closes."""
    port = free_port()
    pages: list[bytes] = []

    def browse() -> None:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        client.request("GET", "/analog")
        pages.append(client.getresponse().read())
        client.close()

    with server(port, "AT+QIMODE=1") as host:
        for _ in range(2):
            browser = threading.Thread(target=browse)
            browser.start()
            host.host.expect_exact(b"\r\nCONNECT\r\n")
            assert b"GET /analog HTTP/1.1\r\n" in host.host.read_until(b"\r\n\r\n")
            host.host.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1023")
            browser.join()
            host.host.expect_exact(b"\r\nCLOSED\r\n")
    assert pages == [b"1023", b"1023"]


def test_modules_share_the_ports_of_a_range() -> None:
    """Each has asked for the same; the second gets the next, and each its own client."""
    first = free_port()
    options = ("--listen", f"127.0.0.1:{first}-{first + 40}")
    with server(80, "AT+QIMUX=1", options=options) as one, \
            server(80, "AT+QIMUX=1", options=options) as two:
        places = place_of(one), place_of(two)
        assert first <= places[0] < places[1] <= first + 40
        for host, place in zip((one, two), places):
            with socket.create_connection(("127.0.0.1", place), ANSWER_S) as client:
                host.host.expect_exact(b"\r\n0, REMOTE IP: 127.0.0.1\r\n")
                client.sendall(b"x" * 10)
                host.host.expect_exact(b"\r\n+RECEIVE: 0, 10\r\n" + b"x" * 10)
            host.host.expect_exact(b"\r\n0, CLOSED\r\n")


def test_clients_that_are_turned_away_are_counted() -> None:
    """Whoever reaches the port may come as often as they like, and not fill the operator's disk."""
    port = free_port()
    with server(port) as host:
        modem = host.modem
        with socket.create_connection(("127.0.0.1", place_of(host)), ANSWER_S):
            host.host.read_until(b"REMOTE IP: 127.0.0.1\r\n")
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", place_of(host)), ANSWER_S) as other:
                    assert other.recv(1) == b""
        host.host.read_until(b"CLOSED\r\n")
        log = LogMark(modem, 0)
        modem.stop()
        away = [line for line in log.text().splitlines() if "turned away" in line]
        assert len(away) == 2 and "(20 times in " in away[1], away
        modem.start()
