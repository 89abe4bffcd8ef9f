"""Claims, judged: the verdict on each, and of the worlds in which it arises those in which it holds and fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, stop
from backstop.questions.claims.results import ClaimResult
from backstop.report.charts import style, verdicts
from backstop.report.content import Figure

MOST_IN_FIGURE = 16


def claims_figures(results: Sequence[ClaimResult], source: str, exact: bool) -> list[Figure]:
    """Charts of the claims that could be judged, so many in each. `exact`: all worlds are one."""
    judged = [of for of in results if of.reason is None]
    return [
        _figure(judged[at : at + MOST_IN_FIGURE], source, exact, at, len(judged))
        for at in range(0, len(judged), MOST_IN_FIGURE)
    ]


def _figure(results: Sequence[ClaimResult], source: str, exact: bool, first: int, total: int) -> Figure:
    rows = []
    for result in results:
        verdict = result.verdict
        true = None if verdict.share is None else verdict.share.mean
        rows.append(verdicts.Row(result.title, verdict.words, true, verdict.moot.mean))
    shares = ", and of 100 worlds in which the question arises those in which it holds and fails"
    parts = (f"{r.label.rstrip('.')}: {r.verdict}, holds in {frequency(r.true)}" for r in rows)
    return style.figure(
        partial(verdicts.chart, rows),
        partial(verdicts.draw, rows),
        "claims" if first == 0 else f"claims-{first}",
        title=claims_summary(results, first, total).rstrip("."),
        definition=f"Verdict on each claim{'' if exact else shares}.",
        source=source,
        alternative=stop(". ".join(parts)),
        table=Table(
            "Verdicts on the claims",
            ("", "verdict", "holds, of worlds in which it arises", "does not arise"),
            tuple((r.label, r.verdict, frequency(r.true), frequency(r.moot)) for r in rows),
        ),
    )


def claims_summary(results: Sequence[ClaimResult], first: int = 0, total: int | None = None) -> str:
    """How many claims have which verdict; of some of them, where they are `first` + 1 and on of `total`."""
    counts: Counter[str] = Counter(r.said for r in results if r.reason is None)
    parts = [
        f"{counts[verdict]} {_verb(verdict, counts[verdict])}"
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


def _verb(verdict: str, count: int) -> str:
    """ "leans true" of one claim, "lean true" of several; "is open", "are open"."""
    if verdict.startswith("leans "):
        return verdict if count == 1 else verdict.replace("leans", "lean", 1)
    return f"{'is' if count == 1 else 'are'} {verdict}"
