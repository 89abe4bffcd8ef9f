"""Help with coding a source, never coding itself: sentences, quotations with a proposed speaker, what others say of it.

Which sentences deserve a look: those that name an actor of the register together with a verb of speech or a quotation,
and those with a number, a condition or a demand, whoever is named. The words are English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from backstop.dossier.accounts.candidate_pairs import CandidatePair, candidate_pairs
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Anchor, Register, Statement
from backstop.dossier.text.canonical import digest, folded
from backstop.dossier.text.quotation import quotations
from backstop.dossier.text.sentence import sentences
from backstop.dossier.text.speaker import CUE, mentions, speakers

LEAST_RATIO = 85.0
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b)"
)
_SPELT = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|half"
    r"|(?:a|an|several) (?:dozen|hundred|thousand|million|billion)"
    r"|dozens|hundreds|thousands|millions|billions)"
)
_REASONS = {
    "number": re.compile(
        rf"(?<![\w.,-])(?:[$\u20ac\u00a3]\s?\d|\d[\d,.]*\s?%|(?!\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH})(?!(?:19|20)\d\d\b)"
        rf"\d[\d,.]*[\s-][^\W\d_]{{2,}}|{_SPELT}\s+(?:of\s+)?[^\W\d_]{{3,}})",
        re.IGNORECASE,
    ),
    "condition": re.compile(
        r"\b(?:if|unless|provided(?: that)?|providing that|on (?:the )?condition|as long as|so long as"
        r"|in the event|in case|conditional (?:on|upon)|contingent (?:on|upon)|depends? (?:on|upon)|subject to|once)\b",
        re.IGNORECASE,
    ),
    "demand": re.compile(
        r"\b(?:demand(?:s|ed|ing)?|insist(?:s|ed|ing|ence)?|require(?:s|d|ment|ments)?"
        r"|call(?:s|ed|ing)? (?:for|on|upon)|urg(?:e|es|ed|ing)|must"
        r"|ha(?:ve|s) to|need(?:s|ed)? to|want(?:s|ed)?|ask(?:s|ed|ing)? for|ought to)\b",
        re.IGNORECASE,
    ),
}
"""What makes a sentence worth a look by itself; a year or a day of a month is no number."""
LEAST_CONTAINED = 6
"""Characters of a quoted term that may be found inside a longer one."""


@dataclass(frozen=True, slots=True)
class SentenceSuggestion:
    """A sentence: its span, zone, the actors it names, whether it deserves a look and why, whether it is coded already.

    `reasons`: speech, number, condition, demand.
    """

    start: int
    end: int
    zone: str
    actors: tuple[str, ...]
    worth_coding: bool
    reasons: tuple[str, ...]
    coded: tuple[str, ...]
    related: tuple[CandidatePair, ...]

    def as_dict(self, text: str) -> dict[str, Any]:
        """The sentence as JSON; `text`: the whole text of the account."""
        related = [{"statement": pair.other, "score": pair.score} for pair in self.related]
        return {**asdict(self), "text": text[self.start : self.end], "related": related}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a quoted term is quoted too, and how alike the two are (0 to 100)."""

    source: str
    start: int
    end: int
    ratio: float


@dataclass(frozen=True, slots=True)
class QuotationSuggestion:
    """A quotation: its span with marks, the speaker proposed (an actor's id or a name), and where else it is quoted."""

    start: int
    end: int
    speaker: str | None
    name: str | None
    elsewhere: tuple[Elsewhere, ...]

    def as_dict(self, text: str) -> dict[str, Any]:
        """The quotation as JSON; `text`: the whole text of the account."""
        return {**asdict(self), "text": text[self.start : self.end]}


@dataclass(frozen=True)
class Suggestions:
    """All help for one source."""

    source: str
    sentences: tuple[SentenceSuggestion, ...]
    quotations: tuple[QuotationSuggestion, ...]

    def as_dict(self, text: str) -> dict[str, Any]:
        """The suggestions as JSON, with the words: they are for the eyes of one who holds the text."""
        return {
            "format": "backstop-suggestions/1",
            "source": self.source,
            "sentences": [sentence.as_dict(text) for sentence in self.sentences],
            "quotations": [quotation.as_dict(text) for quotation in self.quotations],
        }


