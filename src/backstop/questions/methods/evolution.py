"""Evolutionary search for packages where there are too many to enumerate: NSGA-II (Deb et al. 2002), by pymoo.

Measures move on the same grid of levels as the enumeration, so packages met again cost nothing. The search minimises
the expected cost and what else is asked, subject to the share of worlds that meet the target; afterwards each minimal
package found is lowered measure by measure until no single step down is feasible, so that what is reported as minimal
is so at least against its neighbours. Unlike enumeration this may miss packages: it says so by naming how many it
tried.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.packages import Evaluate, Evaluated, Packages, joined, minimal

Key = tuple[int, ...]


class _Tried:
    """Every package evaluated so far, by the positions of its levels on the grid."""

    def __init__(self, levels: Sequence[Sequence[float]], evaluate: Evaluate) -> None:
        self.levels = [np.asarray(sorted(set(values)), dtype=np.float64) for values in levels]
        self.evaluate = evaluate
        self.rows: dict[Key, int] = {}
        self.parts: list[Evaluated] = []

    def levels_at(self, positions: IntArray) -> FloatArray:
        return np.column_stack([values[positions[:, j]] for j, values in enumerate(self.levels)])

    def figures(self, positions: IntArray) -> Evaluated:
        """Figures of packages, of which only those not met before are evaluated."""
        keys: list[Key] = [tuple(map(int, row)) for row in positions]
        fresh = list(dict.fromkeys(key for key in keys if key not in self.rows))
        if fresh:
            self.parts.append(self.evaluate(self.levels_at(np.array(fresh, dtype=np.int64))))
            for key in fresh:
                self.rows[key] = len(self.rows)
            self.parts = [joined(self.parts)]
        at = np.array([self.rows[key] for key in keys])
        known = self.parts[0]
        return Evaluated(
            known.share[at], known.cost[at], {name: values[at] for name, values in known.metrics.items()}
        )


def searched(
    levels: Mapping[str, Sequence[float]],
    evaluate: Evaluate,
    share: float,
    *,
    objectives: Mapping[str, bool] | None = None,
    population: int = 64,
    evaluations: int = 4000,
    seed: int = 0,
) -> Packages:
    """Packages on the grid of `levels` by measure, met in the search for least cost at `share` of worlds.

    `objectives` are further metrics to trade off, each with whether more of it is better. At most about `evaluations`
    packages are asked for. Raises Refused where pymoo is not installed.
    """
    try:
        from pymoo.algorithms.moo.nsga2 import NSGA2
        from pymoo.core.problem import Problem
        from pymoo.operators.crossover.sbx import SBX
        from pymoo.operators.mutation.pm import PM
        from pymoo.operators.repair.rounding import RoundingRepair
        from pymoo.problems.static import StaticProblem
    except ImportError as error:
        raise Refused(
            "searching so many packages needs pymoo, which is not installed",
            hint="install backstop[design], or take fewer levels so that all packages can be tried",
        ) from error
    if not 0.0 < share <= 1.0:
        raise InvalidInput(f"the share of worlds must be above 0 and at most 1, not {share}")
    names = tuple(levels)
    tried = _Tried([levels[name] for name in names], evaluate)
    wanted = dict(objectives or {})
    last = np.array([len(values) - 1 for values in tried.levels])
    problem = Problem(
        n_var=len(names),
        n_obj=1 + len(wanted),
        n_ieq_constr=1,
        xl=np.zeros(len(names)),
        xu=last.astype(np.float64),
        vtype=int,
    )
    algorithm = NSGA2(
        pop_size=population,
        sampling=_start(tried, population, seed),
        crossover=SBX(prob=0.9, eta=10.0, vtype=float, repair=RoundingRepair()),
        mutation=PM(prob=0.9, eta=10.0, vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=True,
    )
    algorithm.setup(problem, termination=("n_eval", evaluations), seed=seed, verbose=False)
    while algorithm.has_next():
        asked: Any = algorithm.ask()
        if asked is None or not len(asked):
            break
        found = tried.figures(np.rint(asked.get("X").astype(np.float64)).astype(np.int64))
        goals = [found.cost] + [-found.metrics[m] if more else found.metrics[m] for m, more in wanted.items()]
        # A figure without a value is worse than any other, and comparable.
        table = np.nan_to_num(np.column_stack(goals), nan=1e300, posinf=1e300, neginf=-1e300)
        short = np.nan_to_num(share - found.share, nan=1.0)[:, None]
        algorithm.evaluator.eval(StaticProblem(problem, F=table, G=short), asked)
        algorithm.tell(infills=asked)
    _lower(tried, share)
    positions = np.array(list(tried.rows), dtype=np.int64)
    figures = tried.parts[0]
    return Packages(names, tried.levels_at(positions), figures, figures.share >= share - 1e-9)


def _zero_at(tried: _Tried) -> IntArray:
    return np.array([int(np.argmin(np.abs(values))) for values in tried.levels])


def _start(tried: _Tried, population: int, seed: int) -> FloatArray:
    """Random packages, and the two ends: no measure at all, and all of every measure."""
    generator = np.random.default_rng(seed)
    last = np.array([len(values) - 1 for values in tried.levels])
    drawn = generator.integers(0, last + 1, size=(population, len(last)))
    zero = _zero_at(tried)
    # Half of the levels at zero: small packages are what is sought.
    drawn = np.where(generator.random(drawn.shape) < 0.5, zero, drawn)
    drawn[0], drawn[1] = zero, last
    return drawn.astype(np.float64)


def _lower(tried: _Tried, share: float, rounds: int = 200) -> None:
    """Step minimal feasible packages down, one measure at a time, until no step is feasible (or after `rounds`)."""
    zero = _zero_at(tried)
    done: set[Key] = set()
    for _ in range(rounds):
        positions = np.array(list(tried.rows), dtype=np.int64)
        feasible = tried.parts[0].share >= share - 1e-9
        rows = np.flatnonzero(feasible)
        front = (
            [tuple(map(int, positions[row])) for row in rows[minimal(tried.levels_at(positions[rows]))]]
            if rows.size
            else []
        )
        fresh = [key for key in front if key not in done]
        if not fresh:
            return
        done.update(fresh)
        steps = [
            (*key[:j], key[j] + (1 if key[j] < zero[j] else -1), *key[j + 1 :])
            for key in fresh
            for j in range(len(key))
            if key[j] != zero[j]
        ]
        if steps:
            tried.figures(np.array(steps, dtype=np.int64))
