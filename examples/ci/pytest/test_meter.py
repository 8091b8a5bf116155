"""Tests of meter.py: one for each mistake that drivers are known for.

    PYTHONPATH=../../../python pytest -p tlsmodem.plugin
"""

from __future__ import annotations

import contextlib
import importlib
import os

import pytest
from meter import MeterError

ERRORS = "*ERROR*"


@pytest.fixture
def server(request, tls_server):
    return tls_server(cert=getattr(request, "param", "good"))


@pytest.fixture
def modem(tlsmodem, server):
    return tlsmodem("m95", map={"api.example.com:8883": server}, credentials={"NVRAM:CA0": str(server.ca)})


@pytest.fixture
def meter(modem):
    """The driver; METER=module:Class names another."""
    module, name = os.environ.get("METER", "meter:Meter").split(":")
    with contextlib.closing(getattr(importlib.import_module(module), name)(modem.port)) as made:
        yield made


def test_it_sends_as_many_bytes_as_it_says(modem, server, meter):
    with contextlib.suppress(MeterError):
        meter.report(b"21.5")
    assert server.received == b"21.5"


def test_it_waits_for_the_prompt(modem, server, meter):
    modem.fault("error", code=3, command="AT+QSSLSEND*", count=1)
    meter.report(b"AT+CPOWD\r")
    assert modem.journal.count("AT+CPOWD") == 0, "data was typed where there was no prompt, and run as a command"


def test_it_hears_that_the_server_has_closed(modem, server, meter):
    meter.report(b"1")
    server.hang_up()
    modem.journal.wait('+QSSLURC: "closed",1', "answer")
    meter.idle(0.5)
    meter.report(b"2")
    assert modem.journal.texts(ERRORS, "answer") == [], "something was sent by a socket that was closed"


def test_it_dials_again(modem, server, meter):
    modem.fault("refused", count=1)
    assert meter.report(b"21.5") == b"21.5"


def test_it_waits_for_the_connection(modem, server, meter):
    modem.fault("latency", latency=1500, count=1)
    meter.report(b"21.5")
    assert modem.journal.texts(ERRORS, "answer") == [], "something was sent before +QSSLOPEN had come"


def test_it_takes_a_line_in_pieces(modem, server, meter):
    meter.report(b"1")
    server.hang_up()
    modem.journal.wait('+QSSLURC: "closed",1', "answer")
    meter.idle(0.5)
    assert not meter.is_connected, "the line came, in pieces, and was not understood"


def test_it_knows_its_echo(modem, server, meter):
    modem.network.signal = 7
    assert meter.signal() == 7


def test_it_hears_that_a_command_was_refused(modem, server, meter):
    modem.fault("error", code=3, command="AT+QIACT", count=1)
    with contextlib.suppress(MeterError):
        meter.report(b"21.5")
    assert modem.journal.count("AT+QIACT") == 2, "AT+QIACT was refused, and not typed again"


def test_it_is_silent_around_the_escape(modem, server, meter):
    with contextlib.suppress(MeterError):
        meter.stream(b"21.5")
    server.wait_for(b"21.5")
    assert server.received == b"21.5"


def test_it_begins_anew_when_the_supply_has_failed(modem, server, meter):
    meter.report(b"1")
    modem.power.brown_out()
    assert meter.report(b"2") == b"2"


def test_it_is_not_misled_by_a_call(modem, server, meter):
    modem.network.signal = 7
    modem.fault("urc", text="RING", moment="answer", command="AT+CSQ", count=1)
    assert meter.signal() == 7


@pytest.mark.parametrize("server", ["expired", "not-yet-valid", "other-name", "other-ca"], indirect=True)
def test_it_talks_to_its_server_only(modem, server, meter):
    with pytest.raises(MeterError, match="not reached"):
        meter.report(b"21.5")
    assert server.received == b""
