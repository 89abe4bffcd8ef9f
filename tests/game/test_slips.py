"""Slips against an enumeration of every path through the trees, period after period."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.support.models import model_of, one_world
from tests.support.strategies import parameter_values, random_scenario

from backstop.base.faults import InvalidInput
from backstop.game.choice import Information, free_choice
from backstop.game.metric import SLIP_KINDS, Condition, Metric, by_first_slip, figure
from backstop.game.play import PlayNumbers, SolvedPlay
from backstop.game.process import Solution
from backstop.game.slips import NOBODY, first_slips, name_of_slips, slip_chances
from backstop.game.tree import Chance, Ending

Path = tuple[float, int, int]
"""Probability, the outcome at the end, and who slipped first on the way."""


def paths(solved: SolvedPlay, numbers: PlayNumbers, margins: tuple[float, ...]) -> list[Path]:
    """Every path from the root to an ending, each choice of bound or free an own path."""

    def below(position: int, probability: float, first: int) -> Iterator[Path]:
        node = solved.play.nodes[position]
        if isinstance(node, Ending):
            yield probability, node.outcome, first
            return
        if isinstance(node, Chance):
            for child, p in zip(node.children, numbers.chances[position], strict=True):
                yield from below(child, probability * p, first)
            return
        worth = [solved.values[child][node.actor] for child in node.children]
        free = 1.0
        for move, p in zip(node.bound, numbers.chances[position], strict=True):
            free -= p
            yield from below(node.children[move], probability * p, first)
        for move, p in enumerate(free_choice(worth, numbers.noise[position])):
            short = max(worth) - worth[move] - margins[node.actor]
            slipped = short > 1e-12 * max([1.0, *map(abs, worth)])
            who = node.actor if slipped and first == NOBODY else first
            yield from below(node.children[move], probability * max(free, 0.0) * p, who)

    return [path for path in below(len(solved.play.nodes) - 1, 1.0, NOBODY) if path[0] > 0.0]


Course = tuple[float, list[int], list[tuple[int, int]]]
"""Probability, phases passed, and by play its outcome and who slipped first in it (the first play's first)."""


def courses(solution: Solution, start: int, periods: int) -> list[Course]:
    """Every course of events, one for each way in which every play can end and slip first."""
    world, found = solution.world, [(1.0, [start], list[tuple[int, int]]())]
    for period in range(periods):
        later: list[Course] = []
        for probability, phases, plays in found:
            here = phases[-1]
            solved, numbers = solution.periods[period].plays[here], world.phases[period][here].play
            if solved is None or numbers is None:
                later.append((probability, [*phases, here], [*plays, (-1, NOBODY)]))
                continue
            ends: dict[tuple[int, int], float] = {}
            for p, outcome, first in paths(solved, numbers, world.slip_margins):
                ends[outcome, first] = ends.get((outcome, first), 0.0) + p
            for (outcome, first), p in ends.items():
                target = world.game.next_phase[here][outcome]
                later.append((probability * p, [*phases, target], [*plays, (outcome, first)]))
        found = later
    return found


def enumerated(solution: Solution, metric: Metric) -> dict[int, float]:
    """The event of a metric by first slip, from all courses."""
    found: dict[int, float] = {}
    held = 0.0
    for probability, phases, plays in courses(solution, metric.start, metric.until):
        if metric.given is not None:
            visited = bool(metric.given.phases & set(phases))
            if visited is not (metric.given.kind == "reach"):
                continue
        held += probability
        if metric.kind == "count":
            for outcome, first in plays:
                if outcome in metric.members:
                    found[first] = found.get(first, 0.0) + probability
            continue
        at = next((i for i, phase in enumerate(phases) if phase in metric.members), None)
        if at is not None:
            first = NOBODY if at == 0 else plays[at - 1][1]
            found[first] = found.get(first, 0.0) + probability
    return {actor: p / held for actor, p in found.items()} if held >= 1e-9 else {NOBODY: math.nan}


def solved(seed: int, information: Information) -> Solution:
    """A world of a generated scenario, with margins for some of its actors."""
    rng = random.Random(seed)
    scenario = random_scenario(rng)
    values = parameter_values(scenario, rng)
    for actor in scenario["actors"].values():
        if rng.random() < 0.4:
            actor["slip_margin"] = rng.choice((0.05, 0.3, 1.0))
    model = model_of(scenario)
    try:
        return one_world(model, next(iter(model.levels)), values, information)
    except InvalidInput:
        assume(False)
        raise


@given(seed=st.integers(0, 10**9), private=st.booleans(), kind=st.sampled_from(SLIP_KINDS), data=st.data())
@settings(max_examples=60, deadline=None)
def test_first_slips_are_those_of_all_paths(seed: int, private: bool, kind: Any, data: Any) -> None:
    solution = solved(seed, "private_payoffs" if private else "agent_error")
    game = solution.world.game
    size = len(game.outcomes if kind == "count" else game.phases)
    members = data.draw(st.frozensets(st.integers(0, size - 1), min_size=1))
    start, until = data.draw(st.integers(0, len(game.phases) - 1)), min(2, len(solution.periods))
    condition = data.draw(
        st.none()
        | st.builds(
            Condition,
            st.sampled_from(("reach", "avoid")),
            st.frozensets(st.integers(0, len(game.phases) - 1), min_size=1),
        )
    )
    metric = Metric(kind, members, start, until, condition)
    ours, theirs = by_first_slip(solution, metric), enumerated(solution, metric)
    whole = figure(solution, metric)
    if math.isnan(whole):
        assert math.isnan(theirs[NOBODY]) or condition is not None
        assert all(math.isnan(part) for part in ours.values())
        return
    for actor in (NOBODY, *range(len(game.actors))):
        assert ours.get(actor, 0.0) == pytest.approx(theirs.get(actor, 0.0), abs=1e-10)
    assert sum(ours.values()) == pytest.approx(1.0 - whole if kind == "avoid" else whole, abs=1e-12)


@given(seed=st.integers(0, 10**9), private=st.booleans())
@settings(max_examples=30, deadline=None)
def test_slips_of_plays_sum_to_their_outcomes(seed: int, private: bool) -> None:
    solution = solved(seed, "private_payoffs" if private else "agent_error")
    compared = 0
    for play, numbers in zip(solution.periods[0].plays, solution.world.phases[0], strict=True):
        if play is None or numbers.play is None:
            continue
        split = first_slips(play, numbers.play, solution.world.slip_margins)
        for outcome, probability in play.outcomes().items():
            parts = [p for (of, _), p in split.items() if of == outcome]
            assert sum(parts) == pytest.approx(probability, abs=1e-12)
            compared += 1
        for slips, moves in zip(
            slip_chances(play, numbers.play, solution.world.slip_margins), play.moves, strict=True
        ):
            assert all(0.0 <= slip <= move + 1e-15 for slip, move in zip(slips, moves, strict=False))
    assert compared or all(play is None for play in solution.periods[0].plays)


def one_choice(noise: float | str, margin: float | str = 0.0, **node: Any) -> Any:
    """A choice between what is worth 0 and what is worth 1, made again as long as the better is chosen."""
    return model_of(
        {
            "horizon": {"years": 10},
            "actors": {"a": {"discount": 0, "noise": noise, "slip_margin": margin}},
            "parameters": {"x": {"uniform": [0, 2]}},
            "arrangements": {"only": {}},
            "start": "on",
            "phases": {
                "on": {"play": {"actor": "a", "moves": {"bad": "bad", "good": "good"}, **node}},
                "off": {"absorbing": True},
            },
            "outcomes": {
                "bad": {"next": "off", "payoffs": {"a": 0}},
                "good": {"next": "on", "payoffs": {"a": 1}},
            },
            "metrics": {"once": {"reach": ["off"], "by_year": 1}, "ended": {"reach": ["off"]}},
        }
    )


def test_a_choice_between_nothing_and_one() -> None:
    model = one_choice(0.5)
    solution = one_world(model, "only", {"x": 1.0})
    assert by_first_slip(solution, model.metric("once"))[0] == pytest.approx(0.1192029220, abs=1e-10)
    assert by_first_slip(solution, model.metric("ended"))[0] == pytest.approx(0.7189661376, abs=1e-10)
    without_noise = one_world(one_choice(0), "only", {"x": 1.0})
    assert by_first_slip(without_noise, model.metric("ended")) == {NOBODY: 0.0}


@pytest.mark.parametrize(("margin", "slips"), [(0.999, True), (1.0, False), ("x", True), ("2 * x", False)])
def test_what_falls_short_by_no_more_than_the_margin_is_no_slip(margin: float | str, slips: bool) -> None:
    model = one_choice(0.5, margin)
    found = by_first_slip(one_world(model, "only", {"x": 0.5}), model.metric("once"))
    assert found.get(0, 0.0) == pytest.approx(0.1192029220 if slips else 0.0, abs=1e-10)
    assert found[NOBODY] == pytest.approx(0.0 if slips else 0.1192029220, abs=1e-10)


def test_a_margin_below_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="slip_margin cannot be negative"):
        one_choice(0.5, -0.1)
    with pytest.raises(InvalidInput, match=r"the slip_margin is -0\.5, and must not be negative"):
        one_world(one_choice(0.5, "x - 1"), "only", {"x": 0.5})


def test_what_slips_are_called() -> None:
    assert name_of_slips("agent_error") == "slip"
    assert name_of_slips("private_payoffs") == "shock"
