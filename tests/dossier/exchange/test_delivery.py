"""Documents delivered: where their texts are kept, and what happens to statements on an older version."""

from __future__ import annotations

from pathlib import Path

from tests.dossier.building import TEXTS, small, statement, written

from backstop.dossier import store
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.exchange.delivery import delivered
from backstop.dossier.intake import Arrival, Details, arrival
from backstop.dossier.text.extraction import extract


def document(name: str, text: str, key: bytes, **details: object) -> Arrival:
    data = text.encode()
    return arrival(extract(data, name), data, name, "text/plain", Details(**details), key)  # type: ignore[arg-type]


def snapshot(folder: Path) -> store.Snapshot:
    return store.read(written(small([statement("a1", "a", "met both sides in Vienna")]), folder))


def test_a_text_that_lies_in_no_folder_is_kept_out_of_version_control(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    new = document("news.txt", "Fresh news of the lake.\n", before.dossier.key)
    found = delivered(before, [new], keep=True)
    after = store.write(before, found.dossier, found.beside, found.elsewhere)
    assert found.happened == (("news", "added"),)
    assert (after.folder / "private-texts" / ".gitignore").read_text() == "*\n"
    assert AvailableTexts(after.folder).current(after.dossier.sources["news"]) == new.text


def test_a_text_that_may_travel_is_kept_in_the_dossier(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    new = document("news.txt", "Fresh news of the lake.\n", before.dossier.key, may_travel=True)
    found = delivered(before, [new], keep=True)
    after = store.write(before, found.dossier, found.beside)
    assert not (after.folder / "private-texts").exists()
    assert (after.folder / after.dossier.sources["news"].text.file).read_text() == new.text


def test_a_newer_version_holds_what_no_longer_stands(tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    changed = TEXTS["a"].replace("both sides in Vienna", "one side in Bern")
    newer = document("a.txt", changed, before.dossier.key)
    found = delivered(before, [newer], replaces="a", keep=True)
    assert found.happened == (("a", "new version"),)
    assert [one.statement.id for one in found.outcomes] == ["a1"]
    assert found.dossier.statements["a1"].held is not None
    same = document("a.txt", "A line.\n" + TEXTS["a"], before.dossier.key)
    moved = delivered(before, [same], replaces="a", keep=True)
    assert moved.dossier.statements["a1"].held is None
    assert moved.dossier.statements["a1"].anchor.start == before.dossier.statements["a1"].anchor.start + 8
