"""How far a headline moves with the form of the model, in a sentence of the answer."""

from __future__ import annotations

from backstop.base.words import frequency, listed, of_worlds, quoted, stop, with_error
from backstop.game.choice import Information
from backstop.questions.study.headline_forms import Headline, HeadlineForms
from backstop.worlds.result import Result

_READ_AS: dict[Information, str] = {
    "agent_error": "with payoff shocks read as the actors' errors",
    "private_payoffs": "with payoff shocks read as payoffs that nobody else sees",
}


def forms_in_words(result: Result, forms: HeadlineForms, target: str) -> str:
    """The headline as the model is, under the other reading of payoff shocks, and with noise halved and doubled.

    `target`: the condition that the forms' target spells, in words.
    """
    scenario = result.model.scenario
    metric = scenario.metrics[forms.metric]
    under = quoted(scenario.arrangements[forms.arrangement].titled(forms.arrangement))
    asked, probable = forms.target is not None, metric.kind in ("avoid", "reach", "occupy")
    subject = f"{target} under {under}" if asked else f"{quoted(metric.titled(forms.metric))} under {under}"
    same = forms.worlds == result.worlds or not result.model.uncertain
    some = "" if same else f"on the first {forms.worlds:,} worlds "
    parts = (
        f"as it is, {_said(forms.base, asked, probable)}",
        f"{some}{_READ_AS[forms.other]}, {_said(forms.read, asked, probable)}",
        f"with the noise halved, {_said(forms.halved, asked, probable)}",
        f"with the noise doubled, {_said(forms.doubled, asked, probable)}",
    )
    return stop(f"By the form of the model: {subject}: {'; '.join(parts)}")


def forms_in_short(result: Result, forms: HeadlineForms) -> str:
    """The mean of the headline's metric under each form, in one short sentence."""
    scenario = result.model.scenario
    metric = scenario.metrics[forms.metric]
    under = quoted(scenario.arrangements[forms.arrangement].labelled(forms.arrangement))
    probable = metric.kind in ("avoid", "reach", "occupy")
    parts = (
        f"{_mean(forms.base, probable)} as it is",
        f"{_mean(forms.read, probable)} {_READ_AS[forms.other]}",
        f"{_mean(forms.halved, probable)} with the noise halved",
        f"{_mean(forms.doubled, probable)} with it doubled",
    )
    same = forms.worlds == result.worlds or not result.model.uncertain
    some = "" if same else f" (other forms: {forms.worlds:,} worlds)"
    return stop(f"By the form of the model, under {under}: {listed(parts)}{some}")


def _mean(of: Headline | None, probable: bool) -> str:
    """The mean of a metric under a form."""
    if of is None:
        return "not solved"
    if of.mean is None:
        return "no value"
    return frequency(of.mean.mean, of.mean.se) if probable else with_error(of.mean)


def _said(of: Headline | None, asked: bool, probable: bool) -> str:
    """A headline under a form: in how many worlds the target `asked` about is met, and the mean of the metric."""
    if of is None:
        return "it cannot be solved"
    if of.mean is None:
        return "it has no value"
    mean = of_worlds(of.mean.mean, of.mean.se, "cases") if probable else with_error(of.mean)
    if not asked or of.share is None:
        return mean
    return f"in {of_worlds(of.share.mean, of.share.se)} ({mean})"
