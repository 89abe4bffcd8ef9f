"""The map of the phases: where the relationship can stand, what each actor gets there a year, and where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.report.charts.stacks import named_colours
from backstop.report.charts.tree import chance_words
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet
from backstop.scenario.format.fields import Tone


@dataclass(frozen=True, slots=True)
class Place:
    """A phase: its title and tone, its yearly payoffs by actor, and what follows after a period.

    `to`: name, title and chance of each phase that follows.
    """

    name: str
    title: str
    tone: Tone | None
    payoffs: tuple[tuple[str, float], ...]
    to: tuple[tuple[str, str, float], ...] = ()
    begins: bool = False


def draw(places: Sequence[Place], period: str, width: float) -> Sheet:
    """Phases from good to bad, arrows between them as wide as passages are likely, and both in words within."""
    sheet = Sheet(width)
    tones = {place.title: place.tone for place in places}
    inks = named_colours([place.title for place in places], tones)
    colours = {place.name: ink for place, ink in zip(places, inks, strict=True)}
    arcs = any(name != place.name and p > 0.0 for place in places for name, _, p in place.to)
    lane = 0.0 if not arcs else (70.0 if sheet.phone else 190.0)
    box = width - lane
    spans: dict[str, tuple[float, float]] = {}
    top = 0.0
    for place in places:
        end = _place(sheet, place, colours[place.name], period, box, top)
        spans[place.name] = (top, end)
        top = end + 12
    _passages(sheet, places, spans, box, lane)
    return sheet


def _place(
    sheet: Sheet,
    place: Place,
    colour: str,
    period: str,
    width: float,
    top: float,
) -> float:
    """The box of a phase. Returns where it ends."""
    left, room = 18.0, width - 28.0
    inner = Sheet(sheet.width)
    title = f"{place.title} (it begins here)" if place.begins else place.title
    end = inner.paragraph(left, top + 6, title, room, bold=True)
    if place.payoffs:
        paid = ", ".join(f"{who} {value:.2g}" for who, value in place.payoffs)
        end = inner.paragraph(left, end + 1, f"Payoff a year: {paid}", room, SMALL, "quiet")
    elsewhere = sorted(
        ((p, title) for name, title, p in place.to if p > 0.0 and name != place.name), reverse=True
    )
    for p, following in elsewhere:
        text = f"{chance_words(p)} {period} to {following}"
        end = inner.paragraph(left, end + 1, text, room, SIZE)
    stays = sum(p for name, _, p in place.to if name == place.name)
    if stays > 0.0:
        end = inner.paragraph(left, end + 1, f"{chance_words(stays)} {period} it stays", room, SIZE)
    if not place.to:
        end = inner.paragraph(left, end + 1, "For good: nothing follows", room, SMALL, "quiet")
    sheet.rect(0.5, top + 0.5, width - 1, end + 6 - top, "paper", "quiet", round=3)
    sheet.rect(1, top + 1, 8, end + 5 - top, colour)
    sheet.place(inner, 0, 0)
    return end + 7


def _passages(
    sheet: Sheet, places: Sequence[Place], spans: dict[str, tuple[float, float]], left: float, lane: float
) -> None:
    """Arrows from box to box at their right, further out the further they go, each at a height of its own."""
    passages = [
        (place.name, name, p)
        for place in places
        for name, _, p in place.to
        if p > 0.0 and name != place.name and name in spans
    ]
    order = list(spans)
    passages.sort(key=lambda of: abs(order.index(of[0]) - order.index(of[1])))
    ends: dict[str, int] = {}
    total = {name: sum(name in of[:2] for of in passages) for name in spans}

    def height(name: str) -> float:
        ends[name] = ends.get(name, 0) + 1
        start, end = spans[name]
        return start + (end - start) * ends[name] / (total[name] + 1)

    for number, (start, to, p) in enumerate(passages):
        far = left + 14 + (lane - 20) * (number + 1) / len(passages)
        y0, y1 = height(start), height(to)
        way = [(left, y0), (far - 5, y0), (far, y0 + (5 if y1 > y0 else -5))]
        way += [(far, y1 - (5 if y1 > y0 else -5)), (far - 5, y1), (left + 8, y1)]
        sheet.line(way, "coal", 0.8 + 5.2 * p, said=f"{start} to {to}: {chance_words(p)}")
        size = 4.5 + 2.5 * p
        sheet.area([(left, y1), (left + 2 * size, y1 - size), (left + 2 * size, y1 + size)], "coal")
