"""Waiting for what comes from another thread or process."""

from __future__ import annotations

import os
import time
from typing import Callable, Optional, TypeVar

T = TypeVar("T")

_FACTOR = float(os.environ.get("TLSMODEM_PATIENCE") or 1)
PATIENCE_S = 30.0 * _FACTOR  # costs nothing unless what is waited for does not come
POLL_S = 0.01


def wait_until(look: Callable[[], Optional[T]], what: Callable[[], str], seconds: Optional[float] = None) -> T:
    """What `look` gives, once it gives something; AssertionError with `what` when it does not in `seconds`."""
    deadline = time.monotonic() + (PATIENCE_S if seconds is None else seconds)
    while True:
        if found := look():
            return found
        if time.monotonic() >= deadline:
            raise AssertionError(what())
        time.sleep(POLL_S)
