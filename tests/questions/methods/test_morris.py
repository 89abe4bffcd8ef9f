import numpy as np
import pytest

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.morris import elementary_effects, morris_walks


def test_walks_move_every_input_once_by_one_half():
    walks = morris_walks(5, 40, seed=2, levels=6)
    assert walks.shape == (40, 6, 5)
    moves = np.diff(walks, axis=1)
    assert np.allclose(np.sort(np.abs(moves), axis=2)[:, :, -1], 0.5)
    assert ((moves != 0).sum(axis=1) == 1).all()
    assert walks.min() > 0 and walks.max() < 1


def test_levels_are_used_equally_often():
    walks = morris_walks(3, 4000, seed=1)
    _, counts = np.unique(walks[:, 0, :], return_counts=True)
    assert counts.max() / counts.min() < 1.1


def test_a_linear_function_has_its_slopes_and_no_spread():
    walks = morris_walks(3, 20)
    values = walks @ np.array([2.0, -3.0, 0.0]) + 5
    found = elementary_effects(("a", "b", "c"), walks, values)
    assert found["a"].mu.mean == pytest.approx(2)
    assert found["b"].mu.mean == pytest.approx(-3)
    assert found["b"].mu_star.mean == pytest.approx(3)
    assert found["c"].mu_star.mean == pytest.approx(0)
    assert found["a"].sigma == pytest.approx(0, abs=1e-9)
    assert found["a"].mu.se == pytest.approx(0, abs=1e-9)


def test_an_interaction_spreads_the_effects():
    walks = morris_walks(2, 200)
    found = elementary_effects(("a", "b"), walks, walks[..., 0] * walks[..., 1])
    assert found["a"].sigma > 0.1
    assert found["a"].mu.se == pytest.approx(found["a"].sigma / np.sqrt(200))


def test_same_walks_give_the_effects_of_salib():
    analyze = pytest.importorskip("SALib.analyze.morris")
    sample = pytest.importorskip("SALib.sample.morris")
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}
    rows = sample.sample(problem, 50, num_levels=4, seed=5)
    y = rows[:, 0] + 2 * rows[:, 1] ** 2 + rows[:, 2] * rows[:, 3]
    theirs = analyze.analyze(problem, rows, y, num_levels=4, seed=1)
    found = elementary_effects(tuple("abcd"), rows.reshape(50, 5, 4), y.reshape(50, 5))
    for i, name in enumerate("abcd"):
        assert found[name].mu.mean == pytest.approx(theirs["mu"][i], abs=1e-10)
        assert found[name].mu_star.mean == pytest.approx(theirs["mu_star"][i], abs=1e-10)
        assert found[name].sigma == pytest.approx(theirs["sigma"][i], abs=1e-10)


def test_bad_requests_are_refused():
    with pytest.raises(Refused):
        morris_walks(0, 10)
    with pytest.raises(InvalidInput):
        morris_walks(3, 1)
    with pytest.raises(InvalidInput):
        morris_walks(3, 10, levels=5)
    walks = morris_walks(2, 4)
    with pytest.raises(Refused, match="same in all worlds"):
        elementary_effects(("a", "b"), walks, np.ones((4, 3)))
    with pytest.raises(Refused, match="no value"):
        elementary_effects(("a", "b"), walks, np.full((4, 3), np.nan))
    with pytest.raises(ValueError, match="exactly once"):
        elementary_effects(("a", "b"), np.zeros((4, 3, 2)), np.arange(12.0).reshape(4, 3))
