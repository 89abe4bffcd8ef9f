"""The dossier in a real Chromium: what an analyst does with documents, by mouse and by keys alone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.dossier.building import TEXTS, small, statement, written
from tests.support.browser import Watch, Watched, needs_chromium
from tests.support.command import run
from tests.support.lake import SCENARIO, Lake, lake
from tests.support.serving import Server, serving

from backstop.dossier import store
from backstop.dossier.coding.revision import edition, revised

pytestmark = needs_chromium
OWN = ("http://127.0.0.1:", "blob:", "data:")
AXE = Path(__file__).resolve().parents[1] / "support" / "axe" / "axe.min.js"


@contextmanager
def page_of(
    found: Lake, watch: Watch, texts: bool = True, **options: Any
) -> Iterator[tuple[Server, Watched]]:
    """A server of the study, and its page at the list of documents."""
    given = ("--texts", found.texts) if texts else ()
    with serving(found.study, *given) as server, watch(allowed=OWN, **options) as seen:
        enter(seen, server.new_link())
        yield server, seen


def enter(seen: Watched, link: str, at: str = "") -> None:
    seen.page.goto(link)
    seen.page.wait_for_selector("#backstop nav")
    show(seen.page, at)


def show(page: Page, at: str = "", screen: str = "documents") -> None:
    place = f"&at={at}" if at else ""
    page.evaluate("(hash) => { location.hash = hash; }", f"#v=1&screen={screen}{place}")
    page.wait_for_selector(f'nav a[aria-current][href="#v=1&screen={screen}"]')
    page.wait_for_selector(".document-view" if at else "#screen-title")


# Where words stand in the shown text: `at`, and `spot(offset)`, the text node of a sign and its place there.
SPOTS = """
  const view = document.querySelector(".coded-text");
  const walker = document.createTreeWalker(view, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    if (walker.currentNode.parentElement.closest("[data-skip]")) continue;
    nodes.push([text.length, walker.currentNode]);
    text += walker.currentNode.data;
  }
  const at = text.indexOf(words);
  if (at < 0) throw new Error(`no ${words}`);
  const spot = (offset) => {
    const [start, node] = nodes.filter(([from]) => from <= offset).pop();
    return [node, offset - start];
  };
