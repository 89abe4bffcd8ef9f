"""The groups in which sliders stand."""

from __future__ import annotations

from itertools import groupby

import pytest
from tests.live.pages import EXAMPLES

from backstop.live.groups import parameter_groups
from backstop.live.payload import Asked, payload
from backstop.scenario.study import load

GROUPS = {
    "noise_russia": "actor/russia",  # how an actor chooses
    "revanchist": "actor/russia",  # one actor's payoffs, through two definitions
    "honour_us": "actor/us",
    "odds_alone": "several",
    "half_force": "several",  # payoffs and a chance: what actors value goes before
    "kyiv_speaks": "chance",  # named in a tree
    "incident": "chance",  # through a definition
    "us_ceiling": "promise",
}


@pytest.mark.parametrize(("name", "group"), GROUPS.items())
def test_a_parameter_stands_with_what_it_enters(name: str, group: str) -> None:
    assert parameter_groups(load(EXAMPLES / "ukraine-2025").scenario)[name][0] == group


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953", "ladder"])
def test_controls_come_group_by_group_and_measures_by_who_controls_them(study: str) -> None:
    model = load(EXAMPLES / study)
    controls = payload(model, EXAMPLES / study, Asked(worlds=64))["controls"]
    measures = model.scenario.measures
    assert [c["group"] for c in controls[: len(measures)]] == ["+".join(m.by) for m in measures.values()]
    parameters = [(c["group"], c["group_title"]) for c in controls[len(measures) :]]
    runs = [group for group, _ in groupby(parameters)]
    assert len(runs) == len(set(parameters)), "no group begins twice"
    assert len(runs) == len({title for _, title in runs}), "no two groups share a title"
