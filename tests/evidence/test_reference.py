import pytest

from backstop.base.faults import InvalidInput
from backstop.evidence.reference import read_references


def test_data_references_are_read(tmp_path):
    assert read_references(tmp_path) == {}
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "references.yaml"
    path.write_text("k: {citation: c, figure: f, grade: read}\n", encoding="utf-8")
    assert read_references(tmp_path)["k"].figure == "f"
    path.write_text("null\n", encoding="utf-8")
    assert read_references(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "k: {citation: c, figure: f, grade: sure}\n",
            "secondary or memory is expected, and this is the text 'sure'",
        ),
        ("k: {citation: c, figure: f, grad: read}\n", "did you mean grade"),
        ("- a\n", "list of keys"),
    ],
)
def test_a_faulty_reference_is_named_with_its_place(tmp_path, text, said):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "references.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=said) as caught:
        read_references(tmp_path)
    assert {fault.place.file for fault in caught.value.faults} == {str(path)}
