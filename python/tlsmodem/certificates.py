"""Certificates of a test server, good and bad, made with the program openssl."""

from __future__ import annotations

import ipaddress
import subprocess
from pathlib import Path
from typing import Iterable, List

KINDS = ("good", "expired", "not-yet-valid", "other-name", "other-ca", "weak")
OTHER_NAMES = ["elsewhere.test"]

_PAST, _LATELY, _FAR = "20100101000000Z", "20110101000000Z", "20480101000000Z"
_DATES = {"expired": (_PAST, _LATELY), "not-yet-valid": (_FAR, "20490101000000Z")}
_CONFIG = """\
[ ca ]
default_ca = this
[ this ]
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
unique_subject = no
policy = anything
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
subjectAltName = {names}
[ client ]
basicConstraints = CA:FALSE
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
"""


class Certificates:
    """A CA, another one, and what they issue, in `folder`; keys are made when they are needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.txt").touch()

    def ca(self, name: str = "ca") -> Path:
        """A self-signed one: `ca`, or `other-ca`, which has signed what is not to be trusted."""
        return self._made(name, f"tlsmodem test {name}", name, "authority", [])

    def server(self, kind: str, names: Iterable[str]) -> Path:
        """A server's, of one of KINDS; its key is beside it."""
        asked = list(OTHER_NAMES if kind == "other-name" else names)
        weak = kind == "weak"
        issuer = "other-ca" if kind == "other-ca" else "ca"
        return self._made("weak" if weak else "server", asked[0], issuer, "server", asked, dates=kind,
                          bits=1024 if weak else 2048, digest="sha1" if weak else "sha256",
                          to=f"{kind}-{abs(hash(tuple(asked))):x}")

    def client(self) -> Path:
        """A device's, issued by the CA, for servers that want one."""
        return self._made("client", "tlsmodem test device", "ca", "client", [])

    def key(self, name: str) -> Path:
        """Of `client`, `ca` …"""
        return self.folder / f"{name}.key"

    def _made(self, key: str, subject: str, issuer: str, section: str, names: List[str], *, dates: str = "",
              bits: int = 2048, digest: str = "sha256", to: str = "") -> Path:
        path = self.folder / f"{to or key}.pem"
        if path.exists():
            return path
        if issuer != key:
            self.ca(issuer)
        config = self.folder / "openssl.cnf"
        config.write_text(_CONFIG.format(folder=self.folder, names=",".join(map(_alternative, names)) or "DNS:localhost"))
        if not self.key(key).exists():
            _openssl("genrsa", "-traditional", "-out", self.key(key), str(bits))
        request = self.folder / "request.csr"
        _openssl("req", "-new", "-config", config, "-key", self.key(key), "-subj", f"/CN={subject}", "-out", request)
        begins, ends = _DATES.get(dates, (_LATELY, _FAR))
        signer = ["-selfsign"] if issuer == key else ["-cert", self.folder / f"{issuer}.pem"]
        _openssl("ca", "-config", config, "-batch", "-notext", "-in", request, "-md", digest, *signer, "-keyfile",
                 self.key(issuer), "-startdate", begins, "-enddate", ends, "-extensions", section, "-out", path)
        return path


def _alternative(name: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"


def _openssl(*words: object) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(map(str, words))}: {done.stderr}")
