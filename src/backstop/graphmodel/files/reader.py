"""Reads a conflict from a file: `backstop-graph/1` (YAML), `backstop-gmcr-case/1` (JSON) or `.gmcr`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, TypeVar

from backstop.base.document import Document, parse_document
from backstop.base.faults import BackstopError, Fault, InvalidInput, Place
from backstop.base.words import did_you_mean, readable
from backstop.graphmodel.files.case_file import SCHEMA, load_json, read_case
from backstop.graphmodel.files.condition_reader import ConditionReader
from backstop.graphmodel.files.drafting import Ban, Draft, arcs_of, form_of, moves_of, states_of, vectors_of
from backstop.graphmodel.files.preference_reader import KINDS, Path, PreferenceReader
from backstop.graphmodel.model.conflict import Conflict, DecisionMaker, Direction, Option, States
from backstop.graphmodel.model.feasible import MAX_STATES
from backstop.graphmodel.model.formula import Formula
from backstop.graphmodel.model.preference import Preference

FORMAT = "backstop-graph/1"
FILE_NAME = "graph.yaml"
MOST_BYTES = 64 << 20

_FIELDS = (
    "format", "title", "question", "note", "decision_makers", "options", "infeasible", "merge", "banned_moves",
    "states", "moves", "titles", "preferences", "status_quo", "evidence", "variants",
)  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STATE_NAME = re.compile(r"s[0-9]+")
_YES = {"yes": True, "no": False, "true": True, "false": False, True: True, False: False}
T = TypeVar("T")


def load(path: str | FilePath, variant: str = "", max_states: int = MAX_STATES) -> Conflict:
    """The conflict in a file, or in the `graph.yaml` of a study folder; `variant` picks another set of preferences.

    Raises InvalidInput with every fault found, Refused where there are more than `max_states` states.
    """
    file = FilePath(path)
    if file.is_dir():
        if not (file / FILE_NAME).is_file():
            raise InvalidInput(
                f"the folder has no {FILE_NAME}", place=Place(str(file)), hint="name the file itself"
            )
        file = file / FILE_NAME
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput(f"the file has more than {MOST_BYTES >> 20} MiB", place=Place(str(file)))
        data = file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"cannot be read ({error.strerror or error})", place=Place(str(file)), hint="check the name"
        ) from error
    return read(data, str(file), variant, max_states)


def read(data: bytes, file: str, variant: str = "", max_states: int = MAX_STATES) -> Conflict:
    """As `load`, from the content of a file; its name tells `.gmcr` from the other formats."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        if variant:
            raise InvalidInput("only YAML files have variants", place=Place(file), hint="leave --variant out")
        if file.endswith(".gmcr"):
            from backstop.graphmodel.files.gmcr_file import read_gmcr

            return read_gmcr(data, file, max_states)
        content = load_json(data, file)
        schema = content.get("schema")
        if schema == SCHEMA:
            return read_case(data, file, max_states)
        if "format" not in content and schema is not None:
            raise InvalidInput(
                f"no conflict is in a file of the schema {schema!r}",
                place=Place(file, path="schema"),
                hint=f"of JSON files, {SCHEMA} is read",
            )
    document = parse_document(data, file)
    return _GraphFile(document, variant, max_states).read()


