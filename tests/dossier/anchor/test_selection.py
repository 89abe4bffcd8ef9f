"""Selections made by a reader are found where they were marked, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstop.dossier.anchor.passage import Text
from backstop.dossier.anchor.selection import Selection, placed
from backstop.dossier.text.canonical import digest

WORDS = (
    "The envoy met both sides. \U0001f6a4 He said \u201csoon\u201d and \u201csoon\u201d.\nNobody met anybody."
)


def selected(text: str, words: str, nth: int = 1, of: str = "") -> Selection:
    start = -1
    for _ in range(nth):
        start = text.index(words, start + 1)
    end = start + len(words)
    return Selection(start, end, words, text[max(0, start - 32) : start], text[end : end + 32], of)


def test_words_stand_where_they_were_marked() -> None:
    text = Text(WORDS, b"key")
    for nth in (1, 2):
        found = placed(selected(WORDS, "soon", nth, of=text.digest), text)
        assert WORDS[slice(*found)] == "soon"
    assert placed(selected(WORDS, "soon", 1), text) != placed(selected(WORDS, "soon", 2), text)


def test_white_space_at_the_edges_is_left_out() -> None:
    text = Text(WORDS, b"key")
    start, end = placed(selected(WORDS, " He said "), text)
    assert WORDS[start:end] == "He said"


@pytest.mark.parametrize(
    "selection",
    [
        Selection(0, 3, "Thy"),
        Selection(-1, 3, "The"),
        Selection(5, 5, ""),
        Selection(3, 4, " "),
        Selection(0, 10_000, WORDS),
        Selection(1, 4, "The"),
    ],
)
def test_what_does_not_stand_there_is_refused(selection: Selection) -> None:
    with pytest.raises(ValueError):
        placed(selection, Text(WORDS, b"key"))


def test_a_text_that_has_changed_is_searched_for_the_words() -> None:
    newer = Text("A line in front.\n" + WORDS, b"key")
    found = placed(selected(WORDS, "soon", 2, of=digest(WORDS)), newer)
    assert found == placed(selected(newer.text, "soon", 2), newer)


def test_words_that_a_newer_text_does_not_have_are_refused() -> None:
    newer = Text(WORDS.replace("both sides", "neither side"), b"key")
    with pytest.raises(ValueError, match="not found again"):
        placed(selected(WORDS, "met both sides", of=digest(WORDS)), newer)


@given(st.text(min_size=1, max_size=60), st.data())
def test_any_span_with_words_is_found_where_it_was(words: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    exact = words[start:end]
    if not exact.strip():
        return
    first, last = placed(Selection(start, end, exact), Text(words, b"key"))
    assert words[first:last] == exact.strip()
