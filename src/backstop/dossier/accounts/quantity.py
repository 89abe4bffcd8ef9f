"""Quantities of accounts: figures with their units, compared by what they measure and never by the name alone.

Units are those of pint. Currencies are compared with themselves alone, for no rate is known; units that measure
different things, or that nobody knows, are not compared unless the vocabulary says that they are the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isclose
from typing import TYPE_CHECKING, Literal

from backstop.dossier.record import Register, Slot

if TYPE_CHECKING:
    from pint import UnitRegistry

Standing = Literal["equal", "near", "apart", "unlike"]
"""`near`: they overlap, or one rounds the other; `apart`: they do not; `unlike`: they cannot be compared."""

ROUNDED = 0.05
"""Share of the larger figure by which a report that rounds may be off."""

_SCALES = {
    "dozen": 12.0,
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "bn": 1e9,
    "mn": 1e6,
    "mln": 1e6,
}
_CURRENCIES = {
    "euro": "EUR", "eur": "EUR", "\u20ac": "EUR", "dollar": "USD", "us dollar": "USD", "usd": "USD", "$": "USD",
    "us$": "USD", "u.s. dollar": "USD", "american dollar": "USD", "pound sterling": "GBP", "british pound": "GBP",
    "sterling": "GBP", "gbp": "GBP", "\u00a3": "GBP", "rouble": "RUB", "ruble": "RUB", "rub": "RUB", "\u20bd": "RUB",
    "hryvnia": "UAH", "uah": "UAH", "\u20b4": "UAH", "franc": "CHF", "swiss franc": "CHF", "chf": "CHF",
    "yen": "JPY", "jpy": "JPY", "\u00a5": "JPY", "yuan": "CNY", "renminbi": "CNY", "cny": "CNY", "rmb": "CNY",
    "canadian dollar": "CAD", "cad": "CAD", "australian dollar": "AUD", "aud": "AUD", "zloty": "PLN", "pln": "PLN",
    "krona": "SEK", "sek": "SEK", "lira": "TRY", "try": "TRY", "rupee": "INR", "inr": "INR", "shekel": "ILS",
    "ils": "ILS", "dinar": "dinar", "riyal": "SAR", "rial": "IRR", "won": "KRW", "krw": "KRW", "peso": "peso",
}  # fmt: skip
_FRACTIONS = frozenset(("share", "fraction", "proportion", "ratio"))
_SPELT = {
    "%": "percent",
    "per cent": "percent",
    "percentage": "percent",
    "ton": "tonne",
    "barrel": "oil barrel",
    "metric ton": "tonne",
    "square": "sq",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A span of figures in one unit, and by how much each figure may be off because it is rounded."""

    low: float
    high: float
    slack_low: float
    slack_high: float

    def scaled(self, factor: float, offset: float = 0.0) -> Measured:
        """The same in a unit of which one of these has `factor`, and whose zero lies at `offset`."""
        low, high = self.low * factor + offset, self.high * factor + offset
        return Measured(low, high, self.slack_low * factor, self.slack_high * factor)


def standing(one: Slot, other: Slot, register: Register) -> tuple[Standing, str]:
    """How two figures stand to each other, and words on it: what was converted, or why they cannot be compared."""
    (scale, unit), (other_scale, other_unit) = unit_of(one.unit), unit_of(other.unit)
    first, second = _measured(one, scale), _measured(other, other_scale)
    shares = _shares(unit, other_unit, first, second)
    if shares is not None:
        return _compared(*shares, converted=True), ""
    if not unit or not other_unit or unit == other_unit or _one_thing(unit, other_unit, register):
        return _compared(first, second, converted=False), ""
    money = _currency(unit), _currency(other_unit)
    if "pound" in (unit, other_unit) and any(money):  # money beside money, a mass beside a mass
        money = (money[0] or "GBP", money[1] or "GBP")
    if any(money):
        if money[0] == money[1]:
            return _compared(first, second, converted=False), ""
        if all(money):
            return "unlike", f"{one.unit} and {other.unit} are two currencies, and no rate is given"
        return "unlike", f"{one.unit} and {other.unit} do not measure the same"
    conversion = _conversion(_cased(other.unit, other_unit), _cased(one.unit, unit)) or _conversion(
        other_unit, unit
    )
    if conversion is None:
        return "unlike", f"{one.unit} and {other.unit} are not known to measure the same"
    found = second.scaled(*conversion)
    shown = found.scaled(1 / scale)
    span = f"{shown.low:.3g}" if shown.low == shown.high else f"{shown.low:.3g} to {shown.high:.3g}"
    return _compared(first, found, converted=True), f"{given(other)} are {span} {one.unit}"


def given(slot: Slot) -> str:
    """The figures of a slot with their unit."""
    low = slot.low or 0.0
    high = low if slot.high is None else slot.high
    return f"{low:g}{'' if low == high else f' to {high:g}'} {slot.unit}".strip()


def _measured(slot: Slot, scale: float) -> Measured:
    low = slot.low or 0.0
    high = low if slot.high is None else slot.high
    return Measured(low, high, _slack(low), _slack(high)).scaled(scale)


