import pytest

from backstop.base.faults import InvalidInput
from backstop.dossier.location import dossier_folder, find_dossier, locate


def put(folder):
    """A folder that counts as a dossier."""
    folder.mkdir(parents=True)
    (folder / "dossier.yaml").write_text("format: backstop-dossier/1\n", encoding="utf-8")
    return folder


def test_a_study_and_every_file_in_it_lead_to_its_dossier(tmp_path):
    where = put(tmp_path / "dossier")
    for study in (tmp_path, tmp_path / "scenario.yaml", tmp_path / "graph.yaml", where):
        assert find_dossier(study) == where
        assert locate(study) == where


def test_the_scenario_names_the_folder(tmp_path):
    put(tmp_path / "dossier")
    where = put(tmp_path / "accounts")
    (tmp_path / "scenario.yaml").write_text("dossier: accounts\n", encoding="utf-8")
    (tmp_path / "graph.yaml").write_text("title: no dossier is named here\n", encoding="utf-8")
    for study in (tmp_path, tmp_path / "scenario.yaml", tmp_path / "graph.yaml"):
        assert find_dossier(study) == where
    (tmp_path / "variant.yaml").write_text("dossier: dossier\n", encoding="utf-8")
    assert find_dossier(tmp_path / "variant.yaml") == tmp_path / "dossier"


@pytest.mark.parametrize("named", ["/etc", "../other", "''", "[a]", "]"])
def test_a_name_that_cannot_be_one_is_passed_over(tmp_path, named):
    where = put(tmp_path / "dossier")
    (tmp_path / "scenario.yaml").write_text(f"dossier: {named}\n", encoding="utf-8")
    assert find_dossier(tmp_path) == where


def test_without_a_dossier_there_is_none(tmp_path):
    (tmp_path / "dossier").mkdir()
    assert find_dossier(tmp_path) is None
    assert dossier_folder(tmp_path, None) is None
    assert dossier_folder(tmp_path, "accounts") == tmp_path / "accounts"
    with pytest.raises(
        InvalidInput, match=r"there is no dossier here \(dossier/dossier.yaml is missing\)"
    ) as no:
        locate(tmp_path)
    assert "backstop dossier add" in no.value.faults[0].hint
    assert locate(tmp_path, create=True) == tmp_path / "dossier"
    assert locate(tmp_path / "new", create=True) == tmp_path / "new" / "dossier"
