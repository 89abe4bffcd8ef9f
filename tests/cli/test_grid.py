"""Text and tables in the columns of a terminal."""

from __future__ import annotations

import re

import pytest

from backstop.base.table import Table
from backstop.base.words import cut, terminal_width
from backstop.cli.grid import held, laid_out, left_to_right, let_go, wrapped

CHINESE = "持久和平，協議在十年後仍未被打破而且沒有新的戰爭爆發"
ARABIC = "سلام دائم واتفاق لا ينكسر بعد عشر سنوات من التوقيع عليه"
LONG = "A guarantee with a force in front and a backstop in the rear"
FIGURE = "0.715 (0.01 to 1.00)"


def wide(figure: str = FIGURE) -> Table:
    names = (CHINESE, ARABIC, "short", "x" * 70, LONG)
    heads = [f"{title} {at}" for at, title in enumerate([LONG, CHINESE, ARABIC] * 4)]
    return Table("Wide", ("", *heads), tuple((name, *[figure] * 12) for name in names))


@pytest.mark.parametrize("width", [60, 80, 120, 300])
def test_no_line_is_wider_than_there_is_room(width: int) -> None:
    lines = [line for block in laid_out(wide(), width) for line in block]
    assert len(lines) > 12
    assert max(map(terminal_width, lines)) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_every_cell_is_there_and_whole(width: int) -> None:
    text = "\n".join(line for block in laid_out(wide(), width) for line in block)
    assert text.count(FIGURE) == 5 * 12
    heads = "".join(text.split())
    for at in range(12):
        assert str(at) in heads


def test_each_block_names_its_rows() -> None:
    blocks = laid_out(wide(), 80)
    assert len(blocks) == 6
    for block in blocks:
        assert sum(line.startswith("short") for line in block) == 1


def test_a_table_that_fits_stands_in_one_block() -> None:
    (block,) = laid_out(Table("", ("", "peace"), (("bare", "0.4"), ("guarded", "-"))), 60)
    assert block == ["         peace", "--------------", "bare       0.4", "guarded      -"]


def test_words_stand_to_the_left_and_figures_to_the_right() -> None:
    (block,) = laid_out(Table("", ("", "said", "n"), (("a", "no", "1"), ("b", "leans true", "12"))), 60)
    assert block[2:] == ["a  no           1", "b  leans true  12"]


@pytest.mark.parametrize("width", [1, 2, 7])
def test_the_narrowest_terminal_loses_nothing(width: int) -> None:
    (block, *_) = laid_out(Table("", ("", "word"), (("name", "value"),)), width)
    assert "".join(re.sub("[- ]", "", line) for line in block)


def test_texts_break_between_words_and_keep_their_characters() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("note: one two three", 11, indent=2) == ["note: one", "  two three"]
    assert wrapped("", 7) == [""]
    for text in (CHINESE, ARABIC, LONG, "y" * 200):
        lines = wrapped(text, 20)
        assert max(map(terminal_width, lines)) <= 20
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_figures_stay_where_they_are_beside_what_runs_from_right_to_left() -> None:
    (block,) = laid_out(Table("", ("", "peace"), ((ARABIC, FIGURE),)), 120)
    marked = left_to_right(block[-1])
    assert marked.replace("\u200e", "") == block[-1]
    assert marked.startswith(f"\u200e{ARABIC}\u200e ")
    assert terminal_width(marked) == terminal_width(block[-1])
    assert left_to_right(f"{CHINESE} {LONG}") == f"{CHINESE} {LONG}"


def test_a_figure_and_its_sign_stay_on_one_line() -> None:
    text = "A plausible range holds nine worlds in ten, from 5 to 95 %."
    broken = [let_go(line) for line in wrapped(held(text), len(text) - 2)]
    assert broken == ["A plausible range holds nine worlds in ten, from", "5 to 95 %."]


def test_a_long_name_is_broken_where_its_words_meet() -> None:
    assert wrapped("m01_us_guarantee_is_necessary", 25) == ["m01_us_guarantee_is_", "necessary"]
    assert wrapped("x" * 12, 5) == ["xxxxx", "xxxxx", "xx"]


@pytest.mark.parametrize("text", [CHINESE, ARABIC, LONG, "e\u0301" * 70])
@pytest.mark.parametrize("most", [1, 2, 9, 24])
def test_what_is_cut_has_its_columns_and_its_beginning(text: str, most: int) -> None:
    short = cut(text, most)
    assert terminal_width(short) <= most and short.endswith("\u2026")
    assert text.startswith(short[:-1])
    assert cut(text, 200) == text
