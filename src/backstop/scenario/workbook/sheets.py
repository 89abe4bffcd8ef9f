"""The sheets of a workbook: which columns each has, and the rows that a scenario fills them with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backstop.base.files import sha256
from backstop.scenario.format.quantities import DISTRIBUTION_KINDS
from backstop.scenario.workbook.entries import (
    ARRANGEMENT_TEXTS,
    CUT,
    MEASURE_TEXTS,
    NUMBERS,
    TEXTS,
    Key,
    Value,
    entries,
)

FORMAT = "backstop-workbook/1"
"""The mark on the first sheet of a workbook."""

ABOUT, KEPT, RESULTS = "about", "exported", "results"
"""The sheets that hold no assumptions: what this is, what was exported (hidden), and figures."""

NUMBER_COLUMNS = (
    *("value", "lowest", "most likely", "highest", "mean", "standard deviation"),
    *("mu", "sigma", "a", "b"),
)
"""Columns of the sheet of parameters that hold the numbers of distributions."""

KINDS = ("value", *DISTRIBUTION_KINDS)
"""What may stand in the column `distribution`, beside `experts` above the rows of camps."""

_PARAMETERS = (
    *("parameter", "camp", "title", "distribution", *NUMBER_COLUMNS, "weight", "unit", "short label"),
    *("low means", "high means", "basis", "note"),
)
_MEASURES = (
    *("measure", "title", "by", "unit", "lowest", "highest", "default", "short label"),
    *("low means", "high means", "cost a year", "cost unit", "evidence", "note"),
)
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "parameters": _PARAMETERS,
    "discrete": ("parameter", "camp", "value", "weight"),
    "measures": _MEASURES,
    "arrangements": ("arrangement", *(TEXTS[field] for field in ARRANGEMENT_TEXTS)),
}
"""The headings of each sheet; that of arrangements has one for each measure as well."""

FOR_READING = {"measures": ("by", "cost a year")}
"""Columns that are for reading alone: what they hold is changed in the file."""

MOST_PIECE = 30_000
"""Longest piece of an exported value that is kept as it is; of longer ones the digest is."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its columns, and rows with a number, a text or nothing under each column.

    `numbers` are the columns for numbers, `fixed` those that name the row or are for reading alone.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, float | str | None], ...]
    numbers: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()


def level_column(measure: str) -> str:
    """The heading of the column with the levels of a measure."""
    taken = ("arrangement", *(TEXTS[field] for field in ARRANGEMENT_TEXTS))
    return f"measure {measure}" if measure in taken else measure


def sheets(data: Mapping[str, Any]) -> list[Sheet]:
    """The sheets of assumptions of a scenario, given as the plain data of its file."""
    found = entries(data)
    measures = list(data.get("measures") or {})
    levels = {level_column(measure): f"level of {measure}" for measure in measures}
    texts = {field: TEXTS[field] for field in ARRANGEMENT_TEXTS}
    arrangements = ("arrangement", texts["title"], *levels, texts["short"], texts["note"])
    return [
        Sheet(
            "parameters",
            _PARAMETERS,
            tuple(_parameter_rows(data, found)),
            frozenset((*NUMBER_COLUMNS, "weight")),
            frozenset(("parameter", "camp")),
        ),
        Sheet(
            "discrete",
            COLUMNS["discrete"],
            tuple(_discrete_rows(found)),
            frozenset(("value", "weight")),
            frozenset(("parameter", "camp")),
        ),
        Sheet(
            "measures",
            _MEASURES,
            tuple(_measure_row(name, data["measures"][name], found) for name in measures),
            frozenset(("lowest", "highest", "default")),
            frozenset(("measure", *FOR_READING["measures"])),
        ),
        Sheet(
            "arrangements",
            arrangements,
            tuple(_arrangement_row(name, levels, found) for name in data["arrangements"]),
            frozenset(levels),
            frozenset(("arrangement",)),
        ),
    ]


def number_cells(distribution: Value) -> dict[str, float | str | None]:
    """The cells of a row that a distribution fills."""
    kind, numbers, *bounds = distribution
    cells: dict[str, float | str | None] = {"distribution": kind}
    if kind != "discrete":
        cells.update(zip(NUMBERS[kind], numbers, strict=True))
    if bounds:
        cells.update(zip(CUT, bounds[0], strict=True))
    return cells


