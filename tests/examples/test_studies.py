"""The bundled studies: they load, mean what their READMEs say, and stay plausible."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.reference.solver import solve

from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WORLDS = 1024


def plain(study: str) -> dict[str, Any]:
    with (EXAMPLES / study / "scenario.yaml").open(encoding="utf-8") as file:
        data = YAML(typ="safe", pure=True).load(file)
    assert isinstance(data, dict)
    return data


@lru_cache
def model(study: str) -> Model:
    return load(EXAMPLES / study)


@lru_cache
def result(study: str, worlds: int = WORLDS) -> Result:
    return assess(model(study), worlds=worlds, seed=1)


def mean(study: str, arrangement: str, metric: str) -> float:
    found = result(study).arrangements[arrangement].metrics[metric].mean
    assert found is not None
    return found


def decisions(trees: dict[str, Any], node: Any) -> int:
    """Decision nodes of a play, its named trees written out."""
    if isinstance(node, str):
        return decisions(trees, trees[node]) if node in trees else 0
    if "chance" in node:
        return sum(decisions(trees, branch["then"]) for branch in node["chance"].values())
    return 1 + sum(decisions(trees, move) for move in node["moves"].values())


def decision_count(data: dict[str, Any]) -> int:
    plays = [phase["play"] for phase in data["phases"].values() if "play" in phase]
    return sum(decisions(data["trees"], play) for play in plays)


# ---------------------------------------------------------------- every study


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953", "ladder"])
def test_loads_without_notes(study: str) -> None:
    assert model(study).notes == ()


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953", "ladder"])
def test_hardly_any_world_does_not_settle(study: str) -> None:
    found = result(study)
    assert found.unconverged_worlds <= 0.002 * found.worlds


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953", "ladder"])
def test_every_parameter_is_explained(study: str) -> None:
    for name, parameter in plain(study)["parameters"].items():
        assert parameter.get("basis"), name
        assert parameter.get("note"), name
        assert parameter.get("title"), name
        assert parameter.get("unit"), name


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953"])
def test_observations_leave_enough_worlds(study: str) -> None:
    found = result(study)
    assert found.effective_worlds > 0.1 * found.worlds


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953"])
def test_noise_leaves_choices_mostly_meant(study: str) -> None:
    """What is worth half a yearly stake less is chosen at most once in five; discounts are at most .95."""
    checked = 0
    for name, parameter in plain(study)["parameters"].items():
        if name.startswith("noise"):
            assert parameter["uniform"][0] > 0 and parameter["uniform"][1] <= 0.36
            checked += 1
        if name.startswith("discount"):
            assert parameter["uniform"][1] <= 0.95
    assert checked >= 1


@pytest.mark.parametrize(
    ("study", "metric"), [("ukraine-2025", "renewed_war"), ("ukraine-2025", "deal_holds_10")]
)
def test_slips_are_at_most_half_of_a_bad_event(study: str, metric: str) -> None:
    arrangements = result(study).arrangements
    assert len(arrangements) == 10
    for name, of in arrangements.items():
        share = of.slips[metric].share
        assert share is not None and share.mean is not None
        assert share.mean - 2 * share.se <= 0.5, name


def test_wars_do_not_vanish_with_the_noise() -> None:
    """Most of the chance of war under the weakest arrangements of both studies is meant by whoever begins it."""
    for study, arrangement, metric in (
        ("ukraine-2025", "nothing", "renewed_war"),
        ("korea-1953", "bare_armistice", "no_war_20"),
    ):
        slips = result(study).arrangements[arrangement].slips[metric]
        assert slips.share is not None and slips.share.mean is not None
        assert slips.share.mean < 0.6, study


@pytest.mark.parametrize(
    ("study", "arrangement"), [("korea-1953", "as_it_was"), ("ukraine-2025", "full_package")]
)
def test_central_world_agrees_with_the_plain_solver(study: str, arrangement: str) -> None:
    spreads = model(study).distributions
    fixed = {name: spread.median for name, spread in spreads.items() if not isinstance(spread, float)}
    expected = solve(plain(study), fixed, arrangement)
    assert expected.settled
    one = assess(model(study).with_values(fixed), worlds=1, arrangements=[arrangement])
    for name, value in expected.metrics.items():
        found = one.arrangements[arrangement].metrics[name].mean
        assert value is not None and found is not None
        assert found == pytest.approx(value, abs=1e-9), name


# ---------------------------------------------------------------- Ukraine


def test_ukraine_is_as_large_as_asked() -> None:
    data = plain("ukraine-2025")
    assert set(data["actors"]) == {"russia", "ukraine", "europe", "us"}
    assert {"negotiation", "truce", "peace", "peace_crisis", "war"} <= set(data["phases"])
    assert data["horizon"] == {"years": 10, "period": "year"}
    assert len(data["arrangements"]) >= 6
    assert list(data["arrangements"])[:2] == ["aid_only", "nothing"]
    assert data["arrangements"]["nothing"]["measures"] == {}
    assert 15 <= decision_count(data) <= 40


def test_ukraine_has_its_measures() -> None:
    measures = plain("ukraine-2025")["measures"]
    assert {
        "european_force",
        "us_backstop",
        "limit_lifted",
        "us_words",
        "intelligence_sharing",
        "joint_planning",
        "snapback_sanctions",
        "european_aid",
        "american_aid",
        "european_rearmament",
        "haste",
        "imposed",
    } == set(measures)
    assert "us_ceiling" in measures["us_backstop"]["cap"]
    assert not {"negotiation", "truce", "truce_crisis"} & set(measures["european_force"]["in_phases"])


def test_ukraine_keeps_expert_camps_apart() -> None:
    parameters = plain("ukraine-2025")["parameters"]
    split = [name for name, parameter in parameters.items() if "experts" in parameter]
    assert len(split) >= 3
    assert {camp for name in split for camp in parameters[name]["experts"]} == {
        "doubters",
        "believers",
        "restrained",
        "alarmed",
        "trusting",
        "wary",
    }


def test_every_proposition_has_a_claim() -> None:
    claims = plain("ukraine-2025")["claims"]
    covered = {proposition for claim in claims.values() for proposition in claim["evidence"]}
    assert {f"M{i:02d}" for i in range(1, 21)} | {"001-06", "003-10", "001-14", "001-13", "003-17"} == covered
    readme = (EXAMPLES / "ukraine-2025" / "README.md").read_text(encoding="utf-8")
    for i in range(1, 21):
        assert f"| M{i:02d} |" in readme
    for name in claims:
        assert name in readme


def test_every_data_reference_exists() -> None:
    with (EXAMPLES / "ukraine-2025" / "data" / "references.yaml").open(encoding="utf-8") as file:
        references = YAML(typ="safe", pure=True).load(file)
    for entry in references.values():
        assert set(entry) == {"title", "citation", "figure", "grade", "use", "note"}
        assert entry["grade"] in {"computed", "read", "secondary", "memory"}
    data = plain("ukraine-2025")
    bases = [item for parameter in data["parameters"].values() for item in parameter["basis"]]
    bases += [item for measure in data["measures"].values() for item in measure["evidence"]]
    bases += [observation["source"] for observation in data["observations"].values()]
    cited = {item.removeprefix("data:") for item in bases if item.startswith("data:")}
    assert cited <= set(references)
    assert len(cited) >= 8


def test_every_statement_cited_is_in_the_dossier() -> None:
    file = EXAMPLES / "ukraine-2025" / "dossier" / "statements.jsonl"
    if not file.exists():
        pytest.skip("the study has no dossier yet")
    text = file.read_text(encoding="utf-8")
    data = plain("ukraine-2025")
    cited = {item for parameter in data["parameters"].values() for item in parameter["basis"]}
    cited |= {item for measure in data["measures"].values() for item in measure["evidence"]}
    for statement in sorted(item for item in cited if item[:1].isdigit()):
        assert f'"{statement}"' in text, statement


def test_rules_of_the_accounts_hold() -> None:
    for name, arrangement in result("ukraine-2025").arrangements.items():
        assert arrangement.metrics["force_without_deal"].mean == pytest.approx(0, abs=1e-12)
        imposed = model("ukraine-2025").levels[name]["imposed"] > 0
        assert (mean("ukraine-2025", name, "deals_without_kyiv") > 0) == imposed


PLAUSIBLE = [
    # arrangement, metric, low, high: wide bounds around the base rates of README.md
    ("nothing", "truce_holds_1", 0.6, 0.97),
    ("nothing", "truce_holds_5", 0.25, 0.8),
    ("aid_only", "deal_holds_5", 0.6, 0.95),
    ("aid_only", "deal_holds_10", 0.5, 0.92),
    ("nothing", "renewed_war", 0.25, 0.75),
    ("aid_only", "signed_by_2", 0.3, 0.8),
    ("aid_only", "signed", 0.5, 0.95),
    ("us_guarantee_alone", "us_honours", 0.08, 0.7),
    ("nothing", "us_honours", 0.0, 0.1),
    ("force_and_backstop", "crises", 0.3, 2.5),
    ("force_and_backstop", "us_at_war", 0.0, 0.15),
]


@pytest.mark.parametrize(("arrangement", "metric", "low", "high"), PLAUSIBLE)
def test_ukraine_is_plausible(arrangement: str, metric: str, low: float, high: float) -> None:
    assert low <= mean("ukraine-2025", arrangement, metric) <= high


def test_hazard_of_a_deal_falls_with_its_age() -> None:
    curve = result("ukraine-2025").arrangements["aid_only"].curves["deal_holds_10"].mean
    survival = [value for value in curve if value is not None]
    hazard = [1 - after / before for before, after in pairwise(survival)]
    assert len(hazard) == 10
    assert 0.01 <= hazard[0] <= 0.25
    assert hazard[-1] < 0.6 * hazard[0]


def test_guarantees_can_hold_better_and_be_signed_less() -> None:
    """In some worlds the full package is signed less than aid alone and holds better, in some it is signed more."""
    arrangements = result("ukraine-2025").arrangements
    more, less = arrangements["full_package"].samples, arrangements["aid_only"].samples
    signed = more["signed_by_2"] - less["signed_by_2"]
    holds = more["deal_holds_5"] - less["deal_holds_5"]
    assert ((signed < 0) & (holds > 0)).mean() > 0.05
    assert ((signed > 0) & (holds > 0)).mean() > 0.1


@pytest.mark.parametrize(
    ("one", "other", "metric"),
    [
        ("european_force_alone", "aid_only", "deal_holds_5"),
        ("us_guarantee_alone", "aid_only", "deal_holds_5"),
        ("force_and_backstop", "aid_only", "crises"),
        ("imposed_settlement", "aid_only", "deal_holds_10"),
        ("imposed_settlement", "aid_only", "lasting_peace"),
    ],
)
def test_contested_effects_go_both_ways(one: str, other: str, metric: str) -> None:
    """No side's conclusion is built in: each of these effects has either sign in at least one world of twenty."""
    arrangements = result("ukraine-2025").arrangements
    difference = arrangements[one].samples[metric] - arrangements[other].samples[metric]
    assert (difference > 0).mean() > 0.05
    assert (difference < 0).mean() > 0.05


