"""What small studies with hidden types, facts and offers must give: published solutions, figures worked out twice."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.hand_copied import hand_copied, measure_copies
from tests.support.models import model_of

from backstop.base.arrays import FloatArray
from backstop.base.document import parse_document
from backstop.game.hidden import TypedSolution
from backstop.game.inference import Reached
from backstop.game.learning import Learning
from backstop.questions.inquiry import Inquiry
from backstop.questions.study.forms import answers_by_form, periods_around
from backstop.report.tables.assessment import tables_by_name
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.scenario.typed_valuation import TypedValuation
from backstop.worlds.assessment import assess
from backstop.worlds.query import Query, ask
from backstop.worlds.trace import trace

HERE = Path(__file__).parent


def study(name: str) -> Model:
    return load(HERE / f"{name}.yaml")


def solved(model: Model, **parameters: float) -> TypedSolution:
    """The first arrangement in one world, by the plain solver."""
    fixed = {n: d for n, d in model.distributions.items() if isinstance(d, float)}
    levels = next(iter(model.levels.values()))
    return TypedValuation(model, levels, {**fixed, **parameters}).solved(model.scenario.information)


def at_start(solution: TypedSolution) -> Reached:
    """The play of the first period, at the share of the second type."""
    assert isinstance(solution, Learning)
    _, root = solution.solved_at(solution.world.game.start, 0, solution.world.shares[1])
    assert root is not None
    return root


def written(name: str, **replaced: str) -> Model:
    """A study with some of its text replaced."""
    text = (HERE / f"{name}.yaml").read_text(encoding="utf-8")
    for old, new in replaced.items():
        assert old in text
        text = re.sub(rf"\b{old}\b", new, text)
    return model_of(text)


# ---------------------------------------------------------------- hidden types


@pytest.mark.parametrize(
    "p_ch, p_def, precision, found",
    [
        (
            0.3,
            0.4,
            5,
            (
                0.4380886032,
                0.2280956725,
                0.9147047685,
                0.6886807147,
                0.7772998612,
                0.1824255238,
                0.1022830259,
            ),
        ),
        (
            0.3,
            0.4,
            20,
            (
                0.8733210286,
                0.2398598431,
                0.9996427621,
                0.3654476845,
                0.9933071491,
                0.0024726232,
                0.1613800488,
            ),
        ),
        (
            0.3,
            0.65,
            20,
            (
                0.7993240526,
                0.1287918239,
                0.9988584598,
                0.0341634965,
                0.9933071491,
                0.0024726232,
                0.1576437637,
            ),
        ),
    ],
)
def test_the_principal_logit_branch_of_unilateral_deterrence(
    p_ch: float, p_def: float, precision: float, found: tuple[float, ...]
) -> None:
    model = study("unilateral_deterrence")
    solution = solved(model, p_ch=p_ch, p_def=p_def, precision=precision)
    start = at_start(solution)
    hard, soft = start.below[0].below
    last = hard.below[0].moves
    mine = (start.moves[1][0], start.moves[0][0], hard.moves[0][0], soft.moves[0][0], last[1][0], last[0][0])
    assert (*mine, solution.figure(model.metric("fighting"))) == pytest.approx(found, abs=5e-11)
    assert solution.settled


def test_with_little_noise_it_is_the_bluff_of_perfect_deterrence() -> None:
    model = study("unilateral_deterrence")
    solution = solved(model, precision=300)
    start = at_start(solution)
    assert solution.figure(model.metric("fighting")) == pytest.approx(0.16759, abs=5e-6)
    assert start.moves[1][0] == pytest.approx(1.0, abs=1e-6)
    assert start.moves[0][0] == pytest.approx(0.30256, abs=5e-6)
    assert start.below[0].below[1].moves[0][0] == pytest.approx(0.26441, abs=1e-5)


def test_a_weak_monopolist_fights_as_often_as_kreps_and_wilson_say() -> None:
    b, p = 0.5, 0.1
    solution = solved(study("entry_deterrence"))
    start = at_start(solution)
    fought = start.below[0]
    assert solution.settled and start.moves[0][0] > 0.99
    assert fought.moves[0][0] == pytest.approx((1 - b**2) * p / ((1 - p) * b**2), abs=0.002)
    assert fought.below[0].belief == pytest.approx(0.25, abs=0.001)


def test_one_probe_then_an_attack() -> None:
    model = study("probe")
    solution = solved(model)
    start = at_start(solution)
    probed, refrained = start.below
    assert start.moves[1][0] == pytest.approx(0.8090724461, abs=5e-11)
    assert start.moves[0][0] == pytest.approx(0.3842739706, abs=5e-11)
    assert (probed.belief, refrained.belief) == pytest.approx((0.4743312958, 0.1173046310), abs=5e-11)
    assert probed.moves[0][0] == pytest.approx(0.9887960047, abs=5e-11)
    assert refrained.moves[0][0] == pytest.approx(0.8809631779, abs=5e-11)
    assert solution.figure(model.metric("attack")) == pytest.approx(0.0464735022, abs=5e-11)


def test_the_probe_where_the_type_is_known() -> None:
    model = written("probe", bayes="known")
    assert solved(model).figure(model.metric("attack")) == pytest.approx(0.0671423624, abs=5e-11)
    assert assess(model, 2).arrangements["alone"].metrics["attack"].mean == pytest.approx(
        0.0671423624, abs=5e-11
    )


def test_where_nobody_learns_a_probe_changes_nothing_for_the_guarantor() -> None:
    model = written("probe", bayes="fixed")
    start = at_start(solved(model))
    assert [child.belief for child in start.below] == [0.3, 0.3]
    for probed, not_probed in zip(start.below[0].moves, start.below[1].moves, strict=True):
        assert probed == pytest.approx(not_probed, abs=1e-12)
    # So a probe is chosen for what it is worth alone.
    assert start.moves[1][0] == pytest.approx(1 / (1 + np.exp(-0.4 / 0.2)), abs=1e-12)
    assert start.moves[0][0] == pytest.approx(1 / (1 + np.exp(0.1 / 0.2)), abs=1e-12)


@pytest.mark.parametrize("beliefs", ["known", "fixed", "bayes"])
def test_the_danger_of_a_mixture_falls_as_the_frail_ones_break(beliefs: str) -> None:
    model = written("unknown_frailty", bayes=beliefs)
    solution = solved(model)
    curve = solution.curve(model.metric("holds"))
    hazards = [1 - after / before for before, after in itertools.pairwise(curve)]
    expected = (0.104, 0.085625, 0.0702392344, 0.0578242075, 0.0481019163)
    assert hazards == pytest.approx(expected, abs=5e-11)
    assert solution.figure(model.metric("holds_if_frail")) == pytest.approx(0.7**5, abs=1e-12)
    held = 0.3 * 0.7**2 / (0.3 * 0.7**2 + 0.7 * 0.98**2)
    if beliefs == "known":
        assert solution.figure(model.metric("frail_where_held")) == pytest.approx(held, abs=1e-12)
        result = assess(model, 2)
        assert result.arrangements["alone"].samples["holds"][0] == pytest.approx(curve[5], abs=1e-15)
        assert result.arrangements["alone"].samples["frail_where_held"][0] == pytest.approx(held, abs=1e-12)
    elif beliefs == "fixed":
        assert solution.figure(model.metric("frail_where_held")) == pytest.approx(0.3, abs=1e-15)
    # What others believe is on average what it was, but for the grid.
    error = 1e-4 if beliefs == "bayes" else 1e-12
    assert solution.figure(model.metric("frail")) == pytest.approx(0.3, abs=error)


@pytest.mark.parametrize("beliefs", ["known", "fixed", "bayes"])
@pytest.mark.parametrize("share", [0, 1])
def test_a_type_without_doubt_is_the_game_of_that_type(beliefs: str, share: int) -> None:
    text = (
        (HERE / "known_types.yaml")
        .read_text(encoding="utf-8")
        .replace("beliefs: known", f"beliefs: {beliefs}")
    )
    # So that no grid of beliefs is needed in many sweeps.
    text = text.replace("horizon: {years: 4}", "horizon: {years: 4, tail_years: 3}").replace(
        "beliefs: bayes", "beliefs: bayes\n    grid: 3"
    )
    model = model_of(text)
    types = r"    types:.*\n    beliefs: \w+\n(    grid: 3\n)?"
    asked = r"  (nowar_hawk|vr_hawk|bel|bel_peace|occ_hawk): .*\n?"
    plain = re.sub(asked, "", re.sub(types, "", text)).replace("type(r, hawk_)", str(share))
    alone = model_of(plain)
    parameters = {"hawk": float(share), "prize": 0.8}
    found = solved(model, **parameters)
    levels = alone.levels["a"]
    from backstop.game.metric import figure
    from backstop.scenario.valuation import Valuation

    expected = Valuation(alone, levels, parameters).solved("agent_error")
    for name in alone.scenario.metrics:
        assert found.figure(model.metric(name)) == pytest.approx(
            figure(expected, alone.metric(name)), abs=1e-12
        )
    assert len(alone.scenario.metrics) == 7


def test_a_known_type_is_a_parameter_mixed_by_its_shares() -> None:
    model = study("known_types")
    text = (HERE / "known_types.yaml").read_text(encoding="utf-8")
    text = re.sub(r"    types:.*\n    beliefs: \w+\n", "", text).replace("type(r, hawk_)", "kind")
    text = re.sub(r"  (nowar_hawk|vr_hawk|bel|bel_peace|occ_hawk): .*\n?", "", text)
    plain = model_of(text.replace("parameters:\n", "parameters:\n  kind: {value: 0}\n"))
    result = assess(model, 64)
    by_type = [assess(plain.with_values({"kind": k}), 64) for k in (0.0, 1.0)]
    share = np.asarray(result.parameters["hawk"])
    compared = 0
    for name, found in result.arrangements.items():
        dove, hawk = (each.arrangements[name].samples for each in by_type)

        def mixed(metric: str, one: Any = dove, other: Any = hawk) -> Any:
            return (1 - share) * one[metric] + share * other[metric]

        for metric in ("nowar", "truce3", "dur", "vr", "vg"):
            assert found.samples[metric] == pytest.approx(mixed(metric), abs=1e-12)
            compared += 1
        event = (1 - share) * dove["occ"] * dove["nowar"] + share * hawk["occ"] * hawk["nowar"]
        assert found.samples["occ"] == pytest.approx(event / mixed("nowar"), abs=1e-12)
        assert found.samples["occ_hawk"] == pytest.approx(hawk["occ"], abs=1e-12)
        assert found.samples["bel_peace"] == pytest.approx(share * hawk["nowar"] / mixed("nowar"), abs=1e-12)
        assert found.samples["vr_hawk"] == pytest.approx(hawk["vr"], abs=1e-12)
        costs = [each.arrangements[name].cost_samples["force"] for each in by_type]
        assert found.cost_samples["force"] == pytest.approx(
            (1 - share) * costs[0] + share * costs[1], abs=1e-12
        )
    assert compared == 10


def test_the_plain_solver_and_the_program_agree_where_the_type_is_known() -> None:
    model = study("known_types")
    result = assess(model, 16)
    compared = 0
    for world in (0, 5, 15):
        parameters = {n: float(np.asarray(v)[world]) for n, v in result.parameters.items()}
        solution = TypedValuation(model, model.levels["b"], parameters).solved("agent_error")
        for name in model.scenario.metrics:
            found = result.arrangements["b"].samples[name][world]
            assert found == pytest.approx(solution.figure(model.metric(name)), abs=1e-9), name
            compared += 1
    assert compared == 36


@pytest.mark.parametrize("beliefs", ["known", "fixed", "bayes"])
@pytest.mark.parametrize("name", ["probe", "unilateral_deterrence", "unknown_frailty"])
def test_the_program_gives_what_the_plain_solver_gives(name: str, beliefs: str) -> None:
    model = written(name, bayes=beliefs)
    result, solution = assess(model, 2), solved(model)
    for metric in model.scenario.metrics:
        found = result.arrangements["alone"].samples[metric]
        assert found == pytest.approx([solution.figure(model.metric(metric))] * 2, abs=1e-8), metric
    assert result.unconverged_worlds == 0 and solution.settled


# ---------------------------------------------------------------- facts


def test_a_ceasefire_whose_danger_fades() -> None:
    result = assess(study("ceasefire_clock"), 2)
    alone, guaranteed = (result.arrangements[name].metrics for name in ("alone", "guaranteed"))
    assert alone["holds_one_year"].mean == pytest.approx(0.7231552719, abs=5e-11)
    assert alone["holds_five_years"].mean == pytest.approx(0.3678794412, abs=5e-11)
    assert guaranteed["holds_five_years"].mean == pytest.approx(0.6703200460, abs=5e-11)
    assert alone["old"].mean == pytest.approx(0.3678794412, abs=5e-11)


def test_facts_are_phases_copied_by_hand() -> None:
    data = parse_document((HERE / "promises.yaml").read_bytes(), "promises.yaml").data
    facts, copied = assess(study("promises"), 64), assess(model_of(hand_copied(data)), 64)
    compared = 0
    for name, found in facts.arrangements.items():
        by_hand = copied.arrangements[name]
        for metric, values in found.samples.items():
            assert values == pytest.approx(by_hand.samples[metric], abs=1e-12), metric
            compared += 1
        costs = sum(by_hand.cost_samples[each] for each in measure_copies(data, "force"))
        assert found.cost_samples["force"] == pytest.approx(costs, abs=1e-12)
        for phase, course in found.phases.items():
            by_value = [
                share for split, share in found.split.items() if split.startswith(f"{phase}[guarantee=")
            ]
            assert course == pytest.approx(np.sum(by_value, axis=0), abs=1e-12)
    assert compared == 12


# ---------------------------------------------------------------- offers


def test_an_ultimatum_is_made_as_ramsay_and_signorino_say() -> None:
    model = study("ultimatum")
    draws = (np.arange(4_000) + 0.5) / 4_000
    parameters = {n: d if isinstance(d, float) else draws for n, d in model.distributions.items()}
    (found,) = ask(model, parameters, draws.size, [Query(model.levels["alone"], ("acceptance", "offered"))])
    assert found.metrics["acceptance"].mean() == pytest.approx(0.7194040682, abs=2e-4)
    assert found.metrics["offered"].mean() == pytest.approx(5.0292337167, abs=2e-3)
    assert np.mean(found.metrics["offered"] < 0.025) == pytest.approx(0.01108690054, abs=1e-3)


def closely(draws: FloatArray, model: Model) -> tuple[FloatArray, FloatArray]:
    """How likely acceptance is and what is offered, for own shocks of the proposer: the offers narrowed five times."""
    fixed = {n: d for n, d in model.distributions.items() if isinstance(d, float)}
    least, most = np.zeros_like(draws), np.full_like(draws, 15.0)
    for _ in range(5):
        values = {**fixed, "draw": draws, "least": least, "most": most}
        (found,) = ask(model, values, draws.size, [Query(model.levels["alone"], ("acceptance", "offered"))])
        offered, step = found.metrics["offered"], (most - least) / 200
        least, most = np.maximum(offered - step, 0.0), np.minimum(offered + step, 15.0)
    return found.metrics["acceptance"], offered


def test_the_best_offer_without_a_shock() -> None:
    _, offered = closely(np.array([0.5, 0.5]), study("ultimatum"))
    assert offered == pytest.approx([5.30655864] * 2, abs=5e-8)


def test_offers_are_those_of_ramsay_and_signorino_to_eight_digits() -> None:
    model = study("ultimatum")
    # Nothing is offered from a shock on that comes with the probability of their atom; below it offers are smooth.
    none = 0.01108690054
    even = (np.arange(1_000) + 0.5) / 1_000
    draws = (1 - none) * even**3 * (10 - 15 * even + 6 * even**2)
    weights = (1 - none) * 30 * even**2 * (1 - even) ** 2 / 1_000
    acceptance, offered = closely(draws, model)
    nothing, least = closely(np.array([1 - none / 2, 1 - none / 2]), model)
    assert least == pytest.approx([0.0, 0.0], abs=1e-6)
    assert offered.max() < 15 - 1e-6  # no mass at the whole prize
    assert weights @ offered == pytest.approx(5.0292337167, abs=3e-8)
    assert weights @ acceptance + none * nothing[0] == pytest.approx(0.7194040682, abs=1e-8)


def test_how_often_an_offer_is_at_most_five() -> None:
    # A higher shock makes for a lower offer, so that a bisection finds the shock at which so much is offered.
    model, wanted = study("ultimatum"), np.array([1e-4, 4.99, 5.0, 5.01])
    low, high = np.full_like(wanted, 1e-6), np.full_like(wanted, 1 - 1e-6)
    for _ in range(28):
        middle = (low + high) / 2
        more = closely(middle, model)[1] > wanted
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    at_most = 1 - (low + high) / 2
    assert at_most[0] == pytest.approx(0.01108690054, abs=1e-6)
    assert at_most[2] == pytest.approx(0.3450523677, abs=1e-6)
    assert (at_most[3] - at_most[1]) / 0.02 == pytest.approx(0.4201495443, abs=1e-4)


@pytest.mark.parametrize("p_win", [0.5, 0.65])
def test_war_does_not_depend_on_who_would_win_it(p_win: float) -> None:
    result = assess(study("bargaining").with_values({"p_win": p_win}), 2)
    found = {name: of.metrics["war_comes"].mean for name, of in result.arrangements.items()}
    assert found == pytest.approx({"alone": 0.375, "punished": 0.3125, "insured": 0.4375}, abs=1e-12)
    worth = result.arrangements["alone"].metrics["worth"].mean
    assert worth == pytest.approx(0.55625 + (p_win - 0.5), abs=1e-12)


def test_tables_and_json_show_phases_of_the_file_and_split_them_by_a_fact() -> None:
    result = assess(study("promises"), 32)
    found = tables_by_name(result)
    phases = result.as_dict()["arrangements"]["alone"]
    assert list(phases["phases"]) == ["talks", "peace", "war"]
    by_guarantee = phases["phases_by_fact"]["guarantee"]
    assert list(by_guarantee["peace"]) == ["none", "partial", "full"]
    total = np.sum([by_guarantee["war"][value] for value in ("none", "partial", "full")], axis=0)
    assert total == pytest.approx(phases["phases"]["war"], abs=1e-12)
    assert len(found["facts"]) == 4
    guarantee = found["facts"][0]
    assert guarantee.columns[:3] == ("year", "guarantee", "0")
    assert [row[:3] for row in guarantee.rows][:2] == [("Talks", "none", "1.00"), ("Peace", "none", "0.00")]
    # A metric that counts some states of a phase alone is not called by the phase alone.
    hazards = [row[0] for row in found["years"][0].rows if row[0].startswith("hazard")]
    assert len(hazards) == 2 and sum("where age >= 3" in each for each in hazards) == 1


def test_a_clock_keeps_the_length_of_its_periods() -> None:
    model = study("promises")
    assert periods_around(model) == []
    without = model_of((HERE / "bargaining.yaml").read_text(encoding="utf-8"))
    assert periods_around(without) == ["half-year"]
    answers = answers_by_form(Inquiry(model, 16), ["no_war"], ["alone"])
    assert any("the clock age counts periods" in note for note in answers.notes)
    assert not any("period of one" in label for label in answers.means)


def test_what_others_know_is_a_form_of_the_model() -> None:
    answers = answers_by_form(Inquiry(study("probe"), 16), ["attack"], ["alone"])
    found = {form: of["alone"]["attack"][0] for form, of in answers.means.items()}
    assert found["as it is"] == pytest.approx(0.0464735022, abs=1e-9)
    assert found["beliefs known"] == pytest.approx(0.0671423624, abs=1e-9)
    assert found["beliefs fixed"] == pytest.approx(
        solved(written("probe", bayes="fixed")).figure(study("probe").metric("attack")), abs=1e-9
    )
    assert "beliefs bayes" not in found and not answers.failed


def test_a_world_laid_open_says_what_each_type_would_do_and_what_others_conclude() -> None:
    found = trace(study("probe"), "alone")
    (phase, *_) = found.phases[0]
    assert phase.belief == pytest.approx(0.3) and found.types is not None
    first = phase.nodes[0]
    assert first.moves[0].by_type == pytest.approx({"dove": 0.3842739706, "hawk": 0.8090724461}, abs=5e-11)
    assert [move.belief for move in first.moves] == pytest.approx([0.4743312958, 0.1173046310], abs=5e-11)
    assert list(first.utilities) == ["rival.dove", "rival.hawk", "guarantor"]
    # What the actor expects before it moves is what it expects of its moves.
    for k, name in enumerate(("dove", "hawk")):
        own = f"rival.{name}"
        moves = [(move.by_type or {})[name] * move.utilities[own] for move in first.moves]
        assert sum(moves) == pytest.approx(first.utilities[own], abs=1e-12), k
    # All that is reached ends in an outcome.
    assert sum(phase.outcomes.values()) == pytest.approx(1.0, abs=1e-12)
    written_out = found.as_dict()
    assert written_out["phases"][0][0]["nodes"][0]["moves"][0]["belief"] == first.moves[0].belief
    assert "type" not in written_out["phases"][0][0] and "facts" not in written_out["phases"][0][0]


def test_a_world_laid_open_names_the_facts() -> None:
    found = trace(study("promises"), "armed", periods=(2,))
    entered = [phase for phase in found.phases[2] if phase.share > 0]
    assert {phase.phase for phase in entered} == {phase.phase for phase in found.phases[2]}
    assert "peace[guarantee=partial, age=0]" in {phase.phase for phase in entered}
    assert sum(phase.share for phase in entered) == pytest.approx(1.0, abs=1e-12)
    assert list(found.shares[2]) == ["talks", "peace", "war"]
    by_hand = {phase.phase: phase.facts for phase in entered}["peace[guarantee=full, age=1]"]
    assert by_hand == {"guarantee": 1.0, "age": 1.0}
