"""Threats that are not credible, and what would make them so."""

from __future__ import annotations

from tests.support.conflicts import solved, twin

from backstop.graphmodel.stability.credibility import threats


def test_wishes_make_threats_credible() -> None:
    """Where all wishes of a threat are granted, its path consists of improvements."""
    seen = 0
    for seed in range(150):
        one = twin(seed)
        found = solved(one)
        for i in range(len(one.moves)):
            for s in range(one.conflict.size):
                hollow = threats(one.conflict, i, s) if s in found["gmr"][i] else []
                assert bool(hollow) == (s in found["gmr"][i] - found["seq"][i])
                for threat in hollow:
                    seen += 1
                    wished = {(w.decision_maker, w.better, w.worse) for w in threat.wishes}
                    assert wished
                    here = threat.improvement
                    for mover, there in threat.path:
                        assert one.better(mover, there, here) or (mover, there, here) in wished
                        here = there
                    assert not one.better(i, here, s)
    assert seen > 100
