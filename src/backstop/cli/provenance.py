"""`backstop why` and `backstop audit`: what an assumption rests on, down to the passage."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backstop.cli.dossier.group import json_option, texts_option
from backstop.cli.evidence import CITING, Evidence

if TYPE_CHECKING:
    from backstop.dossier.provenance import Ground, Passage
    from backstop.dossier.store import Dossier


def loaded(study: Path, texts: tuple[Path, ...]) -> Evidence:
    """The study with its evidence; every id that leads nowhere is an error."""
    from backstop.scenario.study import load

    evidence = Evidence(load(study), study, texts)
    evidence.check()
    return evidence


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("name")
@texts_option
@json_option
def why(study: Path, name: str, texts: tuple[Path, ...], as_json: bool) -> None:
    """What NAME rests on: from a number, measure or claim of STUDY down to the passages.

    NAME is a parameter, measure, claim, arrangement, observation or definition, or the id of a statement,
    proposition or data reference: then also what rests on it.
    """
    from backstop.base.faults import InvalidInput
    from backstop.base.words import did_you_mean
    from backstop.dossier.provenance import plain_ground, weakest

    evidence = loaded(study, texts)
    asked = _asked(evidence, name)
    if asked is None:
        scenario = evidence.model.scenario
        valid = [
            n for section in (*CITING, "observations", "definitions") for n in getattr(scenario, section)
        ]
        valid += [*(evidence.dossier.propositions if evidence.dossier else ())]
        raise InvalidInput(
            f"there is no parameter, measure, claim or id {name}", hint=did_you_mean(name, valid, "name")
        )
    words = evidence.words()
    grounds = [evidence.ground(i) for i in asked["ids"]]
    if as_json:
        click.echo(
            json.dumps(
                {
                    "format": "backstop-why/1",
                    "name": name,
                    "kind": asked["kind"],
                    "what": asked["lines"],
                    "grade": weakest(grounds),
                    "confirmed": all(g.confirmed for g in grounds),
                    "grounds": [plain_ground(g, evidence.dossier, words) for g in grounds],
                    "rests_on_it": asked["resting"],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    _print_why(name, asked, grounds, evidence, words)


def _asked(evidence: Evidence, name: str) -> dict[str, Any] | None:
    scenario = evidence.model.scenario
    for section, (kind, field) in CITING.items():
        entry = getattr(scenario, section).get(name)
        if entry is not None:
            ids = list(getattr(entry, field))
            return {"kind": kind, "ids": ids, "lines": _described(kind, entry), "resting": []}
    if name in scenario.observations:
        observation = scenario.observations[name]
        ids = [c.id for c in evidence.citations if c.kind == "observation" and c.name == name]
        lines = [
            f"observed {observation.metric} under {observation.arrangement}",
            observation.source,
            observation.note,
        ]
        return {"kind": "observation", "ids": ids, "lines": [line for line in lines if line], "resting": []}
    if name in scenario.definitions:
        used = sorted(_names_under(scenario, name))
        ids = [i for n in used if n in scenario.parameters for i in scenario.parameters[n].basis]
        lines = [f"= {scenario.definitions[name]}", f"rests on: {', '.join(used)}"]
        return {"kind": "definition", "ids": list(dict.fromkeys(ids)), "lines": lines, "resting": []}
    if evidence.ground(name).kind != "unknown":
        resting = [
            {"kind": c.kind, "name": c.name} for c in evidence.citations if _under(name, c.id, evidence)
        ]
        return {"kind": evidence.ground(name).kind, "ids": [name], "lines": [], "resting": resting}
    return None


def _names_under(scenario: Any, name: str) -> set[str]:
    from backstop.scenario.expression.expression import parse

    found: set[str] = set()
    todo = [name]
    while todo:
        for used in parse(scenario.definitions[todo.pop()]).names:
            if used not in found and (used in scenario.parameters or used in scenario.measures):
                found.add(used)
            elif used in scenario.definitions and used not in found:
                found.add(used)
                todo.append(used)
    return found


def _under(name: str, cited: str, evidence: Evidence) -> bool:
    def reaches(found: Ground) -> bool:
        return (
            found.id == name
            or any(p.statement.id == name for p in found.passages)
            or any(reaches(under) for under in found.under)
        )

    return reaches(evidence.ground(cited))


def _described(kind: str, entry: Any) -> list[str]:
    lines = [entry.title] if getattr(entry, "title", "") else []
    if kind == "parameter":
        given = entry.kind
        value = getattr(entry, given) if given else None
        shown = list(value) if isinstance(value, tuple) else value
        lines.append(f"{given}: {shown}" + (f" {entry.unit}" if entry.unit else ""))
    if kind == "measure":
        lines.append(
            f"by {', '.join(entry.by)}, {entry.range[0]:g} to {entry.range[1]:g} {entry.unit}".strip()
        )
    if kind == "claim":
        lines.append(entry.text)
    if getattr(entry, "note", ""):
        lines.append(f"note: {entry.note}")
    return [line for line in lines if line]


def _say(text: str, depth: int = 0) -> None:
    import textwrap

    from backstop.base.words import clean

    pad = "  " * depth
    click.echo(textwrap.fill(clean(text), 112, initial_indent=pad, subsequent_indent=pad + "    "))


def _print_why(
    name: str, asked: dict[str, Any], grounds: list[Ground], evidence: Evidence, words: Mapping[str, str]
) -> None:
    from backstop.dossier.provenance import weakest

    _say(f"{name} ({asked['kind']})")
    for line in asked["lines"]:
        _say(line, 1)
    state = "" if all(g.confirmed for g in grounds) else ", UNCONFIRMED: a passage under it has changed"
    _say(f"grade: {weakest(grounds)}{state}", 1)
    if not grounds:
        _say("no ground is given: it counts as the analyst's judgement", 1)
    for found in grounds:
        _print_ground(found, evidence.dossier, words, 1)
    if asked["resting"]:
        _say("What rests on it: " + "; ".join(f"{r['kind']} {r['name']}" for r in asked["resting"]), 1)


def _print_ground(found: Ground, dossier: Dossier | None, words: Mapping[str, str], depth: int) -> None:
    head = {"data": "data", "judgement": "judgement"}.get(found.kind, f"{found.kind} {found.id}")
    if found.kind == "statement":
        depth -= 1  # the passage below says all of it
    else:
        _say(f"{head} [{found.grade}]: {found.text}", depth)
    if found.reference is not None:
        _say(f"{found.id}: {found.reference.citation} ({found.reference.grade})", depth + 1)
        if found.reference.use:
            _say(f"use: {found.reference.use}", depth + 1)
    if found.note:
        _say(f"note: {found.note}", depth + 1)
    for passage in found.passages:
        if dossier is not None:
            _print_passage(passage, dossier, words.get(passage.statement.id), depth + 1)
    for under in found.under:
        _print_ground(under, dossier, words, depth + 1)


def _print_passage(passage: Passage, dossier: Dossier, words: str | None, depth: int) -> None:
    from backstop.dossier.accounts.finding import actor_name

    statement, anchor = passage.statement, passage.statement.anchor
    source = dossier.sources[statement.source]
    bearing = "" if passage.bearing == "supports" else "AGAINST, "
    who = actor_name(statement.actor, dossier) + (f" ({statement.role})" if statement.role else "")
    _say(
        f"{statement.id} [{bearing}{passage.strength}] {who}, {statement.attribution}: {statement.paraphrase}",
        depth,
    )
    parts = [f"{statement.type}"]
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
@json_option
def audit(
    study: Path, texts: tuple[Path, ...], rank: bool, metric: str | None, worlds: int, as_json: bool
) -> None:
    """List the assumptions of STUDY by the grade of their grounds: stated, implied, derived, judgement; confirmed
    or not. With --rank the parameters come in the order in which more reading would pay.
    """
    from backstop.base.words import readable
    from backstop.dossier.provenance import GRADES

    if metric is not None:
        rank = True
    evidence = loaded(study, texts)
    rows = []
    scenario = evidence.model.scenario
    for section, (kind, field) in CITING.items():
        for name, entry in getattr(scenario, section).items():
            ids = list(getattr(entry, field))
            if section == "arrangements" and not ids:
                continue
            rows.append(_row(kind, name, ids, evidence))
    for name in scenario.observations:
        cited = [c.id for c in evidence.citations if c.kind == "observation" and c.name == name]
        rows.append(_row("observation", name, cited, evidence))
    rows.sort(key=lambda r: (GRADES.index(r["grade"]), r["kind"]))
    counts = {grade: sum(r["grade"] == grade for r in rows) for grade in GRADES if grade != "unknown"}
    open_ = [r["name"] for r in rows if not r["confirmed"]]
    ranked = _ranked(evidence, rows, metric, worlds) if rank else None
    if as_json:
        found = {"format": "backstop-audit/1", "grades": counts, "unconfirmed": open_, "assumptions": rows}
        if ranked is not None:
            found["ranking"] = ranked
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    _say(f"{len(rows)} assumptions: " + ", ".join(f"{count} {grade}" for grade, count in counts.items()))
    _say(f"unconfirmed: {', '.join(open_)}" if open_ else "none is held back by a changed passage")
    if ranked is not None:
        _say(f"\nWhat moves {ranked['metric']} most and rests on the least (share of variance, grade)")
        for row in ranked["parameters"]:
            if row["score"] > RANKED_FROM:
                _say(f"{row['name']}: {100 * row['share']:.0f} %, {row['grade']}", 1)
        return
    for grade in GRADES:
        chosen = [r for r in rows if r["grade"] == grade]
        if chosen:
            _say(f"\n{readable(grade)} ({len(chosen)})")
        for row in chosen:
            flag = "" if row["confirmed"] else " UNCONFIRMED"
            support = f" (best ground: {row['best']})" if row["best"] != grade else ""
            _say(
                f"{row['kind']} {row['name']}: {', '.join(row['grounds']) or 'no ground given'}{support}{flag}",
                1,
            )


# What moves less than this share of the variance is not worth a line.
RANKED_FROM = 0.005


def _ranked(
    evidence: Evidence, rows: list[dict[str, Any]], metric: str | None, worlds: int
) -> dict[str, Any]:
    """Parameters by share of variance times weakness of their grounds."""
    from backstop.cli.progress import progress_bar
    from backstop.questions.study.grounds import WEAKNESS, reliance

    grades = {
        r["name"]: r["grade"] if r["confirmed"] else "judgement" for r in rows if r["kind"] == "parameter"
    }
    with progress_bar("solving") as update:
        name, found = reliance(
            evidence.model, {n: WEAKNESS[g] for n, g in grades.items()}, metric, worlds, progress=update
        )
    return {
        "metric": name,
        "worlds": worlds,
        "weakness": dict(WEAKNESS),
        "parameters": [
            {
                "name": parameter,
                "grade": grades[parameter],
                "share": of.share,
                "weakness": of.weakness,
                "score": of.score,
                "evppi": None if of.evppi is None else {"mean": of.evppi.mean, "se": of.evppi.se},
            }
            for parameter, of in found.items()
        ],
    }


def _row(kind: str, name: str, ids: list[str], evidence: Evidence) -> dict[str, Any]:
    from backstop.dossier.provenance import GRADES, weakest

    grounds = [evidence.ground(i) for i in ids]
    return {
        "kind": kind,
        "name": name,
        "grade": weakest(grounds),
        "best": min((g.grade for g in grounds), key=GRADES.index, default="judgement"),
        "confirmed": all(g.confirmed for g in grounds),
        "grounds": ids,
    }
