"""Threads to work with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from backstop.program.host import usable_threads
from backstop.worlds.threads import in_threads

__all__ = ["Workers", "keep_freed_memory", "usable_threads"]

T = TypeVar("T")


class Workers:
    """So many threads."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def spread(
        self, task: Callable[[int], T], items: Sequence[int], collect: Callable[[int, T], None], worlds: int
    ) -> None:
        """Call `task` for every item and `collect(item, what it gave)` in this thread; the first error is raised."""
        for item, found in zip(items, in_threads(task, items, self.threads), strict=True):
            collect(item, found)


def keep_freed_memory() -> None:
    """Nothing to keep."""
