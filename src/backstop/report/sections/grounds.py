"""What the answer rests on: camps of experts, grades of evidence, accounts, sources, and how to compute it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, quoted, readable, sentence_case, stop, with_error
from backstop.dossier.accounts.comparison import Comparison
from backstop.evidence.ground import GRADES, Grade
from backstop.evidence.reference import PREFIX
from backstop.report.content import Block, Code, Entry, Items, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.sections.commitments import spread_words
from backstop.report.tables.assessment import grid_words, unsettled

MOST_FINDINGS = 12
MOST_ASSUMPTIONS = 8
_MEANING = {
    "stated": "an account says it",
    "implied": "the accounts imply it",
    "derived": "worked out by the analyst, or a figure from data",
    "judgement": "the analyst's own judgement, in whole or in part",
    "unknown": "leads to no ground",
}


def camps_section(found: Material) -> Section | None:
    """Where experts disagree in kind, and what each camp alone would conclude; None where there are no camps."""
    if not found.model.camps():
        return None
    disputed = ((name, p) for name, p in found.model.scenario.parameters.items() if p.experts is not None)
    views = Table(
        "What the camps disagree on",
        ("", "views", "unit"),
        tuple((p.titled(name), sentence_case(spread_words(p)), p.unit) for name, p in disputed),
    )
    if not found.camps:
        few = "Too few of the worlds of this report are any camp's own to tell the camps apart."
        return Section("camps", "Where experts disagree", (views, Paragraph(few)))
    target, metric = found.subject.target, found.metric_title(found.subject.metric)
    best = found.first_choices()
    if len(set(best.values())) == 1:
        first = quoted(found.arrangement_title(next(iter(best.values()))))
        words = f"Every camp alone would find {quoted(metric)} highest under {first}."
    else:
        parts = (f"{readable(camp)}: {quoted(found.arrangement_title(a))}" for camp, a in best.items())
        words = f"The camps differ on what comes first. {'; '.join(parts)}."
    names = list(found.result.arrangements)
    rows = []
    for camp in found.camps:
        cells = [with_error(camp.metric[a]) for a in names]
        if target is not None and target.own:
            cells = [frequency(camp.shares[a].mean, camp.shares[a].se) for a in names]
        rows.append((readable(camp.name), *cells))
    worth = listed(f"{camp.effective_worlds:,.0f} for {readable(camp.name)}" for camp in found.camps)
    conclusions = Table(
        f"{f'Worlds in which {target.words}' if target is not None and target.own else metric}, by camp",
        ("", *(found.arrangement_title(a) for a in names)),
        tuple(rows),
        "Each camp's views wherever it has any, and the pool elsewhere; by weighting the worlds of this report (worth "
        f"{worth}).",
    )
    return Section("camps", "Where experts disagree", (Paragraph(words, lead=True), views, conclusions))


def judgement_section(found: Material) -> Section:
    """How well founded the assumptions are, with those that matter most and rest on least."""
    if not found.model.scenario.parameters:
        return Section("judgement", "What is judgement", (Paragraph("The study has no parameters."),))
    rows = _graded(found)
    counts = Counter(grade for _, grade, _ in rows)
    words = listed(f"{counts[grade]} {grade} ({_MEANING[grade]})" for grade in GRADES if counts[grade])
    total = sum(share for share, _, _ in rows)
    judged = sum(share for share, grade, _ in rows if grade in ("judgement", "unknown"))
    blocks: list[Block] = [Paragraph(f"Of {counted(len(rows), 'assumption')}: {words}.", lead=True)]
    if total > 0:
        blocks.append(
            Paragraph(
                "Of the variation that single assumptions explain, about "
                f"{round(100 * judged / total)} of 100 parts rest on judgement. An assumption has the grade of its "
                "weakest ground."
            )
        )
    blocks.append(_assumptions(found, rows, MOST_ASSUMPTIONS))
    return Section("judgement", "What is judgement", tuple(blocks))


def assumptions_annex(found: Material) -> Section | None:
    """All assumptions; None where the section on judgement has them all."""
    rows = _graded(found)
    if len(rows) <= MOST_ASSUMPTIONS:
        return None
    return Section("assumptions", "All assumptions", (_assumptions(found, rows, len(rows)),), annex=True)


def _graded(found: Material) -> list[tuple[float, Grade, str]]:
    """Parameters with their share of the variation and their grade, those that matter most and rest on least first."""
    first = found.shares.found
    shares = {} if first is None else {n: max(0.0, share.mean) for n, share in first.first.items()}
    rows = [
        (shares.get(name, 0.0), found.evidence.grade(parameter.basis), name)
        for name, parameter in found.model.scenario.parameters.items()
    ]
    return sorted(rows, key=lambda row: (-round(row[0], 3), -GRADES.index(row[1])))


def _assumptions(found: Material, rows: list[tuple[float, Grade, str]], most: int) -> Table:
    """The first `most` assumptions with what is assumed, grade and grounds."""
    # What moves the answer is a column of its own, and the order, where it has been looked for.
    moves = [] if found.shares.found is None else ["of 100 parts of the variation"]
    parameters = found.model.scenario.parameters
    table = tuple(
        (
            parameters[name].titled(name),
            sentence_case(spread_words(parameters[name])),
            parameters[name].unit or "-",
            grade,
            ", ".join(parameters[name].basis) or "none given",
            *(f"{100 * share:.0f}" if share >= 0.005 else "-" for _ in moves),
        )
        for share, grade, name in rows[:most]
    )
    left = len(rows) - len(table)
    which = f"The {counted(len(table), 'assumption')} {'that move the answer most' if moves else 'of least ground'}"
    return Table(
        which if left else f"All assumptions{', those that move the answer most first' if moves else ''}",
        ("", "assumed", "unit", "grade", "grounds", *moves),
        table,
        "Numbered grounds are statements of the accounts, M01 and the like propositions drawn from them."
        + (f" {left} in the annex." if left else ""),
    )


def accounts_section(found: Material) -> Section | None:
    """The accounts compared, and all sources; None where the study has neither dossier nor data references."""
    evidence = found.evidence
    blocks: list[Block] = []
    if evidence.dossier is not None and evidence.comparison is not None:
        dossier, comparison = evidence.dossier, evidence.comparison
        blocks.append(
            Paragraph(
                f"{sentence_case(counted(len(dossier.sources), 'account'))}, "
                f"{counted(len(dossier.statements), 'statement')} coded passage by "
                f"passage, {counted(len(dossier.propositions), 'proposition')}.",
                lead=True,
            )
        )
        blocks += _comparison(comparison)
        rows = tuple(
            (s.id, s.title or s.kind, s.outlet or "-", s.dateline or "-", s.licence or "-")
            for s in dossier.sources.values()
        )
        blocks.append(Table("Accounts", ("", "what it is", "outlet", "dateline", "licence"), rows))
    if evidence.references:
        used = {name for p in found.model.scenario.parameters.values() for name in p.basis}
        used |= {o.source for o in found.model.scenario.observations.values()}
        for key, reference in evidence.references.items():
            lines = [("Source", reference.citation, ""), ("Grade", reference.grade, "")]
            if reference.use:
                lines.append(("Use", stop(reference.use), ""))
            mark = "used" if PREFIX + key in used else ""
            blocks.append(Entry(reference.title or readable(key), mark, stop(reference.figure), tuple(lines)))
    if not blocks:
        return None
    return Section("accounts", "Accounts compared, and sources", tuple(blocks), annex=True)


def _comparison(comparison: Comparison) -> Iterator[Block]:
    kinds = (
        ("contradiction", "Where the accounts contradict each other", "contradiction"),
        ("difference", "Where they differ without contradiction", "difference"),
        ("quotation", "Where a quotation is not the same in two accounts", "quotation"),
        ("actor_disagreement", "Where the actors disagree", "disagreement"),
        ("corroboration", "What more than one account bears out", "shared point"),
        ("not_compared", "What could not be compared", "pair"),
    )
    for kind, title, noun in kinds:
        findings = comparison.of(kind)
        if findings:
            shown = findings[:MOST_FINDINGS]
            items = [
                f"{f.status.capitalize()}: {f.explanation}" if f.status else f.explanation for f in shown
            ]
            if len(findings) > len(shown):
                items.append(
                    f"And {len(findings) - len(shown)} more: backstop dossier compare lists them all."
                )
            yield Paragraph(f"{title} ({counted(len(findings), noun)}):")
            yield Items(tuple(items))
    alone, voice = len(comparison.of("single_source")), len(comparison.of("unattributed"))
    if alone or voice:
        yield Paragraph(
            f"{counted(alone, 'claim')} {'rests' if alone == 1 else 'rest'} on one account alone, and "
            f"{counted(voice, 'statement')} {'is' if voice == 1 else 'are'} the account's own voice rather than "
            "anybody's words."
        )


def reproduction_section(found: Material) -> Section:
    """The command, the seed, the digests and the versions; nothing about the machine."""
    result = found.result
    record = result.as_dict()
    digests = {**record["digests"], **found.evidence.digests}
    if found.graph is not None:
        digests["graph.yaml"] = found.graph.digest
    information = {
        "agent_error": "errors of the actors (agent_error)",
        "private_payoffs": "private payoffs that count (private_payoffs)",
    }[result.information]
    facts = [
        f"{counted(result.worlds, 'world')}, seed {result.seed}; payoff shocks are read as {information}. The other "
        "reading can change results in a process: run the report again with the other --information to see by how much."
    ]
    if result.weights is not None:
        facts.append(
            f"Weighted by {counted(len(result.observations), 'observation')}: worth "
            f"{result.effective_worlds:,.0f} equally weighted worlds."
        )
    if result.unconverged_worlds:
        facts.append(
            f"{counted(result.unconverged_worlds, 'world')} did not settle under some arrangement and kept the values "
            f"of the last sweep: {unsettled(result)}."
        )
    if result.grid is not None:
        facts.append(f"Others learn a hidden type on a grid of {grid_words(result.grid)}.")
    versions = (f"{name} {version}" for name, version in record["versions"].items())
    facts.append(f"Versions: {', '.join(versions)}.")
    blocks = (
        Code(found.command, "This report"),
        Items(tuple(facts)),
        Table("Files this rests on", ("", "SHA-256"), tuple(digests.items())),
    )
    return Section("reproduce", "How to get these numbers again", blocks, annex=True)
