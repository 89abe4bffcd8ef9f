"""Published and constructed conflicts with their expected tables: every cell."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.support.published_conflicts import NAMES, answers, every_published, published

from backstop.graphmodel import analyse, condition, load

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "graph"


def ids(text: str | None) -> list[str]:
    return (text or "").split()


def stable(row: dict[str, Any]) -> dict[str, list[str]]:
    return {name: ids(text) for name, text in row.items()}


def test_there_are_conflicts() -> None:
    assert len(NAMES) == 13


@every_published
def test_every_cell(name: str) -> None:
    wanted, found = answers(name), analyse(published(name)).as_dict()
    checked = 0
    for kind in ("concepts", "uncertain", "strength"):
        if kind not in wanted:
            assert kind not in found or kind == "concepts"
            continue
        # Nothing is claimed beyond what is expected either.
        assert {c: block["stable"] for c, block in found[kind].items()} == {
            c: stable(row) for c, row in wanted[kind].items()
        }
        for block in found[kind].values():
            rows = [set(row) for row in block["stable"].values()]
            assert set(block["equilibria"]) == set.intersection(*rows)
            checked += len(rows)
    for key, rows in (("limited_move", "limited_move"), ("coalition", "coalition")):
        assert found.get(key, {}) == {str(c): stable(row) for c, row in wanted.get(rows, {}).items()}
    for key in ("seq_or_sim_equilibria", "smr_or_sim_equilibria"):
        assert key not in wanted or found[key] == ids(wanted[key])
    universal = wanted.get("universally_coalition_stable")
    assert found.get("universally_coalition_stable") == (universal and stable(universal))
    for maker, order in wanted.get("rankings", {}).items():
        levels = [sorted(level) for level in found["resolved_ranking"][maker]]
        assert levels == [level.split(" ~ ") for level in order.split(" > ")]
    if "non_myopic" in wanted:
        start, length = wanted["non_myopic"].pop("cycle")
        lasting = found["non_myopic"]
        assert lasting["stable"] == stable(wanted["non_myopic"])
        assert (lasting["cycle_starts_at_h"], lasting["cycle_length"]) == (start, length)
    for one in wanted.get("published", []):
        block = found["concepts"].get(one["equilibria"])
        equilibria = found[one["equilibria"]] if block is None else block["equilibria"]
        assert (equilibria == ids(one["states"])) == ("differs" not in one)
    assert checked >= 8


@every_published
def test_paths_from_the_status_quo_are_shortest_and_legal(name: str) -> None:
    wanted, conflict = answers(name), published(name)
    found = analyse(conflict).as_dict()
    for key in ("status_quo_um", "status_quo_ui"):
        paths = found.get(key, {})
        assert {state: path["distance"] for state, path in paths.items()} == wanted.get(key, {})
        for end, one in paths.items():
            assert len(one["path"]) == one["distance"]
            assert all(before[0] != after[0] for before, after in pairwise(one["path"]))
            here = conflict.status_quo
            assert here is not None
            for maker, there in one["path"]:
                i, q = conflict.decision_maker(maker), conflict.state(there)
                assert q in conflict.moves[i].targets(here)
                ranks = conflict.rankings("test")
                assert key == "status_quo_um" or ranks[i][q] > ranks[i][here]
                here = q
            assert conflict.states.ids[here] == end


def test_inverse_conditions() -> None:
    checked = 0
    for name, states in answers("inverse").items():
        conflict = published(name)
        for state, makers in states.items():
            for maker, concepts in makers.items():
                for concept, text in concepts.items():
                    count, of, sets = re.fullmatch(r"(\d+) of (\d+): (.*)", text).groups()  # type: ignore[union-attr]
                    got = condition(conflict, conflict.decision_maker(maker), conflict.state(state), concept)
                    assert (got.rankings, got.of) == (int(count), int(of))
                    low = sorted(sorted(conflict.states.ids[s] for s in low) for low in got.minimal)
                    assert low == [[] if one == "nothing" else one.split() for one in sets.split(" or ")]
                    checked += 1
    assert checked > 50


def test_the_missiles_are_withdrawn_behind_the_blockade() -> None:
    """Fraser & Hipel 1984: the crisis ends in state 6, held by credible sanctions."""
    conflict = published("cuba_1962")
    found = analyse(conflict)
    assert "s6" in found.equilibria("seq")
    assert conflict.describe(conflict.state("s6")) == "Blockade the island; Take the missiles home"


@pytest.mark.skipif(not CASES.is_dir(), reason="the folder of cases is not beside the repository")
def test_the_cases_beside_the_repository_give_the_same_cells() -> None:
    """Read as backstop-gmcr-case/1: the same model in another format."""
    compared = 0
    for path in sorted(CASES.glob("*.json")):
        if path.stem == "inverse_conditions":
            continue
        conflict = load(path)
        found = analyse(conflict).as_dict()
        twins = [analyse(published(name)).as_dict() for name in NAMES]
        assert any(
            one["concepts"] == found["concepts"]
            and one["states"]
            == [{k: v for k, v in state.items() if k != "title"} for state in found["states"]]
            and one.get("resolved_ranking") == found.get("resolved_ranking")
            for one in twins
        ), path.stem
        compared += 1
    assert compared == 13
