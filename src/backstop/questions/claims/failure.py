"""Where claims fail, in words: the box of assumptions in which most failures lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.faults import Refused
from backstop.questions.claims.verdict import FALSE, MOOT, TRUE, Codes
from backstop.questions.methods.box import Box, measured
from backstop.questions.methods.prim import discover
from backstop.questions.methods.regional import regional_sensitivity
from backstop.questions.words import box_sentence, wordings
from backstop.scenario.model import Model

# A box is sought among so many worlds of either kind; its shares are those of all worlds.
MOST = 4_000
# ... and among so many assumptions: those that differ most between the two kinds.
INPUTS = 12


@dataclass(frozen=True, slots=True)
class Failure:
    """What can be said of where a claim fails; `box` is None where no condition tells failures apart."""

    words: str
    box: Box | None = None


def where_it_fails(
    model: Model, codes: Codes, inputs: Mapping[str, FloatArray], weights: FloatArray, at_most: float | None
) -> Failure:
    """The region of assumptions where a claim fails, among the worlds where it is true or false.

    `weights` sum to 1; `at_most` is the bound on the share of failures where none was seen.
    """
    counted = weights > 0
    false, true = (codes == FALSE) & counted, (codes == TRUE) & counted
    if not false.any() and not true.any():
        return Failure("It is moot in every world: the question it answers does not arise.")
    if not false.any():
        bound = "" if at_most is None else f": at most {100 * at_most:.2g} in 100 (95 %)"
        return Failure(f"It was never seen to fail{bound}.")
    if not true.any():
        return Failure("It fails in every world in which it can be judged.")
    decided = np.where(codes == MOOT, 0.0, weights)
    rows, scale = _chosen(false, true)
    some = {name: values[rows] for name, values in inputs.items()}
    held = decided[rows] * scale
    try:
        separated = regional_sensitivity(some, false[rows], held).separations
        found = discover(
            {name: some[name] for name in list(separated)[:INPUTS]},
            false[rows],
            held,
            condition="the claim fails",
            most_boxes=1,
            resamples=0,
        )
    except Refused as reason:
        return Failure(f"Where it fails cannot be said: {reason.faults[0].what}.")
    if not found.boxes:
        return Failure("No condition on the assumptions tells where it fails.")
    base = float(decided[false].sum() / decided.sum())
    box = measured(found.boxes[0].limits, inputs, false, decided / decided.sum(), base)
    return Failure(box_sentence(box, "the claim fails", base, wordings(model)), box)


def _chosen(false: BoolArray, true: BoolArray) -> tuple[Rows, FloatArray]:
    """Evenly spaced worlds of either kind, and how many worlds each stands for."""
    scale = np.zeros(len(false))
    for kind in (false, true):
        rows = np.flatnonzero(kind)
        kept = rows[:: -(-rows.size // MOST)]
        scale[kept] = rows.size / kept.size
    chosen = np.flatnonzero(scale)
    return chosen, scale[chosen]
