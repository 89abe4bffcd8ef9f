"""Conditions on inputs in plain words, with natural frequencies instead of coverage and density."""

from __future__ import annotations

import math
from collections.abc import Mapping

from backstop.base.words import frequency, listed, of_worlds, readable
from backstop.questions.methods.box import Box, Limit


def limit_words(name: str, limit: Limit, title: str | None = None, unit: str = "") -> str:
    """One restriction: "aid delay is above 60 days", "resolve is between 0.2 and 0.4", "season is winter or
    spring".

    Limits are written to about a hundredth of the input's own range. `title` defaults to the name made
    readable.
    """
    subject = title or readable(name)[:1].lower() + readable(name)[1:]
    if unit in ("probability", "share", "1", ""):
        unit = ""
    low, high = (None if end is None else _figure(end, limit) for end in (limit.low, limit.high))
    suffix = f" {unit}" if unit else ""
    if low is not None and high is not None:
        if low == high:
            return f"{subject} is {low}{suffix}" if limit.stepped else f"{subject} is about {low}{suffix}"
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


def conditions_words(
    limits: Mapping[str, Limit],
    titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> str:
    """All restrictions of a box, joined by "and"."""
    titles, units = titles or {}, units or {}
    return listed(
        [limit_words(name, limit, titles.get(name), units.get(name, "")) for name, limit in limits.items()]
    )


def sentence(
    box: Box,
    case: str,
    titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> str:
    """What a box says, for a reader who knows neither coverage nor density.

    `case` names the worlds described, as after "worlds in which": "lasting peace is under 0.5".
    """
    if not box.limits:
        return f"No condition on the assumptions singles out the worlds in which {case}."
    # "Mostly" is only said where most worlds of the box are cases.
    how = "mostly" if box.density >= 0.5 else "more often"
    return (
        f"Worlds in which {case} are found {how} where {conditions_words(box.limits, titles, units)}: "
        f"{of_worlds(box.density)} there are such worlds, "
        f"and {'all' if box.coverage >= 1 else frequency(box.coverage) + ' of all'} such worlds lie there."
    )


def rule_words(
    limits: Mapping[str, Limit],
    share: float,
    mass: float,
    case: str,
    titles: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> str:
    """One leaf of a tree: "Where a is below 1 (20 of 100 worlds), 83 of 100 worlds are ones in which ..."."""
    where = f"Where {conditions_words(limits, titles, units)}" if limits else "In all worlds"
    return f"{where} ({of_worlds(mass)}), {of_worlds(share)} are ones in which {case}."
