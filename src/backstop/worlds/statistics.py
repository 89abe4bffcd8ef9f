"""Statistics over weighted worlds: means, Monte Carlo errors, quantiles, effective numbers.

World w belongs to replication w mod 16: sixteen independently scrambled sequences. Points of one low-discrepancy
sequence are not independent of each other, but the sequences are, so leaving out one at a time gives an honest error
(delete-one-group jackknife of a weighted ratio: Quenouille 1956; Tukey 1958; Owen 2013, section 17.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import number

Array = NDArray[np.float64]

REPLICATIONS = 16
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# So many errors of a share lie between the levels that the error of a quantile is read from, on either side.
_AROUND = 2.0
# The least level asked for: worlds without weight say nothing.
_LEAST_LEVEL = 1e-6
FEW_WORLDS = 100.0
TOO_FEW_WORLDS = 10.0

# The squares of figures up to here can be summed over any number of worlds.
_SQUARED = 1e150

_FEW = 2_000
_BINS = 4_096
_WIDTH = 64 * REPLICATIONS

# Cumulative weights carry rounding; a share is reached when it is reached up to this.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its Monte Carlo standard error (None below two replications)."""

    mean: float
    se: float | None

    def as_dict(self) -> dict[str, float | None]:
        """As it stands in JSON."""
        return {"mean": self.mean, "se": self.se}

    def __str__(self) -> str:
        """Mean and error in no more digits than the error supports: `0.35 ±0.02`."""
        if self.se is None or self.se <= 1e-12:
            return number(self.mean, most=3)
        return f"{number(self.mean, self.se)} ±{number(self.se, self.se)}"


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure over worlds: weighted mean, its Monte Carlo error, and quantiles. None where there is no world.

    `without_value`: worlds in which the figure is not defined (a condition that cannot happen there); `q05_se`,
    `q95_se`: Monte Carlo errors of the two ends, None where they were not asked for or cannot be known.
    """

    mean: float | None
    se: float | None
    q05: float | None
    q25: float | None
    q50: float | None
    q75: float | None
    q95: float | None
    without_value: int = 0
    q05_se: float | None = None
    q95_se: float | None = None

    def as_dict(self) -> dict[str, float | int | None]:
        """As it stands in the JSON of a result; `without_value` only where there are such worlds."""
        found: dict[str, float | int | None] = {name: getattr(self, name) for name in _IN_JSON}
        if self.without_value:
            found["without_value"] = self.without_value
        return found


_IN_JSON = ("mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se")


def summarise(values: Array, weights: Array | None) -> Summary:
    """Summary of one figure, shape (worlds,); NaN marks worlds without a value. `weights` None: all alike."""
    return summaries([values], weights)[0]


def summaries(rows: Sequence[Array] | Array, weights: Array | None, ends: bool = True) -> list[Summary]:
    """`summarise` of several figures, each of shape (worlds,); the errors of the ends only where `ends`."""
    found = []
    for row, (mean, se) in zip(rows, means_and_errors(rows, weights), strict=True):
        q05, q25, q50, q75, q95 = quantiles(row, weights, QUANTILES)
        missing = int(np.count_nonzero(~np.isfinite(row)))
        errors: tuple[float | None, float | None] = (None, None)
        if ends and q05 is not None and q95 is not None:
            errors = quantile_errors(row, weights, (QUANTILES[0], QUANTILES[-1]), (q05, q95))
        found.append(Summary(mean, se, q05, q25, q50, q75, q95, missing, *errors))
    return found


def quantile_errors(
    values: Array, weights: Array | None, levels: tuple[float, float], found: tuple[float, float]
) -> tuple[float | None, float | None]:
    """Monte Carlo errors of two quantiles `found` at `levels`; None below two replications with weight.

    The share of the worlds up to a quantile has an error as any mean has; the quantiles two of those errors below and
    above its level lie four errors of the quantile apart (Woodruff 1952). Worlds that rounding alone tells apart from
    the quantile are up to it, so that none of this hangs on the last bit.
    """
    known = np.isfinite(values)
    near = _ROUNDING * float(np.abs(values[known]).max(initial=0.0))
    ends = found[:1] if found[0] == found[1] else found
    below: list[Array] = [np.where(known, values <= each + near, np.nan) for each in ends]
    errors = [se for _, se in means_and_errors(below, weights)]
    around: list[tuple[float, float] | None] = []
    for level, se in zip(levels, errors * (3 - len(errors)), strict=True):
        wide = None if se is None else _AROUND * se
        around.append(None if wide is None else (max(_LEAST_LEVEL, level - wide), min(1.0, level + wide)))
    asked = [level for pair in around if pair is not None for level in pair]
    if not asked:
        return None, None
    reached = dict(zip(asked, quantiles(values, weights, asked), strict=True))
    one, two = (_half_width(pair, reached) for pair in around)
    return one, two


def _half_width(around: tuple[float, float] | None, reached: Mapping[float, float | None]) -> float | None:
    if around is None:
        return None
    low, high = (reached[level] for level in around)
    return None if low is None or high is None else (high - low) / (2 * _AROUND)


def mean_and_error(values: Array, weights: Array | None) -> tuple[float | None, float | None]:
    """Weighted mean and its jackknife error over replications; None where they do not exist."""
    return means_and_errors([values], weights)[0]


def means_and_errors(
    rows: Sequence[Array] | Array, weights: Array | None
) -> list[tuple[float | None, float | None]]:
    """`mean_and_error` of several figures, each of shape (worlds,)."""
    if not len(rows):
        return []
    whole = replication_mass(weights, rows[0].size)
    masses, totals = np.empty((2, REPLICATIONS, len(rows)))
    for at, row in enumerate(rows):
        defined, mass = np.isfinite(row), whole
        if not defined.all():
            share = defined.astype(np.float64) if weights is None else np.where(defined, weights, 0.0)
            row, mass = np.where(defined, row, 0.0), sums_by_replication(share[np.newaxis])[0]
        weighted = row if weights is None else row * weights
        masses[:, at], totals[:, at] = mass, sums_by_replication(weighted[np.newaxis])[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = in_order(totals) / in_order(masses)
    # Where every world has a value, and so for nearly all figures, the masses are the same.
    alike = (masses == masses[:, :1]).all(axis=0)
    errors = np.empty(len(rows))
    errors[alike] = jackknife_errors(masses[:, 0], totals[:, alike])
    for at in np.flatnonzero(~alike).tolist():
        errors[at] = jackknife_errors(masses[:, at], totals[:, at])
    return [
        (float(mean) if np.isfinite(mean) else None, float(error) if np.isfinite(error) else None)
        for mean, error in zip(means, errors, strict=True)
    ]


def replication_of(worlds: int) -> IntArray:
    """The replication (w mod 16) of every world, shape (worlds,)."""
    return np.arange(worlds, dtype=np.int64) % REPLICATIONS


def replication_mass(weights: Array | None, worlds: int) -> Array:
    """Sum of the weights of the worlds of each replication, shape (16,)."""
    each = np.ones(worlds) if weights is None else weights
    return np.asarray(sums_by_replication(each[np.newaxis])[0])


def sums_by_replication(rows: Array) -> Array:
    """Sums over the worlds of each replication: (figures, worlds) gives (figures, 16)."""
    figures, worlds = rows.shape
    # Long rows are added up first: short ones cost more to go through than to add.
    long, whole = worlds - worlds % _WIDTH, worlds - worlds % REPLICATIONS
    total = rows[:, :long].reshape(figures, -1, _WIDTH).sum(axis=1)
    total = total.reshape(figures, -1, REPLICATIONS).sum(axis=1)
    total += rows[:, long:whole].reshape(figures, -1, REPLICATIONS).sum(axis=1)
    total[:, : worlds - whole] += rows[:, whole:]
    return np.asarray(total)


def in_order(parts: Array) -> Array:
    """Sums over the first axis, one part after the other: (parts, ...) gives (...).

    NumPy's own sum takes another order where the other axes have length 1, so that a figure would depend on how many
    are summed up beside it; and a page that shows it must find the same bits.
    """
    return np.asarray(np.cumsum(parts, axis=0)[-1])


def jackknife(left_out: ArrayLike) -> Array:
    """Standard errors, shape (...), from estimates without one group each, shape (groups, ...) (Tukey 1958)."""
    estimates = np.asarray(left_out, dtype=np.float64)
    count = len(estimates)
    spread = estimates - in_order(estimates) / count
    # Squares of very large or very small numbers would overflow or vanish.
    largest = np.abs(spread).max(axis=0)
    scale = np.where((largest > 1e-150) & (largest < 1e150) | (largest == 0.0), 1.0, largest)
    return np.asarray(scale * np.sqrt((count - 1) / count * in_order(np.square(spread / scale))))


def jackknife_errors(mass: Array, sums: Array) -> Array:
    """Errors of the ratios sum(sums) / sum(mass) over replications: `mass` (16,) and `sums` (16, ...) give (...).

    Not a number below two replications with weight.
    """
    used = mass > 0.0
    if int(np.count_nonzero(used)) < 2:
        return np.full(sums.shape[1:], np.nan)
    left_mass = (in_order(mass) - mass[used]).reshape(-1, *(1,) * (sums.ndim - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return jackknife((in_order(sums) - sums[used]) / left_mass)


def quantiles(values: Array, weights: Array | None, levels: Sequence[float]) -> tuple[float | None, ...]:
    """The smallest value whose cumulative weight reaches each level.

    Where there are many worlds, values are counted in narrow bins first and only the bins that matter are sorted: the
    answer is the same and takes a tenth of the time.
    """
    defined = np.isfinite(values)
    if not defined.all():
        values = values[defined]
        weights = None if weights is None else weights[defined]
    total = float(values.size if weights is None else weights.sum())
    if values.size == 0 or not total > 0.0:
        return tuple(None for _ in levels)
    found = dict.fromkeys(sorted(levels), 0.0)
    targets = [q * total * (1.0 - _ROUNDING) for q in found]
    found.update(zip(found, _reached(values, weights, 0.0, targets), strict=True))
    return tuple(found[q] for q in levels)


def _reached(values: Array, weights: Array | None, before: float, targets: Sequence[float]) -> list[float]:
    """The smallest of `values` at which the cumulative weight, `before` included, reaches each target (rising)."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return [low for _ in targets]
    if values.size < _FEW or not np.isfinite(high - low):
        return _sorted_out(values, weights, before, targets)
    # A little less than all bins, so that the highest value falls into the last of them.
    bins = ((values - low) * (_BINS * (1.0 - 1e-9) / (high - low))).astype(np.intp)
    cumulative = before + np.cumsum(np.bincount(bins, weights, _BINS))
    wanted = np.minimum(np.searchsorted(cumulative, targets, side="left"), _BINS - 1)
    needed = np.zeros(_BINS, dtype=np.bool_)
    needed[wanted] = True
    near = np.flatnonzero(needed[bins])
    bins, values = bins[near], values[near]
    weights = None if weights is None else weights[near]
    found: list[float] = []
    for bin in dict.fromkeys(wanted.tolist()):
        # Smaller than all: the lowest and the highest value are never in one bin.
        inside = np.flatnonzero(bins == bin)
        found += _reached(
            values[inside],
            None if weights is None else weights[inside],
            float(cumulative[bin - 1]) if bin else before,
            [target for target, its in zip(targets, wanted, strict=True) if its == bin],
        )
    return found


