"""Every format there and back on the Ukraine dossier."""

from tests.dossier.building import UKRAINE

from backstop.dossier import store
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange import table
from backstop.dossier.exchange.refi_export import to_qdpx
from backstop.dossier.exchange.refi_import import read_qdpx
from backstop.dossier.exchange.webannotation import annotation_page, read_annotations
from backstop.dossier.merging import joined


def test_the_ukraine_dossier_goes_round_by_every_way():
    dossier = store.read(UKRAINE / "dossier").dossier
    rows = table.from_csv(table.to_csv(table.statement_rows(dossier), table.STATEMENT_COLUMNS), "x")
    assert table.read_statements(rows, dossier, {}, "x", "") == dict(dossier.statements)
    assert read_annotations(annotation_page(dossier), dossier, {}, "x", "") == dict(dossier.statements)
    assert (
        joined(empty_dossier(dossier.register.key), read_qdpx(to_qdpx(dossier, {}), "x").dossier) == dossier
    )
