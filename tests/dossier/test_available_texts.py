from dataclasses import replace

import pytest
from tests.dossier.building import KEY, added
from tests.dossier.text.documents import PAGE

from backstop.base.faults import InvalidInput
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.intake import Details, arrivals, entered


def test_texts_outside_the_study_are_found_by_digest(tmp_path):
    outside = tmp_path / "mine"
    (outside / "deep").mkdir(parents=True)
    dossier = empty_dossier(KEY)
    sources, _ = added({}, outside / "deep" / "a.txt", "One.\r\nTwo \U0001f6a4.")
    (outside / "page.html").write_text(PAGE, encoding="utf-8")
    sources, _ = entered(sources, arrivals([outside / "page.html"], Details(), bytes.fromhex(KEY)))
    (outside / "deep" / "a.txt").rename(outside / "renamed.bin")
    holdings = AvailableTexts(tmp_path / "dossier", [outside])
    dossier = replace(dossier, sources=sources)
    assert holdings.current(dossier.sources["a"]) == "One.\nTwo \U0001f6a4."
    assert "lake would stay open" in holdings.current(dossier.sources["page"])
    assert AvailableTexts(tmp_path / "dossier").current(dossier.sources["a"]) is None


def test_rows_of_a_table_outside_are_found_too(tmp_path):
    table = tmp_path / "docs.csv"
    table.write_text("id,text\nr1,one\nr2,two\n", encoding="utf-8")
    sources, _ = entered({}, arrivals([table], Details(), bytes.fromhex(KEY)))
    assert AvailableTexts(tmp_path / "none", [tmp_path]).current(sources["r2"]) == "two"


def test_a_file_name_that_leaves_the_dossier_is_refused(tmp_path):
    sources, _ = added({}, tmp_path / "a.txt", "One.")
    text = sources["a"].text.model_copy(update={"file": "../../etc/passwd"})
    with pytest.raises(InvalidInput, match="outside the dossier"):
        AvailableTexts(tmp_path / "dossier").current(sources["a"].model_copy(update={"text": text}))
