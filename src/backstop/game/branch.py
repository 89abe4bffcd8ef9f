"""The principal branch: how two types choose where what a move is worth depends on what others conclude from it.

With f[k][m] the probability that type k freely chooses move m, and U[k][m] what the move is worth to it given the
belief that the move causes, f[k] is the logit of U[k] at the noise of type k. That is a fixed point, and there may be
several. The one taken is come to by following the curve of fixed points from noise infinite, where all moves are alike,
to the noise of the world (McKelvey and Palfrey 1998; Turocy 2005, Games and Economic Behavior 51): predictor and
corrector along the arc of the curve, so that it may turn back on the way (Allgower and Georg 1990).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Vector = list[float]
Matrix = list[Vector]

Worth = Callable[[int, float], tuple[float, float]]
"""What a move is worth to each type where others believe so much in the second type once they have seen it."""

MOST_STEPS = 2_000
MOST_CORRECTIONS = 12
# A step is short enough where the corrections are a small part of it and the curve has hardly turned.
_CORRECTED, _STRAIGHT = 0.25, 0.9
# A step this short is taken even so: what is worth reading off a grid has kinks, where the curve turns at once.
_SHORT, _SHORTEST = 1e-3, 1e-10
_NEAR = 1e-12
_DIFFERENCE = 1e-8
# How far beyond a kink the curve's new direction is looked for, and how far a step into it goes at first.
_BEYOND, _AROUND = 1e-6, 1e-4


@dataclass(frozen=True, slots=True)
class Situation:
    """A choice of an actor with two types, at a belief in the second.

    `noises` by type, above 0. `bound[k][m]`: the probability that type k makes the move without a decision. `learns`:
    whether others conclude anything.
    """

    belief: float
    moves: int
    noises: tuple[float, float]
    bound: tuple[Vector, Vector]
    learns: bool

    def free(self, type_: int) -> float:
        """The probability that a type decides at all."""
        return max(1.0 - sum(self.bound[type_]), 0.0)

    def made(self, choices: Sequence[Vector]) -> tuple[Vector, Vector]:
        """Probabilities of the moves by type, with those made without a decision."""
        first, second = (
            [self.free(k) * f + b for f, b in zip(choices[k], self.bound[k], strict=True)] for k in (0, 1)
        )
        return first, second

    def beliefs(self, made: Sequence[Vector]) -> Vector:
        """The belief after each move."""
        return [
            posterior(self.belief, made[0][m], made[1][m]) if self.learns else self.belief
            for m in range(self.moves)
        ]


def posterior(belief: float, first: float, second: float) -> float:
    """The belief after something that the types bring about with these probabilities; unchanged where neither does."""
    total = (1.0 - belief) * first + belief * second
    return belief * second / total if total > 0.0 else belief


def principal(situation: Situation, worth: Worth) -> tuple[tuple[Vector, Vector], bool]:
    """The free choices of both types on the principal branch, and whether they were found to the end."""
    return _Curve(situation, worth).followed()


def _chosen(odds: Sequence[float]) -> Vector:
    """Probabilities from the logarithms of odds against the last move."""
    every = [*odds, 0.0]
    top = max(every)
    weights = [math.exp(each - top) for each in every]
    total = sum(weights)
    return [weight / total for weight in weights]


class _Curve:
    """The curve in (z, tau): z are log odds against the last move, by type; tau scales the noise, sigma / tau."""

    def __init__(self, situation: Situation, worth: Worth) -> None:
        self.situation, self.worth = situation, worth
        self.free_moves = situation.moves - 1
        self.size = 2 * self.free_moves

    def choices(self, z: Sequence[float]) -> tuple[Vector, Vector]:
        n = self.free_moves
        return _chosen(z[:n]), _chosen(z[n : 2 * n])

    def advantage(self, z: Sequence[float]) -> tuple[Vector, Matrix]:
        """How much better each move is than the last, in units of noise, and how that follows z."""
        situation, n = self.situation, self.free_moves
        choices = self.choices(z)
        made = situation.made(choices)
        beliefs = situation.beliefs(made)
        worths = [self.worth(m, b) for m, b in enumerate(beliefs)]
        slopes = [[0.0] * self.size for _ in range(situation.moves)]
        bends = [(0.0, 0.0)] * situation.moves
        prior = situation.belief
        for m, belief in enumerate(beliefs):
            total = (1.0 - prior) * made[0][m] + prior * made[1][m]
            if not situation.learns or not 0.0 < prior < 1.0 or total <= 0.0:
                continue
            step = _DIFFERENCE if belief + _DIFFERENCE <= 1.0 else -_DIFFERENCE
            near = self.worth(m, belief + step)
            bends[m] = tuple((near[k] - worths[m][k]) / step for k in (0, 1))  # type: ignore[assignment]
            for k in (0, 1):
                sign = -made[1][m] if k == 0 else made[0][m]
                scale = prior * (1.0 - prior) * (sign / total) * (situation.free(k) * choices[k][m] / total)
                for i in range(n):
                    slopes[m][k * n + i] = scale * (float(i == m) - choices[k][i])
        better, follows = Vector(), Matrix()
        last = situation.moves - 1
        for k in (0, 1):
            noise = situation.noises[k]
            for m in range(n):
                better.append((worths[m][k] - worths[last][k]) / noise)
                follows.append(
                    [
                        (bends[m][k] * slopes[m][i] - bends[last][k] * slopes[last][i]) / noise
                        for i in range(self.size)
                    ]
                )
        return better, follows

    def system(self, z: Sequence[float], tau: float) -> tuple[Vector, Matrix, Vector]:
        """What is left of the equation z = tau * advantage, and how that follows z and tau."""
        better, follows = self.advantage(z)
        left = [z[i] - tau * better[i] for i in range(self.size)]
        by_z = [[float(i == j) - tau * follows[i][j] for j in range(self.size)] for i in range(self.size)]
        return left, by_z, [-each for each in better]

    def tangent(self, z: Sequence[float], tau: float, before: Vector) -> Vector | None:
        """The direction of the curve: the one in which it has been followed since it began, also round a kink."""
        _, by_z, by_tau = self.system(z, tau)
        rows = [[*row, by_tau[i]] for i, row in enumerate(by_z)] + [before]
        found, orientation = oriented(rows, [0.0] * self.size + [1.0])
        if found is None:
            return None
        length = math.copysign(math.sqrt(sum(each * each for each in found)), orientation)
        return [each / length for each in found]

    def corrected(self, start: Vector, direction: Vector | None) -> tuple[Vector, float] | None:
        """The point of the curve near `start`, held at its tau where there is no direction, and how far it was."""
        point, moved = list(start), 0.0
        for _ in range(MOST_CORRECTIONS):
            left, by_z, by_tau = self.system(point[:-1], point[-1])
            if direction is None:
                step = solved(by_z, [-each for each in left])
                step = None if step is None else [*step, 0.0]
            else:
                ahead = sum(d * (p - s) for d, p, s in zip(direction, point, start, strict=True))
                rows = [[*row, by_tau[i]] for i, row in enumerate(by_z)] + [direction]
                step = solved(rows, [*(-each for each in left), -ahead])
            if step is None or not all(math.isfinite(each) for each in step):
                return None
            point = [p + s for p, s in zip(point, step, strict=True)]
            size = math.sqrt(sum(each * each for each in step))
            moved += size
            if size <= _NEAR * (1.0 + max(map(abs, point))):
                return point, moved
            if moved > 1e3 * (1.0 + max(map(abs, start))):
                return None
        residual = max(map(abs, self.system(point[:-1], point[-1])[0]))
        return (point, moved) if residual <= 1e-10 * (1.0 + max(map(abs, point))) else None

    def followed(self) -> tuple[tuple[Vector, Vector], bool]:
        point = [0.0] * self.size + [0.0]
        direction = self.tangent(point[:-1], 0.0, [0.0] * self.size + [1.0])
        assert direction is not None
        length, around = 1.0 / direction[-1], Vector()
        for _ in range(MOST_STEPS):
            ahead = [p + length * d for p, d in zip(point, direction, strict=True)]
            ends = ahead[-1] >= 1.0
            if ends:
                length = (1.0 - point[-1]) / direction[-1] if direction[-1] > 0.0 else length
                ahead = [p + length * d for p, d in zip(point, direction, strict=True)]
                ahead[-1] = 1.0
            found = self.corrected(ahead, None if ends else direction)
            if found is not None:
                new, moved = found
                turned = self.tangent(new[:-1], new[-1], direction)
                straight = (
                    -1.0 if turned is None else sum(a * b for a, b in zip(turned, direction, strict=True))
                )
                good = moved <= _CORRECTED * length and straight >= _STRAIGHT
                if turned is not None and (good or length <= _SHORT):
                    if ends:
                        return self.choices(new[:-1]), True
                    point, direction = new, turned
                    length *= 3.0 if moved <= 0.3 * _CORRECTED * length else 1.5
                    continue
            length /= 3.0
            if length < _SHORTEST:
                # The curve turns back at a kink: its direction is that of the other side.
                beyond = [p + _BEYOND * d for p, d in zip(point, direction, strict=True)]
                turned = self.tangent(beyond[:-1], beyond[-1], direction)
                if turned is None or turned == direction or around == point:
                    break
                around, direction, length = point, turned, _AROUND
        return self.choices(point[:-1]), False


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> Vector | None:
    """The solution of linear equations; None where there is none that is sure."""
    return oriented(matrix, right)[0]


def oriented(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> tuple[Vector | None, float]:
    """The solution of linear equations by elimination with pivots, and the sign of the determinant."""
    size, sign = len(right), 1.0
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(size):
        pivot = max(range(column, size), key=lambda i: abs(rows[i][column]))
        if not abs(rows[pivot][column]) > 1e-300:
            return None, 0.0
        if pivot != column:
            sign = -sign
        sign = math.copysign(sign, sign * rows[pivot][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, size):
            factor = rows[row][column] / rows[column][column]
            if factor != 0.0:
                for i in range(column, size + 1):
                    rows[row][i] -= factor * rows[column][i]
    found = [0.0] * size
    for row in range(size - 1, -1, -1):
        known = sum(rows[row][i] * found[i] for i in range(row + 1, size))
        found[row] = (rows[row][size] - known) / rows[row][row]
    return found, sign
