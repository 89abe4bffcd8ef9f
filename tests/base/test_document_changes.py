from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.base.document import read_document
from backstop.base.document_changes import Change, changed, flow_text
from backstop.base.faults import InvalidInput
from backstop.base.yaml.scalar import resolve

FILE = """\
# A study.
a: {uniform: [0.1, 0.2], note: "old"}   # after a

b:            # before the rest
  uniform:
    - 1       # first
    - 2
  note: >-
    Two lines
    of text.

  # between
  deep:
    last: 3
c: [1,
    2]  # tail
d:
e: {}
f: 'it''s'
"""


def edit(*changes: Change, text: str = FILE) -> str:
    return changed(read_document(text.encode(), "f.yaml"), text, changes)


CASES = {
    "a number in a list": (Change(("a", "uniform"), [0.1, 0.25]), "0.2]", "0.25]"),
    "a list of another length": (
        Change(("a", "uniform"), [0.1, 0.15, 0.2]),
        "[0.1, 0.2]",
        "[0.1, 0.15, 0.2]",
    ),
    "another key": (Change(("a", "uniform"), [0.1, 0.2], "loguniform"), "uniform: [0.1", "loguniform: [0.1"),
    "a quoted text": (Change(("a", "note"), 'say "so": yes'), '"old"', '"say \\"so\\": yes"'),
    "a text in single quotes": (Change(("f",), "it's not"), "'it''s'", "'it''s not'"),
    "items on lines of their own": (Change(("b", "uniform"), [1, 5]), "- 2\n", "- 5\n"),
    "a folded text": (Change(("b", "note"), "one"), ">-\n    Two lines\n    of text.\n", "one\n"),
    "a new key in braces": (Change(("a", "low"), "a, b"), '"old"}', '"old", low: "a, b"}'),
    "a new key in empty braces": (Change(("e", "x"), 1), "{}", "{x: 1}"),
    "a new key in a block": (Change(("b", "deep", "next"), 4), "last: 3\n", "last: 3\n    next: 4\n"),
    "a value where there is none": (Change(("d",), 7), "d:\n", "d: 7\n"),
    "a mapping that is not there": (Change(("e", "x", "z"), 1), "{}", "{x: {z: 1}}"),
    "a key under nothing": (Change(("d", "x"), 1), "d:\n", "d: {x: 1}\n"),
    "a list over two lines": (Change(("c",), [1, 3]), "    2]", "    3]"),
}


@pytest.mark.parametrize("case", CASES)
def test_only_the_place_meant_changes(case: str) -> None:
    change, old, new = CASES[case]
    assert FILE.count(old) == 1
    assert edit(change) == FILE.replace(old, new)


def test_line_ends_and_the_mark_at_the_head_stay() -> None:
    text = "\ufeffa:\r\n  x: 1  # one\r\nb: 2\r\n"
    assert edit(Change(("a", "z"), 2), text=text) == "\ufeffa:\r\n  x: 1  # one\r\n  z: 2\r\nb: 2\r\n"


def test_keys_added_where_two_mappings_end_stay_apart() -> None:
    text = "a:\n  b:\n    c: 1\n"
    both = edit(Change(("a", "x"), 1), Change(("a", "b", "z"), 2), text=text)
    assert both == "a:\n  b:\n    c: 1\n    z: 2\n  x: 1\n"


def test_a_file_without_a_last_line_end() -> None:
    assert edit(Change(("b",), 1), text="a: 2") == "a: 2\nb: 1"


@pytest.mark.parametrize(
    ("path", "value"), [(("b", "uniform"), [1, 2, 3]), (("b",), 1), (("c", "x"), 1), (("f", "x"), 1)]
)
def test_what_would_take_a_comment_with_it_is_refused(path: tuple[str, ...], value: object) -> None:
    with pytest.raises(InvalidInput) as found:
        edit(Change(path, value))
    assert found.value.faults[0].place.line
    assert "by hand" in found.value.faults[0].hint


TEXTS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=("Cs", "Cc", "Cn", "Co"),
        exclude_characters="\ufeff\u2028\u2029\ufffe\uffff\xad",
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(TEXTS, st.floats(allow_nan=False, allow_infinity=False), st.lists(TEXTS, max_size=3)))
def test_any_value_can_be_read_again_from_braces_and_blocks(value: object) -> None:
    for place in (
        "a: {x: 1}\n",
        "a:\n  x: 1\n",
        "a: {}\n",
        "a: {x: [2]}\n",
        'a: {x: "b"}\n',
        "a: {x: 'b'}\n",
    ):
        text = edit(Change(("a", "x"), value), text=place)
        assert read_document(text.encode(), "f").data == {"a": {"x": value}}


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_the_same_number_in_every_reader(number: float) -> None:
    text = flow_text(number)
    assert resolve(text) == number
    assert "e" not in text or "." in text
