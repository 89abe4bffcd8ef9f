from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.broken_scenarios import BASE

from backstop.base.document import read_document
from backstop.base.faults import InvalidInput
from backstop.scenario.check.cycles import cycles
from backstop.scenario.check.scenario import check, read_scenario
from backstop.scenario.format.scenario import Decision, Scenario
from backstop.scenario.template import template, templates


def faults(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        read_scenario(text.encode(), "f.yaml")
    return [str(fault) for fault in error.value.faults]


def notes(text: str) -> list[str]:
    return [str(note) for note in read_scenario(text.encode(), "f.yaml")[2]]


def changed(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_sound_file_gives_a_scenario_and_no_notes():
    scenario, found = check(read_document(BASE.encode(), "f.yaml"))
    assert isinstance(scenario, Scenario)
    assert found == ()
    assert scenario.measures["pledge"].by == ("south",)
    assert scenario.measures["force"].range == (0.0, 100.0)
    assert scenario.parameters["spread"].kind == "uniform"
    assert scenario.parameters["trace"].kind == "experts"
    assert scenario.metrics["early"].from_ == "tension"
    assert scenario.claims["joint"].kind == "complements"
    assert scenario.horizon.periods == 10
    assert isinstance(scenario.phases["tension"].play, Decision)
    assert scenario.actors["north"].titled("north") == "North"
    assert scenario.measures["force"].titled("force") == "Force"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  prize: {value: 1, basis: judgement}", "  prize: {value: 1}", "prize has no basis judgement"),
        ("  prize: {", "  idle: {value: 2, basis: judgement}\n  prize: {", "nothing uses the parameter idle"),
        ("  troops: force", "  idle: 2\n  troops: force", "nothing uses the definition idle"),
        (
            "  response:\n",
            "  idle: {actor: south, moves: {a: quiet}}\n  response:\n",
            "nothing uses the tree idle",
        ),
        (
            "  war: {absorbing: true}",
            "  war: {absorbing: true}\n  idle: {absorbing: true}",
            "idle never reached",
        ),
        ("  quiet: {next", "  idle: {next: war}\n  quiet: {next", "idle is an outcome never reached"),
        ("{force: 30, pledge: 1}", "{force: 30}", "no arrangement sets the measure pledge"),
        (
            "bound: {fight: 0.3 * pledge}",
            "bound: {fight: 0.3}",
            "depends on the measure pledge changes nothing",
        ),
        ("value: south}", "value: south, by_year: 3}", "by_year changes nothing"),
        ("cost: 0.4 * force", "cost: 0.4 * force\n    cost_unit: euro a year", "leave a year out"),
        ("cost: 0.4 * force", "cost: 0.4 * force\n    cost_unit: euro p.a.", "leave p.a. out"),
        ("cost: 0.4 * force", "cost: 0.4 * force\n    cost_unit: euro/year", "leave /year out"),
        ("cost: 0.4 * force", "cost: 0.4 * force\n    cost_unit: Euro per year", "leave per year out"),
    ],
)
def test_notes(old, new, words):
    (note,) = notes(changed((old, new)))
    assert all(word in note for word in words.split()), note


@pytest.mark.parametrize("unit", ["billion USD of a yearbook", "Panama balboa", "EUR/ha", "papers"])
def test_other_units_of_cost_are_not_noted(unit):
    assert notes(changed(("cost: 0.4 * force", f"cost: 0.4 * force\n    cost_unit: {unit}"))) == []


def test_short_labels_have_at_most_28_characters():
    spread = "spread: {uniform: [0.1, 0.4]"
    exactly = changed((spread, f"{spread}, short: {'x' * 28}"))
    assert notes(exactly) == []
    (fault,) = faults(changed((spread, f"{spread}, short: {'x' * 29}")))
    assert "parameters.spread.short" in fault
    assert "at most 28 characters fit here, and this has 29" in fault


