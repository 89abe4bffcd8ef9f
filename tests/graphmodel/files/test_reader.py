"""Files in all formats, and one clear message for each way in which they can be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backstop.base.document import read_document
from backstop.base.faults import BackstopError, InvalidInput, Refused
from backstop.graphmodel.analysis import analyse
from backstop.graphmodel.files.reader import load, read
from backstop.graphmodel.model.preference import Graded, Relation

GOOD = """\
format: backstop-graph/1
title: A small conflict
decision_makers: {us: United States, russia: Russia}
options:
  backstop: {by: us, title: Stand behind the deal, direction: both}
  deal: {by: us}
  attack: {by: russia, direction: on_only}
infeasible:
  - backstop and not deal
merge:
  war: attack
preferences:
  us: {statements: [not war, deal, deal if backstop]}
  russia: {ranking: [[s3], [s1, s2], war]}
status_quo: {backstop: no, deal: no}
evidence: {us: [000-12]}
"""

OPTION = """\
format: backstop-graph/1
title: Options
decision_makers: {a: A, b: B}
options:
  x: {by: a}
  y: {by: b}
  z: {by: b}
preferences:
  a: {statements: [x]}
  b: {statements: [y, z]}
"""


def bad(text: str) -> str:
    with pytest.raises(BackstopError) as caught:
        read(text.encode(), "graph.yaml")
    return str(caught.value)


def test_states_count_with_the_first_option_fastest_and_merged_ones_last() -> None:
    one = read(GOOD.encode(), "graph.yaml")
    assert one.states.ids == ("s1", "s2", "s3", "war")
    assert [one.states.bits(s, 3) for s in range(4)] == ["000", "010", "110", "--1"]
    assert one.status_quo == 0
    assert one.decision_makers[0].evidence == ("000-12",)
    assert one.describe(2) == "Stand behind the deal; Deal"


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("x and y", {"000", "100", "010", "001", "101", "011"}),
        ('"11-"', {"000", "100", "010", "001", "101", "011"}),
        ("mutually_exclusive: [x, y, z]", {"000", "100", "010", "001"}),
        ("at_least_one: [x, y]", {"100", "010", "110", "101", "011", "111"}),
        ("exactly_one: [x, y]", {"100", "010", "101", "011"}),
        ("only_if: {x: y or z}", {"000", "010", "110", "001", "101", "011", "111"}),
        ("x iff y", {"100", "010", "101", "011"}),
        ("x if y", {"010", "011"}),
    ],
)
def test_every_form_of_infeasibility(condition: str, left: set[str]) -> None:
    one = read((OPTION + f"infeasible:\n  - {condition}\n").encode(), "graph.yaml")
    assert {one.states.bits(s, 3) for s in range(one.size)} == left


def test_banned_moves_and_one_way_options() -> None:
    text = OPTION.replace("x: {by: a}", "x: {by: a, direction: on_only}").replace(
        "z: {by: b}", "z: {by: b, direction: off_only}"
    )
    text += "banned_moves:\n  - {by: b, from: not x, to: y}\n"
    one = read(text.encode(), "graph.yaml")
    index = {one.states.bits(s, 3): s for s in range(one.size)}
    assert one.moves[0].targets(index["000"]).tolist() == [index["100"]]
    assert one.moves[0].targets(index["100"]).tolist() == []
    assert one.moves[1].targets(index["000"]).tolist() == []
    assert one.moves[1].targets(index["100"]).tolist() == [index["110"]]
    assert one.moves[1].targets(index["101"]).tolist() == sorted([index["100"], index["110"], index["111"]])


def test_banned_moves_may_name_states() -> None:
    one = read((OPTION + "banned_moves:\n  - {by: b, from: s1, to: s3 or s7}\n").encode(), "graph.yaml")
    assert one.moves[1].targets(0).tolist() == [4]
    assert one.moves[1].targets(1).tolist() == [3, 5, 7]


def test_states_may_be_listed_with_their_vectors_and_some_moves_arc_by_arc() -> None:
    text = """\
