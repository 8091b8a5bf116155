"""Pages that servers give over a connection of the module, and what they say about that connection."""

from __future__ import annotations

import re
from dataclasses import dataclass

from support.servers import GnutlsServ, Nginx

from .driver import NO_CARRIER, Driver

CLIENT = "CN=tlsmodem test device"
NOBODY = "-"

GNUTLS_SUITES = {"RSA_ARCFOUR_128_MD5": "RC4-MD5", "RSA_ARCFOUR_128_SHA1": "RC4-SHA",
                 "RSA_NULL_SHA1": "NULL-SHA", "RSA_AES_128_CBC_SHA1": "AES128-SHA",
                 "RSA_AES_256_CBC_SHA1": "AES256-SHA"}

# The versions by the number of #SSLSECCFG2, in nginx's and in gnutls-serv's words.
VERSIONS = {1: ("TLSv1", "TLS1.0"), 2: ("TLSv1.1", "TLS1.1"), 3: ("TLSv1.2", "TLS1.2")}


@dataclass(frozen=True)
class Seen:
    """What the server says about a connection."""

    version: str
    suite: str
    client: str


def get_page(driver: Driver) -> bytes:
    """Asks for / in online mode; the server closes behind its answer."""
    driver.go_online()
    driver.host.write(b"GET / HTTP/1.0\r\n\r\n")
    return driver.host.read_until(NO_CARRIER)


def ask_nginx(driver: Driver, server: Nginx) -> Seen:
    before = len(server.requests())
    assert b"Hello from nginx\n" in get_page(driver)
    request = server.requests(before + 1)[-1]
    return Seen(request.protocol, request.cipher, request.client)


def ask_gnutls(driver: Driver) -> Seen:
    page = get_page(driver).decode()

    def cell(name: str) -> str:
        match = re.search(f"<TD>{name}:?</TD><TD>([^<]*)</TD>", page)
        assert match, page
        return match[1]

    subject = re.search(r"^\s*Subject: (.*)$", page, re.MULTILINE)
    return Seen(cell("Protocol version"), GNUTLS_SUITES[cell("Ciphersuite")],
                subject[1] if subject else NOBODY)


def ask(driver: Driver, server: Nginx | GnutlsServ) -> Seen:
    return ask_nginx(driver, server) if isinstance(server, Nginx) else ask_gnutls(driver)


def version_of(server: Nginx | GnutlsServ, version: int) -> str:
    """How this server calls a version of #SSLSECCFG2."""
    return VERSIONS[version][0 if isinstance(server, Nginx) else 1]
