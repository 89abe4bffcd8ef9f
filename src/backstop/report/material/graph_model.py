"""The graph model of a study in words: what is stable, which threats behind it are hollow, under which preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backstop.base.document import read_document
from backstop.base.files import sha256
from backstop.base.words import listed, readable
from backstop.graphmodel import Analysis, Threat, analyse, load, threats
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.show.drawing import Drawing, drawing
from backstop.graphmodel.stability.concepts import TITLES

_MOST_STATES = 12
_MOST_THREATS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the preferences, the base case or a variant: states by concept, and threats that are hollow."""

    title: str
    equilibria: Mapping[str, tuple[str, ...]]
    hollow: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class GraphReadings:
    """A study's graph model, read under its base preferences and every variant."""

    question: str
    makers: tuple[str, ...]
    states: int
    readings: tuple[Reading, ...]
    described: Mapping[str, str]
    picture: Drawing
    digest: str


def graph_readings(study: Path) -> GraphReadings | None:
    """The graph model of the study in `study`; None where it has no graph.yaml."""
    folder = study if study.is_dir() else study.parent
    path = folder / "graph.yaml"
    if not path.is_file():
        return None
    conflict = load(path)
    question, titles = _words(path)
    readings = [_reading(conflict, "Preferences as read from the accounts")]
    readings += [
        _reading(load(path, variant), titles.get(variant) or readable(variant))
        for variant in conflict.variants
    ]
    named = sorted(
        {state for reading in readings for states in reading.equilibria.values() for state in states}
    )
    described = {
        name: conflict.describe(conflict.state(name)) for name in named if name in conflict.states.ids
    }
    return GraphReadings(
        question,
        tuple(dm.name for dm in conflict.decision_makers),
        conflict.size,
        tuple(readings),
        described,
        drawing(analyse(conflict)),
        sha256(path.read_bytes()),
    )


def _words(path: Path) -> tuple[str, dict[str, str]]:
    """The question and the titles of the variants, which the solver has no use for."""
    plain = read_document(path.read_bytes(), path.name).data
    if not isinstance(plain, dict):
        return "", {}
    question, variants = plain.get("question"), plain.get("variants")
    titles = {
        str(name): str(of["title"])
        for name, of in (variants.items() if isinstance(variants, dict) else ())
        if isinstance(of, dict) and of.get("title")
    }
    return (question if isinstance(question, str) else ""), titles


def _reading(conflict: Conflict, title: str) -> Reading:
    analysis = analyse(conflict)
    stable = {TITLES[c]: tuple(analysis.equilibria(c)) for c in analysis.concepts}
    at = _states(analysis)
    hollow: list[str] = []
    if conflict.ranks is not None:
        held = [s for s in at if _held_by_threats(analysis, s)]
        for state in held:
            for maker in range(len(conflict.decision_makers)):
                hollow += [_threat(conflict, threat) for threat in threats(conflict, maker, state)]
    return Reading(title, stable, tuple(hollow[:_MOST_THREATS]))


def _threat(conflict: Conflict, threat: Threat) -> str:
    """A hollow threat with names and what is done in each state."""
    names = [dm.name for dm in conflict.decision_makers]

    def state(at: int) -> str:
        return f"{conflict.states.ids[at]} ({conflict.describe(at)})"

    moves = listed(f"{names[mover]} going to {state(there)}" for mover, there in threat.path)
    wishes = listed(
        f"{names[w.decision_maker]} would have to prefer {conflict.states.ids[w.better]} to "
        f"{conflict.states.ids[w.worse]}"
        for w in threat.wishes
    )
    return (
        f"In {state(threat.state)}, {names[threat.decision_maker]} would gain by going to "
        f"{state(threat.improvement)} and is kept "
        f"from it only by {moves}. For that to be credible, {wishes}."
    )


def _states(analysis: Analysis) -> list[int]:
    """States that are equilibria by credible sanctions first, then by any; at most a dozen."""
    found: list[int] = []
    for concept in ("seq", "gmr"):
        table = analysis.concepts.get(concept)
        if table is not None:
            found += [int(s) for s in np.flatnonzero(table.all(axis=0)) if int(s) not in found]
    return found[:_MOST_STATES]


def _held_by_threats(analysis: Analysis, state: int) -> bool:
    tables = analysis.concepts
    if "gmr" not in tables or "seq" not in tables:
        return False
    return bool(tables["gmr"][:, state].all() and not tables["seq"][:, state].all())
