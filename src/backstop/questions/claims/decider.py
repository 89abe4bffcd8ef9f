"""What decides a claim: one assumption, cut at one value, or the structure of the study, whatever is assumed.

A parameter decides where the worlds on one side of one of its values are those in which the claim is true, and those
on the other side those in which it is false, for at least 95 % of the weight of the worlds in which the question
arises. The best cut is found exactly, by sorting. Where nearly all of these worlds answer alike, any cut beyond the
last value would be right in 95 %: so the cut must also be wrong on no more than half of the rarer kind, of which there
must be at least ten effective worlds. A value that many worlds share exactly (an atom) may stand apart from all others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.words import of_worlds
from backstop.questions.claims.verdict import FALSE, MOOT, TRUE, Codes
from backstop.questions.methods.binning import between
from backstop.questions.methods.box import ATOM, Limit, on_values
from backstop.questions.methods.regional import ascending, order_among
from backstop.questions.words import Wordings, limit_words
from backstop.worlds.statistics import TOO_FEW_WORLDS, effective_worlds

DECIDES = 0.95
# Runs of worlds by which inputs are looked through for those that may decide.
_RUNS = 512


@dataclass(frozen=True, slots=True)
class Decider:
    """What decides a claim.

    `by` is `parameter`: the claim is true where `limit` on `parameter` is met and false elsewhere, in `share` of the
    weight of the worlds in which the question arises; or `structure`: it is true (or false) in every world, whatever
    is assumed. `words` say so.
    """

    by: Literal["parameter", "structure"]
    words: str
    parameter: str | None = None
    limit: Limit | None = None
    share: float = 1.0

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        found: dict[str, object] = {"by": self.by, "share": self.share, "words": self.words}
        if self.parameter is not None and self.limit is not None:
            found |= {"parameter": self.parameter, "low": self.limit.low, "high": self.limit.high}
        return found


@dataclass(frozen=True, slots=True)
class Cut:
    """A limit on one input, and the weight of the worlds on whose truth it is wrong."""

    limit: Limit
    wrong: float


def decided_by_parameter(
    codes: Codes,
    inputs: Mapping[str, FloatArray],
    weights: FloatArray,
    of: Wordings,
    orders: Mapping[str, Rows] | None = None,
) -> Decider | None:
    """The parameter that decides a claim with `codes` by world, shape (worlds,); None where none does.

    `orders`: those of the inputs, as `ascending` gives them, where they are known.
    """
    decided = (codes != MOOT) & (weights > 0)
    true = codes == TRUE
    rarer = min((decided & true, decided & (codes == FALSE)), key=lambda kind: float(weights[kind].sum()))
    total, few = float(weights[decided].sum()), float(weights[rarer].sum())
    if effective_worlds(weights[rarer]) < TOO_FEW_WORLDS - 1e-9:
        return None
    most_wrong = min((1.0 - DECIDES) * total, few / 2.0) * (1.0 + 1e-12)
    best: tuple[str, Cut] | None = None
    orders = ascending(inputs) if orders is None else orders
    answers, held = true[decided], weights[decided]
    yes, no = (np.where(decided & kind, weights, 0.0) for kind in (true, ~true))
    for name, values in inputs.items():
        if _least_wrong(values, yes, no, orders[name]) > most_wrong * (1.0 + 1e-9):
            continue
        cut = best_cut(values[decided], answers, held, order_among(orders[name], decided))
        if cut is not None and cut.wrong <= most_wrong and (best is None or cut.wrong < best[1].wrong):
            best = name, cut
    if best is None:
        return None
    name, cut = best
    share = 1.0 - cut.wrong / total
    said = limit_words(name, cut.limit, of.get(name))
    # "Nearly all" where it is: the words may not promise more than the share.
    words = (
        f"Decided by one assumption: it is true where {said} and false elsewhere"
        f"{'' if share >= 1.0 else f' ({of_worlds(share)} follow this)'}"
    )
    return Decider("parameter", words, name, cut.limit, share)


def _least_wrong(values: FloatArray, yes: FloatArray, no: FloatArray, order: Rows) -> float:
    """What any limit on an input is wrong on at least; all arrays have shape (worlds,).

    `yes` and `no`: the weights of the worlds where a claim is true, and where it is false; `order`: the worlds in
    ascending order of the input. Found from runs of worlds, which tell most inputs apart from those that may decide.
    """
    if len(order) < _RUNS:
        return 0.0
    starts = np.arange(_RUNS) * len(order) // _RUNS
    if (values[order[starts[1:]]] == values[order[starts[1:] - 1]]).any():
        return 0.0  # runs must end where values do
    true, false = np.add.reduceat(yes[order], starts), np.add.reduceat(no[order], starts)
    true_so_far, false_so_far = np.cumsum(true), np.cumsum(false)
    all_true, all_false = true_so_far[-1], false_so_far[-1]
    above = true_so_far - true + all_false - false_so_far
    below = false_so_far - false + all_true - true_so_far
    return float(min(above.min(), below.min(), (all_true - true).min()))


def best_cut(
    values: FloatArray, true: BoolArray, weights: FloatArray, order: Rows | None = None
) -> Cut | None:
    """The limit on an input, of shape (worlds,), that tells `true` worlds best from others; None if constant.

    Cuts lie between neighbouring values, in both directions, or single out one value that many worlds share. `order`:
    the worlds in ascending order of the input, where it is known.
    """
    order = np.argsort(values, kind="stable") if order is None else order
    x, weight = values[order], weights[order]
    good = np.where(true[order], weight, 0.0)
    last = np.flatnonzero(np.append(x[1:] != x[:-1], True))
    if len(last) < 2:
        return None
    distinct = x[last]
    mass, caught = np.cumsum(weight)[last], np.cumsum(good)[last]
    total, all_true = mass[-1], caught[-1]
    stepped = 4 * len(distinct) <= len(x)
    lowest, highest = float(distinct[0]), float(distinct[-1])
    # True from just above a value on: wrong are the true ones up to it and the false ones above it.
    above = caught[:-1] + (total - mass[:-1]) - (all_true - caught[:-1])
    below = total - above
    found: list[tuple[float, int, str]] = [
        (float(above.min()), int(np.argmin(above)), "above"),
        (float(below.min()), int(np.argmin(below)), "below"),
    ]
    own, own_true = np.diff(mass, prepend=0.0), np.diff(caught, prepend=0.0)
    counts = np.diff(last, prepend=-1)
    atoms = np.flatnonzero(counts >= max(2.0, ATOM * len(x)))
    if atoms.size:
        alone = own[atoms] - own_true[atoms] + (all_true - own_true[atoms])
        found.append((float(alone.min()), int(atoms[np.argmin(alone)]), "at"))
    wrong, place, side = min(found, key=lambda cut: cut[0])
    if side == "at":
        limit = Limit(float(distinct[place]), float(distinct[place]), lowest, highest, True)
    else:
        border = float(between(distinct[place : place + 1], distinct[place + 1 : place + 2])[0])
        low = border if side == "above" else None
        high = None if side == "above" else float(np.nextafter(border, -np.inf))
        limit = on_values(Limit(low, high, lowest, highest, stepped), values)
    return Cut(limit, max(0.0, wrong))
