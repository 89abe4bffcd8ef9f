"""`backstop dossier`: documents in, coding checked and helped, accounts compared, everything out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backstop.cli.dossier.exchange import export_command, import_command

if TYPE_CHECKING:
    from backstop.dossier.holdings import Holdings
    from backstop.dossier.store import Dossier, Snapshot

study_argument = click.argument("study", type=click.Path(path_type=Path))
texts_option = click.option(
    "--texts",
    "texts",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder with texts that are not in the study, found by digest; else BACKSTOP_TEXTS. Several may be given.",
)
by_option = click.option(
    "--by", default="", metavar="NAME", help="Who codes or decides; kept with the record."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group(name="dossier", context_settings={"help_option_names": ["-h", "--help"]})
def dossier() -> None:
    """What was said: take in documents, code them, compare accounts, exchange codings."""


def opened(study: Path, texts: tuple[Path, ...]) -> tuple[Snapshot, Holdings]:
    """The dossier of a study and the texts that can be read here."""
    from backstop.dossier import store
    from backstop.dossier.holdings import Holdings, folders
    from backstop.dossier.location import locate

    snapshot = store.read(locate(study))
    return snapshot, Holdings(snapshot.folder, folders(texts))


def note(text: str) -> None:
    """A line to standard error."""
    from backstop.base.words import clean

    click.echo(clean(text), err=True)


def at_hand(found: Dossier, holdings: Holdings) -> dict[str, str]:
    """The newest texts by source, those that can be read here."""
    texts = {source.id: holdings.current(source) for source in found.sources.values()}
    return {name: text for name, text in texts.items() if text is not None}


@dossier.command()
@study_argument
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@texts_option
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
    study: Path, files: tuple[Path, ...], texts: tuple[Path, ...], name: str, replaces: str, **terms: Any
) -> None:
    """Take FILES into the dossier of STUDY: text, HTML, DOCX, PDF, or a CSV or JSONL table with one document a row.

    A text that may not travel stays where it is; the study keeps its digests alone. Nothing is ever edited in place: a
    new text of a known source becomes its new version, and statements are checked against it.
    """
    from backstop.base.files import write_atomically
    from backstop.dossier import intake, store
    from backstop.dossier.anchor.verification import settled, verify
    from backstop.dossier.holdings import Holdings, folders

    if (name or replaces) and len(files) > 1:
        raise click.UsageError("--id and --replaces go with one file")
    snapshot = _opened_or_new(study)
    terms["certainty"] = terms["certainty"] or ""
    incoming = intake.arrivals(files, intake.Terms(**terms), snapshot.dossier.key)
    sources, happened = intake.entered(dict(snapshot.dossier.sources), incoming, name, replaces)
    places = folders(texts)
    by_digest = {item.source.text.digests.text: item.text for item in incoming}
    for source in list(sources.values()):
        text = by_digest.get(source.text.digests.text)
        if text is not None and source.may_travel and not source.text.file:
            sources[source.id] = kept = intake.filed(source)
            path = snapshot.folder / kept.text.file
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text)
        elif text is not None and texts and places and not source.text.file:
            path = places[0] / f"{source.text.digests.text}.txt"
            if source.text.digests.text != source.text.digests.received and not path.exists():
                write_atomically(path, text)
    found = _replaced(snapshot.dossier, sources=sources)
    renewed = [name_ for name_, what in happened if what == "new version"]
    if renewed:
        holdings = Holdings(snapshot.folder, [*places, *{f.parent for f in files}])
        outcomes = verify(found, holdings, renewed)
        found = settled(found, outcomes, holdings)
        _say_outcomes(outcomes)
    store.write(snapshot, found)
    for entered, what in happened if len(happened) <= 20 else []:
        click.echo(f"{entered}: {what}")
    counts = {what: sum(w == what for _, w in happened) for what in ("added", "new version", "unchanged")}
    note(", ".join(f"{count} {what}" for what, count in counts.items() if count))
    if not all(sources[s].may_travel for s, _ in happened):
        note(
            "texts that may not travel stay outside the study; find them again with --texts DIR or BACKSTOP_TEXTS"
        )


def _opened_or_new(study: Path) -> Snapshot:
    import secrets

    from backstop.dossier import store
    from backstop.dossier.location import REGISTER, locate

    folder = locate(study, create=True)
    if (folder / REGISTER).is_file():
        return store.read(folder)
    return store.Snapshot(folder, store.empty(secrets.token_hex(16)))


def _replaced(found: Dossier, **parts: Any) -> Dossier:
    from dataclasses import replace

    return replace(found, **parts)


@dossier.command()
@study_argument
@texts_option
@click.option(
    "--write", is_flag=True, help="Keep the outcome: anchor equal passages anew, hold the others back."
)
@json_option
def verify(study: Path, texts: tuple[Path, ...], write: bool, as_json: bool) -> None:
    """Check that every statement of STUDY still stands on its passage, in the texts that are at hand.

    Exit code 1 where a passage has changed, is ambiguous or lost, and where a text at hand has the name of a source but
    not its words.
    """
    from backstop.base.faults import CheckFailed, Fault, Place
    from backstop.dossier import store
    from backstop.dossier.anchor.verification import settled, verify

    snapshot, holdings = opened(study, texts)
    outcomes = verify(snapshot.dossier, holdings)
    if write:
        store.write(snapshot, settled(snapshot.dossier, outcomes, holdings))
    if as_json:
        rows = [
            {
                "statement": o.statement.id,
                "state": o.resolution.state if o.resolution else "no text",
                "start": o.resolution.start if o.resolution else None,
                "end": o.resolution.end if o.resolution else None,
                "score": o.resolution.score if o.resolution else None,
                "difference": o.resolution.difference if o.resolution else "",
                "held": o.statement.held is not None,
            }
            for o in outcomes
        ]
        click.echo(
            json.dumps({"format": "backstop-anchors/1", "anchors": rows}, ensure_ascii=False, indent=1)
        )
    else:
        _say_outcomes(outcomes)
    wrong = [o.statement.id for o in outcomes if o.resolution and not o.resolution.confirmed]
    faults = [
        Fault(
            f"the file has the name of source {name} but another text",
            Place(str(path)),
            f"take it in as its new version with: backstop dossier add {study} {path} --replaces {name}",
        )
        for name, path in holdings.namesakes(snapshot.dossier.sources.values())
    ]
    if wrong:
        what = f"{len(wrong)} statements do not stand on their passage as coded: {', '.join(wrong[:12])}"
        faults.insert(0, Fault(what))
    if faults:
        raise CheckFailed(faults[:20])


def _say_outcomes(outcomes: Any) -> None:
    from collections import Counter

    from backstop.base.words import clean

    states = Counter(o.resolution.state if o.resolution else "no text at hand" for o in outcomes)
    for state, count in states.items():
        click.echo(f"{state}: {count}")
    for outcome in outcomes:
        result = outcome.resolution
        if result and not result.confirmed:
            shown = result.difference or outcome.words
            where = (
                f" at {result.start} to {result.end}, likeness {result.score}"
                if result.start is not None
                else ""
            )
            click.echo(clean(f"  {outcome.statement.id} {result.state}{where}: {shown}"))


@dossier.command()
@study_argument
@click.argument("statements", nargs=-1, required=True)
@texts_option
@click.option(
    "--start", type=click.IntRange(min=0), help="Where the passage begins now (one statement only)."
)
@click.option("--end", type=click.IntRange(min=1), help="Where it ends.")
@by_option
def accept(
    study: Path,
    statements: tuple[str, ...],
    texts: tuple[Path, ...],
    start: int | None,
    end: int | None,
    by: str,
) -> None:
    """Accept STATEMENTS on their changed passages: what rests on them is confirmed again."""
    from backstop.dossier import store
    from backstop.dossier.anchor.verification import accepted

    if (start is None) != (end is None) or (start is not None and len(statements) > 1):
        raise click.UsageError("--start and --end go together, and with one statement")
    snapshot, holdings = opened(study, texts)
    found = snapshot.dossier
    for name in statements:
        found = accepted(found, name, holdings, by, start, end)
    store.write(snapshot, found)
    note(f"accepted: {', '.join(statements)}")


@dossier.command()
@study_argument
@texts_option
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help="Only findings of this kind. May be given several times.",
)
@json_option
def compare(study: Path, texts: tuple[Path, ...], kinds: tuple[str, ...], as_json: bool) -> None:
    """Compare the accounts in the dossier of STUDY, statement by statement.

    Contradictions, differences of detail, disagreements between actors, corroborations, claims of one account only,
    claims nobody is named for, and candidates for linking. Needs no text.
    """
    from backstop.base.words import did_you_mean
    from backstop.dossier.accounts.comparison import Comparison
    from backstop.dossier.accounts.comparison import compare as compared
    from backstop.dossier.accounts.finding import KINDS

    for kind in kinds:
        if kind not in KINDS:
            raise click.UsageError(f"there is no kind {kind}; {did_you_mean(kind, KINDS, 'kind')}")
    snapshot, holdings = opened(study, texts)
    found = compared(snapshot.dossier, at_hand(snapshot.dossier, holdings))
    if kinds:
        found = Comparison(tuple(f for f in found.findings if f.kind in kinds), found.independence)
    if as_json:
        click.echo(json.dumps(found.plain(snapshot.dossier, snapshot.digests), ensure_ascii=False, indent=1))
        return
    from backstop.cli.dossier.accounts import print_comparison

    print_comparison(found, snapshot.dossier)


@dossier.command()
@study_argument
@click.argument("source")
@texts_option
@json_option
def suggest(study: Path, source: str, texts: tuple[Path, ...], as_json: bool) -> None:
    """Help with coding SOURCE: sentences worth a look, quotations with a proposed speaker, what other accounts say.

    Nothing is coded by this; its text must be at hand.
    """
    from backstop.base.faults import InvalidInput, Refused
    from backstop.base.words import did_you_mean
    from backstop.dossier.accounts.suggestion import suggest as suggested

    snapshot, holdings = opened(study, texts)
    found = snapshot.dossier
    if source not in found.sources:
        raise InvalidInput(f"there is no source {source}", hint=did_you_mean(source, found.sources, "source"))
    present = at_hand(found, holdings)
    if source not in present:
        raise Refused(
            f"the text of {source} is not at hand", hint="name its folder with --texts DIR or BACKSTOP_TEXTS"
        )
    help_ = suggested(found, source, present[source], present)
    if as_json:
        click.echo(json.dumps(help_.plain(present[source]), ensure_ascii=False, indent=1))
        return
    from backstop.cli.dossier.accounts import print_suggestions

    print_suggestions(help_, present[source], found)


@dossier.command()
@study_argument
@click.argument("part", type=click.Choice(["actors", "objects", "values", "events"]))
@click.argument("old")
@click.argument("new")
def rename(study: Path, part: Any, old: str, new: str) -> None:
    """Rename the entry OLD of the register to NEW, everywhere; where NEW exists the two are merged."""
    from backstop.dossier import store
    from backstop.dossier.vocabulary import renamed

    snapshot, _ = opened(study, ())
    found = renamed(snapshot.dossier, part, old, new)
    store.write(snapshot, found)
    note(f"{old} is now {new}")


@dossier.command()
@study_argument
@json_option
def agreement(study: Path, as_json: bool) -> None:
    """Agreement between coders: Krippendorff's alpha, for each source that two coded."""
    from backstop.base.words import number
    from backstop.dossier.accounts.agreement import agreement as agreed

    snapshot, _ = opened(study, ())
    found = agreed(snapshot.dossier)
    if as_json:
        rows = {
            source: {a.field: {"alpha": a.alpha, "units": a.units, "values": a.values} for a in rows}
            for source, rows in found.items()
        }
        click.echo(json.dumps({"format": "backstop-agreement/1", "sources": rows}, indent=1))
        return
    for source, list_ in found.items():
        click.echo(f"{source}: {list_[0].units} passages coded by two or more")
        for row in list_:
            click.echo(f"  {row.field}: {number(row.alpha, most=2)}")
    if not found:
        note("no source was coded by two coders: there is no agreement to measure")


dossier.add_command(import_command)
dossier.add_command(export_command)
