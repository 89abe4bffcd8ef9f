"""One period solved backwards: the choice rule, both conventions, bound moves, and the buffers behind them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random

import numpy as np
import pytest
from tests.support.extensive_form import random_play, random_weights

from backstop.game.stage import Array, Information, PlayNumbers, Stage, Sweep
from backstop.game.static import PlaySolution, solve_play
from backstop.game.tree import Chance, Decision, Ending, Game, Node, Play

CONVENTIONS: tuple[Information, ...] = ("agent_error", "private_payoffs")
B = 7


def choice(width: int, bound: tuple[int, ...] = ()) -> Play:
    """Actor 0 chooses among `width` endings."""
    nodes = [Ending(o) for o in range(width)]
    return Play((*nodes, Decision("d", 0, tuple("abcde"[:width]), tuple(range(width)), bound)))


def numbers_of(
    play: Play,
    payoffs: list[Array | None],
    noise: float | Array,
    chances: dict[int, list[Array]] | None = None,
) -> PlayNumbers:
    scale = np.atleast_1d(np.asarray(noise, dtype=float))
    return PlayNumbers(
        tuple(payoffs[: len(play.nodes)] + [None] * (len(play.nodes) - len(payoffs))),
        tuple(scale if isinstance(node, Decision) else None for node in play.nodes),
        tuple(tuple((chances or {}).get(i, [])) for i in range(len(play.nodes))),
    )


def column(*values: float) -> Array:
    return np.array(values)[:, np.newaxis]


def decide(
    own: list[float],
    noise: float,
    information: Information = "agent_error",
    bound: dict[int, float] | None = None,
    others: list[float] | None = None,
) -> PlaySolution:
    """Actor 0 among endings worth `own`; actor 1 looks on and gets `others`."""
    bound = bound or {}
    play = choice(len(own), tuple(bound))
    seen = others or [float(m) for m in range(len(own))]
    payoffs: list[Array | None] = [column(a, b) for a, b in zip(own, seen, strict=True)]
    chances = {len(own): [np.array([p]) for p in bound.values()]}
    return solve_play(play, numbers_of(play, payoffs, noise, chances), information, 2, 1)


def logit(own: list[float], noise: float) -> list[float]:
    best = max(own)
    weights = [math.exp((x - best) / noise) for x in own]
    return [w / sum(weights) for w in weights]


def expected_maximum(own: list[float], noise: float) -> float:
    best = max(own)
    return best + noise * math.log(sum(math.exp((x - best) / noise) for x in own))


def chances_of(solution: PlaySolution) -> list[float]:
    return [float(solution.outcomes[o][0]) for o in sorted(solution.outcomes)]


# ---------------------------------------------------------------------------------------------- the choice rule


@pytest.mark.parametrize("own", [[0.3, -0.4], [0.3, -0.4, 0.9], [1.0, 1.0, 0.0, -2.0], [5.0]])
@pytest.mark.parametrize("noise", [0.05, 0.5, 20.0])
@pytest.mark.parametrize("information", CONVENTIONS)
def test_a_choice_is_logit_in_both_conventions(
    own: list[float], noise: float, information: Information
) -> None:
    found = decide(own, noise, information)
    expected = logit(own, noise)
    assert chances_of(found) == pytest.approx(expected, abs=1e-15, rel=1e-13)
    mean = sum(p * x for p, x in zip(expected, own, strict=True))
    mover = mean if information == "agent_error" else expected_maximum(own, noise)
    assert found.values[0, 0] == pytest.approx(mover, abs=1e-14, rel=1e-14)
    onlooker = sum(p * m for m, p in enumerate(expected))
    assert found.values[1, 0] == pytest.approx(onlooker, abs=1e-14, rel=1e-14)


def test_private_payoffs_are_worth_more_to_the_mover_alone() -> None:
    error, private = (decide([0.3, -0.4, 0.1], 0.5, each) for each in CONVENTIONS)
    assert private.values[0, 0] > error.values[0, 0] + 0.1
    assert private.values[1, 0] == error.values[1, 0]


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ([1.0, 2.0], [0.0, 1.0]),
        ([2.0, 1.0], [1.0, 0.0]),
        ([1.0, 1.0], [0.5, 0.5]),
        ([3.0, 1.0, 3.0], [0.5, 0.0, 0.5]),
        ([-1.0, -1.0, -1.0], [1 / 3, 1 / 3, 1 / 3]),
        ([0.0, 0.0, 7.0, 7.0, 7.0], [0.0, 0.0, 1 / 3, 1 / 3, 1 / 3]),
    ],
)
def test_without_noise_the_best_move_is_made_and_ties_are_split(
    own: list[float], expected: list[float], information: Information
) -> None:
    found = decide(own, 0.0, information)
    assert chances_of(found) == pytest.approx(expected, abs=1e-16)
    assert found.values[0, 0] == pytest.approx(max(own), abs=1e-15)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("width", [2, 3])
def test_noise_that_cannot_be_inverted_is_no_noise(width: int, information: Information) -> None:
    own = [1.0, 2.0, 2.0][:width]
    none, tiny = decide(own, 0.0, information), decide(own, 1e-310, information)
    assert chances_of(tiny) == chances_of(none)
    assert np.array_equal(tiny.values, none.values)


@pytest.mark.parametrize("width", [2, 3])
def test_worlds_with_and_without_noise_in_one_block(width: int) -> None:
    play = choice(width)
    noise = np.array([0.0, 0.5, 0.0, 1e-3, 2.0, 0.0, 0.1])
    rng = np.random.default_rng(3)
    payoffs: list[Array | None] = [rng.uniform(-1, 1, (2, B)) for _ in range(width)]
    payoffs[1] = np.asarray(payoffs[1]).copy()
    payoffs[1][0, 0] = np.asarray(payoffs[0])[0, 0]  # a tie in the first world
    for information in CONVENTIONS:
        block = solve_play(play, numbers_of(play, payoffs, noise), information, 2, B)
        for world in range(B):
            own = [float(np.asarray(p)[0, world]) for p in payoffs]
            others = [float(np.asarray(p)[1, world]) for p in payoffs]
            alone = decide(own, float(noise[world]), information, others=others)
            assert [block.outcomes[o][world] for o in range(width)] == chances_of(alone)
            assert block.values[:, world] == pytest.approx(alone.values[:, 0], abs=1e-15)


@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize("information", CONVENTIONS)
def test_payoffs_far_apart_do_not_overflow(width: int, information: Information) -> None:
    own = [-1e6, 1e6, -1e6][:width]
    found = decide(own, 1e-3, information)
    assert chances_of(found) == [0.0, 1.0, 0.0][:width]
    assert found.values[0, 0] == pytest.approx(1e6, rel=1e-12)


# ------------------------------------------------------------------------------------------------- bound moves


@pytest.mark.parametrize("bound", [{0: 0.3}, {1: 0.25, 0: 0.5}, {1: 1.0}, {0: 0.0}])
@pytest.mark.parametrize("own", [[0.2, 0.7], [0.2, 0.7, -0.1]])
@pytest.mark.parametrize("information", CONVENTIONS)
def test_bound_moves_come_first(own: list[float], bound: dict[int, float], information: Information) -> None:
    found = decide(own, 0.4, information, bound)
    free, left = logit(own, 0.4), 1.0 - sum(bound.values())
    expected = [left * p + bound.get(m, 0.0) for m, p in enumerate(free)]
    assert chances_of(found) == pytest.approx(expected, abs=1e-15)
    mean = sum(p * x for p, x in zip(expected, own, strict=True))
    best = left * expected_maximum(own, 0.4) + sum(p * own[m] for m, p in bound.items())
    assert found.values[0, 0] == pytest.approx(mean if information == "agent_error" else best, abs=1e-14)
    assert found.values[1, 0] == pytest.approx(sum(m * p for m, p in enumerate(expected)), abs=1e-14)


# -------------------------------------------------------------------------------------- whole trees and the sweep


def random_stage(seed: int, actors: int = 3, worlds: int = B) -> tuple[Game, Stage, Array]:
    """Three phases (the last absorbing), random trees, numbers that vary by world or not, and continuation values."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    plays: list[Play | None] = []
    outcomes: list[str] = []
    targets: list[int] = []
    numbers: list[PlayNumbers | None] = []

    def array(*shape: int) -> Array:
        return draw.uniform(-1.0, 1.0, (*shape, worlds if rng.random() < 0.7 else 1))

    for _ in range(2):
        tree = random_play(rng, actors, decisions=rng.randint(1, 4), chance_nodes=rng.randint(0, 2))
        shift = len(outcomes)
        nodes: list[Node] = []
        for node in tree.nodes:
            if isinstance(node, Ending):
                node = Ending(node.outcome + shift)
                outcomes.append(f"o{len(outcomes)}")
                targets.append(rng.randrange(3))
            elif isinstance(node, Decision) and rng.random() < 0.3:
                node = dataclasses.replace(node, bound=(0,))
            nodes.append(node)
        plays.append(Play(tuple(nodes)))
        common = np.abs(array()) + 0.1
        numbers.append(
            PlayNumbers(
                tuple(array(actors) if isinstance(n, Ending) and rng.random() < 0.8 else None for n in nodes),
                tuple(
                    (common if rng.random() < 0.5 else np.abs(array())) if isinstance(n, Decision) else None
                    for n in nodes
                ),
                tuple(
                    tuple(np.array([p]) for p in random_weights(rng, len(n.children)))
                    if isinstance(n, Chance)
                    else tuple(np.abs(array()) for _ in n.bound)
                    if isinstance(n, Decision)
                    else ()
                    for n in nodes
                ),
            )
        )
    game = Game(
        tuple(f"a{i}" for i in range(actors)),
        ("one", "two", "end"),
        (*plays, None),
        tuple(outcomes),
        tuple(targets),
        0,
    )
    stage = Stage(tuple(array(actors) for _ in range(3)), (*numbers, None))
    return game, stage, draw.uniform(-2.0, 2.0, (3, actors, worlds))


