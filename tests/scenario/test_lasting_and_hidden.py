"""Types, facts and offers as they are read and checked: what is wrong is said once, with its place."""

from __future__ import annotations

import pytest
from tests.support.models import model_of

from backstop.base.faults import InvalidInput
from backstop.scenario.model import Model
from backstop.scenario.typed_valuation import TypedValuation
from backstop.worlds.assessment import assess

BASE = """\
format: backstop/1
title: A line
horizon: {years: 3}
actors:
  north:
    discount: 0.8
    noise: 0.2
    types: {calm: {share: 1 - hawk}, keen: {share: hawk}}
    beliefs: known
  south: {discount: 0.9, noise: 0.3}
parameters:
  hawk: {value: 0.3}
facts:
  pledge: {values: {none: 0, full: 1}, start: none}
  age: {counts: 3, start: 0, resets: [agreed]}
  terms_kept: {range: [0, 1], steps: 5, start: 0}
definitions:
  prize: "1 + pledge - type(north, keen)"
  doubled: 2 * terms
arrangements: {alone: {}}
start: talks
phases:
  talks:
    play: {offer: terms, actor: south, range: [0, 1], steps: 5, then: answer}
  peace: {play: year, payoffs: {north: 0.1 * terms_kept}}
  war: {absorbing: true}
trees:
  answer: {actor: north, moves: {accept: agreed, refuse: refused}}
  year: {actor: north, moves: {attack: attacked, keep: kept}}
outcomes:
  agreed: {next: peace, sets: {pledge: full, terms_kept: terms}, payoffs: {north: doubled, south: 1 - terms}}
  refused: {next: talks}
  attacked: {next: war, payoffs: {north: prize}}
  kept: {next: peace}
metrics:
  no_war: {avoid: [war], where: age >= 0}
  keen: {belief: north.keen, given: {type: north.keen}}
"""


