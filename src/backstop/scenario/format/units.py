"""Units that say "a year": a cost is stated per year, and a total over years has its unit without that."""

from __future__ import annotations

import re

_A_YEAR = re.compile(
    r"\s*(?:\b(?:a|per|each|every) (?:year|annum)|\bp\. ?a\.|\bp\.?a\b|/ ?(?:year|yr|a)"
    r"|\b(?:yearly|annual(?:ly)?))(?!\w)",
    re.IGNORECASE,
)


def yearly_words(unit: str) -> str:
    """The words of a unit that say that it is per year; empty where there are none.

    >>> yearly_words("billion USD a year"), yearly_words("EUR p.a."), yearly_words("billion USD")
    ('a year', 'p.a.', '')
    """
    found = _A_YEAR.search(unit)
    return found[0].strip() if found else ""


def total_unit(unit: str) -> str:
    """The unit of a total over years: the unit without the words that say that it is per year.

    >>> total_unit("billion USD a year of 2024"), total_unit("EUR/year"), total_unit("billion USD")
    ('billion USD of 2024', 'EUR', 'billion USD')
    """
    return _A_YEAR.sub("", unit).strip()