def _sorted_out(values: Array, weights: Array | None, before: float, targets: Sequence[float]) -> list[float]:
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    cumulative = before + (np.arange(1.0, values.size + 1) if weights is None else np.cumsum(weights[order]))
    places = np.searchsorted(cumulative, targets, side="left")
    return [float(ordered[min(place, values.size - 1)]) for place in places.tolist()]


def quantile(values: Array, weights: Array, level: float) -> float:
    """One of `quantiles`; not a number where no value has weight."""
    found = quantiles(values, weights, (level,))[0]
    return float("nan") if found is None else found


def effective_worlds(weights: Array) -> float:
    """(sum w)^2 / sum w^2 (Kish 1965): how many equally weighted worlds are as informative; 0 without any weight."""
    squares, total = float(np.square(weights).sum()), float(weights.sum())
    return total * total / squares if squares > 0.0 else 0.0


def normalised_weights(weights: ArrayLike | None, worlds: int) -> FloatArray:
    """Weights of shape (worlds,) that sum to 1; equal ones where `weights` is None.

    Raises InvalidInput where there is no world, the number of weights is another, one is negative or not finite, or
    all are 0.
    """
    if worlds < 1:
        raise InvalidInput("there is no world to ask", hint="assess at least one world")
    if weights is None:
        return np.full(worlds, 1.0 / worlds)
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (worlds,):
        raise InvalidInput(f"{worlds} worlds need as many weights, not an array of shape {values.shape}")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        world = int(np.argmax(bad))
        raise InvalidInput(f"the weight of world {world} is {values[world]}, not a number from 0 up")
    peak = float(values.max())
    if peak == 0.0:
        raise InvalidInput(
            "every world has weight 0", hint="the observations contradict all worlds: check their sources"
        )
    # Scaled first, so that the sum of very large or very small weights neither overflows nor vanishes.
    scaled = values / peak
    return np.asarray(scaled / scaled.sum(), dtype=np.float64)


