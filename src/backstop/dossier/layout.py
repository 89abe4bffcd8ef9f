"""How records are laid out in files: YAML lists and JSON Lines, the same for the same records, read record by record.

A YAML list is cut into the text of its records; a record written by Backstop has one field a line, its value in JSON
(which is YAML), and is read quickly; one edited by hand goes through the YAML reader. A record that did not change is
written back as it stood, comments and all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from backstop.base.document import Document, Path, read_document
from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.json_text import json_value

MOST_LINE = 1_000_000
"""Longest line of a JSON Lines file that is read, in characters."""

_FIELD = re.compile(r"^(?:- |  )([a-z_]+): (.+)$")
_HEAD = re.compile(r"^([a-z_]+): *$")
_PLAIN = re.compile(r"^[A-Za-z_][\w]*(?:[ /'.(),-]+[\w()'.,/-]+)*$")
_WORDS = frozenset(("true", "false", "null", "inf", "nan"))
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
CONTROL = re.compile(r"(?<!\\)(?:\\\\)*\\(?:u00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])|[bf])")
"""A control character as `inline` writes it."""


def inline(value: object) -> str:
    """A value on one line, as JSON with readable characters left as they are.

    >>> inline({"to": ["Zürich"]})
    '{"to": ["Zürich"]}'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def scalar(value: object) -> str:
    """A scalar for block YAML: plain where no reader could take it for something else."""
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in _WORDS and ", " not in value:
        return value
    return inline(value)


def block(value: Mapping[str, Any], indent: int = 0) -> str:
    """A mapping as block YAML; mappings inside lists and short leaves on one line."""
    pad = "  " * indent
    lines = []
    for name, item in value.items():
        key = scalar(str(name)) if re.fullmatch(r"[A-Za-z_][\w-]*", str(name)) else inline(str(name))
        long = len(inline(item)) > 100 - 2 * indent
        if isinstance(item, Mapping) and item and (long or indent < 1):
            lines.append(f"{pad}{key}:\n{block(item, indent + 1)}")
        elif isinstance(item, list) and item and long:
            lines.append(f"{pad}{key}:\n" + "".join(f"{pad}  - {inline(entry)}\n" for entry in item))
        else:
            lines.append(f"{pad}{key}: {scalar(item)}\n")
    return "".join(lines)


