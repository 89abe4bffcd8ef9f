"""`backstop dossier import` and `export`: codings in other formats."""

from __future__ import annotations

from pathlib import Path

import click

from backstop.cli.dossier.options import Opened, on_dossier
from backstop.cli.printing import print_note

READ = ("csv", "xlsx", "jsonld", "qdpx", "qdc")
WRITTEN = (*READ, "graphml", "prov", "ris")
SUFFIXES = {
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
@on_dossier
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(READ), help="What the file is; else by its name and content."
)
@click.option("--by", default="", metavar="NAME", help="The coder, where the file names none.")
@click.option("--crlf", is_flag=True, help="REFI-QDA: the program counts a line end as two characters.")
@click.option("--utf16", is_flag=True, help="REFI-QDA: the program counts UTF-16 units, not characters.")
def import_command(opened: Opened, file: Path, form: str | None, by: str, crlf: bool, utf16: bool) -> None:
    """Bring a coding in FILE into the dossier of STUDY.

    Tables of statements or findings (CSV, XLSX), W3C Web Annotations (JSON-LD), REFI-QDA projects and codebooks.
    Records of the same id are replaced, nothing else is touched.
    """
    from backstop.base.faults import InvalidInput, Place, Refused
    from backstop.dossier import store
    from backstop.dossier.available_texts import AvailableTexts, folders
    from backstop.dossier.exchange.formats import Incoming, read_coding
    from backstop.dossier.exchange.refi_import import Counting

    where = Place(str(file))
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Refused(f"the file has over {MOST_BYTES >> 20} MiB", place=where)
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror or error})", place=where) from None
    kind = form or SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise InvalidInput("what kind of coding is this?", place=where, hint="say so with --format")
    if kind not in READ:
        raise InvalidInput(f"{kind} files are written, not read", place=where)
    snapshot = opened.snapshot_or_new
    available = AvailableTexts(snapshot.folder, [*folders(opened.folders), file.resolve().parent])
    before = snapshot.dossier
    found = read_coding(kind, Incoming(data, str(file), before, available, by, Counting(crlf, utf16)))
    store.write(snapshot, found)
    for name in ("sources", "statements", "propositions", "findings"):
        old, new = getattr(before, name), getattr(found, name)
        fresh = sum(key not in old for key in new)
        changed = sum(key in old and old[key] != record for key, record in new.items())
        if fresh or changed:
            print_note(f"{name}: {fresh} added, {changed} changed")


@click.command(name="export")
@on_dossier
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(WRITTEN), help="What to write; else by the file's name.")
@click.option(
    "--what",
    type=click.Choice(["statements", "findings"]),
    default="statements",
    show_default=True,
    help="Which table to write as CSV or XLSX.",
)
@click.option(
    "--with-texts", is_flag=True, help="REFI-QDA: put texts in that may not travel, for your own use alone."
)
def export_command(opened: Opened, file: Path, form: str | None, what: str, with_texts: bool) -> None:
    """Write the dossier of STUDY to FILE: CSV, XLSX, JSON-LD, QDPX, QDC, GraphML, PROV-JSON or RIS."""
    from backstop.base.faults import InvalidInput, Place
    from backstop.base.files import write_atomically
    from backstop.dossier.exchange.formats import Outgoing, written_coding

    prov = file.name.lower().endswith("prov.json")
    kind = form or ("prov" if prov else SUFFIXES.get(file.suffix.lower()))
    if kind is None:
        raise InvalidInput(
            "in which format?", place=Place(str(file)), hint=f"say so with --format: {', '.join(WRITTEN)}"
        )
    outgoing = Outgoing(opened.dossier, opened.available, what, with_texts)
    write_atomically(file, written_coding(kind, outgoing))
    if kind == "qdpx" and outgoing.left_out:
        missing = ", ".join(outgoing.left_out)
        print_note(f"the text of {missing} is not in the archive: it may not travel or is not at hand")
