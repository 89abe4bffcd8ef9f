"""The functions that work out a scenario's numbers: once for a pair of worlds, and once in every period.

What does not depend on the period is computed by `once()`, what does by `timed()`; both note in which lanes something
in use is wrong. `cost(at)` gives what the period in hand costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import Memory, Slots
from backstop.program.numbers import Numbers

# Stores in one function, so that none grows beyond what compilers take well.
_STORES_AT_ONCE = 400


class Evaluation:
    """Writes these functions.

    `wanted`: terms that must lie at certain places. `costs`: terms of costs, with their places within a period.
    `failed`: where the mask of lanes lies in which something is wrong.
    """

    def __init__(
        self,
        numbers: Numbers,
        slots: Slots,
        wanted: Mapping[int, Term],
        costs: Mapping[int, Term],
        failed: int,
    ) -> None:
        self.numbers, self.slots, self.costs, self.failed = numbers, slots, costs, failed
        self.terms: Terms = numbers.terms
        terms = self.terms
        always, first = numbers.checks, numbers.first_checks
        self.checks = {
            (moment, varying): group.failed(terms, varying)
            for moment, group in (("always", always), ("first", first))
            for varying in (False, True)
        }
        varying = [term for term in (*slots.places, *wanted.values(), *costs.values()) if terms.varies[term]]
        varying += [mask for (_, varies), mask in self.checks.items() if varies and mask is not None]
        lasting = [term for term in costs.values() if not terms.varies[term]]
        for term in [*slots.frontier(varying), *lasting]:
            slots.place(term)
        self.places = {
            place: term for term, place in slots.places.items() if terms.operations[term] != "load"
        }
        self.places |= wanted

    @property
    def is_timed(self) -> bool:
        """Whether anything depends on the period."""
        terms = [*self.places.values(), *self.costs.values()]
        return any(self.terms.varies[term] for term in terms) or any(
            mask is not None for (_, varies), mask in self.checks.items() if varies
        )

    def watched(self, memory: Memory, moved: int) -> list[Function]:
        """`keep()`, which keeps the numbers of the period in hand, and `watch()`, which adds to the mask of lanes at
        `moved` those in which any of them is another."""
        timed = [place for place, term in self.places.items() if self.terms.varies[term]]
        kept = {place: memory.take(1) for place in timed}
        made = list[Function]()
        for name in ("keep", "watch"):
            whole = Function(name)
            for start in range(0, len(timed), _STORES_AT_ONCE):
                part, terms = Function(f"{name}_{start}"), Terms()
                some = timed[start : start + _STORES_AT_ONCE]
                stores = [Store(kept[place], terms.load(place)) for place in some]
                if name == "watch":
                    found = terms.load(moved)
                    for place in some:
                        other = terms.op("ne", terms.load(place), terms.load(kept[place]))
                        found = terms.op("or", found, other)
                    stores = [Store(moved, found)]
                part.compute(terms, stores)
                made.append(part)
                whole.call(part.name)
            made.append(whole)
        return made

    def functions(self) -> list[Function]:
        """`once()`, `timed()`, `timed_first()` (what must hold in period 0 alone) and `cost(at)`."""
        terms, places = self.terms, self.slots.places
        known = {term: place for term, place in places.items() if not terms.varies[term]}
        once = [Store(place, term) for place, term in self.places.items() if not terms.varies[term]]
        timed = [Store(place, term) for place, term in self.places.items() if terms.varies[term]]
        cost = Function("cost", (I32,))
        cost.compute(terms, [Store(place, term, 0) for place, term in self.costs.items()], places)
        lasting_masks = [self.checks["always", False], self.checks["first", False]]
        return [
            *self._stores("once", once, {}, [terms.bits(0), *lasting_masks]),
            *self._stores("timed", timed, known, [terms.load(self.failed), self.checks["always", True]]),
            *self._stores("timed_first", [], known, [terms.load(self.failed), self.checks["first", True]]),
            cost,
        ]

    def _stores(
        self, name: str, stores: Sequence[Store], known: Mapping[Term, int], masks: Sequence[Term | None]
    ) -> list[Function]:
        """A function that makes all the stores, in parts, and notes where any of the masks is set."""
        whole, made = Function(name), list[Function]()
        found = None
        for mask in masks:
            if mask is not None:
                found = mask if found is None else self.terms.op("or", found, mask)
        assert found is not None
        statements = [*stores, Store(self.failed, found)]
        for start in range(0, len(statements), _STORES_AT_ONCE):
            part = Function(f"{name}_{len(made)}")
            part.compute(self.terms, statements[start : start + _STORES_AT_ONCE], known)
            made.append(part)
            whole.call(part.name)
        return [*made, whole]
