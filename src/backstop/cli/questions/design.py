"""`backstop design`: which packages of measures reach a target, and what is the least that does?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.questions.study.packages import Offer


@click.command()
@click.option(
    "--target", required=True, metavar="EXPRESSION", help="What must be reached, over metrics and parameters."
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="In at least this share of worlds.",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="Vary only this measure; one alone gives its least credible level. May be given several times.",
)
@click.option(
    "--base",
    metavar="ARRANGEMENT",
    help="What is not varied stays as in this arrangement, else at its default.",
)
@click.option("--steps", type=click.IntRange(min=1, max=256), help="Cut each range into so many steps.")
@click.option("--more", multiple=True, metavar="METRIC", help="Trade off: more of this metric is better.")
@click.option(
    "--less",
    multiple=True,
    metavar="METRIC",
    help="Trade off: less of this metric, or of one controller's cost (cost:NAME), is better.",
)
@options.run_options(worlds=1000)
def design(
    run: options.Run,
    target: str,
    share: float,
    measures: tuple[str, ...],
    base: str | None,
    steps: int | None,
    more: tuple[str, ...],
    less: tuple[str, ...],
) -> None:
    """Which packages of STUDY's measures reach the target in enough worlds, at the least expected cost?

    Lists the minimal packages: none of them can promise less of one measure without more of another, so they say what
    could be traded for what. The front shows what more certainty, and --more or --less of other metrics, would cost.
    Small grids of levels are tried whole; larger ones are searched (extra `design`).
    """
    model = run.model
    varied = set(run.values) & set(model.scenario.measures)

    from backstop.questions.claims.promises import Answers
    from backstop.questions.study.condition import condition
    from backstop.questions.study.packages import COST, Counter, bargain, chosen_measures
    from backstop.questions.study.table import drawn, known_arrangement, known_metric

    asked = condition(model, target)
    goals = {known_metric(model, m): True for m in more} | {_known_goal(model, m): False for m in less}
    payers = tuple(m.removeprefix(COST) for m in goals if m.startswith(COST))
    chosen = tuple(m for m in chosen_measures(model, measures) if m not in varied)
    start = {m: of.default for m, of in model.scenario.measures.items()}
    if base is not None:
        start = dict(model.levels[known_arrangement(model, base)])
    start |= {m: value for m, value in run.values.items() if m in varied}
    wanted = (m for m in goals if not m.startswith(COST))
    shown = tuple(dict.fromkeys((*asked.metrics, *wanted, *list(model.scenario.metrics)[:4])))
    with run.working("trying packages") as (workers, update):
        ensemble = drawn(model, run.worlds, run.seed, workers, run.information)
        answers = Answers(ensemble)
        answers.want_observed()
        answers.solve()
        counter = Counter(ensemble, asked, chosen, start, shown, answers.weights(), payers)
        found = bargain(counter, share, steps, goals, run.seed, update)
    notes = [*found.notes, *_units(model, chosen, counter.priced)]
    answer: dict[str, Any] = {
        **run.heading("backstop-design/1"),
        "target": asked.text,
        "share": share,
        "measures": list(chosen),
        "base": base,
        "tried": found.tried,
        "exhaustive": found.exhaustive,
        "steps": found.steps,
        "packages": [_offer(each) for each in found.minimal],
        "front": [_offer(each) for each in found.front],
        "threshold": dict(found.alone),
    }
    run.print_answer(
        answer,
        _tables(model, found.minimal, found.front, found.alone, asked.text, share),
        notes,
        f"Packages under which {asked.text} in at least {100 * share:g} of 100 worlds"
        + ("" if base is None else f", on top of: {model.scenario.arrangements[base].titled(base)}"),
    )


def _known_goal(model: Any, name: str) -> str:
    """A metric, or the expected cost of one controller, `cost:NAME`."""
    from backstop.base.faults import InvalidInput
    from backstop.base.words import did_you_mean
    from backstop.questions.study.packages import COST, controllers, cost_of
    from backstop.questions.study.table import known_metric

    if not name.startswith(COST):
        return known_metric(model, name)
    known = list(dict.fromkeys(controllers(model)))
    payer = name.removeprefix(COST)
    if payer not in known:
        hint = did_you_mean(payer, known, "controller") if known else "no measure has a cost"
        raise InvalidInput(f"no measure with a cost is controlled by {payer}", hint=hint)
    return cost_of(payer)


def _units(model: Any, chosen: tuple[str, ...], priced: bool) -> list[str]:
    """What to mind about costs: units that differ, measures without one."""
    scenario = model.scenario
    if not priced:
        return [
            "no measure that is varied has a cost: in its place stands what is promised, as shares of the ranges"
        ]
    units = dict.fromkeys(
        of.cost_unit or "unstated" for of in scenario.measures.values() if of.cost is not None
    )
    notes = []
    if len(units) > 1:
        notes.append(f"costs are in different units ({', '.join(units)}) and are added up as they stand")
    free = [name for name in chosen if scenario.measures[name].cost is None]
    if free:
        notes.append(f"no cost is given for {', '.join(free)}: counted as free")
    return notes


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "measures": dict(offer.measures),
        "cost": offer.cost,
        "costs": dict(offer.costs),
        "metrics": dict(offer.metrics),
        "share": offer.share,
        "se": offer.error,
    }


def _cost(cost: float) -> str:
    """Three digits or so, never in powers of ten."""
    return f"{cost:,.0f}" if abs(cost) >= 100 else f"{cost:.3g}"


def _tables(
    model: Any,
    packages: tuple[Offer, ...],
    front: tuple[Offer, ...],
    alone: Any,
    target: str,
    share: float,
) -> list[Any]:
    from backstop.base.table import Table
    from backstop.base.words import number
    from backstop.questions.study.packages import COST

    scenario = model.scenario

    def words(offer: Offer) -> str:
        parts = [
            f"{scenario.measures[name].titled(name)} {level:.3g}"
            for name, level in offer.measures.items()
            if level != 0.0
        ]
        return ", ".join(parts) or "nothing"

    def row(offer: Offer) -> tuple[str, ...]:
        shown = (
            _cost(value) if name.startswith(COST) else number(value, most=2)
            for name, value in offer.metrics.items()
        )
        return words(offer), _cost(offer.cost), f"{100 * offer.share:.0f} %", *shown

    names = [
        m.replace(COST, "cost to ").replace("+", " and ")
        if m.startswith(COST)
        else scenario.metrics[m].titled(m)
        for m in packages[0].metrics
    ]
    columns = ("package", "cost", "share of worlds", *names)
    found = [
        Table(
            f"Minimal packages: {target} in at least {100 * share:g} % of worlds",
            columns,
            tuple(map(row, packages)),
            "No package listed promises less of one measure without more of another. Metrics are means over worlds.",
        ),
        Table("What more certainty costs: the Pareto front", columns, tuple(map(row, front))),
    ]
    rows = tuple(
        (scenario.measures[m].titled(m), "not by itself" if level is None else f"{level:.3g}")
        for m, level in alone.items()
    )
    found.append(Table("The least level that is enough by itself", ("measure", "level"), rows))
    return found
