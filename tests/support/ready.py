"""Reading and writing where select() has said that it may: a PTY on a busy machine may say so too early."""

from __future__ import annotations

import os


def read_ready(fd: int, most: int = 65536) -> bytes:
    """What is there; empty when it was nothing after all.  OSError at the end of a PTY."""
    try:
        return os.read(fd, most)
    except BlockingIOError:
        return b""


def write_ready(fd: int, data: bytes) -> int:
    """How many bytes were taken."""
    try:
        return os.write(fd, data)
    except BlockingIOError:
        return 0
