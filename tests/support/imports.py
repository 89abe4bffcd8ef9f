"""Which module of the package imports which, read from the source: also within functions, but not for types alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import networkx


def modules(source: Path) -> dict[str, Path]:
    """The modules of the package in the folder `source` by their dotted names; a package is its `__init__`."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        steps = path.relative_to(source.parent).with_suffix("").parts
        found[".".join(steps[:-1] if steps[-1] == "__init__" else steps)] = path
    return found


def imported(tree: ast.AST, known: Mapping[str, Path]) -> Iterator[str]:
    """The modules that a module imports wherever it does so, but for what only a type checker reads."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            pending.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in known else node.module or ""
        pending.extend(ast.iter_child_nodes(node))


def sub_room(module: str, known: Mapping[str, Path]) -> str:
    """The folder inside a room that holds `module`, or the module itself where it stands in the room or above."""
    folder = ".".join(module.split(".")[:3])
    return folder if known.get(folder, Path()).name == "__init__.py" else module


def arrows(known: Mapping[str, Path]) -> networkx.DiGraph:
    """The graph of imports between the modules."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(known)
    for name, path in known.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        graph.add_edges_from(
            (name, other) for other in imported(tree, known) if other in known and other != name
        )
    return graph


def circles(graph: networkx.DiGraph) -> list[list[str]]:
    """The groups of modules or folders that import each other in a circle."""
    return sorted(sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1)
