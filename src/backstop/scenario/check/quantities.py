"""Checks of numbers: time, measures and their levels, parameters and their distributions, correlations."""

from __future__ import annotations

import math

from backstop.scenario.check.expressions import Usage
from backstop.scenario.check.names import Names
from backstop.scenario.check.part import Part
from backstop.scenario.format.quantities import DISTRIBUTION_KINDS
from backstop.scenario.format.scenario import PERIOD_YEARS
from backstop.scenario.format.units import total_unit, yearly_words

MOST_PERIODS = 20_000
"""Longest horizon, in periods."""

ROUNDED = 5.1e-6
"""What rounding to six digits, as messages print numbers, takes from a number at most, relative to it."""


def periods_in(years: float, period: str) -> int | None:
    """Number of periods in `years`, None where that is not a whole number, rounded to six digits or better."""
    count = years / PERIOD_YEARS[period]
    whole = round(count)
    return whole if abs(count - whole) <= ROUNDED * abs(whole) else None


def check_horizon(root: Part) -> None:
    """The horizon is a positive whole number of periods, and so is the tail, which may be 0."""
    horizon = root.at("horizon")
    period = horizon.data.get("period", "year") if horizon.is_mapping else "year"
    if not isinstance(period, str) or period not in PERIOD_YEARS:
        return
    for key, least in (("years", "above 0"), ("tail_years", "0 or more")):
        part = horizon.at(key)
        years = part.number
        if years is None:
            continue
        if years < 0 or (key == "years" and years == 0):
            part.fault(f"{key} must be {least}, and this is {years:g}")
            continue
        periods = periods_in(years, period)
        if periods is None:
            part.fault(
                f"{years:g} years are not a whole number of periods of one {period}",
                f"{neighbours(years, period)} are",
            )
        elif periods > MOST_PERIODS and key == "years":
            part.fault(
                f"the horizon has {periods:,} periods, more than {MOST_PERIODS:,}",
                "shorten the horizon, or choose a longer period",
            )


def neighbours(years: float, period: str) -> str:
    """The numbers of years around `years` that are a whole number of periods."""
    length = PERIOD_YEARS[period]
    below = math.floor(years / length)
    return f"{below * length:.6g} and {(below + 1) * length:.6g}"


def check_measure(measure: Part, names: Names, usage: Usage) -> None:
    """A measure: its controllers, range, default, phases and expressions."""
    for actor in measure.at("by").elements(single=True):
        names.refer(actor, "actors")
    for phase in measure.at("in_phases").elements():
        names.refer(phase, "phases")
    for key in ("when", "cap"):
        usage.read_named(measure.at(key), measure.name)
    usage.read(measure.at("cost"))
    unit = measure.at("cost_unit")
    if unit.text is not None and (yearly := yearly_words(unit.text)):
        unit.note(
            f"cost is always per year, so a total over the horizon is told in {total_unit(unit.text) or 'no unit'}",
            f"leave {yearly} out of cost_unit",
        )
    limits = level_range(measure)
    if limits is None:
        return
    low, high = limits
    at = measure.at("range")
    if low >= high:
        at.fault(f"the range [{low:g}, {high:g}] is empty", "write [lowest, highest]")
    elif not low <= 0 <= high:
        at.fault(
            f"the range [{low:g}, {high:g}] does not contain 0",
            "level 0 means: not promised; it must be possible",
        )
    default = measure.at("default").number
    if default is not None and low < high and not low <= default <= high:
        measure.at("default").fault(f"the default {default:g} is outside the range [{low:g}, {high:g}]")


def level_range(measure: Part) -> tuple[float, float] | None:
    """The range of a measure, None where it is not two numbers."""
    numbers = [element.number for element in measure.at("range").elements()]
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        return None
    return numbers[0], numbers[1]


def check_arrangement(arrangement: Part, root: Part, names: Names) -> None:
    """The measures of an arrangement are there, and their levels within their ranges."""
    for level in arrangement.at("measures").items():
        if not names.refer(level, "measures", key=True) or level.number is None:
            continue
        limits = level_range(root.at("measures").at(level.name))
        if limits is not None and limits[0] < limits[1] and not limits[0] <= level.number <= limits[1]:
            level.fault(
                f"level {level.number:g} of {level.name} is outside its range [{limits[0]:g}, {limits[1]:g}]",
                "choose a level within the range, or widen the range",
            )


def check_parameter(parameter: Part) -> None:
    """A parameter has one value, distribution or set of experts, with arguments that fit."""
    if not parameter.is_mapping:
        return
    if parameter.has("estimate"):
        parameter.at("estimate").fault(
            "estimates from history are not available in this version",
            "write the distribution here, and the source under basis",
        )
    kind = _one_kind(parameter, ("value", *DISTRIBUTION_KINDS, "estimate", "experts"))
    if kind == "experts":
        for camp in parameter.at("experts").items():
            if not camp.is_mapping:
                continue
            _distribution(camp, _one_kind(camp, ("value", *DISTRIBUTION_KINDS)))
            weight = camp.at("weight").number
            if weight is not None and weight <= 0:
                camp.at("weight").fault(f"a weight must be above 0, and this is {weight:g}")
    else:
        _distribution(parameter, kind)
    if not parameter.has("basis"):
        parameter.note(
            f"{parameter.name} has no basis, so it counts as judgement",
            "add basis: the statements or data it rests on, or judgement",
        )


