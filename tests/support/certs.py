"""Certificates for a test session, made with the `openssl` program.

`make_certificates(folder)` fills a folder and returns where everything is.  Each certificate NAME
is there as NAME.pem and NAME.der, its key as NAME.key (PEM, PKCS#1) and NAME.key.der.  PEM files
have LF line ends only and nothing but the PEM block, because a host sends them to a module as they
are.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

# A module takes no more security data than this (Telit guide r6, 2.2.2).
PEM_LIMIT = 2047

LONG_AGO, YESTERYEAR, NEXT_YEARS, FAR_AHEAD = (
    "20100101000000Z", "20110101000000Z", "20480101000000Z", "20490101000000Z")
VALID = (YESTERYEAR, NEXT_YEARS)
EXPIRED = (LONG_AGO, YESTERYEAR)
NOT_YET_VALID = (NEXT_YEARS, FAR_AHEAD)

LOCAL_NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"
MORE_NAMES = ",".join(f"DNS:host-{i:02d}.localhost" for i in range(20))
MANY_NAMES = ",".join(f"DNS:host-{i:02d}.localhost" for i in range(80))
OTHER_NAMES = "DNS:elsewhere.test,IP:192.0.2.1"


@dataclass(frozen=True)
class Plan:
    """One certificate to make.  `key` lets several certificates share one, to save time."""

    name: str
    subject: str
    issuer: str
    kind: str  # section of the configuration: authority, server or client
    dates: tuple[str, str] = VALID
    key: str = ""
    names: str = LOCAL_NAMES
    huge: bool = False  # larger than a module takes

    @property
    def key_name(self) -> str:
        return self.key or self.name


PLANS = (
    Plan("ca", "tlsmodem test CA", "ca", "authority"),
    Plan("other_ca", "tlsmodem other CA", "other_ca", "authority"),
    Plan("expired_ca", "tlsmodem expired CA", "expired_ca", "authority", dates=EXPIRED, key="ca"),
    Plan("intermediate", "tlsmodem test intermediate", "ca", "authority"),
    Plan("server", "localhost", "ca", "server"),
    Plan("server_intermediate", "localhost", "intermediate", "server", key="server"),
    Plan("server_expired", "localhost", "ca", "server", dates=EXPIRED, key="server"),
    Plan("server_not_yet_valid", "localhost", "ca", "server", dates=NOT_YET_VALID, key="server"),
    Plan("server_wrong_name", "elsewhere.test", "ca", "server", key="server", names=OTHER_NAMES),
    Plan("server_other_ca", "localhost", "other_ca", "server", key="server"),
    Plan("server_expired_ca", "localhost", "expired_ca", "server", dates=(LONG_AGO, NEXT_YEARS),
         key="server"),
    # More than 1024 bytes in DER, and more than a module can store.
    Plan("server_large", "localhost", "ca", "server", key="server",
         names=f"{LOCAL_NAMES},{MORE_NAMES}"),
    Plan("server_huge", "localhost", "ca", "server", key="server",
         names=f"{LOCAL_NAMES},{MANY_NAMES}", huge=True),
    Plan("client", "tlsmodem test device", "ca", "client"),
    Plan("client_other_ca", "tlsmodem other device", "other_ca", "client", key="client"),
)

CONFIG = """\
[ ca ]
default_ca = this
[ this ]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
[ anything ]
commonName = supplied
[ req ]
distinguished_name = nothing
[ nothing ]
[ authority ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ server ]
basicConstraints = CA:FALSE
keyUsage = digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
subjectAltName = $ENV::NAMES
[ client ]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
"""


@dataclass(frozen=True)
class Certificates:
    """The folder of a session and the paths in it."""

    folder: Path

    def pem(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def der(self, name: str) -> Path:
        return self.folder / f"{name}.der"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def key_der(self, name: str) -> Path:
        return self.folder / f"{name}.key.der"

    def chain(self, name: str) -> Path:
        """What a server sends: its certificate and, where there is one, the intermediate's."""
        return self.folder / f"{name}.chain"

    @property
    def names(self) -> list[str]:
        return [plan.name for plan in PLANS]

    def make_ecdsa(self, folder: Path) -> tuple[Path, Path]:
        """A server's key on P-256 and its certificate, issued by ca; written to `folder`."""
        key, certificate = folder / "ecdsa.key", folder / "ecdsa.pem"
        _openssl(self.folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        self._issue(key, certificate, "ca", "server")
        return key, certificate

    def pkcs8(self, name: str) -> bytes:
        """A key of ours in PKCS #8."""
        path = self.folder / f"{name}.p8"
        _openssl(self.folder, "pkcs8", "-in", self.key(name), "-topk8", "-nocrypt", "-out", path)
        return path.read_bytes()

    def self_signed(self, folder: Path) -> tuple[Path, Path]:
        """The server's key and a certificate that it has signed itself."""
        certificate = folder / "self.pem"
        _openssl(self.folder, "req", "-new", "-x509", "-key", self.key("server"), "-subj",
                 "/CN=localhost", "-extensions", "server", "-days", "365", "-out", certificate,
                 NAMES=LOCAL_NAMES)
        return self.key("server"), certificate

    def old_style(self, folder: Path) -> tuple[tuple[Path, Path], bytes]:
        """A server's key and certificate of 1024 bits, signed with SHA-1 by a CA of the same kind;
        and that CA."""
        for name in ("old-ca", "old"):
            _openssl(folder, "genrsa", "-traditional", "-out", f"{name}.key", "1024",
                     OPENSSL_CONF="/dev/null")
        config = ["-config", self.folder / "openssl.cnf"]
        _openssl(folder, "req", "-new", "-x509", "-sha1", "-key", "old-ca.key", "-subj",
                 "/CN=old CA", "-days", "3650", "-out", "old-ca.pem", "-extensions", "authority",
                 *config)
        _openssl(folder, "req", "-new", "-key", "old.key", "-subj", "/CN=localhost", "-out",
                 "old.csr", *config)
        _openssl(folder, "x509", "-req", "-sha1", "-in", "old.csr", "-CA", "old-ca.pem", "-CAkey",
                 "old-ca.key", "-CAcreateserial", "-days", "3650", "-extensions", "server",
                 "-extfile", self.folder / "openssl.cnf", "-out", "old.pem", NAMES=LOCAL_NAMES)
        return (folder / "old.key", folder / "old.pem"), (folder / "old-ca.pem").read_bytes()

    def make(self, folder: Path, name: str, subject: str, issuer: str, extensions: str, *,
             bits: int = 2048, digest: str = "sha256") -> None:
        """NAME.key and NAME.pem in `folder`, issued by ISSUER of the same folder, perhaps itself;
        `extensions` are lines of OpenSSL's configuration."""
        at = folder / name
        at.with_suffix(".ext").write_text(f"[ this ]\n{extensions}\n")
        _openssl(self.folder, "genrsa", "-traditional", "-out", at.with_suffix(".key"), str(bits),
                 OPENSSL_CONF="/dev/null")
        _openssl(self.folder, "req", "-new", "-key", at.with_suffix(".key"), "-subj",
                 f"/CN={subject}", "-out", at.with_suffix(".csr"))
        signer = ["-selfsign"] if issuer == name else ["-cert", folder / f"{issuer}.pem"]
        _openssl(self.folder, "ca", "-batch", "-notext", "-in", at.with_suffix(".csr"), "-md",
                 digest, *signer, "-keyfile", folder / f"{issuer}.key", "-startdate", VALID[0],
                 "-enddate", VALID[1], "-extfile", at.with_suffix(".ext"), "-extensions", "this",
                 "-out", at.with_suffix(".pem"))

    def issued_by(self, issuer: str, folder: Path) -> tuple[Path, Path]:
        """A server's key and a chain whose first certificate `issuer` has issued, CA or not."""
        key, certificate, chain = self.key("client"), folder / "leaf.pem", folder / "leaf.chain"
        self._issue(key, certificate, issuer, "server")
        chain.write_bytes(certificate.read_bytes() + self.pem(issuer).read_bytes())
        return key, chain

    def badly_signed(self, folder: Path) -> tuple[Path, Path]:
        """The server's key and its certificate, but for a bit of the signature."""
        der, certificate = bytearray(self.der("server").read_bytes()), folder / "bad.pem"
        der[-1] ^= 1
        certificate.write_text(ssl.DER_cert_to_PEM_cert(bytes(der)))
        return self.key("server"), certificate

    def _issue(self, key: Path, certificate: Path, issuer: str, kind: str) -> None:
        """A certificate for localhost, by any of ours, CA or not."""
        request = certificate.with_suffix(".csr")
        _openssl(self.folder, "req", "-new", "-key", key, "-subj", "/CN=localhost",
                 "-out", request)
        _openssl(self.folder, "x509", "-req", "-in", request, "-CA", self.pem(issuer),
                 "-CAkey", self.key(issuer), "-extfile", self.folder / "openssl.cnf",
                 "-extensions", kind, "-days", "365", "-CAcreateserial", "-out", certificate,
                 NAMES=LOCAL_NAMES)


def make_certificates(folder: Path) -> Certificates:
    """Makes all of PLANS in `folder`, which is created; takes about a second."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.txt").write_text("")
    made = _configured(folder)
    keys = sorted({plan.key_name for plan in PLANS})
    with ThreadPoolExecutor(max_workers=2) as pool:  # the slow part
        list(pool.map(lambda key: _make_key(folder, key), keys))
    for plan in PLANS:
        _make_certificate(made, plan)
    return made


def copy_certificates(source: Path, folder: Path) -> Certificates:
    """The same as another make_certificates() has made, as one's own."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    return _configured(folder)


def _configured(folder: Path) -> Certificates:
    (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
    return Certificates(folder)


def _openssl(folder: Path, *arguments: str | Path, **environment: str) -> None:
    """Runs `openssl` with our configuration, so that the machine's changes nothing."""
    command = ["openssl", *map(str, arguments)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                            env={**os.environ, "OPENSSL_CONF": str(folder / "openssl.cnf"),
                                 "NAMES": "", **environment})
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{result.stderr}")


def _make_key(folder: Path, name: str) -> None:
    """Writes the key in PKCS#1, the only format that platform 12 reads (Telit guide r12, 4.3)."""
    _openssl(folder, "genrsa", "-traditional", "-out", f"{name}.key", "2048")


def _make_certificate(made: Certificates, plan: Plan) -> None:
    folder, key = made.folder, f"{plan.key_name}.key"
    if plan.key_name != plan.name:
        made.key(plan.name).write_bytes((folder / key).read_bytes())
    _openssl(folder, "req", "-new", "-key", key, "-subj", f"/CN={plan.subject}",
             "-out", f"{plan.name}.csr")
    signer = ["-selfsign", "-keyfile", key] if plan.issuer == plan.name else [
        "-cert", f"{plan.issuer}.pem", "-keyfile", f"{plan.issuer}.key"]
    _openssl(folder, "ca", "-batch", "-notext", "-in", f"{plan.name}.csr", "-extensions", plan.kind,
             "-startdate", plan.dates[0], "-enddate", plan.dates[1], *signer,
             "-out", f"{plan.name}.pem", NAMES=plan.names)
    _openssl(folder, "x509", "-in", f"{plan.name}.pem", "-outform", "DER",
             "-out", f"{plan.name}.der")
    _openssl(folder, "rsa", "-in", f"{plan.name}.key", "-traditional", "-outform", "DER",
             "-out", f"{plan.name}.key.der")
    pem = made.pem(plan.name).read_bytes()
    if len(pem) > PEM_LIMIT and not plan.huge:
        raise RuntimeError(f"{plan.name}.pem has {len(pem)} bytes, a module takes {PEM_LIMIT}")
    if plan.issuer == "intermediate":
        pem += made.pem("intermediate").read_bytes()
    made.chain(plan.name).write_bytes(pem)


if __name__ == "__main__":  # certs FOLDER, which is emptied: for CTest
    shutil.rmtree(sys.argv[1], ignore_errors=True)
    make_certificates(Path(sys.argv[1]).resolve())
