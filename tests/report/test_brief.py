"""The first page: what a reader who sees nothing else must be told, and must not be told."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.report.conftest import material_of
from tests.support import report_studies

from backstop.dossier.text.word_document import word_document
from backstop.questions.study.value import lasting_metric
from backstop.report.content import Entry, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import Material, Request, gathered
from backstop.report.material.parting import leans, parting
from backstop.report.material.subject import is_bad, subject_of
from backstop.report.render.html import html
from backstop.report.render.word import docx
from backstop.report.sections.brief import page as brief
from backstop.report.sections.brief.basis import what_it_costs, who_loses
from backstop.report.sections.brief.lead import lead_of
from backstop.report.sections.whole import brief_alone
from backstop.report.tables.summary import answer_in_words, warnings
from backstop.scenario.study import load
from backstop.worlds.assessment import assess

# The rival attacks for sure where it wants to, and never where it does not.
TWO_KINDS = """\
format: backstop/1
title: Two kinds of worlds
horizon: {years: 3, period: year}
actors:
  rival: {name: Rival, discount: 0.5, noise: 0.02}
  guard: {name: Guard, discount: 0.5, noise: 0.02}
measures:
  wall: {title: Wall, by: guard, range: [0, 1], cost: 2 * wall, cost_unit: coins}
arrangements:
  bare: {title: Bare}
  walled: {title: Behind a wall, measures: {wall: 1}}
parameters:
  hostile:
    {discrete: {0: 0.5, 1: 0.5}, title: What the rival wants, low: the rival wants quiet,
     high: the rival wants the land, basis: [judgement]}
  other: {uniform: [0, 1], title: Something else, basis: [judgement]}
start: calm
phases:
  calm: {title: Calm, play: year, tone: good}
  war: {title: War, absorbing: true, tone: bad}
trees:
  year: {actor: rival, moves: {keep: kept, attack: attacked}}
outcomes:
  kept: {next: calm}
  attacked: {next: war, payoffs: {rival: hostile - 0.5 - 0.1 * wall + 0.001 * other, guard: -1}}
metrics:
  calm_3: {title: Calm lasts three years, avoid: [war]}
