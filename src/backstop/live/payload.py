"""The data of a live page, format `backstop-live/1`: a study, its program, drawn worlds, and Python's own figures.

The page solves the very worlds that Python has solved here, so that it can compare every figure with `baseline` when it
is opened. What may not travel with a dossier (`may_travel`) is left out.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import Refused
from backstop.evidence.evidence import evidence_of
from backstop.game.choice import Information
from backstop.live.claims import claim_entries
from backstop.live.controls import camp_entries, controls
from backstop.live.glossary import glossary
from backstop.live.metrics import metric_entries
from backstop.live.passages import passage_entries
from backstop.program.manifest import manifest
from backstop.program.program import Program, compile_program
from backstop.questions.claims.judging import judge_briefly, unjudged
from backstop.questions.inquiry import inquiry_of
from backstop.report.material.subject import Subject, subject_of
from backstop.scenario.model import Model
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result

FORMAT = "backstop-live/1"

WORLDS = 1_008
"""Worlds of a page where nothing else is said: a multiple of the sixteen replications, and one call of a program."""

WORLDS_OF_LEARNING = 96
"""Those of a study whose actors learn an actor's type: a world takes a thousand times as long to solve there."""

OUT_OF = 20_000
"""Worlds that are drawn and weighed, of which those of the page are taken by their weights."""

MOST_WORLDS = 1_984
"""The most worlds of a page: under 2,000 quantiles are read from sorted worlds, in the page as in Python."""

_TOO_LONG = (
    "Not judged on this page: where actors learn a type, a world takes too long to solve for all that claims ask; "
    "`backstop claims` and the report have the verdict"
)

# Bytes of a program that may tell slips in a page; one with learning has several times as many.
_MOST_WITH_SLIPS = 2_000_000

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is made of: how many worlds of which seed, under which reading of payoff shocks, and for what.

    `worlds` None: as many as are usual for the study. They are taken by their weights out of `out_of`, which where
    actors learn a type would take too long: there they are the first.

    `command` is the command line that gave the printed report, and `reported` the number of worlds it has; both are
    nothing where there is none. `metrics`, `target` and `about` are what the report leads with.
    """

    worlds: int | None = None
    out_of: int = OUT_OF
    seed: int = 1
    information: Information | None = None
    threads: int | None = None
    command: str = ""
    reported: int | None = None
    metrics: tuple[str, ...] = ()
    target: str | None = None
    about: str | None = None


def payload(model: Model, study: Path, asked: Asked = Asked(), served: Json | None = None) -> Json:
    """The data of the page of a study in `study`, as one JSON object.

    `served`: what a server says of itself; None in a file. Raises InvalidInput for faults found while solving, and
    Refused where the worlds of the page are worth too little after weighting.
    """
    worlds = min(asked.worlds or usual_worlds(model), MOST_WORLDS)
    result = assess(
        model,
        worlds,
        asked.seed,
        information=asked.information,
        threads=asked.threads,
        out_of=None if learns(model) else max(asked.out_of, worlds),
    )
    subject = subject_of(result, asked.metrics, asked.target, asked.about)
    evidence = evidence_of(model, study)
    program = page_program(model, result.information)
    if learns(model):
        judged = unjudged(model, _TOO_LONG)
    else:
        judged = judge_briefly(inquiry_of(result, asked.threads), result) if model.scenario.claims else {}
    scenario = model.scenario
    return {
        "format": FORMAT,
        "backstop": version("backstop"),
        "study": {
            "name": model.study,
            "title": scenario.title,
            "question": scenario.question,
            "digests": dict(model.digests),
            "digest": model.digests.get("scenario.yaml", ""),
            "start": scenario.start,
        },
        "run": _run(result, asked),
        "served": served,
        "program": _program(model, program),
        "draws": _draws(result),
        "arrangements": [
            {
                "name": name,
                "title": scenario.arrangements[name].titled(name),
                "short": scenario.arrangements[name].labelled(name),
                "note": scenario.arrangements[name].note,
                "levels": dict(levels),
            }
            for name, levels in model.levels.items()
        ],
        "actors": [
            {"name": name, "title": actor.titled(name), "short": actor.labelled(name)}
            for name, actor in scenario.actors.items()
        ],
        "controls": controls(model, evidence),
        "camps": camp_entries(model),
        "metrics": metric_entries(model, subject.metric, subject.shown),
        "headline": _headline(subject),
        "curves": _curves(model, program),
        "claims": claim_entries(model, judged, evidence),
        "passages": passage_entries(evidence),
        "glossary": glossary(),
        **_baseline(result),
    }


def usual_worlds(model: Model) -> int:
    """How many worlds a page is given where nothing else is said; the same on every machine."""
    return WORLDS_OF_LEARNING if learns(model) else WORLDS


def learns(model: Model) -> bool:
    """Whether actors of a study learn an actor's type, so that a world takes long to solve."""
    return model.types is not None and model.types.beliefs == "bayes"


