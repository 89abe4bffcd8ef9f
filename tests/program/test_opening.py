"""A world laid open by the program: the plain solver's numbers, in every node; and nothing else is changed by it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.facts import with_facts
from tests.support.hidden_types import with_hidden_type
from tests.support.models import model_of
from tests.support.strategies import parameter_values, random_scenario

from backstop.game.choice import Information
from backstop.game.process import shares
from backstop.program.host import Host, Wanted
from backstop.program.open_world import OpenedPhase, OpenWorld
from backstop.program.program import compile_program
from backstop.program.runtime import Machine
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.scenario.typed_valuation import TypedValuation
from backstop.scenario.valuation import Valuation
from backstop.worlds.draws import sampler_of
from backstop.worlds.trace import trace
from backstop.worlds.tracing.phase_trace import entered, phase_trace
from backstop.worlds.tracing.traced import NodeTrace, PhaseTrace, WorldTrace
from backstop.worlds.tracing.typed_trace import typed_trace

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("ukraine-2025", "korea-1953", "ladder")
CONVENTIONS: tuple[Information, ...] = ("agent_error", "private_payoffs")
TOLERANCE = 1e-9
Pairs = Iterator[tuple[str, float | None, float | None]]


def compared(pairs: Pairs) -> int:
    """How many numbers agree; raises AssertionError for the first that does not."""
    count = 0
    for where, ours, theirs in pairs:
        one, other = (math.nan if each is None else each for each in (ours, theirs))
        same = (one != one and other != other) or abs(one - other) <= TOLERANCE * max(1.0, abs(other))
        assert same, f"{where}: {ours} in the program, {theirs} in the plain solver"
        count += 1
    return count


def columns(model: Model, by_actor: dict[str, float]) -> list[float]:
    """Numbers by actor in the order of columns: of a hidden second type last."""
    numbers = list(by_actor.values())
    if len(numbers) > len(model.game.actors):
        assert model.types is not None
        numbers.append(numbers.pop(model.types.actor + 1))
    return numbers


def drawn_world(model: Model, number: int) -> dict[str, float]:
    drawn = sampler_of(model, 1).block(number, 1)
    return {name: float(np.ravel(value)[0]) for name, value in drawn.items()}


def pairs_of(model: Model, name: str, ours: OpenedPhase, theirs: PhaseTrace) -> Pairs:
    play = model.game.plays[model.game.phases.index(theirs.phase)]
    for key, one, other in (
        ("worth", ours.worth, theirs.values),
        ("flow", ours.flows, theirs.flows),
        ("level", ours.levels, theirs.levels),
    ):
        for a, b in zip(one, columns(model, dict(other)) if key != "level" else other.values(), strict=True):
            yield f"{name}: {key}", a, b
    nodes = [node for node in reversed(ours.nodes) if node.moves]
    assert len(nodes) == len(theirs.nodes)
    for node, told in zip(nodes, theirs.nodes, strict=True):
        where = f"{name}, {told.name}"
        assert play is not None
        assert getattr(play.nodes[node.position], "name", None) == told.name
        yield f"{where}: reached", node.reach, told.reach
        yield f"{where}: noise", node.noise, told.noise
        yield f"{where}: belief", node.belief, told.belief
        for a, b in zip(node.by_type, (told.reach_by_type or {}).values(), strict=True):
            yield f"{where}: reached with a type", a, b
        for a, b in zip(node.values, columns(model, dict(told.utilities)), strict=True):
            yield f"{where}: worth", a, b
        yield from _moves_of(model, where, ours, node.to, node.moves, told)


def _moves_of(
    model: Model, where: str, phase: OpenedPhase, to: tuple[int, ...], moves: Any, told: NodeTrace
) -> Pairs:
    for child, move, other in zip(to, moves, told.moves, strict=True):
        yield f"{where}, {other.label}: probability", move.probability, other.probability
        yield f"{where}, {other.label}: bound", move.bound, other.bound
        yield f"{where}, {other.label}: slip", move.slip, other.slip
        yield f"{where}, {other.label}: belief", phase.nodes[child].belief, other.belief
        for a, b in zip(move.by_type, (other.by_type or {}).values(), strict=True):
            yield f"{where}, {other.label}: by type", a, b
        for a, b in zip(phase.nodes[child].values, columns(model, dict(other.utilities)), strict=True):
            yield f"{where}, {other.label}: worth", a, b


def world_pairs(model: Model, opened: OpenWorld, of: WorldTrace) -> Pairs:
    """Every number of a world laid open beside that of the plain solver."""
    for period, phases in of.phases.items():
        opened.open(period)
        for told in phases:
            index = model.game.phases.index(told.phase)
            type_ = 0
            if told.type is not None and model.types is not None:
                type_ = model.types.names.index(told.type)
            name = f"{of.arrangement}, {told.phase} in period {period}"
            yield f"{name}: share", opened.shares(type_)[period][index], told.share
            if told.belief is not None:
                yield f"{name}: belief", opened.beliefs()[period][index], told.belief
            yield from pairs_of(model, name, opened.phase(index, type_), told)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("study", STUDIES)
def test_a_study_laid_open_is_what_the_plain_solver_gives(study: str, information: Information) -> None:
    model = load(ROOT / "examples" / study)
    program = compile_program(model, information, opening=True)
    machine, count = Machine(program.wasm), 0
    periods = tuple(sorted({0, 1, model.periods - 1} & set(range(model.periods))))
    for world in ("central", 7):
        for arrangement in list(model.levels)[-2:]:
            of = trace(model, arrangement, world, 1, information, periods)
            opened = OpenWorld(model, program, machine, of.parameters, of.promised)
            assert opened.settled == of.settled
            count += compared(world_pairs(model, opened, of))
    assert count > 200 * len(periods)


@pytest.mark.parametrize("beliefs", ["known", "fixed", "bayes"])
def test_a_type_laid_open_is_what_the_plain_solver_gives(beliefs: str) -> None:
    text = (ROOT / "src/backstop/scenario/templates/learning/scenario.yaml").read_text(encoding="utf-8")
    text = text.replace("beliefs: bayes", f"beliefs: {beliefs}").replace("years: 6", "years: 3")
    text = text.replace("grid: 11", "grid: 5")
    model, count = model_of(text), 0
    assert model.types is not None
    for information in CONVENTIONS:
        program = compile_program(model, information, opening=True)
        machine = Machine(program.wasm)
        parameters = drawn_world(model, 3)
        for name, levels in model.levels.items():
            of = typed_trace(
                model, name, 3, TypedValuation(model, levels, parameters), information, (0, 1, 2)
            )
            opened = OpenWorld(model, program, machine, parameters, levels)
            assert opened.settled
            assert of.settled
            count += compared(world_pairs(model, opened, of))
            for metric, value in of.metrics.items():
                count += compared(iter([(metric, opened.metric(metric), value)]))
    assert count > 2_000


def _generated(seed: int) -> tuple[Model, dict[str, float]]:
    rng = random.Random(seed)
    scenario = random_scenario(rng)
    if seed % 4 == 1:
        scenario = with_facts(scenario, rng)
    if seed % 4 == 3:
        scenario = with_hidden_type(scenario, rng, beliefs=rng.choice(["known", "fixed"]))
    return model_of(scenario), parameter_values(scenario, rng)


@pytest.mark.parametrize("part", range(4))
def test_generated_scenarios_laid_open(part: int) -> None:
    count = worlds = 0
    for seed in range(15 * part, 15 * (part + 1)):
        model, parameters = _generated(seed)
        for information in CONVENTIONS:
            program = compile_program(model, information, opening=True)
            machine = Machine(program.wasm)
            for name, levels in model.levels.items():
                opened = OpenWorld(model, program, machine, parameters, levels)
                if opened.flagged or not opened.settled:
                    continue
                periods = tuple(sorted({0, model.periods - 1}))
                try:
                    of = _plainly(model, name, levels, parameters, information, periods)
                    count += compared(world_pairs(model, opened, of))
                except AssertionError as error:
                    raise AssertionError(f"seed {seed}, {information}: {error}") from error
                worlds += 1
    assert worlds > 20
    assert count > 2_000


def _plainly(
    model: Model,
    arrangement: str,
    levels: Mapping[str, float],
    parameters: Mapping[str, float],
    information: Information,
    periods: tuple[int, ...],
) -> WorldTrace:
    """A world as the plain solver lays it open; figures apart from its phases are left out."""
    if model.types is not None:
        return typed_trace(
            model, arrangement, 0, TypedValuation(model, levels, parameters), information, periods
        )
    valuation = Valuation(model, levels, parameters)
    solution = valuation.solved(information)
    occupied = shares(solution, model.game.start)
    phases = {
        period: tuple(
            phase_trace(model, valuation, solution, phase, period, occupied[period][phase])
            for phase in entered(model, occupied[period])
        )
        for period in periods
    }
    return WorldTrace(
        0, arrangement, information, parameters, levels, {}, {}, solution.settled, phases, (), {}, {}, "", {}
    )


@pytest.mark.parametrize("study", STUDIES)
def test_what_is_not_asked_for_changes_no_bit(study: str) -> None:
    """A program that lays worlds open gives the same figures as one that does not, asked or not."""
    model = load(ROOT / "examples" / study)
    parameters = drawn_world(model, 5)
    levels = model.levels[list(model.levels)[-1]]
    wanted = Wanted(curves=True, costs=True, shares=True, outcomes=True)
    plain, opening = compile_program(model), compile_program(model, opening=True)
    assert plain.opening is None
    assert opening.opening is not None
    one, other = (Host(each, 1).solve(1, parameters, levels, wanted) for each in (plain, opening))
    opened = OpenWorld(model, opening, Machine(opening.wasm), parameters, levels)
    assert one.shares is not None
    assert other.shares is not None
    assert np.array_equal(one.shares, other.shares)
    for name, values in one.metrics.items():
        assert np.array_equal(values, other.metrics[name], equal_nan=True)
        assert np.array_equal(values, [opened.metric(name)], equal_nan=True)
    assert len(one.metrics) == len(model.scenario.metrics) > 0


def test_other_beliefs_can_be_asked_about() -> None:
    """Where a type is hidden a host may say what is believed as a phase begins: certainty makes one type's choices."""
    model = load(ROOT / "src/backstop/scenario/templates/learning")
    program = compile_program(model, opening=True)
    parameters = {name: float(value) for name, value in sampler_of(model, 1).central().items()}
    opened = OpenWorld(model, program, Machine(program.wasm), parameters, model.levels["guarded"])
    phases = range(len(model.game.phases))
    for belief in (0.0, 1.0):
        opened.open(1, [belief for _ in phases])
        (phase,) = [k for k in phases if model.game.phases[k] == "calm[probed_before=never]"]
        found = opened.phase(phase)
        root = found.nodes[-1]
        assert root.belief == belief
        for move in root.moves:
            assert move.probability == pytest.approx(move.by_type[int(belief)], abs=1e-12)
        assert all(node.belief == belief for node in found.nodes)
    opened.open(1)
    assert 0.0 < (opened.phase(phase).nodes[-1].belief or 0.0) < 1.0


def test_explain_of_the_study_with_learning_ends() -> None:
    """`trace` has the program's numbers where others learn."""
    model = load(ROOT / "src/backstop/scenario/templates/learning")
    found = trace(model, "guarded", 2, periods=(0, 1))
    assert found.settled
    assert found.types is not None
    assert found.types.grid_error is not None
    (now,) = [phase for phase in found.phases[0] if phase.share == 1.0]
    assert now.belief == found.types.shares["set_on_more"]
    assert sum(now.outcomes.values()) == pytest.approx(1.0, abs=1e-12)
    root = now.nodes[0]
    expected = sum(move.probability * (move.belief or 0.0) for move in root.moves)
    assert expected == pytest.approx(root.belief, abs=1e-6)
