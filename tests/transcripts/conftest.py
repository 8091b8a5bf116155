"""Options of the transcript tests."""

from __future__ import annotations

import pytest

from support.player import BACKENDS


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--backend", action="append", default=[], metavar="NAME",
                     help=f"play on this back end only (repeat): {', '.join(BACKENDS)}; also "
                          "tcp, unix, stdio, each with -bytes")
    parser.addoption("--maker", metavar="NAME", help="the transcripts of this folder only")
