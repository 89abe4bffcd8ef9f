"""What a fault in the YAML itself means, said for people who do not know YAML."""

from __future__ import annotations

import re

_QUOTE = 'put the whole text in quotes, as in "..."'

# Of the parser's own words: a pattern, what it means, and what to do.
_MEANINGS: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed here",
        "a colon stands where no `key: value` can stand: either the text holds a colon followed by a space, or "
        "this line is indented differently from its neighbours",
        f"for text with a colon, {_QUOTE}; otherwise give the line the indentation of its neighbours",
    ),
    (
        "sequence entries are not allowed here",
        "a list cannot start on the line of its key",
        "put each `- item` on a line of its own below the key, or write [one, two]",
    ),
    (
        "found unexpected end of stream",
        "the text that starts here with a quotation mark is never closed",
        "add the closing quotation mark",
    ),
    (
        "found unexpected document separator",
        "a line `---` or `...` stands inside quoted text",
        "close the quotation mark before it",
    ),
    (
        "found unknown escape character",
        "in double quotes a backslash starts an escape, and this one does not exist",
        "write \\\\ for a backslash, or use single quotes",
    ),
    (
        "expected escape sequence of",
        "in double quotes a backslash starts an escape, and this one is not complete",
        "write \\\\ for a backslash, or use single quotes",
    ),
    (
        "could not find expected ':'",
        "this line is neither a `key: value` nor the continuation of the text before it",
        "put a colon and a space after the key, or indent the line further where it continues a text",
    ),
    (
        r"expected ',' or '\]'",
        "the list that starts here with [ is not closed, or a comma is missing in it",
        "add ] or the comma",
    ),
    (
        r"expected ',' or '\}'",
        "the mapping that starts here with { is not closed, or a comma is missing in it",
        "add } or the comma",
    ),
    (
        r"expected the node content, but found '[\]}]'",
        "a closing bracket stands here without its opening one",
        "remove it, or add the opening one",
    ),
    (
        "expected the node content, but found '<stream end>'",
        "the file ends in the middle of a mapping or list",
        "close its bracket",
    ),
    (
        "expected the node content, but found ','",
        "a comma stands here with nothing before it",
        "remove it, or write what is missing",
    ),
    (
        "expected <block end>, but found '-'",
        "a list item stands here where a `key: value` is expected",
        "indent it below the key it belongs to",
    ),
    (
        "expected <block end>",
        "the indentation of this line fits none of the lines above",
        "give it the indentation of the lines it belongs with (spaces, not tabs)",
    ),
    (
        "expected chomping or indentation indicators|indentation indicator",
        "after | or > the text must start on the next line",
        f"move the text to the next line and indent it; for an expression that starts with >, {_QUOTE}",
    ),
    (
        "expected a comment or a line break",
        "after | or > the text must start on the next line",
        "move the text to the next line and indent it",
    ),
    (
        "expected alphabetic or numeric character",
        "a text cannot start with & or * here",
        _QUOTE,
    ),
    ("undefined tag handle|tag|expected URI|expected '!'", "a text cannot start with ! here", _QUOTE),
    (
        "document start|directive|incompatible YAML|digit|document end",
        "this is not part of a single plain YAML document",
        "remove lines that start with %, and everything after `...`",
    ),
    ("unexpected ':'", "a colon stands here in the middle of a text", _QUOTE),
)


def explain(problem: str, line: str, column: int) -> tuple[str, str]:
    """What is wrong and what to do, for the parser's `problem` at `column` (from 0) of the text `line`."""
    if "\t" in line[: len(line) - len(line.lstrip())] or line[column : column + 1] == "\t":
        return "a tab stands here, and YAML indents with spaces only", "replace the tab by spaces"
    start = re.search(r"found character '(.+?)' that cannot start any token", problem)
    if start:
        return f"a text cannot start with {start[1]}", _QUOTE
    for pattern, what, hint in _MEANINGS:
        if re.search(pattern, problem):
            return what, hint
    return f"this is not valid YAML ({problem})", "compare the line with a template: backstop new --list"