def changed(*changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def faults(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        model_of(text)
    return [str(fault) for fault in caught.value.faults]


def test_the_base_is_sound() -> None:
    model = model_of(BASE)
    assert len(model.states) > 10 and model.types is not None and model.types.names == ("calm", "keen")
    assert {each.outcome for each in model.occurrences} == set(range(4))


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("{share: 1 - hawk}", "{share: 1.2}", "the share of a type lies between 0 and 1, and this is 1.2"),
        (
            "{calm: {share: 1 - hawk}, keen: {share: hawk}}",
            "{calm: {share: 0.5}, keen: {share: 0.6}}",
            "the shares of the types sum to 1.1, and must sum to 1",
        ),
        (
            "keen: {share: hawk}}",
            "keen: {share: hawk}, mad: {share: 0}}",
            "north has 3 types, and exactly two are possible",
        ),
        ("{calm: {share: 1 - hawk}, ", "{", "north has 1 type, and exactly two are possible"),
        (
            "{share: hawk}",
            "{share: pledge}",
            "the share of a type may use parameters only, and pledge is a fact",
        ),
        ("{share: hawk}", '{share: "type(north, keen)"}', "the share of a type is the same for every type"),
        ("type(north, keen)", "type(south, keen)", "type(south, keen): south has no types"),
        ("type(north, keen)", "type(north, kene)", "type(north, kene): north has no type called kene"),
        ("type(north, keen)", "type(east, keen)", "type(east, keen): there is no actor called east"),
        ("type(north, keen)", "type(north)", "type takes the names of an actor and of one of its types"),
        (
            "south: {discount: 0.9, noise: 0.3}",
            "south: {discount: 0.9, noise: 0.3, beliefs: fixed}",
            "south has no types",
        ),
        (
            "south: {discount: 0.9, noise: 0.3}",
            "south: {discount: 0.9, noise: 0.3, types: {a: {share: 0}, b: {share: 1}}}",
            "south has types, and so has north (line 8), and only one actor may have types",
        ),
        ("beliefs: known", "beliefs: bayes\n    grid: 2", "a grid has from 3 to 401 beliefs, and this is 2"),
        ("pledge: full, ", "pledge: half, ", "pledge has no value called half"),
        ("pledge: full, ", "pledge: 0.5, ", "pledge has no value 0.5"),
        ("pledge: full, ", "pleged: full, ", "there is no fact called pleged"),
        ("start: none}", "start: nothing}", "pledge has no value called nothing"),
        ("{none: 0, full: 1}", "{none: 0, full: 0}", "none and full are both 0"),
        ("counts: 3", "counts: 0", "a clock counts up to a whole number from 1 to 1,999, and this is 0"),
        ("resets: [agreed]", "resets: [agred]", "there is no outcome called agred"),
        (
            "counts: 3, start: 0, resets",
            "counts: 3, values: {a: 0}, start: 0, resets",
            "is of more than one kind",
        ),
        ("{range: [0, 1], steps: 5, start: 0}", "{range: [0, 1], start: 0}", "a range without steps"),
        (
            "{range: [0, 1], steps: 5, start: 0}",
            "{range: [0, 1], steps: 4, start: 0}",
            "terms can be offered as 0.25",
        ),
        ("terms_kept: terms}", "terms_kept: 0.3}", "terms_kept has no value 0.3"),
        (
            "payoffs: {north: 0.1 * terms_kept}",
            "payoffs: {north: terms}",
            "terms is an offer, and only what stands below",
        ),
        (
            "refuse: refused",
            "refuse: refused, again: again",
            "the offer terms stands below another offer of that name",
        ),
        ("keep: kept", "keep: agreed", "terms is an offer, and in phase peace this is reached without it"),
        ("offer: terms, actor: south", "offer: pledge, actor: south", "pledge is already the name of a fact"),
        ("steps: 5, then: answer", "steps: 500, then: answer", "has from 2 to 201 steps, and this is 500"),
        ("[0, 1], steps: 5, then", "[1, 0], steps: 5, then", "the range [1, 0] is empty"),
        (
            "where: age >= 0",
            "where: pledge == full",
            "full is a value of the fact pledge: write its number, 1",
        ),
        ("counts: 3", "counts: 2.5", "a whole number is expected, and this is the number 2.5"),
        ("where: age >= 0", "where: hawk > 0", "hawk is a parameter, which cannot stand here; this"),
        ("where: age >= 0", 'where: "type(north, keen)"', "a formula over facts is the same for every type"),
        ("belief: north.keen", "belief: keen", "keen names no type"),
        ("given: {type: north.keen}", "given: {type: north.mad}", "north has no type called mad"),
        ("given: {type: north.keen}", "given: {}", "the condition given asks nothing"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    text = changed((old, new))
    if "again: again" in new:
        text = text.replace(
            "  year: {actor",
            "  again: {offer: terms, actor: north, range: [0, 1], steps: 2, then: refused}\n  year: {actor",
        )
    found = faults(text)
    assert any(said in fault for fault in found), found
    assert all(fault.startswith("scenario.yaml:") for fault in found)


@pytest.mark.parametrize(
    "old, new, said",
    [
        (
            "{calm: {share: 1 - hawk}, keen: {share: hawk}}",
            "{calm: {share: 1}}",
            "8:5 actors.north.types: north has 1",
        ),
        ("{calm: {share: 1 - hawk}, keen: {share: hawk}}", "{}", "8:5 actors.north.types: north has 0 types"),
        (
            "{calm: {share: 1 - hawk}, keen: {share: hawk}}",
            "[calm, keen]",
            "8:12 actors.north.types: a mapping",
        ),
        (
            "    types: {calm: {share: 1 - hawk}, keen: {share: hawk}}\n",
            "",
            "8:5 actors.north.beliefs: north has no types",
        ),
    ],
)
def test_what_follows_from_wrong_types_is_not_said_again(old: str, new: str, said: str) -> None:
    assert sum("keen" in line for line in BASE.splitlines()) > 2
    found = faults(changed((old, new)))
    assert len(found) == 1 and found[0].startswith(f"scenario.yaml:{said}"), found


def test_an_offer_with_the_name_of_a_parameter_is_said_once() -> None:
    text = changed(("offer: terms, actor: south", "offer: hawk, actor: south")).replace(
        "terms_kept: terms", "terms_kept: hawk"
    )
    text = text.replace("doubled: 2 * terms", "doubled: 2 * hawk").replace(
        'prize: "1 + pledge', 'prize: "hawk + pledge'
    )
    found = faults(text)
    assert [fault for fault in found if "hawk is already the name of a parameter" in fault]
    assert not [fault for fault in found if "is reached without it" in fault], found


def test_nobody_chooses_by_a_type_that_it_does_not_know() -> None:
    hidden = ("beliefs: known", "beliefs: fixed")
    own = ("noise: 0.3}", 'noise: "0.3 + type(north, keen)"}')
    assert model_of(changed(own)).types is not None
    (found,) = faults(changed(hidden, own))
    assert "the noise of south rests on type(north, keen), and south does not know the type of north" in found
    # Also through definitions, and at a single decision.
    at_node = ("steps: 5, then: answer}", "steps: 5, noise: abs(prize), then: answer}")
    assert model_of(changed(at_node)).types is not None
    (found,) = faults(changed(hidden, at_node))
    assert "the noise of south rests on type(north, keen)" in found
    # North knows its own.
    assert (
        model_of(changed(hidden, ("    noise: 0.2", '    noise: "0.2 + 0.1 * type(north, keen)"'))).types
        is not None
    )


def test_2001_phases_are_refused_with_their_number() -> None:
    clocks = "facts:\n  a: {counts: 1999, start: 0}\n  b: {values: {x: 0, y: 1}, start: x}\n"
    text = f"""\
format: backstop/1
title: A clock
horizon: {{years: 3}}
actors: {{side: {{discount: 0.5, noise: 1}}}}
arrangements: {{alone: {{}}}}
{clocks}start: truce
phases:
  truce: {{play: {{chance: {{on: {{probability: 0.9, then: quiet}}, over: {{probability: otherwise, then: broken}}}}}}}}
  war: {{absorbing: true}}
outcomes: {{quiet: {{next: truce}}, broken: {{next: war}}}}
metrics: {{m: {{avoid: [war]}}}}
"""
    (found,) = faults(text)
    assert "the facts tell 3,999 phases apart that can be reached, and 2,000 is the limit" in found
    assert found.startswith("scenario.yaml:7:")
    assert len(model_of(text.replace("1999", "999")).states) == 1_999


def test_a_share_outside_its_bounds_in_some_world_is_told() -> None:
    text = changed(("hawk: {value: 0.3}", "hawk: {uniform: [0.5, 1.5]}"))
    with pytest.raises(
        InvalidInput, match=r"the share (hawk|1 - hawk) is -?[\d.]+ and must be between 0 and 1: in world \d+"
    ):
        assess(model_of(text), 64)
    text = changed(
        ("{share: 1 - hawk}", "{share: 0.6}"), ("hawk: {value: 0.3}", "hawk: {uniform: [0.5, 0.9]}")
    )
    with pytest.raises(
        InvalidInput, match=r"the shares of the types of north sum to 1\.\d+, and must sum to 1"
    ):
        assess(model_of(text), 64)


def of_world(model: Model) -> TypedValuation:
    fixed = {n: d for n, d in model.distributions.items() if isinstance(d, float)}
    return TypedValuation(model, model.levels["alone"], fixed)


@pytest.mark.parametrize(
    "old, new",
    [
        ("noise: 0.2", "noise: 0"),
        ("year: {actor: north, moves", "year: {actor: north, noise: 0, moves"),
    ],
)
def test_nobody_can_learn_from_an_actor_who_never_errs(old: str, new: str) -> None:
    said = "the noise of north is 0, and others learn from its moves only where it may err"
    (found,) = faults(changed(("beliefs: known", "beliefs: bayes"), (old, new)))
    assert said in found
    assert model_of(changed(("beliefs: known", "beliefs: fixed"), (old, new))).types is not None
    # Where it is so in some worlds alone, the first of them is named.
    in_some = changed(
        ("beliefs: known", "beliefs: bayes"),
        (old, new.replace("noise: 0", 'noise: "max(0, hawk - 0.5)"')),
        ("hawk: {value: 0.3}", "hawk: {uniform: [0, 1]}"),
    )
    with pytest.raises(InvalidInput, match=rf"scenario.yaml:\d+:\d+ .*noise: {said}: in world \d+"):
        assess(model_of(in_some), 64)


def notes(text: str) -> list[str]:
    return [str(note) for note in model_of(text).notes]


def test_notes_name_facts_and_types_that_change_nothing() -> None:
    base = notes(BASE)
    assert not any(
        each in note for note in base for each in ("is always", "true in no", "both types", "only tells")
    )
    never = notes(changed(("where: age >= 0", "where: age >= 4")))
    assert any("age >= 4 is true in no phase that can be reached, so" in note for note in never)
    idle = "facts:\n  idle: {values: {a: 0, b: 1}, start: a}\n"
    assert any("the fact idle is always a" in note for note in notes(changed(("facts:\n", idle))))
    split = notes(changed(("facts:\n", idle), ("pledge: full, ", "pledge: full, idle: b, ")))
    assert any(
        "no expression asks for the fact idle, so it only tells phases apart" in note for note in split
    )
    alike = notes(BASE.replace("type(north, keen)", "0.5"))
    assert any("nothing asks for the type of north, so both types are alike" in note for note in alike)


def test_offers_below_offers_are_refused_where_they_make_too_many_moves() -> None:
    inner = "steps: 5, then: {offer: more, actor: north, range: [0, 1], steps: 201, then: answer}}"
    text = changed(("steps: 5, then: answer}", inner))
    assert model_of(text).types is not None
    (found,) = faults(text.replace("steps: 5,", "steps: 51,"))
    assert "has more than 10,000 moves, one for every number offered" in found


def test_an_offer_is_a_decision_over_its_grid_and_an_outcome_keeps_the_number() -> None:
    model = model_of(BASE)
    play = model.game.plays[model.game.start]
    assert play is not None
    root = play.nodes[-1]
    assert root.moves == ("0", "0.25", "0.5", "0.75", "1")  # type: ignore[union-attr]
    kept = {
        each.offers["terms"]: model.states[model.game.next_phase[model.game.start][o]].facts["terms_kept"]
        for o, each in enumerate(model.occurrences)
        if "terms" in each.offers
    }
    assert kept == {x: x for x in (0.0, 0.25, 0.5, 0.75, 1.0)}
    # What does not rest on the offer stands once.
    assert sum(each.outcome == model.outcomes.index("refused") for each in model.occurrences) == 1


def test_a_clock_counts_periods_and_starts_again() -> None:
    model = model_of(BASE)
    states, game = model.states, model.game
    (agreed,) = {o for o, each in enumerate(model.occurrences) if each.offers.get("terms") == 0.5}
    after = states[game.next_phase[game.start][agreed]]
    assert after.facts == {"pledge": 1.0, "age": 0.0, "terms_kept": 0.5}
    at, ages = states.index(after), []
    kept = model.outcomes.index("kept")
    for _ in range(4):
        at = game.next_phase[at][kept]
        ages.append(states[at].facts["age"])
    assert ages == [1.0, 2.0, 3.0, 3.0]
