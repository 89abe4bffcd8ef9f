"""States named while they are still being made: in what is infeasible, where each condition numbers them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from backstop.graphmodel.model.feasible import Codes, feasible_vectors, option_truth, pattern_formula
from backstop.graphmodel.model.formula import Formula, Truth, evaluate

_NUMBERED = re.compile(r"s([1-9][0-9]{0,8})")


class Numbering:
    """The states over the vectors that `conditions`, taken in so far, leave: s1, s2, ... in the order of a file.

    `listed` are states with names of their own, and their vectors; where there are some, no others are known.
    """

    def __init__(self, options: Sequence[str], limit: int, listed: Mapping[str, str] | None = None) -> None:
        self.options, self.limit, self.listed = options, limit, listed
        self.conditions: list[Formula] = []
        self._codes: Codes | None = None

    def take(self, conditions: Sequence[Formula]) -> None:
        """Take in further conditions: what they make infeasible is numbered no more."""
        self.conditions += conditions
        if self._codes is not None:
            for condition in conditions:
                self._codes = self._codes[~evaluate(condition, self._truth)]

    def formula(self, name: str) -> Formula | None:
        """The options that the state `name` takes and leaves, as a formula; None where there is no such state.

        Raises Refused where there are too many states to number them.
        """
        if self.listed is not None:
            pattern = self.listed.get(name)
            return None if pattern is None else pattern_formula(pattern, self.options)
        match = _NUMBERED.fullmatch(name)
        if match is None:
            return None
        codes, at = self._numbered(), int(match[1])
        if at > len(codes):
            return None
        code = int(codes[at - 1])
        marks = "".join("1" if code >> j & 1 else "0" for j in range(len(self.options)))
        return pattern_formula(marks, self.options)

    def beyond(self, name: str) -> str:
        """What is wrong with the number of a state that there is none of; empty where `name` is no number."""
        if self.listed is not None or not _NUMBERED.fullmatch(name):
            return ""
        return f"there is no state {name}: the conditions above leave {len(self._numbered()):,}"

    def _numbered(self) -> Codes:
        if self._codes is None:
            self._codes = feasible_vectors(self.options, self.conditions, self.limit)
        return self._codes

    def _truth(self, name: str) -> Truth:
        return option_truth(self._numbered(), self.options.index(name))
