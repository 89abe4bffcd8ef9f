"""One period of a phase as functions: what its play is worth to every actor, and what comes of it.

A play is written once for all phases that have it. Its functions take the address where the values of the actors in
the phase go (`worth`) and that of the phase's own numbers (`own`): those that differ between phases with the same play;
all others lie at fixed places.

- `lasting_i(own)` computes what stays the same throughout the tail: nodes that lead to absorbing phases alone;
- `worth_i(worth, own)` computes the values, from that, in the tail;
- `slopes_i(worth, own, slopes)` computes also how they follow from the values of the next phases (see `slopes`);
- `chosen_i(worth, own, outcomes)` computes the values and the probability of every outcome.

The choice rule is the agent logit of McKelvey and Palfrey (1998, Experimental Economics 1, eq. 2) and Signorino (1999,
APSR 93); the private-payoff convention is that of Rust (1987, Econometrica 55, eq. 4.9) without the Euler constant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from backstop.game.tree import Chance, Decision, Ending, Play
from backstop.program.code import arithmetic
from backstop.program.code.encoding import I32, V128, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Slots
from backstop.program.numbers import Numbers
from backstop.program.recursion.rows import Rows

# Moves within this share of the largest value compared (or of 1) of the best one are ties where there is no noise.
TIE = 1e-12

# The entry (actor, phase, other): how the actor's value follows the discounted value of the phase to the other actor.
# The probability that the phase follows, which is the same for all actors, stands under (NOBODY, phase, NOBODY).
Entry = tuple[int, int, int]
NOBODY = -1


@dataclass(slots=True)
class SharedPlay:
    """Phases with the same play.

    `lasting`: nodes that `lasting_i` computes, with their places after `own`; `own_numbers` follow them, each given by
    its terms in the phases. `slopes`: entries, with their places among those of a phase. `deciders`: who has a decision
    in it that can change in the tail.
    """

    index: int
    play: Play
    phases: list[int]
    constant: list[bool]
    lasting: dict[int, int]
    deciders: frozenset[int]
    own_numbers: list[tuple[Term, ...]] = field(default_factory=list)
    slopes: dict[Entry, int] = field(default_factory=dict)


class PlayWriter:
    """Writes the functions of one play."""

    def __init__(self, shared: SharedPlay, numbers: Numbers, slots: Slots, rows: Rows, private: bool) -> None:
        self.shared, self.numbers, self.slots, self.rows, self.private = shared, numbers, slots, rows, private
        self.play, self.phases = shared.play, shared.phases
        self.next_phase = numbers.model.game.next_phase
        self.actors = range(rows.actors)

    def lasting(self) -> Function:
        """`lasting_i(own)`."""
        function = Function(f"lasting_{self.shared.index}", (I32,))
        solution = _Solution(self, own=0, at_hand={})
        function.compute(
            solution.terms,
            [
                Store(place + actor * SLOT, solution.values[position][actor], 0)
                for position, place in self.shared.lasting.items()
                for actor in self.actors
            ],
        )
        return function

    def worth(self) -> Function:
        """`worth_i(worth, own)`."""
        function = Function(f"worth_{self.shared.index}", (I32, I32))
        solution = _Solution(self, own=1, at_hand=self.shared.lasting)
        function.compute(solution.terms, solution.stores())
        return function

    def chosen(self) -> Function:
        """`chosen_i(worth, own, outcomes)`."""
        function = Function(f"chosen_{self.shared.index}", (I32, I32, I32))
        solution = _Solution(self, own=1, at_hand={})
        stores = [Store(i * SLOT, term, 2) for i, term in enumerate(solution.outcomes())]
        function.compute(solution.terms, solution.stores() + stores)
        return function

    def slopes(self, of: Iterable[int]) -> Function:
        """`slopes_i(worth, own, slopes)`, for the values of some actors."""
        shared = self.shared
        function = Function(f"slopes_{shared.index}", (I32, I32, I32))
        solution = _Solution(self, own=1, at_hand=shared.lasting)
        entries: dict[Entry, Term] = {}
        for actor in (NOBODY, *of):
            found = solution.slopes(actor)
            entries |= {entry: term for entry, term in found.items() if entry[1] in self.rows.going}
        shared.slopes = {entry: i * SLOT for i, entry in enumerate(entries)}
        stores = [Store(shared.slopes[entry], term, 2) for entry, term in entries.items()]
        function.compute(solution.terms, solution.stores() + stores)
        return function


def shared_plays(numbers: Numbers, rows: Rows, absorbing_change: bool) -> list[SharedPlay]:
    """The distinct plays of a game. `absorbing_change`: absorbing phases change in the tail as well."""
    found: list[SharedPlay] = []
    model, game = numbers.model, numbers.model.game
    for phase in rows.going + rows.at_first:
        play = game.plays[phase]
        assert play is not None
        same_time = rows.at_first if phase in rows.at_first else rows.going
        for known in found:
            first = known.phases[0]
            if first in same_time and known.play == play and model.nodes[first] == model.nodes[phase]:
                known.phases.append(phase)
                break
        else:
            constant = [] if absorbing_change else _constant(play, game.next_phase, rows.absorbing)
            constant = constant or [False] * len(play.nodes)
            lasting: dict[int, int] = {}
            for position in _needed(play, constant):
                lasting[position] = len(lasting) * rows.size
            deciders = frozenset(
                n.actor
                for n, c in zip(play.nodes, constant, strict=True)
                if isinstance(n, Decision) and not c
            )
            found.append(SharedPlay(len(found), play, [phase], constant, lasting, deciders))
    return found


def _constant(play: Play, next_phase: Sequence[int], absorbing: Sequence[int]) -> list[bool]:
    """Which nodes lead to absorbing phases alone."""
    found: list[bool] = []
    for node in play.nodes:
        if isinstance(node, Ending):
            found.append(next_phase[node.outcome] in absorbing)
        else:
            found.append(all(found[child] for child in node.children))
    return found


def _needed(play: Play, constant: list[bool]) -> list[int]:
    """Nodes that stay the same and that others are computed from which do not; or the root."""
    needed = {len(play.nodes) - 1} if constant[-1] else set[int]()
    for position, node in enumerate(play.nodes):
        if not isinstance(node, Ending) and not constant[position]:
            needed.update(child for child in node.children if constant[child])
    return sorted(needed)


def certain_choice(name: str, moves: int) -> Function:
    """A function for noise 0: (weight, inverse noise, values compared ...) -> weight.

    The last of the values compared is that of the move; where the inverse noise is 0, the weight is 1 where the move
    is as good as the best and else 0. Of two moves the weight is made a share at once.
    """
    terms = Terms()
    function = Function(name, (V128,) * (2 + moves), (V128,))
    weight, inverse, *values = (terms.local(i) for i in range(2 + moves))
    one = terms.constant(1.0)
    best, largest = values[0], terms.op("abs", values[0])
    for value in values[1:]:
        best = terms.op("pmax", best, value)
        largest = terms.op("pmax", largest, terms.op("abs", value))
    margin = terms.mul(terms.constant(TIE), terms.op("pmax", largest, one))
    compared = values if moves == 2 else values[-1:]
    ties = [terms.truth(terms.op("le", terms.sub(best, value), margin)) for value in compared]
    chosen = terms.div(ties[1], terms.add(*ties)) if moves == 2 else ties[0]
    certain = terms.op("eq", inverse, terms.constant(0.0))
    function.compute(terms, [], push=terms.select(certain, chosen, weight))
    return function


class _Solution:
    """A play solved from the leaves up, as terms.

    `own`: the local with the address of the phase's own numbers. `at_hand`: nodes whose values lie after that already.
    """

    def __init__(self, writer: PlayWriter, own: int, at_hand: Mapping[int, int]) -> None:
        self.writer, self.own, self.at_hand = writer, own, at_hand
        self.terms = Terms()
        self.nodes, self.actors = writer.play.nodes, writer.actors
        self.values: list[list[Term]] = []
        # Probabilities of moves and branches; of decisions also those of the free choice, what is left free (None
        # where all is) and the inverse noise.
        self.weights: list[list[Term]] = []
        self.free: dict[int, tuple[list[Term], Term | None, Term]] = {}
        for position, node in enumerate(self.nodes):
            weights: list[Term] = []
            if position in at_hand:
                place = at_hand[position]
                values = [self.terms.load_at(own, place + actor * SLOT) for actor in self.actors]
            elif isinstance(node, Ending):
                values = self._ended(node)
            elif isinstance(node, Chance):
                weights = self._numbers(partial(self._chances, position))
                values = self._mixed(weights, node.children)
            else:
                weights, values = self._decided(position, node)
            self.values.append(values)
            self.weights.append(weights)

    def stores(self) -> list[Store]:
        """The values in the phase, flow included, put where the first parameter says."""
        stores = []
        for actor in self.actors:
            flow, worth = self._number(partial(self._flow, actor)), self.values[-1][actor]
            stores.append(Store(actor * SLOT, worth if flow is None else self.terms.add(flow, worth), 0))
        return stores

    # Numbers of the play, by phase.

    def _chances(self, position: int, phase: int) -> list[Term]:
        return self.writer.numbers.chances(phase, position)

    def _flow(self, actor: int, phase: int) -> Term | None:
        return self.writer.numbers.flow(phase, actor)

    def _lump(self, outcome: int, actor: int, phase: int) -> Term | None:
        return self.writer.numbers.lump(phase, outcome, actor)

    def _number(self, number: Callable[[int], Term | None]) -> Term | None:
        """A number, where it lies; None where no phase has it."""
        found = [number(phase) for phase in self.writer.phases]
        if all(term is None for term in found):
            return None
        zero = self.writer.numbers.terms.constant(0.0)
        return self._placed(tuple(zero if term is None else term for term in found))

    def _numbers(self, numbers: Callable[[int], list[Term]]) -> list[Term]:
        found = [numbers(phase) for phase in self.writer.phases]
        return [self._placed(terms) for terms in zip(*found, strict=True)]

    def _placed(self, found: tuple[Term, ...]) -> Term:
        slots, shared = self.writer.slots, self.writer.shared
        first = found[0]
        if all(term == first for term in found):
            bits = slots.terms.constant_bits(first)
            return self.terms.load(slots.place(first)) if bits is None else self.terms.bits(bits)
        if found not in shared.own_numbers:
            shared.own_numbers.append(found)
        after = len(shared.lasting) * self.writer.rows.size
        return self.terms.load_at(self.own, after + shared.own_numbers.index(found) * SLOT)

    # What nodes are worth.

    def _ended(self, node: Ending) -> list[Term]:
        """An ending is worth its lump sum and the discounted value of the next phase."""
        rows, values = self.writer.rows, []
        for actor in self.actors:
            later = rows.offset(rows.discounted, self.writer.next_phase[node.outcome], actor)
            value = self.terms.load(later)
            lump = self._number(partial(self._lump, node.outcome, actor))
            values.append(value if lump is None else self.terms.add(lump, value))
        return values

    def _mixed(self, weights: Sequence[Term], children: Sequence[int]) -> list[Term]:
        """The sum of p U over moves or branches: never from a first one, whose size could cancel the rest."""
        terms = self.terms
        return [
            terms.sum([terms.mul(p, self.values[c][actor]) for p, c in zip(weights, children, strict=True)])
            for actor in self.actors
        ]

    def _decided(self, position: int, node: Decision) -> tuple[list[Term], list[Term]]:
        """Probabilities of the moves, bound part included, and what the node is worth."""
        terms, numbers = self.terms, self.writer.numbers
        own = [self.values[child][node.actor] for child in node.children]
        inverse = self._number(lambda k: numbers.inverse(numbers.noise(k, position)))
        assert inverse is not None
        chosen, top, total = self._two(own, inverse) if len(own) == 2 else self._many(own, inverse)
        weights, free, bound = chosen, None, list[Term]()
        if node.bound:
            bound = self._numbers(partial(self._chances, position))
            free = self._number(lambda k: numbers.rest(numbers.chances(k, position)))
            assert free is not None
            weights = [terms.mul(free, weight) for weight in chosen]
            for probability, move in zip(bound, node.bound, strict=True):
                weights[move] = terms.add(weights[move], probability)
        self.free[position] = chosen, free, inverse
        values = self._mixed(weights, node.children)
        if self.writer.private:
            # The mover's expected maximum, noise * log sum exp(U / noise), where the move is not bound.
            noise = self._number(lambda k: numbers.noise(k, position))
            assert noise is not None
            most = terms.add(top, terms.mul(noise, arithmetic.near_logarithm(terms, total)))
            if free is not None:
                most = terms.mul(free, most)
                for probability, move in zip(bound, node.bound, strict=True):
                    most = terms.add(most, terms.mul(probability, own[move]))
            values[node.actor] = most
        return weights, values

    def _two(self, own: list[Term], inverse: Term) -> tuple[list[Term], Term, Term]:
        """Probabilities of two moves, the larger value and the sum of exp((U - largest) / noise)."""
        terms = self.terms
        one = terms.constant(1.0)
        first, second = own
        gain = terms.sub(first, second)
        odds = arithmetic.decay(terms, terms.mul(terms.op("neg", terms.op("abs", gain)), inverse))
        total = terms.add(one, odds)
        better = terms.div(one, total)
        worse = terms.mul(odds, better)
        ahead = terms.op("ge", gain, terms.constant(0.0))
        chosen = [
            terms.unless_certain(terms.select(ahead, better, worse), inverse, "certain_2", second, first),
            terms.unless_certain(terms.select(ahead, worse, better), inverse, "certain_2", first, second),
        ]
        return chosen, terms.op("pmax", first, second), total

    def _many(self, own: list[Term], inverse: Term) -> tuple[list[Term], Term, Term]:
        terms = self.terms
        top = bottom = own[0]
        for value in own[1:]:
            top, bottom = terms.op("pmax", top, value), terms.op("pmin", bottom, value)
        weights = []
        for value in own:
            weight = arithmetic.decay(terms, terms.mul(terms.sub(value, top), inverse))
            weights.append(terms.unless_certain(weight, inverse, "certain_3", top, bottom, value))
        total = terms.sum(weights)
        scale = terms.div(terms.constant(1.0), total)
        return [terms.mul(weight, scale) for weight in weights], top, total

    # What comes of it.

    def outcomes(self) -> list[Term]:
        """Probability of every outcome that the play can reach, in the order of `reached`."""
        found: dict[int, list[Term]] = {outcome: [] for outcome in reached(self.writer.play)}
        for position, share in self._shares().items():
            node = self.nodes[position]
            if isinstance(node, Ending):
                found[node.outcome].append(share)
        return [self.terms.sum(parts) for parts in found.values()]

    def _shares(self) -> dict[int, Term]:
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
        terms, next_phase = self.terms, self.writer.next_phase
        found: dict[Entry, list[Term]] = {}
        if actor == NOBODY:
            for position, share in self._shares().items():
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
        chosen, free, inverse = self.free[position]
        ease = inverse if free is None else terms.mul(free, inverse)
        # The mover's own value follows its choice only where shocks are errors.
        moved = {j: slope for j, slope in here.items() if not (self.writer.private and j == node.actor)}
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


def reached(play: Play) -> list[int]:
    """The outcomes that a play can end in, in the order of its nodes."""
    nodes, live = play.nodes, {len(play.nodes) - 1}
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if position in live and not isinstance(node, Ending):
            live.update(node.children)
    return list(dict.fromkeys(n.outcome for i, n in enumerate(nodes) if i in live and isinstance(n, Ending)))
