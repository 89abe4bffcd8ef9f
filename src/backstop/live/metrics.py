"""The metrics of a study as a live page speaks of them: what each is, its unit, and whether more of it is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backstop.base.words import listed, quoted, readable
from backstop.report.material.subject import is_bad, is_probability
from backstop.scenario.format.scenario import Metric, Scenario
from backstop.scenario.model import Model


def metric_entries(model: Model, headline: str, shown: Sequence[str]) -> list[dict[str, Any]]:
    """Every metric; `headline` is the one the report leads with, `shown` those it shows first."""
    scenario = model.scenario
    return [
        {
            "name": name,
            "title": metric.titled(name),
            "short": metric.labelled(name),
            "definition": definition(scenario, metric),
            "kind": metric.kind,
            "unit": _unit(metric),
            "probability": is_probability(metric),
            "tone": _tone(scenario, name),
            "headline": name == headline,
            "shown": name in shown,
            "year": scenario.horizon.years if metric.by_year is None else metric.by_year,
        }
        for name, metric in scenario.metrics.items()
    ]


def definition(scenario: Scenario, metric: Metric) -> str:
    """What a metric is, in a sentence."""

    def phases(names: Sequence[str]) -> str:
        return listed([quoted(scenario.phases[name].titled(name)) for name in names], "or")

    within = scenario.horizon.years if metric.by_year is None else metric.by_year
    until = f"within {_years(within)}"
    match metric.kind:
        case "avoid":
            what = f"Probability of never having been in {phases(metric.avoid or ())} {until}"
        case "reach":
            what = f"Probability of having been in {phases(metric.reach or ())} {until}"
        case "occupy":
            what = f"Probability of being in {phases(metric.occupy or ())} after {_years(within)}"
        case "count":
            outcomes = [quoted(scenario.outcomes[o].titled(o)) for o in metric.count or ()]
            what = f"Expected number of times that {listed(outcomes, 'or')} happens {until}"
        case "duration":
            what = f"Expected years spent in {phases(metric.duration or ())} {until}"
        case "value":
            actor = metric.value or ""
            what = f"What the future is worth at the start to {scenario.actors[actor].titled(actor)}"
        case _:
            actor, _, kind = (metric.belief or "").partition(".")
            who = scenario.actors[actor].titled(actor)
            what = f"Probability that others give to {who} being {readable(kind).lower()}, after {_years(within)}"
    if metric.where is not None:
        what += f", where {metric.where}"
    if metric.from_ is not None:
        what += f", from {quoted(scenario.phases[metric.from_].titled(metric.from_))}"
    given = metric.given
    if given is not None:
        conditions = [
            f"{verb} {phases(names)}"
            for verb, names in (("reaching", given.reach), ("avoiding", given.avoid))
            if names
        ]
        conditions += [f"{given.type.replace('.', ' being ')}"] if given.type else []
        what += f", given {listed(conditions)}"
    return f"{what}."


def _years(count: float) -> str:
    return f"{count:g} year{'' if count == 1 else 's'}"


def _unit(metric: Metric) -> str:
    return {"count": "times", "duration": "years", "value": "payoff"}.get(metric.kind, "probability")


def _tone(scenario: Scenario, name: str) -> str | None:
    """`good` where more of a metric is what the study calls good, `bad` where it is what it calls bad."""
    metric = scenario.metrics[name]
    if metric.kind == "avoid":
        tones = {scenario.phases[phase].tone for phase in metric.avoid or ()}
        return "good" if "bad" in tones and "good" not in tones else None
    if is_bad(scenario, name):
        return "bad"
    named = metric.reach or metric.occupy or metric.duration or ()
    tones = {scenario.phases[phase].tone for phase in named}
    tones |= {scenario.outcomes[outcome].tone for outcome in metric.count or ()}
    return "good" if "good" in tones and "bad" not in tones else None
