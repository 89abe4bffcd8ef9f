from __future__ import annotations

import time

import pytest

from backstop.base import document
from backstop.base.document import MOST_BYTES, MOST_DEPTH, parse_document, read_document
from backstop.base.faults import InvalidInput


def data(text: str):
    return read_document(text.encode(), "f.yaml").data


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("NO", "NO"), ("true", True), ("False", False), ("null", None),
        ("~", None), ("1e3", 1000.0), ("1_000", "1_000"), ("12:30:45", "12:30:45"), ("2024-01-01", "2024-01-01"),
        ("0o17", 15), ("0777", 777), ("0x1F", 31), ("+5", 5), ("-.5", -0.5), ("1.", 1.0), (".", "."), ("-", [None]),
        ("'1'", "1"), ('"no"', "no"), ("001-16", "001-16"), ("1e", "1e"), ("٣", "٣"), ("0b1", "0b1"),
    ],
)  # fmt: skip
def test_core_schema(text, value):
    found = data(f"a: {text}\n" if value != [None] else "a:\n-\n")["a"]
    assert found == value
    assert type(found) is type(value)


def test_places_of_keys_and_values():
    document = read_document(b"a:\n  b: 1\n  c: [x, {d: 2}]\n", "f.yaml")
    assert document.data == {"a": {"b": 1, "c": ["x", {"d": 2}]}}

    def spot(*path, key=False):
        place = document.place(path, key)
        return place.line, place.column

    assert spot("a", key=True) == (1, 1)
    assert spot("a", "b", key=True) == (2, 3)
    assert spot("a", "b") == (2, 6)
    assert spot("a", "c", 0) == (3, 7)
    assert spot("a", "c", 1, "d") == (3, 14)
    assert document.place(("a", "c", 1, "d")).path == "a.c[1].d"
    # What is not there stands where its parent does.
    assert spot("a", "missing", "deeper") == (1, 1)


def test_bom_and_windows_lines():
    assert read_document(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f").data == {"a": 1, "b": 2}
    assert read_document(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", "f").place(("b",)).line == 2


def test_latin_1_names_the_byte():
    with pytest.raises(InvalidInput) as error:
        read_document("a: 1\nb: caf\xe9\n".encode("latin-1"), "f.yaml")
    (fault,) = error.value.faults
    assert "UTF-8" in fault.what
    assert "byte 11" in fault.what
    assert (fault.place.line, fault.place.column) == (2, 7)


def test_utf_16_is_named():
    with pytest.raises(InvalidInput, match="UTF-16"):
        read_document("a: 1".encode("utf-16"), "f")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"a: 1\n---\nb: 2\n", "second document"),
        (b"%YAML 1.1\n---\na: 1\n", "%YAML"),
        (b"a: &x 1\nb: *x\n", "anchor"),
        (b"a: &x [*x]\n", "alias"),
        (b"a: !!python/object:os.system x\n", "tag"),
        (b"a: ! x\n", "tag"),
        (b"a: {b: 1}\nc:\n  <<: {b: 2}\n", "merge"),
        (b"a: 1\na: 2\n", "twice"),
        (b"1: x\n1.0: y\n", "twice"),
        (b"[a]: 1\n", "single word"),
        (b": 1\n", "key is missing"),
        (b"a: \xe2\x80\xa8x\n", "U+2028"),
        (b'a: "\\U99999999"\n', "not valid YAML"),
        (b"a: [1, 2\n", "not closed"),
    ],
)
def test_refused(text, words):
    with pytest.raises(InvalidInput) as error:
        read_document(text, "f.yaml")
    assert words in str(error.value)


def test_several_faults_are_collected():
    document = parse_document(b"a: &x 1\nb: .nan\nb: 2\nc: max(1, 2)\nd: {e: max(1, 2)}\n", "f")
    assert [fault.place.line for fault in document.faults] == [1, 2, 3, 5]
    # The text that YAML cut is whole again, so that checking can go on.
    assert document.data["d"] == {"e": "max(1, 2)"}
    assert document.data["c"] == "max(1, 2)"


def test_quoted_expressions_and_plain_parentheses_are_left_alone():
    assert data('{a: "max(b, c)", d: (x), e: f(y) * 2}') == {"a": "max(b, c)", "d": "(x)", "e": "f(y) * 2"}
    assert data("[(a), b]") == ["(a)", "b"]


def test_limits(monkeypatch):
    with pytest.raises(InvalidInput, match="bytes"):
        read_document(b"#" * (MOST_BYTES + 1), "f")
    assert data("a: " + "[" * (MOST_DEPTH - 1) + "]" * (MOST_DEPTH - 1))
    with pytest.raises(InvalidInput, match="deep"):
        data("a: " + "[" * MOST_DEPTH + "]" * MOST_DEPTH)
    with pytest.raises(InvalidInput, match="deep"):
        data("[" * 5000)
    monkeypatch.setattr(document, "MOST_NODES", 1000)
    assert data("[" + "1," * 998 + "]") == [1] * 998
    with pytest.raises(InvalidInput, match="more than 1,000 keys and values"):
        data("[" + "1," * 1001 + "]")


def test_an_alias_bomb_is_refused_at_once():
    bomb = "a: &a [x,x]\n" + "".join(
        f"{c}: &{c} [*{p},*{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(InvalidInput) as error:
        data(bomb)
    assert "alias" in str(error.value)


def test_look_ahead_for_split_calls_is_bounded():
    import time

    started = time.perf_counter()
    read_document(("[" + "(, " * 4000 + "]").encode(), "f")
    assert time.perf_counter() - started < 5


def test_calls_that_close_nowhere_are_looked_for_no_more() -> None:
    text = "a: [" + "max(b, " * 40_000 + "]"
    start = time.process_time()
    assert len(parse_document(text.encode(), "calls.yaml").data["a"]) == 40_000
    assert time.process_time() - start < 4  # 0.7 on one processor of 2024, 1.8 where every call looks ahead


def test_a_call_is_put_together_after_many_that_are_closed() -> None:
    text = "a: [" + "max(b, 1), " * 2_000 + "]"
    found = parse_document(text.encode(), "calls.yaml")
    assert len(found.data["a"]) == 2_000
    assert set(found.data["a"]) == {"max(b, 1)"}