def page_program(model: Model, information: Information) -> Program:
    """The program of a page: it lays worlds open and tells slips, unless that makes it too large.

    A page can do without slips more easily than without what is decided where.
    """
    for slips, opening in ((True, True), (False, True), (True, False)):
        with contextlib.suppress(Refused):
            found = compile_program(model, information, slips, opening=opening)
            if not slips or len(found.wasm) <= _MOST_WITH_SLIPS:
                return found
    return compile_program(model, information)


def _run(result: Result, asked: Asked) -> Json:
    return {
        "worlds": result.worlds,
        "out_of": result.out_of,
        "seed": result.seed,
        "information": result.information,
        "effective": result.effective_worlds,
        "weighted": result.weights is not None,
        "unconverged": result.unconverged_worlds,
        "reported": asked.reported,
        "command": asked.command,
        "overrides": result.model.overrides.as_dict(),
        "notes": list(result.notes),
    }


def _program(model: Model, program: Program) -> Json:
    return {
        "description": manifest(model, program),
        "wasm": base64.b64encode(gzip.compress(program.wasm, 9, mtime=0)).decode(),
        "compressed": "gzip",
    }


def _draws(result: Result) -> Json:
    """The worlds: rows of the parameters that vary, one after the other, and the values of those that do not.

    `numbers`: which worlds of the seed they are, where they are not the first.
    """
    parameters, weights = result.parameters, result.weights
    varying = {name: row for name, row in parameters.items() if isinstance(row, np.ndarray)}
    return {
        "worlds": result.worlds,
        "numbers": None if result.numbers is None else result.numbers.tolist(),
        "parameters": list(varying),
        "rows": _packed(np.concatenate(list(varying.values())) if varying else np.empty(0)),
        "certain": {name: float(value) for name, value in parameters.items() if name not in varying},
        "weights": None if weights is None else _packed(weights),
    }


def _packed(numbers: FloatArray) -> str:
    """Numbers as base64 of doubles, little-endian."""
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f8").tobytes()).decode()


def _headline(subject: Subject) -> Json:
    """What the report leads with: the metric, the metrics shown first, the target, and the arrangement looked into."""
    target = subject.target
    return {
        "metric": subject.metric,
        "shown": list(subject.shown),
        "focus": subject.focus,
        "target": None
        if target is None
        else {"text": target.formula, "words": target.words, "own": target.own},
    }


def _curves(model: Model, program: Program) -> Json:
    horizon = model.scenario.horizon
    return {
        "metrics": list(program.layout.curves),
        "years": [horizon.years_at(period) for period in range(model.periods + 1)],
    }


def _baseline(result: Result) -> Json:
    """Python's figures by arrangement: metrics, actors' values, and differences of metrics from the first."""
    found = result.arrangements
    return {
        "baseline": {a: {n: s.as_dict() for n, s in of.metrics.items()} for a, of in found.items()},
        "baseline_values": {a: {n: s.as_dict() for n, s in of.values.items()} for a, of in found.items()},
        "baseline_differences": {
            a: {n: s.as_dict() for n, s in of.differences.items()}
            for a, of in found.items()
            if of.differences
        },
    }
