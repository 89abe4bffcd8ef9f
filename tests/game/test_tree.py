import dataclasses

import pytest

from backstop.game.tree import Chance, Decision, Ending, Game, Play


def test_children_must_come_first() -> None:
    leaf = Ending(0)
    for children in ((1, 0), (2, 0), (-1, 0)):
        with pytest.raises(ValueError, match="node 1 has a child that does not come before it"):
            Play((leaf, Decision("d", 0, ("a", "b"), children)))
    with pytest.raises(ValueError, match="node 2"):
        Play((leaf, leaf, Chance("c", ("a", "b"), (0, 3)), leaf))


def test_a_node_without_branches_is_no_node() -> None:
    with pytest.raises(ValueError, match="node 1"):
        Play((Ending(0), Decision("d", 0, (), ())))
    with pytest.raises(ValueError, match="at least one node"):
        Play(())


def test_endings_are_found_by_position_and_outcome() -> None:
    play = Play(
        (Ending(4), Ending(1), Decision("d", 0, ("a", "b"), (0, 1)), Ending(4), Chance("c", ("x",), (2,)))
    )
    assert play.endings == ((0, 4), (1, 1), (3, 4))


def test_a_shared_child_is_allowed() -> None:
    leaf = Ending(0)
    play = Play((leaf, Decision("d", 0, ("a", "b"), (0, 0))))
    assert play.nodes[-1].children == (0, 0)  # type: ignore[union-attr]


def test_live_phases_are_those_with_a_play() -> None:
    play = Play((Ending(0),))
    game = Game(("a",), ("war", "truce", "peace"), (None, play, play), ("o",), ({}, {0: 0}, {0: 0}), 1)
    assert game.live == (1, 2)


def test_trees_are_frozen_values() -> None:
    leaf = Ending(0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        leaf.outcome = 1  # type: ignore[misc]
    make = lambda: Play((Ending(0), Ending(1), Decision("d", 0, ("a", "b"), (0, 1), bound=(1,))))  # noqa: E731
    assert make() == make() and hash(make()) == hash(make())
    assert make() != Play((Ending(0), Ending(1), Decision("d", 0, ("a", "b"), (0, 1))))


def going(*targets: int) -> Play:
    """A play of nature that may end in each of the outcomes."""
    leaves = tuple(Ending(o) for o in targets)
    return Play((*leaves, Chance("c", tuple("abcdef"[: len(leaves)]), tuple(range(len(leaves))))))


def test_groups_come_after_what_they_lead_to() -> None:
    # 0 talks, 1 truce with 2 its crisis, 3 war (absorbing), 4 a deal that leads back to itself alone, 5 on the way.
    plays = (going(0, 1, 5), going(1, 2, 4), going(1, 3), None, going(4), going(4, 3))
    game = Game(("a",), tuple("012345"), plays, tuple("012345"), ({o: o for o in range(6)},) * 6, 0)
    groups = game.groups()
    assert set(groups) == {(0,), (1, 2), (4,), (5,)}
    for earlier, group in enumerate(groups):
        for later in groups[earlier + 1 :]:
            assert not any(game.following(phase) & set(later) for phase in group)
