"""`backstop why` and `backstop audit`: what an assumption rests on, down to the passage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.cli.dossier.options import texts_option
from backstop.cli.options import all_option, json_option
from backstop.cli.printing import print_json, print_text

if TYPE_CHECKING:
    from backstop.dossier.dossier import Dossier
    from backstop.evidence.audit import Audit, Audited
    from backstop.evidence.evidence import Evidence
    from backstop.evidence.explanation import Explanation
    from backstop.evidence.ground import Ground, Passage
    from backstop.questions.study.priorities import Priorities

# Assumptions of a grade that are listed without --all.
MOST_LISTED = 8
# What moves less than this share of the variance is not worth a line.
RANKED_FROM = 0.005


def checked_evidence(study: Path, texts: tuple[Path, ...]) -> Evidence:
    """The evidence of a study; raises InvalidInput where an id leads nowhere."""
    from backstop.evidence.evidence import evidence_of
    from backstop.scenario.study import load

    evidence = evidence_of(load(study), study, texts)
    evidence.check()
    return evidence


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("name")
@texts_option
@json_option
def why(study: Path, name: str, texts: tuple[Path, ...], as_json: bool) -> None:
    """What NAME rests on: from a number, measure or claim of STUDY down to the passages.

    NAME is a parameter, measure, claim, arrangement, observation, definition or metric, or the id of a statement,
    proposition or data reference: then also what rests on it.
    """
    from backstop.evidence.explanation import explain

    evidence = checked_evidence(study, texts)
    found = explain(evidence, name)
    if as_json:
        print_json(found.as_dict(evidence.words))
    else:
        _print_explanation(found, evidence)


def _say(text: str, depth: int = 0) -> None:
    print_text(text, indent=2 * depth + 4, first=2 * depth)


def _print_explanation(found: Explanation, evidence: Evidence) -> None:
    _say(f"{found.name} ({found.kind})")
    for line in found.what:
        _say(line, 1)
    state = "" if found.confirmed else ", UNCONFIRMED: a passage under it has changed"
    _say(f"grade: {found.grade}{state}", 1)
    if not found.grounds:
        _say("no ground is given: it counts as the analyst's judgement", 1)
    if found.kind == "metric":
        _say("backstop why STUDY NAME goes from each of these down to the passages", 1)
    else:
        for ground in found.grounds:
            _print_ground(ground, evidence.dossier, evidence.words, 1)
    if found.rests_on_it:
        _say("What rests on it: " + "; ".join(f"{kind} {name}" for kind, name in found.rests_on_it), 1)


def _print_ground(ground: Ground, dossier: Dossier | None, words: Mapping[str, str], depth: int) -> None:
    head = ground.kind if ground.kind in ("data", "judgement") else f"{ground.kind} {ground.id}"
    if ground.kind == "statement":
        depth -= 1  # the passage below says all of it
    else:
        _say(f"{head} [{ground.grade}]: {ground.text}", depth)
    if ground.reference is not None:
        _say(f"{ground.id}: {ground.reference.citation} ({ground.reference.grade})", depth + 1)
        if ground.reference.use:
            _say(f"use: {ground.reference.use}", depth + 1)
    if ground.note:
        _say(f"note: {ground.note}", depth + 1)
    for passage in ground.passages:
        if dossier is not None:
            _print_passage(passage, dossier, words.get(passage.statement.id), depth + 1)
    for under in ground.under:
        _print_ground(under, dossier, words, depth + 1)


def _print_passage(passage: Passage, dossier: Dossier, words: str | None, depth: int) -> None:
    statement, anchor = passage.statement, passage.statement.anchor
    source = dossier.sources[statement.source]
    bearing = "" if passage.bearing == "supports" else "AGAINST, "
    who = passage.holder + (f" ({statement.role})" if statement.role else "")
    _say(
        f"{statement.id} [{bearing}{passage.strength}] {who}, {statement.attribution}: {statement.paraphrase}",
        depth,
    )
    parts: list[str] = [statement.type]
    if statement.condition:
        parts.append(f"{statement.condition.form} {statement.condition.text}")
    if statement.hedge:
        parts.append(f"hedged: {statement.hedge}")
    about = f" ({source.title or source.kind})" if source.title or source.kind else ""
    parts.append(f"account {source.id}{about}, characters {anchor.start} to {anchor.end}")
    parts.append(f"text sha256 {anchor.text[:12]}")
    if statement.held:
        parts.append(f"UNCONFIRMED: the passage is {statement.held.state}")
    _say("; ".join(parts), depth + 1)
    if words:
        _say(f'"{words}"', depth + 1)


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@texts_option
@click.option(
    "--rank", is_flag=True, help="Rank the parameters: what moves the answer most and rests on the least."
)
@click.option("--metric", metavar="NAME", help="The answer to rank for, by default one that says what lasts.")
@click.option(
    "--worlds", type=click.IntRange(min=1), default=4000, show_default=True, help="Worlds to draw for --rank."
)
@all_option
@json_option
def audit(
    study: Path,
    texts: tuple[Path, ...],
    rank: bool,
    metric: str | None,
    worlds: int,
    everything: bool,
    as_json: bool,
) -> None:
    """List the assumptions of STUDY by the grade of their grounds: stated, implied, derived, judgement; confirmed
    or not. With --rank the parameters come in the order in which more reading would pay.
    """
    from backstop.base.words import counted
    from backstop.evidence.audit import audit as audited

    evidence = checked_evidence(study, texts)
    found = audited(evidence)
    ranking = _ranking(evidence, found, metric, worlds) if rank or metric is not None else None
    if as_json:
        whole = found.as_dict() | ({} if ranking is None else {"ranking": ranking.as_dict()})
        print_json(whole)
        return
    grades = ", ".join(f"{count} {grade}" for grade, count in found.grades.items())
    _say(f"{counted(len(found.assumptions), 'assumption')}: {grades}")
    held = ", ".join(found.unconfirmed)
    _say(f"unconfirmed: {held}" if held else "none is held back by a changed passage")
    if ranking is None:
        _print_audit(found, everything)
        return
    click.echo()
    _say(f"What moves {ranking.metric} most and rests on the least (share of variance, grade)")
    for name, of in ranking.parameters.items():
        if of.score > RANKED_FROM:
            _say(f"{name}: {100 * of.share:.0f} %, {of.grade}", 1)


def _print_audit(found: Audit, everything: bool) -> None:
    """Assumptions by grade, and what else cites grounds; of each grade the first few unless `everything`."""
    from itertools import groupby

    from backstop.base.words import readable

    def listed(rows: Iterable[Audited], beside: str = "") -> None:
        for grade, group in groupby(rows, key=lambda one: one.grade):
            of = list(group)
            click.echo()
            _say(f"{readable(grade)}{beside} ({len(of)})")
            for row in of if everything else of[:MOST_LISTED]:
                flag = "" if row.confirmed else " UNCONFIRMED"
                support = f" (best ground: {row.best})" if row.best != grade else ""
                grounds = ", ".join(row.grounds) or "no ground given"
                _say(f"{row.kind} {row.name}: {grounds}{support}{flag}", 1)
            if not everything and len(of) > MOST_LISTED:
                _say(f"and {len(of) - MOST_LISTED} more; --all lists them", 1)

    listed(found.assumptions)
    listed(found.others, ", no assumptions")


def _ranking(evidence: Evidence, found: Audit, metric: str | None, worlds: int) -> Priorities:
    """Parameters by share of variance times weakness of their grounds."""
    from backstop.cli.progress import progress_bar
    from backstop.questions.inquiry import Inquiry
    from backstop.questions.study.priorities import priorities

    grades = {
        one.name: one.grade if one.confirmed else "judgement"
        for one in found.assumptions
        if one.kind == "parameter"
    }
    with progress_bar("solving") as update:
        return priorities(Inquiry(evidence.model, worlds, progress=update), grades, metric)
