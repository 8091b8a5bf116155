"""The host's side of a multiplexed port (3GPP TS 27.010, basic option), by the standard."""

from __future__ import annotations

import select
import time
from collections import defaultdict
from functools import lru_cache

from .crc import crc
from .patience import ANSWER_S
from .ready import read_ready, write_ready

SABM, UA, DM, DISC, UIH = 0x3F, 0x73, 0x1F, 0x53, 0xEF
FLAG = 0xF9
MODEM_STATUS, CLOSE_DOWN = 0xE3, 0xC3
WAIT = 0x02  # FC


@lru_cache(maxsize=4096)
def sequence(data: bytes) -> int:
    return 0xFF - crc(data, 0xE0, 0xFF)


def frame(dlci: int, control: int, information: bytes = b"") -> bytes:
    length = len(information)
    head = bytes([dlci << 2 | 3, control])
    head += bytes([length << 1 | 1]) if length < 128 else bytes([(length & 127) << 1, length >> 7])
    return bytes([FLAG]) + head + information + bytes([sequence(head), FLAG])


class MuxHost:
    """Frames on a descriptor: data by DLCI, answers by DLCI, and whether the module takes more."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._raw = b""
        self.data: dict[int, bytearray] = defaultdict(bytearray)
        self.answers: list[tuple[int, int]] = []
        self.messages: list[bytes] = []
        self.waits: set[int] = set()

    def send(self, data: bytes) -> None:
        """All of it, reading meanwhile, so that neither side waits for the other."""
        while data:
            readable, writable, _ = select.select([self._fd], [self._fd], [], ANSWER_S)
            assert readable or writable, "the port is stuck"
            if readable:
                self._read()
            if writable:
                data = data[write_ready(self._fd, data[:1024]):]

    def open(self, *dlcis: int) -> None:
        for dlci in dlcis:
            self.send(frame(dlci, SABM))
            self.wait(lambda dlci=dlci: (dlci, UA) in self.answers)

    def command(self, dlci: int, text: str, end: bytes = b"\r\nOK\r\n") -> bytes:
        self.data[dlci].clear()
        self.send(frame(dlci, UIH, text.encode() + b"\r"))
        self.wait(lambda: end in self.data[dlci])
        return bytes(self.data[dlci])

    def wait(self, come: object, seconds: float = ANSWER_S) -> None:
        deadline = time.monotonic() + seconds
        while not come():  # type: ignore[operator]
            left = deadline - time.monotonic()
            assert left > 0, f"did not come: {dict(self.data)} {self.answers} {self._raw!r}"
            if select.select([self._fd], [], [], left)[0]:
                self._read()

    def read_for(self, seconds: float) -> None:
        """What comes first within this time."""
        if select.select([self._fd], [], [], seconds)[0]:
            self._read()

    def _read(self) -> None:
        self._raw += read_ready(self._fd)
        at = 0
        while (end := self._take(at)) > at:
            at = end
        self._raw = self._raw[at:]

    def _take(self, at: int) -> int:
        """Takes the frame that begins there; where the next one does, or the same place where none is whole."""
        raw, begin = self._raw, at
        while begin < len(raw) and raw[begin] == FLAG:
            begin += 1
        if len(raw) - begin < 4:
            return at
        head = 3 if raw[begin + 2] & 1 else 4
        length = raw[begin + 2] >> 1 | (raw[begin + 3] << 7 if head == 4 else 0)
        end = begin + head + length
        if len(raw) < end + 2:
            return at
        assert raw[end] == sequence(raw[begin:begin + head]) and raw[end + 1] == FLAG, raw[begin:end + 2]
        self._on_frame(raw[begin] >> 2, raw[begin + 1], raw[begin + head:end])
        return end + 1

    def _on_frame(self, dlci: int, control: int, information: bytes) -> None:
        if control != UIH:
            self.answers.append((dlci, control))
        elif dlci != 0:
            self.data[dlci] += information
        else:
            self.messages.append(information)
            if information[0] == MODEM_STATUS:
                line = information[2] >> 2
                (self.waits.add if information[3] & WAIT else self.waits.discard)(line)
