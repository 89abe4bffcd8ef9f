"""What a world laid open consists of: phases in a period, their nodes and moves, and what comes of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backstop.game.choice import Information
from backstop.game.hidden import Beliefs

# What stands in the JSON only where there is such a thing.
_ADDED = ("types", "facts", "type", "belief", "by_type", "reach_by_type", "grid_error")


@dataclass(frozen=True, slots=True)
class MoveTrace:
    """A move or branch: where it leads, its probability, and what it is worth to each actor.

    `bound`: the part of the probability that is made without a decision. `slip`: the probability that it is made freely
    although it is worth less to its mover than another; None where it is not worth less. `by_type`: the probability
    with each type of an actor, and `belief`: what others believe after it; None where no type is hidden.
    """

    label: str
    leads_to: str
    probability: float
    utilities: Mapping[str, float]
    bound: float = 0.0
    slip: float | None = None
    by_type: Mapping[str, float] | None = None
    belief: float | None = None


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """A node as played: `actor` is empty at a chance node; `reach` is its probability once the phase is played.

    `belief`: what others believe as it is reached, and `reach_by_type` its probability with each type; None where no
    type is hidden.
    """

    name: str
    actor: str
    noise: float | None
    reach: float
    moves: tuple[MoveTrace, ...]
    utilities: Mapping[str, float]
    belief: float | None = None
    reach_by_type: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class PhaseTrace:
    """A phase in one period: flows per year, levels in force, nodes from the root down, outcomes.

    `facts`: what they are in it, None where there are none. `type`: the type it is played with where everybody knows;
    `belief`: what others believe as it begins where they do not (their mean belief there), else None.
    """

    phase: str
    share: float
    flows: Mapping[str, float]
    levels: Mapping[str, float]
    nodes: tuple[NodeTrace, ...]
    outcomes: Mapping[str, float]
    values: Mapping[str, float]
    facts: Mapping[str, float] | None = None
    type: str | None = None
    belief: float | None = None


@dataclass(frozen=True, slots=True)
class SlipsTrace:
    """The event of a metric by who slipped first in the play that brings it about; None where it has no value."""

    incentive: float | None
    slips: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class TypesTrace:
    """The types of an actor, their shares, and what others know.

    `unconverged`: choices whose fixed point was not found. `grid_error`: by metric, how much half the grid of beliefs
    moves it; None where there is no grid.
    """

    actor: str
    shares: Mapping[str, float]
    beliefs: Beliefs
    unconverged: int = 0
    grid_error: Mapping[str, float | None] | None = None


@dataclass(frozen=True, slots=True)
class WorldTrace:
    """A world under one arrangement. `phases[t]` for every period that was asked for.

    `slips` by metric, of the kinds reach, avoid and count. `types`: where an actor has types, else None; utilities and
    payoffs of that actor then stand under ACTOR.TYPE for each type.
    """

    world: int | str
    arrangement: str
    information: Information
    parameters: Mapping[str, float]
    promised: Mapping[str, float]
    discounts: Mapping[str, float]
    noises: Mapping[str, float]
    settled: bool
    phases: Mapping[int, tuple[PhaseTrace, ...]]
    shares: tuple[Mapping[str, float], ...]
    outcomes: Mapping[str, float]
    metrics: Mapping[str, float | None]
    slips_are: str
    slips: Mapping[str, SlipsTrace]
    types: TypesTrace | None = None

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the JSON of `backstop explain`: what there is nothing of is left out."""
        found: dict[str, Any] = _told(dataclasses.asdict(self))
        return found


def _told(value: Any) -> Any:
    """Plain data without what is added for types and facts where there are none."""
    if isinstance(value, dict):
        return {key: _told(each) for key, each in value.items() if each is not None or key not in _ADDED}
    return [_told(each) for each in value] if isinstance(value, (list, tuple)) else value
