"""Forked workers, threads and one worker alone give the same; errors and lost workers are one message."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backstop.base.faults import InvalidInput, Refused
from backstop.worlds import workers
from backstop.worlds.workers import Workers, shared_empty

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")


def spread(task: Any, monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    monkeypatch.setattr(workers, "FORK_FROM_WORLDS", 0)
    found: dict[int, Any] = {}
    with Workers(2) as pool:
        pool.spread(task, range(8), found.__setitem__, 8)
    return found


@linux
def test_nothing_to_do_is_nothing_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FORK_FROM_WORLDS", 0)
    with Workers(2) as pool:
        pool.spread(lambda item: item, range(0), lambda item, found: pytest.fail("nothing was asked"), 10_000)


@linux
def test_progress_is_told_while_a_block_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FORK_FROM_WORLDS", 0)
    seen = shared_empty((1,))
    while_at_work: list[float] = []

    def task(item: int) -> None:
        seen[0] = 1.0
        time.sleep(1.0)

    with Workers(2) as pool:
        pool.spread(task, range(2), lambda *ended: None, 2, meanwhile=lambda: while_at_work.append(seen[0]))
    assert 1.0 in while_at_work and len(while_at_work) >= 3


@linux
def test_forked_workers_write_to_shared_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    room = shared_empty((8,))
    here = os.getpid()

    def task(item: int) -> bool:
        room[item] = item**2
        return os.getpid() != here

    assert all(spread(task, monkeypatch).values())
    assert np.array_equal(room, np.arange(8) ** 2)


@linux
def test_a_fault_in_a_forked_worker_keeps_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def task(item: int) -> None:
        raise InvalidInput("the noise is negative in world 3")

    with pytest.raises(InvalidInput, match="the noise is negative in world 3"):
        spread(task, monkeypatch)


@linux
def test_a_worker_that_is_killed_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def task(item: int) -> None:
        os.kill(os.getpid(), 9)

    with pytest.raises(Refused, match="ended from outside"):
        spread(task, monkeypatch)
