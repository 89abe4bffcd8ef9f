"""Reads `.gmcr` files, the JSON that gmcr-py (GMCR+) saves.

Options are held by number; conditions are lists of [option, "Y" or "N"], or unions of such lists; states are numbered
from 1 over the feasible vectors with the first option counting fastest, after options have been put in the order of
their owners. What the format holds beyond a conflict (coalitions as merged players, misperceptions, payoffs that were
computed) is not read; the notes of the conflict say so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from backstop.base.document import dotted
from backstop.base.faults import BackstopError, Fault, InvalidInput, Place
from backstop.graphmodel.files.case_file import load_json
from backstop.graphmodel.files.drafting import Draft, moves_of, states_of, vectors_of
from backstop.graphmodel.files.preference_reader import Path, PreferenceReader
from backstop.graphmodel.model.conflict import Conflict, DecisionMaker, Direction, Option
from backstop.graphmodel.model.feasible import MAX_STATES
from backstop.graphmodel.model.formula import Formula, conjunction
from backstop.graphmodel.model.preference import Preference, from_levels, from_statements

_DIRECTIONS: Mapping[str, Direction] = {"both": "both", "fwd": "on_only", "back": "off_only"}
_MANUAL = ("useManualPreferenceRanking", "useManualPreferenceVectors")
_RANKING = ("preferenceRanking", "preferenceVector")


def read_gmcr(data: bytes, file: str, limit: int = MAX_STATES) -> Conflict:
    """The conflict in a `.gmcr` file. Raises InvalidInput with what is wrong, Refused for too many states."""
    return _GmcrFile(load_json(data, file), file, limit).read()


class _GmcrFile:
    def __init__(self, content: Mapping[str, Any], file: str, limit: int) -> None:
        self.content = content
        self.file = file
        self.limit = limit
        self.faults: list[Fault] = []

    def tell(self, path: Path, what: str, hint: str = "") -> None:
        self.faults.append(Fault(what, Place(self.file, path=dotted(path)), hint))

    def stop(self) -> None:
        if self.faults:
            raise InvalidInput(self.faults)

    def read(self) -> Conflict:
        for key in ("decisionMakers", "options", "infeasibles"):
            if not isinstance(self.content.get(key), list):
                self.tell((key,), f"{key} is missing or not a list", "is this a .gmcr file?")
        self.stop()
        makers, options, place = self._owners()
        self.stop()
        infeasible = [
            formula
            for at, item in enumerate(self.content["infeasibles"])
            if (formula := self._condition(item, ("infeasibles", at), options, place)) is not None
        ]
        self.stop()
        title = re.sub(r".*[/\\]|\.gmcr$", "", self.file)
        draft = Draft(title, makers, options, tuple(infeasible))
        try:
            states = states_of(draft, vectors_of(draft, self.limit))
            moves = moves_of(draft, states)
        except BackstopError as error:
            raise type(error)([Fault(f.what, Place(self.file), f.hint) for f in error.faults]) from error
        manual = any(self.content.get(key) is True for key in _MANUAL)
        preferences: list[Preference] = []
        reader = PreferenceReader(options, states, self.tell)
        for at, given in enumerate(self.content["decisionMakers"]):
            if manual:
                found = self._ranking(given, ("decisionMakers", at), len(states))
            else:
                path: Path = ("decisionMakers", at, "preferences")
                items = given.get("preferences", [])
                if not isinstance(items, list):
                    self.tell(path, "preferences are a list of conditions")
                    continue
                formulas = [self._condition(item, (*path, k), options, place) for k, item in enumerate(items)]
                kept = [formula for formula in formulas if formula is not None]
                found = from_statements(kept, reader.truths(kept))
            if found is not None:
                preferences.append(found)
        self.stop()
        return Conflict(
            title=title,
            decision_makers=makers,
            options=options,
            states=states,
            moves=moves,
            preferences=tuple(preferences),
            notes=self._notes(),
        )

    def _owners(self) -> tuple[tuple[DecisionMaker, ...], tuple[Option, ...], Mapping[int, int]]:
        """Decision makers, options in the order of their owners, and where each numbered option went."""
        makers: list[DecisionMaker] = []
        options: list[Option] = []
        place: dict[int, int] = {}
        listed = self.content["options"]
        for at, given in enumerate(self.content["decisionMakers"]):
            if not isinstance(given, dict) or not isinstance(given.get("options"), list):
                self.tell(("decisionMakers", at), "a decision maker needs a name and a list of options")
                continue
            name = str(given.get("name", f"decision maker {at + 1}"))
            maker = _identifier(name, {dm.id for dm in makers}, f"dm{at + 1}")
            makers.append(DecisionMaker(maker, name))
            for number in given["options"]:
                path: Path = ("decisionMakers", at, "options")
                if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < len(listed):
                    self.tell(path, f"there is no option number {number}")
                    continue
                if number in place:
                    self.tell(path, f"option {number} belongs to two decision makers", "give it to one")
                    continue
                item = listed[number] if isinstance(listed[number], dict) else {}
                direction = _DIRECTIONS.get(str(item.get("permittedDirection", "both")))
                if direction is None:
                    self.tell(
                        ("options", number),
                        f"unknown direction {item.get('permittedDirection')!r}",
                        "use both, fwd or back",
                    )
                text = str(item.get("name", f"option {number + 1}"))
                taken = {option.id for option in options}
                place[number] = len(options)
                options.append(
                    Option(_identifier(text, taken, f"o{number + 1}"), maker, text, direction or "both")
                )
        for number in range(len(listed)):
            if number not in place and not self.faults:
                self.tell(
                    ("options", number),
                    "this option belongs to no decision maker",
                    "give it to one, or remove it",
                )
        if not makers:
            self.tell(("decisionMakers",), "there is no decision maker")
        return tuple(makers), tuple(options), place

    def _condition(
        self, item: Any, path: Path, options: Sequence[Option], place: Mapping[int, int]
    ) -> Formula | None:
        if isinstance(item, dict):
            members = item.get("members")
            parts = [
                self._condition(member, (*path, "members", at), options, place)
                for at, member in enumerate(members if isinstance(members, list) else [])
            ]
            found = [part for part in parts if part is not None]
            if not found:
                self.tell(path, "this union has no members")
                return None
            return found[0] if len(found) == 1 else Formula("or", parts=tuple(found))
        literals: list[Formula] = []
        for pair in item if isinstance(item, list) else []:
            good = isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and pair[0] in place
            if not good or pair[1] not in ("Y", "N"):
                self.tell(path, f"{pair!r} is not an option's number with Y or N")
                return None
            name = Formula("name", options[place[pair[0]]].id)
            literals.append(name if pair[1] == "Y" else Formula("not", parts=(name,)))
        if not literals:
            self.tell(path, "this condition is empty")
            return None
        return conjunction(literals)

    def _ranking(self, given: Mapping[str, Any], path: Path, size: int) -> Preference | None:
        order = next((given[key] for key in _RANKING if isinstance(given.get(key), list)), None)
        if order is None:
            self.tell(path, "the ranking is missing", "save the file again with rankings, or with priorities")
            return None
        levels: list[list[int]] = []
        seen: set[int] = set()
        for at, level in enumerate(order):
            members = level if isinstance(level, list) else [level]
            for number in members:
                if not isinstance(number, int) or not 1 <= number <= size:
                    self.tell(
                        (*path, "preferenceRanking", at), f"there is no state {number}; there are {size}"
                    )
                    return None
                if number in seen:
                    self.tell(
                        (*path, "preferenceRanking", at), f"state {number} is ranked twice", "keep one place"
                    )
                    return None
                seen.add(number)
            levels.append([number - 1 for number in members])
        missing = [f"s{number}" for number in range(1, size + 1) if number not in seen]
        if missing:
            self.tell(
                (*path, "preferenceRanking"),
                f"the ranking leaves out {len(missing)} states: {', '.join(missing[:8])}",
            )
            return None
        return from_levels(levels, size)

    def _notes(self) -> tuple[str, ...]:
        notes = []
        if any(isinstance(dm, dict) and dm.get("misperceptions") for dm in self.content["decisionMakers"]):
            notes.append("misperceptions in the file are not read")
        if any(isinstance(item, list) and len(item) > 1 for item in self.content.get("coalitions", [])):
            notes.append("players merged into a coalition are kept apart; see the analysis of coalitions")
        return tuple(notes)


def _identifier(name: str, taken: set[str], fallback: str) -> str:
    """A name made into an identifier that is not taken yet."""
    text = re.sub(r"\W+", "_", name.casefold(), flags=re.ASCII).strip("_")
    if (
        not re.fullmatch(r"[a-z_]\w*", text, re.ASCII)
        or re.fullmatch(r"s\d+", text)
        or text in ("and", "or", "not", "if", "iff")
    ):
        text = f"{fallback}_{text}".rstrip("_")
    found, count = text, 2
    while found in taken:
        found, count = f"{text}_{count}", count + 1
    return found
