"""Sentences of a text by rule: line by line, with the abbreviations and marks of news English in mind."""

from __future__ import annotations

import re

from backstop.dossier.text.word_list import words

_NEVER_LAST = words("titles_before_names")
_ABBREVIATIONS = words("abbreviations") | _NEVER_LAST
_END = re.compile(r"(?P<stop>\.{3}|\u2026|[.!?]+)(?P<marks>[\"'\u201d\u2019\u00bb)\]]*)(?=\s+|$)")
_OPENS = re.compile(r"[\"'\u201c\u2018\u00ab(\[]*[A-Z0-9\u00c0-\u00de\u0410-\u042f]")
_WORD_BEFORE = re.compile(r"(\S+)$")


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of the sentences of `text`, in order, without the white space around them.

    A line ends a sentence. A full stop ends one unless it belongs to an abbreviation, an initial or a number, or what
    follows does not begin like a sentence. Marks that close a quotation stay with their sentence.

    >>> text = "Mr. Smith met them. Talks go on."
    >>> [text[start:end] for start, end in sentences(text)]
    ['Mr. Smith met them.', 'Talks go on.']
    """
    found: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for match in _END.finditer(text, line.start(), line.end()):
            if match.start() >= start and _ends(text, start, match, line.end()):
                _add(found, text, start, match.end())
                start = match.end()
        _add(found, text, start, line.end())
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        found.append((start, end))


def _ends(text: str, start: int, match: re.Match[str], line_end: int) -> bool:
    rest = text[match.end() : line_end].lstrip()
    if not rest:
        return True
    if not _OPENS.match(rest):
        return False
    if match["stop"] != ".":
        # "Why?" he asked: what goes on in lower case was ruled out above.
        return True
    before = _WORD_BEFORE.search(text[start : match.start()])
    word = before.group(1).strip("\"'\u201c\u2018(\u00ab[") if before else ""
    low = word.casefold()
    if low in _NEVER_LAST:
        return False
    if re.fullmatch(r"[A-Z]", word):
        # An initial: "J. Smith". A sentence may end in "Plan B." but hardly before a name.
        return not re.match(r"[A-Z](?:[a-z]|\.)", rest) or bool(
            re.match(r"(?:The|A|An|It|He|She|They|But|And|In|On)\b", rest)
        )
    if low in _ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", low):
        if match["marks"]:
            return True
        # "the U.S. The": ends where a word follows that opens sentences; "the U.S. Congress": goes on.
        return bool(
            re.match(
                r"[\"'\u201c\u2018]?(?:The|A|An|It|He|She|They|We|But|And|In|On|At|This|That|These|His|Her|Its)\b",
                rest,
            )
        )
    return not (re.fullmatch(r"\d+", word) and text[start : match.start()].strip() == word)
