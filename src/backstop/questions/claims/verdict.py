"""Claims judged world by world and summed up: true, false or moot, with an error and a bound on what was never seen.

Truth is three-valued (Kleene 1938): a metric without a value in a world makes what depends on it unknown there, and a
world in which a claim is neither definitely true nor definitely false is moot. Higher and lower are those of
`backstop.worlds.comparison`; equal is false.

A verdict is one of five words by the share of the weight of the worlds in which the question arises (those that are
not moot), or moot where most weight is.

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
from backstop.worlds.comparison import above, higher, lower
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

Word = Literal["supported", "leans_true", "open", "leans_false", "refuted", "moot"]
SUPPORTED, LEANS_TRUE, OPEN, LEANS_FALSE = 0.9, 0.667, 0.333, 0.1
"""Supported and leans true from their border up; open above its border, leans false above its own, else refuted."""
MOST = 0.5
"""A claim is moot where more than this share of all weight is."""
NEAR = 2.0
"""Monte Carlo errors of a border within which more worlds may change the word."""
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim summed up over worlds.

    `true`, `false` and `moot` are shares of all weight, which add up to 1; `share` is that of `true` in the worlds in
    which the question arises, None where it arises in none. All have their Monte Carlo errors. `near_border`: the
    share (or that of moot worlds) is within two of them of a border between two words. `at_most` bounds, at 95 %, the
    share of non-moot worlds of the kind that was never seen (false where all are true, true where all are false);
    None where both were seen or all are moot. `effective_worlds` counts non-moot worlds.
    """

    verdict: Word
    true: Estimate
    false: Estimate
    moot: Estimate
    share: Estimate | None
    near_border: bool
    effective_worlds: float
    at_most: float | None

    @property
    def words(self) -> str:
        """The verdict as it is printed: "leans true"."""
        return self.verdict.replace("_", " ")

    @property
    def mostly_false(self) -> bool:
        """Whether the claim is false in more of the worlds in which the question arises than it is true in."""
        return self.share is not None and self.share.mean < 0.5

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        return {
            "verdict": self.verdict,
            "share": None if self.share is None else self.share.mean,
            "share_se": None if self.share is None else self.share.se,
            "near_border": self.near_border,
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
    return every(meets[having])


def raises(with_them: FloatArray, without_them: FloatArray, spread: float = 0.0) -> Codes:
    """Codes by world of "the metric is higher with the measures": in every arrangement that has all of them.

    `with_them` and `without_them` (arrangements, worlds): the metric there and in the same arrangements with the
    measures at zero; `spread` its spread over worlds. Raises Refused where there is no such arrangement.
    """
    _refuse_none(with_them)
    return every(higher(with_them, without_them, spread))


def lowers(with_them: FloatArray, without_them: FloatArray, spread: float = 0.0) -> Codes:
    """Codes by world of "the metric is lower with the measures"; arguments as in `raises`."""
    _refuse_none(with_them)
    return every(lower(with_them, without_them, spread))


def _refuse_none(with_them: FloatArray) -> None:
    if not len(with_them):
        raise Refused(
            "no arrangement has all of the measures, so what they change cannot be seen",
            hint="add an arrangement that promises them all",
        )


def complements(
    both: FloatArray,
    first: FloatArray,
    second: FloatArray,
    neither: FloatArray,
    spread: float = 0.0,
    rounding: ArrayLike = 0.0,
) -> Codes:
    """Codes by world of f(ab) - f(a) - f(b) + f(0) > 0, by more than the margin (Milgrom & Roberts 1990).

    Each of shape (worlds,); a value that is not finite makes the world moot. `rounding`: what the sum may be off by
    rounding, where that is more than the margin.
    """
    values = (both, first, second, neither)
    with np.errstate(invalid="ignore"):
        gain = both - first - second + neither
    known = np.isfinite(np.stack(values)).all(axis=0)
    return every(
        np.where(known, above(np.where(known, gain, np.nan), values, spread, rounding), np.nan)[None]
    )


def threshold(levels: FloatArray) -> Codes:
    """Codes by world of "some level meets the condition", from the smallest such level (NaN where none does)."""
    return every(np.isfinite(levels).astype(np.float64)[None])


def every(meets: FloatArray) -> Codes:
    """Codes by world of conditions `meets`, shape (conditions, worlds), that must all be met: 1, 0, or not-a-number.

    True where all are, false where one is known not to be, moot otherwise.
    """
    codes = np.full(meets.shape[1], MOOT, dtype=np.int8)
    codes[(np.isfinite(meets) & (meets != 0.0)).all(axis=0)] = TRUE
    codes[(meets == 0.0).any(axis=0)] = FALSE
    return codes


def judge(code: Codes, weights: ArrayLike | None = None) -> Verdict:
    """The verdict on a claim from its `code` by world, shape (worlds,), and their weights.

    Moot where more than half of all weight is moot; else by the share of true in the weight of the others: supported
    from 90 % up, leans true from 66.7 % up, open above 33.3 %, leans false above 10 %, else refuted. Standard errors
    leave out one of the sixteen replications at a time. Raises Refused under ten effective worlds.
    """
    weight = counted_weights(weights, len(code))
    true, false, moot = (_share(code == kind, weight) for kind in (TRUE, FALSE, MOOT))
    decided = np.where(code == MOOT, 0.0, weight)
    number = effective_worlds(decided)
    if true.mean + false.mean <= 0.0:
        return Verdict("moot", true, false, moot, None, False, number, None)
    share = _share(code == TRUE, decided)
    at_most = None
    if true.mean == 0.0 or false.mean == 0.0:
        at_most = min(1.0, 3.0 / number)
        share = Estimate(0.0 if true.mean == 0.0 else 1.0, share.se)
    word = "moot" if moot.mean > MOST + _ROUNDING else _word(share.mean)
    return Verdict(word, true, false, moot, share, _near_border(share, moot, at_most), number, at_most)


def _word(share: float) -> Word:
    """The word for a share of the worlds in which the question arises."""
    if share >= LEANS_TRUE - _ROUNDING:
        return "supported" if share >= SUPPORTED - _ROUNDING else "leans_true"
    if share > OPEN + _ROUNDING:
        return "open"
    return "leans_false" if share > LEANS_FALSE + _ROUNDING else "refuted"


def _near_border(share: Estimate, moot: Estimate, at_most: float | None) -> bool:
    """Whether another draw of worlds may well give another word."""

    def near(of: Estimate, border: float) -> bool:
        # Without two replications no error is known; a study of one world has none.
        return of.se is not None and abs(of.mean - border) <= NEAR * of.se + _ROUNDING

    if moot.mean > 0.0 and near(moot, MOST):
        return True
    if moot.mean > MOST + _ROUNDING:
        return False
    if at_most is not None and share.se is not None and at_most > 1.0 - SUPPORTED:
        return True
    return any(near(share, border) for border in (SUPPORTED, LEANS_TRUE, OPEN, LEANS_FALSE))


def _share(chosen: BoolArray, weight: FloatArray) -> Estimate:
    mean, se = mean_and_error(chosen.astype(np.float64), weight)
    assert mean is not None  # some world has weight
    return Estimate(mean if chosen[weight > 0].any() else 0.0, se)


def threshold_levels(levels: FloatArray, weight: FloatArray) -> tuple[Summary, Estimate]:
    """The least levels of a `threshold` claim over the worlds that have one, and the share of weight that has none."""
    return summarise(levels, weight), _share(~np.isfinite(levels), weight)
