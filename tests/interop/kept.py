"""Servers and modems that the tests of a file share."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, ExitStack
from typing import Any, TypeVar

Thing = TypeVar("Thing")


class Kept:
    """What the tests of a file share for the sake of time: each thing is made when it is first
    asked for.  After a failure all are made anew, so that one test does not fell the next."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Any] = {}
        self._stack = ExitStack()

    def get(self, key: Hashable, make: Callable[[], AbstractContextManager[Thing]]) -> Thing:
        if key not in self._made:
            self._made[key] = self._stack.enter_context(make())
        thing: Thing = self._made[key]
        return thing

    def starter(self, make: Callable[..., AbstractContextManager[Thing]]) -> Callable[..., Thing]:
        """Starts with these options what is not there yet with the same."""
        def start(*arguments: Any, **options: Any) -> Thing:
            key = (make.__qualname__, arguments, tuple(sorted(options.items())))
            return self.get(key, lambda: make(*arguments, **options))
        return start

    def close(self) -> None:
        self._made.clear()
        stack, self._stack = self._stack, ExitStack()
        stack.close()
