"""The accounts of a dossier compared, as JSON, and the agreement between their coders."""

from __future__ import annotations

from typing import Any

from backstop.dossier.accounts.agreement import agreement
from backstop.dossier.accounts.comparison import compare
from backstop.dossier.accounts.finding import KINDS
from backstop.dossier.accounts.independence import independence
from backstop.serve.dossier.files import Reading
from backstop.serve.dossier.views import brief

MOST_OF_A_KIND = 300
"""Findings of one kind that a page is sent; all are counted."""


def accounts(reading: Reading, withheld: bool) -> dict[str, Any]:
    """The accounts compared: findings of each kind, how the accounts depend on each other, agreement between coders."""
    return reading.once(("accounts", withheld), lambda: _accounts(reading, withheld))


def _accounts(reading: Reading, withheld: bool) -> dict[str, Any]:
    dossier = reading.dossier
    texts = {
        name: text
        for name, text in reading.newest.items()
        if not withheld or dossier.sources[name].may_travel
    }
    # Coding changes neither texts nor what they have in common.
    same = (dossier.sources, frozenset(texts))
    independent = reading.while_same(("independence", withheld), same, lambda: independence(dossier, texts))
    compared = compare(dossier, texts, independent)
    findings = {kind: compared.of(kind) for kind in KINDS}
    shown = {kind: [one.as_dict() for one in found[:MOST_OF_A_KIND]] for kind, found in findings.items()}
    named = {name for found in shown.values() for one in found for name in one["statements"]}
    return {
        "accounts": [
            {
                "id": source.id,
                "title": source.title,
                "group": compared.independence.group[source.id],
            }
            for source in dossier.sources.values()
        ],
        "independence": [relation.as_dict() for relation in compared.independence.relations],
        "counts": {kind: len(found) for kind, found in findings.items()},
        "findings": shown,
        "statements": {
            name: brief(dossier, dossier.statements[name]) for name in named if name in dossier.statements
        },
        "agreement": {
            source: [{"field": row.field, **row.as_dict()} for row in rows]
            for source, rows in agreement(dossier).items()
        },
        "dismissed": [
            {
                "id": one.id,
                "kind": one.kind,
                "statements": list(one.statements),
                "note": one.note,
                "coder": one.coder,
                "when": one.when,
            }
            for one in dossier.findings.values()
            if one.dismissed
        ],
    }
