"""The value of information: which parameter is most worth knowing before an arrangement is chosen?

The choice is the arrangement that is best on average by a metric, or by what an actor's future is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput
from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import did_you_mean, listed, quoted, stop
from backstop.questions.inquiry import Inquiry
from backstop.questions.methods.information import Information, value_of_information
from backstop.questions.weighted_worlds import WeightedWorlds, used_parameters, worlds_under
from backstop.questions.words import titles
from backstop.scenario.model import Model
from backstop.worlds.statistics import Estimate

MOST_TOGETHER = 12
"""Parameters a group may have: the regression on more would say little."""


@dataclass(frozen=True, slots=True, repr=False)
class ValueOfInformation(ShownTables):
    """The value of knowing parameters and groups before an arrangement is chosen; `best` is chosen without knowing.

    Chosen by `metric`, or by the value to `actor` where that is not None.
    """

    format: ClassVar[str] = "backstop-value/1"

    model: Model
    metric: str | None
    actor: str | None
    more_is_better: bool
    arrangements: tuple[str, ...]
    effective_worlds: float
    information: Information
    groups: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]

    @property
    def best(self) -> str:
        """The arrangement that is best on average."""
        return self.arrangements[self.information.best]

    @property
    def decision(self) -> str:
        """What is chosen by, in words."""
        scenario = self.model.scenario
        if self.metric is None:
            actor = self.actor or ""
            return f"the value to {scenario.actors[actor].titled(actor)}"
        return ("" if self.more_is_better else "less of ") + scenario.metrics[self.metric].titled(self.metric)

    @property
    def title(self) -> str:
        """The line above its tables."""
        return f"The value of information for choosing by {self.decision}"

    @property
    def finding(self) -> str:
        """What is chosen without knowing, and what is most worth knowing first."""
        best, called = (
            quoted(self.model.scenario.arrangements[self.best].titled(self.best)),
            titles(self.model),
        )
        chosen = f"Choosing by {self.decision}, {best} is best on average"
        evppi, most = self.information.evppi, self.information.evpi
        order = sorted(
            (n for n, v in evppi.items() if v.mean > max(2 * (v.se or 0.0), 1e-12)),
            key=lambda n: -evppi[n].mean,
        )
        if not order:
            more = "no single assumption can be told to be worth knowing first"
        else:
            more = f"{quoted(called.get(order[0], order[0]))} is most worth knowing first ({evppi[order[0]]})"
            more += f", then {listed(quoted(called.get(n, n)) for n in order[1:3])}" if order[1:] else ""
        return stop(f"{chosen}; {more}; knowing everything would be worth {most}")

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            "decision": {
                "metric": self.metric,
                "actor": self.actor,
                "more_is_better": self.more_is_better,
                "arrangements": list(self.arrangements),
            },
            "best": self.best,
            "effective_worlds": self.effective_worlds,
            "evpi": self.information.evpi.as_dict(),
            "evppi": {name: value.as_dict() for name, value in self.information.evppi.items()},
            "groups": {label: list(names) for label, names in self.groups.items()},
        }

    def tables(self) -> list[Table]:
        """What is worth anything, the most first; the first three where nothing is."""
        evppi, called = self.information.evppi, titles(self.model)
        order = sorted(evppi, key=lambda n: -evppi[n].mean)
        shown = [n for n in order if evppi[n].mean > 0.0] or order[:3]
        best = self.model.scenario.arrangements[self.best].titled(self.best)
        return [
            Table(
                f"What knowing it first would be worth, choosing by {self.decision}",
                ("", "worth"),
                (
                    ("everything", str(self.information.evpi)),
                    *((called.get(n, n), str(evppi[n])) for n in shown),
                ),
                f"Best on average: {best}. In the unit of the metric, ± Monte Carlo error; what is not listed is worth "
                "nothing here: it would not change the choice.",
            )
        ]


def lasting_metric(model: Model) -> str:
    """The first metric that says that something holds (`occupy` or `avoid`); the first of all where none does.

    One that is conditional, starts elsewhere or is narrowed to what facts are says it of a part alone.
    """
    metrics = model.scenario.metrics
    lasting = (
        name
        for name, metric in metrics.items()
        if metric.kind in ("occupy", "avoid")
        and (metric.given, metric.from_, metric.where) == (None, None, None)
    )
    return next(lasting, next(iter(metrics)))


def groups_of(model: Model, by: str, own: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Groups of uncertain parameters with at least two members: the user's `own`, and those `by` basis or camp."""
    used = used_parameters(model.scenario)
    varying = [name for name in model.uncertain if name in used]
    found: dict[str, list[str]] = {}
    for name in varying:
        parameter = model.scenario.parameters[name]
        labels = [f"basis {source}" for source in parameter.basis] if by in ("basis", "both") else []
        labels += [f"camp {camp}" for camp in parameter.experts or {}] if by in ("camp", "both") else []
        for label in labels:
            found.setdefault(label, []).append(name)
    groups = {label: tuple(names) for label, names in found.items() if len(names) > 1}
    for label, names in own.items():
        for name in names:
            if name not in model.distributions:
                raise InvalidInput(
                    f"group {label} names {name}, which is not a parameter",
                    hint=did_you_mean(name, model.uncertain, "parameter"),
                )
        groups[label] = tuple(name for name in names if name in varying)
    return groups


def value(
    inquiry: Inquiry,
    arrangements: Sequence[str],
    metric: str | None,
    actor: str | None = None,
    more_is_better: bool = True,
    groups: Mapping[str, tuple[str, ...]] | None = None,
) -> ValueOfInformation:
    """EVPI and EVPPI of every uncertain parameter and group, choosing by a metric or by the value to an actor.

    Raises Refused for one arrangement or too few worlds.

    >>> from backstop import load
    >>> study = load("examples/korea-1953")
    >>> value(Inquiry(study, worlds=256), list(study.levels), "no_war_20").best
    'as_it_was'
    """
    found = worlds_under(inquiry, arrangements, [] if metric is None else [metric])
    if metric is None:
        benefits = inquiry.actor_values(found.parameters, arrangements, actor or "")
    else:
        benefits = found.rows(metric, arrangements) * (1.0 if more_is_better else -1.0)
    together = dict(groups or {})
    asked = {label: names for label, names in together.items() if 0 < len(names) <= MOST_TOGETHER}
    information = worth_of_knowing(found, benefits, asked)
    notes = list(found.notes)
    large = [f"{label} ({len(names)})" for label, names in together.items() if len(names) > MOST_TOGETHER]
    if large:
        notes.append(
            f"groups with too many parameters to be asked about together are left out: {', '.join(large)}"
        )
    return ValueOfInformation(
        inquiry.model,
        metric,
        actor,
        more_is_better,
        tuple(arrangements),
        found.effective_worlds,
        information,
        asked,
        tuple(notes),
    )


def worth_of_knowing(
    found: WeightedWorlds, benefits: FloatArray, groups: Mapping[str, tuple[str, ...]]
) -> Information:
    """EVPI and EVPPI from `benefits`, (arrangements, worlds), more being better; 0 for what nothing uses."""
    result = value_of_information(benefits, found.used, found.weights, groups)
    evppi = {name: result.evppi.get(name, Estimate(0.0, 0.0)) for name in found.inputs}
    evppi.update({label: result.evppi[label] for label in groups})
    return Information(evppi, result.evpi, result.best)
