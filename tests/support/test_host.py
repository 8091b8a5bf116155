"""A host that reads: answers, lines that come before them, and silences."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator

import pytest

from .modem import Host

OK, NEWS = b"\r\nOK\r\n", b"\r\nNEWS: 1\r\n"
UNSOLICITED = re.compile(rb"\r\nNEWS: \d+\r\n")


class Port:
    """The module's side of a pipe."""

    def __init__(self) -> None:
        self.hears, writes = os.pipe()
        reads, self.says = os.pipe()
        self.host = Host(reads, writes)

    def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            os.write(self.says, piece)


@pytest.fixture
def port() -> Iterator[Port]:
    port = Port()
    yield port
    port.host.close()
    os.close(port.hears)
    os.close(port.says)


@pytest.mark.parametrize("said", [NEWS + OK, NEWS + NEWS + OK])
def test_news_before_an_answer_is_put_aside(port: Port, said: bytes) -> None:
    port.say(said)
    port.host.expect_exact(OK, 1, UNSOLICITED)
    assert b"".join(port.host.aside) + OK == said
    port.host.nothing_for(0.01)


def test_news_that_comes_in_pieces(port: Port) -> None:
    pieces = [NEWS[:1], NEWS[1:5], NEWS[5:-1], NEWS[-1:] + OK[:2], OK[2:]]

    def say() -> None:
        for piece in pieces:
            port.say(piece)
            time.sleep(0.01)  # each is read by itself, as a rule
    thread = threading.Thread(target=say)
    thread.start()
    port.host.expect_exact(OK, 10, UNSOLICITED)
    thread.join()
    assert port.host.aside == [NEWS]


def test_news_that_is_the_answer(port: Port) -> None:
    port.say(NEWS + OK)
    port.host.expect_exact(NEWS + OK, 1, UNSOLICITED)
    assert not port.host.aside


@pytest.mark.parametrize("said", [b"\r\nERROR\r\n", OK[:3] + NEWS, NEWS + b"\r\nERROR\r\n"])
def test_nothing_else_may_come_before_an_answer(port: Port, said: bytes) -> None:
    port.say(said)
    with pytest.raises(AssertionError, match="differs"):
        port.host.expect_exact(OK, 1, UNSOLICITED)


def test_who_asks_for_the_next_bytes_gets_them(port: Port) -> None:
    port.say(NEWS + OK)
    with pytest.raises(AssertionError, match="differs"):
        port.host.expect_exact(OK, 1)


def test_nothing_is_heard_when_nothing_is_said(port: Port) -> None:
    port.host.nothing_for(0.01)
    port.say(OK)
    with pytest.raises(AssertionError, match="expected nothing"):
        port.host.nothing_for(0.5)


def test_what_is_heard_too_late_is_no_offence(port: Port) -> None:
    """A host that a busy machine has held up cannot know when it was said."""
    port.say(OK)
    assert port.host.heard_until(time.monotonic() - 1) == b""
    assert port.host.heard_until(time.monotonic() + 1) == OK
