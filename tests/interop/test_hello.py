"""What a module says first: no extension that its time did not know."""

from __future__ import annotations

import pytest

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2
from support.servers import Offer, RawPeer, parse_client_hello

from .makers import MAKERS, Dialler, QuectelDialler, dialler, versions

SERVER_NAME, GROUPS, POINT_FORMATS, SIGNATURES, RECORD_LIMIT, RENEGOTIATION = (
    0, 10, 11, 13, 28, 0xff01)

# By RFC 3546, 4492, 5246, 8449, 5746.
YEARS = {SERVER_NAME: 2003, GROUPS: 2006, POINT_FORMATS: 2006, SIGNATURES: 2008,
         RECORD_LIMIT: 2018, RENEGOTIATION: 2010}
# Of the manuals.
ERAS = {"le866": 2015, "m95": 2014, "nl668-cn-00": 2019, "l610": 2020}


def hello(host: Dialler, name: str = "localhost") -> Offer:
    with RawPeer() as peer:
        host.dial(peer.port, name)
        peer.accept()
        offer = parse_client_hello(peer.client_hello())
        peer.hang_up()
        host.failed()
    return offer


@pytest.mark.parametrize(("model", "version"), [
    (model, version) for model in MAKERS
    for version in versions(SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2)])
def test_extensions(model: str, version: int) -> None:
    with dialler(model, version) as host:
        for name in ("localhost", "127.0.0.1"):
            offer = hello(host, name)
            young = {kind for kind in offer.extensions if YEARS[kind] > ERAS[model]}
            # GnuTLS sends the limit with any others that have to be there.
            needed = version == TLS_1_2 or offer.server_name != ""
            assert young <= ({RECORD_LIMIT} if needed else set())
            assert (offer.extensions != frozenset()) is needed
            assert GROUPS not in offer.extensions  # these lists have no curves


@pytest.mark.skipif(SSL_3_0 not in versions(SSL_3_0), reason="built without SSL 3.0")
def test_a_fallback_says_so() -> None:
    with dialler("m95", TLS_1_2) as host, RawPeer() as peer:
        assert isinstance(host, QuectelDialler)
        host.driver.ok('AT+QSSLCFG="sslversion",0,4')
        host.dial(peer.port)
        peer.accept()
        assert not parse_client_hello(peer.client_hello()).is_fallback
        peer.send_raw(bytes((21, 3, 1, 0, 2, 2, 70)))  # the alert protocol_version
        peer.hang_up()
        peer.accept()
        offer = parse_client_hello(peer.client_hello())
        assert offer.version == SSL_3_0 and offer.is_fallback
        peer.hang_up()
        host.failed()
