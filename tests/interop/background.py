"""A command of tlsmodem that runs beside the test: until it is told to end, or by itself.

    with Background("replay", path, "--pty", port) as running:
        running.ready()
        ...
        assert running.wait() == 0
"""

from __future__ import annotations

import signal
import subprocess
import tempfile
from pathlib import Path

from support.modem import program_path
from support.patience import EXIT_S


class Background:
    """`output` and `errors` are complete when it has ended."""

    def __init__(self, *words: object) -> None:
        self._words = [str(word) for word in words]
        self._folder = tempfile.TemporaryDirectory(prefix="tlsmodem-test-")
        self._errors = Path(self._folder.name) / "errors"
        self.output = ""

    def __enter__(self) -> Background:
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen([program_path("tlsmodem", "TLSMODEM"), *self._words], text=True,
                                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(EXIT_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._folder.cleanup()

    @property
    def errors(self) -> str:
        return self._errors.read_text(errors="replace")

    @property
    def pid(self) -> int:
        return self._process.pid

    def ready(self, ports: int = 1) -> list[str]:
        """Its ready lines, which are there when hosts may come."""
        assert self._process.stdout is not None
        lines = [self._process.stdout.readline() for _ in range(ports)]
        assert all(line.startswith("ready: ") for line in lines), (lines, self.errors)
        return lines

    def wait(self) -> int:
        """Its exit status, when it ends by itself."""
        assert self._process.stdout is not None
        self.output = self._process.stdout.read()
        status = self._process.wait(EXIT_S)
        assert "AddressSanitizer" not in self.errors and "runtime error" not in self.errors, self.errors
        return status

    def end(self, number: int = signal.SIGTERM) -> int:
        self._process.send_signal(number)
        return self.wait()
