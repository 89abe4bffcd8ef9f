"""Results as plain data with the ids of the file, for JSON: the shapes that the commands print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Refused
from backstop.graphmodel.change.edit import Change
from backstop.graphmodel.change.evolution import Route
from backstop.graphmodel.change.inverse import Condition
from backstop.graphmodel.change.requirements import Alternative
from backstop.graphmodel.change.robustness import Robustness
from backstop.graphmodel.model.conflict import Conflict, as_dict
from backstop.graphmodel.model.preference import Bools, Ranking, levels_of
from backstop.graphmodel.model.sequences import Path, Search
from backstop.graphmodel.stability.analysis import FORMAT, Analysis
from backstop.graphmodel.stability.coalition import COALITION_CONCEPTS, Coalitions, Jump
from backstop.graphmodel.stability.foresight import Foresight


def as_json(analysis: Analysis) -> dict[str, Any]:
    """The result as plain data, with the ids of the file (`backstop-graph-result/1`)."""
    conflict = analysis.conflict
    ids = np.array(conflict.states.ids, dtype=object)

    def states(row: Bools) -> list[str]:
        found: list[str] = ids[np.flatnonzero(row)].tolist()
        return found

    def stable(table: Bools) -> dict[str, list[str]]:
        return as_dict(conflict, [states(row) for row in table])

    def block(tables: Mapping[str, Bools]) -> dict[str, Any]:
        return {
            name: {"stable": stable(table), "equilibria": states(np.asarray(table.all(axis=0)))}
            for name, table in tables.items()
        }

    result: dict[str, Any] = {
        "format": FORMAT,
        "title": conflict.title,
        "form": conflict.form,
        "decision_makers": [{"id": dm.id, "name": dm.name} for dm in conflict.decision_makers],
        "options": [
            {"id": o.id, "by": o.owner, "title": o.name, "direction": o.direction} for o in conflict.options
        ],
        "states": state_list(conflict),
        "concepts": block(analysis.concepts),
        "structural": stable(analysis.structural),
    }
    if conflict.variant:
        result["variant"] = conflict.variant
    if conflict.ranks is not None:
        levels = [[[ids[at] for at in level] for level in levels_of(rank)] for rank in conflict.ranks]
        result["resolved_ranking"] = as_dict(conflict, levels)
    if "sim" in analysis.concepts:
        for concept in ("seq", "smr"):
            if concept in analysis.concepts:
                either = analysis.concepts[concept] | analysis.concepts["sim"]
                result[f"{concept}_or_sim_equilibria"] = states(np.asarray(either.all(axis=0)))
    for name in ("uncertain", "strength", "weak", "fuzzy", "probabilistic"):
        tables = getattr(analysis, name)
        if tables:
            result[name] = block(tables)
    if analysis.robustness is not None:
        result["robustness"] = robustness_json(conflict, analysis.robustness)
    if analysis.coalitions is not None:
        result.update(coalitions_json(conflict, analysis.coalitions))
    if analysis.foresight is not None:
        result.update(foresight_json(conflict, analysis.foresight))
    for name, search in (
        ("status_quo_um", analysis.by_moves),
        ("status_quo_ui", analysis.by_improvements),
        ("status_quo_uium", analysis.by_hopes),
    ):
        if search is not None:
            result[name] = paths_json(conflict, search)
    if conflict.status_quo is not None:
        result["status_quo"] = conflict.states.ids[conflict.status_quo]
    if conflict.notes:
        result["notes"] = list(conflict.notes)
    result["left_out"] = dict(analysis.left_out)
    return result


def state_list(conflict: Conflict) -> list[dict[str, str]]:
    """States with their ids, vectors and titles."""
    count = len(conflict.options)
    titles = conflict.states.titles
    codes = conflict.states.codes
    result: list[dict[str, str]] = []
    if conflict.states.plain and len(codes):
        for name, code in zip(conflict.states.ids, codes.tolist(), strict=True):
            result.append({"id": name, "bits": f"{code:0{count}b}"[::-1]})
    else:
        for at, name in enumerate(conflict.states.ids):
            bits = conflict.states.bits(at, count)
            result.append({"id": name, "bits": bits} if bits else {"id": name})
    for item in result:
        if item["id"] in titles:
            item["title"] = titles[item["id"]]
    return result


def robustness_json(conflict: Conflict, found: Robustness) -> dict[str, Any]:
    """Share of draws in which each state is an equilibrium, with a 95 % interval, and stable for each."""
    return {
        "draws": found.draws,
        "seed": found.seed,
        "concepts": {
            concept: {
                name: {
                    **dict(zip(("share", "low", "high"), found.interval(concept, at), strict=True)),
                    "stable": as_dict(
                        conflict, [int(row[at]) / found.draws for row in found.stable[concept]]
                    ),
                }
                for at, name in enumerate(conflict.states.ids)
            }
            for concept in found.equilibrium
        },
    }


def preference_tree(conflict: Conflict, decision_maker: int) -> dict[str, Any]:
    """How prioritised statements divide the states: {statement, true, false} down to {states}, best first.

    A branch in which the remaining statements tell nothing apart ends early. A preference without statements is
    refused (Refused).
    """
    preference = conflict.preferences[decision_maker]
    if not isinstance(preference, Ranking) or preference.truths is None:
        name = conflict.decision_makers[decision_maker].id
        raise Refused(f"the preference of {name} is not made of statements", hint="see resolved_ranking")
    truths = preference.truths
    texts = [str(statement) for statement in preference.statements]

    def grow(states: NDArray[np.int64], depth: int) -> dict[str, Any]:
        while depth < len(texts) and len(set(truths[depth, states].tolist())) == 1:
            depth += 1
        if depth == len(texts):
            return {"states": [conflict.states.ids[at] for at in states]}
        holds = truths[depth, states]
        return {
            "statement": texts[depth],
            "true": grow(states[holds], depth + 1),
            "false": grow(states[~holds], depth + 1),
        }

    return grow(np.arange(conflict.size), 0)


def coalitions_json(conflict: Conflict, found: Coalitions) -> dict[str, Any]:
    """`coalition` ("a+b": concept: states) and `universally_coalition_stable`."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    return {
        "coalition": {
            "+".join(names[j] for j in members): {
                concept: [ids[at] for at in np.flatnonzero(found.stable[members][concept])]
                for concept in COALITION_CONCEPTS
            }
            for members in found.members
            if len(members) > 1
        },
        "universally_coalition_stable": {
            concept: [ids[at] for at in np.flatnonzero(found.universal(concept))]
            for concept in COALITION_CONCEPTS
        },
    }


