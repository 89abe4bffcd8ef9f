"""A study's evidence from the file to the passage: what is cited, explained and audited."""

import pytest
from tests.dossier.building import proposition, small, statement
from tests.support.small_studies import PLEDGE, write

from backstop.base.faults import InvalidInput, Place
from backstop.dossier import store
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.record import Held
from backstop.evidence.audit import audit
from backstop.evidence.citation import assumptions, check_citations, unresolved
from backstop.evidence.evidence import evidence_of
from backstop.evidence.explanation import explain
from backstop.scenario.study import load

CITING = (
    PLEDGE.replace("basis: [S-1]", "basis: [a1, M2]")
    .replace("prize: {normal: [0.6, 0.2], bounds: [0, 1.2], basis: judgement}",
             "prize: {normal: [0.6, 0.2], bounds: [0, 1.2], basis: 'data:prices', note: rounded}")
    .replace("  pledge: {title: Pledge,", "  pledge: {title: Pledge, evidence: M1,")
    + "observations:\n"
    "  cohort: {metric: early_war, arrangement: bare, observed: {beta: [3, 7]}, source: 'data:prices'}\n"
)  # fmt: skip


def dossier(held=False):
    """Two statements, one of them held back on request, and two propositions."""
    a1 = statement("a1", "a", "He wants 40 observers on the lake", actor="envoy")
    if held:
        a1 = a1.model_copy(update={"held": Held(state="changed")})
    return small(
        [a1, statement("b1", "b", "Sixty observers would go")],
        [proposition("M1", {"a1": "explicit"}), proposition("M2", {"b1": "implied"}, status="implied")],
    )


def study(folder, text=CITING, name="dossier", held=False):
    """A study with a dossier and one data reference."""
    write(folder, text)
    (folder / "data").mkdir()
    reference = "prices: {citation: Somebody 2020, figure: 3 of 10, grade: read}\n"
    (folder / "data" / "references.yaml").write_text(reference, encoding="utf-8")
    store.write(store.Snapshot(folder / name, empty_dossier("0" * 32)), dossier(held))
    return folder


@pytest.fixture
def evidence(tmp_path):
    folder = study(tmp_path / "lake")
    return evidence_of(load(folder), folder)


def test_every_citation_has_its_place(evidence):
    cited = [c for a in assumptions(evidence.model) for c in a.citations]
    found = {(c.kind, c.name, c.id) for c in cited if c.id != "judgement"}
    assert found == {
        ("parameter", "ceiling", "a1"),
        ("parameter", "ceiling", "M2"),
        ("parameter", "prize", "data:prices"),
        ("measure", "pledge", "M1"),
        ("observation", "cohort", "data:prices"),
    }
    lines = CITING.split("\n")
    assert len(cited) == 7
    for one in cited:
        assert one.id in lines[one.place.line - 1], one


def test_a_sound_study_passes_the_check(evidence):
    evidence.check()
    assert evidence.grade(["a1", "M2"]) == "implied"
    assert [g.kind for g in evidence.grounds(["a1", "M1"])] == ["statement", "proposition"]
    assert set(evidence.digests) == {
        f"dossier/{name}"
        for name in ("dossier.yaml", "sources.yaml", "statements.jsonl", "propositions.yaml")
    }
    assert evidence.comparison is not None
    assert evidence.words == {}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("M01", "did you mean M1?"),
        ("judgment", "did you mean judgement?"),
        ("data:price", "did you mean data:prices?"),
        ("qqq", "a figure is cited as data:KEY, one's own view as judgement"),
    ],
)
def test_unknown_ids_are_errors_with_the_nearest(evidence, name, hint):
    cited = [("a1", Place()), (name, Place("scenario.yaml", 7, 3))]
    (fault,) = unresolved(cited, evidence.dossier, evidence.references)
    assert fault.hint == hint
    assert fault.place.line == 7


def test_a_study_without_a_dossier_has_only_its_references(tmp_path):
    folder = write(tmp_path, PLEDGE)
    found = evidence_of(load(folder), folder)
    assert (found.dossier, found.comparison, found.references, found.words) == (None, None, {}, {})
    with pytest.raises(InvalidInput, match="no statement or proposition S-1"):
        found.check()


def test_the_dossier_is_where_the_scenario_says(tmp_path):
    folder = study(tmp_path / "lake", CITING + "dossier: accounts\n", "accounts")
    assert set(evidence_of(load(folder), folder).dossier.statements) == {"a1", "b1"}
    assert check_citations([("a1", Place()), ("M2", Place())], folder / "graph.yaml")
    with pytest.raises(InvalidInput, match="did you mean a1"):
        check_citations([("a11", Place())], folder)
    (folder / "accounts" / "dossier.yaml").unlink()
    with pytest.raises(InvalidInput, match=r"dossier\.yaml.*the file is missing"):
        evidence_of(load(folder), folder)
    with pytest.raises(InvalidInput, match=r"dossier\.yaml.*the file is missing"):
        check_citations([("a1", Place())], folder)


