import json
import os
from dataclasses import replace

import pytest
from tests.dossier.building import proposition, small, statement, written

from backstop.base.faults import InvalidInput, Refused
from backstop.dossier import layout, store

WANTS, MET, REFUSE = (
    "He wants 40 observers on the lake",
    "The envoy met both sides in Vienna on Monday",
    "The rebels refuse",
)


@pytest.fixture
def folder(tmp_path):
    dossier = small(
        [
            statement(
                "a1",
                "a",
                WANTS,
                actor="envoy",
                slots={"number": 40, "place": "Vienna", "office": {"of": "envoy", "is": "envoy"}},
            ),
            statement(
                "c1",
                "c",
                REFUSE,
                actor="rebels",
                hedge="\u201cperhaps\u201d",
                paraphrase='they \U0001f6a4 refuse: "no"\u2028#',
            ),
        ],
        [proposition("P1", {"a1": "explicit"}, text='Quoted "words": and # marks')],
    )
    return written(dossier, tmp_path)


def test_what_is_written_is_read(folder):
    snapshot = store.read(folder)
    again = store.write(snapshot, snapshot.dossier)
    assert again.dossier == snapshot.dossier
    assert again.digests == snapshot.digests


def test_one_change_changes_one_line(folder):
    snapshot = store.read(folder)
    before = (folder / "statements.jsonl").read_text(encoding="utf-8").splitlines()
    changed = snapshot.dossier.statements["a1"].model_copy(update={"paraphrase": "other"})
    store.write(
        snapshot, replace(snapshot.dossier, statements={**snapshot.dossier.statements, "a1": changed})
    )
    after = (folder / "statements.jsonl").read_text(encoding="utf-8").splitlines()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]


def test_comments_of_records_that_did_not_change_stay(folder):
    path = folder / "propositions.yaml"
    path.write_text(
        "format: backstop-propositions/1\npropositions:\n# mine\n- id: P1\n  text: plain words  # a remark\n"
        "  supports:\n  - {statement: a1, strength: explicit}\n- id: P2\n  text: second\n",
        encoding="utf-8",
    )
    snapshot = store.read(folder)
    assert snapshot.dossier.propositions["P1"].text == "plain words"
    changed = {
        **snapshot.dossier.propositions,
        "P2": snapshot.dossier.propositions["P2"].model_copy(update={"text": "third"}),
    }
    store.write(snapshot, replace(snapshot.dossier, propositions=changed))
    text = path.read_text(encoding="utf-8")
    assert "# a remark" in text
    assert "third" in text


@pytest.mark.parametrize("text", ["{}", "[]", "propositions: []", "format: other/1\npropositions: []\n"])
def test_a_list_file_says_its_format(folder, text):
    (folder / "propositions.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput):
        store.read(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d | {"actor": "envoi"}, "there is no actor envoi; did you mean envoy?"),
        (lambda d: d | {"source": "z"}, "there is no source z"),
        (lambda d: d | {"objects": ["talk"]}, "did you mean talks?"),
        (lambda d: d | {"typ": "demand"}, "typ is not a field here; did you mean type?"),
        (lambda d: d | {"type": "demands"}, "did you mean demand?"),
        (lambda d: d | {"anchor": d["anchor"] | {"end": 5000}}, "there is no such passage"),
        (lambda d: d | {"anchor": d["anchor"] | {"end": 2, "start": 9}}, "ends after it starts"),
        (
            lambda d: d | {"anchor": d["anchor"] | {"text": "f" * 64}},
            "stands on a text that source a does not have",
        ),
        (lambda d: d | {"anchor": d["anchor"] | {"grams": "!!!"}}, "hashes of a1 cannot be read"),
        (lambda d: d | {"event": "meting"}, "did you mean meeting?"),
        (lambda d: d | {"slots": {"number": {"low": 9, "high": 3}}}, "from 9.0 down to 3.0"),
        (
            lambda d: {k: v for k, v in d.items() if k != "paraphrase"},
            "the record has no paraphrase, which is required",
        ),
        (
            lambda d: d | {"condition": {"form": "perhaps", "text": "x"}},
            "is expected, and this is the text 'perhaps'",
        ),
    ],
)
def test_a_bad_statement_is_named_with_its_line(folder, change, said):
    path = folder / "statements.jsonl"
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in [rows[1], change(rows[0])]), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        store.read(folder)
    assert said in str(caught.value)
    assert "statements.jsonl:2" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "no JSON"),
        (b'{"id": "x", "id": "y"}', "stands twice"),
        (b'{"value": NaN}', "no JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b"[" * 5000, "no JSON"),
    ],
)
def test_a_bad_line_is_said_to_be_bad(folder, line, said):
    path = folder / "statements.jsonl"
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(InvalidInput, match=said):
        store.read(folder)


