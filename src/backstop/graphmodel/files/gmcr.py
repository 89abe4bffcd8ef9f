"""`.gmcr` files, the JSON that gmcr-py (GMCR+) saves, in the keys of a graph file.

Options are held by number; conditions are lists of [option, "Y" or "N"], or unions of such lists; states are numbered
from 1 over the feasible vectors with the first option counting fastest, after options have been put in the order of
their owners. What the format holds beyond a conflict (coalitions as merged players, misperceptions, payoffs that were
computed) is not read; the notes of the conflict say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backstop.base.document import Path
from backstop.graphmodel.files.records import FORMAT
from backstop.graphmodel.files.source import Content, Source, moved
from backstop.graphmodel.model.formula import WORDS

_DIRECTIONS = {"both": "both", "fwd": "on_only", "back": "off_only"}
_MANUAL = ("useManualPreferenceRanking", "useManualPreferenceVectors")
_RANKING = ("preferenceRanking", "preferenceVector")


def gmcr_source(content: Content, file: str) -> Source:
    """The conflict in a `.gmcr` file as a graph file. Raises InvalidInput with what is wrong."""
    paths: dict[Path, Path] = {("infeasible",): ("infeasibles",)}
    data: dict[str, Any] = {"format": FORMAT, "title": re.sub(r".*[/\\]|\.gmcr$", "", file)}
    source = Source(data, moved(file, paths), own_names=True)
    for key in ("decisionMakers", "options", "infeasibles"):
        if not isinstance(content.get(key), list):
            source.tell((key,), f"{key} is missing or not a list", "is this a .gmcr file?")
    source.stop()
    ids = _owners(source, content, paths)
    source.stop()
    data["infeasible"] = [
        _condition(source, item, ("infeasibles", at), ids) for at, item in enumerate(content["infeasibles"])
    ]
    manual = any(content.get(key) is True for key in _MANUAL)
    data["preferences"] = {}
    for at, (maker, given) in enumerate(zip(data["decision_makers"], content["decisionMakers"], strict=True)):
        path: Path = ("decisionMakers", at)
        if manual:
            key = next((key for key in _RANKING if isinstance(given.get(key), list)), "")
            if not key:
                source.tell(
                    path, "the ranking is missing", "save the file again with rankings, or with priorities"
                )
                continue
            data["preferences"][maker] = {"ranking": [_numbered(level) for level in given[key]]}
            paths["preferences", maker, "ranking"] = (*path, key)
            continue
        items = given.get("preferences", [])
        if not isinstance(items, list):
            source.tell((*path, "preferences"), "preferences are a list of conditions")
            continue
        conditions = [
            _condition(source, item, (*path, "preferences", k), ids) for k, item in enumerate(items)
        ]
        data["preferences"][maker] = {"statements": conditions}
        paths["preferences", maker, "statements"] = (*path, "preferences")
    source.stop()
    source.notes += _notes(content)
    return source


def _numbered(level: object) -> object:
    """A state, or several, by the ids of their numbers."""
    if isinstance(level, list):
        return [_numbered(each) for each in level]
    return f"s{level}" if isinstance(level, int) and not isinstance(level, bool) else level


def _owners(source: Source, content: Content, paths: dict[Path, Path]) -> dict[int, str]:
    """Decision makers, and options in the order of their owners; the id of each numbered option."""
    makers: dict[str, str] = {}
    options: dict[str, object] = {}
    ids: dict[int, str] = {}
    listed = content["options"]
    for at, given in enumerate(content["decisionMakers"]):
        if not isinstance(given, dict) or not isinstance(given.get("options"), list):
            source.tell(("decisionMakers", at), "a decision maker needs a name and a list of options")
            continue
        name = str(given.get("name", f"decision maker {at + 1}"))
        maker = _identifier(name, makers, f"dm{at + 1}")
        makers[maker] = name
        for number in given["options"]:
            path: Path = ("decisionMakers", at, "options")
            if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(listed):
                source.tell(path, f"there is no option number {number}")
            elif number in ids:
                source.tell(path, f"option {number} belongs to two decision makers", "give it to one")
            else:
                item = listed[number] if isinstance(listed[number], dict) else {}
                text = str(item.get("name", f"option {number + 1}"))
                ids[number] = _identifier(text, options, f"o{number + 1}")
                way = str(item.get("permittedDirection", "both"))
                options[ids[number]] = {"by": maker, "title": text, "direction": _DIRECTIONS.get(way, way)}
                paths["options", ids[number]] = ("options", number)
    for number in range(len(listed)):
        if number not in ids and not source.faults:
            what = "this option belongs to no decision maker"
            source.tell(("options", number), what, "give it to one, or remove it")
    if not makers:
        source.tell(("decisionMakers",), "there is no decision maker")
    source.data |= {"decision_makers": makers, "options": options}
    return ids


def _condition(source: Source, item: object, path: Path, ids: Mapping[int, str]) -> list[object]:
    """A condition as nested lists: all of its literals, or one of the members of a union."""
    if isinstance(item, dict):
        members = item.get("members")
        if not isinstance(members, list) or not members:
            source.tell(path, "this union has no members")
            return []
        found = [_condition(source, member, (*path, "members", at), ids) for at, member in enumerate(members)]
        return ["or", *found]
    literals: list[object] = []
    for pair in item if isinstance(item, list) else []:
        good = isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and pair[0] in ids
        if not good or pair[1] not in ("Y", "N"):
            source.tell(path, f"{pair!r} is not an option's number with Y or N")
            return []
        literals.append(ids[pair[0]] if pair[1] == "Y" else ["not", ids[pair[0]]])
    if not literals:
        source.tell(path, "this condition is empty")
    return ["and", *literals]


def _notes(content: Content) -> list[str]:
    notes = []
    if any(isinstance(dm, dict) and dm.get("misperceptions") for dm in content["decisionMakers"]):
        notes.append("misperceptions in the file are not read")
    merged = content.get("coalitions")
    if isinstance(merged, list) and any(isinstance(item, list) and len(item) > 1 for item in merged):
        notes.append("players merged into a coalition are kept apart; see the analysis of coalitions")
    return notes


def _identifier(name: str, taken: Mapping[str, object], fallback: str) -> str:
    """A name made into an identifier that is not taken yet."""
    text = re.sub(r"\W+", "_", name.casefold(), flags=re.ASCII).strip("_")
    if not re.fullmatch(r"(?!s\d+$)[a-z_]\w*", text, re.ASCII) or text in WORDS:
        text = f"{fallback}_{text}".rstrip("_")
    found, count = text, 2
    while found in taken:
        found, count = f"{text}_{count}", count + 1
    return found
