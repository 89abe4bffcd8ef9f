"""Web annotations as real tools write them: read, or one plain sentence each, and the rest comes in."""

import json
from dataclasses import replace

import pytest
from tests.dossier.building import KEY, source
from tests.dossier.exchange.full_dossier import MET, full

from backstop.base.faults import BackstopError
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.annotations.reading import read_annotations
from backstop.dossier.exchange.annotations.writing import annotation_page
from backstop.dossier.exchange.entering import entered
from backstop.dossier.record import Register, Term

TEXT = (
    "The minister said \u201cwe will sign\u201d.\u00a0The envoy agreed.\n"
    "The minister said nothing else \U0001f600 today. The envoy left Geneva early.\n"
    "The talks on the\ntruce resume on Friday.\n"
)
SMALL = Dossier(
    Register(key=KEY, objects={"agreement": Term(title="Agreement", aliases=("accord",))}),
    {"a": source("a", TEXT)},
)
AGREED = {"type": "TextQuoteSelector", "exact": "The envoy agreed."}


def annotation(selector=AGREED, **more):
    """An annotation on the text."""
    item = {"type": "Annotation", "id": "u/1", "body": [{"type": "TextualBody", "value": "note"}]}
    return {**item, "target": {"source": "a.txt", "selector": selector}, **more}


def position(start, end):
    return {"type": "TextPositionSelector", "start": start, "end": end}


def quote(exact, **more):
    return {"type": "TextQuoteSelector", "exact": exact, **more}


def taken(data, dossier=SMALL, name="x.jsonld", texts=None):
    coding = read_annotations(data, dossier, {"a": TEXT} if texts is None else texts, name)
    found = entered(coding, dossier, {"a": TEXT} if texts is None else texts)
    assert not faults_of(found.dossier)
    return found


def passages(found):
    """The words of the statements."""
    return [TEXT[s.anchor.start : s.anchor.end] for s in found.dossier.statements.values()]


SECOND = TEXT.index("The minister said", 5)
UTF16 = TEXT.index("The envoy left") + 1


@pytest.mark.parametrize(
    ("selector", "words"),
    [
        (AGREED, "The envoy agreed."),
        (quote('The minister said "we will sign".'), "The minister said \u201cwe will sign\u201d."),
        (quote("sign\u201d. The envoy agreed"), "sign\u201d.\u00a0The envoy agreed"),
        (quote("The talks on the truce resume"), "The talks on the\ntruce resume"),
        (quote("the talks on the\ntruce"), "The talks on the\ntruce"),
        (position(SECOND, SECOND + 12), "The minister"),
        ([quote("The minister said"), position(SECOND, SECOND + 17)], "The minister said"),
        ([quote("The minister said"), position(SECOND + 3, SECOND + 20)], "The minister said"),
        (quote("The minister said", suffix=" nothing"), "The minister said"),
        (quote("The minister said", prefix="agreed.\n"), "The minister said"),
        (position(UTF16, UTF16 + 14), "The envoy left"),
        ([quote("The envoy left"), position(UTF16, UTF16 + 14)], "The envoy left"),
        ({"type": "FragmentSelector", "value": "char=0,12"}, "The minister"),
        (
            {"type": "RangeSelector", "startSelector": quote("The envoy agreed"), "endSelector": quote(" today")},
            "The envoy agreed.\nThe minister said nothing else \U0001f600",
        ),
        (
            [{"type": "RangeSelector", "startContainer": "/div[1]", "endContainer": "/div[1]"}, AGREED],
            "The envoy agreed.",
        ),
        ({"type": "FragmentSelector", "value": "p1", "refinedBy": AGREED}, "The envoy agreed."),
    ],
)  # fmt: skip
def test_a_passage_is_found(selector, words):
    found = taken(annotation(selector))
    assert passages(found) == [words]
    assert found.left_out == []


def test_of_two_places_the_position_tells():
    first, second = (
        taken(annotation([quote("The minister said"), position(s, s + 17)])) for s in (0, SECOND)
    )
    starts = [next(iter(f.dossier.statements.values())).anchor.start for f in (first, second)]
    assert starts == [0, SECOND]


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (annotation(quote("not in the text")), "its quotation stands nowhere in the text"),
        (annotation(quote("The minister said")), "stands there 2 times, and nothing tells which"),
        (annotation(position(12, 3)), "it runs from 12 to 3, which is no passage"),
        (annotation(position(12, 3000)), "it runs from 12 to 3000, beyond the text"),
        (annotation(position("0", "12")), "its position is '0', which is no whole number"),
        (annotation(target={"source": "a.txt"}), "it is on the whole of a.txt, not on a passage"),
        (annotation(target="a.txt"), "it is on the whole of a.txt, not on a passage"),
        (
            annotation(target={"source": "b.txt", "selector": AGREED}),
            "its source b.txt is not in the dossier",
        ),
        ({"@id": "u/1", "@type": "oa:Annotation", "hasTarget": {}}, "it has no target"),
        (annotation({"type": "SvgSelector", "value": "<svg/>"}), "neither a position nor a quotation"),
        (annotation(references=["h0"]), "it is a reply to another annotation"),
        (annotation(target=3), "its target is neither a name nor an object"),
    ],
)
def test_what_cannot_be_taken_is_named_in_one_sentence_and_the_rest_comes_in(item, sentence):
    found = taken([annotation(id="u/0"), item])
    assert passages(found) == ["The envoy agreed."]
    assert len(found.left_out) == 1
    assert found.left_out[0].why.startswith("annotation u/1: ")
    assert sentence in found.left_out[0].why