def swept(sweep: Sweep, discounted: Array) -> tuple[Array, list[dict[int, Array]]]:
    out = np.zeros_like(discounted)
    sweep.solve(discounted, out)
    return out, [{o: p.copy() for o, p in sweep.outcome_probabilities(k).items()} for k in (0, 1)]


def by_recursion(
    play: Play, numbers: PlayNumbers, later: Array, next_phase: tuple[int, ...], private: bool, world: int
) -> tuple[list[float], dict[int, float]]:
    """The definition, one world, by plain recursion from the root."""

    def at(array: Array) -> float:
        return float(array[world if array.size > 1 else 0])

    def visit(position: int) -> tuple[list[float], dict[int, float]]:
        node = play.nodes[position]
        actors = range(later.shape[1])
        if isinstance(node, Ending):
            pay = numbers.payoffs[position]
            lump = [0.0 if pay is None else at(pay[i]) for i in actors]
            after = later[next_phase[node.outcome], :, world]
            return [lump[i] + float(after[i]) for i in actors], {node.outcome: 1.0}
        below = [visit(child) for child in node.children]
        if isinstance(node, Chance):
            weights = [at(p) for p in numbers.chances[position]]
            mover = None
        else:
            noise = numbers.noise[position]
            assert noise is not None
            own = [values[node.actor] for values, _ in below]
            bound = {m: at(p) for m, p in zip(node.bound, numbers.chances[position], strict=True)}
            left = 1.0 - sum(bound.values())
            weights = [left * p + bound.get(m, 0.0) for m, p in enumerate(logit(own, at(noise)))]
            mover = left * expected_maximum(own, at(noise)) + sum(p * own[m] for m, p in bound.items())
        values = [sum(w * v[i] for w, (v, _) in zip(weights, below, strict=True)) for i in actors]
        if isinstance(node, Decision) and private and mover is not None:
            values[node.actor] = mover
        reach: dict[int, float] = {}
        for weight, (_, found) in zip(weights, below, strict=True):
            for outcome, p in found.items():
                reach[outcome] = reach.get(outcome, 0.0) + weight * p
        return values, reach

    return visit(len(play.nodes) - 1)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("seed", range(25))
