"""Chains of certificates, good and bad in one thing each: what they are verified by has to be said by a library.

    with ChainServer(make_chains(folder)) as server:
        server.shows("leaf signed with SHA-1")
"""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

YESTERYEAR, LAST_YEAR, NEXT_YEARS, FAR_AHEAD = "20110101000000Z", "20250101000000Z", "20480101000000Z", "20490101000000Z"
HOST = "a.example.test"

KEYS = {
    "p256": ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
    "authorities": ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
    "stranger": ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
    "p384": ["ecparam", "-name", "secp384r1", "-genkey", "-noout"],
    "p521": ["ecparam", "-name", "secp521r1", "-genkey", "-noout"],
    "p224": ["ecparam", "-name", "secp224r1", "-genkey", "-noout"],
    "p192": ["ecparam", "-name", "prime192v1", "-genkey", "-noout"],
    "k256": ["ecparam", "-name", "secp256k1", "-genkey", "-noout"],
    "ed25519": ["genpkey", "-algorithm", "ed25519"],
    "rsa512": ["genrsa", "512"], "rsa1024": ["genrsa", "1024"], "rsa1536": ["genrsa", "1536"],
    "rsa2047": ["genrsa", "2047"], "rsa2048": ["genrsa", "2048"], "rsa3072": ["genrsa", "3072"],
    "pss2048": ["genpkey", "-algorithm", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
}

AUTHORITY = {"basicConstraints": "critical,CA:TRUE", "keyUsage": "critical,keyCertSign,cRLSign",
             "subjectKeyIdentifier": "hash", "authorityKeyIdentifier": "keyid"}
LEAF = {"basicConstraints": "CA:FALSE", "keyUsage": "critical,digitalSignature", "extendedKeyUsage": "serverAuth",
        "subjectAltName": f"DNS:{HOST}", "subjectKeyIdentifier": "hash", "authorityKeyIdentifier": "keyid"}

CONFIG = """\
[ca]
default_ca = this
[this]
database = {folder}/index.txt
new_certs_dir = {folder}/copies
unique_subject = no
policy = any
rand_serial = yes
email_in_dn = yes
[any]
countryName = optional
organizationName = optional
commonName = optional
emailAddress = optional
[req]
distinguished_name = none
[none]
[crl]
URI = http://crl.example.test/
"""


@dataclass(frozen=True)
class Certificate:
    """`key` is one of KEYS, `issuer` one of ISSUERS, or "self"."""

    key: str = "p256"
    issuer: str = "between"
    digest: str = "sha256"
    subject: str = f"/CN={HOST}"
    dates: tuple[str, str] = (YESTERYEAR, NEXT_YEARS)
    extensions: tuple[tuple[str, str], ...] = tuple(LEAF.items())
    damage: str = ""  # what is done to its bytes

    def but(self, *, without: str = "", **extensions: str) -> Certificate:
        """With other extensions; _ stands for a dot of a number."""
        changed = {**dict(self.extensions), **{name.replace("_", "."): value for name, value in extensions.items()}}
        changed.pop(without, None)
        return replace(self, extensions=tuple(changed.items()))


def authority(name: str, issuer: str = "root", **more: str) -> Certificate:
    key, digest = more.pop("key", "authorities"), more.pop("digest", "sha256")
    dates = {"expired": (YESTERYEAR, LAST_YEAR), "early": (NEXT_YEARS, FAR_AHEAD)}.get(
        more.pop("dates", ""), (YESTERYEAR, NEXT_YEARS))
    without = more.pop("without", "")
    return Certificate(key=key, issuer=issuer, digest=digest, subject=f"/O=test/CN={name}", dates=dates,
                       extensions=tuple(AUTHORITY.items())).but(without=without, **more)


def name_constraints(words: str) -> dict[str, str]:
    return {"nameConstraints": f"critical,{words}"}


# Those that have "self" are the roots that are trusted.
ISSUERS: dict[str, Certificate] = {
    "root": authority("root", "self"),
    "stranger": authority("stranger", "self", key="stranger"),  # but for this one
    "root rsa2048": authority("root rsa2048", "self", key="rsa2048"),
    "root rsa1024": authority("root rsa1024", "self", key="rsa1024"),
    "root rsa512": authority("root rsa512", "self", key="rsa512"),
    "root sha1": authority("root sha1", "self", key="rsa2048", digest="sha1"),
    "root md5": authority("root md5", "self", key="rsa2048", digest="md5"),
    "root expired": authority("root expired", "self", dates="expired"),
    "root early": authority("root early", "self", dates="early"),
    "root p384": authority("root p384", "self", key="p384", digest="sha384"),
    "root ed25519": authority("root ed25519", "self", key="ed25519"),
    "root no ca": authority("root no ca", "self", basicConstraints="critical,CA:FALSE"),
    "root no constraints": authority("root no constraints", "self", without="basicConstraints"),
    "root no sign": authority("root no sign", "self", keyUsage="critical,cRLSign"),
    "root no usage": authority("root no usage", "self", without="keyUsage"),
    "root path 0": authority("root path 0", "self", basicConstraints="critical,CA:TRUE,pathlen:0"),
    "root path 1": authority("root path 1", "self", basicConstraints="critical,CA:TRUE,pathlen:1"),
    "root client eku": authority("root client eku", "self", extendedKeyUsage="clientAuth"),
    "root names": authority("root names", "self", **name_constraints("permitted;DNS:example.test")),
    "between": authority("between"),
    "between rsa1024": authority("between rsa1024", key="rsa1024"),
    "between rsa512": authority("between rsa512", key="rsa512"),
    "between rsa2048": authority("between rsa2048", key="rsa2048"),
    "between rsa3072": authority("between rsa3072", key="rsa3072"),
    "between p224": authority("between p224", key="p224"),
    "between p384": authority("between p384", key="p384"),
    "between p521": authority("between p521", key="p521"),
    "between ed25519": authority("between ed25519", key="ed25519"),
    "between sha1": authority("between sha1", "root rsa2048", digest="sha1"),
    "between md5": authority("between md5", "root rsa2048", digest="md5"),
    "between ec sha1": authority("between ec sha1", digest="sha1"),
    "between no ca": authority("between no ca", basicConstraints="critical,CA:FALSE"),
    "between no constraints": authority("between no constraints", without="basicConstraints"),
    "between neither": authority("between neither", without="basicConstraints").but(without="keyUsage"),
    "between uncritical": authority("between uncritical", basicConstraints="CA:TRUE"),
    "between no sign": authority("between no sign", keyUsage="critical,digitalSignature,cRLSign"),
    "between no usage": authority("between no usage", without="keyUsage"),
    "between expired": authority("between expired", dates="expired"),
    "between early": authority("between early", dates="early"),
    "between server eku": authority("between server eku", extendedKeyUsage="serverAuth"),
    "between client eku": authority("between client eku", extendedKeyUsage="clientAuth"),
    "between any eku": authority("between any eku", extendedKeyUsage="anyExtendedKeyUsage"),
    "between strange critical": authority("between strange critical", **{"1_2_3_4": "critical,DER:05:00"}),
    "between strange": authority("between strange", **{"1_2_3_4": "DER:05:00"}),
    "between path 0": authority("between path 0", basicConstraints="critical,CA:TRUE,pathlen:0"),
    "below path 0": authority("below path 0", "between path 0"),
    "between path 1": authority("between path 1", basicConstraints="critical,CA:TRUE,pathlen:1"),
    "below path 1": authority("below path 1", "between path 1"),
    "further below path 1": authority("further below path 1", "below path 1"),
    "of path 0": authority("of path 0", "root path 0"),
    "of path 1": authority("of path 1", "root path 1"),
    "further of path 1": authority("further of path 1", "of path 1"),
    "second": authority("second", "between"),
    "third": authority("third", "second"),
    "fourth": authority("fourth", "third"),
    "of stranger": authority("of stranger", "stranger"),
    "pinned": authority("pinned", "stranger"),  # trusted, and no root
    "names permitted": authority("names permitted", **name_constraints("permitted;DNS:example.test")),
    "names elsewhere": authority("names elsewhere", **name_constraints("permitted;DNS:elsewhere.test")),
    "names excluded": authority("names excluded", **name_constraints("excluded;DNS:example.test")),
    "names excluded other": authority("names excluded other", **name_constraints("excluded;DNS:elsewhere.test")),
    "names dotted": authority("names dotted", **name_constraints("permitted;DNS:.example.test")),
    "names deeper": authority("names deeper", **name_constraints("permitted;DNS:b.example.test")),
    "names uncritical": authority("names uncritical", nameConstraints="excluded;DNS:example.test"),
    "names address": authority("names address", **name_constraints("permitted;IP:127.0.0.0/255.0.0.0")),
    "names no address": authority("names no address", **name_constraints("excluded;IP:127.0.0.0/255.0.0.0")),
    "names mail": authority("names mail", **name_constraints("permitted;email:example.test")),
    "below names": authority("below names", "names elsewhere"),
    "damaged": replace(authority("damaged"), damage="signature"),
}


@dataclass(frozen=True)
class Case:
    leaf: Certificate = Certificate()
    host: str = HOST  # that is dialled
    sent: str = ""    # what of the chain the server sends; "": all but the root


def names(*words: str, subject: str = "/CN=somebody") -> Certificate:
    """A leaf with these alternative names."""
    leaf = replace(Certificate(), subject=subject)
    return leaf.but(subjectAltName=",".join(words)) if words else leaf.but(without="subjectAltName")


def usage(words: str) -> Certificate:
    return Certificate().but(keyUsage=words) if words else Certificate().but(without="keyUsage")


def purpose(words: str) -> Certificate:
    return Certificate().but(extendedKeyUsage=words) if words else Certificate().but(without="extendedKeyUsage")


def _cases() -> dict[str, Case]:
    cases = {"good": Case()}
    for key in (key for key in KEYS if key not in ("authorities", "stranger")):
        cases[f"leaf of {key}"] = Case(replace(Certificate(), key=key))
        if key.startswith("rsa"):
            cases[f"leaf of {key}, key encipherment"] = Case(
                replace(usage("keyEncipherment"), key=key))
    for digest in ("md5", "sha1", "sha224", "sha384", "sha512"):
        cases[f"leaf signed with {digest} by RSA"] = Case(
            replace(Certificate(), issuer="between rsa2048", digest=digest))
    for digest in ("sha1", "sha224", "sha384", "sha512"):
        cases[f"leaf signed with {digest} by P-256"] = Case(replace(Certificate(), digest=digest))
    for issuer in ISSUERS:
        of_address = "address" in issuer
        leaf = names("IP:127.0.0.1") if of_address else Certificate()
        cases[f"issued by {issuer}"] = Case(replace(leaf, issuer=issuer), "127.0.0.1" if of_address else HOST)
    for words in ("", "digitalSignature", "critical,keyAgreement", "critical,keyEncipherment", "critical,keyCertSign",
                  "critical,cRLSign", "critical,nonRepudiation", "critical,digitalSignature,keyCertSign",
                  "critical,dataEncipherment"):
        cases[f"key usage {words or 'missing'}"] = Case(usage(words))
    for words in ("", "clientAuth", "serverAuth,clientAuth", "anyExtendedKeyUsage", "emailProtection", "codeSigning",
                  "critical,serverAuth", "critical,clientAuth", "OCSPSigning", "1.3.6.1.4.1.311.10.3.3",
                  "2.16.840.1.113730.4.1", "timeStamping", "emailProtection,serverAuth"):
        cases[f"purpose {words or 'missing'}"] = Case(purpose(words))
    for label, dates in {"expired": (YESTERYEAR, LAST_YEAR), "not yet": (NEXT_YEARS, FAR_AHEAD),
                         "until 2050": (YESTERYEAR, "20500101000000Z"), "from 1970": ("19700101000000Z", NEXT_YEARS),
                         "until 9999": (YESTERYEAR, "99991231235959Z"),
                         "never": (NEXT_YEARS, YESTERYEAR)}.items():
        cases[f"dates {label}"] = Case(replace(Certificate(), dates=dates))
    for label, extensions in {"leaf is a CA": {"basicConstraints": "critical,CA:TRUE"},
                              "strange critical extension": {"1_2_3_4": "critical,DER:05:00"},
                              "strange extension": {"1_2_3_4": "DER:05:00"},
                              "must staple": {"tlsfeature": "status_request"},
                              "CRL place": {"crlDistributionPoints": "URI:http://crl.example.test/"},
                              "certificate policy": {"certificatePolicies": "1.2.3.4"},
                              "critical certificate policy": {"certificatePolicies": "critical,1.2.3.4"},
                              "critical alternative name": {"subjectAltName": f"critical,DNS:{HOST}"},
                              "critical purpose and usage": {"extendedKeyUsage": "critical,serverAuth"},
                              "Netscape server": {"nsCertType": "server"},
                              "Netscape client": {"nsCertType": "client"},
                              "precertificate": {"1_3_6_1_4_1_11129_2_4_3": "critical,DER:05:00"}}.items():
        cases[label] = Case(Certificate().but(**extensions))
    cases["leaf without basic constraints"] = Case(Certificate().but(without="basicConstraints"))
    cases["leaf without key identifiers"] = Case(
        Certificate().but(without="subjectKeyIdentifier").but(without="authorityKeyIdentifier"))
    cases["leaf without extensions"] = Case(replace(Certificate(), extensions=()))
    cases["leaf with a damaged signature"] = Case(replace(Certificate(), damage="signature"))
    cases["leaf with another body"] = Case(replace(Certificate(), damage="body"))
    for key in ("p256", "rsa2048"):
        cases[f"self-signed leaf of {key}"] = Case(replace(Certificate(), issuer="self", key=key))
    cases["self-signed leaf that is a CA"] = Case(
        replace(Certificate().but(basicConstraints="critical,CA:TRUE"), issuer="self"))
    cases["trusted leaf that is self-signed"] = Case(replace(Certificate(), issuer="self", key="p384"))
    cases["trusted leaf of a stranger"] = Case(replace(Certificate(), issuer="of stranger", key="p384"))
    cases["trusted leaf for clients"] = Case(replace(purpose("clientAuth"), issuer="self", key="p521"))
    for sent in ("leaf", "twice", "reversed", "root", "stray", "shuffled", "root first"):
        cases[f"sent {sent}"] = Case(replace(Certificate(), issuer="second"), sent=sent)
    cases["sent leaf, of the root"] = Case(replace(Certificate(), issuer="root"), sent="leaf")
    cases["sent nothing between, of four"] = Case(replace(Certificate(), issuer="fourth"), sent="leaf")
    for label, (leaf, host) in NAMES.items():
        cases[f"name {label}"] = Case(leaf, host)
    for issuer in [issuer for issuer in ISSUERS if issuer.startswith("names ") and "address" not in issuer]:
        cases[f"wildcard issued by {issuer}"] = Case(replace(names("DNS:*.example.test"), issuer=issuer))
        cases[f"common name issued by {issuer}"] = Case(replace(names(subject=f"/CN={HOST}"), issuer=issuer))
    cases["two names issued by names permitted"] = Case(
        replace(names(f"DNS:{HOST}", "DNS:elsewhere.test"), issuer="names permitted"))
    cases["mail issued by names mail"] = Case(
        replace(names(f"DNS:{HOST}", "email:a@elsewhere.test"), issuer="names mail"))
    cases["address issued by names permitted"] = Case(
        replace(names("IP:127.0.0.1"), issuer="names permitted"), "127.0.0.1")
    return cases


# Leaves that are trusted themselves.
PINNED = ("trusted leaf that is self-signed", "trusted leaf of a stranger", "trusted leaf for clients")

NAMES = {
    "of another": (names("DNS:b.example.test"), HOST),
    "in capitals": (names("DNS:A.EXAMPLE.TEST"), HOST),
    "second of three": (names("DNS:x.test", f"DNS:{HOST}", "DNS:y.test"), HOST),
    "wildcard": (names("DNS:*.example.test"), HOST),
    "wildcard in capitals": (names("DNS:*.EXAMPLE.test"), HOST),
    "wildcard of two labels": (names("DNS:*.example.test"), "a.b.example.test"),
    "wildcard of none": (names("DNS:*.example.test"), "example.test"),
    "wildcard in the middle": (names("DNS:a.*.test"), HOST),
    "wildcard twice": (names("DNS:*.*.test"), HOST),
    "wildcard of a top": (names("DNS:*.test"), "example.test"),
    "wildcard alone": (names("DNS:*"), "localhost"),
    "wildcard with a beginning": (names("DNS:a*.example.test"), "ab.example.test"),
    "wildcard with an end": (names("DNS:*a.example.test"), "ba.example.test"),
    "wildcard within": (names("DNS:a*c.example.test"), "abc.example.test"),
    "wildcard of punycode": (names("DNS:*.example.test"), "xn--bcher-kva.example.test"),
    "wildcard in punycode": (names("DNS:xn--*.example.test"), "xn--bcher-kva.example.test"),
    "punycode": (names("DNS:xn--bcher-kva.example.test"), "xn--bcher-kva.example.test"),
    "with a dot behind": (names("DNS:a.example.test."), HOST),
    "with a dot before": (names("DNS:.example.test"), HOST),
    "longer": (names("DNS:a.example.test.evil.test"), HOST),
    "a parent": (names("DNS:example.test"), HOST),
    "a child": (names("DNS:x.a.example.test"), HOST),
    "with a blank": (names("DNS:a.example.test "), HOST),
    "empty": (names("DNS:"), HOST),
    "in the common name": (names(subject=f"/CN={HOST}"), HOST),
    "in the common name, as a wildcard": (names(subject="/CN=*.example.test"), HOST),
    "in the common name beside others": (names("DNS:x.test", subject=f"/CN={HOST}"), HOST),
    "in the common name beside a mail": (names("email:a@b.test", subject=f"/CN={HOST}"), HOST),
    "in the common name beside an address": (names("IP:127.0.0.9", subject=f"/CN={HOST}"), HOST),
    "in the common name beside a URI": (names("URI:https://x.test/", subject=f"/CN={HOST}"), HOST),
    "in the last of two common names": (names(subject=f"/CN=x.test/CN={HOST}"), HOST),
    "in the first of two common names": (names(subject=f"/CN={HOST}/CN=x.test"), HOST),
    "in no subject": (names(f"DNS:{HOST}", subject="/"), HOST),
    "as a mail": (names(f"email:{HOST}@example.test"), HOST),
    "as a URI": (names(f"URI:https://{HOST}/"), HOST),
    "address": (names("IP:127.0.0.1"), "127.0.0.1"),
    "address of another": (names("IP:127.0.0.2"), "127.0.0.1"),
    "address as a name": (names("DNS:127.0.0.1"), "127.0.0.1"),
    "address in the common name": (names(subject="/CN=127.0.0.1"), "127.0.0.1"),
    "address by a wildcard": (names("DNS:*.0.0.1"), "127.0.0.1"),
    "address as IPv6": (names("IP:::ffff:127.0.0.1"), "127.0.0.1"),
    "address where a name is": (names(f"DNS:{HOST}"), "127.0.0.1"),
    "name where an address is": (names("IP:127.0.0.1"), "localhost"),
    "localhost": (names("DNS:localhost"), "localhost"),
}

CASES = _cases()


def _openssl(folder: Path, *arguments: str | Path) -> None:
    result = subprocess.run(["openssl", *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False,
                            env={**os.environ, "OPENSSL_CONF": str(folder / "openssl.cnf")})
    if result.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(map(str, arguments))} failed:\n{result.stderr}")


@dataclass
class Chains:
    """Everything in PEM, in memory and in the folder."""

    folder: Path
    issuers: dict[str, Path] = field(default_factory=dict)
    leaves: dict[str, Path] = field(default_factory=dict)

    @property
    def store(self) -> Path:
        """What is trusted."""
        return self.folder / "store.pem"

    def key(self, case: str) -> Path:
        return self.folder / f"{CASES[case].leaf.key}.key"

    def sent(self, case: str) -> Path:
        """What the server sends."""
        return self.leaves[case].with_suffix(".sent")

    def write_sent(self, case: str) -> None:
        above = []
        issuer = CASES[case].leaf.issuer
        while issuer != "self":
            above.append(issuer)
            issuer = ISSUERS[issuer].issuer
        root = [self.issuers[name] for name in above if ISSUERS[name].issuer == "self"]
        between = [self.issuers[name] for name in above if ISSUERS[name].issuer != "self"]
        stray = self.issuers["of stranger"]
        order = {"": between, "leaf": [], "twice": between + between, "reversed": between[::-1], "root": between + root,
                 "stray": [stray, *between], "shuffled": [*root, *between[::-1], stray],
                 "root first": root + between}[CASES[case].sent]
        self.sent(case).write_bytes(b"".join(part.read_bytes() for part in [self.leaves[case], *order]))


def _damage(path: Path, what: str) -> None:
    der = bytearray(ssl.PEM_cert_to_DER_cert(path.read_text()))
    if what == "signature":
        der[-1] ^= 1
    else:
        at = bytes(der).index(HOST.encode())
        der[at] ^= 3
    path.write_text(ssl.DER_cert_to_PEM_cert(bytes(der)))


def _make(folder: Path, path: Path, made: Certificate) -> None:
    extensions = folder / "extensions"
    extensions.write_text("[x]\n" + "".join(
        f"{name} = {value if name != 'subjectAltName' or ' ' not in value and value[-1] != ':' else '@names'}\n"
        for name, value in made.extensions) + _odd_names(made))
    issuer = path.stem if made.issuer == "self" else made.issuer.replace(" ", "-")
    signer = ["-selfsign", "-keyfile", f"{made.key}.key"] if made.issuer == "self" else [
        "-cert", f"{issuer}.pem", "-keyfile", f"{ISSUERS[made.issuer].key}.key"]
    by = made.key if made.issuer == "self" else ISSUERS[made.issuer].key
    arguments = ["ca", "-config", "openssl.cnf", "-batch", "-notext", "-in", f"{made.key}.csr", "-preserveDN", "-subj",
                 made.subject, "-startdate", made.dates[0], "-enddate", made.dates[1], "-md",
                 "default" if by == "ed25519" else made.digest, "-extfile", extensions, "-extensions", "x", "-out", path]
    _openssl(folder, *arguments, *signer)
    if made.damage:
        _damage(path, made.damage)


def _odd_names(made: Certificate) -> str:
    """What the short form of OpenSSL's configuration cannot say."""
    value = dict(made.extensions).get("subjectAltName", "")
    if " " not in value and value[-1:] != ":":
        return ""
    kind, _, name = value.partition(":")
    return f'[names]\n{kind}.1 = "{name}"\n'


def make_chains(folder: Path) -> Chains:
    """Makes all of them; takes a few seconds."""
    made = Chains(folder)
    (folder / "index.txt").write_text("")
    (folder / "copies").mkdir()
    (folder / "openssl.cnf").write_text(CONFIG.format(folder=folder))
    for name, words in KEYS.items():
        _openssl(folder, words[0], "-out", f"{name}.key", *words[1:])
        _openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", "/CN=x", "-out", f"{name}.csr")
    for name, certificate in ISSUERS.items():
        made.issuers[name] = folder / f"{name.replace(' ', '-')}.pem"
        _make(folder, made.issuers[name], certificate)
    made.store.write_bytes(b"".join(path.read_bytes() for name, path in made.issuers.items()
                                    if name == "pinned" or ISSUERS[name].issuer == "self" and name != "stranger"))
    for number, (name, case) in enumerate(CASES.items()):
        made.leaves[name] = folder / f"leaf-{number}.pem"
        _make(folder, made.leaves[name], case.leaf)
        made.write_sent(name)
    with made.store.open("ab") as store:
        for name in PINNED:
            store.write(made.leaves[name].read_bytes())
    return made


class ChainServer:
    """A TLS server of OpenSSL that shows one chain after the other."""

    def __init__(self, chains: Chains) -> None:
        self._chains = chains
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._context: ssl.SSLContext | None = None
        self._thread = threading.Thread(target=self._serve)
        self.why = ""  # it can show no such chain

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> ChainServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._context = None
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join()
        self._listener.close()

    def shows(self, case: str) -> None:
        """From now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(self._chains.sent(case), self._chains.key(case))
        self._context = context

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._context is None:
                connection.close()
                return
            connection.settimeout(20)
            try:
                with self._context.wrap_socket(connection, server_side=True) as secure:
                    while secure.recv(100):
                        pass
            except (ssl.SSLError, OSError):
                connection.close()
