"""Zones of a source: headline, subhead, crossheads, dateline and page furniture, proposed from the shape of its lines.

A body line ends like a sentence or is long. What stands before the first body line is headline, subhead, dateline or
furniture; a short line without a full stop between body lines is a crosshead. A dateline says where a report was filed,
not where anything happened: that is why it is a zone and never a place.
"""

from __future__ import annotations

import re

from backstop.dossier.record import Zone, ZoneKind

_ENDS_SENTENCE = re.compile("[.!?\u2026:;,][\"'\u201d\u2019\u00bb)\\]]*$")
_AGE = re.compile(
    r"^(?:\d+|an?|one|two|three)\s+(?:second|minute|min|hour|hr|day|week|month|year)s?\s+ago$"
    r"|^(?:updated|published|posted)\b",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"^(?:share|tweet|print|email|comments?|advert(?:isement)?|read more\b.*|see also\b.*|related\b.*|subscribe\b.*"
    r"|follow us\b.*|sign up\b.*|log in|cookies?\b.*|accept all.*|we use cookies.*|menu|home|news|world|politics"
    r"|all rights reserved.*|\u00a9.*|copyright\b.*)$",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^By [A-Z][\w.'\u2019-]+(?: (?:and|[A-Z][\w.'\u2019-]+)){0,6}$")
_CAPITALS = re.compile(r"^[A-Z][A-Z .,'\u2019-]{2,40}$")
_PLACE_WORD = r"[A-Z][A-Za-z.'\u2019-]+"
_FILED = re.compile(
    rf"^(?P<place>{_PLACE_WORD}(?:[ ,]+(?:{_PLACE_WORD}|\d{{1,2}}))*(?: ?\([A-Za-z .]+\))?)"
    r"\s+[\u2013\u2014-]{1,2}\s+(?=[A-Z\"\u201c])"
)
_WHEN = (
    r"(?:\d{1,2}\.? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?(?: \d{1,2})?(?:,? \d{4})?"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
_PLACE_AND_TIME = re.compile(
    rf"^(?:[A-Z][A-Z.'\u2019-]+(?: [A-Z][A-Z.'\u2019-]+){{0,3}}|{_PLACE_WORD}(?: {_PLACE_WORD}){{0,2}}(?=,))"
    rf"(?:, {_PLACE_WORD}(?: {_PLACE_WORD}){{0,2}})?,? (?:{_WHEN})$"
)
_BODY_WORDS = 16


def propose_zones(text: str) -> tuple[Zone, ...]:
    """The zones of `text` by rule, in order. An analyst may correct them."""
    lines = [(m.start(), m.end(), m.group()) for m in re.finditer(r"[^\n]+", text) if m.group().strip()]
    body = [_is_body(line) for _, _, line in lines]
    if True not in body:
        return ()
    first, last = body.index(True), len(body) - 1 - body[::-1].index(True)
    zones: list[Zone] = []
    for index, (start, end, line) in enumerate(lines):
        if index < first:
            zones.append(_zone(_head_kind(line, index, zones), start, end, line))
        elif not body[index]:
            kind: ZoneKind = "furniture" if index > last or _is_furniture(line) else "crosshead"
            zones.append(_zone(kind, start, end, line))
        elif index == first and (filed := _FILED.match(line)) and len(filed["place"]) <= 60:
            zones.append(Zone(kind="dateline", start=start, end=start + len(filed["place"])))
    return tuple(zones)


def _is_body(line: str) -> bool:
    line = line.strip()
    if _is_furniture(line):
        return False
    return bool(_ENDS_SENTENCE.search(line)) or len(line.split()) > _BODY_WORDS + 8


def _is_furniture(line: str) -> bool:
    line = line.strip()
    return bool(_AGE.search(line) or _FURNITURE.match(line))


def _head_kind(line: str, index: int, before: list[Zone]) -> ZoneKind:
    line = line.strip()
    if _BYLINE.match(line):
        return "byline"
    if _PLACE_AND_TIME.match(line):
        return "dateline"
    if _is_furniture(line):
        return "furniture"
    seen = {zone.kind for zone in before}
    if _CAPITALS.match(line) and len(line.split()) <= 4 and (seen or index):
        return "dateline"
    if "headline" not in seen:
        return "headline"
    return "subhead" if len(line.split()) >= 5 and "subhead" not in seen else "furniture"


def _zone(kind: ZoneKind, start: int, end: int, line: str) -> Zone:
    lead, trail = len(line) - len(line.lstrip()), len(line) - len(line.rstrip())
    return Zone(kind=kind, start=start + lead, end=end - trail)
