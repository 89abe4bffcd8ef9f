"""What commands print: the answer in short, within the width there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.support.command import Answer, run
from tests.support.small_studies import OBSERVED, PLEDGE, write

from backstop.base.words import terminal_width

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
UKRAINE = EXAMPLES / "ukraine-2025"
CHINESE = "以歐洲部隊為前沿並由後方保障支撐的持久和平安排方案之"
ARABIC = "ترتيب ضمانات مع قوة في المقدمة ودعم في الخلف لسلام دائم"
LONG = "A guarantee with a force in front and a backstop in the rear"


def widest(answer: Answer) -> int:
    return max(map(terminal_width, answer.out.splitlines()))


@pytest.fixture
def long_titles(tmp_path: Path) -> Path:
    """Twelve arrangements and all else with titles of 60 characters, Chinese and Arabic among them."""
    text = PLEDGE.replace("title: A pledge between neighbours", f"title: {LONG}")
    head, arrangements, rest = re.split(
        r"^(arrangements:\n(?:  .*\n)+)", text, maxsplit=1, flags=re.MULTILINE
    )
    titles = [f"{title} {at}" for at, title in enumerate([LONG, CHINESE, ARABIC] * 3)]
    more = "".join(f'  more_{at}: {{title: "{title}"}}\n' for at, title in enumerate(titles))
    return write(
        tmp_path / "long",
        f"{head}{arrangements}{more}{rest}".replace("title: Peace lasts", f"title: {CHINESE}"),
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("option", ["", "--all"])
def test_an_assessment_fits_the_width_it_gets(
    long_titles: Path, monkeypatch: pytest.MonkeyPatch, width: int, option: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    answer = run("assess", long_titles, "--worlds", 32, *([option] if option else []))
    assert answer.code == 0
    assert width // 2 < widest(answer) <= width
    assert "".join(LONG.split()) in "".join(answer.out.split())


LONGEST = {"chinese": (CHINESE * 8)[:195], "arabic": (f"{ARABIC} " * 4)[:195]}


def longest_titles(text: str, script: str) -> str:
    """The study of the pledge with 30 arrangements, everything titled with 200 characters of a script."""
    title = LONGEST[script]
    for told in ("title: A pledge between neighbours", "title: Peace lasts", "title: Border force"):
        text = text.replace(told, f'title: "{title} {len(told)}"')
    for name in ("North", "South"):
        text = text.replace(f"name: {name}", f'name: "{title} {name}"')
    more = "".join(f'  more_{at}: {{title: "{title} {at}"}}\n' for at in range(27))
    return text.replace("question: Does", f"question: {title}? Does").replace(
        "arrangements:\n", f"arrangements:\n{more}", 1
    )


@pytest.mark.parametrize("script", LONGEST)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_longest_titles_and_thirty_arrangements_take_forty_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int, script: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    study = write(tmp_path / "long", longest_titles(PLEDGE, script))
    answer = run("assess", study, "--worlds", 32)
    assert answer.code == 0, answer.err
    assert widest(answer) <= width
    assert len(answer.out.splitlines()) <= max(40, 40 * 80 // width)
    table = answer.out.partition("\u2500\n")[2].partition("\n... ")[0]
    names = re.findall(r"\(more_\d+\)", table)
    assert len(names) >= 3 and len(set(names)) == len(names)
    # Those that the sentences name are among the rows, and the others are counted.
    assert re.search(r"^Force and pledge +\d", answer.out, re.MULTILINE)
    assert re.search(r"^\.\.\. \d+ more arrangements: --table metrics$", answer.out, re.MULTILINE)
    assert re.search(r"Mind: \d+ more warnings, which --all\s+prints\.", answer.out)
    whole = "".join(run("assess", study, "--worlds", 32, "--all").out.split())
    assert "".join(LONGEST[script].split()) in whole.replace("\u200e", "")


def test_thirty_arrangements_with_short_titles_are_cut_to_forty_lines(tmp_path: Path) -> None:
    more = "".join(
        f"  more_{at}: {{title: Arrangement {at}, measures: {{force: {at}}}}}\n" for at in range(27)
    )
    study = write(tmp_path / "many", PLEDGE.replace("arrangements:\n", f"arrangements:\n{more}", 1))
    lines = run("assess", study, "--worlds", 32).out.splitlines()
    rows = [line for line in lines if re.search(r" \(\S+\u2013\S+\)$", line)]
    assert len(lines) == 40
    (left,) = [line for line in lines if line.startswith("... ")]
    assert left == f"... {30 - len(rows)} more arrangements: --table metrics"
    assert rows[0].startswith("Arrangement 0 ") and rows[-1].startswith("Force and pledge ")


def test_the_answer_of_ukraine_takes_forty_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    answer = run("assess", UKRAINE, "--worlds", 1000)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert len(lines) <= 40
    assert widest(answer) <= 80
    text = " ".join(answer.out.split())
    assert "what rests on the United States?" in text
    assert "“Lasting peace, a deal unbroken after ten years”: " in text
    assert "plausible range" in text
    assert "the most of 10 arrangements" in text
    assert "begin with a move" in text and "Of " in text
    assert "“Renewed war within ten years”" in text and "“Deal within two years”" not in text
    rows = [line for line in lines if re.search(r"\(\d+–\d+\)", line)]
    assert len(rows) == 10
    assert all(len(re.findall(r"\(\d+–\d+\)", row)) == 4 for row in rows)
    assert "--metric NAME" in text and "--table NAME" in text and "--all" in text


def test_the_short_answer_has_the_figures_of_the_json(tmp_path: Path) -> None:
    study = write(tmp_path / "observed", OBSERVED)
    shown = run("assess", study, "--worlds", 320, "--metric", "at_peace", "--metric", "worth").out
    found = run("assess", study, "--worlds", 320, "--json").json["arrangements"]
    rows = [line for line in shown.splitlines() if re.search(r" \(.*\d\)$", line)][-3:]
    for row, (name, of) in zip(rows, found.items(), strict=True):
        figures = re.findall(r"([-\d.]+) \(([-\d.]+)(?:–| to )([-\d.]+)\)", row)
        assert len(figures) == 2, row
        for figure, (metric, scale) in zip(figures, (("at_peace", 100), ("worth", 1)), strict=True):
            shown = of["metrics"][metric]
            for text, key in zip(figure, ("mean", "q05", "q95"), strict=True):
                places = len(text.partition(".")[2])
                # Ends are rounded to what their errors support.
                rounded = 0.0 if key == "mean" else 2 * scale * shown[f"{key}_se"]
                assert float(text) == pytest.approx(
                    scale * shown[key], abs=max(0.51 * 10**-places, rounded)
                ), name


def test_one_table_is_printed_alone(tmp_path: Path) -> None:
    study = write(tmp_path / "pledge", PLEDGE)
    answer = run("assess", study, "--worlds", 32, "--table", "values")
    assert answer.code == 0
    assert "Value to each actor at the start" in answer.out
    assert "What each arrangement gives" not in answer.out
    assert (
        "There is no table of observations"
        in run("assess", study, "--worlds", 32, "--table", "observations").out
    )
    wrong = run("assess", study, "--table", "valeus")
    assert (wrong.code, wrong.out) == (2, "")
    assert "did you mean values?" in wrong.err
    unknown = run("assess", study, "--worlds", 32, "--metric", "lastin")
    assert (unknown.code, unknown.out) == (3, "")
    assert "did you mean lasting?" in unknown.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "pledge=1"), "pledge"),
        (("--given", "spread=[0.4, 0.6]"), "spread"),
        (("--camp", "doves"), "doves"),
    ],
)
def test_what_was_set_stands_in_the_short_answer(tmp_path: Path, options: tuple[str, str], said: str) -> None:
    study = write(tmp_path / "pledge", PLEDGE)
    answer = run("assess", study, "--worlds", 64, *options)
    assert answer.code == 0
    assert re.search(rf"Mind: .*{said}", answer.out)


QUESTIONS = [
    ("claims",),
    ("conditions", "--where", "lasting < 0.6"),
    ("design", "--target", "lasting > 0.3", "--share", "0.5", "--steps", "2"),
    ("form", "--metric", "lasting"),
    ("robustness",),
    ("sensitivity",),
    ("sensitivity", "--method", "morris"),
    ("sensitivity", "--method", "tornado"),
    ("sensitivity", "--method", "regional"),
    ("value",),
]


@pytest.fixture
def asked(long_titles: Path) -> Path:
    """The study of long titles with claims."""
    scenario = long_titles / "scenario.yaml"
    claims = "claims:\n  helps: {text: Force helps., raises: {measures: [force], metric: lasting}}\n"
    claims += f'  pays: {{text: "{CHINESE}", raises: {{measures: [pledge], metric: lasting}}}}\n'
    scenario.write_text(scenario.read_text(encoding="utf-8") + claims, encoding="utf-8")
    return long_titles


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_a_question_is_answered_in_a_sentence_and_a_table_that_fit(
    asked: Path, monkeypatch: pytest.MonkeyPatch, question: tuple[str, ...]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    short = run(question[0], asked, *question[1:], "--worlds", 128)
    assert (short.code, widest(short) <= 80) == (0, True), short.err
    # The sentence comes before the first empty line, the table after it.
    title, _, finding = short.out.split("\n\n")[0].partition("\n")
    assert title and re.search(r"[.!?]$", finding)
    assert "──\n" in short.out
    monkeypatch.setenv("COLUMNS", "60")
    whole = run(question[0], asked, *question[1:], "--worlds", 128, "--all")
    assert (whole.code, widest(whole) <= 60) == (0, True)
    assert "--all prints" not in whole.out
    if "--all prints" in short.out:
        assert len("".join(whole.out.split())) > len("".join(short.out.split()))


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "words",
    [
        ("check", UKRAINE),
        ("why", UKRAINE, "us_backstop"),
        ("audit", UKRAINE),
        ("audit", UKRAINE, "--all"),
        ("graph", "explain", UKRAINE / "graph.yaml", "s17"),
    ],
)
def test_what_has_no_worlds_fits_as_well(
    monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    answer = run(*words)
    assert answer.code == 0, answer.err
    assert width // 2 < widest(answer) <= width


def test_an_audit_lists_the_first_of_each_grade_and_all_on_request() -> None:
    short, whole = run("audit", UKRAINE).out, run("audit", UKRAINE, "--all").out
    assert short.splitlines()[0] == whole.splitlines()[0]
    assert "more; --all lists them" in short and "more; --all" not in whole
    assert len(short.splitlines()) < 50 < len(whole.splitlines())
