"""One play of one phase, solved as terms: what it is worth to every actor, and what comes of it.

The choice rule is the agent logit of McKelvey and Palfrey (1998, Experimental Economics 1, eq. 2) and Signorino (1999,
APSR 93); the private-payoff convention is that of Rust (1987, Econometrica 55, eq. 4.9) without the Euler constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from backstop.game.tree import Chance, Decision, Ending, Play
from backstop.program.code import arithmetic
from backstop.program.code.encoding import V128, Function
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Slots
from backstop.program.numbers import Numbers
from backstop.program.recursion.record import reached
from backstop.program.recursion.rows import Rows, largest

# Moves within this share of the largest value compared (or of 1) of the best one are ties where there is no noise.
TIE = 1e-12

# The entry (actor, phase, other): how the actor's value follows the discounted value of the phase to the other actor.
# The probability that the phase follows, which is the same for all actors, stands under (NOBODY, phase, NOBODY).
Entry = tuple[int, int, int]
NOBODY = -1


# The first local of a function shared by phases that holds where the values of a next phase lie; before it stand the
# addresses of the phase's worth and of its own numbers.
TARGETS = 2


@dataclass(frozen=True, slots=True)
class Address:
    """A place of memory: `offset` bytes after the address in the local `base`, or after 0."""

    offset: int
    base: int | None = None

    def load(self, terms: Terms, further: int = 0) -> Term:
        """What stands so much further."""
        place = self.offset + further
        return terms.load(place) if self.base is None else terms.load_at(self.base, place)


@dataclass(slots=True)
class Seat:
    """A play where it is played: in one phase, or in several at once.

    Numbers that differ between the phases lie from the address `own` on, in the order of `own_numbers`, which gives
    their terms by phase. `lasting`: nodes that stay the same throughout the tail, with the places of their values.
    `deciders`: who has a decision in it that can change in the tail. `targets`: the phases that follow, by phase, where
    they are not the same for all; the local TARGETS + i has the address of the discounted values of the i-th.
    """

    play: Play
    phases: tuple[int, ...]
    lasting: dict[int, Address]
    deciders: frozenset[int]
    own: Address
    own_numbers: list[tuple[Term, ...]] = field(default_factory=list)
    targets: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """What all plays of a game share."""

    numbers: Numbers
    slots: Slots
    rows: Rows
    private: bool


class Solution:
    """A play solved from the leaves up, in a graph of terms.

    `at_hand`: nodes whose values lie in memory already. `certain`: somebody may choose without noise.
    """

    def __init__(
        self, board: Board, seat: Seat, terms: Terms, at_hand: Mapping[int, Address], certain: bool
    ) -> None:
        self.board, self.seat, self.terms = board, seat, terms
        self.at_hand, self.certain = at_hand, certain
        self.nodes, self.actors = seat.play.nodes, range(board.rows.actors)
        # Of the first of the phases: in the others other phases may follow, and as many of them.
        self.next_phase = board.numbers.model.game.next_phase[seat.phases[0]]
        self.values: list[list[Term]] = []
        # Probabilities of moves and branches; of decisions also those of the free choice, what is left free (None
        # where all is) and the steepness.
        self.weights: list[list[Term]] = []
        self.free: dict[int, tuple[list[Term], Term | None, Term]] = {}
        for position, node in enumerate(self.nodes):
            weights: list[Term] = []
            if position in at_hand:
                values = [at_hand[position].load(terms, actor * SLOT) for actor in self.actors]
            elif isinstance(node, Ending):
                values = self._ended(node)
            elif isinstance(node, Chance):
                weights = self._numbers(partial(self._chances, position))
                values = self._mixed(weights, node.children)
            else:
                weights, values = self._decided(position, node)
            self.values.append(values)
            self.weights.append(weights)

    def worth(self) -> list[Term]:
        """What the phase is worth to each actor, flow included."""
        found = []
        for actor, worth in enumerate(self.values[-1]):
            flow = self.number(partial(self._flow, actor))
            found.append(worth if flow is None else self.terms.add(flow, worth))
        return found

    def heights(self) -> list[tuple[int, Term]]:
        """The first probability of every decision, and how many decisions lie at most between it and the leaves."""
        heights: list[int] = []
        found = []
        for position, node in enumerate(self.nodes):
            if isinstance(node, Ending) or position in self.at_hand:
                heights.append(0)
                continue
            below = max(heights[child] for child in node.children)
            heights.append(below + isinstance(node, Decision))
            if isinstance(node, Decision):
                found.append((heights[-1], self.weights[position][0]))
        return found

    # Numbers of the play, by phase.

    def _chances(self, position: int, phase: int) -> list[Term]:
        return self.board.numbers.chances(phase, position)

    def _flow(self, actor: int, phase: int) -> Term | None:
        return self.board.numbers.flow(phase, actor)

    def _lump(self, outcome: int, actor: int, phase: int) -> Term | None:
        return self.board.numbers.lump(phase, outcome, actor)

    def number(self, number: Callable[[int], Term | None]) -> Term | None:
        """A number, where it lies; None where no phase has it."""
        found = [number(phase) for phase in self.seat.phases]
        if all(term is None for term in found):
            return None
        zero = self.board.numbers.terms.constant(0.0)
        return self._placed(tuple(zero if term is None else term for term in found))

    def _numbers(self, numbers: Callable[[int], list[Term]]) -> list[Term]:
        found = [numbers(phase) for phase in self.seat.phases]
        return [self._placed(terms) for terms in zip(*found, strict=True)]

    def _placed(self, found: tuple[Term, ...]) -> Term:
        slots, numbers = self.board.slots, self.seat.own_numbers
        first = found[0]
        if all(term == first for term in found):
            bits = slots.terms.constant_bits(first)
            return self.terms.load(slots.place(first)) if bits is None else self.terms.bits(bits)
        if found not in numbers:
            numbers.append(found)
        return self.seat.own.load(self.terms, numbers.index(found) * SLOT)

    # What nodes are worth.

    def _ended(self, node: Ending) -> list[Term]:
        """An ending is worth its lump sum and the discounted value of the next phase."""
        rows, values = self.board.rows, list[Term]()
        following = self.board.numbers.model.game.next_phase
        targets = tuple(following[phase][node.outcome] for phase in self.seat.phases)
        if targets in self.seat.targets:
            later = Address(0, TARGETS + self.seat.targets.index(targets))
        else:
            later = Address(rows.offset(rows.discounted, targets[0]))
        for actor in self.actors:
            value = later.load(self.terms, actor * SLOT)
            lump = self.number(partial(self._lump, node.outcome, actor))
            values.append(value if lump is None else self.terms.add(lump, value))
        return values

    def _mixed(self, weights: Sequence[Term], children: Sequence[int]) -> list[Term]:
        """The sum of p U over moves or branches: never from a first one, whose size could cancel the rest.

        Where all are worth the same to an actor, nothing has to be mixed.
        """
        terms = self.terms
        found = []
        for actor in self.actors:
            worth = [self.values[child][actor] for child in children]
            parts = [terms.mul(p, value) for p, value in zip(weights, worth, strict=True)]
            found.append(worth[0] if len(set(worth)) == 1 else terms.sum(parts))
        return found

    def _decided(self, position: int, node: Decision) -> tuple[list[Term], list[Term]]:
        """Probabilities of the moves, bound part included, and what the node is worth."""
        terms, numbers = self.terms, self.board.numbers
        own = [self.values[child][node.actor] for child in node.children]
        steep = self.number(lambda k: numbers.steepness(k, position))
        assert steep is not None
        chosen, best = free_choice(terms, own, steep, self.certain)
        weights, free, bound = chosen, None, list[Term]()
        if node.bound:
            bound = self._numbers(partial(self._chances, position))
            free = self.number(lambda k: numbers.rest(numbers.chances(k, position)))
            assert free is not None
            weights = [terms.mul(free, weight) for weight in chosen]
            for probability, move in zip(bound, node.bound, strict=True):
                weights[move] = terms.add(weights[move], probability)
        self.free[position] = chosen, free, steep
        values = self._mixed(weights, node.children)
        if self.board.private:
            # The mover's expected maximum, noise * log sum exp(U / noise), where the move is not bound: the best move's
            # value less noise times the logarithm of its probability.
            noise = self.number(lambda k: numbers.noise(k, position))
            assert noise is not None
            top, share = best
            most = terms.sub(top, terms.mul(noise, arithmetic.near_logarithm(terms, share)))
            if free is not None:
                most = terms.mul(free, most)
                for probability, move in zip(bound, node.bound, strict=True):
                    most = terms.add(most, terms.mul(probability, own[move]))
            values[node.actor] = most
        return weights, values

    # What comes of it.

    def outcomes(self) -> dict[int, Term]:
        """Probability of every outcome that the play can reach."""
        found: dict[int, list[Term]] = {outcome: [] for outcome in reached(self.seat.play)}
        for position, share in self.reached().items():
            node = self.nodes[position]
            if isinstance(node, Ending):
                found[node.outcome].append(share)
        return {outcome: self.terms.sum(parts) for outcome, parts in found.items()}

    def slips(self) -> dict[int, dict[int, Term]]:
        """By outcome and actor: the probability of the outcome where the actor's was the first slip on the way.

        Only moves made freely can be slips: those that fall short of the best one there by more than the `slip_margin`
        of whoever moves, ties apart.
        """
        terms, root = self.terms, len(self.nodes) - 1
        # What comes to each node without a slip, and after a first slip by each actor.
        clean: list[list[Term]] = [[] for _ in self.nodes]
        after: list[dict[int, list[Term]]] = [{} for _ in self.nodes]
        clean[root].append(terms.constant(1.0))
        found: dict[int, dict[int, list[Term]]] = {}
        for position in range(root, -1, -1):
            node = self.nodes[position]
            if not clean[position]:
                continue
            here = terms.sum(clean[position])
            slipped = {actor: terms.sum(parts) for actor, parts in after[position].items()}
            if isinstance(node, Ending):
                for actor, share in slipped.items():
                    found.setdefault(node.outcome, {}).setdefault(actor, []).append(share)
                continue
            slips = self._slips_here(position, node) if isinstance(node, Decision) else None
            for move, (weight, child) in enumerate(zip(self.weights[position], node.children, strict=True)):
                good = weight
                if slips is not None and isinstance(node, Decision):
                    good, bad = slips[move]
                    after[child].setdefault(node.actor, []).append(self._times(here, bad))
                clean[child].append(self._times(here, good))
                for actor, share in slipped.items():
                    after[child].setdefault(actor, []).append(terms.mul(share, weight))
        return {
            outcome: {actor: terms.sum(parts) for actor, parts in by.items()} for outcome, by in found.items()
        }

    def _slips_here(self, position: int, node: Decision) -> list[tuple[Term, Term]]:
        """By move: how likely it is made otherwise than as a slip, and as one."""
        terms = self.terms
        return [
            (terms.select(worse, bound, weight), terms.op("and", worse, freely))
            for (worse, freely, bound), weight in zip(
                self.ranked(position, node), self.weights[position], strict=True
            )
        ]

    def ranked(self, position: int, node: Decision) -> list[tuple[Term, Term, Term]]:
        """By move: the mask of the worlds in which it would be a slip, how likely it is made freely, and how likely it
        is bound."""
        terms = self.terms
        zero, one = terms.constant(0.0), terms.constant(1.0)
        own = [self.values[child][node.actor] for child in node.children]
        best = own[0]
        for value in own[1:]:
            best = terms.op("pmax", best, value)
        margin = terms.mul(terms.constant(TIE), largest(terms, one, own))
        least = self.number(lambda k: self.board.numbers.slip_margins[node.actor])
        if least is not None and terms.amount(least) != 0.0:
            margin = terms.add(margin, least)
        chosen, free, _ = self.free[position]
        bound = dict.fromkeys(range(len(own)), zero)
        if node.bound:
            bound |= dict(zip(node.bound, self._numbers(partial(self._chances, position)), strict=True))
        found = []
        for move, value in enumerate(own):
            worse = terms.op("gt", terms.sub(best, value), margin)
            freely = chosen[move] if free is None else terms.mul(free, chosen[move])
            found.append((worse, freely, bound[move]))
        return found

    def reached(self) -> dict[int, Term]:
        """The probability of coming to each node, from the root down; nodes that are at hand end the way."""
        terms, root = self.terms, len(self.nodes) - 1
        parts: list[list[Term]] = [[] for _ in self.nodes]
        found: dict[int, Term] = {}
        for position in range(root, -1, -1):
            node = self.nodes[position]
            if position < root and not parts[position]:
                continue
            here = None if position == root else terms.sum(parts[position])
            found[position] = terms.constant(1.0) if here is None else here
            if isinstance(node, Ending) or position in self.at_hand:
                continue
            for weight, child in zip(self.weights[position], node.children, strict=True):
                parts[child].append(weight if here is None else terms.mul(here, weight))
        return found

    def slopes(self, actor: int) -> dict[Entry, Term]:
        """How the value of an actor follows the discounted values of phases that change, to every actor; of NOBODY,
        the probabilities of these phases."""
        terms, next_phase = self.terms, self.next_phase
        found: dict[Entry, list[Term]] = {}
        if actor == NOBODY:
            for position, share in self.reached().items():
                node = self.nodes[position]
                if isinstance(node, Ending) and position not in self.at_hand:
                    found.setdefault((NOBODY, next_phase[node.outcome], NOBODY), []).append(share)
            return {entry: terms.sum(parts) for entry, parts in found.items()}
        # Adjoints: how the root's value follows the value of a node to each actor, from the root down.
        parts: list[dict[int, list[Term]]] = [{} for _ in self.nodes]
        parts[-1][actor] = [terms.constant(1.0)]
        for position in range(len(self.nodes) - 1, -1, -1):
            node = self.nodes[position]
            if not parts[position] or position in self.at_hand:
                continue
            here = {other: terms.sum(each) for other, each in parts[position].items()}
            if isinstance(node, Ending):
                for other, slope in here.items():
                    found.setdefault((actor, next_phase[node.outcome], other), []).append(slope)
                continue
            for weight, child in zip(self.weights[position], node.children, strict=True):
                for other, slope in here.items():
                    parts[child].setdefault(other, []).append(self._times(slope, weight))
            if isinstance(node, Decision):
                for child, slope in zip(node.children, self._replies(position, node, here), strict=True):
                    parts[child].setdefault(node.actor, []).append(slope)
        return {entry: terms.sum(each) for entry, each in found.items()}

    def _times(self, a: Term, b: Term) -> Term:
        return b if self.terms.amount(a) == 1.0 else self.terms.mul(a, b)

    def _replies(self, position: int, node: Decision, here: Mapping[int, Term]) -> list[Term]:
        """By move: what the adjoints `here` gain from the mover's choosing it more often, per unit of its value."""
        terms = self.terms
        chosen, free, steep = self.free[position]
        ease = terms.mul(steep, terms.constant(1.0 / arithmetic.LOG2_E))
        ease = ease if free is None else terms.mul(free, ease)
        # The mover's own value follows its choice only where shocks are errors.
        moved = {j: slope for j, slope in here.items() if not (self.board.private and j == node.actor)}
        children = [self.values[child] for child in node.children]
        if len(children) == 2:
            first, second = children
            gain = terms.sum([self._times(s, terms.sub(first[j], second[j])) for j, s in moved.items()])
            reply = terms.mul(terms.mul(terms.mul(chosen[0], chosen[1]), ease), gain)
            return [reply, terms.op("neg", reply)]
        worth = [terms.sum([self._times(s, child[j]) for j, s in moved.items()]) for child in children]
        mean = terms.sum([terms.mul(p, each) for p, each in zip(chosen, worth, strict=True)])
        return [
            terms.mul(terms.mul(p, ease), terms.sub(each, mean))
            for p, each in zip(chosen, worth, strict=True)
        ]


