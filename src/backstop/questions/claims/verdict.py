"""Claims judged world by world and summed up: true, false or moot, with an error and a bound on what was never seen.

Truth is three-valued (Kleene 1938): a metric without a value in a world makes what depends on it unknown there, and a
world in which a claim is neither definitely true nor definitely false is moot. Higher means by more than 1e-9; equal
is false.

A claim never seen to fail among N equally weighted worlds fails in at most 3 / N of them, at 95 % (the rule of three:
Hanley & Lippman-Hand 1983); with weights N is the effective number of non-moot worlds. It is never called proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstop.base.arrays import BoolArray, FloatArray
from backstop.base.faults import Refused
from backstop.worlds.statistics import (
    Estimate,
    Summary,
    counted_weights,
    effective_worlds,
    mean_and_error,
    summarise,
)

Codes = NDArray[np.int8]
TRUE, FALSE, MOOT = np.int8(1), np.int8(0), np.int8(-1)
MARGIN = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim summed up over worlds: shares of weight that add up to 1, with their standard errors.

    `at_most` bounds, at 95 %, the share of non-moot worlds of the kind that was never seen (false where all are true,
    true where all are false); None where both were seen or all are moot. `effective_worlds` counts non-moot worlds.
    """

    verdict: Literal["supported", "contested", "refuted", "moot"]
    true: Estimate
    false: Estimate
    moot: Estimate
    effective_worlds: float
    at_most: float | None

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        return {
            "verdict": self.verdict,
            "true": self.true.mean,
            "false": self.false.mean,
            "moot": self.moot.mean,
            "se": self.true.se,
            "false_se": self.false.se,
            "moot_se": self.moot.se,
            "effective_worlds": self.effective_worlds,
            "at_most": self.at_most,
        }


def without_measures(levels: FloatArray) -> BoolArray:
    """Which arrangements promise none of some measures: `levels` (arrangements, measures) all 0."""
    return np.asarray((levels == 0.0).all(axis=1))


def with_measures(levels: FloatArray) -> BoolArray:
    """Which arrangements promise all of some measures: `levels` (arrangements, measures) all positive."""
    return np.asarray((levels > 0.0).all(axis=1))


def necessary(meets: FloatArray, levels: FloatArray) -> Codes:
    """Codes by world of "without the measures it does not happen".

    `meets` (arrangements, worlds) is 1, 0, or not-a-number for unknown; `levels` (arrangements, measures) those of the
    claim. True: no arrangement without the measures meets the condition and some other does. False: one without them
    does. Moot: none does. Raises Refused where all arrangements or none are without the measures: there is then
    nothing to compare.
    """
    without = without_measures(levels)
    if not without.any():
        raise Refused(
            "no arrangement is without the measures, so whether they are necessary cannot be seen",
            hint="add an arrangement that leaves all of them at zero",
        )
    if without.all():
        raise Refused(
            "no arrangement has any of the measures", hint="add an arrangement that promises at least one"
        )
    codes = np.full(meets.shape[1], MOOT, dtype=np.int8)
    codes[(meets[without] == 0.0).all(axis=0) & (meets[~without] > 0.0).any(axis=0)] = TRUE
    codes[(meets[without] > 0.0).any(axis=0)] = FALSE
    return codes


def sufficient(meets: FloatArray, levels: FloatArray) -> Codes:
    """Codes by world of "with all of the measures it happens": every arrangement with them meets the condition.

    Arguments as in `necessary`. Raises Refused where no arrangement has all the measures.
    """
    having = with_measures(levels)
    if not having.any():
        raise Refused(
            "no arrangement has all of the measures, so whether they suffice cannot be seen",
            hint="add an arrangement that promises them all",
        )
    return _every(meets[having])


def raises(with_them: FloatArray, without_them: FloatArray) -> Codes:
    """Codes by world of "the metric is higher with the measures": in every arrangement that has all of them.

    `with_them` and `without_them` (arrangements, worlds): the metric there and in the same arrangements with the
    measures at zero. Raises Refused where there is no such arrangement.
    """
    if not len(with_them):
        raise Refused(
            "no arrangement has all of the measures, so what they change cannot be seen",
            hint="add an arrangement that promises them all",
        )
    return _every(_above(with_them - without_them))


def lowers(with_them: FloatArray, without_them: FloatArray) -> Codes:
    """Codes by world of "the metric is lower with the measures"; arguments as in `raises`."""
    return raises(without_them, with_them)


def complements(both: FloatArray, first: FloatArray, second: FloatArray, neither: FloatArray) -> Codes:
    """Codes by world of f(ab) - f(a) - f(b) + f(0) > 1e-9, each of shape (worlds,) (Milgrom & Roberts 1990)."""
    return _every(_above(both - first - second + neither)[None])


def threshold(levels: FloatArray) -> Codes:
    """Codes by world of "some level meets the condition", from the smallest such level (NaN where none does)."""
    return _every(np.isfinite(levels).astype(np.float64)[None])


def holds(values: FloatArray) -> Codes:
    """Codes by world of an expression, shape (worlds,): true where it is not 0, moot where it has no value."""
    return _every(values[None])


def _above(gains: FloatArray) -> FloatArray:
    """1 where a gain is above the margin, 0 where not, not-a-number where it is unknown."""
    return np.where(np.isnan(gains), np.nan, gains > MARGIN)


def _every(meets: FloatArray) -> Codes:
    """True where all rows are met, false where one is known not to be, moot otherwise."""
    codes = np.full(meets.shape[1], MOOT, dtype=np.int8)
    codes[(np.isfinite(meets) & (meets != 0.0)).all(axis=0)] = TRUE
    codes[(meets == 0.0).any(axis=0)] = FALSE
    return codes


def judge(code: Codes, weights: ArrayLike | None = None) -> Verdict:
    """The verdict on a claim from its `code` by world, shape (worlds,), and their weights.

    Supported from 90 % of the weight of non-moot worlds up, refuted from 10 % down, moot where more than half of all
    weight is moot, contested otherwise. Standard errors leave out one of the sixteen replications at a time. Raises
    Refused under ten effective worlds.
    """
    weight = counted_weights(weights, len(code))
    true, false, moot = (_share(code == kind, weight) for kind in (TRUE, FALSE, MOOT))
    decided = np.where(code == MOOT, 0.0, weight)
    number = effective_worlds(decided)
    standing = true.mean + false.mean
    at_most = None
    if standing > 0 and (true.mean == 0.0 or false.mean == 0.0):
        at_most = min(1.0, 3.0 / number)
    verdict: Literal["supported", "contested", "refuted", "moot"]
    if standing <= 0 or moot.mean > 0.5 + 1e-12:
        verdict = "moot"
    elif true.mean >= (0.9 - 1e-12) * standing:
        verdict = "supported"
    elif true.mean <= (0.1 + 1e-12) * standing:
        verdict = "refuted"
    else:
        verdict = "contested"
    return Verdict(verdict, true, false, moot, number, at_most)


def _share(chosen: BoolArray, weight: FloatArray) -> Estimate:
    mean, se = mean_and_error(chosen.astype(np.float64), weight)
    assert mean is not None  # some world has weight
    return Estimate(mean if chosen[weight > 0].any() else 0.0, se)


def threshold_levels(levels: FloatArray, weight: FloatArray) -> tuple[Summary, Estimate]:
    """The least levels of a `threshold` claim over the worlds that have one, and the share of weight that has none."""
    return summarise(levels, weight), _share(~np.isfinite(levels), weight)
