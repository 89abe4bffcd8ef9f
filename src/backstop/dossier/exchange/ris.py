"""The sources as references in RIS, for reference managers, both ways."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from backstop.base.faults import InvalidInput, Place
from backstop.base.optional import needed
from backstop.base.words import clean
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.foreign import LeftOut
from backstop.dossier.exchange.imported import Imported, Side
from backstop.dossier.record import Published, Source

_TEXT = "text sha256 "
"""What stands before the digest of a source's text in a note of its reference."""


def ris(dossier: Dossier) -> str:
    """One reference for each source, of the type news or electronic."""
    rispy = needed("rispy", "writing RIS")
    entries: list[dict[str, Any]] = []
    for source in dossier.sources.values():
        entry: dict[str, Any] = {"type_of_reference": "ELEC" if source.url else "NEWS", "id": source.id}
        for field, value in (
            ("title", source.title or source.id),
            ("secondary_title", source.outlet),
            ("date", source.published.from_.replace("-", "/")),
            ("year", source.published.from_[:4]),
            ("place_published", source.dateline),
            ("access_date", source.retrieved),
        ):
            if value:
                entry[field] = _line(value)
        if source.byline:
            entry["authors"] = [_line(source.byline)]
        if source.url:
            entry["urls"] = [_line(source.url)]
        notes = [source.note, f"published: {source.published.text}" if source.published.text else ""]
        notes.append(_TEXT + source.text.digests.text)
        entry["notes"] = [_line(note) for note in notes if note]
        entries.append(entry)
    text: str = rispy.dumps(entries)
    return text


def read_ris(data: str, name: str, dossier: Dossier, side: Side = "") -> Imported:
    """`dossier` with what references say of its sources, known by their id, their text or their address.

    What a source does not say yet is filled in; where it says something else, that is listed. Raises InvalidInput where
    the file holds no reference.
    """
    rispy = needed("rispy", "reading RIS")
    try:
        entries: list[dict[str, Any]] = rispy.loads(data)
    except Exception as error:
        raise InvalidInput(f"the references cannot be read ({error})", place=Place(name)) from None
    if not entries:
        raise InvalidInput("there is no reference in the file", place=Place(name))
    found = Imported(dossier)
    sources = dict(dossier.sources)
    for entry in entries:
        source = _known(entry, sources)
        if source is None:
            title = entry.get("title") or entry.get("primary_title") or entry.get("id") or "a reference"
            found.left_out.append(LeftOut("references", f"{title}: no source has its id, address or text"))
            continue
        update: dict[str, object] = {}
        for field, value in _said(entry, source).items():
            here = getattr(source, field)
            if here and here != value and side != "theirs":
                if side == "":
                    found.conflicts.append(f'source {source.id}: {field} is "{here}" here, "{value}" there')
            elif here != value:
                update[field] = value
        day = _day(entry)
        if day and not source.published.from_ and not source.published.text:
            update["published"] = Published.model_validate({"from": day, "to": day, "certainty": "probable"})
        sources[source.id] = source.model_copy(update=update)
        found.taken["references"] += 1
    found.dossier = replace(dossier, sources=sources)
    return found


def _known(entry: Mapping[str, Any], sources: Mapping[str, Source]) -> Source | None:
    digests = {note.removeprefix(_TEXT) for note in entry.get("notes", ()) if note.startswith(_TEXT)}
    urls = {url for url in entry.get("urls", ()) if url}
    for source in sources.values():
        if any(source.version(digest) for digest in digests) or source.url in urls:
            return source
    return sources.get(str(entry.get("id", "")))


def _said(entry: Mapping[str, Any], source: Source) -> dict[str, str]:
    """What a reference says, by field of a source."""
    found = {
        "title": entry.get("title") or entry.get("primary_title"),
        "outlet": entry.get("secondary_title") or entry.get("journal_name"),
        "byline": "; ".join(entry.get("authors") or ()),
        "dateline": entry.get("place_published"),
        "retrieved": entry.get("access_date"),
        "url": next(iter(entry.get("urls") or ()), ""),
    }
    if found["title"] == source.id:  # what we write where a source has no title
        del found["title"]
    return {field: str(value) for field, value in found.items() if value}


def _day(entry: Mapping[str, Any]) -> str:
    match = re.match(r"(\d{4})/(\d{2})/(\d{2})", str(entry.get("date", "")).replace("-", "/"))
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""


def _line(text: str) -> str:
    """A value on one line: a line break would begin another field."""
    return " ".join(clean(text).split())
