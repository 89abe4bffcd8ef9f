"""Stability under preferences that are no rankings: crisp relations, unknown, strong, fuzzy and probabilistic ones.

Each kind is an attitude (see `relations`): whom a decision maker leaves for, what deters it, what it would step to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import (
    Bools,
    Degrees,
    Graded,
    Preference,
    Relation,
    better_matrix,
    unknown_matrix,
)
from backstop.graphmodel.stability.relations import FOUR, Attitude, need_matrices, stable_by

Extension = Literal["a", "b", "c", "d"]
EXTENSIONS: tuple[Extension, ...] = get_args(Extension)

_ROUNDING = 1e-12  # 0.7 - 0.3 must reach a threshold of 0.4


def has_unknown(conflict: Conflict) -> bool:
    """Whether some preference between two states is unknown."""
    return any(isinstance(p, Relation) and bool(p.unknown.any()) for p in conflict.preferences)


def has_strength(conflict: Conflict) -> bool:
    """Whether some preference is given as a great one."""
    return any(isinstance(p, Relation) and bool((p.strength > 1).any()) for p in conflict.preferences)


def graded_kinds(conflict: Conflict) -> set[str]:
    """Kinds of graded preference that occur: fuzzy, probabilistic."""
    return {preference.kind for preference in conflict.preferences if isinstance(preference, Graded)}


def crisp(conflict: Conflict) -> Mapping[str, Bools]:
    """Nash, GMR, SMR, SEQ and SSEQ from certain preferences alone, intransitive ones included."""
    need_matrices(conflict, "stability under a relation")
    better = [better_matrix(preference).T for preference in conflict.preferences]
    return stable_by(conflict, [Attitude(b, ~b, b) for b in better], (*FOUR, "sseq"))


def uncertain(conflict: Conflict) -> Mapping[str, Bools]:
    """Stability under unknown preferences (Li, Hipel, Kilgour & Fang 2004): {nash_a, ..., seq_d: tables}.

    | extension | leaves for | is deterred by |
    | a | better or unknown | what is certainly no better |
    | b | better | what is certainly no better |
    | c | better or unknown | what is no better, or unknown |
    | d | better | what is no better, or unknown |

    Opponents' steps in a sequential sanction are to better or unknown states throughout. With nothing unknown all four
    are the crisp concepts. Tables are (decision makers, states).
    """
    need_matrices(conflict, "stability under unknown preferences")
    relations = [(better_matrix(p).T, unknown_matrix(p)) for p in conflict.preferences]
    found: dict[str, Mapping[str, Bools]] = {}
    for extension in EXTENSIONS:
        attitudes = []
        for better, unknown in relations:
            leaves = better | unknown if extension in "ac" else better
            sanction = ~better if extension in "cd" else ~better & ~unknown
            attitudes.append(Attitude(leaves, sanction, better | unknown))
        found[extension] = stable_by(conflict, attitudes)
    return {f"{concept}_{x}": found[x][concept] for concept in FOUR for x in EXTENSIONS}


def strong(conflict: Conflict, degree: int = 2, extension: Extension | None = None) -> Mapping[str, Bools]:
    """Strong stability (Hamouda, Kilgour & Hipel 2004, 2006): {strong_gmr, strong_smr, strong_seq: tables}.

    Sanctions are states to which s is preferred at least to `degree` (2: greatly; 1: strictly), and a sanction stands
    where every reply ends in one. A Nash-stable state is strongly stable, since nothing has to be sanctioned. With
    `extension` unknown preferences are treated as in `uncertain`: the hybrid of the two.
    """
    need_matrices(conflict, "strong stability")
    attitudes = []
    for preference in conflict.preferences:
        better, unknown = better_matrix(preference).T, unknown_matrix(preference)
        strength = preference.strength if isinstance(preference, Relation) else better.T.astype(np.int8)
        greatly = strength >= degree
        sanction = greatly | unknown if extension in ("c", "d") else greatly
        leaves = better | unknown if extension in ("a", "c") else better
        attitudes.append(Attitude(leaves, sanction, better if extension is None else better | unknown))
    tables = stable_by(conflict, attitudes)
    return {f"strong_{concept}": tables[concept] for concept in FOUR[1:]}


def weak(general: Mapping[str, Bools], strongly: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """Weak stability: {weak_gmr, ...}: stable under the concept, and not strongly so."""
    return {f"weak_{concept}": general[concept] & ~strongly[f"strong_{concept}"] for concept in FOUR[1:]}


def fuzzy(conflict: Conflict, gamma: Mapping[str, float] | None = None) -> Mapping[str, Bools]:
    """Fuzzy stability (Bashar, Kilgour & Hipel 2012): {fr, fgmr, fsmr, fseq: tables}.

    alpha(q, s) = p(q, s) - p(s, q) is how much q is preferred to s; q is worth leaving s for from the threshold gamma
    on, and r deters where alpha(r, s) is below it. `gamma` gives thresholds in (0, 1] per decision maker; else those of
    the file hold, else 1. Degrees of 0 and 1 with thresholds of 1 give the crisp concepts.
    """
    need_matrices(conflict, "fuzzy stability")
    attitudes = []
    for dm, preference in zip(conflict.decision_makers, conflict.preferences, strict=True):
        own = preference.levels.get("gamma", 1.0) if isinstance(preference, Graded) else 1.0
        degree = degree_matrix(preference)
        leaves = degree.T - degree >= (gamma or {}).get(dm.id, own) - _ROUNDING
        attitudes.append(Attitude(leaves, ~leaves, leaves))
    tables = stable_by(conflict, attitudes)
    return {"fr" if concept == "nash" else f"f{concept}": table for concept, table in tables.items()}


def probabilistic(conflict: Conflict, levels: Mapping[str, float] | None = None) -> Mapping[str, Bools]:
    """Stability under probabilistic preferences (Rego & dos Santos 2015): {nash, gmr, smr, seq: tables}.

    q is worth leaving for where P(q over s) > 1 - alpha; r deters where P(r over s) <= 1 - beta; opponents' steps count
    where P > 1 - gamma. `levels` gives alpha, beta and gamma in (0, 1]; else those of the file hold, else 1. An unknown
    preference counts as a probability of one half.
    """
    need_matrices(conflict, "probabilistic stability")
    attitudes = []
    for preference in conflict.preferences:
        held = {**(preference.levels if isinstance(preference, Graded) else {}), **(levels or {})}
        alpha, beta, gamma = (1 - held.get(name, 1.0) + _ROUNDING for name in ("alpha", "beta", "gamma"))
        chance = probability_matrix(preference).T
        attitudes.append(Attitude(chance > alpha, chance <= beta, chance > gamma))
    return stable_by(conflict, attitudes)


def degree_matrix(preference: Preference) -> Degrees:
    """Degrees [a, b] to which a is preferred to b: 1, 0, or 0.5 where indifferent; unknown pairs count as 0.5."""
    if isinstance(preference, Graded):
        return preference.degree
    better = better_matrix(preference)
    return np.where(better, 1.0, np.where(better.T, 0.0, 0.5))


def probability_matrix(preference: Preference) -> NDArray[np.float64]:
    """Probabilities [a, b] that a is preferred to b: 1 or 0 where certain, one half where unknown."""
    if isinstance(preference, Graded):
        return preference.degree
    return np.where(unknown_matrix(preference), 0.5, better_matrix(preference).astype(np.float64))
