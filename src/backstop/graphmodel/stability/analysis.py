"""Everything that can be said of a conflict at once: the result that `backstop graph analyse` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.graphmodel.change.evolution import evolve
from backstop.graphmodel.change.robustness import Robustness, robustness
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools, Relation
from backstop.graphmodel.model.sequences import Search
from backstop.graphmodel.stability.coalition import MAX_MEMBERS, Coalitions, coalitions
from backstop.graphmodel.stability.coalition import estimate as coalition_seconds
from backstop.graphmodel.stability.foresight import Foresight, foresee, is_strict
from backstop.graphmodel.stability.graded import fuzzy, kinds, probabilistic
from backstop.graphmodel.stability.ranked import CONCEPTS, equilibria, stable_states
from backstop.graphmodel.stability.relational import crisp
from backstop.graphmodel.stability.simultaneous import applicable, combinations, simultaneous
from backstop.graphmodel.stability.strength import has_strength, strong, weak
from backstop.graphmodel.stability.uncertain import has_unknown, uncertain

FORMAT = "backstop-graph-result/1"
ALL_CONCEPTS = (*CONCEPTS, "sim")
HORIZON = 8

# Work done without being asked for; more is left out and said to be.
_FORESIGHT_STATES = 4_096
_EVOLUTION_STATES = 1 << 16
SIM_COMBINATIONS = 5e7
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
    by_hopes: Search | None = None
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
                f"no concept is called {name}", hint=did_you_mean(name, ALL_CONCEPTS, "concept")
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
            if "uncertain" in more:
                more["by_hopes"] = evolve(conflict, "uium")
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
            _add_simultaneous(conflict, tables, asked, left_out)
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
                raise Refused(f"{concept} is not defined with {why}", hint="leave --concept out")
            else:
                left_out[concept] = why
        return tables
    found = crisp(conflict)
    for concept in wanted:
        if concept == "sim":
            _add_simultaneous(conflict, tables, asked, left_out)
        else:
            tables[concept] = found[concept]
    return tables


def _add_simultaneous(
    conflict: Conflict, tables: dict[str, Bools], asked: bool, left_out: dict[str, str]
) -> None:
    reason = applicable(conflict)
    if not asked and not reason and combinations(conflict) > SIM_COMBINATIONS:
        reason = "it would take long; ask for it by name"
    if reason and not asked:
        left_out["sim"] = reason
    else:
        tables["sim"] = simultaneous(conflict)


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
