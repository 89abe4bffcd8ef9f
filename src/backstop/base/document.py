"""A YAML file as plain data with the place of every key and value.

The file is read from the parser's events by a loader of our own, because the ordinary ones are too generous for files
that come from others: no anchors, aliases, tags or merge keys (a few hundred bytes of aliases make a gigabyte), no
second document, no duplicate keys (the last would silently win), bounded size, depth and number of nodes, and the
scalars of YAML 1.2 alone, so that `no` is a word and `1e3` a number. The parser is ruamel.yaml's pure Python one: its
C parser is an extra that is not installed everywhere, and a file must mean the same wherever it is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.words import shortened
from backstop.base.yaml.calls import joined_calls
from backstop.base.yaml.scalar import Scalar, ScalarError, resolve
from backstop.base.yaml.syntax import explain

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.events import CollectionStartEvent, Event, NodeEvent, ScalarEvent

MOST_BYTES = 1 << 20
"""Largest file that is read: 1 MiB."""

MOST_DEPTH = 40
"""Deepest nesting of mappings and lists."""

MOST_NODES = 100_000
"""Most keys, values, mappings and lists in one file."""

MOST_FAULTS = 100
"""Most faults listed for one file."""

ENOUGH_FAULTS = 5_000
"""Faults after which a file is read no further: it is made of them."""

Path = tuple[Any, ...]
"""Keys and list indices from the root of the document."""

_Spot = tuple[int, int]

_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# Stands for a key that is itself a mapping or list, or a second one: it has no name of its own.
_INNER_MARK = re.compile(r"\?[0-9]+")
_SIMPLE_KEY = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a YAML file: `data` as plain dicts, lists and scalars, `faults` found on the way."""

    file: str
    data: Any
    faults: tuple[Fault, ...] = ()
    values: Mapping[Path, _Spot] = field(default_factory=dict, repr=False)
    keys: Mapping[Path, _Spot] = field(default_factory=dict, repr=False)

    def place(self, path: Path = (), key: bool = False) -> Place:
        """Where the value at `path` stands (or its key); for what is not in the file, where its parent stands."""
        shown = dotted(path)
        if key and path in self.keys:
            return Place(self.file, *self.keys[path], shown)
        if path in self.values:
            return Place(self.file, *self.values[path], shown)
        parent = path[:-1]
        while parent and parent not in self.values:
            parent = parent[:-1]
        spot = self.keys.get(parent) or self.values.get(parent) or (1, 1)
        return Place(self.file, *spot, shown)


def value_at(data: Any, path: Path) -> Any:
    """The plain value at `path` in `data`; None where there is none."""
    for step in path:
        inside = isinstance(data, dict) and step in data
        if not inside:
            inside = isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data)
        if not inside:
            return None
        data = data[step]
    return data


def dotted(path: Path) -> str:
    """A path for people: `trees.peacetime.moves.comply`, `correlations[0][2]`."""
    text = ""
    for step in path:
        if isinstance(step, str) and _INNER_MARK.fullmatch(step):
            continue
        if isinstance(step, int) and not isinstance(step, bool):
            text += f"[{step}]"
        else:
            word = str(step)
            shown = word if _SIMPLE_KEY.fullmatch(word) else repr(word[:60])
            text += f".{shown}" if text else shown
    return text


def read_document(data: bytes, file: str) -> Document:
    """The YAML document in `data`; `file` is its name in messages.

    Raises InvalidInput with all faults found in the YAML itself (only the first one where the syntax is broken).
    """
    document = parse_document(data, file)
    if document.faults:
        raise InvalidInput(first_faults(document.faults))
    return document


def first_faults(faults: tuple[Fault, ...] | list[Fault], most: int = MOST_FAULTS) -> tuple[Fault, ...]:
    """`faults` by place, without repetitions; of very many only the first, and how many are left out."""
    unique = dict.fromkeys(faults)
    ordered = sorted(unique, key=lambda fault: (fault.place.line or 0, fault.place.column or 0))
    if len(ordered) <= most:
        return tuple(ordered)
    left_out = len(ordered) - most
    file = ordered[0].place.file
    return (*ordered[:most], Fault(f"{left_out:,} more errors are not listed", Place(file)))


def parse_document(data: bytes, file: str) -> Document:
    """As `read_document`, but faults that leave the rest readable are kept in the result.

    Raises InvalidInput where nothing can be read: not UTF-8, too large, or broken syntax.
    """
    text = _decoded(data, file)
    builder = _Builder(text, file)
    builder.read()
    return Document(file, builder.root, tuple(builder.faults), builder.values, builder.keys)


