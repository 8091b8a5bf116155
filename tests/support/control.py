"""The control port of a run (`--control`): calls, and streams of events.

    port = ControlPort(folder / "control")
    assert port.change("m95", registration="denied")["registered"] is False
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .patience import ANSWER_S

Json = dict[str, Any]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, seconds: float = ANSWER_S) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class ControlPort:
    """`at` is the path of a Unix socket, or a TCP port of 127.0.0.1."""

    def __init__(self, at: Path | int, token: str | None = None) -> None:
        self.at = at
        self._token = token

    def connection(self) -> http.client.HTTPConnection:
        if isinstance(self.at, Path):
            return UnixConnection(self.at)
        return http.client.HTTPConnection("127.0.0.1", self.at, timeout=ANSWER_S)

    def headers(self, more: dict[str, str] | None = None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return own | (more or {})

    def ask(self, method: str, path: str, body: object = None,
            headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and JSON of an answer; a body of bytes is sent as it is."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, path, sent, self.headers(headers))
            answer = connection.getresponse()
            data = answer.read()
            assert answer.headers["Content-Type"] == "application/json", data
            return answer.status, json.loads(data)

    def done(self, method: str, path: str, body: object = None) -> Json:
        status, answer = self.ask(method, path, body)
        assert status in (200, 201), (method, path, body, answer)
        assert isinstance(answer, dict)
        return answer

    def refused(self, status: int, method: str, path: str, body: object = None) -> str:
        """What is wrong, as the answer has it."""
        got, answer = self.ask(method, path, body)
        assert got == status, (method, path, body, got, answer)
        assert list(answer) == ["error"]
        return str(answer["error"])

    def modems(self) -> list[Json]:
        return list(self.done("GET", "/v1/modems")["modems"])

    def modem(self, name: str) -> Json:
        return self.done("GET", f"/v1/modems/{name}")

    def change(self, name: str, **settings: object) -> Json:
        return self.done("PATCH", f"/v1/modems/{name}",
                         {key.replace("_", "-"): value for key, value in settings.items()})

    def act(self, name: str, act: str, **values: object) -> Json:
        return self.done("POST", f"/v1/modems/{name}/{act}", values)

    def journal(self, name: str, after: int = 0) -> Json:
        return self.done("GET", f"/v1/modems/{name}/journal?after={after}")

    def entries(self, name: str, kind: str) -> list[str]:
        return [entry["text"] for entry in self.journal(name)["entries"] if entry["kind"] == kind]

    @contextlib.contextmanager
    def events(self, path: str = "/v1/events") -> Iterator[Iterator[Json]]:
        """The data of each event, as they come."""
        with contextlib.closing(self.connection()) as connection:
            connection.request("GET", path, headers=self.headers())
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
            yield (json.loads(line[6:]) for line in answer if line.startswith(b"data: "))
