"""A workbook and back: what a colleague changes arrives, all else stays, and every bad cell is named."""

from __future__ import annotations

import datetime
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest
from openpyxl.comments import Comment

from backstop.base.document import read_document
from backstop.base.faults import InvalidInput, Refused
from backstop.base.files import sha256
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.template import template, templates
from backstop.scenario.workbook.entries import TEXTS, Key, Value, entries, said, same
from backstop.scenario.workbook.merging import Merged, Side, merged
from backstop.scenario.workbook.reading import read_workbook
from backstop.scenario.workbook.writing import written_workbook

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
STUDIES = {
    name: (EXAMPLES / name / "scenario.yaml").read_text() for name in ("ukraine-2025", "korea-1953", "ladder")
}
STUDIES |= {name: template(name) for name in templates()}

SMALL = """\
# A small study, with every kind of distribution.
format: backstop/1
title: "=HYPERLINK(1)"
horizon: {years: 2}
actors: {red: {discount: 0.9, noise: 0.5}}
measures:
  wall: {by: red, range: [0, 10], unit: metres, cost: 2 * wall, note: "- tall"}   # the only one
  note: {by: red, range: [0, 1]}
arrangements:
  bare: {measures: {}}
  walled:
    measures: {wall: 5}   # half
parameters:
  fixed: {value: 3, basis: judgement}      # known
  even: {uniform: [0.1, 0.4], basis: [judgement], note: "+1"}
  bell: {normal: [0, 1], bounds: [-2, 2], basis: judgement}
  open_bell: {normal: [0, 1], basis: judgement}
  odds: {beta: [2, 3], basis: judgement}
  long: {lognormal: [0, 0.5], basis: judgement}
  wide: {loguniform: [0.01, 10], basis: judgement}
  peak: {pert: [0, 1, 2], basis: judgement}
  tent: {triangular: [0, 1, 2], basis: judgement}
  dice:
    discrete: {1: 0.5, 2: 0.25, 6: 0.25}   # loaded
    basis: judgement
  split:
    experts:
      hawks: {uniform: [0, 1], weight: 2}
      doves: {pert: [1, 2, 3]}
    basis: judgement
start: calm
phases: {calm: {play: {actor: red, moves: {wait: quiet}}}}
outcomes: {quiet: {next: calm, payoffs: {red: even * fixed - wall * 0.1 + note + dice + split}}}
metrics: {calm_years: {duration: [calm]}}
"""


def exported(text: str) -> Any:
    data = text.encode()
    read_scenario(data, "s.yaml")
    book = written_workbook(read_document(data, "s.yaml"), sha256(data))
    return openpyxl.load_workbook(io.BytesIO(book))


def imported(book: Any, text: str, side: Side = "") -> Merged:
    out = io.BytesIO()
    book.save(out)
    return merged(text.encode(), "s.yaml", read_workbook(out.getvalue(), "b.xlsx"), side)


def cell(book: Any, sheet: str, row: str, column: str, camp: str = "") -> Any:
    table = book[sheet]
    heads = {head.value: head.column for head in table[1]}
    for number in range(2, table.max_row + 1):
        names = (
            table.cell(number, 1).value,
            table.cell(number, heads["camp"]).value if "camp" in heads else None,
        )
        if names == (row, camp or None):
            return table.cell(number, heads[column])
    raise AssertionError(f"no row {row}")


def faults(book: Any, text: str = SMALL) -> list[str]:
    with pytest.raises(InvalidInput) as found:
        imported(book, text)
    return [str(fault) for fault in found.value.faults]


@pytest.mark.parametrize("study", STUDIES)
def test_a_workbook_that_nobody_touched_changes_nothing(study: str) -> None:
    found = imported(exported(STUDIES[study]), STUDIES[study])
    assert (found.taken, found.conflicts, found.notes) == ([], [], [])
    assert found.text == STUDIES[study]


