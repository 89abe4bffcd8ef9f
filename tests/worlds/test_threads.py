"""Work done beside other work: what it gives, what it raises, and that nothing goes on once the other ends."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from tests.program.endless import endless

from backstop.base.faults import Refused
from backstop.program.host import Host, Wanted
from backstop.program.program import compile_program
from backstop.scenario.model import Model
from backstop.worlds.threads import beside


def backstop_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("backstop")]


@pytest.mark.parametrize("threads", [1, 2])
def test_what_is_done_beside_is_given_where_it_is_asked_for(threads: int) -> None:
    done: list[str] = []

    def task() -> int:
        done.append("beside")
        return 7

    with beside(task, threads) as found:
        if threads == 1:
            assert not done
        assert found() == 7
        assert found() == 7
    assert done == ["beside"]
    assert not backstop_threads()


@pytest.mark.parametrize("threads", [1, 2])
def test_what_it_raises_is_raised_where_it_is_asked_for(threads: int) -> None:
    def task() -> int:
        raise Refused("nothing to be done")

    went_on = False
    with beside(task, threads) as found:
        went_on = True
        with pytest.raises(Refused, match="nothing to be done"):
            found()
    assert went_on


@pytest.fixture(scope="module")
def model() -> Model:
    return endless()


def test_a_body_that_ends_by_an_error_ends_what_solves_beside_it(model: Model) -> None:
    host, begun, ended = Host(compile_program(model), 2), threading.Event(), list[BaseException]()
    worlds = host.program.layout.capacity

    def task() -> None:
        begun.set()
        try:
            host.solve(worlds, {"x": np.linspace(0.0, 1e-3, worlds)}, {}, Wanted(()))
        except BaseException as error:
            ended.append(error)
            raise

    start = time.monotonic()
    with pytest.raises(KeyError), beside(task, 2):
        assert begun.wait(10.0)
        time.sleep(0.3)
        raise KeyError("here")
    # By itself it would take hours.
    assert time.monotonic() - start < 20.0
    assert len(ended) == 1
    assert not backstop_threads()


def test_a_task_that_was_told_to_end_solves_no_more(model: Model) -> None:
    host, waiting, left = Host(compile_program(model), 2), threading.Event(), list[str]()

    def task() -> None:
        waiting.wait(10.0)
        host.solve(2, {"x": 1.0}, {}, Wanted(()))
        left.append("solved")

    with pytest.raises(KeyError), beside(task, 2):
        threading.Timer(0.2, waiting.set).start()
        raise KeyError("here")
    assert not left
    # and the host is as good as before
    assert not host.solve(2, {"x": 1.0}, {}, Wanted(())).flagged.any()
