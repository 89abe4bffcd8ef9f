import json

import pytest
from tests.dossier.building import TEXTS
from tests.dossier.exchange.full_dossier import MET, full

from backstop.base.faults import BackstopError, InvalidInput
from backstop.dossier.exchange.webannotation import annotation_page, read_annotations


def test_web_annotations():
    dossier = full()
    page = json.loads(json.dumps(annotation_page(dossier)))
    assert read_annotations(page, dossier, {}, "x", "") == dict(dossier.statements)
    selector = page["items"][0]["target"]["selector"]
    assert selector[0] == {"type": "TextPositionSelector", "start": 13, "end": 57}
    assert selector[1]["exact"] == MET
    assert all(len(item["target"]["selector"]) == 1 for item in page["items"][1:])


def test_a_web_annotation_of_another_program():
    dossier = full()
    item = {
        "id": "https://elsewhere/annotations/77",
        "type": "Annotation",
        "creator": {"name": "Eve"},
        "body": {"type": "TextualBody", "value": "They met."},
        "target": {
            "source": "a",
            "selector": {"type": "TextQuoteSelector", "exact": MET, "prefix": "report.\n"},
        },
    }
    found = read_annotations(item, dossier, TEXTS, "x", "")["77"]
    assert TEXTS["a"][found.anchor.start : found.anchor.end] == MET
    assert (found.coder, found.paraphrase) == ("Eve", "They met.")


def test_a_selector_that_another_program_moved_counts():
    dossier = full()
    page = annotation_page(dossier)
    page["items"][2]["target"]["selector"][0]["end"] -= 8
    with pytest.raises(InvalidInput, match="not at hand"):
        read_annotations(page, dossier, {}, "x", "")
    found = read_annotations(page, dossier, TEXTS, "x", "")["c1"]
    assert TEXTS["c"][found.anchor.start : found.anchor.end] == "Nobody met"


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        3,
        {"type": "Annotation"},
        {"items": [{"target": {"source": "zz", "selector": []}}]},
        [{"target": 3}],
    ],
)
def test_bad_annotations(data):
    if data == []:
        assert read_annotations(data, full(), {}, "x", "") == {}
        return
    with pytest.raises(BackstopError):
        read_annotations(data, full(), {}, "x", "")
