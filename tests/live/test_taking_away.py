"""What is taken away from a live page: the same numbers by command and by Python, pictures, data, and a citation."""

from __future__ import annotations

import csv
import io
import math
import random
import shlex
import struct
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from tests.live.opening import everything, open_study
from tests.live.pages import EXAMPLES, data_of, written
from tests.support.browser import Watch, needs_chromium
from tests.support.command import run

import backstop
from backstop.live.payload import Asked, payload
from backstop.scenario.study import load, model_of

pytestmark = needs_chromium

PARTS = ("mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se")
STATES = [
    ("korea-1953", ""),
    ("korea-1953", "&set=noise:0.123,wants_all_north:1&yours=as_it_was;treaty:0.37,us_troops:12"),
    ("ladder", "&yours=automatic;attribution:0"),
    ("ukraine-2025", "&set=held_now:0.42&yours=full_package;us_backstop:0.4,european_force:0"),
]


def text_of(page: Page, label: str) -> str:
    """What stands in a field that can be copied."""
    return page.get_by_role("textbox", name=label, exact=True).input_value()


def compared(shown: dict[str, Any], solved: dict[str, Any]) -> int:
    """How many figures of the page are those of a result; fails at the first that is not."""
    count = 0
    assert list(shown["arrangements"]) == list(solved["arrangements"])
    for key, of in shown["arrangements"].items():
        for kind in ("metrics", "values"):
            for name, figure in of[kind].items():
                for part in PARTS:
                    mine, theirs = figure[part], solved["arrangements"][key][kind][name][part]
                    assert mine == theirs, (key, kind, name, part)
                    count += 1
    return count


@pytest.mark.parametrize(("study", "state"), STATES)
def test_the_command_and_the_python_give_the_numbers_of_the_page(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: str, state: str
) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, study, f"screen=reproduce{state}")
        page.wait_for_timeout(300)
        shown = everything(page)
        command, python = text_of(page, "Command line"), text_of(page, "Python")
        citation = text_of(page, "Citation")
    monkeypatch.chdir(EXAMPLES)
    words = shlex.split(command)
    assert words[:3] == ["backstop", "assess", study]
    found = run(*words[1:])
    assert found.code == 0, found.err
    assert compared(shown, found.json) >= 200
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(python, names)  # what a reader would run
    result = names["result"]
    assert isinstance(result, backstop.Result)
    assert compared(shown, result.as_dict()) >= 200
    assert shown["set"] == found.json["set"]
    assert shown["yours"] == found.json.get("yours")
    for said in (study, "256 worlds", "seed 1", data_of(study, 256)["study"]["digest"][:12], *shown["set"]):
        assert said in citation


LEARNING = "../src/backstop/scenario/templates/learning"
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("ukraine-2025", {"camp": "wary"}),
    ("ukraine-2025", {"given": {"held_now": (0.3, 0.5)}, "set": {"noise_russia": 0.2}}),
    ("korea-1953", {"given": {"wants_all_north": 1.0}}),
    (LEARNING, {}),
]


def any_value(control: dict[str, Any], chance: random.Random) -> float:
    return float(
        chance.choice(control["values"])
        if control["values"]
        else chance.uniform(control["minimum"], control["maximum"])
    )


def any_state(data: dict[str, Any], chance: random.Random) -> str:
    """A state of a page with sliders at random, some locked, and an arrangement of one's own."""
    controls = data["controls"]
    parts = {}
    for kind, most in (("parameter", 5), ("measure", 3)):
        some = [each for each in controls if each["kind"] == kind]
        moved = chance.sample(some, min(len(some), chance.randint(1, most)))
        parts[kind] = {each["name"]: any_value(each, chance) for each in moved}
    said = {kind: ",".join(f"{n}:{v!r}" for n, v in of.items()) for kind, of in parts.items()}
    copied = chance.choice(data["arrangements"])["name"]
    locked = ",".join(list(parts["parameter"])[:2])
    return f"set={said['parameter']}&yours={copied};{said['measure']}&lock={locked}"


@pytest.mark.parametrize(("study", "asked"), ASKED)
def test_settings_at_random_of_a_study_asked_otherwise_are_had_again(
    watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: str, asked: dict[str, Any]
) -> None:
    model = model_of(load(EXAMPLES / study), **asked)
    data = payload(model, EXAMPLES / study, Asked(worlds=96))
    with watch() as seen:
        page = seen.page
        page.goto(f"{written(tmp_path, data)}#v=1&screen=reproduce&{any_state(data, random.Random(study))}")
        page.wait_for_selector("#backstop[data-compared]", state="attached")
        page.wait_for_timeout(1000)
        assert page.locator(".notice.warn").count() == 0
        shown = everything(page)
        command, python = text_of(page, "Command line"), text_of(page, "Python")
    monkeypatch.chdir((EXAMPLES / study).parent)
    found = run(*shlex.split(command)[1:])
    assert found.code == 0, found.err
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(python, names)  # what a reader would run
    assert compared(shown, found.json) == compared(shown, names["result"].as_dict()) >= 150
    assert found.json["camp"] == asked.get("camp")