def _parameter_rows(
    data: Mapping[str, Any], found: Mapping[Key, Value]
) -> Iterator[Mapping[str, float | str | None]]:
    for name, parameter in (data.get("parameters") or {}).items():
        texts = _texts("parameters", name, found)
        own = found.get(Key("parameters", name, "distribution"))
        head = {"distribution": "experts"} if own is None else number_cells(own)
        yield {"parameter": name, **texts, **head}
        for camp in parameter.get("experts", ()):
            view = found[Key("parameters", name, "distribution", camp)]
            weight = found[Key("parameters", name, "weight", camp)]
            yield {"parameter": name, "camp": camp, **number_cells(view), "weight": weight}


def _discrete_rows(found: Mapping[Key, Value]) -> Iterator[Mapping[str, float | str | None]]:
    for key, value in found.items():
        if key.part == "distribution" and value[0] == "discrete":
            for number, weight in value[1]:
                yield {"parameter": key.row, "camp": key.camp, "value": number, "weight": weight}


def _measure_row(
    name: str, measure: Mapping[str, Any], found: Mapping[Key, Value]
) -> Mapping[str, float | str | None]:
    texts = _texts("measures", name, found)
    low, high = found[Key("measures", name, "range")]
    by = measure["by"]
    return {
        "measure": name,
        **texts,
        "by": by if isinstance(by, str) else "; ".join(by),
        "lowest": low,
        "highest": high,
        "default": found[Key("measures", name, "default")],
        "cost a year": str(measure.get("cost", "")),
    }


def _arrangement_row(
    name: str, levels: Mapping[str, str], found: Mapping[Key, Value]
) -> Mapping[str, float | str | None]:
    texts = _texts("arrangements", name, found)
    return {
        "arrangement": name,
        **texts,
        **{column: found[Key("arrangements", name, part)] for column, part in levels.items()},
    }


def _texts(sheet: str, name: str, found: Mapping[Key, Value]) -> dict[str, Any]:
    columns = (TEXTS[field] for field in ("title", *MEASURE_TEXTS, "basis"))
    keys = {column: Key(sheet, name, column) for column in columns}
    return {column: found[key] for column, key in keys.items() if key in found}


def kept_rows(found: Mapping[Key, Value]) -> list[tuple[str, str]]:
    """What the hidden sheet keeps: each key and its value as JSON, of a very long value its digest."""
    return [
        (json.dumps([key.sheet, key.row, key.camp, key.part], ensure_ascii=False), kept(value))
        for key, value in found.items()
    ]


def kept(value: Value) -> str:
    """A value as it is kept in the hidden sheet."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_PIECE else f"sha256 {sha256(text.encode())}"


def about_lines(title: str, digest: str, results: bool) -> Sequence[tuple[str, str]]:
    """The lines of the first sheet: what the workbook is and how it is filled in."""
    return (
        ("Study", title),
        ("Format", FORMAT),
        ("Scenario (SHA-256)", digest),
        ("How to use it", "Change what stands in yellow cells, save as .xlsx, send the file back."),
        ("", "The study takes it with: backstop import STUDY --xlsx FILE. Every change is listed there."),
        ("parameters", "What is uncertain. A distribution and its numbers: value (a fixed number);"),
        ("", "uniform or loguniform: lowest, highest; triangular or pert: lowest, most likely, highest;"),
        ("", "normal: mean, standard deviation, and where it is cut off lowest, highest;"),
        ("", "lognormal: mu, sigma; beta: a, b; discrete: values and weights on the sheet discrete."),
        ("", "Where camps of experts differ each has a row of its own, with its weight."),
        (
            "",
            "basis and evidence: identifiers with semicolons between. Put in note why a number is as it is.",
        ),
        ("measures", "What can be promised: lowest and highest level, and the level where nothing is said."),
        ("arrangements", "Levels promised in each package. An empty cell: the measure keeps its default."),
        *(
            (("results", "Figures computed at export, for reading; they are not read back."),)
            if results
            else ()
        ),
        ("Rules", "Numbers as numbers, no formulas; rows, names in the first column and headings stay."),
        ("Hidden", "The hidden sheet 'exported' keeps what was exported, by which changes are known."),
    )
