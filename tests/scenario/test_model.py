"""What is certain in a model: parameters with one value, in the whole pool or in one camp, and their correlations."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.models import model_of

from backstop.base.faults import InvalidInput
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.model import Model


def model(z: dict[str, Any]) -> Model:
    """A model with y uniform, z as given, and the two correlated."""
    return model_of(
        {
            "horizon": {"years": 1},
            "actors": {"one": {"discount": 0, "noise": 1}},
            "measures": {"force": {"by": "one", "range": [0, 9], "cost": "force"}},
            "arrangements": {"none": {}, "some": {"measures": {"force": 3}}},
            "parameters": {"y": {"uniform": [0, 1], "basis": "judgement"}, "z": {**z, "basis": "judgement"}},
            "correlations": [["y", "z", 0.2]],
            "start": "on",
            "phases": {"on": {"absorbing": True, "payoffs": {"one": "y + z"}}},
            "outcomes": {"o": {"next": "on"}},
        }
    )


def notes(of: Model) -> list[str]:
    return [note.what for note in of.notes if "correlation" in note.what]


@pytest.mark.parametrize(
    "z",
    [
        {"discrete": {0.5: 1}},
        {"experts": {"one": {"value": 0.5}, "other": {"discrete": {0.5: 2}}}},
        {"experts": {"one": {"value": 0.5}}},
    ],
)
def test_a_parameter_with_one_value_is_a_number(z: dict[str, Any]) -> None:
    found = model(z)
    assert found.distributions["z"] == 0.5
    assert found.uncertain == ("y",)
    assert found.correlations == ()
    assert notes(found)


@pytest.mark.parametrize("sure", [{"value": 0.5}, {"discrete": {0.5: 1}}])
def test_a_camp_may_be_certain_of_what_others_doubt(sure: dict[str, Any]) -> None:
    found = model({"experts": {"sure": sure, "open": {"uniform": [0, 1]}}})
    assert found.camps() == ("sure", "open")
    assert found.uncertain == ("y", "z")
    assert found.correlations == (("y", "z", 0.2),)
    assert notes(found) == ["z has a single value in the camp sure, where its correlation changes nothing"]
    certain, doubtful = found.in_camp("sure"), found.in_camp("open")
    assert (certain.distributions["z"], certain.correlations) == (0.5, ())
    assert isinstance(doubtful.distributions["z"], Distribution)
    assert doubtful.correlations == found.correlations


def test_values_may_be_set() -> None:
    found = model({"uniform": [0, 1]})
    fixed = found.with_values({"z": 0.25, "force": 4})
    assert (fixed.distributions["z"], fixed.correlations) == (0.25, ())
    assert {name: of["force"] for name, of in fixed.levels.items()} == {"none": 4.0, "some": 4.0}
    assert found.correlations
    with pytest.raises(InvalidInput) as refused:
        found.with_values({"force": 10, "zz": 1})
    assert [fault.what for fault in refused.value.faults] == [
        "force = 10 is outside its range [0, 9]",
        "zz is neither a parameter nor a measure",
    ]
    with pytest.raises(InvalidInput, match="no camp is called sure"):
        found.in_camp("sure")
