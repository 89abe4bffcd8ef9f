"""The graph model of a study in words: what is stable, which threats behind it are hollow, under which preferences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backstop.base.files import read_file, sha256
from backstop.base.words import listed, readable
from backstop.graphmodel import Threat, analyse, load, threats
from backstop.graphmodel.files.reader import MOST_BYTES
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
    readings = [_reading(conflict, "Preferences as read from the accounts")]
    for name, title in conflict.variants.items():
        readings.append(_reading(load(path, name), title or readable(name)))
    named = sorted(
        {state for reading in readings for states in reading.equilibria.values() for state in states}
    )
    described = {
        name: conflict.describe(conflict.state(name)) for name in named if name in conflict.states.ids
    }
    return GraphReadings(
        conflict.question,
        tuple(dm.name for dm in conflict.decision_makers),
        conflict.size,
        tuple(readings),
        described,
        drawing(analyse(conflict)),
        sha256(read_file(path, MOST_BYTES)),
    )


def _reading(conflict: Conflict, title: str) -> Reading:
    analysis = analyse(conflict)
    stable = {TITLES[c]: tuple(analysis.equilibria(c)) for c in analysis.concepts}
    # What is stable for all by some sanction, but not by credible ones, may rest on hollow threats.
    held = [state for state in stable.get("GMR", ()) if state not in stable.get("SEQ", ())]
    hollow = [
        _threat(conflict, threat)
        for state in held[:_MOST_STATES]
        for maker in range(len(conflict.decision_makers) if conflict.ranks is not None else 0)
        for threat in threats(conflict, maker, conflict.state(state))
    ]
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
        f"In {state(threat.state)}, {names[threat.decision_maker]} would gain by going to {state(threat.improvement)} "
        f"and is kept from it only by {moves}. For that to be credible, {wishes}."
    )
