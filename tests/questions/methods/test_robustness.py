import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.robustness import Criterion, classical, criterion_named, scored

TABLES = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(10, 40)), elements=st.floats(-100, 100)
)


def scores(name, table, weights=None, more=True, **arguments):
    return scored(table, criterion_named(name, **arguments), weights, more).scores


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_classical_criteria_are_their_hand_formulas(table):
    regret = table.max(axis=0) - table
    assert np.allclose(scores("maximin", table), table.min(axis=1))
    assert np.allclose(scores("maximax", table), table.max(axis=1))
    assert np.allclose(scores("laplace", table), table.mean(axis=1))
    assert np.allclose(scores("minimax_regret", table), regret.max(axis=1))
    assert np.allclose(
        scores("hurwicz", table, optimism=0.3), 0.3 * table.max(axis=1) + 0.7 * table.min(axis=1)
    )
    assert np.allclose(scores("domain", table, requirement=1.5), (table >= 1.5).mean(axis=1))
    assert np.allclose(scores("mean_variance", table), (table.mean(axis=1) + 1) / (table.std(axis=1) + 1))
    at = int(np.ceil(0.9 * table.shape[1] * (1 - 1e-12))) - 1
    assert np.allclose(scores("percentile_regret", table), np.sort(regret, axis=1)[:, at])


@settings(max_examples=40, deadline=None)
@given(TABLES)
def test_where_less_is_better_worst_means_high(table):
    assert np.allclose(scores("maximin", table, more=False), table.min(axis=1))
    regret = table - table.min(axis=0)
    assert np.allclose(scores("minimax_regret", table, more=False), regret.max(axis=1))
    assert np.allclose(scores("domain", table, more=False, requirement=1.5), (table <= 1.5).mean(axis=1))
    assert np.allclose(scores("hurwicz", table, more=False, optimism=1.0), table.min(axis=1))
    assert np.allclose(
        scores("mean_variance", table, more=False), (table.mean(axis=1) + 1) * (table.std(axis=1) + 1)
    )


def test_worst_share_counts_the_border_world_in_part():
    table = np.arange(20.0)[None]
    weights = np.ones(20)
    found = scored(table, Criterion("raw", "worst", "mean", share=0.125), weights)
    assert found.scores[0] == pytest.approx((0 + 1 + 0.5 * 2) / 2.5)
    low_is_good = scored(table, Criterion("raw", "worst", "mean", share=0.1), weights, more_is_better=False)
    assert low_is_good.scores[0] == pytest.approx(18.5)


def test_a_percentile_is_counted_from_the_worst():
    table = np.random.default_rng(0).normal(size=(3, 50))
    tenth = scored(table, Criterion(subset="percentile", share=0.1)).scores
    assert np.allclose(tenth, np.sort(table, axis=1)[:, 4])


def test_whole_weights_are_repeated_worlds():
    generator = np.random.default_rng(1)
    table, weights = generator.normal(size=(3, 200)), generator.integers(0, 4, size=200)
    repeated = np.repeat(table, weights, axis=1)
    for name in (*classical(), "domain"):
        one = scores(name, table, weights, requirement=0.2)
        other = scores(name, repeated, requirement=0.2)
        assert np.allclose(one, other), name


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_ranks_are_the_same_in_every_unit(unit):
    table = np.tile([[1.0, 2.0, 3.0], [1.0, 2.0, 4.0], [0.9, 2.0, 3.0]], 4) * unit
    # The first again, with the rounding of another order of the same sums.
    table = np.vstack([table, table[0] * (1.0 + 3e-16)])
    assert scored(table, classical()["laplace"]).ranks == (2, 1, 4, 2)
    assert scored(table, classical()["minimax_regret"]).ranks == (2, 1, 2, 2)


def test_what_cannot_be_told_apart_shares_a_rank():
    generator = np.random.default_rng(5)
    noise = generator.normal(size=4096)
    table = np.array([noise, generator.normal(size=4096), noise + 0.5])
    found = scored(table, classical()["laplace"])
    assert abs(found.scores[0] - found.scores[1]) > 1e-4
    assert found.ranks == (2, 2, 1)
    # The same small difference on the same worlds is sure.
    assert scored(np.array([noise, noise + 1e-3]), classical()["laplace"]).ranks == (2, 1)


def test_ranks_put_the_better_first_and_share_ties():
    table = np.tile([[1.0], [3.0], [3.0], [2.0]], 20)
    assert scored(table, classical()["laplace"]).ranks == (4, 1, 1, 3)
    assert scored(table, classical()["minimax_regret"]).ranks == (4, 1, 1, 3)
    assert scored(table, classical()["laplace"], more_is_better=False).ranks == (1, 3, 3, 2)


def test_errors_are_those_of_replicated_means():
    table = np.random.default_rng(2).normal(size=(2, 1600))
    se = scored(table, classical()["laplace"]).se
    by_replication = table.reshape(2, 100, 16).mean(axis=1)
    assert se == pytest.approx(by_replication.std(axis=1, ddof=1) / 4)
    assert scored(table[:, :20], classical()["laplace"]).se is None


def test_bad_requests():
    table = np.ones((2, 30))
    with pytest.raises(Refused, match="no value in 1"):
        scored(np.where(np.arange(60).reshape(2, 30) == 3, np.nan, 1.0), Criterion())
    with pytest.raises(Refused, match="effective worlds"):
        scored(table[:, :5], Criterion())
    with pytest.raises(InvalidInput, match="requirement"):
        scored(table, Criterion("meets"))
    with pytest.raises(InvalidInput, match="share"):
        scored(table, Criterion(subset="worst", share=0.0))
    with pytest.raises(InvalidInput, match="optimism"):
        scored(table, Criterion(aggregate="hurwicz", optimism=2.0))
    with pytest.raises(InvalidInput, match="did you mean maximin"):
        criterion_named("maxmin")
    with pytest.raises(InvalidInput, match="needs a requirement"):
        criterion_named("domain")
    with pytest.raises(InvalidInput, match="table"):
        scored(np.ones(3), Criterion())


def test_worlds_without_weight_do_not_count():
    table = np.ones((1, 40))
    table[0, 0] = np.nan
    weights = np.ones(40)
    weights[0] = 0
    assert scored(table, classical()["maximin"], weights).scores[0] == 1.0


@pytest.mark.parametrize("unit", [1e-14, 1.0, 1e12])
def test_ranks_and_requirements_are_the_same_in_every_unit(unit):
    worlds = np.linspace(1, 2, 64)
    rounding = worlds * (1 - 0.3) + worlds * 0.3
    table = np.stack([worlds, rounding, 1.3 * worlds]) * unit
    assert np.abs(rounding - worlds).max() > 0
    for name in ("maximin", "laplace", "minimax_regret"):
        assert scored(table, classical()[name]).ranks == (2, 2, 1), name
    # A value that falls short of the requirement by rounding alone meets it.
    short = np.full((1, 64), unit * 0.3) * (1 - 1e-12)
    assert scored(short, criterion_named("domain", 0.3 * unit)).scores[0] == 1.0
    assert scored(short * 0.999, criterion_named("domain", 0.3 * unit)).scores[0] == 0.0
