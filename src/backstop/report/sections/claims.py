"""Claims with verdicts: verdict, shares, counter-example, where it fails, and what each camp would say."""

from __future__ import annotations

from collections.abc import Iterable

from backstop.base.table import Table
from backstop.base.words import frequency, listed, of_worlds, quoted, sentence_case, stop
from backstop.questions.claims.results import DECIDED_BY, HOW_TO_READ, ClaimResult
from backstop.questions.words import limits_words, wordings
from backstop.report.answers.claims import claims_figures, claims_summary
from backstop.report.charts import verdicts
from backstop.report.content import Block, Entry, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.subject import condition_in_words
from backstop.scenario.format import scenario as form

_ON_SCALE = {
    "probability": "",
    "log_hazard": ", in logarithms of the hazard: by more than if each multiplied the hazard by a factor of its own",
}
_IN_THE_ONE_WORLD = {1.0: "Holds", 0.0: "Fails"}


def section(found: Material) -> Section | None:
    """All claims; None where the study makes none."""
    if found.claims is None:
        return None
    results = list(found.claims.results.values())
    blocks: list[Block] = [Paragraph(claims_summary(results), lead=True), Paragraph(_how(found))]
    blocks.append(_table(found, results))
    return Section("claims", "Claims, judged", tuple(blocks))


def annex(found: Material) -> Section | None:
    """The card of every claim; None where the study makes none."""
    if found.claims is None:
        return None
    results = list(found.claims.results.values())
    blocks: list[Block] = [*claims_figures(results, found.source, found.exact)]
    blocks += [_entry(found, result) for result in results]
    return Section("cards", "Claim cards", tuple(blocks), annex=True)


def _table(found: Material, results: list[ClaimResult]) -> Table:
    """Claims by verdict, from supported to moot, each with what decides it."""
    order = [*verdicts.MARKS, ""]
    rows = sorted(results, key=lambda r: order.index(r.said if r.reason is None else ""))
    cells = []
    for result in rows:
        share = result.verdict.share
        true = "-" if share is None or result.reason is not None else frequency(share.mean, share.se)
        cells.append((result.title, result.said, true, _decides(found, result)))
    return Table(
        "Claims by verdict",
        ("claim", "verdict", "true in", "what decides it"),
        tuple(cells),
        ""
        if found.exact
        else "True in: of the worlds in which the question arises. The cards in the annex say more.",
    )


def _decides(found: Material, result: ClaimResult) -> str:
    """What decides a claim, or the region in which it fails or holds, in a clause."""
    if result.reason is not None:
        return "not judged"
    if found.exact:
        return "the structure of the study: there is one world"
    if result.decider is not None:
        return stop(sentence_case(result.decider.words))
    box = result.region.box
    if box is None:
        return "No one assumption, and no region of them, tells where."
    does = "Holds" if result.region.holds else "Fails"
    where = limits_words(box.limits, wordings(found.model))
    return f"{does} most where {where}: there in {of_worlds(box.density)}."


def _how(found: Material) -> str:
    if found.exact:
        return "No assumption is uncertain, so each claim holds or fails in the one world there is."
    return f"{HOW_TO_READ} A claim never seen to fail is not thereby proved."


def _entry(found: Material, result: ClaimResult) -> Entry:
    """The card of a claim: its verdict, its shares, how it is read, and what is said of it."""
    # What decides it stands beside the verdict.
    lines = result.lines(found.model, found.exact)
    said = [("Read as", *reading(found, result))]
    said += [(label, text, "") for label, text in lines if label != DECIDED_BY]
    if result.reason is not None:
        return Entry(result.title, result.said, "", tuple(said))
    if result.claim.evidence:
        said.append(("Made in", _made_in(found, result), ""))
    beside = [stop(_shares(found, result))]
    if result.decider is not None and not found.exact:
        beside.append(stop(result.decider.words))
    return Entry(result.title, result.said, " ".join(beside), tuple(said))


def _shares(found: Material, result: ClaimResult) -> str:
    """In how many worlds the claim holds, fails and does not arise."""
    if not found.exact:
        return result.shares()
    share = result.verdict.share
    return "Does not arise" if share is None else _IN_THE_ONE_WORLD.get(share.mean, "Holds in part")


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
            f"sum of what each does alone{_ON_SCALE[joint.scale]}."
        )
        scale = "" if joint.scale == "probability" else f" on scale {joint.scale}"
        return words, f"complements: {', '.join(joint.measures)} on {joint.metric} in {joint.in_}{scale}"
    if claim.threshold is not None:
        varied = claim.threshold
        words = f"{where(varied.in_)}, some level of {measures([varied.measure])} {so(varied.for_)}."
        return words, f"threshold: {varied.measure} for {varied.for_} in {varied.in_}"
    assert claim.holds is not None
    words = f"{where(claim.holds.in_)}, {condition_in_words(scenario, claim.holds.that)}."
    return words, f"holds: {claim.holds.that} in {claim.holds.in_}"
