"""Times of accounts compared by what they mean: instants across zones, days in words, months, years and ranges."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from backstop.dossier.record import Slot

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CLOCK = r"(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
_ISO = re.compile(rf"(\d{{4}})(?:-(\d{{1,2}})(?:-(\d{{1,2}}){_CLOCK})?)?", re.IGNORECASE)
_DAY_FIRST = re.compile(
    rf"(?:(?:on|the) )*(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\.?,? (\d{{4}})", re.IGNORECASE
)
_MONTH_FIRST = re.compile(rf"(?:on )?({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})", re.IGNORECASE)
_MONTH_ALONE = re.compile(rf"(?:in )?({_MONTH})\.?,? (\d{{4}})", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,? (?=.)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:/|\bto\b|\buntil\b|\s[-\u2013]\s)\s*")

_LEAD = re.compile(r"^(?:between|from)\s+", re.IGNORECASE)
_DAYS_OF = re.compile(
    rf"(\d{{1,2}})\s?(?:-|\u2013|to|and)\s?(\d{{1,2}}) ((?:{_MONTH})\.? \d{{4}})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Time:
    """A span of days, first and last; `instants` its first and last moment in UTC where a clock and zone are given.

    `clock` is the local time of day, without a zone, where one is given.
    """

    first: date
    last: date
    instants: tuple[datetime, datetime] | None = None
    clock: tuple[datetime, datetime] | None = None


def time_of(text: str) -> Time | None:
    """The time that `text` gives as a date, an instant, a month, a year or a range; None for words alone.

    Raises ValueError where it looks like a date and there is none such, or a range ends before it begins.

    >>> time_of("1 March 2025") == time_of("2025-03-01")
    True
    """
    whole = _one(text.strip())
    if whole is not None:
        return whole
    plain = _LEAD.sub("", text.strip())
    if match := _DAYS_OF.fullmatch(plain):  # 1-5 March 2025
        plain = f"{match[1]} {match[3]} to {match[2]} {match[3]}"
    if plain != text.strip() and text.strip().casefold().startswith("between"):
        plain = plain.replace(" and ", " to ")
    parts = _BETWEEN.split(plain)
    if len(parts) != 2:
        return None
    first, last = (_one(part.strip()) for part in parts)
    if first is None or last is None:
        return None
    return joined(first, last)


def joined(first: Time, last: Time) -> Time:
    """The range from one time to another. Raises ValueError where that ends before it begins."""
    if first.first > last.last or (first.instants and last.instants and first.instants[0] > last.instants[1]):
        raise ValueError("it ends before it begins")
    instants = (first.instants[0], last.instants[1]) if first.instants and last.instants else None
    clock = (first.clock[0], last.clock[1]) if first.clock and last.clock else None
    return Time(first.first, last.last, instants, clock)


@lru_cache(maxsize=20_000)
def _one(text: str) -> Time | None:
    text = _WEEKDAY.sub("", " ".join(text.split()))
    if match := _ISO.fullmatch(text):
        year, month, day, hour, minute, second, zone = match.groups()
        if day and hour:
            return _instant(_day(year, month, day), hour, minute, second, zone)
        return _days(year, month, day)
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
        return _days(year, str(_MONTHS[month.casefold()]), day)
    if match := _MONTH_FIRST.fullmatch(text):
        month, day, year = match.groups()
        return _days(year, str(_MONTHS[month.casefold()]), day)
    if match := _MONTH_ALONE.fullmatch(text):
        month, year = match.groups()
        return _days(year, str(_MONTHS[month.casefold()]), None)
    return None


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"there is no day {year}-{month}-{day}") from None


def _days(year: str, month: str | None, day: str | None) -> Time:
    if month is None:
        return Time(_day(year, "1", "1"), _day(year, "12", "31"))
    if day is not None:
        found = _day(year, month, day)
        return Time(found, found)
    first = _day(year, month, "1")
    return Time(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]))


def _instant(day: date, hour: str, minute: str, second: str | None, zone: str | None) -> Time:
    try:
        local = datetime(day.year, day.month, day.day, int(hour), int(minute), int(second or 0))
        end = local + (timedelta(seconds=1) if second else timedelta(minutes=1)) - timedelta(microseconds=1)
        if zone is None:
            return Time(day, day, None, (local, end))
        offset = timedelta(0)
        if zone[0] in "+-":
            size = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:].lstrip(":") or 0))
            offset = size if zone[0] == "+" else -size
        instants = ((local - offset).replace(tzinfo=UTC), (end - offset).replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        # No such hour, or before the first or after the last year that a calendar here has.
        raise ValueError(f"there is no time {hour}:{minute} on {day}") from None
    # An account that gives a day alone may mean that of the place or that of its own clock.
    days = sorted((day, instants[0].date()))
    return Time(days[0], days[1], instants, (local, end))


def slot_time(slot: Slot) -> Time | None:
    """The time of a slot, from its fields `from` and `to`, else from its value; None for words alone, or no dates."""
    try:
        if slot.from_ or slot.to:
            last = time_of(slot.to or slot.from_)
            # With an end alone it is any time until then.
            first = time_of(slot.from_) if slot.from_ else Time(date.min, date.min)
            return joined(first, last) if first and last else None
        return time_of(slot.is_)
    except ValueError:
        return None


def meet(one: Time, other: Time) -> bool:
    """Whether two times can be one: they overlap, the more precise one lying in the other."""
    if one.instants and other.instants:
        return one.instants[0] <= other.instants[1] and other.instants[0] <= one.instants[1]
    if one.clock and other.clock and not one.instants and not other.instants:
        return one.clock[0] <= other.clock[1] and other.clock[0] <= one.clock[1]
    return one.first <= other.last and other.first <= one.last


def faults_in(slot: Slot) -> list[tuple[str, str]]:
    """What is wrong with the dates of a slot: the field and the reason."""
    return dates_at_fault({"from": slot.from_, "to": slot.to, "is": slot.is_})


def dates_at_fault(given: dict[str, str]) -> list[tuple[str, str]]:
    """Those of the fields `from`, `to` and `is` that give a day that there is none of, or a `to` before its `from`."""
    found: list[tuple[str, str]] = []
    times: dict[str, Time | None] = {}
    for field, text in given.items():
        try:
            times[field] = time_of(text) if text else None
        except ValueError as error:
            found.append((field, f"is {text}, and {error}"))
    first, last = times.get("from"), times.get("to")
    if first and last:
        try:
            joined(first, last)
        except ValueError:
            found.append(("from", f"is {given['from']}, after to, {given['to']}"))
    return found
