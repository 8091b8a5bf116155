"""Who is believed and who is not: certificates, names, dates and keys.

What is wrong must come out three ways: the host reads the module's error in the format that it
chose with +CMEE, the operator reads one warning that names the reason, and the module goes on.
Source: Telit 1vv0300989 r12 §4.2 to §4.4, §7.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem
from support.servers import GnutlsServ, Nginx, OpensslServer, Peer

from .driver import CA, CERTIFICATE, DELETE, KEY, READ, STORE_RAM, CRLF, Driver, final
from .observe import LogMark

WORDS = {837: "SSL certs and keys wrong or not stored", 839: "SSL error during handshake"}

UNKNOWN_CA = "the server's certificate chain does not end at a stored CA certificate"
EXPIRED = "a certificate of the server's chain has expired"
NOT_YET_VALID = "a certificate of the server's chain is not valid yet"
OWN_CA = "the stored CA certificate cannot be read"
OWN_CERTIFICATE = "the stored client certificate cannot be read"
OWN_KEY = "the stored private key cannot be read or does not fit the client certificate"
CLIENT_WANTED = "the server wants a client certificate and the module has none"
ALERT = "the server sent a fatal alert"
NO_CA = "need a CA certificate, DataType 1 of #SSLSECDATA: none is stored"
NO_CERTIFICATE = "needs a client certificate, DataType 0 of #SSLSECDATA: none is stored"
NO_KEY = "needs a private key, DataType 2 of #SSLSECDATA: none is stored"

FULL_VERIFY, MUTUAL = 1, 2

IN_2049, IN_2010 = '"49/01/01,00:00:00+00"', '"10/06/01,00:00:00+00"'  # see certs.py for dates


@pytest.fixture
def enabled(driver: Driver) -> Driver:
    """Server authentication with the right CA stored."""
    driver.enable()
    return driver


def expect_failure(driver: Driver, dial: str, number: int, reason: str) -> None:
    """The dial fails: the same error in its three formats, a warning each, and life goes on."""
    for cmee, result in ((0, "ERROR"), (1, f"+CME ERROR: {number}"),
                         (2, f"+CME ERROR: {WORDS[number]}")):
        driver.ok(f"AT+CMEE={cmee}")
        mark = LogMark(driver.modem)
        driver.fails(dial, result)
        warnings = mark.warnings()
        assert len(warnings) == 1, mark.text()
        assert reason in warnings[0]
        driver.is_ready()
    driver.status("1")
    driver.ok("AT+CMEE=1")


def expect_success(driver: Driver, port: int, host: str = "localhost") -> None:
    mark = LogMark(driver.modem)
    driver.dial(port, host)
    driver.status("2,5")
    driver.hang_up()
    assert mark.warnings() == []


# The server's certificate


@dataclass(frozen=True)
class Case:
    """A server's certificate, the CA that the module has, the name it dials, and what is wrong."""

    name: str
    certificate: str
    reason: str
    ca: str = "ca"
    host: str = "localhost"
    clock: str = ""


