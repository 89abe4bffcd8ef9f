"""The reasons for the cells of one state as plain data with the ids of the file, for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.sequences import Path
from backstop.graphmodel.reasons.coalition_witness import CoalitionWitness, JointStep
from backstop.graphmodel.reasons.foresight import LimitedMoveWitness, NonMyopicWitness, Prospect
from backstop.graphmodel.reasons.witness import Witness
from backstop.graphmodel.stability.credibility import Threat
from backstop.graphmodel.stability.simultaneous import JointWitness

Reason = Witness | JointWitness | LimitedMoveWitness | NonMyopicWitness | CoalitionWitness
"""The reason for a cell of any concept."""


def explanation_json(
    conflict: Conflict, state: int, found: Sequence[Reason], hollow: Sequence[Threat]
) -> dict[str, Any]:
    """One state: every cell asked for with its reason, and the threats behind it that are not credible."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    return {
        "state": ids[state],
        "words": conflict.describe(state),
        "cells": [reason_json(conflict, one) for one in found],
        "not_credible": [
            {
                "decision_maker": names[threat.decision_maker],
                "improvement": ids[threat.improvement],
                "sanction": _steps(conflict, threat.path),
                "would_have_to_prefer": [
                    {
                        "decision_maker": names[w.decision_maker],
                        "better": ids[w.better],
                        "worse": ids[w.worse],
                    }
                    for w in threat.wishes
                ],
            }
            for threat in hollow
        ],
    }


def reason_json(conflict: Conflict, found: Reason) -> dict[str, Any]:
    """One cell with its reason; what it holds depends on the concept."""
    if isinstance(found, LimitedMoveWitness):
        return _limited_json(conflict, found)
    if isinstance(found, NonMyopicWitness):
        return _non_myopic_json(conflict, found)
    if isinstance(found, CoalitionWitness):
        return _coalition_json(conflict, found)
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    head: dict[str, Any] = {
        "decision_maker": names[found.decision_maker],
        "concept": "sim" if isinstance(found, JointWitness) else found.concept,
        "stable": found.stable,
        "structural": found.structural,
    }
    if isinstance(found, JointWitness):
        head["improvements"] = [
            {
                "to": ids[answer.improvement],
                "at_the_same_time": None
                if answer.end is None
                else [[names[k], ids[q]] for k, q in answer.choices],
                "becomes": None if answer.end is None else ids[answer.end],
                "joint_choices": answer.tried,
                "impossible": answer.impossible,
            }
            for answer in found.answers
        ]
    else:
        head["improvements"] = [
            {
                "to": ids[answer.improvement],
                "sanction": _steps(conflict, answer.path),
                "replies": [ids[r] for r in answer.replies],
                "escaped": _steps(conflict, answer.escaped),
                "escape": None if answer.escape is None else ids[answer.escape],
            }
            for answer in found.answers
        ]
    return head


def _steps(conflict: Conflict, path: Path | None) -> list[list[str]] | None:
    names = [dm.id for dm in conflict.decision_makers]
    return None if path is None else [[names[mover], conflict.states.ids[there]] for mover, there in path]


def _limited_json(conflict: Conflict, found: LimitedMoveWitness) -> dict[str, Any]:
    return {
        "decision_maker": conflict.decision_makers[found.decision_maker].id,
        "concept": "limited-move",
        "foresight": found.variant,
        "ties": found.ties,
        "horizon": found.horizon,
        "stable": found.stable,
        "structural": found.structural,
        "moves": [_prospect_json(conflict, prospect) for prospect in found.prospects],
    }


def _prospect_json(conflict: Conflict, prospect: Prospect) -> dict[str, Any]:
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    halt = prospect.halt
    return {
        "to": ids[prospect.move],
        "expected": [
            {
                "movers": [names[k] for k in step.movers],
                "from": ids[step.start],
                "to": ids[step.end],
                "path": _steps(conflict, step.path),
                "moves_foreseen": step.foreseen,
                "liked_as_much": [
                    {"to": ids[tie.target], "end": ids[tie.end], "decided_by": tie.decided_by}
                    for tie in step.ties
                ],
            }
            for step in prospect.steps
        ],
        "end": ids[prospect.end],
        "ends_because": {
            "reason": halt.reason,
            "next": [names[k] for k in halt.movers],
            "best": None if halt.best is None else {"to": ids[halt.best[0]], "end": ids[halt.best[1]]},
        },
    }


def _non_myopic_json(conflict: Conflict, found: NonMyopicWitness) -> dict[str, Any]:
    return {
        "decision_maker": conflict.decision_makers[found.decision_maker].id,
        "concept": "non-myopic",
        "foresight": found.variant,
        "ties": found.ties,
        "stable": found.stable,
        "structural": found.structural,
        "settled_from_h": found.settled_from,
        "repeats_from_h": found.cycle_starts_at,
        "cycle_length": found.cycle_length,
        "stays_at_h": [look.horizon for look in found.looks if look.stable],
        "leaves_at_h": [look.horizon for look in found.looks if not look.stable],
        "looks": [_limited_json(conflict, look) for look in found.looks],
    }


def _coalition_json(conflict: Conflict, found: CoalitionWitness) -> dict[str, Any]:
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]

    def joint(steps: Sequence[JointStep] | None) -> list[dict[str, Any]] | None:
        if steps is None:
            return None
        return [
            {"movers": [names[k] for k in one.movers], "to": ids[one.end], "path": _steps(conflict, one.path)}
            for one in steps
        ]

    return {
        "coalition": [names[j] for j in found.members],
        "concept": f"c{found.concept}",
        "stable": found.stable,
        "structural": found.structural,
        "improvements": [
            {
                "to": ids[answer.improvement],
                "path": _steps(conflict, answer.way),
                "sanction": joint(answer.sanction),
                "no_better_for": None if answer.hurt is None else names[answer.hurt],
                "replies": [{"to": ids[t], "no_better_for": names[j]} for t, j in answer.replies],
                "escaped": joint(answer.escaped),
                "escape": _steps(conflict, answer.escape),
            }
            for answer in found.answers
        ],
    }
