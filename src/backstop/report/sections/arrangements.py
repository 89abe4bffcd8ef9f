"""Arrangements compared: the main metrics, signing against holding, values and costs."""

from __future__ import annotations

from collections import Counter
from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, listed, number, quoted, stop, with_range
from backstop.report.charts import intervals, scatter, style
from backstop.report.content import Block, Figure, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.subject import citations, is_probability
from backstop.report.sections.headline import in_cases, of_metric
from backstop.report.tables.assessment import costs_table, differences_table, metrics_table
from backstop.report.tables.slips import has_events, slips_table
from backstop.report.wording import tied_with, told_apart
from backstop.worlds.statistics import Summary, summarise


def section(found: Material) -> Section:
    """Figures and tables of all arrangements."""
    result = found.result
    several = len(result.arrangements) > 1
    blocks: list[Block] = [Paragraph(of_metric(found), lead=True)]
    if not several:
        blocks.append(Paragraph("The study has one arrangement, so there is nothing to compare it with."))
    blocks.append(metrics_figure(found))
    tension = tension_figure(found)
    if tension is not None:
        blocks.append(tension)
    if several:
        blocks.append(
            Paragraph(f"{stop(values_figure(found).title)} The annex shows by how much, and what it costs.")
        )
    return Section("arrangements", "Arrangements compared", tuple(blocks))


def annexed_figures(found: Material) -> list[Block]:
    """What each actor gains or loses, and costs by payer."""
    arrangements = found.result.arrangements
    blocks: list[Block] = [values_figure(found)] if len(arrangements) > 1 else []
    if any(a.controllers for a in arrangements.values()):
        blocks.append(costs_figure(found))
    return blocks


def annexed_tables(found: Material) -> list[Block]:
    """All metrics, slips and differences by arrangement."""
    result = found.result
    blocks: list[Block] = [metrics_table(result)]
    if has_events(result):
        blocks.append(slips_table(result))
    if len(result.arrangements) > 1:
        blocks.append(differences_table(result))
    return blocks


def metrics_figure(found: Material) -> Figure:
    """The metrics shown first, by arrangement, as dots with intervals."""
    arrangements = found.result.arrangements
    titles = {name: found.arrangement_title(name) for name in arrangements}
    panels, rows = [], []
    for name in found.subject.shown:
        metric = found.model.scenario.metrics[name]
        summaries = {titles[a]: r.metrics[name] for a, r in arrangements.items()}
        unit, domain = ("probability", (0.0, 1.0)) if is_probability(metric) else ("", None)
        panels.append(
            intervals.Panel(
                metric.titled(name), summaries, "years" if metric.kind == "duration" else unit, domain
            )
        )
        rows.append((metric.titled(name), *(with_range(of, errors=True) for of in summaries.values())))
    table = Table(
        "The figures shown",
        ("", *titles.values()),
        tuple(rows),
        "Mean ± Monte Carlo error (range of nine worlds in ten).",
    )
    spread = "The mean over worlds (dot, with its figure), half of all worlds (thick line) and nine in ten (thin line)."
    note = (
        "The lines show how much assumptions matter; the Monte Carlo error of a mean is smaller than its dot unless a "
        "dark bar shows it."
    )
    return style.figure(
        partial(intervals.chart, panels),
        partial(intervals.draw, panels),
        "arrangements",
        title=ranking_title(found),
        definition="The mean (dot, with its figure)." if found.exact else spread,
        source=found.source,
        note="" if found.exact else note,
        alternative=_in_text(table),
        table=table,
    )


def _in_text(table: Table) -> str:
    """A table of figures read row by row, without their errors."""
    parts = []
    for title, *cells in table.rows:
        values = (f"{name} {cell.split(' ')[0]}" for name, cell in zip(table.columns[1:], cells, strict=True))
        parts.append(f"{title}: {', '.join(values)}")
    return stop(". ".join(parts))


