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
from backstop.base.faults import InvalidInput, Refused
from backstop.worlds.statistics import (
    Estimate,
    Summary,
    effective_worlds,
    mean_and_error,
    normalised_weights,
    note_on_few_worlds,
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
    note: str | None = None

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


def without_measures(levels: ArrayLike) -> BoolArray:
    """Which arrangements promise none of some measures: `levels` (arrangements, measures) all 0."""
    return np.asarray((np.asarray(levels, dtype=np.float64) == 0.0).all(axis=1), dtype=np.bool_)


def with_measures(levels: ArrayLike) -> BoolArray:
    """Which arrangements promise all of some measures: `levels` (arrangements, measures) all positive."""
    return np.asarray((np.asarray(levels, dtype=np.float64) > 0.0).all(axis=1), dtype=np.bool_)


def necessary(meets: ArrayLike, levels: ArrayLike) -> Codes:
    """Codes by world of "without the measures it does not happen", from `meets` (arrangements, worlds) and promised
    levels.

    `meets` is truth values, or 1, 0 and not-a-number for unknown; `levels` (arrangements, measures) those of the
    claim. True: no arrangement without the measures meets the condition and some other does. False: one without them
    does. Moot: none does. Raises Refused where all arrangements or none are without the measures: there is then
    nothing to compare.
    """
    known, met = _kleene(meets)
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
    codes = np.full(met.shape[1], MOOT, dtype=np.int8)
    codes[(known & ~met)[without].all(axis=0) & met[~without].any(axis=0)] = TRUE
    codes[met[without].any(axis=0)] = FALSE
    return codes


def sufficient(meets: ArrayLike, levels: ArrayLike) -> Codes:
    """Codes by world of "with all of the measures it happens": true where every arrangement with them meets the
    condition.

    Arguments as in `necessary`. Raises Refused where no arrangement has all the measures.
    """
    known, met = _kleene(meets)
    having = with_measures(levels)
    if not having.any():
        raise Refused(
            "no arrangement has all of the measures, so whether they suffice cannot be seen",
            hint="add an arrangement that promises them all",
        )
    return _every(known[having], met[having])


def raises(with_them: ArrayLike, without_them: ArrayLike) -> Codes:
    """Codes by world of "the metric is higher with the measures", from the metric in every arrangement that has all of
    them.

    `with_them` and `without_them` (arrangements, worlds): the metric there and in the same arrangements with the
    measures at zero. True where it is higher in every one. Raises Refused where there is no such arrangement.
    """
    higher, lower = np.asarray(with_them, dtype=np.float64), np.asarray(without_them, dtype=np.float64)
    if higher.shape != lower.shape or higher.ndim != 2:
        raise ValueError(
            "the metric with and without the measures must have one shape (arrangements, worlds)"
        )
    if not len(higher):
        raise Refused(
            "no arrangement has all of the measures, so what they change cannot be seen",
            hint="add an arrangement that promises them all",
        )
    with np.errstate(invalid="ignore"):
        gain = higher - lower
    return _every(~np.isnan(gain), gain > MARGIN)


def lowers(with_them: ArrayLike, without_them: ArrayLike) -> Codes:
    """Codes by world of "the metric is lower with the measures"; arguments as in `raises`."""
    return raises(without_them, with_them)


def complements(both: ArrayLike, first: ArrayLike, second: ArrayLike, neither: ArrayLike) -> Codes:
    """Codes by world of f(ab) - f(a) - f(b) + f(0) > 1e-9, each of shape (worlds,) (Milgrom & Roberts 1990)."""
    values = [np.asarray(part, dtype=np.float64) for part in (both, first, second, neither)]
    with np.errstate(invalid="ignore"):
        interaction = values[0] - values[1] - values[2] + values[3]
    return _every(~np.isnan(interaction)[None], (interaction > MARGIN)[None])


def threshold(levels: ArrayLike) -> Codes:
    """Codes by world of "some level meets the condition", from the smallest such level (NaN where none does)."""
    found = np.isfinite(np.asarray(levels, dtype=np.float64))
    return _every(np.ones((1, len(found)), dtype=np.bool_), found[None])


def holds(values: ArrayLike) -> Codes:
    """Codes by world of an expression, shape (worlds,): true where it is not 0, moot where it has no value."""
    known, met = _kleene(np.atleast_2d(np.asarray(values)))
    return _every(known, met)


def _kleene(meets: ArrayLike) -> tuple[BoolArray, BoolArray]:
    """(known, met) of a table (arrangements, worlds) in which not-a-number is unknown."""
    table = np.asarray(meets)
    if table.ndim != 2 or not table.size:
        raise InvalidInput("a claim needs a table of at least one arrangement by at least one world")
    if table.dtype == np.bool_:
        return np.ones(table.shape, dtype=np.bool_), table
    known = ~np.isnan(table)
    return known, known & (table != 0)


def _every(known: BoolArray, met: BoolArray) -> Codes:
    """True where all rows are met, false where one is known not to be, moot otherwise."""
    codes = np.full(known.shape[1], MOOT, dtype=np.int8)
    codes[(known & met).all(axis=0)] = TRUE
    codes[(known & ~met).any(axis=0)] = FALSE
    return codes


def judge(codes: ArrayLike, weights: ArrayLike | None = None) -> Verdict:
    """The verdict on a claim from its codes by world, shape (worlds,), and their weights.

    Supported from 90 % of the weight of non-moot worlds up, refuted from 10 % down, moot where more than half of all
    weight is moot, contested otherwise. Standard errors leave out one of the sixteen replications at a time. Raises
    Refused under ten effective worlds.
    """
    code = np.asarray(codes, dtype=np.int8)
    weight = normalised_weights(weights, len(code))
    note = note_on_few_worlds(weight)
    shares = [_share(code == kind, weight) for kind in (TRUE, FALSE, MOOT)]
    true, false, moot = shares
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
    return Verdict(verdict, true, false, moot, number, at_most, note)


def _share(chosen: BoolArray, weight: FloatArray) -> Estimate:
    mean, se = mean_and_error(chosen.astype(np.float64), weight)
    assert mean is not None  # some world has weight
    return Estimate(mean if chosen[weight > 0].any() else 0.0, se)


def threshold_levels(levels: ArrayLike, weights: ArrayLike | None = None) -> tuple[Summary, Estimate]:
    """The least levels of a `threshold` claim over the worlds that have one, and the share of weight that has none."""
    found = np.asarray(levels, dtype=np.float64)
    weight = normalised_weights(weights, len(found))
    return summarise(found, weight), _share(~np.isfinite(found), weight)