def other(value: Value) -> Value:
    """A value near the given one that is as sound."""
    if isinstance(value, str):
        return f'{value}: "said" otherwise'
    if value is None:
        return 0.0
    if isinstance(value, float):
        return value * 0.75 if value else 0.5
    if isinstance(value[0], float):
        return [value[0], value[1] * 1.5]
    kind, numbers, *cut = value
    if kind == "discrete":
        return [kind, [[v, w * 1.5] for v, w in numbers]]
    return [kind, [*numbers[:-1], numbers[-1] * 1.015625 + 0.0078125], *cut]


def put(book: Any, key: Key, new: Value) -> None:
    """Fill in a new value as a colleague would."""
    if key.part == "distribution":
        kind, numbers, *_ = new
        if kind == "discrete":
            rows = [row for row in book["discrete"].iter_rows(min_row=2) if row[0].value == key.row]
            for row, pair in zip(rows, numbers, strict=True):
                row[2].value, row[3].value = pair
            return
        columns = {"value": ["value"], "uniform": ["lowest", "highest"], "loguniform": ["lowest", "highest"]}
        columns["pert"] = columns["triangular"] = ["lowest", "most likely", "highest"]
        columns |= {
            "normal": ["mean", "standard deviation"],
            "lognormal": ["mu", "sigma"],
            "beta": ["a", "b"],
        }
        for column, number in zip(columns[kind], numbers, strict=True):
            cell(book, key.sheet, key.row, column, key.camp).value = number
    elif key.part == "range":
        for column, number in zip(("lowest", "highest"), new, strict=True):
            cell(book, key.sheet, key.row, column).value = number
    elif key.part.startswith("level of "):
        measure = key.part.removeprefix("level of ")
        column = "measure note" if measure == "note" else measure
        cell(book, key.sheet, key.row, column).value = new
    else:
        cell(book, key.sheet, key.row, key.part, key.camp).value = new


@pytest.mark.parametrize(("study", "step"), [("small", 3), ("observers", 10)])
def test_an_entry_changes_alone_and_all_else_stays_byte_for_byte(study: str, step: int) -> None:
    text = SMALL if study == "small" else STUDIES[study]
    before = entries(read_document(text.encode(), "s").data)
    chosen = [key for i, key in enumerate(before) if i % step == 0 or key.part not in TEXTS.values()]
    assert len(chosen) > 20
    for key in chosen:
        old = before[key]
        book, new = exported(text), other(old)
        if key.part in ("basis", "evidence"):
            new = "judgement; 000-01"
        if key.part == "short label":
            new = "short: yes"
        put(book, key, new)
        found = imported(book, text)
        assert [(each.key, each.old) for each in found.taken] == [(key, old)], key
        assert not found.conflicts
        after = entries(read_document(found.text.encode(), "s").data)
        assert same(after[key], new)
        assert all(same(after[each], before[each]) for each in before if each != key)
        assert_only_a_piece_differs(text, found.text)


def assert_only_a_piece_differs(one: str, other: str) -> None:
    """The lines in front of the change and behind it are the same, and no comment is lost."""
    lines, found = one.splitlines(), other.splitlines()
    ahead = next((i for i, (a, b) in enumerate(zip(lines, found, strict=False)) if a != b), len(lines))
    behind = next(
        (i for i, (a, b) in enumerate(zip(lines[::-1], found[::-1], strict=False)) if a != b), len(lines)
    )
    assert len(lines) - ahead - behind <= 4
    assert re.findall(r" #.*|^#.*", one) == re.findall(r" #.*|^#.*", other)


