"""A study solved over many worlds and summed up: weights from observations, and the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.game.stage import Information
from backstop.scenario.model import Model
from backstop.worlds.ensemble import Ensemble, Progress
from backstop.worlds.evaluation import Evaluation
from backstop.worlds.result import ArrangementResult, ObservationResult, Result, summarise_arrangements
from backstop.worlds.statistics import Array, effective_worlds, mean_and_error
from backstop.worlds.weights import log_weights_of, normalised
from backstop.worlds.workers import Workers, usable_threads

MOST_WORLDS = 2_000_000


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
        raise Refused(f"{worlds:,} worlds were asked for", hint=f"ask for 1 to {MOST_WORLDS:,}")
    wanted = chosen_arrangements(model, arrangements)
    observed = observed_arrangements(model)
    order = [*observed, *(a for a in wanted if a not in observed)]
    with Workers(threads or usable_threads()) as workers:
        ensemble = Ensemble.drawn(model, worlds, seed, workers, information, block)
        total = ensemble.blocks * len(order)
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, total)

        results: dict[str, ArrangementResult] = {}
        unsettled = np.zeros(worlds, dtype=np.bool_)
        weights: Array | None = None
        reports: dict[str, ObservationResult] = {}
        for names in _passes(order, len(observed), ensemble.at_once(len(order))):
            levels = {name: model.levels[name] for name in names}
            if observed and weights is None:
                rooms, weights, reports = weigh(ensemble, levels, observed, tick)
            else:
                rooms = ensemble.solve_all(levels, weights, tick=tick)
            for room in rooms.values():
                unsettled |= ~room.settled
            kept = {name: rooms[name] for name in names if name in wanted}
            results |= summarise_arrangements(model, ensemble.figures, kept, weights, workers)
            del rooms, kept  # the next ones take their place
        return Result(
            model=model,
            worlds=worlds,
            seed=seed,
            information=ensemble.information,
            arrangements={name: results[name] for name in wanted},
            observations=reports,
            weights=weights,
            effective_worlds=float(worlds) if weights is None else effective_worlds(weights),
            unconverged_worlds=int(np.count_nonzero(unsettled)),
            parameters=ensemble.parameters,
        ).compared(workers)


def observed_arrangements(model: Model) -> list[str]:
    """Arrangements that some observation is about, in the order of the observations."""
    return list(dict.fromkeys(o.arrangement for o in model.scenario.observations.values()))


def _passes(order: list[str], observed: int, at_once: int) -> list[list[str]]:
    """The arrangements in the goes that they are solved in; those observed are all in the first."""
    first = max(observed, at_once)
    return [order[:first], *(order[i : i + at_once] for i in range(first, len(order), at_once))]


def weigh(
    ensemble: Ensemble,
    levels: Mapping[str, Mapping[str, float]],
    observed: Sequence[str],
    tick: Callable[[], None] | None = None,
) -> tuple[dict[str, Evaluation], Array, dict[str, ObservationResult]]:
    """Arrangements solved, the weights that follow from those observed, and a report on each observation."""
    model = ensemble.model
    observations = model.scenario.observations
    rows = {name: ensemble.figures.metrics.index(o.metric) for name, o in observations.items()}

    def seen(rooms: Mapping[str, Evaluation], here: slice) -> dict[str, Array]:
        return {name: rooms[o.arrangement].metrics[rows[name], here] for name, o in observations.items()}

    def log_weights(first: int, count: int, rooms: Mapping[str, Evaluation]) -> Array:
        return log_weights_of(model, seen(rooms, slice(first, first + count)), first)

    held, logs = ensemble.solve_weighing(levels, observed, log_weights, tick)
    weights = normalised(model, logs)
    reports = {}
    for name, values in seen(held, slice(None)).items():
        o = observations[name]
        prior, posterior = mean_and_error(values, None)[0], mean_and_error(values, weights)[0]
        reports[name] = ObservationResult(o.metric, o.arrangement, prior, posterior, o.observed)
    return held, weights, reports


def chosen_arrangements(model: Model, names: Sequence[str] | None) -> list[str]:
    """The arrangements asked for, in the order of the file; all of them where none is named."""
    known = list(model.levels)
    if not names:
        return known
    for name in names:
        if name not in known:
            raise InvalidInput(
                f"no arrangement is called {name}", hint=did_you_mean(name, known, "arrangement")
            )
    return [name for name in known if name in names]
