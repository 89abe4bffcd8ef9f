"""Arrangements compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.report.conftest import material_of
from tests.support.small_studies import PLEDGE

from backstop.report.material.gathering import Material
from backstop.report.sections.arrangements import values_figure


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material_of(PLEDGE, tmp_path_factory.mktemp("arrangements"))


def gaining(found: Material, least: float) -> Material:
    """As `found`, where every actor gains `least` to 1 from both other arrangements, evenly over worlds."""
    result = found.result
    base = result.arrangements[result.first].value_samples
    gain = np.linspace(least, 1.0, result.worlds)
    changed = {
        name: a
        if name == result.first
        else replace(a, value_samples={n: of + gain for n, of in base.items()})
        for name, a in result.arrangements.items()
    }
    return replace(found, result=replace(result, arrangements=changed))


def test_every_actor_gains_only_where_it_does_in_nearly_every_world(found: Material) -> None:
    title = values_figure(gaining(found, 0.1)).title
    assert title == "Every actor gains from “Force alone” and “Force and pledge”, compared with “Nothing”"
    title = values_figure(gaining(found, -0.5)).title
    assert title.startswith("On average every actor gains from “Force alone” and “Force and pledge”")
    assert title.endswith("and in at least one world of twenty some actor does not")