format: backstop-graph/1
title: Named
decision_makers: {a: A, b: B}
options: {x: a, y: b}
states: {quiet: {vector: "00", title: Quiet}, forward: {vector: "1-"}}
preferences: {a: {ranking: [forward, quiet]}, b: {ranking: [quiet, forward]}}
"""
    one = read(text.encode(), "graph.yaml")
    assert (one.form, one.states.ids) == ("merged", ("quiet", "forward"))
    assert [moves.degree().tolist() for moves in one.moves] == [[1, 1], [0, 0]]
    both = read((text + "moves: {b: [[forward, quiet]]}\n").encode(), "graph.yaml")
    assert both.form == "graph"
    assert [moves.degree().tolist() for moves in both.moves] == [[1, 1], [0, 1]]
    assert "no vectors over the options" in bad(
        text.replace('{vector: "00", title: Quiet}', "Quiet").replace('{vector: "1-"}', "Forward")
    )
    assert "is not a vector of 2 options" in bad(text.replace('"1-"', '"1"'))


def test_rankings_take_formulas_and_weights_are_exact() -> None:
    text = OPTION.replace("{statements: [x]}", "{ranking: [[x and y], s1, [x], [not x]]}")
    one = read(
        text.replace("{statements: [y, z]}", "{weights: {y: 0.1, z: 0.2, not x: 0.3}}").encode(), "graph.yaml"
    )
    ranks = one.rankings("test")
    at = {one.states.bits(s, 3): s for s in range(one.size)}
    assert ranks[0][at["110"]] > ranks[0][at["000"]] > ranks[0][at["100"]] > ranks[0][at["010"]]
    # 0.1 + 0.2 equals 0.3 here, though not in floating point.
    assert ranks[1][at["111"]] == ranks[1][at["000"]]


def test_any_number_of_statements_is_compared_exactly() -> None:
    many = ", ".join(["x if x"] * 150 + ["y"] + ["z if z"] * 80 + ["x"])
    one = read(OPTION.replace("[y, z]", f"[{many}]").encode(), "graph.yaml")
    rank = one.rankings("test")[1]
    at = {one.states.bits(s, 3): s for s in range(one.size)}
    assert rank[at["110"]] > rank[at["010"]] > rank[at["100"]] > rank[at["000"]]
    assert rank[at["010"]] == rank[at["011"]]


def test_graph_form_and_its_limits() -> None:
    text = """\