def test_random_stages_agree_with_plain_recursion(seed: int, information: Information) -> None:
    game, stage, discounted = random_stage(seed)
    out, reached = swept(Sweep(game, stage, information, B), discounted)
    for phase, world in itertools.product((0, 1), (0, B - 1)):
        play, numbers = game.plays[phase], stage.plays[phase]
        assert play is not None and numbers is not None
        values, chances = by_recursion(
            play, numbers, discounted, game.next_phase, information == "private_payoffs", world
        )
        flow = stage.flows[phase]
        total = np.array(values) + flow[:, world if flow.shape[1] > 1 else 0]
        assert out[phase, :, world] == pytest.approx(total, abs=1e-12)
        assert set(reached[phase]) == set(chances)
        for outcome, p in chances.items():
            assert reached[phase][outcome][world] == pytest.approx(p, abs=1e-13)


@pytest.mark.parametrize("seed", range(25))
def test_probabilities_sum_to_one(seed: int) -> None:
    game, stage, discounted = random_stage(seed)
    sweep = Sweep(game, stage, "agent_error", B)
    _, reached = swept(sweep, discounted)
    for phase in (0, 1):
        assert sum(reached[phase].values()) == pytest.approx(np.ones(B), abs=1e-13)
        assert all((p >= 0.0).all() and p.shape == (B,) for p in reached[phase].values())
        assert sum(sweep.transitions(phase).values()) == pytest.approx(np.ones(B), abs=1e-13)
        for moves in sweep.moves(phase):
            assert moves is None or sum(moves) == pytest.approx(1.0, abs=1e-13)