def free_choice(
    terms: Terms, own: Sequence[Term], steep: Term, certain: bool
) -> tuple[list[Term], tuple[Term, Term]]:
    """Probabilities of moves worth `own` to the one who chooses, and the value and probability of the best."""
    return _two(terms, own, steep, certain) if len(own) == 2 else _many(terms, own, steep, certain)


def _two(
    terms: Terms, own: Sequence[Term], steep: Term, certain: bool
) -> tuple[list[Term], tuple[Term, Term]]:
    """Probabilities of two moves, and the value and probability of the better."""
    first, second = own
    above, below = arithmetic.odds(terms, terms.mul(terms.sub(second, first), steep))
    scale = terms.div(terms.constant(1.0), terms.add(below, above))
    chosen = [terms.mul(below, scale), terms.mul(above, scale)]
    if certain:
        compared = [(second, first), (first, second)]
        chosen = terms.unless_certain(steep, chosen, "certain_2", compared)
    return chosen, (terms.op("pmax", first, second), terms.op("pmax", *chosen))


def _many(
    terms: Terms, own: Sequence[Term], steep: Term, certain: bool
) -> tuple[list[Term], tuple[Term, Term]]:
    """Probabilities of several moves, and the value and probability of the best."""
    top = bottom = own[0]
    for value in own[1:]:
        top, bottom = terms.op("pmax", top, value), terms.op("pmin", bottom, value)
    weights = [terms.div(*arithmetic.odds(terms, terms.mul(terms.sub(value, top), steep))) for value in own]
    if certain:
        compared = [(top, bottom, value) for value in own]
        weights = terms.unless_certain(steep, weights, "certain_3", compared)
    # The best move has weight 1.
    scale = terms.div(terms.constant(1.0), terms.sum(weights))
    return [terms.mul(weight, scale) for weight in weights], (top, scale)


def certain_choice(name: str, moves: int) -> Function:
    """A function for noise 0: (weight, steepness, values compared ...) -> weight.

    The last of the values compared is that of the move; where the steepness is 0, the weight is 1 where the move
    is as good as the best and else 0. Of two moves the weight is made a share at once.
    """
    terms = Terms()
    function = Function(name, (V128,) * (2 + moves), (V128,))
    weight, steep, *values = (terms.local(i) for i in range(2 + moves))
    one = terms.constant(1.0)
    best = values[0]
    for value in values[1:]:
        best = terms.op("pmax", best, value)
    margin = terms.mul(terms.constant(TIE), largest(terms, one, values))
    compared = values if moves == 2 else values[-1:]
    ties = [terms.truth(terms.op("le", terms.sub(best, value), margin)) for value in compared]
    chosen = terms.div(ties[1], terms.add(*ties)) if moves == 2 else ties[0]
    certain = terms.op("eq", steep, terms.constant(0.0))
    function.compute(terms, [], push=terms.select(certain, chosen, weight))
    return function
