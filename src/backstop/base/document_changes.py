"""Changes to a YAML file that leave every other byte of it as it is: comments, layout, order, line ends.

The parser says where each key and value begins and ends; new values are written into the text at those places alone.
The result is read again and must hold exactly the old data with the changes, or nothing is changed at all.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backstop.base.document import Document, Path, read_document, value_at
from backstop.base.faults import InvalidInput
from backstop.base.yaml.scalar import ScalarError, resolve

if TYPE_CHECKING:
    from ruamel.yaml.events import ScalarEvent

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.'()/%+-]*(?: [A-Za-z0-9_.'()/%+-]+)*")
"""Text that stands without quotation marks in braces and brackets too."""

_NOT_PLAIN = frozenset(("yes", "no", "on", "off", "y", "n", "true", "false", "null"))
"""Words that some readers of YAML take for truth values or nothing."""

_COMMENT = re.compile(r"(?:^|\s)#", re.MULTILINE)
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Change:
    """A new plain value at `path`, where `key` (if given) takes the place of the last step of the path.

    What is not there yet is put into its mapping; a mapping that is missing too is made.
    """

    path: Path
    value: Any
    key: str | None = None


def changed(document: Document, text: str, changes: Sequence[Change]) -> str:
    """`text`, which reads as `document`, with `changes` made in place.

    Raises InvalidInput naming the place of what cannot be changed without touching anything else, such as a list with
    a comment inside.

    >>> text = "a: [1, 2]   # both are guesses\\nb: {c: words}\\n"
    >>> document = read_document(text.encode(), "file.yaml")
    >>> print(changed(document, text, [Change(("a",), [1, 3]), Change(("b", "d"), 0.5)]), end="")
    a: [1, 3]   # both are guesses
    b: {c: words, d: 0.5}
    """
    mark = _BOM if text.startswith(_BOM) else ""
    body = text.removeprefix(_BOM)
    writer = _Writer(document, body)
    expected = copy.deepcopy(document.data)
    for change in changes:
        try:
            expected = _with(expected, change)
        except (TypeError, KeyError, IndexError):
            # It would stand inside what is a single value.
            raise _by_hand(document, change.path) from None
        writer.change(change)
    result = mark + writer.written()
    try:
        found = read_document(result.encode("utf-8"), document.file).data
    except InvalidInput as error:
        raise _by_hand(document, changes[0].path if len(changes) == 1 else ()) from error
    if not _alike(found, expected):
        raise _by_hand(document, changes[0].path if len(changes) == 1 else ())
    return result


def flow_text(value: Any, style: str = "") -> str:
    """`value` as YAML on one line; `style` is the quotation mark that a text had, which is kept where it can be.

    >>> flow_text([0.1, 1e-05, 3.0, "per year", "a: b"])
    '[0.1, 1.0e-05, 3, per year, "a: b"]'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow_text(key)}: {flow_text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow_text, value)) + "]"
    if isinstance(value, str):
        return _text(value, style)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    # A mantissa without a point is a word to readers of YAML 1.1.
    return re.sub(r"^(-?[0-9]+)e", r"\1.0e", repr(number))


def _text(value: str, style: str) -> str:
    one_line = value.isprintable()
    if style == "'" and one_line:
        return "'" + value.replace("'", "''") + "'"
    plain = style != '"' and _PLAIN.fullmatch(value) and value.casefold() not in _NOT_PLAIN
    return value if plain else json.dumps(value, ensure_ascii=False)


@dataclass(slots=True)
class _Span:
    """Where a value stands: from `start` to before `end`; `style` is "{", "[" or "block" of a collection."""

    start: int
    end: int
    style: str = ""
    first_column: int = 0


@dataclass(slots=True)
class _Open:
    path: Path
    span: _Span
    is_mapping: bool
    key: Any = None
    has_key: bool = False
    items: int = 0


@dataclass(slots=True)
class _Spans:
    keys: dict[Path, _Span] = field(default_factory=dict)
    values: dict[Path, _Span] = field(default_factory=dict)


def _spans(text: str) -> _Spans:
    """The place of every key and value of a text that is known to be sound."""
    import warnings

    from ruamel.yaml import events as kinds

    from backstop.base.yaml.parser import parser

    found = _Spans()
    stack: list[_Open] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for event in parser().parse(text):
            if isinstance(event, kinds.ScalarEvent):
                span = _scalar_span(event, text)
                if stack and stack[-1].is_mapping and not stack[-1].has_key:
                    top = stack[-1]
                    top.key, top.has_key = _key(event), True
                    if not top.items:
                        top.span.first_column = event.start_mark.column
                    top.items += 1
                    top.span.end = span.end
                    found.keys[(*top.path, top.key)] = span
                else:
                    found.values[_next_path(stack)] = span
                    if stack:
                        stack[-1].span.end = span.end
            elif isinstance(event, kinds.CollectionStartEvent):
                mapping = isinstance(event, kinds.MappingStartEvent)
                style = ("{" if mapping else "[") if event.flow_style else "block"
                span = _Span(event.start_mark.index, event.start_mark.index, style)
                path = _next_path(stack)
                found.values[path] = span
                stack.append(_Open(path, span, mapping))
            elif isinstance(event, kinds.CollectionEndEvent):
                span = stack.pop().span
                if span.style != "block":
                    span.end = event.end_mark.index
                if stack:
                    stack[-1].span.end = span.end
    return found


