"""A TLS server of OpenSSL's that is told which suites to take, in which order, and whose order
counts; any number of connections, one after the other.

    with OrderedServer(certificates, folder) as server:
        server.serve([0x003c, 0x002f])
        ...                                    # the module dials
        assert server.agreed() == 0x002f
"""

from __future__ import annotations

import functools
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

from .certs import Certificates
from .patience import ANSWER_S
from .servers import ANY_CIPHER


@functools.cache
def openssl_names() -> dict[int, str]:
    """What OpenSSL calls the suites that it has, by code point."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ANY_CIPHER)
    return {entry["id"] & 0xffff: entry["name"] for entry in context.get_ciphers()}


class OrderedServer:
    """It has a certificate with an RSA key and one with an ECDSA key."""

    def __init__(self, certificates: Certificates, folder: Path) -> None:
        self._certificates = certificates
        self._ec_key, self._ec_certificate = certificates.make_ecdsa(folder)
        self._dh = folder / "dh.pem"
        self._dh.write_bytes(subprocess.run(
            ["openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"],
            check=True, capture_output=True).stdout)
        self._context = self._make_context((0x002f,), True)
        self._outcomes: SimpleQueue[int | None] = SimpleQueue()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept_all, daemon=True)

    def __enter__(self) -> OrderedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(ANSWER_S)

    def _make_context(self, suites: Sequence[int], prefers: bool) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(":".join(openssl_names()[code] for code in suites) + ":@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        if not prefers:
            context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
        context.load_cert_chain(self._certificates.chain("server"),
                                self._certificates.key("server"))
        context.load_cert_chain(self._ec_certificate, self._ec_key)
        context.load_dh_params(str(self._dh))
        return context

    def serve(self, suites: Sequence[int], *, prefers: bool = True) -> None:
        """From now on these; `prefers`: in this order, else in the client's."""
        self._context = self._make_context(suites, prefers)
        self._outcomes = SimpleQueue()

    def agreed(self) -> int:
        """The suite of the next handshake that succeeds; those before it did not."""
        while True:
            outcome = self._outcomes.get(timeout=ANSWER_S)
            if outcome is not None:
                return outcome

    def _accept_all(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection: socket.socket) -> None:
        outcomes, connection_s = self._outcomes, connection
        codes = {name: code for code, name in openssl_names().items()}
        connection_s.settimeout(ANSWER_S)
        try:
            with self._context.wrap_socket(connection_s, server_side=True) as tls:
                cipher = tls.cipher()
                assert cipher
                outcomes.put(codes[cipher[0]])
                while tls.recv(4096):
                    pass
        except (OSError, ssl.SSLError):
            outcomes.put(None)
