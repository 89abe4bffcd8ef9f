"""Legal paths against a search over all sequences, and what drawings hold."""

from __future__ import annotations

import pytest
from tests.support.conflicts import Twin, twin

from backstop.base.faults import InvalidInput
from backstop.graphmodel.change.evolution import evolve, routes
from backstop.graphmodel.files.reader import read


def shortest(one: Twin, limit: int, improving: bool) -> dict[int, list[tuple[tuple[int, int], ...]]]:
    """All shortest legal paths of up to `limit` steps from state 0, by listing every sequence."""
    found: dict[int, list[tuple[tuple[int, int], ...]]] = {0: [()]}
    layer: list[tuple[tuple[int, int], ...]] = [()]
    for _ in range(limit):
        following: list[tuple[tuple[int, int], ...]] = []
        for path in layer:
            mover, here = path[-1] if path else (-1, 0)
            for j, table in enumerate(one.moves):
                if j == mover:
                    continue
                for there in table.get(here, set()):
                    if not improving or one.better(j, there, here):
                        following.append((*path, (j, there)))
        for path in following:
            end = path[-1][1]
            if end not in found or len(found[end][0]) == len(path):
                found.setdefault(end, []).append(path)
        layer = following
        if len(layer) > 20_000:
            break
    return found


@pytest.mark.parametrize("kind", ["um", "ui"])
def test_shortest_paths_are_all_found(kind: str) -> None:
    compared = 0
    for seed in range(120):
        one = twin(seed)
        if one.conflict.size > 10:
            continue
        expected = shortest(one, 4, kind == "ui")
        found = evolve(one.conflict, kind)  # type: ignore[arg-type]
        for state, paths in expected.items():
            if state == 0 or len(paths[0]) > 3:
                continue
            compared += 1
            assert found.distance[state] == len(paths[0])
            assert set(found.paths(state, 10_000)) == set(paths), (seed, state)
    assert compared > 100


def test_least_losses() -> None:
    """No sequence of up to four steps has fewer steps without gain than the one reported."""
    compared = 0
    for seed in range(90):
        one = twin(seed)
        if one.conflict.size > 8:
            continue
        best: dict[int, int] = {}
        layer: list[tuple[int, int, int]] = [(0, -1, 0)]
        for _ in range(4):
            following = set()
            for here, mover, losses in layer:
                for j, table in enumerate(one.moves):
                    for there in table.get(here, set()) if j != mover else ():
                        more = losses + (not one.better(j, there, here))
                        following.add((there, j, more))
                        best[there] = min(best.get(there, 99), more)
            layer = list(following)
        found = routes(one.conflict, [s for s in best if s])
        for state, route in found.items():
            assert route is not None
            compared += 1
            assert len(route.losses) <= best[state]
            here, last = 0, -1
            for at, (mover, there) in enumerate(route.least_loss):
                assert mover != last
                assert there in one.moves[mover][here]
                assert (at in route.losses) == (not one.better(mover, there, here))
                here, last = there, mover
            assert here == state
            assert (route.by_improvements is None) or not route.losses
    assert compared > 50


def test_everybody_who_can_move_first_is_named_however_many_paths_there_are() -> None:
    makers = [f"p{k}" for k in range(5)]
    text = (
        "format: backstop-graph/1\ntitle: Five\n"
        f"decision_makers: {{{', '.join(f'{dm}: Party' for dm in makers)}}}\n"
        f"options: {{{', '.join(f'o{k}: {{by: {dm}}}' for k, dm in enumerate(makers))}}}\n"
        f"preferences: {{{', '.join(f'{dm}: {{statements: [o{k}]}}' for k, dm in enumerate(makers))}}}\n"
        "status_quo: {o0: no}\n"
    )
    one = read(text.encode(), "g.yaml")
    route = routes(one, [one.state("s32")])[one.state("s32")]
    assert route is not None
    assert len(route.paths) == 20
    assert route.first == (0, 1, 2, 3, 4)


def test_without_a_status_quo_a_start_must_be_named() -> None:
    one = twin(1).conflict
    from dataclasses import replace

    with pytest.raises(InvalidInput, match="no status quo"):
        evolve(replace(one, status_quo=None))
    assert evolve(replace(one, status_quo=None), start=0).start == 0
