"""Web pages: deletions carried out, quotations in their marks, depth counted as a parser does."""

import pytest
from tests.dossier.text.documents import BODY

from backstop.base.faults import Refused
from backstop.dossier.text.html_page import html_page


def text(inside):
    body = f"<body><article><h1>Talks</h1><p>{BODY}</p>{inside}</article></body>"
    page = f"<html><head><title>Talks</title></head>{body}</html>"
    return html_page(page.encode(), "x.html", None).text


@pytest.mark.parametrize(
    ("inside", "there", "gone"),
    [
        ("<p>It is <del>not </del><ins>now </ins>certain.</p>", "It is now certain.", "not certain"),
        (
            "<p>He said: <q>We will sign.</q> And left.</p>",
            "He said: \u201cWe will sign.\u201d And left.",
            "<q>",
        ),
        ("<p>He said: <q>We <b>will</b> sign</q>.</p>", "\u201cWe will sign\u201d.", "<q>"),
        (
            "<figure><img alt='x'><figcaption>The caption names her.</figcaption></figure>",
            "The caption names her.",
            "<",
        ),
        ("<p>Lorem &amp; caf&eacute; \u2013 x</p>", "Lorem & caf\u00e9 \u2013 x", "&amp;"),
        ("<p>Line one<br>line two</p>", "Line one\nline two", "<br"),
    ],
)
def test_what_a_page_says_is_read_as_it_stands(inside, there, gone):
    found = text(inside)
    assert there in found
    assert gone not in found


@pytest.mark.parametrize(
    "inside",
    [
        "<p>One more.<br>" * 900,
        "<ul>" + "<li>Point" * 900 + "</ul>",
        "<table>" + "<tr><td>a<td>b" * 900 + "</table>",
        "<dl>" + "<dt>a<dd>b" * 900 + "</dl>",
        "<script>" + "'<div>'" * 900 + "</script>",
        "<!--" + "<div>" * 900 + "-->",
        "<img src=x><hr><input>" * 900,
        "<div></div>" * 900,
    ],
)
def test_a_flat_page_is_not_deep(inside):
    assert "lake" in text(inside)


@pytest.mark.parametrize("tag", ["div", "b", "span", "blockquote"])
def test_a_deep_page_is_refused(tag):
    with pytest.raises(Refused, match="over 500 deep"):
        text(f"<{tag}>" * 600)


def test_many_tags_are_refused_quickly():
    with pytest.raises(Refused, match="tags"):
        text("<br>" * 300_000)


@pytest.mark.parametrize("sign", ["\x06", "\x1f", "&#6;", "&#0000000006zz", "&#0;", "\ufffe", "&#xD800;"])
def test_a_page_with_control_characters_is_read(sign):
    found = text(f"<p>The talks{sign} went on <q>late</q>.</p>")
    assert "went on \u201clate\u201d" in found
    assert not any(mark in found for mark in "\x06\x1f\x00\ufffe")
