"""What others come to believe of an actor whose type is hidden."""

from __future__ import annotations

from backstop.base.table import Table
from backstop.base.words import counted, number, readable
from backstop.questions.study.beliefs import Beliefs
from backstop.report.content import Paragraph, Section
from backstop.report.material.gathering import Material

# A phase that fewer come to says little of what others learn.
_SELDOM = 0.01


def section(found: Material) -> Section | None:
    """How the belief moves with what is done, by type; None where nobody learns a type."""
    beliefs = found.beliefs
    if beliefs is None:
        return None
    scenario = found.model.scenario
    actor, kind = scenario.actors[beliefs.actor].titled(beliefs.actor), readable(beliefs.type)
    types = list(next(iter(beliefs.given.values())))
    years = f"{beliefs.years:g} years"
    rows = tuple(
        (
            found.arrangement_title(name),
            number(overall, None, 2),
            *(number(beliefs.given[name][each], None, 2) for each in types),
        )
        for name, overall in beliefs.overall.items()
    )
    note = (
        f"Probability that others give to it, mean over {counted(beliefs.worlds, 'world')}; at the start "
        f"{number(beliefs.share, None, 2)}. Where both columns on the right are alike, what is done tells nothing."
    )
    return Section(
        "beliefs",
        "What others learn",
        (
            Paragraph(
                f"Nobody but {actor} knows which it is. Others see what it does and draw their conclusion, and it "
                "acts knowing that they do."
            ),
            Table(
                f"What others believe after {years}: that {actor} is {kind}",
                ("", "on average", *(f"if it is {readable(each)}" for each in types)),
                rows,
                note,
            ),
            _seen(found, beliefs, types, years),
        ),
    )


def _seen(found: Material, beliefs: Beliefs, types: list[str], years: str) -> Table:
    """What is believed where a phase has been seen, under the arrangement that the report is about."""
    name = found.subject.focus
    phases, kind = found.model.scenario.phases, readable(beliefs.type)
    rows = tuple(
        (
            phases[seen.phase].titled(seen.phase),
            *(number(seen.chance[each], None, 2) for each in types),
            number(seen.belief, None, 2),
        )
        for seen in beliefs.seen[name]
        if max((seen.chance[each] or 0.0) for each in types) >= _SELDOM
    )
    return Table(
        f"What it tells under {found.arrangement_title(name)}: states seen within {years}",
        ("", *(f"chance if {readable(each)}" for each in types), f"belief then in {kind}"),
        rows,
        "A state that one type comes to more often than the other moves what others believe.",
    )
