"""Names, echo requests and the time of a Telit module, by the machine's own network.

Source: docs/facts/telit.md §4.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from support.modem import Modem

from .driver import Driver


@pytest.fixture(params=["he910", "gl865", "le910-v2"])
def modem(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with Modem(request.param) as started:
        yield Driver(started).begin().attach()


def test_name(modem: Driver) -> None:
    modem.answers('AT#QDNS="localhost"', '#QDNS: "localhost","127.0.0.1"')


def test_time_is_told(modem: Driver, time_server: int) -> None:
    before = modem.query("AT+CCLK?")
    modem.answers(f'AT#NTP="127.0.0.1",{time_server},0,10,-4', "#NTP: 20/02/29,11:00:00-04")
    assert modem.query("AT+CCLK?")[:16] == before[:16]


def test_time_sets_the_clock(modem: Driver, time_server: int) -> None:
    modem.answers(f'AT#NTP="127.0.0.1",{time_server},1,10,8', "#NTP: 20/02/29,14:00:00+08")
    assert re.fullmatch(r'\+CCLK: "20/02/29,14:\d\d:\d\d\+08"', modem.query("AT+CCLK?"))
