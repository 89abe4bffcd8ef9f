"""`backstop dossier import` and `export`: codings in other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from backstop.cli.dossier.options import Opened, on_dossier
from backstop.cli.printing import print_note

if TYPE_CHECKING:
    from backstop.dossier.dossier import Dossier
    from backstop.dossier.exchange.imported import Imported, Side

WRITTEN = ("csv", "xlsx", "jsonld", "qdpx", "qdc", "graphml", "prov", "ris")
READ = ("csv", "xlsx", "jsonld", "qdpx", "qdc", "ris", "ann", "dna")
SUFFIXES = {
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".jsonld": "jsonld",
    ".json": "jsonld",
    ".ann": "ann",
    ".dna": "dna",
    ".qdpx": "qdpx",
    ".qdc": "qdc",
    ".graphml": "graphml",
    ".ris": "ris",
    ".provn": "prov",
}
POSITIONED = ("jsonld", "qdpx", "ann", "dna")
"""Formats with positions that other programs have counted."""

MOST_BYTES = 100 << 20
MOST_NAMED = 20
"""Things left out, or in conflict, that are named one by one."""


@click.command(name="import")
@on_dossier
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(READ), help="What the file is; else by its name and content."
)
@click.option("--by", default="", metavar="NAME", help="The coder, where the file names none.")
@click.option("--crlf", is_flag=True, help="The program counted a line end as two characters; else tried.")
@click.option("--utf16", is_flag=True, help="The program counted UTF-16 units, not characters; else tried.")
@click.option(
    "--theirs", "side", flag_value="theirs", help="Where both changed one thing, take that of the file."
)
@click.option("--ours", "side", flag_value="ours", help="Where both changed one thing, keep what is here.")
def import_command(
    opened: Opened, file: Path, form: str | None, by: str, crlf: bool, utf16: bool, side: str | None
) -> None:
    """Bring a coding in FILE into the dossier of STUDY.

    Tables of statements or findings (CSV, XLSX), W3C Web Annotations (JSON-LD; hypothes.is, recogito), REFI-QDA
    projects and codebooks, brat (.ann), the Discourse Network Analyzer (.dna), references (RIS). Things are known again
    by their identifiers. What the file changed since it came from here is taken, what changed here stays, and what both
    changed is listed and left as it is, with exit code 1, unless --theirs or --ours says otherwise. What cannot be
    taken is named.
    """
    from backstop.base.faults import InvalidInput, Place
    from backstop.base.files import read_file
    from backstop.dossier import store
    from backstop.dossier.available_texts import AvailableTexts, folders, kept_texts
    from backstop.dossier.exchange.formats import Incoming, read_coding
    from backstop.dossier.exchange.offsets import COUNTINGS

    where = Place(str(file))
    data = read_file(file, MOST_BYTES)
    kind = form or SUFFIXES.get(file.suffix.lower())
    if kind is None:
        raise InvalidInput("what kind of coding is this?", place=where, hint="say so with --format")
    if kind not in READ:
        raise InvalidInput(f"{kind} files are written, not read", place=where)
    if (crlf or utf16) and kind not in POSITIONED:
        raise click.UsageError(f"--crlf and --utf16 are for positions, and a {kind} file has none of others")
    snapshot = opened.snapshot_or_new
    available = AvailableTexts(snapshot.folder, [*folders(opened.folders), file.resolve().parent])
    ways = tuple(way for way in COUNTINGS if way.crlf >= crlf and way.utf16 >= utf16)
    incoming = Incoming(data, str(file), snapshot.dossier, available, by, cast("Side", side or ""), ways)
    found = read_coding(kind, incoming)
    store.write(snapshot, found.dossier, kept_texts(found.dossier, found.texts))
    _say(found, snapshot.dossier)


def _say(found: Imported, before: Dossier) -> None:
    """What an import took, left out and changed; raises CheckFailed where something stands in conflict."""
    from backstop.base.faults import CheckFailed, Fault
    from backstop.base.words import counted

    for line in found.counts:
        print_note(line)
    for name in ("sources", "statements", "propositions", "findings"):
        old, new = getattr(before, name), getattr(found.dossier, name)
        fresh = sum(key not in old for key in new)
        changed = sum(key in old and old[key] != record for key, record in new.items())
        if (fresh and name != "sources") or changed:
            print_note(f"{name}: {fresh} added, {changed} changed")
    for part, word in (("objects", "code"), ("actors", "actor")):
        old, new = getattr(before.register, part), getattr(found.dossier.register, part)
        renamed = [key for key, entry in new.items() if key in old and old[key] != entry]
        if renamed:
            print_note(f"{counted(len(renamed), word)} changed: {', '.join(renamed[:MOST_NAMED])}")
    reasons = list(dict.fromkeys(one.why for one in found.left_out))
    for why in reasons[:MOST_NAMED]:
        print_note(f"left out: {why}")
    if len(reasons) > MOST_NAMED:
        print_note(f"left out: {len(reasons) - MOST_NAMED} more")
    for line in found.notes:
        print_note(line)
    if found.other:
        print_note(
            f"{found.other} things that changed here and not in the file stay as they are; --theirs takes the file's"
        )
    if found.conflicts:
        hint = (
            "both changed it, and it stays as it is here; --theirs takes that of the file, --ours keeps this"
        )
        raise CheckFailed([Fault(conflict, hint=hint) for conflict in found.conflicts[:MOST_NAMED]])


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
    from backstop.base.files import refuse_input, write_atomically
    from backstop.dossier.exchange.formats import Outgoing, written_coding
    from backstop.dossier.location import inputs

    prov = file.name.lower().endswith("prov.json")
    kind = form or ("prov" if prov else SUFFIXES.get(file.suffix.lower()))
    if kind is None:
        raise InvalidInput(
            "in which format?", place=Place(str(file)), hint=f"say so with --format: {', '.join(WRITTEN)}"
        )
    refuse_input(file, [*inputs(opened.study, opened.snapshot.folder), *opened.available.files()])
    outgoing = Outgoing(opened.dossier, opened.available, what, with_texts)
    write_atomically(file, written_coding(kind, outgoing))
    if kind == "qdpx" and outgoing.left_out:
        missing = ", ".join(outgoing.left_out)
        print_note(f"the text of {missing} is not in the archive: it may not travel or is not at hand")
