"""The stability concepts by name: what they are called and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Concept = Literal["nash", "gmr", "smr", "seq", "sseq"]
CONCEPTS: tuple[Concept, ...] = get_args(Concept)
ALL_CONCEPTS = (*CONCEPTS, "sim")

CoalitionConcept = Literal["cnash", "cgmr", "csmr", "cseq"]
COALITION_CONCEPTS: tuple[CoalitionConcept, ...] = get_args(CoalitionConcept)

TITLES: Mapping[str, str] = {
    **{name: name.upper() for name in ALL_CONCEPTS},
    **{name: f"C{name[1:].upper()}" for name in COALITION_CONCEPTS},
    "nash": "Nash",
    "cnash": "CNash",
}
MEANINGS: Mapping[str, str] = {
    "nash": "nobody can improve alone",
    "gmr": "every improvement can be answered, whatever the answer costs those who give it",
    "smr": "as GMR, and the answer cannot be escaped",
    "seq": "every improvement is answered by moves that those who make them want",
    "sseq": "as SEQ, and the answer cannot be escaped",
    "sim": "every improvement fails where the others act at the same time",
}
