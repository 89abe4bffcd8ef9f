"""Slips in tables and sentences."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.models import model_of

from backstop.report.tables.assessment import heading, tables
from backstop.report.tables.slips import has_events, lead_event, slip_sentence, slips_in_words, slips_table
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result


def result(information: Any = "agent_error", noise: Any = 0.5, **more: Any) -> Result:
    """A year in which the rival attacks by a slip, or is bound to; then the guard may leave by a slip."""
    scenario = {
        "horizon": {"years": 1},
        "actors": {
            "rival": {"name": "The Rival", "discount": 0, "noise": noise},
            "guard": {"name": "The Guard", "discount": 0, "noise": noise},
        },
        "measures": {"wire": {"by": "guard", "range": [0, 1]}},
        "arrangements": {"open": {"title": "Open"}, "wired": {"title": "Wired", "measures": {"wire": 1}}},
        "start": "calm",
        "phases": {
            "calm": {
                "play": {
                    "actor": "rival",
                    "moves": {
                        "attack": "war_comes",
                        "wait": {"actor": "guard", "moves": {"strike": "war_comes", "stay": "quiet"}},
                    },
                    "bound": {"attack": "0.3 * wire"},
                }
            },
            "fight": {"absorbing": True},
        },
        "outcomes": {
            "war_comes": {"next": "fight"},
            "quiet": {"next": "calm", "payoffs": {"rival": 1, "guard": 1}},
        },
        "metrics": {
            "peace": {"title": "Peace", "avoid": ["fight"]},
            "war": {"title": "War", "reach": ["fight"]},
            "wars": {"title": "Wars", "count": ["war_comes"]},
            "calm_at_end": {"occupy": ["calm"]},
        },
        **more,
    }
    return assess(model_of(scenario), 32, information=information)


def test_the_table_has_a_row_for_every_event() -> None:
    table = slips_table(result())
    assert table.title == "How far events begin with slips"
    assert [row[0] for row in table.rows] == ["not “Peace”", "War", "Wars"]
    assert {row[1] for row in table.rows} == {"100 % (The Rival, The Guard)"}
    # Under the wire .3 are bound to come to war, and no slips: .7 * .2483 / (.3 + .7 * .2483).
    assert {row[2] for row in table.rows} == {"37 % (The Rival, The Guard)"}
    assert "not what it wants" in table.note


def test_shocks_are_not_called_slips() -> None:
    found = result("private_payoffs")
    table, sentence = slips_table(found), slip_sentence(found, "war", ["open"])
    assert table.title == "How far events begin with shocks"
    assert "slip" not in table.note and "slip" not in sentence
    assert "makes for a shock of the moment" in sentence


def test_a_sentence_names_whose_slip_came_first() -> None:
    found = result()
    assert slip_sentence(found, "war", ["open", "wired"]) == (
        "Of 25 cases in 100 of “War” under “Open”, 25 begin with a move that its mover itself ranks below another "
        "(most often The Rival; then The Guard); under “Wired”, of 47 cases in 100, 17 do."
    )
    assert slip_sentence(found, "peace", ["open"]).startswith(
        "Of 25 cases in 100 in which “Peace” fails under “Open”"
    )
    assert slip_sentence(found, "wars", ["open"]).startswith(
        "Of 0.25 expected cases of “Wars” under “Open”, 0.25 begin"
    )


def test_one_mover_is_named_with_its_own_number() -> None:
    guarded = result(
        outcomes={
            "war_comes": {"next": "fight"},
            "quiet": {"next": "calm", "payoffs": {"rival": 1, "guard": 9}},
        }
    )
    text = slip_sentence(guarded, "war", ["open"])
    assert (
        text
        == "Of 12 cases in 100 of “War” under “Open”, 12 begin with a move that The Rival itself ranks below another."
    )


def test_where_nobody_slips_none_begins_with_a_slip() -> None:
    found = result(noise=0)
    assert slip_sentence(found, "war", ["open"]) == ""
    assert slip_sentence(found, "war", ["open", "wired"]) == (
        "Of 30 cases in 100 of “War” under “Wired”, none begins with a move that its mover itself ranks below another."
    )
    table = slips_table(found)
    assert [row[1:] for row in table.rows] == [("-", "0 %")] * 3


def test_an_answer_speaks_of_its_own_event_first() -> None:
    found = result()
    assert lead_event(found, ("war", "peace"), "open") == "war"
    assert lead_event(found, ("calm_at_end", "peace"), "open") == "peace"
    assert lead_event(found, ("calm_at_end",), "open") == "peace"
    text = slips_in_words(found, ("calm_at_end",), "wired")
    assert text.startswith("Of 47 cases in 100 in which “Peace” fails under “Wired”, 17")
    assert "under “Open”, of 25 cases in 100, 25 do" in text


def test_a_good_event_is_spoken_of_last() -> None:
    found = result(
        phases={
            "calm": {
                "tone": "good",
                "play": {"actor": "rival", "moves": {"attack": "war_comes", "wait": "quiet"}},
            },
            "fight": {"tone": "bad", "absorbing": True},
        },
        metrics={
            "at_peace": {"reach": ["calm"]},
            "war": {"reach": ["fight"]},
            "calm_at_end": {"occupy": ["calm"]},
        },
    )
    assert lead_event(found, ("calm_at_end", "at_peace", "war"), "open") == "war"


def test_tables_of_an_assessment_have_slips_after_the_differences() -> None:
    assert tables(result())[2].title == "How far events begin with slips"
    without = result(metrics={"calm_at_end": {"occupy": ["calm"]}})
    assert not has_events(without)
    assert "How far" not in " ".join(table.title for table in tables(without))
    assert not any("too large" in line for line in heading(without))


@pytest.mark.parametrize("noise", [0.05, 0.08])
def test_rare_events_are_told_per_thousand_and_more(noise: float) -> None:
    text = slip_sentence(result(noise=noise), "war", ["open"])
    assert text.startswith("Of ") and ("cases in 100,000" in text or "cases in 10,000" in text)
