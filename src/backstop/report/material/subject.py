"""What a report is about: its headline metric, what counts as success, and the metrics shown first.

A study says itself what it counts as success: in the conditions of its claims. Where it has none, the metric is
chosen by kind, and worlds are told apart at one half or at the median.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean, quoted
from backstop.questions.event import event
from backstop.report.formula_words import in_words, names_of
from backstop.scenario.expression.expression import ExpressionError, parse
from backstop.scenario.format import scenario as form
from backstop.worlds.result import Result
from backstop.worlds.statistics import Array, Summary, summarise

MOST_SHOWN = 4

# Where the study names no condition: the state of things at the end says most, then what lasts, then what happens.
_PREFERENCE = ("occupy", "avoid", "reach", "duration", "count", "belief", "value")


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A condition on a world: its formula, its words, and by arrangement whether it is met (1, 0, NaN unknown).

    `own`: the study or the reader named it; otherwise it only splits worlds in two and is no success.
    """

    formula: str
    words: str
    own: bool
    met: Mapping[str, Array]
    shares: Mapping[str, Summary]


@dataclass(frozen=True, slots=True)
class Subject:
    """The metric a report leads with, the target, the arrangement it looks into, and the metrics shown first."""

    metric: str
    shown: tuple[str, ...]
    target: Target | None
    focus: str

    @property
    def words(self) -> str:
        """The target in words; empty where there is none."""
        return "" if self.target is None else self.target.words


def is_probability(metric: form.Metric) -> bool:
    """Whether a metric is a probability, so that natural frequencies fit it."""
    return metric.kind in (*form.PROBABILITIES, "belief")


def is_bad(scenario: form.Scenario, name: str) -> bool:
    """Whether a metric counts what the study calls bad, so that less of it is better."""
    metric = scenario.metrics[name]
    if metric.kind == "count":
        tones = {scenario.outcomes[outcome].tone for outcome in metric.count or ()}
    else:
        tones = {
            scenario.phases[phase].tone for phase in metric.reach or metric.occupy or metric.duration or ()
        }
    return "bad" in tones and "good" not in tones


def subject_of(
    result: Result, metrics: Sequence[str] = (), target: str | None = None, focus: str | None = None
) -> Subject:
    """What the report of `result` leads with; raises InvalidInput for unknown names or a bad target."""
    scenario = result.model.scenario
    for name in metrics:
        if name not in scenario.metrics:
            raise InvalidInput(
                f"no metric is called {name}", hint=did_you_mean(name, scenario.metrics, "metric")
            )
    if focus is not None and focus not in result.arrangements:
        raise InvalidInput(
            f"no arrangement is called {focus}", hint=did_you_mean(focus, result.arrangements, "arrangement")
        )
    formula = target or _stated(scenario, metrics[0] if metrics else None)
    named = _metrics_in(formula, scenario) if formula else []
    first = metrics[0] if metrics else named[0] if named else _by_kind(scenario)
    found = _target(result, formula, own=True) if formula else _split(result, first)
    return Subject(first, _shown(scenario, first, metrics), found, focus or _focus(result, first, found))


def met_in(result: Result, arrangement: str, formula: str) -> Array:
    """A condition world by world under an arrangement: 1, 0, or NaN where a metric it needs has no value."""
    samples = result.arrangements[arrangement].samples
    return event(result.model, formula).occurs(samples, result.parameters, result.worlds)


def _target(result: Result, formula: str, own: bool) -> Target:
    values = {name: met_in(result, name, formula) for name in result.arrangements}
    shares = {name: summarise(of, result.weights) for name, of in values.items()}
    return Target(formula, condition_in_words(result.model.scenario, formula), own, values, shares)


def condition_in_words(scenario: form.Scenario, formula: form.Expr) -> str:
    """A condition over metrics and parameters read aloud; probabilities are spoken of as chances."""
    names = names_of(scenario)
    chances = {
        name: f"the chance of {quoted(metric.titled(name))}"
        for name, metric in scenario.metrics.items()
        if is_probability(metric)
    }
    return in_words(formula, {**names, **chances})


def _stated(scenario: form.Scenario, metric: str | None) -> str | None:
    """The first condition of a claim that is about one metric (about `metric`, where one is asked for)."""
    for claim in scenario.claims.values():
        body = claim.necessary or claim.sufficient or claim.threshold
        if body is not None and isinstance(body.for_, str):
            named = _metrics_in(body.for_, scenario)
            if len(named) == 1 and metric in (None, named[0]):
                return body.for_
    return None


def _metrics_in(formula: form.Expr, scenario: form.Scenario) -> list[str]:
    try:
        names = parse(formula).names
    except ExpressionError:
        return []
    return [name for name in scenario.metrics if name in names]


def _by_kind(scenario: form.Scenario) -> str:
    """The metric of the most telling kind; those that are narrowed, conditional or start elsewhere come after."""

    def place(name: str) -> int:
        metric = scenario.metrics[name]
        part = metric.given is not None or metric.where is not None
        return _PREFERENCE.index(metric.kind) + 10 * part + 5 * (metric.from_ is not None)

    return min(scenario.metrics, key=place)


def _split(result: Result, metric: str) -> Target | None:
    """Worlds told apart at one half, or at the median where nearly all are on one side; None where none vary."""
    samples = np.concatenate([a.samples[metric] for a in result.arrangements.values()])
    samples = samples[np.isfinite(samples)]
    if not samples.size or float(np.ptp(samples)) <= 1e-12 or not result.model.uncertain:
        return None
    level = 0.5
    share = float(np.mean(samples >= level))
    if not is_probability(result.model.scenario.metrics[metric]) or not 0.05 <= share <= 0.95:
        level = float(f"{np.median(samples):.2g}")
    return _target(result, f"{metric} >= {level:g}", own=False)


def citations(scenario: form.Scenario) -> Counter[str]:
    """How many claims and observations are about each metric."""
    found: Counter[str] = Counter(o.metric for o in scenario.observations.values())
    for claim in scenario.claims.values():
        conditions = [c.for_ for c in (claim.necessary, claim.sufficient, claim.threshold) if c is not None]
        if claim.holds is not None:
            conditions.append(claim.holds.that)
        for formula in conditions:
            found.update(_metrics_in(formula, scenario))
        found.update(e.metric for e in (claim.raises, claim.lowers, claim.complements) if e is not None)
    return found


def _shown(scenario: form.Scenario, first: str, asked: Sequence[str]) -> tuple[str, ...]:
    """The metrics shown first: those asked for, else probabilities that claims and observations are about."""
    if len(asked) > 1:
        return tuple(dict.fromkeys(asked))[:MOST_SHOWN]
    cited = citations(scenario)
    others = [n for n, m in scenario.metrics.items() if n != first and is_probability(m)]
    if cited:
        others = sorted((name for name in others if cited[name]), key=lambda name: -cited[name])
    return (first, *others[: MOST_SHOWN - 1])


def _focus(result: Result, metric: str, target: Target | None) -> str:
    """The arrangement of the highest share of worlds that meet the target, of the highest mean among equals.

    Of the lowest, where less is better and the target only splits worlds in two.
    """
    own = target is not None and target.own
    bad = is_bad(result.model.scenario, metric)

    def height(name: str) -> tuple[float, float]:
        of = result.arrangements[name].metrics[metric]
        mean = -np.inf if of.mean is None else -of.mean if bad else of.mean
        if target is None:
            return mean, mean
        share = target.shares[name].mean
        # Where all meet it alike, in no world or in all, the means tell them apart.
        return -np.inf if share is None else -share if bad and not own else share, mean

    return max(result.arrangements, key=height)