def test_what_was_found_stays_when_the_sweep_goes_on() -> None:
    play = Play((Ending(0), Ending(1), Decision("d", 0, ("a", "b"), (0, 1))))
    game = Game(("a",), ("x",), (play,), ("o", "p"), (0, 0), 0)
    payoffs = (np.zeros((1, 1)), np.array([[0.0, 1.0, 2.0]]), None)
    numbers = PlayNumbers(payoffs, (None, None, np.ones(1)), ((), (), ()))
    sweep = Sweep(game, Stage((np.zeros((1, 1)),), (numbers,)), "agent_error", 3)
    values, out = np.zeros((2, 1, 1, 3))
    sweep.solve(values, out)
    found = sweep.outcome_probabilities(0)
    before = {outcome: p.copy() for outcome, p in found.items()}
    far = (np.zeros((1, 1)), np.full((1, 1), 5.0), None)
    sweep.renew(Stage((np.zeros((1, 1)),), (PlayNumbers(far, numbers.noise, numbers.chances),)))
    sweep.solve(values, out)
    assert all(np.array_equal(found[outcome], before[outcome]) for outcome in before)


def test_transitions_add_up_the_outcomes_of_a_phase() -> None:
    game, stage, discounted = random_stage(4)
    sweep = Sweep(game, stage, "agent_error", B)
    _, reached = swept(sweep, discounted)
    found = sweep.transitions(0)
    for target in range(3):
        expected = sum((p for o, p in reached[0].items() if game.next_phase[o] == target), start=np.zeros(B))
        assert found.get(target, np.zeros(B)) == pytest.approx(expected, abs=1e-15)


def test_a_shared_subtree_is_the_subtree_written_twice() -> None:
    below = Decision("last", 1, ("a", "b"), (0, 1))
    shared = Play((Ending(0), Ending(1), Ending(2), below, Decision("top", 0, ("x", "y", "z"), (3, 3, 2))))
    twice = Play(
        (
            *(Ending(0), Ending(1), Ending(2), below, Ending(0), Ending(1)),
            Decision("last", 1, ("a", "b"), (4, 5)),
            Decision("top", 0, ("x", "y", "z"), (3, 6, 2)),
        )
    )
    draw = np.random.default_rng(5)
    a, b, c = draw.uniform(-1, 1, (3, 2, B))
    for information in CONVENTIONS:
        one = solve_play(shared, numbers_of(shared, [a, b, c], 0.4), information, 2, B)
        two = solve_play(twice, numbers_of(twice, [a, b, c, None, a, b], 0.4), information, 2, B)
        assert np.array_equal(one.values, two.values)
        for outcome in range(3):
            assert one.outcomes[outcome] == pytest.approx(two.outcomes[outcome], abs=1e-15)
        assert float(one.outcomes[0].max()) > 0.1


def test_a_node_that_nothing_leads_to_changes_nothing() -> None:
    play = Play((Ending(0), Ending(1), Ending(2), Decision("d", 0, ("a", "b"), (0, 1))))
    plain = Play((Ending(0), Ending(1), Decision("d", 0, ("a", "b"), (0, 1))))
    a, b, c = np.random.default_rng(6).uniform(-1, 1, (3, 2, B))
    one = solve_play(play, numbers_of(play, [a, b, c], 0.4), "agent_error", 2, B)
    two = solve_play(plain, numbers_of(plain, [a, b], 0.4), "agent_error", 2, B)
    assert set(one.outcomes) == {0, 1}
    assert np.array_equal(one.values, two.values)


# ------------------------------------------------------------------------------------------------------ buffers


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("seed", range(10))
def test_what_was_solved_before_leaves_no_trace(seed: int, information: Information) -> None:
    game, stage, discounted = random_stage(seed)
    fresh, fresh_reached = swept(Sweep(game, stage, information, B), discounted)
    used = Sweep(game, stage, information, B)
    for shift in (3.0, -50.0):
        swept(used, discounted[::-1] * shift)
    again, again_reached = swept(used, discounted)
    assert np.array_equal(fresh[:2], again[:2])
    for before, after in zip(fresh_reached, again_reached, strict=True):
        assert all(np.array_equal(before[o], after[o]) for o in before)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("seed", range(10))
def test_keeping_every_value_changes_no_number(seed: int, information: Information) -> None:
    game, stage, discounted = random_stage(seed)
    plain, _ = swept(Sweep(game, stage, information, B), discounted)
    sweep = Sweep(game, stage, information, B, keep=True)
    kept, _ = swept(sweep, discounted)
    assert np.array_equal(plain, kept)
    for phase in (0, 1):
        play, numbers = game.plays[phase], stage.plays[phase]
        assert play is not None and numbers is not None
        for position, node in enumerate(play.nodes):
            if isinstance(node, Ending):
                lump = numbers.payoffs[position]
                expected = discounted[game.next_phase[node.outcome]] + (0.0 if lump is None else lump)
                assert np.array_equal(sweep.node_values(phase)[position], expected)