def _decoded(data: bytes, file: str) -> str:
    """The text of `data`, with every reason why it may not be read."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            f"the file has {len(data):,} bytes, more than the {MOST_BYTES:,} that are read",
            place=Place(file),
            hint="keep large tables in files of their own",
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InvalidInput("the file is in UTF-16", place=Place(file, 1, 1), hint="save it as UTF-8")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        raise InvalidInput(
            f"the file is not in UTF-8: byte {error.start} (0x{data[error.start]:02x}) fits no character",
            place=Place(file, line, column),
            hint="save it as UTF-8; it may be in Latin-1 or a Windows encoding now",
        ) from error
    faults = list(_unreadable(text, file))
    if faults:
        raise InvalidInput(first_faults(faults))
    return text


def _unreadable(text: str, file: str) -> Iterator[Fault]:
    """A fault for every character that may not stand in the file."""
    starts = [0, *(found.end() for found in re.finditer("\r\n|\r|\n", text))]
    for found in _UNREADABLE.finditer(text):
        line = bisect_right(starts, found.start())
        place = Place(file, line, found.start() - starts[line - 1] + 1)
        yield Fault(f"an invisible control character stands here (U+{ord(found[0]):04X})", place, "remove it")


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read yet."""

    data: dict[Any, Any] | list[Any]
    path: Path
    flow: bool
    key: Any = None
    has_key: bool = False


