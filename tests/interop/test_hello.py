"""What a module says first: no extension that its time did not know."""

from __future__ import annotations

import pytest

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2
from support.servers import Offer, RawPeer, parse_client_hello

from . import golden_hellos
from .observe import LogMark
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


# By model: what sends it; the empty line is for those that do from the start.
SENDS_NAME = {"le866": "AT#SSLSECCFG2=1,{},1", "m95": 'AT+QSSLCFG="sni",0,1', "l610": "",
              "nl668-cn-00": ""}
HINT = "the server was not told its name (SNI), which may be why: "
ADVICE = {"le866": "AT#SSLSECCFG2=<SSId>,<version>,1 sends it",
          "m95": 'AT+QSSLCFG="sni",<ctxindex>,1 sends it'}


def fail_by(host: Dialler, alert: int, name: str) -> tuple[str, str]:
    """The name that the server got, and the warning."""
    host.log = LogMark(host.modem)
    with RawPeer() as peer:
        host.dial(peer.port, name)
        peer.accept()
        offer = parse_client_hello(peer.client_hello())
        peer.send_raw(bytes((21, 3, 1, 0, 2, 2, alert)))
        peer.hang_up()
        host.failed()
    return offer.server_name, host.log.warnings()[-1]


@pytest.mark.parametrize("model", MAKERS)
def test_a_server_that_misses_its_name(model: str) -> None:
    """What servers with several names say: unrecognized_name, handshake_failure, access_denied,
    internal_error; 109 is another matter."""
    with dialler(model, TLS_1_2) as host:
        for alert in (112, 40, 49, 80, 109):
            name, warning = fail_by(host, alert, "localhost")
            hints = SENDS_NAME[model] != "" and alert != 109
            assert (name == "") is (SENDS_NAME[model] != "")
            assert (HINT in warning) is hints
            assert not hints or HINT + ADVICE[model] in warning
        assert HINT not in fail_by(host, 40, "127.0.0.1")[1]
        if SENDS_NAME[model]:
            host.driver.ok(SENDS_NAME[model].format(3))  # type: ignore[attr-defined]
            name, warning = fail_by(host, 112, "localhost")
            assert name == "localhost" and HINT not in warning


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


@pytest.mark.parametrize("model", golden_hellos.MODELS)
def test_each_says_what_it_has_always_said(model: str) -> None:
    """Byte for byte, but for what is random."""
    of_model = golden_hellos.kept(golden_hellos.library())[model]
    has = golden_hellos.has(model)
    assert [version for version in of_model if version in has] == has
    assert {version: golden_hellos.hello(model, version) for version in has} == {version: of_model[version] for version in has}
