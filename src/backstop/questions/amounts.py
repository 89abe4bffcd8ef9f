"""Amounts in words by their unit: one chance in five a year, a tenth of the stake, 61 days."""

from __future__ import annotations

_CHANCES = ("chance", "probability", "likelihood")
_SHARES = ("share", "part", "fraction")
_UNNAMED = ("", "1", "probability", "chance", "likelihood", "share", "part", "fraction")

_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PARTS = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    10: "tenth",
    20: "twentieth",
    50: "fiftieth",
    100: "hundredth",
}
# Fractions said in words beside those of one part.
_SEVERAL = ((2, 3), (3, 4), (2, 5), (3, 5), (4, 5))

# A figure stands for a fraction that it is nearer to than this, relatively.
_NEAR = 0.02


def amount(figure: str, unit: str) -> str:
    """A figure with its unit. Chances and shares of something are told as fractions, or as cases of 100.

    `figure` is the number as it would be written; a unit that only says that it is a number is left out.

    >>> amount("0.2", "chance a year"), amount("0.37", "chance a year")
    ('one chance in five a year', '37 chances in 100 a year')
    >>> amount("0.1", "share of the stake"), amount("0.37", "share of the stake")
    ('a tenth of the stake', '37 % of the stake')
    >>> amount("1.1", "share of the stake"), amount("1", "0 = satisfied, 1 = wants more")
    ('110 % of the stake', '1')
    >>> amount("61", "days"), amount("0.4", "probability")
    ('61 days', '0.4')
    """
    if unit in _UNNAMED or "=" in unit:
        return figure  # "0 = none, 1 = full" is a key to the figures and no unit
    kind, _, of = unit.partition(" ")
    value = float(figure.replace(",", ""))
    if 0 < value < 1 and kind in _CHANCES:
        return f"{_chance(figure, value)} {of}"
    if 0 < value < 1 and kind in _SHARES:
        return f"{_share(figure, value)} {of}"
    if value > 1 and kind in _SHARES:
        return f"{100 * value:.4g} % {of}"
    return f"{figure} {unit}"


def amounts(low: str, high: str, unit: str) -> str:
    """Two figures with their unit, for a range between them.

    >>> amounts("0.1", "0.25", "chance a year"), amounts("30", "60", "days")
    ('10 and 25 chances in 100 a year', '30 and 60 days')
    """
    kind, _, of = unit.partition(" ")
    ends = [float(figure.replace(",", "")) for figure in (low, high)]
    if unit in _UNNAMED or "=" in unit:
        return f"{low} and {high}"
    if all(0 <= end <= 1 for end in ends) and kind in (*_CHANCES, *_SHARES):
        first, second = (f"{100 * end:.4g}" for end in ends)
        return f"{first} and {second} {'chances in 100' if kind in _CHANCES else '%'} {of}"
    return f"{low} and {high} {unit}"


def _chance(figure: str, value: float) -> str:
    found = _fraction(figure, value)
    if found is None:
        cases, of = (100 * value, "100") if value >= 0.01 else (1000 * value, "1,000")
        return f"{cases:.4g} chances in {of}"
    parts, whole = found
    return f"{_NUMBERS[parts]} chance{'s' if parts > 1 else ''} in {_spelled(whole)}"


def _share(figure: str, value: float) -> str:
    found = _fraction(figure, value)
    if found is None:
        return f"{100 * value:.4g} %"
    parts, whole = found
    if whole == 2:
        return "half"
    if parts > 1:
        return f"{_NUMBERS[parts]} {_PARTS[whole]}s"
    return f"{'an' if whole == 8 else 'a'} {_PARTS[whole]}"


def _fraction(figure: str, value: float) -> tuple[int, int] | None:
    """The simple fraction that a figure in so many places stands for; None where there is none."""
    places = len(figure.partition(".")[2])
    for parts, whole in (*((1, whole) for whole in _PARTS), *_SEVERAL):
        exact = parts / whole
        if round(exact, places) == value and abs(value - exact) <= _NEAR * exact:
            return parts, whole
    return None


def _spelled(whole: int) -> str:
    return _NUMBERS[whole] if whole < len(_NUMBERS) else str(whole)