@pytest.mark.parametrize(
    ("more", "paraphrase", "note", "coder", "objects"),
    [
        ({}, "note", "", "", ()),
        ({"body": [], "bodyValue": "a plain value"}, "a plain value", "", "", ()),
        ({"body": "http://example.org/n"}, "(not yet coded)", "see http://example.org/n", "", ()),
        ({"body": ["http://example.org/n", {"value": "said"}]}, "said", "see http://example.org/n", "", ()),
        ({"body": []}, "(not yet coded)", "", "", ()),
        ({"body": {"value": "Accord", "purpose": "tagging"}}, "(not yet coded)", "", "", ("agreement",)),
        ({"body": [{"value": "haste", "purpose": "tagging"}]}, "(not yet coded)", "tags: haste", "", ()),
        ({"creator": "http://orcid.org/0000"}, "note", "", "http://orcid.org/0000", ()),
        ({"creator": {"name": "Eve"}}, "note", "", "Eve", ()),
        ({"creator": {"id": "http://x/eve", "name": "Eve"}}, "note", "", "Eve", ()),
        ({"type": ["Annotation", "x"]}, "note", "", "", ()),
    ],
)
def test_what_an_annotation_says(more, paraphrase, note, coder, objects):
    (made,) = taken(annotation(**more)).dossier.statements.values()
    assert (made.paraphrase, made.note, made.coder, made.objects) == (paraphrase, note, coder, objects)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda one: one,
        lambda one: [one],
        lambda one: {"type": "AnnotationPage", "items": [one]},
        lambda one: {"type": "AnnotationCollection", "first": {"type": "AnnotationPage", "items": [one]}},
        lambda one: {"@context": "http://www.w3.org/ns/anno.jsonld", "@graph": [one]},
        lambda one: {"total": 1, "rows": [one]},
        lambda one: {"export_date": "2026-01-01", "annotations": [one]},
        lambda one: {
            "@id": one["id"],
            "@type": "oa:Annotation",
            "hasTarget": one["target"],
            "hasBody": one["body"],
        },
    ],
)
def test_every_way_to_wrap_annotations(wrapped):
    assert passages(taken(wrapped(annotation()))) == ["The envoy agreed."]


def test_hypothesis_as_its_service_and_its_client_write_it():
    row = {
        "id": "h1",
        "user": "acct:eve@hypothes.is",
        "uri": "https://news.example/a.txt",
        "created": "2026-02-01T10:00:00Z",
        "text": "my note",
        "tags": ["accord", "haste"],
        "target": [
            {
                "source": "https://news.example/a.txt",
                "selector": [
                    {"type": "RangeSelector", "startContainer": "/p[1]", "startOffset": 0, "endContainer": "/p[1]"},
                    position(0, 12),
                    quote("The minister", suffix=" said"),
                ],
            }
        ],
    }  # fmt: skip
    for file in ({"total": 1, "rows": [row]}, {"annotations": [row]}, [row]):
        (made,) = taken(file).dossier.statements.values()
        assert (made.paraphrase, made.objects, made.note) == ("my note", ("agreement",), "tags: haste")
        assert (made.coder, made.known_as, made.when) == (
            "eve@hypothes.is",
            ("hypothes.is:h1",),
            "2026-02-01T10:00:00Z",
        )


def test_recogito_names_no_source():
    older = {
        "id": "#9b",
        "type": "Annotation",
        "body": [],
        "target": {"selector": [AGREED, position(34, 51)]},
    }
    start = TEXT.index("The envoy agreed.")
    older["target"]["selector"][1] = position(start, start + 17)
    newer = {
        "id": "3f",
        "bodies": [{"purpose": "tagging", "value": "accord"}],
        "target": {
            "annotation": "3f",
            "selector": [{"quote": "The envoy agreed.", "start": start, "end": start + 17}],
            "creator": {"id": "eve", "name": "Eve"},
        },
    }
    found = taken([older, newer])
    assert passages(found) == ["The envoy agreed."] * 2
    assert [s.objects for s in found.dossier.statements.values()] == [(), ("agreement",)]
    assert [s.coder for s in found.dossier.statements.values()] == ["", "Eve"]


