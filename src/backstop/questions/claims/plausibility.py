"""Counter-examples a reader can follow: the most plausible one, the most different one, and the simplest
nearby.

Plausible means near the central world, in normal scores of the uncertain parameters. A counter-example is
shrunk as a property-based test shrinks its input (Claessen & Hughes 2000): parameters are set to their
central value one by one as long as the claim still fails, so that what remains is what it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A world in which a claim fails: `changed` are the parameters away from their central value, with
    their values.

    `world` is the sampled world it was shrunk from; `distance` that of the shrunk world from the central
    one in normal scores.
    """

    world: int
    changed: Mapping[str, float]
    distance: float


def normal_scores(uniforms: Mapping[str, ArrayLike]) -> dict[str, FloatArray]:
    """Normal scores of probability-scale values, each of shape (worlds,); the ends 0 and 1 count as 1e-12
    and 1 - 1e-12.
    """
    from scipy.special import ndtri

    return {
        name: np.asarray(ndtri(np.clip(np.asarray(u, dtype=np.float64), 1e-12, 1 - 1e-12)))
        for name, u in uniforms.items()
    }


def distances(scores: Mapping[str, FloatArray], worlds: int) -> FloatArray:
    """Euclidean distances from the central world, shape (worlds,), in normal scores."""
    square = np.zeros(worlds)
    for score in scores.values():
        square += score * score
    return np.asarray(np.sqrt(square))


def nearest(failing: ArrayLike, distance: ArrayLike) -> int | None:
    """The failing world nearest to the centre, the first of equals; None where none fails."""
    rows = np.flatnonzero(np.asarray(failing, dtype=bool))
    return None if not rows.size else int(rows[np.argmin(np.asarray(distance)[rows])])


def most_different(failing: ArrayLike, scores: Mapping[str, FloatArray], world: int) -> int | None:
    """The failing world farthest from failing world `world` in normal scores; None where there is no
    other.
    """
    rows = np.flatnonzero(np.asarray(failing, dtype=bool))
    rows = rows[rows != world]
    if not rows.size:
        return None
    apart = distances({name: score[rows] - score[world] for name, score in scores.items()}, len(rows))
    return int(rows[np.argmax(apart)])


def shrunk(
    world: int,
    values: Mapping[str, float],
    scores: Mapping[str, float],
    central: Mapping[str, float],
    fails: Callable[[Mapping[str, FloatArray]], BoolArray],
) -> CounterExample:
    """The failing world `values` with as many parameters as possible at their `central` value.

    `scores` are its normal scores; `fails` takes arrays of parameters, all of one length, and says in which
    of those worlds the claim fails. Each round tries every remaining parameter at once and resets the one,
    of those that leave the claim failing, that is nearest to its centre already, so that the deviations
    that matter are kept. Where the claim fails even in the central world nothing is left.
    """
    away = [name for name in values if values[name] != central[name]]
    current = {name: float(value) for name, value in values.items()}
    while away:
        trial = {name: np.full(len(away), value) for name, value in current.items()}
        for row, name in enumerate(away):
            trial[name][row] = central[name]
        still = np.flatnonzero(np.asarray(fails(trial), dtype=bool))
        if not still.size:
            break
        # Far deviations go last: what is left should be few and telling, not many and small.
        name = min((away[row] for row in still), key=lambda name: abs(scores.get(name, 0.0)))
        current[name] = float(central[name])
        away.remove(name)
    kept = {name: current[name] for name in away}
    return CounterExample(world, kept, float(np.sqrt(sum(scores.get(name, 0.0) ** 2 for name in kept))))
