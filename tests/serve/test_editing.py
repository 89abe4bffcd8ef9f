"""Editing a scenario that is served: errors with their lines, two people at one text, files that are never replaced."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.serving import Client, Server, serving
from tests.support.small_studies import PLEDGE, write

from backstop.base.faults import InvalidInput
from backstop.scenario.study import load
from backstop.serve.editing import lines, merging
from backstop.serve.editing.saving import new_file
from backstop.serve.editing.sliders import with_sliders

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
COMMENTED = PLEDGE.replace("  spread: {uniform", "  # how steady the north is\n  spread: {uniform")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "pledge", COMMENTED)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as found:
        yield found


def scenario(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/scenario").json()
    return found


def until(client: Client, state: str, seconds: float = 10) -> dict[str, Any]:
    """The state of the server once the file on the disk is in this state."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found: dict[str, Any] = client.get("/api/news").json()
        if found["disk"]["state"] == state:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_errors_come_with_their_line_and_change_nothing(server: Server) -> None:
    client = server.client
    before = scenario(client)
    assert before["text"] == COMMENTED
    broken = COMMENTED.replace("range: [0, 1]", "range: [0, one]")
    line = broken[: broken.index("range: [0, one]")].count("\n") + 1
    checked = client.post("/api/scenario/check", {"text": broken}).json()
    applied = client.post("/api/scenario/apply", {"text": broken, "version": 1})
    assert not checked["ok"]
    assert applied.status_code == 422
    for faults in (checked["faults"], applied.json()["faults"]):
        assert faults[0]["line"] == line
        assert faults[0]["file"] == "scenario.yaml"
        assert "number" in faults[0]["what"]
    assert scenario(client) == before


def test_what_is_sound_is_taken_and_solved_anew(server: Server) -> None:
    client = server.client
    first = client.get("/api/payload").json()
    text = COMMENTED.replace("discount: 0.8,", "discount: 0.7,")
    applied = client.post("/api/scenario/apply", {"text": text, "version": 1}).json()
    assert (applied["version"], applied["edited"], applied["saved_as"]) == (2, True, None)
    second = client.get("/api/payload").json()
    assert first["baseline"] != second["baseline"]
    assert second["served"]["version"] == 2
    assert second["study"]["digest"] == applied["digest"]
    # The file itself is as it was, and that is no change on the disk.
    assert client.get("/api/news").json()["disk"]["state"] == "same"


def test_what_is_sound_but_cannot_be_solved_changes_nothing(server: Server, folder: Path) -> None:
    client = server.client
    text = COMMENTED.replace("south: -0.2", "south: 1 / (spread - spread)")
    assert client.post("/api/scenario/check", {"text": text}).json()["ok"]
    before = scenario(client)
    refused = client.post("/api/scenario/apply", {"text": text, "version": 1})
    assert refused.status_code in (409, 422)
    assert refused.json()["faults"][0]["what"]
    assert scenario(client) == before
    body = {"text": text, "version": 1, "name": "unsolved.yaml"}
    assert client.post("/api/scenario/save", body).status_code in (409, 422)
    assert not (folder / "unsolved.yaml").exists()
    assert client.post("/api/scenario/save", {**body, "broken": True}).json()["sound"] is False
    assert scenario(client)["version"] == 1
    assert client.get("/api/payload").status_code == 200


def test_saving_makes_a_new_file_with_its_comments(server: Server, folder: Path) -> None:
    client = server.client
    text = COMMENTED.replace("discount: 0.8,", "discount: 0.7,")
    saved = client.post("/api/scenario/save", {"text": text, "version": 1, "name": "patient.yaml"})
    assert saved.status_code == 201
    assert saved.json()["saved_as"] == "patient.yaml"
    assert (folder / "patient.yaml").read_text(encoding="utf-8") == text
    assert (folder / "scenario.yaml").read_text(encoding="utf-8") == COMMENTED
    assert sorted(path.name for path in folder.iterdir()) == ["patient.yaml", "scenario.yaml"]
    again = client.post("/api/scenario/save", {"text": text, "version": 2, "name": "patient.yaml"})
    assert again.status_code == 422
    assert "already" in again.json()["faults"][0]["what"]
    own = client.post("/api/scenario/save", {"text": text, "version": 2, "name": "scenario.yaml"})
    assert own.status_code == 422
    assert (folder / "scenario.yaml").read_text(encoding="utf-8") == COMMENTED


