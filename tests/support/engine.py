"""The engine in virtual time: a client of build/engine_host (engine_host.md has the protocol)."""

from __future__ import annotations

import select
import subprocess
import tempfile
from pathlib import Path

from .modem import program_path

ANSWER_DEADLINE = 30.0  # real time: the program computes, it never waits


class EngineError(AssertionError):
    """The program refused a request, crashed or hung."""


class EngineHost:
    """One engine_host process."""

    def __init__(self, program: Path | None = None) -> None:
        self._log = tempfile.TemporaryFile()
        self._unread = b""
        self._process = subprocess.Popen(
            [str(program or program_path("engine_host", "TLSMODEM_ENGINE_HOST"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, bufsize=0)

    def ask(self, request: str) -> str:
        """Sends one request; gives what stands after `ok`."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(request.encode() + b"\n")
        except BrokenPipeError:
            raise EngineError(self._death(request)) from None
        answer = self._read_line(request)
        word, _, value = answer.partition(" ")
        if word != "ok":
            raise EngineError(f"engine_host: {request[:200]}: {answer}")
        return value

    def ask_bytes(self, request: str) -> bytes:
        return bytes.fromhex(self.ask(request))

    def log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def quit(self) -> None:
        """Ends the program; it must go with status 0 (sanitizers speak up here)."""
        self.ask("quit")
        status = self._process.wait(ANSWER_DEADLINE)
        if status != 0:
            raise EngineError(f"engine_host ended with status {status}:\n{self.log()}")

    def close(self) -> None:
        """Lets go of everything, whatever state it is in."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._log.close()

    def _read_line(self, request: str) -> str:
        stdout = self._process.stdout
        assert stdout is not None
        while b"\n" not in self._unread:
            if not select.select([stdout], [], [], ANSWER_DEADLINE)[0]:
                raise EngineError(f"engine_host does not answer {request[:200]!r}\n{self.log()}")
            data = stdout.read(65536)
            if not data:
                raise EngineError(self._death(request))
            self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode()

    def _death(self, request: str) -> str:
        status = self._process.wait(ANSWER_DEADLINE)
        return f"engine_host ended with status {status} at {request[:200]!r}:\n{self.log()}"
