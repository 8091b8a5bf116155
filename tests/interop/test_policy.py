"""A configuration of GnuTLS for the whole machine (crypto policies) takes from modules what they
offer: the log says so at the start, and at each dial that fails by it.

Source: the manual of GnuTLS, "System-wide configuration of the library".
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import Modem, program_path
from support.servers import Nginx

from .driver import Driver
from .observe import LogMark

FAILED = 839
OLD_VERSIONS = "[overrides]\ndisabled-version = tls1.0\ndisabled-version = tls1.1\n"
# What Fedora and RHEL write: all is forbidden that is not named.
ALLOWLIST = """\
[global]
override-mode = allowlist
[overrides]
secure-hash = sha256
secure-sig = rsa-sha256
enabled-curve = secp256r1
enabled-version = tls1.2
tls-enabled-cipher = aes-128-gcm
tls-enabled-mac = aead
tls-enabled-group = secp256r1
tls-enabled-kx = ecdhe-rsa
"""
NO_RSA = "[overrides]\ntls-disabled-kx = rsa\n"
LONG_KEYS = "[overrides]\nmin-verification-profile = high\n"


@pytest.fixture
def policy(tmp_path_factory: pytest.TempPathFactory,
           monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path_factory.mktemp("p") / "config"
        path.write_text(text)
        monkeypatch.setenv("GNUTLS_SYSTEM_PRIORITY_FILE", str(path))
        return path
    return write


@pytest.mark.parametrize(("text", "said"), [
    (OLD_VERSIONS, "TLS 1.0, TLS 1.1; with"),
    (ALLOWLIST, "TLS 1.0, TLS 1.1, .*signatures with RSA-SHA1, RSA-SHA384,"),
    (NO_RSA, r"8 cipher suites \(TLS_RSA_WITH_NULL_SHA, TLS_RSA_WITH_RC4_128_MD5 …\); with")])
def test_start_says_what_is_forbidden(policy: Callable[[str], Path], text: str, said: str) -> None:
    path = policy(text)
    with Modem() as modem:
        lines = LogMark(modem, 0).warnings()
        assert len(lines) == 1
        assert re.search(f"GnuTLS's configuration {path} forbids what modules may offer: {said}",
                         lines[0])
        assert "GNUTLS_SYSTEM_PRIORITY_FILE=/dev/null" in lines[0]
    version = subprocess.run([program_path("tlsmodem", "TLSMODEM"), "--version"], check=True,
                             text=True, stdout=subprocess.PIPE).stdout
    assert f"GnuTLS's configuration {path} forbids" in version.splitlines()[-1]


def test_what_takes_nothing_is_not_named(policy: Callable[[str], Path],
                                         nginx: Callable[..., Nginx]) -> None:
    policy("[overrides]\ndisabled-curve = secp224r1\n")
    with Modem() as modem:
        driver = Driver(modem).begin().attach().enable()
        driver.dial(nginx().port)
        assert not LogMark(modem, 0).warnings()


@pytest.mark.parametrize(("text", "why"), [
    (OLD_VERSIONS, "no TLS library here has the selected protocol version "
                   "(GnuTLS's configuration {} forbids it)"),
    (ALLOWLIST, "has the selected protocol version (GnuTLS's configuration {} forbids it)"),
    (NO_RSA, "(GnuTLS's configuration {} forbids what the module offers)")])
def test_dial_says_what_was_forbidden(policy: Callable[[str], Path], nginx: Callable[..., Nginx],
                                      text: str, why: str) -> None:
    path = policy(text)
    server = nginx()
    before = len(server.requests())
    with Modem() as modem:
        driver = Driver(modem).begin().attach().enable(version=1).tune()
        mark = LogMark(modem)
        driver.error(driver.dial_line(server.port), FAILED)
        assert len(mark.warnings()) == 1
        assert why.format(path) in mark.warnings()[0]
        driver.is_ready()
    assert len(server.requests()) == before


def test_what_is_allowed_goes_on(policy: Callable[[str], Path],
                                 nginx: Callable[..., Nginx]) -> None:
    """A module that may choose is left what the machine allows."""
    policy(OLD_VERSIONS)
    server = nginx()
    with Modem("le866") as modem:
        driver = Driver(modem).begin().attach().enable(version=3)
        driver.dial(server.port)


def test_chain_that_the_machine_finds_weak(policy: Callable[[str], Path],
                                           certificates: Certificates,
                                           nginx: Callable[..., Nginx]) -> None:
    policy(LONG_KEYS)
    with Modem() as modem:
        driver = Driver(modem).begin().attach().enable(auth=1).tune()
        driver.store_all(certificates)
        mark = LogMark(modem)
        driver.error(driver.dial_line(nginx().port), FAILED)
        assert "weaker than GnuTLS's configuration of this machine allows" in mark.warnings()[0]
