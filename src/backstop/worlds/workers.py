"""Workers for blocks of worlds: threads, or forked processes where the work is long enough to be worth them.

A block is thousands of short NumPy calls, and threads of one interpreter lose most of what they gain by passing its
lock around between them. Forked processes inherit the worlds as they are and write what they find into shared memory.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

from backstop.base.faults import Refused

T = TypeVar("T")

# Forking costs some hundredths of a second each time.
FORK_FROM_WORLDS = 4_000

# Seconds after which the waiting thread looks around.
_LOOK_EVERY = 0.2

# Numbers of two parameters in glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3

# What forked processes do; they inherit it.
_task: Callable[[int], Any] | None = None


def shared_empty(shape: tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """An array that forked processes share with this one; plain memory where nothing is forked."""
    kind = np.dtype(dtype)
    room = mmap.mmap(-1, max(1, math.prod(shape) * kind.itemsize))
    return np.frombuffer(room, kind, math.prod(shape)).reshape(shape)


def usable_threads() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


class Workers:
    """A pool that stops cleanly: after an error or Ctrl-C no further block is started."""

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
        _collect(self._pool, task, items, lambda item, found: tick() if tick is not None else None)

    def spread(
        self,
        task: Callable[[int], T],
        items: Sequence[int],
        collect: Callable[[int, T], None],
        worlds: int,
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Call `task` for every item and `collect(item, what it gave)` in this thread; the first error is raised.

        The work is on `worlds` worlds in all. Where it is forked, `task` may write to arrays of `shared_empty` alone.
        `meanwhile` is called in this thread several times a second while others work.
        """
        if self._pool is None or len(items) <= 1:
            for item in items:
                collect(item, task(item))
        elif sys.platform == "linux" and worlds >= FORK_FROM_WORLDS:
            self._forked(task, items, collect, meanwhile)
        else:
            _collect(self._pool, task, items, collect, meanwhile)

    def _forked(
        self,
        task: Callable[[int], T],
        items: Sequence[int],
        collect: Callable[[int, T], None],
        meanwhile: Callable[[], None] | None,
    ) -> None:
        global _task
        _task = task
        try:
            with warnings.catch_warnings():
                # Newer Pythons warn of forking while there are threads. Ours are idle and hold no lock.
                warnings.simplefilter("ignore", DeprecationWarning)
                pool = ProcessPoolExecutor(
                    min(self.threads, len(items)),
                    multiprocessing.get_context("fork"),
                    _begin_worker,
                )
                with pool:
                    _collect(pool, _forked_task, items, collect, meanwhile)
        except BrokenProcessPool as error:
            raise Refused(
                "a worker process was ended from outside", hint="memory may be short: ask for fewer worlds"
            ) from error
        finally:
            _task = None


def _begin_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # left to the parent
    keep_freed_memory()


def keep_freed_memory() -> None:
    """Tell glibc, where that is the allocator, to keep what is freed: arrays of a block are asked for over and over,
    and a page that has gone back to the system must be cleared and mapped anew each time.
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another allocator
        return
    mallopt(_M_MMAP_THRESHOLD, 32 << 20)
    mallopt(_M_TRIM_THRESHOLD, 1 << 30)


def _forked_task(item: int) -> Any:
    assert _task is not None
    return _task(item)


def _collect(
    pool: Executor,
    task: Callable[[int], T],
    items: Sequence[int],
    collect: Callable[[int, T], None],
    meanwhile: Callable[[], None] | None = None,
) -> None:
    """Submit all items and collect what they give as they end; after an error nothing further is started."""
    asked: dict[Future[T], int] = {pool.submit(task, item): item for item in items}
    waiting = set(asked)
    try:
        while waiting:
            # A timeout keeps the main thread open to Ctrl-C on every system.
            ended, waiting = wait(waiting, timeout=_LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in ended:
                collect(asked[future], future.result())
            if meanwhile is not None:
                meanwhile()
    except BaseException:
        for future in waiting:
            future.cancel()
        raise
