"""Strong stability (Hamouda, Kilgour & Hipel 2004, 2006): sanctions that are greatly worse, not merely no better.

Strong GMR: every improvement can be followed by a state to which s is greatly preferred; strong SMR: and so can every
reply to it; strong SEQ: by improvements of the others. A state is weakly stable where it is stable and not strongly so.
A Nash-stable state is strongly stable, since nothing has to be sanctioned.
"""

from __future__ import annotations

from collections.abc import Mapping

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools, Relation, strength_matrix, unknown_matrix
from backstop.graphmodel.model.sequences import matrix
from backstop.graphmodel.stability.relational import Attitude, need_matrices, stable_by
from backstop.graphmodel.stability.uncertain import Extension


def has_strength(conflict: Conflict) -> bool:
    """Some preference is given as a great one."""
    return any(isinstance(p, Relation) and bool((p.strength > 1).any()) for p in conflict.preferences)


def strong(conflict: Conflict, degree: int = 2, extension: Extension | None = None) -> Mapping[str, Bools]:
    """{strong_gmr, strong_smr, strong_seq: (decision makers, states)}.

    `degree` is the least strength of preference that makes a sanction (2: greatly; 1 gives strict, not reflexive,
    sanctions). With `extension` unknown preferences are treated as in `uncertain`: the hybrid of the two.
    """
    need_matrices(conflict, "strong stability")
    attitudes = []
    for preference in conflict.preferences:
        strength = strength_matrix(preference)
        unknown = unknown_matrix(preference)
        improves = strength.T > 0
        greatly = strength >= degree
        sanction = greatly | unknown if extension in ("c", "d") else greatly
        leaves = improves | unknown if extension in ("a", "c") else improves
        step = improves if extension is None else improves | unknown
        attitudes.append(Attitude(leaves, sanction, step, sanction))
    tables = stable_by([matrix(moves) for moves in conflict.moves], attitudes, "strong_")
    return {concept: table for concept, table in tables.items() if concept != "strong_nash"}


def weak(general: Mapping[str, Bools], strongly: Mapping[str, Bools]) -> Mapping[str, Bools]:
    """{weak_gmr, ...}: stable under the concept, and not strongly so."""
    return {f"weak_{c}": general[c] & ~strongly[f"strong_{c}"] for c in ("gmr", "smr", "seq")}
