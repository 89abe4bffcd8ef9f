"""The Ukraine study's dossier: no word of the accounts in it, every anchor right, every listed finding surfaced."""

import re

import pytest
from tests.dossier.accounts.listed_findings import CONTROLS, FINDINGS, SINGLE_SOURCE, UNATTRIBUTED
from tests.dossier.building import SHARED, UKRAINE, coding

from backstop.dossier import store
from backstop.dossier.accounts.comparison import compare
from backstop.dossier.anchor.passage import Text
from backstop.dossier.anchor.search import resolve
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.verification import verify


@pytest.fixture(scope="module")
def dossier():
    return store.read(UKRAINE / "dossier").dossier


@pytest.fixture(scope="module")
def comparison(dossier):
    return compare(dossier)


def test_it_holds_eighty_five_statements_on_three_accounts(dossier):
    assert len(dossier.statements) == 85
    assert list(dossier.sources) == ["000", "001", "003"]
    assert {f"M{i:02d}" for i in range(1, 21)} <= set(dossier.propositions)
    assert dossier.propositions["M07"].status == "implied"
    assert dossier.propositions["M20"].status == "derived"


def test_it_holds_no_passage(dossier):
    assert all(s.anchor.quote is None for s in dossier.statements.values())
    assert not any(source.may_travel or source.text.file for source in dossier.sources.values())


def test_every_statement_stands_on_its_passage(dossier):
    coding()
    outcomes = verify(dossier, AvailableTexts(UKRAINE / "dossier", [SHARED]))
    assert [o.resolution.state for o in outcomes] == ["exact"] * 85


def test_offsets_and_digests_are_those_of_the_hand_coding(dossier):
    rows = {row["id"]: row for row in coding()["statements"]}
    assert set(rows) == set(dossier.statements)
    for name, row in rows.items():
        anchor = dossier.statements[name].anchor
        assert (anchor.start, anchor.end, anchor.passage) == (row["start"], row["end"], row["sha256"])


def test_no_run_of_nine_words_of_the_accounts_stands_in_it():
    coding()
    plain = lambda text: re.findall(r"[a-z0-9]+", text.lower())  # noqa: E731
    runs = set()
    for path in SHARED.glob("*.txt"):
        words = plain(path.read_text(encoding="utf-8"))
        runs |= {tuple(words[i : i + 9]) for i in range(len(words) - 8)}
    assert len(runs) > 1000
    files = sorted((UKRAINE / "dossier").iterdir())
    assert len(files) == 4
    for path in files:
        words = plain(path.read_text(encoding="utf-8"))
        assert not runs & {tuple(words[i : i + 9]) for i in range(len(words) - 8)}, path.name


def test_changes_of_the_text_are_seen_by_those_who_hold_it(dossier):
    coding()
    texts = {s.id: AvailableTexts(UKRAINE / "dossier", [SHARED]).current(s) for s in dossier.sources.values()}
    assert len(dossier.statements) == 85
    for statement in dossier.statements.values():
        text = texts[statement.source]
        middle = text.index(" ", (statement.anchor.start + statement.anchor.end) // 2)
        changed = Text(text[:middle] + " not" + text[middle:], dossier.key)
        assert not resolve(statement.anchor, changed).confirmed or middle >= statement.anchor.end
        moved = resolve(statement.anchor, Text("A line in front.\n" + text, dossier.key))
        assert (moved.state, moved.start) == ("moved", statement.anchor.start + 17)


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_listed_findings_surface_as_their_kind_and_controls_do_not(comparison, name):
    kind, ids = FINDINGS[name]
    wanted = set(ids.split())
    if name in CONTROLS:
        # The style of address and the dateline: no finding within these statements alone.
        assert not [f for f in comparison.of("contradiction") if set(f.statements) <= wanted]
        assert not [f for f in comparison.of("difference") if set(f.statements) <= wanted]
        return
    best = max(
        comparison.of(kind), key=lambda f: len(wanted & set(f.statements)) / len(wanted | set(f.statements))
    )
    assert len(wanted & set(best.statements)) >= 0.75 * len(wanted)
    assert len(wanted & set(best.statements)) >= 0.5 * len(set(best.statements))


def test_the_listed_findings_are_those_of_the_hand_coding():
    found = coding()
    groups = {
        "corroborations": "corroboration",
        "differences_in_detail": "difference",
        "contradictions_and_tensions": "contradiction",
        "disagreements_between_actors": "actor_disagreement",
    }
    rows = {row["id"]: (kind, row) for group, kind in groups.items() for row in found["findings"][group]}
    assert {n: (k, " ".join(r["statement_ids"])) for n, (k, r) in rows.items()} == FINDINGS
    marked = {n for n, (_, r) in rows.items() if "NEGATIVE CONTROL" in f"{r.get('status')} {r.get('note')}"}
    assert marked == CONTROLS
    assert {n for names in found["single_source_claims"].values() for n in names} == SINGLE_SOURCE
    assert set(found["unattributed"]) == UNATTRIBUTED


def test_statuses_are_those_of_the_hand_coding(comparison):
    status = {f.id: f.status for f in comparison.of("contradiction")}
    assert status["contradiction:office:keir_starmer"] == "outright"
    assert status["contradiction:position:uk_government:uk_government_position"] == "outright"
    assert next(v for k, v in status.items() if k.startswith("contradiction:place")) == "reconcilable"
    assert next(v for k, v in status.items() if k.startswith("contradiction:participants")) == "reconcilable"
    assert next(v for k, v in status.items() if k.startswith("contradiction:framing")) == "internal tension"
    assert next(v for k, v in status.items() if k.startswith("contradiction:sequence")) == "apparent"


def test_single_and_unattributed_claims_are_listed(comparison):
    single = {f.statements[0] for f in comparison.of("single_source")}
    assert single >= SINGLE_SOURCE
    assert {f.statements[0] for f in comparison.of("unattributed")} == UNATTRIBUTED


def test_what_the_analyst_inferred_is_not_shown_as_said(comparison):
    assert not {"M07", "M20"} & {f.details["proposition"] for f in comparison.of("corroboration")}


def test_two_necessary_conditions_are_compatible(comparison):
    findings = (*comparison.of("contradiction"), *comparison.of("actor_disagreement"))
    assert len(findings) > 10
    for finding in findings:
        assert not {"001-06", "003-07"} <= set(finding.statements)
