"""What is being done and how long it will take: a bar on a terminal, elsewhere a line every ten seconds.

With BACKSTOP_PROGRESS=json in the environment it is a line of JSON five times a second at most, for programs.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET_SECONDS = 0.5
LINE_SECONDS = 10.0
# Work that is expected to take longer than this is announced with an estimate.
LONG_SECONDS = 20.0
# Of work that takes longer than this it is said why, and what to try.
SLOW_SECONDS = 60.0
_ESTIMATED_AFTER = 2.0
_JSON_SECONDS = 0.2


class _Stage:
    """A stage of work under way: what is done in it, since when, and how much of it there is."""

    def __init__(self, label: str) -> None:
        self.label, self.started = label, time.monotonic()
        self.done = self.total = 0

    def left(self) -> float | None:
        """Seconds that are left at the pace so far; None where that is not known yet."""
        if not 0 < self.done < self.total:
            return None
        return (time.monotonic() - self.started) * (self.total - self.done) / self.done

    def words(self, expected: float = math.inf) -> str:
        """What is being done, how far it is, and how long it will take; `expected`: when the whole is to end."""
        left = self.left()
        if left is None:
            whole = expected - time.monotonic()
            more = f", about {_seconds(whole)} left of the whole" if 0.0 < whole < math.inf else ""
            return f"{self.label}: {_seconds(time.monotonic() - self.started)} so far{more}"
        return f"{self.label}: {100 * self.done // self.total} % done, about {_seconds(left)} left"


def _seconds(value: float) -> str:
    """A time in no more digits than an estimate has."""
    if value < 90:
        whole = max(1, round(value) if value < 10 else 5 * round(value / 5))
        return "1 second" if whole == 1 else f"{whole} seconds"
    minutes = math.ceil(value / 60)
    return f"{minutes} minutes"


@contextlib.contextmanager
def progress_bar(label: str, why: Callable[[], str] | None = None) -> Iterator[Callable[[int, int], None]]:
    """A function `update(done, total)` for work called `label`; `why` says why it is slow, where it takes minutes.

    On a terminal it draws a bar with the time that is left, after half a second. Elsewhere a line comes every ten
    seconds, and an estimate after two where the work is long.
    """
    stage = _Stage(label)
    with _shown(stage) as draw:

        def update(done: int, total: int) -> None:
            nonlocal why
            stage.done, stage.total = done, total
            if why is not None and time.monotonic() - stage.started > _ESTIMATED_AFTER:
                left = stage.left()
                if left is not None and left > SLOW_SECONDS:
                    from backstop.base.words import clean

                    # On a terminal over what stands in the line.
                    over = "\r" if sys.stderr.isatty() else ""
                    print(over + clean(f"note: {why()}"), file=sys.stderr, flush=True)
                why = None
            draw()

        yield update


@contextlib.contextmanager
def progress_steps(seconds: float = math.inf) -> Iterator[Callable[[str], None]]:
    """A function `step(words)` told what is done next: a line for each on a terminal, else one every ten seconds.

    `seconds`: how long the whole is expected to take; said at first where that is long.
    """
    stages = [_Stage("starting")]
    expected = time.monotonic() + seconds
    if LONG_SECONDS < seconds < math.inf and not _for_programs():
        print(f"this will take about {_seconds(seconds)}", file=sys.stderr, flush=True)
    if _for_programs():
        yield lambda words: _print_json(_Stage(words))
        return
    if sys.stderr.isatty():
        import click

        def step(words: str) -> None:
            click.echo(f"{words} ...", err=True)

        yield step
        return
    with _told(lambda: stages[-1], expected):
        yield lambda words: stages.append(_Stage(words))


def _shown(stage: _Stage) -> contextlib.AbstractContextManager[Callable[[], None]]:
    """A function that shows the stage to whoever there is: a program, a person at a terminal, a file."""
    if _for_programs():
        return _in_json(stage)
    return _drawn(stage) if sys.stderr.isatty() else _told(lambda: stage)


def _for_programs() -> bool:
    return os.environ.get("BACKSTOP_PROGRESS") == "json"


def _print_json(stage: _Stage) -> None:
    line = json.dumps({"progress": {"label": stage.label, "done": stage.done, "total": stage.total}})
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _in_json(stage: _Stage) -> Iterator[Callable[[], None]]:
    """A function that prints the stage as a line of JSON, now and then."""
    last = 0.0

    def draw() -> None:
        nonlocal last
        if time.monotonic() - last > _JSON_SECONDS:
            last = time.monotonic()
            _print_json(stage)

    draw()
    yield draw


@contextlib.contextmanager
def _drawn(stage: _Stage) -> Iterator[Callable[[], None]]:
    """A function that draws a bar of the stage; until there is a first part done, the time so far stands there."""
    import click

    bar = None
    begun, out = threading.Event(), sys.stderr

    def wait() -> None:
        written = 0
        # A reader who left must not end the work.
        with contextlib.suppress(OSError, ValueError):
            if not begun.wait(_ESTIMATED_AFTER):
                while True:
                    line = stage.words()
                    print(f"\r{line:{written}}", end="", file=out, flush=True)
                    written = len(line)
                    if begun.wait(1.0):
                        break
                print(f"\r{'':{written}}\r", end="", file=out, flush=True)

    waiter = threading.Thread(target=wait, daemon=True, name="waiting")
    waiter.start()

    def draw() -> None:
        nonlocal bar
        if bar is None:
            if time.monotonic() - stage.started < QUIET_SECONDS or stage.done >= stage.total:
                return
            begun.set()
            waiter.join()
            bar = click.progressbar(length=stage.total, label=stage.label, file=sys.stderr)
            bar.__enter__()
        bar.update(stage.done - bar.pos)

    try:
        yield draw
    finally:
        begun.set()
        waiter.join()
        if bar is not None:
            bar.__exit__(None, None, None)


@contextlib.contextmanager
def _told(stage: Callable[[], _Stage], expected: float = math.inf) -> Iterator[Callable[[], None]]:
    """Lines on standard error about the stage under way, from a thread that ends with the work."""
    ended, out = threading.Event(), sys.stderr

    def tell() -> None:
        # A reader who left must not end the work.
        with contextlib.suppress(OSError, ValueError):
            if ended.wait(_ESTIMATED_AFTER):
                return
            left = stage().left()
            if left is not None and left > LONG_SECONDS:
                print(f"{stage().label}: this will take about {_seconds(left)}", file=out, flush=True)
            while not ended.wait(LINE_SECONDS):
                print(stage().words(expected), file=out, flush=True)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield lambda: None
    finally:
        ended.set()
        teller.join()
