import json
from pathlib import Path

import pytest

from backstop.report.charts import bars, curves, dots, intervals, ranges, scatter, stacks, style, verdicts
from backstop.report.content import Figure, Report
from backstop.worlds.result import Curve
from backstop.worlds.statistics import Summary

GOLDEN = Path(__file__).parent / "golden"


def _summary(mean: float) -> Summary:
    return Summary(mean, 0.004, mean - 0.2, mean - 0.1, mean, mean + 0.1, mean + 0.2)


def _curve() -> Curve:
    mean = (1.0, 0.9, 0.8)
    return Curve(mean, (0.0, 0.01, 0.01), (1, 0.7, 0.5), (1, 0.8, 0.7), mean, (1, 0.95, 0.9), (1, 0.97, 0.95))


CHARTS = {
    "intervals": lambda: intervals.chart(
        [intervals.Panel("Peace", {"Bare": _summary(0.4), "Guarded": _summary(0.6)}, "probability", (0, 1))],
        width=180,
    ),
    "curves": lambda: curves.chart(
        [curves.CurvePanel("Bare", _curve(), (curves.BaseRate(1.0, 0.8, 0.6, 0.95, "record"),))],
        [0.0, 1.0, 2.0],
    ),
    "stacks": lambda: stacks.chart({"Bare": {"Peace": [1.0, 0.6], "War": [0.0, 0.4]}}, [0.0, 2.0]),
    "scatter": lambda: scatter.chart(
        [scatter.Point("Bare", 0.3, 0.5, 0.01, 0.01), scatter.Point("Guarded", 0.2, 0.8, 0.01, 0.02)],
        "signed",
        "holds",
    ),
    "verdicts": lambda: verdicts.chart(
        [verdicts.Row("A claim.", "leans true", 0.7, 0.1), verdicts.Row("Another one.", "moot", None, 1.0)]
    ),
    "tornado": lambda: bars.tornado([bars.Bar("Prize", 0.4, 0.7, "0.2", "2")], 0.5, "Peace"),
    "shares": lambda: bars.shares(["Prize", "Ceiling"], [0.4, 0.1], [0.02, 0.01], "share"),
    "ranges": lambda: ranges.chart([ranges.Range("1. Here", "Prize", 0.2, 2.0, 1.1, 2.0, "above 1.1")]),
    "dots": lambda: dots.chart(
        [dots.Row("Package 1", {"force": 30.0}, {"share": "82 of 100"})],
        {"force": "Force", "pledge": "Pledge"},
        ["share"],
    ),
}


def _stable(value: object) -> object:
    """The specification without names that the chart library counts up over a session."""
    if isinstance(value, dict):
        return {k: _stable(v) for k, v in value.items() if k not in ("$schema", "name", "views")}
    if isinstance(value, list):
        return [_stable(v) for v in value]
    return value


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_as_they_were_looked_at(name: str, request: pytest.FixtureRequest) -> None:
    """To accept a change after looking at the picture: delete the file and run the test twice."""
    found = json.loads(json.dumps(_stable(style.specification(CHARTS[name]()))))
    path = GOLDEN / f"{name}.json"
    if not path.exists():
        path.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        pytest.fail(f"{path.name} was not there and has been written: look at the picture, then run again")
    assert found == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CHARTS)
def test_charts_can_be_drawn_and_fetch_nothing(name: str) -> None:
    specification = style.specification(CHARTS[name]())
    assert "url" not in json.dumps(_stable(specification))
    assert style.svg(specification).startswith("<svg")


def _kept(report: Report) -> list[Figure]:
    return list(report.figures())


def test_every_figure_says_what_it_is(small_report: Report) -> None:
    figures = _kept(small_report)
    assert {f.name for f in figures} >= {
        "arrangements",
        "signing-and-holding",
        "values",
        "costs",
        "course",
        "claims",
        "drivers",
    }
    assert len({f.name for f in figures}) == len(figures)
    for figure in figures:
        assert figure.title and figure.definition and len(figure.alternative) > 20, figure.name
        assert "1,024 worlds" in figure.source or "graph.yaml" in figure.source


def test_a_figure_on_its_own_carries_title_definition_source_and_note(small_report: Report) -> None:
    figure = next(f for f in _kept(small_report) if f.name == "claims")
    whole = style.furnished(figure)
    drawn = " ".join(style.svg(whole).replace("</text>", " ").replace("<", " <").split())
    for part in (figure.title.split()[-1].rstrip("."), "Made", "Verdict"):
        assert part in drawn
    assert whole["description"] == figure.alternative
    assert style.png(whole, scale=0.5).startswith(b"\x89PNG")


def test_colours_are_never_the_only_difference(small_report: Report) -> None:
    """Every nominal colour stands beside a shape, a dash, a letter or a figure of the same thing."""
    shapes = [shape for shape, _ in verdicts.MARKS.values()]
    assert len(set(shapes)) == len(shapes) == 6
    stack = next(f for f in _kept(small_report) if f.name == "course")
    assert '"field": "letter"' in json.dumps(style.furnished(stack))


def test_tones_give_colours_and_none_repeats_within_one() -> None:
    tones = {"Peace": "good", "Calm": "good", "Talks": "mixed", "War": "bad", "Other": None}
    found = dict(zip(tones, stacks.coloured(list(tones), tones), strict=True))
    assert found["Peace"] == style.BLUE
    assert found["War"] == style.ORANGE
    assert len(set(found.values())) == 5
    # Without any tone the colours are those of the house, in turn.
    assert stacks.coloured(["a", "b"], {}) == list(stacks.COLOURS[:2])


def test_letters_number_the_parts_of_a_stack() -> None:
    assert [style.numbered(i, 3) for i in range(3)] == ["A", "B", "C"]
    assert style.numbered(30, 40) == "31"