def test_another_distribution_takes_the_place_of_one() -> None:
    book = exported(SMALL)
    cell(book, "parameters", "even", "distribution").value = "Pert"
    cell(book, "parameters", "even", "most likely").value = 0.2
    cell(book, "parameters", "fixed", "distribution").value = "uniform"
    cell(book, "parameters", "fixed", "value").value = None
    cell(book, "parameters", "fixed", "lowest").value = 2
    cell(book, "parameters", "fixed", "highest").value = 4
    found = imported(book, SMALL)
    assert [str(each) for each in found.taken] == [
        "fixed: 3 -> uniform [2, 4], from parameters!F2",
        "even: uniform [0.1, 0.4] -> pert [0.1, 0.2, 0.4], from parameters!G3",
    ]
    assert found.text == SMALL.replace("{value: 3,", "{uniform: [2, 4],").replace(
        "uniform: [0.1, 0.4]", "pert: [0.1, 0.2, 0.4]"
    )


def test_text_that_begins_like_a_formula_is_defused_and_comes_back() -> None:
    book = exported(SMALL)
    shown = [c for sheet in book for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
    assert len(shown) > 200
    assert not [c.coordinate for c in shown if c.data_type != "s" or c.value[0] in "=+-@"]
    assert cell(book, "measures", "wall", "note").value == "'- tall"
    assert cell(book, "parameters", "even", "note").value == "'+1"


BAD: dict[str, tuple[Callable[[Any], None], str]] = {}


def bad(where: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    def keep(change: Callable[[Any], None]) -> Callable[[Any], None]:
        BAD[change.__name__] = change, where
        return change

    return keep


@bad("b.xlsx parameters!F3: a formula stands here (=H3/2)")
def a_formula(book: Any) -> None:
    cell(book, "parameters", "even", "lowest").value = "=H3/2"


@bad("b.xlsx parameters!H3: this is the text '0,35', not a number; is 0.35 meant?")
def a_decimal_comma(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "0,35"


@bad("b.xlsx parameters!H3: this is the text '35 %', not a number; is 0.35 meant?")
def a_share_with_its_sign(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "35 %"


@bad("b.xlsx parameters!H3: this is the text '1,250', not a number; is 1.250 meant, or 1250?")
def a_comma_of_either_kind(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "1,250"


@bad("write the number without signs between its thousands")
def a_number_in_groups(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "1.250,5"


@bad(
    "b.xlsx parameters!H3: this is the text '0.2 - 0.3', not a number; write one number here: each end of a range"
)
def a_range_in_one_cell(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "0.2 - 0.3"


@bad("without words or units: 0.3")
def a_number_with_its_unit(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "0,3 per year"


@bad("b.xlsx parameters!H3: this is the text '\u22120.3', not a number; is -0.3 meant?")
def a_long_minus(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "\u22120.3"


@bad("b.xlsx parameters!F1: the sheet parameters has no column lowest; here stands 'min'")
def a_renamed_heading(book: Any) -> None:
    assert book["parameters"]["F1"].value == "lowest"
    book["parameters"]["F1"].value = "min"


@bad("b.xlsx parameters!A1: the sheet parameters has no column lowest; put the heading lowest back")
def a_column_of_numbers_deleted(book: Any) -> None:
    book["parameters"].delete_cols(6)


@bad("b.xlsx parameters!H3: this is the text 'about 0.3', not a number; write a number")
def words_for_a_number(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "about 0.3"


@bad("b.xlsx parameters!H3: this is the text '0.35', not a number; set the format")
def a_number_as_text(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = "0.35"
    cell(book, "parameters", "even", "highest").data_type = "s"


@bad("b.xlsx parameters!H3: a date or time stands here (03 May 2026)")
def a_date(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = datetime.date(2026, 5, 3)


@bad("b.xlsx parameters!H3: a date or time stands here")
def a_time(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = datetime.time(3, 5)


@bad("b.xlsx parameters!H3: TRUE stands here")
def a_truth_value(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = True


@bad("b.xlsx parameters!H3: an error stands here (#DIV/0!)")
def an_error(book: Any) -> None:
    at = cell(book, "parameters", "even", "highest")
    at.value, at.data_type = "#DIV/0!", "e"


@bad("b.xlsx parameters!H3: the cell is empty, and uniform needs a number for highest")
def an_empty_cell(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = None


@bad("b.xlsx parameters!G3: uniform has no most likely")
def a_number_of_another_kind(book: Any) -> None:
    cell(book, "parameters", "even", "most likely").value = 0.2


@bad("b.xlsx parameters!D3: 'unifrom' is no distribution; did you mean uniform?")
def a_misspelt_kind(book: Any) -> None:
    cell(book, "parameters", "even", "distribution").value = "unifrom"


@bad("b.xlsx parameters!H3: ")
def a_range_the_wrong_way_round(book: Any) -> None:
    cell(book, "parameters", "even", "highest").value = 0.05


@bad("b.xlsx arrangements!C3: level 50 of wall is outside its range [0, 10]")
def a_level_out_of_range(book: Any) -> None:
    cell(book, "arrangements", "walled", "wall").value = 50


@bad("b.xlsx arrangements!C3: the level of wall was taken out; write the level; 0 where it is not promised")
def a_level_taken_out(book: Any) -> None:
    cell(book, "arrangements", "walled", "wall").value = None


@bad("b.xlsx parameters!A20: there is no parameter evne; did you mean even?")
def an_added_row(book: Any) -> None:
    book["parameters"]["A20"].value = "evne"


@bad("b.xlsx parameters!A20: this row names no parameter")
def a_row_without_a_name(book: Any) -> None:
    book["parameters"]["F20"].value = 1


@bad("b.xlsx parameters!A20: even has a second row")
def a_row_twice(book: Any) -> None:
    for column in range(1, 22):
        book["parameters"].cell(20, column).value = book["parameters"].cell(3, column).value


@bad("the sheet arrangements has a column 'wal', and there is no such measure; did you mean wall?")
def an_added_column(book: Any) -> None:
    book["arrangements"].cell(1, 9).value = "wal"


@bad("b.xlsx parameters!F3: the cells F3:F4 are merged")
def merged_cells(book: Any) -> None:
    book["parameters"].merge_cells("F3:F4")


@bad("both look like the sheet parameters; name the one that is meant parameters")
def two_sheets_like_one(book: Any) -> None:
    book.copy_worksheet(book["parameters"]).title = "mine"
    book["parameters"].title = "yours"


@bad("b.xlsx parameters!C13: split has no camp 'hawk'; did you mean hawks?")
def an_unknown_camp(book: Any) -> None:
    cell(book, "parameters", "split", "camp", "hawks").value = "hawk"


@bad("b.xlsx discrete!C2: the distribution of dice is not discrete")
def loose_discrete_values(book: Any) -> None:
    cell(book, "parameters", "dice", "distribution").value = "value"
    cell(book, "parameters", "dice", "value").value = 1


@bad("b.xlsx discrete!C3: dice has the value 1 twice")
def a_discrete_value_twice(book: Any) -> None:
    book["discrete"]["C3"].value = 1


@bad("b.xlsx parameters!D4: the bounds of bell were taken out")
def bounds_taken_out(book: Any) -> None:
    cell(book, "parameters", "bell", "lowest").value = None
    cell(book, "parameters", "bell", "highest").value = None


@bad("b.xlsx parameters!U13: a camp has no note of its own")
def a_note_in_the_row_of_a_camp(book: Any) -> None:
    cell(book, "parameters", "split", "note", "hawks").value = "lost?"


@bad("b.xlsx parameters!A1: a second column")
def a_heading_twice(book: Any) -> None:
    book["parameters"]["A1"].value = "camp"


@pytest.mark.parametrize("case", BAD)
def test_a_bad_cell_is_named_and_nothing_is_taken(case: str) -> None:
    change, said_so = BAD[case]
    book = exported(SMALL)
    cell(book, "parameters", "odds", "a").value = 4
    change(book)
    found = faults(book)
    if case == "a_heading_twice":
        assert any("a second column camp" in each for each in found)
    elif case == "an_unknown_camp":
        assert any("split has no camp 'hawk'; did you mean hawks?" in each for each in found)
    else:
        assert any(said_so in each for each in found), found


def test_all_bad_cells_are_named_at_once() -> None:
    book = exported(SMALL)
    for name in ("a_formula", "a_level_out_of_range", "an_added_row"):
        BAD[name][0](book)
    cell(book, "parameters", "odds", "a").value = "two"
    found = faults(book)
    assert len(found) == 3  # the level is judged only once all cells can be read
    BAD["a_level_out_of_range"][0](book := exported(SMALL))
    cell(book, "parameters", "peak", "most likely").value = 7
    assert sorted(each.split(":")[0] for each in faults(book)) == [
        "b.xlsx arrangements!C3",
        "b.xlsx parameters!G9",
    ]


# ---------------------------------------------------------------- both sides


THEIRS_HERE = SMALL.replace("[0.1, 0.4]", "[0.1, 0.5]").replace("beta: [2, 3]", "beta: [2, 4]")


def both(side: Side = "", keep: bool = True) -> Merged:
    """A workbook of SMALL with three changes, into a study in which two numbers were changed meanwhile."""
    book = exported(SMALL)
    cell(book, "parameters", "even", "lowest").value = 0.2
    cell(book, "parameters", "peak", "highest").value = 3
    if not keep:
        del book["exported"]
    return imported(book, THEIRS_HERE, side)


def test_what_both_changed_is_listed_and_left() -> None:
    found = both()
    assert [str(each.key) for each in found.taken] == ["peak"]
    assert [str(each) for each in found.conflicts] == [
        "b.xlsx parameters!F3: even: both changed it since it was exported as uniform [0.1, 0.4]; here uniform "
        "[0.1, 0.5], in the workbook uniform [0.2, 0.4]; it stays as it is here; --theirs takes that of the workbook, "
        "--ours keeps this"
    ]
    assert found.notes == ["1 entry changed here since the export, and stays so"]
    assert found.text == THEIRS_HERE.replace("pert: [0, 1, 2]", "pert: [0, 1, 3]")


def test_a_side_can_be_chosen() -> None:
    assert both("theirs").text == THEIRS_HERE.replace("pert: [0, 1, 2]", "pert: [0, 1, 3]").replace(
        "[0.1, 0.5]", "[0.2, 0.4]"
    ).replace("beta: [2, 4]", "beta: [2, 4]")
    ours = both("ours")
    assert not ours.conflicts
    assert ours.text == THEIRS_HERE.replace("pert: [0, 1, 2]", "pert: [0, 1, 3]")
    assert "even: uniform [0.1, 0.5] stays; parameters!F3 says uniform [0.2, 0.4]" in ours.notes


def test_without_what_was_exported_every_difference_is_a_conflict() -> None:
    found = both(keep=False)
    assert not found.taken
    assert len(found.conflicts) == 3
    assert all("does not say what was exported" in str(each) for each in found.conflicts)


def test_without_it_a_study_that_did_not_change_takes_all() -> None:
    book = exported(SMALL)
    cell(book, "parameters", "peak", "highest").value = 3
    del book["exported"]
    assert [str(each.key) for each in imported(book, SMALL).taken] == ["peak"]


def test_both_made_the_same_change() -> None:
    book = exported(SMALL)
    cell(book, "parameters", "even", "highest").value = 0.5
    found = imported(book, THEIRS_HERE)
    assert not found.taken
    assert not found.conflicts


def test_a_parameter_added_or_taken_out_since_is_told() -> None:
    more = SMALL.replace("  fixed: {value: 3", "  newer: {value: 1}\n  fixed: {value: 3")
    found = imported(exported(SMALL), more)
    assert not found.taken
    assert found.notes == ["parameters: no row for newer, which stay as they are"]
    assert any("there is no parameter newer" in each for each in faults(exported(more)))


# ---------------------------------------------------------------- shapes that a workbook can take


def test_a_renamed_sheet_is_known_by_its_headings() -> None:
    book = exported(SMALL)
    book["parameters"].title, book["arrangements"].title = "Annahmen", "Pakete"
    cell(book, "Annahmen", "even", "highest").value = 0.6
    found = imported(book, SMALL)
    assert [each.where for each in found.taken] == ["Annahmen!H3"]
    assert "the sheet 'Annahmen' is read as parameters, by its headings" in found.notes


def test_deleted_rows_columns_and_sheets_leave_their_parts_as_they_are() -> None:
    book = exported(SMALL)
    book["parameters"].delete_rows(3)
    book["parameters"].delete_cols(21)
    del book["measures"]
    found = imported(book, SMALL)
    assert found.text == SMALL
    assert not found.taken
    assert found.notes == [
        "there is no sheet measures: what it would hold stays as it is",
        "parameters: no row for even, which stay as they are",
        "parameters: 1 column not there (note), so that part stays as it is",
    ]


def test_sorted_rows_moved_columns_and_rows_above_are_no_matter() -> None:
    book = exported(SMALL)
    table = book["parameters"]
    rows = [[c.value for c in row] for row in table.iter_rows()]
    for number, row in enumerate([rows[0], *rows[:0:-1]], 1):
        for column, value in enumerate([*row[1:], row[0]], 1):
            table.cell(number, column).value = value
    table.insert_rows(1, 2)
    assert not imported(book, SMALL).taken
    assert imported(book, SMALL).text == SMALL


def test_changes_where_nobody_sees_them_are_marked() -> None:
    for hide in ("sheet", "row", "column"):
        book = exported(SMALL)
        at = cell(book, "parameters", "even", "highest")
        at.value = 0.6
        if hide == "sheet":
            book["parameters"].sheet_state = "hidden"
        elif hide == "row":
            book["parameters"].row_dimensions[at.row].hidden = True
        else:
            book["parameters"].column_dimensions[at.column_letter].hidden = True
        assert str(imported(book, SMALL).taken[0]).endswith("from parameters!H3 (where it is hidden)"), hide


def test_what_is_not_read_is_told() -> None:
    book = exported(SMALL)
    book.create_sheet("scratch")["A1"].value = "=1+1"
    hidden = book.create_sheet("deep")
    hidden["A1"].value, hidden.sheet_state = 1, "veryHidden"
    book["parameters"]["AA3"].value = "who says so?"
    found = imported(book, SMALL)
    assert found.text == SMALL
    assert found.notes == [
        "1 cell outside the columns of 'parameters' were not read, first parameters!AA3",
        "the sheet 'scratch' is not of a study and was not read",
        "the hidden sheet 'deep' is not of a study and was not read",
    ]


def test_what_is_for_reading_alone_is_not_taken_in_silence() -> None:
    book = exported(SMALL)
    cell(book, "measures", "wall", "cost a year").value = "3 * wall"
    cell(book, "measures", "wall", "highest").value = 20
    found = imported(book, SMALL)
    assert [str(each.key) for each in found.taken] == ["wall, range"]
    assert [str(each).split(";")[0] for each in found.conflicts] == [
        "b.xlsx measures!K2: cost a year of wall was changed, and is for reading alone"
    ]


def test_fifteen_digits_are_no_change() -> None:
    text = SMALL.replace("[0.1, 0.4]", "[0.1, 0.4123456789012347]")
    book = exported(text)
    cell(book, "parameters", "even", "highest").value = 0.412345678901235
    assert not imported(book, text).taken


def test_a_far_cell_costs_nothing() -> None:
    book = exported(SMALL)
    book["parameters"]["XFD1048576"].value = "far"
    assert imported(book, SMALL).text == SMALL


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(600), "of the old kind (.xls), or one with a password"),
        (b"parameter,lowest\n", "no sound zip archive"),
        (b"", "no sound zip archive"),
    ],
)
def test_what_is_no_workbook_is_said(data: bytes, words: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(words)):
        read_workbook(data, "b.xlsx")


def test_a_workbook_of_something_else_is_said() -> None:
    book = openpyxl.Workbook()
    book.active["A1"].value = "Budget"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(InvalidInput, match="no sheet of a study"):
        read_workbook(out.getvalue(), "b.xlsx")


def test_without_the_library_one_message_says_what_to_install() -> None:
    document = read_document(SMALL.encode(), "s")
    with (
        mock.patch.dict(sys.modules, {"openpyxl": None}),
        pytest.raises(Refused, match=r"needs the library openpyxl; pip install 'backstop\[dossier\]'"),
    ):
        written_workbook(document, "")


def test_a_text_too_long_for_a_cell_is_refused() -> None:
    text = SMALL.replace('"- tall"', '"' + "tall " * 7000 + '"')
    with pytest.raises(Refused, match="too long for a cell"):
        exported(text)


def test_values_in_words() -> None:
    values = [None, "", "x", 2.5, [0.0, 1.0], ["value", [3.0]], ["normal", [0.0, 1.0], [-1.0, 1.0]]]
    assert [said(value) for value in values] == [
        *("not named", "nothing", '"x"', "2.5", "[0, 1]", "3", "normal [0, 1] within -1 to 1")
    ]


def test_a_missing_column_of_numbers_is_one_message() -> None:
    book = exported(SMALL)
    book["parameters"].delete_cols(6)
    assert len(faults(book)) == 1


def test_headings_and_names_are_taken_in_any_case() -> None:
    book = exported(SMALL)
    for column in range(1, 22):
        head = book["parameters"].cell(1, column)
        head.value = f" {head.value.capitalize()} "
    book["parameters"]["H3"].value, book["parameters"]["A3"].value = 0.6, "Even"
    found = imported(book, SMALL)
    assert [each.where for each in found.taken] == ["parameters!H3"]
    assert not found.notes


def test_a_title_above_the_headings_is_told_and_hides_nothing() -> None:
    book = exported(SMALL)
    book["parameters"].insert_rows(1, 2)
    book["parameters"]["A1"].value = "Filled in by a colleague"
    book["parameters"]["H5"].value = 0.6
    found = imported(book, SMALL)
    assert [each.where for each in found.taken] == ["parameters!H5"]
    assert found.notes == ["1 cell above the headings of 'parameters' not read, first parameters!A1"]


def test_a_column_of_their_own_and_a_copy_of_a_sheet_are_told() -> None:
    book = exported(SMALL)
    book["parameters"].insert_cols(3)
    book["parameters"]["C1"].value, book["parameters"]["C3"].value = "my view", 0.4
    book.copy_worksheet(book["parameters"])
    found = imported(book, SMALL)
    assert not found.taken
    assert found.notes == [
        "the sheet 'parameters Copy' is like parameters, of which there is another, and was not read",
        "parameters: the column 'my view' is not of a study and was not read (1 cell, first parameters!C3)",
    ]


def test_comments_of_people_are_told_and_those_of_the_export_are_not() -> None:
    book = exported(SMALL)
    assert not imported(book, SMALL).notes
    cell(book, "parameters", "even", "lowest").comment = Comment("should be 0.3", "Anna")
    (note,) = imported(book, SMALL).notes
    assert note.startswith("1 comment on cells of 'parameters' for you to read")
    assert note.endswith("first parameters!F3: 'should be 0.3'")


def test_a_date_kept_as_a_number_is_asked_about() -> None:
    book = exported(SMALL)
    cell(book, "parameters", "even", "highest").value = 46115
    found = imported(book, SMALL)
    assert found.notes == [
        "parameters!H3: 46115 is what a spreadsheet keeps for the date 03 April 2026; is that number meant?"
    ]
    cell(book, "parameters", "even", "highest").value = 4611.5
    assert not imported(book, SMALL).notes


def test_a_share_in_the_format_of_a_share_is_its_number() -> None:
    book = exported(SMALL)
    at = cell(book, "parameters", "even", "highest")
    at.value, at.number_format = 0.35, "0%"
    assert "uniform: [0.1, 0.35]" in imported(book, SMALL).text
