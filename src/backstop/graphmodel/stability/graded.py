"""Stability under fuzzy (Bashar, Kilgour & Hipel 2012) and probabilistic preferences (Rego & dos Santos 2015).

Fuzzy: alpha_i(q, s) = p_i(q, s) - p_i(s, q) is how much q is preferred to s; it is worth leaving s for q from the
threshold gamma_i on, and r deters where alpha_i(r, s) is below it. Probabilistic: q is worth leaving for where
P_i(q, s) > 1 - alpha; r deters where P_i(r, s) <= 1 - beta, unless a reply has P_i > 1 - beta; opponents' steps count
where P_k > 1 - gamma. Degrees of 0 and 1 with all thresholds at 1 give the crisp concepts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import (
    Bools,
    Degrees,
    Graded,
    Preference,
    better_matrix,
    degree_matrix,
    unknown_matrix,
)
from backstop.graphmodel.model.sequences import matrix
from backstop.graphmodel.stability.relational import Attitude, need_matrices, stable_by

_ROUNDING = 1e-12  # 0.7 - 0.3 must reach a threshold of 0.4


def kinds(conflict: Conflict) -> set[str]:
    """Which graded kinds of preference occur."""
    return {preference.kind for preference in conflict.preferences if isinstance(preference, Graded)}


def fuzzy(conflict: Conflict, gamma: Mapping[str, float] | None = None) -> Mapping[str, Bools]:
    """{fr, fgmr, fsmr, fseq: (decision makers, states)}.

    `gamma` gives thresholds in (0, 1] per decision maker; else those of the file hold, else 1.
    """
    need_matrices(conflict, "fuzzy stability")
    attitudes = []
    for dm, preference in zip(conflict.decision_makers, conflict.preferences, strict=True):
        own = preference.levels.get("gamma", 1.0) if isinstance(preference, Graded) else 1.0
        threshold = (gamma or {}).get(dm.id, own)
        degree = degree_matrix(preference)
        gain = degree.T - degree  # [s, q]: alpha(q, s)
        improves = gain >= threshold - _ROUNDING
        attitudes.append(Attitude(improves, ~improves, improves, ~improves))
    tables = stable_by([matrix(moves) for moves in conflict.moves], attitudes)
    return {"fr": tables["nash"], "fgmr": tables["gmr"], "fsmr": tables["smr"], "fseq": tables["seq"]}


def probabilistic(
    conflict: Conflict, alpha: float | None = None, beta: float | None = None, gamma: float | None = None
) -> Mapping[str, Bools]:
    """{nash, gmr, smr, seq: (decision makers, states)} at levels alpha, beta, gamma in (0, 1].

    Levels not given are those of the file, else 1. An unknown preference counts as a probability of one half.
    """
    need_matrices(conflict, "probabilistic stability")
    attitudes = []
    for preference in conflict.preferences:
        levels = preference.levels if isinstance(preference, Graded) else {}
        a, b, c = (
            given if given is not None else levels.get(name, 1.0)
            for name, given in (("alpha", alpha), ("beta", beta), ("gamma", gamma))
        )
        chance = probability_matrix(preference).T  # [s, q]: probability that q is preferred to s
        tolerated = chance <= 1 - b + _ROUNDING
        attitudes.append(
            Attitude(chance > 1 - a + _ROUNDING, tolerated, chance > 1 - c + _ROUNDING, tolerated)
        )
    return stable_by([matrix(moves) for moves in conflict.moves], attitudes)


def probability_matrix(preference: Preference) -> Degrees:
    """[a, b]: the probability that a is preferred to b: 1 or 0 where certain, one half where unknown."""
    if isinstance(preference, Graded):
        return preference.degree
    return np.where(unknown_matrix(preference), 0.5, better_matrix(preference).astype(np.float64))
