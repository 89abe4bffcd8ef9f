"""Conditions on parameters in plain words, with natural frequencies instead of coverage and density."""

from __future__ import annotations

import math
from collections.abc import Mapping

from backstop.base.words import frequency, listed, of_worlds, readable
from backstop.questions.methods.box import Box, Limit
from backstop.scenario.model import Model

Words = Mapping[str, str]
"""Titles or units by name of the parameter."""


def limit_words(name: str, limit: Limit, title: str | None = None, unit: str = "") -> str:
    """One restriction: "aid delay is above 60 days", "resolve is between 0.2 and 0.4".

    Limits are written to about a hundredth of the input's own range. `title` defaults to the name made readable.

    >>> limit_words("aid_delay", Limit(low=61.4, lowest=0, highest=365), unit="days")
    'aid delay is above 61 days'
    """
    subject = title or readable(name)[:1].lower() + readable(name)[1:]
    low, high = (None if end is None else _figure(end, limit) for end in (limit.low, limit.high))
    suffix = "" if unit in ("probability", "share", "1", "") else f" {unit}"
    if low is not None and high is not None:
        if low == high:
            return f"{subject} is {'' if limit.stepped else 'about '}{low}{suffix}"
        return f"{subject} is between {low} and {high}{suffix}"
    if low is not None:
        return f"{subject} is {low}{suffix} or more" if limit.stepped else f"{subject} is above {low}{suffix}"
    return f"{subject} is {high}{suffix} or less" if limit.stepped else f"{subject} is below {high}{suffix}"


def _figure(value: float, limit: Limit) -> str:
    """`value` with the digits that matter on the input's range."""
    width = limit.highest - limit.lowest
    if limit.stepped or not math.isfinite(width) or width <= 0:
        return f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(width)) - (1 if width >= 10 else 0))
    text = f"{value:,.{min(places, 12)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def limits_words(limits: Mapping[str, Limit], titles: Words, units: Words) -> str:
    """All restrictions of a box, joined by "and"."""
    return listed([limit_words(n, limit, titles.get(n), units.get(n, "")) for n, limit in limits.items()])


def box_sentence(box: Box, case: str, base: float, titles: Words, units: Words) -> str:
    """What a box says, for a reader who knows neither coverage nor density.

    `case` is what happens in the worlds described, such as "the claim fails"; `base` the share in which it does at
    all.
    """
    share = "all" if box.coverage >= 1.0 else f"{frequency(box.coverage)} of all"
    return (
        f"Where {limits_words(box.limits, titles, units)}, {case} in {of_worlds(box.density)} "
        f"(against {frequency(base)} everywhere); {share} such worlds lie there."
    )


def rule_sentence(
    limits: Mapping[str, Limit], share: float, mass: float, case: str, titles: Words, units: Words
) -> str:
    """One leaf of a tree: "Where a is below 1 (20 of 100 worlds), 83 of 100 worlds are ones in which ..."."""
    where = f"Where {limits_words(limits, titles, units)}" if limits else "In all worlds"
    return f"{where} ({of_worlds(mass)}), {of_worlds(share)} are ones in which {case}."


def titles(model: Model) -> dict[str, str]:
    """Titles of the parameters as they read inside a sentence: a capital only where the word always has one."""
    scenario = model.scenario
    proper = {
        word.removesuffix("'s")
        for actor in scenario.actors.values()
        for word in actor.name.split()
        if word[:1].isupper()
    }
    proper.update(actor.capitalize() for actor in scenario.actors)
    written = [scenario.question, *(claim.text for claim in scenario.claims.values())]
    written += [parameter.title for parameter in scenario.parameters.values()]
    written += [measure.title for measure in scenario.measures.values()]
    for title in written:
        proper.update(w.strip(",.;:()").removesuffix("'s") for w in title.split()[1:] if w[:1].isupper())
    found = {}
    for name, parameter in scenario.parameters.items():
        title = parameter.titled(name)
        first = title.split(" ")[0].removesuffix("'s")
        keeps = first in proper or any(c.isupper() for c in first[1:])
        found[name] = title if keeps else title[:1].lower() + title[1:]
    return found


def units(model: Model) -> dict[str, str]:
    """Units of the parameters."""
    return {name: parameter.unit for name, parameter in model.scenario.parameters.items()}
