"""Uncertainty about the form of the model: the same study under other conventions, side by side.

The conventions varied are how payoff shocks are read, how large they are, and how long a period is. A period is how
often each tree is played, with the same probabilities each time: a study whose answers move much with it has numbers
that belong to its period.
"""

from __future__ import annotations

from dataclasses import replace

from backstop.game.stage import Information
from backstop.scenario.check.quantities import periods_in
from backstop.scenario.expression.expression import parse
from backstop.scenario.format.scenario import PERIOD_YEARS
from backstop.scenario.model import Model, NodeNumbers, Use, compile_scenario

Variant = tuple[str, Model, Information]


def variants(model: Model, information: Information, scales: tuple[float, ...] = (0.5, 2.0)) -> list[Variant]:
    """The model as it is, under the other convention, with noise scaled, and with shorter and longer periods."""
    other: Information = "private_payoffs" if information == "agent_error" else "agent_error"
    found: list[Variant] = [("as it is", model, information), (f"payoff shocks as {other}", model, other)]
    for scale in scales:
        found.append((f"noise times {scale:g}", with_noise(model, scale), information))
    for period in periods_around(model):
        found.append((f"period of one {period}", with_period(model, period), information))
    return found


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
    )


def periods_around(model: Model) -> list[str]:
    """The next shorter and the next longer period that the horizon and all metrics fit into."""
    scenario = model.scenario
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
        again, distributions=model.distributions, levels=model.levels, correlations=model.correlations
    )
