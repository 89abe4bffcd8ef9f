"""Regions of assumptions are told only where worlds that did not choose them bear them out."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.lottery import study

from backstop.questions.claims.region import region_of
from backstop.questions.claims.verdict import judge
from backstop.questions.methods.box import Limit
from backstop.questions.methods.prim import borne_out
from backstop.scenario.model import Model
from backstop.scenario.study import load

WORLDS = 4000
EVEN = np.full(WORLDS, 1 / WORLDS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(study(tmp_path_factory.mktemp("lottery")))


def drawn(seed: int, inputs: int = 3) -> dict[str, np.ndarray]:
    values = np.random.default_rng(seed).random((inputs, WORLDS))
    return dict(zip(("x", "z", "idle", *(f"n{at}" for at in range(inputs))), values, strict=False))


def test_chance_makes_no_region(model: Model) -> None:
    told = 0
    for seed in range(20):
        inputs = drawn(seed)
        codes = (np.random.default_rng(1000 + seed).random(WORLDS) < 0.7).astype(np.int8)
        found = region_of(model, codes, inputs, EVEN, judge(codes))
        told += found.box is not None
        assert found.box is not None or found.words == (
            "No region of the assumptions was found that tells where it fails."
        )
    assert told == 0


def test_a_true_region_is_told_with_the_shares_of_the_other_half(model: Model) -> None:
    inputs = drawn(1)
    fails = (inputs["x"] < 0.4) & (np.random.default_rng(5).random(WORLDS) < 0.8)
    codes = (~fails).astype(np.int8)
    found = region_of(model, codes, inputs, EVEN, judge(codes))
    assert found.box is not None and not found.holds
    assert list(found.box.limits) == ["x"]
    others = (np.arange(WORLDS) % 16) % 2 == 1
    inside = others & found.box.limits["x"].met(inputs["x"])
    assert found.box.density == pytest.approx(fails[inside].mean())
    assert found.box.coverage == pytest.approx((fails & inside).sum() / (fails & others).sum())


def test_a_claim_that_mostly_fails_says_where_it_holds(model: Model) -> None:
    inputs = drawn(2)
    codes = ((inputs["x"] > 0.8) & (inputs["z"] > 0.3)).astype(np.int8)
    found = region_of(model, codes, inputs, EVEN, judge(codes))
    assert found.holds and found.box is not None
    assert set(found.box.limits) == {"x", "z"}
    assert "the claim holds in" in found.words


def test_a_region_of_few_cases_is_not_told() -> None:
    inputs = drawn(3)
    cases = np.random.default_rng(9).random(WORLDS) < 0.5
    cases |= inputs["x"] < 0.05
    corner = {"x": Limit(None, 0.05, 0.0, 1.0)}
    # All of it are cases, but they are a tenth of all cases.
    assert borne_out(corner, inputs, cases, EVEN) is None
    half = {"x": Limit(None, 0.5, 0.0, 1.0)}
    assert borne_out(half, inputs, cases, EVEN) is None
    assert borne_out(half, inputs, cases & (inputs["x"] < 0.5), EVEN) is not None


def test_few_worlds_bear_nothing_out() -> None:
    inputs = {name: values[:30] for name, values in drawn(4).items()}
    cases = inputs["x"] < 0.9
    assert borne_out({"x": Limit(None, 0.8, 0.0, 1.0)}, inputs, cases, np.full(30, 1 / 30)) is None
