"""States with their adjectives, capitals and large cities: that Paris lies in France, and that "British" is the UK.

A dossier's own vocabulary comes first; what is in neither is compared by its words.
"""

from __future__ import annotations

import re

from backstop.dossier.text.word_list import rows

_STATES: dict[str, str] = {}
_TOWNS: dict[str, str] = {}
for _row in rows("states"):
    _state, _, _rest = _row.partition(":")
    _names, _, _towns = _rest.partition("|")
    _STATES |= dict.fromkeys((_state, *(name.strip() for name in _names.split(","))), _state)
    _TOWNS |= dict.fromkeys((town.strip() for town in _towns.split(",")), _state)


def state_of(name: str) -> str | None:
    """The state that `name` means: its name, an adjective, a short form.

    >>> state_of("British")
    'united kingdom'
    """
    return _STATES.get(name.casefold().strip(" .'\u2019"))


def place_state(place: str) -> str | None:
    """The state a city lies in, or the state itself.

    >>> place_state("Paris"), place_state("us")
    ('france', 'united states')
    """
    word = place.casefold().strip()
    return _TOWNS.get(word) or _STATES.get(word)


def places_in(text: str) -> list[str]:
    """Cities and states named in `text`, cities first, as they stand in the lists."""
    low = f" {re.sub(r'[^a-z.]+', ' ', text.casefold())} "
    towns = [town for town in _TOWNS if f" {town} " in low]
    return towns + [name for name in _STATES if len(name) > 3 and f" {name} " in low]
