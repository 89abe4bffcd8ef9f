"""Every reader of what others wrote, by name: from the bytes of a file to whatever the program makes of them."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from tests.dossier.building import KEY, TEXTS, small, statement
from tests.dossier.exchange.full_dossier import full

from backstop.base.document import parse_document
from backstop.base.faults import InvalidInput
from backstop.base.journal import JOURNAL, finish_change
from backstop.dossier import store
from backstop.dossier.accounts.slot_value import compare, reading
from backstop.dossier.accounts.suggestion import suggest
from backstop.dossier.anchor.passage import Text
from backstop.dossier.anchor.search import resolve
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import Dossier, empty_dossier
from backstop.dossier.exchange.formats import Incoming, read_coding
from backstop.dossier.exchange.imported import Imported
from backstop.dossier.location import locate
from backstop.dossier.moment import time_of
from backstop.dossier.record import Slot
from backstop.dossier.text.document_table import read_table
from backstop.dossier.text.extraction import extract, media_type
from backstop.evidence.reference import read_references
from backstop.graphmodel.files import reader as graph
from backstop.graphmodel.model import formula
from backstop.questions.runs.difference import difference, run_of
from backstop.questions.runs.saved import read_result
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.expression.expression import evaluate, parse
from backstop.scenario.expression.grammar import ExpressionError
from backstop.scenario.model import compile_scenario
from backstop.scenario.workbook.merging import merged
from backstop.scenario.workbook.reading import read_workbook

Reading = Callable[[bytes], object]

MOST_STATES = 4096
"""States of a graph model that is read here, so that cases stay quick."""

_TEXT = TEXTS["b"]


@cache
def _folder() -> Path:
    """An empty study of this process."""
    made = tempfile.TemporaryDirectory(prefix="backstop-fuzz-")
    _folder.made = made  # type: ignore[attr-defined] - kept, so that it goes with the process
    (Path(made.name) / "dossier").mkdir()
    (Path(made.name) / "data").mkdir()
    return Path(made.name)


def _words(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _scenario(data: bytes) -> object:
    document, scenario, notes = read_scenario(data, "scenario.yaml")
    return compile_scenario(scenario, document.place, {}, "study", notes)


def _expression(data: bytes) -> object:
    try:
        tree = parse(_words(data))
        return evaluate(tree, lambda name: 0.5 + len(name))
    except ExpressionError as error:
        return error


def _formula(data: bytes) -> object:
    try:
        return formula.evaluate(formula.parse(_words(data)), lambda name: len(name) % 2 == 0)
    except ValueError as error:
        return str(error)


def _graph(name: str) -> Reading:
    return lambda data: graph.read(data, name, max_states=MOST_STATES)


def _in_study(place: str, read: Callable[[Path], object]) -> Reading:
    """`read` on a study in which the file `place`, and none else, is there."""

    def reading_of(data: bytes) -> object:
        path = _folder() / place
        path.write_bytes(data)
        try:
            return read(_folder())
        finally:
            path.unlink(missing_ok=True)

    return reading_of


def _record_file(name: str) -> Reading:
    """One file of a dossier whose other files are sound."""

    def read(data: bytes) -> object:
        folder = _folder() / "whole"
        if not folder.is_dir():
            _write_whole(folder)
        path = folder / name
        kept = path.read_bytes()
        path.write_bytes(data)
        try:
            return store.read(folder)
        finally:
            path.write_bytes(kept)

    return read


def _write_whole(folder: Path) -> None:
    """A dossier with everything in it."""
    folder.mkdir()
    store.write(store.read(folder, coding=True, key=KEY), full())


@cache
def _dossier() -> Dossier:
    spans = ("The envoy met both sides in Prague", "Sixty observers would go", "\U0001f6a4 he said")
    return small([statement(f"b{n}", "b", words, actor="envoy") for n, words in enumerate(spans, 1)])


@cache
def _available() -> AvailableTexts:
    (_folder() / "texts").mkdir()
    for name, text in TEXTS.items():
        (_folder() / "texts" / f"{name}.txt").write_text(text)
    return AvailableTexts(_folder() / "dossier", [_folder() / "texts"])


def _coding(kind: str, into_empty: bool = False) -> Reading:
    """A coding brought into a dossier, and what a writer of the dossier would refuse of it."""

    def read(data: bytes) -> Imported:
        dossier = empty_dossier(KEY) if into_empty else _dossier()
        found = read_coding(kind, Incoming(data, f"in.{kind}", dossier, _available(), "Ann", "theirs"))
        if faults := faults_of(found.dossier, coding=True):
            raise InvalidInput(faults)
        return found

    return read


def _brat(data: bytes) -> Imported:
    return read_coding("ann", Incoming(data, "b.ann", _dossier(), _available(), "Ann"))


def _document(suffix: str) -> Reading:
    return lambda data: extract(data, f"in{suffix}")


def _table(suffix: str) -> Reading:
    return lambda data: read_table(data, f"in{suffix}", media_type(f"in{suffix}"))


def _times_and_numbers(data: bytes) -> object:
    """Two values of a slot, parted by a line end."""
    one, _, other = _words(data).partition("\n")
    register = _dossier().register
    with contextlib.suppress(ValueError):  # a date that there is none of
        time_of(one)
    found = []
    for name in ("time", "number", "where", "who"):
        given = (reading(name, Slot.model_validate({"is": words}), register) for words in (one, other))
        found.append(compare(*given, register))
    amount = next((float(w) for w in one.split() if w.replace(".", "", 1).isdecimal() and len(w) < 300), 1.0)
    if math.isfinite(amount):
        slots = (Slot(low=amount, unit=words[:200]) for words in (one, other))
        found.append(compare(*(reading("number", slot, register) for slot in slots), register))
    return found


def _account(data: bytes) -> object:
    text = _words(data)
    dossier = _dossier()
    return suggest(dossier, "c", text, {"b": _TEXT})


def _changed_text(data: bytes) -> object:
    """Passages looked for in a text that is no longer theirs."""
    text = Text(_words(data), bytes.fromhex(KEY))
    known = _dossier().statements.values()
    return [resolve(s.anchor, text, before) for s in known for before in (None, _TEXT)]


def _workbook(data: bytes) -> object:
    """A workbook of the small study of the corpus, taken into it."""
    study = (Path(__file__).parent / "corpus" / "scenario" / "small.yaml").read_bytes()
    found = merged(study, "scenario.yaml", read_workbook(data, "in.xlsx"), "theirs")
    return found.as_dict()


def _result(data: bytes) -> object:
    file = _folder() / "result.json"
    file.write_bytes(data)
    run = run_of("A", read_result(file))
    found = difference(run, run)
    return repr(run.result), repr(found), found.as_dict()


READERS: Mapping[str, Reading] = {
    "yaml": lambda data: parse_document(data, "in.yaml"),
    "scenario": _scenario,
    "expression": _expression,
    "formula": _formula,
    "graph": _graph("graph.yaml"),
    "graph-case": _graph("case.json"),
    "gmcr": _graph("case.gmcr"),
    "register": _record_file("dossier.yaml"),
    "sources": _record_file("sources.yaml"),
    "statements": _record_file("statements.jsonl"),
    "propositions": _record_file("propositions.yaml"),
    "findings": _record_file("findings.jsonl"),
    "journal": _in_study(f"dossier/{JOURNAL}", lambda study: finish_change(study / "dossier")),
    "location": _in_study("scenario.yaml", lambda study: locate(study, create=True)),
    "references": _in_study("data/references.yaml", read_references),
    "csv": _coding("csv"),
    "xlsx": _coding("xlsx"),
    "jsonld": _coding("jsonld"),
    "ann": _brat,
    "dna": _coding("dna", into_empty=True),
    "ris": _coding("ris"),
    "qdpx": _coding("qdpx", into_empty=True),
    "qdpx-again": _coding("qdpx"),
    "qdc": _coding("qdc"),
    "text": _document(".txt"),
    "html": _document(".html"),
    "docx": _document(".docx"),
    "pdf": _document(".pdf"),
    "srt": _document(".srt"),
    "vtt": _document(".vtt"),
    "table-csv": _table(".csv"),
    "table-tsv": _table(".tsv"),
    "table-jsonl": _table(".jsonl"),
    "slots": _times_and_numbers,
    "account": _account,
    "changed-text": _changed_text,
    "workbook": _workbook,
    "result": _result,
}
