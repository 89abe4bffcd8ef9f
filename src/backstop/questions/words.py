"""Conditions on parameters in plain words, with natural frequencies instead of coverage and density."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.base.words import frequency, listed, of_worlds, quoted, readable
from backstop.questions.amounts import amount, amounts
from backstop.questions.methods.box import Box, Limit
from backstop.scenario.model import Model

# What may follow a subject of two words ("the deal") or a name: the verb of its clause.
_VERBS = frozenset(("are", "can", "cannot", "could", "did", "may", "might", "must", "need", "will", "would"))


@dataclass(frozen=True, slots=True)
class Wording:
    """How an assumption is spoken of: its title as written, its unit, and clauses for a low and a high value.

    `middle` is its median: what lies beyond it is not called by the clause of that end.
    """

    title: str
    unit: str = ""
    low: str = ""
    high: str = ""
    middle: float = math.nan


Wordings = Mapping[str, Wording]
"""By name of the parameter."""


def wordings(model: Model) -> dict[str, Wording]:
    """How the parameters of a study are spoken of."""
    found = {}
    for name, of in model.scenario.parameters.items():
        spread = model.distributions[name]
        middle = spread if isinstance(spread, float) else spread.median
        found[name] = Wording(of.titled(name), of.unit, of.low.strip(), of.high.strip(), middle)
    return found


def titles(model: Model) -> dict[str, str]:
    """Titles of the parameters, as they are written."""
    return {name: of.titled(name) for name, of in model.scenario.parameters.items()}


def limit_words(name: str, limit: Limit, of: Wording | None = None) -> str:
    """One restriction: "the deal settles slowly (under one chance in five a year)".

    The study's own clause where the restriction keeps one half of the values, or less, at that end; else the title.
    Limits are written to about a hundredth of the input's own range.

    >>> limit_words("delay", Limit(low=61.4, lowest=0, highest=365), Wording("Delay of aid", "days"))
    '“Delay of aid” is above 61 days'
    >>> late = Wording("Delay of aid", "days", "aid comes soon", "aid comes late", middle=40)
    >>> limit_words("delay", Limit(low=61.4, lowest=0, highest=365), late)
    'aid comes late (over 61 days)'
    """
    of = of or Wording(readable(name))
    if limit.stepped and limit.low is not None and limit.low == limit.high:
        # One value and no other: at an end of the range the study has its own clause for it.
        if limit.low == limit.lowest and of.low:
            return of.low
        if limit.low == limit.highest and of.high:
            return of.high
    if limit.low is None and limit.high is not None and of.low and limit.high <= of.middle:
        return f"{of.low} ({limit_range(limit, of.unit, below='under')})"
    if limit.high is None and limit.low is not None and of.high and limit.low >= of.middle:
        return f"{of.high} ({limit_range(limit, of.unit, above='over')})"
    return f"{quoted(of.title)} is {limit_range(limit, of.unit)}"


def limit_range(limit: Limit, unit: str = "", below: str = "below", above: str = "above") -> str:
    """The range of a restriction with its unit: `above 61 days`, `between 0.2 and 0.4`, `5 or more`."""
    low, high = (None if end is None else _figure(end, limit) for end in (limit.low, limit.high))
    if not limit.stepped:
        # All values but one that many share, at an end of the range.
        if limit.low == math.nextafter(limit.lowest, math.inf):
            low = _figure(limit.lowest, limit)
        if limit.high == math.nextafter(limit.highest, -math.inf):
            high = _figure(limit.highest, limit)
    if low is not None and high is not None:
        if low == high:
            return f"{'' if limit.stepped else 'about '}{amount(low, unit)}"
        return f"between {amounts(low, high, unit)}"
    if low is not None:
        return f"{amount(low, unit)} or more" if limit.stepped else f"{above} {amount(low, unit)}"
    assert high is not None
    return f"{amount(high, unit)} or less" if limit.stepped else f"{below} {amount(high, unit)}"


def _figure(value: float, limit: Limit) -> str:
    """`value` with the digits that matter on the input's range."""
    width = limit.highest - limit.lowest
    if limit.stepped or not math.isfinite(width) or width <= 0:
        return f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(width)) - (1 if width >= 10 else 0))
    if not limit.lowest < value < limit.highest:
        return _digits(value, places)
    # More digits where rounding would put the limit on an end of the range, or beyond it.
    for more in range(places, places + 12):
        text = _digits(value, more)
        if limit.lowest < float(text.replace(",", "")) < limit.highest:
            return text
    return f"{value:g}"


def _digits(value: float, places: int) -> str:
    """`value` with so many decimal places at most."""
    text = f"{value:,.{min(places, 300)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def limits_words(limits: Mapping[str, Limit], of: Wordings) -> str:
    """All restrictions of a box, joined by "and"; a subject that clauses share is said once."""
    return listed(_once([limit_words(name, limit, of.get(name)) for name, limit in limits.items()]))


def _once(clauses: Sequence[str]) -> list[str]:
    """Clauses without the subject of the one before: "the deal settles slowly" and "concedes much"."""
    said: list[str] = []
    before = ""
    for clause in clauses:
        subject = _subject(clause)
        said.append(clause.removeprefix(f"{subject} ") if subject and subject == before else clause)
        before = subject
    return said


def _subject(clause: str) -> str:
    """The subject of a clause where it is surely one: "the", a word and a verb, or a name and a verb; else empty."""
    words = clause.split(" ")
    if len(words) > 2 and words[0] == "the" and _is_verb(words[2]):
        return " ".join(words[:2])
    if len(words) > 1 and words[0][:1].isupper() and _is_verb(words[1]):
        return words[0]
    return ""


def _is_verb(word: str) -> bool:
    return word in _VERBS or (word.isalpha() and word.endswith("s") and not word.endswith("ss"))


def box_sentence(box: Box, case: str, base: float, of: Wordings) -> str:
    """What a box says, for a reader who knows neither coverage nor density.

    `case` is what happens in the worlds described, such as "the claim fails"; `base` the share in which it does at
    all.
    """
    share = "all" if box.coverage >= 1.0 else f"{frequency(box.coverage)} of all"
    return (
        f"Where {limits_words(box.limits, of)}, {case} in {of_worlds(box.density)} "
        f"(against {frequency(base)} everywhere); {share} worlds in which {case} lie there."
    )


def rule_sentence(limits: Mapping[str, Limit], share: float, mass: float, case: str, of: Wordings) -> str:
    """One leaf of a tree: "Where a is below 1 (20 of 100 worlds), it fails in 83 of 100 worlds."."""
    where = f"Where {limits_words(limits, of)}" if limits else "Everywhere"
    return f"{where} ({of_worlds(mass)}), {case} in {of_worlds(share)}."
