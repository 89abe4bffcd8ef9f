"""Relations of the register followed to their end: whom an actor belongs to, what an object serves."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backstop.dossier.record import Register


def reached(names: Iterable[str], onward: Callable[[str], Iterable[str]]) -> set[str]:
    """The names and all that `onward` leads to from them; a circle ends.

    >>> sorted(reached(["a"], {"a": "b", "b": "ca", "c": ""}.__getitem__))
    ['a', 'b', 'c']
    """
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += onward(name)
    return found


def groups(names: Iterable[str], together: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name the one that stands for its group, the first in alphabetical order; pairs of `together` are in one.

    >>> groups("abcd", [("b", "a"), ("d", "b")])["d"]
    'a'
    """
    from scipy.cluster.hierarchy import DisjointSet

    sets = DisjointSet(names)
    for one, other in together:
        sets.add(one)
        sets.add(other)
        sets.merge(one, other)
    return {name: first for members in sets.subsets() for first in [min(members)] for name in members}


def wider_actors(names: Iterable[str], register: Register) -> set[str]:
    """The actors and all that they are part of, speak for, or hold an office of."""

    def onward(name: str) -> Iterable[str]:
        actor = register.actors.get(name)
        if actor is None:
            return ()
        return (*actor.part_of, *actor.speaks_for, *(role.body for role in actor.roles if role.body))

    return reached(names, onward)


def wider_objects(name: str, register: Register) -> set[str]:
    """The object and all that it is part of or serves."""

    def onward(at: str) -> Iterable[str]:
        term = register.objects.get(at)
        return (*term.part_of, *term.serves) if term else ()

    return reached([name], onward)


def wider_values(name: str, register: Register) -> set[str]:
    """The value and all that it is a part or case of."""
    return reached([name], lambda at: register.values[at].within if at in register.values else ())