def test_tone_is_one_of_three_words():
    scenario, _ = check(read_document(changed(("  war: {abs", "  war: {tone: bad, abs")).encode(), "f.yaml"))
    assert (scenario.phases["war"].tone, scenario.phases["peace"].tone) == ("bad", None)
    (fault,) = faults(changed(("  war: {abs", "  war: {tone: sad, abs")))
    assert "good, mixed or bad is expected" in fault


UNUSED = ("bound: {fight: 0.3 * pledge}", "bound: {fight: 0.3}")


@pytest.mark.parametrize(
    ("read_by", "words"),
    [
        (("pledge: {by: south,", "pledge: {by: south, cost: 2 * pledge,"), "nothing but its cost"),
        (("  troops: force", "  idle: pledge\n  troops: force"), "measure pledge, so it changes nothing"),
    ],
    ids=["its own cost alone", "a definition that nothing rests on"],
)
def test_a_measure_without_any_effect_is_named(read_by, words):
    found = notes(changed(UNUSED, read_by))
    assert any("depends on the measure pledge" in note and words in note for note in found)


def test_a_phase_reached_only_from_a_metric_is_not_noted():
    text = changed(("avoid: [war]}\n  early", "avoid: [war]}\n  late: {reach: [war], from: idle}\n  early"))
    assert notes(text.replace("  war: {absorbing", "  idle: {play: peacetime}\n  war: {absorbing")) == []


@pytest.mark.parametrize("period", ["month", "quarter", "half-year", "year"])
def test_horizon_in_every_period(period):
    text = changed(("period: year", f"period: {period}, tail_years: 500"))
    scenario = read_scenario(text.encode(), "f")[1]
    assert scenario.horizon.periods * scenario.horizon.period_years == pytest.approx(10)
    assert scenario.horizon.tail_periods * scenario.horizon.period_years == pytest.approx(500)


def test_a_third_of_a_year_is_four_months():
    assert read_scenario(
        changed(("by_year: 2", f"by_year: {1 / 3!r}"), ("period: year", "period: month")).encode(), "f"
    )


@pytest.mark.parametrize("text", ["- a\n", "a\n", "3\n", "[]\n", "~\n"])
def test_a_file_that_is_no_mapping(text):
    (fault,) = faults(text)
    assert "a scenario is a mapping" in fault


def test_faults_of_yaml_and_of_meaning_come_together():
    found = faults(
        changed(("{north: pressure}", "{north: max(troops, 0.2)}"), ("start: peace", "start: paece"))
    )
    assert len(found) == 2
    assert "paece" in found[0]
    assert "splits" in found[1]


def test_words_that_yaml_1_1_would_spoil_are_names():
    text = changed(("comply: quiet", "no: quiet"), ("  quiet: {next", "  on: {next: war}\n  quiet: {next"))
    assert "on" in read_scenario(text.encode(), "f")[1].outcomes


def test_names_of_arrangements_and_moves_are_free():
    text = changed(
        ("  bare: {title: Bare}", "  a bare-truce: {}"), ("arrangement: bare", "arrangement: a bare-truce")
    )
    read_scenario(text.replace("comply: quiet", "keep the peace: quiet").encode(), "f")


def test_a_message_is_one_bounded_line():
    found = faults(changed(("start: peace", 'start: "a\\nb' + "x" * 5000 + '"')))
    assert all("\n" not in fault and len(fault) < 2000 for fault in found)


def test_very_many_faults_are_cut():
    body = "".join(f"  o{i}: {{next: nowhere{i}}}\n" for i in range(300))
    found = faults(BASE.replace("outcomes:\n", "outcomes:\n" + body))
    assert len(found) == 101
    assert "200 more errors" in found[-1]


def test_a_shared_tree_is_not_unfolded():
    # Thirty levels of trees that each lead twice to the next would unfold to a thousand million nodes.
    chain = "".join(f"  c{i}: {{actor: north, moves: {{a: c{i + 1}, b: c{i + 1}}}}}\n" for i in range(30))
    text = changed(
        ("trees:\n", f"trees:\n{chain}  c30: {{actor: north, moves: {{a: quiet}}}}\n"),
        ("play: peacetime", "play: c0"),
    )
    started = time.process_time()
    read_scenario(text.encode(), "f")
    assert time.process_time() - started < 3


