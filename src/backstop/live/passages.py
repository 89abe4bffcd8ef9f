"""The passages that a live page can show: what was coded and, where the text may travel, its words."""

from __future__ import annotations

from typing import Any

from backstop.dossier.record import Source
from backstop.evidence.evidence import Evidence
from backstop.evidence.ground import Ground, Passage


def passage_entries(evidence: Evidence) -> list[dict[str, Any]]:
    """Every passage under what the study cites, once; `quote` only where the account's text may travel."""
    found: dict[str, Passage] = {}
    for assumption in evidence.assumptions:
        for ground in evidence.grounds(assumption.ids):
            _gather(ground, found)
    dossier = evidence.dossier
    if dossier is None or not found:
        return []
    entries = []
    for id_, passage in found.items():
        statement = passage.statement
        source = dossier.sources.get(statement.source)
        travels = source is not None and source.may_travel
        entries.append(
            {
                "id": id_,
                "document": statement.source,
                "title": "" if source is None else source.title,
                "date": "" if source is None else _date(source),
                "holder": passage.holder,
                "paraphrase": statement.paraphrase,
                "quote": evidence.words.get(id_) if travels else None,
                "may_travel": travels,
                "where": [statement.anchor.start, statement.anchor.end],
                "confirmed": passage.confirmed,
            }
        )
    return entries


def _gather(ground: Ground, found: dict[str, Passage]) -> None:
    for passage in ground.passages:
        found.setdefault(passage.statement.id, passage)
    for other in ground.under:
        _gather(other, found)


def _date(source: Source) -> str:
    """When an account appeared, in its own words or as an interval."""
    said = source.published
    ends = dict.fromkeys(filter(None, (said.from_, said.to)))
    return said.text or " to ".join(ends)
