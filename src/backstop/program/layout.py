"""Where every number of a program lies in its memory.

A program has fixed places for everything: inputs and outputs are rows of one number for every world of a call, two
worlds (one pair) side by side; what is worked out for the pair at hand has a slot of 16 bytes, one number for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.program.code.encoding import PAGE
from backstop.program.code.terms import Term, Terms

SLOT = 16

# Bytes that the rows of inputs and outputs should take at most, and the most pairs in a call. Rows whose length is an
# odd multiple of a cache line do not fall on one another in a processor's cache, so pairs come in odd fours.
_ROWS, _MOST_FOURS = 12e6, 127


def pairs_in_a_call(rows: int) -> int:
    """How many pairs of worlds one call of a program with so many rows takes."""
    fours = int(_ROWS / (4 * SLOT * max(1, rows)))
    return 4 * max(1, min(_MOST_FOURS, fours - 1 + fours % 2))


@dataclass(frozen=True, slots=True)
class Figure:
    """Some rows of output, from the byte `offset` on: written where all of `switches` are on."""

    offset: int
    rows: int
    switches: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The inputs and outputs of a program.

    A call solves at most `capacity` worlds. Row r of anything that starts at `offset` holds one 64-bit number for each
    world from the byte `offset + r * row_bytes` on. Inputs are one row for every parameter and measure (the level
    promised). The byte `switches + i` turns on switch i, which a figure may need; what is not turned on costs nothing.

    `settled` and `flagged` are 1 or 0; a flagged world has a fault, and its figures mean nothing. `shares` has
    (periods + 1) times phases rows, period by period; a curve has periods + 1. `slips` by metric and actor, where the
    program has them.
    """

    capacity: int
    row_bytes: int
    parameters: Mapping[str, int]
    measures: Mapping[str, int]
    switches: int
    switch_count: int
    settled: Figure
    flagged: Figure
    values: Mapping[str, Figure]
    metrics: Mapping[str, Figure]
    slips: Mapping[str, Mapping[str, Figure]]
    curves: Mapping[str, Figure]
    costs: Mapping[str, Figure]
    shares: Figure
    outcomes: Mapping[str, Figure]
    phases: tuple[str, ...]
    periods: int
    has_slips: bool
    bytes: int

    @property
    def pages(self) -> int:
        """Pages of memory that the program has."""
        return -(-self.bytes // PAGE)


class Memory:
    """Memory handed out from the bottom."""

    def __init__(self) -> None:
        # Nothing lies at 0, so that no place looks like none.
        self.used = 64

    def take(self, count: int, size: int = SLOT) -> int:
        """The offset of room for `count` things of `size` bytes."""
        place = self.used
        self.used += -(-count * size // SLOT) * SLOT
        return place

    def align(self, size: int = 64) -> None:
        """Go on at a multiple of `size`."""
        self.used = -(-self.used // size) * size


class Slots:
    """Memory for the values of terms: every term has one slot at most."""

    def __init__(self, terms: Terms, memory: Memory) -> None:
        self.terms, self.memory = terms, memory
        self.places: dict[Term, int] = {}

    def place(self, term: Term) -> int:
        """Where the value of a term is kept."""
        known = self.places.get(term)
        if known is None:
            if self.terms.operations[term] == "load" and not self.terms.arguments[term]:
                detail = self.terms.details[term]
                assert isinstance(detail, int)
                known = detail
            else:
                known = self.memory.take(1)
            self.places[term] = known
        return known

    def frontier(self, roots: Sequence[Term]) -> list[Term]:
        """Terms that do not vary and that the varying ones among `roots` are computed from, constants left out."""
        terms, seen = self.terms, set[Term]()
        found: dict[Term, None] = {}
        waiting = [root for root in roots if terms.varies[root]]
        while waiting:
            term = waiting.pop()
            if term in seen:
                continue
            seen.add(term)
            for argument in terms.arguments[term]:
                if terms.varies[argument]:
                    waiting.append(argument)
                elif terms.operations[argument] != "const":
                    found[argument] = None
        return list(found)
