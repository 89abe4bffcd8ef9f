"""Arrangements compared: the main metrics, signing against holding, values and costs."""

from __future__ import annotations

from collections.abc import Mapping

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, quoted, stop, with_error
from backstop.report.charts import intervals, scatter, style
from backstop.report.content import Block, Figure, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.subject import citations, is_probability
from backstop.report.tables.assessment import costs_table, differences_table, metrics_table
from backstop.report.wording import told_apart
from backstop.worlds.statistics import Summary, summarise


def section(found: Material) -> Section:
    """Figures and tables of all arrangements."""
    result = found.result
    blocks: list[Block] = []
    if len(result.arrangements) == 1:
        blocks.append(Paragraph("The study has one arrangement, so there is nothing to compare it with."))
    blocks.append(metrics_figure(found))
    tension = tension_figure(found)
    if tension is not None:
        blocks.append(tension)
    if len(result.arrangements) > 1:
        blocks.append(values_figure(found))
    if any(a.controllers for a in result.arrangements.values()):
        blocks.append(costs_figure(found))
    blocks.append(metrics_table(result))
    if len(result.arrangements) > 1:
        blocks.append(differences_table(result))
    return Section("arrangements", "Arrangements compared", tuple(blocks))


def source(found: Material) -> str:
    """The footer of every figure made of the assessment."""
    result = found.result
    if found.exact:
        return f"Source: {found.model.scenario.title}; no assumption is uncertain. Made with Backstop."
    weighted = f", worth {result.effective_worlds:,.0f} after weighting" if result.weights is not None else ""
    return (
        f"Source: {found.model.scenario.title}; {result.worlds:,} worlds{weighted}, seed "
        f"{result.seed}. Made with Backstop."
    )


def metrics_figure(found: Material) -> Figure:
    """The metrics shown first, by arrangement, as dots with intervals."""
    result, lead = found.result, found.subject
    titles = {name: found.arrangement_title(name) for name in result.arrangements}
    panels = []
    for at, metric in enumerate(lead.shown):
        of = found.model.scenario.metrics[metric]
        probability = is_probability(of)
        panels.append(
            intervals.panel(
                of.titled(metric),
                {titles[a]: r.metrics[metric] for a, r in result.arrangements.items()},
                unit="probability" if probability else "years" if of.kind == "duration" else "",
                domain=(0.0, 1.0) if probability else None,
                labelled=at % 2 == 0,
                width=185,
            )
        )
    rows = tuple(
        (
            found.metric_title(m),
            *(with_error(r.metrics[m]) for r in result.arrangements.values()),
        )
        for m in lead.shown
    )
    return style.figure(
        intervals.grid(panels, 2),
        "arrangements",
        title=ranking_title(found),
        definition=(
            "The mean (dot, with its figure)."
            if found.exact
            else "The mean over worlds (dot, with its figure), half of all worlds (thick line) and "
            "nine in ten (thin line)."
        ),
        source=source(found),
        note=""
        if found.exact
        else "The lines show how much assumptions matter; the Monte Carlo error of a mean is smaller "
        "than its dot "
        "unless a dark bar shows it.",
        alternative=_alternative(rows, list(titles.values())),
        table=Table("The figures shown", ("", *titles.values()), rows, "Mean ± Monte Carlo error."),
    )


def _alternative(rows: tuple[tuple[str, ...], ...], names: list[str]) -> str:
    parts = []
    for title, *cells in rows:
        values = [f"{name} {cell.split(' ')[0]}" for name, cell in zip(names, cells, strict=True)]
        parts.append(f"{title}: {', '.join(values)}")
    return stop(". ".join(parts))


def spread(found: Material) -> str:
    """What dots and lines show, to end a definition with; nothing where all worlds are one."""
    return "" if found.exact else ": mean, half and nine in ten of worlds"