def _spread(found: Material) -> str:
    """What dots and lines show, to end a definition with; nothing where all worlds are one."""
    return "" if found.exact else ": mean, half and nine in ten of worlds"


def ranking_title(found: Material) -> str:
    """Which arrangement has the highest mean of the metric, and from which it cannot be told apart."""
    metric, arrangements = found.subject.metric, found.result.arrangements
    means = {n: a.metrics[metric].mean for n, a in arrangements.items()}
    known = {name: mean for name, mean in means.items() if mean is not None}
    title = quoted(found.metric_title(metric))
    if not known:
        return f"{title} has no value under any arrangement"
    top = max(known, key=lambda name: known[name])
    if len(known) == 1:
        return f"{title}: {in_cases(found, arrangements[top].metrics[metric])}"
    tied = tied_with({n: arrangements[n].samples[metric] for n in known}, top, found.result.weights)
    if len(tied) == len(known) - 1:
        return f"The arrangements cannot be told apart on {title}"
    names = listed(quoted(found.arrangement_title(name)) for name in (top, *tied))
    return f"{title} is highest under {names}{', which cannot be told apart' if tied else ''}"


def signing_and_holding(found: Material) -> tuple[str, str] | None:
    """A metric of reaching some phase, and one of lasting from there on: the two ends of the tension, if any."""
    scenario = found.model.scenario
    metrics, cited = scenario.metrics, citations(scenario)
    signings = (n for n, m in metrics.items() if m.kind == "reach" and not m.from_ and m.given is None)
    for signing in sorted(signings, key=lambda name: -cited[name]):
        reached = set(metrics[signing].reach or ())
        holding = []
        for name, metric in metrics.items():
            after = metric.given is not None and reached & set(metric.given.reach or ())
            if metric.kind == "avoid" and (metric.from_ in reached or after):
                holding.append((metric.by_year or scenario.horizon.years, metric.from_ is not None, name))
        if holding:
            return signing, max(holding, key=lambda of: of[:2])[2]
    return None


def tension_figure(found: Material) -> Figure | None:
    """Signing against holding; None where the study measures only one of them or has one arrangement."""
    pair = signing_and_holding(found)
    result = found.result
    if pair is None or len(result.arrangements) < 2:
        return None
    signing, holding = pair
    points = []
    for name, a in result.arrangements.items():
        x, y = a.metrics[signing], a.metrics[holding]
        if x.mean is not None and y.mean is not None:
            title = found.arrangement_title(name)
            points.append(scatter.Point(title, x.mean, y.mean, x.se or 0.0, y.se or 0.0))
    others = [a.differences for name, a in result.arrangements.items() if name != result.first]
    kinds = Counter((_sign(of[signing]), _sign(of[holding])) for of in others)
    traded, both = kinds[-1, 1], kinds[1, 1]
    many = traded or both
    count, hold = f"{many} of {counted(len(others), 'arrangement')}", "holds" if many == 1 else "hold"
    first, are = quoted(found.arrangement_title(result.first)), "is" if many == 1 else "are"
    if traded:
        title = f"{count} {hold} better than {first} and {are} signed less often"
    elif both:
        title = f"{count} {are} signed more often than {first} and {hold} better too"
    else:
        title = f"No arrangement is seen to trade signing for holding, compared with {first}"
    x_title, y_title = found.metric_title(signing), found.metric_title(holding)
    return style.figure(
        partial(scatter.chart, points, f"{x_title} (probability)", f"{y_title} (probability)"),
        partial(scatter.draw, points, f"{x_title} (across)", f"{y_title} (upwards)"),
        "signing-and-holding",
        title=title,
        definition=f"{x_title}, against {y_title}: means over worlds, with two Monte Carlo errors on each side.",
        source=found.source,
        note="An arrangement is counted where its difference, on the same worlds, is more than two of its errors.",
        alternative=stop(". ".join(f"{p.label}: signed {p.x:.2f}, holds {p.y:.2f}" for p in points)),
        table=Table(
            "The figures shown",
            ("", x_title, y_title),
            tuple((p.label, number(p.x, p.x_se), number(p.y, p.y_se)) for p in points),
        ),
    )


