"""An FTP server that goes wrong where it is told: for what no real server does on demand.

It serves one session after the other in a thread of its own, plain or with explicit TLS, and keeps
what it saw: the commands, which data connections were protected, and whether a session of TLS was
taken up again.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from .certs import Certificates
from .patience import ANSWER_S

CONTENT = bytes(range(256)) * 400


class Gone(Exception):
    """The server has ended the session as the fault says."""


@dataclass
class Fault:
    """In which step the server goes wrong, and how.

    Steps are the client's commands, "greeting", and for data connections "data" (when it is there)
    and "half" (in the middle of its bytes).  Ways: "close" and "reset" the control connection, or
    "close data" and "reset data"; any other is what it says instead.  "then close" and "then reset"
    say what is right and end the control connection behind it, as near as TCP brings the two.
    """

    step: str = ""
    way: str = "close"


@dataclass
class Seen:
    """What the server saw of one session."""

    commands: list[str] = field(default_factory=list)
    reused: list[bool] = field(default_factory=list)
    stored: bytes = b""


class FaultyFtp:
    """The server; its `fault` may be changed between sessions."""

    def __init__(self, certificates: Certificates, *, data_certificate: str = "server",
                 passive_address: str = "127.0.0.1") -> None:
        self.fault = Fault()
        self.seen = Seen()
        self.passive_address = passive_address
        self._contexts = [self._context(certificates.chain(name), certificates.key(name))
                          for name in ("server", data_certificate)]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._control: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FaultyFtp:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._control is not None:
            try:
                self._control.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._thread.join(ANSWER_S)

    @staticmethod
    def _context(chain: Path, key: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(chain, key)
        return context

    def _serve(self) -> None:
        while True:
            try:
                self._control, _ = self._listener.accept()
            except OSError:
                return
            self._control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.seen = Seen()
            try:
                self._session()
            except (Gone, OSError, ValueError):
                pass
            self._control.close()

    # One session

    def _session(self) -> None:
        self._protected = False
        self._passive: socket.socket | None = None
        self._say("greeting", "220 ready")
        while line := self._line():
            verb, _, argument = line.partition(" ")
            self.seen.commands.append(verb)
            getattr(self, f"_on_{verb.lower()}", self._on_unknown)(argument)

    def _line(self) -> str:
        line = b""
        while not line.endswith(b"\r\n"):
            byte = self._control.recv(1)
            if not byte:
                return ""
            line += byte
        return line[:-2].decode()

    def _say(self, step: str, text: str) -> None:
        if self.fault.step == step and self.fault.way.startswith("then "):
            self._say_and_end(text)
        if self.fault.step == step:
            self._go_wrong(self._control)
            text = self.fault.way
        self._control.sendall(text.encode() + b"\r\n")

    def _say_and_end(self, text: str) -> None:
        """A FIN goes out in the segment of the text, a RST in one behind it."""
        closes = self.fault.way == "then close"
        self._control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, not closes)
        self._control.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, closes)
        self._control.sendall(text.encode() + b"\r\n")
        if not closes:
            self._control.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._control.close()
        raise Gone

    def _go_wrong(self, data: socket.socket | None) -> None:
        what, _, which = self.fault.way.partition(" ")
        if what not in ("close", "reset") or (which and which != "data"):
            return
        sock = data if which else self._control
        if what == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        if not which:
            if data is not None:
                data.close()
            raise Gone

    def _on_unknown(self, _: str) -> None:
        self._say("unknown", "500 what")

    def _on_auth(self, _: str) -> None:
        self._say("AUTH", "234 go")
        self._control = self._contexts[0].wrap_socket(self._control, server_side=True)
        self._protected = True

    def _on_pbsz(self, _: str) -> None:
        self._say("PBSZ", "200 ok")

    def _on_prot(self, _: str) -> None:
        self._say("PROT", "200 ok")

    def _on_user(self, _: str) -> None:
        self._say("USER", "331 password")

    def _on_pass(self, _: str) -> None:
        self._say("PASS", "230 in")

    def _on_type(self, _: str) -> None:
        self._say("TYPE", "200 ok")

    def _on_pwd(self, _: str) -> None:
        self._say("PWD", '257 "/" is it')

    def _on_noop(self, _: str) -> None:
        self._say("NOOP", "200 ok")

    def _on_quit(self, _: str) -> None:
        self._say("QUIT", "221 bye")

    def _on_pasv(self, _: str) -> None:
        self._passive = socket.create_server(("127.0.0.1", 0))
        port = self._passive.getsockname()[1]
        numbers = [*self.passive_address.split("."), str(port >> 8), str(port & 0xFF)]
        self._say("PASV", f"227 ok ({','.join(numbers)})")

    def _open_data(self, step: str) -> socket.socket | None:
        """The data connection after the 150; None when the fault has ended it."""
        assert self._passive is not None
        data, _ = self._passive.accept()
        self._passive.close()
        data.settimeout(ANSWER_S)
        self._say(step, "150 go")
        if self.fault.step == "data":
            self._go_wrong(data)
            return None
        if self._protected:
            data = self._contexts[1].wrap_socket(data, server_side=True)
            self.seen.reused.append(bool(data.session_reused))
        return data

    def _on_retr(self, _: str) -> None:
        try:
            data = self._open_data("RETR")
        except OSError:
            self._say("data failed", "426 no data")
            return
        if data is None:
            self._say("lost", "426 lost")
        elif self.fault.step == "half":
            data.sendall(CONTENT[:1000])
            self._go_wrong(data)
            self._say("lost", "426 lost")
        else:
            data.sendall(CONTENT)
            self._close(data)
            self._say("226", "226 done")

    def _on_stor(self, _: str) -> None:
        data = self._open_data("STOR")
        if data is None:
            self._say("lost", "426 lost")
            return
        while piece := data.recv(1000):
            self.seen.stored += piece
            if self.fault.step == "half":
                self._go_wrong(data)
                self._say("lost", "426 lost")
                return
        self._close(data)
        self._say("226", "226 stored")

    @staticmethod
    def _close(data: socket.socket) -> None:
        if isinstance(data, ssl.SSLSocket):
            try:
                data = data.unwrap()
            except OSError:
                pass
        data.close()