def test_all_faults_are_reported_at_once(folder):
    path = folder / "statements.jsonl"
    rows = [json.loads(row) | {"actor": "nobody"} for row in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        store.read(folder)
    assert len(caught.value.faults) == 2


def edit(snapshot, name, **update):
    changed = snapshot.dossier.statements[name].model_copy(update=update)
    return replace(snapshot.dossier, statements={**snapshot.dossier.statements, name: changed})


def test_two_coders_on_different_statements_lose_nothing(folder):
    one, other = store.read(folder), store.read(folder)
    store.write(one, edit(one, "a1", paraphrase="by one"))
    merged = store.write(other, edit(other, "c1", paraphrase="by other")).dossier
    assert merged.statements["a1"].paraphrase == "by one"
    assert merged.statements["c1"].paraphrase == "by other"


def test_two_coders_on_one_statement_are_told_and_both_versions_kept(folder):
    one, other = store.read(folder), store.read(folder)
    store.write(one, edit(one, "a1", paraphrase="by one"))
    with pytest.raises(Refused, match="statement a1"):
        store.write(other, edit(other, "a1", paraphrase="by other"))
    assert store.read(folder).dossier.statements["a1"].paraphrase == "by one"
    kept = json.loads((folder / "conflict-1.jsonl").read_text(encoding="utf-8"))
    assert kept["mine"]["paraphrase"] == "by other"


def test_deleting_what_another_changed_is_a_conflict(folder):
    one, other = store.read(folder), store.read(folder)
    store.write(one, edit(one, "c1", paraphrase="changed"))
    gone = replace(other.dossier, statements={"a1": other.dossier.statements["a1"]})
    with pytest.raises(Refused):
        store.write(other, gone)
    assert "c1" in store.read(folder).dossier.statements


def test_two_coders_add_to_the_register(folder):
    one, other = store.read(folder), store.read(folder)

    def with_object(snapshot, name):
        objects = {**snapshot.dossier.register.objects, name: snapshot.dossier.register.objects["talks"]}
        return replace(
            snapshot.dossier, register=snapshot.dossier.register.model_copy(update={"objects": objects})
        )

    store.write(one, with_object(one, "x1"))
    merged = store.write(other, with_object(other, "x2")).dossier
    assert {"x1", "x2"} <= set(merged.register.objects)


def test_a_write_that_fails_leaves_the_old_files(folder, monkeypatch):
    snapshot = store.read(folder)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidInput, match="No space left"):
        store.write(snapshot, edit(snapshot, "a1", paraphrase="lost?"))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_nothing_inconsistent_is_written(folder):
    snapshot = store.read(folder)
    with pytest.raises(InvalidInput, match="did you mean envoy"):
        store.write(snapshot, edit(snapshot, "a1", actor="envoi"))


@pytest.mark.parametrize("name", ["dossier.yaml", "sources.yaml"])
def test_yaml_tricks_are_refused(folder, name):
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8") + "\nextra: &a [1]\nmore: *a\n", encoding="utf-8")
    with pytest.raises(InvalidInput):
        store.read(folder)


