"""Taking documents into a dossier: canonical text, digests, zones, sketch; every version of a text is kept."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from backstop.base.faults import BackstopError, Fault, InvalidInput, Place
from backstop.base.files import read_file, sha256
from backstop.base.process import end_with_parent
from backstop.base.words import clean, did_you_mean, shortened
from backstop.dossier.record import Digests, Published, Source, Version
from backstop.dossier.text.canonical import digest
from backstop.dossier.text.document_table import Row, read_table
from backstop.dossier.text.extract import Extract
from backstop.dossier.text.extraction import MOST_BYTES, TABLES, extract, media_type
from backstop.dossier.text.similarity import sketch_of
from backstop.dossier.text.zones import propose_zones

MOST_VERSIONS = 100
"""Most versions of one source that a table may bring."""

PARALLEL_FROM = 64
"""Files from which reading them is spread over processes."""


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of documents when they are added: as options of the command, overridden by a table's columns."""

    licence: str = ""
    may_travel: bool = False
    outlet: str = ""
    url: str = ""
    title: str = ""
    kind: str = ""
    published: str = ""
    certainty: str = ""
    encoding: str | None = None
    by: str = ""


_Job = tuple[Path, Details, bytes]


@dataclass(frozen=True)
class Arrival:
    """A document ready to be entered: the record it would be, its text, whether its id was given, notes on it."""

    source: Source
    text: str
    named: bool = False
    notes: tuple[str, ...] = ()


def now() -> str:
    """The time in UTC, to the second; fixed by SOURCE_DATE_EPOCH where that is set, so that runs can be repeated."""
    moment = datetime.now(UTC)
    with contextlib.suppress(ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "")), UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def arrivals(paths: Sequence[Path], details: Details, key: bytes) -> list[Arrival]:
    """The documents in `paths`, in order; tables give one a row. Raises InvalidInput with all faults of all files."""
    jobs = [(path, details, key) for path in paths]
    outcomes = _side_by_side(jobs) if len(jobs) >= PARALLEL_FROM and (os.cpu_count() or 1) > 1 else None
    if outcomes is None:
        outcomes = [_attempt(job) for job in jobs]
    faults = [fault for _, wrong in outcomes for fault in wrong]
    if faults:
        raise InvalidInput(faults)
    return [arrival for found, _ in outcomes for arrival in found]


def _side_by_side(jobs: Sequence[_Job]) -> list[tuple[list[Arrival], list[Fault]]] | None:
    """The outcomes of `jobs`, spread over processes; None where this system starts none, or has ended one."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import active_children

    try:
        with ProcessPoolExecutor(
            min(8, os.cpu_count() or 1), initializer=_serve, initargs=(os.getpid(),)
        ) as pool:
            try:
                return list(pool.map(_attempt, jobs, chunksize=16))
            except BaseException:
                # Whoever interrupts does not wait for documents that nobody wants any more.
                for child in active_children():
                    child.kill()
                raise
    except (OSError, BrokenProcessPool):
        return None


def _serve(parent: int) -> None:
    """Make this process one that ends with its parent, and leaves an interruption to it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(parent)


def _attempt(job: _Job) -> tuple[list[Arrival], list[Fault]]:
    path, details, key = job
    try:
        return _from_file(path, details, key), []
    except BackstopError as error:
        return [], list(error.faults)


def _from_file(path: Path, details: Details, key: bytes) -> list[Arrival]:
    name = str(path)
    media = media_type(name)
    data = read_file(path, MOST_BYTES)
    if media not in TABLES:
        return [arrival(extract(data, name, media, details.encoding), data, name, media, details, key)]
    rows = read_table(data, name, media, details.encoding)
    _require_own_ids(rows, name)
    texts = [(row, row.extract.text.encode()) for row in rows]
    return [arrival(row.extract, text, name, "text/plain", details, key, row) for row, text in texts]


