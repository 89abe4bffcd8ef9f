"""The first page: the answer for a reader who sees nothing else, without a name or a term of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, quoted, stop, with_range
from backstop.report.charts import intervals, style
from backstop.report.content import Block, Entry, Figure, Items, Paragraph, Section
from backstop.report.drawing.axis import rounded
from backstop.report.material.gathering import Material
from backstop.report.material.parting import Side
from backstop.report.material.subject import is_probability
from backstop.report.sections.brief import basis
from backstop.report.sections.brief.lead import (
    SETS,
    Lead,
    called,
    ends,
    figures,
    label,
    lead_of,
    said,
    sets,
    share_of,
    within,
)
from backstop.report.wording import told_apart
from backstop.worlds.statistics import Summary, mean_and_error, summarise

MOST_DRAWN = 12
# The width of a dot beside that of its picture.
_DOT = 0.04
# A chance so near to never and always that it is said as that.
_RARE = 0.1


def section(found: Material) -> Section:
    """The first page of a report."""
    lead = lead_of(found)
    blocks: list[Block] = [Paragraph(headline(found, lead), lead=True)]
    blocks += [Paragraph(text) for text in (_range(found, lead), _kinds(found, lead)) if text]
    if lead.parted is not None:
        blocks.append(Items(tuple(_side(found, lead, of) for of in (lead.parted.low, lead.parted.high))))
    if figures(found, lead.focus, lead.metric).mean is not None:
        blocks.append(picture(found, lead))
    lines = [
        ("What is compared", basis.promised(found, lead)),
        ("It hangs on", basis.hangs_on(found, lead)),
        ("The study's test", basis.own_test(found, lead)),
        ("Who loses", basis.who_loses(found, lead)),
        ("What it costs", basis.what_it_costs(found, lead)),
        ("What is judgement", basis.judged(found)),
        ("Form of the model", basis.by_form(found, lead)),
        ("Unmeant moves", basis.unmeant(found, lead)),
        ("Set by hand", basis.overridden(found)),
        ("What this is", _standing(found)),
    ]
    told = tuple((label, text, "") for label, text in lines if text)
    return Section(
        "answer", "The brief", (*blocks, Entry("What to know before using this answer", "", "", told))
    )


def headline(found: Material, lead: Lead) -> str:
    """In how many cases, against how many, with the plausible range of both."""
    metric = found.model.scenario.metrics[lead.metric]
    title, focus = metric.titled(lead.metric).rstrip("."), quoted(found.arrangement_title(lead.focus))
    of = figures(found, lead.focus, lead.metric)
    if of.mean is None:
        return _without_figure(found, lead, title, focus)
    if any(0.0 < _with_figure(found, lead, name) < 1.0 for name in lead.named):
        title += ", where its condition can come about"
    text = f"{title}: {said(found, of)} under {focus}{_plausible(found, of)}"
    if lead.other is None:
        return stop(text)
    against, other = figures(found, lead.other, lead.metric), quoted(found.arrangement_title(lead.other))
    if against.mean is None:
        return stop(f"{text}; under {other} its condition cannot come about")
    return stop(
        f"{text}, against {said(found, against, short=True)} under {other}{_plausible(found, against)}"
    )


def _without_figure(found: Material, lead: Lead, title: str, focus: str) -> str:
    """That there is no figure under the arrangement looked into, and what there is under the other."""
    if lead.other is None:
        return f"{title}: no figure under {focus}, because its condition cannot come about there."
    against, other = figures(found, lead.other, lead.metric), quoted(found.arrangement_title(lead.other))
    if against.mean is None:
        return f"{title}: no figure under {focus} or {other}, because its condition cannot come about there."
    return stop(
        f"{title}: no figure under {focus}, because its condition cannot come about there; "
        f"{said(found, against)} under {other}{_plausible(found, against)}"
    )


def _plausible(found: Material, of: Summary) -> str:
    """The range of nine sets of assumptions in ten, in the unit of the figure; empty where there is only one."""
    span = "" if found.exact else ends(found, of)
    return f" (plausible range {span})" if span else ""


def _range(found: Material, lead: Lead) -> str:
    """What the range is, and how often the one arrangement does better than the other on the same assumptions."""
    if found.exact:
        return "No assumption of the study is uncertain, so there is one figure and no range."
    if found.result.worlds == 1:
        return "One set of assumptions alone was looked at, so there is no range: other assumptions may say otherwise."
    if all(figures(found, name, lead.metric).mean is None for name in lead.named):
        return (
            "So nothing is said here of how good or bad it would be: another metric of the study may say it."
        )
    noun = "chances" if is_probability(found.model.scenario.metrics[lead.metric]) else "figures"
    text = (
        f"One set of assumptions is one way in which all that is uncertain could be. The plausible range holds the "
        f"{noun} in nine of ten {SETS} that the study allows."
    )
    partial = {name: share for name in lead.named if 0.0 < (share := _with_figure(found, lead, name)) < 1.0}
    if partial:
        # Alike under several arrangements as far as it is said: then it is said once.
        under: dict[str, list[str]] = {}
        for name, share in partial.items():
            under.setdefault(sets(share), []).append(called(found, name))
        only = listed(f"{share} under {listed(names)}" for share, names in under.items())
        text += (
            f" There is a figure in only {only}: in the others its condition cannot come about, and the answer is "
            "not about them."
        )
    if any(figures(found, name, lead.metric).mean is None for name in lead.named) or lead.other is None:
        return text
    one, two = (found.result.arrangements[n].samples[lead.metric] for n in (lead.focus, lead.other))
    gap = one - two
    if not told_apart(*mean_and_error(gap, found.result.weights)):
        return f"{text} The two arrangements cannot be told apart."
    tiny = 1e-9 * max(1.0, float(np.nanmax(np.abs(np.concatenate((one, two))))))
    more, less = share_of(found, gap > tiny, gap), share_of(found, gap < -tiny, gap)
    focus, other = (called(found, n) for n in (lead.focus, lead.other))
    return (
        f"{text} On the same assumptions it is higher under {focus} than under {other} in {sets(more)}"
        f"{' in which both have a figure' if partial else ''}, and lower in {frequency(less)}."
    )


def _with_figure(found: Material, lead: Lead, arrangement: str) -> float:
    """The share of the weight of all worlds that have a figure under an arrangement."""
    known = np.isfinite(found.result.arrangements[arrangement].samples[lead.metric])
    return summarise(known.astype(np.float64), found.result.weights).mean or 0.0


def _kinds(found: Material, lead: Lead) -> str:
    """That a mean hides worlds that differ in kind, and which assumption tells them apart."""
    if not is_probability(found.model.scenario.metrics[lead.metric]):
        return "" if lead.parted is None else _decided(found, lead)
    parts = []
    for name in lead.named:
        of = found.result.arrangements[name].samples[lead.metric]
        hardly, nearly = share_of(found, of < _RARE, of), share_of(found, of > 1 - _RARE, of)
        if min(hardly, nearly) >= 0.05 and hardly + nearly >= 0.5:
            parts.append(
                f"under {called(found, name)} the chance is below 1 in 10 in {sets(hardly)}, above 9 in 10 in "
                f"{frequency(nearly)}, and between the two in {frequency(max(0.0, 1 - hardly - nearly))}"
            )
    text = f"The average describes few {SETS}: {'; '.join(parts)}." if parts else ""
    return " ".join(part for part in (text, _decided(found, lead)) if part)


def _decided(found: Material, lead: Lead) -> str:
    """What decides the answer, to be followed by both sides."""
    if lead.parted is None:
        return ""
    title = quoted(found.model.scenario.parameters[lead.parted.name].titled(lead.parted.name))
    under = f" under {called(found, lead.named[lead.parted.of])}" if lead.other is not None else ""
    return (
        f"One assumption decides more of the difference between {SETS}{under} than any other does, {title}, so read "
        "both parts and not the average:"
    )


def _side(found: Material, lead: Lead, side: Side) -> str:
    """The answer on one side of the assumption that decides."""
    parts = []
    for at, name in enumerate(lead.named):
        of = within(found, lead.metric, name, side)
        if of.mean is None:
            parts.append(f"no figure under {called(found, name)}")
            continue
        span = ends(found, of)
        parts.append(
            f"{said(found, of, short=at > 0)} under {called(found, name)}{f' ({span})' if span else ''}"
        )
    return stop(f"Where {side.words} ({sets(side.share)}): {', against '.join(parts)}")


def picture(found: Material, lead: Lead) -> Figure:
    """The headline metric by arrangement, in two panels where one assumption decides."""
    scenario, result = found.model.scenario, found.result
    metric = scenario.metrics[lead.metric]
    drawn = [n for n in result.arrangements if n in lead.named]
    drawn += [n for n in result.arrangements if n not in lead.named][: MOST_DRAWN - len(drawn)]
    drawn = [n for n in result.arrangements if n in drawn]
    labels = {name: label(found, name, short=True) for name in drawn}
    probable = is_probability(metric)
    unit, domain = (
        ("chance", (0.0, 1.0)) if probable else ("years" if metric.kind == "duration" else "", None)
    )
    sides: list[tuple[str, dict[str, Summary]]]
    if lead.parted is None:
        sides = [(metric.titled(lead.metric), {labels[n]: figures(found, n, lead.metric) for n in drawn})]
    else:
        sides = [
            (
                f"Where {side.words}",
                {labels[n]: within(found, lead.metric, n, side) for n in drawn},
            )
            for side in (lead.parted.low, lead.parted.high)
        ]
    if len(sides) > 1 and not probable:
        domain = _shared(sides)
    panels = [intervals.Panel(words, of, unit, domain) for words, of in sides]
    left = len(result.arrangements) - len(drawn)
    note = (
        ""
        if found.exact or found.result.worlds == 1
        else "Dot: mean. Thick line: half of all sets of assumptions; thin line: nine in ten."
    )
    if note and any(_seen_error(of.values()) for _, of in sides):
        note += " Dark line: where the mean may be once more worlds are looked at."
    if left:
        note += f" {counted(left, 'more arrangement')} in the report."
    return style.figure(
        partial(intervals.chart, panels, *(() if lead.parted is not None else (430,))),
        partial(intervals.draw, panels),
        "brief",
        title=_picture_title(found, lead, labels, sides),
        definition=f"{metric.titled(lead.metric)}, by arrangement{', as a chance' if probable else ''}.",
        source=found.source,
        note=note.strip(),
        alternative=_read_out(found, sides),
        table=Table(
            "The figures shown",
            ("", *(words for words, _ in sides)),
            tuple((labels[n], *(with_range(of[labels[n]], errors=True) for _, of in sides)) for n in drawn),
            "Mean and range of nine in ten, each with what chance in the drawing of worlds adds or takes (±).",
        ),
    )


def _shared(sides: list[tuple[str, dict[str, Summary]]]) -> tuple[float, float] | None:
    """One axis for panels side by side, so that what is further right in one is more than in the other too."""
    ends = [
        end
        for _, of in sides
        for each in of.values()
        for end in (each.q05, each.mean, each.q95)
        if end is not None
    ]
    return rounded(ends) if ends and min(ends) < max(ends) else None


def _seen_error(of: Iterable[Summary]) -> bool:
    """Whether the error of a mean is wide enough beside what is drawn to be seen on both sides of its dot."""
    known = [each for each in of if each.q05 is not None and each.q95 is not None]
    if not known:
        return False
    ends = [end for each in known for end in (each.q05, each.q95) if end is not None]
    return max(4.0 * (each.se or 0.0) for each in known) > _DOT * (max(ends) - min(ends))


def _picture_title(
    found: Material, lead: Lead, labels: Mapping[str, str], sides: list[tuple[str, dict[str, Summary]]]
) -> str:
    """The lowest and the highest mean, or where one assumption decides the headline's two on each of its sides."""
    parts = []
    for words, of in sides:
        known = {name: of[labels[name]] for name in labels if of[labels[name]].mean is not None}
        if lead.parted is not None:
            ends = [name for name in lead.named if name in known]
        else:
            ends = [pick(known, key=lambda n: known[n].mean or 0.0) for pick in (max, min)] if known else []
        if not ends:
            continue
        where = f"{words}: " if lead.parted is not None else ""
        told = f"{said(found, known[ends[0]])} under {quoted(labels[ends[0]])}"
        if ends[-1] != ends[0]:
            told += f", {said(found, known[ends[-1]], short=True)} under {quoted(labels[ends[-1]])}"
        parts.append(f"{where}{told}")
    text = "; ".join(part if not at else part[:1].lower() + part[1:] for at, part in enumerate(parts))
    if lead.parted is None:
        text = f"{found.metric_title(lead.metric).rstrip('.')}: {text}"
    return text


def _read_out(found: Material, sides: list[tuple[str, dict[str, Summary]]]) -> str:
    texts = []
    for words, of in sides:
        values = (
            f"{label} {said(found, each, short=True)}" for label, each in of.items() if each.mean is not None
        )
        texts.append(stop(f"{words}: {', '.join(values)}"))
    return " ".join(texts)


def _standing(found: Material) -> str:
    """That it is a model's answer."""
    base = ""
    if found.result.weights is not None:
        base = f", weighted by {counted(len(found.result.observations), 'record')} of like cases"
    return (
        f"What follows from a model under stated assumptions{base}: no forecast, and no advice to any side."
    )
