"""The tables of an assessment."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
from tests.support.small_studies import OBSERVED, PLEDGE

from backstop.report.tables.assessment import differences_table, heading, tables, whole_years
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.model import compile_scenario
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result
from backstop.worlds.statistics import Summary


@lru_cache
def result(text: str = PLEDGE, worlds: int = 160) -> Result:
    document, scenario, notes = read_scenario(text.encode(), "scenario.yaml")
    return assess(compile_scenario(scenario, document.place, notes=notes), worlds)


@pytest.mark.parametrize("text", [PLEDGE, OBSERVED])
def test_every_row_is_as_long_as_the_head(text: str) -> None:
    found = tables(result(text))
    assert len({table.title for table in found}) == len(found)
    for table in found:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_what_there_is_to_see() -> None:
    titles = [table.title for table in tables(result(OBSERVED))]
    assert titles == [
        "What each arrangement gives",
        "Difference from: Nothing",
        "How far events begin with slips",
        "Base rates the worlds must respect",
        "Expected number of times within 4 years",
        "Value to each actor at the start",
        "Expected cost within 4 years",
        "Year by year: Nothing",
        "Year by year: Force alone",
        "Year by year: Force and pledge",
    ]
    assert "Base rates the worlds must respect" not in [table.title for table in tables(result())]


def test_the_first_table_shows_the_range_over_worlds_and_errors_on_request() -> None:
    found = result(worlds=320)
    lasting = found.arrangements["bare"].metrics["lasting"]
    shown = next(row for row in tables(found)[0].rows if row[0] == "Peace lasts")[1]
    assert f"({lasting.q05:.2f} to {lasting.q95:.2f})" in shown
    assert "±" not in shown
    asked = next(row for row in tables(found, errors=True)[0].rows if row[0] == "Peace lasts")[1]
    assert "±" in asked
    # The low end too has an error that its last digit does not hold.
    assert lasting.q05_se is not None and lasting.q05_se > 0.005
    assert f"({lasting.q05:.2f} ±{lasting.q05_se:.2f} to {lasting.q95:.2f})" in asked


def test_totals_are_not_told_per_year() -> None:
    found = result(PLEDGE.replace("cost_unit: million", "cost_unit: million EUR a year"))
    assert "million EUR" in found.arrangements["both"].controllers["south"]
    costs = next(table for table in tables(found) if table.title.startswith("Expected cost"))
    assert costs.rows[0][0] == "Border force (million EUR)"
    assert not any("a year" in row[0] for row in costs.rows)


def test_a_hazard_is_named_after_what_may_happen() -> None:
    text = PLEDGE.replace(
        "  early_war:", "  resumed: {title: Calm after tension, avoid: [war], from: tension}\n  early_war:"
    )
    rows = [
        row[0]
        for table in tables(result(text))
        if table.title.startswith("Year by year")
        for row in table.rows
    ]
    named = [row for row in rows if "hazard" in row]
    assert "hazard of “War”" in named
    assert "hazard of “War”, from “Tension”" in named
    assert not any("Peace lasts" in row or "Calm after" in row for row in named)


def test_an_arrangement_that_changes_nothing_is_named() -> None:
    idle = PLEDGE.replace("shield: troops * (1 + pledge)", "shield: troops").replace(
        "  both: {", "  vain: {title: Pledge alone, measures: {pledge: 1}}\n  both: {"
    )
    assert "“Pledge alone” gives the same as “Nothing” in every world: “Pledge” has no effect" in heading(
        result(idle)
    )
    assert not any("the same as" in line for line in heading(result()))


def test_states_and_endings_go_from_good_to_bad() -> None:
    # Written from bad to good, so that the order of the file is not the order wanted.
    text = PLEDGE
    document, scenario, notes = read_scenario(text.encode(), "scenario.yaml")
    phases, outcomes = list(scenario.phases), list(scenario.outcomes)
    tones = ("bad", None, "mixed", "good")
    toned = scenario.model_copy(
        update={
            "phases": {
                n: of.model_copy(update={"tone": t})
                for (n, of), t in zip(scenario.phases.items(), tones, strict=False)
            },
            "outcomes": {
                n: of.model_copy(update={"tone": t})
                for (n, of), t in zip(scenario.outcomes.items(), tones, strict=False)
            },
        }
    )
    found = tables(assess(compile_scenario(toned, document.place, notes=notes), 32))
    order = {"bad": 3, None: 2, "mixed": 1, "good": 0}

    def ordered(names: list[str]) -> list[str]:
        tone = dict(zip(names, tones, strict=False))
        return sorted(names, key=lambda name: order[tone.get(name)])

    assert ordered(phases) != phases
    assert ordered(outcomes) != outcomes
    times = next(table for table in found if table.title.startswith("Expected number of times"))
    assert [row[0] for row in times.rows] == [scenario.outcomes[n].titled(n) for n in ordered(outcomes)]
    course = next(table for table in found if table.title.startswith("Year by year"))
    assert [row[0] for row in course.rows[: len(phases)]] == [
        scenario.phases[n].titled(n) for n in ordered(phases)
    ]


def test_one_arrangement_is_compared_with_nothing() -> None:
    document, scenario, _ = read_scenario(PLEDGE.encode(), "scenario.yaml")
    alone = assess(compile_scenario(scenario, document.place), 32, arrangements=["armed"])
    assert not [table.title for table in tables(alone) if table.title.startswith("Difference")]


def test_a_difference_has_a_sign_unless_it_is_nothing() -> None:
    table = tables(result())[1]
    cells = [cell for row in table.rows for cell in row[1:]]
    assert any(cell.startswith("+") for cell in cells)
    assert any(cell.startswith("-") for cell in cells)


@pytest.mark.parametrize(
    ("mean", "se", "shown"),
    [
        (0.0002, 0.002, "0.000 ±0.002"),
        (-0.0002, 0.002, "0.000 ±0.002"),
        (0.0, 0.0, "0"),
        (0.02, 0.002, "+0.020 ±0.002"),
    ],
)
def test_what_rounds_to_nothing_has_no_sign(mean: float, se: float, shown: str) -> None:
    whole = result()
    other = list(whole.arrangements)[1]
    differences = {name: Summary(mean, se, *[None] * 5) for name in whole.model.scenario.metrics}
    changed = replace(whole.arrangements[other], differences=differences)
    table = differences_table(replace(whole, arrangements={**whole.arrangements, other: changed}))
    assert {row[1] for row in table.rows} == {shown}


def test_the_heading_says_how_it_was_computed() -> None:
    (line,) = heading(result())
    assert line == "160 worlds, seed 1, payoff shocks read as agent_error"
    assert "weighted by 1 observation" in heading(result(OBSERVED))[1]


def test_missing_values_are_said_to_be_missing() -> None:
    rare = PLEDGE + "  never: {count: [probed], given: {reach: [war]}, by_year: 0.5}\n"
    rare = rare.replace("attack: attacked", "attack: probed")
    found = tables(result(rare))[0]
    assert found.rows[-1] == ("Never", "no value", "no value", "no value")
    assert "(up to 160)" in found.note


@pytest.mark.parametrize(
    ("years", "period", "steps"),
    [
        (4, "half-year", [0, 2, 4, 6, 8]),
        (1, "half-year", [0, 1, 2]),
        (1, "year", [0, 1]),
        (2, "month", [0, 12, 24]),
        (10, "year", list(range(11))),
        (20, "year", [*range(0, 20, 2), 20]),
        (2.5, "quarter", [0, 4, 8, 10]),
    ],
)
def test_years_shown(years: float, period: str, steps: list[int]) -> None:
    text = PLEDGE.replace("{years: 4, period: half-year}", f"{{years: {years}, period: {period}}}")
    assert whole_years(result(text, 16)) == steps


def test_hazards_and_shares_stand_year_by_year() -> None:
    table = tables(result())[-1]
    assert table.columns == ("year", "0", "1", "2", "3", "4")
    names = [row[0] for row in table.rows]
    assert names == ["Peace", "Tension", "War", "hazard of “War”"]
    war = table.rows[2]
    assert war[1] == "0.00"
    assert table.rows[3][1] == "-"
