"""Work shared out among threads. Array operations on many worlds, and solving them, let other threads run meanwhile."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import TypeVar

from backstop.program.host import usable_threads
from backstop.program.workers import ENDING

Item = TypeVar("Item")
Found = TypeVar("Found")

# Seconds after which a waiting thread looks around.
_LOOK_EVERY = 0.2


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


@contextlib.contextmanager
def beside(task: Callable[[], Found], threads: int | None = None) -> Iterator[Callable[[], Found]]:
    """A function that gives what `task` does, which goes on beside the body; one of one thread does it when called.

    What `task` raises is raised by that function. Where the body raises, as on Ctrl-C, the task is ended as soon as it
    solves worlds, and waited for.
    """
    if (threads or usable_threads()) == 1:
        yield cache(task)
        return
    ending, found = threading.Event(), Future[Found]()

    def work() -> None:
        ENDING.set(ending)
        try:
            found.set_result(task())
        except BaseException as error:
            found.set_exception(error)

    def result() -> Found:
        # In small steps, so that it can be interrupted on every system.
        while not wait([found], _LOOK_EVERY).done:
            pass
        return found.result()

    thread = threading.Thread(target=work, name="backstop")
    thread.start()
    try:
        yield result
    except BaseException:
        ending.set()
        raise
    finally:
        thread.join()
