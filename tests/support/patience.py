"""How long tests wait for what must come.

Such a wait ends as soon as the thing is there, so that a long one costs nothing but in a test that
fails.  All are long enough for a machine that has other work, and for sanitizers;
TLSMODEM_PATIENCE=3 makes them three times as long.
"""

from __future__ import annotations

import os
import time

_FACTOR = float(os.environ.get("TLSMODEM_PATIENCE") or 1)

START_S = 60.0 * _FACTOR   # until a program listens or says that it is ready
ANSWER_S = 45.0 * _FACTOR  # until an answer has come; a module's own limits are shorter as a rule
EXIT_S = 45.0 * _FACTOR    # until a program that was told to end has ended

POLL_S = 0.01  # between two looks at what cannot be waited for


def seconds_left(deadline: float) -> float:
    """Up to a moment of time.monotonic()."""
    return max(0.0, deadline - time.monotonic())