def test_every_target_counts():
    targets = [
        {"source": "a.txt", "selector": AGREED},
        {"source": "a.txt", "selector": quote("resume on Friday")},
    ]
    found = taken(annotation(target=targets))
    assert passages(found) == ["The envoy agreed.", "resume on Friday"]
    assert taken(annotation(target=targets), found.dossier).dossier == found.dossier


def test_a_further_page_is_named():
    found = taken({"type": "AnnotationPage", "items": [annotation()], "next": "http://x.org/page2"})
    assert [(one.kind, one.why) for one in found.left_out] == [
        ("pages", "the file goes on in http://x.org/page2, which is not in it")
    ]


def test_identifiers_count_whole_and_under_their_own_file():
    one, other = (
        annotation(id="http://x.org/anno/7/"),
        annotation(quote("resume on Friday"), id="http://y.org/anno/7/"),
    )
    assert len(taken([one, other]).dossier.statements) == 2
    found = taken(annotation(id="#3b8c"), name="/somewhere/one.jsonld")
    both = taken(annotation(quote("resume on Friday"), id="#3b8c"), found.dossier, "two.jsonld")
    assert [s.known_as for s in both.dossier.statements.values()] == [
        ("one.jsonld#3b8c",),
        ("two.jsonld#3b8c",),
    ]
    assert taken(annotation(id="#3b8c"), both.dossier, "one.jsonld").dossier == both.dossier


def test_annotations_without_ids_stay_two_and_come_in_once():
    nameless = [annotation(), annotation(quote("resume on Friday"))]
    for item in nameless:
        del item["id"]
    first = taken(nameless[0])
    both = taken(nameless[1], first.dossier)
    assert passages(both) == ["The envoy agreed.", "resume on Friday"]
    assert taken(nameless, both.dossier).dossier == both.dossier


def test_our_own_come_back_whole():
    dossier = replace(full(), places={})
    page = json.loads(json.dumps(annotation_page(dossier)))
    bare = replace(dossier, statements={})
    coding = read_annotations(page, bare, {}, "x")
    assert dict(entered(coding, bare, {}).dossier.statements) == dict(dossier.statements)
    same = entered(read_annotations(page, dossier, {}, "x"), dossier, {})
    assert same.dossier == dossier
    assert (same.conflicts, same.other, same.left_out) == ([], 0, [])
    selector = page["items"][0]["target"]["selector"]
    assert selector[0] == {"type": "TextPositionSelector", "start": 13, "end": 57}
    assert selector[1]["exact"] == MET
    assert all(len(item["target"]["selector"]) == 1 for item in page["items"][1:])
    assert len(page["items"]) > 1


def test_what_another_program_changed_in_ours_comes_in():
    from tests.dossier.building import TEXTS

    dossier = replace(full(), places={})
    page = annotation_page(dossier)
    page["items"][2]["target"]["selector"][0]["end"] -= 8
    page["items"][2]["body"][0]["value"] = "In other words."
    missing = entered(read_annotations(page, dossier, {}, "x"), dossier, {})
    assert "not at hand" in missing.left_out[0].why
    found = entered(read_annotations(page, dossier, TEXTS, "x"), dossier, TEXTS)
    made = found.dossier.statements["c1"]
    assert TEXTS["c"][made.anchor.start : made.anchor.end] == "Nobody met"
    assert made.paraphrase == "In other words."
    assert {n: s for n, s in found.dossier.statements.items() if n != "c1"} == {
        n: s for n, s in dossier.statements.items() if n != "c1"
    }


@pytest.mark.parametrize(
    "data", [{}, 3, {"type": "Annotation"}, {"type": "AnnotationCollection", "first": "http://x"}]
)
def test_files_without_an_annotation(data):
    with pytest.raises(BackstopError, match="no annotation in the file"):
        read_annotations(data, SMALL, {}, "x")


@pytest.mark.parametrize(
    "data", [[{"target": 3}], [3, None, "x"], [{"target": [None]}], {"items": [{"target": {"selector": []}}]}]
)
def test_odd_annotations_are_left_out(data):
    found = taken(data)
    assert found.dossier == SMALL
    assert len(found.left_out) == len(data if isinstance(data, list) else data["items"])


def test_many_quotations_in_a_long_text_are_found_quickly():
    import time

    text = "\n".join(
        f"Line {n} of it says \u201cword {n % 977}\u201d and no more than that." for n in range(60_000)
    )
    dossier = Dossier(Register(key=KEY), {"a": source("a", "x").model_copy(update={"id": "a"})})
    items = [annotation(quote(f'Line {n * 293} of it says "word'), id=f"u/{n}") for n in range(200)]
    began = time.process_time()
    coding = read_annotations(items, dossier, {"a": text}, "x")
    assert time.process_time() - began < 3
    assert len(coding.passages) == 200
    assert len(text) > 2_800_000
