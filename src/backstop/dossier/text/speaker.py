"""Who speaks: a proposed speaker for each quotation, by rules over the actor register's names and aliases.

In order: "according to" a name; a name and a verb of speech right after the quotation, either way round; the
nearest name before it that governs a verb of speech (a relative clause or apposition may stand between); the
subject the sentence comes to after a participle; a view held "among" somebody; a pronoun, traced to the last
fitting subject; and the speaker of the quotation before, where one simply goes on. A proposal is never more than
that: an analyst decides.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.dossier.record import Actor
from backstop.dossier.text.quotation import Quotation
from backstop.dossier.text.word_list import words


def _forms(verb: str) -> list[str]:
    """The forms of a regular verb."""
    if verb.endswith("e"):
        return [verb, verb + "s", verb + "d", verb[:-1] + "ing"]
    if verb.endswith("y"):
        return [verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"]
    return [verb, verb + ("es" if verb.endswith(("s", "sh", "ch", "x")) else "s"), verb + "ed", verb + "ing"]


_CUES = {form for verb in words("verbs_of_speech") for form in _forms(verb)} | words("forms_of_speech")
_VERB = "(?:" + "|".join(sorted(_CUES, key=len, reverse=True)) + ")"
CUE = re.compile(rf"\b{_VERB}\b", re.IGNORECASE)
"""A verb of speech."""

_AUX = (
    r"(?:(?:has|have|had|is|was|were|are|will|would|did|does|do|could|may|might|also|not|never|later|then|repeatedly|again|once|on"
    r" \w+day|\w+ly|yesterday|today|earlier|this week)\s+){0,5}"
)
_INSERT = r"(?:\s*,[^\"\u201c\u201d.!?]{2,160}?,)?(?:\s*\([^)]{1,60}\))?"
_AFTER_NAME = re.compile(rf"{_INSERT}\s*,?\s*{_AUX}{_VERB}\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(he|she|they)\b", re.IGNORECASE)
_CAPITAL = r"[A-Z][\w\u00c0-\u024f'\u2019-]+"
_NAME = re.compile(rf"\b{_CAPITAL}(?:\s+(?:(?:de|van|von|der|al|bin|[A-Z]\.)\s+)?{_CAPITAL}){{1,3}}")
_ACCORDING = re.compile(r"\baccording to\s+(?:the\s+|an?\s+)?(?:[\w.'\u2019-]+\s+){0,5}?$", re.IGNORECASE)
_AMONG = re.compile(
    r"\b(?:consensus|fears?|hopes?|belief|view|concerns?|agreement|calls?|worry|worries|feeling)"
    r"\s+(?:among|of|from)\s+(?:[\w'-]+\s+){0,2}$",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(
    r"^[\"'\u201c\u2018(]*(?:(?:By|In|While|After|Before|On|When|Without)\s+)?[A-Za-z]+ing\b"
)
_OBJECT_BEFORE = re.compile(
    r"\b(?:with|to|from|by|of|for|against|on|about|told|tell|tells|telling|urged|urges|urging|asked|asks|asking"
    r"|accused|accuses|between|and|meet|met|meeting|at|over|including|like|under)"
    r"\s+(?:the\s+|an?\s+|his\s+|her\s+|their\s+)?(?:[\w.'\u2019-]+\s+){0,4}?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in the text: its span, and the actor of the register it means (None for a name that is not in it)."""

    start: int
    end: int
    actor: str | None
    name: str


def mentions(text: str, actors: Mapping[str, Actor]) -> list[Mention]:
    """The names and aliases of the register in `text`, the longest where they overlap, and other names of two words."""
    labels: dict[str, str] = {}
    for name, actor in actors.items():
        for label in (actor.name, *actor.aliases):
            labels.setdefault(label.casefold(), name)
    found: list[Mention] = []
    taken: list[tuple[int, int]] = []
    if labels:
        longest_first = map(re.escape, sorted(labels, key=len, reverse=True))
        pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])", re.IGNORECASE)
        for match in pattern.finditer(text):
            label = match.group()
            entry = labels[label.casefold()]
            # "others" or "us" must not be taken for a name that is written with a capital.
            if label.isupper() or label[:1].isupper() or not _written_large(label, actors[entry]):
                found.append(Mention(*match.span(), entry, actors[entry].name))
                taken.append(match.span())
    for match in _NAME.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            found.append(Mention(*match.span(), None, match.group()))
    return sorted(found, key=lambda m: m.start)


