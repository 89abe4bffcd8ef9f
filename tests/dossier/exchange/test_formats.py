"""Every format there and back on the Ukraine dossier."""

from dataclasses import replace

import pytest
from tests.dossier.building import UKRAINE

from backstop.dossier import store
from backstop.dossier.available_texts import AvailableTexts
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
