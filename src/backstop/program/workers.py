"""Threads that solve blocks of worlds, each with an instance of the module."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar

from backstop.program.runtime import Instance, Machine, Stopped

# A block: its first world and how many it has.
Span = tuple[int, int]
Job = Callable[[Instance, int, int], None]

# Seconds after which the waiting thread looks around, so that it can be interrupted on every system.
_LOOK_EVERY = 0.2
# So few worlds are solved in the calling thread itself, which starting a thread would take longer than.
_AT_ONCE = 32


# Whether what is done here is to end; None where nobody else can say so.
ENDING: ContextVar[threading.Event | None] = ContextVar("ENDING", default=None)


class Workers:
    """As many threads as are told, started for each piece of work; instances are kept from one to the next.

    Several pieces of work may go on at a time: together they solve in no more threads than that.
    """

    def __init__(self, machine: Machine, threads: int) -> None:
        self._machine, self._threads = machine, threads
        self._places = threading.Semaphore(threads)
        self._idle: list[Instance] = []
        self._lock = threading.Lock()

    def run(self, job: Job, spans: Sequence[Span], told: Callable[[int], None]) -> None:
        """`job(instance, first, count)` for every span; `told(count)` in this thread as each of them ends.

        The first error is raised here, and an interruption; then nothing more is begun, calls that are under way are
        ended, and all threads are waited for. Raises Stopped where ENDING says so.
        """
        ending = ENDING.get()
        if ending is not None and ending.is_set():
            raise Stopped
        if self._threads == 1 and len(spans) == 1 and spans[0][1] <= _AT_ONCE:
            self._alone(job, spans[0])
            told(spans[0][1])
            return
        work = _Work(job, spans)
        count = min(self._threads, len(spans))
        threads = [threading.Thread(target=self._worker, args=(work,), name="backstop") for _ in range(count)]
        ended = 0
        try:
            for thread in threads:
                thread.start()
            while ended < len(spans):
                if ending is not None and ending.is_set():
                    raise Stopped
                try:
                    found = work.done.get(timeout=_LOOK_EVERY)
                except queue.Empty:
                    continue
                if isinstance(found, BaseException):
                    raise found
                ended += 1
                told(found)
        finally:
            work.stopping.set()
            if ended < len(spans):
                self._machine.stop()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()

    def _alone(self, job: Job, span: Span) -> None:
        instance = self._instance()
        try:
            job(instance, *span)
        finally:
            self._give_back(instance)

    def _worker(self, work: _Work) -> None:
        try:
            while self._place(work):
                try:
                    span = work.next()
                    if span is None:
                        break
                    self._solve(work, span)
                finally:
                    self._places.release()
        except BaseException as error:
            work.done.put(error)

    def _place(self, work: _Work) -> bool:
        """Wait until one of the threads may solve a block; False where all is to stop."""
        while not self._places.acquire(timeout=_LOOK_EVERY):
            if work.stopping.is_set():
                return False
        return True

    def _solve(self, work: _Work, span: Span) -> None:
        """A block solved; nothing where all is to stop."""
        instance = self._instance()
        try:
            # In this order: whoever stops the work does so before it ends calls.
            while not work.stopping.is_set():
                try:
                    work.job(instance, *span)
                except Stopped:
                    # Other work may have been meant, which all calls under way are ended for.
                    instance.ready()
                    continue
                work.done.put(span[1])
                return
        finally:
            self._give_back(instance)

    def _instance(self) -> Instance:
        """An instance that nobody else uses now."""
        with self._lock:
            found = self._idle.pop() if self._idle else None
        if found is None:
            found = self._machine.instance()
        found.ready()
        return found

    def _give_back(self, instance: Instance) -> None:
        with self._lock:
            self._idle.append(instance)


class _Work:
    """Blocks still to be solved, and what has come of others: their number of worlds, or an error."""

    def __init__(self, job: Job, spans: Sequence[Span]) -> None:
        self.job = job
        self.done: queue.SimpleQueue[int | BaseException] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self._spans, self._lock = iter(spans), threading.Lock()

    def next(self) -> Span | None:
        """The next block; None where there is none, or all is to stop."""
        with self._lock:
            return None if self.stopping.is_set() else next(self._spans, None)