def _written_large(label: str, actor: Actor) -> bool:
    own = next((x for x in (actor.name, *actor.aliases) if x.casefold() == label.casefold()), label)
    return own[:1].isupper()


def speakers(
    text: str, quotes: Sequence[Quotation], spans: Sequence[tuple[int, int]], actors: Mapping[str, Actor]
) -> list[Mention | None]:
    """For each quotation the proposed speaker, or None. `spans`: the sentences of `text`."""
    return _Reader(text, list(quotes), list(spans), actors).all()


class _Reader:
    def __init__(
        self, text: str, quotes: list[Quotation], spans: list[tuple[int, int]], actors: Mapping[str, Actor]
    ) -> None:
        self.text, self.quotes, self.spans, self.actors = text, quotes, spans, actors
        self.starts = [start for start, _ in spans]
        # What stands in quotation marks is said by the speaker: names in it are not the speaker's.
        self.mentions = [
            m for m in mentions(text, actors) if not any(q.start < m.start < q.end for q in quotes)
        ]

    def all(self) -> list[Mention | None]:
        found: list[Mention | None] = []
        for index, quote in enumerate(self.quotes):
            speaker = self._speaker(quote)
            if speaker is None and index and self._goes_on(self.quotes[index - 1], quote):
                speaker = found[-1]
            found.append(speaker)
        return found

    def _frame(self, quote: Quotation) -> tuple[int, int]:
        """The sentence or sentences that hold the quotation."""
        first = max(0, bisect_right(self.starts, quote.start) - 1)
        last = max(0, bisect_right(self.starts, max(quote.start, quote.end - 1)) - 1)
        return self.spans[first][0], max(self.spans[last][1], quote.end)

    def _speaker(self, quote: Quotation) -> Mention | None:
        start, end = self._frame(quote)
        here = [m for m in self.mentions if start <= m.start < end]
        before = [m for m in here if m.end <= quote.start]
        after = [m for m in here if m.start >= quote.end]
        for mention in here:
            if _ACCORDING.search(self.text, start, mention.start):
                return mention
        return (
            self._right(quote, end, after)
            or self._left(quote, start, before)
            or self._participle(quote, start, after)
            or self._subject(quote, start, before)
        )

    def _right(self, quote: Quotation, end: int, after: list[Mention]) -> Mention | None:
        tail = self.text[quote.end : end]
        inverted = re.match(rf"\s*[,.\u2014-]?\s*{_AUX}{_VERB}\s+", tail, re.IGNORECASE)
        if inverted:
            at = quote.end + inverted.end()
            for mention in after:
                if mention.start - at <= 90 and not re.search(
                    r"[.;:\"\u201c]", self.text[at : mention.start]
                ):
                    return mention
        for mention in after:
            gap = self.text[quote.end : mention.start]
            if (
                len(gap) <= 60
                and re.fullmatch(r"\s*[,.\u2014-]?\s*(?:[\w'\u2019.-]+\s+){0,6}", gap)
                and self._governs(mention, end)
            ):
                return mention
        pronoun = re.match(r"\s*[,.\u2014-]?\s*(he|she|they)\s+" + _AUX + _VERB + r"\b", tail, re.IGNORECASE)
        if pronoun:
            return self._trace(quote.end + pronoun.start(1), pronoun.group(1).casefold())
        inverted_pronoun = re.match(rf"\s*[,.]?\s*{_VERB}\s+(he|she|they)\b", tail, re.IGNORECASE)
        if inverted_pronoun:
            return self._trace(quote.end + inverted_pronoun.start(1), inverted_pronoun.group(1).casefold())
        return None

    def _governs(self, mention: Mention, end: int) -> bool:
        if self.text[mention.end : mention.end + 2] in ("'s", "\u2019s"):
            return False
        return bool(_AFTER_NAME.match(self.text, mention.end, end))

    def _left(self, quote: Quotation, start: int, before: list[Mention]) -> Mention | None:
        """The nearest name or pronoun before the quotation that governs a verb of speech before it."""
        options: list[tuple[int, Mention | str]] = [(m.start, m) for m in before]
        options += [
            (p.start(), p.group(1).casefold()) for p in _PRONOUN.finditer(self.text, start, quote.start)
        ]
        for at, option in sorted(options, key=lambda o: -o[0]):
            if isinstance(option, Mention):
                if self._governs(option, quote.start) and not _OBJECT_BEFORE.search(
                    self.text, max(start, at - 60), at
                ):
                    return option
                if _AMONG.search(self.text, start, at):
                    return option
            elif _AFTER_NAME.match(self.text, at + len(option), quote.start):
                traced = self._trace(at, option)
                if traced is not None:
                    return traced
        return None

    def _participle(self, quote: Quotation, start: int, after: list[Mention]) -> Mention | None:
        """ "Warning of a "frozen war", the minister asked for help": the subject comes after."""
        if _PARTICIPLE.match(self.text[start : quote.start]):
            return next((m for m in after if self.text[m.end : m.end + 2] not in ("'s", "\u2019s")), None)
        return None

    def _subject(self, quote: Quotation, start: int, before: list[Mention]) -> Mention | None:
        """The subject of the sentence, where some verb of speech stands between it and the quotation."""
        for mention in before:
            between = self.text[mention.end : quote.start]
            if _OBJECT_BEFORE.search(self.text, max(start, mention.start - 60), mention.start):
                continue
            if between[:2] in ("'s", "\u2019s"):
                if mention.actor and re.search(
                    rf"\b{_VERB}\b|\b(?:plan|call|proposal|offer|demand|warning|idea)\b", between
                ):
                    return mention
                continue
            if re.search(rf"\b{_VERB}\b", between, re.IGNORECASE):
                return mention
        return None

    def _trace(self, at: int, pronoun: str) -> Mention | None:
        """Whom a pronoun means: the last fitting name that is the subject of a sentence, else the last fitting one."""
        fitting = [m for m in self.mentions if m.end <= at and at - m.end < 1500 and self._fits(m, pronoun)]
        if not fitting:
            return None
        subjects = [m for m in fitting if self._is_subject(m)]
        return (subjects or fitting)[-1]

    def _fits(self, mention: Mention, pronoun: str) -> bool:
        if mention.actor is None:
            return pronoun != "they"
        actor = self.actors[mention.actor]
        if actor.pronoun:
            return actor.pronoun == pronoun
        return (actor.kind == "person") == (pronoun != "they") or actor.kind == "other"

    def _is_subject(self, mention: Mention) -> bool:
        if self.text[mention.end : mention.end + 2] in ("'s", "\u2019s"):
            return False
        index = max(0, bisect_right(self.starts, mention.start) - 1)
        begin = self.spans[index][0] if self.spans else 0
        near = max(begin, mention.start - 60)
        if _ACCORDING.search(self.text, near, mention.start):
            return True
        return not _OBJECT_BEFORE.search(self.text, near, mention.start)

    def _goes_on(self, last: Quotation, quote: Quotation) -> bool:
        """Whether a quotation of whole sentences simply continues the one before it."""
        start, end = self._frame(quote)
        between = self.text[last.end : quote.start]
        outside = self.text[start : quote.start] + self.text[quote.end : end]
        names = [
            m
            for m in self.mentions
            if last.end <= m.start < quote.start and not self._governs(m, len(self.text))
        ]
        return (
            len(between) < 200 and not outside.strip(" .,\n") and between.count("\n") <= 2 and len(names) <= 1
        )
