"""Everything that can be said of a conflict at once: the result that `backstop graph analyse` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backstop.faults import Fault, InvalidInput, Refused
from backstop.graphmodel.coalition import COALITION_CONCEPTS, MAX_MEMBERS, Coalitions, coalitions
from backstop.graphmodel.coalition import estimate as coalition_seconds
from backstop.graphmodel.conflict import Conflict, as_dict
from backstop.graphmodel.evolution import evolve
from backstop.graphmodel.foresight import Foresight, foresee, is_strict
from backstop.graphmodel.graded import fuzzy, kinds, probabilistic
from backstop.graphmodel.preference import Bools, Relation, levels_of
from backstop.graphmodel.relational import crisp
from backstop.graphmodel.robustness import Robustness, robustness
from backstop.graphmodel.sequences import Search
from backstop.graphmodel.simultaneous import applicable, combinations, simultaneous
from backstop.graphmodel.stability import CONCEPTS, equilibria, stable_states
from backstop.graphmodel.strength import has_strength, strong, weak
from backstop.graphmodel.uncertain import has_unknown, uncertain
from backstop.text import did_you_mean

FORMAT = "backstop-graph-result/1"
ALL_CONCEPTS = (*CONCEPTS, "sim")
HORIZON = 8

# Work done without being asked for; more is left out and said to be.
_FORESIGHT_STATES = 4_096
_EVOLUTION_STATES = 1 << 16
_SIM_COMBINATIONS = 5e7
_COALITION_SECONDS = 5.0


@dataclass(frozen=True, eq=False)
class Analysis:
    """Tables are (decision makers, states) of bool; what the model does not allow is absent: `left_out` says why."""

    conflict: Conflict
    concepts: Mapping[str, Bools]
    structural: Bools
    uncertain: Mapping[str, Bools] = field(default_factory=dict)
    strength: Mapping[str, Bools] = field(default_factory=dict)
    weak: Mapping[str, Bools] = field(default_factory=dict)
    fuzzy: Mapping[str, Bools] = field(default_factory=dict)
    probabilistic: Mapping[str, Bools] = field(default_factory=dict)
    coalitions: Coalitions | None = None
    foresight: Foresight | None = None
    by_moves: Search | None = None
    by_improvements: Search | None = None
    robustness: Robustness | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)

    def equilibria(self, concept: str) -> list[str]:
        """Ids of the states that are stable for everyone under a concept of `concepts`."""
        return [self.conflict.states.ids[at] for at in equilibria(self.concepts[concept])]


def analyse(conflict: Conflict, concepts: Sequence[str] | None = None) -> Analysis:
    """Solve a conflict under all concepts that apply to it, or under those asked for.

    What is asked for by name and does not apply is refused (Refused); unknown names raise InvalidInput. Without names,
    what does not apply or would take long is left out.
    """
    for name in concepts or ():
        if name not in ALL_CONCEPTS:
            raise InvalidInput(
                Fault(f"no concept is called {name}", hint=did_you_mean(name, ALL_CONCEPTS, "concept"))
            )
    wanted = tuple(concepts) if concepts else ALL_CONCEPTS
    left_out: dict[str, str] = {}
    tables = _concept_tables(conflict, wanted, bool(concepts), left_out)
    structural = np.stack([move.degree() == 0 for move in conflict.moves])
    if concepts:
        return Analysis(conflict, tables, structural, left_out=left_out)
    more: dict[str, Any] = {}
    graded = kinds(conflict)
    if "fuzzy" in graded:
        more["fuzzy"] = fuzzy(conflict)
    if "probabilistic" in graded:
        more["probabilistic"] = probabilistic(conflict)
    if not graded and has_unknown(conflict):
        more["uncertain"] = uncertain(conflict)
    if not graded and has_strength(conflict):
        more["strength"] = strong(conflict)
        if {"gmr", "smr", "seq"} <= set(tables):
            more["weak"] = weak(tables, more["strength"])
    if any(isinstance(p, Relation) and p.sampled for p in conflict.preferences) and not graded:
        more["robustness"] = robustness(conflict)
    more["coalitions"] = _coalitions(conflict, left_out)
    more["foresight"] = _foresight(conflict, left_out)
    if conflict.status_quo is not None and conflict.size <= _EVOLUTION_STATES:
        more["by_moves"] = evolve(conflict, "um")
        if not graded:
            more["by_improvements"] = evolve(conflict, "ui")
    elif conflict.status_quo is not None:
        left_out["status_quo"] = f"more than {_EVOLUTION_STATES:,} states"
    return Analysis(conflict, tables, structural, left_out=left_out, **more)


def _concept_tables(
    conflict: Conflict, wanted: Sequence[str], asked: bool, left_out: dict[str, str]
) -> dict[str, Bools]:
    tables: dict[str, Bools] = {}
    if conflict.ranks is not None:
        plain = [concept for concept in CONCEPTS if concept in wanted]
        tables.update({str(c): t for c, t in stable_states(conflict.moves, conflict.ranks, plain).items()})
        if "sim" in wanted:
            reason = applicable(conflict)
            if not asked and not reason and combinations(conflict) > _SIM_COMBINATIONS:
                reason = "it would take long; ask for it by name"
            if reason and not asked:
                left_out["sim"] = reason
            else:
                tables["sim"] = simultaneous(conflict)
        return {concept: tables[concept] for concept in ALL_CONCEPTS if concept in tables}
    graded = kinds(conflict)
    if graded or has_unknown(conflict):
        # Only what needs no judgement about the unknown: nobody has a certain improvement (extension b of Nash).
        why = (
            f"{' and '.join(sorted(graded))} preferences"
            if graded
            else "unknown preferences: see the extensions a to d"
        )
        for concept in wanted:
            if concept == "nash" and not graded:
                tables["nash"] = crisp(conflict)["nash"]
            elif asked:
                raise Refused(Fault(f"{concept} is not defined with {why}", hint="leave --concept out"))
            else:
                left_out[concept] = why
        return tables
    found = crisp(conflict)
    for concept in wanted:
        if concept in found:
            tables[concept] = found[concept]
        elif asked:
            conflict.rankings(concept)
        else:
            left_out[concept] = "a preference is intransitive"
    return tables


def _coalitions(conflict: Conflict, left_out: dict[str, str]) -> Coalitions | None:
    if conflict.ranks is None:
        left_out["coalition"] = "it needs complete rankings"
    elif len(conflict.decision_makers) < 2:
        left_out["coalition"] = "there is one decision maker"
    elif len(conflict.decision_makers) > MAX_MEMBERS or coalition_seconds(conflict) > _COALITION_SECONDS:
        left_out["coalition"] = "it would take long; see the command coalitions"
    else:
        return coalitions(conflict)
    return None


def _foresight(conflict: Conflict, left_out: dict[str, str]) -> Foresight | None:
    ranks = conflict.ranks
    if ranks is None:
        left_out["limited_move"] = "it needs complete rankings"
    elif len(ranks) != 2:
        left_out["limited_move"] = (
            "no definition for other than two decision makers is agreed: name a variant"
        )
    elif not is_strict(ranks):
        left_out["limited_move"] = "not unique with ties: name a rule"
    elif conflict.size > _FORESIGHT_STATES:
        left_out["limited_move"] = f"more than {_FORESIGHT_STATES:,} states"
    else:
        return foresee(conflict, "two", "strict", HORIZON)
    return None


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
    for name, search in (("status_quo_um", analysis.by_moves), ("status_quo_ui", analysis.by_improvements)):
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
    """`limited_move` by horizon, and `non_myopic`."""
    ids = conflict.states.ids

    def stable(table: Bools) -> dict[str, list[str]]:
        return as_dict(conflict, [[ids[at] for at in np.flatnonzero(row)] for row in table])

    return {
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
