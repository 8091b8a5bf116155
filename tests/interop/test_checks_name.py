"""A certificate that is for another name than the one that was dialled: which module compares what, and
what its log says where it does not.

Source: 1vv0300989 r12 §4.4, §5.4 and GSM_SSL_TCP_Application_Note V3.1 §3 verify servers that they
dial by address, and have no word on names; SSL V1.1.4 §1.3.4 has the code 153, host mismatch, and
its example 4 verifies a server that it dials by address.
"""

from __future__ import annotations

import pytest

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_2, BareServer
from support.certs import Certificates

from .makers import MAKERS, Dialler, FibocomDialler, QuectelDialler, dialler, versions

NAME, ADDRESS = "localhost", "127.0.0.1"


def dial(host: Dialler, certificates: Certificates, dialled: str, *, opens: bool) -> str:
    """The one warning."""
    with BareServer(certificates, key=certificates.key("server_wrong_name"), chain=[
            certificates.der("server_wrong_name").read_bytes()]) as server:
        host.verify(certificates.pem("ca").read_bytes())
        host.dial(server.port, dialled)
        if opens:
            server.handshake()
            host.opened()
            server.hang_up()
            host.ended()
        else:
            server.hello()
            server.send_flight()
            host.failed()
        return host.warning()


@pytest.mark.parametrize("dialled", [NAME, ADDRESS])
@pytest.mark.parametrize(("model", "version"), [
    (model, version) for model in MAKERS for version in versions(SSL_3_0, TLS_1_0, TLS_1_2)])
def test_another_name(certificates: Certificates, model: str, version: int, dialled: str) -> None:
    refused = model.startswith("nl668") and dialled == NAME
    with dialler(model, version) as host:
        warning = dial(host, certificates, dialled, opens=not refused)
        assert "for elsewhere.test" in warning
        assert ("the module does not compare " in warning) is not refused
        if isinstance(host, FibocomDialler):
            host.driver.reason(153 if refused else 0)


@pytest.mark.parametrize("dialled", [NAME, ADDRESS])
@pytest.mark.parametrize("version", versions(SSL_3_0, TLS_1_2))
def test_a_quectel_that_is_told_to_compare(certificates: Certificates, version: int,
                                           dialled: str) -> None:
    with dialler("m95", version) as host:
        assert isinstance(host, QuectelDialler)
        host.driver.ok('AT+QSSLCFG="checkhost",0,1')
        warning = dial(host, certificates, dialled, opens=False)
        assert "was issued for another name (it is for elsewhere.test)" in warning
