"""What an answer hangs on and rests on, a line for each: drivers, losers, costs, judgement, forms, slips, settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from backstop.base.words import counted, frequency, listed, quoted, sentence_case, stop, supported
from backstop.evidence.ground import GRADES, Grade
from backstop.report.material.gathering import Material
from backstop.report.material.parting import Lean, leans
from backstop.report.material.subject import is_bad
from backstop.report.sections.brief.lead import SETS, Lead, called, figures, said, sets, share_of, width
from backstop.report.tables.slips import slip_sentence
from backstop.scenario.overrides import Overrides
from backstop.worlds.result import UNSTATED_UNIT
from backstop.worlds.statistics import Summary

_MOST_ACTORS = 6
_MOST_MEASURES = 10
_LONGEST_UNIT = 20


def promised(found: Material, lead: Lead) -> str:
    """What the arrangements of the answer promise: their measures, with the level of those that are not at the top."""
    return " ".join(f"{called(found, name)}: {_measures(found, name)}." for name in lead.named)


def _measures(found: Material, arrangement: str) -> str:
    """The measures that an arrangement promises, in the order of the file."""
    parts: list[str] = []
    for name, of in found.model.scenario.measures.items():
        level, top = found.model.levels[arrangement][name], max(of.range)
        if level == 0.0:
            continue
        # A unit that spells levels out (0 = none) says nothing beside one of them.
        unit = f" {of.unit}" if of.unit and not of.unit[0].isdigit() and len(of.unit) <= _LONGEST_UNIT else ""
        part = (
            ""
            if level == top
            else f" ({level:g} of up to {top:g}{unit})"
            if level > 0.0
            else f" ({level:g}{unit})"
        )
        parts.append(of.labelled(name).rstrip(".") + part)
    if len(parts) > _MOST_MEASURES:
        left = len(parts) - _MOST_MEASURES + 1
        parts = [*parts[: _MOST_MEASURES - 1], f"{left} more"]
    return listed(parts) if parts else "nothing is promised"


def hangs_on(found: Material, lead: Lead) -> str:
    """Three sentences: the figure where an assumption is at its low and at its high end."""
    if found.exact:
        return "Nothing is uncertain in this study: its figures are exact for the assumptions made."
    if found.result.worlds == 1:
        return "One set of assumptions alone cannot tell."
    name = lead.focus
    if figures(found, name, lead.metric).mean is None:
        return "There is no figure to hang on anything."
    if lead.other is not None and width(figures(found, name, lead.metric)) < 0.05:
        wider = width(figures(found, lead.other, lead.metric)) > width(figures(found, name, lead.metric))
        name = lead.other if wider else name
    top = leans(found.result, found.result.arrangements[name].samples[lead.metric])[:3]
    under = called(found, name)
    if not top:
        return f"No single assumption moves the figure under {under} by more than chance in the drawing of worlds."
    sentences = " ".join(_lean(found, each, under if not at else "") for at, each in enumerate(top))
    return f"{sentences} (Each compares the lowest with the highest third of the assumption.)"


def _lean(found: Material, of: Lean, under: str) -> str:
    low, high = said(found, of.at_low), said(found, of.at_high, short=True)
    return f"Where {of.low}, {low}{f' under {under}' if under else ''}; where {of.high}, {high}."


def who_loses(found: Material, lead: Lead) -> str:
    """In how many sets of assumptions each actor is worse off under the one arrangement than under the other."""
    if lead.other is None:
        return "The study has one arrangement, so nobody gains or loses by a choice." if found.result else ""
    one, two = (found.result.arrangements[n].value_samples for n in (lead.focus, lead.other))
    shares = []
    for actor, of in found.model.scenario.actors.items():
        gap = one[actor] - two[actor]
        scale = float(np.nanmax(np.abs(np.concatenate((one[actor], two[actor]))), initial=1.0))
        worse, better = (share_of(found, where, gap) for where in (gap < -1e-9 * scale, gap > 1e-9 * scale))
        shares.append((worse, better, of.titled(actor)))
    shares.sort(key=lambda each: -each[0])
    focus, other = (called(found, n) for n in lead.named)
    if not any(worse for worse, _, _ in shares):
        return f"Nobody is worse off under {focus} than under {other}, by what each wants in the model."
    if found.exact:
        worst = listed(name for worse, _, name in shares if worse)
        return f"Worse off under {focus} than under {other}, by what each wants in the model: {worst}."
    parts = [
        f"{name} in {frequency(worse)}"
        + (f" and better off in {frequency(better)}" if better > 0.0 and better + worse < 0.99 else "")
        for worse, better, name in shares[:_MOST_ACTORS]
    ]
    more = (
        f"; {counted(len(shares) - _MOST_ACTORS, 'other')} less often" if len(shares) > _MOST_ACTORS else ""
    )
    return (
        f"Worse off under {focus} than under {other}, by what each wants in the model, of all {SETS}: "
        f"{'; '.join(parts)}{more}."
    )


def what_it_costs(found: Material, lead: Lead) -> str:
    """What the arrangement costs those who control its measures, and what the other one would."""
    scenario = found.model.scenario
    parts = []
    costs = found.result.arrangements[lead.focus].controllers
    for controller, by_unit in costs.items():
        several = controller.split("+")
        who = listed(scenario.actors[a].titled(a) if a in scenario.actors else a for a in several)
        if len(several) > 1:
            who = f"paid together by {who},"
        for unit, of in by_unit.items():
            before = None
            if lead.other is not None:
                before = found.result.arrangements[lead.other].controllers.get(controller, {}).get(unit)
            if not of.mean:
                continue
            paid = f"{supported(of.mean, of.se, most=0)}{'' if unit == UNSTATED_UNIT else f' {unit}'}"
            base = (
                ""
                if before is None or before.mean is None
                else f" (against {supported(before.mean, before.se, most=0)})"
            )
            parts.append(f"{who} {paid}{base}")
    if not parts:
        return ""
    years = f"{scenario.horizon.years:g} years" if scenario.horizon.years != 1 else "one year"
    against = "" if lead.other is None else f", against {called(found, lead.other)}"
    focus = called(found, lead.focus)
    return f"Expected over {years} under {focus}{against}: {'; '.join(parts)}. Only measures with a stated cost count."


def own_test(found: Material, lead: Lead) -> str:
    """In how many sets of assumptions what the study calls success is so."""
    target = found.subject.target
    if target is None or not target.own:
        return ""
    parts = []
    for at, name in enumerate(lead.named):
        of = target.shares[name]
        share = frequency(of.mean, of.se) if at else f"in {sets(of.mean or 0.0, of.se)}"
        parts.append(f"{share} under {called(found, name)}")
    return stop(f"{sentence_case(target.words)}: {', against '.join(parts)}")


def judged(found: Material) -> str:
    """How many of the assumptions are judgement."""
    parameters = found.model.scenario.parameters
    if not parameters:
        return "The study has no numbers that are marked as assumptions."
    counts = Counter(found.evidence.grade(of.basis) for of in parameters.values())
    held = counts["judgement"] + counts["unknown"]
    verb = "rests" if held == 1 else "rest"
    rest = [f"{counts[grade]} {_GRADED[grade]}" for grade in GRADES if counts[grade] and grade in _GRADED]
    if sum(counts[grade] for grade in _GRADED) == 1:
        others = f" The other is {rest[0].removeprefix('1 ')}."
    else:
        others = f" Of the others, {listed(rest)}." if rest else ""
    unknown = f" ({counts['unknown']} give no ground at all)" if counts["unknown"] else ""
    return (
        f"{held} of {counted(len(parameters), 'assumption')} {verb} on the analyst's own judgement, in whole or in "
        f"part{unknown}.{others} Who acts, in which order and what they can do is judgement too."
    )


_GRADED: Mapping[Grade, str] = {
    "stated": "stated by an account",
    "implied": "implied by the accounts",
    "derived": "worked out or counted from data",
}


def by_form(found: Material, lead: Lead) -> str:
    """The headline under other forms of the model, without the terms of the model."""
    forms = found.forms
    every = () if forms is None else (forms.base, forms.halved, forms.doubled, forms.read)
    if forms is None or all(of is None or of.mean is None for of in every):
        return ""
    other = {
        "private_payoffs": "if what looks like error is taken for reasons that others cannot see",
        "agent_error": "if reasons that others cannot see are taken for error",
    }[forms.other]
    parts = []
    for words, of in (
        ("if all actors err half as much", forms.halved),
        ("if they err twice as much", forms.doubled),
        (other, forms.read),
    ):
        if of is None or of.mean is None:
            parts.append(f"no figure {words}")
            continue
        mean = Summary(of.mean.mean, of.mean.se, None, None, None, None, None)
        parts.append(f"{said(found, mean, short=True)} {words}")
    base = forms.base.mean
    start = "" if base is None else said(found, Summary(base.mean, base.se, *(None,) * 5)).removeprefix("in ")
    return f"Instead of {start or 'no figure'} under {called(found, lead.focus)}: {', '.join(parts)}."


def unmeant(found: Material, lead: Lead) -> str:
    """How far a bad event that the brief or the figures beside it speak of begins with moves nobody wanted."""
    scenario = found.model.scenario
    slips = found.result.arrangements[lead.focus].slips
    bad = [
        n for n in (lead.metric, *found.subject.shown)
        if n in slips and (scenario.metrics[n].kind == "avoid" or is_bad(scenario, n))
    ]  # fmt: skip
    return slip_sentence(found.result, bad[0], lead.named) if bad else ""


def overridden(found: Material) -> str:
    """What was set, given or taken from one camp, by title."""
    over: Overrides = found.model.overrides
    scenario = found.model.scenario

    def title(name: str) -> str:
        of = scenario.parameters.get(name) or scenario.measures.get(name)
        return quoted(name if of is None else of.titled(name))

    parts = [f"{title(name)} set to {value:.4g}" for name, value in over.set.items()]
    for name, (low, high) in over.given.items():
        parts.append(f"{title(name)} taken as {low:.4g}" + (f" to {high:.4g}" if high > low else ""))
    if over.camp is not None:
        parts.append(f"the views of one camp alone, {quoted(over.camp.replace('_', ' '))}")
    if not parts:
        return "Nothing: all assumptions are as the study states them."
    return (
        f"{sentence_case(listed(parts))}. The answer is about this case and not about the study as it stands."
    )
