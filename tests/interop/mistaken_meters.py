"""Drivers with a known mistake each: the meter of examples/ci/pytest, but for a method or two.

`CAUGHT` says by which test of test_meter.py each is caught, and by which words its developer is told.
"""

from __future__ import annotations

import os
import re
import select
import time

from meter import FIFO, PATIENCE_S, Meter


class OneByteTooFew(Meter):
    """A text's last byte is taken for its end."""

    def type(self, data: bytes) -> None:
        super().type(data if data.endswith((b"\r", b"+++")) else data[:-1])


class NoWaitForThePrompt(Meter):
    def await_prompt(self) -> None:
        pass


class ClosedForgotten(Meter):
    def note(self, text: str) -> None:
        if "closed" not in text:
            super().note(text)


class NoRedial(Meter):
    def report(self, data: bytes) -> bytes:
        self.start()
        self.dial()
        self.send(data)
        return self.receive()


class FixedSleep(Meter):
    """What was quick on the desk is long enough everywhere."""

    def await_open(self) -> None:
        time.sleep(0.5)


class PiecesAreLines(Meter):
    """Looks for an unsolicited line in what one read gives."""

    def idle(self, seconds: float) -> None:
        while select.select([self._fd], [], [], seconds)[0]:
            self.note(os.read(self._fd, FIFO).decode().strip())


class EchoIsAnAnswer(Meter):
    def signal(self) -> int:
        self.type(b"AT+CSQ\r")
        return int((self.line(PATIENCE_S) or "").removeprefix("+CSQ: ").partition(",")[0])


class ErrorsIgnored(Meter):
    """OK and +CME ERROR are both the end of a command."""

    def judge(self, line: str, result: str) -> None:
        pass


class NoGuardTime(Meter):
    def escape(self) -> None:
        self.type(b"+++")
        self.await_line("OK")


class NoRestart(Meter):
    """The module is set up once, and dials again after that."""

    def recover(self) -> None:
        self.is_connected = False


class AnyLineIsTheAnswer(Meter):
    def signal(self) -> int:
        self.command("ATE0")
        self.type(b"AT+CSQ\r")
        return int((self.hear(PATIENCE_S) or "").removeprefix("+CSQ: ").partition(",")[0])


class AnyCertificate(Meter):
    START = [re.sub('"seclevel",1,1', '"seclevel",1,0', line) for line in Meter.START]


CAUGHT = [
    (OneByteTooFew, "it_sends_as_many_bytes_as_it_says", r"assert b'21\.A.*' == b'21\.5'"),
    (NoWaitForThePrompt, "it_waits_for_the_prompt", "data was typed where there was no prompt, and run as a command"),
    (ClosedForgotten, "it_hears_that_the_server_has_closed", "something was sent by a socket that was closed"),
    (NoRedial, "it_dials_again", r"MeterError: the server was not reached: \+QSSLOPEN: 1,-"),
    (FixedSleep, "it_waits_for_the_connection", r"something was sent before \+QSSLOPEN had come"),
    (PiecesAreLines, "it_takes_a_line_in_pieces", "the line came, in pieces, and was not understood"),
    (EchoIsAnAnswer, "it_knows_its_echo", r"invalid literal for int\(\) with base 10: 'AT\+CSQ'"),
    (ErrorsIgnored, "it_hears_that_a_command_was_refused", r"AT\+QIACT was refused, and not typed again"),
    (NoGuardTime, "it_is_silent_around_the_escape", r"b'21\.5\+\+\+"),
    (NoRestart, "it_begins_anew_when_the_supply_has_failed", r"MeterError: AT\+QSSLOPEN=.*: (\+CME )?ERROR"),
    (AnyLineIsTheAnswer, "it_is_not_misled_by_a_call", r"invalid literal for int\(\) with base 10: 'RING'"),
    (AnyCertificate, "it_talks_to_its_server_only", "DID NOT RAISE"),
]
