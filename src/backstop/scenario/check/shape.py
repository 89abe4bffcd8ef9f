"""Whether a document has the shape of a scenario: known fields, no field missing, the right kind of value in each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from backstop.base.document import Document, Path
from backstop.base.faults import Fault
from backstop.base.words import did_you_mean
from backstop.scenario.check.findings import Findings, Part, whole
from backstop.scenario.format.scenario import (
    FORMAT,
    Actor,
    Arrangement,
    Camp,
    Chance,
    ChanceBranch,
    Claim,
    Complementarity,
    Decision,
    Effect,
    Given,
    Horizon,
    Measure,
    Metric,
    Observation,
    Outcome,
    Parameter,
    Phase,
    Record,
    Requirement,
    Scenario,
    Spread,
    Statement,
    Threshold,
    node_kind,
)

_SECTIONS: dict[str, type[Record]] = {
    "actors": Actor,
    "measures": Measure,
    "arrangements": Arrangement,
    "parameters": Parameter,
    "phases": Phase,
    "outcomes": Outcome,
    "metrics": Metric,
    "observations": Observation,
    "claims": Claim,
}

_CLAIMS: dict[str, type[Record]] = {
    "necessary": Requirement,
    "sufficient": Requirement,
    "raises": Effect,
    "lowers": Effect,
    "complements": Complementarity,
    "threshold": Threshold,
    "holds": Statement,
}

_TAGS = ("name", "decision", "chance")


def shaped(document: Document, findings: Findings) -> Scenario | None:
    """The scenario in `document`; None, with all faults of shape in `findings`, where it is none."""
    root = whole(document)
    if not root.is_mapping:
        findings.fault(root, f"a scenario is a mapping of fields, and this is {described(document.data)}")
        return None
    for part in _nothing(root):
        hint = "write a value, or remove the key"
        if " " in part.name:
            hint = "inside { } a comma ends a text: if this belongs to the text before it, put the whole in quotes"
        findings.fault(part, "nothing is written here", hint, key=True)
    try:
        return Scenario.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=True, include_input=True):
            fault = _fault(document, detail)
            if fault is not None:
                findings.faults.append(fault)
    return None


def _nothing(part: Part) -> Iterator[Part]:
    """All parts in which nothing is written."""
    if part.data is None:
        yield part
    elif isinstance(part.data, dict):
        for key, data in part.data.items():
            yield from _nothing(Part(part.document, (*part.path, key), data))
    else:
        for element in part.elements():
            yield from _nothing(element)


def described(value: Any) -> str:
    """What a plain value is, for people."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value:g}" if abs(value) < 1e15 else "a large number"
    if isinstance(value, str):
        return f"the text {shortened(value)!r}" if value else "an empty text"
    return "a list" if isinstance(value, (list, tuple)) else "a mapping"


