"""What is reported of a world in which an actor is of one of two types that everybody knows: a mixture over the types.

The world is solved once for each type. What is found is added up by the shares of the types; of a conditional figure
the event and the condition are added up apart, and divided in the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from backstop.program.code.encoding import Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import Memory

TYPES = range(2)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Where it lies which type is in hand: `now[k]` is 1 for type k and 0 for the other, `share` that type's share."""

    now: tuple[int, int]
    share: int

    @classmethod
    def placed(cls, memory: Memory) -> Mixture:
        """A mixture with room in memory."""
        return cls((memory.take(1), memory.take(1)), memory.take(1))

    def begin(self, function: Function, type_: int) -> None:
        """Take a type in hand."""
        terms = Terms()
        function.compute(terms, [Store(self.now[k], terms.constant(float(k == type_))) for k in TYPES])

    def added(self, terms: Terms, before: Term, value: Term, given: int | None = None) -> Term:
        """What stands where `value` of the type in hand is added to what was `before`; `given`: of this type alone."""
        zero = terms.constant(0.0)
        weight = terms.load(self.share if given is None else self.now[given])
        part = terms.select(terms.op("eq", weight, zero), zero, terms.mul(weight, value))
        return terms.select(self._is_first(terms), part, terms.add(before, part))

    def joined(self, terms: Terms, operation: str, before: Term, value: Term) -> Term:
        """What stands where `value` of the type in hand is put together with what was `before`: `min` or `max`."""
        return terms.select(self._is_first(terms), value, terms.op(operation, before, value))

    def _is_first(self, terms: Terms) -> Term:
        return terms.op("ne", terms.load(self.now[0]), terms.constant(0.0))


def ratio(terms: Terms, event: Term, condition: Term, least: float) -> Term:
    """A conditional figure; not a number where its condition is less likely than `least`."""
    likely = terms.op("ge", condition, terms.constant(least))
    return terms.select(likely, terms.div(event, condition), terms.constant(math.nan))
