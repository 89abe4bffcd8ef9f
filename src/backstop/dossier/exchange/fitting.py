"""What of an import fits the dossier: a record that names what is not there is left out, and the rest stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backstop.dossier.consistency import RecordKind, faults_by_record
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.foreign import LeftOut
from backstop.dossier.exchange.imported import Imported

_PARTS: Mapping[RecordKind, str] = {
    "source": "sources",
    "statement": "statements",
    "proposition": "propositions",
    "finding": "findings",
}


def fitted(found: Imported, before: Dossier) -> Imported:
    """`found` without the records, new or changed since `before`, that name what is nowhere; each is named."""
    dossier = found.dossier
    while True:
        wrong: dict[tuple[RecordKind, str], str] = {}
        for kind, name, fault in faults_by_record(dossier, coding=True):
            if _is_ours(kind, name, dossier, before):
                continue
            hint = f"; {fault.hint}" if fault.hint else ""
            wrong.setdefault((kind, name), f"{kind} {name}: {fault.what}{hint}")
        if not wrong:
            found.dossier = dossier
            return found
        # What named a record that is left out is looked at once more.
        for (kind, name), why in wrong.items():
            dossier = _without(dossier, kind, name, before)
            part = _PARTS[kind]
            counted = "selections" if part == "statements" and found.taken["selections"] else part
            found.taken[counted] = max(0, found.taken[counted] - 1)
            found.left_out.append(LeftOut(counted, why))


def _is_ours(kind: RecordKind, name: str, dossier: Dossier, before: Dossier) -> bool:
    now, was = (getattr(which, _PARTS[kind]).get(name) for which in (dossier, before))
    return bool(now == was)


def _without(dossier: Dossier, kind: RecordKind, name: str, before: Dossier) -> Dossier:
    """The dossier with the record as it was before, or without it where it is new."""
    part = _PARTS[kind]
    records = {key: record for key, record in getattr(dossier, part).items() if key != name}
    if (was := getattr(before, part).get(name)) is not None:
        records[name] = was
    changed: dict[str, Any] = {part: records}
    return replace(dossier, **changed)