def shortened(text: str, most: int = 40) -> str:
    """`text` in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3] + "..."


def record_at(path: Path, data: Any) -> type[Record] | None:
    """The record that stands at `path`, None where a value or a section does; `data` is the whole document."""
    if not path:
        return Scenario
    if path == ("horizon",):
        return Horizon
    node = _node_at(path, data)
    if node is not None:
        return node
    section = _SECTIONS.get(path[0]) if isinstance(path[0], str) else None
    if len(path) == 2:
        return section
    if section is Parameter and len(path) == 4 and path[2] == "experts":
        return Camp
    if len(path) == 3:
        inner: dict[tuple[type[Record] | None, Any], type[Record]] = {
            (Observation, "observed"): Spread,
            (Metric, "given"): Given,
        }
        return _CLAIMS.get(path[2]) if section is Claim else inner.get((section, path[2]))
    return None


def _node_at(path: Path, data: Any) -> type[Record] | None:
    """The kind of node or branch of a tree at `path`."""
    if path[:1] == ("trees",) and len(path) >= 2:
        start = 2
    elif path[:1] == ("phases",) and len(path) >= 3 and path[2] == "play":
        start = 3
    else:
        return None
    steps = list(path[start:])
    here = value_at(data, path[:start])
    while steps:
        if len(steps) >= 2 and steps[0] == "moves":
            here = value_at(here, tuple(steps[:2]))
            steps = steps[2:]
        elif len(steps) >= 3 and steps[0] == "chance" and steps[2] == "then":
            here = value_at(here, tuple(steps[:3]))
            steps = steps[3:]
        else:
            return ChanceBranch if len(steps) == 2 and steps[0] == "chance" else None
    return Chance if node_kind(here) == "chance" else Decision


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


def _located(data: Any, location: tuple[int | str, ...]) -> tuple[Path, bool]:
    """The path in the document that a location of the validator stands for, and whether it means the key there."""
    path: Path = ()
    here = data
    tagged = False
    for step in location:
        if step == "[key]":
            return path, True
        if step in _TAGS and not tagged and path and _node_at(path, data) in (Decision, Chance):
            tagged = True
            continue
        tagged = False
        if isinstance(here, dict) and step not in here:
            # Keys that are numbers arrive as texts.
            step = next((key for key in here if str(key) == str(step)), step)
        path = (*path, step)
        here = value_at(here, (step,))
    return path, False


def _fault(document: Document, detail: Any) -> Fault | None:
    """One error of the validator in words, with its place; None where the same is said elsewhere."""
    path, is_key = _located(document.data, detail["loc"])
    kind = detail["type"]
    if is_key:
        key = path[-1]
        if key is None:
            return None
        place = document.place(path, key=True)
        if path[-2:-1] == ("discrete",):
            return Fault(f"a value must be a number, and this is {described(key)}", place)
        return Fault(
            f"a name must be a text, and this is {described(key)}", place, f'put it in quotes: "{key}"'
        )
    if kind == "missing":
        return _missing(document, path)
    found = value_at(document.data, path)
    if found is None:
        return None
    if kind == "extra_forbidden":
        return _unknown_field(document, path)
    what, hint = _wrong(kind, detail, path, found, document.data)
    return Fault(what, document.place(path), hint)


def fields_of(record: type[Record]) -> dict[str, str]:
    """The fields of a record as they are written in the file, and what each means."""
    return {info.alias or name: info.description or "" for name, info in record.model_fields.items()}


def _missing(document: Document, path: Path) -> Fault:
    place = document.place(path)
    if isinstance(path[-1], int):
        if path[0] == "correlations":
            return Fault(
                "two parameters and a number are expected here", place, "write [one, other, correlation]"
            )
        return Fault("two numbers are expected here", place, "write [lowest, highest]")
    record = record_at(path[:-1], document.data)
    meaning = fields_of(record).get(path[-1], "") if record else ""
    owner = "the file" if len(path) == 1 else str(path[-2])
    return Fault(
        f"{owner} has no {path[-1]}, which is required", place, f"add {path[-1]}: {_uncapitalised(meaning)}"
    )


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".") if text else "its value"


def _unknown_field(document: Document, path: Path) -> Fault:
    record = record_at(path[:-1], document.data)
    valid = fields_of(record) if record else {}
    place = document.place(path, key=True)
    name = str(path[-1])
    hint = did_you_mean(name[:100], valid, "field")
    if record is Decision and name == "chance":
        hint = "a node is either a decision (actor, moves) or a chance node (chance)"
    elif record is Chance and name in ("actor", "moves", "bound", "noise"):
        hint = "a node is either a chance node (chance) or a decision (actor, moves)"
    return Fault(f"{shortened(name)} is not a field here", place, hint)


def _wrong(kind: str, detail: Any, path: Path, found: Any, data: Any) -> tuple[str, str]:
    """What is wrong with a value, and what to do, by the validator's kind of error."""
    is_ = f"and this is {described(found)}"
    if kind == "number":
        hint = "an expression cannot stand here" if isinstance(found, str) else ""
        return f"a number is expected, {is_}", hint
    if kind == "expression":
        return (
            f"a number or an expression is expected, {is_}",
            "write 1 for true and 0 for false" if isinstance(found, bool) else "",
        )
    if kind in ("node", "branch"):
        hint = "name an outcome or a tree, or write a node (actor and moves, or chance)"
        if isinstance(found, dict):
            written = [str(key) for key in found]
            hint = f"it has {', '.join(map(shortened, written))}" if written else "it is empty"
        wanted = "a decision (actor and moves) or a chance node (chance)"
        if kind == "branch" and not isinstance(found, dict):
            wanted = f"the name of an outcome or tree, or {wanted},"
        return f"{wanted} is expected, {is_}", hint
    if kind == "string_type":
        quoting = f'put it in quotes: "{found}"' if isinstance(found, (int, float)) else ""
        return f"a text is expected, {is_}", quoting
    if kind == "string_too_short":
        return "the text is empty", "write a text, or remove the field"
    if kind == "bool_type":
        return f"true or false is expected, {is_}", ""
    if kind == "literal_error":
        return _choice(path, found, detail)
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        record = record_at(path, data)
        fields = f" with {', '.join(list(fields_of(record))[:6])}" if record else " of names"
        return f"a mapping{fields} is expected, {is_}", "write name: value pairs below it, indented further"
    if kind == "tuple_type":
        hint = (
            f"write it in brackets: [{found}]" if isinstance(found, (str, int, float)) else "write [one, two]"
        )
        return f"a list is expected, {is_}", hint
    if kind == "too_short":
        least = (detail.get("ctx") or {}).get("min_length", 1)
        return (
            ("nothing stands here", "name at least one") if least == 1 else (f"{least} are expected here", "")
        )
    if kind == "too_long":
        most = (detail.get("ctx") or {}).get("max_length", 1)
        return f"no more than {most} are expected here", "remove the rest"
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, {is_}", ""


def _choice(path: Path, found: Any, detail: Any) -> tuple[str, str]:
    if path == ("format",):
        what = f"this is not a scenario of the format {FORMAT}: its format is {described(found)}"
        return what, f"write format: {FORMAT}"
    choices = [word.strip("' ") for word in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]
    what = f"{', '.join(choices[:-1])} or {choices[-1]} is expected, and this is {described(found)}"
    return what, did_you_mean(found[:100], choices, "word") if isinstance(found, str) else ""
