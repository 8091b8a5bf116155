"""What a test sees of the daemon's process from outside: its log, descriptors and memory."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from support import servers
from support.modem import Modem
from support.patience import ANSWER_S, POLL_S


def wait_until(is_true: Callable[[], object], what: Callable[[], str] | str = "it does not come",
               seconds: float = ANSWER_S) -> None:
    """Looks again and again until it is true; fails with `what` when it never is."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise AssertionError(what if isinstance(what, str) else what())
        time.sleep(POLL_S)


class LogMark:
    """The part of the modem's log that is written after this was made, or from `start` on."""

    def __init__(self, modem: Modem, start: int | None = None) -> None:
        self._modem = modem
        self._at = len(modem.log()) if start is None else start

    def text(self) -> str:
        return self._modem.log()[self._at:]

    def warnings(self) -> list[str]:
        """What an operator is told: lines of level warning and error."""
        return [line for line in self.text().splitlines()
                if re.search(rf"\b(warning|error):? {self._modem.model}(?: port \d+)?: ", line)]


def open_files(modem: Modem) -> list[str]:
    """What the daemon's descriptors stand for."""
    return sorted(re.sub(r"\[\d+\]", "", name)
                  for name in servers.open_files(modem.pid))


def wait_for_files(modem: Modem, expected: list[str]) -> None:
    """The daemon gives back what it opened: sooner or later it has these descriptors again."""
    wait_until(lambda: open_files(modem) == expected,
               lambda: f"descriptors before {expected}\n  and now {open_files(modem)}")


class MemoryMark:
    """The memory that the daemon uses now; later, by how much that has grown."""

    LIMIT_KIB = 2048  # more than what a host or a peer sends may cost

    def __init__(self, modem: Modem) -> None:
        self._folder = Path(f"/proc/{modem.pid}")
        self._before = self._resident_kib()

    def grown_kib(self) -> int:
        return self._resident_kib() - self._before

    def check(self) -> None:
        """AddressSanitizer keeps what was freed, so that memory says nothing there."""
        if b"__asan_init" not in (self._folder / "exe").read_bytes():
            assert self.grown_kib() < self.LIMIT_KIB

    def _resident_kib(self) -> int:
        status = (self._folder / "status").read_text()
        match = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
        assert match is not None
        return int(match[1])
