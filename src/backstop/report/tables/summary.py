"""The answer of an assessment in short: two sentences, a table of its headline metrics, and what to be warned of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from backstop.base.table import Table
from backstop.base.words import (
    counted,
    frequency,
    listed,
    number,
    of_worlds,
    quoted,
    range_ends,
    range_words,
    stop,
    with_error,
    with_range,
)
from backstop.report.tables.assessment import grid_words, unsettled, without_effect
from backstop.report.wording import tied_with
from backstop.scenario.format import scenario as form
from backstop.scenario.override_notes import override_notes
from backstop.worlds.result import Result
from backstop.worlds.statistics import Summary, mean_and_error

_EXPLAINED = "A plausible range holds nine worlds in ten, from 5 to 95 %."


def _is_chance(metric: form.Metric) -> bool:
    return metric.kind in form.PROBABILITIES


def answer_in_words(result: Result, metric: str) -> list[str]:
    """At most two sentences on a metric: where it is highest and lowest, and what it is under the first arrangement.

    Figures come with their plausible ranges; what these are is said where there is no second sentence.
    """
    scenario, title = result.model.scenario, quoted(result.model.scenario.metrics[metric].titled(metric))
    figures = {name: a.metrics[metric] for name, a in result.arrangements.items()}
    known = {name: of.mean for name, of in figures.items() if of.mean is not None}

    def named(name: str) -> str:
        return quoted(scenario.arrangements[name].titled(name))

    if not known:
        return [f"{title} has no value under any arrangement: its condition cannot happen."]
    ranged = any(_range(result, metric, of) for of in figures.values())
    most, least = max(known, key=lambda name: known[name]), min(known, key=lambda name: known[name])
    if _lacking(result, metric):
        title += ", where its condition can come about"
    samples = {name: result.arrangements[name].samples[metric] for name in known}
    tied = tied_with(samples, most, result.weights)
    if len(tied) == len(known) - 1:
        first = next(iter(known))
        text = f"{title}: {_said(result, metric, figures[first], whole=True)} under {named(first)}"
        text += ", and no arrangement can be told apart from it" if tied else ""
        return [stop(text), *([_EXPLAINED] if ranged else [])]
    text = f"{title}: {_said(result, metric, figures[most], whole=True)} under {named(most)}, the most of "
    text += f"{len(known)} arrangements"
    if tied:
        text += f" ({listed(map(named, tied))} cannot be told apart from it)"
    text += f", and {_said(result, metric, figures[least])} under {named(least)}, the least"
    base = result.first
    if base in known and base not in (most, least):
        said = _said(result, metric, figures[base])
        return [stop(text), stop(f"Under {named(base)}, which the others are compared with, it is {said}")]
    return [stop(text), *([_EXPLAINED] if ranged else [])]


def _said(result: Result, metric: str, of: Summary, whole: bool = False) -> str:
    """`93 of 100 (32 to 100)`; the `whole` words are `93 of 100 cases (plausible range 32 to 100)`."""
    if of.mean is None:
        return "no value"
    if _is_chance(result.model.scenario.metrics[metric]):
        figure = frequency(of.mean, of.se)
        noun = " cases" if whole else ""
        figure = {"none": "no case", "all": "all cases"}.get(figure, f"{figure}{noun}")
    else:
        figure = with_range(of).partition(" (")[0]
    within = _range(result, metric, of)
    lead = "plausible range " if whole else ""
    return f"{figure} ({lead}{within})" if within else figure


def _range(result: Result, metric: str, of: Summary) -> str:
    """The range of nine worlds in ten, `about 30 to 100`; empty where a figure is the same in all of them."""
    if not result.model.uncertain:
        return ""
    return range_words(of, _is_chance(result.model.scenario.metrics[metric]))


def headline_table(result: Result, metrics: Sequence[str], errors: bool = False) -> Table:
    """Arrangements by metrics: the mean and in brackets the range over worlds, probabilities in cases of 100.

    With `errors` the Monte Carlo error beside every mean.
    """
    scenario = result.model.scenario
    probable = [_is_chance(scenario.metrics[name]) for name in metrics]
    mixed = any(probable) and not all(probable)
    columns = (
        scenario.metrics[name].labelled(name) + (", of 100" if chance and mixed else "")
        for name, chance in zip(metrics, probable, strict=True)
    )
    labels = [scenario.arrangements[name].labelled(name) for name in result.arrangements]
    if len(set(labels)) < len(labels):
        labels = [scenario.arrangements[name].titled(name) for name in result.arrangements]
    rows = (
        (label, *(_cell(result, metric, a.metrics[metric], errors) for metric in metrics))
        for label, a in zip(labels, result.arrangements.values(), strict=True)
    )
    what = "Cases in 100" if all(probable) else "Chances as cases in 100, the rest" if mixed else "Figures"
    if result.model.uncertain:
        what += ": mean over worlds (plausible range, 5 to 95 %)"
    return Table(what, ("", *columns), tuple(rows))


def _cell(result: Result, metric: str, of: Summary, errors: bool) -> str:
    """`94 (30–100)`, the ends rounded to what their errors support; `-` where there is no value."""
    if of.mean is None:
        return "-"
    probable = _is_chance(result.model.scenario.metrics[metric])
    shown = _in_cases(of) if probable else of
    figure = (with_error(shown) if errors else with_range(shown)).partition(" (")[0]
    if probable and not errors:
        figure = _whole(100 * of.mean, figure)
    ends = range_ends(of, probable) if result.model.uncertain else None
    return figure if ends is None else f"{figure} ({ends.short()})"


def _whole(cases: float, figure: str) -> str:
    """Cases in 100 without places where there are ten and more; all of them only where it is so."""
    if cases < 9.95:
        shown = min(figure, f"{cases:.2g}", key=len)
        return shown if cases <= 0.0 or (cases >= 0.005 and float(shown) > 0.0) else "<0.01"
    return ">99" if 99.5 <= cases < 100.0 - 1e-9 else number(cases, 1.0)


def _in_cases(of: Summary) -> Summary:
    """A probability in cases of 100."""
    figures = (of.mean, of.se, of.q05, of.q25, of.q50, of.q75, of.q95, of.q05_se, of.q95_se)
    scaled = (None if value is None or not math.isfinite(value) else 100 * value for value in figures)
    mean, se, q05, q25, q50, q75, q95, q05_se, q95_se = scaled
    return Summary(mean, se, q05, q25, q50, q75, q95, of.without_value, q05_se, q95_se)


def warnings(result: Result, metrics: Sequence[str] = ()) -> Iterator[str]:
    """What a reader must be warned of before a figure is used, a sentence each; `metrics` are those it is shown for."""
    yield from (text for metric in metrics if (text := _in_part(result, metric)))
    yield from result.rough
    if result.model.overrides.words:
        yield stop(result.model.overrides.words[:1].upper() + result.model.overrides.words[1:])
    yield from (stop(note[:1].upper() + note[1:]) for note in override_notes(result.model))
    if result.unconverged_worlds:
        do = "does" if result.unconverged_worlds == 1 else "do"
        yield (
            f"{counted(result.unconverged_worlds, 'world')} of {result.worlds:,} {do} not settle under some "
            f"arrangement: {unsettled(result)}."
        )
    if result.grid is not None:
        yield stop(grid_words(result.grid))
    yield from map(stop, without_effect(result))


def _lacking(result: Result, metric: str) -> dict[str, float]:
    """The share of the weight of the worlds with a figure, by arrangement, where some have one and some have none."""
    shares = {
        name: mean_and_error(np.isfinite(of.samples[metric]).astype(np.float64), result.weights)[0] or 0.0
        for name, of in result.arrangements.items()
        if of.metrics[metric].without_value
    }
    return {name: share for name, share in shares.items() if 0.0 < share < 1.0}


def _in_part(result: Result, metric: str) -> str:
    """In how few worlds a metric has a figure; empty where in all of them or in none."""
    scenario, lacking = result.model.scenario, _lacking(result, metric)
    if not lacking:
        return ""
    least = min(lacking, key=lambda name: lacking[name])
    title, under = scenario.metrics[metric].titled(metric), scenario.arrangements[least].titled(least)
    several = " (the fewest of all arrangements)" if len(lacking) > 1 else ""
    return (
        f"{quoted(title)} has a figure in only {of_worlds(lacking[least])} under {quoted(under)}{several}: in the "
        "others its condition cannot come about, and the figure is not about them."
    )


def basis(result: Result) -> str:
    """How many worlds the figures rest on, in a clause."""
    text = f"{result.drawn_words}, seed {result.seed}"
    if result.weights is not None:
        text += f", by their weights worth {result.effective_worlds:,.0f}"
    return f"{text}, payoff shocks read as {result.information}"
