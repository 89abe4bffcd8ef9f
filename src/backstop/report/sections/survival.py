"""How long it lasts: survival curves beside base rates, and which states the relationship is in, year by year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial

from backstop.base.table import Table
from backstop.base.words import frequency, listed, number, of_worlds, quoted, stop
from backstop.report.charts import curves, stacks, style
from backstop.report.content import Block, Figure, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.tables.assessment import observations_table, whole_years
from backstop.scenario.format.fields import from_good_to_bad

MOST_PANELS = 12
_MOST_FAMILIES = 2
_SMALL = 0.02


def section(found: Material) -> Section | None:
    """Curves and shares over time; None where the horizon is one period."""
    if found.model.periods < 2:
        return None
    blocks: list[Block] = []
    for family in families(found)[:1]:
        blocks.append(survival_figure(found, family))
    if not blocks:
        none = "The study has no metric of something lasting, so there are no survival curves."
        blocks.append(Paragraph(none))
    if found.result.observations:
        blocks.append(observations_table(found.result))
    blocks.append(course_figure(found))
    return Section("survival", "How long it lasts", tuple(blocks))


def annex(found: Material) -> list[Block]:
    """Survival of other things than the first."""
    if found.model.periods < 2:
        return []
    return [survival_figure(found, family) for family in families(found)[1:_MOST_FAMILIES]]


def families(found: Material) -> list[list[str]]:
    """Metrics of the same thing lasting to different years, the most telling family first."""
    metrics = found.model.scenario.metrics
    grouped: dict[tuple[object, ...], list[str]] = {}
    for name, metric in metrics.items():
        if metric.kind == "avoid":
            given = None if metric.given is None else (metric.given.reach, metric.given.avoid)
            grouped.setdefault((metric.avoid, metric.from_, given), []).append(name)
    observed = {o.metric for o in found.result.observations.values()}
    shown = set(found.subject.shown)

    def weight(family: list[str]) -> tuple[int, int, int]:
        return (
            -sum(name in shown for name in family),
            -sum(name in observed for name in family),
            list(metrics).index(family[0]),
        )

    return sorted(grouped.values(), key=weight)


def survival_figure(found: Material, family: list[str]) -> Figure:
    """One family's curve under every arrangement, with the base rates that were observed."""
    result, scenario = found.result, found.model.scenario
    horizon = scenario.horizon.years
    longest = max(family, key=lambda name: scenario.metrics[name].by_year or horizon)
    metric = scenario.metrics[longest]
    every = {
        name: (found.arrangement_title(name), a.curves[longest]) for name, a in result.arrangements.items()
    }
    drawn = {name: every[name] for name in drawn_of(found)}
    rates: dict[str, list[curves.BaseRate]] = {}
    for name, o in result.observations.items():
        if o.metric in family:
            of = o.as_dict()
            year = scenario.metrics[o.metric].by_year or horizon
            rate = curves.BaseRate(year, of["observed"], of["observed_q05"], of["observed_q95"], name)
            rates.setdefault(o.arrangement, []).append(rate)
    panels = [curves.CurvePanel(title, curve, tuple(rates.get(a, ()))) for a, (title, curve) in drawn.items()]
    years = [step * found.model.period_years for step in range(found.model.periods + 1)]
    steps = whole_years(result)
    rows = tuple(
        (title, *(number(curve.mean[step], curve.se[step], most=3) for step in steps))
        for title, curve in every.values()
    )
    avoided = listed(quoted(scenario.phases[phase].titled(phase)) for phase in metric.avoid or ())
    start = (
        f", counted from {quoted(scenario.phases[metric.from_].titled(metric.from_))}" if metric.from_ else ""
    )
    bands = "" if found.exact else ": mean (line), half of worlds (dark band), nine in ten (light band)"
    notes = []
    if rates:
        notes.append(
            "Diamonds: what happened in like cases (5 to 95 % of the likelihood), in the arrangement they speak about."
        )
    notes += _left_out(found, len(drawn))
    # A figure that is named after a metric tells it for the year of that metric, whatever is drawn beyond.
    until = found.model.metric(longest).until
    ends = {title: (curve.mean[until], curve.se[until]) for title, curve in every.values()}
    beside = "" if until == steps[-1] else f" Beside each curve: after {_years(years[steps[-1]])}."
    words = (f"{title} {number(*end, most=2)}" for title, end in ends.items())
    return style.figure(
        partial(curves.chart, panels, years),
        partial(curves.draw, panels, years),
        f"survival-{longest}",
        title=_survival_title(found.metric_title(longest), ends),
        definition=f"Probability of no {avoided} up to each year{start}{bands}.{beside}",
        source=found.source,
        note=" ".join(notes),
        alternative=stop(f"After {_years(years[until])}: {', '.join(words)}"),
        table=Table(
            f"{found.metric_title(longest)}, by year", ("year", *(f"{years[s]:g}" for s in steps)), rows
        ),
    )