class _Builder:
    """Builds plain data from the parser's events, and notes where everything stands."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.root: Any = None
        self.faults: list[Fault] = []
        self.values: dict[Path, _Spot] = {}
        self.keys: dict[Path, _Spot] = {}
        self.nodes = 0
        self.open: list[_Open] = []

    def read(self) -> None:
        """Read all events."""
        from ruamel.yaml import events as kinds

        documents = 0
        for event in joined_calls(self._events(), self._split_call):
            if isinstance(event, kinds.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, kinds.CollectionStartEvent):
                self._start(event, {} if isinstance(event, kinds.MappingStartEvent) else [])
            elif isinstance(event, kinds.MappingEndEvent | kinds.SequenceEndEvent):
                self.open.pop()
            elif isinstance(event, kinds.AliasEvent):
                self._fault(
                    event,
                    "an alias (*name) stands here, and aliases are not allowed",
                    "write the value out, or put the text in quotes",
                )
                self._place(event, None)
            elif isinstance(event, kinds.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(
                        event, "a second document starts here", "a file holds one document: remove `---`"
                    )
                    break
                if event.version is not None or event.tags:
                    self._fault(event, "a %YAML or %TAG line stands above", "remove it")
        if not documents:
            raise InvalidInput(
                "the file is empty", place=Place(self.file, 1, 1), hint="start from a template: backstop new"
            )

    def _events(self) -> Iterator[Event]:
        """The parser's events; a fault of syntax ends them."""
        import warnings

        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        from backstop.base.yaml.parser import parser

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield from parser().parse(self.text)
        except MarkedYAMLError as error:
            raise InvalidInput(first_faults([*self.faults, self._broken(error)])) from error
        except (YAMLError, ValueError, OverflowError, AssertionError) as error:
            # The parser passes some impossible escapes on to chr(), and asserts what a %YAML line may say.
            fault = Fault(f"this is not valid YAML ({error})", Place(self.file))
            raise InvalidInput(first_faults([*self.faults, fault])) from error

    def _broken(self, error: MarkedYAMLError) -> Fault:
        problem = str(error.problem or error.context or error)
        mark = error.problem_mark or error.context_mark
        if mark is None:
            return Fault(f"this is not valid YAML ({problem})", Place(self.file))
        opened = "found unexpected end of stream" in problem or "expected ',' or" in problem
        if opened and error.context_mark is not None:
            # Where the quotation or bracket opened says more than the end of the file.
            mark = error.context_mark
        lines = re.split("\r\n|\r|\n", self.text)
        line = lines[mark.line] if mark.line < len(lines) else ""
        what, hint = explain(problem, line, mark.column)
        return Fault(what, Place(self.file, mark.line + 1, mark.column + 1), hint)

    def _fault(self, event: Event, what: str, hint: str = "", path: Path = ()) -> None:
        mark = event.start_mark
        place = Place(self.file, mark.line + 1, mark.column + 1, dotted(path or self._path()))
        self.faults.append(Fault(what, place, hint))
        if len(self.faults) > ENOUGH_FAULTS:
            rest = Fault("with this many errors the rest of the file is not read", Place(self.file))
            raise InvalidInput([*first_faults(self.faults), rest])

    def _path(self) -> Path:
        """The path of the value that is being read."""
        if not self.open:
            return ()
        top = self.open[-1]
        if isinstance(top.data, list):
            return (*top.path, len(top.data))
        return (*top.path, top.key) if top.has_key else top.path

    def _refuse_extras(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._fault(
                event,
                f"an anchor (&{event.anchor}) stands here, and anchors are not allowed",
                "remove it, or put the text in quotes",
            )
        if event.tag is not None:
            self._fault(
                event,
                "a tag (!...) stands here, and tags are not allowed",
                "remove it, or put the text in quotes",
            )

    def _count(self, event: NodeEvent) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            mark = event.start_mark
            fault = Fault(
                f"the file has more than {MOST_NODES:,} keys and values",
                Place(self.file, mark.line + 1, mark.column + 1),
                "keep large tables in files of their own",
            )
            raise InvalidInput(first_faults([*self.faults, fault]))

    def _scalar(self, event: ScalarEvent) -> None:
        self._count(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_extras(event)
        value: Scalar = event.value
        if event.style is None:
            try:
                value = resolve(event.value)
            except ScalarError as error:
                self._fault(event, str(error), "write a finite number")
                value = 0
        elif _CONTROL.search(event.value):
            self._fault(event, "the text holds a control character, written as an escape", "remove it")
        top = self.open[-1] if self.open else None
        if top is not None and isinstance(top.data, dict) and not top.has_key:
            self._key(event, top, value)
        else:
            self._place(event, value)

    def _key(self, event: ScalarEvent, top: _Open, value: Scalar) -> None:
        top.key, top.has_key = value, True
        path = (*top.path, value)
        mark = event.start_mark
        if value == "<<" and event.style is None:
            self._fault(
                event, "a merge key (<<) stands here, and merging is not allowed", "write the keys out"
            )
        elif value is None:
            self._fault(event, "a key is missing before the colon", "write the name of the field", top.path)
        elif path in self.keys:
            line, column = self.keys[path]
            self._fault(
                event,
                f"{value} is given twice, first at line {line}, column {column}",
                "remove one of the two, or rename it",
            )
            return
        self.keys[path] = (mark.line + 1, mark.column + 1)

    def _place(self, event: NodeEvent, value: Any) -> None:
        """Put a value where it belongs, and note its place."""
        path = self._path()
        mark = event.start_mark
        if not self.open:
            self.root = value
        else:
            top = self.open[-1]
            if isinstance(top.data, list):
                top.data.append(value)
            elif not top.has_key:
                self._fault(event, "a key must be a single word or number", "write the name of the field")
                top.key, top.has_key = f"?{self.nodes}", True
                return
            else:
                top.has_key = False
                if path in self.values:
                    # The second of two equal keys: its fault is noted, the first value stays.
                    return
                top.data[top.key] = value
        self.values[path] = (mark.line + 1, mark.column + 1)

    def _start(self, event: CollectionStartEvent, data: dict[Any, Any] | list[Any]) -> None:
        self._count(event)
        if event.anchor is not None or event.tag is not None:
            self._refuse_extras(event)
        if len(self.open) >= MOST_DEPTH:
            mark = event.start_mark
            fault = Fault(
                f"mappings and lists are nested more than {MOST_DEPTH} deep",
                Place(self.file, mark.line + 1, mark.column + 1, dotted(self._path())),
                "give inner parts names of their own where the format allows it",
            )
            raise InvalidInput(first_faults([*self.faults, fault]))
        path = self._path()
        if path in self.values:
            # Inside the second of two equal keys: kept apart, so that it does not spoil the places of the first.
            path = (*path, f"?{self.nodes}")
        self._place(event, data)
        self.open.append(_Open(data, path, bool(event.flow_style)))

    def _split_call(self, first: ScalarEvent, last: ScalarEvent) -> str:
        """Note that YAML cut a text at its commas; the text as it was meant."""
        whole = self.text[first.start_mark.index : last.end_mark.index]
        shown = shortened(whole, 60)
        self._fault(
            first,
            f"YAML splits {shown} at the comma, because it stands inside {{ }} or [ ]",
            f'put it in quotes: "{shown}"',
        )
        return whole