@pytest.mark.parametrize("seed", range(10))
def test_worlds_do_not_touch_each_other(seed: int) -> None:
    game, stage, discounted = random_stage(seed)
    whole, _ = swept(Sweep(game, stage, "agent_error", B), discounted)
    some = np.array([5, 0, 2])
    part, _ = swept(
        Sweep(game, stage.take(some), "agent_error", some.size), np.ascontiguousarray(discounted[..., some])
    )
    assert np.array_equal(whole[..., some], part)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("seed", range(20))
def test_fixed_phases_give_the_same(seed: int, information: Information) -> None:
    game, stage, discounted = random_stage(seed)
    for fixed in ({2}, {0, 2}, {0, 1, 2}):
        sweep = Sweep(game, stage, information, B, fixed=fixed)
        later = discounted.copy()
        for step in range(3):
            for phase in {0, 1, 2} - fixed:
                later[phase] = discounted[phase] * (1.0 - 2.0 * step)
            found, _ = swept(sweep, later)
            expected, _ = swept(Sweep(game, stage, information, B), later)
            assert np.array_equal(found, expected)


def test_what_leads_only_to_fixed_phases_is_computed_once() -> None:
    # Were it computed every time, a change of the fixed phase's values would show.
    play = Play((Ending(0), Ending(1), Decision("d", 0, ("a", "b"), (0, 1))))
    game = Game(("a", "b"), ("now", "end"), (play, None), ("x", "y"), (1, 1), 0)
    zero = np.zeros((2, 1))
    stage = Stage((zero, zero), (numbers_of(play, [column(1, 0), column(0, 1)], 0.5), None))
    sweep = Sweep(game, stage, "agent_error", B, fixed={1})
    later, first, again = np.zeros((3, 2, 2, B))
    sweep.solve(later, first)
    later[1] = 9.0
    sweep.solve(later, again)
    assert np.array_equal(first, again)
    unfixed = np.zeros((2, 2, B))
    Sweep(game, stage, "agent_error", B).solve(later, unfixed)
    assert not np.array_equal(first, unfixed)


@pytest.mark.parametrize("information", CONVENTIONS)
@pytest.mark.parametrize("seed", range(10))
def test_renewed_equals_new(seed: int, information: Information) -> None:
    game, stage, discounted = random_stage(seed)
    other = Stage(
        tuple(2.0 * flow for flow in stage.flows),
        tuple(
            None
            if play is None
            else PlayNumbers(
                tuple(None if a is None else 1.0 - a for a in play.payoffs),
                tuple(None if a is None else 3.0 * a for a in play.noise),
                tuple(
                    tuple(0.5 * a for a in each) if isinstance(node, Decision) else each[::-1]
                    for node, each in zip(tree.nodes, play.chances, strict=True)
                ),
            )
            for tree, play in ((game.plays[k] or Play((Ending(0),)), stage.plays[k]) for k in range(3))
        ),
    )
    expected, reached = swept(Sweep(game, other, information, B), discounted)
    sweep = Sweep(game, stage, information, B, fixed={2})
    before, _ = swept(sweep, discounted)
    sweep.renew(other)
    after, after_reached = swept(sweep, discounted)
    assert np.array_equal(expected, after)
    assert not np.array_equal(before[0], after[0])
    for a, b in zip(reached, after_reached, strict=True):
        assert all(np.array_equal(a[o], b[o]) for o in a)


def test_numbers_for_other_phases_are_refused() -> None:
    game, stage, _ = random_stage(1)
    with pytest.raises(ValueError, match="numbers are needed for the phases with a play"):
        Sweep(game, Stage(stage.flows, (stage.plays[0], None, None)), "agent_error", B)
    with pytest.raises(ValueError, match="nothing is played"):
        Sweep(game, stage, "agent_error", B).moves(2)


def test_taking_worlds_leaves_what_all_share() -> None:
    _, stage, _ = random_stage(2)
    taken = stage.take(np.array([3, 3, 1]))
    for before, after in zip(stage.flows, taken.flows, strict=True):
        if before.shape[1] == 1:
            assert after is before
        else:
            assert np.array_equal(after, before[:, [3, 3, 1]])
    assert {flow.shape[1] for flow in stage.flows} == {1, B}, "the example should hold both kinds"