REFUSED = [
    Case("issued by another CA", "server_other_ca", f"{UNKNOWN_CA} (its last issuer is CN="),
    Case("the module has another CA", "server", UNKNOWN_CA, ca="other_ca"),
    Case("expired", "server_expired", f"{EXPIRED} (CN=localhost ended "),
    Case("expired by the module's clock", "server", EXPIRED, clock=IN_2049),
    Case("expired CA", "server_expired_ca", f"{EXPIRED} (stored CA CN=", ca="expired_ca"),
    Case("not yet valid", "server_not_yet_valid", f"{NOT_YET_VALID} (CN=localhost begins "),
    Case("not yet valid by the module's clock", "server", NOT_YET_VALID, clock=IN_2010),
    Case("chain without its end", "server_intermediate", UNKNOWN_CA, ca="other_ca"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_server_is_refused(enabled: Driver, certificates: Certificates,
                           nginx: Callable[..., Nginx], case: Case) -> None:
    server = nginx(certificate=case.certificate)
    enabled.secure(auth=FULL_VERIFY)
    enabled.store_all(certificates, ca=case.ca)
    if case.clock:
        enabled.ok(f"AT+CCLK={case.clock}")
    expect_failure(enabled, enabled.dial_line(server.port, case.host), 839, case.reason)
    # With auth_mode 0 the same server will do: nothing else was wrong with it.
    enabled.secure(auth=0)
    expect_success(enabled, server.port, case.host)


@pytest.mark.parametrize(("certificate", "host", "ca"), [
    ("server", "localhost", "ca"),
    ("server", "LocalHost", "ca"),
    ("server", "127.0.0.1", "ca"),
    ("server", "::1", "ca"),
    ("server", "[::1]", "ca"),
    ("server_intermediate", "localhost", "ca"),
    ("server_other_ca", "localhost", "other_ca"),
])
def test_server_is_accepted(enabled: Driver, certificates: Certificates,
                            nginx: Callable[..., Nginx], certificate: str, host: str,
                            ca: str) -> None:
    enabled.secure(auth=FULL_VERIFY)
    enabled.store_all(certificates, ca=ca)
    expect_success(enabled, nginx(certificate=certificate).port, host)


def test_the_clock_can_be_moved_there_and_back(enabled: Driver, certificates: Certificates,
                                               nginx: Callable[..., Nginx]) -> None:
    """Dates are judged by the module's clock, which the host sets (r6 §3.3.1)."""
    server = nginx()
    today = enabled.query("AT+CCLK?").removeprefix("+CCLK: ")
    enabled.secure(auth=FULL_VERIFY)
    enabled.store_all(certificates)
    for clock, reason in ((IN_2049, EXPIRED), (IN_2010, NOT_YET_VALID)):
        enabled.ok(f"AT+CCLK={clock}")
        expect_failure(enabled, enabled.dial_line(server.port), 839, reason)
        enabled.ok(f"AT+CCLK={today}")
        expect_success(enabled, server.port)


def test_a_chain_without_its_intermediate(enabled: Driver, certificates: Certificates,
                                          tmp_path: Path) -> None:
    """The server must send the intermediate; the module has the root only.  Unless the host has
    stored the intermediate itself as the one to trust."""
    folder = tmp_path / "certificates"
    shutil.copytree(certificates.folder, folder)
    bare = Certificates(folder)
    bare.chain("server_intermediate").write_bytes(bare.pem("server_intermediate").read_bytes())
    enabled.secure(auth=FULL_VERIFY)
    enabled.store_all(certificates)
    with Nginx(tmp_path, bare, certificate="server_intermediate") as server:
        expect_failure(enabled, enabled.dial_line(server.port), 839, UNKNOWN_CA)
        enabled.store_all(certificates, ca="intermediate")
        expect_success(enabled, server.port)


# What the module has stored


GARBAGE = b"this is no certificate and no key\n"
HALF = slice(0, 400)


@dataclass(frozen=True)
class Stored:
    """Security data that cannot do: a file's name, or bytes; None is nothing."""

    name: str
    reason: str
    auth: int = MUTUAL
    ca: str | bytes | None = "ca"
    certificate: str | bytes | None = "client"
    key: str | bytes | None = "client"


UNUSABLE = [
    Stored("no CA", NO_CA, auth=FULL_VERIFY, ca=None),
    Stored("no CA, client's data is there", NO_CA, ca=None),
    Stored("no client certificate", NO_CERTIFICATE, certificate=None),
    Stored("no key", NO_KEY, key=None),
    Stored("garbage CA", OWN_CA, auth=FULL_VERIFY, ca=GARBAGE),
    Stored("half a CA", OWN_CA, auth=FULL_VERIFY, ca=b"half ca"),
    Stored("a key for a CA", OWN_CA, auth=FULL_VERIFY, ca=b"key ca"),
    Stored("garbage client certificate", OWN_CERTIFICATE, certificate=GARBAGE),
    Stored("garbage key", OWN_KEY, key=GARBAGE),
    Stored("another one's key", OWN_KEY, key="server"),
    Stored("a key in PKCS #8", "it is none after PKCS #1", key=b"pkcs8 client"),
    Stored("a certificate for a key", OWN_KEY, key=b"certificate client"),
]


def pem_bytes(certificates: Certificates, kind: int, what: str | bytes) -> bytes:
    """The bytes of a case: a name, or one of the odd ones."""
    odd = {b"half ca": lambda: certificates.pem("ca").read_bytes()[HALF],
           b"key ca": lambda: certificates.key("ca").read_bytes(),
           b"certificate client": lambda: certificates.pem("client").read_bytes(),
           b"pkcs8 client": lambda: certificates.pkcs8("client")}
    if isinstance(what, bytes):
        return odd[what]() if what in odd else what
    return (certificates.key if kind == KEY else certificates.pem)(what).read_bytes()


@pytest.mark.parametrize("case", UNUSABLE, ids=lambda case: case.name)
def test_stored_data_cannot_be_used(enabled: Driver, certificates: Certificates,
                                    case: Stored) -> None:
    """837, and nobody was called: the module looks at what it has before it dials."""
    enabled.secure(auth=case.auth)
    for kind, what in ((CA, case.ca), (CERTIFICATE, case.certificate), (KEY, case.key)):
        if what is not None:
            enabled.store(kind, pem_bytes(certificates, kind, what))
    with Peer(certificates) as peer:
        expect_failure(enabled, enabled.dial_line(peer.port), 837, case.reason)
        assert not peer.is_called()


def test_auth_mode_0_needs_nothing(enabled: Driver, nginx: Callable[..., Nginx]) -> None:
    expect_success(enabled, nginx().port)


# The module shows its own certificate


@pytest.mark.parametrize("make", [
    lambda folder, certs: OpensslServer(folder, certs, client_ca="ca"),
    lambda folder, certs: GnutlsServ(folder, certs, client_ca="ca"),
], ids=["openssl", "gnutls"])
def test_server_wants_a_client_certificate(
        enabled: Driver, certificates: Certificates, tmp_path: Path,
        make: Callable[[Path, Certificates], OpensslServer | GnutlsServ]) -> None:
    """auth_mode 1 has none to show; auth_mode 2 has one that it trusts, or one that it does not."""
    enabled.secure(auth=FULL_VERIFY)
    enabled.store_all(certificates, client="client")
    with make(tmp_path, certificates) as server:
        expect_failure(enabled, enabled.dial_line(server.port), 839, CLIENT_WANTED)
        enabled.secure(auth=MUTUAL)
        expect_success(enabled, server.port)
        enabled.store_all(certificates, client="client_other_ca")
        expect_failure(enabled, enabled.dial_line(server.port), 839, ALERT)


def test_server_that_does_not_ask_for_the_certificate(enabled: Driver, certificates: Certificates,
                                                      nginx: Callable[..., Nginx]) -> None:
    enabled.secure(auth=MUTUAL)
    enabled.store_all(certificates, client="client")
    expect_success(enabled, nginx().port)


def test_mutual_authentication_still_checks_the_server(enabled: Driver, certificates: Certificates,
                                                       nginx: Callable[..., Nginx]) -> None:
    """auth_mode 2 is 1 and more (r12 §4.2)."""
    enabled.secure(auth=MUTUAL)
    enabled.store_all(certificates, client="client")
    server = nginx(certificate="server_other_ca", client_ca="ca")
    expect_failure(enabled, enabled.dial_line(server.port), 839, UNKNOWN_CA)


# Formats and stores


def test_everything_as_der(enabled: Driver, certificates: Certificates, tmp_path: Path) -> None:
    """cert_format 0: complete after Size bytes, all of which are literal (r12 §4.3)."""
    enabled.ok(f"AT#SSLSECCFG=1,0,{MUTUAL},0")
    enabled.store(CERTIFICATE, certificates.der("client").read_bytes(), der=True)
    enabled.store(CA, certificates.der("ca").read_bytes(), der=True)
    enabled.store(KEY, certificates.key_der("client").read_bytes(), der=True)
    enabled.answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,1,1,1")
    with OpensslServer(tmp_path, certificates, client_ca="ca") as server:
        expect_success(enabled, server.port)


@pytest.mark.parametrize("model", ["gl865", "le910-v2", "le866"])
def test_only_platform_12_needs_pkcs_1(model: str, certificates: Certificates,
                                       tmp_path: Path) -> None:
    """r12 §4.3; that platform 12 does is a row of UNUSABLE."""
    with OpensslServer(tmp_path, certificates, client_ca="ca") as server, Modem(model) as modem:
        driver = Driver(modem).begin().attach().enable(3, MUTUAL, version=None)
        driver.store_all(certificates, client="client")
        driver.store(KEY, certificates.pkcs8("client"))
        driver.dial(server.port)
        driver.hang_up()


@pytest.mark.parametrize(("change", "said"), [
    (lambda pem: pem, ""),
    (lambda pem: pem.removesuffix(b"\n"), ""),
    (lambda pem: pem.replace(b"\n", b"\r\n"), "its lines end with CR"),
    (lambda pem: pem.replace(b"\n", b"\r"), "its lines end with CR"),
    (lambda pem: b"root of tests\n" + pem, "it does not begin with its line -----BEGIN"),
    (lambda pem: pem + b"\n\n", "something stands behind its line -----END"),
    (lambda pem: pem + b"the end", "something stands behind its line -----END"),
])
def test_pem_as_the_guide_wants_it(enabled: Driver, certificates: Certificates,
                                   nginx: Callable[..., Nginx], change: Callable[[bytes], bytes],
                                   said: str) -> None:
    """Only LF, nothing behind (r12 §4.3): what is not so works here, but the log says it."""
    enabled.secure(auth=FULL_VERIFY)
    mark = LogMark(enabled.modem)
    enabled.store(CA, change(certificates.pem("ca").read_bytes()))
    warnings = mark.warnings()
    assert len(warnings) == (1 if said else 0)
    assert said == "" or f"security data 1/1: {said}" in warnings[0]
    enabled.dial(nginx().port)
    enabled.hang_up()


@pytest.mark.parametrize("pkcs8", [False, True])
@pytest.mark.parametrize("model", ["gl865", "he910", "le910-v2", "le866"])
def test_keys_are_of_rsa(model: str, certificates: Certificates, tmp_path: Path, pkcs8: bool) -> None:
    """DataType 2 is an RSA private key, on every platform (r12 §4.3, r6 §3.3): what a module of the field
    cannot read fails here too."""
    key, certificate = certificates.make_ecdsa(tmp_path)
    data = key.read_bytes()
    if pkcs8:
        data = subprocess.run(["openssl", "pkcs8", "-topk8", "-nocrypt", "-in", key], check=True,
                              capture_output=True).stdout
    with Modem(model) as modem:
        driver = Driver(modem).begin().attach().enable(3, MUTUAL, version=None)
        driver.store_all(certificates)
        driver.store(CERTIFICATE, certificate.read_bytes())
        driver.store(KEY, data)
        mark = LogMark(modem)
        driver.error(driver.dial_line(9), 837)
        assert OWN_KEY in mark.warnings()[0]


@pytest.mark.parametrize(("kind", "file"), [
    (CA, "ca.pem"), (CERTIFICATE, "client.pem"), (KEY, "client.key")])
def test_what_was_stored_is_read_back(enabled: Driver, certificates: Certificates, kind: int,
                                      file: str) -> None:
    """As it was sent; after a delete there is nothing."""
    data = (certificates.folder / file).read_bytes()
    enabled.store(kind, data)
    enabled.type(f"AT#SSLSECDATA=1,{READ},{kind}")
    enabled.host.expect_exact(f"\r\n#SSLSECDATA: 1,{kind}\r\n".encode() + data + CRLF + final("OK"))
    enabled.ok(f"AT#SSLSECDATA=1,{DELETE},{kind}")
    enabled.answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,0,0,0")


def test_ram_is_lost_at_a_restart_and_nvm_is_not(certificates: Certificates, tmp_path: Path,
                                                 nginx: Callable[..., Nginx]) -> None:
    """Action 3 stores in RAM, over what NVM has (r12 §4.3)."""
    server, other = nginx(), nginx(certificate="server_other_ca")
    modem = Modem(state=tmp_path / "state", options=["--trace", "at"])  # repeated lines count
    with modem:
        driver = Driver(modem).begin().attach().enable(auth=FULL_VERIFY)
        driver.store_all(certificates)
        expect_success(driver, server.port)
        driver.store(CA, certificates.pem("other_ca").read_bytes(), action=STORE_RAM)
        expect_success(driver, other.port)
        expect_failure(driver, driver.dial_line(server.port), 839, UNKNOWN_CA)
        driver.store(CERTIFICATE, certificates.pem("client").read_bytes(), action=STORE_RAM)
        driver.answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,1,1,0")
        modem.stop()
        modem.start()
        driver = Driver(modem).begin().attach()
        driver.answers("AT#SSLEN?", "#SSLEN: 1,1")
        driver.answers("AT#SSLSECDATA?", "#SSLSECDATA: 1,0,1,0")
        expect_success(driver, server.port)
        expect_failure(driver, driver.dial_line(other.port), 839, UNKNOWN_CA)


def test_security_data_lies_encrypted(certificates: Certificates, tmp_path: Path) -> None:
    """Nothing of a stored key is on the disk as it was typed."""
    state = tmp_path / "state"
    key = certificates.key("client").read_bytes()
    with Modem(state=state) as modem:
        driver = Driver(modem).begin().attach().enable(auth=MUTUAL)
        driver.store_all(certificates, client="client")
    for path in state.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(line in content for line in key.splitlines()), path
