"""One period of the game solved backwards, for a block of worlds at once.

All arrays carry worlds on their last axis, which has length B (a block) or 1 (the same number in every world).
Values of a phase have shape (actors, B). The choice rule is the agent logit of McKelvey and Palfrey (1998,
Experimental Economics 1, eq. 2) and Signorino (1999, APSR 93); the private-payoff convention is that of Rust (1987,
Econometrica 55, eq. 4.9) without the Euler constant.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backstop.game.tree import Chance, Decision, Ending, Game, Play

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Information = Literal["agent_error", "private_payoffs"]


@dataclass(frozen=True, slots=True)
class PlayNumbers:
    """The numbers of one play in one period, by node position.

    `payoffs[n]`: lump sums of the ending n, shape (actors, 1 or B), or None where all are zero.
    `noise[n]`: scale of the shocks at decision n, shape (1 or B,), at least 0.
    `chances[n]`: probabilities of the branches of chance node n; of a decision, those of its bound moves.
    """

    payoffs: tuple[Array | None, ...]
    noise: tuple[Array | None, ...]
    chances: tuple[tuple[Array, ...], ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """The numbers of one period: `flows[k]`, shape (actors, 1 or B), already times the period's length."""

    flows: tuple[Array, ...]
    plays: tuple[PlayNumbers | None, ...]

    def playing(self, phases: Collection[int]) -> Stage:
        """The same numbers with none for the plays of other phases."""
        if all(play is None or k in phases for k, play in enumerate(self.plays)):
            return self
        return Stage(self.flows, tuple(p if k in phases else None for k, p in enumerate(self.plays)))

    def take(self, worlds: NDArray[np.intp]) -> Stage:
        """The same numbers for some of the worlds only."""
        return Stage(
            tuple(_take(flow, worlds) for flow in self.flows),
            tuple(
                None
                if play is None
                else PlayNumbers(
                    tuple(None if a is None else _take(a, worlds) for a in play.payoffs),
                    tuple(None if a is None else _take(a, worlds) for a in play.noise),
                    tuple(tuple(_take(a, worlds) for a in chances) for chances in play.chances),
                )
                for play in self.plays
            ),
        )


def _take(array: Array, worlds: NDArray[np.intp]) -> Array:
    return array if array.shape[-1] == 1 else array.take(worlds, axis=-1)


_NOTHING: Array = np.empty(0)


class Sweep:
    """The stage of one period, ready to be solved for any continuation values; its buffers are used again each time.

    `fixed`: phases whose discounted values will be the same at every solve, so that what leads nowhere else is
    computed once. `keep`: keep the values of every node, to be looked at. Not safe to share between threads: every
    thread makes its own.
    """

    def __init__(
        self,
        game: Game,
        stage: Stage,
        information: Information,
        worlds: int,
        fixed: Collection[int] = (),
        keep: bool = False,
    ) -> None:
        self.game = game
        self.stage = stage
        self.worlds = worlds
        pool = Pool((len(game.actors), worlds))
        self._plays = [
            None if play is None else PlaySweep(play, game.next_phase, information, pool, fixed, keep)
            for play in game.plays
        ]
        self.stage = stage
        self._scales: dict[int, tuple[Array, Mask | None]] = {}
        self.renew(stage)

    def renew(self, stage: Stage) -> None:
        """Go over to the numbers of another period, with the same worlds and the same buffers."""
        for play, numbers in zip(self._plays, stage.plays, strict=True):
            if (play is None) != (numbers is None):
                raise ValueError("numbers are needed for the phases with a play, and for those alone")
            if play is not None and numbers is not None:
                play.renew(numbers, self._scales)
        # An id stands for an array only while that lives, so what belongs to other noises is let go.
        kept = {id(noise) for play in stage.plays if play is not None for noise in play.noise}
        self._scales = {key: scale for key, scale in self._scales.items() if key in kept}
        self.stage = stage

    def solve(self, discounted: Array | Sequence[Array], out: Array | Sequence[Array]) -> None:
        """Values now from `discounted` values of the next period, both of shape (actors, B) by phase.

        `out` gets the values of the phases with a play; absorbing phases are left as they are.
        """
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for phase, play in enumerate(self._plays):
                if play is not None:
                    np.add(self.stage.flows[phase], play.solve(discounted), out=out[phase])

    def moves(self, phase: int) -> list[list[Array] | None]:
        """Probabilities of the moves (bound part included) at each node of the play of `phase`, as last solved."""
        return self._played(phase).move_probabilities()

    def node_values(self, phase: int) -> list[Array]:
        """Values of all actors at each node of the play of `phase`, arrays (actors, B); only where they are kept."""
        return self._played(phase).values

    def outcome_probabilities(self, phase: int) -> dict[int, Array]:
        """Probability, shape (B,), of each outcome that the play of `phase` can reach, as last solved."""
        return self._played(phase).reach()

    def transitions(self, phase: int) -> dict[int, Array]:
        """Probability, shape (B,), of each phase that may follow `phase`, as last solved."""
        found: dict[int, Array] = {}
        for outcome, probability in self.outcome_probabilities(phase).items():
            target = self.game.next_phase[outcome]
            known = found.get(target)
            found[target] = probability if known is None else known + probability
        return found

    def _played(self, phase: int) -> PlaySweep:
        play = self._plays[phase]
        if play is None:
            raise ValueError("nothing is played in an absorbing phase")
        return play