# ---------------------------------------------------------------- Korea


def test_korea_record_is_within_its_range() -> None:
    """No war in twenty years, and two grave crises: a Poisson count about the expected number, world by world."""
    assert 0.5 <= mean("korea-1953", "as_it_was", "no_war_20") <= 0.98
    rates = result("korea-1953").arrangements["as_it_was"].samples["grave_crises_if_no_war"]
    at_most_one = sum(math.exp(-r) * (1 + r) for r in rates) / len(rates)
    at_most_two = at_most_one + sum(math.exp(-r) * r * r / 2 for r in rates) / len(rates)
    assert 1 - at_most_one > 0.05
    assert at_most_two > 0.05


def test_korea_arrangement_helps_without_being_needed() -> None:
    assert mean("korea-1953", "as_it_was", "no_war_20") > mean("korea-1953", "bare_armistice", "no_war_20")
    assert mean("korea-1953", "bare_armistice", "no_war_20") > 0.2


# ---------------------------------------------------------------- the ladder


def test_ladder_gives_the_published_row() -> None:
    expected = {
        "violation": 0.5337558671,
        "resistance": 0.6954065578,
        "escalation": 0.3489977277,
        "intervention": 0.4255574832,
        "outcome_sq": 0.46624413,
        "outcome_na": 0.16012676,
        "outcome_fa": 0.11380498,
        "outcome_bd": 0.16914610,
        "outcome_we": 0.05208932,
        "outcome_wu": 0.03858871,
    }
    for metric, value in expected.items():
        assert mean("ladder", "consultative", metric) == pytest.approx(value, abs=1e-8), metric


