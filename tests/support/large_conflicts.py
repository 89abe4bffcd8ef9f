"""Conflicts of many states, made of options and statements of three decision makers."""

from __future__ import annotations

from backstop.graphmodel import Conflict, read


def large(options: int, way: str = "both") -> Conflict:
    """A conflict of 2 to the power of `options` states; every third option goes one `way`."""
    names = "\n".join(
        f"  o{j}: {{by: d{j * 3 // options}, direction: {way if j % 3 == 0 else 'both'}}}"
        for j in range(options)
    )
    lists = []
    for i in range(3):
        wanted = [
            f"o{(j * (i + 2) + i) % options} {'if' if j % 2 else 'iff'} o{(j + i + 1) % options}"
            for j in range(options)
        ]
        lists.append(f"  d{i}: {{statements: [{', '.join(wanted)}]}}")
    text = "format: backstop-graph/1\ntitle: Large\ndecision_makers: {d0: A, d1: B, d2: C}\n"
    return read(
        (text + f"options:\n{names}\npreferences:\n" + "\n".join(lists) + "\n").encode(), "large.yaml"
    )
