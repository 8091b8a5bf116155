"""Every cipher suite of the L610 and of NL668 and M910, one by one, with gnutls-serv, which says
what it has agreed on.  Source: L610 SSL V1.0.0 §1.5.4; SSL V1.1.4 §1.5.4.
"""

from __future__ import annotations

import re

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import GnutlsServ

from .fibocom_driver import FibocomDriver
from .kept import Kept

# What the manuals call them, in GnuTLS's words: key exchange, cipher, MAC.
L610 = """ECDHE-RSA CHACHA20-POLY1305 AEAD, ECDHE-ECDSA CHACHA20-POLY1305 AEAD,
DHE-RSA CHACHA20-POLY1305 AEAD, ECDHE-ECDSA AES-256-GCM AEAD, ECDHE-RSA AES-256-GCM AEAD,
DHE-RSA AES-256-GCM AEAD, ECDHE-ECDSA AES-256-CCM AEAD, DHE-RSA AES-256-CCM AEAD,
ECDHE-ECDSA AES-256-CBC SHA384, ECDHE-RSA AES-256-CBC SHA384, DHE-RSA AES-256-CBC SHA256,
ECDHE-ECDSA AES-256-CBC SHA1, ECDHE-RSA AES-256-CBC SHA1, DHE-RSA AES-256-CBC SHA1,
ECDHE-ECDSA AES-256-CCM-8 AEAD, DHE-RSA AES-256-CCM-8 AEAD, ECDHE-ECDSA CAMELLIA-256-GCM AEAD,
ECDHE-RSA CAMELLIA-256-GCM AEAD, DHE-RSA CAMELLIA-256-GCM AEAD, ECDHE-ECDSA CAMELLIA-256-CBC SHA384,
ECDHE-RSA CAMELLIA-256-CBC SHA384, DHE-RSA CAMELLIA-256-CBC SHA256, DHE-RSA CAMELLIA-256-CBC SHA1,
ECDHE-ECDSA AES-128-GCM AEAD, ECDHE-RSA AES-128-GCM AEAD, DHE-RSA AES-128-GCM AEAD,
ECDHE-ECDSA AES-128-CCM AEAD, DHE-RSA AES-128-CCM AEAD, ECDHE-ECDSA AES-128-CBC SHA256,
ECDHE-RSA AES-128-CBC SHA256, DHE-RSA AES-128-CBC SHA256"""
NL668 = """DHE-RSA 3DES-CBC SHA1, DHE-RSA AES-128-CBC SHA1, RSA AES-128-CBC SHA1,
DHE-RSA AES-256-CBC SHA1, RSA AES-256-CBC SHA1, RSA 3DES-CBC SHA1, RSA AES-128-CBC SHA256,
RSA AES-256-CBC SHA256, DHE-RSA AES-128-CBC SHA256, DHE-RSA AES-256-CBC SHA256"""

# The only ones that are older than TLS 1.2.
OLD = re.compile(r"CBC SHA1$")

# Which product has a number: the groups of SSL V1.1.4 §1.5.4.
GROUP_A, GROUP_B = range(1, 7), range(7, 11)

EVERYTHING = (
    "NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+RSA:+DHE-RSA:+ECDHE-RSA:+ECDHE-ECDSA:"
    "+3DES-CBC:+AES-128-CBC:+AES-256-CBC:+AES-128-GCM:+AES-256-GCM:+AES-128-CCM:+AES-256-CCM:"
    "+AES-256-CCM-8:+CAMELLIA-256-CBC:+CAMELLIA-256-GCM:+CHACHA20-POLY1305:+SHA1:+SHA256:+SHA384:"
    "+AEAD:+SIGN-ALL:+GROUP-ALL:+COMP-NULL:+CTYPE-X509")


def rows(text: str) -> list[str]:
    return [" ".join(row.split()) for row in text.split(",")]


@pytest.fixture
def server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory,
           kept: Kept) -> GnutlsServ:
    """With an RSA and an ECDSA certificate."""
    def make_server() -> GnutlsServ:
        folder = tmp_path_factory.mktemp("gnutls")
        key, certificate = certificates.make_ecdsa(folder)
        return GnutlsServ(folder, certificates, mode="http", priority=EVERYTHING, extra=[
            "--x509keyfile", str(key), "--x509certfile", str(certificate)])
    return kept.get("server", make_server)


def agreed(host: FibocomDriver, server: GnutlsServ) -> str:
    """What the server says of the connection: version, key exchange, cipher, MAC."""
    host.open(server.port)
    host.send(b"GET / HTTP/1.0\r\n\r\n")
    page = host.receive_to_end().decode("latin-1")

    def cell(name: str) -> str:
        match = re.search(f"<TD>{name}:?</TD><TD>([^<]*)</TD>", page)
        assert match, page
        return match[1]

    return " ".join(cell(name) for name in ("Protocol version", "Key Exchange", "Cipher", "MAC"))


def prepare(model: Modem, certificates: Certificates) -> FibocomDriver:
    host = FibocomDriver(model).begin()
    host.load("TRUSTFILE", certificates.pem("ca").read_bytes())
    host.ok("AT+GTSSLMODE=1")
    return host


def try_all(host: FibocomDriver, server: GnutlsServ, suites: dict[int, str]) -> None:
    for number, suite in suites.items():
        host.ok(f"AT+GTSSLCIPHER={number},1")
        for version, name in ((4, "TLS1.2"), (3, "TLS1.1"), (2, "TLS1.0")):
            if version < 4 and not OLD.search(suite):
                continue
            host.ok(f"AT+GTSSLVER={version}")
            assert agreed(host, server) == f"{name} {suite}"
        host.ok(f"AT+GTSSLCIPHER={number},0")


def test_all_suites_of_the_l610(certificates: Certificates, server: GnutlsServ) -> None:
    suites = dict(enumerate(rows(L610), 1))
    assert len(suites) == 31
    with Modem("l610") as modem:
        host = prepare(modem, certificates)
        for number in range(1, 7):  # a fresh module's
            host.ok(f"AT+GTSSLCIPHER={number},0")
        try_all(host, server, suites)


@pytest.mark.parametrize(("model", "numbers"), [("nl668-cn-00", GROUP_A), ("nl668-la-00", GROUP_B)])
def test_all_suites_of_the_nl668(certificates: Certificates, server: GnutlsServ, model: str,
                                 numbers: range) -> None:
    suites = dict(enumerate(rows(NL668), 1))
    assert len(suites) == 10
    with Modem(model) as modem:
        host = prepare(modem, certificates)
        host.ok("AT+GTSSLCIPHER=255,0")
        try_all(host, server, {number: suites[number] for number in numbers})


def test_defaults_when_none_is_loaded(certificates: Certificates, server: GnutlsServ) -> None:
    """Both manuals: with none loaded the product's defaults count, here the first that the server
    has of them."""
    for model, expected in (("l610", rows(L610)), ("m910", rows(NL668)[0:3]),
                            ("nl668-am-01", rows(NL668)[1:4])):
        with Modem(model) as modem:
            host = prepare(modem, certificates)
            if model != "l610":
                host.ok("AT+GTSSLCIPHER=0,0")
            host.ok("AT+GTSSLVER=4")
            assert agreed(host, server).removeprefix("TLS1.2 ") in expected
