"""Where claims fail, or where those that mostly fail hold, in words: a region of assumptions found by search.

The region is sought among one half of the worlds, and told only where the other half bears it out: it must cover at
least a quarter of the cases there, and hold them more densely than all worlds do by three errors. What is told of it
is what the other half says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.base.faults import Refused
from backstop.questions.claims.verdict import FALSE, MOOT, TRUE, Codes, Verdict
from backstop.questions.methods.box import Box
from backstop.questions.methods.prim import borne_out, discover
from backstop.questions.methods.regional import ascending, order_among, regional_sensitivity
from backstop.questions.words import box_sentence, wordings
from backstop.scenario.model import Model
from backstop.worlds.statistics import replication_of

# A box is sought among so many worlds of either kind; its shares are those of the worlds that did not choose it.
MOST = 4_000
# ... and among so many assumptions: those that differ most between the two kinds.
INPUTS = 12


@dataclass(frozen=True, slots=True)
class ClaimRegion:
    """What can be said of where a claim fails or, where `holds`, of where it holds.

    `box` is None where no region bears out. Its shares are those of the half of the worlds that did not choose it.
    """

    words: str
    box: Box | None = None
    holds: bool = False


def region_of(
    model: Model,
    codes: Codes,
    inputs: Mapping[str, FloatArray],
    weights: FloatArray,
    verdict: Verdict,
    orders: Mapping[str, Rows] | None = None,
) -> ClaimRegion:
    """The region of assumptions where a claim fails or, where it is mostly false, that where it holds.

    Worlds in which it is moot play no part; `weights`, shape (worlds,), sum to 1. `orders`: those of the inputs, as
    `ascending` gives them, where they are known.
    """
    counted = weights > 0
    false, true = (codes == FALSE) & counted, (codes == TRUE) & counted
    if not false.any() and not true.any():
        return ClaimRegion("It is moot in every world: the question it answers does not arise.")
    most = "" if verdict.at_most is None else f": at most {100 * verdict.at_most:.2g} in 100 (95 %)"
    if not false.any():
        return ClaimRegion(f"It was never seen to fail{most}.")
    if not true.any():
        return ClaimRegion(f"It was never seen to hold{most}.", holds=True)
    holds = verdict.mostly_false
    cases, others = (true, false) if holds else (false, true)
    verb = "holds" if holds else "fails"
    chooses = replication_of(len(codes)) % 2 == 0
    try:
        known = ascending(inputs) if orders is None else orders
        chosen = _found(inputs, cases & chooses, others & chooses, weights, f"the claim {verb}", known)
    except Refused as reason:
        return ClaimRegion(f"Where it {verb} cannot be said: {reason.faults[0].what}.", holds=holds)
    if chosen is not None:
        decided = np.where((codes == MOOT) | chooses, 0.0, weights)
        box = borne_out(chosen.limits, inputs, cases, decided)
        if box is not None:
            base = float(decided[cases].sum() / decided.sum())
            said = box_sentence(box, f"the claim {verb}", base, wordings(model))
            return ClaimRegion(said, box, holds)
    return ClaimRegion(f"No region of the assumptions was found that tells where it {verb}.", holds=holds)


def _found(
    inputs: Mapping[str, FloatArray],
    cases: BoolArray,
    others: BoolArray,
    weights: FloatArray,
    what: str,
    orders: Mapping[str, Rows],
) -> Box | None:
    """The region of `cases` among them and `others`, shape (worlds,); None where no restriction tells them apart."""
    if not cases.any() or not others.any():
        return None
    rows, scale = _chosen(cases, others)
    some = {name: values[rows] for name, values in inputs.items()}
    held = weights[rows] * scale
    among = np.zeros(len(cases), dtype=np.bool_)
    among[rows] = True
    ordered = {name: order_among(order, among) for name, order in orders.items()}
    separated = regional_sensitivity(some, cases[rows], held, orders=ordered).separations
    chosen = {name: some[name] for name in list(separated)[:INPUTS]}
    found = discover(chosen, cases[rows], held, condition=what, most_boxes=1, resamples=0)
    return found.boxes[0] if found.boxes else None


def _chosen(cases: BoolArray, others: BoolArray) -> tuple[Rows, FloatArray]:
    """Evenly spaced worlds of either kind, and how many worlds each stands for."""
    scale = np.zeros(len(cases))
    for kind in (cases, others):
        rows = np.flatnonzero(kind)
        kept = rows[:: -(-rows.size // MOST)]
        scale[kept] = rows.size / kept.size
    chosen = np.flatnonzero(scale)
    return chosen, scale[chosen]
