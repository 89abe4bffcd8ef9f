"""Transcripts as subtitles (SRT, WebVTT): the words, one cue after the other, with their speakers and without times.

Source: WebVTT: The Web Video Text Tracks Format (W3C), sections 3 and 4; SRT has no standard of its own.
"""

from __future__ import annotations

import html
import re

from backstop.base.faults import InvalidInput, Place

_TIMES = re.compile(r"^\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s+-->\s+(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")


def subtitle_text(text: str, name: str) -> str:
    """The words of a transcript, a line for each line of it; a speaker that a cue names stands before what he says.

    Raises InvalidInput where there is no cue.

    >>> subtitle_text("1\\n00:00:01,000 --> 00:00:02,000\\nWe agree.\\n", "x.srt")
    'We agree.\\n'
    """
    lines: list[str] = []
    inside = False
    for row in text.split("\n"):
        if _TIMES.match(row):
            inside = True
        elif not row.strip():
            inside = False
        elif inside:
            lines.append(_said(row))
    if not lines:
        raise InvalidInput(
            "there is no cue in the transcript", place=Place(name), hint="is it SRT or WebVTT?"
        )
    return "\n".join(lines) + "\n"


def _said(row: str) -> str:
    spoken = _VOICE.sub(lambda match: f"{match[1].strip()}: ", row)
    return html.unescape(_TAG.sub("", spoken)).strip()
