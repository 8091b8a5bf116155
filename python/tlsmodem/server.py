"""A TLS server of a test, good or bad, on a port of 127.0.0.1, in threads of the test's process."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import tempfile
import threading
import warnings
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Optional, Union

from .behind import BEHIND, Message, Request
from .certificates import KINDS, Certificates
from .waiting import wait_until

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
            "1.3": ssl.TLSVersion.TLSv1_3}
_STEP_S = 0.1  # how soon a thread sees that its server is closed


class Connection:
    """One client, from the end of its handshake.  Any thread may call it."""

    def __init__(self, stream: ssl.SSLSocket, server_name: Optional[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()  # OpenSSL's sessions are no two threads' at once
        self._closed = threading.Event()
        self.received = b""
        self.server_name = server_name  # which it has asked for (SNI)
        self.version = stream.version() or ""
        self.suite = (stream.cipher() or ("", "", 0))[0]
        self.client_certificate = stream.getpeercert(binary_form=True)

    @property
    def is_open(self) -> bool:
        return not self._closed.is_set()

    def send(self, data: bytes) -> None:
        """All of it; OSError where the client has gone."""
        view = memoryview(data)
        while view:
            try:
                with self._lock:
                    view = view[self._stream.send(view):]
            except ssl.SSLWantWriteError:
                select.select([], [self._stream], [], _STEP_S)
            except ssl.SSLWantReadError:
                select.select([self._stream], [], [], _STEP_S)

    def receive(self) -> bytes:
        """What comes next; empty when the client or close() has ended it.  Only `behind` calls it."""
        while self.is_open:
            try:
                with self._lock:
                    data = self._stream.recv(16384)
                self.received += data
                return data
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([self._stream], [], [], _STEP_S)
            except (OSError, ValueError):
                break
        return b""

    def close(self) -> None:
        """Ends it as TLS does."""
        self._end(lambda: self._stream.unwrap())

    def reset(self) -> None:
        """Ends it by a reset of TCP."""
        self._end(lambda: self._stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)))

    def _end(self, how: Callable[[], object]) -> None:
        with self._lock:
            if not self._closed.is_set():
                self._closed.set()
                with contextlib.suppress(OSError, ValueError):
                    how()
                self._stream.close()


Behind = Union[str, Callable[["TlsServer", Connection], None]]


class TlsServer:
    """A TLS server; `behind` it is HTTP, MQTT, an echo, or a function that is called for each connection.

    `cert` is one of KINDS, good for the names under which modems dial it and for `names`.  It speaks what the modules
    can, from TLS 1.0 on, unless `version` says one; `suites` is a list of OpenSSL's.  Whoever makes one calls close().
    """

    def __init__(self, cert: str = "good", *, version: Optional[str] = None, suites: Optional[str] = None,
                 client_certificate: bool = False, behind: Behind = "echo", names: Optional[List[str]] = None,
                 pages: Optional[Dict[str, bytes]] = None, certificates: Optional[Certificates] = None) -> None:
        _allow("cert", cert, KINDS)
        if version is not None:
            _allow("version", version, VERSIONS)
        if isinstance(behind, str):
            _allow("behind", behind, BEHIND)
        self._kind, self._version, self._suites = cert, version, suites
        self._wants_client = client_certificate
        self._behind = BEHIND[behind] if isinstance(behind, str) else behind
        self._names = list(names or ["localhost", "127.0.0.1"])
        self.certificates = certificates or Certificates(Path(tempfile.mkdtemp(prefix="tlsmodem-certificates-")))
        self.pages = dict(pages or {"/": b"hello\n"})  # of HTTP
        self.requests: List[Request] = []              # of HTTP
        self.messages: List[Message] = []              # of MQTT, as they were published
        self.connections: List[Connection] = []        # whose handshake was done
        self.failures: List[str] = []                  # why a handshake was not
        self._asked: Dict[int, str] = {}
        self._context = self._new_context()
        self._closed = threading.Event()
        self._threads: List[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_STEP_S)
        self.port = int(self._listener.getsockname()[1])
        self._run(self._accept)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def ca(self) -> Path:
        """The CA certificate that a device trusts: PEM, for `credentials` of a modem or for its commands."""
        return self.certificates.ca()

    @property
    def received(self) -> bytes:
        """What all clients have sent."""
        return b"".join(one.received for one in self.connections)

    def is_dialled_as(self, name: str) -> None:
        """The certificate is for this name, too; a port behind it does not matter."""
        has_port = name.startswith("[") and not name.endswith("]") or name.count(":") == 1
        host = (name.rpartition(":")[0] if has_port else name).strip("[]")
        if host not in self._names:
            self._names.insert(0, host)
            self._context = self._new_context()

    def wait_for_connection(self, count: int = 1, seconds: Optional[float] = None) -> Connection:
        """The nth client, once its handshake is done."""
        return wait_until(lambda: self.connections[count - 1] if len(self.connections) >= count else None,
                          lambda: f"{len(self.connections)} of {count} clients came; failed: {self.failures}", seconds)

    def wait_for(self, data: bytes, seconds: Optional[float] = None) -> None:
        """Waits until clients have sent this."""
        wait_until(lambda: data in self.received or None,
                   lambda: f"{data!r} did not come; the server has got {self.received!r}", seconds)

    def hang_up(self, reset: bool = False) -> None:
        """Ends all connections."""
        for one in self.connections:
            if one.is_open:
                (one.reset if reset else one.close)()

    def close(self) -> None:
        """Ends all connections and listens no more.  May be called again."""
        self._closed.set()
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> "TlsServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __str__(self) -> str:
        """For the report of a failed test."""
        lines = [f"a client with {one.version} {one.suite}, name {one.server_name}: sent {one.received!r}"
                 for one in self.connections]
        return "\n".join(lines + [f"a handshake failed: {why}" for why in self.failures]) or "nobody came"

    # ---- inside ----

    def _new_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(f"{self._suites or 'ALL'}:@SECLEVEL=0")
        with warnings.catch_warnings():  # that TLS 1.0 and 1.1 are old is why they are here
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = VERSIONS[self._version or "1.0"]
            context.maximum_version = VERSIONS[self._version or "1.3"]
        context.load_cert_chain(self.certificates.server(self._kind, self._names),
                                self.certificates.key("weak" if self._kind == "weak" else "server"))
        if self._wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.ca)
        context.sni_callback = self._note_name  # type: ignore[assignment]
        return context

    def _note_name(self, stream: ssl.SSLObject, name: Optional[str], _: ssl.SSLContext) -> None:
        if name is not None:
            self._asked[id(stream)] = name

    def _run(self, what: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=what, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except socket.timeout:
                continue
            except OSError:
                return
            self._run(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            stream = self._context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        except OSError as error:
            self.failures.append(str(error))
            return
        with stream:
            if not self._shake_hands(stream):
                return
            connection = Connection(stream, self._asked.pop(id(stream), None))
            self.connections.append(connection)
            with contextlib.suppress(OSError):
                self._behind(self, connection)
            connection.close()

    def _shake_hands(self, stream: ssl.SSLSocket) -> bool:
        while not self._closed.is_set():
            try:
                stream.do_handshake()
                return True
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([stream], [], [], _STEP_S)
            except OSError as error:
                self.failures.append(str(error))
                return False
        return False


def _allow(what: str, value: str, allowed: Iterable[str]) -> None:
    words = list(allowed)
    if value not in words:
        raise ValueError(f'{what}: "{value}" is wrong; allowed: {", ".join(words)}')
