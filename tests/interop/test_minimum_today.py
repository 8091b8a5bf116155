"""`minimum: today`: what it says of a chain is what OpenSSL's client says of the same server, or stricter.

The differences are those of docs/gateway.md, each with its reason.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.modem import REPOSITORY, Modem
from support.patience import ANSWER_S

from .chains import CASES, Chains, ChainServer, make_chains
from .driver import Driver
from .observe import LogMark

ANSWER = re.compile(rb"\r\n(OK|\+CME ERROR: \d+|ERROR)\r\n")
ADDRESSES = ("127.0.0.1", "localhost")  # need no map


def asks_openssl(server: ChainServer, host: str, store: Path) -> bool:
    """As a program of today would: security level 2, the purpose of a client, the name."""
    named = ["-verify_ip", host] if host[0].isdigit() else ["-verify_hostname", host, "-servername", host]
    result = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", store, "-no-CApath", "-no-CAstore",
         "-verify_return_error", "-purpose", "sslserver", "-cipher", "DEFAULT:@SECLEVEL=2", *named],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=ANSWER_S, check=False,
        env={**os.environ, "OPENSSL_CONF": "/dev/null"})
    return result.returncode == 0


def of_openssl(chains: Chains) -> dict[str, bool]:
    made = {}
    with ChainServer(chains) as server:
        for name, case in CASES.items():
            server.shows(name)
            made[name] = asks_openssl(server, case.host, chains.store)
    return made


def of_the_module(chains: Chains) -> dict[str, tuple[bool, str]]:
    """With the log of each."""
    hosts = {case.host for case in CASES.values()} - set(ADDRESSES)
    options = ["--trace", "at", "--tls-policy", "modern", "--tls-ca", str(chains.store), "--map",
               ",".join(f"{host}=127.0.0.1" for host in sorted(hosts))]
    made = {}
    with ChainServer(chains) as server, Modem("he910", options=options) as modem:
        driver = Driver(modem).begin().attach()
        driver.enable().tune()
        for name, case in CASES.items():
            server.shows(name)
            log = LogMark(modem)
            driver.type(driver.dial_line(server.port, case.host))
            answer = driver.host.read_match(ANSWER).decode()
            made[name] = "OK" in answer, log.text()
            if "OK" in answer:
                driver.ok("AT#SSLH=1")
    return made


def documented() -> dict[str, str]:
    """Chains that OpenSSL takes and we do not: the rows of the page."""
    page = (REPOSITORY / "docs" / "gateway.md").read_text()
    table = page.partition("## What `minimum: today` refuses more")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| ([^|`]+?) \| ([^|]+?) \|$", table, re.MULTILINE)[1:])


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[bool, bool, str]]]:
    """Of each chain OpenSSL's, ours, and our line of the log."""
    chains = make_chains(tmp_path_factory.mktemp("chains"))
    with ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.submit(of_openssl, chains), pool.submit(of_the_module, chains)
        yield {name: (theirs.result()[name], *ours.result()[name]) for name in CASES}


def test_nothing_passes_that_openssl_refuses(verdicts: dict[str, tuple[bool, bool, str]]) -> None:
    assert len(verdicts) >= 150
    assert f" {len(verdicts)}\nchains with one thing wrong each" in (REPOSITORY / "docs" / "gateway.md").read_text()
    assert [name for name, (theirs, ours, _) in verdicts.items() if ours and not theirs] == []


def test_both_know_good_and_bad(verdicts: dict[str, tuple[bool, bool, str]]) -> None:
    """A comparison of two that refuse all, or nothing, would say nothing."""
    assert sum(theirs for theirs, _, _ in verdicts.values()) >= 50
    assert sum(not theirs for theirs, _, _ in verdicts.values()) >= 50
    assert sum(ours for _, ours, _ in verdicts.values()) >= 40


def test_what_is_refused_more_is_in_the_page(verdicts: dict[str, tuple[bool, bool, str]]) -> None:
    refused = {name for name, (theirs, ours, _) in verdicts.items() if theirs and not ours}
    assert refused == set(documented())


def test_each_refusal_has_its_reason(verdicts: dict[str, tuple[bool, bool, str]]) -> None:
    for name, (_, ours, log) in verdicts.items():
        assert ours or re.search(r"warning: he910: socket 1: cannot open \S+ port \d+: \S", log), name