def check_record(observed: Part, of_case: bool) -> None:
    """What was observed is one distribution, with a density where it is a likelihood over this case."""
    if not observed.is_mapping:
        return
    kind = _one_kind(observed, ("value", *DISTRIBUTION_KINDS))
    if of_case and kind in ("value", "discrete"):
        observed.at(kind).fault(
            f"an observation of this case needs a density over the metric, and {kind} has none",
            "for k successes of n like cases write beta: [k + 1, n - k + 1]",
            key=True,
        )
    else:
        _distribution(observed, kind)


def _one_kind(part: Part, kinds: tuple[str, ...]) -> str | None:
    several = f"{part.name} has more than one distribution"
    kind = part.only(kinds, f"{part.name} has no distribution", several, "keep one")
    return kind if kind is not None and part.has(kind) else None


def _distribution(part: Part, kind: str | None) -> None:
    from backstop.scenario.distribution.distribution import DistributionError
    from backstop.scenario.distribution.kinds import distribution

    bounds = [element.number for element in part.at("bounds").elements()]
    if bounds and kind is not None and kind != "normal":
        part.at("bounds").fault(
            f"bounds cut a normal distribution, and this is {kind}",
            "remove them",
            key=True,
        )
        return
    if kind is None or kind in ("value", "estimate", "experts"):
        return
    limits = None
    if bounds:
        if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
            return
        limits = (float(bounds[0]), float(bounds[1]))
    at = part.at(kind)
    arguments: tuple[float, ...] | dict[float, float]
    if kind == "discrete":
        if not at.is_mapping or not all(map(_is_number, (*at.data, *at.data.values()))):
            return
        arguments = {float(value): float(weight) for value, weight in at.data.items()}
    else:
        numbers = [element.number for element in at.elements()]
        if not isinstance(at.data, list) or None in numbers:
            return
        arguments = tuple(float(number) for number in numbers if number is not None)
    try:
        distribution(kind, arguments, limits)
    except DistributionError as error:
        at.fault(str(error))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_correlations(root: Part, names: Names) -> None:
    """Correlations are of two uncertain parameters each, no pair twice, and can hold together."""
    before = len(root.faults)
    first: dict[frozenset[str], Part] = {}
    ranks: dict[frozenset[str], float] = {}
    for entry in root.at("correlations").elements():
        parts = list(entry.elements())
        if len(parts) != 3:
            continue
        known = [names.refer(part, "parameters") for part in parts[:2]]
        rank = parts[2].number
        if rank is not None and abs(rank) > 1:
            parts[2].fault(f"a correlation lies between -1 and 1, and this is {rank:g}")
        if not all(known):
            continue
        for part in parts[:2]:
            parameter = root.at("parameters").at(str(part.text))
            if parameter.has("value"):
                part.fault(f"{part.text} has a fixed value, so it cannot be correlated with anything")
            elif _is_certain(parameter):
                part.note(f"{part.text} has a single value, so its correlation changes nothing")
            for camp in filter(_is_certain, parameter.at("experts").items()):
                part.note(
                    f"{part.text} has a single value in the camp {camp.name}, where its correlation changes nothing"
                )
        one, other = str(parts[0].text), str(parts[1].text)
        pair = frozenset((one, other))
        if len(pair) == 1:
            entry.fault(f"{one} is correlated with itself", "name two different parameters")
        elif pair in first:
            entry.fault(
                f"{one} and {other} are correlated twice, first at line {first[pair].line}", "keep one"
            )
        elif rank is not None:
            ranks[pair] = rank
        first.setdefault(pair, entry)
    if ranks and len(root.faults) == before:
        _joint(root, ranks)


def _is_certain(spread: Part) -> bool:
    """Whether a parameter or a camp has one value only."""
    return spread.has("value") or (spread.at("discrete").is_mapping and len(spread.at("discrete").data) == 1)


def _joint(root: Part, ranks: dict[frozenset[str], float]) -> None:
    """The correlations of normal scores must form a positive definite matrix."""
    import numpy as np

    from backstop.scenario.distribution.copula import score_correlation

    order = sorted(frozenset().union(*ranks))
    matrix = np.eye(len(order))
    for pair, rank in ranks.items():
        i, j = (order.index(name) for name in pair)
        matrix[i, j] = matrix[j, i] = score_correlation(rank)
    values, vectors = np.linalg.eigh(matrix)
    if values[0] <= 1e-12:
        guilty = [name for name, share in zip(order, vectors[:, 0], strict=True) if abs(share) > 1e-6]
        root.at("correlations").fault(
            f"the correlations of {', '.join(guilty)} cannot all hold together (the matrix is not positive definite)",
            "bring them nearer to 0",
            key=True,
        )
