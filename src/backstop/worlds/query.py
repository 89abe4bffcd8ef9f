"""Figures of promised levels on worlds: the one way in which worlds are asked.

A query names levels and the figures wanted under them. Only what is wanted is computed, by the compiled program of the
scenario; worlds in which something is not what it must be are solved again by the plain solver, which finds the words.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.faults import InvalidInput, Refused
from backstop.game.choice import Information
from backstop.game.process import expected_cost
from backstop.program.host import Host, Solved, Wanted
from backstop.program.program import compile_program
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model, Use
from backstop.scenario.typed_valuation import courses
from backstop.scenario.valuation import Valuation

Levels = Mapping[str, Value]
"""The promised level of every measure: a number, or one for every world that is asked about."""

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """`metrics` under the promised `levels`, and with `costs` the expected cost of every measure that has one.

    `rows`: the worlds asked about, all by default; arrays in `levels` have one entry for each of them.
    """

    levels: Levels
    metrics: Sequence[str] = ()
    costs: bool = False
    rows: Rows | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Figures of the worlds asked about: `metrics` by name, shape (worlds,), not a number where a condition cannot be.

    `costs`: expected costs, shape (measures with a cost, worlds), without rows where they are not wanted; `values`:
    what the future is worth to each actor at the start, shape (worlds,).
    """

    metrics: Mapping[str, FloatArray]
    costs: FloatArray
    values: Mapping[str, FloatArray]


def ask(
    model: Model,
    parameters: Mapping[str, Value],
    worlds: int,
    queries: Sequence[Query],
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[Figures]:
    """What each query asks of worlds with these `parameters`: numbers, or arrays with one number for every world.

    `information` None: the study's own reading of payoff shocks. Raises InvalidInput for faults found while solving,
    with the place in the file and the number of a world.
    """
    solver = Solver(model, information or model.scenario.information, threads)
    sizes = [worlds if query.rows is None else query.rows.size for query in queries]
    total, found = sum(sizes), list[Figures]()
    for at, (query, size) in enumerate(zip(queries, sizes, strict=True)):
        before = sum(sizes[:at])

        def told(done: int, of: int, before: int = before) -> None:
            if progress is not None:
                progress(before + done, total)

        wanted = Wanted(tuple(query.metrics), costs=query.costs)
        solved = solver.solve(parameters, query.levels, size, wanted, told, query.rows)
        costs = np.stack(list(solved.costs.values())) if solved.costs else np.empty((0, size))
        found.append(Figures(solved.metrics, costs, solved.values))
    return found


@dataclass(frozen=True, slots=True)
class Solver:
    """The compiled program of a model, and the plain solver for what it flags."""

    model: Model
    information: Information
    threads: int | None = None
    host: Host = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "host", _host(Lowered(self.model), self.information, self.threads))

    def solve(
        self,
        parameters: Mapping[str, Value],
        levels: Levels,
        worlds: int,
        wanted: Wanted,
        progress: Progress | None = None,
        rows: Rows | None = None,
    ) -> Solved:
        """Worlds solved, none of them with a fault.

        `rows`: which of the worlds in `parameters` they are, where not all; arrays in `levels` have one entry for each.
        """
        solved = self.host.solve(worlds, parameters, levels, wanted, progress, rows)
        flagged = faulty(solved)
        if rows is not None and flagged.any():
            parameters = {n: v[rows] if isinstance(v, np.ndarray) else v for n, v in parameters.items()}
        self.refuse_faults(flagged, parameters, levels, rows)
        return solved

    def refuse_faults(
        self, flagged: BoolArray, parameters: Mapping[str, Value], levels: Levels, rows: Rows | None = None
    ) -> None:
        """Raise InvalidInput for the first of the worlds that are flagged, in the words of the plain solver."""
        if not flagged.any():
            return
        at = int(np.argmax(flagged))
        world = at if rows is None else int(rows[at])

        def here(values: Mapping[str, Value]) -> dict[str, float]:
            return {n: float(v[at]) if isinstance(v, np.ndarray) else float(v) for n, v in values.items()}

        for valuation, solution in courses(
            self.model, here(levels), here(parameters), world, self.information
        ):
            for measure in self.model.measures.values():
                if measure.cost is not None:
                    expected_cost(solution, self.model.game.start, _cost(valuation, measure.cost))
        raise InvalidInput(
            f"world {world} cannot be solved: a value on the way is not finite",
            hint="payoffs and probabilities far beyond all others are the likely cause",
        )


def faulty(solved: Solved) -> BoolArray:
    """Worlds with a fault. A cost is in use only where its phase is reached, so it is not flagged but not finite."""
    found = solved.flagged
    for cost in solved.costs.values():
        found = found | ~np.isfinite(cost)
    return found


def _cost(valuation: Valuation, use: Use) -> Callable[[int, int], float]:
    return lambda phase, period: valuation.use(use, phase, period)


class Lowered:
    """A model, alike to every other that differs from it only in what a program takes as input."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._key = tuple(
            id(part)
            for part in (
                model.scenario,
                model.game,
                model.discounts,
                model.noises,
                model.slip_margins,
                model.measures,
                model.definitions,
                model.payoffs,
                model.lumps,
                model.nodes,
                model.types,
            )
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Lowered) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(maxsize=16)
def _host(lowered: Lowered, information: Information, threads: int | None) -> Host:
    """The program of a model, ready to run. What is kept here keeps its model, so that no id is taken twice.

    It tells slips, unless the scenario is so large that there is no room for them.
    """
    try:
        program = compile_program(lowered.model, information, slips=True)
    except Refused:
        program = compile_program(lowered.model, information)
    return Host(program, threads)


# As the interpreter ends, the library that runs programs goes before what is kept here.
atexit.register(_host.cache_clear)