def _slack(value: float) -> float:
    """Half a unit of the last digit that a figure is given with."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return 0.5 * 10.0 ** min(exponent, 0) if isinstance(exponent, int) else 0.0


def _compared(one: Measured, other: Measured, converted: bool) -> Standing:
    if isclose(one.low, other.low) and isclose(one.high, other.high):
        return "equal"
    if converted:
        # The same span in other units: each end is the other within what its digits leave open.
        most = ROUNDED * max(abs(one.high), abs(other.high))
        low_open = min(one.slack_low + other.slack_low, most)
        high_open = min(one.slack_high + other.slack_high, most)
        if abs(one.low - other.low) <= low_open and abs(one.high - other.high) <= high_open:
            return "equal"
    gap = max(other.low - one.high, one.low - other.high)
    largest = max(abs(value) for value in (one.low, one.high, other.low, other.high))
    return "near" if gap <= ROUNDED * largest else "apart"


def _shares(unit: str, other_unit: str, one: Measured, other: Measured) -> tuple[Measured, Measured] | None:
    """Two figures as shares of one, where one is in percent and the other a bare figure up to 1, or named a share."""
    parts = []
    for name, figure, beside in ((unit, one, other_unit), (other_unit, other, unit)):
        if name == "percent":
            parts.append(figure.scaled(0.01))
        elif name in _FRACTIONS or (not name and beside == "percent" and figure.high <= 1):
            parts.append(figure)
        else:
            return None
    return parts[0], parts[1]


@lru_cache(maxsize=20_000)
def unit_of(text: str) -> tuple[float, str]:
    """The scale that a unit begins with and the unit proper, in the singular.

    >>> unit_of("thousand troops"), unit_of("%")
    ((1000.0, 'troop'), (1.0, 'percent'))
    """
    scale, kept = 1.0, []
    plain = re.sub(r"([%$\u20ac\u00a3])", r" \1 ", text.casefold().replace("us$", "usd")).replace("-", " ")
    for word in plain.split():
        single = _singular(word)
        if single in _SCALES:
            scale *= _SCALES[single]
        elif single != "of":
            kept.append(single)
    unit = " ".join(kept)
    return scale, _SPELT.get(unit, unit)


def _cased(text: str, unit: str) -> str:
    """A unit as it is written, where that tells symbols apart (MW, mW), else as compared."""
    found = text.split()[-1] if text.split() else ""
    return found if found.casefold() == unit else unit


def _singular(word: str) -> str:
    irregular = {"feet": "foot", "inches": "inch", "men": "man", "people": "person", "centuries": "century"}
    if word in irregular:
        return irregular[word]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")) else word


def _currency(unit: str) -> str:
    return _CURRENCIES.get(unit) or _CURRENCIES.get(unit.removeprefix("us ").removeprefix("u.s. "), "")


def _one_thing(one: str, other: str, register: Register) -> bool:
    """Whether the vocabulary has both units as names of one entry, or of values that agree."""
    for entries in (register.values, register.objects):
        holders = []
        for unit in (one, other):
            named = set()
            for name, entry in entries.items():
                if any(unit == unit_of(label)[1] for label in (name, entry.title, *entry.aliases)):
                    named.add(name)
            holders.append(named)
        if holders[0] & holders[1]:
            return True
    values = register.values
    return any(
        {one, other} == {unit_of(entry.title)[1], unit_of(values[agreed].title)[1]}
        for entry in values.values()
        for agreed in entry.agrees
        if agreed in values
    )


@lru_cache(maxsize=1)
def _units() -> UnitRegistry[float]:
    import pint

    return pint.UnitRegistry()


@lru_cache(maxsize=2_000)
def _conversion(unit: str, into: str) -> tuple[float, float] | None:
    """How many of `into` one of `unit` is, and how many none of it is (0 but for temperatures); None where unknown."""
    import pint

    units = _units()
    try:
        one, other = (units.parse_units(_in_words(name)) for name in (unit, into))
        zero, unity = (float(units.Quantity(count, one).to(other).magnitude) for count in (0.0, 1.0))
        return unity - zero, zero
    except (pint.PintError, ValueError, TypeError, AttributeError, AssertionError, KeyError):
        return None
    except Exception as error:  # the parser of units raises what the tokenizer of Python does
        if type(error).__module__ in ("tokenize", "builtins"):
            return None
        raise


def _in_words(unit: str) -> str:
    """A unit as pint writes it: "square kilometre" is "kilometre ** 2", "km per hour" is "km / hour"."""
    named = re.sub(r"\b(?:square|sq\.?) (\w+)", r"\1 ** 2", unit.removeprefix("degree "))
    named = re.sub(r"\bcubic (\w+)", r"\1 ** 3", named).replace(" per ", " / ").replace("/", " / ")
    named = " ".join(named.split())
    if re.fullmatch(r"[^\W\d_]+(?: [^\W\d_]+)+", named):
        named = named.replace(" ", "_")  # nautical mile
    if not re.fullmatch(r"\w+(?: \*\* [23])?(?: / [^\W\d_]+(?: \*\* [23])?)*", named):
        raise ValueError(f"{unit} is no unit")
    return named
