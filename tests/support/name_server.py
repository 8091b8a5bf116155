"""A name server: every name has the address 127.0.0.1, but those that begin with "slow" are never answered and those with
"nobody" do not exist.

    with NameServer() as server:
        Modem(options=["--dns", f"127.0.0.1:{server.port}"])
"""

from __future__ import annotations

import socket
import struct
import threading

TYPE_A, CLASS_IN, NO_SUCH_NAME = 1, 1, 3
STOP = b"stop"


class NameServer:
    """`asked` has the names that were asked for, in order."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._serve)

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    def __enter__(self) -> NameServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(STOP, self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while (received := self._socket.recvfrom(512))[0] != STOP:
            question, who = received
            answer = self._answer(question)
            if answer:
                self._socket.sendto(answer, who)

    def _answer(self, question: bytes) -> bytes:
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]])
            at += question[at] + 1
        kind = struct.unpack_from(">H", question, at + 1)[0]
        name = b".".join(labels).decode("ascii")
        self.asked.append(name)
        if name.startswith("slow"):
            return b""
        record = b""
        if kind == TYPE_A and not name.startswith("nobody"):
            record = struct.pack(">HHHIH4s", 0xc00c, TYPE_A, CLASS_IN, 60, 4, bytes((127, 0, 0, 1)))
        flags = 0x8180 | (NO_SUCH_NAME if name.startswith("nobody") else 0)
        return (question[:2] + struct.pack(">HHHHH", flags, 1, 1 if record else 0, 0, 0)
                + question[12:at + 5] + record)
