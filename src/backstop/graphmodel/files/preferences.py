"""Preferences as a file gives them, turned into rankings, relations and degrees.

What stands for states may be the id of a state or a formula: a formula stands for the states where it is true.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.document import Path
from backstop.base.words import counted
from backstop.graphmodel.files.records import (
    Fits,
    FuzzyRecord,
    PreferenceRecord,
    ProbabilisticRecord,
    RelationRecord,
    SampledRecord,
)
from backstop.graphmodel.files.statements import StatementReader
from backstop.graphmodel.model.formula import Formula
from backstop.graphmodel.model.preference import (
    Bools,
    Graded,
    Preference,
    Ranking,
    Relation,
    cycle_in,
    from_levels,
    from_statements,
    from_tiers,
    from_weights,
)

MAX_PAIRWISE = 4_096
_SHOWN = 8
States = list[int]


class PreferenceReader(StatementReader):
    """The preferences of one file. Faults go to its source; a method that told one returns None."""

    def preference(self, given: PreferenceRecord, path: Path) -> Preference | None:
        """The preference in a record, in whatever form it is given."""
        path = (*path, given.kind)
        if given.ranking is not None:
            return self._ranking(given.ranking, path)
        if given.statements is not None:
            formulas = self._formulas(given.statements, path)
            return None if formulas is None else from_statements(formulas, self.truths(formulas))
        if given.weights is not None:
            terms = [
                (Fraction(str(weight)), self.formula(text, (*path, text)))
                for text, weight in given.weights.items()
            ]
            known = [(weight, self.truth(formula)) for weight, formula in terms if formula is not None]
            return from_weights(known, len(self.states)) if len(known) == len(terms) else None
        if len(self.states) > MAX_PAIRWISE:
            self.source.tell(
                path,
                f"a {given.kind} preference compares all pairs of {len(self.states):,} states; at most"
                f" {MAX_PAIRWISE:,} are taken",
                "give a ranking, statements or weights",
            )
            return None
        if given.relation is not None:
            return self._relation(given.relation, path)
        if given.sampled is not None:
            return self._sampled(given.sampled, path)
        graded = given.probabilistic or given.fuzzy
        return None if graded is None else self._graded(graded, path)

    def _ranking(self, given: Sequence[object], path: Path) -> Ranking | None:
        """Levels of states, best first. Ids take their states before formulas; formulas take what is left, in order."""
        before = len(self.source.faults)
        index = self.states.index
        members = [
            (depth, member, (*path, depth, at) if isinstance(level, list) else (*path, depth))
            for depth, level in enumerate(given)
            for at, member in enumerate(level if isinstance(level, list) else [level])
        ]
        levels: list[States] = [[] for _ in given]
        place: set[int] = set()
        for depth, member, here in members:
            if isinstance(member, str) and member in index:
                if index[member] in place:
                    self.source.tell(here, f"{member} is ranked twice", "keep one place")
                place.add(index[member])
                levels[depth].append(index[member])
        for depth, member, here in members:
            if not (isinstance(member, str) and member in index):
                states = self.select(member, here)
                fresh = [state for state in states if state not in place]
                if states and not fresh:
                    what = f"every state that fits is ranked already: {member}"
                    self.source.tell(here, what, "remove it, or move it up")
                place.update(fresh)
                levels[depth].extend(fresh)
        missing = [name for at, name in enumerate(self.states.ids) if at not in place]
        if missing and len(self.source.faults) == before:
            shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
            what = f"the ranking leaves out {counted(len(missing), 'state')}: {shown}"
            self.source.tell(path, what, "give every state a place")
        if len(self.source.faults) > before:
            return None
        return from_levels([sorted(level) for level in levels if level], len(self.states))

    def _formulas(self, given: Sequence[object], path: Path) -> list[Formula] | None:
        read = [self.formula(item, (*path, at)) for at, item in enumerate(given)]
        found = [formula for formula in read if formula is not None]
        return found if len(found) == len(read) else None

    def _pairs(
        self, given: Sequence[tuple[Fits, ...]], path: Path
    ) -> list[tuple[States, States, Any]] | None:
        """Both sides of each pair as states, and the number that goes with it, if any."""
        before = len(self.source.faults)
        found = []
        for at, (one, other, *number) in enumerate(given):
            first, second = self.select(one, (*path, at, 0)), self.select(other, (*path, at, 1))
            if set(first) & set(second):
                what = "the two sides have a state in common"
                self.source.tell((*path, at), what, "compare different states")
            found.append((first, second, *(number or [None])))
        return found if len(self.source.faults) == before else None

    def _chain(self, text: str, path: Path) -> list[tuple[States, States, int]]:
        """Every pair of an order such as `s2 > s6 >> s7 ~ s1`, with the greatest strength that stands between them."""
        parts = re.split(r"(>+|~)", text)
        groups = [self.select(part.strip(), path) for part in parts[::2]]
        steps = [sign.count(">") for sign in parts[1::2]]
        seen: set[int] = set()
        for group, part in zip(groups, parts[::2], strict=True):
            if seen & set(group):
                self.source.tell(path, f"{part.strip()} stands twice in an order", "keep one place")
            seen.update(group)
        return [
            (groups[at], groups[to], max(steps[at:to]))
            for at in range(len(groups))
            for to in range(at + 1, len(groups))
        ]

    def _relation(self, given: RelationRecord, path: Path) -> Relation | None:
        size = len(self.states)
        keys = ("better", "much_better", "degree", "unknown", "indifferent")
        read = {key: self._pairs(getattr(given, key), (*path, key)) for key in keys}
        pairs = {key: found for key, found in read.items() if found is not None}
        before = len(self.source.faults)
        chains = [self._chain(text, (*path, "order", at)) for at, text in enumerate(given.order)]
        if len(pairs) < len(keys) or len(self.source.faults) > before:
            return None
        for first, second, degree in [pair for chain in chains for pair in chain]:
            pairs["degree" if degree else "indifferent"].append((first, second, degree))
        strength = np.zeros((size, size), dtype=np.int8)
        for key, least in (("better", 1), ("much_better", 2), ("degree", 0)):
            for first, second, number in pairs[key]:
                block = np.ix_(first, second)
                strength[block] = np.maximum(strength[block], least or number)
        unknown = np.zeros((size, size), dtype=np.bool_)
        indifferent = np.eye(size, dtype=np.bool_)
        for table, key in ((unknown, "unknown"), (indifferent, "indifferent")):
            for first, second, _ in pairs[key]:
                table[np.ix_(first, second)] = True
                table[np.ix_(second, first)] = True
        if given.rest == "unknown":
            unknown |= (strength == 0) & (strength.T == 0) & ~indifferent
        fault = self._contradiction(strength > 0, unknown, indifferent)
        if fault:
            self.source.tell(path, *fault)
            return None
        return Relation(strength, unknown)

    def _contradiction(self, better: Bools, unknown: Bools, indifferent: Bools) -> tuple[str, str] | None:
        """How a relation contradicts itself or runs in a circle, and what to do; None where it does not."""
        ids = self.states.ids
        clash = np.argwhere((better & better.T) | (better & unknown) | ((better | unknown) & indifferent))
        if len(clash):
            a, b = clash[0].tolist()
            return f"{ids[a]} and {ids[b]} are compared in two ways that contradict each other", "keep one"
        cycle = cycle_in(better)
        if cycle:
            names = [ids[at] for at in [*cycle[:12], cycle[0]]]
            circle = " over ".join(names)
            return f"the preference runs in a circle: {circle}", "remove one of these comparisons"
        return None

    def _sampled(self, given: SampledRecord, path: Path) -> Preference | None:
        if given.statements is None:
            found = self._relation(given, path)
            if found is None:
                return None
            return Relation(found.strength, found.unknown, draws=given.draws, seed=given.seed, sampled=True)
        path = (*path, "statements")
        tiers = [
            self._formulas(tier if isinstance(tier, list) else [tier], (*path, at))
            for at, tier in enumerate(given.statements)
        ]
        known = [tier for tier in tiers if tier]
        if not known and None not in tiers:
            self.source.tell(path, "there are no statements", "write [[a, b], c]")
        if not known or None in tiers:
            return None
        return from_tiers(known, [self.truths(tier) for tier in known], given.draws, given.seed)

    def _graded(self, given: FuzzyRecord, path: Path) -> Graded | None:
        probable = isinstance(given, ProbabilisticRecord)
        levels = {"gamma": given.gamma}
        if isinstance(given, ProbabilisticRecord):
            levels = {"alpha": given.alpha, "beta": given.beta, "gamma": given.gamma}
        pairs = self._pairs(given.degrees, (*path, "degrees"))
        if pairs is None:
            return None
        degree: NDArray[np.float64] = np.full((len(self.states), len(self.states)), np.nan)
        for first, second, value in pairs:
            degree[np.ix_(first, second)] = value
        # What is said of one direction settles the other; what is said of neither is indifference.
        other = degree.T
        settled = np.where(np.isnan(degree) & ~np.isnan(other), 1 - other, degree)
        degree = np.where(np.isnan(settled), 0.0 if probable else 0.5, settled)
        total = degree + degree.T
        wrong = total > 1 + 1e-9 if probable else ~np.isclose(total, 1)
        np.fill_diagonal(wrong, False)
        if wrong.any():
            a, b = np.argwhere(wrong)[0].tolist()
            what = f"the degrees of {self.states.ids[a]} and {self.states.ids[b]} add up to {total[a, b]:g}"
            hint = "they may add up to 1 at most" if probable else "they must add up to 1"
            self.source.tell((*path, "degrees"), what, hint)
            return None
        np.fill_diagonal(degree, 0.0 if probable else 0.5)
        return Graded("probabilistic" if probable else "fuzzy", degree, levels)