def ranking_title(found: Material) -> str:
    """Which arrangement has the highest mean of the headline metric, and from which it cannot be told apart."""
    lead, result = found.subject, found.result
    means = {
        name: a.metrics[lead.metric]
        for name, a in result.arrangements.items()
        if a.metrics[lead.metric].mean is not None
    }
    title = quoted(found.metric_title(lead.metric))
    if not means:
        return f"{title} has no value under any arrangement"
    top = max(means, key=lambda name: means[name].mean or 0.0)
    if len(means) == 1:
        figure = means[top]
        shown = frequency(figure.mean, figure.se) + " cases" if _probable(found) else with_error(figure)
        return f"{title}: {shown}"
    samples = {name: result.arrangements[name].samples[lead.metric] for name in means}
    tied = [
        name
        for name in means
        if name != top and not told_apart(*_mean(summarise(samples[top] - samples[name], result.weights)))
    ]
    if len(tied) == len(means) - 1:
        return f"The arrangements cannot be told apart on {title}"
    names = listed([quoted(found.arrangement_title(name)) for name in (top, *tied)])
    if tied:
        return f"{title} is highest under {names}, which cannot be told apart"
    return f"{title} is highest under {names}"


def _mean(of: Summary) -> tuple[float | None, float | None]:
    return of.mean, of.se


def _probable(found: Material) -> bool:
    return is_probability(found.model.scenario.metrics[found.subject.metric])


def signing_and_holding(found: Material) -> tuple[str, str] | None:
    """A metric of reaching some phase, and one of lasting from there on: the two ends of the tension, if any."""
    metrics = found.model.scenario.metrics
    cited = citations(found.model.scenario)
    order = list(metrics)

    def weight(name: str) -> tuple[int, int]:
        return (-cited[name], order.index(name))

    for signing in sorted(
        (n for n in order if metrics[n].kind == "reach" and not metrics[n].from_), key=weight
    ):
        if metrics[signing].given is not None:
            continue
        reached = set(metrics[signing].reach or ())
        holding = []
        for name in order:
            given = metrics[name].given
            after = given is not None and reached & set(given.reach or ())
            if metrics[name].kind == "avoid" and (metrics[name].from_ in reached or after):
                holding.append(name)
        if holding:
            horizon = found.model.scenario.horizon.years
            return signing, max(
                holding, key=lambda n: (metrics[n].by_year or horizon, metrics[n].from_ is not None)
            )
    return None


def tension_figure(found: Material) -> Figure | None:
    """Signing against holding; None where the study measures only one of them or has one arrangement."""
    pair = signing_and_holding(found)
    result = found.result
    if pair is None or len(result.arrangements) < 2:
        return None
    signing, holding = pair
    points = [
        scatter.Point(
            found.arrangement_title(name),
            a.metrics[signing].mean or 0.0,
            a.metrics[holding].mean or 0.0,
            a.metrics[signing].se or 0.0,
            a.metrics[holding].se or 0.0,
        )
        for name, a in result.arrangements.items()
        if a.metrics[signing].mean is not None and a.metrics[holding].mean is not None
    ]
    first = quoted(found.arrangement_title(result.first))
    kinds: dict[tuple[int, int], int] = {}
    for name, a in result.arrangements.items():
        if name != result.first:
            key = (_sign(a.differences[signing]), _sign(a.differences[holding]))
            kinds[key] = kinds.get(key, 0) + 1
    others = len(result.arrangements) - 1
    traded, both = kinds.get((-1, 1), 0), kinds.get((1, 1), 0)
    if traded:
        title = (
            f"{traded} of {counted(others, 'arrangement')} hold better than {first} and are signed less often"
        )
    elif both:
        title = (
            f"{both} of {counted(others, 'arrangement')} are signed more often than {first} and "
            "hold better too"
        )
    else:
        title = f"No arrangement is seen to trade signing for holding, compared with {first}"
    if traded == 1:
        title = title.replace(" hold better", " holds better").replace(" are signed", " is signed")
    elif not traded and both == 1:
        title = title.replace(" are signed", " is signed").replace("hold better", "holds better")
    x, y = found.metric_title(signing), found.metric_title(holding)
    return style.figure(
        scatter.chart(points, f"{x} (probability)", f"{y} (probability)"),
        "signing-and-holding",
        title=title,
        definition=f"{x}, against {y}: means over worlds, with two Monte Carlo errors on each side.",
        source=source(found),
        note="An arrangement is counted where its difference, on the same worlds, is more than two "
        "of its errors.",
        alternative=stop(". ".join(f"{p.label}: signed {p.x:.2f}, holds {p.y:.2f}" for p in points)),
    )