def _sign(of: Summary) -> int:
    if not told_apart(of.mean, of.se):
        return 0
    return 1 if (of.mean or 0.0) > 0 else -1


def values_figure(found: Material) -> Figure:
    """What each actor gains or loses against the first arrangement, on the same worlds."""
    result = found.result
    base = result.arrangements[result.first].value_samples
    titles = {name: found.arrangement_title(name) for name in result.arrangements if name != result.first}
    panels, rows = [], []
    gaining, always = set(titles), set(titles)
    for actor, of in found.model.scenario.actors.items():
        gains = {
            a: summarise(result.arrangements[a].value_samples[actor] - base[actor], result.weights)
            for a in titles
        }
        gaining &= {a for a, gain in gains.items() if _sign(gain) > 0}
        always &= {a for a, gain in gains.items() if gain.q05 is not None and gain.q05 > 0}
        summaries = {titles[a]: gain for a, gain in gains.items()}
        panels.append(intervals.Panel(of.titled(actor), summaries, "difference in value", zero=True))
        rows.append(
            (of.titled(actor), *(with_range(gain, errors=True, sign=True) for gain in gains.values()))
        )
    first = quoted(found.arrangement_title(result.first))
    title = f"No arrangement is better than {first} for every actor"
    if gaining:
        shown = gaining & always or gaining
        names = listed(quoted(title) for a, title in titles.items() if a in shown)
        title = f"Every actor gains from {names}, compared with {first}"
        if not gaining & always:
            title = (
                f"On average every actor gains from {names}, compared with {first}, and in at least one world "
                "of twenty some actor does not"
            )
    columns, note = (
        ("", *titles.values()),
        "Mean difference ± Monte Carlo error (range of nine worlds in ten).",
    )
    table = Table("The figures shown", columns, tuple(rows), note)
    return style.figure(
        partial(intervals.chart, panels),
        partial(intervals.draw, panels),
        "values",
        title=title,
        definition=f"Value at the start to each actor, less its value under {first} on the same worlds"
        f"{_spread(found)}.",
        source=found.source,
        note="In the study's unit of payoff for each actor; one actor's values cannot be compared with another's.",
        alternative=_in_text(table),
        table=table,
    )


def costs_figure(found: Material) -> Figure:
    """Expected cost by who controls the measures, a panel for each payer and unit."""
    scenario, arrangements = found.model.scenario, found.result.arrangements
    every = [
        (key, unit) for a in arrangements.values() for key, units in a.controllers.items() for unit in units
    ]
    panels, costs = [], []
    for controller, unit in dict.fromkeys(every):
        actors = controller.split("+")
        who = listed(scenario.actors[c].titled(c) if c in scenario.actors else c for c in actors)
        summaries = {
            found.arrangement_title(name): a.controllers[controller][unit]
            for name, a in arrangements.items()
            if unit in a.controllers.get(controller, {})
        }
        costs += [(of.mean or 0.0, name, who) for name, of in summaries.items()]
        panels.append(intervals.Panel(f"{who} together" if len(actors) > 1 else who, summaries, unit))
    title = "What the measures cost, by who controls them"
    cost, name, who = max(costs, key=lambda of: of[0])
    if len({unit for _, unit in every}) == 1 and cost > 0.0:
        title = f"{who} would pay most under {quoted(name)}"
    table = costs_table(found.result)
    return style.figure(
        partial(intervals.chart, panels),
        partial(intervals.draw, panels),
        "costs",
        title=title,
        definition=f"Expected cost within {scenario.horizon.years:g} years, not discounted, by who controls the "
        f"measure{_spread(found)}.",
        source=found.source,
        note="What several control together is not divided among them. Measures without a stated cost are not counted.",
        alternative=_in_text(table),
        table=table,
    )
