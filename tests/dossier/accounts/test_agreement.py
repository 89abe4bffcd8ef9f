import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dossier.building import small, statement
from tests.reference.agreement import alpha_by_pairs

from backstop.dossier.accounts.agreement import agreement, alpha_nominal

# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example C: nominal alpha 0.743.
EXAMPLE = [
    [1, 1, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [5, 5, 5],
    [1, 1],
    [3],
]


def test_the_published_example():
    assert alpha_nominal(EXAMPLE) == pytest.approx(0.743, abs=0.0005)


def test_two_observers_of_the_published_example():
    # The same paper, example A: binary data, ten units, alpha 0.095.
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert alpha_nominal(list(zip(one, other, strict=True))) == pytest.approx(0.095, abs=0.0005)


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_both_ways_give_the_same(units):
    one, other = alpha_nominal(units), alpha_by_pairs(units)
    assert (one is None) == (other is None)
    if one is not None:
        assert one == pytest.approx(other)


def test_full_agreement_is_one_and_no_variation_has_none():
    assert alpha_nominal([["a", "a"], ["b", "b"]]) == pytest.approx(1)
    assert alpha_nominal([["a", "a"], ["a", "a"]]) is None
    assert alpha_nominal([]) is None


def test_coders_of_one_source_are_compared_on_overlapping_passages():
    wants, met = "He wants 40 observers on the lake", "The envoy met both sides in Vienna on Monday"
    dossier = small(
        [
            statement("a1", "a", wants, coder="one", type="demand"),
            statement("a2", "a", "wants 40 observers on the lake", coder="two", type="demand"),
            statement("a3", "a", met, coder="one", type="report of fact"),
            statement("a4", "a", met, coder="two", type="assessment"),
            statement("b1", "b", "Sixty observers would go", coder="one"),
        ]
    )
    found = agreement(dossier)
    assert list(found) == ["a"]
    types = next(row for row in found["a"] if row.field == "type")
    assert (types.units, types.values) == (2, 4)
    assert types.alpha == pytest.approx(1 - 2 * 3 / (16 - 4 - 1 - 1))
