"""Other forms of the model intervene: they change what is solved, and no weight."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from tests.support.models import model_of
from tests.support.small_studies import OBSERVED, PLEDGE

from backstop.questions.inquiry import Inquiry
from backstop.questions.study.forms import answers_by_form, with_noise
from backstop.questions.study.headline_forms import headline_by_form
from backstop.report.tables.forms import forms_in_words
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result
from backstop.worlds.statistics import effective_worlds, mean_and_error

MODEL = model_of(OBSERVED)


@lru_cache
def result(worlds: int = 400) -> Result:
    return assess(MODEL, worlds)


def test_forms_keep_the_weights_of_the_study_as_it_stands() -> None:
    found = answers_by_form(Inquiry(MODEL, 400), ["lasting"], ["bare", "both"])
    weights = result().weights
    assert weights is not None and effective_worlds(weights) < 390
    # The same model solved without any observation gives the worlds of each form; the weights are put on after.
    plain = model_of(PLEDGE)
    forms = {
        "as it is": assess(plain, 400),
        "payoff shocks as private_payoffs": assess(plain, 400, information="private_payoffs"),
        "noise times 0.5": assess(with_noise(plain, 0.5), 400),
        "noise times 2": assess(with_noise(plain, 2.0), 400),
    }
    assert set(forms) < set(found.means)
    for label, solved in forms.items():
        for arrangement in ("bare", "both"):
            mean, _ = mean_and_error(solved.arrangements[arrangement].samples["lasting"], weights)
            assert found.means[label][arrangement]["lasting"][0] == pytest.approx(mean, abs=1e-12)


@pytest.mark.parametrize("target", [None, "lasting >= 0.5"])
def test_a_headline_by_form(target: str | None) -> None:
    whole = result()
    found = headline_by_form(whole, "lasting", "armed", target)
    weights = whole.weights
    assert (found.worlds, found.other, dict(found.failed)) == (400, "private_payoffs", {})
    plain = model_of(PLEDGE)
    samples = {
        "base": whole.arrangements["armed"].samples["lasting"],
        "read": assess(plain, 400, information="private_payoffs").arrangements["armed"].samples["lasting"],
        "halved": assess(with_noise(plain, 0.5), 400).arrangements["armed"].samples["lasting"],
        "doubled": assess(with_noise(plain, 2.0), 400).arrangements["armed"].samples["lasting"],
    }
    for name, values in samples.items():
        of = getattr(found, name)
        assert of.mean.mean == pytest.approx(mean_and_error(values, weights)[0], abs=1e-12)
        moved = mean_and_error(values - samples["base"], weights)[0]
        assert of.moved is None if name == "base" else of.moved.mean == pytest.approx(moved, abs=1e-12)
        if target is None:
            assert of.share is None
        else:
            met = (values >= 0.5).astype(float)
            assert of.share.mean == pytest.approx(mean_and_error(met, weights)[0], abs=1e-12)
    json = found.as_dict()
    assert list(json["forms"]) == ["private_payoffs", "noise_halved", "noise_doubled"]  # type: ignore[call-overload]


def test_many_worlds_are_asked_about_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    from backstop.questions.study import headline_forms

    monkeypatch.setattr(headline_forms, "_WORLDS", 128)
    whole = result(1_000)
    found = headline_by_form(whole, "lasting", "armed")
    # The first 128 worlds have to be worth a hundred, or more of them are taken.
    assert whole.weights is not None
    expected = 128
    while effective_worlds(whole.weights[:expected]) < 100:
        expected = min(2 * expected, 1_000)
    assert found.worlds == expected < 1_000
    private = assess(model_of(PLEDGE), 1_000, information="private_payoffs")
    values = private.arrangements["armed"].samples["lasting"]
    assert found.read is not None and found.read.mean is not None
    mean, _ = mean_and_error(values[:expected], whole.weights[:expected])
    assert found.read.mean.mean == pytest.approx(mean, abs=1e-12)
    assert f"on the first {expected} worlds" in forms_in_words(whole, found, "")


def test_the_reading_asked_for_is_the_base() -> None:
    private = assess(MODEL, 64, information="private_payoffs")
    found = headline_by_form(private, "lasting", "armed")
    assert found.other == "agent_error"
    assert "with payoff shocks read as the actors' errors" in forms_in_words(private, found, "")
    assert private.weights is not None and result(64).weights is not None
    np.testing.assert_array_equal(private.weights, result(64).weights)


def test_the_words_of_a_headline_by_form() -> None:
    whole = result()
    text = forms_in_words(whole, headline_by_form(whole, "lasting", "armed"), "")
    assert text.startswith("By the form of the model: “Peace lasts” under “Force alone”: as it is, ")
    for words in ("with the noise halved, ", "with the noise doubled, ", "of 100 cases"):
        assert words in text
    text = forms_in_words(
        whole, headline_by_form(whole, "lasting", "armed", "lasting >= 0.5"), "peace is likely"
    )
    assert text.startswith("By the form of the model: peace is likely under “Force alone”: as it is, in ")
    assert text.count("worlds (") + text.count("world (") == 4


def test_a_form_that_cannot_be_solved_is_named() -> None:
    # Twice the noise is more than the largest number.
    text = PLEDGE.replace("discount: 0.8, noise: spread", "discount: 0.8, noise: 1.0e+12 ** 25 * 1.0e+8")
    whole = assess(model_of(text), 32)
    found = headline_by_form(whole, "lasting", "armed")
    assert found.doubled is None
    assert "noise times 2" in found.failed and found.halved is not None
    assert "with the noise doubled, it cannot be solved" in forms_in_words(whole, found, "")
