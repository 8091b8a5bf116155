"""What verification lets pass because the modules of that time did: each of it is a line of the log
that names the certificate and what is weak, and all that is not weak is none.  Source of what counts
as weak: what GnuTLS and OpenSSL of today refuse."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.bare_server import SSL_3_0, TLS_1_0, TLS_1_2, BareServer
from support.certs import Certificates

from .makers import MAKERS, QuectelDialler, dialler, versions

AUTHORITY = "basicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign"
NAMES = "subjectAltName = DNS:localhost,IP:127.0.0.1"
LEAF = "basicConstraints = CA:FALSE\nextendedKeyUsage = serverAuth"
FOR_SERVERS = f"{LEAF}\nkeyUsage = digitalSignature,keyEncipherment\n{NAMES}"


@dataclass(frozen=True)
class Chain:
    """A root, an intermediate and a server's certificate: the bits of each key, the hash of each
    signature."""

    root: tuple[int, str] = (1024, "sha256")
    intermediate: tuple[int, str] = (1024, "sha256")
    leaf: tuple[int, str] = (1024, "sha256")
    subject: str = "localhost"
    extensions: str = FOR_SERVERS

    def make(self, certificates: Certificates, folder: Path) -> tuple[bytes, Path, list[bytes]]:
        """The root in PEM, the server's key, and what it sends."""
        for name, subject, issuer, (bits, digest), extensions in (
                ("root", "the root", "root", self.root, AUTHORITY),
                ("between", "the intermediate", "root", self.intermediate, AUTHORITY),
                ("leaf", self.subject, "between", self.leaf, self.extensions)):
            certificates.make(folder, name, subject, issuer, extensions, bits=bits, digest=digest)
        sent = [ssl.PEM_cert_to_DER_cert((folder / f"{name}.pem").read_text())
                for name in ("leaf", "between", "root")]
        return (folder / "root.pem").read_bytes(), folder / "leaf.key", sent


USELESS = "is used for key encipherment, which it does not allow"

# What the log says; "": nothing.
CHAINS = {
    "strong": (Chain(), ""),
    "the root's own signature does not count": (Chain(root=(1024, "md5")), ""),
    "MD5": (Chain(leaf=(1024, "md5")), "CN=localhost is signed with MD5"),
    "SHA-1": (Chain(leaf=(1024, "sha1")), "CN=localhost is signed with SHA-1"),
    "SHA-1 above": (Chain(intermediate=(1024, "sha1")), "CN=the intermediate is signed with SHA-1"),
    "512 bits": (Chain(leaf=(512, "sha256")), "CN=localhost has a key of 512 bits"),
    "1023 bits above": (Chain(intermediate=(1023, "sha256")),
                        "CN=the intermediate has a key of 1023 bits"),
    "768 bits at the top": (Chain(root=(768, "sha256")), "CN=the root has a key of 768 bits"),
    "several": (Chain(root=(768, "sha1"), leaf=(512, "md5")),
                "CN=the root has a key of 768 bits; CN=localhost has a key of 512 bits; "
                "CN=localhost is signed with MD5"),
}
USAGES = ["keyCertSign", "keyAgreement", "digitalSignature"]


@pytest.mark.parametrize("version", versions(SSL_3_0, TLS_1_2))
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_passes_and_the_log_has_its_weakness(certificates: Certificates, tmp_path: Path,
                                                     name: str, version: int) -> None:
    chain, says = CHAINS[name]
    ca, key, sent = chain.make(certificates, tmp_path)
    with BareServer(certificates, key=key, chain=sent) as server, \
            dialler("le866", version) as host:
        host.verify(ca)
        host.dial(server.port)
        server.handshake()
        host.opened()
        if says:
            assert host.warning().endswith(
                f": the certificate chain of localhost passes, but it is weak: {says}")
        else:
            assert host.log.warnings() == []


@pytest.mark.parametrize("model", MAKERS)
def test_each_maker_says_it(certificates: Certificates, tmp_path: Path, model: str) -> None:
    """And none does where nobody verifies."""
    ca, key, sent = Chain(leaf=(1024, "sha1")).make(certificates, tmp_path)
    with BareServer(certificates, key=key, chain=sent) as server, \
            dialler(model, TLS_1_0) as host:
        host.verify(ca)
        host.dial(server.port)
        server.handshake()
        host.opened()
        assert "CN=localhost is signed with SHA-1" in host.warning()
    with BareServer(certificates, key=key, chain=sent) as server, \
            dialler(model, TLS_1_0) as host:
        host.dial(server.port)
        server.handshake()
        host.opened()
        assert host.log.warnings() == []


@pytest.mark.parametrize("usage", USAGES)
def test_a_key_that_is_for_something_else(certificates: Certificates, tmp_path: Path,
                                          usage: str) -> None:
    chain = Chain(extensions=f"{LEAF}\nkeyUsage = {usage}\n{NAMES}")
    ca, key, sent = chain.make(certificates, tmp_path)
    with BareServer(certificates, key=key, chain=sent) as server, \
            dialler("le866", TLS_1_0) as host:
        host.verify(ca)
        host.dial(server.port)
        server.handshake()
        host.opened()
        assert host.warning().endswith(f"it is weak: CN=localhost {USELESS}")


@pytest.mark.parametrize("usage", USAGES)
def test_ssl_3_0_refuses_such_a_key(certificates: Certificates, tmp_path: Path, usage: str) -> None:
    if not versions(SSL_3_0):
        pytest.skip("this build has no SSL 3.0")
    chain = Chain(extensions=f"{LEAF}\nkeyUsage = {usage}\n{NAMES}")
    ca, key, sent = chain.make(certificates, tmp_path)
    with BareServer(certificates, key=key, chain=sent) as server, \
            dialler("le866", SSL_3_0) as host:
        host.verify(ca)
        host.dial(server.port)
        server.hello()
        server.send_flight()
        host.failed()
        assert "it is not for a server" in host.warning()


@pytest.mark.parametrize("version", versions(SSL_3_0, TLS_1_2))
@pytest.mark.parametrize("common_only", [True, False])
def test_an_address_in_the_common_name(certificates: Certificates, tmp_path: Path,
                                       common_only: bool, version: int) -> None:
    chain = Chain(subject="127.0.0.1",
                  extensions=LEAF if common_only else f"{LEAF}\nsubjectAltName = IP:127.0.0.1")
    ca, key, sent = chain.make(certificates, tmp_path)
    with BareServer(certificates, key=key, chain=sent) as server, \
            dialler("m95", version, "--log-level", "info") as host:
        assert isinstance(host, QuectelDialler)
        host.driver.ok('AT+QSSLCFG="checkhost",0,1')
        host.verify(ca)
        host.dial(server.port, "127.0.0.1")
        server.handshake()
        host.opened()
        assert ("info: m95: the certificate of 127.0.0.1 passes, but has the address in its "
                "common name only" in host.log.text()) == common_only
        assert host.log.warnings() == []
