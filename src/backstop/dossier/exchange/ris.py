"""The sources as references in RIS, for reference managers."""

from __future__ import annotations

from typing import Any

from backstop.dossier.dossier import Dossier
from backstop.dossier.text.extract import needed


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
        notes.append(f"text sha256 {source.text.digests.text}")
        entry["notes"] = [_line(note) for note in notes if note]
        entries.append(entry)
    text: str = rispy.dumps(entries)
    return text


def _line(text: str) -> str:
    """A value on one line: a line break would begin another field."""
    return " ".join(text.split())
