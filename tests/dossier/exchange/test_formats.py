"""Every format there and back on the Ukraine dossier."""

from dataclasses import replace

import pytest
from tests.dossier.building import UKRAINE
from tests.dossier.exchange.full_dossier import full

from backstop.base.faults import InvalidInput
from backstop.dossier import store
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange.formats import Incoming, Outgoing, read_coding, written_coding


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonld", "qdpx"])
def test_the_ukraine_dossier_goes_round_by_every_way(kind, tmp_path):
    dossier = store.read(UKRAINE / "dossier").dossier
    texts = AvailableTexts(tmp_path)
    data = written_coding(kind, Outgoing(dossier, texts))
    bare = empty_dossier(dossier.register.key) if kind == "qdpx" else replace(dossier, statements={})
    found = read_coding(kind, Incoming(data, f"x.{kind}", bare, texts))
    assert found.dossier == dossier
    again = read_coding(kind, Incoming(data, f"x.{kind}", dossier, texts))
    assert again.dossier == dossier
    assert (again.conflicts, again.other, again.left_out) == ([], 0, [])


def _left(kind, found):
    return [one.why for one in found.left_out if one.kind == kind]


def test_a_row_that_names_what_is_nowhere_is_left_out_and_the_rest_comes_in(tmp_path):
    dossier = full()
    rows = written_coding("csv", Outgoing(dossier, AvailableTexts(tmp_path))).decode("utf-8-sig")
    register = dossier.register.model_copy(
        update={"actors": {name: one for name, one in dossier.register.actors.items() if name != "rebels"}}
    )
    bare = replace(dossier, register=register, statements={}, propositions={}, findings={})
    found = read_coding("csv", Incoming(rows.encode(), "x.csv", bare, AvailableTexts(tmp_path)))
    assert list(found.dossier.statements) == ["b1", "c1"]
    assert "there is no actor rebels" in _left("statements", found)[0]
    assert not faults_of(found.dossier)
    assert found.counts == ["statements: 2 taken, 1 left out"]


def test_findings_on_statements_that_are_not_there_are_left_out(tmp_path):
    dossier = full()
    outgoing = Outgoing(dossier, AvailableTexts(tmp_path), "findings")
    rows = written_coding("csv", outgoing)
    bare = replace(
        dossier,
        statements={"b1": dossier.statements["b1"], "a1": dossier.statements["a1"]},
        propositions={},
        findings={},
    )
    found = read_coding("csv", Incoming(rows, "x.csv", bare, AvailableTexts(tmp_path)))
    assert not faults_of(found.dossier)
    without = replace(bare, statements={"c1": dossier.statements["c1"]})
    with pytest.raises(InvalidInput, match="there is no statement a1"):
        read_coding("csv", Incoming(rows, "x.csv", without, AvailableTexts(tmp_path)))
