"""Morris screening: which inputs matter at all, for a few evaluations an input.

A walk starts at a random grid point and moves one input at a time, in random order, by the same step; the change of
the metric over the step is that input's elementary effect there (Morris 1991). Over many walks `mu` is the mean
effect, `mu_star` the mean size of the effect (Campolongo, Cariboni & Saltelli 2007), and `sigma` its spread: large
where the effect is curved or depends on other inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.worlds.statistics import Estimate, refuse_constant


@dataclass(frozen=True, slots=True)
class ElementaryEffects:
    """Effects of one input per unit of its probability scale: means with their standard errors, and the spread."""

    mu: Estimate
    mu_star: Estimate
    sigma: float


def morris_walks(inputs: int, walks: int, seed: int = 0, levels: int = 4) -> FloatArray:
    """Walks in unit-cube coordinates, shape (walks, inputs + 1, inputs).

    Levels are the centres of `levels` cells, (k + 1/2) / levels, because a distribution with unbounded support has no
    value at 0 or 1; the step is one half, so that every level is used equally often (Morris 1991, with an even number
    of levels).
    """
    if inputs < 1:
        raise Refused(
            "no parameter is uncertain, so there is nothing to be sensitive to", hint="give one a range"
        )
    if walks < 2:
        raise InvalidInput("screening needs at least 2 walks, so that effects can be compared")
    if levels < 2 or levels % 2:
        raise InvalidInput(f"screening needs an even number of levels, not {levels}")
    generator = np.random.default_rng(seed)
    start = generator.integers(levels, size=(walks, inputs))
    step = np.where(start < levels // 2, levels // 2, -(levels // 2))
    turn = np.argsort(generator.random((walks, inputs)), axis=1).argsort(axis=1)  # input i moves at turn[i]
    moved = np.arange(inputs + 1)[None, :, None] > turn[:, None, :]
    return np.asarray((start[:, None, :] + moved * step[:, None, :] + 0.5) / levels, dtype=np.float64)


def elementary_effects(
    names: tuple[str, ...], walks: ArrayLike, values: ArrayLike, what: str = "the metric"
) -> Mapping[str, ElementaryEffects]:
    """Effects by input, from `walks`, (walks, inputs + 1, inputs), and the metric on them, (walks, inputs + 1).

    Standard errors are those of means over independent walks. Raises Refused where the metric is missing or the same
    everywhere, ValueError where a walk does not move every input exactly once.
    """
    points = np.asarray(walks, dtype=np.float64)
    metric = np.asarray(values, dtype=np.float64)
    count, rows, inputs = points.shape
    if rows != inputs + 1 or metric.shape != (count, rows) or len(names) != inputs:
        raise ValueError(
            "walks must have shape (walks, inputs + 1, inputs) and the metric (walks, inputs + 1)"
        )
    if not np.isfinite(metric).all():
        raise Refused(
            f"{what} has no value in {int(np.count_nonzero(~np.isfinite(metric)))} of {metric.size} points"
        )
    refuse_constant(metric, what)
    moves = np.diff(points, axis=1)
    moved = moves != 0
    if not ((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()):
        raise ValueError("every walk must move every input exactly once, one at a time")
    slope = np.diff(metric, axis=1) / moves.sum(axis=2)
    effects = (slope[:, :, None] * moved).sum(axis=1)  # (walks, inputs)
    sizes = np.abs(effects)
    root = np.sqrt(count)
    return {
        name: ElementaryEffects(
            Estimate(float(effects[:, i].mean()), float(effects[:, i].std(ddof=1) / root)),
            Estimate(float(sizes[:, i].mean()), float(sizes[:, i].std(ddof=1) / root)),
            float(effects[:, i].std(ddof=1)),
        )
        for i, name in enumerate(names)
    }