def _survival_title(metric: str, ends: Mapping[str, tuple[float | None, float | None]]) -> str:
    """The lowest and the highest of the last points of the curves, each the mean and error by arrangement."""
    known = {title: mean for title, (mean, _) in ends.items() if mean is not None}
    if not known:
        return f"{quoted(metric)} has no value"
    low, high = min(known, key=lambda title: known[title]), max(known, key=lambda title: known[title])
    highest = f"{of_worlds(*ends[high], 'cases')} under {quoted(high)}"
    if low == high:
        return f"{quoted(metric)}: {highest}"
    return (
        f"{quoted(metric)}: {of_worlds(*ends[low], 'cases')} under {quoted(low)}, {frequency(*ends[high])} under "
        f"{quoted(high)}"
    )


def course_figure(found: Material) -> Figure:
    """Shares of the phases over time, states that are hardly ever entered taken together."""
    scenario, length = found.model.scenario, found.model.period_years
    courses = {name: of.phases for name, of in found.result.arrangements.items()}
    steps = whole_years(found.result)
    if len(steps) > 7:
        kept = (s for s in steps if round(s * length, 6) in (1, 2, 3, 5, 10, 15, 20))
        steps = sorted({0, *kept, steps[-1]})
    most = {phase: max(of[phase][s] for of in courses.values() for s in steps) for phase in scenario.phases}
    phases = [phase for phase in from_good_to_bad(scenario.phases) if most[phase] >= _SMALL]
    rest = [phase for phase, share in most.items() if 0 < share < _SMALL]
    shares: dict[str, dict[str, list[float]]] = {}
    for a, by_phase in courses.items():
        of = {scenario.phases[p].titled(p): [by_phase[p][s] for s in steps] for p in phases}
        if rest:
            of["All other states"] = [sum(by_phase[p][s] for p in rest) for s in steps]
        shares[found.arrangement_title(a)] = of
    drawn = {found.arrangement_title(name): shares[found.arrangement_title(name)] for name in drawn_of(found)}
    tones = {scenario.phases[p].titled(p): scenario.phases[p].tone for p in phases}
    together = listed(quoted(scenario.phases[p].titled(p)) for p in rest)
    ends = (
        f"{a}, at the end: " + ", ".join(f"{part} {values[-1]:.2f}" for part, values in of.items())
        for a, of in shares.items()
    )
    return style.figure(
        partial(stacks.chart, drawn, [step * length for step in steps], tones),
        partial(stacks.draw, drawn, [step * length for step in steps], tones=tones),
        "course",
        title=_course_title(found, shares),
        definition="Share of all cases in each state of the relationship at the end of each year shown (mean over "
        "worlds).",
        source=found.source,
        note=" ".join(
            [
                *([f"Taken together, in no year shown above 2 of 100 cases: {together}."] if rest else []),
                *_left_out(found, len(drawn)),
            ]
        ),
        alternative=stop(". ".join(ends)),
        table=Table(
            "Shares of the states, by year",
            ("", "state", *(f"{step * length:g}" for step in steps)),
            tuple(
                (a, part, *(f"{value:.3f}" for value in values))
                for a, of in shares.items()
                for part, values in of.items()
            ),
        ),
    )


def drawn_of(found: Material) -> list[str]:
    """The arrangements that are drawn, in the order of the file: the one looked into, and the first of the others."""
    names = list(found.result.arrangements)
    others = [name for name in names if name != found.subject.focus][: MOST_PANELS - 1]
    return [name for name in names if name == found.subject.focus or name in others]


def _left_out(found: Material, drawn: int) -> list[str]:
    """Which arrangements are drawn where not all of them are, and where the others are found."""
    count = len(found.result.arrangements)
    if drawn == count:
        return []
    focus = quoted(found.arrangement_title(found.subject.focus))
    return [
        f"Drawn are {drawn} of {count} arrangements, the first of the file and {focus}; the numbers have all."
    ]


def _years(number: float) -> str:
    return "1 year" if number == 1 else f"{number:g} years"


def _course_title(found: Material, shares: Mapping[str, Mapping[str, list[float]]]) -> str:
    """Which state is the most frequent at the end, under how many arrangements."""
    tops = Counter(max(of, key=lambda part: of[part][-1]) for of in shares.values())
    years = found.model.scenario.horizon.years
    after = _years(years)
    if len(shares) == 1:
        return f"After {after} the most frequent state is {quoted(next(iter(tops)))}"
    parts = [f"{quoted(part)} under {count}" for part, count in tops.most_common()]
    return f"The most frequent state after {after}: {listed(parts)} of {len(shares)} arrangements"