"""


def _texts(section: Section) -> list[str]:
    found: list[str] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            found.append(block.text)
        elif isinstance(block, Items):
            found += block.items
        elif isinstance(block, Entry):
            found += [block.title, *(text for line in block.lines for text in line)]
        elif isinstance(block, Figure):
            found += [block.title, block.definition, block.note, block.alternative]
    return found


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material_of(TWO_KINDS, tmp_path_factory.mktemp("kinds"), focus="walled")


def test_worlds_that_differ_in_kind_are_told_apart_and_not_averaged(kinds: Material) -> None:
    section = brief.section(kinds)
    texts = " ".join(_texts(section))
    assert "(plausible range 0 to 100)" in texts
    assert "The average describes few sets of assumptions" in texts
    assert "One assumption decides more of the difference between sets of assumptions" in texts
    assert "What is compared “Behind a wall”: Wall. “Bare”: nothing is promised." in texts
    assert " than any other does, \u201cWhat the rival wants\u201d" in texts
    (halves,) = [block for block in section.blocks if isinstance(block, Items)]
    assert [item.split(" (")[0] for item in halves.items] == [
        "Where the rival wants quiet",
        "Where the rival wants the land",
    ]
    quiet, land = halves.items
    assert re.search(r"in (all|more than 99 of 100) cases", quiet)
    assert re.search(r"in (no case|fewer than 1 of 1,?000? cases|fewer than 1 of 100 cases)", land)
    (picture,) = [block for block in section.blocks if isinstance(block, Figure)]
    assert "Where the rival wants quiet" in picture.title
    assert "where the rival wants the land" in picture.title


def test_what_is_promised_is_said_with_levels_below_the_top(tmp_path: Path) -> None:
    half = TWO_KINDS.replace("range: [0, 1], cost", "unit: metres, range: [0, 4], cost").replace(
        "{wall: 1}", "{wall: 1.5}"
    )
    texts = " ".join(_texts(brief.section(material_of(half, tmp_path, focus="walled"))))
    assert "“Behind a wall”: Wall (1.5 of up to 4 metres). “Bare”: nothing is promised." in texts
    spelt = half.replace("unit: metres", "unit: 0 = none")
    texts = " ".join(_texts(brief.section(material_of(spelt, tmp_path, focus="walled"))))
    assert "“Behind a wall”: Wall (1.5 of up to 4). " in texts


def test_the_assumption_that_parts_is_the_one_that_explains_most(kinds: Material) -> None:
    result = kinds.result
    cut = parting(result, [result.arrangements["bare"].samples["calm_3"]])
    assert cut is not None
    assert (cut.name, cut.low.words, cut.high.words) == (
        "hostile",
        "the rival wants quiet",
        "the rival wants the land",
    )
    values = np.asarray(result.parameters["hostile"])
    assert np.array_equal(cut.low.inside, values == 0)
    assert cut.low.share == pytest.approx(np.mean(values == 0))
    # All of the variance, up to the little that noise and the other assumption leave.
    assert cut.explained > 0.99
    (lean,) = leans(result, result.arrangements["bare"].samples["calm_3"])
    assert (lean.name, lean.low, lean.high) == ("hostile", cut.low.words, cut.high.words)
    assert lean.size > 0.95


def test_who_loses_is_counted_world_by_world(kinds: Material) -> None:
    lead = lead_of(kinds)
    one, two = (kinds.result.arrangements[name].value_samples["rival"] for name in lead.named)
    words = who_loses(kinds, lead)
    worse = float(np.mean(one < two - 1e-9))
    assert lead.named == ("walled", "bare")
    assert f"Rival in {round(100 * worse)} of 100" in words


def test_the_brief_of_a_small_study_says_all_that_it_must(small: Material) -> None:
    section = brief.section(small)
    (entry,) = [block for block in section.blocks if isinstance(block, Entry)]
    told = {label: text for label, text, _ in entry.lines}
    assert {"It hangs on", "Who loses", "What is judgement", "Form of the model", "Set by hand"} <= set(told)
    assert told["What is judgement"].startswith("3 of 3 assumptions rest on the analyst's own judgement")
    assert "if all actors err half as much" in told["Form of the model"]
    assert told["Set by hand"].startswith("Nothing")
    lead = section.blocks[0]
    assert isinstance(lead, Paragraph) and lead.lead
    assert re.search(
        r"of 100 cases under \u201c.*\u201d \(plausible range (about )?\d+ to \d+\), against", lead.text
    )


def test_no_term_of_the_model_and_no_name_of_the_file_is_in_the_brief(small: Material) -> None:
    for text in _texts(brief.section(small)):
        for word in ("agent_error", "private_payoffs", "seed", "holds_2", "signed_soon", "quantile", "prior"):
            assert word not in text, text
    # They stand at the foot.
    assert "agent_error" in html(brief_alone(small))


def test_less_of_what_is_bad_is_better(tmp_path: Path) -> None:
    text = TWO_KINDS.replace(
        "calm_3: {title: Calm lasts three years, avoid: [war]}", "war_3: {title: War, reach: [war]}"
    )
    found = material_of(text.replace("0.1 * wall", "0.6 * wall"), tmp_path)
    assert is_bad(found.model.scenario, "war_3")
    assert subject_of(found.result).focus == "walled"


def test_one_world_has_no_range_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(TWO_KINDS, encoding="utf-8")
    found = gathered(load(folder), folder, Request(worlds=1, threads=1), "backstop report one")
    texts = " ".join(_texts(brief.section(found)))
    assert "One set of assumptions alone was looked at, so there is no range" in texts
    assert "plausible range" not in texts
    assert "One set of assumptions alone cannot tell." in texts
    assert html(brief_alone(found))


def test_a_word_document_says_the_same_and_describes_its_picture(small: Material) -> None:
    report = brief_alone(small)
    data = docx(report)
    text = " ".join(word_document(data, "brief.docx").text.split())
    said = _texts(report.sections[0])
    (picture,) = report.figures()
    assert len(said) > 15
    for each in said:
        if each and each != picture.alternative:
            assert " ".join(each.split()) in text, each
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        body = archive.read("word/document.xml").decode()
    assert body.count("<w:drawing>") == 1
    assert re.search(r'<wp:docPr [^>]*descr="[^"]{20,}"', body)


def test_hostile_texts_do_not_break_a_word_document(tmp_path: Path) -> None:
    found = material_of(report_studies.hostile(), tmp_path)
    text = word_document(docx(brief_alone(found)), "brief.docx").text
    assert "<script>alert(1)</script>" in text


def test_a_metric_narrowed_to_what_facts_are_does_not_lead() -> None:
    model = load(Path(__file__).resolve().parents[1] / "studies" / "promises.yaml")
    assert model.scenario.metrics["full_peace"].kind == "occupy"
    assert subject_of(assess(model, 8)).metric == "no_war"
    assert lasting_metric(model) == "no_war"


# A truce comes about only where one assumption is low, and then it is sure.
RARE = (
    TWO_KINDS.replace("start: calm", "start: talks")
    .replace("phases:\n", "phases:\n  talks: {title: Talks, play: talk}\n")
    .replace(
        "trees:\n",
        "trees:\n  talk:\n    chance:\n      signed: {probability: 'where(other < 0.25, 1, 0)', then: signed}\n"
        "      broken: {probability: otherwise, then: broken}\n",
    )
    .replace("outcomes:\n", "outcomes:\n  signed: {next: calm}\n  broken: {next: talks}\n")
    .replace("avoid: [war]}", "avoid: [war], given: {reach: [calm]}}")
)


def test_a_figure_of_few_worlds_says_in_the_headline_that_it_has_a_condition(tmp_path: Path) -> None:
    found = material_of(RARE, tmp_path, focus="walled")
    known = np.isfinite(found.result.arrangements["walled"].samples["calm_3"])
    assert 0.2 < known.mean() < 0.3
    lead, text, *_ = _texts(brief.section(found))
    assert lead.startswith("Calm lasts three years, where its condition can come about: ")
    assert text.count("There is a figure in only 25 of 100 sets of assumptions under") == 1
    assert "under \u201cBehind a wall\u201d and \u201cBare\u201d: in the others" in text
    assert "in which both have a figure" in text


def test_a_short_answer_warns_that_a_figure_is_of_few_worlds(tmp_path: Path) -> None:
    found = material_of(RARE, tmp_path, focus="walled").result
    first, *_ = warnings(found, ["calm_3"])
    assert "has a figure in only 25 of 100 worlds under" in first
    assert answer_in_words(found, "calm_3")[0].startswith(
        "\u201cCalm lasts three years\u201d, where its condition can come about: "
    )


def test_what_several_pay_together_is_not_taken_for_what_each_pays(tmp_path: Path) -> None:
    text = TWO_KINDS.replace("by: guard,", "by: [guard, rival],")
    found = material_of(text, tmp_path, focus="walled")
    assert "paid together by Guard and Rival, " in what_it_costs(found, lead_of(found))


def test_no_figure_at_all_is_said_once_and_nothing_is_built_on_it(tmp_path: Path) -> None:
    found = material_of(RARE.replace("where(other < 0.25, 1, 0)", "0"), tmp_path, focus="walled")
    lead, *texts = _texts(brief.section(found))
    assert lead == (
        "Calm lasts three years: no figure under \u201cBehind a wall\u201d or \u201cBare\u201d, because its condition "
        "cannot come about there."
    )
    text = " ".join(texts)
    assert "plausible range" not in text
    assert "There is no figure to hang on anything." in text
    assert "Instead of no figure" not in text


def test_where_the_other_arrangement_alone_has_a_figure_it_is_told(tmp_path: Path) -> None:
    text = RARE.replace("where(other < 0.25, 1, 0)", "wall")
    lead, *_ = _texts(brief.section(material_of(text, tmp_path, focus="bare")))
    assert "no figure under \u201cBare\u201d" in lead
    assert re.search(r"; in .* cases under \u201cBehind a wall\u201d", lead)


def test_pictures_side_by_side_have_one_axis(tmp_path: Path) -> None:
    text = TWO_KINDS.replace(
        "calm_3: {title: Calm lasts three years, avoid: [war]}", "calm_3: {title: Calm, duration: [calm]}"
    )
    found = material_of(text, tmp_path, focus="walled")
    (picture,) = [block for block in brief.section(found).blocks if isinstance(block, Figure)]
    assert "; where" in picture.title
    axes = {
        tuple(axis)
        for axis in re.findall(r"'domain': \[(-?[\d.]+), (-?[\d.]+)\]", str(picture.chart().to_dict()))
    }
    assert len(axes) == 1
    ((low, high),) = axes
    ends = [found.result.arrangements[name].metrics["calm_3"].q95 for name in ("bare", "walled")]
    assert float(low) < float(high) >= max(end for end in ends if end is not None)


def test_the_dark_line_is_explained_where_it_can_be_seen(tmp_path: Path, kinds: Material) -> None:
    def note(found: Material) -> str:
        (drawn,) = [block for block in brief.section(found).blocks if isinstance(block, Figure)]
        return drawn.note

    mixed = TWO_KINDS.replace("{discrete: {0: 0.5, 1: 0.5}", "{uniform: [0, 1]")
    few = material_of(mixed, tmp_path, worlds=48, focus="walled")
    assert "Dark line: where the mean may be once more worlds are looked at." in note(few)
    assert "Dot: mean." in note(kinds)
    # Where one assumption parts the answer there is next to no error on either side.
    assert "Dark line" not in note(kinds)
