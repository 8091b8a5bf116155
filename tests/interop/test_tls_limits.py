"""What no server may do to a module, whichever maker's and whichever version of the protocol: agree on
a group of Diffie and Hellman that is broken in minutes (https://weakdh.org), send records that are
too long (RFC 5246, 6.2.1), or talk without end in a handshake.
"""

from __future__ import annotations

import pytest

from support.bare_server import (CERTIFICATE, DECODE_ERROR, HANDSHAKE, HANDSHAKE_FAILURE,
                                 ILLEGAL_PARAMETER, OAKLEY_2, RECORD_MAX, RECORD_OVERFLOW,
                                 SSL_3_0, TLS_1_0, TLS_1_2, BareServer, message)
from support.certs import Certificates

from .fibocom_driver import FibocomDriver
from .makers import MAKERS, dialler, versions
from .observe import MemoryMark, wait_until

# Safe primes of 512 and of 1023 bits, as `openssl dhparam` makes them.
PRIMES = {bits: int(text.replace("\n", "").replace(" ", ""), 16) for bits, text in {
    512: """9a3e31791b6c70ae8d7605b5f67a54f196892268265d08f125ef90c32d23b274cfe217c9e109d0e43901fa
                3f41d5d1f68ac01cd110da16f2d2e3b2713e141af7""",
    1023: """76200c0cdedfaea0df346c047ae0a4f1ecc5abc7dea5fb7885e77d3a5fb300b64b4a182d7e8c76bc6b7690
                20b200ba8ee641e64c68baa84c750c7ac47d1f80501a366df7ed79bf96839c6e9ae962972f10a248eb8201
                 dfc25cdc06a9ee343ebfe340b074f44478e1a8e913438c3d567574e1205a249b1647317956f9d08e87af""",
}.items()}

# The others' suites have no Diffie and Hellman.  NL668: 40, a handshake failure.
GROUPS = [(model, version) for model in ("l610", "nl668-cn-00")
          for version in versions(SSL_3_0, TLS_1_0, TLS_1_2)]
CODES = {"l610": -7, "nl668-cn-00": 40}


@pytest.mark.parametrize("bits", [512, 1023])
@pytest.mark.parametrize(("model", "version"), GROUPS)
def test_a_small_group_is_refused(certificates: Certificates, model: str, version: int,
                                  bits: int) -> None:
    with BareServer(certificates, prime=PRIMES[bits]) as server, dialler(model, version) as host:
        host.dial(server.port)
        server.hello()
        server.send_flight()
        assert server.alert() == (ILLEGAL_PARAMETER if version == SSL_3_0 else HANDSHAKE_FAILURE)
        host.failed()
        assert isinstance(host.driver, FibocomDriver)
        host.driver.reason(CODES[model])
        assert ("the server's Diffie-Hellman group is too small "
                f"({bits} bits, at least 1024)") in host.warning()


@pytest.mark.parametrize(("model", "version"), GROUPS)
def test_the_smallest_of_their_time_will_do(certificates: Certificates, model: str,
                                            version: int) -> None:
    with BareServer(certificates, prime=OAKLEY_2) as server, dialler(model, version) as host:
        host.dial(server.port)
        server.handshake()
        host.opened()
        server.send(b"hello")
        host.driver.expect("+MIPRTCP: 1,0," + b"hello".hex().upper())
        assert host.log.warnings() == []


ALL = pytest.mark.parametrize(("model", "version"), [
    (model, version) for model in MAKERS for version in versions(SSL_3_0, TLS_1_0, TLS_1_2)])


@ALL
def test_a_long_record_of_data_ends_the_session(certificates: Certificates, model: str,
                                                version: int) -> None:
    with BareServer(certificates) as server, dialler(model, version) as host:
        host.dial(server.port)
        server.handshake()
        host.opened()
        server.send(bytes(RECORD_MAX + 1))
        host.read()
        server.wait_for_end()
        wait_until(lambda: host.log.warnings() != [], "the log says nothing")
        assert "lost: a record is too long (" in host.log.warnings()[0]


@ALL
def test_a_long_record_ends_the_handshake(certificates: Certificates, model: str,
                                          version: int) -> None:
    with BareServer(certificates) as server, dialler(model, version) as host:
        host.dial(server.port)
        server.hello()
        server.send_message(server.server_hello())
        server.send(bytes(RECORD_MAX + 1), HANDSHAKE)
        if version > SSL_3_0:  # which has no such alert
            assert server.alert() == RECORD_OVERFLOW
        host.failed()
        assert "a record is too long (16385 bytes)" in host.warning()


@pytest.mark.parametrize("model", MAKERS)
def test_a_chain_of_100_kb_is_taken(certificates: Certificates, model: str) -> None:
    """Where nobody verifies it; in records as long as they may be."""
    with BareServer(certificates) as server, dialler(model, TLS_1_0) as host:
        host.dial(server.port)
        server.hello()
        server.send_message(server.server_hello())
        certificate = server.certificate_message()
        certificate = server.certificate_message(repeated=100_000 // len(certificate))
        for at in range(0, len(certificate), RECORD_MAX):
            server.send_message(certificate[at:at + RECORD_MAX])
        for part in server.rest_of_flight():
            server.send_message(part)
        server.finish()
        host.opened()
        assert host.log.warnings() == []


@ALL
def test_a_handshake_without_end(certificates: Certificates, model: str, version: int) -> None:
    """A message of 16 MB: it is not waited for, and costs no memory, again and again."""
    with BareServer(certificates) as server, dialler(model, version) as host:
        for _ in range(3):
            memory = MemoryMark(host.modem)
            host.dial(server.port)
            server.hello()
            server.send_message(server.server_hello())
            talk(server, message(CERTIFICATE, bytes((1 << 24) - 1)))
            if version > SSL_3_0:
                assert server.alert() == DECODE_ERROR
            host.failed()
            memory.check()
            assert len(host.log.warnings()) == 1  # what repeats is counted
        if version > SSL_3_0:
            assert "its handshake is longer than 132096 bytes" in host.log.warnings()[-1]


def talk(server: BareServer, text: bytes) -> None:
    """All of it, unless the module resets the connection; what it does not want it forgets."""
    try:
        for at in range(0, len(text), RECORD_MAX):
            server.send(text[at:at + RECORD_MAX], HANDSHAKE)
    except OSError:
        pass
