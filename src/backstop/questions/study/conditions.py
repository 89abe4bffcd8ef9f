"""Scenario discovery on a study: under which assumptions does an event occur?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import of_worlds, sentence_case, stop
from backstop.questions.event import Event, event
from backstop.questions.inquiry import Inquiry, promise_of
from backstop.questions.methods.box import Box, within
from backstop.questions.methods.cart import Tree, tree
from backstop.questions.methods.prim import Discovery, borne_out, discover
from backstop.questions.weighted_worlds import WeightedWorlds, worlds_under
from backstop.questions.words import box_sentence, rule_sentence, wordings
from backstop.scenario.model import Model
from backstop.worlds.statistics import replication_of


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conditions(ShownTables):
    """Boxes of assumptions in which an event occurs under an arrangement, and a tree as second opinion."""

    format: ClassVar[str] = "backstop-conditions/1"

    model: Model
    where: Event
    arrangement: str
    effective_worlds: float
    discovery: Discovery
    opinion: Tree
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The line above its tables."""
        name = self.model.scenario.arrangements[self.arrangement].titled(self.arrangement)
        return f"Where {self.where.text}, under: {name}"

    @property
    def finding(self) -> str:
        """What the box that tells the worlds best says; where there is none, in how many worlds the event occurs."""
        if self.sentences:
            return stop(sentence_case(self.sentences[0]))
        return (
            f"No single box of assumptions tells the worlds in which {self.where.text} "
            f"({of_worlds(self.discovery.base_rate)}) from the others."
        )

    @property
    def sentences(self) -> list[str]:
        """What each box says."""
        of, base = wordings(self.model), self.discovery.base_rate
        return [box_sentence(box, self.where.text, base, of) for box in self.discovery.boxes]

    @property
    def rules(self) -> list[str]:
        """What each leaf of the tree says."""
        of, case = wordings(self.model), self.where.text
        return [rule_sentence(leaf.limits, leaf.density, leaf.mass, case, of) for leaf in self.opinion.leaves]

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        boxes = [
            {
                **box.as_dict(),
                "sentence": said,
                "quasi_p": dict(box.quasi_p),
                "reappears": dict(box.reappears),
                "overlap": box.overlap,
            }
            for box, said in zip(self.discovery.boxes, self.sentences, strict=True)
        ]
        leaves = [
            {
                "limits": {n: list(limit.interval) for n, limit in leaf.limits.items()},
                "density": leaf.density,
                "coverage": leaf.coverage,
                "mass": leaf.mass,
                "sentence": said,
            }
            for leaf, said in zip(self.opinion.leaves, self.rules, strict=True)
        ]
        return {
            "where": self.where.text,
            "arrangement": self.arrangement,
            "effective_worlds": self.effective_worlds,
            "base_rate": self.discovery.base_rate,
            "covered": self.discovery.covered,
            "boxes": boxes,
            "trajectory": [step.as_dict() for step in self.discovery.trajectory],
            "tree": leaves,
        }

    def tables(self) -> list[Table]:
        """The boxes, where there are any, and the rules of the tree."""
        rows = tuple(
            (str(at), said, share(box.coverage), share(box.density), share(box.mass), _found_again(box))
            for at, (box, said) in enumerate(zip(self.discovery.boxes, self.sentences, strict=True), 1)
        )
        boxes = Table(
            f"Boxes of worlds in which {self.where.text} (of all worlds {share(self.discovery.base_rate)})",
            ("box", "in words", "coverage", "density", "mass", "found again"),
            rows,
            "found again: the least share of random halves of the worlds in which a restriction came back.",
        )
        rules = Table(
            "Second opinion: a classification tree",
            ("rule", "share of all"),
            tuple(
                (said, share(leaf.coverage))
                for said, leaf in zip(self.rules, self.opinion.leaves, strict=True)
            ),
        )
        return [boxes, rules] if rows else [rules]


def share(value: float) -> str:
    """A share in two digits or so; small ones, and those just short of all, never as none or all."""
    if value in (0.0, 1.0) or 0.005 <= value <= 0.995:
        return f"{value:.2f}"
    if value < 0.005:
        return f"{value:.4f}" if value >= 0.00005 else "under 0.0001"
    return f"{value:.4f}" if value <= 0.99995 else "over 0.9999"


def _found_again(box: Box) -> str:
    return f"{min(box.reappears.values()):.1f}" if box.reappears else "-"


def conditions(
    inquiry: Inquiry, where: str, arrangement: str, boxes: int = 3, resamples: int = 10
) -> Conditions:
    """Where the condition `where` comes about under an arrangement.

    At most `boxes` boxes; on `resamples` random halves of the worlds the first box is sought again. Raises Refused
    where no world or every world meets the condition, or whether it does is known in none.
    """
    asked = event(inquiry.model, where)
    found = worlds_under(inquiry, [arrangement], asked.metrics)
    met = found.occurs(asked, promise_of(inquiry.model, arrangement))
    known = ~np.isnan(met)
    if not known.any():
        raise Refused(
            f"whether {asked.text} cannot be said in any world", hint="ask about a metric without `given`"
        )
    discovery = boxes_of(found, met, asked.text, boxes, resamples)
    weights = None if found.weights is None else found.weights[known]
    inputs = {name: values[known] for name, values in found.inputs.items()}
    opinion = tree(inputs, met[known] == 1.0, weights, asked.text)
    notes = list(found.notes)
    if not known.all():
        notes.append(f"{np.count_nonzero(~known):,} worlds are left out: the metric has no value there")
    if not discovery.boxes:
        notes.append(
            "no single box of assumptions was found that tells these worlds from the others; see the tree"
        )
    return Conditions(
        inquiry.model, asked, arrangement, found.effective_worlds, discovery, opinion, tuple(notes)
    )


def boxes_of(
    found: WeightedWorlds, met: FloatArray, condition: str, boxes: int = 3, resamples: int = 0
) -> Discovery:
    """Boxes of the worlds where `met`, (worlds,), is 1; those where it is not-a-number are left out."""
    known = ~np.isnan(met)
    return discover(
        {name: values[known] for name, values in found.inputs.items()},
        met[known] == 1.0,
        None if found.weights is None else found.weights[known],
        condition=condition,
        most_boxes=boxes,
        resamples=resamples,
        seed=found.inquiry.seed,
    )


def boxes_borne_out(found: WeightedWorlds, met: FloatArray, condition: str, boxes: int = 3) -> Discovery:
    """`boxes_of` one half of the worlds, those of them that the other half bears out, with the shares of that half.

    Raises Refused where no world or every world of the first half meets the condition.
    """
    known = ~np.isnan(met)
    chooses = replication_of(found.worlds) % 2 == 0
    weights = np.where(known & ~chooses, found.weight, 0.0)
    discovery = boxes_of(found, np.where(chooses, met, np.nan), condition, boxes)
    cases = met == 1.0
    told = [borne_out(box.limits, found.inputs, cases, weights) for box in discovery.boxes]
    kept = tuple(box for box in told if box is not None)
    caught = np.zeros(found.worlds, dtype=np.bool_)
    for box in kept:
        caught |= within(box.limits, found.inputs)
    total = float(weights[cases].sum())
    covered = float(weights[caught & cases].sum()) / total if total > 0.0 else 0.0
    base = float(found.weight[known & cases].sum() / found.weight[known].sum())
    return replace(discovery, boxes=kept, covered=covered, base_rate=base)
