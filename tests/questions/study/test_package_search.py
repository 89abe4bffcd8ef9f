"""The search for least packages against solving every package in every world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.support.lottery import LOTTERY, OBSERVED, study

from backstop.base.arrays import FloatArray
from backstop.questions.event import event
from backstop.questions.inquiry import Inquiry
from backstop.questions.methods.packages import grid, minimal, nearly_minimal, pareto_front, steps_between
from backstop.questions.study.package_search import Draw, PackageSearch, candidates
from backstop.questions.study.packages import least_packages
from backstop.questions.weighted_worlds import WeightedWorlds, worlds_under
from backstop.scenario.study import load

MEASURES = ("guard", "aid", "extra")


@pytest.fixture(scope="module", params=["alike", "weighted"])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> WeightedWorlds:
    folder = tmp_path_factory.mktemp(request.param)
    model = load(study(folder, OBSERVED) if request.param == "weighted" else study(folder))
    return worlds_under(Inquiry(model, 3000), [], [])


def search_of(found: WeightedWorlds, target: str, share: float) -> PackageSearch:
    return PackageSearch(
        found, event(found.model, target), share, MEASURES, dict.fromkeys(found.model.measures, 0.0)
    )


def odds(found: WeightedWorlds, packages: FloatArray) -> FloatArray:
    """Peace by package and world, from the formula of the study."""
    x, z = np.asarray(found.parameters["x"]), np.asarray(found.parameters["z"])
    guard, aid, extra = (column[:, None] for column in packages.T)
    return np.clip(x * guard * (1 - 0.5 * extra) + 0.3 * aid + 0.25 * z * extra, 0, 1)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 1.0])
def test_few_worlds_lead_to_the_packages_that_all_worlds_name(found: WeightedWorlds, share: float) -> None:
    search = search_of(found, "peace >= 0.3", share)
    packages = grid(dict.fromkeys(MEASURES, steps_between(0, 1, 6)))
    exact = (odds(found, packages) >= 0.3) @ found.weight
    reaching = np.flatnonzero(exact >= share - 1e-9)
    expected = reaching[minimal(packages[reaching])]
    few = Draw(found, 150)
    rows = search.least(packages, search.tried(packages, few).shares, few)
    assert rows.size >= 1
    assert sorted(rows) == sorted(expected)


def test_lowered_packages_stand_at_the_border(found: WeightedWorlds) -> None:
    search = search_of(found, "peace >= 0.3", 0.5)
    ladders = [(0.0, 1.0)] * 3
    ends = search.lowered(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]), ladders, Draw(found, 3000))
    assert len(ends) == 2
    for package in ends:
        share = float(((odds(found, package[None]) >= 0.3) @ found.weight)[0])
        assert share >= 0.5 - 1e-9
        for column in np.flatnonzero(package):
            less = package.copy()
            less[column] -= 0.004
            assert float(((odds(found, less[None]) >= 0.3) @ found.weight)[0]) < 0.5


def test_an_exchange_finds_what_no_combination_of_levels_holds(tmp_path: Path) -> None:
    model = load(study(tmp_path))
    found = worlds_under(Inquiry(model, 3000), [], [])
    least = least_packages(found, event(model, "peace >= 0.5"), 0.4, ("guard", "aid"), steps=1)
    # x g + 0.3 a >= 0.5 in two worlds of five: 0.6 g + 0.3 a = 0.5, at 10 g + 4 a. Of the corners only guard alone and
    # both reach it; guard alone is 5/6 for 8.33, and with all of the aid 1/3 for 7.33.
    cheapest, other = least.minimal
    assert cheapest.levels == pytest.approx({"guard": 1 / 3, "aid": 1.0}, abs=0.01)
    assert other.levels == pytest.approx({"guard": 5 / 6, "aid": 0.0}, abs=0.01)
    assert (cheapest.cost, other.cost) == pytest.approx((7.33, 8.33), abs=0.1)


def test_levels_are_those_named_and_as_many_even_ones_as_are_affordable(found: WeightedWorlds) -> None:
    wide = candidates(found.model, ["guard"], None, 3000)
    assert len(wide.packages) == wide.size == 65
    some = candidates(found.model, MEASURES, None, 3000)
    assert len(some.packages) == some.size
    assert some.size * 128 <= 300_000
    assert (some.steps + 2) ** 3 * 128 > 300_000
    assert {0.0, 1.0} <= set(some.ladders[0])


def test_a_grid_too_large_is_thinned_and_of_too_many_measures_the_corners_are_left(
    found: WeightedWorlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    thin = candidates(found.model, MEASURES, 90, 3000)
    assert thin.size == 91**3
    assert thin.steps == 90
    assert len(thin.packages) < thin.size
    assert {0.0, 1.0} <= set(thin.ladders[1])
    monkeypatch.setattr("backstop.questions.study.package_search.AFFORDABLE", 128)
    few = candidates(found.model, MEASURES, None, 3000)
    # Everything, nothing, one at a time, and the study's own arrangements.
    assert {tuple(row) for row in few.packages.tolist()} == {
        *((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        *((1.0, 1.0, 0.0), (1.0, 0.0, 1.0)),
    }
    assert least_packages(found, event(found.model, "peace >= 0.3"), 0.4, MEASURES).minimal


def test_what_no_package_reaches_names_the_nearest(found: WeightedWorlds) -> None:
    none = least_packages(found, event(found.model, "peace >= 0.9"), 1.0, MEASURES, steps=2)
    assert none.minimal == ()
    assert none.nearest is not None
    assert none.nearest.share.mean is not None
    assert 0.0 < none.nearest.share.mean < 1.0


def test_the_least_level_alone_is_that_of_the_formula(tmp_path: Path) -> None:
    model = load(study(tmp_path)).with_values({"x": 0.5})
    one = worlds_under(Inquiry(model, 50), [], [])
    least = least_packages(one, event(model, "peace >= 0.25"), 1.0, ("guard",), steps=1)
    assert least.alone["guard"] == pytest.approx(0.5, abs=0.001)


def against_each_other(a: float, b: float, c: float, d: float, e: float) -> str:
    """A lottery in which guard takes from what aid gives, and some of guard or extra helps more than all of it."""
    old = "x * guard * (1 - 0.5 * extra) + 0.3 * aid + 0.25 * z * extra + 4 * bend * (1 - bend) * x"
    new = (
        f"(x + z) * ({a} * guard * (1.6 - 1.5 * guard) + {b} * aid * (1 - guard) + {d} * extra * (1 - {e} * extra)) "
        f"+ {c} * guard * aid * extra"
    )
    assert old in LOTTERY
    return LOTTERY.replace(old, new).replace("range: [0, 1]}\n  never", "range: [-1, 1]}\n  never")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    *(st.integers(0, 12).map(lambda k: k / 8) for _ in range(5)),
    st.sampled_from([0.3, 0.6, 0.9]),
    st.integers(1, 4),
)
@example(0.0, 0.625, 1.125, 0.75, 1.0, 0.9, 1)  # a trace of guard is left that aid can do without
def test_no_package_listed_is_dominated_or_promises_what_is_not_needed(
    tmp_path: Path, a: float, b: float, c: float, d: float, e: float, share: float, steps: int
) -> None:
    model = load(study(tmp_path, against_each_other(a, b, c, d, e)))
    found = worlds_under(Inquiry(model, 200), [], [])
    asked = event(model, "peace >= 0.3")
    least = least_packages(found, asked, share, MEASURES, steps=steps)
    if least.nearest is not None:
        return
    packages = np.array([list(of.levels.values()) for of in least.minimal])
    assert len(packages) >= 1
    assert minimal(packages).all()
    assert nearly_minimal(packages, np.array([1.0, 1.0, 2.0])).all()
    search = PackageSearch(found, asked, share, MEASURES, dict.fromkeys(found.model.measures, 0.0))
    whole = Draw(found, found.worlds)
    assert (search.tried(packages, whole).shares >= share - 1e-9).all()
    ladders = candidates(model, MEASURES, steps, 200).ladders
    for package in packages:
        for column, own in enumerate(package):
            for level in (level for level in ladders[column] if level * own >= 0 and abs(level) < abs(own)):
                less = package.copy()
                less[column] = level
                assert search.tried(less[None], whole).shares[0] < share - 1e-9, (package, column, level)
    for name, level in least.alone.items():
        alone = np.where(np.array(MEASURES) == name, 0.0 if level is None else level, 0.0)
        assert level is None or search.tried(alone[None], whole).shares[0] >= share - 1e-9


@pytest.mark.parametrize("goals", [{}, {"peace": True, "cost:a": False}])
def test_the_front_of_few_worlds_is_that_of_all(found: WeightedWorlds, goals: dict[str, bool]) -> None:
    search = search_of(found, "peace >= 0.3", 0.5)
    least = least_packages(found, search.target, 0.5, MEASURES, steps=9, goals=goals)
    packages = np.concatenate(
        [
            grid(dict.fromkeys(MEASURES, steps_between(0, 1, 9))),
            np.array([list(of.levels.values()) for of in least.minimal]),
        ]
    )
    whole = search.tried(packages, Draw(found, found.worlds), ["peace"])
    table = [whole.costs, -whole.shares, *([-whole.means["peace"], whole.costs] if goals else [])]
    exact = np.unique(packages[pareto_front(np.column_stack(table))], axis=0)
    shown = np.array([list(of.levels.values()) for of in least.front])
    assert len(shown) == min(30, len(exact))
    assert all((np.abs(exact - package).max(axis=1) < 1e-12).any() for package in shown)
    assert pareto_front(np.column_stack(table))[-len(least.minimal) :].any()
