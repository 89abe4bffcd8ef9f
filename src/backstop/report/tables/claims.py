"""The claims of a study as tables and remarks, the same for terminal and page."""

from __future__ import annotations

from collections.abc import Iterator

from backstop.base.table import Table
from backstop.base.words import number, of_worlds, quoted, stop
from backstop.questions.claims.judging import ClaimResult, Claims
from backstop.report.wording import is_exact
from backstop.scenario.model import Model
from backstop.worlds.statistics import Estimate


def share(estimate: Estimate) -> str:
    """A share of worlds in per cent, in no more digits than its error supports."""
    if estimate.se is None or estimate.se <= 0.0:
        return f"{100 * estimate.mean:.0f} %"
    return f"{number(100 * estimate.mean, 100 * estimate.se, most=1)} %"


def claims_table(found: Claims) -> Table:
    """Verdict and shares of every claim."""
    rows = []
    for name, result in found.results.items():
        v = result.verdict
        said = "cannot be judged" if result.reason else v.verdict
        rows.append(
            (
                name,
                said,
                *(("-", "-", "-") if result.reason else (share(v.true), share(v.false), share(v.moot))),
            )
        )
    return Table(
        "The claims, world by world",
        ("claim", "verdict", "true", "false", "moot"),
        tuple(rows),
        f"Shares of {found.worlds:,} worlds (worth {found.effective_worlds:,.0f}). Supported: true in at least 90 of "
        "100 worlds in which it can be judged; refuted: in at most 10.",
    )


def camps_table(found: Claims) -> Table | None:
    """Share of worlds in which each claim is true, by camp of experts; None where there are no camps."""
    camps = list(dict.fromkeys(camp for result in found.results.values() for camp in result.camps))
    if not camps:
        return None
    rows = []
    for name, result in found.results.items():
        if result.camps:
            verdicts = {of.verdict for of in result.camps.values()}
            cells = (f"{of.verdict} {share(of.true)}" for of in result.camps.values())
            rows.append((name, *cells, "yes" if len(verdicts) > 1 else ""))
    return Table(
        "As each camp of experts alone would have it",
        ("claim", *camps, "camps differ"),
        tuple(rows),
        "Verdict, and share of worlds in which the claim is true, with that camp's ranges wherever it has any.",
    )


def remarks(found: Claims) -> dict[str, list[str]]:
    """Sentences about every claim, by name."""
    return {name: claim_remarks(found, result) for name, result in found.results.items()}


def claim_remarks(found: Claims, result: ClaimResult) -> list[str]:
    """What was claimed, where it fails, the counter-example, the least level, what to mind."""
    lines = [result.claim.text] if result.claim.text else []
    if result.reason:
        return [*lines, f"Cannot be judged: {result.reason}"]
    verdict = result.verdict
    lines.append(result.where)
    if verdict.at_most is not None and verdict.true.mean == 0.0:
        lines.append(f"It was never seen to be true: at most {100 * verdict.at_most:.2g} in 100 (95 %).")
    for counter in result.counterexamples:
        lines.append(f"Counter-example: {counter.words}.")
        for shown in counter.figures:
            figures = ", ".join(f"{metric} {value:.3g}" for metric, value in shown.metrics.items())
            if figures:
                promised = ", ".join(f"{m} {v:g}" for m, v in shown.measures.items()) or "nothing promised"
                lines.append(f"    there: {figures} ({promised})")
    lines += map(stop, least_level(found.model, result))
    if result.note:
        lines.append(f"Mind: {result.note}.")
    return lines


def least_level(model: Model, result: ClaimResult) -> Iterator[str]:
    """The least level of a measure that meets the condition of a threshold claim, in clauses."""
    if result.least_level is None or result.least_level.level.mean is None:
        return
    level, measure = result.least_level.level, model.scenario.measures[result.least_level.measure]
    title, unit = (
        quoted(measure.titled(result.least_level.measure)),
        f" ({measure.unit})" if measure.unit else "",
    )
    if is_exact(level):
        yield f"The least level of {title} is {level.mean:.3g}{unit}"
    else:
        low, high = (number(q, most=3) for q in (level.q05, level.q95))
        yield (
            f"Where some level does, the least level of {title} is {number(level.mean, level.se, 3)} on average and "
            f"{low} to {high} in nine worlds of ten{unit}"
        )
    for share, words in (
        (result.least_level.none, "No level does"),
        (result.least_level.not_monotone, "A higher level no longer does"),
    ):
        if share.mean > 0.0:
            yield f"{words} in {of_worlds(share.mean, share.se)}"
