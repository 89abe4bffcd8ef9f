"""Everything that can be said of a conflict at once: the result that `backstop graph analyse` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from backstop.base.faults import InvalidInput, Refused
from backstop.base.shown import Shown, Sketch
from backstop.base.table import Table
from backstop.base.words import did_you_mean
from backstop.graphmodel.change.evolution import evolve, paths
from backstop.graphmodel.change.robustness import Robustness, robustness
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools, Relation, levels_of
from backstop.graphmodel.model.sequences import Search
from backstop.graphmodel.stability import simultaneous
from backstop.graphmodel.stability.attitudes import (
    crisp,
    fuzzy,
    graded_kinds,
    has_strength,
    has_unknown,
    probabilistic,
    strong,
    uncertain,
    weak,
)
from backstop.graphmodel.stability.coalitions import MAX_MEMBERS, Coalitions, coalitions
from backstop.graphmodel.stability.coalitions import estimate as coalition_seconds
from backstop.graphmodel.stability.concepts import ALL_CONCEPTS, CONCEPTS, MEANINGS, TITLES
from backstop.graphmodel.stability.foresight import Anticipation, Ties, Variant, anticipate, is_strict
from backstop.graphmodel.stability.ranked import stable_states

# Work done without being asked for; more is left out and said to be.
_FORESIGHT_STATES = 4_096
_EVOLUTION_STATES = 1 << 16
_COALITION_SECONDS = 5.0

_SHOWN_STATES, _SHOWN_EQUILIBRIA = 64, 16
_LETTERS = {"nash": "N", "gmr": "G", "smr": "M", "seq": "S", "sseq": "Q", "sim": "I"}


@dataclass(frozen=True, eq=False, repr=False)
class Analysis(Shown):
    """Stability under every concept that applies; tables are (decision makers, states) of bool.

    `concepts` has those of rankings and relations, `others` the tables of other kinds of preference by kind (uncertain,
    strength, weak, fuzzy, probabilistic), `searches` how states are reached from the status quo (um, ui, uium). What
    does not apply or would take long is absent: `left_out` says why.
    """

    format: ClassVar[str] = "backstop-graph-result/1"
    conflict: Conflict
    concepts: Mapping[str, Bools]
    structural: Bools
    others: Mapping[str, Mapping[str, Bools]] = field(default_factory=dict)
    coalitions: Coalitions | None = None
    foresight: Anticipation | None = None
    searches: Mapping[str, Search] = field(default_factory=dict)
    robustness: Robustness | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)

    def equilibria(self, concept: str) -> list[str]:
        """Ids of the states that are stable for everyone under a concept of `concepts`."""
        return self.conflict.ids_of(self.concepts[concept])

    def as_dict(self) -> dict[str, object]:
        """The whole result as plain data, with the ids of the file (`backstop-graph-result/1`)."""
        one = self.conflict
        result: dict[str, object] = {
            "form": one.form,
            "decision_makers": [{"id": dm.id, "name": dm.name} for dm in one.decision_makers],
            "options": [
                {"id": o.id, "by": o.owner, "title": o.name, "direction": o.direction} for o in one.options
            ],
            "states": one.states.as_dicts(len(one.options)),
            "concepts": self._block(self.concepts),
            "structural": one.stable(self.structural),
        }
        if one.variant:
            result["variant"] = one.variant
        if one.ranks is not None:
            result["resolved_ranking"] = {
                name: [[one.states.ids[at] for at in level] for level in levels_of(rank)]
                for name, rank in zip(one.maker_ids, one.ranks, strict=True)
            }
        for concept in ("seq", "smr"):
            if "sim" in self.concepts and concept in self.concepts:
                either = self.concepts[concept] | self.concepts["sim"]
                result[f"{concept}_or_sim_equilibria"] = one.ids_of(either)
        result |= {kind: self._block(tables) for kind, tables in self.others.items()}
        if self.robustness is not None:
            result["robustness"] = self.robustness.as_dict()
        for part in (self.coalitions, self.foresight):
            result |= {} if part is None else part.as_dict()
        result |= {f"status_quo_{kind}": paths(one, found) for kind, found in self.searches.items()}
        if one.status_quo is not None:
            result["status_quo"] = one.states.ids[one.status_quo]
        if one.notes:
            result["notes"] = list(one.notes)
        result["left_out"] = dict(self.left_out)
        return result

    def _block(self, tables: Mapping[str, Bools]) -> dict[str, object]:
        one = self.conflict
        return {
            name: {"stable": one.stable(table), "equilibria": one.ids_of(table)}
            for name, table in tables.items()
        }

    def tables(self) -> list[Table]:
        """Tables: equilibria by concept, and each state with the concepts under which it is stable, for whom."""
        one = self.conflict
        equilibria = [
            (TITLES[concept], one.some(table), MEANINGS[concept]) for concept, table in self.concepts.items()
        ]
        states = [
            (name, one.states.bits(at, len(one.options)), *self._marks(at), one.describe(at))
            for at, name in enumerate(one.states.ids)
        ]
        columns = ("state", "vector", "all", *one.maker_ids, "what is done")
        return [
            Table("Equilibria", ("concept", "states", "meaning"), tuple(equilibria)),
            Table("States", columns, tuple(states), self._key()),
        ]

    def sketch(self) -> Sketch:
        """What a notebook shows of it."""
        one = self.conflict
        lines = [
            *([one.question] if one.question else []),
            f"{len(one.decision_makers)} decision makers, {len(one.options)} options, {one.size:,} states",
            *(f"left out: {name}: {why}" for name, why in self.left_out.items()),
        ]
        variant = f" (variant {one.variant})" if one.variant else ""
        return Sketch(f"{one.title}{variant}", tuple(lines), tuple(self.tables()))

    def _marks(self, state: int) -> list[str]:
        """A letter per concept under which a state is stable: for all, then for each decision maker."""
        cells = np.stack([table[:, state] for table in self.concepts.values()], axis=1)
        letters = [_LETTERS[concept] for concept in self.concepts]

        def marks(row: Bools) -> str:
            return "".join(letter if cell else "." for letter, cell in zip(letters, row, strict=True))

        own = [marks(row) + ("=" if self.structural[i, state] else "") for i, row in enumerate(cells)]
        return [marks(np.logical_and.reduce(cells)), *own]

    def _key(self) -> str:
        key = ", ".join(f"{_LETTERS[concept]} {TITLES[concept]}" for concept in self.concepts)
        return f"{key}; = no move there; * status quo"

    def lines(self) -> list[str]:
        """The result as text: equilibria by concept, then a table of states."""
        one = self.conflict
        lines = [
            f"{one.title}{f' (variant {one.variant})' if one.variant else ''}",
            *([one.question] if one.question else []),
            f"{len(one.decision_makers)} decision makers, {len(one.options)} options, {one.size:,} states",
            "",
        ]
        for concept, table in self.concepts.items():
            lines.append(f"{TITLES[concept]:5} {one.some(table)}   ({MEANINGS[concept]})")
        lines += self._equilibrium_words()
        for kind, tables in self.others.items():
            title = "Under unknown preferences:"
            if kind != "uncertain":
                title = f"{'Strong' if kind == 'strength' else kind.capitalize()} stability:"
            found = [f"  {name:12} {one.some(table)}" for name, table in tables.items()]
            lines += ["", title, *found]
        if self.coalitions is not None:
            lines += ["", f"No coalition can improve on: {one.some(self.coalitions.universal('nash'))}"]
        if self.foresight is not None:
            lines += self.foresight.lines()
        if self.robustness is not None:
            lines += ["", *self.robustness.lines()]
        if self.concepts and one.size <= _SHOWN_STATES:
            lines += ["", *self._state_lines()]
        return lines + [f"left out: {name}: {why}" for name, why in self.left_out.items()]

    def _equilibrium_words(self) -> list[str]:
        """What is done in the equilibria, whatever the concept."""
        one = self.conflict
        if not self.concepts:
            return []
        calm = np.flatnonzero(
            np.any([table.all(axis=0) for table in self.concepts.values()], axis=0)
        ).tolist()
        key = one.key(calm[:_SHOWN_EQUILIBRIA])
        more = len(calm) - _SHOWN_EQUILIBRIA
        return (
            ["", "What is done there:", *key, *([f"  and {more:,} more"] if more > 0 else [])] if key else []
        )

    def _state_lines(self) -> list[str]:
        """The table of states in columns of equal width."""
        one = self.conflict
        count = max(len(one.options), 6) + 1
        wide = max(len(_LETTERS), *map(len, one.maker_ids)) + 1
        width = max(6, *map(len, one.states.ids)) + 1
        heads = "".join(f"{name:{wide}}" for name in ("all", *one.maker_ids))
        lines = [f"{'state':{width}}{'vector':{count}}{heads} what is done"]
        for at, name in enumerate(one.states.ids):
            star = "*" if one.status_quo == at else ""
            marks = "".join(f"{mark:{wide}}" for mark in self._marks(at))
            bits = one.states.bits(at, len(one.options))
            lines.append(f"{name + star:{width}}{bits:{count}}{marks} {one.describe(at)}".rstrip())
        return [*lines, self._key()]


def analyse(
    conflict: Conflict,
    concepts: Sequence[str] | None = None,
    foresight: Variant | None = None,
    ties: Ties | None = None,
) -> Analysis:
    """The analysis of a conflict under all concepts that apply to it, or under those asked for.

    `foresight` names a variant of looking ahead, `ties` its rule for ties. What is asked for by name and does not apply
    is refused (Refused); unknown names raise InvalidInput. What is not asked for and does not apply or would take long
    is left out.

    >>> from backstop.graphmodel import read
    >>> chicken = read(b'''
    ... format: backstop-graph/1
    ... title: Chicken
    ... decision_makers: {a: Row, b: Column}
    ... options: {ca: {by: a, title: Row swerves}, cb: {by: b, title: Column swerves}}
    ... preferences: {a: {ranking: [s3, s4, s2, s1]}, b: {ranking: [s2, s4, s3, s1]}}
    ... ''', "chicken.yaml")
    >>> found = analyse(chicken)
    >>> found.equilibria("nash"), found.equilibria("gmr")
    (['s2', 's3'], ['s2', 's3', 's4'])
    """
    for name in concepts or ():
        if name not in ALL_CONCEPTS:
            raise InvalidInput(
                f"no concept is called {name}", hint=did_you_mean(name, ALL_CONCEPTS, "concept")
            )
    left_out: dict[str, str] = {}
    tables = _concept_tables(conflict, tuple(concepts or ALL_CONCEPTS), bool(concepts), left_out)
    structural = np.stack([move.degree() == 0 for move in conflict.moves])
    seen = anticipate(conflict, foresight, ties or "strict") if foresight else None
    if concepts:
        return Analysis(conflict, tables, structural, foresight=seen, left_out=left_out)
    others = _other_kinds(conflict, tables)
    sampled = any(isinstance(p, Relation) and p.sampled for p in conflict.preferences)
    drawn = robustness(conflict) if sampled and not graded_kinds(conflict) else None
    joint = _coalitions(conflict, left_out)
    seen = seen or _foresight(conflict, left_out)
    searches = _searches(conflict, left_out)
    return Analysis(conflict, tables, structural, others, joint, seen, searches, drawn, left_out)


def _other_kinds(conflict: Conflict, crisp_tables: Mapping[str, Bools]) -> dict[str, Mapping[str, Bools]]:
    """Stability under preferences that are unknown, strong or graded, by kind."""
    graded = graded_kinds(conflict)
    found: dict[str, Mapping[str, Bools]] = {}
    if not graded and has_unknown(conflict):
        found["uncertain"] = uncertain(conflict)
    if not graded and has_strength(conflict):
        found["strength"] = strong(conflict)
        if {"gmr", "smr", "seq"} <= set(crisp_tables):
            found["weak"] = weak(crisp_tables, found["strength"])
    if "fuzzy" in graded:
        found["fuzzy"] = fuzzy(conflict)
    if "probabilistic" in graded:
        found["probabilistic"] = probabilistic(conflict)
    return found


def _searches(conflict: Conflict, left_out: dict[str, str]) -> dict[str, Search]:
    """How states are reached from the status quo, by each kind of step that applies."""
    if conflict.status_quo is None:
        return {}
    if conflict.size > _EVOLUTION_STATES:
        left_out["status_quo"] = f"more than {_EVOLUTION_STATES:,} states"
        return {}
    found = {"um": evolve(conflict, "um")}
    if not graded_kinds(conflict):
        found["ui"] = evolve(conflict, "ui")
        if has_unknown(conflict):
            found["uium"] = evolve(conflict, "uium")
    return found


def _concept_tables(
    conflict: Conflict, wanted: Sequence[str], asked: bool, left_out: dict[str, str]
) -> dict[str, Bools]:
    tables: dict[str, Bools] = {}
    graded = graded_kinds(conflict)
    if conflict.ranks is not None:
        plain = [concept for concept in CONCEPTS if concept in wanted]
        tables = {str(c): t for c, t in stable_states(conflict.moves, conflict.ranks, plain).items()}
    elif graded or has_unknown(conflict):
        # Only what needs no judgement about the unknown: nobody has a certain improvement (extension b of Nash).
        why = (
            f"{' and '.join(sorted(graded))} preferences"
            if graded
            else "unknown preferences: see the extensions a to d"
        )
        for concept in wanted:
            if concept == "nash" and not graded:
                tables["nash"] = crisp(conflict)["nash"]
            elif asked:
                raise Refused(f"{concept} is not defined with {why}", hint="leave --concept out")
            else:
                left_out[concept] = why
        return tables
    else:
        tables = {name: table for name, table in crisp(conflict).items() if name in wanted}
    if "sim" in wanted:
        reason = simultaneous.applicable(conflict)
        if not reason and simultaneous.combinations(conflict) > simultaneous.EASY_COMBINATIONS:
            reason = "it would take long; ask for it by name"
        if reason and not asked:
            left_out["sim"] = reason
        else:
            tables["sim"] = simultaneous.simultaneous(conflict)
    return tables


def _coalitions(conflict: Conflict, left_out: dict[str, str]) -> Coalitions | None:
    if conflict.ranks is None:
        left_out["coalition"] = "it needs complete rankings"
    elif len(conflict.decision_makers) < 2:
        left_out["coalition"] = "there is one decision maker"
    elif len(conflict.decision_makers) > MAX_MEMBERS or coalition_seconds(conflict) > _COALITION_SECONDS:
        left_out["coalition"] = "it would take long; see the command coalitions"
    else:
        return coalitions(conflict)
    return None


def _foresight(conflict: Conflict, left_out: dict[str, str]) -> Anticipation | None:
    ranks = conflict.ranks
    if ranks is None:
        left_out["limited_move"] = "it needs complete rankings"
    elif len(ranks) != 2:
        left_out["limited_move"] = (
            "no definition for other than two decision makers is agreed: name a variant"
        )
    elif not is_strict(ranks):
        left_out["limited_move"] = "not unique with ties: name a rule"
    elif conflict.size > _FORESIGHT_STATES:
        left_out["limited_move"] = f"more than {_FORESIGHT_STATES:,} states"
    else:
        return anticipate(conflict, "two", "strict")
    return None
