"""Checks of facts: what they can be, what they start as, and what outcomes set them to."""

from __future__ import annotations

from collections.abc import Iterable

from backstop.scenario.check.names import Names, is_identifier
from backstop.scenario.check.part import Part
from backstop.scenario.format.facts import FACT_KINDS, Fact, grid

MOST_STEPS = 201
"""Most numbers of a grid, of a fact or an offer."""

MOST_COUNTS = 1_999
"""Highest count of a clock."""


def check_fact(fact: Part, names: Names) -> None:
    """A fact is of one kind, with numbers that differ, and starts as one of them."""
    if not fact.is_mapping:
        return
    kind = fact.only(
        FACT_KINDS,
        f"the fact {fact.name} can be nothing",
        f"the fact {fact.name} is of more than one kind",
        "keep one",
    )
    if kind != "range" and fact.has("steps"):
        fact.at("steps").fault("steps belong to the range of a fact", "remove steps", key=True)
    if kind != "counts" and fact.has("resets"):
        fact.at("resets").fault(
            f"{fact.name} is no clock, so nothing resets it",
            "write sets: in the outcomes that change it",
            key=True,
        )
    for outcome in fact.at("resets").elements():
        names.refer(outcome, "outcomes")
    if kind == "values":
        _values(fact.at("values"))
    elif kind == "range":
        check_grid(fact, f"the fact {fact.name}")
    elif kind == "counts":
        counts = fact.at("counts").number
        if counts is not None and not 1 <= counts <= MOST_COUNTS:
            fact.at("counts").fault(
                f"a clock counts up to a whole number from 1 to {MOST_COUNTS:,}, and this is {counts:g}"
            )
    whole = whole_fact(fact)
    if whole is not None and whole.number_of(whole.start) is None:
        fact.at("start").fault(*_no_value(fact.name, whole, whole.start, names))


def _values(values: Part) -> None:
    first: dict[float, str] = {}
    for value in values.items():
        if not is_identifier(value.name):
            value.fault(
                f"{value.name!r} cannot be the name of a value: a name has letters a to z, digits and _, and does not "
                "start with a digit",
                key=True,
            )
        if value.number is not None:
            if value.number in first:
                value.fault(
                    f"{first[value.number]} and {value.name} are both {value.number:g}, and values are told apart by "
                    "their numbers",
                    "give one of them another number, however close",
                )
            first.setdefault(value.number, value.name)


def check_grid(part: Part, what: str) -> None:
    """The range and steps of a fact or an offer."""
    limits = [element.number for element in part.at("range").elements()]
    steps = part.at("steps").number
    if len(limits) == 2 and limits[0] is not None and limits[1] is not None and limits[0] >= limits[1]:
        part.at("range").fault(
            f"the range [{limits[0]:g}, {limits[1]:g}] is empty", "write [lowest, highest]"
        )
    if steps is not None and not 2 <= steps <= MOST_STEPS:
        part.at("steps").fault(f"{what} has from 2 to {MOST_STEPS:,} steps, and this is {steps:g}")
    if steps is None and not part.has("steps") and not part.has("offer"):
        part.fault(f"{what} has a range without steps", "write steps: how many numbers it can be", key=True)


def whole_fact(part: Part) -> Fact | None:
    """The fact in a part of a document; None where it is not whole enough to be one."""
    from pydantic import ValidationError

    try:
        fact = Fact.model_validate(part.data)
    except ValidationError:
        return None
    given = [kind for kind in FACT_KINDS if getattr(fact, kind) is not None]
    too_many = (fact.counts or 0) > MOST_COUNTS or (fact.steps or 0) > MOST_STEPS
    if len(given) != 1 or too_many or (fact.range is not None and fact.steps is None):
        return None
    return fact


def check_sets(outcome: Part, root: Part, names: Names) -> None:
    """What an outcome sets facts to are values that they have; of offers, all that can be offered."""
    for change in outcome.at("sets").items():
        if not names.refer(change, "facts", key=True):
            continue
        part = root.at("facts").at(change.name)
        fact = whole_fact(part)
        if fact is None:
            continue
        if outcome.name in (fact.resets or ()):
            change.fault(
                f"{outcome.name} resets {change.name} and sets it as well", "keep one of the two", key=True
            )
        written = change.text if change.text is not None else change.number
        if isinstance(written, str) and fact.number_of(written) is None and written in names.offers:
            for offered in _offered(names.offers[written]):
                if fact.number_of(offered) is None:
                    change.fault(
                        f"{written} can be offered as {offered:.6g}, and {change.name} has no such value",
                        f"give {change.name} the range and steps of the offer",
                    )
                    break
        elif written is not None and fact.number_of(written) is None:
            change.fault(*_no_value(change.name, fact, written, names))


def _offered(offers: Iterable[Part]) -> Iterable[float]:
    for offer in offers:
        limits = [element.number for element in offer.at("range").elements()]
        steps = offer.at("steps").number if offer.has("steps") else 41
        if len(limits) != 2 or limits[0] is None or limits[1] is None or steps is None:
            continue
        if limits[0] < limits[1] and 2 <= steps <= MOST_STEPS:
            yield from grid((limits[0], limits[1]), int(steps))


def _no_value(name: str, fact: Fact, written: float | str, names: Names) -> tuple[str, str]:
    if isinstance(written, str):
        if not fact.values:
            return f"{name} has no value called {written}", f"write a number: {_numbers(fact)}"
        return f"{name} has no value called {written}", names.hint(written, list(fact.values), "value")
    return f"{name} has no value {written:g}", f"it can be {_numbers(fact)}"


def _numbers(fact: Fact) -> str:
    if fact.counts is not None:
        return f"a whole number from 0 to {fact.counts}"
    if fact.range is not None:
        return f"one of {fact.steps} numbers from {fact.range[0]:g} to {fact.range[1]:g}"
    return ", ".join(f"{value:g} ({name})" for name, value in (fact.values or {}).items())
