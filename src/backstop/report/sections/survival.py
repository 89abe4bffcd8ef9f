"""How long it lasts: survival curves beside base rates, and which states the relationship is in, year by year."""

from __future__ import annotations

from collections.abc import Mapping

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, number, quoted, stop
from backstop.report.charts import curves, stacks, style
from backstop.report.content import Block, Figure, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.sections.arrangements import source
from backstop.report.tables.assessment import observations_table, whole_years
from backstop.worlds.result import Curve

MOST_PANELS = 8
MOST_FAMILIES = 2
_SMALL = 0.02


def section(found: Material) -> Section | None:
    """Curves and shares over time; None where the horizon is one period."""
    if found.model.periods < 2:
        return None
    blocks: list[Block] = []
    for family in families(found)[:MOST_FAMILIES]:
        blocks.append(survival_figure(found, family))
    if found.result.observations:
        blocks.append(observations_table(found.result))
    blocks.append(course_figure(found))
    if not families(found):
        blocks.insert(
            0, Paragraph("The study has no metric of something lasting, so there are no survival curves.")
        )
    return Section("survival", "How long it lasts", tuple(blocks))


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
    years = [step * found.model.period_years for step in range(found.model.periods + 1)]
    names = list(result.arrangements)[:MOST_PANELS]
    rates: dict[str, list[curves.BaseRate]] = {}
    for name, o in result.observations.items():
        if o.metric in family:
            plain = o.as_dict()
            rates.setdefault(o.arrangement, []).append(
                curves.BaseRate(
                    scenario.metrics[o.metric].by_year or horizon,
                    plain["observed"],
                    plain["observed_q05"],
                    plain["observed_q95"],
                    name,
                )
            )
    panels = [
        curves.CurvePanel(
            found.arrangement_title(name),
            result.arrangements[name].curves[longest],
            tuple(rates.get(name, ())),
        )
        for name in names
    ]
    exact = found.exact
    title, alternative = _finding(found, longest, names)
    steps = list(whole_years(result))
    rows = tuple(
        (
            found.arrangement_title(name),
            *(_shown(result.arrangements[name].curves[longest], step) for step in steps),
        )
        for name in names
    )
    start = (
        f", counted from {quoted(scenario.phases[metric.from_].titled(metric.from_))}" if metric.from_ else ""
    )
    avoided = listed(quoted(scenario.phases[phase].titled(phase)) for phase in metric.avoid or ())
    noted = (
        "Diamonds: what happened in like cases (5 to 95 % of the likelihood), in the arrangement "
        "they speak about. "
        if rates
        else ""
    )
    left = len(result.arrangements) - len(names)
    return style.figure(
        curves.chart(panels, years),
        f"survival-{longest}",
        title=title,
        definition=(
            f"Probability of no {avoided} up to each year{start}"
            + ("." if exact else ": mean (line), half of worlds (dark band), nine in ten (light band).")
        ),
        source=source(found),
        note=noted + (f"{counted(left, 'more arrangement')} not drawn." if left > 0 else ""),
        alternative=alternative,
        table=Table(
            f"{found.metric_title(longest)}, by year", ("year", *(f"{years[s]:g}" for s in steps)), rows
        ),
    )


def _shown(curve: Curve, step: int) -> str:
    return number(curve.mean[step], curve.se[step], most=3)


def _finding(found: Material, metric: str, names: list[str]) -> tuple[str, str]:
    """The spread of the last point between arrangements, in a title, and all of them in words."""
    result = found.result
    last = {name: result.arrangements[name].curves[metric] for name in names}
    ends = {name: (curve.mean[-1], curve.se[-1]) for name, curve in last.items()}
    years = found.model.scenario.horizon.years
    known = {name: end for name, end in ends.items() if end[0] is not None}
    words = stop(
        f"After {years:g} years: "
        + ", ".join(
            f"{found.arrangement_title(name)} {number(mean, se, most=2)}" for name, (mean, se) in ends.items()
        )
    )
    if not known:
        return f"{quoted(found.metric_title(metric))} has no value", words
    low = min(known, key=lambda name: known[name][0] or 0.0)
    high = max(known, key=lambda name: known[name][0] or 0.0)
    subject = quoted(found.metric_title(metric))
    if low == high:
        return (
            f"{subject}: {frequency(*known[high])} cases under {quoted(found.arrangement_title(high))}",
            words,
        )
    return (
        f"{subject}: {frequency(*known[low])} cases under {quoted(found.arrangement_title(low))}, "
        f"{frequency(*known[high])} under {quoted(found.arrangement_title(high))}",
        words,
    )


def course_figure(found: Material) -> Figure:
    """Shares of the phases over time, states that are hardly ever entered taken together."""
    result, scenario = found.result, found.model.scenario
    names = list(result.arrangements)[:MOST_PANELS]
    steps = whole_years(result)
    if len(steps) > 7:
        kept = [
            0,
            *(s for s in steps if round(s * found.model.period_years, 6) in (1, 2, 3, 5, 10, 15, 20)),
            steps[-1],
        ]
        steps = sorted(set(kept))
    years = [step * found.model.period_years for step in steps]
    phases = [
        phase
        for phase in scenario.phases
        if max(max(result.arrangements[a].phases[phase][s] for s in steps) for a in names) >= _SMALL
    ]
    rest = [
        phase
        for phase in scenario.phases
        if phase not in phases
        and any(result.arrangements[a].phases[phase][s] > 0 for a in names for s in steps)
    ]
    shares: dict[str, dict[str, list[float]]] = {}
    for a in names:
        by_phase = result.arrangements[a].phases
        of = {scenario.phases[p].titled(p): [by_phase[p][s] for s in steps] for p in phases}
        if any(by_phase[p][s] > 0 for p in rest for s in steps):
            of["All other states"] = [sum(by_phase[p][s] for p in rest) for s in steps]
        shares[found.arrangement_title(a)] = of
    everything = dict.fromkeys(part for of in shares.values() for part in of)
    shares = {a: {part: of.get(part, [0.0] * len(steps)) for part in everything} for a, of in shares.items()}
    return style.figure(
        stacks.chart(shares, years),
        "course",
        title=_course_title(found, shares),
        definition="Share of all cases in each state of the relationship at the end of each year "
        "shown (mean over worlds).",
        source=source(found),
        note="Taken together where never above 2 of 100 cases: "
        f"{listed(quoted(scenario.phases[p].titled(p)) for p in rest)}."
        if rest
        else "",
        alternative=stop(
            ". ".join(
                f"{a}, at the end: " + ", ".join(f"{part} {values[-1]:.2f}" for part, values in of.items())
                for a, of in shares.items()
            )
        ),
    )


def _course_title(found: Material, shares: Mapping[str, Mapping[str, list[float]]]) -> str:
    """Which state is the most frequent at the end, under how many arrangements."""
    tops = {a: max(of, key=lambda part: of[part][-1]) for a, of in shares.items()}
    counts: dict[str, int] = {}
    for part in tops.values():
        counts[part] = counts.get(part, 0) + 1
    years = found.model.scenario.horizon.years
    after = "1 year" if years == 1 else f"{years:g} years"
    if len(tops) == 1:
        return f"After {after} the most frequent state is {quoted(next(iter(tops.values())))}"
    parts = [f"{quoted(part)} under {count}" for part, count in sorted(counts.items(), key=lambda x: -x[1])]
    return f"The most frequent state after {after}: {listed(parts)} of {len(tops)} arrangements"
