"""Worlds taken out of many by their weights stand for all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.command import run

import backstop
from backstop.questions.claims.judging import judge_claims
from backstop.questions.inquiry import inquiry_of
from backstop.worlds.statistics import REPLICATIONS, replication_mass
from backstop.worlds.weights import taken

STUDY = "examples/korea-1953"


@given(st.integers(0, 2**32), st.integers(1, 200), st.integers(0, 2000))
def test_every_replication_keeps_its_share(seed: int, worlds: int, more: int) -> None:
    """Numbers stay in their replication, weights add up to what the replications weighed, none stands twice."""
    random = np.random.default_rng(seed)
    weights = random.exponential(size=worlds + more) ** 4
    numbers, found = taken(weights, worlds, random.normal(size=weights.size))
    assert numbers.shape == found.shape == (worlds,)
    assert (numbers % REPLICATIONS == np.arange(worlds) % REPLICATIONS).all()
    assert found.max() == 1.0 and (found >= 0.0).all()
    counted = numbers[found > 0.0]
    assert len(set(counted.tolist())) == len(counted)
    before, after = replication_mass(weights, weights.size), replication_mass(found, worlds)
    some = slice(min(worlds, REPLICATIONS))
    np.testing.assert_allclose(after[some] / after.sum(), before[some] / before[some].sum(), rtol=1e-9)


def test_worlds_of_no_weight_are_not_counted() -> None:
    """A world that weighs nothing has no weight when it is taken for want of others."""
    weights = np.zeros(64)
    weights[5] = 2.0
    numbers, found = taken(weights, 32, np.arange(64.0))
    assert numbers[5] == 5 and found[5] == 1.0 and found.sum() == 1.0


def test_few_worlds_have_the_figures_of_the_many() -> None:
    """Means and ranges of the few are near those of the many, nearer than those of few weighed by themselves."""
    model = backstop.load("examples/ukraine-2025")
    names = ["aid_only", "full_package"]
    many = backstop.assess(model, 4_000, arrangements=names)
    few = backstop.assess(model, 512, arrangements=names, out_of=4_000)
    assert few.out_of == 4_000 and few.numbers is not None
    assert few.worlds == 512 and 100 < few.effective_worlds <= 512
    for name in names:
        wanted, got = (of.arrangements[name].metrics["lasting_peace"] for of in (many, few))
        assert wanted.mean is not None and got.mean == pytest.approx(wanted.mean, abs=0.02)
        assert wanted.q05 is not None and got.q05 == pytest.approx(wanted.q05, abs=0.15)
        np.testing.assert_array_equal(
            few.arrangements[name].samples["lasting_peace"],
            many.arrangements[name].samples["lasting_peace"][few.numbers],
        )


def test_the_same_worlds_are_taken_whatever_is_set() -> None:
    """An intervention leaves the worlds and their weights as they are."""
    plain = backstop.assess(STUDY, 256, out_of=2_000)
    put = backstop.assess(STUDY, 256, out_of=2_000, set={next(iter(backstop.load(STUDY).uncertain)): 0.5})
    assert plain.numbers is not None and put.numbers is not None
    np.testing.assert_array_equal(plain.numbers, put.numbers)
    assert plain.weights is not None and put.weights is not None
    np.testing.assert_array_equal(plain.weights, put.weights)


def test_without_weights_they_are_the_first() -> None:
    """Where all worlds have the same weight nothing has to be taken."""
    plain, out_of = (backstop.assess("examples/ladder", 64, out_of=of).as_dict() for of in (None, 640))
    assert plain == out_of


def test_counter_examples_are_named_by_the_number_of_their_world() -> None:
    """`explain --world` finds the world of a counter-example by the number that is told."""
    result = backstop.assess(STUDY, 256, out_of=2_000)
    found = judge_claims(inquiry_of(result), camps=False, solved=result)
    told = [each.world for claim in found.results.values() for each in claim.counterexamples]
    assert told and result.numbers is not None
    assert set(told) <= set(result.numbers.tolist())


def test_the_command_says_out_of_how_many() -> None:
    """The option is in JSON and in words; fewer than are taken, and `--until`, are refused."""
    of = ["assess", STUDY, "--worlds", "128", "--out-of", "1000"]
    assert run(*of, "--json").json["out_of"] == 1000
    assert "128 worlds taken by their weights out of 1,000" in " ".join(run(*of, "--all").out.split())
    refused = run("assess", STUDY, "--worlds", "128", "--out-of", "100")
    assert refused.code == 2 and "cannot be taken out of 100" in refused.err
    refused = run(*of, "--until", "0.01")
    assert refused.code == 2 and "without --out-of" in refused.err
