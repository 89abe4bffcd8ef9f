"""The Gaussian copula: what a rank correlation of two parameters means for their normal scores, and the other way."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from backstop.scenario.distribution.distribution import Distribution

Array = NDArray[np.float64]

# Strata of each normal score, two parameters together: correlations come out to three digits.
_STRATA = 400


def score_correlation(rank: float) -> float:
    """The correlation of normal scores, 2 sin(pi rho / 6), that gives the Spearman correlation `rank` (Pearson 1907).

    That is so for continuous distributions; see `rank_correlation` for others.
    """
    return 2.0 * math.sin(math.pi * rank / 6.0)


def rank_correlation(one: Distribution, other: Distribution, rank: float) -> float:
    """The Spearman correlation of two parameters when `rank` is asked for: nearer to 0 where values come up repeatedly.

    Equal values share the middle of their ranks (Kendall 1945), which leaves less to correlate. 0 for a certain value.

    >>> from backstop.scenario.distribution.discrete import Discrete
    >>> from backstop.scenario.distribution.straight import Uniform
    >>> coin = Discrete([0, 1], [1, 1])
    >>> round(rank_correlation(coin, coin, 0.6), 2), round(rank_correlation(Uniform(0, 1), Uniform(2, 5), 0.6), 2)
    (0.42, 0.6)
    """
    r = score_correlation(rank)
    middles = (np.arange(_STRATA) + 0.5) / _STRATA
    scores = special.ndtri(middles)
    joined = special.ndtr(r * scores[:, None] + math.sqrt(1.0 - r * r) * scores)
    first = np.broadcast_to(_ranks(one, middles)[:, None], joined.shape) - 0.5
    second = _ranks(other, joined) - 0.5
    size = math.sqrt(float(np.mean(first**2)) * float(np.mean(second**2)))
    return float(np.mean(first * second)) / size if size else 0.0


def _ranks(distribution: Distribution, uniforms: Array) -> Array:
    """The ranks, from 0 to 1, of the quantiles at `uniforms`; those of a value with probability share their middle."""
    ranks = uniforms.copy()
    for value, probability in distribution.atoms.items():
        top = float(distribution.cdf(value))
        ranks[(uniforms > top - probability) & (uniforms <= top)] = top - 0.5 * probability
    return ranks