def _sign(of: Summary) -> int:
    if not told_apart(of.mean, of.se):
        return 0
    return 1 if (of.mean or 0.0) > 0 else -1


def values_figure(found: Material) -> Figure:
    """What each actor gains or loses against the first arrangement, on the same worlds."""
    result = found.result
    base = result.arrangements[result.first].value_samples
    panels, rows, gains = [], [], []
    others = [a for a in result.arrangements if a != result.first]
    titles = {name: found.arrangement_title(name) for name in others}
    for at, (actor, of) in enumerate(found.model.scenario.actors.items()):
        summaries: Mapping[str, Summary] = {
            titles[a]: summarise(result.arrangements[a].value_samples[actor] - base[actor], result.weights)
            for a in others
        }
        panels.append(
            intervals.panel(
                of.titled(actor),
                summaries,
                unit="difference in value",
                domain=None,
                labelled=at % 2 == 0,
                width=185,
                zero=True,
            )
        )
        rows.append((of.titled(actor), *(with_error(s) for s in summaries.values())))
        gains.append((of.titled(actor), sum(_sign(s) > 0 for s in summaries.values()), summaries))
    first = quoted(found.arrangement_title(result.first))
    everyone = [
        titles[a] for a in others if all(_sign(summaries[titles[a]]) > 0 for _, _, summaries in gains)
    ]
    if everyone:
        title = f"Every actor gains from {listed(quoted(name) for name in everyone)}, compared with {first}"
    else:
        title = f"No arrangement is better than {first} for every actor"
    return style.figure(
        intervals.grid(panels, 2),
        "values",
        title=title,
        definition=f"Value at the start to each actor, less its value under {first} on the same "
        f"worlds{spread(found)}.",
        source=source(found),
        note="In the study's unit of payoff for each actor; one actor's values cannot be compared "
        "with another's.",
        alternative=_alternative(tuple(rows), list(titles.values())),
        table=Table(
            "The figures shown", ("", *titles.values()), tuple(rows), "Mean difference ± Monte Carlo error."
        ),
    )


def costs_figure(found: Material) -> Figure:
    """Expected cost by who controls the measures, a panel for each payer and unit."""
    result = found.result
    actors = found.model.scenario.actors
    keys: dict[tuple[str, str], None] = {}
    for a in result.arrangements.values():
        for controller, units in a.controllers.items():
            keys.update({(controller, unit): None for unit in units})
    panels = []
    titles = {name: found.arrangement_title(name) for name in result.arrangements}
    largest: tuple[float, str, str] = (0.0, "", "")
    for at, (controller, unit) in enumerate(keys):
        who = listed(actors[c].titled(c) if c in actors else c for c in controller.split("+"))
        summaries = {
            titles[name]: a.controllers[controller][unit]
            for name, a in result.arrangements.items()
            if unit in a.controllers.get(controller, {})
        }
        for name, summary in summaries.items():
            if (summary.mean or 0.0) > largest[0]:
                largest = (summary.mean or 0.0, name, who)
        panels.append(
            intervals.panel(
                who if "+" not in controller else f"{who} together",
                summaries,
                unit=unit,
                domain=None,
                labelled=at % 2 == 0,
                width=185,
            )
        )
    all_units = {unit for _, unit in keys}
    title = (
        f"{largest[2]} would pay most under {quoted(largest[1])}"
        if len(all_units) == 1 and largest[1]
        else "What the measures cost, by who controls them"
    )
    table = costs_table(result)
    years = found.model.scenario.horizon.years
    return style.figure(
        intervals.grid(panels, 2),
        "costs",
        title=title,
        definition=f"Expected cost within {years:g} years, not discounted, by who controls the "
        f"measure{spread(found)}.",
        source=source(found),
        note="What several control together is not divided among them. Measures without a stated "
        "cost are not counted.",
        alternative=_alternative(table.rows, list(titles.values())),
        table=table,
    )
