"""Checks of what is asked: metrics, observations and claims."""

from __future__ import annotations

from backstop.base.words import listed
from backstop.scenario.check.expressions import JUDGED, LASTING, Usage
from backstop.scenario.check.hidden_types import check_type_name
from backstop.scenario.check.names import Names
from backstop.scenario.check.part import Part
from backstop.scenario.check.quantities import ROUNDED, check_record, neighbours, periods_in
from backstop.scenario.format.claims import CLAIM_KINDS
from backstop.scenario.format.scenario import METRIC_KINDS, PERIOD_YEARS, PROBABILITIES


def one_kind(part: Part, kinds: tuple[str, ...], what: str) -> str | None:
    """The one key of `kinds` in a metric, condition or claim (`what`); None, with a fault, where it has not one."""
    owner = f"the {what} {part.name}"
    return part.only(
        kinds, f"{owner} asks nothing", f"{owner} is of more than one kind", f"make it two {what}s"
    )


def check_metric(metric: Part, root: Part, names: Names, usage: Usage) -> None:
    """A metric is of one kind, names what is there, and ends at a whole number of periods within the horizon."""
    kind = one_kind(metric, METRIC_KINDS, "metric")
    for given in METRIC_KINDS:
        if given == "value":
            names.refer(metric.at(given), "actors")
        elif given == "belief":
            check_type_name(metric.at(given), names)
        else:
            for element in metric.at(given).elements():
                names.refer(element, "outcomes" if given == "count" else "phases")
    names.refer(metric.at("from"), "phases")
    _by_year(metric, root)
    condition = metric.at("given")
    if condition.is_mapping:
        _condition(condition, kind, names, usage)
    where = metric.at("where")
    if metric.has("where"):
        if kind in ("value", "belief"):
            where.fault(
                f"a {kind} metric counts no phases, so it cannot have where", "remove where", key=True
            )
        usage.read(where, LASTING, clock=False)
    if kind == "value" and metric.has("by_year"):
        metric.at("by_year").note(f"by_year changes nothing in {metric.name}, which is a value metric")


def _condition(condition: Part, kind: str | None, names: Names, usage: Usage) -> None:
    """A condition is of phases reached or avoided, of a type, or of both."""
    phases = [key for key in ("reach", "avoid") if condition.has(key)]
    if kind == "value" and phases:
        condition.fault(
            "a value metric cannot have a condition, other than a type", f"remove {phases[0]}", key=True
        )
    if not condition.has("type"):
        one_kind(condition, ("reach", "avoid"), "condition")
    elif len(phases) > 1:
        condition.at("avoid").fault(
            f"the condition {condition.name} is of more than one kind: reach and avoid", "keep one", key=True
        )
    for key in phases:
        for phase in condition.at(key).elements():
            names.refer(phase, "phases")
    check_type_name(condition.at("type"), names)
    if condition.has("where"):
        if not phases:
            condition.at("where").fault(
                "where narrows phases reached or avoided, and none are named", "add reach or avoid", key=True
            )
        usage.read(condition.at("where"), LASTING, clock=False)


def _by_year(owner: Part, root: Part) -> None:
    part = owner.at("by_year")
    years = part.number
    if years is None:
        return
    horizon = root.at("horizon")
    if years < 0:
        part.fault(f"by_year cannot be negative, and this is {years:g}")
        return
    length = horizon.at("years").number
    if length is not None and years > length * (1 + ROUNDED):
        part.fault(f"by_year {years:g} is after the horizon of {length:g} years")
        return
    period = horizon.data.get("period", "year") if horizon.is_mapping else None
    if isinstance(period, str) and period in PERIOD_YEARS and periods_in(years, period) is None:
        part.fault(
            f"by_year {years:g} is not a whole number of periods of one {period}",
            f"{neighbours(years, period)} are",
        )


def check_observation(observation: Part, root: Part, names: Names, usage: Usage) -> None:
    """An observation is of a metric, under an arrangement, as of a year within the horizon, and a record or likelihood.

    Only a record over many conflicts may be a number without uncertainty, and of some cases among all.
    """
    names.refer(observation.at("metric"), "metrics")
    names.refer(observation.at("arrangement"), "arrangements")
    of_case = observation.is_mapping and observation.data.get("level") == "case"
    check_record(observation.at("observed"), of_case)
    metric, among = root.at("metrics").at(str(observation.at("metric").text)), observation.at("among")
    _by_year(observation, root)
    if metric.has("value") and observation.has("by_year"):
        observation.at("by_year").fault(f"{metric.name} is a value metric, which has no year", "remove it")
    if not among.is_mapping:
        return
    if of_case:
        among.fault(
            "a likelihood over this case has no cases among which it is",
            "write level: population, or observe a metric with given",
            key=True,
        )
    _condition(among, "value" if metric.has("value") else None, names, usage)
    own = metric.at("given")
    if own.is_mapping and own.data != among.data:
        among.fault(
            f"{metric.name} has another condition of its own",
            "observe the same metric without given: it is taken on the condition among",
            key=True,
        )


def check_claim(claim: Part, root: Part, names: Names, usage: Usage) -> None:
    """A claim is of one kind, and everything it names is there."""
    one_kind(claim, CLAIM_KINDS, "claim")
    for kind in CLAIM_KINDS:
        body = claim.at(kind)
        measures = list(body.at("measures").elements())
        for measure in measures:
            names.refer(measure, "measures")
        if kind == "complements" and len(measures) == 2 and measures[0].text == measures[1].text:
            body.at("measures").fault(f"{measures[0].text} stands twice", "name two different measures")
        names.refer(body.at("measure"), "measures")
        names.refer(body.at("metric"), "metrics")
        names.refer(body.at("in"), "arrangements")
        if body.at("scale").text == "log_hazard":
            _check_hazard(body, root)
        for key in ("for", "that"):
            usage.read(body.at(key), JUDGED, clock=False)


def _check_hazard(body: Part, root: Part) -> None:
    """A hazard is that of an event with a probability."""
    name = body.at("metric").text
    metric = root.at("metrics").at(name or "")
    kinds = [kind for kind in METRIC_KINDS if metric.has(kind)]
    if name and len(kinds) == 1 and kinds[0] not in PROBABILITIES:
        body.at("scale").fault(
            f"{name} is a metric of the kind {kinds[0]}, which is no probability and has no hazard",
            f"ask about a metric of the kind {listed(PROBABILITIES, 'or')}, or leave out scale",
        )
