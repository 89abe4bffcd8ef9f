import pytest
from hypothesis import given
from hypothesis import strategies as st

from backstop.base.faults import InvalidInput
from backstop.dossier.text.canonical import decode, digest, fold, folded


def test_line_ends_become_lf_and_are_remembered():
    assert decode(b"a\r\nb\r\nc", "x") == ("a\nb\nc", "CRLF")
    assert decode(b"a\nb", "x") == ("a\nb", "LF")
    assert decode(b"a\rb\nc", "x") == ("a\nb\nc", "mixed")


def test_composed_and_decomposed_characters_stay_as_they_came():
    for text in ("\u00e9", "e\u0301"):
        assert decode(text.encode(), "x")[0] == text


def test_marks_at_the_head_are_read_and_dropped():
    assert decode("\ufeffhello".encode(), "x")[0] == "hello"
    assert decode("hello".encode("utf-16"), "x")[0] == "hello"


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (b"caf\xe9 noir", None, "byte 0xe9 at offset 3"),
        (b"PK\x00\x01", None, "NUL"),
        (b"abc", "utf-99", "no encoding"),
    ],
)
def test_what_is_no_text_is_said_to_be_none(data, encoding, said):
    with pytest.raises(InvalidInput, match=said):
        decode(data, "x.txt", encoding)


def test_another_encoding_can_be_named():
    assert decode(b"caf\xe9", "x", "cp1252")[0] == "caf\u00e9"


def test_marks_and_spaces_are_alike_after_folding():
    assert folded("\u201cYes\u201d \u2014  he\u00a0said\n\u2018no\u2019\u2026") == "\"Yes\" - he said 'no'..."


@given(st.text(max_size=80), st.data())
def test_folded_spans_lead_back_to_the_same_words(text, data):
    made = fold(text)
    assert len(made.offsets) == len(made.text) + 1 or text == ""
    if made.text:
        start = data.draw(st.integers(0, len(made.text) - 1))
        end = data.draw(st.integers(start + 1, len(made.text)))
        first, last = made.span(start, end)
        assert 0 <= first <= last <= len(text)
        assert folded(made.text[start:end]) in folded(text[first:last])


def test_digest_is_that_of_utf8():
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7", "rot13", "a\0"]
)
def test_what_is_no_encoding_of_texts_is_refused(name):
    with pytest.raises(InvalidInput, match=r"encoding|the text is not"):
        decode(b"abc \xe9", "x", name)
