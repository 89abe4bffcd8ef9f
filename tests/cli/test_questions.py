"""The commands that ask questions of a study, from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.command import run
from tests.support.lottery import LOTTERY, OBSERVED, study

CLAIM_KEYS = {
    "verdict",
    "true",
    "false",
    "moot",
    "se",
    "counterexamples",
    "share",
    "near_border",
    "decided_by",
}


@pytest.fixture(scope="module")
def lottery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study(tmp_path_factory.mktemp("lottery"))


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study(tmp_path_factory.mktemp("observed"), OBSERVED)


def test_claims(lottery: Path) -> None:
    answer = run("claims", lottery, "--worlds", 2000, "--json")
    assert answer.code == 0
    claims = answer.json["claims"]
    assert list(claims)[:2] == ["needed", "never_needed"]
    assert len(claims) >= 6
    for claim in claims.values():
        assert set(claim) >= CLAIM_KEYS
        assert claim["true"] + claim["false"] + claim["moot"] == pytest.approx(1.0)
        assert [key in claim for key in ("where_it_fails", "where_it_holds")].count(True) == 1
    assert claims["least"]["level"]["mean"] == pytest.approx(0.402, abs=0.01)
    assert claims["least"]["none"] == pytest.approx(0.2, abs=0.01)
    assert claims["least"]["monotone"] is True
    assert claims["band"]["monotone"] is False
    assert claims["silent"]["verdict"] == "moot"
    assert "silent: cannot be judged" in answer.err
    short = run("claims", lottery, "--worlds", 500).out
    assert f"Of {len(claims)} claims: " in short and "“refuted” (" in short
    assert "cannot be judged" not in short
    text = run("claims", lottery, "--worlds", 500, "--all")
    assert text.code == 0
    assert "cannot be judged" in text.out


def test_claims_strictly(lottery: Path) -> None:
    assert run("claims", lottery, "--claim", "lifts", "--worlds", 200, "--strict").code == 0
    answer = run("claims", lottery, "--claim", "sinks", "--worlds", 200, "--strict")
    assert answer.code == 1
    assert "sinks is refuted" in answer.err


def test_assess_with_claims_gives_the_same(lottery: Path) -> None:
    together = run("assess", lottery, "--worlds", 400, "--claims", "--json").json["claims"]
    assert together == run("claims", lottery, "--worlds", 400, "--json").json["claims"]
    assert "The claims, world by world" in run("assess", lottery, "--worlds", 400, "--claims").out


def test_assess_until_the_error_is_small(lottery: Path) -> None:
    answer = run("assess", lottery, "--until", 0.001, "--metric", "peace", "--json")
    assert answer.code == 0
    until = answer.json["until"]
    assert until["reached"] is True
    worst = max(a["metrics"]["peace"]["se"] for a in answer.json["arrangements"].values())
    assert worst <= 0.001
    assert until["looks"][-1]["worlds"] == answer.json["worlds"]
    short = run("assess", lottery, "--until", 1e-9, "--worlds", 300, "--json")
    assert short.json["until"]["reached"] is False
    assert "still" in short.err
    assert run("assess", lottery, "--metric", "pece").code == 3


def test_sensitivity(lottery: Path) -> None:
    answer = run("sensitivity", lottery, "--metric", "peace", "--arrangement", "mixed", "--json")
    assert answer.code == 0
    first, total = answer.json["first"], answer.json["total"]
    assert set(first) == set(total) == {"x", "z", "idle"}
    # 0.5 x + 0.25 z: 4 to 1.
    for name, share in (("x", 0.8), ("z", 0.2), ("idle", 0.0)):
        assert first[name]["mean"] == pytest.approx(share, abs=max(4 * first[name]["se"], 1e-9))
        assert total[name]["mean"] == pytest.approx(share, abs=max(4 * total[name]["se"], 1e-9))
        assert first[name]["se"] < 0.03
    against = run("sensitivity", lottery, "--arrangement", "mixed", "--against", "guarded", "--json")
    # -0.5 x + 0.25 z: the same shares again.
    assert against.json["first"]["x"]["mean"] == pytest.approx(0.8, abs=0.03)
    second = run("sensitivity", lottery, "--arrangement", "mixed", "--second-order", "--json").json["second"]
    assert {frozenset(pair["parameters"]) for pair in second} == {frozenset(("x", "z"))}
    assert abs(second[0]["mean"]) < 0.05


def test_other_methods(lottery: Path) -> None:
    common = ("sensitivity", lottery, "--arrangement", "mixed", "--json", "--method")
    effects = run(*common, "morris").json["effects"]
    assert effects["x"]["mu_star"]["mean"] == pytest.approx(0.5)
    assert effects["idle"]["mu_star"]["mean"] == pytest.approx(0.0, abs=1e-12)
    swings = run(*common, "tornado").json["swings"]
    assert next(iter(swings)) == "x"
    assert swings["x"]["size"] == pytest.approx(0.45)
    answer = run(*common, "regional", "--where", "x > 0.5").json
    assert answer["worlds"] == answer["solved_worlds"] == 4 * run(*common, "tornado").json["worlds"]
    regional = answer["separations"]
    assert regional["x"]["distance"] == pytest.approx(1.0)
    assert regional["idle"]["distance"] < 0.1
    for method in ("morris", "tornado", "regional"):
        assert run("sensitivity", lottery, "--arrangement", "mixed", "--method", method).code == 0


def test_sensitivity_under_weights_and_correlations(observed: Path, tmp_path: Path) -> None:
    weighted = run("sensitivity", observed, "--arrangement", "mixed", "--json")
    assert weighted.code == 0
    assert weighted.json["total"] == {}
    assert "observations" in weighted.json["refused"]["total"]
    assert set(weighted.json["first"]) == {"x", "z", "idle"}
    # x has the density 3 x^2 then, of variance 3/80: 0.25 * 3/80 against 0.0625 / 12.
    share = 0.25 * 3 / 80 / (0.25 * 3 / 80 + 0.0625 / 12)
    assert weighted.json["first"]["x"]["mean"] == pytest.approx(share, abs=0.02)
    assert run("sensitivity", observed, "--second-order").code == 4
    prior = run("sensitivity", observed, "--arrangement", "mixed", "--prior", "--json").json
    assert prior["total"]["x"]["mean"] == pytest.approx(0.8, abs=0.03)
    linked = LOTTERY.replace("definitions:", "correlations:\n  - [x, z, 0.5]\ndefinitions:")
    answer = run("sensitivity", study(tmp_path, linked), "--arrangement", "mixed", "--json").json
    assert answer["total"]["x + z"]["mean"] == pytest.approx(1.0, abs=0.03)
    assert "x" not in answer["total"]
    assert set(answer["first"]) >= {"x", "z", "idle", "x + z"}


def test_conditions(lottery: Path) -> None:
    answer = run("conditions", lottery, "--where", "peace < 0.3", "--arrangement", "guarded", "--json")
    assert answer.code == 0
    box = answer.json["boxes"][0]
    assert set(box) >= {"limits", "coverage", "density", "mass", "sentence"}
    assert list(box["limits"]) == ["x"]
    assert box["limits"]["x"][1] == pytest.approx(0.3, abs=0.01)
    assert box["coverage"] > 0.98
    assert box["density"] > 0.98
    assert answer.json["tree"][0]["limits"].keys() == {"x"}
    assert run("conditions", lottery, "--where", "peace<0.3", "--arrangement", "guarded").code == 0


def test_robustness(lottery: Path) -> None:
    answer = run("robustness", lottery, "--metric", "peace", "--requirement", 0.3, "--json")
    assert answer.code == 0
    criteria = answer.json["criteria"]
    assert criteria["laplace"]["arrangements"]["guarded"]["score"] == pytest.approx(0.5, abs=1e-3)
    assert criteria["maximin"]["arrangements"]["both"]["rank"] == 1
    # 0.3 is met by guarded in 70 worlds of 100.
    assert criteria["domain"]["arrangements"]["guarded"]["score"] == pytest.approx(0.7, abs=2e-3)
    # x = 0.3 is 0.524 below the median in normal scores.
    assert answer.json["info_gap"]["guarded"]["horizon"] == pytest.approx(0.53, abs=0.08)
    assert answer.json["info_gap"]["nothing"]["horizon"] == 0.0
    assert run("robustness", lottery, "--requirement", 0.3).code == 0
    assert run("robustness", lottery, "--criterion", "maximn").code == 3


def test_value(lottery: Path) -> None:
    answer = run(
        "value", lottery, "--metric", "peace", "--arrangement", "guarded", "--arrangement", "aided", "--json"
    )
    assert answer.code == 0
    # x against 0.3: E max(x, 0.3) - 0.5 = 0.045.
    assert answer.json["best"] == "guarded"
    assert answer.json["evppi"]["x"]["mean"] == pytest.approx(0.045, abs=4 * answer.json["evppi"]["x"]["se"])
    assert answer.json["evppi"]["z"]["mean"] == pytest.approx(0.0, abs=1e-3)
    assert answer.json["evppi"]["idle"] == {"mean": 0.0, "se": 0.0}
    assert answer.json["evpi"]["mean"] == pytest.approx(0.045, abs=1e-3)
    assert run("value", lottery, "--actor", "a", "--group", "us=x,z").code == 0
    assert run("value", lottery, "--arrangement", "both").code == 4
    assert run("value", lottery, "--group", "us").code == 2


UKRAINE = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"


def test_each_payer_can_be_traded_off() -> None:
    payers = {"us": ("us_backstop",), "europe": ("european_force",), "europe+us": ("joint_planning",)}
    asked = [word for m in ("us_backstop", "european_force", "joint_planning") for word in ("--measure", m)]
    asked += [word for payer in payers for word in ("--less", f"cost:{payer}")]
    call = (
        "design",
        UKRAINE,
        "--target",
        "deal_holds_5 >= 0.8",
        "--share",
        0.5,
        "--worlds",
        64,
        "--steps",
        2,
    )
    answer = run(*call, *asked, "--json")
    assert answer.code == 0, answer.err
    offers = [*answer.json["packages"], *answer.json["front"]]
    assert len(offers) >= 5
    for offer in offers:
        for payer, measures in payers.items():
            paid = sum(offer["costs"].get(m, 0.0) for m in measures)
            assert offer["metrics"][f"cost:{payer}"] == pytest.approx(paid, abs=1e-9)
    assert "cost to" in " ".join(run(*call, *asked).out.split())


def test_a_grid_too_large_is_thinned_and_said_to_be(lottery: Path) -> None:
    answer = run("design", lottery, "--target", "peace >= 0.3", "--share", 0.6, "--steps", 90, "--json")
    assert answer.code == 0
    assert answer.json["exhaustive"] is False
    assert "there may be others" in answer.err
    cheapest = answer.json["packages"][0]
    # Aid of 1 costs 4; guard of 3/4 costs 7.5; bending costs nothing, and one half of it is enough from x = 0.3 up.
    assert cheapest["cost"] == pytest.approx(0.0)
    assert cheapest["share"] >= 0.6
    assert cheapest["measures"]["bend"] == pytest.approx(0.25, abs=0.02)


def test_who_pays_nothing_is_no_payer() -> None:
    asked = ["design", UKRAINE, "--target", "lasting_peace > 0.4", "--worlds", "16"]
    answer = run(*asked, "--less", "cost:uss")
    assert answer.code == 3 and "did you mean us" in answer.err
    assert run(*asked, "--more", "cost:us").code == 3


def test_design(lottery: Path) -> None:
    options = ("--measure", "guard", "--measure", "aid", "--worlds", 4096, "--json")
    answer = run("design", lottery, "--target", "peace >= 0.3", "--share", 0.6, *options)
    assert answer.code == 0
    packages = answer.json["packages"]
    assert len(packages) >= 2
    assert packages[0]["share"] >= 0.6
    assert set(packages[0]) >= {"measures", "cost", "metrics", "share"}
    # Aid alone is enough at its full level; guard alone where 0.4 g >= 0.3: from 0.75 up.
    alone = [p["measures"] for p in packages if p["measures"]["aid"] == 0.0]
    assert alone
    assert alone[0]["guard"] == pytest.approx(0.75, abs=0.003)
    costs = [p["cost"] for p in packages]
    assert costs == sorted(costs)
    assert answer.json["threshold"]["guard"] == pytest.approx(0.75, abs=0.003)
    assert len(packages) >= 3
    for one in packages:
        for other in packages:
            if one is not other:
                assert any(one["measures"][m] < other["measures"][m] for m in ("guard", "aid"))
    no = run("design", lottery, "--target", "peace >= 0.9", "--share", 1, *options)
    assert no.code == 4
    assert "no package" in no.err
    assert "nearest" in no.err
    assert run("design", lottery, "--target", "peace >= 0.3", "--measure", "extra", "--share", 0.5).code == 4
    plain = run("design", lottery, "--target", "peace>=0.3", "--share", 0.5, "--measure", "guard")
    assert "Minimal packages" in plain.out


def test_the_least_level_lies_between_those_tried(lottery: Path) -> None:
    call = ("design", lottery, "--target", "peace >= 0.3", "--share", 0.6, "--measure", "guard", "--json")
    for steps in (1, 3, 7):
        found = run(*call, "--steps", steps).json
        assert found["threshold"]["guard"] == pytest.approx(0.75, abs=0.003)
        assert found["packages"][0]["measures"]["guard"] == found["threshold"]["guard"]


@pytest.mark.parametrize(
    ("folder", "target", "share", "worlds"),
    [
        ("lottery", "peace >= 0.3", 0.6, 500),
        pytest.param("ukraine", "lasting_peace >= 0.5", 0.8, 400, marks=pytest.mark.slow),
    ],
)
def test_report_and_design_name_the_same_packages(
    lottery: Path, tmp_path: Path, folder: str, target: str, share: float, worlds: int
) -> None:
    study = UKRAINE if folder == "ukraine" else lottery
    common = ("--target", target, "--share", share, "--worlds", worlds)
    assert run("report", study, *common, "--format", "json", "--out", tmp_path / "out").code == 0
    reported = json.loads((tmp_path / "out" / "report.json").read_text())["exact"]["packages"]
    assert reported
    measures = [word for name in reported[0]["measures"] for word in ("--measure", name)]
    answer = run("design", study, *common, *measures, "--json")
    assert answer.code == 0, answer.err
    designed = answer.json["packages"]
    assert [p["measures"] for p in designed] == [p["measures"] for p in reported]
    assert [p["share"] for p in designed] == [p["share"]["mean"] for p in reported]
    assert [p["cost"] for p in designed] == pytest.approx([sum(p["costs"].values()) for p in reported])


def test_form(lottery: Path) -> None:
    answer = run("form", lottery, "--metric", "peace", "--worlds", 500, "--json")
    assert answer.code == 0
    forms = answer.json["forms"]
    # Nobody decides anything: no convention matters.
    assert len(forms) >= 4
    for by in forms.values():
        assert by["guarded"]["peace"]["mean"] == pytest.approx(0.5, abs=5e-3)
    assert run("form", lottery, "--worlds", 200).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("conditions", "--where", "peace < 0"), 4, "no world meets"),
        (("conditions", "--where", "peace >= 0"), 4, "every world meets"),
        (("conditions", "--where", "peas < 0.5"), 3, "did you mean peace"),
        (("conditions", "--where", "peace <"), 3, "cannot be read"),
        (("conditions", "--where", "war_if_peace < 0.5"), 4, "cannot be said in any world"),
        (("conditions", "--where", "log(-x) > 0", "--arrangement", "guarded"), 3, "log(-x) > 0"),
        (("sensitivity", "--arrangement", "nothing"), 4, "the same in all worlds"),
        (("sensitivity", "--metric", "peas"), 3, "did you mean peace"),
        (("sensitivity", "--arrangement", "gard"), 3, "guarded"),
        (("sensitivity", "--arrangement", "guarded", "--worlds", "1"), 4, "one"),
        (("claims", "--worlds", "1"), 4, "10 are needed"),
        (("claims", "--worlds", "9999999"), 4, "ask for 1 to 2,000,000"),
        (("sensitivity", "--arrangement", "guarded", "--worlds", "9999999"), 4, "ask for 1 to 2,000,000"),
        (("value", "--worlds", "9999999"), 4, "ask for 1 to 2,000,000"),
        (("claims", "--claim", "leest"), 3, "did you mean least"),
        (("robustness", "--worlds", "1"), 4, "10 are needed"),
        (("value", "--worlds", "1"), 4, "10 are needed"),
        (("conditions", "--where", "x < 0.5", "--worlds", "1"), 4, "10 are needed"),
        (("design", "--target", "peace >= 0.5", "--worlds", "1"), 4, "10 are needed"),
        (("form", "--worlds", "1"), 4, "10 are needed"),
        (("design", "--target", "peace >= 0.5", "--measure", "gard"), 3, "did you mean guard"),
        (("robustness", "--metric", "war_if_peace"), 4, "no value"),
    ],
)
def test_bad_input_gets_a_clear_answer(
    lottery: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    command, *rest = arguments
    answer = run(command, lottery, *rest)
    assert answer.code == code, answer.err
    assert words in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""


def test_few_effective_worlds_warn(observed: Path) -> None:
    answer = run("robustness", observed, "--worlds", 100)
    assert answer.code == 0
    assert "effective worlds" in answer.err


def test_a_study_without_claims_says_so(tmp_path: Path) -> None:
    folder = study(tmp_path, LOTTERY[: LOTTERY.index("claims:")])
    answer = run("claims", folder)
    assert answer.code == 3
    assert "makes no claims" in answer.err
    assert run("assess", folder, "--worlds", 100, "--claims", "--json").json["claims"] == {}


def test_audit_ranks_by_what_moves_the_answer_and_rests_on_little(lottery: Path) -> None:
    answer = run("audit", lottery, "--rank", "--metric", "peace", "--worlds", 1000, "--json")
    assert answer.code == 0
    ranking = answer.json["ranking"]
    assert [row["name"] for row in ranking["parameters"]] == ["x", "z", "idle"]
    assert ranking["parameters"][0]["score"] > 0.5
    assert ranking["parameters"][-1]["score"] == 0.0
    assert "x: " in run("audit", lottery, "--rank", "--metric", "peace", "--worlds", 1000).out
    assert "ranking" not in run("audit", lottery, "--json").json


@pytest.mark.parametrize(
    "command",
    [
        ("assess", "--claims"),
        ("claims",),
        ("sensitivity", "--method", "morris", "--metric", "peace", "--arrangement", "mixed"),
        ("robustness",),
        ("value",),
    ],
    ids=lambda words: words[0],
)
def test_what_all_prints_goes_to_a_file_too(lottery: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "tables.json"
    answer = run(command[0], lottery, *command[1:], "--worlds", 200, "--json", "--tables", file)
    assert answer.code == 0
    shown = json.loads(file.read_text(encoding="utf-8"))
    assert shown["format"] == "backstop-tables/1"
    printed = run(command[0], lottery, *command[1:], "--worlds", 200, "--all").out
    flat = " ".join(printed.split())
    assert shown["tables"]
    for table in shown["tables"]:
        assert table["title"] in flat
        assert len(table["rows"]) >= 1
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
    # Charts are in the file alone.
    assert bool(shown["figures"]) == (command[0] != "value")  # knowing is worth nothing there
    for figure in shown["figures"]:
        assert figure["wide"].startswith("<svg ")
        assert figure["source"].startswith("Source: ")
    assert shown["title"] in flat
    assert [line for line in shown["lines"] if line[:30] in flat]
    if command[0] in ("assess", "claims"):
        assert len(shown["sections"]) >= 6
        assert all(section["title"] in flat for section in shown["sections"])


def test_tables_never_go_onto_the_study(lottery: Path) -> None:
    file = lottery if lottery.is_file() else lottery / "scenario.yaml"
    before = file.read_bytes()
    answer = run("robustness", lottery, "--worlds", 50, "--tables", file)
    assert answer.code == 3
    assert "the study itself" in answer.err
    assert file.read_bytes() == before
