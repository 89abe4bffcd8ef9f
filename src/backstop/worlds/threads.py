"""Work shared out among threads. Array operations on many worlds let other threads run meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from backstop.program.host import usable_threads

Item = TypeVar("Item")
Found = TypeVar("Found")


def in_threads(
    task: Callable[[Item], Found], items: Sequence[Item], threads: int | None = None
) -> list[Found]:
    """`task` of every item, in order; the first error is raised, and after it or Ctrl-C nothing more is begun."""
    count = min(threads or usable_threads(), len(items))
    if count <= 1:
        return [task(item) for item in items]
    with ThreadPoolExecutor(count, "backstop") as pool:
        found = [pool.submit(task, item) for item in items]
        try:
            return [each.result() for each in found]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
