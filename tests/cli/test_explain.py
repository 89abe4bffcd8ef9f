"""`backstop explain` from end to end."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.support.command import run
from tests.support.small_studies import HOSTILE, PLEDGE, write

from backstop.base.words import readable
from backstop.report.charts.tree import chance_words
from backstop.report.drawing.sheet import NARROW, WIDE, overlap
from backstop.report.sections.game import pictures
from backstop.scenario.study import load
from backstop.scenario.template import start_study, templates
from backstop.worlds.assessment import assess
from backstop.worlds.trace import trace

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def pledge(tmp_path: Path) -> Path:
    return write(tmp_path / "pledge", PLEDGE)


def test_the_central_world_has_every_parameter_at_its_median(pledge: Path) -> None:
    answer = run("explain", pledge, "--json")
    assert (answer.code, answer.err) == (0, "")
    found = answer.json
    assert found["format"] == "backstop-world/1"
    assert (found["world"], found["arrangement"], found["information"]) == ("central", "bare", "agent_error")
    assert found["parameters"]["spread"] == pytest.approx(0.55)
    assert found["parameters"]["prize"] == pytest.approx(0.6)
    assert found["settled"] is True
    assert list(found["phases"]) == ["0"]


@pytest.mark.parametrize("world", [0, 5, 63])
@pytest.mark.parametrize("arrangement", ["bare", "both"])
def test_a_world_is_the_one_of_the_assessment(pledge: Path, world: int, arrangement: str) -> None:
    found = run("explain", pledge, "--world", world, "--arrangement", arrangement, "--seed", 3, "--json").json
    whole = assess(load(pledge), 64, seed=3)
    assert len(whole.parameters) >= 2
    assert len(whole.arrangements[arrangement].samples) >= 4
    for name, drawn in whole.parameters.items():
        assert found["parameters"][name] == drawn[world]  # type: ignore[index]
    for name, sample in whole.arrangements[arrangement].samples.items():
        # A value near 0 is what is left of larger ones, to the same rounding.
        assert found["metrics"][name] == pytest.approx(sample[world], rel=1e-10, abs=1e-10), name
    for name, sample in whole.arrangements[arrangement].value_samples.items():
        shown = found["phases"]["0"][0]["values"][name]
        assert shown == pytest.approx(sample[world], rel=1e-10, abs=1e-10), name


def test_slips_are_marked_move_by_move(pledge: Path) -> None:
    found = run("explain", pledge, "--world", 9, "--arrangement", "both", "--json").json
    nodes = [node for phase in found["phases"]["0"] for node in phase["nodes"]]
    marked = 0
    for node in nodes:
        for move in node["moves"]:
            own = [other["utilities"].get(node["actor"], 0.0) for other in node["moves"]]
            worse = node["actor"] != "" and move["utilities"][node["actor"]] < max(own) - 1e-12
            assert (move["slip"] is not None) is worse
            if worse:
                assert move["slip"] == pytest.approx(move["probability"] - move["bound"])
                marked += 1
    assert marked == 3
    text = run("explain", pledge, "--world", 9, "--arrangement", "both", "--all").out
    assert text.count(" (slip)") == 3
    whole = sum(move["slip"] or 0.0 for move in nodes[0]["moves"])
    assert f"slips {whole:.4f} in all" in text
    private = run("explain", pledge, "--world", 9, "--information", "private_payoffs", "--all")
    assert " (shock)" in private.out and "slip" not in private.out


@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_slips_of_a_world_are_those_of_the_assessment(pledge: Path, information: str) -> None:
    found = run("explain", pledge, "--world", 5, "--information", information, "--json").json
    whole = assess(load(pledge), 16, information=information)  # type: ignore[arg-type]
    samples = whole.arrangements["bare"].slip_samples
    assert found["slips_are"] == ("slip" if information == "agent_error" else "shock")
    assert list(found["slips"]) == list(samples) == ["lasting", "early_war", "probes"]
    for name, sample in samples.items():
        split = found["slips"][name]
        assert split["incentive"] == pytest.approx(sample.incentive[5], abs=1e-10)
        for actor, by in sample.by.items():
            assert split["slips"].get(actor, 0.0) == pytest.approx(by[5], abs=1e-10)
        event = 1 - found["metrics"][name] if name == "lasting" else found["metrics"][name]
        assert split["incentive"] + sum(split["slips"].values()) == pytest.approx(event, abs=1e-12)


def test_what_is_bound_is_told_apart_from_slips(tmp_path: Path) -> None:
    bound = PLEDGE.replace("    actor: north\n", "    actor: north\n    bound: {attack: 0.25}\n", 1)
    answer = run("explain", write(tmp_path / "bound", bound), "--all")
    assert re.search(r"\(bound 0\.25, slip 0\.\d{4}\)", answer.out)


def test_numbers_add_up(pledge: Path) -> None:
    found = run("explain", pledge, "--world", 9, "--arrangement", "both", "--year", 1.5, "--json").json
    phases = found["phases"]["3"]
    assert [phase["phase"] for phase in phases] == ["peace", "tension", "war"]
    assert sum(phase["share"] for phase in phases) == pytest.approx(1)
    assert {phase["phase"]: phase["share"] for phase in phases} == found["shares"][3]
    for phase in phases[:2]:
        root = phase["nodes"][0]
        assert root["reach"] == 1
        for node in phase["nodes"]:
            assert sum(move["probability"] for move in node["moves"]) == pytest.approx(1)
            for actor in ("north", "south"):
                mixed = sum(move["probability"] * move["utilities"][actor] for move in node["moves"])
                assert mixed == pytest.approx(node["utilities"][actor])
        assert sum(phase["outcomes"].values()) == pytest.approx(1)
        for actor in ("north", "south"):
            worth = 0.5 * phase["flows"][actor] + root["utilities"][actor]
            assert worth == pytest.approx(phase["values"][actor])
    assert phases[2]["nodes"] == []


def test_levels_are_those_in_force(pledge: Path) -> None:
    found = run("explain", pledge, "--world", 2, "--arrangement", "both", "--json").json
    ceiling = found["parameters"]["ceiling"]
    assert ceiling < 60
    peace, tension, _ = found["phases"]["0"]
    assert found["promised"] == {"force": 60, "pledge": 1}
    assert peace["levels"] == {"force": ceiling, "pledge": 1}
    assert tension["levels"] == {"force": ceiling, "pledge": 0}
    shown = run("explain", pledge, "--world", 2, "--arrangement", "both", "--all").out
    assert "(promised 60)" in shown


def test_the_text_lays_the_world_open(pledge: Path) -> None:
    answer = run("explain", pledge, "--world", 7, "--arrangement", "armed", "--all")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("A pledge between neighbours\nworld 7, arrangement: Force alone")
    for words in (
        "Largest force",
        "S-1",
        "judgement",
        "peacetime: North decides",
        "peacetime.probe: Chance",
        "comply -> quiet",
    ):
        assert words in answer.out


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--world", "-1"), 2, "world"),
        (("--world", "first"), 2, "central"),
        (("--world", "1.5"), 2, "central"),
        (("--world", "99999999999999999999"), 3, "worlds are numbered"),
        (("--year", "9"), 2, "3.5 years"),
        (("--year", "-1"), 2, "3.5 years"),
        (("--year", "0.3"), 2, "3.5 years"),
        (("--year", "nan"), 2, "3.5 years"),
        (("--year", "inf"), 2, "3.5 years"),
        (("--year", "soon"), 2, "soon"),
        (("--arrangement", "bar"), 3, "did you mean bare?"),
        (("--camp", "dove"), 3, "did you mean doves?"),
        (("--set", "prize"), 2, "NAME=VALUE"),
        (("--set", "prizes=1"), 3, "did you mean prize?"),
        (("--information", "none"), 2, "agent_error"),
    ],
)
def test_wrong_values(pledge: Path, options: tuple[str, ...], code: int, said: str) -> None:
    answer = run("explain", pledge, *options, "--all")
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_months_are_found_by_their_short_decimals(tmp_path: Path) -> None:
    monthly = PLEDGE.replace("{years: 4, period: half-year}", "{years: 2, period: month}")
    found = run("explain", write(tmp_path / "monthly", monthly), "--year", 0.083, "--json").json
    assert list(found["phases"]) == ["1"]


def test_settings_camps_and_information_are_heeded(pledge: Path) -> None:
    found = run("explain", pledge, "--set", "prize=1", "--set", "force=15", "--json").json
    assert found["parameters"]["prize"] == 1
    assert found["promised"]["force"] == 15
    hawks = run("explain", pledge, "--camp", "hawks", "--json").json["parameters"]["trace"]
    doves = run("explain", pledge, "--camp", "doves", "--json").json["parameters"]["trace"]
    assert hawks == pytest.approx(0.7)
    assert doves < 0.4
    private = run("explain", pledge, "--information", "private_payoffs", "--json").json
    assert private["information"] == "private_payoffs"
    assert private["metrics"] != found["metrics"]


def test_titles_are_shown_as_text(tmp_path: Path) -> None:
    answer = run("explain", write(tmp_path / "hostile", HOSTILE), "--all")
    assert answer.code == 0
    assert "<script>alert(1)</script>" in answer.out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", answer.out)


@pytest.mark.parametrize("name", templates())
def test_templates_can_be_explained(name: str, tmp_path: Path) -> None:
    start_study(tmp_path / "mine", name)
    assert run("explain", tmp_path / "mine", "--world", 3).code == 0


@pytest.mark.parametrize("study", ["ladder", "korea-1953", "ukraine-2025"])
def test_examples_can_be_explained(study: str) -> None:
    answer = run("explain", EXAMPLES / study, "--all")
    assert (answer.code, answer.err) == (0, "")
    assert "What comes of it" in answer.out


def test_the_ladder_by_hand() -> None:
    """The backstop compares -0.2 with -0.5 at scale 1, so it abstains with 1 / (1 + exp(-0.3))."""
    found = run("explain", EXAMPLES / "ladder", "--json").json
    (phase, *_) = found["phases"]["0"]
    (node,) = [node for node in phase["nodes"] if node["name"] == "backstop"]
    abstain, intervene = node["moves"]
    assert abstain["probability"] == pytest.approx(1 / (1 + 2.718281828459045**-0.3))
    assert abstain["utilities"] == {"aggressor": -0.3, "force": -1.4, "backer": -0.2}
    assert intervene["leads_to"] == "WU"


def test_the_short_answer_says_what_others_believe(tmp_path: Path) -> None:
    start_study(tmp_path / "mine", "learning")
    text = (tmp_path / "mine" / "scenario.yaml").read_text(encoding="utf-8")
    # A short tail and a coarse grid, so that this is soon through.
    text = text.replace("horizon: {years: 6}", "horizon: {years: 6, tail_years: 0}").replace(
        "grid: 11", "grid: 3"
    )
    (tmp_path / "mine" / "scenario.yaml").write_text(text, encoding="utf-8")
    found = run("explain", tmp_path / "mine")
    assert "The Rival is of one of two types" in found.out
    assert "others learn from every move." in " ".join(found.out.split())
    assert "belief: what others believe of set_on_more" in " ".join(found.out.split())


@pytest.mark.parametrize("study", [None, "korea-1953", "ladder"])
def test_the_game_is_drawn(study: str | None, pledge: Path, tmp_path: Path) -> None:
    """Every node, move and phase is in the picture with its probability, and no text covers another."""
    folder = pledge if study is None else EXAMPLES / study
    target = tmp_path / "game.svg"
    answer = run("explain", folder, "--picture", target)
    assert (answer.code, answer.err) == (0, "") and str(target) in answer.out.replace("\n", "")
    model = load(folder)
    first = next(iter(model.scenario.arrangements))
    found = trace(model, first)
    sheets = [pictures(model, found, 0, wide) for wide in (WIDE, NARROW)]
    drawn = ElementTree.fromstring(target.read_text(encoding="utf-8"))
    words = " ".join(" ".join(t.text or "" for t in drawn.iter("{http://www.w3.org/2000/svg}text")).split())
    moves = [move for phase in found.phases[0] for node in phase.nodes for move in node.moves]
    assert len(moves) > 3
    for move in moves:
        assert f"{chance_words(move.probability)} {readable(move.label)}" in words
    assert len(model.scenario.phases) > 1
    for name, phase in model.scenario.phases.items():
        assert phase.titled(name) in words
    for sheet in sheets:
        for at, one in enumerate(sheet.lettered):
            assert one.box[0] >= -0.01 and one.box[2] <= sheet.width + 0.01, one
            assert not [o for o in sheet.lettered[at + 1 :] if overlap(one.box, o.box, -2.5)], one


def test_a_picture_is_svg_or_png_and_never_the_study(pledge: Path, tmp_path: Path) -> None:
    assert run("explain", pledge, "--picture", tmp_path / "game.png").code == 0
    assert (tmp_path / "game.png").read_bytes().startswith(b"\x89PNG")
    refused = run("explain", pledge, "--picture", tmp_path / "game.pdf")
    assert refused.code == 2 and "ends with .svg or .png" in " ".join(refused.err.split())


def lettering(picture: Path) -> str:
    drawn = ElementTree.fromstring(picture.read_text(encoding="utf-8"))
    return " ".join(" ".join(t.text or "" for t in drawn.iter("{http://www.w3.org/2000/svg}text")).split())


@pytest.mark.parametrize("split", [None, "probed_before"])
def test_a_picture_draws_a_phase_once_or_once_for_each_value_of_a_fact(
    tmp_path: Path, split: str | None
) -> None:
    folder = tmp_path / "rival"
    start_study(folder, "learning")
    target = tmp_path / "game.svg"
    of = ["explain", folder, "--arrangement", "guarded", "--year", "2", "--picture", target]
    assert run(*of, *([] if split is None else ["--split", split])).code == 0
    words = lettering(target)
    model = load(folder)
    found = trace(model, "guarded", periods=(2,))
    told = {"never": " (Probed before: Never)", "once_or_more": " (Probed before: Once or more)"}
    labels = {0.0: "never", 1.0: "once_or_more"}

    def name(phase: str, value: float) -> str:
        title = model.scenario.phases[phase.partition("[")[0]].titled(phase)
        return title if split is None else title + told[labels[value]]

    # What comes of the states drawn as one, from their shares, their outcomes and what these lead to.
    share: dict[str, float] = {}
    passages: dict[tuple[str, str], float] = {}
    for phase in found.phases[2]:
        assert phase.facts is not None
        value = phase.facts["probed_before"]
        here = name(phase.phase, value)
        share[here] = share.get(here, 0.0) + phase.share
        for outcome, chance in phase.outcomes.items():
            form = model.scenario.outcomes[outcome]
            after = name(form.next, 1.0 if "probed_before" in form.sets else value)
            passages[here, after] = passages.get((here, after), 0.0) + phase.share * chance
    assert len(share) == (3 if split is None else 6)
    assert len(passages) == (6 if split is None else 16)
    for (here, after), part in passages.items():
        way = "it stays" if here == after else f"to {after}"
        assert f"{chance_words(part / share[here])} a year {way}" in words, (here, after)
    for title in share:
        assert title in words
    assert words.count("(it begins here)") == 1


def test_a_picture_is_split_by_a_fact_of_the_study_alone(tmp_path: Path) -> None:
    folder = tmp_path / "rival"
    start_study(folder, "learning")
    answer = run("explain", folder, "--split", "probed", "--picture", tmp_path / "game.svg")
    assert answer.code == 3
    assert "--split probed: no fact is called that" in answer.err
    answer = run("explain", folder, "--split", "probed_before")
    assert answer.code == 2
    assert "give --picture FILE as well" in answer.err
    assert not (tmp_path / "game.svg").exists()


def test_in_short_the_likeliest_decisions_stand_by_phase_in_the_order_of_play() -> None:
    study = EXAMPLES / "ukraine-2025"
    text = run("explain", study).out
    nodes = [
        (phase["phase"], node["name"], node["reach"])
        for phase in run("explain", study, "--json").json["phases"]["0"]
        for node in phase["nodes"]
        if node.get("actor")
    ]
    assert len(nodes) > 15
    least = sorted((reach for _, _, reach in nodes), reverse=True)[14]
    for title in ("Fighting and talking", "Ceasefire without a deal", "Formal deal in force"):
        assert text.count(f"\n{title}\n") == 1
    said = [
        float(line.split()[-1]) for line in text.splitlines() if re.search(r"[01]\.\d{4} +[01]\.\d{4}$", line)
    ]
    assert len(said) == 15
    assert min(said) == pytest.approx(least, abs=1e-4)
    talks = text.partition("\nFighting and talking\n")[2].partition("\n\n")[0]
    order = [name for phase, name, reach in nodes if phase == "negotiation" and reach > least]
    places = [talks.find(f" at {name} ") for name in order]
    assert len(order) >= 3 and places == sorted(places) and min(places) > 0