def _scalar_span(event: ScalarEvent, text: str) -> _Span:
    start, end = event.start_mark.index, event.end_mark.index
    style = event.style or ""
    if style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    return _Span(start, end, style)


def _key(event: ScalarEvent) -> Any:
    if event.style is not None:
        return event.value
    try:
        return resolve(event.value)
    except ScalarError:
        return event.value


def _next_path(stack: list[_Open]) -> Path:
    if not stack:
        return ()
    top = stack[-1]
    if top.is_mapping:
        top.has_key = False
        return (*top.path, top.key)
    top.items += 1
    return (*top.path, top.items - 1)


class _Writer:
    """Collects what is put in place of which part of a text."""

    def __init__(self, document: Document, text: str) -> None:
        self.document = document
        self.text = text
        self.spans = _spans(text)
        self.edits: dict[tuple[int, int], str] = {}
        self.added: dict[Path, dict[str, Any]] = {}

    def change(self, change: Change) -> None:
        path = change.path
        if path in self.spans.values:
            if change.key is not None:
                span = self.spans.keys[path]
                self._put(span.start, span.end, flow_text(change.key))
            self._replace(path, value_at(self.document.data, path), change.value)
            return
        parent, value = path[:-1], {change.key or path[-1]: change.value}
        while parent not in self.spans.values and parent not in self.added:
            parent, value = parent[:-1], {parent[-1]: value}
        _merge(self.added.setdefault(parent, {}), value)

    def written(self) -> str:
        """The text with all changes made."""
        # What is deeper comes first where two mappings end at the same place.
        for path in sorted(self.added, key=len, reverse=True):
            self._add(path, self.added[path])
        text = self.text
        for (start, end), new in sorted(self.edits.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _put(self, start: int, end: int, new: str) -> None:
        before = self.edits.get((start, end), "") if start == end else ""
        self.edits[(start, end)] = before + new

    def _replace(self, path: Path, old: Any, new: Any) -> None:
        if isinstance(old, list) and isinstance(new, (list, tuple)) and len(old) == len(new):
            for i, (one, other) in enumerate(zip(old, new, strict=True)):
                self._replace((*path, i), one, other)
        elif isinstance(old, dict) and isinstance(new, dict) and list(old) == list(new) and old:
            for key in old:
                self._replace((*path, key), old[key], new[key])
        elif not (_alike(old, new) and isinstance(old, str) == isinstance(new, str)):
            self._overwrite(path, new)

    def _overwrite(self, path: Path, new: Any) -> None:
        span = self.spans.values[path]
        start, end = span.start, span.end
        written = flow_text(new, span.style)
        if span.style == "block" and path in self.spans.keys:
            # A list over several lines becomes one behind its key.
            start = self.text.index(":", self.spans.keys[path].end) + 1
            written = " " + written
        elif start == end and path in self.spans.keys:
            start = end = self.text.index(":", self.spans.keys[path].end) + 1
            written = " " + written
        if span.style in ("block", "{", "[") and _COMMENT.search(self.text, start, end):
            raise _by_hand(self.document, path)
        self._put(start, end, written)

    def _add(self, path: Path, entries: dict[str, Any]) -> None:
        span = self.spans.values[path]
        if span.style == "{":
            inner = flow_text(entries)[1:-1]
            if value_at(self.document.data, path):
                last = max(s.end for p, s in self._within(path))
                self._put(last, last, ", " + inner)
            else:
                self._put(span.start + 1, span.start + 1, inner)
        elif span.style == "block" and isinstance(value_at(self.document.data, path), dict):
            end = span.end
            while end < len(self.text) and self.text[end] not in "\r\n":
                end += 1
            newline = "\r\n" if "\r\n" in self.text else "\n"
            indent = newline + " " * span.first_column
            lines = (f"{flow_text(key)}: {flow_text(value)}" for key, value in entries.items())
            self._put(end, end, "".join(indent + line for line in lines))
        elif value_at(self.document.data, path) is None:
            self._overwrite(path, entries)
        else:
            raise _by_hand(self.document, path)

    def _within(self, path: Path) -> list[tuple[Path, _Span]]:
        depth = len(path) + 1
        both = (*self.spans.keys.items(), *self.spans.values.items())
        return [(p, s) for p, s in both if len(p) == depth and p[:-1] == path]


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(into.get(key), dict) and isinstance(value, dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _with(data: Any, change: Change) -> Any:
    """Plain data with a change made to it."""
    at = data
    for step in change.path[:-1]:
        if isinstance(at, dict) and at.get(step) is None:
            at[step] = {}
        at = at[step]
    last = change.path[-1]
    if change.key is not None:
        at.pop(last, None)
        last = change.key
    at[last] = copy.deepcopy(change.value)
    return data


def _alike(one: Any, other: Any) -> bool:
    """Whether two plain values are the same, lists and tuples being one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)


def _by_hand(document: Document, path: Path) -> InvalidInput:
    return InvalidInput(
        "this cannot be changed in place without touching what stands around it",
        place=document.place(path),
        hint="change it in the file by hand",
    )