format: backstop-graph/1
title: Arcs
decision_makers: {a: A, b: B}
states: {calm: Calm, tense: Tense, war: War}
moves: {a: [[calm, tense], [tense, war]], b: [[tense, calm]]}
preferences: {a: {ranking: [tense, calm, war]}, b: {statements: [not war, calm]}}
status_quo: calm
"""
    one = read(text.encode(), "graph.yaml")
    assert one.form == "graph"
    result = analyse(one).as_dict()
    assert "sim" not in result["concepts"]
    assert [state["id"] for state in result["states"]] == ["calm", "tense", "war"]
    with pytest.raises(Refused, match="SIM is not defined in graph form"):
        analyse(one, ["sim"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("not deal", "not dael"), ["unknown option dael", "did you mean deal?", "graph.yaml:9"]),
        (
            ("deal if backstop]", "deal if bakstop]"),
            ["unknown option bakstop", "did you mean backstop?", "graph.yaml:13"],
        ),
        (("deal if backstop]", "deal if if backstop]"), ["not a formula", "character 9"]),
        (("- backstop and not deal", "- deal or not deal"), ["no state is feasible"]),
        (("[[s3], [s1, s2], war]", "[[s3], [s1], war]"), ["leaves out 1 state: s2", "graph.yaml:14"]),
        (("[[s3], [s1, s2], war]", "[[s3], [s1, s2], s1, war]"), ["s1 is ranked twice"]),
        (("[[s3], [s1, s2], war]", "[[s3], [s1, s9], war]"), ["no state or option is called s9"]),
        (
            ("ranking: [[s3], [s1, s2], war]", "relation: {better: [[s1, s2], [s2, s3], [s3, s1]]}"),
            ["runs in a circle", "over"],
        ),
        (
            ("{ranking: [[s3], [s1, s2], war]}", "{rankings: []}"),
            ["unknown field rankings", "did you mean ranking?"],
        ),
        (
            ("  russia: {ranking", "  rusia: {ranking"),
            ["no preferences of russia", "rusia is no decision maker"],
        ),
        (("by: russia", "by: rusia"), ["rusia is no decision maker", "did you mean russia?"]),
        (("on_only", "forward"), ["unknown direction 'forward'"]),
        (("merge:", "merges:"), ["unknown field merges", "did you mean merge?"]),
        (("war: attack", "war: attack\n  end: attack and deal"), ["have a vector in common"]),
        (("deal: no}", "deal: maybe}"), ["'maybe' is neither yes nor no"]),
        (("{backstop: no,", "{backstop: yes,"), ["the status quo is infeasible"]),
        (("backstop-graph/1", "backstop-graph/2"), ["begin with format: backstop-graph/1"]),
        (("  attack:", "  s5:"), ["could be the name of a state"]),
        (("title: A small conflict", "note: x"), ["the title is missing"]),
    ],
)
def test_one_clear_message(change: tuple[str, str], words: list[str]) -> None:
    assert change[0] in GOOD
    message = bad(GOOD.replace(change[0], change[1], 1))
    for word in words:
        assert word in message, message
    assert "Traceback" not in message


def test_all_faults_are_told_at_once() -> None:
    message = bad(GOOD.replace("by: russia", "by: rusia").replace("not deal", "not dael"))
    assert len(message.splitlines()) >= 2


def test_forty_options_are_refused_with_the_estimate() -> None:
    options = "\n".join(f"  o{j}: {{by: a}}" for j in range(40))
    text = f"format: backstop-graph/1\ntitle: Big\ndecision_makers: {{a: A}}\noptions:\n{options}\n"
    text += "preferences: {a: {statements: [o1]}}\n"
    with pytest.raises(Refused) as caught:
        read(text.encode(), "graph.yaml")
    assert caught.value.exit_code == 4
    for word in ("40 options", "1,099,511,627,776 states", "GB", "at most"):
        assert word in str(caught.value)
    few = read(
        (
            text + "infeasible:\n  - mutually_exclusive: [" + ", ".join(f"o{j}" for j in range(40)) + "]\n"
        ).encode(),
        "g.yaml",
    )
    assert few.size == 41


def test_more_states_than_allowed_are_refused_before_any_work() -> None:
    with pytest.raises(Refused, match="at most 4 are analysed"):
        read(OPTION.encode(), "graph.yaml", max_states=4)


def test_variants_replace_preferences_and_are_all_checked() -> None:
    text = OPTION + "variants:\n  other: {title: Other, preferences: {a: {statements: [not x]}}}\n"
    plain, other = read(text.encode(), "g.yaml"), read(text.encode(), "g.yaml", "other")
    assert plain.variants == {"other": "Other"}
    assert not np.array_equal(plain.rankings("test")[0], other.rankings("test")[0])
    assert np.array_equal(plain.rankings("test")[1], other.rankings("test")[1])
    with pytest.raises(InvalidInput, match="did you mean other"):
        read(text.encode(), "g.yaml", "otter")
    assert "unknown option q" in bad(text.replace("[not x]", "[not q]"))


def test_partial_and_graded_preferences() -> None:
    relation = OPTION.replace(
        "{statements: [x]}", "{relation: {better: [[s1, s2]], much_better: [[s1, s3]], rest: unknown}}"
    )
    one = read(relation.encode(), "g.yaml").preferences[0]
    assert isinstance(one, Relation)
    assert one.strength[0, 2] == 2
    assert one.unknown[1, 2]
    assert not one.unknown[0, 1]
    tiers = OPTION.replace("{statements: [x]}", "{sampled: {statements: [[x, y], z], draws: 50, seed: 3}}")
    sampled = read(tiers.encode(), "g.yaml").preferences[0]
    assert isinstance(sampled, Relation)
    assert sampled.draws == 50
    assert sampled.unknown.any()
    fuzzy = OPTION.replace("{statements: [x]}", "{fuzzy: {degrees: [[s1, s2, 0.7]], gamma: 0.4}}")
    graded = read(fuzzy.encode(), "g.yaml").preferences[0]
    assert isinstance(graded, Graded)
    assert graded.degree[1, 0] == pytest.approx(0.3)
    assert "not between 0 and 1" in bad(fuzzy.replace("0.7", "1.7"))
    assert "add up to" in bad(fuzzy.replace("[[s1, s2, 0.7]]", "[[s1, s2, 0.7], [s2, s1, 0.7]]"))


GMCR = {
    "useManualPreferenceVectors": False,
    "infeasibles": [[[0, "Y"], [2, "Y"]]],
    "options": [
        {"name": "Stay Firm", "permittedDirection": "both"},
        {"name": "Leave", "permittedDirection": "fwd"},
        {"name": "Shout!", "permittedDirection": "back"},
    ],
    "decisionMakers": [
        {
            "name": "Left",
            "options": [0],
            "preferences": [[[1, "Y"]], {"compound": True, "members": [[[0, "N"]], [[2, "Y"]]]}],
        },
        {
            "name": "Right",
            "options": [1, 2],
            "preferences": [[[0, "Y"], [1, "N"]]],
            "misperceptions": [[[0, "Y"]]],
        },
    ],
}


def gmcr(**changes: object) -> bytes:
    return json.dumps({**GMCR, **changes}).encode()


def test_an_order_with_strengths_in_one_line() -> None:
    chain = OPTION.replace("{statements: [x]}", '{relation: "s2 > s6 >> s7 ~ s1"}')
    one = read(chain.encode(), "g.yaml").preferences[0]
    assert isinstance(one, Relation)
    names = ("s2", "s6", "s7", "s1")
    at = [int(name[1]) - 1 for name in names]
    # The strength between two is the greatest that stands between them.
    assert one.strength[np.ix_(at, at)].tolist() == [[0, 1, 2, 2], [0, 0, 2, 2], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert not one.unknown.any()
    longer = OPTION.replace(
        "{statements: [x]}", '{relation: {order: ["s1 >>> s2", "x and y > s5"], rest: unknown}}'
    )
    found = read(longer.encode(), "g.yaml").preferences[0]
    assert isinstance(found, Relation)
    assert (found.strength[0, 1], found.strength[3, 4], found.strength[7, 4]) == (3, 1, 1)
    assert found.unknown[0, 4]
    assert "s2 stands twice in an order" in bad(chain.replace("s7", "s2"))
    assert "no state or option is called s77" in bad(chain.replace("s7", "s77"))
    assert "contradict each other" in bad(chain.replace('"s2 > s6 >> s7 ~ s1"', '["s2 > s6", "s6 > s2"]'))


def test_of_many_faults_the_first_are_told_and_the_rest_counted() -> None:
    message = bad(OPTION.replace("[y, z]", f"[{', '.join(f'q{k}' for k in range(50))}]"))
    assert len(message.splitlines()) == 21
    assert "30 more errors are not listed" in message


def test_gmcr_files() -> None:
    one = read(gmcr(), "Some folder/Quarrel.gmcr")
    assert one.title == "Quarrel"
    assert [dm.id for dm in one.decision_makers] == ["left", "right"]
    assert [(o.id, o.direction) for o in one.options] == [
        ("stay_firm", "both"),
        ("leave", "on_only"),
        ("shout", "off_only"),
    ]
    assert one.size == 6
    assert one.notes == ("misperceptions in the file are not read",)
    ranks = one.rankings("test")
    at = {one.states.bits(s, 3): s for s in range(6)}
    assert (
        ranks[0][at["010"]]
        == ranks[0][at["011"]]
        > ranks[0][at["110"]]
        > ranks[0][at["000"]]
        > ranks[0][at["100"]]
    )
    manual = gmcr(
        useManualPreferenceVectors=True,
        decisionMakers=[
            {"name": "Left", "options": [0], "preferences": [], "preferenceVector": [6, [1, 2], 3, [4, 5]]},
            {"name": "Right", "options": [1, 2], "preferences": [], "preferenceRanking": [1, 2, 3, 4, 5, 6]},
        ],
    )
    assert read(manual, "q.gmcr").rankings("test")[0].tolist() == [2, 2, 1, 0, 0, 3]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"options": 3}, "options is missing or not a list"),
        ({"decisionMakers": [{"name": "L", "options": [0, 1]}]}, "belongs to no decision maker"),
        (
            {"decisionMakers": [{"name": "L", "options": [0, 1, 2]}, {"name": "R", "options": [0]}]},
            "belongs to two",
        ),
        ({"infeasibles": [[[9, "Y"]]]}, "is not an option's number"),
        ({"useManualPreferenceVectors": True}, "the ranking is missing"),
    ],
)
def test_broken_gmcr_files(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read(gmcr(**changes), "q.gmcr")


def test_older_binary_gmcr_files_are_named_as_what_they_are() -> None:
    with pytest.raises(
        InvalidInput, match="a binary file, as GMCR II and other older programs wrote; save it from"
    ):
        read(b"\x0bGMCR\x00\x00\x01\xff\xfe", "old.gmcr")
    with pytest.raises(InvalidInput, match="not the JSON that GMCR"):
        read(b"players: 2", "old.gmcr")


def test_a_graph_file_may_be_json_with_variants() -> None:
    text = OPTION + "variants:\n  other: {preferences: {a: {statements: [not x]}}}\n"
    plain = json.dumps(read_document(text.encode(), "g.yaml").data)
    for name in ("graph.yaml", "graph.json"):
        assert read(plain.encode(), name, "other").variant == "other"
    assert (
        read(
            b"{format: backstop-graph/1, title: t, decision_makers: {a: A}, options: {x: a}, "
            b"preferences: {a: {statements: [x]}}}",
            "flow.yaml",
        ).size
        == 2
    )
    with pytest.raises(InvalidInput, match="only graph files have variants"):
        read(gmcr(), "q.gmcr", "other")


def test_broken_json_says_where() -> None:
    with pytest.raises(InvalidInput, match="not valid JSON"):
        read(b'{"schema": "backstop-gmcr-case/1",', "case.json")
    with pytest.raises(InvalidInput, match="stands twice"):
        read(b'{"schema": 1, "schema": 2}', "case.json")


def test_another_json_format_is_named_in_one_message() -> None:
    with pytest.raises(InvalidInput) as caught:
        read(b'{"schema": "backstop-gmcr-inverse/1", "cases": []}', "case.json")
    assert len(caught.value.faults) == 1
    assert "backstop-gmcr-inverse/1" in str(caught.value)
    assert "backstop-gmcr-case/1" in str(caught.value)


def test_listed_states_are_the_feasible_ones_where_nothing_is_said_of_infeasibility() -> None:
    case = {
        "schema": "backstop-gmcr-case/1",
        "decision_makers": [{"id": "a"}, {"id": "b"}],
        "options": [{"id": "x", "dm": "a"}, {"id": "y", "dm": "b"}],
        "states": [{"id": "p", "bits": "00"}, {"id": "q", "bits": "10"}, {"id": "r", "bits": "01"}],
        "preferences": {
            "a": {"type": "ranking", "order": ["p", ["q", "r"]]},
            "b": {"type": "ranking", "order": ["r", "q", "p"]},
        },
    }
    one = read(json.dumps(case).encode(), "case.json")
    assert [move.degree().tolist() for move in one.moves] == [[1, 1, 0], [1, 0, 1]]
    case["states"] = [{"id": "p", "bits": "00"}, {"id": "q", "bits": "1-"}]
    case["preferences"] = {
        "a": {"type": "ranking", "order": ["p", "q"]},
        "b": {"type": "ranking", "order": ["q", "p"]},
    }
    assert read(json.dumps(case).encode(), "case.json").form == "merged"


def test_cases_are_checked_too() -> None:
    case: dict[str, object] = {
        "schema": "backstop-gmcr-case/1",
        "title": "t",
        "decision_makers": [{"id": "a"}, {"id": "b"}],
        "options": [{"id": "x", "dm": "a"}, {"id": "y", "dm": "b"}],
        "infeasible": ["11"],
        "states": [{"id": "p", "bits": "00"}, {"id": "q", "bits": "10"}, {"id": "r", "bits": "01"}],
        "preferences": {
            "a": {"type": "ranking", "order": ["p", ["q", "r"]]},
            "b": {"type": "statements", "order": [["iff", "x", "y"], ["not", "x"]]},
        },
    }
    one = read(json.dumps(case).encode(), "case.json")
    assert one.rankings("test")[1].tolist() == [2, 0, 1]
    for key, value, words in (
        ("infeasible", ["1"], "not a pattern of 2 marks"),
        ("infeasible", [], "is feasible but not listed"),
        (
            "states",
            [{"id": "p", "bits": "0-"}, {"id": "q", "bits": "1-"}, {"id": "r", "bits": "11"}],
            "r has no",
        ),
        ("states", [], "no state is feasible"),
        ("status_quo", "z", "no state is called z"),
        ("decision_makers", [], "no decision maker"),
    ):
        with pytest.raises(InvalidInput, match=words):
            read(json.dumps({**case, key: value}).encode(), "case.json")


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "graph.yaml").write_text(GOOD, encoding="utf-8")
    assert load(tmp_path).title == "A small conflict"
    with pytest.raises(InvalidInput, match=r"has no graph\.yaml"):
        load(tmp_path.parent)
    with pytest.raises(InvalidInput, match="cannot be read"):
        load(tmp_path / "none.yaml")


NAMED = """\
format: backstop-graph/1
title: Named
decision_makers: {a: A, b: B}
options: {x: {by: a}, y: {by: b}, z: {by: b}}
preferences: {a: {statements: [x]}, b: {statements: [y]}}
"""


def vectors(text: str) -> list[int]:
    return [int(code) for code in read((NAMED + text).encode(), "graph.yaml").states.codes]


@pytest.mark.parametrize(
    ("conditions", "left"),
    [
        ("[s1]", [1, 2, 3, 4, 5, 6, 7]),
        ("[s1, s1]", [2, 3, 4, 5, 6, 7]),
        ("[x and y, s3]", [0, 1, 4, 5, 6]),
        ("[x and y, not z and s3]", [0, 1, 4, 5, 6]),
        ("[s8, s1 or s7, [and, z, s3]]", [1, 2, 3, 4, 5]),
        ("[{mutually_exclusive: [s1, y]}, {only_if: {s2: y}}]", [0, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_what_is_infeasible_may_name_states(conditions: str, left: list[int]) -> None:
    """As the conditions above number them."""
    assert vectors(f"infeasible: {conditions}\n") == left


def test_a_merge_may_name_states() -> None:
    one = read((NAMED + "infeasible: [x and y]\nmerge: {war: s3 or s4, calm: s1}\n").encode(), "graph.yaml")
    assert one.states.ids == ("s1", "s2", "s3", "war", "calm")
    pairs = list(zip(one.states.codes.tolist(), one.states.node.tolist(), strict=True))
    assert pairs == [(0, 4), (1, 0), (2, 3), (4, 3), (5, 1), (6, 2)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("infeasible: [x, s5]", "infeasible[1]: there is no state s5: the conditions above leave 4"),
        ("infeasible: [war]", "infeasible[0]: unknown option war"),
        ("merge: {war: s9}", "merge.war: unknown option s9"),
        ("infeasible: [s99999999999999]", "unknown option s99999999999999"),
    ],
)
def test_a_state_that_there_is_none_of_cannot_be_named(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as error:
        read((NAMED + text + "\n").encode(), "graph.yaml")
    assert said in str(error.value)
