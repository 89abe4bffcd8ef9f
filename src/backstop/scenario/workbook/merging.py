"""A workbook that comes back, brought together with the study: what each side has changed since it was exported."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from backstop.base.document import Document, dotted
from backstop.base.document_changes import Change, changed
from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.files import sha256
from backstop.base.json_text import json_value
from backstop.base.words import counted
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.model import compile_scenario
from backstop.scenario.workbook.entries import Key, Value, changes_for, entries, said, same
from backstop.scenario.workbook.filled import Filled, filled
from backstop.scenario.workbook.reading import Incoming
from backstop.scenario.workbook.sheets import kept

Side = Literal["", "theirs", "ours"]
"""Whose change holds where both have changed one entry: nobody's, the workbook's, or the study's."""

FORMAT = "backstop-import/1"

# Days since this one are what a spreadsheet keeps for the dates of a working life, 2000 to 2050.
_DAY_NOUGHT, _DATES = datetime.date(1899, 12, 30), (36_526.0, 55_153.0)


@dataclass(frozen=True, slots=True)
class Taken:
    """One entry that the workbook changes."""

    key: Key
    old: Value
    new: Value
    where: str
    hidden: bool = False

    def __str__(self) -> str:
        hidden = " (where it is hidden)" if self.hidden else ""
        return f"{self.key}: {said(self.old)} -> {said(self.new)}, from {self.where}{hidden}"

    def as_dict(self) -> dict[str, object]:
        """Its JSON."""
        key = self.key
        named = {"sheet": key.sheet, "name": key.row, "camp": key.camp, "part": key.part}
        return {**named, "old": self.old, "new": self.new, "cell": self.where, "hidden": self.hidden}


@dataclass(slots=True)
class Merged:
    """What a workbook changes in a study: the file's new text, each change, and what was not taken.

    `conflicts` are entries that both sides changed, and cells that an import does not change.
    """

    text: str
    taken: list[Taken] = field(default_factory=list)
    conflicts: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Its JSON."""
        return {
            "format": FORMAT,
            "changes": [each.as_dict() for each in self.taken],
            "conflicts": [each.as_dict() for each in self.conflicts],
            "notes": list(self.notes),
        }


def merged(data: bytes, name: str, incoming: Incoming, side: Side = "") -> Merged:
    """The scenario file `data` (called `name` in messages) with what `incoming` changes in it.

    Raises InvalidInput with every cell that is wrong, also where the study would not be sound with what it says; then
    nothing is taken.
    """
    document, scenario, _ = read_scenario(data, name)
    compile_scenario(scenario, document.place, {}, "", ())
    ours = entries(document.data)
    filling = filled(incoming, ours, document.data)
    if filling.faults:
        raise InvalidInput(filling.faults)
    found = Merged(data.decode("utf-8"), conflicts=list(filling.unread), notes=filling.notes)
    other = 0
    unknown = incoming.kept is None and incoming.digest != sha256(data)
    for key, theirs in filling.found.items():
        mine = ours[key]
        if same(theirs.value, mine):
            continue
        was = None if unknown else _was(key, mine, incoming)
        if was is not None and _same_kept(theirs.value, was):
            other += 1
        elif side == "theirs" or (was is not None and _same_kept(mine, was)):
            found.taken.append(Taken(key, mine, theirs.value, theirs.where, theirs.hidden))
            found.notes += _dates(theirs, mine)
        elif side == "ours":
            found.notes.append(f"{key}: {said(mine)} stays; {theirs.where} says {said(theirs.value)}")
        else:
            found.conflicts.append(_conflict(key, mine, theirs, was, incoming.file))
    if other:
        stay = "stays" if other == 1 else "stay"
        found.notes.append(
            f"{counted(other, 'entry', 'entries')} changed here since the export, and {stay} so"
        )
    if found.taken:
        found.text = _written(document, found, incoming.file, name)
    return found


def _dates(theirs: Filled, mine: Value) -> list[str]:
    """A note for each number that a spreadsheet keeps for a date, where such large numbers did not stand before."""
    if any(abs(number) >= _DATES[0] / 10 for number in _numbers(mine)):
        return []
    days = [cell for cell in theirs.cells if isinstance(cell.value, float) and cell.value.is_integer()]
    return [
        f"{cell.where}: {cell.value:.0f} is what a spreadsheet keeps for the date "
        f"{_DAY_NOUGHT + datetime.timedelta(days=cell.value):%d %B %Y}; is that number meant?"
        for cell in days
        if isinstance(cell.value, float) and _DATES[0] <= cell.value <= _DATES[1]
    ]


def _numbers(value: Value) -> Iterator[float]:
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, (int, float)):
        yield value


def _was(key: Key, mine: Value, incoming: Incoming) -> str | None:
    """What was exported for an entry, as it is kept; None where the workbook does not say."""
    if incoming.kept is None:
        # The hidden sheet is gone, but the file is still the one that was exported.
        return kept(mine)
    return incoming.kept.get((key.sheet, key.row, key.camp, key.part))


def _same_kept(value: Value, text: str) -> bool:
    """Whether a value is the one that a workbook keeps."""
    if kept(value) == text:
        return True
    try:
        return same(json_value(text), value)
    except ValueError:
        return False


def _conflict(key: Key, mine: Value, theirs: Filled, was: str | None, file: str) -> Fault:
    if was is None:
        what = "the workbook does not say what was exported, and it differs from what stands here"
    else:
        try:
            what = f"both changed it since it was exported as {said(json_value(was))}"
        except ValueError:
            what = "both changed it since it was exported"
    return Fault(
        f"{key}: {what}; here {said(mine)}, in the workbook {said(theirs.value)}",
        Place(file, path=theirs.where),
        "it stays as it is here; --theirs takes that of the workbook, --ours keeps this",
    )


def _written(document: Document, found: Merged, file: str, name: str) -> str:
    """The text of the scenario with what was taken; its faults are said of the cells that make them."""
    ours = document.data
    by_entry = [(each, changes_for(each.key, each.old, each.new, ours)) for each in found.taken]
    try:
        text = changed(document, found.text, [change for _, several in by_entry for change in several])
    except InvalidInput as error:
        raise InvalidInput(_in_cells(error.faults, by_entry, file)) from error
    try:
        new, scenario, _ = read_scenario(text.encode("utf-8"), name)
        compile_scenario(scenario, new.place, {}, "", ())
    except InvalidInput as error:
        raise InvalidInput(_in_cells(error.faults, by_entry, file)) from error
    return text


def _in_cells(
    faults: Sequence[Fault], by_entry: Sequence[tuple[Taken, Sequence[Change]]], file: str
) -> list[Fault]:
    """Faults of the changed file, each at the cell whose change makes it, where that can be told."""
    cells: Mapping[str, str] = {
        dotted(path): taken.where
        for taken, changes in by_entry
        for change in changes
        for path in _paths(change)
    }
    moved = []
    for fault in faults:
        at = fault.place.path
        fits = [path for path in cells if at == path or at.startswith((f"{path}.", f"{path}["))]
        if fits:
            moved.append(Fault(fault.what, Place(file, path=cells[max(fits, key=len)]), fault.hint))
        else:
            moved.append(fault)
    return moved


def _paths(change: Change) -> list[tuple[Any, ...]]:
    """Where a fault of a change may be told: the value, and what it belongs to."""
    own = change.path if change.key is None else (*change.path[:-1], change.key)
    return [own, *(own[:n] for n in range(len(own) - 1, 1, -1))]