def test_a_text_with_errors_is_saved_only_when_asked(server: Server, folder: Path) -> None:
    client = server.client
    body = {"text": "format: nonsense", "version": 1, "name": "later.yaml"}
    assert client.post("/api/scenario/save", body).status_code == 422
    assert not (folder / "later.yaml").exists()
    saved = client.post("/api/scenario/save", {**body, "broken": True}).json()
    assert saved["sound"] is False
    assert saved["version"] == 1
    assert (folder / "later.yaml").read_text(encoding="utf-8") == "format: nonsense"


def test_a_dangling_link_is_not_written_through(server: Server, folder: Path, tmp_path: Path) -> None:
    (folder / "link.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    body = {"text": COMMENTED, "version": 1, "name": "link.yaml"}
    assert server.client.post("/api/scenario/save", body).status_code == 422
    assert not (tmp_path / "elsewhere.yaml").exists()


NAMES = [
    *(
        "",
        ".yaml",
        "a.txt",
        "a",
        "../a.yaml",
        "/tmp/a.yaml",
        "a/b.yaml",
        "a\\b.yaml",
        "..\\a.yaml",
        "C:a.yaml",
    ),
    *(".a.yaml", "a.yaml\0", "a\n.yaml", "con.yaml", "NUL.yml", "lpt1.x.yaml", "a" * 90 + ".yaml", "a..yaml"),
    *(
        "%2e%2e%2fa.yaml",
        "~/a.yaml",
        "$HOME.yaml",
        "a.yaml/",
        "a.yaml.",
        "ä.yaml",
        "<b>.yaml",
        "-a.yaml",
        "a:b.yaml",
    ),
]


@pytest.mark.parametrize("name", NAMES)
def test_only_a_plain_name_is_one(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="name of the new file"):
        new_file(tmp_path, name)


@pytest.mark.parametrize("name", ["a.yaml", "A-b_c 2.yml", "plan.2026.yaml"])
def test_plain_names_are_taken(name: str, tmp_path: Path) -> None:
    assert new_file(tmp_path, name) == tmp_path / name


def test_two_people_at_one_text(server: Server) -> None:
    one, two = server.client, server.another()
    first = COMMENTED.replace("discount: 0.8,", "discount: 0.7,")
    second = COMMENTED.replace("title: Force alone", "title: Force by itself")
    third = COMMENTED.replace("discount: 0.8,", "discount: 0.6,")
    assert one.post("/api/scenario/apply", {"text": first, "version": 1}).status_code == 200

    late = two.post("/api/scenario/apply", {"text": second, "version": 1})
    assert late.status_code == 409
    told = late.json()
    assert told["version"] == 2
    assert told["text"] == first
    assert [change["was"].strip() for change in told["changes"]] == [
        "north: {name: North, discount: 0.8, noise: spread}"
    ]
    assert "Force by itself" in told["yours"][0]["is"]
    both = first.replace("title: Force alone", "title: Force by itself")
    assert told["merged"] == both
    assert two.post("/api/scenario/apply", {"text": told["merged"], "version": 2}).json()["version"] == 3

    # Both have changed the same line: nothing is put together, and nothing is lost.
    clash = one.post("/api/scenario/apply", {"text": third, "version": 1}).json()
    assert clash["merged"] is None
    assert "0.6" in clash["yours"][0]["is"]
    saved = one.post("/api/scenario/save", {"text": third, "version": 1, "name": "mine.yaml"})
    assert saved.status_code == 409


def test_the_file_broken_and_mended_on_the_disk(server: Server, folder: Path) -> None:
    client, file = server.client, folder / "scenario.yaml"
    payload = client.get("/api/payload").content
    file.write_text(COMMENTED.replace("range: [0, 1]", "range: [0, one]"), encoding="utf-8")
    broken = until(client, "broken")
    assert (
        broken["disk"]["faults"][0]["line"] == COMMENTED[: COMMENTED.index("range: [0, 1]")].count("\n") + 1
    )
    assert broken["version"] == 1
    assert client.get("/api/payload").content == payload
    refused = client.post("/api/scenario/reload", {"digest": broken["disk"]["digest"], "version": 1})
    assert refused.status_code == 422

    file.unlink()
    assert until(client, "gone")["disk"]["faults"]
    file.write_text(COMMENTED.replace("discount: 0.8,", "discount: 0.7,"), encoding="utf-8")
    changed = until(client, "changed")
    stale = client.post("/api/scenario/reload", {"digest": "0" * 64, "version": 1})
    assert stale.status_code == 409
    taken = client.post("/api/scenario/reload", {"digest": changed["disk"]["digest"], "version": 1}).json()
    assert taken["version"] == 2
    assert taken["digest"] == changed["disk"]["digest"]
    assert until(client, "same")["edited"] is False


def test_jobs_run_on_what_is_shown(server: Server, folder: Path) -> None:
    client = server.client
    text = COMMENTED.replace("discount: 0.8,", "discount: 0.7,")
    applied = client.post("/api/scenario/apply", {"text": text, "version": 1}).json()
    asked = {"analysis": "robustness", "worlds": 100, "version": 2}
    job = client.post("/api/jobs", asked).json()
    assert job["unsaved"]
    found = client.over(job["id"])
    assert found["state"] == "done", found["lines"]
    assert client.get(f"/api/jobs/{job['id']}/result").json()["digests"] == {
        "scenario.yaml": applied["digest"]
    }
    assert client.post("/api/jobs", {**asked, "version": 1}).status_code == 409
    client.post("/api/scenario/save", {"text": text, "version": 2, "name": "patient.yaml"})
    job = client.post("/api/jobs", {"analysis": "robustness", "worlds": 100}).json()
    assert not job["unsaved"]
    assert "patient.yaml" in job["command"]
    assert client.over(job["id"])["state"] == "done"


def test_sliders_become_a_text_that_is_sound(server: Server, folder: Path) -> None:
    client = server.client
    body = {
        "version": 1,
        "set": {"spread": 0.4, "trace": 0.7},
        "levels": {"force": 30, "pledge": 0.5},
        "title": "Mine",
    }
    found = client.post("/api/scenario/sliders", body).json()
    assert found["ok"], found
    assert "# how steady the north is" in found["text"]
    assert "# - [spread, ceiling, 0.4]" in found["text"]
    assert len(found["said"]) == 4
    assert scenario(client)["version"] == 1
    assert found["text"] != COMMENTED
    saved = client.post("/api/scenario/save", {"text": found["text"], "version": 1, "name": "set.yaml"})
    assert saved.status_code == 201
    model = load(folder / "set.yaml")
    assert (model.distributions["spread"], model.distributions["trace"]) == (0.4, 0.7)
    assert model.levels["yours"] == {"force": 30, "pledge": 0.5}
    assert "uniform [0.3, 0.8]" in model.scenario.parameters["spread"].note


def test_sliders_go_into_the_text_that_is_being_edited(server: Server) -> None:
    text = COMMENTED.replace("title: Force alone", "title: Force by itself")
    found = server.client.post("/api/scenario/sliders", {"text": text, "set": {"spread": 0.4}}).json()
    assert "Force by itself" in found["text"] and "value: 0.4" in found["text"]
    broken = server.client.post("/api/scenario/sliders", {"text": "a: [", "set": {"spread": 0.4}})
    assert broken.status_code == 422
    assert broken.json()["faults"][0]["line"] == 1
    assert server.client.post("/api/scenario/sliders", {"version": 7, "set": {}}).status_code == 409
    twice = {"version": 1, "levels": {}, "name": "both"}
    assert "already" in server.client.post("/api/scenario/sliders", twice).json()["faults"][0]["what"]


def test_what_was_made_from_the_text_of_another_server_is_told(folder: Path) -> None:
    """Versions are counted anew by each server: the same number may be another text."""
    with serving(folder) as server:
        old = scenario(server.client)
    theirs = COMMENTED.replace("discount: 0.8,", "discount: 0.7,")
    (folder / "scenario.yaml").write_text(theirs, encoding="utf-8")
    mine = COMMENTED.replace("title: Force alone", "title: Force by itself")
    with serving(folder) as server:
        client = server.client
        body = {"text": mine, "base": COMMENTED, "digest": old["digest"]}
        told = client.post("/api/scenario/apply", body)
        assert told.status_code == 409
        assert [change["line"] for change in told.json()["changes"]] == [6]
        assert told.json()["merged"] == theirs.replace("title: Force alone", "title: Force by itself")
        unknown = client.post("/api/scenario/apply", {"text": mine, "digest": old["digest"]}).json()
        assert unknown["merged"] is None and len(unknown["yours"]) == 2
        job = {"analysis": "robustness", "worlds": 100, "digest": old["digest"]}
        assert client.post("/api/jobs", job).status_code == 409
        assert scenario(client)["text"] == theirs


def test_a_scenario_of_the_largest_size_can_be_edited(server: Server) -> None:
    text = COMMENTED + "".join(f'# "{number:06}" \\\n' for number in range(70_000))
    assert 800_000 < len(text) < 1 << 20
    body = {"text": text, "base": COMMENTED, "version": 1}
    assert server.client.post("/api/scenario/apply", body).json()["version"] == 2
    larger = server.client.post("/api/scenario/check", {"text": text * 2}).json()
    assert "more than" in larger["faults"][0]["what"]


@pytest.mark.parametrize("study", ["ukraine-2025", "ladder"])
def test_every_slider_of_the_examples_can_be_written(study: str) -> None:
    file = EXAMPLES / study / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    model = load(file)
    names = list(model.scenario.parameters)
    levels = {name: float(of.range[1]) for name, of in model.scenario.measures.items()}
    found = with_sliders(text, file.name, dict.fromkeys(names, 0.5), levels, "yours", "Yours")
    kept = [line for line in text.splitlines() if line.lstrip().startswith("#")]
    assert not set(kept) - set(found.text.splitlines())
    assert len(found.said) >= len(names) + 1


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953", "ladder"])
def test_nothing_but_what_is_set_changes_by_a_byte(study: str) -> None:
    file = EXAMPLES / study / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    parameters = load(file).scenario.parameters
    free = [name for name in parameters if f"[{name}," not in text and f", {name}," not in text]
    assert free
    for name in free[:12]:
        found = with_sliders(text, file.name, {name: 0.5}, None, "yours", "Yours").text
        was, now = text.split("\n"), found.split("\n")
        start, end = _entry(was, name)
        grown = len(now) - len(was)
        assert now[:start] == was[:start]
        assert now[end + grown :] == was[end:]
        entry = "\n".join(now[start : end + grown])
        assert "by hand; it was " in entry
        for comment in (line.partition(" # ")[2] for line in was[start:end]):
            assert comment in entry


def _entry(lines: list[str], name: str) -> tuple[int, int]:
    """The lines of a parameter, from its name to before what comes next."""
    section = lines.index("parameters:")
    start = next(at for at in range(section, len(lines)) if lines[at].startswith(f"  {name}:"))
    end = start + 1
    while end < len(lines) and lines[end].startswith("   "):
        end += 1
    return start, end


def test_what_a_parameter_was_can_be_put_back_from_its_note() -> None:
    text = COMMENTED.replace(
        "prize: {normal: [0.6, 0.2], bounds: [0, 1.2], basis: judgement}",
        "prize: {discrete: {0: 0.25, 1: 0.75}, basis: judgement}",
    )
    assert "discrete" in text
    found = with_sliders(text, "scenario.yaml", {"prize": 1.0, "trace": 0.5}, None, "yours", "Yours").text
    assert "it was discrete {0: 0.25, 1: 0.75}." in found
    assert "it was experts {hawks: {uniform: [0.6, 0.8], weight: 2}, doves: {beta: [2, 5]}}." in found
    assert "note" in found


def test_line_ends_and_byte_order_marks_are_kept() -> None:
    windows = "\ufeffa: 1\r\nb: 2\r\n".encode()
    assert lines.shown(windows) == "a: 1\nb: 2\n"
    assert lines.written("a: 1\nb: 3\n", windows) == "\ufeffa: 1\r\nb: 3\r\n".encode()
    assert lines.written("a: 1\r\nb: 3\r\n", b"a: 1\nb: 2\n") == b"a: 1\nb: 3\n"
    with pytest.raises(InvalidInput, match="more than"):
        lines.written("x" * 2_000_000, b"")
    with pytest.raises(InvalidInput, match="half a character"):
        lines.written("\ud800", b"")


def test_merging_is_safe() -> None:
    """Whatever two people do to a text, what is put together has the edits of both, or nothing is put together."""
    import random

    dice = random.Random(1)
    together = 0
    for _ in range(300):
        old = [f"line {number}\n" for number in range(12)]

        def edited(mark: str, old: list[str] = old) -> list[str]:
            new = list(old)
            for _ in range(dice.randint(1, 2)):
                at = dice.randrange(len(new))
                how = dice.choice(["insert", "delete", "replace"])
                if how == "insert":
                    new.insert(at, f"{mark} {dice.random()}\n")
                elif how == "delete":
                    del new[at]
                else:
                    new[at] = f"{mark} {dice.random()}\n"
            return new

        one, other = edited("one"), edited("other")
        found = merging.merged("".join(old), "".join(one), "".join(other))
        assert merging.merged("".join(old), "".join(other), "".join(one)) == found
        if found is None:
            continue
        together += 1
        result = found.splitlines(keepends=True)
        for mark, mine in (("one ", one), ("other ", other)):
            assert [line for line in result if line.startswith(mark)] == [
                line for line in mine if line.startswith(mark)
            ]
        kept = [line for line in old if line in one and line in other]
        assert [line for line in result if line in old] == kept
    assert together > 50
