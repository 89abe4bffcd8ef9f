"""The quick part of fuzzing: every kept file, and some thousand made wrong; the rest is `tests.fuzz.driver`."""

import logging

import pytest
from tests.fuzz import driver
from tests.fuzz.readers import READERS

CASES = 120
"""Cases of each reader."""


@pytest.fixture(scope="module")
def files():
    return driver.corpus()


@pytest.fixture(autouse=True)
def quiet():
    """Libraries that read for us warn and log of what is wrong; that says nothing to a person."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", READERS)
def test_a_reader_ends_with_an_error_of_ours_alone(files, name):
    driver.warm_up(files, [name])
    tally = driver.Tally()
    for data in files[name]:
        driver.attempt(tally, name, data)
    for number in range(CASES):
        driver.attempt(tally, *driver.case(number, 0, files, [name]))
    assert [failure for _, _, failure in tally.failures] == []
    assert tally.read[name] + tally.refused[name] == len(files[name]) + CASES


@pytest.mark.filterwarnings("ignore:Duplicate name")  # archives that are made wrong on purpose
def test_a_case_comes_again_by_its_number_and_seed(files):
    names = list(READERS)
    one, other = ([driver.case(number, seed, files, names) for number in range(200)] for seed in (1, 1))
    assert one == other
    assert len({name for name, _ in one}) > len(names) / 2
    assert [driver.case(number, 2, files, names) for number in range(200)] != one


def test_a_reader_that_hangs_or_breaks_is_found(monkeypatch):
    def hang(_data):
        while True:
            pass

    def broken(_data):
        raise KeyError("x")

    monkeypatch.setattr(driver, "SECONDS", 0.05)
    monkeypatch.setattr(driver, "READERS", {"hang": hang, "broken": broken})
    tally = driver.Tally()
    driver.attempt(tally, "hang", b"")
    driver.attempt(tally, "broken", b"")
    assert [(name, why.split(" at ")[0]) for name, _, why in tally.failures] == [
        ("hang", "more than 0.05 seconds"),
        ("broken", "KeyError: 'x'"),
    ]
