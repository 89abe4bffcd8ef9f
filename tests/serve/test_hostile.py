"""Hostile texts in every text field of a scenario and of a dossier that are served: nothing of them runs anywhere."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.dossier.building import TEXTS, proposition, small, source, statement, written
from tests.support.browser import Watch, needs_chromium
from tests.support.hostile import HOSTILE
from tests.support.serving import serving
from tests.support.small_studies import PLEDGE

from backstop.base.document import read_document
from backstop.base.faults import InvalidInput
from backstop.dossier.dossier import Dossier
from backstop.scenario.study import model_from

pytestmark = needs_chromium
OWN = ("http://127.0.0.1:", "blob:", "data:")
LONG = 60_000
# Fields of the format that hold words for people, tried wherever a mapping can have them.
WORDS = (
    "title",
    "question",
    "short",
    "unit",
    "low",
    "high",
    "note",
    "cost_unit",
    "name",
    "text",
    "source",
    "definition",
)
SHORTEST = 28
REPORT = "Hostile report.\n" + "\n".join(HOSTILE) + "\nThe end of it.\n"
CLAIMS = """
claims:
  lifts: {text: It lifts, raises: {measures: [force], metric: lasting}}
  needed: {text: It is needed, necessary: {measures: [pledge], for: lasting >= 0.5}}
