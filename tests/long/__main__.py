"""Reads what scripts/long is told to do, and does it part by part."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import bulk, container, control, fleet, fuzz, kill, packages, pods, readme, soak, switches, trouble
from .part import Failed, Part, UsageError

PARTS: dict[str, Part] = {part.name: part for part in (fuzz.PART, kill.PART, soak.PART, bulk.PART,
                                                      fleet.PART, trouble.PART, packages.PART,
                                                      container.PART, control.PART, pods.PART,
                                                      readme.PART, switches.PART)}


@dataclass
class Order:
    """A part and what was said behind its name."""

    part: Part
    words: list[str]


def usage() -> str:
    width = max(len(part.usage) for part in PARTS.values())
    return "\n".join(["usage: scripts/long [PART [AMOUNT…]]…", "",
                      *(f"  {part.usage:<{width}}  {part.help}" for part in PARTS.values()), "",
                      "Without a PART: all of them.  Figures go to docs/measurements.md."])


def orders_of(words: Sequence[str]) -> list[Order]:
    """A part's name begins its order; what follows, up to the next name, belongs to it."""
    orders: list[Order] = []
    for word in words:
        if word in PARTS:
            orders.append(Order(PARTS[word], []))
        elif orders:
            orders[-1].words.append(word)
        else:
            raise UsageError(f"no part '{word}'; parts: {', '.join(PARTS)}")
    return orders or [Order(part, []) for part in PARTS.values()]


def main(words: Sequence[str]) -> int:
    if {"-h", "--help"} & set(words):
        print(usage())
        return 0
    try:
        runs: list[Callable[[], None]] = [order.part.prepare(order.words)
                                          for order in orders_of(words)]
    except UsageError as error:
        print(f"long: {error}\n{usage()}", file=sys.stderr)
        return 2
    status = 0
    for run in runs:
        try:
            run()
        except Failed as failure:
            print(f"long: {failure}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
