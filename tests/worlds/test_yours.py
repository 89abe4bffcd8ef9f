"""An arrangement of the reader's own beside those of the study: same worlds, same weights, no part in claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.command import run

import backstop
from backstop.base.faults import InvalidInput

UKRAINE = "examples/ukraine-2025"
FULL = (
    "european_aid=1.5,american_aid=1,intelligence_sharing=1,european_force=50,us_backstop=1,limit_lifted=1,"
    "joint_planning=1,snapback_sanctions=1,european_rearmament=1"
)


def test_an_own_arrangement_equal_to_one_of_the_study_has_its_figures_to_the_last_bit() -> None:
    found = run("assess", UKRAINE, "--worlds", "64", "--yours", FULL, "--set", "revanchist=1", "--json")
    assert found.code == 0, found.err
    data = found.json
    yours, full = data["arrangements"]["yours"], data["arrangements"]["full_package"]
    assert yours["metrics"] == full["metrics"] and yours["values"] == full["values"]
    assert yours["differences"] == full["differences"]
    assert data["yours"]["european_force"] == 50.0 and list(data["arrangements"])[-1] == "yours"


def test_it_moves_no_figure_of_the_study_and_no_claim() -> None:
    plain = backstop.assess(UKRAINE, worlds=64)
    beside = backstop.assess(UKRAINE, worlds=64, yours={"us_backstop": 0.3})
    for name, of in plain.arrangements.items():
        assert beside.arrangements[name].metrics == of.metrics, name
    names = ["m01_us_guarantee_is_necessary", "m05_us_backing_is_sufficient", "m10_burden"]
    one, other = (backstop.claims(each, names) for each in (plain, beside))
    assert one.as_dict() == other.as_dict()


def test_measures_not_named_are_at_their_default_and_it_survives_what_is_set_and_given() -> None:
    model = backstop.load("examples/ladder").with_yours({})
    measures = model.scenario.measures
    assert dict(model.levels["yours"]) == {name: of.default for name, of in measures.items()}
    name = next(iter(measures))
    high = measures[name].range[1]
    assert model.with_values({name: high}).levels["yours"][name] == high
    parameter = model.uncertain[0] if model.uncertain else next(iter(model.distributions))
    assert model.with_values({parameter: 0.5}).yours == "yours"
    again = backstop.load(UKRAINE).with_yours({"us_backstop": 0.5}).given({"held_now": [0.25, 0.4]})
    assert again.in_camp("wary").levels["yours"]["us_backstop"] == 0.5
    assert again.as_it_stands.yours is None


@pytest.mark.parametrize(
    ("own", "code", "said"),
    [
        ("us_backstp=1", 3, "did you mean us_backstop?"),
        ("us_backstop=2", 3, "outside its range [0, 1]"),
        ("us_backstop", 2, "NAME=LEVEL"),
        ("us_backstop=much", 2, "NAME=LEVEL"),
        ("us_backstop=1,us_backstop=1", 2, "twice"),
    ],
)
def test_what_cannot_be_an_own_arrangement_is_said(own: str, code: int, said: str) -> None:
    found = run("assess", UKRAINE, "--worlds", "16", "--yours", own)
    assert found.code == code and said in " ".join((found.out + found.err).split())


def test_a_study_that_has_the_name_itself_keeps_it(tmp_path: Path) -> None:
    text = Path("examples/ladder/scenario.yaml").read_text()
    first = next(iter(backstop.load("examples/ladder").levels))
    (tmp_path / "scenario.yaml").write_text(text.replace(f"  {first}:", "  yours:", 1))
    with pytest.raises(InvalidInput, match="has an arrangement yours itself"):
        backstop.load(tmp_path).with_yours({})
