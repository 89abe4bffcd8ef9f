"""How often each state is stable when preferences that are not known are drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput
from backstop.base.table import Table
from backstop.graphmodel.model.completion import completions, shuffled
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Values, repeated
from backstop.graphmodel.model.preference import Bools, Ranking, Relation
from backstop.graphmodel.stability.concepts import TITLES, Concept
from backstop.graphmodel.stability.ranked import stable_states

Counts = NDArray[np.int64]

ROBUST_CONCEPTS: tuple[Concept, ...] = ("nash", "gmr", "smr", "seq")
_MOST_STATES = 12
Sampling = Literal["exact", "even", "rough", "disturbed"]
_CELLS = 1 << 16
"""States solved at once: many conflicts side by side are one conflict in parts that do not touch."""


@dataclass(frozen=True, eq=False)
class Robustness:
    """Of `draws` completions: in how many each state is stable for each decision maker and an equilibrium.

    `stable[concept]` (decision makers, states), `equilibrium[concept]` (states,). `sampling` is exact where these are
    all completions there are, even where each was drawn with the same chance, rough where that is not proved, and
    disturbed where known rankings were changed.
    """

    format: ClassVar[str] = "backstop-graph-robustness/1"
    conflict: Conflict
    draws: int
    seed: int
    stable: Mapping[Concept, Counts]
    equilibrium: Mapping[Concept, Counts]
    sampling: Sampling = "even"

    def interval(self, concept: Concept, state: int) -> tuple[float, float, float]:
        """Share of draws in which `state` is an equilibrium, and its 95 % interval (Wilson 1927)."""
        count = int(self.equilibrium[concept][state])
        return (count / self.draws,) * 3 if self.sampling == "exact" else wilson(count, self.draws)

    def as_dict(self) -> dict[str, object]:
        """Share of draws in which each state is an equilibrium, with a 95 % interval, and stable for each."""
        names = self.conflict.maker_ids
        return {
            "draws": self.draws,
            "seed": self.seed,
            "sampling": self.sampling,
            "concepts": {
                concept: {
                    state: {
                        **dict(zip(("share", "low", "high"), self.interval(concept, at), strict=True)),
                        "stable": dict(
                            zip(names, (self.stable[concept][:, at] / self.draws).tolist(), strict=True)
                        ),
                    }
                    for at, state in enumerate(self.conflict.states.ids)
                }
                for concept in self.equilibrium
            },
        }

    def lines(self) -> list[str]:
        """One line per concept: states by how often they are equilibria, with 95 % intervals."""
        exact = self.sampling == "exact"
        which = f"all {self.draws:,} completions" if exact else f"{self.draws:,} completions"
        lines = [
            f"Share of {which} in which a state is an equilibrium{'' if exact else ' (95 % interval)'}:",
            *(
                ["rough: not proved that every completion is drawn with the same chance"]
                if self.rough
                else []
            ),
        ]
        named: set[int] = set()
        for concept, row in self.equilibrium.items():
            order = sorted(np.flatnonzero(row).tolist(), key=lambda at: (-row[at], at))[:_MOST_STATES]
            named.update(order)
            words = []
            for at in order:
                share, low, high = self.interval(concept, at)
                error = "" if exact else f" ({low:.0%} to {high:.0%})"
                words.append(f"{self.conflict.states.ids[at]} {share:.0%}{error}")
            lines.append(f"  {TITLES[concept]:5} {', '.join(words) or 'none ever'}")
        return lines + self.conflict.key(sorted(named))

    @property
    def rough(self) -> bool:
        """Whether it is not proved that every completion was drawn with the same chance."""
        return self.sampling == "rough"

    def tables(self) -> list[Table]:
        """One table: the share of completions in which each state is an equilibrium, by concept."""
        rows = [
            (state, *(f"{row[at] / self.draws:.0%}" for row in self.equilibrium.values()))
            for at, state in enumerate(self.conflict.states.ids)
        ]
        heads = tuple(TITLES[concept] for concept in self.equilibrium)
        return [Table("Share of completions", ("state", *heads), tuple(rows))]


def wilson(successes: int, trials: int, z: float = 1.959963984540054) -> tuple[float, float, float]:
    """A share and its 95 % score interval (Wilson 1927)."""
    share = successes / trials
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return share, max(0.0, middle - half), min(1.0, middle + half)


def solve_many(
    conflict: Conflict, ranks: Sequence[Values], concepts: Sequence[Concept] = ROBUST_CONCEPTS
) -> Iterator[tuple[int, Mapping[Concept, Bools]]]:
    """Stability under many preferences: `ranks[i]` is (draws, states).

    Yields (first draw, {concept: (decision makers, draws, states)}) chunk by chunk.
    """
    draws, size = ranks[0].shape
    n = len(ranks)
    chunk = max(1, min(draws, _CELLS // size))
    moves = [repeated(move, chunk) for move in conflict.moves]
    for first in range(0, draws, chunk):
        count = min(chunk, draws - first)
        if count < chunk:
            moves = [repeated(move, count) for move in conflict.moves]
        flat = [np.ascontiguousarray(rank[first : first + count]).reshape(-1) for rank in ranks]
        tables = stable_states(moves, flat, concepts)
        yield first, {concept: table.reshape(n, count, size) for concept, table in tables.items()}


def robustness(
    conflict: Conflict,
    draws: int | None = None,
    seed: int | None = None,
    exchanges: int = 0,
    concepts: Sequence[Concept] = ROBUST_CONCEPTS,
) -> Robustness:
    """Shares over completions of what is unknown, and with `exchanges` over small changes of what is known.

    `draws` and `seed` default to those of the file, else 10,000 and 0. Same seed, same numbers. Raises Refused where a
    preference has no completions, InvalidInput where nothing is open.
    """
    sampled = [p for p in conflict.preferences if isinstance(p, Relation)]
    if draws is None:
        draws = max((p.draws for p in sampled), default=10_000)
    if seed is None:
        seed = max((p.seed for p in sampled), default=0)
    if draws < 1:
        raise InvalidInput("at least one draw is needed", hint="give --draws a positive number")
    if not exchanges and all(isinstance(p, Ranking) for p in conflict.preferences):
        raise InvalidInput(
            "every preference is a complete ranking, so there is nothing to draw",
            hint="leave something unknown in the file, or disturb the rankings with --exchanges N",
        )
    named = zip(conflict.preferences, conflict.maker_ids, strict=True)
    open_ = [completions(preference, name) for preference, name in named]
    counts = [one.count for one in open_]
    total = None if exchanges or None in counts else prod(count or 0 for count in counts)
    sampling: Sampling = "even" if all(one.even for one in open_) else "rough"
    sampling = "disturbed" if exchanges else sampling
    if total is not None and total <= draws:
        draws, sampling = total, "exact"
        # Every completion of one with every one of the others.
        every = [one.every() for one in open_]
        places = np.unravel_index(np.arange(total), [len(ranks) for ranks in every])
        ranks = [mine[at] for mine, at in zip(every, places, strict=True)]
    else:
        ranks = []
        for at, (preference, one) in enumerate(zip(conflict.preferences, open_, strict=True)):
            random = np.random.default_rng([seed, at])
            if isinstance(preference, Ranking) and exchanges:
                ranks.append(shuffled(preference.rank, draws, exchanges, random))
            else:
                ranks.append(one.draw(draws, random))
    n, size = len(ranks), conflict.size
    stable = {concept: np.zeros((n, size), dtype=np.int64) for concept in concepts}
    equilibrium = {concept: np.zeros(size, dtype=np.int64) for concept in concepts}
    for _, tables in solve_many(conflict, ranks, concepts):
        for concept, table in tables.items():
            stable[concept] += table.sum(axis=1)
            equilibrium[concept] += table.all(axis=0).sum(axis=0)
    return Robustness(conflict, draws, seed, stable, equilibrium, sampling)
