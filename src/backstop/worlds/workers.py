"""A pool of threads for blocks of worlds."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait


def usable_threads() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


class Workers:
    """A pool of threads that stops cleanly: after an error or Ctrl-C no further block is started."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def run(
        self, task: Callable[[int], None], items: Sequence[int], tick: Callable[[], None] | None = None
    ) -> None:
        """Call `task` for every item; the first error is raised. `tick` is called in this thread as each one ends."""
        if self._pool is None or len(items) == 1:
            for item in items:
                task(item)
                if tick is not None:
                    tick()
            return
        waiting: set[Future[None]] = {self._pool.submit(task, item) for item in items}
        try:
            while waiting:
                # A timeout keeps the main thread open to Ctrl-C on every system.
                ended, waiting = wait(waiting, timeout=1.0, return_when=FIRST_COMPLETED)
                for future in ended:
                    future.result()
                    if tick is not None:
                        tick()
        except BaseException:
            for future in waiting:
                future.cancel()
            raise
