"""Claims with their verdicts, by colour, shape and word, and the shares of worlds behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backstop.base.words import frequency
from backstop.report.charts import style
from backstop.report.drawing import lettering
from backstop.report.drawing.sheet import SIZE, SMALL, Sheet

if TYPE_CHECKING:
    import altair

MARKS = {
    "supported": ("circle", style.BLUE),
    "leans true": ("triangle-up", "#8fbcdb"),
    "open": ("diamond", style.AMBER),
    "leans false": ("triangle-down", "#f0b48a"),
    "refuted": ("cross", style.ORANGE),
    "moot": ("square", "#999999"),
}
SHARES = (("holds", style.BLUE), ("fails", style.ORANGE))


@dataclass(frozen=True, slots=True)
class Row:
    """One claim: its number and text, its verdict, and two shares.

    `true`: of the worlds in which the question arises, None where it arises in none; `moot`: of all worlds.
    """

    label: str
    verdict: str
    true: float | None
    moot: float


def _figure(share: float) -> str:
    """Cases of 100 to stand in a bar; nothing where the bar is too short, and 100 only where it is all."""
    if share < 0.085:
        return ""
    return "100" if share >= 1.0 else f"{min(99, round(100 * share))}"


def chart(claims: Sequence[Row]) -> altair.HConcatChart:
    """One row a claim: a mark with its word, and a bar of the shares in which it holds and fails.

    The bar is of the worlds in which the question arises; in how many of all it does not stands apart.
    """
    import altair

    rows, parts, apart = [], [], []
    for at, claim in enumerate(claims):
        rows.append({"row": at, "verdict": claim.verdict})
        if claim.moot > 0.0:
            apart.append({"row": at, "text": f"moot in {frequency(claim.moot)}"})
        if claim.true is None:
            continue
        below = 0.0
        for (kind, _), share in zip(SHARES, (claim.true, 1.0 - claim.true), strict=True):
            parts.append(
                {
                    "low": at - 0.24,
                    "high": at + 0.24,
                    "row": at,
                    "kind": kind,
                    "from": below,
                    "to": below + share,
                    "middle": below + share / 2,
                    "figure": _figure(share),
                    "ink": style.PAPER,
                }
            )
            below += share
    height = 32 * len(claims)
    scale = {"domain": [-0.6, len(claims) - 0.4], "reverse": True, "nice": False, "zero": False}
    y = altair.Y("row:Q", scale=scale, axis=None)
    base = altair.Chart(style.data(rows)).encode(y=y)
    labels = {at: claim.label for at, claim in enumerate(claims)}
    words = altair.layer(
        *style.labels(labels, 58, align="left", fields=("row", "text"), x=altair.value(0), y=y)
    )
    verdicts = [v for v in MARKS if any(claim.verdict == v for claim in claims)]
    marks = base.mark_point(filled=True, size=130, opacity=1, stroke=style.INK, strokeWidth=0.6).encode(
        x=altair.value(8),
        shape=altair.Shape(
            "verdict:N",
            scale={"domain": verdicts, "range": [MARKS[v][0] for v in verdicts]},
            legend=None,
        ),
        color=altair.Color(
            "verdict:N",
            scale={"domain": verdicts, "range": [MARKS[v][1] for v in verdicts]},
            legend=None,
        ),
    )
    verdict_words = base.mark_text(align="left", fontSize=11, fontWeight="bold", color=style.INK).encode(
        x=altair.value(22), text=altair.Text("verdict:N")
    )
    bars = altair.Chart(style.data(parts))
    kinds = [kind for kind, _ in SHARES]
    x = altair.X("from:Q", scale={"domain": [0, 1], "nice": False}, axis=None)
    bar = bars.mark_rect(stroke=style.PAPER).encode(
        x=x,
        x2=altair.X2("to:Q"),
        y=altair.Y("low:Q", scale=scale, axis=None),
        y2=altair.Y2("high:Q"),
        color=altair.Color(
            "kind:N",
            scale={"domain": kinds, "range": [c for _, c in SHARES]},
            legend={
                "title": "of 100 worlds in which it arises",
                "titleLimit": 240,
                "orient": "bottom",
                "direction": "horizontal",
            },
        ),
    )
    figures = bars.mark_text(fontSize=10, fontWeight="bold").encode(
        x=altair.X("middle:Q"), y=y, text=altair.Text("figure:N"), color=altair.Color("ink:N", scale=None)
    )
    moot = altair.Chart(style.data(apart)).mark_text(align="left", fontSize=10, color=style.INK)
    moot = moot.encode(x=altair.value(4), y=y, text=altair.Text("text:N"))
    return altair.hconcat(
        words.properties(width=310, height=height),
        altair.layer(marks, verdict_words).properties(width=95, height=height),
        altair.layer(bar, figures).resolve_scale(color="independent").properties(width=150, height=height),
        *([moot.properties(width=95, height=height)] if apart else []),
        spacing=6,
    ).resolve_scale(color="independent", shape="independent")


_FILLS = {
    "supported": "blue",
    "leans true": "sky",
    "open": "amber",
    "leans false": "straw",
    "refuted": "orange",
    "moot": "grey",
}


def draw(claims: Sequence[Row], width: float) -> Sheet:
    """A row a claim: its text, its verdict by mark and word, and a bar of the worlds in which it holds and fails."""
    sheet = Sheet(width)
    words = width if sheet.phone else 0.44 * width
    mark = 0.0 if sheet.phone else words + 16
    bar = mark + 118
    aside = max((lettering.width(_moot(of), SMALL) for of in claims), default=0.0)
    end = width if sheet.phone else width - (aside + 8 if aside else 0.0)
    top = _legend(sheet, bar if not sheet.phone else 0.0, end)
    for claim in claims:
        lines = lettering.wrapped(claim.label, words, SIZE)
        high = SIZE * lettering.LINE * len(lines)
        middle = top + high + 14 if sheet.phone else top + max(high, 22) / 2
        sheet.lines(0, top if sheet.phone else middle - high / 2, lines)
        sheet.mark(MARKS[claim.verdict][0], mark + 8, middle, 7, _FILLS[claim.verdict], "ink")
        sheet.text(mark + 22, middle + 4.5, claim.verdict, bold=True)
        if claim.true is not None:
            _bar(sheet, claim.true, bar, middle, end)
        below = middle + 14
        if claim.moot > 0.0 and sheet.phone:
            below = sheet.lines(bar, middle + 12, [_moot(claim)], SMALL, "quiet")
        elif claim.moot > 0.0:
            sheet.text(width, middle + 4, _moot(claim), SMALL, "quiet", anchor="end")
        top = max(top + high, below) + 9
    return sheet


def _moot(claim: Row) -> str:
    return f"moot in {frequency(claim.moot)}" if claim.moot > 0.0 else ""


def _bar(sheet: Sheet, true: float, left: float, y: float, right: float) -> None:
    """The shares of worlds in which a claim holds and fails, with figures where they have room."""
    start = left
    for fill, share in (("blue", true), ("orange", 1.0 - true)):
        wide = share * (right - left)
        if wide > 0.2:
            sheet.rect(start, y - 8.5, wide, 17, fill, "paper")
        text = "100" if share >= 1.0 else f"{min(99, max(1, round(100 * share)))}"
        if share > 0 and lettering.width(text, SMALL, bold=True) + 6 <= wide:
            sheet.text(start + wide / 2, y + 4, text, SMALL, bold=True, anchor="middle", on=fill)
        start += wide


def _legend(sheet: Sheet, left: float, right: float) -> float:
    """What the two parts of the bars are. Returns where it ends."""
    x = left
    for (kind, _), fill in zip(SHARES, ("blue", "orange"), strict=True):
        sheet.rect(x, 1, 12, 12, fill)
        x = sheet.text(x + 17, 12, kind, SMALL)[2] + 14
    return (
        sheet.paragraph(left, 17, "of 100 worlds in which the question arises", right - left, SMALL, "quiet")
        + 8
    )
