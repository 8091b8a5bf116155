"""Calls of the control port (docs/control.md), over its Unix socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from pathlib import Path
from typing import Any, Dict, Optional
from urllib.parse import quote

from .waiting import PATIENCE_S

Json = Dict[str, Any]


class ControlError(Exception):
    """A call was refused; `status` is that of HTTP."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class Control:
    """One modem of the program whose control socket is `path`."""

    def __init__(self, path: Path, modem: str) -> None:
        self._path = path
        self._modem = f"/v1/modems/{quote(modem, safe='')}"

    def ask(self, method: str, path: str = "", body: Optional[Json] = None) -> Json:
        """A call to the modem (`path` is "" or begins with a slash)."""
        return self.call(method, self._modem + path, body)

    def call(self, method: str, path: str, body: Optional[Json] = None) -> Json:
        """Any call; ControlError where it is refused."""
        sent = None if body is None else json.dumps(body).encode()
        with contextlib.closing(_UnixConnection(self._path)) as connection:
            connection.request(method, path, sent)
            answer = connection.getresponse()
            data = json.loads(answer.read())
        if answer.status >= 300:
            raise ControlError(answer.status, data.get("error", f"status {answer.status}"))
        assert isinstance(data, dict)
        return data
