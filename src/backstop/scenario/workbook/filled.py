"""What a workbook says of each entry of a study, and every cell that says nothing sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backstop.base.faults import Fault, Place
from backstop.base.words import counted, did_you_mean, listed, nearest
from backstop.scenario.workbook.entries import CUT, NUMBERS, TEXTS, Key, Value
from backstop.scenario.workbook.reading import Cell, Incoming, Row
from backstop.scenario.workbook.sheets import (
    COLUMNS,
    FOR_READING,
    KINDS,
    NUMBER_COLUMNS,
    level_column,
    sheets,
)

_HEADS = {"parameters": "parameter", "measures": "measure", "arrangements": "arrangement"}


@dataclass(frozen=True, slots=True)
class Filled:
    """The value of an entry in a workbook, and the cells that it is made of, the most telling first."""

    value: Value
    cells: tuple[Cell, ...]

    @property
    def where(self) -> str:
        """Its place in the workbook."""
        return self.cells[0].where

    @property
    def hidden(self) -> bool:
        """Whether it stands where a reader of the workbook does not see it."""
        return any(cell.hidden for cell in self.cells)


@dataclass(slots=True)
class Filling:
    """All entries that a workbook holds, what is wrong with it, and what is for reading alone and was changed."""

    incoming: Incoming
    found: dict[Key, Filled] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unread: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def filled(incoming: Incoming, ours: Mapping[Key, Value], data: Mapping[str, Any]) -> Filling:
    """What `incoming` says of the entries `ours` of the study with the plain data `data`."""
    found = Filling(incoming, faults=list(incoming.faults), notes=list(incoming.notes))
    reader = _Reader(found, ours)
    reader.foreign_columns()
    if "parameters" in incoming.tables:
        reader.parameters()
    if "measures" in incoming.tables:
        reader.measures()
    if "arrangements" in incoming.tables:
        reader.arrangements(list(data.get("measures") or {}))
    _changed_for_reading(found, data)
    return found


class _Reader:
    def __init__(self, found: Filling, ours: Mapping[Key, Value]) -> None:
        self.found = found
        self.ours = ours
        self.file = found.incoming.file

    def foreign_columns(self) -> None:
        """Tell columns that an export does not have, where they hold anything; those of levels are told with them."""
        self.foreign: dict[str, list[str]] = {}
        for sheet, columns in self.found.incoming.columns.items():
            if sheet == "arrangements":
                continue
            self.foreign[sheet] = [
                heading for heading in columns if heading and heading not in COLUMNS[sheet]
            ]
            for heading in self.foreign[sheet]:
                held = [
                    row.cells[heading]
                    for row in self.found.incoming.tables[sheet]
                    if row.cells[heading].wrong or row.cells[heading].value is not None
                ]
                if held:
                    self.found.notes.append(
                        f"{sheet}: the column {heading!r} is not of a study and was not read "
                        f"({counted(len(held), 'cell')}, first {held[0].where})"
                    )

    def _lacks(self, sheet: str, column: str) -> None:
        """A fault, once, for a column without which a number cannot be read."""
        what = f"the sheet {sheet} has no column {column}"
        if any(fault.what == what for fault in self.found.faults):
            return
        others = self.foreign.get(sheet, [])
        near = nearest(column, others) or (others[0] if len(others) == 1 else None)
        columns = self.found.incoming.columns[sheet]
        if near is None:
            at = next(iter(columns.values()))
            self._fault(at, what, f"put the heading {column} back, or export again")
        else:
            self._fault(columns[near], what, f"here stands {near!r}: put the heading {column} back")

    def parameters(self) -> None:
        known = {(k.row, k.camp): v for k, v in self.ours.items() if k.part == "distribution"}
        discrete = self._discrete(known)
        camps: dict[str, list[str]] = {}
        for name, camp in known:
            camps.setdefault(name, []).append(camp)
        seen: set[tuple[str, str]] = set()
        for name, row in self._named("parameters", list(camps)):
            camp = self._text(row, "camp")
            if not self._once(seen, (name, camp), row, "parameter"):
                continue
            pooled = camps[name] != [""]
            if camp not in camps[name] and (camp or not pooled):
                hint = did_you_mean(camp, camps[name], "camp") if pooled else "empty the cell"
                self._fault(
                    row.cells.get("camp", row.cells["parameter"]), f"{name} has no camp {camp!r}", hint
                )
                continue
            if camp or not pooled:
                self._distribution(name, camp, row, discrete, known[name, camp])
            else:
                self._no_numbers(row)
            if camp:
                self._number_entry(Key("parameters", name, "weight", camp), row, "weight")
                self._no_texts(row)
            else:
                self._texts("parameters", name, row)
                if "weight" in row.cells and row.cells["weight"].value is not None:
                    self._fault(row.cells["weight"], "only camps of experts have a weight", "empty the cell")
        for name, row in list(discrete.values()):
            self._fault(row.cells["value"], f"the distribution of {name} is not discrete", _CHOOSE_DISCRETE)
        missing = [f"{name} ({camp})" if camp else name for name, camp in known if (name, camp) not in seen]
        self._missing("parameters", missing)

    def measures(self) -> None:
        names = [key.row for key in self.ours if key.part == "range"]
        seen: set[str] = set()
        for name, row in self._named("measures", names):
            if not self._once(seen, name, row, "measure"):
                continue
            ends = [self._needed(row, column, "a measure") for column in ("lowest", "highest")]
            if None not in ends:
                cells = (row.cells["lowest"], row.cells["highest"])
                self.found.found[Key("measures", name, "range")] = Filled(ends, cells)
            self._number_entry(Key("measures", name, "default"), row, "default")
            self._texts("measures", name, row)
        self._missing("measures", [name for name in names if name not in seen])

    def arrangements(self, measures: list[str]) -> None:
        names = list(dict.fromkeys(key.row for key in self.ours if key.sheet == "arrangements"))
        columns = {level_column(measure): measure for measure in measures}
        known = {"arrangement", *columns, *TEXTS.values()}
        for heading in self.found.incoming.columns["arrangements"]:
            if heading and heading not in known:
                self.found.faults.append(
                    Fault(
                        f"the sheet arrangements has a column {heading!r}, and there is no such measure",
                        Place(self.file),
                        did_you_mean(heading, columns, "measure"),
                    )
                )
        seen: set[str] = set()
        for name, row in self._named("arrangements", names):
            if not self._once(seen, name, row, "arrangement"):
                continue
            for column, measure in columns.items():
                key = Key("arrangements", name, f"level of {measure}")
                if column not in row.cells:
                    continue
                cell = row.cells[column]
                level, before = cell.number(self.file, self.found.faults), len(self.found.faults)
                if (level is None and cell.value is not None) or cell.wrong:
                    continue
                if level is None and self.ours[key] is not None:
                    hint = "write the level; 0 where it is not promised"
                    self._fault(cell, f"the level of {measure} was taken out", hint)
                elif len(self.found.faults) == before:
                    self.found.found[key] = Filled(level, (cell,))
            self._texts("arrangements", name, row)
        self._missing("arrangements", [name for name in names if name not in seen])

    def _discrete(self, known: Mapping[tuple[str, str], Value]) -> dict[tuple[str, str], tuple[str, Row]]:
        """The first row of the sheet `discrete` for each parameter and camp; all pairs are kept beside."""
        self.pairs: dict[tuple[str, str], list[tuple[float, float, Row]]] = {}
        first: dict[tuple[str, str], tuple[str, Row]] = {}
        for row in self.found.incoming.tables.get("discrete", ()):
            name, camp = self._text(row, "parameter"), self._text(row, "camp")
            if (name, camp) not in known:
                label = f"{name} ({camp})" if camp else name or "nothing"
                hint = did_you_mean(name, [one for one, _ in known], "parameter")
                self._fault(row.cells["parameter"], f"there is no parameter {label}", hint)
                continue
            value, weight = (self._needed(row, column, "a discrete value") for column in ("value", "weight"))
            first.setdefault((name, camp), (str(Key("", name, "distribution", camp)), row))
            if value is not None and weight is not None:
                pairs = self.pairs.setdefault((name, camp), [])
                if any(one == value for one, _, _ in pairs):
                    self._fault(
                        row.cells["value"], f"{name} has the value {value:.15g} twice", "add the weights"
                    )
                else:
                    pairs.append((value, weight, row))
        return first

    def _distribution(
        self,
        name: str,
        camp: str,
        row: Row,
        discrete: dict[tuple[str, str], tuple[str, Row]],
        old: Value,
    ) -> None:
        head = row.cells["distribution"]
        before = len(self.found.faults)
        kind = head.text(self.file, self.found.faults).lower()
        if len(self.found.faults) > before:
            return
        if kind not in KINDS:
            what = f"{kind!r} is no distribution" if kind else "the distribution is missing"
            self._fault(head, what, did_you_mean(kind, KINDS, "distribution"))
            return
        own = (name, camp)
        if kind == "discrete":
            discrete.pop(own, None)
            pairs = self.pairs.get(own, [])
            if not pairs:
                hint = "write a row for each value, with its weight, on the sheet discrete"
                self._fault(head, f"{name} has no values on the sheet discrete", hint)
                return
            value: Value = [kind, [[one, weight] for one, weight, _ in pairs]]
            cells = tuple(each.cells[column] for _, _, each in pairs for column in ("value", "weight"))
            self._no_numbers(row)
        else:
            numbers = [self._needed(row, column, kind) for column in NUMBERS[kind]]
            cells = tuple(row.cells[column] for column in NUMBERS[kind] if column in row.cells)
            value = [kind, numbers]
            used = set(NUMBERS[kind])
            if kind == "normal":
                used |= set(CUT)
                lacking = [column for column in CUT if column not in row.cells]
                cut = [self._number(row, column) for column in CUT]
                if lacking and (len(old) > len(value) or cut != [None, None]):
                    for column in lacking:
                        self._lacks("parameters", column)
                    return
                if None not in cut:
                    value, cells = [*value, cut], (*cells, *(row.cells[column] for column in CUT))
                elif cut != [None, None]:
                    self._fault(
                        head, "a normal distribution is cut off on one side alone", "give both sides or none"
                    )
            self._no_numbers(row, used, kind)
        if len(old) > len(value):
            self._fault(head, f"the bounds of {name} were taken out", "take bounds: out of the file by hand")
        if len(self.found.faults) == before:
            key = Key("parameters", name, "distribution", camp)
            self.found.found[key] = Filled(value, tuple(self._telling(cells, value, old)) or (head,))

    @staticmethod
    def _telling(cells: tuple[Cell, ...], value: Value, old: Value) -> Iterator[Cell]:
        """The cells of a distribution, those whose numbers differ from `old` first."""
        flat = [n for part in value[1:] for n in _flat(part)]
        was = [n for part in old[1:] for n in _flat(part)]
        changed = [i for i in range(len(cells)) if i >= len(was) or (i < len(flat) and flat[i] != was[i])]
        yield from (cells[i] for i in changed)
        yield from (cell for i, cell in enumerate(cells) if i not in changed)

    def _no_numbers(self, row: Row, used: set[str] | None = None, kind: str = "") -> None:
        for column in NUMBER_COLUMNS:
            cell = row.cells.get(column)
            if column in (used or ()) or cell is None or (cell.value is None and not cell.wrong):
                continue
            if kind:
                what, hint = (
                    f"{kind} has no {column}",
                    f"empty the cell, or choose another distribution than {kind}",
                )
            else:
                what, hint = f"a number under {column} means nothing in this row", "empty the cell"
            self._fault(cell, what, hint)

    def _no_texts(self, row: Row) -> None:
        for column in TEXTS.values():
            cell = row.cells.get(column)
            if cell is not None and (cell.wrong or cell.value is not None):
                self._fault(
                    cell, f"a camp has no {column} of its own", "write it in the row of the parameter"
                )

    def _texts(self, sheet: str, name: str, row: Row) -> None:
        for column in TEXTS.values():
            key, cell = Key(sheet, name, column), row.cells.get(column)
            if key in self.ours and cell is not None:
                before = len(self.found.faults)
                text = cell.text(self.file, self.found.faults)
                if len(self.found.faults) == before:
                    self.found.found[key] = Filled(text, (cell,))

    def _number_entry(self, key: Key, row: Row, column: str) -> None:
        if column in row.cells:
            number = self._needed(row, column, "it")
            if number is not None:
                self.found.found[key] = Filled(number, (row.cells[column],))

    def _number(self, row: Row, column: str) -> float | None:
        cell = row.cells.get(column)
        return None if cell is None else cell.number(self.file, self.found.faults)

    def _needed(self, row: Row, column: str, what: str) -> float | None:
        before = len(self.found.faults)
        if column not in row.cells:
            tables = self.found.incoming.tables.items()
            self._lacks(next(sheet for sheet, rows in tables if any(row is each for each in rows)), column)
            return None
        number = self._number(row, column)
        if number is None and len(self.found.faults) == before:
            at = row.cells[column]
            self._fault(at, f"the cell is empty, and {what} needs a number for {column}", "write the number")
        return number

    def _named(self, sheet: str, names: list[str]) -> Iterator[tuple[str, Row]]:
        """The rows of a table that name something of the study, each with its name."""
        head = _HEADS[sheet]
        for row in self.found.incoming.tables[sheet]:
            name = self._text(row, head)
            # Spreadsheets make the first letter of a word large.
            alike = [one for one in names if one.lower() == name.lower()]
            name = alike[0] if name not in names and len(alike) == 1 else name
            if name in names:
                yield name, row
            elif name:
                hint = did_you_mean(name, names, head)
                self._fault(
                    row.cells[head], f"there is no {head} {name}", f"{hint}; new ones are added in the file"
                )
            elif not row.cells[head].wrong:
                self._fault(
                    row.cells[head], f"this row names no {head}", "put the name back, or delete the row"
                )

    def _once(self, seen: set[Any], name: Any, row: Row, head: str) -> bool:
        if name in seen:
            self._fault(row.cells[head], f"{row.cells[head].value} has a second row", "delete one of the two")
            return False
        seen.add(name)
        return True

    def _text(self, row: Row, column: str) -> str:
        cell = row.cells.get(column)
        return "" if cell is None else cell.text(self.file, self.found.faults)

    def _missing(self, sheet: str, names: list[str]) -> None:
        if names:
            row = "row" if len(names) == 1 else "rows"
            self.found.notes.append(f"{sheet}: no {row} for {listed(names)}, which stay as they are")
        absent = [
            column for column in self._expected(sheet) if column not in self.found.incoming.columns[sheet]
        ]
        if absent:
            count = counted(len(absent), "column")
            self.found.notes.append(
                f"{sheet}: {count} not there ({listed(absent)}), so that part stays as it is"
            )

    def _expected(self, sheet: str) -> list[str]:
        parts = {key.part for key in self.ours if key.sheet == sheet}
        levels = [
            level_column(part.removeprefix("level of ")) for part in parts if part.startswith("level of ")
        ]
        return sorted(levels) + [column for column in TEXTS.values() if column in parts]

    def _fault(self, cell: Cell, what: str, hint: str) -> None:
        self.found.faults.append(cell.fault(what, hint, self.file))


_CHOOSE_DISCRETE = "choose discrete on the sheet parameters, or delete these rows"


def _flat(part: Any) -> list[float]:
    if isinstance(part, list):
        return [number for each in part for number in _flat(each)]
    return [part]


def _changed_for_reading(found: Filling, data: Mapping[str, Any]) -> None:
    """Cells for reading alone that do not hold what the study says."""
    for sheet in sheets(data):
        columns = FOR_READING.get(sheet.name, ())
        expected = {row[sheet.columns[0]]: row for row in sheet.rows}
        for row in found.incoming.tables.get(sheet.name, ()):
            name = row.cells[sheet.columns[0]].value
            for column in columns:
                cell = row.cells.get(column)
                if cell is None or name not in expected:
                    continue
                said = str(expected[name].get(column) or "")
                is_now = cell.text(found.incoming.file, []) if not cell.wrong else cell.wrong
                if is_now != said.strip():
                    found.unread.append(
                        cell.fault(
                            f"{column} of {name} was changed, and is for reading alone",
                            "change it in the file by hand",
                            found.incoming.file,
                        )
                    )