"""


def hostile_scenario() -> tuple[str, int]:
    """A sound scenario with hostile texts in every field that takes words, and how many fields there are."""
    numbers = count()

    def text(short: bool) -> str:
        number = next(numbers)
        if short:
            few = [each for each in HOSTILE if len(each) <= SHORTEST]
            return few[number % len(few)]
        return " ".join(HOSTILE[number % 16 :: 16])

    def filled(value: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(value, list):
            return [filled(each, (*path, at)) for at, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        found = {key: filled(each, (*path, key)) for key, each in value.items()}
        return found | {word: text(word == "short") for word in WORDS if (*path, word) not in refused}

    data = read_document((PLEDGE.replace("S-1", "a-1") + CLAIMS).encode(), "x").data
    refused: set[tuple[Any, ...]] = set()
    names = {".".join(map(str, path)): path for path in _paths(data)}
    for _ in range(50):
        whole = json.dumps(filled(data, ()))
        try:
            model_from(whole.encode(), "x")
        except InvalidInput as error:
            before = len(refused)
            for fault in error.faults:
                head, _, last = fault.place.path.rpartition(".")
                if last in WORDS:
                    refused.add((*names.get(head, tuple(filter(None, head.split(".")))), last))
            if len(refused) == before:
                # What is wrong is in the value of a field and not the field: an expression, the name of a thing.
                raise
        else:
            return whole, sum(whole.count(f'"{word}"') for word in WORDS)
    raise AssertionError("no sound scenario was found")


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in inside for found in _paths(each, (*path, key)))]


def hostile_dossier() -> Dossier:
    """A dossier whose accounts, statements and propositions are full of hostile texts."""
    parts = [" ".join(HOSTILE[turn::8]) for turn in range(8)]
    texts = {**TEXTS, "d": REPORT}
    fields = {name: parts[at] for at, name in enumerate(("paraphrase", "note"))}
    statements = [
        statement("d-1", "d", HOSTILE[0], texts, **fields),
        statement("d-2", "d", "The end of it.", texts, **{**fields, "paraphrase": parts[3]}),
        statement("a-1", "a", "He wants 40 observers", texts, paraphrase=parts[4], note=parts[5]),
    ]
    whole = small(
        statements, [proposition("P1", {"d-1": "explicit", "a-1": "explicit"}, text=parts[6], note=parts[7])]
    )
    about = {
        "title": parts[2],
        "outlet": parts[3],
        "byline": parts[4],
        "dateline": parts[5],
        "note": parts[6],
    }
    hostile = source(
        "d", REPORT, **{k: v for k, v in about.items() if k in type(whole.sources["a"]).model_fields}
    )
    return Dossier(whole.register, {**whole.sources, "d": hostile}, whole.statements, whole.propositions)


def inert(page: Page, where: str) -> None:
    """Nothing hostile has run, and no element was made of a text."""
    assert page.evaluate("window.hostile") is None, where
    elements = "#backstop :is(script, iframe, object, embed, link, base, meta, style, img[src=x], [onerror], [onload])"
    assert page.locator(elements).count() == 0, where


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "study"
    folder.mkdir()
    text, fields = hostile_scenario()
    assert fields > 60
    scenario = json.loads(text)
    scenario["dossier"] = "dossier"
    (folder / "scenario.yaml").write_text(json.dumps(scenario, indent=1), encoding="utf-8")
    written(hostile_dossier(), folder)
    texts = folder.parent / "texts"
    texts.mkdir()
    for name, text in {**TEXTS, "d": REPORT}.items():
        (texts / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 200
    text, _ = hostile_scenario()
    values = " ".join(_texts(json.loads(text)))
    assert not [each for each in HOSTILE if each not in values]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inside for text in _texts(each)]


def test_hostile_texts_are_inert_on_every_screen(folder: Path, watch: Watch) -> None:
    with serving(folder, "--texts", folder.parent / "texts") as server, watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop[data-compared]", state="attached", timeout=LONG)
        screens = page.locator("#backstop nav a").evaluate_all(
            "all => all.map(one => one.getAttribute('href'))"
        )
        assert len(screens) >= 9
        shown = 0
        for screen in screens:
            page.locator(f"#backstop nav a[href='{screen}']").click()
            page.wait_for_timeout(400)
            inert(page, screen)
            shown += "window.hostile=1" in page.locator("#backstop main").inner_text()
        assert shown >= 5

        # The document with all of them in its text, its passages and what is said of it.
        for place in ("d", "d/d-1", "a", "a/a-1"):
            page.evaluate("at => { location.hash = `#v=1&screen=documents&at=${at}`; }", place)
            expect(page.locator("main")).to_contain_text("report", timeout=10_000)
            page.wait_for_timeout(400)
            inert(page, place)
            if place == "d":
                assert "The end of it." in page.locator("main").inner_text()

        # What a command says of them comes back as text too.
        page.get_by_role("link", name="Analyses", exact=True).click()
        for name in ("Robustness", "Claims", "More worlds", "Form of the model"):
            page.get_by_role("button", name=name, exact=True).first.click()
            page.fill("#field-worlds", "100")
            page.get_by_role("button", name="Run", exact=True).click()
        expect(page.locator(".job[data-state=done]")).to_have_count(4, timeout=2 * LONG)
        expect(page.locator(".job table:not(figure *)").first).to_be_visible()
        expect(page.locator(".job figure svg text").first).to_be_visible()
        assert page.locator(".job figure").count() >= 4
        for details in page.locator(".job details").all():
            details.locator("summary").first.click()
        inert(page, "analyses")


def test_hostile_names_come_back_as_errors_and_run_nothing(folder: Path, watch: Watch) -> None:
    with serving(folder) as server, watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop nav", timeout=LONG)
        page.get_by_role("link", name="Scenario", exact=True).click()
        page.wait_for_selector("#scenario-text")
        names = "\n".join(
            f"  {json.dumps(each)}: {{title: x, nofield: {json.dumps(each)}}}" for each in HOSTILE
        )
        page.fill("#scenario-text", f"format: backstop/1\nactors:\n{names}\n{json.dumps(HOSTILE[0])}: 1\n")
        expect(page.locator("#scenario-faults .faults li").first).to_be_visible(timeout=10_000)
        assert "hostile" in page.locator("#scenario-faults").inner_text()
        inert(page, "editor")

        # The same on the disk: the notice names them.
        file = folder / "scenario.yaml"
        sound = file.read_bytes()
        file.write_text(f"format: backstop/1\n{json.dumps(HOSTILE[0])}: 1\n", encoding="utf-8")
        expect(page.locator(".notices .faults li").first).to_be_visible(timeout=10_000)
        inert(page, "notices")
        file.write_bytes(sound)


@pytest.mark.parametrize("turn", range(4))
def test_hostile_addresses_are_inert(folder: Path, watch: Watch, turn: int) -> None:
    with serving(folder) as server, watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop nav", timeout=LONG)
        for each in HOSTILE[turn::40]:
            page.evaluate(
                "text => { location.hash = '#v=1&screen=' + text + '&set=' + text + ':1&find=' + text; }",
                each,
            )
            page.wait_for_timeout(50)
            inert(page, each)
