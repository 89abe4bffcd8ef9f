"""Where something happens: the part of the range of each assumption in which it does, for each set of conditions."""

from __future__ import annotations

from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, frequency, of_worlds, quoted, sentence_case
from backstop.questions.methods.prim import Discovery
from backstop.questions.study.conditions import Conditions
from backstop.questions.words import limit_range
from backstop.report.charts import ranges, style
from backstop.report.content import Figure
from backstop.scenario.model import Model


def conditions_figure(
    model: Model,
    source: str,
    discovery: Discovery,
    *,
    happens: str,
    those: str,
    definition: str,
    alternative: str,
) -> Figure:
    """The boxes of a discovery as ranges, of which there is one at least.

    `happens` begins what is said of a box ("Fails"), `those` are the worlds in which it does ("failures").
    """
    parameters = model.scenario.parameters
    shown = [
        ranges.Range(
            f"{at}. {happens} in {of_worlds(box.density)} inside; {frequency(box.coverage)} of all {those}",
            parameters[name].labelled(name),
            limit.lowest,
            limit.highest,
            *limit.interval,
            limit_range(limit, parameters[name].unit),
        )
        for at, box in enumerate(discovery.boxes, 1)
        for name, limit in box.limits.items()
    ]
    hold = "holds" if len(discovery.boxes) == 1 else "hold"
    return style.figure(
        partial(ranges.chart, shown),
        partial(ranges.draw, shown),
        "conditions",
        title=f"{counted(len(discovery.boxes), 'set')} of conditions {hold} {frequency(discovery.covered)} of the "
        f"{those}",
        definition=definition,
        source=source,
        note="Found by patient rule induction (PRIM) on one half of the worlds; shares are those of the other half. "
        "Other boxes would do nearly as well.",
        alternative=alternative,
        table=Table(
            f"Conditions of {those}",
            ("", "of the set", "lowest", "highest", "whole range"),
            tuple(
                (r.label, r.box, f"{r.low:.4g}", f"{r.high:.4g}", f"{r.lowest:.4g} to {r.highest:.4g}")
                for r in shown
            ),
        ),
    )


def figures_of_conditions(of: Conditions, source: str) -> list[Figure]:
    """The chart of an answer on where something happens; none where no box was found."""
    if not of.discovery.boxes:
        return []
    under = quoted(of.model.scenario.arrangements[of.arrangement].titled(of.arrangement))
    figure = conditions_figure(
        of.model,
        source,
        of.discovery,
        happens=sentence_case(of.where.text),
        those="worlds in which it is so",
        definition=f"Parts of the range of assumptions (thick) in which {of.where.text}, under {under}.",
        alternative=" ".join(of.sentences),
    )
    return [figure]
