"""Formats that are written and not read: GraphML, PROV-JSON and RIS."""

from dataclasses import replace

import pytest
from tests.dossier.exchange.full_dossier import full

from backstop.dossier.exchange.network import graphml
from backstop.dossier.exchange.prov import prov_json
from backstop.dossier.exchange.ris import ris


def test_graphml_has_actors_and_objects():
    import io

    import networkx

    dossier = full()
    counting = replace(
        dossier,
        statements={n: s.model_copy(update={"value": "normal"}) for n, s in dossier.statements.items()},
    )
    graph = networkx.read_graphml(io.BytesIO(graphml(counting)))
    edge = graph.edges["actor:envoy", "object:observers"]
    assert (edge["weight"], edge["against"], edge["net"], edge["statements"]) == (1, 1, -1, "a1")
    assert graph.nodes["actor:envoy"]["part"] == "actor"


def test_prov_json_is_read_by_its_library():
    prov = pytest.importorskip("prov.model")
    document = prov.ProvDocument.deserialize(content=prov_json(full()), format="json")
    text = document.get_provn()
    assert "statement_a1" in text
    assert "Quotation" in text
    assert "wasAttributedTo" in text


def test_ris_is_read_by_its_library():
    rispy = pytest.importorskip("rispy")
    dossier = full()
    first = dossier.sources["a"].model_copy(
        update={"title": "T\nER  - x", "outlet": "Desk", "url": "https://x/y"}
    )
    entries = rispy.loads(ris(replace(dossier, sources={**dossier.sources, "a": first})))
    assert len(entries) == 3
    assert (entries[0]["title"], entries[0]["secondary_title"]) == ("T ER - x", "Desk")
