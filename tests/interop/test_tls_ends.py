"""How a server ends a session: the host of each maker is told the same of all, the log has the
difference.  Old servers just close, so that is no warning; a record that is cut is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from support.bare_server import (ALERT, CLOSE_NOTIFY, FATAL, HANDSHAKE, HANDSHAKE_FAILURE, SSL_3_0,
                                 TLS_1_0, TLS_1_2, WARNING, BareServer)
from support.certs import Certificates

from .makers import MAKERS, FibocomDialler, dialler, versions

BARE = "closed without close_notify"
CUT = "cut inside a record: bytes are missing"


def notify(server: BareServer) -> None:
    server.send(bytes((WARNING, CLOSE_NOTIFY)), ALERT)


def close(_: BareServer) -> None:
    pass


def cut_behind_the_header(server: BareServer) -> None:
    server.send_raw(server.protected(b"never seen")[:5])


def cut_before_the_last_byte(server: BareServer) -> None:
    server.send_raw(server.protected(b"never seen")[:-1])


def cut_in_the_header(server: BareServer) -> None:
    server.send_raw(server.protected(b"never seen")[:1])


WAYS = [(notify, ""), (close, BARE), (cut_in_the_header, CUT), (cut_behind_the_header, CUT),
        (cut_before_the_last_byte, CUT)]


@pytest.mark.parametrize(("way", "says"), WAYS)
@pytest.mark.parametrize(("model", "version"), [
    (model, version) for model in MAKERS for version in versions(SSL_3_0, TLS_1_0, TLS_1_2)])
def test_a_server_ends_a_session(certificates: Certificates, model: str, version: int,
                                 way: Callable[[BareServer], None], says: str) -> None:
    with BareServer(certificates) as server, \
            dialler(model, version, "--log-level", "info") as host:
        host.dial(server.port)
        server.handshake()
        host.opened()
        way(server)
        server.hang_up()
        host.ended()
        server.wait_for_end()
        assert [text for text in (BARE, CUT) if text in host.log.text()] == ([says] if says else [])
        assert len(host.log.warnings()) == (1 if says == CUT else 0)


HELLO_REQUEST = bytes(4)


def insists_by_alert(server: BareServer) -> None:
    server.send(bytes((FATAL, HANDSHAKE_FAILURE)), ALERT)


@pytest.mark.parametrize("way", [insists_by_alert, notify, close])
@pytest.mark.parametrize(("model", "version"), [
    (model, version) for model in MAKERS for version in versions(SSL_3_0, TLS_1_0, TLS_1_2)])
def test_a_server_insists_on_a_renegotiation(certificates: Certificates, model: str, version: int,
                                             way: Callable[[BareServer], None]) -> None:
    """No module renegotiates; a server that wants nothing else ends the session, however it does."""
    with BareServer(certificates) as server, dialler(model, version) as host:
        host.dial(server.port)
        server.handshake()
        host.opened()
        server.send(HELLO_REQUEST, HANDSHAKE)
        with suppress(OSError):  # with SSL 3.0 the module may have left by then
            way(server)
            server.hang_up()
        host.lost()
        server.wait_for_end()
        asked, lost = host.log.warnings()
        assert "wants to renegotiate" in asked and "wanted to renegotiate" in lost
        if isinstance(host, FibocomDialler):
            host.driver.reason(-9 if model == "l610" else 100)