def counted_weights(weights: ArrayLike | None, worlds: int) -> FloatArray:
    """`normalised_weights`, refused under ten effective worlds: a share of so few has no meaningful digit."""
    found = normalised_weights(weights, worlds)
    worth = effective_worlds(found)
    # Rounding must not refuse exactly ten equal worlds.
    if worth < TOO_FEW_WORLDS - 1e-9:
        raise Refused(
            f"the weight rests on {worth:.1f} effective worlds of {worlds}, too few to answer from (10 are needed)",
            hint="assess more worlds, or widen the observations that leave so few worlds any weight",
        )
    return found


def varying(values: ArrayLike, weights: FloatArray, what: str = "the metric") -> FloatArray:
    """`values` as floats, shape (worlds,), checked to vary over the worlds that have weight.

    Raises Refused where a value is missing (not a number) in a world with weight, or where all are the same.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.shape != weights.shape:
        raise InvalidInput(f"{what} has shape {array.shape}; {len(weights)} worlds need one value each")
    counted = array if weights.all() else array[weights > 0]
    missing = int(np.count_nonzero(~np.isfinite(counted)))
    if missing:
        raise Refused(
            f"{what} has no value in {missing} of {counted.size} worlds, "
            "so its variation over worlds is not defined",
            hint="ask about a metric that is defined in every world, for instance the one without its `given`",
        )
    refuse_constant(counted, what)
    return array


def refuse_constant(values: FloatArray, what: str = "the metric") -> None:
    """Raise Refused where finite `values` are all the same to rounding, or too large for a variance to be a number."""
    low, high = float(values.min()), float(values.max())
    if max(-low, high) > _SQUARED:
        raise Refused(
            f"{what} is up to {max(-low, high):.3g}, too large for its variance to be a number",
            hint="choose a larger unit, so that figures stay below 1e150",
        )
    if values.size < 2:
        raise Refused("one world alone shows no variation", hint="assess at least a few hundred worlds")
    if high - low <= 1e-12 * max(abs(low), abs(high), 1e-300):
        raise Refused(
            f"{what} is the same in all worlds ({low:g}), so nothing can be said to move it",
            hint="ask about another metric, year or arrangement",
        )
