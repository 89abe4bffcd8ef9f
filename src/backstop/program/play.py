"""One period of a phase as functions: what its play is worth to every actor, and what comes of it.

A play is written once for all phases that have it. `(worth, own)` computes the values of the actors in the phase into
the memory at `worth`; numbers that differ between the phases that share the play lie from the address `own` on, all
others at fixed places. A second function also computes the probability of every outcome.

The choice rule is the agent logit of McKelvey and Palfrey (1998, Experimental Economics 1, eq. 2) and Signorino (1999,
APSR 93); the private-payoff convention is that of Rust (1987, Econometrica 55, eq. 4.9) without the Euler constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from backstop.game.tree import Chance, Decision, Ending, Game, Play
from backstop.program import arithmetic
from backstop.program.encoding import I32, V128, Function, Store, constant
from backstop.program.layout import SLOT, Memory, Slots
from backstop.program.numbers import Numbers
from backstop.program.terms import Term, Terms

# Moves within this share of the largest value compared (or of 1) of the best one are ties where there is no noise.
TIE = 1e-12


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
    ties = [
        terms.truth(terms.op("le", terms.sub(best, value), margin))
        for value in (values if moves == 2 else values[-1:])
    ]
    chosen = ties[-1] if moves != 2 else terms.div(ties[-1], terms.add(ties[0], ties[1]))
    certain = terms.op("eq", inverse, terms.constant(0.0))
    function.compute(terms, [], push=terms.select(certain, chosen, weight))
    return function


@dataclass(slots=True)
class Shared:
    """Phases with the same play, and where their numbers lie: at a place of memory, or so far after `own`."""

    play: Play
    phases: list[int]
    index: int
    own: dict[int, int] = field(default_factory=dict)
    own_numbers: list[tuple[Term, ...]] = field(default_factory=list)


class Plays:
    """The plays of a game and their functions."""

    def __init__(
        self,
        game: Game,
        numbers: Numbers,
        slots: Slots,
        memory: Memory,
        discounted: Mapping[int, int],
        private: bool,
    ) -> None:
        """`discounted[k]`: where the discounted values of phase k in the next period lie, actor by actor."""
        self.game, self.numbers, self.slots, self.memory = game, numbers, slots, memory
        self.discounted, self.private = discounted, private
        self.shared: list[Shared] = []
        for phase in game.live:
            play = game.plays[phase]
            assert play is not None
            for known in self.shared:
                first = known.phases[0]
                same_time = (first in numbers.at_first) is (phase in numbers.at_first)
                if (
                    same_time
                    and known.play == play
                    and numbers.model.nodes[first] == numbers.model.nodes[phase]
                ):
                    known.phases.append(phase)
                    break
            else:
                self.shared.append(Shared(play, [phase], len(self.shared)))
        self.of_phase = {phase: shared for shared in self.shared for phase in shared.phases}

    def functions(self) -> list[Function]:
        """The functions of all plays."""
        made = []
        for shared in self.shared:
            writers = [_Writer(self, shared, reach) for reach in (False, True)]
            made += [writer.function() for writer in writers]
        for shared in self.shared:
            for phase in shared.phases:
                shared.own[phase] = self.memory.take(len(shared.own_numbers))
        return made

    def own_terms(self) -> list[tuple[int, Term]]:
        """Places of the numbers that differ between phases with the same play, with their terms."""
        return [
            (shared.own[phase] + i * SLOT, terms[row])
            for shared in self.shared
            for row, phase in enumerate(shared.phases)
            for i, terms in enumerate(shared.own_numbers)
        ]

    def call(
        self, function: Function, phase: int, worth: int, outcomes: int | None = None, place: int = 0
    ) -> None:
        """Call the function of the play of a phase.

        The probabilities of its outcomes go `place` bytes after the address in the local `outcomes`.
        """
        shared = self.of_phase[phase]
        function.write(constant(worth), constant(shared.own[phase]))
        if outcomes is not None:
            function.get(outcomes)
            function.write(constant(place), b"\x6a")
        function.call(f"{'chosen' if outcomes is not None else 'worth'}_{shared.index}")


class _Writer:
    """Writes one function of one play."""

    def __init__(self, plays: Plays, shared: Shared, reach: bool) -> None:
        self.plays, self.shared, self.reach = plays, shared, reach
        self.terms = Terms()
        self.actors = range(len(plays.game.actors))
        self.values: list[list[Term]] = []
        self.weights: list[list[Term] | None] = []

    def function(self) -> Function:
        """The function `worth_i(worth, own)`, or `chosen_i(worth, own, outcomes)`."""
        name = f"{'chosen' if self.reach else 'worth'}_{self.shared.index}"
        function = Function(name, (I32,) * (3 if self.reach else 2))
        play = self.shared.play
        for position, node in enumerate(play.nodes):
            weights: list[Term] | None = None
            if isinstance(node, Ending):
                values = self._ended(node)
            elif isinstance(node, Chance):
                weights = self._numbers(partial(self._chances, position))
                values = self._mixed(weights, node.children)
            else:
                weights, values = self._decided(position, node)
            self.values.append(values)
            self.weights.append(weights)
        stores = []
        for actor in self.actors:
            flow = self._number(partial(self._flow, actor))
            worth = self.values[-1][actor]
            if flow is not None:
                worth = self.terms.add(flow, worth)
            stores.append(Store(actor * SLOT, worth, 0))
        if self.reach:
            stores += [Store(i * SLOT, term, 2) for i, term in enumerate(self._outcomes())]
        function.compute(self.terms, stores)
        return function

    def _chances(self, position: int, phase: int) -> list[Term]:
        return self.plays.numbers.chances(phase, position)

    def _flow(self, actor: int, phase: int) -> Term | None:
        return self.plays.numbers.flow(phase, actor)

    def _lump(self, outcome: int, actor: int, phase: int) -> Term | None:
        return self.plays.numbers.lump(phase, outcome, actor)

    def _number(self, number: Callable[[int], Term | None]) -> Term | None:
        """A number of the play by phase, where it lies; None where no phase has it."""
        found = [number(phase) for phase in self.shared.phases]
        if all(term is None for term in found):
            return None
        zero = self.plays.numbers.terms.constant(0.0)
        return self._placed(tuple(zero if term is None else term for term in found))

    def _numbers(self, numbers: Callable[[int], list[Term]]) -> list[Term]:
        found = [numbers(phase) for phase in self.shared.phases]
        return [self._placed(terms) for terms in zip(*found, strict=True)]

    def _placed(self, found: tuple[Term, ...]) -> Term:
        slots = self.plays.slots
        first = found[0]
        if all(term == first for term in found):
            if slots.terms.operations[first] == "const":
                detail = slots.terms.details[first]
                assert isinstance(detail, int)
                return self.terms.bits(detail)
            return self.terms.load(slots.place(first))
        if found not in self.shared.own_numbers:
            self.shared.own_numbers.append(found)
        return self.terms.load_at(1, self.shared.own_numbers.index(found) * SLOT)

    def _ended(self, node: Ending) -> list[Term]:
        """An ending is worth its lump sum and the discounted value of the next phase."""
        later = self.plays.discounted[self.plays.game.next_phase[node.outcome]]
        values = []
        for actor in self.actors:
            value = self.terms.load(later + actor * SLOT)
            lump = self._number(partial(self._lump, node.outcome, actor))
            values.append(value if lump is None else self.terms.add(lump, value))
        return values

    def _mixed(self, weights: Sequence[Term], children: Sequence[int]) -> list[Term]:
        terms = self.terms
        return [
            terms.sum(
                [
                    terms.mul(weight, self.values[c][actor])
                    for weight, c in zip(weights, children, strict=True)
                ]
            )
            for actor in self.actors
        ]

    def _decided(self, position: int, node: Decision) -> tuple[list[Term], list[Term]]:
        """Probabilities of the moves, and what the node is worth."""
        terms, numbers = self.terms, self.plays.numbers
        own = [self.values[child][node.actor] for child in node.children]
        inverse = self._number(lambda k: numbers.inverse(numbers.noise(k, position)))
        assert inverse is not None
        chosen, top, total = self._two(own, inverse) if len(own) == 2 else self._many(own, inverse)
        weights, free, bound = chosen, None, []
        if node.bound:
            bound = self._numbers(lambda k: numbers.chances(k, position))
            free = self._number(lambda k: numbers.rest(numbers.chances(k, position)))
            assert free is not None
            weights = [terms.mul(free, weight) for weight in chosen]
            for probability, move in zip(bound, node.bound, strict=True):
                weights[move] = terms.add(weights[move], probability)
        values = self._mixed(weights, node.children)
        if self.plays.private:
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
        top = own[0]
        for value in own[1:]:
            top = terms.op("pmax", top, value)
        bottom = own[0]
        for value in own[1:]:
            bottom = terms.op("pmin", bottom, value)
        weights = [
            terms.unless_certain(
                arithmetic.decay(terms, terms.mul(terms.sub(value, top), inverse)),
                inverse,
                "certain_3",
                top,
                bottom,
                value,
            )
            for value in own
        ]
        total = terms.sum(weights)
        scale = terms.div(terms.constant(1.0), total)
        return [terms.mul(weight, scale) for weight in weights], top, total

    def _outcomes(self) -> list[Term]:
        """Probability of every outcome that the play can reach, in the order of `reached`."""
        terms, nodes = self.terms, self.shared.play.nodes
        shares: list[list[Term]] = [[] for _ in nodes]
        shares[-1].append(terms.constant(1.0))
        found: dict[int, list[Term]] = {outcome: [] for outcome in reached(self.shared.play)}
        for position in range(len(nodes) - 1, -1, -1):
            node, weights = nodes[position], self.weights[position]
            if not shares[position]:
                continue
            here = terms.sum(shares[position])
            if isinstance(node, Ending):
                found[node.outcome].append(here)
                continue
            assert weights is not None
            for weight, child in zip(weights, node.children, strict=True):
                root = position == len(nodes) - 1
                shares[child].append(weight if root else terms.mul(here, weight))
        return [terms.sum(parts) for parts in found.values()]


def reached(play: Play) -> list[int]:
    """The outcomes that a play can end in, in the order of its nodes."""
    nodes, live = play.nodes, {len(play.nodes) - 1}
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if position in live and not isinstance(node, Ending):
            live.update(node.children)
    return list(dict.fromkeys(n.outcome for i, n in enumerate(nodes) if i in live and isinstance(n, Ending)))
