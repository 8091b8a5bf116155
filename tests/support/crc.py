"""Checksums of lines on which the lowest bit of a byte comes first."""

from __future__ import annotations


def crc(data: bytes, polynomial: int, value: int) -> int:
    """By a polynomial with its bits turned round, from `value` on, which is all ones at the beginning of a frame."""
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ polynomial if value & 1 else value >> 1
    return value
