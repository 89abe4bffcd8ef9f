"""Documents delivered to a dossier: where their texts are kept, and what becomes of statements on a newer version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from backstop.dossier.available_texts import AvailableTexts, kept_texts
from backstop.dossier.dossier import Dossier
from backstop.dossier.intake import Arrival, entered, filed
from backstop.dossier.store import Snapshot
from backstop.dossier.verification import Outcome, settled, verify


@dataclass(frozen=True)
class Delivery:
    """A dossier with documents entered, and what is to be written with it.

    `happened`: what became of each document (added, unchanged, new version) by its source; `beside` are the texts that
    the dossier keeps, by file; `elsewhere` those kept in a folder of texts; `outcomes`: what became of the passages
    coded on sources that have a newer version now.
    """

    dossier: Dossier
    happened: tuple[tuple[str, str], ...]
    beside: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[Path, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()


def delivered(
    snapshot: Snapshot,
    incoming: Sequence[Arrival],
    name: str = "",
    replaces: str = "",
    folders: Iterable[Path] = (),
    texts_folder: Path | None = None,
    keep: bool = False,
) -> Delivery:
    """The dossier of `snapshot` with the documents `incoming` entered as `intake.entered` does.

    A text that may travel is kept in the dossier. One that may not stays where it is, a copy of what was extracted from
    it in `texts_folder`, where that is given; with `keep`, for documents that lie in no folder here, in the private
    texts of the dossier. `folders` are those in which texts lie.
    """
    sources, happened = entered(dict(snapshot.dossier.sources), incoming, name, replaces)
    by_digest = {item.source.text.digests.text: item.text for item in incoming}
    beside: dict[str, str] = {}
    elsewhere: dict[Path, str] = {}
    for source in list(sources.values()):
        digests = source.text.digests
        text = by_digest.get(digests.text)
        if text is None or source.text.file:
            continue
        if source.may_travel:
            sources[source.id] = kept = filed(source)
            beside[kept.text.file] = text
        elif texts_folder is not None and digests.text != digests.received:
            elsewhere[texts_folder / f"{digests.text}.txt"] = text
    found = replace(snapshot.dossier, sources=sources)
    if keep:
        beside |= kept_texts(found, by_digest)
    renewed = [entered for entered, what in happened if what == "new version"]
    outcomes: list[Outcome] = []
    if renewed:
        available = AvailableTexts(snapshot.folder, folders, by_digest)
        outcomes = verify(found, available, renewed)
        found = settled(found, outcomes, available)
    return Delivery(found, tuple(happened), beside, elsewhere, tuple(outcomes))
