"""The plugin of pytest: the fixtures `tlsmodem` and `tls_server`, and what a failing test is given.

A test that fails has the log, the journal and the recording of each of its modems in its report, and what its servers
have seen.  --tlsmodem-artifacts FOLDER has them there as files, too, for a CI to keep.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any, Callable, Dict, Generator, Iterator, List, Tuple

import pytest

from .certificates import Certificates
from .modem import Modem
from .server import TlsServer

_LINES = 60  # of a long text, the last ones stand in a report


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tlsmodem")
    group.addoption("--tlsmodem", metavar="PROGRAM", default=None,
                    help="the program; else $TLSMODEM, else tlsmodem of PATH")
    group.addoption("--tlsmodem-artifacts", metavar="FOLDER", default=None,
                    help="where log, journal and recording of a failing test's modems are kept")


class _Made:
    """What a test has made, in this order."""

    def __init__(self) -> None:
        self.modems: List[Modem] = []
        self.servers: List[TlsServer] = []


_KEY = pytest.StashKey[_Made]()


def _made(item: pytest.Item) -> _Made:
    return item.stash.setdefault(_KEY, _Made())


@pytest.fixture(scope="session")
def tlsmodem_certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The CA of this session, and what it issues."""
    return Certificates(tmp_path_factory.mktemp("tlsmodem-certificates"))


@pytest.fixture
def tls_server(request: pytest.FixtureRequest, tlsmodem_certificates: Certificates) -> Iterator[Callable[..., TlsServer]]:
    """Makes TLS servers, tls_server(cert="expired", behind="http"); they end with the test."""
    with contextlib.ExitStack() as stack:
        def make(cert: str = "good", **words: Any) -> TlsServer:
            server = stack.enter_context(TlsServer(cert, certificates=tlsmodem_certificates, **words))
            _made(request.node).servers.append(server)
            return server

        yield make


@pytest.fixture
def tlsmodem(request: pytest.FixtureRequest, tls_server: object) -> Iterator[Callable[..., Modem]]:
    """Makes modems, tlsmodem("m95", map={"api.example.com:8883": server}); they end before the servers."""
    with contextlib.ExitStack() as stack:
        def make(module: str, **words: Any) -> Modem:
            words.setdefault("program", request.config.getoption("--tlsmodem"))
            modem = stack.enter_context(Modem(module, **words))
            _made(request.node).modems.append(modem)
            return modem

        yield make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: "pytest.CallInfo[None]") -> Generator[None, Any, None]:
    """Of a test that has failed the modems end here, so that their recordings are whole."""
    report = (yield).get_result()
    made = item.stash.get(_KEY, None)
    if not report.failed or made is None:
        return
    texts = dict(_texts(made))
    for name, text in texts.items():
        report.sections.append((f"tlsmodem: {name}", _tail(text)))
    if folder := item.config.getoption("--tlsmodem-artifacts"):
        _keep(Path(folder) / re.sub(r"[^\w.-]+", "_", item.nodeid), texts)


def _texts(made: _Made) -> Iterator[Tuple[str, str]]:
    for number, modem in enumerate(made.modems, 1):
        modem.close()
        name = modem.name if len(made.modems) == 1 else f"{modem.name}-{number}"
        yield f"{name} log", modem.log
        yield f"{name} journal", str(modem.journal)
        yield f"{name} recording", modem.recording
    for number, server in enumerate(made.servers, 1):
        yield f"server {number}", str(server)


def _tail(text: str) -> str:
    lines = text.splitlines()
    left_out = [f"({len(lines) - _LINES} lines before)"] if len(lines) > _LINES else []
    return "\n".join(left_out + lines[-_LINES:])


def _keep(folder: Path, texts: Dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        ending = ".at" if name.endswith("recording") else ".txt"
        (folder / (name.replace(" ", "-") + ending)).write_text(text)
