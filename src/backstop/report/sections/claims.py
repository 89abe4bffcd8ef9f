"""Claims with verdicts: verdict, shares, counter-example, where it fails, and what each camp would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from backstop.base.words import counted, frequency, listed, of_worlds, quoted, readable, sentence_case, stop
from backstop.questions.claims.judging import ClaimResult
from backstop.questions.claims.verdict import Verdict
from backstop.report.charts import style, verdicts
from backstop.report.content import Block, Entry, Figure, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.subject import condition_in_words
from backstop.report.tables.claims import least_level
from backstop.scenario.format import scenario as form

MOST_IN_FIGURE = 16
_IN_THE_ONE_WORLD = {
    "supported": "Holds",
    "refuted": "Fails",
    "contested": "Holds in part",
    "moot": "Does not arise",
}


def section(found: Material) -> Section | None:
    """All claims; None where the study makes none."""
    if found.claims is None:
        return None
    results = list(found.claims.results.values())
    blocks: list[Block] = [Paragraph(_summary(results), lead=True), Paragraph(_how(found))]
    judged = [r for r in results if r.reason is None]
    for at in range(0, len(judged), MOST_IN_FIGURE):
        blocks.append(_figure(found, judged[at : at + MOST_IN_FIGURE], at, len(judged)))
    blocks += [_entry(found, result) for result in results]
    return Section("claims", "Claims, judged", tuple(blocks))


def _summary(results: list[ClaimResult], first: int = 0, total: int | None = None) -> str:
    """How many claims have which verdict; of some of them, where they are `first` + 1 and on of `total`."""
    counts: Counter[str] = Counter(r.verdict.verdict for r in results if r.reason is None)
    parts = [
        f"{counts[verdict]} {'is' if counts[verdict] == 1 else 'are'} {verdict}"
        for verdict in verdicts.MARKS
        if counts[verdict]
    ]
    unjudged = sum(r.reason is not None for r in results)
    if unjudged:
        parts.append(f"{unjudged} cannot be judged")
    which = f"Of {counted(len(results), 'claim')}"
    if total is not None and total != len(results):
        which = f"Of claims {first + 1} to {first + len(results)}"
    return stop(f"{which}, {listed(parts)}")


def _how(found: Material) -> str:
    if found.exact:
        return "No assumption is uncertain, so each claim holds or fails in the one world there is."
    return (
        "A claim is supported where it holds in at least 90 of 100 worlds in which the question arises, refuted where "
        "in at most 10, and contested between. A claim never seen to fail is not thereby proved."
    )


def _figure(found: Material, results: list[ClaimResult], first: int, total: int) -> Figure:
    rows = [
        verdicts.Row(title_of(r), v.verdict, v.true.mean, v.false.mean, v.moot.mean)
        for r in results
        for v in (r.verdict,)
    ]
    shares = ", and of 100 worlds those in which it holds, fails, or does not arise"
    parts = (f"{r.label.rstrip('.')}: {r.verdict}, holds in {frequency(r.true)}" for r in rows)
    return style.figure(
        verdicts.chart(rows),
        "claims" if first == 0 else f"claims-{first}",
        title=_summary(results, first, total).rstrip("."),
        definition=f"Verdict on each claim{'' if found.exact else shares}.",
        source=found.source,
        alternative=stop(". ".join(parts)),
    )


def title_of(result: ClaimResult) -> str:
    """The claim in its own words, or its name made readable."""
    return result.claim.text or readable(result.name)


def _entry(found: Material, result: ClaimResult) -> Entry:
    lines: list[tuple[str, str, str]] = [("Read as", *reading(found, result))]
    verdict = result.verdict
    if result.reason is not None:
        lines.append(("Not judged", result.where, ""))
        return Entry(title_of(result), "not judged", "", tuple(lines))
    if not found.exact:
        lines.append(("Where it fails", result.where, ""))
    if result.counterexamples and not found.exact:
        words = result.counterexamples[0].words
        lines.append(("Nearest counter-example", stop(sentence_case(words)), ""))
    if any(of.verdict != verdict.verdict for of in result.camps.values()):
        camps = (
            f"{readable(camp)} {of.verdict} ({frequency(of.true.mean, of.true.se)})"
            for camp, of in result.camps.items()
        )
        lines.append(("By camp", stop(sentence_case(", ".join(camps))), ""))
    if result.claim.evidence:
        lines.append(("Made in", _made_in(found, result), ""))
    notes = (result.note, result.claim.note)
    lines += [("Note", stop(sentence_case(note)), "") for note in notes if note]
    text = ". ".join((_shares(found, verdict), *least_level(found.model, result)))
    return Entry(title_of(result), verdict.verdict, stop(text), tuple(lines))


def _shares(found: Material, verdict: Verdict) -> str:
    """In how many worlds the claim holds, fails and does not arise."""
    if found.exact:
        return _IN_THE_ONE_WORLD[verdict.verdict]
    text = (
        f"Holds in {of_worlds(verdict.true.mean, verdict.true.se)}, fails in "
        f"{of_worlds(verdict.false.mean, verdict.false.se)}"
    )
    if verdict.moot.mean > 0:
        text += f", does not arise in {of_worlds(verdict.moot.mean, verdict.moot.se)}"
    return text


def _made_in(found: Material, result: ClaimResult) -> str:
    """The propositions and statements the claim is made in, with the statements under them and their grade."""
    parts = []
    for ground in found.evidence.grounds(result.claim.evidence):
        passages = [p.statement.id for p in ground.passages if p.bearing == "supports"]
        under = f": statements {listed(passages)}" if passages and ground.kind == "proposition" else ""
        parts.append(f"{ground.id} ({ground.grade}{under})")
    return stop("; ".join(parts))


def reading(found: Material, result: ClaimResult) -> tuple[str, str]:
    """How the program reads the claim: words, and the exact form beside them."""
    claim, scenario = result.claim, found.model.scenario

    def measures(names: Iterable[str], last: str = "and") -> str:
        return listed((quoted(scenario.measures[m].titled(m)) for m in names), last)

    def metric(name: str) -> str:
        return quoted(scenario.metrics[name].titled(name))

    def where(name: str) -> str:
        return f"In {quoted(scenario.arrangements[name].titled(name))}"

    def so(formula: form.Expr) -> str:
        return f"makes it so that {condition_in_words(scenario, formula)}"

    if claim.necessary is not None:
        names, asked = claim.necessary.measures, claim.necessary.for_
        words = f"Without {measures(names, 'or')} no arrangement {so(asked)}, and with it some other does."
        return words, f"necessary: {', '.join(names)} for {asked}"
    if claim.sufficient is not None:
        names, asked = claim.sufficient.measures, claim.sufficient.for_
        words = f"Every arrangement with {measures(names)} {so(asked)}."
        return words, f"sufficient: {', '.join(names)} for {asked}"
    for kind, word, effect in (("raises", "higher", claim.raises), ("lowers", "lower", claim.lowers)):
        if effect is not None:
            words = (
                f"In every arrangement with {measures(effect.measures)}, {metric(effect.metric)} is {word} than in "
                "the same arrangement without."
            )
            return words, f"{kind}: {', '.join(effect.measures)} on {effect.metric}"
    if claim.complements is not None:
        joint = claim.complements
        words = (
            f"{where(joint.in_)}, {measures(joint.measures)} together raise {metric(joint.metric)} by more than the "
            "sum of what each does alone."
        )
        return words, f"complements: {', '.join(joint.measures)} on {joint.metric} in {joint.in_}"
    if claim.threshold is not None:
        varied = claim.threshold
        words = f"{where(varied.in_)}, some level of {measures([varied.measure])} {so(varied.for_)}."
        return words, f"threshold: {varied.measure} for {varied.for_} in {varied.in_}"
    assert claim.holds is not None
    words = f"{where(claim.holds.in_)}, {condition_in_words(scenario, claim.holds.that)}."
    return words, f"holds: {claim.holds.that} in {claim.holds.in_}"
