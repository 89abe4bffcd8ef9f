"""Random conflicts in two forms: as the program holds them, and as plain sets for the reference."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

import numpy as np

from backstop.graphmodel.model.conflict import (
    Conflict,
    DecisionMaker,
    Option,
    States,
    graph_moves,
    option_moves,
    plain_states,
)
from backstop.graphmodel.model.feasible import feasible_vectors, pattern_formula
from backstop.graphmodel.model.preference import Ranking, dense_ranks
from backstop.graphmodel.stability.ranked import stable_states


@dataclass(frozen=True)
class Twin:
    """One conflict twice; `moves[i][s]` is a set of states and `ranks[i][s]` an integer."""

    conflict: Conflict
    moves: list[dict[int, set[int]]]
    ranks: list[list[int]]
    vectors: list[int]

    def better(self, i: int, q: int, s: int) -> bool:
        return self.ranks[i][q] > self.ranks[i][s]


def option_twin(r: random.Random) -> Twin:
    """2 to 5 decision makers with options, some of them one-way, some vectors infeasible, ties in some rankings."""
    n = r.randint(2, 5)
    k = r.randint(n, 5 if n < 5 else 6)
    owner = list(range(n)) + [r.randrange(n) for _ in range(k - n)]
    r.shuffle(owner)
    ways = [
        r.choice(["both"] * 4 + ["on_only", "off_only"]) if r.random() < 0.6 else "both" for _ in range(k)
    ]
    patterns = []
    for _ in range(r.choice([0, 0, 1, 2, 3])):
        pattern = ["-"] * k
        for j in r.sample(range(k), min(k, r.randint(2, 3))):
            pattern[j] = r.choice("01")
        patterns.append("".join(pattern))

    def excluded(code: int) -> bool:
        return any(
            all(p == "-" or int(p) == (code >> j & 1) for j, p in enumerate(pattern)) for pattern in patterns
        )

    vectors = [code for code in range(1 << k) if not excluded(code)]
    moves: list[dict[int, set[int]]] = []
    for i in range(n):
        table: dict[int, set[int]] = {}
        for s, here in enumerate(vectors):
            for q, there in enumerate(vectors):
                changed = [j for j in range(k) if (here ^ there) >> j & 1]
                allowed = all(
                    owner[j] == i
                    and not (ways[j] == "on_only" and here >> j & 1)
                    and not (ways[j] == "off_only" and not here >> j & 1)
                    for j in changed
                )
                if changed and allowed:
                    table.setdefault(s, set()).add(q)
        moves.append(table)
    ranks = [_ranks(r, len(vectors)) for _ in range(n)]
    makers = tuple(DecisionMaker(f"d{i}", f"DM {i}") for i in range(n))
    names = [f"o{j}" for j in range(k)]
    options = tuple(
        Option(names[j], f"d{owner[j]}", names[j], ways[j])  # type: ignore[arg-type]
        for j in range(k)
    )
    formulas = [formula for p in patterns if (formula := pattern_formula(p, names)) is not None]
    codes = feasible_vectors(names, formulas)
    assert codes.tolist() == vectors
    states = plain_states(codes)
    conflict = Conflict(
        title="random",
        decision_makers=makers,
        options=options,
        states=states,
        moves=tuple(option_moves(options, states, dm.id) for dm in makers),
        preferences=tuple(Ranking(dense_ranks(np.array(rank))) for rank in ranks),
        status_quo=0,
    )
    return Twin(conflict, moves, ranks, vectors)


def graph_twin(r: random.Random) -> Twin:
    """2 to 5 decision makers on a graph of arbitrary arcs: intransitive, one-way, shared moves."""
    n = r.randint(2, 5)
    size = r.randint(2, 14)
    density = r.choice([0.08, 0.15, 0.3, 0.5])
    moves: list[dict[int, set[int]]] = []
    for _ in range(n):
        table: dict[int, set[int]] = {}
        for s in range(size):
            for q in range(size):
                if s != q and r.random() < density:
                    table.setdefault(s, set()).add(q)
        moves.append(table)
    ranks = [_ranks(r, size) for _ in range(n)]
    makers = tuple(DecisionMaker(f"d{i}", f"DM {i}") for i in range(n))
    conflict = Conflict(
        title="random",
        decision_makers=makers,
        options=(),
        states=States(tuple(f"s{s + 1}" for s in range(size)), np.zeros(0, np.uint64), np.zeros(0, np.int32)),
        moves=tuple(
            graph_moves(size, [(s, q) for s, ends in table.items() for q in ends]) for table in moves
        ),
        preferences=tuple(Ranking(dense_ranks(np.array(rank))) for rank in ranks),
        form="graph",
        status_quo=0,
    )
    return Twin(conflict, moves, ranks, [])


def twin(seed: int) -> Twin:
    """The random conflict with this number: two in three by options, one in three in graph form."""
    r = random.Random(f"conflict-{seed}")
    return graph_twin(r) if seed % 3 == 2 else option_twin(r)


def _ranks(r: random.Random, size: int) -> list[int]:
    if r.random() < 0.5:
        order = list(range(size))
        r.shuffle(order)
        return order
    return [r.randrange(max(2, size // r.choice([1, 2, 4]))) for _ in range(size)]


GUARANTEE = b"""\
format: backstop-graph/1
title: Guarantee
decision_makers: {us: US, russia: Russia}
options:
  fight: {by: us}
  attack: {by: russia}
infeasible: [fight and not attack]
preferences:
  us: {statements: [not fight, not attack]}
  russia: {statements: [not fight, attack]}
status_quo: {attack: no}
"""
"""One who has promised to fight and does not like to."""


def solved(one: Twin) -> dict[str, list[set[int]]]:
    """{concept: [states stable for each decision maker]} as the program finds them."""
    tables = stable_states(one.conflict.moves, one.conflict.rankings("test"))
    return {
        concept: [set(np.flatnonzero(row).tolist()) for row in table] for concept, table in tables.items()
    }


def distance(a: np.ndarray, b: np.ndarray) -> int:  # type: ignore[type-arg]
    """Pairs of states in different order."""
    pairs = itertools.combinations(range(len(a)), 2)
    return sum((a[x] < a[y]) != (b[x] < b[y]) for x, y in pairs)
