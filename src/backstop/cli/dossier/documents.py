"""`backstop dossier add`, `verify`, `accept` and `rename`: documents in, and codings that stay right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from backstop.cli.dossier.options import Opened, by_option, on_dossier, say_coming
from backstop.cli.options import json_option
from backstop.cli.printing import print_json, print_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backstop.dossier.verification import Outcome


@click.command()
@on_dossier
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--id", "name", default="", help="The id of the source (one file only); else from the file's name."
)
@click.option(
    "--replaces", default="", metavar="ID", help="The file is a new version of this source (one file only)."
)
@click.option("--licence", default="", help="Under which licence the text came.")
@click.option(
    "--may-travel",
    is_flag=True,
    help="The text may be handed on with the study; without this only digests are kept.",
)
@click.option("--title", default="", help="A title in your own words.")
@click.option("--outlet", default="", help="Who published it.")
@click.option("--kind", default="", help="What it is: agency report, speech, treaty ...")
@click.option("--url", default="", help="Where it was found.")
@click.option("--published", default="", metavar="WHEN", help="YYYY-MM-DD, or words such as 'Monday'.")
@click.option(
    "--certainty",
    type=click.Choice(["certain", "probable", "relative", "unknown"]),
    help="How sure the time is.",
)
@click.option("--encoding", help="The encoding of text files that are not UTF-8.")
@by_option
def add(
    opened: Opened, files: tuple[Path, ...], name: str, replaces: str, certainty: str | None, **details: Any
) -> None:
    """Take FILES into the dossier of STUDY: text, HTML, DOCX, PDF, or a CSV or JSONL table with one document a row.

    A text that may not travel stays where it is; the study keeps its digests alone. Nothing is ever edited in place: a
    new text of a known source becomes its new version, and statements are checked against it.
    """
    from backstop.dossier import intake, store
    from backstop.dossier.available_texts import folders
    from backstop.dossier.exchange.delivery import delivered

    if (name or replaces) and len(files) > 1:
        raise click.UsageError("--id and --replaces go with one file")
    snapshot, places = opened.snapshot_or_new, folders(opened.folders)
    incoming = intake.arrivals(
        files, intake.Details(certainty=certainty or "", **details), snapshot.dossier.key
    )
    delivery = delivered(
        snapshot,
        incoming,
        name,
        replaces,
        folders=[*places, *{f.parent for f in files}],
        texts_folder=places[0] if opened.folders else None,
    )
    found, sources, happened = delivery.dossier, delivery.dossier.sources, delivery.happened
    if any(what == "new version" for _, what in happened):
        _print_outcomes(delivery.outcomes)
    store.write(snapshot, found, delivery.beside, delivery.elsewhere)
    for said in [note for item in incoming for note in item.notes][:20]:
        print_note(said)
    for entered, what in happened if len(happened) <= 20 else []:
        click.echo(f"{entered}: {what}")
    counts = {what: sum(w == what for _, w in happened) for what in ("added", "new version", "unchanged")}
    print_note(", ".join(f"{count} {what}" for what, count in counts.items() if count))
    if not all(sources[s].may_travel for s, _ in happened):
        print_note(
            "texts that may not travel stay outside the study; find them again with --texts DIR or BACKSTOP_TEXTS"
        )
    say_coming(found)
    if happened and not found.statements:
        first, where = happened[0][0], "" if sources[happened[0][0]].may_travel else " --texts DIR"
        print_note(f"next: backstop dossier suggest {opened.study} {first}{where} shows what to code, and")
        print_note(
            f'backstop dossier code {opened.study} {first} --quote "..." --paraphrase "..."{where} codes it'
        )


@click.command()
@on_dossier
@click.option(
    "--write", is_flag=True, help="Keep the outcome: anchor equal passages anew, hold the others back."
)
@json_option
def verify(opened: Opened, write: bool, as_json: bool) -> None:
    """Check that every statement of STUDY still stands on its passage, in the texts that are at hand.

    Exit code 1 where a passage has changed, is ambiguous or lost, and where a text at hand has the name of a source but
    not its words.
    """
    from backstop.base.faults import CheckFailed, Fault, Place
    from backstop.dossier.verification import settled, verify

    outcomes = verify(opened.dossier, opened.available)
    if write:
        opened.write(settled(opened.dossier, outcomes, opened.available))
    if as_json:
        print_json({"format": "backstop-anchors/1", "anchors": [outcome.as_dict() for outcome in outcomes]})
    else:
        _print_outcomes(outcomes)
    study = opened.study
    faults = [
        Fault(
            f"the file has the name of source {name} but another text",
            Place(str(path)),
            f"take it in as its new version with: backstop dossier add {study} {path} --replaces {name}",
        )
        for name, path in opened.available.namesakes(opened.dossier.sources.values())
    ]
    wrong = [o.statement.id for o in outcomes if o.resolution and not o.resolution.confirmed]
    if wrong:
        what = f"{len(wrong)} statements do not stand on their passage as coded: {', '.join(wrong[:12])}"
        faults.insert(0, Fault(what))
    if faults:
        raise CheckFailed(faults[:20])


def _print_outcomes(outcomes: Sequence[Outcome]) -> None:
    from collections import Counter

    from backstop.base.words import clean

    states = Counter(o.resolution.state if o.resolution else "no text at hand" for o in outcomes)
    for state, count in states.items():
        click.echo(f"{state}: {count}")
    for outcome in outcomes:
        found = outcome.resolution
        if found and not found.confirmed:
            where = f" at {found.start} to {found.end}, likeness {found.score}"
            shown = found.difference or outcome.words
            place = "" if found.start is None else where
            click.echo(clean(f"  {outcome.statement.id} {found.state}{place}: {shown}"))


@click.command()
@on_dossier
@click.argument("statements", nargs=-1, required=True)
@click.option(
    "--start", type=click.IntRange(min=0), help="Where the passage begins now (one statement only)."
)
@click.option("--end", type=click.IntRange(min=1), help="Where it ends.")
@by_option
def accept(opened: Opened, statements: tuple[str, ...], start: int | None, end: int | None, by: str) -> None:
    """Accept STATEMENTS on their changed passages: what rests on them is confirmed again."""
    from backstop.dossier.verification import accepted

    if (start is None) != (end is None) or (start is not None and len(statements) > 1):
        raise click.UsageError("--start and --end go together, and with one statement")
    found = opened.dossier
    for name in statements:
        found = accepted(found, name, opened.available, by, start, end)
    opened.write(found)
    print_note(f"accepted: {', '.join(statements)}")


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("part", type=click.Choice(["actors", "objects", "values", "events"]))
@click.argument("old")
@click.argument("new")
def rename(study: Path, part: Literal["actors", "objects", "values", "events"], old: str, new: str) -> None:
    """Rename the entry OLD of the register to NEW, everywhere; where NEW exists the two are merged."""
    from backstop.dossier.vocabulary import renamed

    opened = Opened(study)
    opened.write(renamed(opened.dossier, part, old, new))
    print_note(f"{old} is now {new}")
