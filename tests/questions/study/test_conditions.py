"""Scenario discovery on a study whose regions are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.lottery import study

from backstop.questions.inquiry import Inquiry
from backstop.questions.study.conditions import boxes_borne_out, conditions, share
from backstop.questions.weighted_worlds import weighted_worlds
from backstop.scenario.study import load


def test_boxes_are_told_with_the_shares_of_the_half_that_did_not_choose_them(tmp_path: Path) -> None:
    found = weighted_worlds(Inquiry(load(study(tmp_path)), 4000, threads=1), {})
    x, z = np.asarray(found.parameters["x"]), np.asarray(found.parameters["z"])
    met = ((x < 0.4) & (z < 0.5)).astype(float)
    discovery = boxes_borne_out(found, met, "it fails")
    assert discovery.base_rate == pytest.approx(0.2, abs=0.01)
    (box,) = discovery.boxes
    assert set(box.limits) == {"x", "z"}
    assert box.coverage == pytest.approx(1.0, abs=0.02)
    assert discovery.covered == box.coverage
    chance = (np.random.default_rng(2).random(4000) < 0.5).astype(float)
    assert boxes_borne_out(found, chance, "it fails").boxes == ()


def test_the_sentences_of_the_tree_are_true(tmp_path: Path) -> None:
    found = conditions(
        Inquiry(load(study(tmp_path)), 2000, threads=1), "peace >= 0.5", "guarded", resamples=2
    )
    # Splits lie between bins of a 256th of the worlds.
    assert found.rules[0].startswith("Where “X” is above 0.49")
    assert found.rules[0].endswith("peace >= 0.5 in more than 99 of 100 worlds.")
    assert found.rules[1].endswith("peace >= 0.5 in no world.")


def test_small_shares_are_never_none() -> None:
    assert [share(x) for x in (0.0, 1.0, 0.5, 0.001, 1e-9, 0.999, 1 - 1e-9)] == [
        "0.00",
        "1.00",
        "0.50",
        "0.0010",
        "under 0.0001",
        "0.9990",
        "over 0.9999",
    ]