def test_block_yaml_reads_back():
    from backstop.base.document import read_document

    data = {
        "title": "no",
        "plain": "two words",
        "risky": "a: b # c",
        "long": {f"key_{i}": {"title": "x" * 40, "list": ["yes", "1e3", "- a"]} for i in range(4)},
        "list": ["a" * 60, "b" * 60],
        "line": "one\ntwo\u2028 \\x07",
        "empty": {},
        "none": None,
    }
    read = read_document(layout.block(data).encode(), "x").data
    assert read == data


def test_a_control_character_is_refused_before_it_locks_the_file(folder):
    snapshot = store.read(folder)
    for update in ({"title": "a\x1b[31m"}, {"note": "\x07"}):
        register = snapshot.dossier.register.model_copy(update=update)
        with pytest.raises(InvalidInput, match="control character"):
            store.write(snapshot, replace(snapshot.dossier, register=register))
    odd = proposition("P9", {}, text="\x00")
    with pytest.raises(InvalidInput, match="P9 holds a control character"):
        store.write(
            snapshot, replace(snapshot.dossier, propositions={**snapshot.dossier.propositions, "P9": odd})
        )
    assert store.read(folder).dossier == snapshot.dossier


def test_a_date_that_there_is_none_of_is_refused_with_its_field(tmp_path):
    from tests.dossier.building import small, statement, written

    slots = {"time": {"of": "meeting", "from": "2025-02-30"}, "place": "Vienna"}
    with pytest.raises(InvalidInput, match="slot time of a1: from is 2025-02-30, and there is no day"):
        written(small([statement("a1", "a", "The envoy met", slots=slots)]), tmp_path)
    turned = {"time": {"of": "meeting", "from": "2025-03-02", "to": "2025-03-01"}}
    with pytest.raises(InvalidInput, match="from is 2025-03-02, after to"):
        written(small([statement("a1", "a", "The envoy met", slots=turned)]), tmp_path)


def test_what_is_known_is_taken_over_and_equals_what_is_read_afresh(tmp_path) -> None:
    folder = written(
        small([statement("a1", "a", "The envoy met both sides"), statement("c1", "c", "Nobody")]), tmp_path
    )
    before = store.read(folder, coding=True)
    assert store.read(folder, coding=True, known=before) is before
    lines = (folder / "statements.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = lines[1].replace("paraphrase of c1", "another paraphrase")
    assert changed != lines[1]
    (folder / "statements.jsonl").write_text("".join([changed, lines[0]]), encoding="utf-8")
    again, afresh = store.read(folder, coding=True, known=before), store.read(folder, coding=True)
    assert again.dossier == afresh.dossier
    assert list(again.dossier.statements) == ["c1", "a1"]
    assert again.dossier.statements["a1"] is before.dossier.statements["a1"]
    assert dict(again.dossier.places) == dict(afresh.dossier.places)
    assert (again.files, again.texts, again.heads) == (afresh.files, afresh.texts, afresh.heads)
    # A line that stands twice is a fault, known or not.
    (folder / "statements.jsonl").write_text("".join([*lines, lines[0]]), encoding="utf-8")
    with pytest.raises(InvalidInput, match="a1 stands twice"):
        store.read(folder, coding=True, known=before)


def test_what_is_written_equals_what_is_read_afterwards(tmp_path) -> None:
    folder = written(small([statement("a1", "a", "The envoy met both sides")]), tmp_path)
    before = store.read(folder, coding=True)
    more = statement("c1", "c", "Nobody met anybody")
    after = store.write(before, replace(before.dossier, statements={"c1": more, **before.dossier.statements}))
    afresh = store.read(folder, coding=True)
    assert (after.dossier, after.files, after.texts, after.heads, after.coding) == (
        afresh.dossier,
        afresh.files,
        afresh.texts,
        afresh.heads,
        True,
    )