def test_a_picture_is_saved_as_svg_and_png(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, "ladder")
        with page.expect_download() as found:
            page.get_by_role("button", name="Save as SVG: Violation: from").click()
        tree = ET.fromstring(Path(found.value.path()).read_text(encoding="utf-8"))
        assert found.value.suggested_filename == "ladder-by-arrangement.svg"
        texts = [element.text for element in tree.iter() if element.tag.endswith("text")]
        assert "Perfect attribution" in texts
        assert any("Backstop" in (text or "") and "seed 1" in (text or "") for text in texts) or any(
            "scenario" in (text or "") for text in texts
        )
        assert not [
            element for element in tree.iter() if "class" in element.attrib or "style" in element.attrib
        ]
        with page.expect_download() as found:
            page.get_by_role("button", name="Save as PNG: Violation: from").click()
        picture = Path(found.value.path()).read_bytes()
        assert picture.startswith(b"\x89PNG")
        width, _ = struct.unpack(">II", picture[16:24])
        assert width == 2 * math.ceil(float(tree.attrib["width"]))


def test_data_are_saved_without_rounding(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        with page.expect_download() as found:
            page.get_by_role("button", name="Save as CSV: Figures of all arrangements").click()
        rows = list(csv.DictReader(io.StringIO(Path(found.value.path()).read_text(encoding="utf-8"))))
    baseline = data_of("korea-1953", 256)["baseline"]
    assert len(rows) == sum(len(of) for of in baseline.values())
    for row in rows:
        for part in PARTS:
            value = baseline[row["arrangement"]][row["metric"]][part]
            assert (float(row[part]) if row[part] else None) == value


def test_text_that_is_copied_is_what_is_shown(watch: Watch, tmp_path: Path) -> None:
    with watch(permissions=["clipboard-read", "clipboard-write"]) as seen:
        page = open_study(seen, tmp_path, "ladder", "screen=reproduce")
        page.get_by_role("button", name="Copy Command line").click()
        page.wait_for_timeout(100)
        assert page.evaluate("navigator.clipboard.readText()") == text_of(page, "Command line")


CLIPBOARD = ["clipboard-read", "clipboard-write"]
COPIED_PICTURE = """async () => {
  const [item] = await navigator.clipboard.read();
  const picture = await createImageBitmap(await item.getType("image/png"));
  return [item.types, picture.width, picture.height];
}"""


def test_a_picture_and_its_data_are_copied(watch: Watch, tmp_path: Path) -> None:
    with watch(permissions=CLIPBOARD, viewport={"width": 1400, "height": 900}) as seen:
        page = open_study(seen, tmp_path, "korea-1953")
        status = page.locator("[role=status][aria-live=polite]")
        page.get_by_role("button", name="Copy picture: No war in twenty years: from").press("Enter")
        status.get_by_text("The picture of").wait_for()
        types, width, height = page.evaluate(COPIED_PICTURE)
        assert types == ["image/png"]
        assert width >= 1_000
        assert height >= 300
        page.get_by_role("button", name="Copy data: Figures of all arrangements").press("Enter")
        status.get_by_text("The data of").wait_for()
        rows = [row.split("\t") for row in page.evaluate("navigator.clipboard.readText()").splitlines()]
    baseline = data_of("korea-1953", 256)["baseline"]
    assert rows[0] == ["arrangement", "metric", *PARTS]
    assert len(rows) == 1 + sum(len(of) for of in baseline.values())
    for key, metric, *figures in rows[1:]:
        assert [float(each) if each else None for each in figures] == [
            baseline[key][metric][p] for p in PARTS
        ]


def test_where_copying_is_not_allowed_a_file_is_saved(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        seen.page.add_init_script(
            "Clipboard.prototype.write = Clipboard.prototype.writeText = () => Promise.reject(new Error())"
        )
        page = open_study(seen, tmp_path, "ladder")
        for what, ending in (
            ("Copy picture: Violation: from", "png"),
            ("Copy data: Violation: from", "csv"),
        ):
            with page.expect_download() as found:
                page.get_by_role("button", name=what).click()
            assert found.value.suggested_filename == f"ladder-by-arrangement.{ending}"
