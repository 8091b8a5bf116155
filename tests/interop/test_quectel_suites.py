"""Every version, suite and seclevel of a Quectel, against servers of others.

A combination counts as spoken when the server names version and suite in its own words, and data
goes both ways.  Source: GSM_SSL_TCP_Application_Note V3.1 §1.1, §2.2.1; docs/facts/quectel.md §1.2.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path
from support.servers import GnutlsServ
from support.ssl3_server import Ssl3Server

from .kept import Kept
from .observe import LogMark
from .quectel_driver import FAILED, OCCUPIED, OPENED, QuectelDriver

SSL_3_0, TLS_1_0, TLS_1_1, TLS_1_2, ANY = range(5)  # sslversion
NAMES = {TLS_1_0: "TLS1.0", TLS_1_1: "TLS1.1", TLS_1_2: "TLS1.2"}
NONE, SERVER, BOTH = range(3)  # seclevel

# What gnutls-serv calls them: cipher, MAC.
SUITES = {"0X0035": "AES-256-CBC SHA1", "0X002F": "AES-128-CBC SHA1", "0X0005": "ARCFOUR-128 SHA1",
          "0X0004": "ARCFOUR-128 MD5", "0X000A": "3DES-CBC SHA1", "0X003D": "AES-256-CBC SHA256"}
ONLY_TLS_1_2 = {"0X003D"}

EVERYTHING = ("NONE:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0:+RSA:+ARCFOUR-128:+3DES-CBC:"
              "+AES-128-CBC:+AES-256-CBC:+MD5:+SHA1:+SHA256:+COMP-NULL:+SIGN-ALL:%COMPAT")
DEVICE = "CN=tlsmodem test device"

NEEDS_SSL_3_0 = pytest.mark.skipif("SSL3_SERVER" not in os.environ,
                                   reason="built without SSL 3.0 (scripts/fetch-mbedtls)")


@pytest.fixture
def host(certificates: Certificates, kept: Kept) -> QuectelDriver:
    """One modem for the whole file; certificates are stored, the clock is set."""
    @contextmanager
    def make_host() -> Iterator[QuectelDriver]:
        with Modem("m95", options=["--trace", "at"]) as modem:
            host = QuectelDriver(modem).begin()
            host.upload_all(certificates)
            yield host
    return kept.get("host", make_host)


@pytest.fixture
def ssl3(certificates: Certificates,
         tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ssl3Server]]:
    with ExitStack() as stack:
        def start(**options: str) -> Ssl3Server:
            folder = tmp_path_factory.mktemp("ssl3")
            return stack.enter_context(Ssl3Server(folder, certificates, **options))  # type: ignore
        yield start


def agreed(host: QuectelDriver, port: int, context: int = 0, *, client: str = "") -> str:
    """What gnutls-serv says of the connection: version, cipher, MAC.  `client`: whom it must have
    seen; nobody if empty."""
    host.open(0, context, port)
    assert host.try_send(0, b"GET / HTTP/1.0\r\n\r\n")
    page = host.receive_to_end(0).decode("latin-1")

    def cell(name: str) -> str:
        match = re.search(f"<TD>{name}:?</TD><TD>([^<]*)</TD>", page)
        assert match, page
        return match[1]

    subject = re.search(r"^\s*Subject: (.*)$", page, re.MULTILINE)
    assert (subject[1] if subject else "") == client, page
    return " ".join(cell(name) for name in ("Protocol version", "Cipher", "MAC"))


@pytest.mark.parametrize("seclevel", [NONE, SERVER, BOTH])
@pytest.mark.parametrize("version", NAMES)
def test_each_suite(host: QuectelDriver, gnutls: Callable[..., GnutlsServ], version: int,
                    seclevel: int) -> None:
    server = gnutls(priority=EVERYTHING, client_ca="ca" if seclevel == BOTH else None)
    for code, name in SUITES.items():
        if code in ONLY_TLS_1_2 and version != TLS_1_2:
            continue
        host.configure(0, version=version, suites=[code], seclevel=seclevel)
        assert agreed(host, server.port, client=DEVICE if seclevel == BOTH else "") \
            == f"{NAMES[version]} {name}"


@NEEDS_SSL_3_0
@pytest.mark.parametrize("seclevel", [NONE, SERVER, BOTH])
def test_each_suite_of_ssl_3_0(host: QuectelDriver, ssl3: Callable[..., Ssl3Server],
                               seclevel: int) -> None:
    server = ssl3(**({"client_ca": "ca"} if seclevel == BOTH else {}))
    for code in SUITES.keys() - ONLY_TLS_1_2:
        host.configure(1, version=SSL_3_0, suites=[code], seclevel=seclevel)
        host.open(1, 1, server.port)
        said = server.hear().split(" ", 5)
        assert said[:4] == ["version", "0300", "suite", code[2:].lower()]
        assert said[5] == (DEVICE if seclevel == BOTH else "nobody")
        assert host.try_send(1, b"from the module")
        server.expect(b"from the module")
        server.send(b"from the server")
        host.expect('+QSSLURC: "recv",0,1')
        assert host.receive(1) == b"from the server"
        host.close(1)
        assert server.hear() == "end: closed"


@NEEDS_SSL_3_0
def test_all_versions(host: QuectelDriver, gnutls: Callable[..., GnutlsServ],
                                       ssl3: Callable[..., Ssl3Server]) -> None:
    """sslversion 4 takes the newest that the server has: "ALL SUPPORT", down to SSL 3.0."""
    host.configure(0, version=ANY)
    for version, name in NAMES.items():
        only = EVERYTHING.replace("+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0", f"+VERS-{name}")
        assert agreed(host, gnutls(priority=only).port).startswith(name)
    assert agreed(host, gnutls(priority=EVERYTHING).port).startswith("TLS1.2")
    mark = LogMark(host.modem)
    server = ssl3()
    host.open(0, 0, server.port)
    assert server.hear().startswith("no agreement: ")
    assert server.hear().startswith("version 0300 ")
    host.close(0)
    warning, = mark.warnings()
    assert warning.endswith("dialled again with the oldest version alone")


def test_a_build_without_ssl3(certificates: Certificates, gnutls: Callable[..., GnutlsServ]) -> None:
    """sslversion 4 is then all that is left."""
    with Modem("m95", program=program_path("tlsmodem_without_ssl3",
                                           "TLSMODEM_WITHOUT_SSL3")) as modem:
        host = QuectelDriver(modem).begin()
        host.configure(0, version=ANY)
        assert agreed(host, gnutls(priority=EVERYTHING).port).startswith("TLS1.2")


def test_all_suites_and_lists(host: QuectelDriver, gnutls: Callable[..., GnutlsServ]) -> None:
    """0XFFFF gets on with a server that has one of the six; of a list the first counts."""
    host.configure(0, version=TLS_1_2)
    for name in SUITES.values():
        cipher, mac = name.split()
        only = f"NONE:+VERS-TLS1.2:+RSA:+{cipher}:+{mac}:+COMP-NULL:+SIGN-ALL:%COMPAT"
        assert agreed(host, gnutls(priority=only).port) == f"TLS1.2 {name}"
    server = gnutls(priority=EVERYTHING)
    host.configure(0, version=TLS_1_1, suites=["0X0004", "0X0005"])
    assert agreed(host, server.port).split(" ", 1)[1] in (SUITES["0X0004"], SUITES["0X0005"])


UNKNOWN_CA = "does not end at a stored CA certificate"
EXPIRED = "has expired"
NOT_YET = "is not valid yet"


@pytest.mark.parametrize(("certificate", "result", "reason"), [
    ("server_other_ca", FAILED, UNKNOWN_CA), ("server_expired", FAILED, EXPIRED),
    ("server_not_yet_valid", FAILED, NOT_YET), ("server_intermediate", OPENED, ""),
    ("server_wrong_name", OPENED, "")])
@pytest.mark.parametrize("seclevel", [NONE, SERVER])
def test_the_servers_certificate(host: QuectelDriver, gnutls: Callable[..., GnutlsServ],
                                 certificate: str, result: int, reason: str,
                                 seclevel: int) -> None:
    """seclevel 0 takes any; 1 asks for chain and dates, not for the name (fact ssl-check-host-preset)."""
    server = gnutls(priority=EVERYTHING, certificate=certificate)
    host.configure(0, version=TLS_1_1, seclevel=seclevel)
    mark = LogMark(host.modem)
    expected = result if seclevel == SERVER else OPENED
    host.open(0, 0, server.port, result=expected)
    if expected == OPENED:
        host.close(0)
    else:
        assert len(mark.warnings()) == 1
        assert reason in mark.warnings()[0]


def refused(host: QuectelDriver, port: int, reason: str) -> None:
    """-1, one line of the log, and the index is free again."""
    mark = LogMark(host.modem)
    host.open(3, 0, port, result=FAILED)
    warning, = mark.warnings()
    assert reason in warning
    host.fails("AT+QSSLSEND=3,1", "ERROR")
    host.fails("AT+QSSLCLOSE=3", "ERROR")


@pytest.mark.parametrize("version", NAMES)
def test_servers_that_do_not_fit(host: QuectelDriver, gnutls: Callable[..., GnutlsServ],
                                 version: int) -> None:
    """Another version only, another suite only, a client certificate that is not shown."""
    other = TLS_1_1 if version != TLS_1_1 else TLS_1_2
    all_versions = "+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0"
    host.configure(0, version=version, suites=["0X0035"])
    refused(host, gnutls(priority=EVERYTHING.replace(all_versions, f"+VERS-{NAMES[other]}")).port,
            "does not speak the selected protocol version")
    refused(host, gnutls(priority=EVERYTHING.replace(":+AES-256-CBC", "")).port,
            "shares no cipher suite with the module")
    demanding = gnutls(priority=EVERYTHING, client_ca="ca")
    for seclevel in (NONE, SERVER):
        host.configure(0, version=version, seclevel=seclevel)
        refused(host, demanding.port, "wants a client certificate and the module has none")


@NEEDS_SSL_3_0
def test_never_a_fallback(host: QuectelDriver, gnutls: Callable[..., GnutlsServ],
                          ssl3: Callable[..., Ssl3Server]) -> None:
    """A version that is named is spoken or none: SSL 3.0 does not climb, TLS does not fall."""
    host.configure(0, version=SSL_3_0)
    refused(host, gnutls(priority=EVERYTHING).port,
            "does not speak the selected protocol version")
    server = ssl3()
    for version in NAMES:
        host.configure(0, version=version)
        refused(host, server.port, "does not speak the selected protocol version")
        assert server.hear().startswith("no agreement: ")


def test_index_in_use(host: QuectelDriver, gnutls: Callable[..., GnutlsServ]) -> None:
    """-2, of a secure or a plain socket, and what is there goes on."""
    server = gnutls(priority=EVERYTHING)
    host.configure(0)
    host.open(2, 0, server.port)
    host.open(2, 0, server.port, result=OCCUPIED)
    host.fails(f'AT+QIOPEN=2,"TCP","127.0.0.1",{server.port}', "ALREADY CONNECT")
    host.fails("AT+QISEND=2,1", "ERROR")
    host.ok(f'AT+QIOPEN=4,"TCP","127.0.0.1",{server.port}')
    host.expect("4, CONNECT OK")
    host.open(4, 0, server.port, result=OCCUPIED)
    host.fails("AT+QSSLSEND=4,1", "ERROR")
    host.fails("AT+QICLOSE=4", "4, CLOSE OK")
    assert host.try_send(2, b"GET / HTTP/1.0\r\n\r\n")
    assert b"Protocol version" in host.receive_to_end(2)


def test_dates_by_the_modules_clock(host: QuectelDriver, gnutls: Callable[..., GnutlsServ]) -> None:
    """A module that was not told the time stands in 2004; "ignorertctime" helps."""
    server = gnutls(priority=EVERYTHING)
    host.configure(0, version=TLS_1_1, seclevel=SERVER)
    host.ok('AT+CCLK="04/01/01,00:00:10+00"')
    host.open(0, 0, server.port, result=FAILED)
    host.ok('AT+QSSLCFG="ignorertctime",1')
    host.open(0, 0, server.port)
    host.close(0)
    host.ok('AT+QSSLCFG="ignorertctime",0')
    host.ok('AT+CCLK="26/05/01,12:00:00+00"')


def test_later_settings(host: QuectelDriver, gnutls: Callable[..., GnutlsServ]) -> None:
    """ "checkhost" compares the name after all."""
    server = gnutls(priority=EVERYTHING, certificate="server_wrong_name")
    host.configure(2, version=TLS_1_1, seclevel=SERVER)
    host.ok('AT+QSSLCFG="checkhost",2,1')
    mark = LogMark(host.modem)
    host.open(0, 2, server.port, result=FAILED)
    assert "was issued for another name" in mark.warnings()[0]


def broken(certificates: Certificates, case: str) -> dict[str, bytes]:
    """Files that cannot be used, by what is wrong with them."""
    ca, cert = (certificates.pem(name).read_bytes() for name in ("ca", "client"))
    key = certificates.key("client").read_bytes()
    return {"no ca": {"client": cert, "key": key}, "no key": {"ca": ca, "client": cert},
            "bad ca": {"ca": b"no certificate", "client": cert, "key": key},
            "bad certificate": {"ca": ca, "client": b"none either", "key": key},
            "other key": {"ca": ca, "client": cert,
                          "key": certificates.key("server").read_bytes()}}[case]


@pytest.mark.parametrize(("case", "reason"), [
    ("no ca", 'needs a CA certificate, and "RAM:ca.pem" is not stored'),
    ("no key", 'needs a private key, and "RAM:key.pem" is not stored'),
    ("bad ca", "the stored CA certificate cannot be read"),
    ("bad certificate", "the stored client certificate cannot be read"),
    ("other key", "does not fit the client certificate")])
def test_the_modules_files(certificates: Certificates, gnutls: Callable[..., GnutlsServ],
                           case: str, reason: str) -> None:
    server = gnutls(priority=EVERYTHING, client_ca="ca")
    with Modem("m66") as modem:
        host = QuectelDriver(modem).begin()
        for name, data in broken(certificates, case).items():
            host.upload(f"RAM:{name}.pem", data)
        host.configure(0, version=TLS_1_1, seclevel=BOTH)
        mark = LogMark(modem)
        host.open(0, 0, server.port, result=FAILED)
        assert len(mark.warnings()) == 1
        assert reason in mark.warnings()[0]


def test_files_of_der(certificates: Certificates, gnutls: Callable[..., GnutlsServ]) -> None:
    server = gnutls(priority=EVERYTHING, client_ca="ca")
    with Modem("m85") as modem:
        host = QuectelDriver(modem).begin()
        host.upload("RAM:ca.pem", certificates.der("ca").read_bytes())
        host.upload("RAM:client.pem", certificates.der("client").read_bytes())
        host.upload("RAM:key.pem", certificates.key_der("client").read_bytes())
        host.configure(0, version=TLS_1_2, seclevel=BOTH)
        assert agreed(host, server.port, client=DEVICE).startswith("TLS1.2")


def test_nothing_of_a_key_is_on_disk(certificates: Certificates, tmp_path: Path) -> None:
    """NVRAM outlives a restart, and is encrypted."""
    key = certificates.key("client").read_bytes()
    with Modem("m10", state=tmp_path) as modem:
        QuectelDriver(modem).begin().upload("NVRAM:CK0", key)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert stored and key.splitlines()[3] not in stored
    with Modem("m10", state=tmp_path) as modem:
        host = QuectelDriver(modem).begin()
        assert re.fullmatch(r"\+QSECREAD: 1,[0-9a-f]+", host.query('AT+QSECREAD="NVRAM:CK0"'))
