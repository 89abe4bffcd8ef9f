"""A study solved over many worlds: blocks on a pool of threads, weights from observations, and the result.

Worlds are numbered; a block is a range of numbers and can be drawn and solved alone. Nothing depends on how many
worlds a block has or on which thread solves it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from backstop.faults import Fault, InvalidInput, Refused
from backstop.game.stage import Information
from backstop.scenario.compiled import Model
from backstop.scenario.expression import Value
from backstop.scenario.valuation import Plan
from backstop.text import did_you_mean
from backstop.worlds.draws import Sampler
from backstop.worlds.evaluation import Evaluation, Layout, evaluate, layout
from backstop.worlds.result import ArrangementResult, ObservationResult, Result, summarise_arrangement
from backstop.worlds.summary import Array, effective_worlds, mean_and_error
from backstop.worlds.weights import weights_of

MOST_WORLDS = 2_000_000
# Bytes of arrays that one thread should have at work: the figures that come out do not depend on it.
_WORKING_SET = 24e6
_LEAST_BLOCK, _LARGEST_BLOCK = 256, 8192

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Draws:
    """The parameters of worlds 0 .. count - 1, all drawn: floats where certain, arrays where not."""

    values: Mapping[str, Value]
    count: int

    def block(self, first: int, count: int) -> dict[str, Value]:
        """The parameters of some of the worlds."""
        return {
            name: value if isinstance(value, float) else value[first : first + count]
            for name, value in self.values.items()
        }


def assess(
    model: Model,
    worlds: int = 10_000,
    seed: int = 1,
    arrangements: Sequence[str] | None = None,
    information: Information | None = None,
    threads: int | None = None,
    block: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Solve the arrangements of a model over `worlds` worlds and sum up.

    `arrangements` None: all of them; observed ones are solved in any case. `progress(done, total)` is called as blocks
    end. Raises InvalidInput for unknown names and for faults found while solving, Refused past 2,000,000 worlds.
    """
    if not 1 <= worlds <= MOST_WORLDS:
        raise Refused(Fault(f"{worlds:,} worlds were asked for", hint=f"ask for 1 to {MOST_WORLDS:,}"))
    wanted = chosen_arrangements(model, arrangements)
    convention: Information = information or model.scenario.information
    observations = model.scenario.observations
    observed = list(dict.fromkeys(o.arrangement for o in observations.values()))
    figures = layout(model)
    size = block or block_size(model, figures)
    pool_size = threads or usable_threads()
    order = [*observed, *(a for a in wanted if a not in observed)]
    blocks = -(-worlds // size)
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, blocks * len(order))

    with Workers(pool_size) as workers:
        draws = draw(model, worlds, seed, size, workers)
        held: dict[str, Evaluation] = {}

        def solved(name: str, weights: Array | None, weights_known: bool) -> Evaluation:
            plan = Plan(model, model.levels[name])
            room = Evaluation.room(figures, worlds, not weights_known)

            def task(first: int) -> None:
                count = min(size, worlds - first)
                evaluate(plan, draws.block(first, count), first, count, convention, room, figures, weights)

            workers.run(task, range(0, worlds, size), tick)
            return room

        for name in observed:
            held[name] = solved(name, None, False)
        weights, reports = _weigh(model, figures, held)
        results: dict[str, ArrangementResult] = {}
        unsettled = np.zeros(worlds, dtype=np.bool_)
        for name in order:
            room = held.pop(name) if name in held else solved(name, weights, True)
            unsettled |= ~room.settled
            if name in wanted:
                results[name] = summarise_arrangement(model, figures, name, room, weights, workers)
            del room  # the next arrangement takes its place: two at once would be the most memory of all
        results = {name: results[name] for name in wanted}
        return Result(
            model=model,
            worlds=worlds,
            seed=seed,
            information=convention,
            arrangements=results,
            observations=reports,
            weights=weights,
            effective_worlds=effective_worlds(weights, worlds),
            unconverged_worlds=int(np.count_nonzero(unsettled)),
            parameters=draws.values,
        ).compared(workers)


def _weigh(
    model: Model, figures: Layout, held: Mapping[str, Evaluation]
) -> tuple[Array | None, dict[str, ObservationResult]]:
    observations = model.scenario.observations
    if not observations:
        return None, {}
    seen = {
        name: held[o.arrangement].metrics[figures.metrics.index(o.metric)] for name, o in observations.items()
    }
    weights = weights_of(model, seen)
    reports = {}
    for name, o in observations.items():
        prior, _ = mean_and_error(seen[name], None)
        posterior, _ = mean_and_error(seen[name], weights)
        reports[name] = ObservationResult(o.metric, o.arrangement, prior, posterior, o.observed)
    return weights, reports


def chosen_arrangements(model: Model, names: Sequence[str] | None) -> list[str]:
    """The arrangements asked for, in the order of the file; all of them where none is named."""
    known = list(model.levels)
    if not names:
        return known
    for name in names:
        if name not in known:
            raise InvalidInput(
                Fault(f"no arrangement is called {name}", hint=did_you_mean(name, known, "arrangement"))
            )
    return [name for name in known if name in names]


def draw(model: Model, worlds: int, seed: int, size: int, workers: Workers) -> Draws:
    """All parameters of all worlds, drawn block by block."""
    sampler = Sampler(model.distributions, model.correlations, seed)
    values: dict[str, Value] = {
        name: d if isinstance(d, float) else np.empty(worlds) for name, d in model.distributions.items()
    }

    def task(first: int) -> None:
        count = min(size, worlds - first)
        for name, drawn in sampler.block(first, count).items():
            room = values[name]
            if isinstance(room, np.ndarray):
                room[first : first + count] = drawn

    workers.run(task, range(0, worlds, size))
    return Draws(values, worlds)


def usable_threads() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


def block_size(model: Model, figures: Layout) -> int:
    """Worlds a block should have so that its arrays stay near the processor."""
    actors = len(figures.actors)
    nodes = sum(len(play.nodes) for play in model.game.plays if play is not None)
    endings = sum(len(play.endings) for play in model.game.plays if play is not None)
    per_world = 8.0 * (2.0 * actors * nodes + figures.periods * endings + 4 * actors * len(figures.phases))
    size = int(_WORKING_SET / per_world)
    return max(_LEAST_BLOCK, min(_LARGEST_BLOCK, size - size % 256))


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
