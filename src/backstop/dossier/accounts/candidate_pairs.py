"""Statements of other accounts that may say the same: a ranked list for an analyst to link or to pass over.

Rank: shared objects and words of the paraphrase, the rare ones counting most, then family of type, stance, actor
and logical form. Equal stance is no filter, for two neutral reports may well agree.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Statement
from backstop.dossier.relations import wider_objects
from backstop.dossier.text.similarity import tokens
from backstop.dossier.text.word_list import words

SHOWN = 3
LEAST_SCORE = 0.28
MOST_HOLDERS = 400
"""A feature of more statements than this leads to no candidate by itself."""

_FAMILY = {
    "demand": "wants",
    "offer": "gives",
    "conditional commitment": "gives",
    "refusal": "opposes",
    "concern": "opposes",
    "threat/warning": "warns",
    "assessment": "judges",
    "report of fact": "reports",
}
_NEAR = frozenset(
    {
        ("judges", "warns"),
        ("judges", "wants"),
        ("opposes", "warns"),
        ("judges", "opposes"),
        ("gives", "reports"),
    }
)
_FAMILIES = list(dict.fromkeys(_FAMILY.values()))
_CLOSENESS = np.array(
    [
        [0.12 if a == b else 0.06 if tuple(sorted((a, b))) in _NEAR else 0.0 for b in _FAMILIES]
        for a in _FAMILIES
    ]
)
_COMMON = words("common_words")
_FORM_FAMILY = {
    "only if": "necessity",
    "if not": "necessity",
    "if": "sufficiency",
    "in the event of": "sufficiency",
}


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """A statement of another account and how well it fits, between 0 and 1."""

    statement: str
    other: str
    score: float


def candidate_pairs(
    dossier: Dossier, asked: Iterable[Statement], pool: Collection[Statement], least: float = LEAST_SCORE
) -> list[CandidatePair]:
    """For each statement asked about, the best of `pool` in other accounts, best first."""
    from scipy.sparse import csr_matrix

    rows = list(pool)
    questions = list(asked)
    if not rows or not questions:
        return []
    features = [_features(statement, dossier) for statement in rows]
    known_rows = {statement.id: found for statement, found in zip(rows, features, strict=True)}
    holders: dict[str, int] = defaultdict(int)
    for found in features:
        for name in found:
            holders[name] += 1
    columns = {name: index for index, name in enumerate(holders)}
    weight = {name: math.log(1 + len(rows) / count) for name, count in holders.items()}

    def matrix(list_of: list[dict[str, float]], usual: bool) -> Any:
        at, where, values = [0], [], []
        for found in list_of:
            known = {n: v * weight[n] for n, v in found.items() if n in columns}
            norm = math.sqrt(sum(v * v for v in known.values())) or 1.0
            for name, value in known.items():
                if usual or holders[name] <= MOST_HOLDERS:
                    where.append(columns[name])
                    values.append(value / norm)
            at.append(len(where))
        return csr_matrix((np.array(values, dtype=np.float32), where, at), shape=(len(list_of), len(columns)))

    every = len(rows) <= 2 * MOST_HOLDERS
    right = matrix(features, every).T.tocsr()
    left = matrix([known_rows.get(q.id) or _features(q, dossier) for q in questions], every)
    source = {name: i for i, name in enumerate(dict.fromkeys(r.source for r in rows))}
    codes = _Codes(rows, source)
    results: list[CandidatePair] = []
    for first in range(0, len(questions), 2048):
        block = left[first : first + 2048] @ right
        for offset in range(block.shape[0]):
            begin, end = block.indptr[offset], block.indptr[offset + 1]
            if begin == end:
                continue
            question = questions[first + offset]
            near, likeness = block.indices[begin:end], block.data[begin:end]
            if near.size > 64:
                best = np.argpartition(likeness, -64)[-64:]
                near, likeness = near[best], likeness[best]
            score = np.where(
                codes.source[near] == source.get(question.source, -1),
                -1.0,
                codes.score(question, near, likeness),
            )
            for k in np.lexsort((near, -score))[:SHOWN]:
                if score[k] >= least:
                    results.append(CandidatePair(question.id, rows[near[k]].id, round(float(score[k]), 3)))
    return results


def _features(statement: Statement, dossier: Dossier) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in statement.objects:
        found[f"object {name}"] = 1.4
        for wider in wider_objects(name, dossier.register) - {name}:
            found.setdefault(f"object {wider}", 0.5)
    for word in tokens(statement.paraphrase):
        if word not in _COMMON and len(word) > 2:
            found[_stem(word)] = 0.8
    for name in (statement.actor, *statement.target_actors):
        if name in dossier.register.actors:
            found[f"actor {name}"] = 0.5
    if statement.event:
        found[f"event {statement.event}"] = 1.4
    return found


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    for ending in ("ations", "ation", "ings", "ing", "ed", "es", "ly", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


class _Codes:
    """The fields of many statements as arrays, for the part of the score that is not likeness."""

    def __init__(self, rows: list[Statement], source: dict[str, int]) -> None:
        self.source = np.array([source[r.source] for r in rows])
        self._family = np.array([_FAMILIES.index(_FAMILY[r.type]) for r in rows])
        self._stance = np.array(["+-0".index(r.stance) for r in rows])
        self._actors = {name: i for i, name in enumerate(dict.fromkeys(r.actor for r in rows))}
        self._actor = np.array([self._actors[r.actor] for r in rows])
        self._forms = {name: i for i, name in enumerate(dict.fromkeys(map(_form, rows)))}
        self._form = np.array([self._forms[_form(r)] for r in rows])

    def score(self, asked: Statement, near: Any, likeness: Any) -> Any:
        family = _FAMILIES.index(_FAMILY[asked.type])
        form = _form(asked)
        return (
            0.66 * likeness
            + _CLOSENESS[family][self._family[near]]
            + 0.08 * (self._stance[near] == "+-0".index(asked.stance))
            + 0.07 * (self._actor[near] == self._actors.get(asked.actor, -1))
            + (0.07 * (self._form[near] == self._forms.get(form, -1)) if form else 0.0)
        )


def _form(statement: Statement) -> str:
    return _FORM_FAMILY.get(statement.condition.form, statement.condition.form) if statement.condition else ""
