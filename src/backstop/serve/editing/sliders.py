"""The settings of sliders written into the text of a scenario, comments and layout kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backstop.base.document import Document, dotted, read_document, value_at
from backstop.base.document_changes import Change, changed
from backstop.base.faults import Fault, InvalidInput
from backstop.base.words import did_you_mean, exact
from backstop.scenario.format.quantities import DISTRIBUTION_KINDS

_KINDS = ("value", "estimate", "experts", *DISTRIBUTION_KINDS)


@dataclass(frozen=True, slots=True)
class Set:
    """A scenario with sliders written into it: its text, and what was changed, in words."""

    text: str
    said: tuple[str, ...]


def with_sliders(
    text: str,
    file: str,
    values: Mapping[str, float],
    levels: Mapping[str, float] | None,
    arrangement: str,
    title: str,
) -> Set:
    """`text` with the parameters in `values` fixed, and with one more arrangement that has `levels`, if there are any.

    What a parameter was is kept in its note, and correlations with it are turned into comments, because a fixed value
    moves with nothing. Raises InvalidInput for unknown names and for what cannot be changed in place.
    """
    document = read_document(text.encode("utf-8"), file)
    known = value_at(document.data, ("parameters",)) or {}
    faults = [
        Fault(f"there is no parameter {name[:60]}", hint=did_you_mean(name[:100], known, "parameter"))
        for name in values
        if name not in known
    ]
    taken = value_at(document.data, ("arrangements",)) or {}
    measures = value_at(document.data, ("measures",)) or {}
    faults += [
        Fault(f"there is no measure {name[:60]}", hint=did_you_mean(name[:100], measures, "measure"))
        for name in levels or {}
        if name not in measures
    ]
    if levels is not None and arrangement in taken:
        faults.append(
            Fault(f"there is an arrangement {arrangement} already", hint="choose another name for yours")
        )
    if faults:
        raise InvalidInput(faults)
    changes: list[Change] = []
    words: list[str] = []
    for name, value in values.items():
        more, what = _fixed(document, name, known[name], value)
        changes += more
        words.append(what)
    if levels is not None:
        changes.append(Change(("arrangements", arrangement), {"title": title, "measures": dict(levels)}))
        words.append(f"the arrangement {arrangement} is new")
    result = changed(document, text, changes) if changes else text
    result, dropped = _without_correlations(result, file, set(values))
    return Set(result, (*words, *dropped))


def _fixed(
    document: Document, name: str, was: Mapping[str, object], value: float
) -> tuple[list[Change], str]:
    kind = next((each for each in _KINDS if each in was), "value")
    at = ("parameters", name)
    before = _in_words(document, name, kind, was)
    note = str(was.get("note") or "").strip()
    history = f"Set to {exact(value)} by hand; it was {before}."
    changes = [
        Change((*at, kind), value, None if kind == "value" else "value"),
        Change((*at, "note"), f"{note} {history}".strip()),
    ]
    return changes, f"{name} is {exact(value)}; it was {before}"


def _in_words(document: Document, name: str, kind: str, was: Mapping[str, object]) -> str:
    found = was.get(kind)
    if kind == "value" and isinstance(found, int | float):
        return exact(float(found))
    return f"{kind} {_flow(found)}"


def _flow(value: object) -> str:
    """A value as a file has it on one line, so that it can be put back."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_flow(key)}: {_flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return exact(float(value))
    return str(value)


def _without_correlations(text: str, file: str, fixed: set[str]) -> tuple[str, list[str]]:
    """`text` with the correlations of parameters that are fixed turned into comments.

    Raises InvalidInput where one of them does not stand on lines of its own.
    """
    document = read_document(text.encode("utf-8"), file)
    pairs = value_at(document.data, ("correlations",)) or []
    gone = [
        number
        for number, pair in enumerate(pairs)
        if isinstance(pair, list) and any(isinstance(name, str) and name in fixed for name in pair)
    ]
    if not gone:
        return text, []
    lines = text.splitlines(keepends=True)
    said = []
    for number in gone:
        line = (document.place(("correlations", number)).line or 1) - 1
        bare = lines[line].lstrip()
        if not bare.startswith("-") or value_at(read_item(bare, file), (0,)) != pairs[number]:
            raise InvalidInput(
                "this goes with a parameter that is fixed now, and cannot be taken out in place",
                place=document.place(("correlations", number)),
                hint="take it out of the file by hand",
            )
        indent = lines[line][: len(lines[line]) - len(bare)]
        lines[line] = f"{indent}# {bare}"
        said.append(
            f"{dotted(('correlations', number))} is a comment now, because a fixed value moves with nothing"
        )
    if len(gone) == len(pairs):
        key = (document.place(("correlations",), key=True).line or 1) - 1
        lines[key] = f"# {lines[key]}"
    return "".join(lines), said


def read_item(line: str, file: str) -> object:
    """The plain data of one line of a file; None where it is none by itself."""
    try:
        return read_document(line.encode("utf-8"), file).data
    except InvalidInput:
        return None
