import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from tests.report.conftest import material_of
from tests.support import report_studies

from backstop.base.faults import InvalidInput
from backstop.base.table import Table
from backstop.report.content import Block, Code, Entry, Figure, Items, Paragraph, Report
from backstop.report.material.gathering import Material
from backstop.report.render.figures import SCRIPT
from backstop.report.render.html import html, script_hash
from backstop.report.render.json import as_json
from backstop.report.render.markdown import escaped, markdown
from backstop.report.sections.whole import written


class Page(HTMLParser):
    """What a reader of a page meets: tags with their attributes, and the text outside of pictures."""

    VOID = frozenset({"meta", "img", "br", "hr", "link", "input"})

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if not {"svg", "style", "script"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _texts(block: Block) -> Iterator[str]:
    """Every text a block shows."""
    match block:
        case Paragraph():
            yield block.text
        case Items():
            yield from block.items
        case Entry():
            yield from (block.title, block.mark, block.text)
            for line in block.lines:
                yield from line
        case Code():
            yield from (block.text, block.label)
        case Figure():
            yield from (block.title, block.definition, block.source, block.note)
            if block.table is not None:
                yield from _texts(block.table)
        case Table():
            yield from (block.title, *block.columns, block.note)
            for row in block.rows:
                yield from row


def _all_texts(report: Report) -> list[str]:
    found = [report.title, report.question, *report.facts, *report.left_out]
    for section in report.sections:
        found.append(section.title)
        for block in section.blocks:
            found += _texts(block)
    return [" ".join(text.split()) for text in found if text.strip()]


@pytest.fixture(scope="module")
def page(small_report: Report) -> Page:
    return Page(html(small_report))


def test_every_text_is_in_all_three_forms(small_report: Report, page: Page) -> None:
    words, object_ = page.text, as_json(small_report)
    lines = markdown(small_report).replace("\\", "")
    flat = repr(object_)
    texts = _all_texts(small_report)
    assert len(texts) > 200
    for text in texts:
        assert text in words, f"not in HTML: {text}"
        assert " ".join(escaped(text).replace("\\", "").split()) in " ".join(lines.split()), (
            f"not in Markdown: {text}"
        )
        assert repr(text)[1:-1] in flat or text in flat, f"not in JSON: {text}"


def test_the_answer_comes_first_and_in_natural_frequencies(small_report: Report) -> None:
    first = small_report.sections[0]
    assert first.name == "answer"
    lead = first.blocks[0]
    assert isinstance(lead, Paragraph)
    assert re.search(r"(of 100|of 1,000|no|all) (worlds?|cases?)\b", lead.text), lead.text


def test_the_page_is_well_formed_and_self_contained(small_report: Report, page: Page) -> None:
    assert page.open == []
    kinds = {tag for tag, _ in page.tags}
    assert not kinds & {"iframe", "object", "embed", "link", "base", "form", "img", "foreignobject"}
    assert len(page.tags) > 500
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            if name in ("href", "src", "xlink:href", "action"):
                held = "data:text/csv;charset=utf-8,"
                saved = tag == "a" and "download" in attributes and (value or "").startswith(held)
                assert saved or (value or "").startswith("#"), (tag, name, value)
    text = html(small_report)
    # A figure becomes an SVG or a PNG by the page's own script, which its policy knows by its hash; it allows no other.
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == [SCRIPT]
    assert "url(http" not in text and "@import" not in text and "@font-face" not in text
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'") and "http" not in policy
    assert re.findall(r"script-src ([^;]*)", policy) == [f"'sha256-{script_hash()}'"]


def test_anchors_are_unique_and_lead_somewhere(page: Page) -> None:
    names = [a["id"] for _, a in page.tags if a.get("id")]
    assert len(names) == len(set(names))
    targets = {(a["href"] or "")[1:] for t, a in page.tags if t == "a" and "download" not in a}
    assert targets <= set(names)
    labelled = {a["aria-labelledby"] for _, a in page.tags if a.get("aria-labelledby")}
    assert labelled <= set(names)


def test_the_page_can_be_read_without_seeing_it(page: Page) -> None:
    assert [a.get("lang") for t, a in page.tags if t == "html"] == ["en"]
    assert {"main", "header", "nav"} <= {t for t, _ in page.tags}
    levels = [int(t[1]) for t, _ in page.tags if re.fullmatch(r"h[1-6]", t)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    # What is kept to make a file of a picture with is no part of the page.
    pictures = [a for t, a in page.tags if t == "svg" and "drawn" in (a.get("class") or "")]
    assert pictures and all(a.get("role") == "img" and len(a.get("aria-label") or "") > 20 for a in pictures)
    tables = sum(t == "table" for t, _ in page.tags)
    assert sum(t == "caption" for t, _ in page.tags) == tables
    assert all(a.get("scope") in ("col", "row") for t, a in page.tags if t == "th")


def test_markup_in_texts_stays_text(hostile_report: Report) -> None:
    page = Page(html(hostile_report))
    assert page.open == []
    assert not {"img", "iframe"} & {tag for tag, _ in page.tags}
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert f"<script>{SCRIPT}</script>\n</body>" in html(hostile_report)
    assert "<script>alert(1)</script>&amp;" in page.text
    assert not any(name.startswith("on") for _, a in page.tags for name in a)
    lines = markdown(hostile_report)
    without_code = re.sub(r"(?<!\\)`[^`\n]*`", "", lines)
    assert not re.search(r"(?<!\\)<", without_code), "a tag is left in the Markdown"
    assert not re.search(r"(?<!\\)\]\(javascript", lines)
    assert "{{ f }}" in page.text


def test_control_characters_do_not_reach_the_page() -> None:
    report = Report("a\x1b[31mb\u202ec", "", ("x\x00y",), ())
    for text in (html(report), markdown(report)):
        assert not set(text) & {"\x1b", "\u202e", "\x00"}


def test_every_commitment_is_restated_beside_its_formula(small_report: Report) -> None:
    section = next(s for s in small_report.sections if s.name == "commitments")
    entries = {e.title: e for e in section.blocks if isinstance(e, Entry)}
    force = {label: (text, formula) for label, text, formula in entries["Force on the line"].lines}
    assert entries["Force on the line"].mark == "conditional"
    assert (
        force["In force"][0]
        == "Only in \u201cTruce in force\u201d. It is zero in \u201cTalks\u201d and \u201cWar\u201d."
    )
    assert (
        "is below 3; zero otherwise." in force["Condition"][0] and force["Condition"][1] == "when: years < 3"
    )
    assert "\u201cMost troops that can be sent\u201d" in force["Ceiling"][0]
    assert "between 10 and 40, all values alike" in force["Ceiling"][0]
    assert force["Cost"][1] == "cost: 0.5 * force * rising"
    assert force["Where"] == (
        "\u201crising\u201d is 1 plus the number of years since the start divided by 10.",
        "rising: 1 + years / 10",
    )
    automatic = entries["The guard when attacked"]
    assert automatic.mark == "automatic"
    label, words, formula = automatic.lines[0]
    assert (label, formula) == ("Fight", "bound: {fight: honour * pledge}")
    assert words.startswith(
        "With probability \u201cChance that the pledge is kept\u201d times \u201cPledge to fight\u201d"
    )


def test_claims_come_with_verdict_reading_and_formula(small: Material, small_report: Report) -> None:
    assert small.claims is not None
    section = next(s for s in small_report.sections if s.name == "cards")
    entries = [e for e in section.blocks if isinstance(e, Entry)]
    assert [e.mark for e in entries] == [r.said for r in small.claims.results.values()]
    assert all(e.lines[0][0] == "Read as" and e.lines[0][2] for e in entries)


def test_claims_stand_by_verdict_with_what_decides_them(small: Material, small_report: Report) -> None:
    assert small.claims is not None
    section = next(s for s in small_report.sections if s.name == "claims")
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    said = {result.title: result.said for result in small.claims.results.values()}
    assert {row[0]: row[1] for row in table.rows} == said
    order = ["supported", "leans true", "open", "leans false", "refuted", "moot"]
    places = [order.index(row[1]) for row in table.rows]
    assert len(places) == 3 and places == sorted(places)
    assert all(row[3] for row in table.rows)


def test_every_section_begins_with_its_finding_and_annexes_come_last(small_report: Report) -> None:
    annexes = [section.annex for section in small_report.sections]
    assert annexes == sorted(annexes) and 4 <= sum(annexes) < len(annexes)
    body = [section for section in small_report.sections if not section.annex]
    assert {"answer", "arrangements", "survival", "claims", "drivers", "judgement"} <= {s.name for s in body}
    for section in body:
        first = section.blocks[0]
        finding = first.lead if isinstance(first, Paragraph) else isinstance(first, Figure)
        # A refusal to look for something stands for its finding.
        assert finding or len(section.blocks) == 1, section.name


def test_the_source_of_all_figures_is_said_once_on_a_page(small_report: Report, page: Page) -> None:
    sources = [figure.source for figure in small_report.figures()]
    assert len(sources) > 5 and set(sources) == {small_report.source}
    assert page.text.count(small_report.source) == 1


def test_no_figure_has_more_digits_than_its_error_supports(small: Material, small_report: Report) -> None:
    errors = {
        f"{s.mean:.6f}": s.se
        for a in small.result.arrangements.values()
        for s in a.metrics.values()
        if s.mean and s.se
    }
    assert len(errors) >= 4
    shown = " ".join(_all_texts(small_report))
    for mean, se in errors.items():
        assert mean not in shown, f"{mean} is shown although its error is {se}"


def test_the_same_study_gives_the_same_report(small: Material, small_report: Report) -> None:
    assert html(written(small)) == html(small_report)


@pytest.mark.parametrize(
    "text", [report_studies.ONE_SHOT, report_studies.MONTHLY], ids=["one shot", "monthly"]
)
def test_studies_that_lack_most_things_have_reports(text: str, tmp_path: Path) -> None:
    report = written(material_of(text, tmp_path))
    page = Page(html(report))
    assert page.open == []
    assert any("No claims" in reason for reason in report.left_out)
    assert any("No accounts" in reason for reason in report.left_out)
    assert markdown(report) and as_json(report)["format"] == "backstop-report/1"


def test_a_report_leads_with_what_is_asked_for(tmp_path: Path) -> None:
    found = material_of(
        report_studies.small(), tmp_path, target="signed_soon >= 0.4", metrics=("signed_soon",), focus="bare"
    )
    first, closely = written(found).sections[:2]
    assert isinstance(first.blocks[0], Paragraph)
    assert first.blocks[0].text.startswith("Truce within two years: ")
    lead = closely.blocks[0]
    assert isinstance(lead, Paragraph)
    assert "the chance of \u201cTruce within two years\u201d is at least 0.4" in lead.text
    assert lead.text.startswith("Under \u201cBare truce\u201d")


@pytest.mark.parametrize(
    "asked", [{"metrics": ("hold",)}, {"target": "holdz > 1"}, {"target": "holds >"}, {"focus": "guardd"}]
)
def test_unknown_names_are_refused_with_the_nearest(asked: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        material_of(report_studies.small(), tmp_path, **asked)
