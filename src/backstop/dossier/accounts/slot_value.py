"""The values of typed slots made comparable: when two of them agree, differ, or cannot both be true."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backstop.dossier.accounts.gazetteer import place_state, places_in
from backstop.dossier.accounts.office import Office, offices_in
from backstop.dossier.accounts.quantity import Standing, given, standing
from backstop.dossier.moment import meet, slot_time
from backstop.dossier.record import Register, Slot
from backstop.dossier.relations import wider_actors, wider_values

Verdict = Literal["agree", "differ", "clash", "exclude", "unlike"]
"""`agree`: no difference; `differ`: another detail; `clash`: one of both is wrong if they are about the same thing;
`exclude`: they cannot both be true; `unlike`: nothing is known by which they could be compared."""

SINGLE_VALUED = frozenset(
    {"office", "place", "occasion", "time", "participants", "reaction", "number", "position"}
)
"""Slots in which one actor or event has one value at a time. All others are details in which accounts may differ."""


@dataclass(frozen=True)
class Reading:
    """One slot of one statement, made comparable."""

    name: str
    slot: Slot
    label: str
    key: str
    offices: tuple[Office, ...] = ()


def reading(name: str, slot: Slot, register: Register) -> Reading:
    """A slot made comparable: its label for people and its key, equal for equal values."""
    entry = register.values.get(slot.is_)
    label = entry.title if entry else _titled(slot.is_, register) or slot.text
    if name == "participants" and not label:
        present = ", ".join(_titled(name, register) for name in slot.members)
        absent = ", ".join(_titled(name, register) for name in slot.excluded)
        parts = [part for part in (present, absent and f"without {absent}") if part]
        label = " ".join(parts)
    if name == "number" and slot.low is not None:
        label = given(slot)
    if name == "time" and not label:
        label = " to ".join(dict.fromkeys(d for d in (slot.from_, slot.to) if d))
        label = label or "; ".join([f"before {e}" for e in slot.before] + [f"after {e}" for e in slot.after])
    if slot.text and slot.text != label:
        label = f"{label} ({slot.text})" if label else slot.text
    key = slot.is_ if entry else _plain(slot.is_ or slot.text)
    offices = (
        tuple(_offices(f"{entry.title}, {', '.join(entry.aliases)}" if entry else slot.is_))
        if name == "office"
        else ()
    )
    return Reading(name, slot, label, key, offices)


def _titled(name: str, register: Register) -> str:
    if name in register.objects:
        return register.objects[name].title
    return register.actors[name].name if name in register.actors else name


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    words = re.findall(r"[^\W_]+", text.casefold())
    return " ".join(word for word in words if word not in ("the", "a", "an", "of", "in", "on", "at", "to"))


@lru_cache(maxsize=20_000)
def _offices(text: str) -> list[Office]:
    return offices_in(text)


def compare(one: Reading, other: Reading, register: Register) -> Verdict:
    """How two values of one slot stand to each other."""
    if _listed(one.key, other.key, "excludes", register):
        return "exclude"
    if one.name == "number":
        return _numbers(one.slot, other.slot, register)
    if one.name == "time":
        return _times(one, other)
    if one.name == "participants":
        verdict = _participants(one, other, register)
        if verdict != "agree" or not (one.key and other.key):
            return verdict
    if one.name == "position" and one.slot.polarity and other.slot.polarity:
        if one.slot.polarity == other.slot.polarity:
            return "agree"
        return "clash" if opposed(one, other) else "differ"
    if one.key == other.key or _within(one.key, other.key, register):
        return "agree"
    if by_words := _modal_verdict(one, other, register):
        return by_words
    if one.name == "office" and one.offices and other.offices:
        return _compare_offices(one.offices, other.offices)
    if one.name == "place":
        return _compare_places(one.key, other.key)
    return "clash" if one.name in SINGLE_VALUED else "differ"


def opposed(one: Reading, other: Reading) -> bool:
    """Whether two values point opposite ways."""
    return {one.slot.polarity, other.slot.polarity} == {"+", "-"}


def _listed(one: str, other: str, relation: str, register: Register) -> bool:
    first, second = register.values.get(one), register.values.get(other)
    return bool(
        (first and other in getattr(first, relation)) or (second and one in getattr(second, relation))
    )


def _within(one: str, other: str, register: Register) -> bool:
    if _listed(one, other, "agrees", register):
        return True
    return other in wider_values(one, register) or one in wider_values(other, register)


_NUMBERS: dict[Standing, Verdict] = {"equal": "agree", "near": "differ", "apart": "clash", "unlike": "unlike"}


def _numbers(one: Slot, other: Slot, register: Register) -> Verdict:
    if one.low is None or other.low is None:
        return "agree"
    return _NUMBERS[standing(one, other, register)[0]]


_NEGATIONS = frozenset(
    ("not", "never", "no", "don", "didn", "doesn", "won", "wouldn", "t", "cannot", "without")
)
_MAY = frozenset(("may", "might", "could", "can", "possibly", "perhaps", "maybe"))
_WILL = frozenset(("will", "shall", "would", "must", "certainly", "definitely", "going"))
_SUPPORTING = frozenset(
    ("do", "does", "did", "has", "have", "had", "be", "is", "are", "was", "were", "it", "that")
)
_IRREGULAR = {"said": "say", "told": "tell", "made": "make", "gave": "give", "met": "meet", "left": "leave"}


def _modal_verdict(one: Reading, other: Reading, register: Register) -> Verdict | None:
    """The verdict on two values in words that are the same but for "not" or "never", or for "may" against "will"."""
    if one.key in register.values or other.key in register.values:
        return None
    split = [_split(reading.key) for reading in (one, other)]
    (words, negated, modal), (other_words, other_negated, other_modal) = split
    if not words or words != other_words:
        return None
    if negated != other_negated:
        return "clash" if "may" in (modal, other_modal) else "exclude"
    return "differ" if modal != other_modal and "may" in (modal, other_modal) else "agree"


@lru_cache(maxsize=20_000)
def _split(text: str) -> tuple[tuple[str, ...], bool, str]:
    """The words of a value without what negates or weakens it, whether it is negated, and its modality."""
    words = text.split()
    modal = "may" if _MAY & set(words) else "will" if _WILL & set(words) else ""
    bare = [_IRREGULAR.get(w, w) for w in words if w not in _NEGATIONS | _MAY | _WILL | _SUPPORTING]
    stems = tuple(re.sub(r"(?:ed|es|s|d|e)$", "", w) if len(w) > 3 else w for w in bare)
    return stems, bool(_NEGATIONS & set(words)), modal


_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b")


def dated(reading: Reading) -> bool:
    """Whether a time gives dates and not words alone."""
    return slot_time(reading.slot) is not None


def _times(one: Reading, other: Reading) -> Verdict:
    first, second = one.slot, other.slot
    if set(first.before) & set(second.after) or set(first.after) & set(second.before):
        return "exclude"
    time, other_time = slot_time(first), slot_time(second)
    if time and other_time:
        return "agree" if meet(time, other_time) else "clash"
    days = [set(_WEEKDAY.findall(one.key)), set(_WEEKDAY.findall(other.key))]
    if len(days[0]) == len(days[1]) == 1 and days[0] != days[1]:
        return "clash"
    # Other words, such as "next week", stay unresolved until a date of publication is known.
    return "agree" if one.key == other.key else "differ"


def _participants(one: Reading, other: Reading, register: Register) -> Verdict:
    first, second = one.slot, other.slot
    for present, absent in ((first.members, second.excluded), (second.members, first.excluded)):
        if wider_actors(present, register) & set(absent):
            return "clash"
    if first.members and second.members and set(first.members) != set(second.members):
        return "differ"
    return "agree"


def _compare_offices(one: tuple[Office, ...], other: tuple[Office, ...]) -> Verdict:
    if any(a.excludes(b) for a in one for b in other):
        return "exclude"
    if any(a.same(b) for a in one for b in other):
        return "agree"
    return "clash"


def _compare_places(one: str, other: str) -> Verdict:
    first, second = set(places_in(one)) or {one}, set(places_in(other)) or {other}
    if first & second:
        return "agree"
    states = {place_state(p) for p in first} - {None}, {place_state(p) for p in second} - {None}
    lies_in = (first & states[1]) | (second & states[0])
    countries = {p for p in first | second if place_state(p) == p}
    same_country = {place_state(p) for p in countries} & states[0] & states[1]
    if lies_in or same_country:
        return "agree"
    # The harbour of a town, or a hall in it, is the same place described more closely.
    words = _place_words(one), _place_words(other)
    return "agree" if words[0] and words[1] and (words[0] <= words[1] or words[1] <= words[0]) else "clash"


def _place_words(place: str) -> set[str]:
    return set(_plain(place).split()) - {"near", "outside", "by", "around", "city", "town"}
