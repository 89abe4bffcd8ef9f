from pathlib import Path

import numpy as np
import pytest

from backstop.questions.methods.box import Box, Limit
from backstop.questions.words import (
    Wording,
    box_sentence,
    limit_words,
    limits_words,
    rule_sentence,
    titles,
    wordings,
)
from backstop.scenario.study import load

SETTLING = Wording(
    "Settling", "chance a year", "the text takes hold slowly", "the text takes hold fast", middle=0.25
)
STAKE = Wording("Stake", "share of the stake", "the text grants little", "the text grants much", 0.08)


def test_one_value_at_an_end_of_the_range_is_told_by_its_clause() -> None:
    intent = Wording(
        "Its intent", "0 = content, 1 = wants more", "it is content", "it wants more", middle=0.5
    )

    def only(value: float) -> str:
        limit = Limit(low=value, high=value, lowest=0.0, highest=1.0, stepped=True)
        return limit_words("intent", limit, intent)

    assert only(0.0) == "it is content"
    assert only(1.0) == "it wants more"
    assert only(0.5) == "“Its intent” is 0.5"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(0.40213, None, 0.0, 1.0), "“US resolve” is above 0.4"),
        (Limit(None, 0.40713, 0.0, 1.0), "“US resolve” is below 0.41"),
        (Limit(0.2, 0.4, 0.0, 1.0), "“US resolve” is between 0.2 and 0.4"),
        (Limit(5.0, None, 1.0, 9.0, stepped=True), "“US resolve” is 5 or more"),
        (Limit(None, 5.0, 1.0, 9.0, stepped=True), "“US resolve” is 5 or less"),
        (Limit(5.0, 5.0, 1.0, 9.0, stepped=True), "“US resolve” is 5"),
    ],
)
def test_restrictions_in_words(limit, words):
    assert limit_words("us_resolve", limit, Wording("US resolve", "probability")) == words


def test_digits_follow_the_range():
    delay = limit_words("delay", Limit(61.4321, None, 0.0, 365.0), Wording("Delay", "days"))
    assert delay == "“Delay” is above 61 days"
    assert limit_words("x", Limit(0.00123456, None, 0.0, 0.005)) == "“X” is above 0.00123"
    assert limit_words("cost", Limit(12345.678, None, 0.0, 50000.0)) == "“Cost” is above 12,346"


def test_the_ends_of_a_range_in_words_of_the_study():
    limits = {"settling": Limit(None, 0.1, 0.0, 0.5), "stake": Limit(0.1, None, 0.0, 0.3)}
    assert limits_words(limits, {"settling": SETTLING, "stake": STAKE}) == (
        "the text takes hold slowly (under one chance in ten a year) and grants much (over a tenth of the stake)"
    )


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        # A limit that keeps more than half of the values at that end is not called by the end's name.
        (Limit(None, 0.3, 0.0, 0.5), "“Settling” is below 30 chances in 100 a year"),
        (Limit(0.1, None, 0.0, 0.5), "“Settling” is above one chance in ten a year"),
        (Limit(0.3, None, 0.0, 0.5), "the text takes hold fast (over 30 chances in 100 a year)"),
        (Limit(0.1, 0.2, 0.0, 0.5), "“Settling” is between 10 and 20 chances in 100 a year"),
        (Limit(None, 0.004, 0.0, 0.5), "the text takes hold slowly (under 4 chances in 1,000 a year)"),
        (
            Limit(None, 0.25, 0.0, 0.5, stepped=True),
            "the text takes hold slowly (one chance in four a year or less)",
        ),
    ],
)
def test_which_end_a_limit_is_at(limit, words):
    assert limit_words("settling", limit, SETTLING) == words


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (
            "Upland hopes to gain little",
            "Upland loses much",
            "Upland hopes to gain little (under 1) and loses much",
        ),
        ("the long war costs little", "the long peace pays", "(under 1) and the long peace pays"),
        ("a year of war is dear", "a year of peace pays", "(under 1) and a year of peace pays"),
        ("Upland hopes little", "Lowland hopes little", "(under 1) and Lowland hopes little"),
    ],
)
def test_only_the_same_subject_is_said_once(first, second, words):
    limits = {"a": Limit(None, 1.0, 0.0, 10.0), "b": Limit(None, 1.0, 0.0, 10.0)}
    said = limits_words(
        limits, {"a": Wording("A", low=first, middle=5), "b": Wording("B", low=second, middle=5)}
    )
    assert words in said


