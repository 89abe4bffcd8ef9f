"""A report as one JSON object: the same sections and words, the figures as Vega-Lite, and the numbers in full."""

from __future__ import annotations

import dataclasses

from backstop.report.charts import style
from backstop.report.content import FORMAT, Block, Figure, Report


def as_json(report: Report) -> dict[str, object]:
    """The report as `backstop-report/1`."""
    return {
        "format": FORMAT,
        "title": report.title,
        "question": report.question,
        "facts": list(report.facts),
        "sections": [
            {"name": s.name, "title": s.title, "blocks": [_block(block) for block in s.blocks]}
            for s in report.sections
        ],
        "left_out": list(report.left_out),
        "exact": dict(report.exact),
    }


def _block(block: Block) -> dict[str, object]:
    found: dict[str, object] = {"kind": type(block).__name__.lower()}
    if isinstance(block, Figure):
        for name in ("name", "title", "definition", "source", "note", "alternative"):
            found[name] = getattr(block, name)
        found["specification"] = style.furnished(block)
        found["table"] = None if block.table is None else dataclasses.asdict(block.table)
        return found
    return {**found, **dataclasses.asdict(block)}
