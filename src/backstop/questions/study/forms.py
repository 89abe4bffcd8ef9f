"""Uncertainty about the form of the model: the same study under other conventions, side by side.

The conventions varied are how payoff shocks are read, how large they are, and how long a period is. A period is how
often each tree is played, with the same probabilities each time: a study whose answers move much with it has numbers
that belong to its period.

Forms intervene: the worlds keep the weights that observations give them in the study as it stands. Weighing them anew
under each form would let the observations hide a part of what a form changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, get_args

from backstop.base.faults import InvalidInput, Refused
from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import counted, number, quoted, stop
from backstop.game.choice import Information
from backstop.game.hidden import Beliefs
from backstop.questions.inquiry import Inquiry
from backstop.questions.weighted_worlds import worlds_under
from backstop.scenario.check.quantities import periods_in
from backstop.scenario.expression.expression import parse
from backstop.scenario.format.scenario import PERIOD_YEARS, PROBABILITIES
from backstop.scenario.model import Model, NodeNumbers, Use, compile_scenario
from backstop.worlds.statistics import mean_and_error

Variant = tuple[str, Model, Information]
# Mean and Monte Carlo error, by metric and within it by arrangement.
Means = Mapping[str, Mapping[str, tuple[float | None, float | None]]]


@dataclass(frozen=True, slots=True, repr=False)
class FormAnswers(ShownTables):
    """Metrics of arrangements under each form of the model, on the same worlds.

    `means[form][arrangement][metric]`, the model as it is first; `failed` says why a form could not be solved.
    """

    format: ClassVar[str] = "backstop-form/1"

    model: Model
    information: Information
    arrangements: tuple[str, ...]
    metrics: tuple[str, ...]
    means: Mapping[str, Means]
    failed: Mapping[str, str]
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The line above its tables."""
        return "Answers under other forms of the model"

    def moved(self, form: str, arrangement: str, metric: str) -> float | None:
        """Distance of a mean from that of the model as it is; None where either has no value."""
        base = next(iter(self.means.values()))[arrangement][metric][0]
        mean = self.means[form][arrangement][metric][0]
        return None if mean is None or base is None else mean - base

    @property
    def finding(self) -> str:
        """Where an answer moves most with the form of the model: a chance, or without any the first metric."""
        scenario = self.model.scenario
        chances = [m for m in self.metrics if scenario.metrics[m].kind in PROBABILITIES]
        base, *others = self.means
        moves = [
            (abs(by), form, a, m)
            for m in chances or self.metrics[:1]
            for a in self.arrangements
            for form in others
            if (by := self.moved(form, a, m)) is not None
        ]
        if not moves:
            return "There is no answer under any other form of the model."
        _, form, a, m = max(moves)
        here, there = (number(self.means[each][a][m][0], most=2) for each in (base, form))
        named = f"{quoted(scenario.metrics[m].titled(m))} under {quoted(scenario.arrangements[a].titled(a))}"
        if here == there:
            return "No other form of the model moves an answer in its second decimal."
        what = "the chance of" if chances else "the mean of"
        tried = f"Of {counted(len(others), 'other form')} of the model {quoted(form)}"
        return stop(f"{tried} moves an answer most: {what} {named} from {here} to {there}")

    def as_dict(self) -> dict[str, object]:
        """Means, errors and movements by form, arrangement and metric."""
        return {
            "information": self.information,
            "metrics": list(self.metrics),
            "forms": {
                form: {
                    a: {
                        m: {"mean": mean, "se": se, "moved": self.moved(form, a, m)}
                        for m, (mean, se) in of.items()
                    }
                    for a, of in by.items()
                }
                for form, by in self.means.items()
            },
            "failed": dict(self.failed),
        }

    def tables(self) -> list[Table]:
        """A table for each metric: arrangements down, forms across."""
        return [self._table(metric) for metric in self.metrics]

    def _table(self, metric: str) -> Table:
        scenario = self.model.scenario
        base, *others = self.means
        moves = {a: [self.moved(form, a, metric) for form in others] for a in self.arrangements}
        widest = max((abs(m) for of in moves.values() for m in of if m is not None), default=0.0)
        return Table(
            f"{scenario.metrics[metric].titled(metric)}: as it is, and how far it moves (by {widest:.2f} at most)",
            ("", *self.means),
            tuple(
                (
                    scenario.arrangements[a].titled(a),
                    number(*self.means[base][a][metric]),
                    *("-" if m is None else f"{m:+.2f}" for m in of),
                )
                for a, of in moves.items()
            ),
        )