def test_citations_without_a_dossier_cannot_be_checked(tmp_path):
    assert not check_citations([("a1", Place())], write(tmp_path, PLEDGE))


@pytest.mark.parametrize(
    ("name", "kind", "grade", "what"),
    [
        ("ceiling", "parameter", "implied", ("Largest force", "pert: [10.0, 30.0, 60.0] troops")),
        ("prize", "parameter", "derived", ("normal: [0.6, 0.2]", "note: rounded")),
        (
            "trace",
            "parameter",
            "judgement",
            ("experts: hawks, uniform: [0.6, 0.8]; doves, beta: [2.0, 5.0]",),
        ),
        ("pledge", "measure", "stated", ("Pledge", "by south, north, 0 to 1")),
        ("bare", "arrangement", "judgement", ("Nothing",)),
        ("cohort", "observation", "derived", ("observed early_war under bare", "data:prices")),
        (
            "shield",
            "definition",
            "judgement",
            ("= troops * (1 + pledge)", "rests on: force, pledge, troops"),
        ),
        ("M1", "proposition", "stated", ()),
        ("data:prices", "data", "derived", ()),
    ],
)
def test_a_name_is_explained(evidence, name, kind, grade, what):
    found = explain(evidence, name)
    assert (found.kind, found.grade, found.what) == (kind, grade, what)
    assert found.confirmed


def test_what_rests_on_an_id(evidence):
    assert explain(evidence, "a1").rests_on_it == (("parameter", "ceiling"), ("measure", "pledge"))
    assert explain(evidence, "data:prices").rests_on_it == (("parameter", "prize"), ("observation", "cohort"))
    plain = explain(evidence, "b1").as_dict({"b1": "the words"})
    assert plain["rests_on_it"] == [{"kind": "parameter", "name": "ceiling"}]
    assert plain["grounds"][0]["passages"][0]["words"] == "the words"


def test_an_unknown_name_is_an_error_with_the_nearest(evidence):
    with pytest.raises(InvalidInput, match="did you mean ceiling"):
        explain(evidence, "cieling")


def test_a_held_passage_leaves_what_rests_on_it_unconfirmed(tmp_path):
    folder = study(tmp_path / "lake", held=True)
    found = audit(evidence_of(load(folder), folder))
    assert found.unconfirmed == ["ceiling", "pledge"]
    assert found.as_dict()["unconfirmed"] == ["ceiling", "pledge"]


def test_the_audit_counts_every_assumption_once(evidence):
    found = audit(evidence)
    assert {one.kind for one in found.assumptions} == {"parameter"}
    assert sum(found.grades.values()) == len(evidence.model.scenario.parameters)
    assert found.grades["stated"] == 0
    assert (found.assumptions[0].name, found.assumptions[0].grade) == ("ceiling", "implied")
    assert {one.name: one.best for one in found.assumptions}["ceiling"] == "stated"


def test_what_was_proposed_or_observed_is_no_assumption(evidence):
    found = audit(evidence)
    first = found.others[0]
    assert (first.kind, first.name, first.grade) == ("measure", "pledge", "stated")
    assert {"measure", "observation"} <= {one.kind for one in found.others}
    assert "bare" not in {one.name for one in found.others}
    assert len(found.as_dict()["others"]) == len(found.others)


def test_a_metric_rests_on_all_that_its_phases_are_computed_from(evidence):
    found = explain(evidence, "early_war")
    assert found.kind == "metric"
    assert {g.id for g in found.grounds} == {"a1", "M2", "M1", "data:prices", "judgement"}
    assert found.grade == "judgement"
    (rests,) = [line for line in found.what if line.startswith("rests on: ")]
    assert {"ceiling", "prize", "pledge", "shield"} <= set(rests.removeprefix("rests on: ").split(", "))
    assert "set against the observation cohort" in found.what
    assert "parameter ceiling: implied, a1, M2" in found.what
    assert found.as_dict({})["format"] == "backstop-why/1"


def test_a_metric_rests_on_nothing_that_only_other_phases_use(tmp_path):
    apart = CITING.replace("metrics:\n", "metrics:\n  at_war: {value: south, from: war}\n")
    folder = study(tmp_path / "lake", apart)
    found = explain(evidence_of(load(folder), folder), "at_war")
    assert "rests on: spread" in found.what and "value: south, from war" in found.what
