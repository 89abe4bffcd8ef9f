"""One play of one phase with a hidden type, solved as terms: what it is worth to every actor and either type.

The typed actor's values go by type; those of others are expectations under what they believe where they stand. Every
value may carry its slope in that belief, for Newton's method (`inference`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from backstop.game.tree import Chance, Decision, Ending
from backstop.program.code import arithmetic
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT
from backstop.program.learning.grid import Reading, between
from backstop.program.learning.inference import Change, Chosen, Correction, Value, believed, within
from backstop.program.learning.seat import KINDS, ROW, TARGETS, Board, Seat, SeatNumbers
from backstop.program.learning.unfolding import Copy
from backstop.program.recursion.play import free_choice


class Solution:
    """A play solved from the leaves up, in a graph of terms.

    `readings` by belief (None where nothing is read with it between the beliefs of the grid), `beliefs` as terms.
    `addresses`: the locals with the addresses of the rows of a target that differs between phases, by belief and target
    (for the first belief one local). `turned`: how far steepness is turned up, where slopes are wanted too; None: no
    slopes.
    """

    def __init__(
        self,
        board: Board,
        seat: Seat,
        terms: Terms,
        beliefs: Sequence[Term],
        readings: Sequence[Reading | None],
        addresses: Mapping[tuple[int, int], tuple[int, int]],
        certain: bool,
        turned: Term | None = None,
    ) -> None:
        self.board, self.seat, self.terms = board, seat, terms
        self.beliefs, self.readings, self.certain, self.turned = beliefs, readings, certain, turned
        self.addresses, self.numbers = addresses, SeatNumbers(board, seat, terms)
        self.grid, self.nodes = board.grid, seat.play.nodes
        self.columns = range(board.grid.columns)
        self.values: list[list[Value]] = []
        # Probabilities of moves or branches, by type, and of the means that others expect.
        self.made: list[tuple[list[Term], list[Term]]] = []
        self.likely: list[list[Term]] = []
        self.choices: dict[int, tuple[Chosen, Chosen]] = {}
        # New beliefs less those that values were computed with, by belief.
        self.changes: dict[int, tuple[Term, Term | None]] = {}
        for place, copy in enumerate(seat.unfolded.copies):
            node = self.nodes[copy.position]
            if isinstance(node, Ending):
                self._put([], [], [], self._ended(copy, node))
            elif isinstance(node, Chance):
                self._happened(copy, node)
            else:
                self._decided(place, copy, node)

    def _put(self, first: list[Term], second: list[Term], likely: list[Term], values: list[Value]) -> None:
        self.made.append((first, second))
        self.likely.append(likely)
        self.values.append(values)

    @property
    def _slopes(self) -> bool:
        return self.turned is not None

    def worth(self) -> list[Term]:
        """What the phase is worth in each column, flow included."""
        found = []
        for column, value in enumerate(self.values[-1]):
            flow = self._amount(column, 0, lambda actor, k, phase: self.board.numbers[k].flow(phase, actor))
            found.append(value.worth if flow is None else self.terms.add(flow.worth, value.worth))
        return found

    # What nodes are worth.

    def _amount(self, column: int, belief: int, of: Callable[[int, int, int], Term | None]) -> Value | None:
        """A payoff in a column: by type, or what is expected where so much is believed."""
        terms = self.terms
        actor, kind = self.grid.owner(column)
        if kind is not None:
            own = self.numbers.one(partial(of, actor, kind))
            return None if own is None else Value(own)
        first, second = (self.numbers.one(partial(of, actor, k)) for k in KINDS)
        if first is None and second is None:
            return None
        zero = terms.constant(0.0)
        first, second = zero if first is None else first, zero if second is None else second
        if first == second:
            return Value(first)
        rise = terms.sub(second, first)
        worth = terms.add(first, terms.mul(self.beliefs[belief], rise))
        return Value(worth, rise if self._slopes and belief else None)

    def _ended(self, copy: Copy, node: Ending) -> list[Value]:
        """An ending is worth its lump sum and the discounted value of the next phase."""
        found = []
        for column in self.columns:
            value = self._later(column, copy.belief, node.outcome)
            lump = self._amount(
                column,
                copy.belief,
                lambda actor, k, phase: self.board.numbers[k].lump(phase, node.outcome, actor),
            )
            if lump is not None:
                slope = self._sum([(None, lump.slope), (None, value.slope)])
                value = Value(self.terms.add(lump.worth, value.worth), slope)
            found.append(value)
        return found

    def _later(self, column: int, belief: int, outcome: int) -> Value:
        """The discounted value of the phase that an outcome leads to."""
        terms, grid, rows = self.terms, self.grid, self.grid.rows
        target, differing = self.seat.target(outcome)
        place = grid.place(rows.discounted, target, column)
        if differing is not None:
            place = column * SLOT
        if grid.is_absorbing(target):

            def end(kind: int) -> Term:
                at = place + kind * rows.size
                return terms.load(at) if differing is None else terms.load_at(TARGETS + differing, at)

            first = end(0)
            if grid.owner(column)[1] is not None:
                return Value(first)
            rise = terms.sub(end(1), first)
            worth = terms.add(first, terms.mul(self.beliefs[belief], rise))
            return Value(worth, rise if self._slopes and belief else None)
        reading = self.readings[belief]
        if reading is None:
            row = ROW if differing is None else self.addresses[0, differing][0]
            return Value(terms.load_at(row, place))
        cells = reading.cells if differing is None else self.addresses[belief, differing]
        worth, slope = between(terms, terms.local(reading.weight), cells, place, rows.size, grid.size)
        return Value(worth, slope if self._slopes and belief else None)

    def _sum(self, parts: Sequence[tuple[Term | None, Term | None]]) -> Term | None:
        """The sum of products in which a first factor None counts 1; a second that is None makes no part."""
        terms = self.terms
        found = [
            second if first is None else self.times(first, second)
            for first, second in parts
            if second is not None
        ]
        return terms.sum(found) if found else None

    def times(self, a: Term, b: Term) -> Term:
        """a b, where a factor that is the number 1 is left out."""
        if self.terms.amount(a) == 1.0:
            return b
        return a if self.terms.amount(b) == 1.0 else self.terms.mul(a, b)

    def _happened(self, copy: Copy, node: Chance) -> None:
        """What happens by chance is mixed; others expect the mean over the types."""
        terms = self.terms
        made = [self.numbers.chances(copy.position, k) for k in KINDS]
        tells = self.seat.tells[copy.position]
        before = self.beliefs[copy.belief]
        likely = [
            a if a == b else terms.add(a, terms.mul(before, terms.sub(b, a)))
            for a, b in zip(*made, strict=True)
        ]
        follows: list[Term] = []
        if tells and self._slopes and copy.belief:
            for first, second in zip(*made, strict=True):
                _, _, inverse = believed(terms, before, first, second)
                ratios = (within(terms, each, inverse) for each in (first, second))
                follows.append(terms.mul(*ratios))
        found = []
        for column in self.columns:
            below = [self.values[child][column] for child in copy.children]
            kind = self.grid.owner(column)[1]
            weights = likely if kind is None else made[kind]
            slopes: list[tuple[Term | None, Term | None]] = []
            for m, value in enumerate(below):
                if self._slopes and copy.belief:
                    slope = value.slope
                    if tells and slope is not None:
                        slope = terms.mul(slope, follows[m])
                    slopes.append((weights[m], slope))
                    if kind is None and made[0][m] != made[1][m]:
                        slopes.append((terms.sub(made[1][m], made[0][m]), value.worth))
            found.append(Value(self._mixed(weights, below), self._sum(slopes)))
        self._put(made[0], made[1], likely, found)

    def _mixed(self, weights: Sequence[Term], below: Sequence[Value]) -> Term:
        """The sum of p U; where all are worth the same, nothing has to be mixed."""
        if len({value.worth for value in below}) == 1:
            return below[0].worth
        terms = self.terms
        return terms.sum([terms.mul(p, value.worth) for p, value in zip(weights, below, strict=True)])

    def _chosen(self, copy: Copy, node: Decision, kind: int) -> tuple[Chosen, tuple[Term, Term]]:
        """How a type chooses, or an actor without one where the type is `kind`; and the best move with its share."""
        terms, numbers, position = self.terms, self.board.numbers[kind], copy.position
        own = [self.values[child][self.grid.column(node.actor, kind)] for child in copy.children]
        steep = self.numbers.one(lambda phase: numbers.steepness(phase, position))
        assert steep is not None
        turned = steep if self.turned is None else terms.mul(steep, self.turned)
        free, best = free_choice(terms, [value.worth for value in own], turned, self.certain)
        made, left = free, None
        if node.bound:
            bound = self.numbers.chances(position, kind)
            left = self.numbers.one(lambda phase: numbers.rest(numbers.chances(phase, position)))
            assert left is not None
            made = [terms.mul(left, each) for each in free]
            for probability, move in zip(bound, node.bound, strict=True):
                made[move] = terms.add(made[move], probability)
        ease = terms.mul(turned, terms.constant(1.0 / arithmetic.LOG2_E)) if self._slopes else None
        return Chosen(free, left, made, ease), best

    def _most(self, copy: Copy, node: Decision, kind: int, choice: Chosen, best: tuple[Term, Term]) -> Term:
        """What the choice is worth to the mover where shocks are payoffs."""
        terms, numbers, position = self.terms, self.board.numbers[kind], copy.position
        own = [self.values[child][self.grid.column(node.actor, kind)].worth for child in copy.children]
        noise = self.numbers.one(lambda phase: numbers.noise(phase, position))
        assert noise is not None
        if self.turned is not None:
            noise = terms.div(noise, self.turned)
        top, share = best
        most = terms.sub(top, terms.mul(noise, arithmetic.near_logarithm(terms, share)))
        if choice.left is not None:
            most = terms.mul(choice.left, most)
            bound = self.numbers.chances(position, kind)
            for probability, move in zip(bound, node.bound, strict=True):
                most = terms.add(most, terms.mul(probability, own[move]))
        return most

    def _decided(self, place: int, copy: Copy, node: Decision) -> None:
        terms, typed = self.terms, node.actor == self.grid.hidden.actor
        first, best = self._chosen(copy, node, 0)
        second, other_best = self._chosen(copy, node, 1)
        choices = self.choices[place] = first, second
        before = self.beliefs[copy.belief]
        likely = [
            a
            if a == b
            else terms.add(terms.mul(before, b), terms.mul(terms.sub(terms.constant(1.0), before), a))
            for a, b in zip(first.made, second.made, strict=True)
        ]
        if self.seat.tells[copy.position] and self._slopes:
            now_, follow = self._learn(copy, node, choices)
        else:
            now_, follow = None, self._replies(copy, node, choices)
        found = []
        for column in self.columns:
            below = [self.values[child][column] for child in copy.children]
            kind = self.grid.owner(column)[1]
            weights = likely if kind is None else choices[kind].made
            mover = self.board.private and column == self.grid.column(node.actor, kind or 0)
            worth = self._mixed(weights, below)
            if mover and kind is not None:
                worth = self._most(copy, node, kind, choices[kind], (best, other_best)[kind])
            elif mover and not typed:
                most = [self._most(copy, node, k, choices[k], (best, other_best)[k]) for k in KINDS]
                worth = most[0]
                if most[0] != most[1]:
                    worth = terms.add(worth, terms.mul(before, terms.sub(most[1], most[0])))
            if now_ is not None:
                worth = self._moved(worth, before, weights, below, kind, now_, mover)
            slope = None
            if self._slopes and copy.belief and follow is not None:
                slope = self._slope(before, weights, below, kind, follow, mover)
                if kind is None and first.made != second.made:
                    apart = (
                        [(None, terms.sub(most[1], most[0]))]
                        if mover and not typed
                        else [
                            (terms.sub(b, a), value.worth)
                            for a, b, value in zip(first.made, second.made, below, strict=True)
                        ]
                    )
                    slope = self._sum([(None, slope), *apart])
            found.append(Value(worth, slope))
        self._put(first.made, second.made, likely, found)

    def _learn(
        self, copy: Copy, node: Decision, choices: tuple[Chosen, Chosen]
    ) -> tuple[Change, Change | None]:
        """The correction of beliefs at a telling node, and how it follows the belief before."""
        after = [self.seat.unfolded.copies[child].belief for child in copy.children]
        own = [
            [self.values[child][self.grid.column(node.actor, k)] for child in copy.children] for k in KINDS
        ]
        correction = Correction(
            self.terms,
            self.beliefs[copy.belief],
            [self.beliefs[belief] for belief in after],
            choices,
            (own[0], own[1]),
        )
        now_ = correction.change(correction.missed)
        follow = correction.change(correction.follows) if copy.belief else None
        for m, belief in enumerate(after):
            self.changes[belief] = now_.beliefs[m], None if follow is None else follow.beliefs[m]
        return now_, follow

    def _replies(self, copy: Copy, node: Decision, choices: tuple[Chosen, Chosen]) -> Change | None:
        """How choices of a node that tells nothing follow the belief there."""
        if not (self._slopes and copy.belief):
            return None
        terms, one = self.terms, self.terms.constant(1.0)
        made: list[list[Term | None]] = []
        for k in KINDS:
            own = [self.values[child][self.grid.column(node.actor, k)] for child in copy.children]
            choice = choices[k]
            assert choice.ease is not None
            if all(value.slope is None for value in own):
                made.append([None] * len(own))
                continue
            zero = terms.constant(0.0)
            answers = [zero if v.slope is None else terms.mul(choice.ease, v.slope) for v in own]
            mean = terms.sum([terms.mul(p, answer) for p, answer in zip(choice.free, answers, strict=True)])
            found: list[Term | None] = []
            for p, answer in zip(choice.free, answers, strict=True):
                free = p if choice.left is None else terms.mul(choice.left, p)
                found.append(terms.mul(free, terms.sub(answer, mean)))
            made.append(found)
        return Change([one] * len(copy.children), (made[0], made[1]))

    def _mean(self, before: Term, change: Change, m: int) -> Term | None:
        """How much likelier others expect a move."""
        terms, (first, second) = self.terms, (change.made[0][m], change.made[1][m])
        if first is None and second is None:
            return None
        if first == second:
            return first
        parts = []
        if second is not None:
            parts.append(terms.mul(before, second))
        if first is not None:
            parts.append(terms.mul(terms.sub(terms.constant(1.0), before), first))
        return terms.sum(parts)

    def _slope(
        self,
        before: Term,
        weights: Sequence[Term],
        below: Sequence[Value],
        kind: int | None,
        change: Change,
        mover: bool,
    ) -> Term | None:
        """What a change of beliefs and choices does to a column."""
        parts: list[tuple[Term | None, Term | None]] = []
        for m, value in enumerate(below):
            if value.slope is not None:
                parts.append((weights[m], self.times(change.beliefs[m], value.slope)))
            more = (
                None if mover else (self._mean(before, change, m) if kind is None else change.made[kind][m])
            )
            if more is not None:
                parts.append((more, value.worth))
        return self._sum(parts)

    def _moved(
        self,
        worth: Term,
        before: Term,
        weights: Sequence[Term],
        below: Sequence[Value],
        kind: int | None,
        change: Change,
        mover: bool,
    ) -> Term:
        moved = self._slope(before, weights, below, kind, change, mover)
        return worth if moved is None else self.terms.add(worth, moved)

    def corrected(self) -> dict[int, Term]:
        """Change of every belief that has to be found, from the root down."""
        terms = self.terms
        found: dict[int, Term] = {}
        for belief, learnt in enumerate(self.seat.unfolded.beliefs):
            if learnt is None:
                continue
            above = found.get(learnt.before)
            if belief in self.changes:
                now_, follow = self.changes[belief]
                if above is not None and follow is not None:
                    now_ = terms.add(now_, terms.mul(follow, above))
                found[belief] = now_
            elif above is not None:
                # By chance: the belief follows the one before.
                first, second = self._branch(learnt.position, learnt.move)
                _, _, inverse = believed(terms, self.beliefs[learnt.before], first, second)
                follows = terms.mul(*(within(terms, each, inverse) for each in (first, second)))
                found[belief] = terms.mul(follows, above)
        return found

    def _branch(self, position: int, move: int) -> tuple[Term, Term]:
        first, second = (self.numbers.chances(position, k)[move] for k in KINDS)
        return first, second
