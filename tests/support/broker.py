"""Mosquitto on loopback: an MQTT broker of the distribution, plain or with TLS; and brokers that are none."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from .certs import Certificates
from .patience import ANSWER_S
from .servers import ServerProgram

CONNACK = b"\x20\x02\0\0"


class Mosquitto(ServerProgram):
    """One listener: plain, with TLS, or with TLS and certificates of clients."""

    name = "mosquitto"

    def __init__(self, folder: Path, certificates: Certificates, *, secure: bool = False,
                 client: bool = False, user: tuple[str, str] | None = None) -> None:
        super().__init__(folder)
        self.certificates = certificates
        self.secure, self.client = secure, client
        self.user = user  # the only one that is let in, and its password

    def command(self) -> Sequence[str]:
        return [shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-v", "-c",
                str(self.folder / "mosquitto.conf")]

    def prepare(self) -> None:
        lines = [f"user {pwd.getpwuid(os.getuid()).pw_name}", f"listener {self.port} 127.0.0.1",
                 f"allow_anonymous {'true' if self.user is None else 'false'}"]
        if self.user is not None:
            words = self.folder / "passwords"
            subprocess.run(["mosquitto_passwd", "-b", "-c", words, *self.user], check=True,
                           capture_output=True)
            lines += [f"password_file {words}"]
        if self.secure:
            lines += [f"certfile {self.certificates.chain('server')}",
                      f"keyfile {self.certificates.key('server')}",
                      f"cafile {self.certificates.pem('ca')}", "ciphers ALL:@SECLEVEL=0",
                      f"require_certificate {'true' if self.client else 'false'}"]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")


class BadBroker:
    """Takes one client, and does with it what `act` says."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self._act = act
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._client: socket.socket | None = None
        self.connect = b""  # the packet
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> BadBroker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        if self._client is not None:
            with suppress(OSError):
                self._client.shutdown(socket.SHUT_RDWR)
        self._thread.join(ANSWER_S)

    def _run(self) -> None:
        with suppress(OSError):
            client, _ = self._listener.accept()
            self._client = client
            with client:
                client.settimeout(ANSWER_S)
                self.connect = client.recv(1000)
                self._act(client)
