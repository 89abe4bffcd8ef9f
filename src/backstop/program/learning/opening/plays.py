"""Functions that lay open the plays of a period with a hidden type, at what is believed as their phases begin.

`opened_i(row, out, warm, own, ..., block)` is called once the beliefs after telling moves are found and kept at `warm`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial

from backstop.game.tree import Decision, Ending
from backstop.program.blocks import BOUND, BY_TYPE, PROBABILITY, SLIP, Blocks, OpenPlay
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT
from backstop.program.learning.endings import Endings
from backstop.program.learning.play import Solution
from backstop.program.learning.seat import KINDS, Board, Seat
from backstop.program.learning.unfolding import Copy
from backstop.scenario.model import Model


class OpenLearnt:
    """Where plays with a hidden type are laid open."""

    def __init__(self, board: Board, seats: Sequence[Seat], blocks: Blocks) -> None:
        self.board, self.blocks = board, blocks
        self.model: Model = board.numbers[0].model
        for seat in seats:
            copies = [(copy.position, copy.children) for copy in seat.unfolded.copies]
            blocks.add(seat.phases, seat.play.nodes, blocks.shape.open_play(seat.play.nodes, copies))
        phases = range(len(self.model.game.phases))
        self.absorbing = [phase for phase in phases if self.model.game.plays[phase] is None]
        blocks.add(self.absorbing, (), None)
        self.places: Mapping[int, int] = blocks.laid_out()

    def stores(self, solution: Solution, play: OpenPlay, block: int) -> list[Store]:
        """What is put down of a play that has been solved, after the address in the local `block`."""
        found = {**self._phase(solution), **self._nodes(solution, play)}
        return [Store(place, term, block) for place, term in found.items()]

    def _mean(self, terms: Terms, belief: Term, first: Term, second: Term) -> Term:
        if first == second:
            return first
        less = terms.mul(terms.sub(terms.constant(1.0), belief), first)
        return terms.add(less, terms.mul(belief, second))

    def _phase(self, solution: Solution) -> dict[int, Term]:
        shape, terms, both, found = self.blocks.shape, solution.terms, self.board.numbers, dict[int, Term]()
        belief, zero = solution.beliefs[0], terms.constant(0.0)

        def expected(kind: int | None, one: Sequence[Term | None]) -> Term:
            first, second = (zero if term is None else term for term in one)
            return self._mean(terms, belief, first, second) if kind is None else (first, second)[kind]

        for column, worth in enumerate(solution.worth()):
            actor, kind = self.board.grid.owner(column)
            flows = [solution.numbers.one(partial(each.flow_a_year, actor=actor)) for each in both]
            found[shape.flows + column * SLOT] = expected(kind, flows)
            found[shape.worth + column * SLOT] = worth
        for row, name in enumerate(self.model.measures):
            levels = [solution.numbers.one(partial(each.expressions.name, name)) for each in both]
            found[shape.levels + row * SLOT] = expected(None, levels)
        return found

    def _nodes(self, solution: Solution, play: OpenPlay) -> dict[int, Term]:
        shape, terms, endings, found = self.blocks.shape, solution.terms, Endings(solution), dict[int, Term]()
        copies, zero = solution.seat.unfolded.copies, terms.constant(0.0)
        reach = [endings.reached(kind) for kind in KINDS]
        for place, of in enumerate(play.nodes):
            copy, node = copies[place], solution.nodes[of.position]
            belief = solution.beliefs[copy.belief]
            for column, value in enumerate(solution.values[place]):
                found[of.at + column * SLOT] = value.worth
            both = [each.get(place, zero) for each in reach]
            found[of.at + shape.reach] = self._mean(terms, solution.beliefs[0], both[0], both[1])
            for kind in KINDS:
                found[of.at + shape.reach + (1 + kind) * SLOT] = both[kind]
            found[of.at + shape.belief] = belief
            if isinstance(node, Ending):
                continue
            slips, bound = [terms.constant(math.nan)] * len(node.children), [zero] * len(node.children)
            if isinstance(node, Decision):
                one_noise, other_noise = (
                    solution.numbers.one(partial(each.noise, position=of.position))
                    for each in self.board.numbers
                )
                assert one_noise is not None and other_noise is not None
                found[of.at + shape.noise] = self._mean(terms, belief, one_noise, other_noise)
                slips, bound = self._slips(solution, endings, place, copy, node)
            first, second = solution.made[place]
            for move, (one, other) in enumerate(zip(first, second, strict=True)):
                at = of.at + shape.move(node, move)
                found[at + PROBABILITY * SLOT] = self._mean(terms, belief, one, other)
                found[at + BOUND * SLOT] = bound[move]
                found[at + SLIP * SLOT] = slips[move]
                found[at + BY_TYPE * SLOT] = one
                found[at + (BY_TYPE + 1) * SLOT] = other
        return found

    def _slips(
        self, solution: Solution, endings: Endings, place: int, copy: Copy, node: Decision
    ) -> tuple[list[Term], list[Term]]:
        """By move, as others expect it: how likely it is made as a slip, not a number where it is one of neither type;
        and how likely it is bound."""
        terms, belief = solution.terms, solution.beliefs[copy.belief]
        shares = terms.sub(terms.constant(1.0), belief), belief
        ranked = [endings.ranked(place, copy, node, kind) for kind in KINDS]
        slips, bound = list[Term](), list[Term]()
        for (worse, freely, held), (other_worse, other_freely, other_held) in zip(*ranked, strict=True):
            parts = [
                terms.op("and", mask, terms.mul(share, free))
                for mask, share, free in zip(
                    (worse, other_worse), shares, (freely, other_freely), strict=True
                )
            ]
            any_ = terms.op("or", worse, other_worse)
            slips.append(terms.select(any_, terms.sum(parts), terms.constant(math.nan)))
            bound.append(self._mean(terms, belief, held, other_held))
        return slips, bound

    def ends(self) -> Function:
        """`opened_ends()`: the absorbing phases."""
        function, terms, shape = Function("opened_ends", (I32,)), Terms(), self.blocks.shape
        grid, both, stores = self.board.grid, self.board.numbers, list[Store]()
        slots, zero = self.board.slots, terms.constant(0.0)

        def here(term: Term | None) -> Term:
            if term is None:
                return zero
            bits = slots.terms.constant_bits(term)
            return terms.load(slots.place(term)) if bits is None else terms.bits(bits)

        for phase in self.absorbing:
            block, belief = self.places[phase], terms.load(self.blocks.believed + phase * SLOT)
            for column in range(grid.columns):
                actor, kind = grid.owner(column)
                place = grid.place(grid.rows.discounted, phase, column)
                paid = [here(numbers.flow_a_year(phase, actor)) for numbers in both]
                worth = [
                    terms.add(here(both[k].flow(phase, actor)), terms.load(place + k * grid.rows.size))
                    for k in KINDS
                ]
                for to, (first, second) in ((shape.flows, paid), (shape.worth, worth)):
                    found = (
                        self._mean(terms, belief, first, second) if kind is None else (first, second)[kind]
                    )
                    stores.append(Store(block + to + column * SLOT, found, 0))
            for row, name in enumerate(self.model.measures):
                first, second = (here(numbers.expressions.name(name, phase)) for numbers in both)
                mean = self._mean(terms, belief, first, second)
                stores.append(Store(block + shape.levels + row * SLOT, mean, 0))
        function.compute(terms, stores)
        return function
