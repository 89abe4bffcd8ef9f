"""Files with something random in a random place: a message for the user, or an answer, and nothing else."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest
from tests.graphmodel.files.test_reader import GMCR

from backstop.base.faults import BackstopError
from backstop.graphmodel import analyse, read

STUDY = Path(__file__).resolve().parents[3] / "examples" / "ukraine-2025" / "graph.yaml"

GRAPH: dict[str, Any] = {
    "format": "backstop-graph/1",
    "title": "t",
    "question": "q",
    "decision_makers": {"a": "A", "b": "B", "c": "C"},
    "options": {
        "x": {"by": "a", "direction": "on_only"},
        "y": {"by": "b", "title": "Y"},
        "z": "b",
        "w": {"by": "c"},
    },
    "infeasible": ["x and y", "1-1-", {"mutually_exclusive": ["y", "z"]}, {"only_if": {"w": "x or y"}}],
    "merge": {"over": "w and x"},
    "banned_moves": [{"by": "b", "from": "x", "to": "not y"}],
    "titles": {"s1": "Start"},
    "preferences": {
        "a": {"statements": ["x", "y if z", "not over"]},
        "b": {
            "relation": {
                "order": "s4 > s5",
                "better": [["s1", "s2"]],
                "much_better": [["s2", "s3"]],
                "rest": "unknown",
            }
        },
        "c": {"sampled": {"statements": [["x", "y"], "z"], "draws": 20, "seed": 1}},
    },
    "status_quo": {"x": "no"},
    "evidence": {"a": ["000-12"]},
    "variants": {
        "v": {"preferences": {"a": {"weights": {"x": 1, "not y": 0.5}}, "b": {"ranking": ["x", ["not x"]]}}},
        "w": {"preferences": {"a": {"fuzzy": {"degrees": [["s1", "s2", 0.7]], "gamma": 0.4}}}},
    },
}
CASE: dict[str, Any] = {
    "schema": "backstop-gmcr-case/1",
    "title": "t",
    "decision_makers": [{"id": "a"}, {"id": "b", "name": "B"}],
    "options": [{"id": "x", "dm": "a", "direction": "both"}, {"id": "y", "dm": "b", "name": "Y"}],
    "infeasible": ["11"],
    "states": [{"id": "p", "bits": "00", "label": "P"}, {"id": "q", "bits": "10"}, {"id": "r", "bits": "01"}],
    "moves": {"a": [["p", "q"], ["q", "p"]], "b": [["p", "r"]]},
    "preferences": {
        "a": {"type": "ranking", "order": ["p", ["q", "r"]]},
        "b": {"type": "statements", "order": [["iff", "x", "y"], ["not", "x"]]},
    },
    "status_quo": "p",
}
JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "s1",
    "x",
    "no such",
    "x and",
    "((",
    [],
    [[]],
    [["s1"]],
    {},
    {"a": {}},
    ["a", 1],
    "9" * 50,
]


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += spots(inner, (*path, key))
    return found


def broken(original: dict[str, Any], r: random.Random) -> dict[str, Any]:
    changed = copy.deepcopy(original)
    for _ in range(r.choice([1, 1, 1, 2])):
        path = r.choice(spots(changed))
        here: Any = changed
        for key in path[:-1]:
            here = here[key]
        action = r.random()
        if action < 0.7:
            here[path[-1]] = copy.deepcopy(r.choice(JUNK))
        elif action < 0.85:
            del here[path[-1]]
        elif isinstance(here, dict):
            here[r.choice(["y", "s9", "extra", "statements"])] = here.pop(path[-1])
        else:
            here.append(copy.deepcopy(here[path[-1]]))
    return changed


@pytest.mark.parametrize(
    ("original", "name"), [(GRAPH, "graph.yaml"), (CASE, "case.json"), (GMCR, "old.gmcr")]
)
def test_nothing_but_messages(original: dict[str, Any], name: str) -> None:
    r = random.Random(name)
    refused = answered = 0
    for _ in range(250):
        # JSON is YAML; a leading comment makes the reader of graph files take it as such.
        text = json.dumps(broken(original, r))
        data = (f"# a comment\n{text}" if name == "graph.yaml" else text).encode()
        try:
            analyse(read(data, name)).as_dict()
            answered += 1
        except BackstopError as error:
            assert str(error)
            refused += 1
    assert refused > 60
    assert answered > 10


def test_the_originals_are_sound() -> None:
    assert read(f"# c\n{json.dumps(GRAPH)}".encode(), "graph.yaml").form == "merged"
    assert read(json.dumps(CASE).encode(), "case.json").form == "graph"


def test_any_line_may_be_missing_from_the_study() -> None:
    lines = STUDY.read_text(encoding="utf-8").splitlines(keepends=True)
    refused = 0
    for at in range(0, len(lines), 2):
        try:
            read("".join(lines[:at] + lines[at + 1 :]).encode(), "graph.yaml")
        except BackstopError as error:
            assert str(error)
            refused += 1
    assert refused > 10
