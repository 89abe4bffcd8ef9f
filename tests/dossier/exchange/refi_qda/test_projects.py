"""REFI-QDA: our own there and back, and what other programs write, by its identifiers."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.dossier.building import KEY, TEXTS
from tests.dossier.exchange.full_dossier import MET, full
from tests.dossier.exchange.projects import (
    ANN,
    BOB,
    code,
    coding,
    element,
    guid,
    project,
    selection,
    source,
)

from backstop.base.faults import BackstopError, InvalidInput
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange.entering import entered
from backstop.dossier.exchange.offsets import COUNTINGS, Counting
from backstop.dossier.exchange.refi_qda.reading import read_qdc, read_qdpx
from backstop.dossier.exchange.refi_qda.writing import texts_left_out, to_qdc, to_qdpx

TEXT = "The minister met the envoy. \nThe envoy left on Monday. He will be back.\n"


def taken(data, dossier=None, texts=None, **options):
    """A project entered into a dossier, an empty one where none is given; it must be sound afterwards."""
    found = entered(read_qdpx(data, "x"), dossier or empty_dossier(KEY), texts or {}, **options)
    assert not faults_of(found.dossier)
    return found


def said(found, text=TEXT):
    """By id: the words of each statement, its objects and its coder."""
    return {
        s.id: (text[s.anchor.start : s.anchor.end], s.objects, s.coder)
        for s in found.dossier.statements.values()
    }


def left(found):
    """What was left out, by kind."""
    return [(one.kind, one.why) for one in found.left_out]


def test_a_codebook():
    dossier = full()
    found = entered(read_qdc(to_qdc(dossier), "x"), empty_dossier(KEY), {})
    assert found.dossier.register.objects == dossier.register.objects
    root = ElementTree.fromstring(to_qdc(dossier))
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    assert root.find(".//{*}Code[@name='observers']/{*}Code") is not None


def test_a_project_of_ours_comes_back_whole():
    dossier = full()
    data = to_qdpx(dossier, TEXTS)
    assert texts_left_out(dossier, TEXTS) == ("a", "b", "c")
    assert MET.encode() not in data
    assert taken(data).dossier == replace(dossier, places={})
    inside = to_qdpx(dossier, TEXTS, all_texts=True)
    assert texts_left_out(dossier, TEXTS, all_texts=True) == ()
    assert texts_left_out(dossier, {"a": TEXTS["a"]}, all_texts=True) == ("b", "c")
    assert set(taken(inside).texts.values()) == set(TEXTS.values())
    assert to_qdpx(dossier, TEXTS) == data


def test_a_project_of_ours_in_our_dossier_changes_nothing():
    dossier = replace(full(), places={})
    found = taken(to_qdpx(dossier, TEXTS, all_texts=True), dossier, TEXTS)
    assert found.dossier == dossier
    assert (found.conflicts, found.left_out, found.other) == ([], [], 0)


def test_codes_of_one_name_stay_two():
    codes = [code(1, "Trust", code(2, "Other")), code(3, "Costs", code(4, "Other"))]
    inside = [selection(10, 0, 12, coding(2, ANN)), selection(11, 21, 26, coding(4, ANN))]
    found = taken(project(codes, [source(20, "A", *inside)], {"20.txt": TEXT}))
    objects = found.dossier.register.objects
    assert [(name, term.title, term.part_of) for name, term in objects.items()] == [
        ("trust", "Trust", ()),
        ("other", "Other", ("trust",)),
        ("costs", "Costs", ()),
        ("costs_other", "Other", ("costs",)),
    ]
    assert sorted(said(found).values()) == [
        ("The minister", ("other",), "Ann"),
        ("envoy", ("costs_other",), "Ann"),
    ]
    assert found.taken["codes"] == 4


def test_sources_of_one_name_or_one_text_stay_two():
    sources = [
        source(20, "Interview", selection(10, 0, 12, coding(1, ANN))),
        source(21, "Interview", selection(11, 0, 5, coding(1, ANN))),
        source(22, "Copy", selection(12, 0, 3, coding(1, ANN))),
    ]
    texts = {"20.txt": TEXT, "21.txt": "Other words.", "22.txt": TEXT}
    found = taken(project([code(1, "X")], sources, texts))
    assert list(found.dossier.sources) == ["Interview", "Interview-2", "Copy"]
    assert [s.source for s in found.dossier.statements.values()] == ["Interview", "Interview-2", "Copy"]
    digests = [s.text.digests.text for s in found.dossier.sources.values()]
    assert digests[0] == digests[2] != digests[1]


def test_what_is_no_passage_is_named_and_the_rest_comes_in():
    inside = [
        selection(10, 0, 12, coding(1, ANN)),
        selection(11, 20, 20, coding(1, ANN), name="empty"),
        selection(12, 27, 29, coding(1, ANN), name="blank"),
        selection(13, 60, 500, coding(1, ANN), name="beyond"),
        selection(14, 9, 3, coding(1, ANN), name="backwards"),
    ]
    found = taken(project([code(1, "X")], [source(20, "A", *inside)], {"20.txt": TEXT}))
    assert [words for words, _, _ in said(found).values()] == ["The minister"]
    assert [kind for kind, _ in left(found)] == ["selections"] * 4
    reasons = " / ".join(why for _, why in left(found))
    for word in ("empty", "blank", "only white space", "beyond its text", "which is no passage"):
        assert word in reasons
    assert found.counts == [
        "coders: 1 taken",
        "codes: 1 taken",
        "sources: 1 taken",
        "selections: 1 taken, 4 left out",
    ]


def test_every_coding_has_its_coder():
    inside = [
        selection(10, 0, 12, coding(1, ANN), coding(2, BOB)),
        selection(11, 4, 12, coding(2, BOB), user=BOB),
        selection(12, 17, 26, coding(2, BOB)),
    ]
    found = taken(project([code(1, "X"), code(2, "Y")], [source(20, "A", *inside)], {"20.txt": TEXT}))
    assert sorted(said(found).values()) == [
        ("The minister", ("x",), "Ann"),
        ("The minister", ("y",), "Bob"),
        ("minister", ("y",), "Bob"),
        ("the envoy", ("y",), "Bob"),
    ]
    coders = found.dossier.register.coders
    assert {name: coder.known_as for name, coder in coders.items()} == {
        "Ann": (f"urn:uuid:{ANN}",),
        "Bob": (f"urn:uuid:{BOB}",),
    }


def test_coders_of_one_name_stay_two():
    by_ann = source(20, "A", selection(10, 0, 12, coding(1, ANN)))
    found = taken(project([code(1, "X")], [by_ann], {"20.txt": TEXT}))
    by_bob = source(20, "A", selection(11, 0, 12, coding(1, BOB), user=BOB))
    both = taken(project([code(1, "X")], [by_bob], {"20.txt": TEXT}), found.dossier)
    assert sorted(both.dossier.register.coders) == ["Ann", "Bob"]
    users = element("Users", element("User", guid=guid(77), name="Ann"))
    by_another = source(20, "A", selection(12, 0, 12, coding(1, guid(77)), user=guid(77)))
    renamed = project([code(1, "X")], [by_another], {"20.txt": TEXT}, users)
    third = taken(renamed, both.dossier)
    assert sorted(third.dossier.register.coders) == ["Ann", "Ann (2)", "Bob"]
    assert [s.coder for s in third.dossier.statements.values()] == ["Ann", "Bob", "Ann (2)"]


def test_the_text_that_stands_for_a_pdf_is_taken_and_regions_are_counted():
    representation = element(
        "Representation",
        selection(10, 0, 12, coding(1, ANN)),
        guid=guid(31),
        plainTextPath="internal://p.txt",
    )
    region = element("PDFSelection", coding(1), guid=guid(32), page="0")
    pdf = element(
        "PDFSource", region, representation, guid=guid(30), name="Joint statement", path="internal://p.pdf"
    )
    found = taken(project([code(1, "X")], [pdf], {"p.txt": TEXT, "p.pdf": b"%PDF-1.4"}))
    assert list(said(found).values()) == [("The minister", ("x",), "Ann")]
    assert [kind for kind, _ in left(found)] == ["page regions"]


def test_a_source_without_any_text_is_named():
    picture = element("PictureSource", guid=guid(30), name="Map", path="internal://map.png")
    found = taken(project([code(1, "X")], [picture], {}))
    assert left(found) == [("sources", "Map: it has no text")]


LINES = "\u201cOne\u201d.\r\nTwo \U0001f6a4 gates.\r\n"


@pytest.mark.parametrize(
    ("start", "end", "way"),
    [
        (13, 18, Counting(crlf=False)),
        (14, 19, Counting()),
        (15, 20, Counting(utf16=True)),
    ],
)
def test_positions_are_read_as_they_were_counted(start, end, way):
    data = project(
        [code(1, "Gate")], [source(20, "A", selection(10, start, end, coding(1, ANN)))], {"20.txt": LINES}
    )
    found = taken(data)
    text = next(iter(found.texts.values()))
    assert [words for words, _, _ in said(found, text).values()] == ["gates"]
    assert any(f"read as {way}:" in note for note in found.notes)
    forced = read_qdpx(data, "x", [way])
    assert [(p.start, p.end) for p in forced.passages] == [(13, 18)]


def test_nothing_is_said_of_counting_where_it_makes_no_difference():
    data = project([code(1, "X")], [source(20, "A", selection(10, 0, 12, coding(1, ANN)))], {"20.txt": TEXT})
    assert taken(data).notes == []


def test_guids_count_whole_and_without_regard_to_case_and_braces():
    one, two = "37323865-0000-4000-8000-000000000001", "37323865-0000-4000-8000-000000000002"
    inside = [
        selection(one, 0, 12, coding(1, ANN)),
        selection("{" + two.upper() + "}", 17, 26, coding(1, ANN)),
    ]
    data = project([code(1, "X")], [source(20, "A", *inside)], {"20.txt": TEXT})
    found = taken(data)
    assert len(found.dossier.statements) == 2
    assert {n for s in found.dossier.statements.values() for n in s.known_as} == {
        f"urn:uuid:{one}",
        f"urn:uuid:{two}",
    }
    other = "{" + one.upper() + "}"
    inside = [selection(other, 0, 12, coding(1, ANN)), selection(two, 17, 26, coding(1, ANN))]
    again = project([code(1, "X")], [source(20, "A", *inside)], {"20.txt": TEXT})
    assert taken(again, found.dossier).dossier == found.dossier


def test_memos_become_notes():
    linked = selection(10, 0, 12, coding(1, ANN), f'<NoteRef targetGUID="{guid(40)}"/>')
    notes = element(
        "Notes",
        element("Note", element("PlainTextContent", "Important memo"), guid=guid(40), name="memo"),
        element("Note", element("PlainTextContent", "Of the project"), guid=guid(41), name="memo"),
    )
    found = taken(project([code(1, "X")], [source(20, "A", linked)], {"20.txt": TEXT}, notes))
    assert [s.note for s in found.dossier.statements.values()] == ["Important memo"]
    assert [kind for kind, _ in left(found)] == ["memos"]


def test_one_missing_text_leaves_the_other():
    sources = [
        source(20, "A", selection(10, 0, 12, coding(1, ANN))),
        source(21, "B", selection(11, 0, 12, coding(1, ANN)), path="internal://gone.txt"),
    ]
    found = taken(project([code(1, "X")], sources, {"20.txt": TEXT}))
    assert list(found.dossier.sources) == ["A"]
    assert [kind for kind, _ in left(found)] == ["sources", "selections"]
    assert "B: its text is not in the file" in left(found)[0][1]


def test_a_text_in_no_known_encoding_leaves_the_others():
    sources = [
        source(20, "A", selection(10, 0, 12, coding(1, ANN))),
        source(21, "B", selection(11, 0, 3, coding(1, ANN))),
    ]
    found = taken(project([code(1, "X")], sources, {"20.txt": TEXT, "21.txt": b"caf\xe9 society"}))
    assert list(found.dossier.sources) == ["A"]
    assert any("is not utf-8" in why for _, why in left(found))


def test_our_word_in_a_description_is_a_word():
    described = element(
        "Code",
        element("Description", "backstop: the insurance arrangement for the Irish border"),
        guid=guid(1),
        name="Irish border",
    )
    found = taken(
        project([described], [source(20, "A", selection(10, 0, 12, coding(1, ANN)))], {"20.txt": TEXT})
    )
    term = found.dossier.register.objects["irish_border"]
    assert term.note == "backstop: the insurance arrangement for the Irish border"


def test_the_name_of_a_selection_that_repeats_its_passage_is_not_kept():
    inside = [
        selection(10, 0, 12, coding(1, ANN), name="The minister"),
        selection(11, 17, 26, coding(1, ANN), name="Envoy seen again"),
    ]
    found = taken(project([code(1, "X")], [source(20, "A", *inside)], {"20.txt": TEXT}))
    assert [s.paraphrase for s in found.dossier.statements.values()] == [
        "(not yet coded)",
        "Envoy seen again",
    ]


def test_a_second_import_changes_nothing_and_hand_coding_stays():
    marked = selection(10, 0, 12, coding(1, ANN), name="they meet")
    data = project([code(1, "X")], [source(20, "A", marked)], {"20.txt": TEXT})
    first = taken(data)
    assert taken(data, first.dossier).dossier == first.dossier
    (name,) = first.dossier.statements
    coded = first.dossier.statements[name].model_copy(
        update={"paraphrase": "He met her.", "type": "assessment"}
    )
    dossier = replace(first.dossier, statements={name: coded})
    again = taken(data, dossier)
    assert again.dossier == dossier
    assert again.other == 1
    assert again.conflicts == []


def test_what_both_changed_is_a_conflict():
    def of(*targets):
        codings = [coding(target, ANN) for target in targets]
        codes = [code(n, f"C{n}") for n in (1, 2, 3)]
        return project(codes, [source(20, "A", selection(10, 0, 12, *codings))], {"20.txt": TEXT})

    first = taken(of(1))
    (name,) = first.dossier.statements
    assert taken(of(1, 2), first.dossier).dossier.statements[name].objects == ("c1", "c2")
    ours = first.dossier.statements[name].model_copy(update={"objects": ("c3",)})
    dossier = replace(first.dossier, statements={name: ours})
    found = taken(of(1, 2), dossier)
    assert found.dossier.statements[name].objects == ("c3",)
    assert found.conflicts == [f"statement {name}: objects is c3 here, c1, c2 there"]
    theirs = taken(of(1, 2), dossier, side="theirs")
    assert theirs.dossier.statements[name].objects == ("c1", "c2")
    assert theirs.conflicts == []
    kept = taken(of(1, 2), dossier, side="ours")
    assert kept.dossier.statements[name].objects == ("c3",)
    assert kept.conflicts == []


def changed(data, change):
    """A project of ours after another program has changed its XML."""
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as was, zipfile.ZipFile(out, "w") as now:
        for name in was.namelist():
            content = was.read(name)
            now.writestr(name, change(content.decode()) if name.endswith(".qde") else content)
    return out.getvalue()


def ours():
    dossier = replace(full(), places={})
    return dossier, to_qdpx(dossier, TEXTS, all_texts=True)


def test_what_another_program_adds_to_ours_comes_in():
    dossier, data = ours()
    added = selection(50, 0, 4, coding(60, ANN))
    found = taken(
        changed(
            data,
            lambda xml: xml.replace("</Codes>", code(60, "place") + "</Codes>", 1).replace(
                "</TextSource>", added + "</TextSource>", 1
            ),
        ),
        dossier,
        TEXTS,
    )
    new = set(found.dossier.statements) - set(dossier.statements)
    assert len(new) == 1
    assert found.dossier.statements[new.pop()].objects == ("place",)
    for name, statement in dossier.statements.items():
        assert found.dossier.statements[name] == statement


def test_a_selection_that_another_program_moved_is_moved():
    dossier, data = ours()
    anchor = dossier.statements["a1"].anchor
    end = anchor.end - len(" on Monday")
    was, now = (f'endPosition="{position}"' for position in (anchor.end, end))
    found = taken(changed(data, lambda xml: xml.replace(was, now, 1)), dossier, TEXTS)
    moved = found.dossier.statements["a1"]
    assert TEXTS["a"][moved.anchor.start : moved.anchor.end] == MET.removesuffix(" on Monday")
    assert moved.slots == dossier.statements["a1"].slots


def test_without_our_descriptions_what_we_know_more_of_stays():
    dossier, data = ours()
    bare = changed(data, lambda xml: re.sub(r"<Description>.*?</Description>", "", xml, flags=re.DOTALL))
    found = taken(bare, dossier, TEXTS)
    assert found.dossier == dossier
    assert found.conflicts == []


def test_a_code_that_another_program_renamed_has_its_new_title():
    dossier, data = ours()
    found = taken(
        changed(data, lambda xml: xml.replace('name="observers"', 'name="monitors"')), dossier, TEXTS
    )
    assert found.dossier.register.objects["observers"].title == "monitors"
    titled = dossier.register.objects["observers"].model_copy(update={"title": "watchers"})
    register = dossier.register.model_copy(
        update={"objects": {**dossier.register.objects, "observers": titled}}
    )
    both = taken(
        changed(data, lambda xml: xml.replace('name="observers"', 'name="monitors"')),
        replace(dossier, register=register),
        TEXTS,
    )
    assert both.dossier.register.objects["observers"].title == "watchers"
    assert both.conflicts == ['object observers: title is "watchers" here, "monitors" there']


def test_a_project_of_the_size_of_real_ones_keeps_everything():
    codes = [code(1000 + n, f"Code {n % 200}") for n in range(660)]
    body = "First line of it.\r\nThe minister met the envoy.\r\nThe envoy left.\r\n"
    texts, sources, number = {}, [], 0
    for k in range(47):
        inside = []
        for _ in range(12 if k < 35 else 11):
            start = body.index("The envoy left")
            inside.append(selection(50_000 + number, start, start + 14, coding(1000 + number, ANN)))
            number += 1
        sources.append(source(2000 + k, f"Paper {k % 9}", *inside))
        texts[f"{2000 + k}.txt"] = body if k % 3 else body + str(k)
    assert number == 552
    found = taken(project(codes, sources, texts))
    assert (found.taken["codes"], found.taken["sources"], found.taken["selections"]) == (660, 47, 552)
    assert len(found.dossier.register.objects) == 660
    assert len(found.dossier.sources) == 47
    assert len(found.dossier.statements) == 552
    anchors = [s.anchor for s in found.dossier.statements.values()]
    words = {found.texts[anchor.text][anchor.start : anchor.end] for anchor in anchors}
    assert words == {"The envoy left"}
    assert len({s.objects for s in found.dossier.statements.values()}) == 552


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><CodeBook><Codes/></CodeBook>",
        b"<CodeBook/>",
        b"\xff\xfe",
    ],
)
def test_bad_codebooks(data):
    with pytest.raises(InvalidInput):
        read_qdc(data, "x")


def test_an_archive_without_a_project_is_refused():
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(BackstopError, match=r"no project\.qde"):
        read_qdpx(out.getvalue(), "x", COUNTINGS)
