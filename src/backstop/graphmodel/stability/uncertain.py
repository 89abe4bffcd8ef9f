"""Stability under unknown preferences (Li, Hipel, Kilgour & Fang 2004): extensions a to d.

| extension | leaves for | is deterred by |
| a | better or unknown | what is certainly no better |
| b | better | what is certainly no better |
| c | better or unknown | what is no better, or unknown |
| d | better | what is no better, or unknown |

Opponents' steps in a sequential sanction are to better or unknown states throughout. With nothing unknown all four are
the crisp concepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools, Relation, better_matrix, unknown_matrix
from backstop.graphmodel.model.sequences import matrix
from backstop.graphmodel.stability.relational import Attitude, need_matrices, stable_by

Extension = Literal["a", "b", "c", "d"]
EXTENSIONS: tuple[Extension, ...] = ("a", "b", "c", "d")


def has_unknown(conflict: Conflict) -> bool:
    """Some decision maker's preference between two states is unknown."""
    return any(isinstance(p, Relation) and bool(p.unknown.any()) for p in conflict.preferences)


def uncertain(conflict: Conflict) -> Mapping[str, Bools]:
    """{nash_a, ..., seq_d: (decision makers, states)}."""
    need_matrices(conflict, "stability under unknown preferences")
    moves = [matrix(move) for move in conflict.moves]
    relations = [(better_matrix(p).T, unknown_matrix(p)) for p in conflict.preferences]
    result: dict[str, Bools] = {}
    for extension in EXTENSIONS:
        attitudes = []
        for improves, unknown in relations:
            leaves = improves | unknown if extension in "ac" else improves
            sanction = ~improves if extension in "cd" else ~improves & ~unknown
            attitudes.append(Attitude(leaves, sanction, improves | unknown, sanction))
        for concept, table in stable_by(moves, attitudes).items():
            result[f"{concept}_{extension}"] = table
    return {f"{c}_{x}": result[f"{c}_{x}"] for c in ("nash", "gmr", "smr", "seq") for x in EXTENSIONS}
