"""`backstop dossier import` and `export`: codings in other formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from backstop.dossier.holdings import Holdings
    from backstop.dossier.store import Dossier

FORMATS = ("csv", "xlsx", "jsonld", "qdpx", "qdc", "graphml", "prov", "ris")
_SUFFIX = {
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".jsonld": "jsonld",
    ".json": "jsonld",
    ".qdpx": "qdpx",
    ".qdc": "qdc",
    ".graphml": "graphml",
    ".ris": "ris",
    ".provn": "prov",
}
MOST_BYTES = 100 << 20


@click.command(name="import")
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(FORMATS[:5]), help="What the file is; else by its name and content."
)
@click.option(
    "--texts",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folders with the texts coded.",
)
@click.option("--by", default="", metavar="NAME", help="The coder, where the file names none.")
@click.option("--crlf", is_flag=True, help="REFI-QDA: the program counts a line end as two characters.")
@click.option("--utf16", is_flag=True, help="REFI-QDA: the program counts UTF-16 units, not characters.")
def import_command(
    study: Path, file: Path, form: str | None, texts: tuple[Path, ...], by: str, crlf: bool, utf16: bool
) -> None:
    """Bring a coding in FILE into the dossier of STUDY.

    Tables of statements or findings (CSV, XLSX), W3C Web Annotations (JSON-LD), REFI-QDA
    projects and codebooks. Records of the same id are replaced, nothing else is touched.
    """
    from backstop.base.faults import InvalidInput, Place, Refused
    from backstop.cli.dossier.group import _opened_or_new, note
    from backstop.dossier import store
    from backstop.dossier.holdings import Holdings, folders

    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refused(f"the file has over {MOST_BYTES >> 20} MiB", place=Place(str(file)))
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror or error})", place=Place(str(file))) from None
    snapshot = _opened_or_new(study)
    places = [*folders(texts), file.resolve().parent]
    holdings = Holdings(snapshot.folder, places)
    kind = form or _kind(file)
    read = {
        "csv": _csv,
        "xlsx": _xlsx,
        "jsonld": _jsonld,
        "qdc": _qdc,
        "qdpx": _qdpx,
    }.get(kind)
    if read is None:
        raise InvalidInput(f"{kind} files are written, not read", place=Place(str(file)))
    before = snapshot.dossier
    found = read(before, data, file, holdings, places, by, crlf, utf16)
    store.write(snapshot, found)
    for name in ("sources", "statements", "propositions", "recorded"):
        old, new = getattr(before, name), getattr(found, name)
        fresh = sum(key not in old for key in new)
        changed = sum(key in old and old[key] != record for key, record in new.items())
        if fresh or changed:
            note(f"{'findings' if name == 'recorded' else name}: {fresh} added, {changed} changed")


def _kind(file: Path) -> str:
    from backstop.base.faults import InvalidInput, Place

    suffix = file.suffix.lower()
    if suffix in _SUFFIX:
        return _SUFFIX[suffix]
    raise InvalidInput("what kind of coding is this?", place=Place(str(file)), hint="say so with --format")


def _json(data: bytes, file: Path) -> Any:
    from backstop.base.faults import InvalidInput, Place
    from backstop.base.strict_json import json_value
    from backstop.dossier.text.canonical import decode

    try:
        return json_value(decode(data, str(file))[0])
    except ValueError as error:
        raise InvalidInput(f"the file is no JSON ({error})", place=Place(str(file))) from None


def _csv(
    found: Dossier, data: bytes, file: Path, holdings: Holdings, places: list[Path], by: str, *_: bool
) -> Dossier:
    from backstop.dossier.exchange.table import from_csv

    return _table(found, from_csv(data, str(file)), file, holdings, by)


def _xlsx(
    found: Dossier, data: bytes, file: Path, holdings: Holdings, places: list[Path], by: str, *_: bool
) -> Dossier:
    from backstop.dossier.exchange.table import from_xlsx

    return _table(found, from_xlsx(data, str(file)), file, holdings, by)


def _table(found: Dossier, rows: list[dict[str, str]], file: Path, holdings: Holdings, by: str) -> Dossier:
    from dataclasses import replace

    from backstop.cli.dossier.group import at_hand
    from backstop.dossier.exchange import table
    from backstop.dossier.merging import rehashed

    if rows and "kind" in rows[0] and "paraphrase" not in rows[0]:
        return replace(found, recorded={**found.recorded, **table.read_findings(rows, str(file), by)})
    statements = table.read_statements(rows, found, at_hand(found, holdings), str(file), by)
    return rehashed(replace(found, statements={**found.statements, **statements}), found, holdings.text)


def _jsonld(
    found: Dossier, data: bytes, file: Path, holdings: Holdings, places: list[Path], by: str, *_: bool
) -> Dossier:
    from dataclasses import replace

    from backstop.cli.dossier.group import at_hand
    from backstop.dossier.exchange.webannotation import read_annotations
    from backstop.dossier.merging import rehashed

    statements = read_annotations(_json(data, file), found, at_hand(found, holdings), str(file), by)
    return rehashed(replace(found, statements={**found.statements, **statements}), found, holdings.text)


def _qdc(found: Dossier, data: bytes, file: Path, *_: Any) -> Dossier:
    from backstop.dossier.exchange.refi import read_qdc
    from backstop.dossier.merging import with_terms

    return with_terms(found, read_qdc(data, str(file)))


def _qdpx(
    found: Dossier,
    data: bytes,
    file: Path,
    holdings: Holdings,
    places: list[Path],
    by: str,
    crlf: bool,
    utf16: bool,
) -> Dossier:
    from dataclasses import replace

    from backstop.cli.dossier.group import at_hand
    from backstop.dossier import intake
    from backstop.dossier.exchange.refi import read_qdpx
    from backstop.dossier.merging import joined, project_statements, rehashed, with_terms
    from backstop.dossier.record import Extractor
    from backstop.dossier.text.extraction import Extract

    project = read_qdpx(data, str(file), crlf, utf16)
    if project.dossier is not None:
        both = joined(found, project.dossier)
        own = both.register.key == project.dossier.register.key
        return both if own else rehashed(both, found, holdings.text)
    sources = dict(found.sources)
    named = {}
    texts = {}
    for label, text in project.texts.items():
        extract = Extract(text, Extractor(name="refi-qda", version="1.0"))
        item = intake.arrival(
            extract, text.encode(), label, "text/plain", intake.Terms(by=by), found.key, {}, False
        )
        sources, happened = intake.entered(sources, [item])
        named[label] = sources[happened[0][0]]
        texts[happened[0][0]] = text
    for label in project.missing:
        if label in sources:
            named[label] = sources[label]
    found = with_terms(replace(found, sources=sources), project.terms)
    statements = project_statements(project, found, named, {**at_hand(found, holdings), **texts}, by)
    return replace(found, statements={**found.statements, **statements})


@click.command(name="export")
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="What to write; else by the file's name.")
@click.option(
    "--what",
    type=click.Choice(["statements", "findings"]),
    default="statements",
    show_default=True,
    help="Which table to write as CSV or XLSX.",
)
@click.option(
    "--texts", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="Folders with texts."
)
@click.option(
    "--with-texts", is_flag=True, help="REFI-QDA: put texts in that may not travel, for your own use alone."
)
def export_command(
    study: Path, file: Path, form: str | None, what: str, texts: tuple[Path, ...], with_texts: bool
) -> None:
    """Write the dossier of STUDY to FILE: CSV, XLSX, JSON-LD, QDPX, QDC, GraphML, PROV-JSON or RIS."""
    from backstop.base.faults import InvalidInput, Place
    from backstop.base.files import write_atomically
    from backstop.cli.dossier.group import at_hand, note, opened

    kind = (
        form
        or _SUFFIX.get(file.suffix.lower())
        or ("prov" if file.name.lower().endswith("prov.json") else None)
    )
    if kind is None:
        raise InvalidInput(
            "in which format?", place=Place(str(file)), hint=f"say so with --format: {', '.join(FORMATS)}"
        )
    snapshot, holdings = opened(study, texts)
    found = snapshot.dossier
    missing: tuple[str, ...] = ()
    content: bytes | str
    if kind in ("csv", "xlsx"):
        content = _written_table(found, kind, what, at_hand(found, holdings))
    elif kind == "jsonld":
        from backstop.dossier.exchange.webannotation import annotation_page

        content = json.dumps(annotation_page(found), ensure_ascii=False, indent=1) + "\n"
    elif kind == "qdc":
        from backstop.dossier.exchange.refi import to_qdc

        content = to_qdc(found)
    elif kind == "qdpx":
        from backstop.dossier.exchange.refi import to_qdpx

        content, missing = to_qdpx(found, at_hand(found, holdings), with_texts)
    elif kind == "graphml":
        from backstop.dossier.exchange.network import graphml

        content = graphml(found)
    elif kind == "prov":
        from backstop.dossier.exchange.prov import prov_json

        content = prov_json(found)
    else:
        from backstop.dossier.exchange.ris import ris

        content = ris(found)
    write_atomically(file, content)
    if missing:
        note(f"the text of {', '.join(missing)} is not in the archive: it may not travel or is not at hand")


def _written_table(found: Dossier, kind: str, what: str, texts: dict[str, str]) -> bytes:
    from backstop.dossier.exchange import table

    if what == "findings":
        from backstop.dossier.accounts.comparison import compare

        rows = table.finding_rows(compare(found, texts).findings, found.recorded)
        columns: tuple[str, ...] = table.FINDING_COLUMNS
    else:
        rows, columns = table.statement_rows(found), table.STATEMENT_COLUMNS
    return table.to_csv(rows, columns) if kind == "csv" else table.to_xlsx(rows, columns, what)
