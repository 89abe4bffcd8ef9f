"""Hidden types in the program: published and computed values, the plain solver, and what must not change a bit."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import numpy as np
import pytest
from tests.support.hidden_types import with_hidden_type
from tests.support.models import model_of
from tests.support.strategies import parameter_values, random_scenario

from backstop.game.choice import Information
from backstop.program.host import Host, Number, Solved, Wanted
from backstop.program.program import compile_program
from backstop.scenario.typed_valuation import TypedValuation

Scenario = dict[str, Any]
EVERYTHING = Wanted(curves=True, costs=True, shares=True, outcomes=True)
CONVENTIONS: tuple[Information, ...] = ("agent_error", "private_payoffs")


def scenario_of(
    actors: Scenario, play: Scenario, outcomes: Scenario, metrics: Scenario, absorbing: tuple[str, ...]
) -> Scenario:
    return {
        "format": "backstop/1",
        "title": "A hidden type",
        "horizon": {"years": 1, "period": "year"},
        "actors": actors,
        "arrangements": {"bare": {"measures": {}}},
        "start": "here",
        "phases": {"here": {"play": play}, **{name: {"absorbing": True} for name in absorbing}},
        "outcomes": outcomes,
        "metrics": metrics,
    }


def figures(scenario: Scenario, **values: Number) -> dict[str, float]:
    solved = run(scenario, **values)
    assert solved.settled.all()
    assert not solved.flagged.any()
    return {name: float(of[0]) for name, of in solved.metrics.items()}


def run(
    scenario: Scenario, threads: int = 1, worlds: int = 1, slips: bool = False, **values: Number
) -> Solved:
    model = model_of(scenario)
    wanted = Wanted(curves=True, costs=True, shares=True, outcomes=True, slips=slips)
    host = Host(compile_program(model, slips=slips), threads)
    return host.solve(worlds, values, next(iter(model.levels.values())), wanted)


def typed(share: float | str, names: tuple[str, str], beliefs: str = "bayes", grid: int = 21) -> Scenario:
    """The fields of an actor with a hidden type; `share` of the second."""
    return {
        "types": {names[0]: {"share": f"1 - ({share})"}, names[1]: {"share": share}},
        "beliefs": beliefs,
        "grid": grid,
    }


def unilateral_deterrence(hard_challenger: float, hard_defender: float, steepness: float) -> Scenario:
    """Zagare and Kilgour 2000: a challenger of unknown type, a defender, a challenger who may back down."""
    noise = 1.0 / steepness
    actors = {
        "challenger": {"discount": 0.5, "noise": noise, **typed(hard_challenger, ("soft", "hard"))},
        "defender": {"discount": 0.5, "noise": noise},
    }
    outcomes: Scenario = {"kept": {"next": "end", "payoffs": {"challenger": 0.5, "defender": 1}}}

    def defended(kind: str) -> Scenario:
        fight = {"actor": "challenger", "moves": {"back": f"back_{kind}", "fight": f"war_{kind}"}}
        return {"actor": "defender", "moves": {"resist": fight, "yield": f"won_{kind}"}}

    for kind, war in (("hard", 0.3), ("soft", -0.4)):
        worth = "where(type(challenger, hard), 0.35, -0.2)"
        outcomes[f"back_{kind}"] = {"next": "end", "payoffs": {"challenger": 0.1, "defender": 0.8}}
        outcomes[f"war_{kind}"] = {"next": "end", "payoffs": {"challenger": worth, "defender": war}}
        outcomes[f"won_{kind}"] = {"next": "end", "payoffs": {"challenger": 1, "defender": 0.1}}
    nature = {
        "hard": {"probability": hard_defender, "then": defended("hard")},
        "soft": {"probability": "otherwise", "then": defended("soft")},
    }
    challenged = [name for name in outcomes if name != "kept"]
    metrics = {
        "hard_challenges": {"count": challenged, "given": {"type": "challenger.hard"}},
        "soft_challenges": {"count": challenged, "given": {"type": "challenger.soft"}},
        "challenges": {"count": challenged},
        "hard_resists": {"count": ["back_hard", "war_hard"]},
        "soft_resists": {"count": ["back_soft", "war_soft"]},
        "wars": {"count": ["war_hard", "war_soft"]},
    }
    play = {"actor": "challenger", "moves": {"stay": "kept", "challenge": {"chance": nature}}}
    return scenario_of(actors, play, outcomes, metrics, ("end",))


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ((0.3, 0.4, 5), (0.4380886032, 0.2280956725, 0.9147047685, 0.6886807147, 0.1022830259)),
        ((0.3, 0.4, 20), (0.8733210286, 0.2398598431, 0.9996427621, 0.3654476845, 0.1613800488)),
        ((0.3, 0.65, 20), (0.7993240526, 0.1287918239, 0.9988584598, 0.0341634965, 0.1576437637)),
        ((0.3, 0.4, 300), (1.0, 0.3025602735, 1.0, 0.2644144172, 0.1675945951)),
    ],
)
def test_quantal_response_of_unilateral_deterrence(
    case: tuple[float, float, float], expected: tuple[float, ...]
) -> None:
    # The first three computed with pygambit 16.7.0 to all digits.
    found = figures(unilateral_deterrence(*case))
    challenges, hard = found["challenges"], case[1]
    ours = (
        found["hard_challenges"],
        found["soft_challenges"],
        found["hard_resists"] / (challenges * hard),
        found["soft_resists"] / (challenges * (1.0 - hard)),
        found["wars"],
    )
    assert ours == pytest.approx(expected, abs=6e-11)


def probe_then_attack(share: float | str, beliefs: str = "bayes") -> Scenario:
    """One probe, then perhaps an attack, with a guarantor who may guard in between."""
    hawk, outcomes = "type(rival, hawk)", Scenario()

    def attacked(name: str) -> Scenario:
        return {"actor": "rival", "moves": {"attack": f"attack_{name}", "hold": f"hold_{name}"}}

    def guarded(first: str) -> Scenario:
        moves = {"guard": attacked(f"{first}_guarded"), "relax": attacked(f"{first}_relaxed")}
        return {"actor": "guarantor", "moves": moves}

    for first, gain in (("probe", f"where({hawk}, 0.4, -0.1)"), ("none", "0")):
        for way, worth, guard, hit in (
            ("guarded", f"where({hawk}, -0.5, -1.5)", -0.3, -0.8),
            ("relaxed", f"where({hawk}, 1, -0.2)", 0, -2),
        ):
            name = f"{first}_{way}"
            attack = {"rival": f"{gain} + {worth}", "guarantor": guard + hit}
            outcomes[f"attack_{name}"] = {"next": "war", "payoffs": attack}
            outcomes[f"hold_{name}"] = {"next": "calm", "payoffs": {"rival": gain, "guarantor": guard}}
    probed = [name for name in outcomes if "_probe" in name]
    metrics = {
        "attacks": {"reach": ["war"]},
        "probes": {"count": probed},
        "hawk_probes": {"count": probed, "given": {"type": "rival.hawk"}},
        "dove_probes": {"count": probed, "given": {"type": "rival.dove"}},
        "guard_after_probe": {"count": [name for name in outcomes if name.endswith("probe_guarded")]},
        "guard_after_none": {"count": [name for name in outcomes if name.endswith("none_guarded")]},
        "believed": {"belief": "rival.hawk"},
    }
    actors = {
        "rival": {"discount": 0.5, "noise": 0.2, **typed(share, ("dove", "hawk"), beliefs)},
        "guarantor": {"discount": 0.5, "noise": 0.2},
    }
    play = {"actor": "rival", "moves": {"probe": guarded("probe"), "none": guarded("none")}}
    return scenario_of(actors, play, outcomes, metrics, ("war", "calm"))


def test_a_probe_tells_something() -> None:
    found = figures(probe_then_attack(0.3))
    probes = found["probes"]
    assert found["hawk_probes"] == pytest.approx(0.8090724461, abs=1e-10)
    assert found["dove_probes"] == pytest.approx(0.3842739706, abs=1e-10)
    assert 0.3 * found["hawk_probes"] / probes == pytest.approx(0.4743312958, abs=1e-10)
    assert 0.3 * (1.0 - found["hawk_probes"]) / (1.0 - probes) == pytest.approx(0.1173046310, abs=1e-10)
    assert found["guard_after_probe"] / probes == pytest.approx(0.9887960047, abs=1e-10)
    assert found["guard_after_none"] / (1.0 - probes) == pytest.approx(0.8809631779, abs=1e-10)
    assert found["attacks"] == pytest.approx(0.0464735022, abs=1e-10)
    assert found["believed"] == pytest.approx(0.3, abs=1e-12)
    assert figures(probe_then_attack(0.3, "known"))["attacks"] == pytest.approx(0.0671423624, abs=1e-10)


@pytest.mark.parametrize("beliefs", ["bayes", "fixed"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_all_or_nothing_is_the_game_of_that_type(beliefs: str, share: float) -> None:
    hidden = figures(probe_then_attack(share, beliefs))
    plain = probe_then_attack(share, "known")
    for text in (plain["outcomes"],):
        for outcome in text.values():
            payoffs = outcome["payoffs"]
            payoffs["rival"] = str(payoffs["rival"]).replace("type(rival, hawk)", str(share))
    for field in ("types", "beliefs", "grid"):
        del plain["actors"]["rival"][field]
    names = ("attacks", "probes", "guard_after_probe", "guard_after_none")
    plain["metrics"] = {name: plain["metrics"][name] for name in names}
    expected = figures(plain)
    for name in names:
        assert hidden[name] == pytest.approx(expected[name], abs=1e-12)


def entry_deterrence(noise: float) -> Scenario:
    """Kreps and Wilson 1982 with b = .5, p = .1, three entrants one after the other, all within one period."""
    tough, outcomes = "type(incumbent, tough)", Scenario()
    actors: Scenario = {
        "incumbent": {"discount": 0.5, "noise": noise, **typed(0.1, ("weak", "tough"), grid=3)}
    }
    actors |= {f"entrant_{i}": {"discount": 0.5, "noise": noise} for i in range(3)}

    def stage(seen: str) -> Scenario | str:
        if len(seen) == 3:
            own = {"o": "1.5", "f": f"where({tough}, 0, -1)", "c": f"where({tough}, -1, 0)"}
            payoffs: Scenario = {"incumbent": " + ".join(own[each] for each in seen)}
            payoffs |= {f"entrant_{i}": {"o": 0, "f": -0.5, "c": 0.5}[each] for i, each in enumerate(seen)}
            outcomes[f"end_{seen}"] = {"next": "end", "payoffs": payoffs}
            return f"end_{seen}"
        reply = {"actor": "incumbent", "moves": {"fight": stage(seen + "f"), "accept": stage(seen + "c")}}
        return {"actor": f"entrant_{len(seen)}", "moves": {"out": stage(seen + "o"), "in": reply}}

    play = stage("")
    assert isinstance(play, dict)
    entered = [name for name in outcomes if name[4] != "o"]
    fought = [name for name in outcomes if name[4] == "f"]
    metrics = {
        "entries": {"count": entered},
        "entries_if_weak": {"count": entered, "given": {"type": "incumbent.weak"}},
        "fights_if_weak": {"count": fought, "given": {"type": "incumbent.weak"}},
        "fights_if_tough": {"count": fought, "given": {"type": "incumbent.tough"}},
        "fights": {"count": fought},
    }
    return scenario_of(actors, play, outcomes, metrics, ("end",))


def test_reputation_as_noise_goes() -> None:
    errors = []
    for noise in (0.02, 0.01, 0.005):
        found = figures(entry_deterrence(noise))
        fights = found["fights_if_weak"] / found["entries_if_weak"]
        belief = 0.1 * found["fights_if_tough"] / found["fights"]
        errors.append((abs(fights - 1.0 / 3.0), abs(belief - 0.25), abs(found["entries"] - 1.0)))
    # Entry; a weak incumbent fights with 1/3; a fight leaves the belief 1/4: each misses by what the noise is worth.
    assert errors[-1][0] < 0.0065
    assert errors[-1][1] < 0.0035
    assert errors[-1][2] < 1e-6
    for former, later in itertools.pairwise(errors):
        assert all(b < 0.7 * a for a, b in zip(former, later, strict=True))


def entry_by_entry(noise: float, grid: int) -> Scenario:
    """The same with one entrant in each of three periods, so that values of the future are read off the grid."""
    tough, phases, outcomes = "type(incumbent, tough)", Scenario(), Scenario()
    actors: Scenario = {
        "incumbent": {"discount": 0.999999, "noise": noise, **typed(0.1, ("weak", "tough"), grid=grid)}
    }
    for left in (3, 2, 1):
        entrant, after = f"entrant_{left}", f"before_{left - 1}" if left > 1 else "end"
        actors[entrant] = {"discount": 0.5, "noise": noise}
        outcomes[f"out_{left}"] = {"next": after, "payoffs": {"incumbent": 1.5}}
        fight = {"incumbent": f"where({tough}, 0, -1)", entrant: -0.5}
        accept = {"incumbent": f"where({tough}, -1, 0)", entrant: 0.5}
        outcomes[f"fight_{left}"] = {"next": after, "payoffs": fight}
        outcomes[f"accept_{left}"] = {"next": after, "payoffs": accept}
        reply = {"actor": "incumbent", "moves": {"fight": f"fight_{left}", "accept": f"accept_{left}"}}
        phases[f"before_{left}"] = {"play": {"actor": entrant, "moves": {"out": f"out_{left}", "in": reply}}}
    metrics = {
        "entries": {"count": ["fight_3", "accept_3"]},
        "fights": {"count": ["fight_3"]},
        "fights_if_tough": {"count": ["fight_3"], "given": {"type": "incumbent.tough"}},
    }
    scenario = scenario_of(actors, {}, outcomes, metrics, ("end",))
    scenario["phases"] = {**phases, "end": {"absorbing": True}}
    return scenario | {"start": "before_3", "horizon": {"years": 3, "period": "year"}}


def test_the_branch_is_followed_where_it_turns_back() -> None:
    # Between beliefs of the grid values are straight lines, at whose ends the branch turns back in many places.
    within = figures(entry_deterrence(0.02))
    belief = 0.1 * within["fights_if_tough"] / within["fights"]
    for grid, near in ((21, 0.02), (81, 0.001)):
        found = figures(entry_by_entry(0.02, grid))
        assert 0.1 * found["fights_if_tough"] / found["fights"] == pytest.approx(belief, abs=near)


def mixture_of_hazards(beliefs: str, grid: int = 21) -> Scenario:
    actors = {"one": {"discount": 0.5, "noise": 0.1, **typed(0.3, ("low", "high"), beliefs, grid)}}
    chance = {
        "war": {"probability": "where(type(one, high), 0.3, 0.02)", "then": "war_begins"},
        "none": {"probability": "otherwise", "then": "quiet"},
    }
    scenario = scenario_of(
        actors,
        {"chance": chance},
        {"war_begins": {"next": "war"}, "quiet": {"next": "here"}},
        {"calm": {"avoid": ["war"]}, "believed": {"belief": "one.high", "given": {"avoid": ["war"]}}},
        ("war",),
    )
    scenario["horizon"]["years"] = 5
    return scenario


@pytest.mark.parametrize("beliefs", ["bayes", "fixed", "known"])
def test_a_mixture_of_hazards_falls(beliefs: str) -> None:
    calm = run(mixture_of_hazards(beliefs)).curves["calm"][:, 0]
    hazards = 1.0 - calm[1:] / calm[:-1]
    assert hazards == pytest.approx([0.104, 0.085625, 0.0702392344, 0.0578242075, 0.0481019163], abs=1e-10)


def test_who_is_believed_what_while_it_is_calm() -> None:
    found = run(mixture_of_hazards("bayes", 401)).curves["believed"][:, 0]
    exact = [0.3 * 0.7**t / (0.3 * 0.7**t + 0.7 * 0.98**t) for t in range(6)]
    assert found == pytest.approx(exact, abs=2e-5)
    assert run(mixture_of_hazards("fixed")).curves["believed"][:, 0] == pytest.approx([0.3] * 6, abs=1e-12)


def compared(seed: int, beliefs: str) -> int:
    """How many figures of a generated scenario agree with the plain solver; raises AssertionError where one differs."""
    rng = random.Random(seed)
    scenario = with_hidden_type(random_scenario(rng, 3, 4), rng, beliefs, rng.choice([3, 4, 6]))
    model, information = model_of(scenario), rng.choice(CONVENTIONS)
    world = parameter_values(scenario, rng)
    host, count = Host(compile_program(model, information), 1), 0
    name = rng.choice(list(model.levels))
    solved = host.solve(1, dict(world), model.levels[name], EVERYTHING)
    plain = TypedValuation(model, model.levels[name], world).solved(information)
    assert bool(solved.settled[0]) is plain.settled, f"seed {seed}: settled"
    if not plain.settled and model.scenario.horizon.tail_periods is None:
        return 0
    pairs = {m: (solved.metrics[m][0], plain.figure(model.metric(m))) for m in model.scenario.metrics}
    for index, actor in enumerate(model.game.actors):
        pairs[actor] = solved.values[actor][0], plain.value(model.game.start, index)
    for what, (ours, theirs) in pairs.items():
        assert np.isnan(ours) == np.isnan(theirs), f"seed {seed}: {what}"
        if not np.isnan(ours):
            assert abs(ours - theirs) <= 1e-8 * max(1.0, abs(theirs)), f"seed {seed}: {what} {ours} {theirs}"
            count += 1
    return count


@pytest.mark.parametrize("seed", range(6))
def test_generated_scenarios_agree_with_the_plain_solver(seed: int) -> None:
    assert compared(seed, "bayes") + compared(seed + 1_000, "fixed") > 10


@pytest.mark.slow
@pytest.mark.parametrize("part", range(50))
def test_five_hundred_generated_scenarios(part: int) -> None:
    assert sum(compared(2_000 + 10 * part + i, "fixed" if i % 3 == 2 else "bayes") for i in range(10)) > 50


def several_years(beliefs: str = "bayes") -> Scenario:
    """A rival of unknown intent who may probe or attack every year."""
    bold = "type(rival, bold)"
    return {
        "format": "backstop/1",
        "title": "Years of probes",
        "horizon": {"years": 4, "period": "year"},
        "actors": {
            "rival": {"discount": 0.8, "noise": "noise", **typed("share", ("mild", "bold"), beliefs, 9)},
            "guarantor": {"discount": 0.8, "noise": "noise"},
        },
        "parameters": {"share": {"uniform": [0, 1]}, "noise": {"uniform": [0.3, 0.6]}},
        "arrangements": {"bare": {"measures": {}}},
        "start": "calm",
        "phases": {
            "calm": {
                "play": {
                    "actor": "rival",
                    "moves": {
                        "comply": "quiet",
                        "probe": {
                            "actor": "guarantor",
                            "moves": {"answer": "tense_year", "let_pass": "passed"},
                        },
                        "attack": "struck",
                    },
                }
            },
            "tense": {
                "play": {"actor": "rival", "moves": {"back_down": "quiet", "attack": "struck"}},
                "payoffs": {"rival": -0.2, "guarantor": -0.2},
            },
            "war": {"absorbing": True},
        },
        "outcomes": {
            "quiet": {"next": "calm", "payoffs": {"guarantor": 0.3}},
            "passed": {"next": "calm", "payoffs": {"rival": 0.2, "guarantor": f"0.1 - 0.4 * {bold}"}},
            "tense_year": {"next": "tense", "payoffs": {"rival": f"-0.3 + 0.2 * {bold}"}},
            "struck": {"next": "war", "payoffs": {"rival": f"-2 + 2.5 * {bold}", "guarantor": -3}},
        },
        "metrics": {
            "war_comes": {"reach": ["war"]},
            "war_if_bold": {"reach": ["war"], "given": {"type": "rival.bold"}},
            "believed": {"belief": "rival.bold"},
            "probes": {"count": ["passed", "tense_year"]},
        },
    }


def test_nothing_but_the_world_itself_changes_a_bit() -> None:
    rng = np.random.default_rng(3)
    values: dict[str, Number] = {"share": rng.uniform(size=7), "noise": rng.uniform(0.3, 0.6, size=7)}
    together = run(several_years(), threads=2, worlds=7, slips=True, **values)
    assert together.settled.all()
    for index in range(7):
        alone = {name: float(np.asarray(value)[index]) for name, value in values.items()}
        one = run(several_years(), slips=True, **alone)
        for name, metric in one.metrics.items():
            assert metric[0] == together.metrics[name][index]
        for name, by in one.slips.items():
            for actor, slips in by.items():
                assert slips[0] == together.slips[name][actor][index]


@pytest.mark.parametrize("noise", [(0.02, 0.1), (0.1, 0.6)])
def test_a_world_is_the_same_beside_one_that_is_harder_to_solve(noise: tuple[float, float]) -> None:
    """Beside a neighbour whose beliefs leave the principal branch, whose years differ or that does not settle."""
    rng, count = np.random.default_rng(5), 16
    scenario = several_years()
    scenario["parameters"]["growth"] = {"uniform": [0, 0.1]}
    scenario["phases"]["tense"]["payoffs"]["rival"] = "-0.2 + growth * min(years, 2)"
    growth = rng.choice([0.0, 0.1], size=count)
    values = {"share": rng.uniform(size=count), "noise": rng.uniform(*noise, size=count), "growth": growth}
    together = run(scenario, worlds=count, **values)
    assert 0 < (growth > 0.0).sum() < count
    for index in range(count):
        one = run(scenario, **{name: float(value[index]) for name, value in values.items()})
        assert one.settled[0] == together.settled[index]
        for name, metric in one.metrics.items():
            assert metric[0] == together.metrics[name][index]


def test_slips_are_told_by_the_typed_actors_own_values() -> None:
    solved = run(several_years(), slips=True, share=0.4, noise=0.5)
    by_actor = {actor: float(of[0]) for actor, of in solved.slips["war_comes"].items()}
    assert 0.0 < sum(by_actor.values()) <= float(solved.metrics["war_comes"][0])
    # A bold rival gains by an attack and a mild one does not: given either, the slips of its own lie far apart.
    scenario = several_years()
    scenario["metrics"]["war_if_mild"] = {"reach": ["war"], "given": {"type": "rival.mild"}}
    each = run(scenario, slips=True, share=0.4, noise=0.5)
    mild = float(each.slips["war_if_mild"]["rival"][0] / each.metrics["war_if_mild"][0])
    bold = float(each.slips["war_if_bold"]["rival"][0] / each.metrics["war_if_bold"][0])
    assert mild > 0.9 > bold


@pytest.mark.parametrize("beliefs", ["bayes", "fixed"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_over_years_a_share_of_all_or_nothing_is_the_game_of_that_type(beliefs: str, share: float) -> None:
    hidden = several_years(beliefs)
    hidden["metrics"] = {name: hidden["metrics"][name] for name in ("war_comes", "probes")}
    plain = json.loads(json.dumps(hidden).replace("type(rival, bold)", str(share)))
    for field in ("types", "beliefs", "grid"):
        del plain["actors"]["rival"][field]
    ours, theirs = (run(each, slips=True, share=share, noise=0.4) for each in (hidden, plain))
    assert ours.shares == pytest.approx(theirs.shares, abs=1e-12)
    for name, metric in theirs.metrics.items():
        assert ours.metrics[name] == pytest.approx(metric, abs=1e-12)
        for actor, slips in theirs.slips[name].items():
            assert ours.slips[name][actor] == pytest.approx(slips, abs=1e-12)
    for actor, value in theirs.values.items():
        assert ours.values[actor] == pytest.approx(value, abs=2e-12)


def test_the_short_cut_gives_what_plain_sweeps_give() -> None:
    model = model_of(several_years())
    rng = np.random.default_rng(5)
    values: dict[str, Number] = {"share": rng.uniform(size=40), "noise": rng.uniform(0.3, 0.6, size=40)}
    fast, plain = (
        Host(compile_program(model, accelerate=each), 1).solve(40, values, model.levels["bare"], EVERYTHING)
        for each in (True, False)
    )
    assert fast.settled.all()
    assert plain.settled.all()
    for name, metric in plain.metrics.items():
        assert fast.metrics[name] == pytest.approx(metric, abs=1e-9)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("tail_years", [0, 4])
def test_a_tail_that_is_cut_off_is_followed_sweep_by_sweep(information: Information, tail_years: int) -> None:
    scenario = several_years()
    scenario["horizon"] = {"years": 2, "period": "year", "tail_years": tail_years}
    scenario["actors"]["rival"]["grid"] = 4
    model, world = model_of(scenario), {"share": 0.35, "noise": 0.4}
    levels = model.levels["bare"]
    ours = Host(compile_program(model, information), 1).solve(1, dict(world), levels, EVERYTHING)
    theirs = TypedValuation(model, levels, world).solved(information)
    assert len(ours.metrics) == 4
    for name, metric in ours.metrics.items():
        assert metric[0] == pytest.approx(theirs.figure(model.metric(name)), abs=1e-10)


def test_learning_needs_noise() -> None:
    flagged = run(several_years(), share=0.4, noise=0.0)
    assert flagged.flagged.all()
