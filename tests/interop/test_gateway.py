"""Drivers of old modules, as transcripts have them and unchanged, against servers of today under the policy `modern`.

Each cell of the table in docs/gateway.md is a run of this test.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.bare_server import TLS_1_0
from support.certs import Certificates
from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S, START_S
from support.servers import GnutlsServ, Nginx

from .makers import MAKERS, dialler

TRANSCRIPTS = REPOSITORY / "tests" / "transcripts"

# By model: its driver, and the model of the transcript's header whose variables count.
DRIVERS = {
    "gl865": ("telit/host-waits-for-sslsring", "gl865"),
    "ge910": ("telit/host-chooses-by-model", "ge910"),
    "gl868-dual-v3": ("telit/host-chooses-by-model", "gl865-v3"),
    "he910": ("telit/host-splits-at-line-feed", "he910"),
    "le910-v2": ("telit/host-byte-exact", "le910-v2"),
    "m95": ("quectel/host-11-capture", "m95"),
    "m66": ("quectel/host-10-state-machine", "m66"),
    "l610": ("fibocom/restart-measured-l610", "l610"),
    "nl668-eau": ("fibocom/nl668-example-4", "nl668-cn-00"),
}

# By the words of the page: what the server is, and whether its certificate is ECDSA.
SERVERS = {
    "TLS 1.3 only": ("1.3", False),
    "ECDHE only": ("ecdhe", False),
    "ECDSA certificate": ("ecdhe", True),
    "no one without SNI": ("1.3 name", False),
}

RAISED = {"1.3": "TLS 1.3", "ecdhe": "TLS 1.2"}


@pytest.mark.parametrize("model", MAKERS)
def test_other_servers_of_1_3_alone(model: str, nginx: Callable[..., Nginx], gnutls: Callable[..., GnutlsServ],
                                    certificates: Certificates) -> None:
    for server in (nginx(protocols="TLSv1.3"), gnutls(priority="NORMAL:-VERS-ALL:+VERS-TLS1.3")):
        with dialler(model, TLS_1_0, *policy(certificates)) as host:
            host.dial(server.port)
            host.opened()
            assert "raised from TLS 1.0 to TLS 1.3 by policy" in host.log.text()


def policy(certificates: Certificates) -> Sequence[str]:
    """The policy, and a name for those that dial an address."""
    return ("--tls-policy", "modern", "--tls-ca", str(certificates.pem("ca")), "--map", "127.0.0.1=127.0.0.1/localhost",
            "--log-level", "info")


@pytest.fixture(scope="module")
def ecdsa(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.make_ecdsa(tmp_path_factory.mktemp("ecdsa"))


def reach(model: str, server: str, certificates: Certificates, ecdsa: tuple[Path, Path]) -> str:
    """Plays the driver; the version that the log says was reached, or what went wrong."""
    path, variables = DRIVERS[model]
    words, is_ecdsa = SERVERS[server]
    key, chain = ecdsa if is_ecdsa else (certificates.key("server"), certificates.chain("server"))
    program = program_path("tlsmodem", "TLSMODEM")
    with tempfile.TemporaryDirectory(prefix="tlsmodem-test-") as folder:
        port = f"{folder}/modem.sock"
        log = Path(folder) / "log"
        with log.open("w") as said, subprocess.Popen(
                [program, "--module", model, "--unix", port, "--state", "none", *policy(certificates)],
                stdout=subprocess.PIPE, stderr=said, text=True) as modem:
            assert modem.stdout is not None
            try:
                assert modem.stdout.readline().startswith("ready: ")
                played = subprocess.run(
                    [program.with_name("tlsmodem_openssl_peers"), "check", f"{path}.at", "--module", variables, "--unix",
                     port], cwd=TRANSCRIPTS, capture_output=True, text=True, timeout=2 * ANSWER_S + START_S, check=False,
                    env={**os.environ, "TLSMODEM_PEER_IS": words, "TLSMODEM_PEER_KEY": str(key),
                         "TLSMODEM_PEER_CHAIN": str(chain)})
            finally:
                modem.terminate()
                modem.wait(ANSWER_S)
        raised = re.findall(r"raised from (?:TLS 1\.\d|SSL 3\.0) to (TLS 1\.\d) by policy|$", log.read_text())
        if played.returncode != 0:
            return f"{played.stdout}{played.stderr}\n{log.read_text()}"
        versions = [version for version in raised if version] or ["TLS 1.2"]  # what some ask for themselves
        return versions[0]


@pytest.fixture(scope="module")
def matrix(certificates: Certificates, ecdsa: tuple[Path, Path]) -> dict[tuple[str, str], str]:
    """Drivers wait for time more than for a processor."""
    cells = [(model, server) for model in DRIVERS for server in SERVERS]
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(cells, pool.map(lambda cell: reach(*cell, certificates, ecdsa), cells)))


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("model", DRIVERS)
def test_an_unchanged_driver_reaches(model: str, server: str, matrix: dict[tuple[str, str], str]) -> None:
    assert matrix[model, server] == RAISED[SERVERS[server][0].split()[0]]


def test_the_page_has_the_table(matrix: dict[tuple[str, str], str]) -> None:
    lines = ["| model | driver | " + " | ".join(SERVERS) + " |", "|---|---|" + "---|" * len(SERVERS)]
    for model, (path, _) in DRIVERS.items():
        cells = [matrix[model, server] for server in SERVERS]
        lines.append(f"| {model} | `{path}` | " + " | ".join(
            cell if len(cell) < 20 else "fails" for cell in cells) + " |")
    assert "\n".join(lines) in (REPOSITORY / "docs" / "gateway.md").read_text(), "\n" + "\n".join(lines)