def _require_own_ids(rows: Sequence[Row], name: str) -> None:
    """Raises InvalidInput where a table gives one id to more documents than a source has versions."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        lines.setdefault(row.fields.get("id", ""), []).append(row.line)
    for given, at in lines.items():
        if given and len(at) > MOST_VERSIONS:
            raise InvalidInput(
                f"{len(at):,} rows have the id {shortened(given)}, and would be versions of one text",
                place=Place(name, at[1]),
                hint="give every document an id of its own, or leave the column out",
            )


def arrival(
    found: Extract, data: bytes, name: str, media: str, details: Details, key: bytes, row: Row | None = None
) -> Arrival:
    """The record of one document, out of the bytes `data` and what was extracted from them.

    The fields of a table's row come before `details`; the file's own metadata fill what both leave open.
    """
    text, fields = found.text, row.fields if row else {}
    zones = propose_zones(text)
    headline = next((text[z.start : z.end] for z in zones if z.kind == "headline"), "")
    dateline = next((text[z.start : z.end] for z in zones if z.kind == "dateline"), "")

    def given(field: str, own: str = "") -> str:
        words = fields.get(field) or str(getattr(details, field, "")) or found.about.get(field, own)
        return clean(words).replace("\ufffd", " ").strip()

    may_travel = details.may_travel or (row is not None and row.may_travel)
    version = Version(
        digests=Digests(received=sha256(data), text=digest(text), bytes=len(data)),
        chars=len(text),
        media=media,
        name=Path(name).name,
        extractor=found.extractor,
        zones=zones,
        sketch=sketch_of(text, key),
        newline=found.newline,
        added=now(),
        by=details.by,
    )
    # Without a licence to hand words on, the words of a headline or title stay out as well.
    source = Source(
        id=fields.get("id") or identifier(Path(name).stem),
        title=given("title", headline) if may_travel else clean(fields.get("title") or details.title),
        kind=given("kind"),
        outlet=given("outlet"),
        byline=given("byline"),
        dateline=given("dateline", dateline if len(dateline) <= 60 else ""),
        published=_published(fields, details, found, name),
        url=given("url"),
        licence=given("licence"),
        may_travel=may_travel,
        text=version,
    )
    return Arrival(source, text, bool(fields.get("id")), tuple(f"{name}: {note}" for note in found.notes))


_DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


def _published(fields: Mapping[str, str], details: Details, found: Extract, name: str) -> Published:
    """When a document appeared; raises InvalidInput for a day that is none."""
    text = fields.get("published") or details.published
    own = found.about.get("published", "")
    day = _day(text or own)
    if text:
        if _DAY.match(text) and day is None:
            raise InvalidInput(
                f"published: {text[:10]} is no day", place=Place(name), hint="write YYYY-MM-DD"
            )
        certainty, note = details.certainty or ("certain" if day else "relative"), ""
    elif own and (day is not None or not _DAY.match(own)):
        # Extractors have been seen to invent dates; theirs is a guess until a person confirms it.
        certainty, note = "probable", f"as read by {found.extractor.name}"
    else:
        return Published()
    iso = day or ""
    return Published.model_validate(
        {"text": "" if iso else (text or own), "from": iso, "to": iso, "certainty": certainty, "note": note}
    )


def _day(text: str) -> str | None:
    """The ISO day that a text begins with; None where it begins with none that there is."""
    match = _DAY.match(text)
    try:
        return date.fromisoformat(match.group()).isoformat() if match else None
    except ValueError:
        return None


def identifier(name: str) -> str:
    """A short id out of a file name: letters, digits and dashes, without a long digest at its end."""
    return source_id(re.sub(r"[_-][0-9a-f]{12,64}$", "", name))


def source_id(label: str) -> str:
    """An id out of the name of a source: letters, digits and dashes."""
    return re.sub(r"[^\w.-]+", "-", label).strip("-.")[:60] or "source"


def entered(
    sources: dict[str, Source], incoming: Iterable[Arrival], name: str = "", replaces: str = ""
) -> tuple[dict[str, Source], list[tuple[str, str]]]:
    """`sources` with the documents entered, and what happened to each: added, unchanged or new version.

    A document whose text is known is left alone, unless its table gives it another id or another outlet: equal texts of
    two outlets are two accounts that share a text. One with the id of a known source becomes its new version only where
    `replaces` (or its table) names that source, else it gets a free id.
    """
    found = dict(sources)
    known: dict[str, list[str]] = {}
    for source in found.values():
        for version in source.versions:
            known.setdefault(version.digests.text, []).append(source.id)
    happened: list[tuple[str, str]] = []
    versions: dict[str, list[Version]] = {}
    numbers: dict[str, int] = {}
    for item in incoming:
        source = item.source
        alike = known.setdefault(source.text.digests.text, [])
        same = next((name_ for name_ in alike if _is_same(found[name_], item)), None)
        if same is not None:
            happened.append((same, "unchanged"))
            continue
        target = replaces or name or source.id
        if target in found and (replaces or name or item.named):
            versions.setdefault(target, []).append(source.text)
            happened.append((target, "new version"))
        elif replaces:
            raise InvalidInput(
                f"there is no source {replaces}", hint=did_you_mean(replaces, sources, "source")
            )
        else:
            free, number = target, numbers.get(target, 2)
            while free in found:
                free, number = f"{target}-{number}", number + 1
            numbers[target] = number
            found[free] = source.model_copy(update={"id": free})
            happened.append((free, "added"))
        alike.append(happened[-1][0])
    for target, texts in versions.items():
        old = found[target]
        earlier = (*old.earlier, old.text, *texts[:-1])
        found[target] = old.model_copy(update={"text": texts[-1], "earlier": earlier})
    return found, happened


def _is_same(known: Source, item: Arrival) -> bool:
    """Whether a document with a text that we have is the account that we have."""
    outlets = {known.outlet, item.source.outlet} - {""}
    return len(outlets) < 2 and not (item.named and item.source.id != known.id)


def filed(source: Source) -> Source:
    """A source that may travel with the file its text is kept in, named by id and digest."""
    name = re.sub(r"[^\w.-]", "_", source.id)
    file = f"texts/{name}.{source.text.digests.text[:8]}.txt"
    return source.model_copy(update={"text": source.text.model_copy(update={"file": file})})
