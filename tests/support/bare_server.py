"""A TLS server made by hand, for what no library lets a server do: groups and records of any size,
messages that never end, a stream that is cut at any byte.  SSL 3.0 to TLS 1.2, with AES in CBC and
SHA-1, by RSA or by Diffie and Hellman (RFC 6101, 2246, 4346 and 5246); the `openssl` program does
the RSA and the AES.

    with BareServer(certificates) as server:
        ...                     # the module dials
        server.handshake()
        server.send(b"data")
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from .certs import Certificates
from .patience import ANSWER_S
from .servers import PeerError, RawPeer, parse_client_hello

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE, FINISHED = 2, 11, 12, 14, 20
WARNING, FATAL = 1, 2
CLOSE_NOTIFY, RECORD_OVERFLOW, HANDSHAKE_FAILURE = 0, 22, 40
ILLEGAL_PARAMETER, DECODE_ERROR = 47, 50

SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2 = 0x0300, 0x0301, 0x0302, 0x0303

# TLS_RSA_WITH_AES_… and TLS_DHE_RSA_WITH_AES_…_CBC_SHA: the length of the key in bytes.
RSA_SUITES = {0x002f: 16, 0x0035: 32}
DHE_SUITES = {0x0033: 16, 0x0039: 32}

# The second group of RFC 2409, 1024 bits; its generator is 2, as that of all groups here.
OAKLEY_2 = int("""
    FFFFFFFF FFFFFFFF C90FDAA2 2168C234 C4C6628B 80DC1CD1 29024E08 8A67CC74 020BBEA6 3B139B22
    514A0879 8E3404DD EF9519B3 CD3A431B 302B0A6D F25F1437 4FE1356D 6D51C245 E485B576 625E7EC6
    F44C42E9 A637ED6B 0BFF5CB6 F406B7ED EE386BFB 5A899FA5 AE9F2411 7C4B1FE6 49286651 ECE65381
    FFFFFFFF FFFFFFFF""".replace(" ", "").replace("\n", ""), 16)

RECORD_MAX = 1 << 14  # bytes of plaintext (RFC 5246, 6.2.1)

MAC_BYTES, BLOCK = 20, 16
SERVER_RANDOM = bytes(range(32))


def openssl(*arguments: str, data: bytes) -> bytes:
    return subprocess.run(["openssl", *arguments], input=data, capture_output=True,
                          check=True).stdout


def message(kind: int, body: bytes) -> bytes:
    """A handshake message."""
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


def record(kind: int, version: int, body: bytes) -> bytes:
    return struct.pack(">BHH", kind, version, len(body)) + body


def _p_hash(name: str, secret: bytes, seed: bytes, count: int) -> bytes:
    out, a = b"", seed
    while len(out) < count:
        a = hmac.digest(secret, a, name)
        out += hmac.digest(secret, a + seed, name)
    return out[:count]


def _expand(version: int, secret: bytes, label: bytes, seed: bytes, count: int) -> bytes:
    """The pseudo-random function; SSL 3.0 has one without labels."""
    if version == SSL_3_0:
        return b"".join(
            hashlib.md5(secret + hashlib.sha1(bytes((65 + i,)) * (i + 1) + secret + seed)
                        .digest()).digest() for i in range((count + 15) // 16))[:count]
    if version >= TLS_1_2:
        return _p_hash("sha256", secret, label + seed, count)
    half = (len(secret) + 1) // 2
    pair = zip(_p_hash("md5", secret[:half], label + seed, count),
               _p_hash("sha1", secret[-half:], label + seed, count))
    return bytes(a ^ b for a, b in pair)


def _finished(version: int, master: bytes, said: bytes) -> bytes:
    """The verify_data of a server, about all messages of the handshake."""
    if version == SSL_3_0:
        parts = b""
        for name, padding in (("md5", 48), ("sha1", 40)):
            inner = hashlib.new(name, said + b"SRVR" + master + b"\x36" * padding).digest()
            parts += hashlib.new(name, master + b"\x5c" * padding + inner).digest()
        return parts
    digest = (hashlib.sha256(said).digest() if version >= TLS_1_2 else
              hashlib.md5(said).digest() + hashlib.sha1(said).digest())
    return _expand(version, master, b"server finished", digest, 12)


def aes(key: bytes, iv: bytes, data: bytes, *, decrypt: bool = False) -> bytes:
    """In CBC, without padding."""
    return openssl("enc", *(["-d"] if decrypt else []), f"-aes-{8 * len(key)}-cbc", "-nopad",
                   "-K", key.hex(), "-iv", iv.hex(), data=data)


class Sealer:
    """What protects the server's records: MAC, padding, AES in CBC."""

    def __init__(self, version: int, mac_key: bytes, key: bytes, iv: bytes) -> None:
        self._version = version
        self._mac_key, self._key, self._iv = mac_key, key, iv
        self._number = 0

    def seal(self, kind: int, data: bytes) -> bytes:
        text = data + self._mac(kind, data)
        padding = BLOCK - 1 - len(text) % BLOCK
        sealed = aes(self._key, self._iv, text + bytes((padding,)) * (padding + 1))
        self._number += 1
        if self._version >= TLS_1_1:
            return self._iv + sealed  # each record has its own; the same will do
        self._iv = sealed[-BLOCK:]
        return sealed

    def _mac(self, kind: int, data: bytes) -> bytes:
        if self._version == SSL_3_0:
            head = struct.pack(">QBH", self._number, kind, len(data))
            inner = hashlib.sha1(self._mac_key + b"\x36" * 40 + head + data).digest()
            return hashlib.sha1(self._mac_key + b"\x5c" * 40 + inner).digest()
        head = struct.pack(">QBHH", self._number, kind, self._version, len(data))
        return hmac.digest(self._mac_key, head + data, "sha1")


