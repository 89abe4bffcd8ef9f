"""Checks of what is asked: metrics, observations and claims."""

from __future__ import annotations

from backstop.scenario.check.expressions import JUDGED, Usage
from backstop.scenario.check.findings import Findings, Part
from backstop.scenario.check.names import Names
from backstop.scenario.check.quantities import check_likelihood, neighbours, periods_in
from backstop.scenario.format.claims import CLAIM_KINDS
from backstop.scenario.format.scenario import METRIC_KINDS, PERIOD_YEARS


def one_kind(part: Part, kinds: tuple[str, ...], what: str, findings: Findings) -> str | None:
    """The one key of `kinds` in `part`; None, with a fault, where there is none or more than one."""
    given = [kind for kind in kinds if kind in part.data] if part.is_mapping else []
    if not part.is_mapping:
        return None
    if not given:
        findings.fault(
            part, f"the {what} {part.name} asks nothing", f"give it one of {', '.join(kinds)}", key=True
        )
    elif len(given) > 1:
        findings.fault(
            part.at(given[1]),
            f"the {what} {part.name} is of more than one kind: {' and '.join(given)}",
            f"make it two {what}s",
            key=True,
        )
    return given[0] if len(given) == 1 else None


def check_metric(metric: Part, root: Part, names: Names, findings: Findings) -> None:
    """A metric is of one kind, names what is there, and ends at a whole number of periods within the horizon."""
    kind = one_kind(metric, METRIC_KINDS, "metric", findings)
    for given in METRIC_KINDS:
        if given == "value":
            names.refer(metric.at(given), "actors")
        else:
            for element in metric.at(given).elements():
                names.refer(element, "outcomes" if given == "count" else "phases")
    names.refer(metric.at("from"), "phases")
    _by_year(metric, root, findings)
    condition = metric.at("given")
    if condition.is_mapping:
        if kind == "value":
            findings.fault(condition, "a value metric cannot have a condition", "remove given", key=True)
        one_kind(condition, ("reach", "avoid"), "condition", findings)
        for key in ("reach", "avoid"):
            for phase in condition.at(key).elements():
                names.refer(phase, "phases")
    if kind == "value" and metric.has("by_year"):
        findings.note(
            metric.at("by_year"), f"by_year changes nothing in {metric.name}, which is a value metric"
        )


def _by_year(metric: Part, root: Part, findings: Findings) -> None:
    part = metric.at("by_year")
    years = part.number
    if years is None:
        return
    horizon = root.at("horizon")
    if years < 0:
        findings.fault(part, f"by_year cannot be negative, and this is {years:g}")
        return
    length = horizon.at("years").number
    if length is not None and years > length * (1 + 1e-9):
        findings.fault(part, f"by_year {years:g} is after the horizon of {length:g} years")
        return
    period = horizon.data.get("period", "year") if horizon.is_mapping else None
    if isinstance(period, str) and period in PERIOD_YEARS and periods_in(years, period) is None:
        findings.fault(
            part,
            f"by_year {years:g} is not a whole number of periods of one {period}",
            f"{neighbours(years, period)} are",
        )


def check_observation(observation: Part, names: Names, findings: Findings) -> None:
    """An observation is of a metric, under an arrangement, and a likelihood."""
    names.refer(observation.at("metric"), "metrics")
    names.refer(observation.at("arrangement"), "arrangements")
    check_likelihood(observation.at("observed"), findings)


def check_claim(claim: Part, names: Names, usage: Usage, findings: Findings) -> None:
    """A claim is of one kind, and everything it names is there."""
    one_kind(claim, CLAIM_KINDS, "claim", findings)
    for kind in CLAIM_KINDS:
        body = claim.at(kind)
        measures = list(body.at("measures").elements())
        for measure in measures:
            names.refer(measure, "measures")
        if kind == "complements" and len(measures) == 2 and measures[0].text == measures[1].text:
            findings.fault(
                body.at("measures"), f"{measures[0].text} stands twice", "name two different measures"
            )
        names.refer(body.at("measure"), "measures")
        names.refer(body.at("metric"), "metrics")
        names.refer(body.at("in"), "arrangements")
        for key in ("for", "that"):
            usage.read(body.at(key), JUDGED, clock=False)
