"""A TLS server (TLS_RSA_WITH_AES_128_CBC_SHA) that keeps to the protocol up to its Finished
message, whose verify_data is wrong while its record is right.  RFC 2246, 4346 and 5246; the `openssl`
program does the RSA and the AES.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import subprocess
import time

from .certs import Certificates
from .servers import ANSWER_DEADLINE, RawPeer

SUITE = b"\x00\x2f"
CHANGE_CIPHER_SPEC, HANDSHAKE = 20, 22
SERVER_HELLO, CERTIFICATE, SERVER_HELLO_DONE, FINISHED = 2, 11, 14, 20
MAC_BYTES = 20
BLOCK = 16


def _openssl(*arguments: str, data: bytes) -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True,
                          check=True).stdout


def _p_hash(name: str, secret: bytes, seed: bytes, count: int) -> bytes:
    out, a = b"", seed
    while len(out) < count:
        a = hmac.digest(secret, a, name)
        out += hmac.digest(secret, a + seed, name)
    return out[:count]


def _prf(version: int, secret: bytes, seed: bytes, count: int) -> bytes:
    if version >= 0x0303:
        return _p_hash("sha256", secret, seed, count)
    half = (len(secret) + 1) // 2
    pair = zip(_p_hash("md5", secret[:half], seed, count),
               _p_hash("sha1", secret[-half:], seed, count))
    return bytes(a ^ b for a, b in pair)


def _message(kind: int, body: bytes) -> bytes:
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


class WrongFinished(RawPeer):
    """serve() when the module has dialled."""

    def __init__(self, certificates: Certificates) -> None:
        super().__init__()
        self.certificates = certificates
        self._buffer = b""

    def serve(self) -> None:
        self.accept()
        hello = self._record()[1]
        version = int.from_bytes(hello[4:6], "big")
        client_random, server_random = hello[6:38], bytes(range(32))
        der = self.certificates.der("server").read_bytes()
        chain = len(der).to_bytes(3, "big") + der
        flight = (_message(SERVER_HELLO, struct.pack(">H", version) + server_random + b"\x00" +
                           SUITE + b"\x00") +
                  _message(CERTIFICATE, len(chain).to_bytes(3, "big") + chain) +
                  _message(SERVER_HELLO_DONE, b""))
        self._send(HANDSHAKE, version, flight)
        premaster = _openssl("pkeyutl", "-decrypt", "-inkey",
                             str(self.certificates.key("server")), data=self._record()[1][6:])
        master = _prf(version, premaster, b"master secret" + client_random + server_random, 48)
        keys = _prf(version, master, b"key expansion" + server_random + client_random,
                    2 * (MAC_BYTES + 2 * BLOCK))
        while self._record()[0] != CHANGE_CIPHER_SPEC:
            pass
        self._record()  # the module's Finished: whatever it says
        self._send(CHANGE_CIPHER_SPEC, version, b"\x01")
        self._send(HANDSHAKE, version,
                   self._seal(version, keys, _message(FINISHED, bytes(12))))
        self.wait_for_end()

    def _seal(self, version: int, keys: bytes, message: bytes) -> bytes:
        """A record's body: MAC, padding, AES-128-CBC; with its own IV from TLS 1.1 on."""
        mac_key = keys[MAC_BYTES:2 * MAC_BYTES]
        key = keys[2 * MAC_BYTES + BLOCK:2 * MAC_BYTES + 2 * BLOCK]
        iv = keys[2 * MAC_BYTES + 3 * BLOCK:]
        head = struct.pack(">QBHH", 0, HANDSHAKE, version, len(message))
        text = message + hmac.digest(mac_key, head + message, hashlib.sha1)
        padding = BLOCK - 1 - len(text) % BLOCK
        sealed = _openssl("enc", "-aes-128-cbc", "-nopad", "-K", key.hex(), "-iv", iv.hex(),
                          data=text + bytes((padding,)) * (padding + 1))
        return sealed if version == 0x0301 else iv + sealed

    def _send(self, kind: int, version: int, body: bytes) -> None:
        self.send_raw(struct.pack(">BHH", kind, version, len(body)) + body)

    def _record(self) -> tuple[int, bytes]:
        """The next record: its type and its body."""
        deadline = time.monotonic() + ANSWER_DEADLINE
        while len(self._buffer) < 5 or len(self._buffer) < 5 + self._body_len():
            data = self.receive_raw(deadline)
            assert data, "the module sends no more"
            self._buffer += data
        kind, body = self._buffer[0], self._buffer[5:5 + self._body_len()]
        self._buffer = self._buffer[5 + len(body):]
        return kind, body

    def _body_len(self) -> int:
        return int.from_bytes(self._buffer[3:5], "big")
