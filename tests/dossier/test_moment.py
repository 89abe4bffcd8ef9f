"""Times by what they mean: instants, days, months, ranges, and dates that there are none of."""

import pytest

from backstop.dossier.moment import dates_at_fault, meet, time_of


@pytest.mark.parametrize(
    ("one", "other", "can_be_one"),
    [
        ("2025-03-01T23:30:00-05:00", "2025-03-02T04:30:00Z", True),
        ("2025-03-01T23:30:00-05:00", "2025-03-02T04:31:00Z", False),
        ("2025-03-01T23:30-05:00", "2025-03-02T04:30:20Z", True),
        ("2025-03-01T23:30:00-05:00", "2025-03-01", True),
        ("2025-03-01T23:30:00-05:00", "2025-03-03", False),
        ("2025-03-01T10:00", "2025-03-01T11:00", False),
        ("2025-03-01T10:00", "2025-03-01T11:00Z", True),
        ("1 March 2025", "2025-03-01", True),
        ("Saturday, 1st of March 2025", "March 1, 2025", True),
        ("1 March 2025", "2025-03-02", False),
        ("2025-03", "2025-03-15", True),
        ("March 2025", "2025-04-01", False),
        ("2025", "Dec. 2025", True),
        ("2025-03-01/2025-03-05", "5 March 2025", True),
        ("1 March 2025 to 5 March 2025", "6 March 2025", False),
        ("1-5 March 2025", "5 March 2025", True),
        ("between 1 March 2025 and 5 March 2025", "6 March 2025", False),
    ],
)
def test_times_are_compared_by_what_they_mean(one, other, can_be_one):
    first, second = time_of(one), time_of(other)
    assert first and second
    assert (meet(first, second), meet(second, first)) == (can_be_one, can_be_one)


@pytest.mark.parametrize("words", ["next week", "soon", "Monday", "after the truce", "", "3 to 5"])
def test_words_alone_are_no_time(words):
    assert time_of(words) is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "2025-13-45"}, "from"),
        ({"from": "2025-03-01", "to": "2025-02-30"}, "to"),
        ({"is": "30 February 2025"}, "is"),
        ({"is": "2025-03-01T25:00Z"}, "is"),
        ({"is": "2025-03-02/2025-03-01"}, "is"),
        ({"from": "2025-03-02", "to": "2025-03-01"}, "from"),
    ],
)
def test_a_date_that_there_is_none_of_is_named_with_its_field(given, field):
    ((at, why),) = dates_at_fault(given)
    assert at == field and given[field] in why


def test_sound_dates_have_no_fault():
    assert dates_at_fault({"from": "2025-02", "to": "2025-02-03", "is": "in spring"}) == []


@pytest.mark.parametrize("text", ["9999-12-31T23:59", "9999-12-31T23:59:59Z", "0001-01-01T00:00+05:00"])
def test_a_time_beyond_the_calendar_is_no_time(text):
    with pytest.raises(ValueError, match="there is no time"):
        time_of(text)
    assert dates_at_fault({"is": text})