@pytest.mark.parametrize(
    ("arrangement", "attribution", "automaticity"),
    [
        ("consultative", 0.7, 0.0),
        ("automatic", 0.7, 1.0),
        ("half_automatic", 0.7, 0.5),
        ("attributed", 1.0, 0.0),
    ],
)
def test_ladder_gives_the_closed_form(arrangement: str, attribution: float, automaticity: float) -> None:
    def logistic(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    q = automaticity + (1 - automaticity) * logistic(-0.3)
    p = logistic(-2 * q - 0.3 * (1 - q) + 0.4)
    r = logistic(0.3 * (1 - p) + p * (-0.6 * q - 1.4 * (1 - q)) + 1)
    contested = 1.2 * (1 - r) + r * (-0.4 * (1 - p) + p * (-2 * q - 0.3 * (1 - q)))
    v = logistic(0.6 * (1 - attribution) + attribution * contested)
    for metric, value in {
        "violation": v,
        "resistance": r,
        "escalation": p,
        "intervention": q,
        "war": v * attribution * r * p,
    }.items():
        assert mean("ladder", arrangement, metric) == pytest.approx(value, abs=1e-12), metric


def test_ladder_readme_has_its_numbers() -> None:
    readme = (EXAMPLES / "ladder" / "README.md").read_text(encoding="utf-8")
    for arrangement in ("consultative", "automatic", "half_automatic", "attributed"):
        row = next(
            line for line in readme.splitlines() if line.startswith(f"| {arrangement.replace('_', ' ')} |")
        )
        for metric in ("violation", "resistance", "escalation", "intervention", "war"):
            assert f"{mean('ladder', arrangement, metric):.10f}" in row


def test_ladder_shows_deterrence_and_risk_apart() -> None:
    assert mean("ladder", "attributed", "violation") < mean("ladder", "consultative", "violation")
    assert mean("ladder", "attributed", "war") > mean("ladder", "consultative", "war")
    assert mean("ladder", "automatic", "war") < 0.55 * mean("ladder", "consultative", "war")
