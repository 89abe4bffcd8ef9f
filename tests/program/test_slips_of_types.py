"""Slips where an actor has hidden types: those of a type's own ranking."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.models import model_of

from backstop.program.host import Host, Solved, Wanted
from backstop.program.program import compile_program
from backstop.scenario.model import Model
from backstop.worlds.trace import trace

BELIEFS = ("known", "fixed", "bayes")


def model(share: float, margin: float, beliefs: str | None) -> Model:
    """A provocation that two types rank low, one less so than the other, and a reply; without `beliefs`, one type."""
    rival: dict[str, Any] = {"discount": 0, "noise": 0.5, "slip_margin": margin}
    hawk = "type(rival, hawk)" if beliefs else f"{share}"
    if beliefs:
        rival |= {"types": {"dove": {"share": 1 - share}, "hawk": {"share": share}}, "beliefs": beliefs}
    return model_of(
        {
            "horizon": {"years": 3},
            "actors": {"rival": rival, "guard": {"discount": 0, "noise": 0.3, "slip_margin": 0.1}},
            "arrangements": {"only": {}},
            "start": "on",
            "phases": {
                "on": {
                    "play": {
                        "actor": "rival",
                        "moves": {
                            "provoke": {"actor": "guard", "moves": {"hit": "bad", "stay": "mid"}},
                            "wait": "good",
                        },
                    }
                },
                "off": {"absorbing": True},
            },
            "outcomes": {
                "bad": {"next": "off", "payoffs": {"rival": f"0.4 * {hawk}", "guard": 0.2}},
                "mid": {"next": "on", "payoffs": {"rival": 0.1, "guard": 0.6}},
                "good": {"next": "on", "payoffs": {"rival": 0.9}},
            },
            "metrics": {"ended": {"reach": ["off"]}, "mids": {"count": ["mid"]}, "lasts": {"avoid": ["off"]}},
        }
    )


def solved(of: Model) -> Solved:
    host = Host(compile_program(of, slips=True), 1)
    return host.solve(2, {}, of.levels["only"], Wanted(slips=True))


@pytest.mark.parametrize("beliefs", BELIEFS)
@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("margin", [0.0, 0.78, 0.9])
def test_one_type_alone_slips_as_its_own_game(beliefs: str, share: float, margin: float) -> None:
    ours, theirs = solved(model(share, margin, beliefs)), solved(model(share, margin, None))
    for name, by in theirs.slips.items():
        for actor, expected in by.items():
            assert ours.slips[name][actor] == pytest.approx(expected, abs=1e-12)
    # Within the margin the provocation is no slip, and the reply is the first.
    first = "rival" if margin < (0.8, 0.74)[int(share)] else "guard"
    assert ours.slips["ended"][first] == pytest.approx(ours.metrics["ended"], abs=1e-12)


def test_slips_mix_over_types_that_are_known() -> None:
    dove, hawk = (solved(model(share, 0.78, None)) for share in (0.0, 1.0))
    mixed = solved(model(0.3, 0.78, "known"))
    for name in ("ended", "mids", "lasts"):
        for actor in ("rival", "guard"):
            expected = 0.7 * dove.slips[name][actor] + 0.3 * hawk.slips[name][actor]
            assert mixed.slips[name][actor] == pytest.approx(expected, abs=1e-12)
    assert mixed.slips["ended"]["rival"][0] > 0.01 and mixed.slips["ended"]["guard"][0] > 0.01


@pytest.mark.parametrize("beliefs", BELIEFS)
def test_a_world_laid_open_has_the_slips_of_its_types(beliefs: str) -> None:
    of = model(0.3, 0.78, beliefs)
    found, compiled = trace(of, "only"), solved(of)
    for name in ("ended", "mids", "lasts"):
        split = found.slips[name]
        event = float(compiled.metrics[name][0])
        event = 1 - event if name == "lasts" else event
        assert split.incentive is not None
        assert split.incentive + sum(p or 0.0 for p in split.slips.values()) == pytest.approx(
            event, abs=1e-12
        )
        for actor, by in compiled.slips[name].items():
            assert split.slips[actor] == pytest.approx(by[0], abs=1e-12)
    root = [phase.nodes[0] for phase in found.phases[0] if phase.nodes]
    if beliefs == "known":
        # The dove falls short by more than the margin, the hawk does not.
        assert [node.moves[0].slip is None for node in root] == [False, True]
    else:
        provoke, wait = root[0].moves
        assert wait.slip is None and provoke.slip is not None and provoke.by_type is not None
        assert provoke.slip == pytest.approx(0.7 * provoke.by_type["dove"], abs=1e-12)