def answers_by_form(inquiry: Inquiry, metrics: Sequence[str], arrangements: Sequence[str]) -> FormAnswers:
    """Metrics of arrangements under every form of `variants`, on the same worlds with the same weights.

    A form that cannot be solved is kept with its reason; InvalidInput and Refused of the model as it is are raised.
    """
    model = inquiry.model
    forms = variants(model, inquiry.information or model.scenario.information)
    weighed = replace(inquiry, progress=None).weighing()
    means: dict[str, Means] = {}
    failed: dict[str, str] = {}
    notes = list(weighed.notes)
    for at, (label, variant, reading) in enumerate(forms):
        one = replace(inquiry, model=variant, information=reading, progress=None)
        try:
            found = worlds_under(one, arrangements, metrics, weighed)
        except (InvalidInput, Refused) as error:
            if at == 0:
                raise
            failed[label] = error.faults[0].what
            continue
        means[label] = {
            a: {m: mean_and_error(found.metric(m, a), found.weights) for m in metrics} for a in arrangements
        }
        if inquiry.progress is not None:
            inquiry.progress(at + 1, len(forms))
    clocks = [name for name, fact in model.scenario.facts.items() if fact.counts is not None]
    if clocks:
        notes.append(f"the length of a period is not varied, because the clock {clocks[0]} counts periods")
    notes += [f"{label} cannot be solved: {why}" for label, why in failed.items()]
    return FormAnswers(model, forms[0][2], tuple(arrangements), tuple(metrics), means, failed, tuple(notes))


def variants(
    model: Model, information: Information, scales: tuple[float, ...] = (0.5, 2.0), periods: bool = True
) -> list[Variant]:
    """The model as it is, under the other convention, with noise scaled, and with shorter and longer `periods`.

    With `periods` also with what else others may know of a hidden type.
    """
    other: Information = "private_payoffs" if information == "agent_error" else "agent_error"
    found: list[Variant] = [("as it is", model, information), (f"payoff shocks as {other}", model, other)]
    for scale in scales:
        found.append((f"noise times {scale:g}", with_noise(model, scale), information))
    for period in periods_around(model) if periods else ():
        found.append((f"period of one {period}", with_period(model, period), information))
    if model.types is not None and periods:
        for beliefs in get_args(Beliefs):
            if beliefs != model.types.beliefs:
                found.append((f"beliefs {beliefs}", with_beliefs(model, beliefs), information))
    return found


def with_beliefs(model: Model, beliefs: Beliefs) -> Model:
    """The model where others know all of an actor's type, its share alone, or what they learn."""
    assert model.types is not None
    return replace(model, types=replace(model.types, beliefs=beliefs))


def with_noise(model: Model, scale: float) -> Model:
    """The model with all noise, of actors and of single decisions, multiplied by `scale`."""

    def scaled(use: Use) -> Use:
        return Use(parse(f"({use.expression.render()}) * {scale!r}"), use.path)

    def node(numbers: NodeNumbers) -> NodeNumbers:
        return numbers if numbers.noise is None else replace(numbers, noise=scaled(numbers.noise))

    return replace(
        model,
        noises=tuple(map(scaled, model.noises)),
        nodes=tuple(None if nodes is None else tuple(map(node, nodes)) for nodes in model.nodes),
        weighed_as=model.as_it_stands,
    )


def periods_around(model: Model) -> list[str]:
    """The next shorter and the next longer period that the horizon and all metrics fit into.

    None where a fact is a clock: it counts periods, so that another length would change what it means.
    """
    scenario = model.scenario
    if any(fact.counts is not None for fact in scenario.facts.values()):
        return []
    order = sorted(PERIOD_YEARS, key=lambda name: PERIOD_YEARS[name])
    at = order.index(scenario.horizon.period)
    years = [scenario.horizon.years, *(m.by_year for m in scenario.metrics.values() if m.by_year is not None)]
    near = [order[i] for i in (at - 1, at + 1) if 0 <= i < len(order)]
    return [name for name in near if all(periods_in(year, name) is not None for year in years)]


def with_period(model: Model, period: str) -> Model:
    """The model with periods of another length; parameters and levels stay as they are in `model`."""
    scenario = model.scenario
    horizon = scenario.horizon.model_copy(update={"period": period})
    again = compile_scenario(
        scenario.model_copy(update={"horizon": horizon}), model.place, model.digests, model.study, model.notes
    )
    return replace(
        again,
        distributions=model.distributions,
        levels=model.levels,
        correlations=model.correlations,
        overrides=model.overrides,
        weighed_as=model.as_it_stands,
    )
