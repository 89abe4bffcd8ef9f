"""Quotations of two accounts that do not match: given to two speakers, or altered by a word.

The words are taken from the texts that are at hand and from anchors whose text may travel; without either, passages
are still known to be the same by their digests. A finding names the words that differ and no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from backstop.dossier.accounts.disagreement import one_side
from backstop.dossier.accounts.finding import Finding, found
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET, Statement
from backstop.dossier.text.canonical import digest, folded
from backstop.dossier.text.quotation import quotations
from backstop.dossier.text.similarity import tokens

LEAST_WORDS = 3
"""Words of a quotation below which two men may well say the same."""

LEAST_ALIKE = 6
"""Words of a quotation from which it is taken for another's, altered, though another speaker is named."""

MOST_HOLDERS = 200
"""Quotations that share two words, above which these two lead to no comparison."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """The words of one quotation, as tokens, and the statement that it stands in."""

    words: tuple[str, ...]
    statement: Statement

    @property
    def speaker(self) -> str:
        """Who said it."""
        return self.statement.speaker or self.statement.actor


def quotation_findings(dossier: Dossier, texts: Mapping[str, str] | None = None) -> list[Finding]:
    """Quotations of different accounts with other speakers or other words."""
    quoted = [q for s in dossier.substantive for q in _quoted(s, dict(texts or {}).get(s.source))]
    speakers: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
    for one in quoted:
        speakers[one.statement.source, one.words].add(one.speaker)
    findings: dict[str, Finding] = {}
    for one, other in _near(quoted):
        sides = [speakers[q.statement.source, q.words] for q in (one, other)]
        apart = not any(a == b or one_side(a, b, dossier.register) for a in sides[0] for b in sides[1])
        finding = None
        if one.words == other.words:
            finding = _two_speakers(one, other, dossier) if apart else None
        elif not apart or min(len(one.words), len(other.words)) >= LEAST_ALIKE:
            finding = _altered(one, other, dossier, apart)
        if finding is not None:
            findings.setdefault(finding.id, finding)
    return list(findings.values())


def _quoted(statement: Statement, text: str | None) -> Iterator[Quoted]:
    if not statement.attributed or statement.actor == OUTLET:
        return
    direct = statement.attribution in ("direct quotation", "partial quotation")
    anchor = statement.anchor
    passage = "" if text is None else text[anchor.start : anchor.end]
    if not passage or digest(passage) != anchor.passage:
        passage = anchor.quote.exact if anchor.quote else ""
    if not passage:
        if direct and anchor.normalised:  # the same words have the same digest, whatever they are
            yield Quoted(("", anchor.normalised, ""), statement)
        return
    spans = quotations(passage)
    parts = [q.words(passage) for q in spans] if spans else [passage] if direct else []
    for part in parts:
        words = tuple(tokens(folded(part)))
        if len(words) >= LEAST_WORDS:
            yield Quoted(words, statement)


def _near(quoted: list[Quoted]) -> Iterator[tuple[Quoted, Quoted]]:
    """Pairs of quotations of different accounts that share two words in a row, each once."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, one in enumerate(quoted):
        for pair in dict.fromkeys(zip(one.words, one.words[1:], strict=False)):
            holders[pair].append(index)
    seen: set[tuple[int, int]] = set()
    for indices in holders.values():
        if len(indices) > MOST_HOLDERS:
            continue
        for pair_ in combinations(indices, 2):
            one, other = quoted[pair_[0]], quoted[pair_[1]]
            if pair_ not in seen and one.statement.source != other.statement.source:
                seen.add(pair_)
                yield one, other


def _two_speakers(one: Quoted, other: Quoted, dossier: Dossier) -> Finding:
    names = [f"{dossier.actor_name(q.speaker)} ({_where(q)})" for q in (one, other)]
    words = f"One quotation, two speakers: {names[0]} and {names[1]}. One of the two attributions is wrong."
    return _finding("speaker", (one, other), words, dossier)


def _altered(one: Quoted, other: Quoted, dossier: Dossier, apart: bool) -> Finding | None:
    changed = _changes(one.words, other.words)
    if changed is None:
        return None
    first, second = (f'"{words}"' if words else "nothing" for words in changed)
    who = "" if apart else f" of {dossier.actor_name(one.speaker)}"
    words = (
        f"A quotation{who} is not the same in both: {first} in {_where(one)}, {second} in {_where(other)}."
    )
    if apart:
        names = " and ".join(dossier.actor_name(q.speaker) for q in (one, other))
        words += f" The speakers named are {names}."
    return _finding("wording", (one, other), words, dossier)


def _changes(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str] | None:
    """What stands in the one where the other has something else; None where they are not one quotation altered.

    A quotation that begins earlier or ends later is cut otherwise, not altered.
    """
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    changed = []
    for index, (tag, i, j, k, m) in enumerate(codes):
        outer = index in (0, len(codes) - 1)
        if tag != "equal" and not (outer and tag in ("insert", "delete")):
            changed.append((one[i:j], other[k:m]))
    size = sum(max(len(a), len(b)) for a, b in changed)
    shared = sum(j - i for tag, i, j, _, _ in codes if tag == "equal")
    if not changed or size > max(1, shared // 4) or shared < LEAST_WORDS:
        return None
    return " ... ".join(" ".join(a) for a, _ in changed), " ... ".join(" ".join(b) for _, b in changed)


def _where(quoted: Quoted) -> str:
    return f"account {quoted.statement.source}: {quoted.statement.id}"


def _finding(aspect: str, pair: Iterable[Quoted], words: str, dossier: Dossier) -> Finding:
    ids = [q.statement.id for q in pair]
    return found(dossier, "quotation", f"{aspect}:{':'.join(sorted(ids))}", ids, words, aspect)
