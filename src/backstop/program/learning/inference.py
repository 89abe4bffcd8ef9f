"""What a telling node does to beliefs: Bayes' rule, and a step of Newton's method to beliefs that fit the choices.

At a telling node type k makes move m with probability s_km, where b is believed before. What is believed after the
move, x_m, is right where x_m = b s_2m / (b s_2m + (1 - b) s_1m); but what a move is worth, and so s, depends on them.
Linearised, all the corrections of one node hang together through two sums, one for each type, which a system of two
equations gives. The correction is linear in a change of b itself, which is not known before the node above has been
corrected; so nodes are eliminated from the leaves up, and beliefs corrected from the root down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.program.code.terms import Term, Terms

# A type may be so much likelier to make a move than the other; beyond, beliefs are as good as certain.
MOST_RATIO = 1e30


@dataclass(frozen=True, slots=True)
class Value:
    """What a node is worth, and how that follows what is believed there (None: not at all)."""

    worth: Term
    slope: Term | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """How one type chooses: `free` choices, the probability `left` to them (None: 1), all `made` with what is bound,
    and how free choices answer: `ease`, per unit of value."""

    free: list[Term]
    left: Term | None
    made: list[Term]
    ease: Term | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change by move: of beliefs after it, and of both types' probabilities of making it."""

    beliefs: list[Term]
    made: tuple[list[Term | None], list[Term | None]]


def believed(terms: Terms, before: Term, first: Term, second: Term) -> tuple[Term, Term, Term]:
    """What is believed after a move that the types make with probabilities `first` and `second`; how likely it is made;
    and 1 over that. Where nobody makes it the belief stays."""
    one, zero = terms.constant(1.0), terms.constant(0.0)
    likely = terms.add(terms.mul(before, second), terms.mul(terms.sub(one, before), first))
    inverse = terms.div(one, likely)
    # A division leaves a certainty what it is, which a product with the inverse need not.
    after = terms.div(terms.mul(before, second), likely)
    never = terms.op("le", likely, zero)
    return terms.select(never, before, after), likely, terms.select(never, zero, inverse)


def within(terms: Terms, probability: Term, inverse: Term) -> Term:
    """A probability relative to another by its inverse, held to what slopes can be made of."""
    return terms.op("pmin", terms.mul(probability, inverse), terms.constant(MOST_RATIO))


class Correction:
    """The step at one decision: `now` are the beliefs after the moves that values have been computed with, and `own`
    what the moves are worth to the one who chooses, for each type."""

    def __init__(
        self,
        terms: Terms,
        before: Term,
        now: Sequence[Term],
        chosen: tuple[Chosen, Chosen],
        own: tuple[Sequence[Value], Sequence[Value]],
    ) -> None:
        self.terms, self.chosen = terms, chosen
        one = terms.constant(1.0)
        moves = range(len(now))
        found = [believed(terms, before, chosen[0].made[m], chosen[1].made[m]) for m in moves]
        self.likely = [likely for _, likely, _ in found]
        spread = terms.mul(before, terms.sub(one, before))
        # g[k][m]: how much type k's inclination to a move answers a change of the belief after it.
        self.answers = [
            [None if v.slope is None or c.ease is None else terms.mul(c.ease, v.slope) for v in values]
            for c, values in zip(chosen, own, strict=True)
        ]
        self.missed = [terms.sub(after, x) for (after, _, _), x in zip(found, now, strict=True)]
        self.follows: list[Term] = []
        # q[k][m]: what a unit of type k's inclination to a move does to the belief after it.
        self.effects: list[list[Term]] = [[], []]
        for m in moves:
            # Relative to how likely the move is made: nothing here overflows where it is next to never made.
            first, second = (within(terms, chosen[k].made[m], found[m][2]) for k in (0, 1))
            self.follows.append(terms.mul(first, second))
            for k, other in ((0, second), (1, first)):
                free, left = chosen[k].free[m], chosen[k].left
                free = free if left is None else terms.mul(left, free)
                scale = terms.mul(spread, within(terms, free, found[m][2]))
                self.effects[k].append(terms.mul(scale, other))
        self.fixed = all(answer is None for answers in self.answers for answer in answers)
        self.gains = [self._gain(m) for m in moves]
        if not self.fixed:
            self._solve_sums()

    def _gain(self, m: int) -> Term:
        terms = self.terms
        total = terms.constant(1.0)
        first, second = self.answers[0][m], self.answers[1][m]
        if second is not None:
            total = terms.sub(total, terms.mul(self.effects[1][m], second))
        if first is not None:
            total = terms.add(total, terms.mul(self.effects[0][m], first))
        return total if terms.amount(total) == 1.0 else terms.div(terms.constant(1.0), total)

    def _weighted(self, k: int, column: Sequence[Term]) -> Term:
        """The sum over moves of type k's answers to what is in a column."""
        terms, parts = self.terms, list[Term]()
        for m, answer in enumerate(self.answers[k]):
            if answer is not None:
                reply = terms.mul(terms.mul(self.chosen[k].free[m], answer), self.gains[m])
                parts.append(terms.mul(reply, column[m]))
        return terms.sum(parts)

    def _solve_sums(self) -> None:
        terms = self.terms
        one = terms.constant(1.0)
        (m11, m12), (m21, m22) = ([self._weighted(k, self.effects[j]) for j in (0, 1)] for k in (0, 1))
        self._matrix = terms.sub(one, m11), m12, m21, terms.add(one, m22)
        near, far = terms.mul(self._matrix[0], self._matrix[3]), terms.mul(m12, m21)
        self._inverse = terms.div(one, terms.add(near, far))

    def change(self, right: Sequence[Term]) -> Change:
        """The change that makes up for `right`, what the beliefs miss."""
        if self.fixed:
            nothing: list[Term | None] = [None] * len(right)
            return Change(list(right), (nothing, nothing))
        terms, inverse = self.terms, self._inverse
        a1, a2 = (self._weighted(k, right) for k in (0, 1))
        first, m12, m21, last = self._matrix
        s1 = terms.mul(terms.sub(terms.mul(a1, last), terms.mul(m12, a2)), inverse)
        s2 = terms.mul(terms.add(terms.mul(first, a2), terms.mul(m21, a1)), inverse)
        beliefs = []
        for m, each in enumerate(right):
            rest = terms.sub(each, terms.mul(self.effects[1][m], s2))
            rest = terms.add(rest, terms.mul(self.effects[0][m], s1))
            beliefs.append(terms.mul(self.gains[m], rest))
        made = tuple(self._made(k, beliefs, total) for k, total in ((0, s1), (1, s2)))
        return Change(beliefs, (made[0], made[1]))

    def _made(self, k: int, beliefs: Sequence[Term], total: Term) -> list[Term | None]:
        """How often type k makes each move more, where beliefs change so."""
        terms, chosen = self.terms, self.chosen[k]
        if all(answer is None for answer in self.answers[k]):
            return [None] * len(beliefs)
        found: list[Term | None] = []
        for m, belief in enumerate(beliefs):
            answer = self.answers[k][m]
            own = terms.op("neg", total) if answer is None else terms.sub(terms.mul(answer, belief), total)
            free = chosen.free[m] if chosen.left is None else terms.mul(chosen.left, chosen.free[m])
            found.append(terms.mul(free, own))
        return found
