"""Published and constructed cases with their expected tables: every cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backstop.graphmodel.analysis import analyse
from backstop.graphmodel.change.conditions import condition
from backstop.graphmodel.files.reader import load

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases" / "graph"
FILES = (
    sorted(path for path in CASES.glob("*.json") if path.stem != "inverse_conditions")
    if CASES.is_dir()
    else []
)

pytestmark = pytest.mark.skipif(not FILES, reason="the folder of cases is not beside the repository")

# What the file says about its own making, and not about the answer.
ASIDE = {"basis", "published", "peer_gmcr_py", "note", "inverse", "option_prioritization_vectors"}


def cells(value: Any) -> int:
    """Number of single facts in an expected table."""
    if isinstance(value, dict):
        return sum(map(cells, value.values()))
    return max(1, len(value)) if isinstance(value, list) else 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_cell_of_the_case(path: Path) -> None:
    expected = json.loads(path.read_text(encoding="utf-8"))["expected"]
    found = analyse(load(path)).as_dict()
    checked = 0
    for key in expected.keys() - ASIDE:
        wanted = expected[key]
        if key == "resolved_ranking":
            if wanted is None:
                assert key not in found
                continue
            assert {dm: [sorted(level) for level in levels] for dm, levels in found[key].items()} == {
                dm: [sorted(level) for level in levels] for dm, levels in wanted.items()
            }
        elif key in ("status_quo_um", "status_quo_ui"):
            assert {s: p["distance"] for s, p in found[key].items()} == {
                s: p["distance"] for s, p in wanted.items()
            }
            legal(path, found, key)
        elif key == "concepts":
            assert {name: found[key][name] for name in wanted} == wanted
            # Nothing is claimed beyond what is expected either, where the case is complete.
            assert set(found[key]) == set(wanted)
        else:
            assert found[key] == wanted, key
        checked += cells(wanted)
    assert checked > 10


def legal(path: Path, found: dict[str, Any], key: str) -> None:
    """Every printed path consists of moves (improvements), and nobody moves twice in succession."""
    conflict = load(path)
    ranks = conflict.rankings("test")
    for end, one in found[key].items():
        here, last = conflict.status_quo, ""
        assert here is not None
        assert len(one["path"]) == one["distance"]
        for maker, there in one["path"]:
            i, q = conflict.decision_maker(maker), conflict.state(there)
            assert maker != last
            assert q in conflict.moves[i].targets(here)
            assert key == "status_quo_um" or ranks[i][q] > ranks[i][here]
            here, last = q, maker
        assert conflict.states.ids[here] == end


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_published_equilibria_that_were_reproduced(path: Path) -> None:
    found = analyse(load(path)).as_dict()
    for claim in json.loads(path.read_text(encoding="utf-8"))["expected"].get("published", []):
        if claim.get("reproduced") and "compare" in claim:
            assert found["concepts"][claim["compare"]]["equilibria"] == claim["equilibria"], claim
        if claim.get("check") in found:
            assert found[claim["check"]] == claim["equilibria"]


def test_inverse_conditions() -> None:
    cases = json.loads((CASES / "inverse_conditions.json").read_text(encoding="utf-8"))["cases"]
    checked = 0
    for name, states in cases.items():
        conflict = load(CASES / f"{name}.json")
        for state, makers in states.items():
            for maker, concepts in makers.items():
                for concept, wanted in concepts.items():
                    got = condition(conflict, conflict.decision_maker(maker), conflict.state(state), concept)
                    assert got.rankings == wanted["strict_rankings"]
                    assert got.of == wanted["of"]
                    sets = sorted(sorted(conflict.states.ids[s] for s in low) for low in got.minimal)
                    assert sets == sorted(sorted(low) for low in wanted["minimal_lower_sets"])
                    checked += 1
    assert checked > 50


def test_prioritised_statements_resolve_to_the_published_vectors() -> None:
    path = CASES / "cuban_1962.json"
    vectors = json.loads(path.read_text(encoding="utf-8"))["expected"]["option_prioritization_vectors"]
    found = analyse(load(path)).as_dict()["resolved_ranking"]
    for maker, numbers in vectors.items():
        assert [level for levels in found[maker] for level in levels] == [f"s{number}" for number in numbers]
