import pytest

from backstop.questions.methods.box import Box, Limit
from backstop.questions.words import box_sentence, limit_words, rule_sentence


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(0.40213, None, 0.0, 1.0), "US resolve is above 0.4"),
        (Limit(None, 0.40713, 0.0, 1.0), "US resolve is below 0.41"),
        (Limit(0.2, 0.4, 0.0, 1.0), "US resolve is between 0.2 and 0.4"),
        (Limit(5.0, None, 1.0, 9.0, stepped=True), "US resolve is 5 or more"),
        (Limit(None, 5.0, 1.0, 9.0, stepped=True), "US resolve is 5 or less"),
        (Limit(5.0, 5.0, 1.0, 9.0, stepped=True), "US resolve is 5"),
    ],
)
def test_restrictions_in_words(limit, words):
    assert limit_words("us_resolve", limit, "US resolve", "probability") == words


def test_digits_follow_the_range():
    assert limit_words("delay", Limit(61.4321, None, 0.0, 365.0), unit="days") == "delay is above 61 days"
    assert limit_words("x", Limit(0.00123456, None, 0.0, 0.005)) == "x is above 0.00123"
    assert limit_words("cost", Limit(12345.678, None, 0.0, 50000.0)) == "cost is above 12,346"


def test_a_sentence_explains_coverage_and_density():
    box = Box(
        {"a": Limit(None, 0.4, 0.0, 1.0), "aid_delay": Limit(60.0, None, 0.0, 365.0)},
        coverage=0.82,
        density=0.95,
        mass=0.1,
    )
    text = box_sentence(box, "lasting peace is below 0.5", 0.3, {"a": "US resolve"}, {"aid_delay": "days"})
    assert text == (
        "Where US resolve is below 0.4 and aid delay is above 60 days, lasting peace is below 0.5 in 95 of 100 worlds "
        "(against 30 of 100 everywhere); 82 of 100 of all such worlds lie there."
    )


def test_a_box_that_holds_all_says_so():
    box = Box({"a": Limit(None, 0.4, 0.0, 1.0)}, 1.0, 1.0, 0.1)
    assert box_sentence(box, "it fails", 0.1, {}, {}) == (
        "Where a is below 0.4, it fails in all worlds (against 10 of 100 everywhere); all such worlds lie there."
    )


def test_a_rule_in_words():
    text = rule_sentence({"a": Limit(None, 0.4, 0.0, 1.0)}, 0.83, 0.2, "it fails", {}, {})
    assert text == "Where a is below 0.4 (20 of 100 worlds), 83 of 100 worlds are ones in which it fails."