def test_a_chain_of_trees_too_deep_is_refused():
    chain = "".join(f"  c{i}: {{actor: north, moves: {{a: c{i + 1}}}}}\n" for i in range(200))
    text = changed(
        ("trees:\n", f"trees:\n{chain}  c200: {{actor: north, moves: {{a: quiet}}}}\n"),
        ("play: peacetime", "play: c0"),
    )
    assert any("more than 150" in fault for fault in faults(text))


def test_ten_thousand_definitions_in_a_row():
    chain = "".join(f"  d{i}: d{i + 1}\n" for i in range(5000)) + "  d5000: 1\n"
    read_scenario(BASE.replace("definitions:\n", "definitions:\n" + chain).encode(), "f")


def test_cycles_in_full():
    assert cycles({"a": ["b"], "b": ["c"], "c": ["a"]}) == [["a", "b", "c", "a"]]
    assert cycles({"a": ["a"]}) == [["a", "a"]]
    assert cycles({"a": ["b", "c"], "b": ["c"], "c": []}) == []
    assert cycles({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]}) == [["a", "b", "a"], ["c", "d", "c"]]
    assert cycles({"a": ["b", "x"]}) == []


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_cycles_are_found_exactly_where_there_are_some(graph):
    reach = {name: set(graph[name]) for name in graph}
    for _ in graph:
        reach = {a: bs | {c for b in bs for c in reach.get(b, ())} for a, bs in reach.items()}
    found = cycles(graph)
    assert bool(found) == any(name in reach[name] for name in graph)
    for cycle in found:
        assert cycle[0] == cycle[-1]
        assert all(after in graph[before] for before, after in itertools.pairwise(cycle))


LINES = BASE.splitlines(keepends=True)
SCRAPS = st.sampled_from(
    [
        *"{}[],|>'#%@?\"\\():\t\n\x85",
        *(": ", "- ", "  ", "&a ", "*a", "!t ", "max(", "0", "-1", "1e3", ".nan", "null", "true"),
        *("years", "otherwise", "peace", "north", "é"),
    ]
)


def survives(raw: bytes) -> None:
    """Reading gives a scenario or InvalidInput with a place, and nothing else, quickly."""
    started = time.process_time()
    try:
        read_scenario(raw, "f.yaml")
    except InvalidInput as error:
        assert error.faults
        assert all(fault.place.file == "f.yaml" for fault in error.faults)
    assert time.process_time() - started < 2


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(SCRAPS | st.text(max_size=5), max_size=40).map("".join))
def test_random_text(text):
    survives(text.encode("utf-8", "replace"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60))
def test_random_bytes(raw):
    survives(raw)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(templates())),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=6
    ),
)
def test_mutated_templates(name, changes):
    raw = bytearray(template(name).encode())
    for position, removed, added in changes:
        at = position % len(raw)
        raw[at : at + removed] = added
    survives(bytes(raw))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, len(LINES) - 1), SCRAPS, st.integers(0, 60)), min_size=1, max_size=4)
)
def test_mutated_lines(changes):
    lines = list(LINES)
    for index, scrap, at in changes:
        lines[index] = lines[index][:at] + scrap + lines[index][at:]
    survives("".join(lines).encode())


KEYS = [
    "peace",
    "north",
    "actor",
    "moves",
    "chance",
    "then",
    "probability",
    "value",
    "beta",
    "name",
    "decision",
    "given",
    "experts",
    "3",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.sampled_from(
        ["", "peace", "north", "force", "spread", "otherwise", "t", "troops + 1", "max(", "a b"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


@st.composite
def _replaced(draw):
    """The sound file with values at random places replaced by other plain values."""
    import copy
    import json

    content = copy.deepcopy(read_document(BASE.encode(), "f").data)
    for _ in range(draw(st.integers(1, 4))):
        here = content
        while True:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = here[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 4)):
                here = inner
                continue
            here[key] = draw(VALUES)
            break
    return json.dumps(content).encode()


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(_replaced())
def test_wrong_values_anywhere(raw):
    survives(raw)