class BareServer(RawPeer):
    """Answers the dial of a module as far as the test wants."""

    def __init__(self, certificates: Certificates, *, prime: int | None = None,
                 key: Path | None = None, chain: Sequence[bytes] = ()) -> None:
        """`prime`: of the group; None: RSA where the module offers that, else OAKLEY_2.  `key` and
        `chain`, in DER: another server's than our usual one's."""
        super().__init__()
        self.key = key or certificates.key("server")
        self.chain = list(chain) or [certificates.der("server").read_bytes()]
        self.prime = prime
        self.version = self.suite = 0  # as the module offers them
        self._buffer = self._said = self._client_random = b""
        self._sealer: Sealer | None = None
        self._secret = secrets.randbits(160) | 1

    # Steps

    def hello(self) -> None:
        """Takes the connection and the ClientHello."""
        self.accept()
        self._buffer = self._said = b""
        self._sealer = None
        kind, hello = self._record()
        offer = parse_client_hello(record(kind, 0, hello))
        self.version = offer.version
        self.suite = self._choose(offer.suites)
        self._said = hello
        self._client_random = hello[6:38]

    def send_flight(self) -> None:
        """All that the server says before the module answers."""
        for part in [self.server_hello(), self.certificate_message(), *self.rest_of_flight()]:
            self.send_message(part)

    def finish(self, verify_data: bytes | None = None) -> None:
        """The module's answer, and ours to it; with another `verify_data` a wrong one."""
        premaster = self._premaster(self._next_message())
        randoms = self._client_random + SERVER_RANDOM
        master = _expand(self.version, premaster, b"master secret", randoms, 48)
        key_len = {**RSA_SUITES, **DHE_SUITES}[self.suite]
        block = _expand(self.version, master, b"key expansion", SERVER_RANDOM + self._client_random,
                        2 * (MAC_BYTES + key_len + BLOCK))
        keys, ivs = block[2 * MAC_BYTES:-2 * BLOCK], block[-2 * BLOCK:]
        while (kind := self._record()[0]) != CHANGE_CIPHER_SPEC:
            assert kind == HANDSHAKE, kind
        self._said += self._open(keys[:key_len], ivs[:BLOCK], self._record()[1])
        self.send_raw(record(CHANGE_CIPHER_SPEC, self.version, b"\x01"))
        self._sealer = Sealer(self.version, block[MAC_BYTES:2 * MAC_BYTES], keys[key_len:],
                              ivs[BLOCK:])
        self.send_message(message(
            FINISHED, verify_data or _finished(self.version, master, self._said)))

    def handshake(self) -> None:
        self.hello()
        self.send_flight()
        self.finish()

    def send(self, data: bytes, kind: int = DATA) -> None:
        """One record, however long."""
        self.send_raw(self.protected(data, kind))

    def send_message(self, handshake_message: bytes) -> None:
        """A message of the handshake, in one record."""
        self._said += handshake_message
        self.send(handshake_message, HANDSHAKE)

    def alert(self) -> int:
        """The number of the fatal alert in clear that the module sends next; its answers to what
        we said before are passed over."""
        while (got := self._record())[0] != ALERT:
            pass
        level, number = got[1]
        assert level == FATAL, got
        return number

    # What can be sent

    def protected(self, data: bytes, kind: int = DATA) -> bytes:
        """The record as it is on the wire; in clear before the handshake is over."""
        body = data if self._sealer is None else self._sealer.seal(kind, data)
        return record(kind, self.version, body)

    def server_hello(self) -> bytes:
        return message(SERVER_HELLO, struct.pack(">H32sBHB", self.version, SERVER_RANDOM, 0,
                                                 self.suite, 0))

    def certificate_message(self, repeated: int = 1) -> bytes:
        """Our chain, and behind it as often again as is wanted."""
        chain = b"".join(len(der).to_bytes(3, "big") + der for der in self.chain) * repeated
        return message(CERTIFICATE, len(chain).to_bytes(3, "big") + chain)

    def rest_of_flight(self) -> list[bytes]:
        """The messages behind the certificate."""
        exchange = [self._key_exchange()] if self.suite in DHE_SUITES else []
        return [*exchange, message(SERVER_HELLO_DONE, b"")]

    def _choose(self, offered: Sequence[int]) -> int:
        kinds = [DHE_SUITES] if self.prime is not None else [RSA_SUITES, DHE_SUITES]
        known = [suite for kind in kinds for suite in kind if suite in offered]
        if not known:
            raise PeerError(f"nothing of what the module offers is known here: {offered}")
        return known[0]

    def _key_exchange(self) -> bytes:
        size = (self._group.bit_length() + 7) // 8
        parameters = b"".join(struct.pack(">H", len(part)) + part for part in (
            self._group.to_bytes(size, "big"), b"\x02",
            pow(2, self._secret, self._group).to_bytes(size, "big")))
        signature = self._sign(self._client_random + SERVER_RANDOM + parameters)
        return message(SERVER_KEY_EXCHANGE, parameters + signature)

    @property
    def _group(self) -> int:
        return self.prime or OAKLEY_2

    def _sign(self, data: bytes) -> bytes:
        key = str(self.key)
        if self.version >= TLS_1_2:
            head, signed = b"\x04\x01", openssl("dgst", "-sha256", "-sign", key, data=data)
        else:
            head, signed = b"", openssl("pkeyutl", "-sign", "-inkey", key, data=hashlib.md5(
                data).digest() + hashlib.sha1(data).digest())
        return head + struct.pack(">H", len(signed)) + signed

    # What comes

    def _premaster(self, exchange: bytes) -> bytes:
        body = exchange[4:]
        if self.suite in DHE_SUITES:
            shared = pow(int.from_bytes(body[2:], "big"), self._secret, self._group)
            return shared.to_bytes((shared.bit_length() + 7) // 8, "big")
        if self.version > SSL_3_0:
            body = body[2:]  # its length
        return openssl("pkeyutl", "-decrypt", "-inkey", str(self.key), data=body)

    def _open(self, key: bytes, iv: bytes, body: bytes) -> bytes:
        """The module's Finished, for ours to tell of."""
        if self.version >= TLS_1_1:
            iv, body = body[:BLOCK], body[BLOCK:]
        text = aes(key, iv, body, decrypt=True)
        return text[:4 + int.from_bytes(text[1:4], "big")]

    def _next_message(self) -> bytes:
        kind, body = self._record()
        if kind != HANDSHAKE:
            raise PeerError(f"a record of type {kind} comes from the module: {body!r}")
        self._said += body
        return body

    def _record(self) -> tuple[int, bytes]:
        """The next record: its type and its body."""
        deadline = time.monotonic() + ANSWER_S
        while len(self._buffer) < 5 or len(self._buffer) < 5 + self._body_len():
            data = self.receive_raw(deadline)
            if not data:
                raise PeerError("the module sends no more")
            self._buffer += data
        kind, body = self._buffer[0], self._buffer[5:5 + self._body_len()]
        self._buffer = self._buffer[5 + len(body):]
        return kind, body

    def _body_len(self) -> int:
        return int.from_bytes(self._buffer[3:5], "big")
