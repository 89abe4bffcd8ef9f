"""An arrangement solved in all worlds of an assessment, as far as figures are kept by world or summed over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.program.host import Block, Solved, Wanted
from backstop.scenario.expression.expression import Value
from backstop.worlds.query import Levels, Progress, Solver, faulty
from backstop.worlds.statistics import REPLICATIONS, sums_by_replication

# Bytes of the curves of one arrangement beyond which they are held in single precision: seven digits, where quantiles
# over worlds have three or four that mean anything.
_MOST_DOUBLE = 64e6
# Bytes of curves that are held at a time. Where there are more, the worlds are solved again for the rest.
_MOST_HELD = 256e6

_BLOCK = 256 * REPLICATIONS

Curves = Mapping[str, NDArray[Any]]
"""By metric, shape (T + 1, worlds), in double or single precision; metrics that differ in their year share one."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One arrangement: `metrics`, `values` by actor and `costs` by measure, shape (worlds,); `settled` likewise.

    `slips` by metric and actor, shape (worlds,), as in `Solved`; nothing where the program has no room for them.
    `phase_sums`, (16, T + 1, phases), and `outcome_sums`, (16, outcomes): sums of the phases' shares and of the numbers
    of the outcomes over the worlds of each replication, times the weights.
    """

    metrics: Mapping[str, FloatArray]
    values: Mapping[str, FloatArray]
    costs: Mapping[str, FloatArray]
    slips: Mapping[str, Mapping[str, FloatArray]]
    settled: BoolArray
    curves: Curves
    phase_sums: FloatArray
    outcome_sums: FloatArray


def solved_sample(
    solver: Solver,
    parameters: Mapping[str, Value],
    worlds: int,
    levels: Levels,
    weights: FloatArray | None,
    curves: Sequence[str] = (),
    progress: Progress | None = None,
    numbers: Rows | None = None,
) -> Sample:
    """The sample of an arrangement that promises `levels`. `weights` None: all alike; `curves`: metrics whose are kept.

    Raises InvalidInput for faults found while solving, with the world's number: `numbers`, (worlds,), where these are
    not the first worlds of their seed.
    """
    room = _Room(solver, worlds, curves)

    def take(block: Block) -> tuple[FloatArray, FloatArray]:
        here = slice(block.first, block.first + block.count)
        return room.take(here, block.solved[""], np.ones(block.count) if weights is None else weights[here])

    has_slips = solver.host.program.layout.has_slips
    wanted = Wanted(curves=bool(curves), costs=True, shares=True, outcomes=True, slips=has_slips)
    found = solver.host.each(take, worlds, parameters, {"": levels}, wanted, _BLOCK, progress)
    solver.refuse_faults(room.faulty, parameters, levels, numbers)
    # Always in the order of the blocks, whichever ended first.
    phases, outcomes = (np.sum([part[i] for part in found], axis=0) for i in (0, 1))
    shape = (solver.model.periods + 1, len(solver.model.shown), REPLICATIONS)
    return room.sample(np.moveaxis(phases.reshape(shape), -1, 0), outcomes.T)


class _Room:
    """Room for one arrangement in all worlds."""

    def __init__(self, solver: Solver, worlds: int, curves: Sequence[str]) -> None:
        layout = solver.host.program.layout
        self.metrics, self.values, self.costs = (
            {name: np.empty(worlds) for name in names}
            for names in (layout.metrics, layout.values, layout.costs)
        )
        self.slips = {name: {actor: np.empty(worlds) for actor in by} for name, by in layout.slips.items()}
        self.settled, self.faulty = (np.empty(worlds, np.bool_) for _ in range(2))
        self.curves = _curve_rooms(solver, worlds, curves)
        self.distinct = dict({id(c): (n, c) for n, c in self.curves.items()}.values())

    def take(self, here: slice, solved: Solved, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Keep what is solved of the worlds `here`; the weighted sums of shares and outcomes by replication."""
        for rooms, found in (
            (self.metrics, solved.metrics),
            (self.values, solved.values),
            (self.costs, solved.costs),
            *((rooms, solved.slips[name]) for name, rooms in self.slips.items()),
        ):
            for name, room in rooms.items():
                room[here] = found[name]
        for name, curve in self.distinct.items():
            curve[:, here] = solved.curves[name]
        self.settled[here], self.faulty[here] = solved.settled, faulty(solved)
        assert solved.shares is not None
        # Nothing else is read from these, so they are weighted where they stand.
        shares = solved.shares.reshape(-1, weights.size)
        shares *= weights
        outcomes = np.stack(list(solved.outcomes.values()))
        outcomes *= weights
        return sums_by_replication(shares), sums_by_replication(outcomes)

    def sample(self, phase_sums: FloatArray, outcome_sums: FloatArray) -> Sample:
        """All that is kept."""
        return Sample(
            self.metrics,
            self.values,
            self.costs,
            self.slips,
            self.settled,
            self.curves,
            phase_sums,
            outcome_sums,
        )


def solved_curves(
    solver: Solver,
    parameters: Mapping[str, Value],
    worlds: int,
    levels: Levels,
    names: Sequence[str],
    progress: Progress | None = None,
) -> Curves:
    """Curves of some metrics under the levels of one arrangement."""
    curves = _curve_rooms(solver, worlds, names)

    def take(block: Block) -> None:
        for name, curve in curves.items():
            curve[:, block.first : block.first + block.count] = block.solved[""].curves[name]

    wanted = Wanted(tuple(names), curves=True)
    solver.host.each(take, worlds, parameters, {"": levels}, wanted, _BLOCK, progress)
    return curves


def curve_groups(solver: Solver, worlds: int) -> list[list[str]]:
    """The metrics that have a curve, in groups whose curves can be held at a time."""
    figures = solver.host.program.layout.curves
    rows = list(dict.fromkeys(figure.offset for figure in figures.values()))
    each = _precision(solver, worlds).itemsize * (solver.model.periods + 1) * worlds
    at_once = max(1, int(_MOST_HELD // each))
    groups = [set(rows[i : i + at_once]) for i in range(0, len(rows), at_once)]
    return [[name for name, figure in figures.items() if figure.offset in group] for group in groups]


def _curve_rooms(solver: Solver, worlds: int, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Room for curves; those that a program gives in one place share an array."""
    places = {name: solver.host.program.layout.curves[name].offset for name in names}
    shape, kind = (solver.model.periods + 1, worlds), _precision(solver, worlds)
    rows = {place: np.empty(shape, kind) for place in places.values()}
    return {name: rows[place] for name, place in places.items()}


def _precision(solver: Solver, worlds: int) -> np.dtype[Any]:
    rows = len({figure.offset for figure in solver.host.program.layout.curves.values()})
    whole = 8.0 * rows * (solver.model.periods + 1) * worlds
    return np.dtype(np.float32 if whole > _MOST_DOUBLE else np.float64)