def suggest(dossier: Dossier, source: str, text: str, others: Mapping[str, str]) -> Suggestions:
    """Help for coding `source`, whose text is `text`; `others`: texts of other accounts that are at hand, by source."""
    register = dossier.register
    spans, quotes = sentences(text), quotations(text)
    named = mentions(text, register.actors)
    coded = [s for s in dossier.statements.values() if s.source == source]
    passed_over = {r.id for r in dossier.findings.values() if r.dismissed}
    zones = dossier.sources[source].text.zones
    pseudo = [_as_statement(i, source, text[a:b], register, dossier) for i, (a, b) in enumerate(spans)]
    near: dict[str, list[CandidatePair]] = {}
    for item in candidate_pairs(dossier, pseudo, dossier.substantive, least=0.2):
        near.setdefault(item.statement, []).append(item)
    found = []
    for index, (start, end) in enumerate(spans):
        actors = tuple(dict.fromkeys(m.actor for m in named if m.actor and start <= m.start < end))
        zone = next(
            (z.kind for z in zones if z.start < end and start < z.end and z.kind != "dateline"), "body"
        )
        quoted = any(q.start < end and start < q.end for q in quotes)
        spoken = bool(actors) and (quoted or bool(CUE.search(text, start, end)))
        reasons = ["speech"] if spoken else []
        reasons += [name for name, sign in _REASONS.items() if sign.search(text, start, end)]
        passed = name_of_suggestion(source, text[start:end]) in passed_over
        told = () if zone == "furniture" else tuple(reasons)
        ids = tuple(s.id for s in coded if s.anchor.start < end and start < s.anchor.end)
        found.append(
            SentenceSuggestion(
                start,
                end,
                zone,
                actors,
                bool(told) and not passed,
                told,
                ids,
                tuple(near.get(f"sentence {index}", ())),
            )
        )
    every = {name: (other, quotations(other)) for name, other in {**others, source: text}.items()}
    asked = []
    for quote, who in zip(quotes, speakers(text, quotes, spans, register.actors), strict=True):
        same = tuple(
            Elsewhere(name, q.start, q.end, ratio)
            for name, (other, list_) in every.items()
            for q in list_
            if (name, q.start) != (source, quote.start)
            and (ratio := same_quotation(quote.words(text), q.words(other))) is not None
        )
        asked.append(
            QuotationSuggestion(
                quote.start, quote.end, who.actor if who else None, who.name if who else None, same
            )
        )
    return Suggestions(source, tuple(found), tuple(asked))


def name_of_suggestion(source: str, sentence: str) -> str:
    """The id under which a suggestion to code a sentence is dismissed: a digest, and none of its words.

    >>> name_of_suggestion("a", "Talks go on.")
    'candidate:a:832f533f45acde49'
    """
    return f"candidate:{source}:{digest(sentence)[:16]}"


def same_quotation(one: str, other: str) -> float | None:
    """How alike two quoted terms are (0 to 100), or None where they are not the same term.

    The same: a ratio of 85 or more on trimmed text, or one contained in the other with at least six characters.
    """
    from rapidfuzz.fuzz import ratio

    first, second = (folded(t).strip(" \"',.;:!?").casefold() for t in (one, other))
    if not first or not second:
        return None
    alike = float(ratio(first, second))
    if alike >= LEAST_RATIO:
        return round(alike, 1)
    short, long = sorted((first, second), key=len)
    if len(short) >= LEAST_CONTAINED and re.search(rf"(?<!\w){re.escape(short)}(?!\w)", long):
        return round(alike, 1)
    return None


def _as_statement(index: int, source: str, text: str, register: Register, dossier: Dossier) -> Statement:
    """A sentence dressed as a statement, so that it can be ranked against those of other accounts."""
    low = _spaced(text)
    objects = [
        name
        for name, term in register.objects.items()
        if any(_spaced(label) in low for label in (term.title, *term.aliases))
    ]
    actors = [m.actor for m in mentions(text, register.actors) if m.actor]
    zeros = "0" * 64
    return Statement(
        id=f"sentence {index}",
        source=source,
        anchor=Anchor(text=zeros, start=0, end=1, passage=zeros),
        actor=actors[0] if actors else "outlet",
        target_actors=tuple(actors[1:3]),
        attribution="outlet voice",
        type="assessment",
        objects=tuple(objects),
        paraphrase=text,
    )


def _spaced(text: str) -> str:
    """The words of a text in lower case, one space around each: to find whole words by plain search."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold())) + " "
