"""The file that comes with the service, as it is: whom its module reaches.

The machine is a network namespace with a folder of CA certificates and a /run of its own; servers are on another one.
Source: service/example.yaml.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, EXIT_S

from .test_uplink import World

EXAMPLE = REPOSITORY / "service" / "example.yaml"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
ADDRESS = "10.7.0.1"
# Ours is one of the CAs that the machine trusts, and the port is where the file has it.
INSIDE = f"""mount -t tmpfs none /run && mkdir -p /run/tlsmodem/example && mount --bind "$1" {BUNDLE} || exit 77
shift; exec "$@" """


@pytest.fixture(name="world")
def _world() -> Iterator[World]:
    if not Path(BUNDLE).is_file():
        pytest.skip("this machine has no CA certificates (package ca-certificates)")
    with contextlib.ExitStack() as stack:
        yield World(stack)


class Host:
    """At the pseudo-terminal, which is of this machine's devices."""

    def __init__(self, path: str) -> None:
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd, termios.TCSANOW)

    def ask(self, line: str) -> str:
        os.write(self.fd, line.encode() + b"\r")
        said, deadline = b"", time.monotonic() + ANSWER_S
        while not said.endswith((b"\r\nOK\r\n", b"ERROR\r\n", b"CONNECT\r\n", b"NO CARRIER\r\n")) and b"+CME ERROR" not in said:
            assert select.select([self.fd], [], [], deadline - time.monotonic())[0], said
            said += os.read(self.fd, 1000)
        return said.decode()


@contextlib.contextmanager
def gateway(world: World, certificates: Certificates, folder: Path) -> Iterator[tuple[Host, Path]]:
    trusted, said = folder / "trusted.crt", folder / "said.log"
    trusted.write_bytes(Path(BUNDLE).read_bytes() + certificates.pem("ca").read_bytes())
    with said.open("w") as log, subprocess.Popen(
            [*world.inside(world.near), "unshare", "--mount", "sh", "-c", INSIDE, "sh", trusted, program_path("tlsmodem", "TLSMODEM"),
             "--config", EXAMPLE, "--state", "none", "--log-level", "info"],
            stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            assert process.stdout
            if not process.stdout.readline().startswith("ready: ") and process.wait(EXIT_S) == 77:
                pytest.skip(f"this machine lets nobody have mounts of their own: {said.read_text()}")
            host = Host(os.readlink(f"/proc/{process.pid}/root/run/tlsmodem/example/modem0"))
            for line in ("ATE0", 'AT+CGDCONT=1,"IP","internet"', "AT#SGACT=1,1", "AT#SSLEN=1,1", "AT#SSLSECCFG=1,0,0"):
                assert host.ask(line).endswith("OK\r\n"), line
            yield host, said
        finally:
            process.terminate()
            assert process.wait(EXIT_S) == 0, said.read_text()


@contextlib.contextmanager
def serving(world: World, machine: int, address: str, certificate: Path, key: Path) -> Iterator[None]:
    with subprocess.Popen([*world.inside(machine), "openssl", "s_server", "-accept", f"{address}:8883", "-cert", certificate,
                           "-key", key], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert any(line.startswith("ACCEPT") for line in iter(server.stdout.readline, ""))
            yield
        finally:
            server.kill()


@pytest.fixture(name="own")
def _own(certificates: Certificates, tmp_path: Path) -> Path:
    """Certificates for the address of the servers."""
    for issuer in ("ca", "other_ca"):
        for kind in ("pem", "key"):
            (tmp_path / f"{issuer}.{kind}").write_bytes((certificates.folder / f"{issuer}.{kind}").read_bytes())
        certificates.make(tmp_path, f"of_{issuer}", "server", issuer,
                          f"subjectAltName = IP:{ADDRESS}\nextendedKeyUsage = serverAuth")
    return tmp_path


def test_the_example_verifies(world: World, certificates: Certificates, own: Path, tmp_path: Path) -> None:
    """Its host asks for nothing of the kind."""
    dial = f'AT#SSLD=1,8883,"{ADDRESS}",0,1'
    with gateway(world, certificates, tmp_path) as (host, said):
        for certificate, key, why in (
            (own / "of_other_ca.pem", own / "of_other_ca.key",
             "does not end at a stored CA certificate (its last issuer is CN=tlsmodem other CA; what counts is the policy's ca"),
            (certificates.pem("server"), certificates.key("server"), "issued for another name (it is for localhost"),
        ):
            with serving(world, world.far, ADDRESS, certificate, key):
                assert host.ask(dial).endswith("\r\nERROR\r\n"), said.read_text()
            assert why in said.read_text()
        with serving(world, world.far, ADDRESS, own / "of_ca.pem", own / "of_ca.key"):
            assert host.ask(dial).endswith("\r\nOK\r\n"), said.read_text()
            assert "to TLS 1.3 by policy" in said.read_text()


def test_the_example_keeps_off_its_own_machine(world: World, certificates: Certificates, own: Path, tmp_path: Path) -> None:
    with gateway(world, certificates, tmp_path) as (host, said), \
            serving(world, world.near, "127.0.0.1", own / "of_ca.pem", own / "of_ca.key"):
        for address in ("127.0.0.1", "10.8.0.2", "169.254.169.254"):
            assert "ERROR" in host.ask(f'AT#SSLD=1,8883,"{address}",0,1')
            assert f"a connection to {address} port 8883 refused by the rules of where it may go: deny=local" in said.read_text()
