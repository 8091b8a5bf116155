"""Tests that wait more than they work begin all at once; each then looks at what came of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

Outcomes = Callable[[pytest.FixtureRequest], "Future[Any]"]


@contextmanager
def together(request: pytest.FixtureRequest, run: Callable[..., Any], at_once: int) -> Iterator[Outcomes]:
    """For a fixture of a file: calls `run` in a thread with the parameters of each test that was asked for and takes
    this fixture, `at_once` of them at a time.  What it gives or raises is `outcomes(request).result()` in the test."""
    items = [item for item in request.session.items if isinstance(item, pytest.Function) and item.module is request.module
             and request.fixturename in item.fixturenames]
    request.getfixturevalue("tmp_path_factory").getbasetemp()  # else two threads make it, each its own
    with ThreadPoolExecutor(at_once) as pool:
        found = {item.nodeid: pool.submit(run, **item.callspec.params) for item in items}
        yield lambda asked: found[asked.node.nodeid]
