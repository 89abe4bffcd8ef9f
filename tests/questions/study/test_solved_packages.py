"""Packages that are kept once solved, against packages solved anew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.lottery import OBSERVED, study

from backstop.base.arrays import FloatArray, Rows
from backstop.questions.inquiry import Inquiry
from backstop.questions.study.solved_packages import SolvedPackages
from backstop.questions.weighted_worlds import WeightedWorlds, worlds_under
from backstop.scenario.study import load
from backstop.worlds.query import Figures, Query

MEASURES = ("guard", "aid", "extra")
WORLDS = 400


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> WeightedWorlds:
    folder: Path = tmp_path_factory.mktemp("solved")
    return worlds_under(Inquiry(load(study(folder, OBSERVED)), WORLDS), [], [])


def solved_packages(found: WeightedWorlds, room: int = 10_000_000) -> SolvedPackages:
    start = dict.fromkeys(found.model.measures, 0.0)
    return SolvedPackages(found.inquiry, found.parameters, found.worlds, MEASURES, start, room)


def anew(found: WeightedWorlds, package: FloatArray, rows: Rows, metrics: list[str]) -> Figures:
    levels = {
        **dict.fromkeys(found.model.measures, 0.0),
        **dict(zip(MEASURES, package.tolist(), strict=True)),
    }
    drawn = {n: v[rows] if isinstance(v, np.ndarray) else v for n, v in found.parameters.items()}
    return found.inquiry.solve(drawn, rows.size, [Query(levels, metrics, True)])[0]


def alike(one: Figures, other: Figures, metrics: list[str]) -> None:
    for name in metrics:
        np.testing.assert_array_equal(one.metrics[name], other.metrics[name])
    np.testing.assert_array_equal(one.costs, other.costs)


@pytest.mark.parametrize("room", [10_000_000, 20_000, 0])
def test_what_is_kept_is_what_solving_again_gives(found: WeightedWorlds, room: int) -> None:
    solved, rng = solved_packages(found, room), np.random.default_rng(5)
    names, compared = list(found.model.scenario.metrics), 0
    for _ in range(40):
        packages = rng.integers(0, 3, (int(rng.integers(1, 5)), 3)) / 2.0
        rows = [
            np.sort(rng.choice(WORLDS, int(rng.integers(0, WORLDS + 1)), replace=False)) for _ in packages
        ]
        metrics = names[: int(rng.integers(1, len(names) + 1))]
        figures = solved.figures(packages, rows, metrics)
        for package, at, of in zip(packages, rows, figures, strict=True):
            if at.size:
                alike(of, anew(found, package, at, metrics), metrics)
                compared += 1
    assert compared > 60


def test_a_package_is_solved_once_in_a_world(found: WeightedWorlds, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    solve = Inquiry.solve

    def counted(self: Inquiry, parameters: object, worlds: int, *rest: object) -> object:
        sizes.append(worlds)
        return solve(self, parameters, worlds, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Inquiry, "solve", counted)
    solved, package = solved_packages(found), np.array([[1.0, 0.0, 0.5]])
    first, every = np.arange(0, WORLDS, 4), np.arange(WORLDS)
    told: list[tuple[int, int]] = []
    for rows in (first, every, first, every):
        solved.figures(package, [rows], ["peace"], lambda *done: told.append(done))
    # A zero is a zero, whatever its sign.
    (again,) = solved.figures(package * [[1.0, -1.0, 1.0]], [every], ["peace"])
    assert sizes == [100, 300]
    assert told == [(1, 1)] * 4
    alike(again, anew(found, package[0], every, ["peace"]), ["peace"])


def test_packages_in_few_worlds_are_solved_side_by_side(
    found: WeightedWorlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backstop.questions.study.solved_packages._AT_ONCE", 250)
    packages = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.5, 1.0, 1.0]])
    rows = [np.arange(100), np.arange(50, 150), np.arange(WORLDS), np.arange(0), np.arange(7)]
    told: list[tuple[int, int]] = []
    figures = solved_packages(found).figures(packages, rows, ["peace"], lambda *done: told.append(done))
    assert told == [(2, 5), (3, 5), (5, 5)]
    assert [of.metrics["peace"].size for of in figures] == [100, 100, 400, 0, 7]
    for package, at, of in zip(packages, rows, figures, strict=True):
        if at.size:
            alike(of, anew(found, package, at, ["peace"]), ["peace"])
