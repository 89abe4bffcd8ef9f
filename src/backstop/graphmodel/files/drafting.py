"""What a reader has understood of a file, turned into a conflict; readers of all formats end here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from backstop.graphmodel.model.conflict import (
    DecisionMaker,
    Form,
    Option,
    States,
    graph_moves,
    merged_states,
    name_truth,
    option_moves,
    plain_states,
)
from backstop.graphmodel.model.feasible import MAX_STATES, Codes, feasible_vectors, option_truth
from backstop.graphmodel.model.formula import Formula, Truth, evaluate
from backstop.graphmodel.model.moves import Moves


@dataclass(frozen=True, slots=True)
class Ban:
    """No move of `owner` from a vector where `origin` is true to one where `end` is (None: any)."""

    owner: str
    origin: Formula | None
    end: Formula | None


@dataclass(frozen=True)
class Draft:
    """The structure of a conflict given by options; preferences come once the states are known."""

    title: str
    decision_makers: tuple[DecisionMaker, ...]
    options: tuple[Option, ...]
    infeasible: tuple[Formula, ...] = ()
    merges: tuple[tuple[str, Formula], ...] = ()
    bans: tuple[Ban, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)


def vectors_of(draft: Draft, limit: int = MAX_STATES) -> Codes:
    """Feasible vectors of a draft. Raises InvalidInput where there are none, Refused where there are too many."""
    return feasible_vectors([option.id for option in draft.options], draft.infeasible, limit)


def option_evaluator(options: Sequence[Option], codes: Codes, formula: Formula) -> Truth:
    """Truth of a formula over options for each vector."""
    position = {option.id: j for j, option in enumerate(options)}
    return evaluate(formula, lambda name: option_truth(codes, position[name]))


def states_of(draft: Draft, codes: Codes) -> States:
    """States of a draft: one per vector, and the merged ones."""
    if not draft.merges:
        return plain_states(codes, titles=draft.titles)
    truths = [(name, option_evaluator(draft.options, codes, formula)) for name, formula in draft.merges]
    return merged_states(codes, truths, draft.titles)


def moves_of(draft: Draft, states: States) -> tuple[Moves, ...]:
    """Moves of every decision maker of a draft."""
    everywhere = np.ones(len(states.codes), dtype=np.bool_)

    def truth(formula: Formula | None) -> Truth:
        if formula is None:
            return everywhere
        return evaluate(formula, lambda name: name_truth(name, draft.options, states))

    return tuple(
        option_moves(
            draft.options,
            states,
            dm.id,
            [(truth(ban.origin), truth(ban.end)) for ban in draft.bans if ban.owner == dm.id],
        )
        for dm in draft.decision_makers
    )


def form_of(draft: Draft) -> Form:
    """Option form, or merged."""
    return "merged" if draft.merges else "option"


def arcs_of(
    size: int, pairs: Mapping[str, Sequence[tuple[int, int]]], decision_makers: Sequence[DecisionMaker]
) -> tuple[Moves, ...]:
    """Moves of every decision maker given arc by arc."""
    return tuple(graph_moves(size, pairs.get(dm.id, ())) for dm in decision_makers)
