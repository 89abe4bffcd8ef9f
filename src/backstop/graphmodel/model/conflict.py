"""A conflict: who decides, what each can do, which states there are, who can move where, and who prefers what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput, Place, Refused
from backstop.base.words import did_you_mean
from backstop.graphmodel.model.feasible import Codes, feasible_vectors, option_truth
from backstop.graphmodel.model.formula import Formula, Truth, evaluate
from backstop.graphmodel.model.moves import Arcs, Moves, Pools, Values
from backstop.graphmodel.model.preference import Bools, Preference, Ranking, as_ranking
from backstop.graphmodel.model.sequences import Path

Direction = Literal["both", "on_only", "off_only"]
Form = Literal["option", "merged", "graph"]

MAX_ARCS = 150_000_000
"""Arcs held explicitly; they are where moves are banned or listed, or states merged."""

MAX_ONE_WAY = 1 << 28
"""States times choices of one-way options of one decision maker."""


@dataclass(frozen=True, slots=True)
class DecisionMaker:
    """One who decides. `evidence` cites the statements that the preferences rest on."""

    id: str
    name: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """Something its owner (a decision maker's id) can do or leave."""

    id: str
    owner: str
    name: str
    direction: Direction = "both"
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class States:
    """States by index: their ids, and the option vectors each stands for (several if merged, none in graph form).

    `codes[v]` is vector v (bit j: option j taken) and `node[v]` the state it belongs to.
    """

    ids: tuple[str, ...]
    codes: Codes
    node: NDArray[np.int32]
    titles: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Index of each id."""
        return {name: at for at, name in enumerate(self.ids)}

    @cached_property
    def single(self) -> bool:
        """Whether every state is exactly one vector."""
        return len(self.codes) == len(self.ids) and len(np.unique(self.node)) == len(self.ids)

    @cached_property
    def plain(self) -> bool:
        """Whether state s is vector s and nothing else."""
        return self.single and np.array_equal(self.node, np.arange(len(self)))

    def as_dicts(self, options: int) -> list[dict[str, str]]:
        """Each state with its id, its vector and its title, where it has them."""
        if self.plain and len(self.codes):
            bits = [f"{code:0{options}b}"[::-1] for code in self.codes.tolist()]
        else:
            bits = [self.bits(at, options) for at in range(len(self))]
        given = zip(self.ids, bits, map(self.titles.get, self.ids), strict=True)
        fields = ({"id": name, "bits": vector, "title": title} for name, vector, title in given)
        return [{key: value for key, value in one.items() if value} for one in fields]

    def bits(self, state: int, options: int) -> str:
        """The vector of a state, first option first; `-` where merged vectors differ; empty where there is none."""
        codes = self.codes[state : state + 1] if self.plain else self.codes[self.node == state]
        if not len(codes):
            return ""
        marks = []
        for j in range(options):
            taken = option_truth(codes, j)
            marks.append("1" if taken.all() else "0" if not taken.any() else "-")
        return "".join(marks)


@dataclass(frozen=True, eq=False)
class Conflict:
    """Everything the analyses need; `moves` and `preferences` have one entry per decision maker, in order.

    `variants` are the other sets of preferences in the file, with their titles; `citations` are all ids of statements
    and propositions that the file cites, with their places.
    """

    title: str
    decision_makers: tuple[DecisionMaker, ...]
    options: tuple[Option, ...]
    states: States
    moves: tuple[Moves, ...]
    preferences: tuple[Preference, ...]
    form: Form = "option"
    status_quo: int | None = None
    notes: tuple[str, ...] = ()
    variants: Mapping[str, str] = field(default_factory=dict)
    variant: str = ""
    question: str = ""
    citations: tuple[tuple[str, Place], ...] = ()

    def __post_init__(self) -> None:
        assert len(self.decision_makers) == len(self.moves) == len(self.preferences)

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.states)

    @cached_property
    def ranks(self) -> tuple[Values, ...] | None:
        """One ranking per decision maker, or None where a preference is not a ranking."""
        found = [as_ranking(preference) for preference in self.preferences]
        if any(ranking is None for ranking in found):
            return None
        return tuple(ranking.rank for ranking in found if ranking is not None)

    def rankings(self, what: str) -> tuple[Values, ...]:
        """The rankings; raises Refused, naming `what` was asked for, where a preference is not one."""
        ranks = self.ranks
        if ranks is None:
            at = next(i for i, p in enumerate(self.preferences) if as_ranking(p) is None)
            raise Refused(
                f"{what} needs a complete ranking of every decision maker, and that of"
                f" {self.maker_ids[at]} is not one (unknown, intransitive or graded)",
                hint="give a ranking, statements or weights; or see the uncertain, fuzzy and sampled results",
            )
        return ranks

    def decision_maker(self, name: str) -> int:
        """Index of a decision maker by id. Raises InvalidInput with the nearest id."""
        if name not in self.maker_ids:
            raise InvalidInput(
                f"no decision maker is called {name}",
                hint=did_you_mean(name, self.maker_ids, "decision maker"),
            )
        return self.maker_ids.index(name)

    def state(self, name: str) -> int:
        """Index of a state by id. Raises InvalidInput with the nearest id."""
        at = self.states.index.get(name)
        if at is None:
            raise InvalidInput(
                f"no state is called {name}", hint=did_you_mean(name, self.states.ids, "state")
            )
        return at

    def with_preferences(self, preferences: Sequence[Preference]) -> Conflict:
        """The same conflict with other preferences."""
        return replace(self, preferences=tuple(preferences))

    def with_ranks(self, ranks: Sequence[Values]) -> Conflict:
        """The same conflict with other rankings."""
        return self.with_preferences([Ranking(rank) for rank in ranks])

    def truth(self, formula: Formula) -> Truth:
        """Truth of a formula at each state; of a merged state it is true where it is true of every vector in it."""
        return state_truth(formula, self.options, self.states)

    def describe(self, state: int) -> str:
        """A state in words: what is taken there; by whom, where several have an option of that name."""
        title = self.states.titles.get(self.states.ids[state], "")
        bits = self.states.bits(state, len(self.options))
        if not bits:
            return title
        names = Counter(option.name for option in self.options)
        taken = [
            option.name if names[option.name] == 1 else f"{option.name} ({option.owner})"
            for option, mark in zip(self.options, bits, strict=True)
            if mark == "1"
        ]
        words = "; ".join(taken) if taken else "nothing is done"
        return f"{title}: {words}" if title else words

    @cached_property
    def maker_ids(self) -> tuple[str, ...]:
        """Ids of the decision makers, in order."""
        return tuple(dm.id for dm in self.decision_makers)

    def ids_of(self, chosen: Bools) -> list[str]:
        """Ids of the states where `chosen` (states,) is true, or every row of it (decision makers, states)."""
        everywhere = chosen.reshape(-1, self.size).all(axis=0)
        return [self.states.ids[at] for at in np.flatnonzero(everywhere).tolist()]

    def key(self, states: Sequence[int]) -> list[str]:
        """What is done in each of some states, a line each; nothing where no words are known for any."""
        wide = max((len(self.states.ids[at]) for at in states), default=0)
        told = [(self.states.ids[at], self.describe(at)) for at in states]
        return [f"  {name:{wide}}  {words}" for name, words in told if words]

    def some(self, chosen: Bools, most: int = 64) -> str:
        """The states of `ids_of` in words; `most` of them by id, the rest counted."""
        ids = self.ids_of(chosen)
        more = f" and {len(ids) - most:,} more" if len(ids) > most else ""
        return ", ".join(ids[:most]) + more if ids else "none"

    def stable(self, table: Bools) -> dict[str, list[str]]:
        """Ids of the states stable for each decision maker, from a table (decision makers, states)."""
        return {name: self.ids_of(row) for name, row in zip(self.maker_ids, table, strict=True)}

    def steps(self, path: Path) -> list[list[str]]:
        """A path as [decision maker, state] pairs of ids."""
        return [[self.maker_ids[mover], self.states.ids[state]] for mover, state in path]

    def path_words(self, path: Path) -> str:
        """A path in words: `russia to s4, us to s6`."""
        return ", ".join(f"{mover} to {state}" for mover, state in self.steps(path))

    def state_words(self, state: int) -> str:
        """A state with what is done there: `s4 (deal; backstop)`."""
        words = self.describe(state)
        return f"{self.states.ids[state]} ({words})" if words else self.states.ids[state]


def name_truth(name: str, options: Sequence[Option], states: States) -> Truth:
    """Truth per vector of the option `name`, or of being in the state `name`; raises KeyError where it is neither."""
    for j, option in enumerate(options):
        if option.id == name:
            return option_truth(states.codes, j)
    at = states.index[name]
    truth: Truth = states.node == at if len(states.codes) else np.arange(len(states)) == at
    return truth


def state_truth(formula: Formula, options: Sequence[Option], states: States) -> Truth:
    """See Conflict.truth. Raises KeyError for a name that is neither an option nor a state."""
    truth = evaluate(formula, lambda name: name_truth(name, options, states))
    if not len(states.codes) or states.plain:
        return truth
    everywhere = np.ones(len(states), dtype=np.bool_)
    everywhere[states.node[~truth]] = False
    return everywhere


def option_moves(
    options: Sequence[Option],
    states: States,
    owner: str,
    banned: Sequence[tuple[Truth, Truth]] = (),
) -> Moves:
    """Moves of `owner`: any change of own options that respects their directions and leads to a feasible vector.

    `banned` are pairs of truths per vector: no move from a vector of the first to one of the second. Merged states move
    as their members do, and do not move to themselves. Raises Refused where there are too many arcs to hold.
    """

    def bits(*directions: str) -> np.uint64:
        chosen = (option.owner == owner and option.direction in directions for option in options)
        return np.uint64(sum(1 << j for j, one in enumerate(chosen) if one))

    codes, node = states.codes, states.node
    on_only, off_only = bits("on_only"), bits("off_only")
    gone = (codes & on_only) | (~codes & off_only)
    choices = len(np.unique(gone))
    if choices * len(codes) > MAX_ONE_WAY:
        raise Refused(
            f"{owner} has {choices:,} choices of one-way options in {len(codes):,} states, more than are gone through",
            hint="leave options out, or let some of them go both ways",
        )
    moves = Pools.from_labels(codes & ~bits("both", "on_only", "off_only"), gone)
    if states.plain and not banned:
        return moves
    count = int(moves.degree().sum(dtype=np.int64))
    if count > MAX_ARCS:
        raise Refused(
            f"{owner} has {count:,} moves to be held one by one (banned moves or merged states); at most"
            f" {MAX_ARCS:,} fit, and these would need about {count * 24 / 1e9:,.0f} GB",
            hint="leave options out or declare more vectors infeasible",
        )
    source, target = moves.arcs()
    keep = np.ones(len(source), dtype=np.bool_)
    for from_truth, to_truth in banned:
        keep &= ~(from_truth[source] & to_truth[target])
    return Arcs.from_pairs(len(states), node[source[keep]], node[target[keep]])


def graph_moves(size: int, pairs: Sequence[tuple[int, int]]) -> Moves:
    """Moves given arc by arc."""
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Arcs.from_pairs(size, array[:, 0], array[:, 1])


def plain_states(codes: Codes, titles: Mapping[str, str] | None = None) -> States:
    """One state per vector, called s1, s2, ..."""
    names = tuple(f"s{at}" for at in range(1, len(codes) + 1))
    return States(names, codes, np.arange(len(codes), dtype=np.int32), titles or {})


def merged_states(
    codes: Codes, merges: Sequence[tuple[str, Truth]], titles: Mapping[str, str] | None = None
) -> States:
    """States over `codes` with the vectors of each merge made one; the merged states come last, by their names.

    Raises InvalidInput where two merges overlap or one is empty.
    """
    node = np.full(len(codes), -1, dtype=np.int32)
    for at, (name, truth) in enumerate(merges):
        if not truth.any():
            raise InvalidInput(
                f"no feasible vector is in the merged state {name}", hint="correct its formula"
            )
        taken = truth & (node >= 0)
        if taken.any():
            other = merges[int(node[taken][0])][0]
            raise InvalidInput(
                f"the merged states {other} and {name} have a vector in common",
                hint="make their formulas disjoint",
            )
        node[truth] = at
    free = node < 0
    count = int(free.sum())
    node[~free] += count
    node[free] = np.arange(count)
    ids = (*(f"s{at}" for at in range(1, count + 1)), *(name for name, _ in merges))
    return States(ids, codes, node, titles or {})


def listed_states(
    vectors: Mapping[str, str],
    options: Sequence[str],
    infeasible: Sequence[Formula],
    agree: bool,
    limit: int,
    titles: Mapping[str, str],
) -> States:
    """States by name with their vectors, `-` where a state has both; a vector listed by itself is in no merged state.

    Raises InvalidInput where two states have the same vector or one has none of its own, and where the list must
    `agree` with what is infeasible and does not; without that the list decides.
    """
    ids, patterns = tuple(vectors), tuple(vectors.values())
    if "-" not in "".join(patterns):
        codes = np.array([int(bits[::-1] or "0", 2) for bits in patterns], dtype=np.uint64)
        if len(np.unique(codes)) < len(codes):
            raise InvalidInput("two states have the same vector", hint="keep one")
        if agree and len(options) <= 24:
            odd = np.setxor1d(codes, feasible_vectors(options, infeasible, max(limit, 1 << 20)))
            if len(odd):
                bits = f"{int(odd[0]):0{len(options)}b}"[::-1]
                what = "is listed but infeasible" if odd[0] in codes else "is feasible but not listed"
                raise InvalidInput(f"the vector {bits} {what}", hint="correct states or infeasible")
        return States(ids, codes, np.arange(len(codes), dtype=np.int32), titles)
    codes = feasible_vectors(options, infeasible, max(limit, 1 << 20))
    node = np.full(len(codes), -1, dtype=np.int32)
    for at in sorted(range(len(patterns)), key=lambda at: patterns[at].count("-")):
        match = np.ones(len(codes), dtype=np.bool_)
        for j, mark in enumerate(patterns[at]):
            match &= (mark == "-") | (option_truth(codes, j) == (mark == "1"))
        node[match & (node < 0)] = at
    empty = sorted(set(range(len(ids))) - set(node.tolist()))
    if empty:
        raise InvalidInput(f"the state {ids[empty[0]]} has no feasible vector of its own", hint="remove it")
    keep = node >= 0
    if agree and not keep.all():
        count = int((~keep).sum())
        raise InvalidInput(
            f"{count} feasible vectors are in no state", hint="list them or make them infeasible"
        )
    return States(ids, codes[keep], node[keep], titles)
