"""References, and formats that are written and not read: GraphML and PROV-JSON."""

from dataclasses import replace

import pytest
from tests.dossier.exchange.full_dossier import full

from backstop.base.faults import InvalidInput
from backstop.dossier.exchange.network import graphml
from backstop.dossier.exchange.prov import prov_json
from backstop.dossier.exchange.ris import read_ris, ris


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


def test_references_come_back_and_fill_what_is_open():
    dossier = full()
    assert read_ris(ris(dossier), "x", dossier).dossier.sources == dict(dossier.sources)
    bare = {
        n: s.model_copy(update={"title": "", "outlet": "", "byline": ""}) for n, s in dossier.sources.items()
    }
    found = read_ris(ris(dossier), "x", replace(dossier, sources=bare))
    assert found.dossier.sources["a"].outlet == dossier.sources["a"].outlet
    assert found.taken["references"] == len(dossier.sources)


def test_references_replace_nothing_unasked():
    dossier = full()
    (first, *_) = dossier.sources.values()
    text = f"TY  - NEWS\nID  - {first.id}\nTI  - Another\nT2  - Gazette\nDA  - 2025/02/30\nER  - \n"
    text += "TY  - NEWS\nTI  - Of nobody\nER  - \n"
    ours = replace(dossier, sources={first.id: first.model_copy(update={"outlet": "Wire"})})
    found = read_ris(text, "x", ours)
    assert found.dossier.sources[first.id].outlet == "Wire"
    assert any('outlet is "Wire" here, "Gazette" there' in conflict for conflict in found.conflicts)
    assert [one.why for one in found.left_out] == ["Of nobody: no source has its id, address or text"]
    assert read_ris(text, "x", ours, "theirs").dossier.sources[first.id].outlet == "Gazette"


@pytest.mark.parametrize("text", ["", "no reference", "TY  - NEWS"])
def test_files_without_a_reference_are_refused(text):
    with pytest.raises(InvalidInput):
        read_ris(text, "x", full())
