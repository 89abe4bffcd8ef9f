"""The claims of a study as a live page judges them: which promises must be solved, and the test as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backstop.evidence.evidence import Evidence
from backstop.live.controls import passages_of
from backstop.questions.claims.judging import BriefVerdict
from backstop.questions.claims.least_level import scan_levels
from backstop.questions.claims.requirements import Requirements, requirements_of
from backstop.report.material.subject import condition_in_words
from backstop.scenario.expression.nodes import Choice, Name, Node, Number, fold
from backstop.scenario.model import Model

Json = dict[str, Any]


def claim_entries(model: Model, judged: Mapping[str, BriefVerdict], evidence: Evidence) -> list[Json]:
    """Every claim with its test and Python's verdict on the worlds of the page."""
    found = []
    for name, claim in model.scenario.claims.items():
        result = judged[name]
        test: Json | None = None
        if result.reason is None:
            test = _test(model, requirements_of(model, name))
        found.append(
            {
                "name": name,
                "title": claim.text or name.replace("_", " "),
                "text": claim.text,
                "kind": claim.kind,
                "note": claim.note,
                "evidence": passages_of(evidence, claim.evidence),
                "test": test,
                "reason": result.reason,
                "verdict": result.verdict.as_dict(),
                "decided_by": None if result.decider is None else result.decider.as_dict(),
            }
        )
    return found


def _test(model: Model, of: Requirements) -> Json:
    """What a claim asks: promises as levels by measure, in order, and how they are compared."""
    found: Json = {
        "kind": of.kind,
        "measures": [list(model.scenario.measures)[m] for m in of.measures],
        "arrangements": list(of.arrangements),
        "promises": [_levels(model, promise) for promise in of.promises],
        "metrics": list(of.metrics),
        "metric": of.metric,
        "scale": of.scale,
        "avoided": of.avoided,
        "event": None,
        "levels": None,
    }
    if of.event is not None:
        found["event"] = {
            "text": of.event.text,
            "words": condition_in_words(model.scenario, of.event.text),
            "tree": tree(of.event.expression.root),
            "metrics": list(of.event.metrics),
        }
    if of.kind == "threshold":
        found["levels"] = list(scan_levels(*of.range))
    return found


def _levels(model: Model, promise: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(model.scenario.measures, promise, strict=True))


def tree(root: Node) -> list[Any]:
    """An expression as nested lists: `["number", 2]`, `["name", "peace"]`, `["where", c, a, b]`, `["+", a, b]`.

    >>> from backstop.scenario.expression.expression import parse
    >>> tree(parse("peace >= 0.5").root)
    ['>=', ['name', 'peace'], ['number', 0.5]]
    """

    def made(node: Node, parts: tuple[list[Any], ...]) -> list[Any]:
        if isinstance(node, Number):
            return ["number", node.value]
        if isinstance(node, Name):
            return ["name", node.name]
        return ["where" if isinstance(node, Choice) else node.name, *parts]

    return fold(root, made)
