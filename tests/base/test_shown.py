from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.base.shown import LINES, WIDTH, Sketch, sketch_html, sketch_text
from backstop.base.table import Table
from backstop.base.words import terminal_width

HOSTILE = "</td><script>alert(1)</script>\x1b[2J\u202e\n\n\"'&"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]


def sketch(rows: int, columns: int, lines: int, text: str = "words") -> Sketch:
    heads = tuple(f"{text} {i}" for i in range(columns))
    table = Table(
        text, heads, tuple(tuple(f"{text} {r} {c}" for c in range(columns)) for r in range(rows)), text
    )
    return Sketch(text, tuple(text for _ in range(lines)), (table, table))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 50), st.integers(1, 12), st.integers(0, 15), st.text(min_size=1, max_size=60))
def test_ten_lines_of_a_hundred_characters_at_most(rows: int, columns: int, lines: int, text: str) -> None:
    shown = sketch_text(sketch(rows, columns, lines, text)).splitlines()
    assert 1 <= len(shown) <= LINES
    assert max(map(terminal_width, shown)) <= WIDTH


def test_what_is_left_out_is_counted() -> None:
    assert sketch_text(sketch(30, 2, 0)).splitlines()[-1] == "  ... 23 more rows and 1 more table"
    assert sketch_text(sketch(7, 2, 0)).splitlines()[-1] == "  ... 1 more table"
    assert len(sketch_text(sketch(7, 2, 0)).splitlines()) == LINES


@pytest.mark.parametrize("rows", [1, 60])
def test_html_holds_no_more_than_its_own_tags(rows: int) -> None:
    tags = Tags()
    page = sketch_html(sketch(rows, 2, 1, HOSTILE))
    tags.feed(page)
    known = "div p strong table caption thead tbody tr th td details summary small"
    assert set(tags.seen) <= set(known.split())
    assert tags.seen.count("td") == 2 * 2 * rows
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "\x1b" not in sketch_text(sketch(rows, 2, 1, HOSTILE))


def test_wide_signs_keep_columns_apart_and_lines_short() -> None:
    title = "以歐洲部隊為前沿並由後方保障支撐的持久和平安排方案" * 8
    table = Table("Chances", ("", title, "peace"), ((title, "0.4", "0.5"), ("bare", "0.12", "0.7")))
    lines = sketch_text(Sketch(title, (title,), (table,))).splitlines()
    assert len(lines) == 5
    assert max(map(terminal_width, lines)) <= WIDTH
    assert len({terminal_width(line) for line in lines[2:]}) == 1


def test_words_stand_to_the_left_and_figures_to_the_right_and_wide_tables_scroll() -> None:
    rows = (("bare", "Nothing at all is promised", "0.4", "-"), ("both", "Both", "<0.01", "+2 (1 to 3)"))
    html = sketch_html(Sketch("Chances", (), (Table("Chances", ("", "title", "peace", "moved"), rows),)))
    cells_of = re.findall(r'<td style="[^"]*text-align:(\w+);min-width:(\w+);', html)
    assert cells_of == [("left", "0"), ("left", "12em"), ("right", "0"), ("right", "0")] * 2
    assert '<div style="overflow-x:auto"><table' in html