def foresight_json(conflict: Conflict, found: Foresight) -> dict[str, Any]:
    """`foresight` with the variant and the rule for ties, `limited_move` by horizon, and `non_myopic`."""
    ids = conflict.states.ids

    def stable(table: Bools) -> dict[str, list[str]]:
        return as_dict(conflict, [[ids[at] for at in np.flatnonzero(row)] for row in table])

    return {
        "foresight": {"variant": found.variant, "ties": found.ties},
        "limited_move": {str(h): stable(table) for h, table in enumerate(found.limited) if h},
        "non_myopic": {
            "stable": stable(found.stable),
            "cycle_starts_at_h": found.cycle_starts_at,
            "cycle_length": found.cycle_length,
            "equilibria": [ids[at] for at in np.flatnonzero(found.stable.all(axis=0))],
        },
    }


def paths_json(conflict: Conflict, search: Search) -> dict[str, Any]:
    """Each state reached, with its distance and one shortest path as [decision maker, state] steps."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    return {
        ids[state]: {
            "distance": distance,
            "path": [[names[mover], ids[there]] for mover, there in search.path(state)],
        }
        for state, distance in search.distance.items()
    }


def routes_json(conflict: Conflict, found: Mapping[int, Route | None]) -> dict[str, Any]:
    """Each target with its routes, or null where it cannot be reached."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]

    def steps(path: Path) -> list[list[str]]:
        return [[names[mover], ids[state]] for mover, state in path]

    return {
        ids[state]: None
        if route is None
        else {
            "distance": route.distance,
            "paths": [steps(path) for path in route.paths],
            "first": [names[i] for i in route.first],
            "by_improvements": route.by_improvements,
            "least_loss": steps(route.least_loss),
            "losses": list(route.losses),
        }
        for state, route in found.items()
    }


def conditions_json(conflict: Conflict, concept: str, conditions: Mapping[int, Condition]) -> dict[str, Any]:
    """Minimal lower sets and exact counts, by decision maker and concept."""
    ids = conflict.states.ids
    return {
        conflict.decision_makers[i].id: {
            concept: {
                "strict_rankings": found.rankings,
                "of": found.of,
                "minimal_lower_sets": [[ids[s] for s in sorted(low)] for low in found.minimal],
            }
        }
        for i, found in conditions.items()
    }


def alternatives_json(
    conflict: Conflict, alternatives: Mapping[int, Sequence[Alternative]]
) -> dict[str, Any]:
    """By decision maker: alternative sets of comparisons that do not hold today."""
    ids = conflict.states.ids
    return {
        conflict.decision_makers[i].id: [
            [{"better": ids[a], "worse": ids[b], "strict": strict} for a, b, strict in one.changes]
            for one in found
        ]
        for i, found in alternatives.items()
    }


def change_json(conflict: Conflict, change: Change | None) -> dict[str, Any] | None:
    """The smallest change, shift by shift."""
    if change is None:
        return None
    ids = conflict.states.ids
    return {
        "passed": change.cost,
        "least": change.least,
        "shifts": [
            {
                "decision_maker": conflict.decision_makers[one.decision_maker].id,
                "state": ids[one.state],
                "past": [ids[s] for s in one.passed],
                "up": one.up,
            }
            for one in change.shifts
        ],
    }


def jumps_json(conflict: Conflict, leaps: Sequence[Jump]) -> list[dict[str, Any]]:
    """Equilibrium jumps."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    return [
        {"from": ids[one.start], "to": ids[one.end], "coalition": [names[i] for i in one.members]}
        for one in leaps
    ]
