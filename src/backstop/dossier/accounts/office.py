"""Offices that a description of a person names, made comparable: "the British premier", "the UK's prime minister"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from backstop.dossier.accounts.gazetteer import state_of
from backstop.dossier.text.word_list import synonyms, words

_OFFICES = synonyms("offices")
_OFFICE = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _OFFICES), key=len, reverse=True)) + r")\b")
_OUTSIDE = re.compile(r"\b(?:outside (?:of )?(?:the )?government|not in (?:the )?government|in opposition)\b")
_NOT_NOW = frozenset(("former", "ex", "then", "acting", "designate", "elect", "deputy"))
_NOT_QUITE = re.compile(rf"\b(?:{'|'.join(sorted(_NOT_NOW))})\b")
_HEADS = frozenset(("prime minister", "president", "chancellor", "monarch"))
_IN_GOVERNMENT = (_HEADS - {"monarch"}) | {
    "foreign minister",
    "defence minister",
    "minister",
    "vice president",
}
_OF_A_PARTY = frozenset(("leader", "spokesperson", "chair", "secretary general"))
_BESIDE = words("words_beside_offices")
_OF = re.compile(
    r"\s*(?:of|for) (.+?)(?= (?:since|until|who|which|in|at|with|from|under|during|by|to|on)\b|$)"
)
_ANY_BODY = frozenset(
    ("republic", "country", "state", "nation", "government", "kingdom", "federation", "cabinet")
)


@dataclass(frozen=True, slots=True)
class Office:
    """An office: what it is, and of which state or body (empty where the account does not say)."""

    office: str
    body: str = ""

    def same(self, other: Office) -> bool:
        """Whether both can be one office: the same word, and bodies that do not differ."""
        return self.office == other.office and _same_body(self.body, other.body)

    def excludes(self, other: Office) -> bool:
        """Whether nobody can hold both at once."""
        pair = {self.office, other.office}
        if pair & {"outside government", "opposition leader"} and pair & _IN_GOVERNMENT:
            return True
        return pair <= _HEADS and bool(self.body and other.body) and not _same_body(self.body, other.body)

    def __str__(self) -> str:
        return f"{self.office} ({self.body})" if self.body else self.office


def _same_body(one: str, other: str) -> bool:
    first, second = set(one.split()), set(other.split())
    return first <= second or second <= first


def offices_in(description: str) -> list[Office]:
    """The offices that a description of a person names. Honorifics and wording do not matter.

    >>> [str(office) for office in offices_in("Sir John, the former British Prime Minister")]
    ['former prime minister (united kingdom)']
    """
    text = (
        re.sub(r"[\"'\u201c\u201d\u2018\u2019()\[\]]", " ", description.casefold())
        .replace("u.s.", "us")
        .replace("u.k.", "uk")
    )
    found: list[Office] = []
    for part in re.split(r"[,;]| and ", text):
        if _OUTSIDE.search(part):
            found.append(Office("outside government"))
        elif match := _OFFICE.search(part):
            found.append(_office(part, match))
    return found


def _office(part: str, match: re.Match[str]) -> Office:
    """The office at `match` in a part of a description."""
    around = re.findall(r"[\w.\u00c0-\u024f-]+", part[: match.start()] + " " + part[match.end() :])
    office = _OFFICES[match.group()]
    if earlier := _NOT_QUITE.search(part[: match.start()]):
        office = f"{earlier.group()} {office}"
    party = " ".join(w for w in around if w not in _BESIDE | _NOT_NOW and state_of(w) is None)
    if office in _OF_A_PARTY and party:
        return Office(office, party)
    named = (state_of(name) for name in (*map(" ".join, pairwise(around)), *around))
    return Office(office, next(filter(None, named), "") or _body_of(part[match.end() :]))


def _body_of(rest: str) -> str:
    """What an office is "of" where no list knows it: a state, town or department by its own name."""
    match = _OF.match(rest)
    found = re.findall(r"[\w\u00c0-\u024f-]+", match[1]) if match else []
    return " ".join(word for word in found if word not in _BESIDE | _ANY_BODY)
