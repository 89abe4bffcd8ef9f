"""Documents listed, texts in parts, and words looked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dossier.building import TEXTS, proposition, small, statement

from backstop.base.faults import InvalidInput
from backstop.dossier.reading.catalogue import catalogue
from backstop.dossier.reading.coded_text import parts
from backstop.dossier.reading.text_search import MOST_HITS, searched
from backstop.dossier.record import Held


def test_documents_are_counted_and_warned_of() -> None:
    held = Held(state="changed")
    dossier = small(
        [
            statement("a1", "a", "The envoy met both sides", coder="one"),
            statement("a2", "a", "both sides", coder="two", value="low", held=held, type="demand"),
        ]
    )
    documents = catalogue(dossier, {"a": True})
    assert [one.source.id for one in documents] == ["a", "b", "c"]
    first = documents[0].as_dict()
    assert (first["statements"], first["commentary"], first["held"]) == (2, 1, 1)
    assert first["coders"] == ["one", "two"]
    assert first["types"] == {"report of fact": 1, "demand": 1}
    assert "1 statement unconfirmed: the passage has changed" in first["warnings"]
    assert "its text is not at hand" not in first["warnings"]
    assert "its text is not at hand" in documents[1].warnings
    words = " ".join(map(str, first.values()))
    assert "Vienna" not in words  # nothing of a text that may not travel


@given(st.text(alphabet="ab \n\U0001f6a4", max_size=300), st.integers(5, 50))
def test_parts_make_up_the_text(text: str, size: int) -> None:
    found = parts(text, size)
    assert "".join(text[start:end] for start, end in found) == text
    assert all(0 < end - start <= size for start, end in found) or text == ""
    assert found[0][0] == 0
    assert found[-1][1] == len(text)


def test_words_are_found_without_regard_to_case_marks_and_breaks() -> None:
    dossier = small([statement("b1", "b", "Sixty observers", paraphrase="Sixty \u201cobservers\u201d")])
    found = searched(
        dossier, {"b": "He said \u201cnot\n  yet\u201d, \U0001f6a4 not yet."}, 'NOT "yet'[:3] + " yet"
    )
    assert [(hit.where, hit.found) for hit in found.listed] == [("text", "not\n  yet"), ("text", "not yet")]
    assert found.total == 2
    told = searched(dossier, {}, '"OBSERVERS"')
    assert [(hit.where, hit.id, hit.document) for hit in told.listed] == [("statement", "b1", "b")]


def test_offsets_of_what_was_found_count_code_points() -> None:
    for hit in searched(small([]), TEXTS, "said").listed:
        assert hit.start is not None
        assert TEXTS[hit.document][hit.start : hit.end] == "said"


def test_propositions_and_documents_are_searched_too() -> None:
    dossier = small([], [proposition("P1", {})])
    assert [hit.where for hit in searched(dossier, {}, "text of p1").listed] == ["proposition"]


def test_signs_have_no_meaning_in_what_is_sought() -> None:
    text = "a.*b (x) [y] \\d a+b"
    for sought in (".*", "(x)", "[y]", "\\d", "a+b"):
        assert searched(small([]), {"a": text}, sought).total == 1
    assert searched(small([]), {"a": text}, "a.b").total == 0


def test_very_many_places_are_counted_and_not_all_listed() -> None:
    found = searched(small([]), {"a": "go " * (MOST_HITS + 50)}, "go")
    assert (len(found.listed), found.total) == (MOST_HITS, MOST_HITS + 50)


@pytest.mark.parametrize("sought", ["", "  \n", "x" * 201])
def test_nothing_and_too_much_are_not_sought(sought: str) -> None:
    with pytest.raises(InvalidInput):
        searched(small([]), {}, sought)
