"""Trees of the game room as text in Gambit's format for extensive-form games, and random ones."""

from __future__ import annotations

import random

from backstop.game.tree import Chance, Decision, Ending, Node, Play


def efg_text(play: Play, payoffs: list[list[float] | None], chances: list[list[float]], actors: int) -> str:
    """The tree unfolded from its root. Move m of node n is called `n.m`, outcome o at leaf n `leaf n`.

    Probabilities are written as decimals; Gambit reads them exactly, so they must be short and sum to 1.
    """
    lines = ['EFG 2 R "tree" { ' + " ".join(f'"actor {a}"' for a in range(actors)) + " }"]
    counts = {"p": [0] * actors, "c": [0], "t": [0]}

    def visit(position: int) -> None:
        node = play.nodes[position]
        if isinstance(node, Ending):
            counts["t"][0] += 1
            values = ", ".join(repr(x) for x in payoffs[position] or [0.0] * actors)
            lines.append(f't "" {counts["t"][0]} "leaf {position}" {{ {values} }}')
            return
        if isinstance(node, Chance):
            counts["c"][0] += 1
            weights = chances[position]
            labels = " ".join(f'"{position}.{m}" {w!r}' for m, w in enumerate(weights))
            lines.append(f'c "" {counts["c"][0]} "" {{ {labels} }} 0')
        else:
            counts["p"][node.actor] += 1
            labels = " ".join(f'"{position}.{m}"' for m in range(len(node.moves)))
            lines.append(f'p "" {node.actor + 1} {counts["p"][node.actor]} "" {{ {labels} }} 0')
        for child in node.children:
            visit(child)

    visit(len(play.nodes) - 1)
    return "\n".join(lines) + "\n"


def random_play(rng: random.Random, actors: int, decisions: int, chance_nodes: int) -> Play:
    """A tree with 2 or 3 moves a node; every node but the endings is used once, one ending sometimes twice."""
    nodes: list[Node] = []
    open_nodes: list[int] = []
    kinds = ["decision"] * decisions + ["chance"] * chance_nodes
    rng.shuffle(kinds)
    for index, kind in enumerate(kinds):
        width = rng.choice((2, 3))
        children: list[int] = []
        while open_nodes and len(children) < width and (index == len(kinds) - 1 or rng.random() < 0.7):
            children.append(open_nodes.pop())
        while len(children) < width:
            known = [i for i, node in enumerate(nodes) if isinstance(node, Ending) and i not in children]
            if known and rng.random() < 0.2:
                children.append(rng.choice(known))
                continue
            nodes.append(Ending(sum(isinstance(node, Ending) for node in nodes)))
            children.append(len(nodes) - 1)
        rng.shuffle(children)
        labels = tuple(f"m{m}" for m in range(width))
        if kind == "chance":
            nodes.append(Chance(f"n{index}", labels, tuple(children)))
        else:
            nodes.append(Decision(f"n{index}", rng.randrange(actors), labels, tuple(children)))
        open_nodes.append(len(nodes) - 1)
    # What was left open hangs under one last move of nature, so that the tree has a single root.
    if len(open_nodes) > 1:
        labels = tuple(f"b{m}" for m in range(len(open_nodes)))
        nodes.append(Chance("root", labels, tuple(open_nodes)))
    return Play(tuple(nodes))


def random_weights(rng: random.Random, count: int) -> list[float]:
    """Probabilities in whole hundredths that sum to 1."""
    cuts = sorted(rng.sample(range(1, 100), count - 1))
    return [(b - a) / 100 for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
