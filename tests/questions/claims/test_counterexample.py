import numpy as np
import pytest

from backstop.questions.claims.plausibility import distances, most_different, nearest, normal_scores, shrunk


def test_distances_are_in_normal_scores():
    scores = normal_scores({"a": [0.5, 0.975], "b": [0.5, 0.5]})
    assert distances(scores, 2) == pytest.approx([0.0, 1.959964], abs=1e-5)
    assert np.isfinite(normal_scores({"a": [0.0, 1.0]})["a"]).all()


def test_nearest_and_most_different_failures():
    scores = {"a": np.array([0.1, -2.0, 1.0, 2.0]), "b": np.zeros(4)}
    failing = np.array([False, True, True, True])
    first = nearest(failing, distances(scores, 4))
    assert first == 2
    assert most_different(failing, scores, first) == 1
    assert nearest(np.zeros(4, bool), distances(scores, 4)) is None
    assert most_different(np.array([0, 0, 1, 0]), scores, 2) is None


CENTRE = {"a": 0.0, "b": 0.0, "c": 0.0}


def test_shrinking_keeps_only_what_it_takes():
    values = {"a": 2.0, "b": -1.5, "c": 0.3}
    found = shrunk(7, values, values, CENTRE, lambda w: (w["a"] > 1) & (w["b"] < -1))
    assert found.changed == {"a": 2.0, "b": -1.5}
    assert found.distance == pytest.approx(2.5)
    assert found.world == 7


def test_shrinking_prefers_to_keep_what_is_far_from_the_centre():
    values = {"a": 2.0, "b": 0.4, "c": 0.0}
    found = shrunk(0, values, values, CENTRE, lambda w: (w["a"] > 1) | (w["b"] > 0.3))
    assert found.changed == {"a": 2.0}


def test_a_claim_that_fails_in_the_central_world_needs_nothing():
    values = {"a": 2.0, "b": 0.4, "c": 1.0}
    found = shrunk(0, values, values, CENTRE, lambda w: np.ones(len(w["a"]), bool))
    assert found.changed == {} and found.distance == 0.0


def test_every_reset_is_checked_together_with_the_earlier_ones():
    # Either a or b alone suffices, but not neither.
    values = {"a": 1.0, "b": 1.0, "c": 1.0}
    found = shrunk(0, values, values, CENTRE, lambda w: (w["a"] + w["b"]) >= 1)
    assert len(found.changed) == 1
    world = {**CENTRE, **found.changed}
    assert world["a"] + world["b"] >= 1
