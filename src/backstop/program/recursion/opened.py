"""Functions that lay open the plays of a period: `opened_i` for every play, and `opened_ends` for absorbing phases.

They read the discounted values of what comes after the period, and write into the blocks of the phases.
"""

from __future__ import annotations

import math
from functools import partial

from backstop.game.tree import Decision, Ending
from backstop.program.blocks import BOUND, PROBABILITY, SLIP, Blocks, OpenPlay
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT
from backstop.program.recursion.play import TARGETS, Board, Seat, Solution
from backstop.program.recursion.plays import Plays


class OpenPlays:
    """Writes these functions for the plays of a game without a hidden type. `certain`: somebody may choose without
    noise."""

    def __init__(self, board: Board, plays: Plays, blocks: Blocks, certain: bool) -> None:
        self.board, self.plays, self.blocks, self.certain = board, plays, blocks, certain
        self.seats = [*plays.going, *plays.at_first]
        for seat in self.seats:
            nodes = seat.play.nodes
            copies = [(i, () if isinstance(node, Ending) else node.children) for i, node in enumerate(nodes)]
            blocks.add(seat.phases, nodes, blocks.shape.open_play(nodes, copies))
        blocks.add(board.rows.absorbing, (), None)
        self.places = blocks.laid_out()
        self.functions = [self._opened(number, seat) for number, seat in enumerate(self.seats)]
        self.functions.append(self._ends())

    def call(self, function: Function, shift: int) -> None:
        """Lay open all phases; `shift`: how far after the blocks of the first type those of the type in hand stand."""
        rows, plays = self.board.rows, self.plays
        for number, seat in enumerate(self.seats):
            for place, phase in enumerate(seat.phases):
                if len(seat.phases) > 1:
                    function.whole(0)
                    function.whole(plays.own_at(phase))
                    for targets in seat.targets:
                        function.whole(rows.offset(rows.discounted, targets[place]))
                function.whole(self.places[phase] + shift)
                function.call(f"opened_{number}")
        function.whole(shift)
        function.call("opened_ends")

    def _opened(self, number: int, seat: Seat) -> Function:
        shared = len(seat.phases) > 1
        block = TARGETS + len(seat.targets) if shared else 0
        function, terms = Function(f"opened_{number}", (I32,) * (block + 1)), Terms()
        solution = Solution(self.board, seat, terms, {}, self.certain)
        play = self.blocks.plays[number]
        found = {**self._phase(solution), **self._nodes(solution, play)}
        function.compute(terms, [Store(place, term, block) for place, term in found.items()])
        return function

    def _phase(self, solution: Solution) -> dict[int, Term]:
        """What is true of a phase, by place in its block."""
        shape, numbers, zero = self.blocks.shape, self.board.numbers, solution.terms.constant(0.0)
        found: dict[int, Term] = {}
        for actor, worth in enumerate(solution.worth()):
            flow = solution.number(partial(numbers.flow_a_year, actor=actor))
            found[shape.flows + actor * SLOT] = zero if flow is None else flow
            found[shape.worth + actor * SLOT] = worth
        for row, name in enumerate(numbers.model.measures):
            level = solution.number(partial(numbers.expressions.name, name))
            found[shape.levels + row * SLOT] = zero if level is None else level
        return found

    def _nodes(self, solution: Solution, play: OpenPlay) -> dict[int, Term]:
        """What is true of the nodes, by place in the block."""
        shape, terms, numbers = self.blocks.shape, solution.terms, self.board.numbers
        reach, found = solution.reached(), dict[int, Term]()
        none, zero = terms.constant(math.nan), terms.constant(0.0)
        for position, of in enumerate(play.nodes):
            node = solution.nodes[position]
            for column, worth in enumerate(solution.values[position]):
                found[of.at + column * SLOT] = worth
            found[of.at + shape.reach] = reach.get(position, zero)
            if isinstance(node, Ending):
                continue
            slips, bound = [none] * len(node.children), [zero] * len(node.children)
            if isinstance(node, Decision):
                noise = solution.number(partial(numbers.noise, position=position))
                assert noise is not None
                found[of.at + shape.noise] = noise
                ranked = solution.ranked(position, node)
                slips = [terms.select(worse, freely, none) for worse, freely, _ in ranked]
                bound = [part for _, _, part in ranked]
            for move, probability in enumerate(solution.weights[position]):
                at = of.at + shape.move(node, move)
                found[at + PROBABILITY * SLOT] = probability
                found[at + BOUND * SLOT] = bound[move]
                found[at + SLIP * SLOT] = slips[move]
        return found

    def _ends(self) -> Function:
        """`opened_ends(shift)`: the absorbing phases."""
        function, terms, shape = Function("opened_ends", (I32,)), Terms(), self.blocks.shape
        rows, numbers, slots, stores = self.board.rows, self.board.numbers, self.board.slots, list[Store]()

        def here(term: Term) -> Term:
            bits = slots.terms.constant_bits(term)
            return terms.load(slots.place(term)) if bits is None else terms.bits(bits)

        for phase in rows.absorbing:
            block = self.places[phase]
            for actor in range(rows.actors):
                worth = terms.load(rows.offset(rows.discounted, phase, actor))
                flow, a_year = numbers.flow(phase, actor), numbers.flow_a_year(phase, actor)
                if flow is not None:
                    worth = terms.add(here(flow), worth)
                paid = terms.constant(0.0) if a_year is None else here(a_year)
                stores.append(Store(block + shape.flows + actor * SLOT, paid, 0))
                stores.append(Store(block + shape.worth + actor * SLOT, worth, 0))
            for row, name in enumerate(numbers.model.measures):
                level = here(numbers.expressions.name(name, phase))
                stores.append(Store(block + shape.levels + row * SLOT, level, 0))
        function.compute(terms, stores)
        return function