def test_a_sentence_explains_coverage_and_density():
    box = Box(
        {"a": Limit(None, 0.4, 0.0, 1.0), "aid_delay": Limit(60.0, None, 0.0, 365.0)},
        coverage=0.82,
        density=0.95,
        mass=0.1,
    )
    of = {"a": Wording("US resolve"), "aid_delay": Wording("Delay of aid", "days")}
    text = box_sentence(box, "lasting peace is below 0.5", 0.3, of)
    assert text == (
        "Where “US resolve” is below 0.4 and “Delay of aid” is above 60 days, lasting peace is below 0.5 in 95 of 100 "
        "worlds (against 30 of 100 everywhere); 82 of 100 of all worlds in which "
        "lasting peace is below 0.5 lie there."
    )


def test_a_box_that_holds_all_says_so():
    box = Box({"a": Limit(None, 0.4, 0.0, 1.0)}, 1.0, 1.0, 0.1)
    assert box_sentence(box, "it fails", 0.1, {}) == (
        "Where “A” is below 0.4, it fails in all worlds (against 10 of 100 everywhere); all worlds "
        "in which it fails lie there."
    )


def test_a_rule_in_words():
    text = rule_sentence({"a": Limit(None, 0.4, 0.0, 1.0)}, 0.83, 0.2, "it fails", {})
    assert text == "Where “A” is below 0.4 (20 of 100 worlds), it fails in 83 of 100 worlds."


TITLES = (
    "Ukraine's losses",
    "NATO cohesion",
    "Putin's resolve",
    "Überwachung",
    "Kyiv falls",
    "I think",
    "iPhone",
)


def test_titles_keep_their_case(tmp_path: Path):
    # However a title begins, nothing says whether its first word is a name: it stays as it was written.
    written = "\n".join(
        f'  p{at}: {{uniform: [0, 1], title: "{title}", basis: judgement}}' for at, title in enumerate(TITLES)
    )
    (tmp_path / "scenario.yaml").write_text(
        "format: backstop/1\ntitle: T\nhorizon: {years: 1, period: year, tail_years: 0}\n"
        "actors: {a: {name: Ukraine, discount: 0, noise: 1}}\narrangements: {only: {title: Minsk II}}\n"
        f"parameters:\n{written}\n"
        f"start: on\nphases: {{on: {{absorbing: true, payoffs: {{a: {'+'.join(f'p{at}' for at in range(7))}}}}}}}\n"
        "outcomes: {o: {next: on}}\nmetrics: {v: {value: a, title: Minsk II holds}}\n",
        encoding="utf-8",
    )
    model = load(tmp_path)
    assert tuple(titles(model).values()) == TITLES
    assert tuple(of.title for of in wordings(model).values()) == TITLES


def test_limits_near_an_end_are_not_rounded_onto_it():
    assert limit_words("a", Limit(None, 0.0004, 0.0, 1.0)) == "“A” is below 0.0004"
    assert limit_words("a", Limit(0.99996, None, 0.0, 1.0)) == "“A” is above 0.99996"
    assert limit_words("a", Limit(float(np.nextafter(0.0, 1.0)), None, 0.0, 1.0)) == "“A” is above 0"
    assert limit_words("a", Limit(0.0, 0.0, 0.0, 1.0, True)) == "“A” is 0"
