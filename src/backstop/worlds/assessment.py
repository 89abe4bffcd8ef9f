"""A study solved over many worlds and summed up: weights from observations, and the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from backstop.faults import Fault, InvalidInput, Refused
from backstop.game.stage import Information
from backstop.scenario.compiled import Model
from backstop.text import did_you_mean
from backstop.worlds.ensemble import Ensemble, Progress
from backstop.worlds.evaluation import Evaluation, Layout
from backstop.worlds.result import ArrangementResult, ObservationResult, Result, summarise_arrangement
from backstop.worlds.summary import Array, effective_worlds, mean_and_error
from backstop.worlds.weights import weights_of
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
        raise Refused(Fault(f"{worlds:,} worlds were asked for", hint=f"ask for 1 to {MOST_WORLDS:,}"))
    wanted = chosen_arrangements(model, arrangements)
    observed = observed_arrangements(model)
    order = [*observed, *(a for a in wanted if a not in observed)]
    with Workers(threads or usable_threads()) as workers:
        ensemble = Ensemble.drawn(model, worlds, seed, workers, information, block)
        done = 0

        def tick() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done, ensemble.blocks * len(order))

        held = {name: ensemble.solve(model.levels[name], by_world=True, tick=tick) for name in observed}
        weights, reports = weigh(model, ensemble.figures, held)
        results: dict[str, ArrangementResult] = {}
        unsettled = np.zeros(worlds, dtype=np.bool_)
        for name in order:
            room = held.pop(name, None)
            if room is None:
                room = ensemble.solve(model.levels[name], weights, tick=tick)
            unsettled |= ~room.settled
            if name in wanted:
                results[name] = summarise_arrangement(model, ensemble.figures, name, room, weights, workers)
            del room  # the next arrangement takes its place: two at once would be the most memory of all
        return Result(
            model=model,
            worlds=worlds,
            seed=seed,
            information=ensemble.information,
            arrangements={name: results[name] for name in wanted},
            observations=reports,
            weights=weights,
            effective_worlds=effective_worlds(weights, worlds),
            unconverged_worlds=int(np.count_nonzero(unsettled)),
            parameters=ensemble.parameters,
        ).compared(workers)


def observed_arrangements(model: Model) -> list[str]:
    """Arrangements that some observation is about, in the order of the observations."""
    return list(dict.fromkeys(o.arrangement for o in model.scenario.observations.values()))


def weigh(
    model: Model, figures: Layout, held: Mapping[str, Evaluation]
) -> tuple[Array | None, dict[str, ObservationResult]]:
    """Weights from the observed arrangements in `held` (None where nothing is observed), and a report on each."""
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
