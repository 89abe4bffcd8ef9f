"""What each passage is used by, and what rests on judgement: the same as `backstop why` says the other way round."""

from __future__ import annotations

from pathlib import Path

from backstop.evidence.audit import audit
from backstop.evidence.evidence import evidence_of
from backstop.evidence.explanation import explain
from backstop.evidence.usage import unsupported, usages
from backstop.scenario.study import load

UKRAINE = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"


def test_usage_is_what_rests_on_a_statement() -> None:
    evidence = evidence_of(load(UKRAINE), UKRAINE)
    assert evidence.dossier is not None
    found = usages(evidence)
    checked = 0
    for name in evidence.dossier.statements:
        resting = set(explain(evidence, name).rests_on_it)
        assert {(one.kind, one.name) for one in found.get(name, [])} == resting
        checked += bool(resting)
    assert checked > 30


def test_usage_says_through_which_propositions() -> None:
    evidence = evidence_of(load(UKRAINE), UKRAINE)
    found = {(one.kind, one.name): one for one in usages(evidence)["000-04"]}
    assert found["parameter", "revanchist"].through == ()
    assert found["claim", "m02_unsafeguarded_attack"].through == ("M02",)


def test_what_rests_on_judgement_is_what_the_audit_grades_so() -> None:
    evidence = evidence_of(load(UKRAINE), UKRAINE)
    graded = {one.name for one in audit(evidence).assumptions if one.grade == "judgement"}
    found = unsupported(evidence)
    assert {one.name for one in found} == graded
    assert len(graded) > 20
    assert {one.name for one in found if one.partly} == {
        one.name
        for one in audit(evidence).assumptions
        if one.grade == "judgement" and one.best != "judgement"
    }