def record_block(data: Mapping[str, Any]) -> str:
    """A record as an item of a YAML list: one field a line, its value in JSON."""
    lines = [f"{name}: {inline(value)}" for name, value in data.items()]
    return "- " + "\n  ".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a file: its text, the line it starts on, its plain data and where its fields stand.

    `document` is the item read as YAML where it was not written by Backstop; None else.
    """

    text: str
    line: int
    data: Any
    file: str
    document: Document | None = None

    def place(self, path: Path) -> Place:
        """Where the field at `path` stands in the file."""
        if self.document is not None:
            inner = self.document.place((0, *path))
            shown = inner.path.removeprefix("[0]").lstrip(".")
            return Place(self.file, (inner.line or 1) + self.line - 1, inner.column, shown)
        shown = ".".join(str(step) for step in path)
        if not self.text.startswith("- "):  # a line of JSON
            return Place(self.file, self.line, path=shown)
        for offset, row in enumerate(self.text.splitlines()):
            match = _FIELD.match(row)
            if match and path and match.group(1) == path[0]:
                return Place(self.file, self.line + offset, 3, shown)
        return Place(self.file, self.line, 1, shown)


@dataclass(frozen=True, slots=True)
class Listing:
    """The records of a file and what stands before them: the format line and comments of a YAML list.

    `faults` are those of lines that could not be read.
    """

    head: str
    items: tuple[Item, ...]
    faults: tuple[Fault, ...] = ()


def read_lines(data: bytes, file: str, known: Container[str] = ()) -> Listing:
    """The records of a JSON Lines file. Raises InvalidInput where it is not UTF-8 or a line is too long.

    Lines whose text is `known` are not read: their data is None.
    """
    items: list[Item] = []
    faults: list[Fault] = []
    for number, row in enumerate(_decoded(data, file).split("\n"), 1):
        where = Place(file, number)
        if len(row) > MOST_LINE:
            raise InvalidInput(f"the line has {len(row):,} characters", place=where, hint="is it one record?")
        if row.strip():
            try:
                text = row + "\n"
                items.append(Item(text, number, None if text in known else json_value(row), file))
            except ValueError as error:
                what = f"the line is no JSON ({error})"
                faults.append(Fault(what, where, "every line holds one record"))
    return Listing("", tuple(items), tuple(faults))


def _decoded(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidInput(
            "the file is not UTF-8", place=Place(file, line), hint="save it as UTF-8"
        ) from None


def read_list(data: bytes, file: str, name: str, form: str) -> Listing:
    """The records of the list `name` in a YAML file whose `format` is `form`. Raises InvalidInput."""
    lines = _decoded(data, file).split("\n")
    start = next((i for i, row in enumerate(lines) if (m := _HEAD.match(row)) and m.group(1) == name), None)
    if start is None:
        # Written in another style (a flow list, an empty list): the whole file goes through the reader.
        return _read_whole(data, file, name, form)
    head = "\n".join(lines[: start + 1]) + "\n"
    _require_format(read_document(head.encode(), file).data, file, form)
    items: list[Item] = []
    rest = lines[start + 1 :]
    indent = next((len(row) - len(row.lstrip()) for row in rest if row.lstrip().startswith("- ")), 0)
    begin: int | None = None
    for i, row in enumerate([*rest, None]):
        if row is None or (row[indent:].startswith("- ") and not row[:indent].strip()):
            if begin is not None:
                body = "\n".join(
                    line[indent:] if not line[:indent].strip() else line for line in rest[begin:i]
                ).rstrip()
                items.append(_item(body + "\n", start + 2 + begin, file))
            begin = i
        elif (begin is None and row.strip() and not row.lstrip().startswith("#")) or (
            row.strip() and not row[: indent + 1].isspace() and not row.lstrip().startswith("#")
        ):
            return _read_whole(data, file, name, form)
    return Listing(head, tuple(items))


def _read_whole(data: bytes, file: str, name: str, form: str) -> Listing:
    document = read_document(data, file)
    _require_format(document.data, file, form)
    entries = document.data.get(name)
    if entries is None:
        entries = []
    if not isinstance(entries, list) or set(document.data) - {"format", name}:
        raise InvalidInput(f"the file holds `format` and the list `{name}`", place=Place(file))
    items = []
    for index, entry in enumerate(entries):
        line = document.place((name, index)).line or 1
        text = record_block(entry) if isinstance(entry, dict) else "- \n"
        items.append(Item(text, line, entry, file))
    return Listing(f"format: {form}\n{name}:\n", tuple(items))


def _require_format(declared: object, file: str, form: str) -> None:
    if not isinstance(declared, dict) or declared.get("format") != form:
        raise InvalidInput(
            f"the file does not begin with `format: {form}`", place=Place(file, 1), hint="add that line"
        )


def _item(text: str, line: int, file: str) -> Item:
    data = _quick(text)
    if data is not None:
        return Item(text, line, data, file)
    try:
        document = read_document(text.encode(), file)
    except InvalidInput as error:
        raise InvalidInput([_shifted(fault, file, line) for fault in error.faults]) from None
    entry = document.data[0] if isinstance(document.data, list) and document.data else None
    return Item(text, line, entry, file, document)


def _shifted(fault: Fault, file: str, line: int) -> Fault:
    """A fault of an item that was read by itself, in its place in the file."""
    at = fault.place
    return Fault(fault.what, Place(file, (at.line or 1) + line - 1, at.column, at.path), fault.hint)


def _quick(text: str) -> dict[str, Any] | None:
    """The record in `text` where every line is `field: JSON`; None where it is not, so that YAML decides."""
    found: dict[str, Any] = {}
    for index, row in enumerate(text.rstrip("\n").split("\n")):
        match = _FIELD.match(row)
        if match is None or (row[0] == "-") != (index == 0) or match.group(1) in found:
            return None
        try:
            found[match.group(1)] = json_value(match.group(2))
        except ValueError:
            return None
    return found