class Pool:
    """Arrays of one shape that are handed out and taken back, so that few are in the processor's cache at a time."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.wide = np.empty(shape)
        self.row, self.top = np.empty((2, shape[1]))
        self.nothing = np.zeros((shape[0], 1))
        self._free: list[Array] = []

    def take(self) -> Array:
        """An array that nobody uses, with whatever it holds."""
        return self._free.pop() if self._free else np.empty(self.shape)

    def give(self, buffer: Array) -> None:
        """Take an array back."""
        self._free.append(buffer)


class PlaySweep:
    """One phase's play with its buffers. A node's buffer is free again once all its parents have used it.

    `next_phase[o]`: the phase that outcome o leads to; not asked for where nothing follows. `fixed` and `keep` as for
    `Sweep`.
    """

    def __init__(
        self,
        play: Play,
        next_phase: Sequence[int],
        information: Information,
        pool: Pool,
        fixed: Collection[int] = (),
        keep: bool = False,
    ) -> None:
        self.play, self.pool = play, pool
        self.numbers = PlayNumbers((), (), ())
        self.private = information == "private_payoffs"
        self.next_phase = next_phase
        self.worlds = pool.shape[1]
        size = len(play.nodes)
        self.values: list[Array] = [_NOTHING] * size
        self._free: list[list[Array]] = [[] for _ in range(size)]  # chosen freely, bound part left out
        self._inverse: list[Array] = [_NOTHING] * size
        self._certain: list[Mask | None] = [None] * size
        self._unbound: list[Array] = [_NOTHING] * size
        self._buffers: list[Array] = [_NOTHING] * size
        self._order = tuple(range(size))
        constant = self._constant(fixed)
        self._changing = tuple(n for n in range(size) if not constant[n])
        waiting = [0] * size
        for node in play.nodes:
            for child in () if isinstance(node, Ending) else node.children:
                waiting[child] += 1
        for position, node in enumerate(play.nodes):
            if isinstance(node, Decision):
                # Of two moves the second row holds the odds against the first until it is asked for.
                self._free[position] = [np.empty(self.worlds) for _ in node.moves]
            lasting = keep or constant[position] or position == size - 1
            self._buffers[position] = np.empty(pool.shape) if lasting else pool.take()
            for child in () if isinstance(node, Ending) else node.children:
                waiting[child] -= 1
                if waiting[child] == 0 and not keep and not constant[child]:
                    pool.give(self._buffers[child])

    def renew(self, numbers: PlayNumbers, scales: dict[int, tuple[Array, Mask | None]]) -> None:
        """Take other numbers; `scales` remembers what was worked out for a noise that several nodes share."""
        self.numbers = numbers
        self._order = tuple(range(len(self.play.nodes)))
        for position, noise in enumerate(numbers.noise):
            if noise is None:
                continue
            if id(noise) not in scales:
                with np.errstate(divide="ignore", over="ignore"):
                    inverse = 1.0 / noise
                certain = np.isinf(inverse)  # no noise, or so little that no payoff can be divided by it
                scales[id(noise)] = (inverse, certain if bool(certain.any()) else None)
            self._inverse[position], self._certain[position] = scales[id(noise)]
            bound = numbers.chances[position]
            if bound:
                self._unbound[position] = 1.0 - sum(bound[1:], bound[0])

    def _constant(self, fixed: Collection[int]) -> list[bool]:
        found: list[bool] = []
        for node in self.play.nodes:
            if isinstance(node, Ending):
                found.append(bool(fixed) and self.next_phase[node.outcome] in fixed)
            else:
                found.append(all(found[child] for child in node.children))
        return found

    def solve(self, discounted: Array | Sequence[Array] | None) -> Array:
        """Values of the root, from `discounted` values of the next period by phase; None where nothing follows."""
        values, nodes = self.values, self.play.nodes
        for position in self._order:
            buffer, node = self._buffers[position], nodes[position]
            if isinstance(node, Ending):
                values[position] = self._ended(node, self.numbers.payoffs[position], discounted, buffer)
                continue
            if isinstance(node, Chance):
                self._mix(node.children, self.numbers.chances[position], buffer)
            elif self._is_simple(node):
                self._two(position, node, buffer)
            else:
                self._many(position, node, buffer)
            values[position] = buffer
        self._order = self._changing
        return values[-1]

    def _is_simple(self, node: Decision) -> bool:
        """Whether `_two` can solve it: two moves, and no mover whose free choice alone earns the maximum."""
        return len(node.moves) == 2 and not (node.bound and self.private)

    def _ended(
        self, node: Ending, payoff: Array | None, discounted: Array | Sequence[Array] | None, out: Array
    ) -> Array:
        """What an ending is worth; nothing is copied where there is nothing to add."""
        if discounted is None:
            return self.pool.nothing if payoff is None else payoff
        later: Array = discounted[self.next_phase[node.outcome]]
        return later if payoff is None else np.add(payoff, later, out=out)

    def _mix(self, children: tuple[int, ...], weights: Sequence[Array], out: Array) -> None:
        np.multiply(weights[0], self.values[children[0]], out=out)
        wide = self.pool.wide
        for weight, child in zip(weights[1:], children[1:], strict=True):
            np.multiply(weight, self.values[child], out=wide)
            out += wide

    def _two(self, position: int, node: Decision, out: Array) -> None:
        """The commonest node, in the fewest passes over memory: value = first + (1 - p) (second - first)."""
        first, second = (self.values[child] for child in node.children)
        (chosen, odds), other = self._free[position], self.pool.row
        np.subtract(second, first, out=out)
        loss = out[node.actor]
        np.multiply(loss, self._inverse[position], out=odds)
        np.exp(odds, out=odds)
        np.add(odds, 1.0, out=chosen)
        np.divide(1.0, chosen, out=chosen)
        certain = self._certain[position]
        if certain is not None:
            np.copyto(chosen, 0.5 * (1.0 - np.sign(loss)), where=certain)
        np.subtract(1.0, chosen, out=other)
        if node.bound:
            other *= self._unbound[position]
            for probability, move in zip(self.numbers.chances[position], node.bound, strict=True):
                if move == 1:
                    other += probability
        out *= other
        out += first
        if self.private:
            # log sum exp(U / noise) is the better move's U / noise less the logarithm of its probability.
            best = np.maximum(first[node.actor], second[node.actor], out=out[node.actor])
            np.log(np.maximum(chosen, other, out=other), out=other)
            other *= self._noise(position)
            best -= other

    def _many(self, position: int, node: Decision, out: Array) -> None:
        free = self._free[position]
        own = [self.values[child][node.actor] for child in node.children]
        inverse, certain = self._inverse[position], self._certain[position]
        top, total = self.pool.top, self.pool.row
        top[...] = own[0]
        for value in own[1:]:
            np.maximum(top, value, out=top)
        for move, (value, chosen) in enumerate(zip(own, free, strict=True)):
            np.subtract(value, top, out=chosen)
            best = None if certain is None else chosen == 0.0
            chosen *= inverse
            np.exp(chosen, out=chosen)
            if best is not None:
                np.copyto(chosen, best, where=certain)
            if move == 0:
                total[...] = chosen
            else:
                total += chosen
        for chosen in free:
            chosen /= total
        weights = self._with_bound(position, node) if node.bound else free
        self._mix(node.children, weights, out)
        if self.private:
            # The mover's expected maximum, noise * log sum exp(U / noise), where the move is not bound.
            np.log(total, out=total)
            total *= self._noise(position)
            top += total
            if not node.bound:
                out[node.actor] = top
                return
            top *= self._unbound[position]
            for probability, bound in zip(self.numbers.chances[position], node.bound, strict=True):
                top += probability * own[bound]
            out[node.actor] = top

    def _noise(self, position: int) -> Array:
        noise = self.numbers.noise[position]
        assert noise is not None
        return noise

    def _with_bound(self, position: int, node: Decision) -> list[Array]:
        """Probabilities of the moves: bound first, else the free choice among all moves."""
        free = self._of_two(position) if self._is_simple(node) else self._free[position]
        weights = [self._unbound[position] * chosen for chosen in free]
        for probability, move in zip(self.numbers.chances[position], node.bound, strict=True):
            weights[move] = weights[move] + probability
        return weights

    def move_probabilities(self) -> list[list[Array] | None]:
        """By node: probabilities of its moves (bound part included) or branches; None at an ending."""
        found: list[list[Array] | None] = []
        for position, node in enumerate(self.play.nodes):
            free = self._free[position]
            if isinstance(node, Ending):
                found.append(None)
            elif isinstance(node, Chance):
                found.append(list(self.numbers.chances[position]))
            elif node.bound:
                found.append(self._with_bound(position, node))
            else:
                found.append(self._of_two(position) if self._is_simple(node) else free)
        return found

    def _of_two(self, position: int) -> list[Array]:
        """Both probabilities of a free choice between two moves, exact to rounding however small."""
        chosen, odds = self._free[position]
        with np.errstate(invalid="ignore"):
            other = odds * chosen
            np.fmin(other, 1.0, out=other)  # infinite odds times no chance is not a number
        certain = self._certain[position]
        if certain is not None:
            np.copyto(other, 1.0 - chosen, where=certain)
        return [chosen, other]

    def reach(self) -> dict[int, Array]:
        """Probability, shape (B,), of each outcome that the root leads to."""
        nodes = self.play.nodes
        moves = self.move_probabilities()
        reached: list[Array | None] = [None] * len(nodes)
        found: dict[int, Array] = {}
        root, certain = len(nodes) - 1, np.ones(1)
        for position in range(root, -1, -1):
            here, node = reached[position], nodes[position]
            if here is None:
                if position < root:
                    continue  # a node that nothing leads to
                here = certain
            if isinstance(node, Ending):
                known = found.get(node.outcome)
                total = here if known is None else known + here
                found[node.outcome] = (
                    total if total.size == self.worlds else np.broadcast_to(total, (self.worlds,))
                )
                continue
            weights = moves[position]
            assert weights is not None
            for weight, child in zip(weights, node.children, strict=True):
                # What is chosen is overwritten at the next solution, so only a node within may use it as it is.
                leaf = isinstance(nodes[child], Ending)
                share = here * weight if leaf or position < root else weight
                before = reached[child]
                reached[child] = share if before is None else before + share
        return found
