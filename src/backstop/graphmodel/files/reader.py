"""Reads a conflict from a file: `backstop-graph/1` (YAML), `backstop-gmcr-case/1` (JSON) or `.gmcr`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from backstop.base.document import Path, parse_document
from backstop.base.faults import InvalidInput, Place
from backstop.base.files import read_file
from backstop.base.words import did_you_mean, readable
from backstop.graphmodel.files.case import SCHEMA, case_source
from backstop.graphmodel.files.gmcr import gmcr_source
from backstop.graphmodel.files.numbering import Numbering
from backstop.graphmodel.files.preferences import PreferenceReader
from backstop.graphmodel.files.records import FORMAT, KINDS, GraphRecord, Preferences
from backstop.graphmodel.files.source import Source, json_object
from backstop.graphmodel.files.statements import StatementReader
from backstop.graphmodel.model.conflict import (
    Conflict,
    DecisionMaker,
    Option,
    States,
    graph_moves,
    listed_states,
    merged_states,
    name_truth,
    option_moves,
    plain_states,
)
from backstop.graphmodel.model.feasible import MAX_STATES, feasible_vectors
from backstop.graphmodel.model.formula import WORDS, evaluate
from backstop.graphmodel.model.moves import Moves
from backstop.graphmodel.model.preference import Bools, Preference

FILE_NAME = "graph.yaml"
MOST_BYTES = 64 << 20

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STATE_NAME = re.compile(r"s[0-9]+")
_YES = {"yes": True, "no": False, "true": True, "false": False, True: True, False: False}


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
    return read(read_file(file, MOST_BYTES), str(file), variant, max_states)


def read(data: bytes, file: str, variant: str = "", max_states: int = MAX_STATES) -> Conflict:
    """The conflict in the content of a file; its name tells `.gmcr` from the other formats. Raises as `load`."""
    source = _translated(data, file)
    if source is None:
        document = parse_document(data, file)
        source = Source(document.data, document.place, faults=list(document.faults))
        if not isinstance(document.data, dict):
            source.tell((), "the file holds no mapping", f"begin with format: {FORMAT}")
            source.stop()
    elif variant:
        raise InvalidInput("only graph files have variants", place=Place(file), hint="leave --variant out")
    return _Reading(source, variant, max_states).conflict()


def _translated(data: bytes, file: str) -> Source | None:
    """A file of another format as a graph file; None where it is a graph file, in YAML or in JSON, which is YAML."""
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if file.endswith(".gmcr"):
        if text[:1] != b"{":
            raise InvalidInput(
                "this is not the JSON that GMCR+ saves"
                + (" but a binary file, as GMCR II and other older programs wrote" if b"\0" in data else ""),
                place=Place(file),
                hint="save it from GMCR+, or write the conflict as a graph.yaml",
            )
        return gmcr_source(json_object(data, file), file)
    if text[:1] != b"{" or file.endswith((".yaml", ".yml")):
        return None
    content = json_object(data, file)
    schema = content.get("schema")
    if schema == SCHEMA:
        return case_source(content, file)
    if "format" not in content and schema is not None:
        raise InvalidInput(
            f"no conflict is in a file of the schema {schema!r}",
            place=Place(file, path="schema"),
            hint=f"of JSON files, {SCHEMA} is read",
        )
    return None


class _Reading:
    """The content of one file being turned into a conflict; everything wrong is told at once."""

    def __init__(self, source: Source, variant: str, limit: int) -> None:
        self.source = source
        self.given: GraphRecord = source.record()
        self.variant = variant
        self.limit = limit
        self.citations: list[tuple[str, Place]] = []
        self.makers = self._decision_makers()
        self.options = self._options()

    def conflict(self) -> Conflict:
        """The conflict. Raises InvalidInput with everything that is wrong, Refused for too many states."""
        given = self.given
        states = self._states()
        self.source.stop()
        reader = PreferenceReader(self.source, self.options, states)
        moves = self._moves(states, reader)
        preferences = self._preferences(reader)
        status_quo = self._status_quo(states)
        self.source.stop()
        merged = given.merge or any("-" in one.vector for one in (given.states or {}).values())
        arcs = given.moves is not None or not len(states.codes)
        return Conflict(
            title=given.title,
            decision_makers=self.makers,
            options=self.options,
            states=states,
            moves=moves,
            preferences=preferences,
            form="graph" if arcs else "merged" if merged else "option",
            status_quo=status_quo,
            notes=tuple(self.source.notes),
            variants={name: one.title for name, one in given.variants.items()},
            variant=self.variant,
            question=given.question,
            citations=tuple(self.citations),
        )

    # Structure

    def _cite(self, ids: tuple[str, ...], path: Path) -> tuple[str, ...]:
        """The ids cited at `path`, noted with their places."""
        self.citations += [(name, self.source.place((*path, at))) for at, name in enumerate(ids)]
        return ids

    def _named(self, key: str, names: Mapping[str, object], what: str, taken: tuple[str, ...] = ()) -> None:
        """Tells which names under `key` cannot be names; in files with ids of their own all can."""
        for name in () if self.source.own_names else names:
            if not _IDENTIFIER.fullmatch(name) or name in WORDS:
                hint = "use letters, digits and _; no connective"
                self.source.tell((key, name), f"{name!r} cannot be the name of {what}", hint)
            elif name in taken:
                self.source.tell((key, name), f"{name} is the name of an option", "choose another")
            elif key in ("options", "merge") and _STATE_NAME.fullmatch(name):
                hint = "choose a name that is not s and a number"
                self.source.tell((key, name), f"{name} could be the name of a state", hint)

    def _maker(self, name: object, path: Path) -> bool:
        """Whether `name` is a decision maker; told where not."""
        if name in self.given.decision_makers:
            return True
        hint = did_you_mean(str(name), self.given.decision_makers, "decision maker")
        self.source.tell(path, f"{name} is no decision maker", hint)
        return False

    def _decision_makers(self) -> tuple[DecisionMaker, ...]:
        given, evidence = self.given.decision_makers, self.given.evidence
        self._named("decision_makers", given, "a decision maker")
        for name in evidence:
            self._maker(name, ("evidence", name))
        return tuple(
            DecisionMaker(
                name, words or readable(name), self._cite(evidence.get(name, ()), ("evidence", name))
            )
            for name, words in given.items()
        )

    def _options(self) -> tuple[Option, ...]:
        given = self.given.options or {}
        if self.given.options is None and self.given.states is None:
            self.source.tell(("options",), "there are no options", "add options, or states and moves")
        self._named("options", given, "an option")
        found = []
        for name, one in given.items():
            self._maker(one.by, ("options", name, "by"))
            cited = self._cite(one.evidence, ("options", name, "evidence"))
            found.append(Option(name, one.by, one.title or readable(name), one.direction, cited))
        return tuple(found)

    def _states(self) -> States:
        """The states: listed by name, or all feasible vectors with those of a merge made one."""
        given = self.given
        names = tuple(option.id for option in self.options)
        titles = {name: words for name, words in given.titles.items() if words}
        listed = given.states
        if listed is not None:
            titles |= {name: one.title for name, one in listed.items() if one.title}
            self._named("states", listed, "a state")
            if not listed:
                self.source.tell(("states",), "no state is feasible: the list is empty", "name the states")
            for key in ("merge", *(() if names else ("infeasible", "banned_moves"))):
                if getattr(given, key):
                    what = f"{key} has no meaning beside states given one by one"
                    self.source.tell((key,), what, "leave one of them out")
        vectors = None if listed is None else {name: one.vector for name, one in listed.items() if one.vector}
        numbering = Numbering(names, self.limit, vectors)
        reader = StatementReader(self.source, self.options, numbering=numbering)
        for at, item in enumerate(given.infeasible or ()):
            numbering.take(reader.infeasible(item, ("infeasible", at)))
        infeasible = numbering.conditions
        if listed is not None and not any(one.vector for one in listed.values()):
            if names and not self.source.own_names:
                hint = "write name: {vector: 10}, with a mark per option"
                self.source.tell(("states",), "the states have no vectors over the options", hint)
            return States(tuple(listed), np.zeros(0, np.uint64), np.zeros(0, np.int32), titles)
        if listed is not None:
            vectors = self._vectors()
            self.source.stop()
            agree = given.infeasible is not None and given.moves is None
            return self.source.placed(
                ("states",), lambda: listed_states(vectors, names, infeasible, agree, self.limit, titles)
            )
        self._named("merge", given.merge, "a merged state", names)
        self.source.stop()
        codes = self.source.placed(("infeasible",), lambda: feasible_vectors(names, infeasible, self.limit))
        single = plain_states(codes, titles)
        if not given.merge:
            return single
        reader = StatementReader(self.source, self.options, single)
        merges = [(name, reader.formula(text, ("merge", name))) for name, text in given.merge.items()]
        self.source.stop()
        truths = [(name, reader.truth(formula)) for name, formula in merges if formula is not None]
        return self.source.placed(("merge",), lambda: merged_states(codes, truths, titles))

    def _vectors(self) -> dict[str, str]:
        """The vector of each listed state."""
        count = len(self.options)
        vectors = {name: one.vector for name, one in (self.given.states or {}).items()}
        for name, vector in vectors.items():
            if len(vector) != count or set(vector) - set("01-"):
                what = f"{vector!r} is not a vector of {count} options"
                self.source.tell(("states", name, "vector"), what, "use 1, 0 and -")
        return vectors

    def _moves(self, states: States, reader: StatementReader) -> tuple[Moves, ...]:
        """Moves arc by arc where they are listed, else by options."""
        bans: dict[str, list[tuple[Bools, Bools]]] = {}
        for at, ban in enumerate(self.given.banned_moves):
            path: Path = ("banned_moves", at)
            ends = [
                self._truth(end, (*path, key), states, reader)
                for key, end in (("from", ban.from_), ("to", ban.to))
            ]
            if self._maker(ban.by, (*path, "by")):
                bans.setdefault(ban.by, []).append((ends[0], ends[1]))
        arcs = {name: self._arcs(name, pairs, states) for name, pairs in (self.given.moves or {}).items()}
        self.source.stop()

        def moves(name: str) -> Moves:
            if name in arcs or not len(states.codes):
                return graph_moves(len(states), arcs.get(name, []))
            return option_moves(self.options, states, name, bans.get(name, ()))

        return self.source.placed(("options",), lambda: tuple(moves(dm.id) for dm in self.makers))

    def _truth(self, given: object, path: Path, states: States, reader: StatementReader) -> Bools:
        """Truth of a formula for each vector (each state where there are none); all true where it is left out."""
        formula = None if given is None else reader.formula(given, path)
        if formula is None:
            return np.ones(len(states.codes) or len(states), dtype=np.bool_)
        return evaluate(formula, lambda name: name_truth(name, self.options, states))

    def _arcs(self, maker: str, pairs: tuple[tuple[Any, Any], ...], states: States) -> list[tuple[int, int]]:
        self._maker(maker, ("moves", maker))
        found = []
        for at, (start, end) in enumerate(pairs):
            if isinstance(start, str) and isinstance(end, str) and {start, end} <= states.index.keys():
                found.append((states.index[start], states.index[end]))
            else:
                what = f"{[start, end]!r} is not a pair of states"
                self.source.tell(("moves", maker, at), what, "write [from, to] with ids of states")
        return found

    # Preferences and status quo

    def _preferences(self, reader: PreferenceReader) -> tuple[Preference, ...]:
        """The preferences of every decision maker; those of every variant are checked, whichever is asked for."""
        found = self._preferences_in(self.given.preferences, ("preferences",), reader)
        for name in self.given.decision_makers:
            if name not in self.given.preferences:
                what = f"there are no preferences of {name}"
                self.source.tell(("preferences", name), what, f"give one of {', '.join(KINDS)}")
        for name, variant in self.given.variants.items():
            self._cite(variant.evidence, ("variants", name, "evidence"))
            changed = self._preferences_in(variant.preferences, ("variants", name, "preferences"), reader)
            found |= changed if name == self.variant else {}
        if self.variant and self.variant not in self.given.variants:
            raise InvalidInput(
                f"there is no variant {self.variant}",
                place=self.source.place(("variants",)),
                hint=did_you_mean(self.variant, self.given.variants, "variant"),
            )
        return tuple(found[name] for name in self.given.decision_makers if name in found)

    def _preferences_in(
        self, given: Preferences, path: Path, reader: PreferenceReader
    ) -> dict[str, Preference]:
        found = {}
        for name, one in given.items():
            self._cite(one.evidence, (*path, name, "evidence"))
            preference = reader.preference(one, (*path, name))
            if self._maker(name, (*path, name)) and preference is not None:
                found[name] = preference
        return found

    def _status_quo(self, states: States) -> int | None:
        given = self.given.status_quo
        path: Path = ("status_quo",)
        if given is None:
            return None
        if isinstance(given, str):
            if given not in states.index:
                hint = did_you_mean(given, states.ids, "state")
                self.source.tell(path, f"no state is called {given}", hint)
            return states.index.get(given)
        if not isinstance(given, dict) or not self.options:
            what = "the status quo is a state, or yes or no per option"
            self.source.tell(path, what, "write {deal: no, backstop: no}")
            return None
        before = len(self.source.faults)
        names = [option.id for option in self.options]
        code = 0
        for name, value in given.items():
            if name not in names:
                hint = did_you_mean(str(name), names, "option")
                self.source.tell((*path, name), f"unknown option {name}", hint)
            elif not isinstance(value, str | bool | int) or value not in _YES:
                self.source.tell((*path, name), f"{value!r} is neither yes nor no", "write yes or no")
            elif _YES[value]:
                code |= 1 << names.index(name)
        if len(self.source.faults) > before:
            return None
        found = (states.codes == code).nonzero()[0]
        if not len(found):
            what = "the status quo is infeasible"
            self.source.tell(path, what, "correct it, or the infeasibility conditions")
            return None
        return int(states.node[found[0]])
