"""Faults a user can cause."""

from __future__ import annotations

import pytest

from backstop.base.faults import BackstopError, CheckFailed, Fault, InvalidInput, Place, Refused


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (Place(), ""),
        (Place("a.yaml"), "a.yaml"),
        (Place("a.yaml", 3), "a.yaml:3"),
        (Place("a.yaml", 3, 7), "a.yaml:3:7"),
        (Place("a.yaml", 3, 7, "start"), "a.yaml:3:7 start"),
        (Place(path="start"), "start"),
    ],
)
def test_places(place: Place, shown: str) -> None:
    assert str(place) == shown


def test_a_fault_says_where_what_and_what_to_do() -> None:
    assert str(Fault("no phase is called x", Place("a.yaml", 1, 2, "start"), "did you mean y?")) == (
        "a.yaml:1:2 start: no phase is called x; did you mean y?"
    )
    assert str(Fault("too much")) == "too much"
    assert str(Fault("too much", hint="ask for less")) == "too much; ask for less"


@pytest.mark.parametrize(("kind", "code"), [(CheckFailed, 1), (InvalidInput, 3), (Refused, 4)])
def test_exit_codes(kind: type[BackstopError], code: int) -> None:
    assert kind("wrong").exit_code == code
    assert issubclass(kind, BackstopError)


def test_an_error_lists_all_its_faults() -> None:
    one, two = Fault("one"), Fault("two", Place("f", 2))
    assert InvalidInput("one").faults == (one,)
    assert InvalidInput(one).faults == (one,)
    assert InvalidInput(iter([one, two])).faults == (one, two)
    assert str(InvalidInput([one, two])) == "one\nf:2: two"