"""


def mark(page: Page, words: str) -> None:
    """Mark words with the mouse, from before the first to behind the last."""
    page.wait_for_selector(".coded-text")
    box = page.evaluate(
        """(words) => {
"""
        + SPOTS
        + """
          const box = (offset) => {
            const [node, from] = spot(offset);
            const range = document.createRange();
            range.setStart(node, from);
            range.setEnd(node, from + 1);
            return range.getBoundingClientRect();
          };
          spot(at)[0].parentElement.scrollIntoView({ block: "center", behavior: "instant" });
          const first = box(at);
          const last = box(at + words.length - 1);
          return [first.left + 0.5, first.top + first.height / 2, last.right - 0.5, last.top + last.height / 2];
        }""",
        words,
    )
    page.mouse.move(box[0], box[1])
    page.mouse.down()
    page.mouse.move((box[0] + box[2]) / 2, box[3], steps=4)
    page.mouse.move(box[2], box[3], steps=4)
    page.mouse.up()


def until(page: Page, there: str, seconds: float = 30) -> None:
    """Wait until something holds of the page, whose policy lets no text be run in it that waits by itself."""
    end = time.monotonic() + seconds
    while not page.evaluate(there):
        assert time.monotonic() < end, there
        page.wait_for_timeout(50)


def fill(page: Page, paraphrase: str, kind: str = "demand") -> None:
    page.get_by_label("What it says, in your own words").fill(paraphrase)
    page.get_by_label("What kind of statement").select_option(kind)


def coded(found: Lake) -> dict[str, Any]:
    return dict(store.read(found.dossier).dossier.statements)


def passage(found: Lake, name: str) -> str:
    one = coded(found)[name]
    return TEXTS[one.source][one.anchor.start : one.anchor.end]


def test_a_passage_is_coded_with_the_mouse_and_is_there_after_a_reload(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        page.get_by_role("button", name="b", exact=True).click()
        # A sign beyond the first plane stands before these words: a script counts it as two.
        mark(page, "\u201csoon\u201d")
        page.get_by_role("button", name="Code these words").click()
        expect(page.locator(".coded-words")).to_have_text("\u201csoon\u201d")
        fill(page, "He says that it is to be soon.", "assessment")
        page.get_by_label("Who holds it").fill("The Envoy")
        about = page.get_by_label("What it is about")
        about.fill("observers")
        about.press("Enter")
        page.get_by_label("for it", exact=True).check()
        page.get_by_label("Who codes").fill("Ada")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".passage-mark[data-statement=b-1]")).to_have_text("\u201csoon\u201d")
        until(page, "location.hash.endsWith('b-1')")
        page.reload()
        expect(page.locator(".passage-mark[data-statement=b-1]")).to_have_text("\u201csoon\u201d")
        expect(page.get_by_role("article", name="Statement b-1")).to_contain_text("The Envoy")
        made = coded(found)["b-1"]
        assert passage(found, "b-1") == "\u201csoon\u201d"
        assert (made.actor, made.type, made.stance, made.coder) == ("envoy", "assessment", "+", "Ada")
        assert (made.attribution, made.objects) == ("indirect speech", ("observers",))
        answer = run("dossier", "verify", found.study, "--texts", found.texts, "--json")
        assert answer.code in (0, None)
        states = {one["statement"]: one["state"] for one in answer.json["anchors"]}
        assert states == {"a1": "exact", "a2": "exact", "b1": "exact", "b-1": "exact"}


def test_a_passage_is_coded_by_keys_alone(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page, keys = seen.page, seen.page.keyboard
        show(page, screen="answer")
        keys.press("m")
        page.wait_for_selector("table.documents")
        reach(page, "document.activeElement.textContent === 'c'")
        keys.press("Enter")
        page.wait_for_selector(".coded-text")
        reach(page, "document.activeElement.classList.contains('coded-text')")
        for _ in range(5):
            keys.press("ArrowRight")
        for _ in range(4):
            keys.press("Shift+ArrowRight")
        chosen = page.evaluate("getSelection().toString()")
        assert chosen == "anybody.The rebels refuse any".replace(".", ".\n", 1) or "rebels refuse" in chosen
        keys.press("ArrowDown")
        keys.press("ArrowUp")
        keys.press("ArrowDown")
        assert page.evaluate("getSelection().toString()") == "The rebels refuse any observer at all."
        keys.press("Enter")
        page.wait_for_selector("dialog[open]")
        assert page.evaluate("document.activeElement.id") == "coding-paraphrase"
        keys.type("They want no observer.")
        reach(page, "document.activeElement.id === 'coding-type'")
        keys.type("ref")
        reach(page, "document.activeElement.textContent === 'Save'")
        keys.press("Enter")
        page.wait_for_selector(".passage-mark[data-statement=c-1]")
        assert passage(found, "c-1") == "The rebels refuse any observer at all."
        assert coded(found)["c-1"].type == "refusal"
        expect(page.locator(".bs .away[role=status]")).to_have_count(1)


def reach(page: Page, there: str, most: int = 90) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if page.evaluate(there):
            return
        page.keyboard.press("Tab")
    raise AssertionError(
        f"not reached by Tab: {there}; at {page.evaluate('document.activeElement.outerHTML')[:200]}"
    )


def test_passages_that_overlap_can_both_be_read_and_opened(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "a")
        both = page.locator(
            ".passage-mark[data-statement=a1] .passage-mark[data-statement=a2], "
            ".passage-mark[data-statement=a2] .passage-mark[data-statement=a1]"
        )
        assert both.all_inner_texts() == ["met both sides"]
        lanes = page.evaluate(
            """['a1', 'a2'].map((id) => document.querySelector(`.passage-mark[data-statement=${id}]`))
              .map((each) => getComputedStyle(each).paddingBottom)"""
        )
        assert lanes[0] != lanes[1]
        for name in ("a1", "a2"):
            page.locator(f".passage-number[data-open={name}]").click()
            expect(page.get_by_role("article", name=f"Statement {name}")).to_be_visible()
        page.locator(".coded-text").focus()
        page.keyboard.press("n")
        expect(page.get_by_role("article", name="Statement a1")).to_be_visible()
        until(page, "location.hash.endsWith('a1')")


def test_from_a_passage_to_its_slider_and_back(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "a/a1")
        page.get_by_role("button", name="show its slider").click()
        slider = page.locator("[data-control=noise]")
        slider.wait_for()
        slider.get_by_role("button", name="rests on").click()
        page.get_by_role("button", name=re.compile("Show it among the documents.*a1")).click()
        expect(page.get_by_role("article", name="Statement a1")).to_be_visible()
        expect(page.locator(".passage-mark.is-chosen").first).to_have_text("The envoy ")


def test_two_browsers_do_not_overwrite_each_other(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (server, seen), watch(allowed=OWN) as other:
        enter(other, server.new_link(), "b/b1")
        show(seen.page, "b/b1")
        for each, words in ((seen.page, "first"), (other.page, "second")):
            each.get_by_role("button", name="Revise").click()
            each.get_by_label("What it says, in your own words").fill(words)
        seen.page.get_by_role("button", name="Save").click()
        expect(seen.page.locator(".statement-card .statement-words")).to_have_text("first")
        other.expects("409")
        other.page.get_by_role("button", name="Save", exact=True).click()
        expect(other.page.locator(".theirs")).to_contain_text("first")
        expect(other.page.locator(".theirs")).to_contain_text("second")
        assert coded(found)["b1"].paraphrase == "first"
        other.page.get_by_role("button", name="Save mine over theirs").click()
        expect(other.page.locator(".statement-card .statement-words")).to_have_text("second")
        # The first browser hears of it.
        expect(seen.page.locator(".statement-card .statement-words")).to_have_text("second")
        assert coded(found)["b1"].paraphrase == "second"


def test_a_change_on_the_command_line_is_not_overwritten(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "b/b1")
        page.get_by_role("button", name="Revise").click()
        page.get_by_label("What it says, in your own words").fill("mine")
        snapshot = store.read(found.dossier)
        theirs, _ = revised(
            snapshot.dossier, "b1", {"note": "theirs"}, edition(snapshot.dossier.statements["b1"])
        )
        store.write(snapshot, theirs)
        seen.expects("409")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".theirs")).to_contain_text("theirs")
        page.get_by_role("button", name="Leave theirs").click()
        assert coded(found)["b1"].note == "theirs"


def test_a_withdrawal_can_be_undone(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    before = coded(found)["b1"]
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "b/b1")
        page.get_by_role("button", name="Withdraw ...").click()
        page.get_by_role("button", name="Withdraw with P1").click()
        expect(page.get_by_text("b1 is withdrawn.")).to_be_visible()
        assert "b1" not in coded(found)
        expect(page.locator(".passage-mark")).to_have_count(0)
        page.get_by_role("button", name="Undo").last.click()
        expect(page.locator(".passage-mark[data-statement=b1]")).to_have_text("met both sides in Prague")
        assert coded(found)["b1"] == before
        # What the scenario itself cites stays, and the page says why.
        show(page, "a/a1")
        seen.expects("409")
        page.get_by_role("button", name="Withdraw ...").click()
        page.get_by_role("button", name="Withdraw", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("cited by the parameter noise")
        assert "a1" in coded(found)


def test_suggestions_are_coded_or_passed_over(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "a")
        page.get_by_role("button", name="Suggestions").click()
        sentence = page.locator(".suggestion", has_text="He wants 40 observers")
        sentence.get_by_role("button", name="Pass over").click()
        expect(sentence).to_have_count(0)
        page.get_by_role("button", name="Undo").last.click()
        expect(sentence).to_have_count(1)
        sentence.get_by_role("button", name="Code it").click()
        fill(page, "He asks for 40 observers.")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".passage-mark[data-statement=a-1]")).to_have_text(
            "He wants 40 observers on the lake."
        )


def test_a_changed_passage_is_confirmed_by_a_person(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    newer = tmp_path / "newer.txt"
    changed_text = TEXTS["a"].replace("both sides in Vienna", "both of the sides in Vienna")
    newer.write_text(changed_text, encoding="utf-8")
    with page_of(found, watch) as (_, seen):
        page = seen.page
        page.get_by_text("Take in documents").click()
        page.get_by_label("Files").set_input_files(newer)
        page.get_by_label("A new version of").select_option("a")
        page.get_by_role("button", name="Take in", exact=True).click()
        expect(page.locator(".intake [role=status]")).to_contain_text("2 statements unconfirmed")
        page.get_by_role("button", name="open a", exact=True).click()
        page.get_by_role("button", name="Suggestions").click()
        changed = page.locator(".suggestion", has_text="a2")
        expect(changed.locator("ins")).to_have_text("of the")
        assert page.locator(".passage-mark.is-held").count() > 0
        changed.get_by_role("button", name="It still says so: confirm").click()
        expect(changed).to_have_count(0)
        assert coded(found)["a2"].held is None
        assert coded(found)["a1"].held is not None


def test_a_name_that_the_register_lacks_is_entered_when_asked(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "c")
        mark(page, "rebels refuse")
        page.get_by_role("button", name="Code these words").click()
        seen.expects("422")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#coding-paraphrase-wrong")).to_be_visible()
        expect(page.locator("#coding-type-wrong")).to_be_visible()
        fill(page, "No to boats.", "refusal")
        about = page.get_by_label("What it is about")
        about.fill("patrol boats")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("button", name="Enter \u201cpatrol boats\u201d as a new object, and save").click()
        page.wait_for_selector(".passage-mark[data-statement=c-1]")
        assert store.read(found.dossier).dossier.register.objects["patrol_boats"].title == "patrol boats"


def test_what_is_written_outlives_a_server_that_is_killed(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (server, seen):
        page = seen.page
        show(page, "c")
        mark(page, "rebels refuse")
        page.get_by_role("button", name="Code these words").click()
        fill(page, "A long thought.")
        server.process.kill()
        server.process.wait()
        seen.expects("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|Failed to fetch")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("dialog [role=alert]")).to_contain_text("cannot be reached")
        expect(page.get_by_label("What it says, in your own words")).to_have_value("A long thought.")
        page.get_by_role("button", name="Later").click()
        expect(page.get_by_text("A coding of c is not saved.")).to_be_visible()
        assert "A long thought." in page.evaluate("sessionStorage.getItem('backstop-coding')")
        assert len(coded(found)) == 3


def test_texts_that_are_not_at_hand_are_said_to_be_missing(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch, texts=False) as (_, seen):
        page = seen.page
        show(page, "a/a1")
        expect(page.get_by_role("heading", name="The text is not shown")).to_be_visible()
        expect(page.locator(".statement")).to_have_count(2)
        page.get_by_role("button", name="Revise").click()
        page.get_by_label("A note of your own", exact=True)
        page.get_by_label("What it says, in your own words").fill("Both sides were met.")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".statement-card .statement-words")).to_have_text("Both sides were met.")
        assert coded(found)["a1"].paraphrase == "Both sides were met."


def test_words_are_found_with_the_slash_key(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        page.wait_for_selector("table.documents")
        page.keyboard.press("/")
        until(page, "document.activeElement.id === 'search'")
        page.keyboard.type("\u201cSOON")
        page.keyboard.press("Enter")
        page.locator(".hit").first.click()
        page.wait_for_selector(".coded-text")
        until(page, "getSelection().toString() === '\u201csoon'")


def test_documents_are_sent_and_large_ones_shown_in_parts(tmp_path: Path, watch: Watch) -> None:
    found = lake(tmp_path)
    line = "The envoy said that 40 observers would come to the lake on Monday, and that the talks go on.\n"
    large, huge, larger = (tmp_path / name for name in ("large.txt", "huge.txt", "larger.txt"))
    large.write_text("".join(f"{number} {line}" for number in range(100_000)), encoding="utf-8")
    huge.write_text(line * 520_000, encoding="utf-8")
    with larger.open("wb") as file:
        file.truncate(50_000_001)
    assert 40_000_000 < huge.stat().st_size < 50_000_000
    with page_of(found, watch) as (_, seen):
        page = seen.page
        page.get_by_text("Take in documents").click()
        page.get_by_label("Files").set_input_files([large, huge, larger])
        page.get_by_label("Licence").fill("own words")
        seen.expects("409")
        page.get_by_role("button", name="Take in", exact=True).click()
        outcome = page.locator(".intake [role=status]")
        expect(outcome).to_contain_text("Larger.txt has 51 MB, and 50 MB are taken at most", timeout=90_000)
        expect(outcome).to_contain_text("large.txt: added")
        expect(outcome).to_contain_text("The text has")
        assert set(store.read(found.dossier).dossier.sources) == {"a", "b", "c", "large"}
        page.get_by_role("button", name="open large").click()
        page.wait_for_selector(".coded-text")
        page.get_by_label("Part", exact=False).first.fill("400")
        page.get_by_label("Part", exact=False).first.press("Enter")
        until(page, "document.querySelector('.parts input').value === '400'")
        until(page, "!document.querySelector('.coded-text').textContent.startsWith('0 The')")
        first = page.locator(".coded-text .line").nth(1).inner_text()
        number = first.split()[0]
        mark(page, f"{number} The envoy")
        page.get_by_role("button", name="Code these words").click()
        fill(page, "Deep in a long text.")
        page.get_by_role("button", name="Save").click()
        page.wait_for_selector(".passage-mark[data-statement=large-1]")
        made = coded(found)["large-1"]
        text = large.read_text(encoding="utf-8")
        assert text[made.anchor.start : made.anchor.end] == f"{number} The envoy"


def test_accounts_stand_beside_each_other(tmp_path: Path, watch: Watch) -> None:
    found = lake(
        tmp_path,
        [
            statement(
                "a1",
                "a",
                "The envoy met both sides in Vienna",
                actor="envoy",
                event="meeting",
                slots={"place": {"of": "meeting", "is": "Vienna"}},
                coder="one",
            ),
            statement("a2", "a", "met both sides", coder="two"),
            statement(
                "b1",
                "b",
                "met both sides in Prague",
                event="meeting",
                slots={"place": {"of": "meeting", "is": "Prague"}},
            ),
        ],
    )
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, screen="accounts")
        contradiction = page.locator(".finding", has_text="Vienna").first
        expect(contradiction).to_contain_text("Prague")
        contradiction.get_by_role("button", name="Dismiss").click()
        expect(page.get_by_text("Dismissed (1)")).to_be_visible()
        page.get_by_role("button", name="Undo").last.click()
        expect(page.locator(".finding", has_text="Vienna").first).to_be_visible()
        expect(page.locator("table.claims-by-account")).to_contain_text("b1 says so (implied)")
        page.locator("table.claims-by-account").get_by_role("button", name="b1 says so").click()
        expect(page.get_by_role("article", name="Statement b1")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_screens_are_reachable_and_fit(tmp_path: Path, watch: Watch, scheme: str, width: int) -> None:
    found = lake(tmp_path)
    with page_of(
        found, watch, viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    ) as (_, seen):
        page = seen.page
        page.add_script_tag(path=str(AXE))
        checked = 0
        for screen, at in (("documents", ""), ("documents", "a/a1"), ("accounts", "")):
            show(page, at, screen)
            page.wait_for_timeout(300)
            sound(page, f"{screen} {at}")
            checked += 1
        show(page, "a/a1")
        page.get_by_role("button", name="Revise").click()
        page.wait_for_selector("dialog[open]")
        sound(page, "form")
        page.get_by_role("button", name="Later").click()
        page.get_by_role("button", name="Suggestions").click()
        page.wait_for_selector(".suggestion")
        sound(page, "suggestions")
        assert checked == 3


def sound(page: Page, where: str) -> None:
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((all) => all.violations)")
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert not serious, (where, serious)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{where} is wider than the window by {wide}"


def test_hostile_words_are_shown_and_do_nothing(tmp_path: Path, watch: Watch) -> None:
    from tests.support.hostile import HOSTILE

    from backstop.dossier.record import Actor, Event, Proposition, RecordedFinding, Term

    study = tmp_path / "study"
    texts = tmp_path / "texts"
    study.mkdir()
    texts.mkdir()
    bad = " ".join(HOSTILE)
    (study / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    body = "\n".join(HOSTILE) + "\n"
    words = HOSTILE[0] if HOSTILE[0].strip() == HOSTILE[0] else HOSTILE[0].strip()
    made = statement(
        "h1",
        "h",
        words,
        {"h": body},
        actor="bad",
        role=bad,
        hedge=bad,
        hedge_scope=bad,
        paraphrase=bad,
        note=bad,
        coder=bad,
        target=bad,
        event="bad",
        objects=["bad"],
        condition={"form": "if", "text": bad, "on": ["bad"]},
        speaker="bad",
        value_note=bad,
        link=bad,
    )
    other = statement("h2", "h", HOSTILE[1].strip(), {"h": body}, paraphrase=bad, coder="two")
    base = small(
        [made, other],
        [
            Proposition.model_validate(
                {"id": "P1", "text": bad, "note": bad, "supports": [{"statement": "h1", "note": bad}]}
            )
        ],
        actors={"bad": Actor(name=bad, aliases=(bad,), note=bad)},
        objects={"bad": Term(title=bad, aliases=(bad,))},
        events={"bad": Event(title=bad, note=bad)},
    )
    from dataclasses import replace

    from tests.dossier.building import source

    fields = ("title", "kind", "outlet", "byline", "dateline", "url", "licence", "note")
    entry = source("h", body, **dict.fromkeys(fields, bad))
    findings = {
        "F1": RecordedFinding(
            id="F1", kind="contradiction", statements=("h1", "h2"), explanation=bad, status=bad, note=bad
        ),
        "F2": RecordedFinding(
            id="F2", kind="difference", statements=("h2",), note=bad, coder=bad, dismissed=True
        ),
    }
    register = base.register.model_copy(update={"title": bad})
    written(replace(base, register=register, sources={"h": entry}, findings=findings), study)
    (texts / "h.txt").write_text(body, encoding="utf-8")
    (tmp_path / "page.html").write_text(
        f"<html><body><p>Some words.</p>{body}</body></html>", encoding="utf-8"
    )
    found = Lake(study)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        begun = len(seen.requests)
        page.get_by_text("Take in documents").click()
        page.get_by_label("Files").set_input_files(tmp_path / "page.html")
        page.get_by_label("Title, in your words").fill(bad[:1500])
        page.get_by_role("button", name="Take in", exact=True).click()
        page.get_by_role("button", name="open page").click()
        page.wait_for_selector(".document-view")
        inert(page)
        for at in ("h", "h/h1"):
            show(page, at)
            page.wait_for_selector(".coded-text")
            inert(page)
        assert page.locator(".coded-text .line").count() >= len(HOSTILE)
        page.get_by_role("button", name="About").click()
        inert(page)
        page.get_by_role("button", name="Suggestions").click()
        page.wait_for_timeout(500)
        inert(page)
        page.get_by_role("button", name="Revise").click()
        page.wait_for_selector("dialog[open]")
        inert(page)
        page.get_by_role("button", name="Save").click()
        expect(page.locator("dialog[open]")).to_have_count(0)
        show(page, screen="accounts")
        page.wait_for_selector(".finding")
        inert(page)
        show(page)
        page.locator("#search").fill("window.hostile")
        page.locator("#search").press("Enter")
        page.wait_for_selector(".hit")
        inert(page)
        asked = seen.requests[begun:]
        assert asked
        assert not [url for url in asked if "/api/" not in url and "blob:" not in url and "#" not in url]


def inert(page: Page) -> None:
    assert page.evaluate("window.hostile") is None
    elements = "#backstop :is(script, iframe, object, embed, link, base, meta, style, img)"
    assert page.locator(elements).count() == 0
    assert "hostile" in json.dumps(page.locator("#backstop").inner_text())
