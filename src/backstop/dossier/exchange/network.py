"""The discourse network: which actors speak for or against which objects, as GraphML (Leifeld 2017, bipartite form)."""

from __future__ import annotations

import io
import re
from collections import defaultdict

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET
from backstop.dossier.text.xml_text import harmless_xml

_UNSAFE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def graphml(dossier: Dossier) -> bytes:
    """Actors and objects as nodes; an edge for each pair says how often for, against and neutral, in which statements.

    Statements in the outlets' own voice and commentary of low value are left out.
    """
    import networkx

    graph = networkx.Graph()
    ties: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: {"+": [], "-": [], "0": []})
    for statement in dossier.substantive:
        if statement.actor != OUTLET:
            for about in statement.objects:
                ties[statement.actor, about][statement.stance].append(statement.id)
    for (actor, about), by_stance in ties.items():
        entry = dossier.register.actors[actor]
        graph.add_node(f"actor:{actor}", label=_safe(entry.name), part="actor", kind=entry.kind)
        graph.add_node(
            f"object:{about}", label=_safe(dossier.register.objects[about].title), part="object", kind=""
        )
        ids = [i for stance in "+-0" for i in by_stance[stance]]
        graph.add_edge(
            f"actor:{actor}",
            f"object:{about}",
            weight=len(ids),
            favour=len(by_stance["+"]),
            against=len(by_stance["-"]),
            neutral=len(by_stance["0"]),
            net=len(by_stance["+"]) - len(by_stance["-"]),
            statements=_safe("; ".join(ids)),
        )
    out = io.BytesIO()
    networkx.write_graphml_xml(graph, out, encoding="utf-8", prettyprint=True)
    return harmless_xml(out.getvalue())


def _safe(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _UNSAFE.sub("\ufffd", text)