class _GraphFile:
    """One `backstop-graph/1` document being read; everything wrong is collected and told at once."""

    def __init__(self, document: Document, variant: str, limit: int) -> None:
        self.document = document
        self.variant = variant
        self.limit = limit
        self.faults: list[Fault] = list(document.faults)
        self.citations: list[tuple[str, Place]] = []
        self.data: Mapping[str, Any] = document.data if isinstance(document.data, dict) else {}

    def tell(self, path: Path, what: str, hint: str = "") -> None:
        self.faults.append(Fault(what, self.document.place(path), hint))

    def stop(self) -> None:
        if self.faults:
            raise InvalidInput(self.faults)

    def placed(self, path: Path, work: Callable[[], T]) -> T:
        """The result of `work`, whose faults get the place of `path`."""
        try:
            return work()
        except BackstopError as error:
            place = self.document.place(path)
            raise type(error)([Fault(fault.what, place, fault.hint) for fault in error.faults]) from error

    def read(self) -> Conflict:
        if not isinstance(self.document.data, dict):
            self.tell((), "the file holds no mapping", f"begin with format: {FORMAT}")
            self.stop()
        if self.data.get("format") != FORMAT:
            self.tell(
                ("format",), f"the format is {self.data.get('format')!r}", f"begin with format: {FORMAT}"
            )
        for key in self.data:
            if key not in _FIELDS:
                hint = did_you_mean(str(key), _FIELDS, "field")
                self.faults.append(Fault(f"unknown field {key}", self.document.place((key,), key=True), hint))
        if not isinstance(self.data.get("title"), str):
            self.tell(("title",), "the title is missing", "add title: ...")
        makers = self._decision_makers()
        options = self._options([dm.id for dm in makers])
        graph = "states" in self.data or "moves" in self.data
        if graph:
            self.stop()
            states, moves = self._graph(makers)
            form = "graph"
        else:
            draft = self._draft(makers, options)
            self.stop()
            codes = self.placed(("infeasible",), lambda: vectors_of(draft, self.limit))
            states = self.placed(("merge",), lambda: states_of(draft, codes))
            moves = self.placed(("options",), lambda: moves_of(draft, states))
            form = form_of(draft)
        reader = PreferenceReader(options, states, self.tell)
        preferences = self._preferences(makers, reader)
        status_quo = self._status_quo(options, states, reader)
        self.stop()
        return Conflict(
            title=str(self.data["title"]),
            decision_makers=makers,
            options=options,
            states=states,
            moves=moves,
            preferences=preferences,
            form="graph" if form == "graph" else "merged" if form == "merged" else "option",
            status_quo=status_quo,
            variants=tuple(self.data.get("variants", {})),
            variant=self.variant,
            question=str(self.data.get("question", "")),
            citations=tuple(self.citations),
        )

    # Structure

    def _mapping(self, key: str, needed: bool = False) -> Mapping[str, Any]:
        value = self.data.get(key, {})
        if not isinstance(value, dict) or (needed and not value):
            self.tell((key,), f"{key} must be a mapping" + (" with at least one entry" if needed else ""))
            return {}
        return value

    def _evidence(self, given: Any, path: Path) -> tuple[str, ...]:
        items = given if isinstance(given, list) else [given] if given is not None else []
        if not all(isinstance(item, str) for item in items):
            self.tell(path, "evidence is a list of ids of statements or propositions", "write [000-12, M13]")
            return ()
        for at, item in enumerate(items):
            self.citations.append(
                (item, self.document.place((*path, at) if isinstance(given, list) else path))
            )
        return tuple(items)

    def _decision_makers(self) -> tuple[DecisionMaker, ...]:
        evidence = self._mapping("evidence")
        given = self._mapping("decision_makers", needed=True)
        for name in evidence:
            if name not in given:
                hint = did_you_mean(str(name), map(str, given), "decision maker")
                self.tell(("evidence", name), f"{name} is no decision maker", hint)
        found = []
        for name, value in given.items():
            if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
                self.tell(
                    ("decision_makers", name), f"{name!r} is not an identifier", "use letters, digits and _"
                )
            elif not isinstance(value, str | None):
                self.tell(
                    ("decision_makers", name),
                    "a decision maker has a name in words",
                    f"write {name}: {readable(name)}",
                )
            else:
                cited = self._evidence(evidence.get(name), ("evidence", name))
                found.append(DecisionMaker(name, value or readable(name), cited))
        return tuple(found)

    def _options(self, makers: Sequence[str]) -> tuple[Option, ...]:
        found = []
        fields = ("by", "title", "direction", "evidence", "note")
        for name, given in self._mapping("options").items():
            path: Path = ("options", name)
            if (
                not isinstance(name, str)
                or not _IDENTIFIER.fullmatch(name)
                or name in ("and", "or", "not", "if", "iff")
            ):
                self.tell(
                    path,
                    f"{name!r} cannot be the name of an option",
                    "use letters, digits and _; no connective",
                )
                continue
            if _STATE_NAME.fullmatch(name):
                self.tell(
                    path, f"{name} could be the name of a state", "choose a name that is not s and a number"
                )
            value = {"by": given} if isinstance(given, str) else given
            if not isinstance(value, dict):
                self.tell(
                    path, "an option says who controls it", "write {by: ..., title: ..., direction: both}"
                )
                continue
            for key in value:
                if key not in fields:
                    self.tell((*path, key), f"unknown field {key}", did_you_mean(str(key), fields, "field"))
            owner = value.get("by")
            if owner not in makers:
                hint = did_you_mean(str(owner), makers, "decision maker")
                self.tell((*path, "by"), f"{owner} is no decision maker", hint)
            direction = value.get("direction", "both")
            way: Direction = (
                "on_only" if direction == "on_only" else "off_only" if direction == "off_only" else "both"
            )
            if direction not in ("both", "on_only", "off_only"):
                self.tell(
                    (*path, "direction"), f"unknown direction {direction!r}", "use both, on_only or off_only"
                )
            cited = self._evidence(value.get("evidence"), (*path, "evidence"))
            found.append(Option(name, str(owner), str(value.get("title") or readable(name)), way, cited))
        return tuple(found)

    def _draft(self, makers: Sequence[DecisionMaker], options: Sequence[Option]) -> Draft:
        names = [option.id for option in options]
        if not names and "options" not in self.data:
            self.tell(("options",), "there are no options", "add options, or states and moves")
        reader = ConditionReader(names, self.tell)
        infeasible: list[Formula] = []
        listed = self.data.get("infeasible", [])
        if not isinstance(listed, list):
            self.tell(("infeasible",), "infeasible is a list of conditions", "write - deploy and not deal")
            listed = []
        for at, item in enumerate(listed):
            infeasible.extend(reader.condition(item, ("infeasible", at)))
        merges = []
        for name, text in self._mapping("merge").items():
            formula = reader.formula(text, ("merge", name))
            clash = isinstance(name, str) and (name in names or _STATE_NAME.fullmatch(name) is not None)
            if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name) or clash:
                hint = "use letters, digits and _; no name of an option, and not s and a number"
                self.tell(("merge", name), f"{name!r} cannot be the name of a merged state", hint)
            elif formula is not None:
                merges.append((name, formula))
        bans = self._bans([dm.id for dm in makers], reader)
        titles = {str(k): str(v) for k, v in self._mapping("titles").items()}
        return Draft(
            str(self.data.get("title", "")),
            tuple(makers),
            tuple(options),
            tuple(infeasible),
            tuple(merges),
            bans,
            titles,
        )

    def _bans(self, makers: Sequence[str], reader: ConditionReader) -> tuple[Ban, ...]:
        found = []
        listed = self.data.get("banned_moves", [])
        for at, item in enumerate(listed if isinstance(listed, list) else [listed]):
            path: Path = ("banned_moves", at)
            if not isinstance(item, dict) or set(item) - {"by", "from", "to"} or item.get("by") not in makers:
                self.tell(
                    path,
                    "a banned move names who may not make it",
                    "write {by: ..., from: FORMULA, to: FORMULA}",
                )
                continue
            origin = reader.formula(item["from"], (*path, "from")) if "from" in item else None
            end = reader.formula(item["to"], (*path, "to")) if "to" in item else None
            found.append(Ban(item["by"], origin, end))
        return tuple(found)

    def _graph(self, makers: Sequence[DecisionMaker]) -> tuple[States, Any]:
        """States and arcs given one by one."""
        import numpy as np

        for key in ("options", "infeasible", "merge", "banned_moves"):
            if key in self.data:
                self.tell(
                    (key,),
                    f"{key} has no meaning beside states and moves given one by one",
                    "leave one of them out",
                )
        given = self.data.get("states", [])
        names = given if isinstance(given, list) else list(given) if isinstance(given, dict) else []
        titles = {str(k): str(v) for k, v in given.items()} if isinstance(given, dict) else {}
        for at, name in enumerate(names):
            if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
                self.tell(
                    ("states", at), f"{name!r} cannot be the name of a state", "use letters, digits and _"
                )
        if not names:
            self.tell(("states",), "no state is feasible: the list of states is empty", "name the states")
        if len(set(map(str, names))) < len(names):
            self.tell(("states",), "a state is named twice", "keep one")
        self.stop()
        states = States(tuple(names), np.zeros(0, np.uint64), np.zeros(0, np.int32), titles)
        arcs: dict[str, list[tuple[int, int]]] = {}
        for maker, listed in self._mapping("moves").items():
            if maker not in {dm.id for dm in makers}:
                self.tell(
                    ("moves", maker),
                    f"{maker} is no decision maker",
                    did_you_mean(str(maker), [d.id for d in makers]),
                )
                continue
            for at, arc in enumerate(listed if isinstance(listed, list) else [listed]):
                ends = [states.index.get(str(end)) for end in arc] if isinstance(arc, list) else []
                if len(ends) != 2 or ends[0] is None or ends[1] is None:
                    self.tell(("moves", maker, at), f"{arc!r} is not a pair of states", "write [from, to]")
                else:
                    arcs.setdefault(maker, []).append((ends[0], ends[1]))
        return states, arcs_of(len(states), arcs, makers)

    # Preferences and status quo

    def _preferences(
        self, makers: Sequence[DecisionMaker], reader: PreferenceReader
    ) -> tuple[Preference, ...]:
        base = self._mapping("preferences", needed=True)
        found = {
            dm.id: self._preference(dm.id, base.get(dm.id), ("preferences", dm.id), reader) for dm in makers
        }
        self._only_makers(base, ("preferences",), makers)
        variants = self._mapping("variants")
        for name, given in variants.items():
            # Every variant is checked, whichever is asked for.
            fields = ("title", "preferences", "note", "evidence")
            if (
                not isinstance(given, dict)
                or not isinstance(given.get("preferences"), dict)
                or set(given) - set(fields)
            ):
                self.tell(
                    ("variants", name),
                    "a variant gives preferences that replace others",
                    "write {title: ..., preferences: {...}}",
                )
                continue
            self._evidence(given.get("evidence"), ("variants", name, "evidence"))
            path: Path = ("variants", name, "preferences")
            self._only_makers(given["preferences"], path, makers)
            for dm in makers:
                if dm.id in given["preferences"]:
                    changed = self._preference(dm.id, given["preferences"][dm.id], (*path, dm.id), reader)
                    if name == self.variant:
                        found[dm.id] = changed
        if self.variant and self.variant not in variants:
            raise InvalidInput(
                f"there is no variant {self.variant}",
                place=self.document.place(("variants",)),
                hint=did_you_mean(self.variant, map(str, variants), "variant"),
            )
        return tuple(preference for preference in found.values() if preference is not None)

    def _only_makers(self, given: Mapping[str, Any], path: Path, makers: Sequence[DecisionMaker]) -> None:
        ids = [dm.id for dm in makers]
        for name in given:
            if name not in ids:
                self.tell(
                    (*path, name),
                    f"{name} is no decision maker",
                    did_you_mean(str(name), ids, "decision maker"),
                )

    def _preference(self, name: str, given: Any, path: Path, reader: PreferenceReader) -> Preference | None:
        if given is None:
            self.tell(path, f"there are no preferences of {name}", f"give one of {', '.join(KINDS)}")
            return None
        kinds = [key for key in given if key in KINDS] if isinstance(given, dict) else []
        if not isinstance(given, dict) or len(kinds) != 1 or set(given) - {*kinds, "note", "evidence"}:
            odd = (
                [str(key) for key in given if key not in (*KINDS, "note", "evidence")]
                if isinstance(given, dict)
                else []
            )
            hint = did_you_mean(odd[0], KINDS, "field") if odd else f"give exactly one of {', '.join(KINDS)}"
            self.tell(path, f"unknown field {odd[0]}" if odd else "preferences take exactly one form", hint)
            return None
        self._evidence(given.get("evidence"), (*path, "evidence"))
        return reader.read(kinds[0], given[kinds[0]], (*path, kinds[0]))

    def _status_quo(self, options: Sequence[Option], states: States, reader: PreferenceReader) -> int | None:
        given = self.data.get("status_quo")
        if given is None:
            return None
        path: Path = ("status_quo",)
        if isinstance(given, str):
            if given not in states.index:
                self.tell(path, f"no state is called {given}", did_you_mean(given, states.ids, "state"))
                return None
            return states.index[given]
        if not isinstance(given, dict) or not options:
            self.tell(
                path, "the status quo is a state, or yes or no per option", "write {deal: no, backstop: no}"
            )
            return None
        names = [option.id for option in options]
        code = 0
        told = False
        for name, value in given.items():
            if name not in names:
                self.tell((*path, name), f"unknown option {name}", did_you_mean(str(name), names, "option"))
                told = True
            elif not isinstance(value, (str, bool, int)) or value not in _YES:
                self.tell((*path, name), f"{value!r} is neither yes nor no", "write yes or no")
                told = True
            elif _YES[value]:
                code |= 1 << names.index(name)
        if told:
            return None
        found = (states.codes == code).nonzero()[0]
        if not len(found):
            self.tell(path, "the status quo is infeasible", "correct it, or the infeasibility conditions")
            return None
        return int(states.node[found[0]])
