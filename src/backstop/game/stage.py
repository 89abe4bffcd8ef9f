"""One period of the game solved backwards, for a block of worlds at once.

All arrays carry worlds on their last axis, which has length B (a block) or 1 (the same number in every world).
Values of a phase have shape (actors, B). The choice rule is the agent logit of McKelvey and Palfrey (1998,
Experimental Economics 1, eq. 2) and Signorino (1999, APSR 93); the private-payoff convention is that of Rust (1987,
Econometrica 55, eq. 4.9) without the Euler constant.
"""

from __future__ import annotations

from collections.abc import Sequence
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

    Not safe to share between threads: every thread makes its own.
    """

    def __init__(self, game: Game, stage: Stage, information: Information, worlds: int) -> None:
        self.game = game
        self.stage = stage
        self.worlds = worlds
        actors = len(game.actors)
        self._plays: list[_PlaySweep | None] = []
        for play, numbers in zip(game.plays, stage.plays, strict=True):
            if play is None or numbers is None:
                if play is not None or numbers is not None:
                    raise ValueError("numbers are needed for the phases with a play, and for those alone")
                self._plays.append(None)
            else:
                self._plays.append(_PlaySweep(play, numbers, information, actors, worlds))

    def solve(self, discounted: Array, out: Array) -> None:
        """Values now from `discounted` values of the next period, both of shape (phases, actors, B).

        `out` gets the values of the phases with a play; absorbing phases are left as they are.
        """
        for phase, play in enumerate(self._plays):
            if play is not None:
                np.add(self.stage.flows[phase], play.solve(discounted, self.game.next_phase), out=out[phase])

    def moves(self, phase: int) -> list[list[Array] | None]:
        """Probabilities of the moves (bound part included) at each node of the play of `phase`, as last solved."""
        play = self._plays[phase]
        assert play is not None
        return play.move_probabilities()

    def node_values(self, phase: int) -> list[Array]:
        """Values of all actors at each node of the play of `phase`, as last solved: arrays (actors, B)."""
        play = self._plays[phase]
        assert play is not None
        return play.values

    def outcome_probabilities(self, phase: int) -> dict[int, Array]:
        """Probability, shape (B,), of each outcome that the play of `phase` can reach, as last solved."""
        play = self._plays[phase]
        assert play is not None
        return play.reach()


class _PlaySweep:
    """One phase's play with its buffers."""

    def __init__(
        self, play: Play, numbers: PlayNumbers, information: Information, actors: int, worlds: int
    ) -> None:
        self.play = play
        self.numbers = numbers
        self.private = information == "private_payoffs"
        self.worlds = worlds
        empty = np.empty((actors, worlds))
        self.values: list[Array] = [empty] * len(play.nodes)
        self._buffers: list[Array | None] = []
        self._free: list[list[Array]] = [[] for _ in play.nodes]  # chosen, not bound
        self._inverse: list[Array] = []
        self._certain: list[Mask | None] = []
        for position, node in enumerate(play.nodes):
            own = not isinstance(node, Ending) or numbers.payoffs[position] is not None
            self._buffers.append(np.empty((actors, worlds)) if own else None)
            noise = numbers.noise[position]
            if isinstance(node, Decision):
                assert noise is not None
                certain = noise == 0.0
                with np.errstate(divide="ignore", over="ignore"):
                    self._inverse.append(1.0 / noise)
                self._certain.append(certain if bool(certain.any()) else None)
                self._free[position] = [np.empty(worlds) for _ in node.moves]
            else:
                self._inverse.append(_NOTHING)
                self._certain.append(None)
        self._row = np.empty(worlds)
        self._wide = np.empty((actors, worlds))

    def solve(self, discounted: Array, next_phase: Sequence[int]) -> Array:
        values = self.values
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for position, node in enumerate(self.play.nodes):
                buffer = self._buffers[position]
                if isinstance(node, Ending):
                    payoff = self.numbers.payoffs[position]
                    later = discounted[next_phase[node.outcome]]
                    if payoff is None or buffer is None:
                        values[position] = later
                    else:
                        values[position] = np.add(payoff, later, out=buffer)
                    continue
                assert buffer is not None
                if isinstance(node, Chance):
                    self._mix(node.children, self.numbers.chances[position], buffer)
                elif len(node.moves) == 2 and not node.bound:
                    self._two(position, node, buffer)
                else:
                    self._many(position, node, buffer)
                values[position] = buffer
        return values[-1]

    def _mix(self, children: tuple[int, ...], weights: Sequence[Array], out: Array) -> None:
        np.multiply(weights[0], self.values[children[0]], out=out)
        for weight, child in zip(weights[1:], children[1:], strict=True):
            np.multiply(weight, self.values[child], out=self._wide)
            out += self._wide

    def _two(self, position: int, node: Decision, out: Array) -> None:
        """The commonest node, in the fewest passes over memory: value = second + p (first - second)."""
        first, second = (self.values[child] for child in node.children)
        chosen, other = self._free[position]
        np.subtract(first, second, out=out)
        gain = out[node.actor]
        row = self._row
        np.multiply(gain, self._inverse[position], out=row)
        np.negative(row, out=row)
        np.exp(row, out=row)
        row += 1.0
        np.divide(1.0, row, out=chosen)
        certain = self._certain[position]
        if certain is not None:
            np.copyto(chosen, 0.5 * (1.0 + np.sign(gain)), where=certain)
        np.subtract(1.0, chosen, out=other)
        if self.private:
            mover = self._best_of(position, node)
        out *= chosen
        out += second
        if self.private:
            out[node.actor] = mover

    def _many(self, position: int, node: Decision, out: Array) -> None:
        free = self._free[position]
        own = [self.values[child][node.actor] for child in node.children]
        inverse, certain = self._inverse[position], self._certain[position]
        top = own[0]
        for value in own[1:]:
            top = np.maximum(top, value)
        total = self._row
        total[...] = 0.0
        for value, chosen in zip(own, free, strict=True):
            np.subtract(value, top, out=chosen)
            if certain is not None:
                best = chosen == 0.0
            chosen *= inverse
            np.exp(chosen, out=chosen)
            if certain is not None:
                np.copyto(chosen, best, where=certain)
            total += chosen
        for chosen in free:
            chosen /= total
        mover = self._best_of(position, node) if self.private else None
        if node.bound:
            weights = self._with_bound(position, node)
            self._mix(node.children, weights, out)
            if mover is not None:
                bound = self.numbers.chances[position]
                mover = mover * (1.0 - sum(bound[1:], bound[0]))
                for probability, move in zip(bound, node.bound, strict=True):
                    mover = mover + probability * own[move]
        else:
            self._mix(node.children, free, out)
        if mover is not None:
            out[node.actor] = mover

    def _best_of(self, position: int, node: Decision) -> Array:
        """The mover's expected maximum, noise * log sum exp(U / noise); the plain maximum where noise is 0."""
        own = [self.values[child][node.actor] for child in node.children]
        top = own[0]
        for value in own[1:]:
            top = np.maximum(top, value)
        inverse, noise = self._inverse[position], self.numbers.noise[position]
        certain = self._certain[position]
        total = np.zeros(self.worlds)
        for value in own:
            total += np.exp((value - top) * inverse)
        extra = np.asarray(noise * np.log(total))
        if certain is not None:
            extra = np.where(certain, 0.0, extra)
        return np.asarray(top + extra)

    def _with_bound(self, position: int, node: Decision) -> list[Array]:
        """Probabilities of the moves: bound first, else the free choice among all moves."""
        bound = self.numbers.chances[position]
        left = 1.0 - sum(bound[1:], bound[0])
        weights = [left * chosen for chosen in self._free[position]]
        for probability, move in zip(bound, node.bound, strict=True):
            weights[move] = weights[move] + probability
        return weights

    def move_probabilities(self) -> list[list[Array] | None]:
        found: list[list[Array] | None] = []
        for position, node in enumerate(self.play.nodes):
            if isinstance(node, Ending):
                found.append(None)
            elif isinstance(node, Chance):
                found.append(list(self.numbers.chances[position]))
            else:
                found.append(self._with_bound(position, node) if node.bound else self._free[position])
        return found

    def reach(self) -> dict[int, Array]:
        nodes = self.play.nodes
        moves = self.move_probabilities()
        reached: list[Array | None] = [None] * len(nodes)
        reached[-1] = np.ones(1)
        found: dict[int, Array] = {}
        for position in range(len(nodes) - 1, -1, -1):
            here, node = reached[position], nodes[position]
            if here is None:
                continue  # a node that nothing leads to
            if isinstance(node, Ending):
                known = found.get(node.outcome)
                total = here if known is None else known + here
                found[node.outcome] = np.broadcast_to(total, (self.worlds,))
                continue
            weights = moves[position]
            assert weights is not None
            for weight, child in zip(weights, node.children, strict=True):
                share = here * weight
                before = reached[child]
                reached[child] = share if before is None else before + share
        return found
