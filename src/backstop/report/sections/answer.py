"""The question and the verdict first: in how many worlds, compared with what, and what would change it."""

from __future__ import annotations

from backstop.base.words import counted, frequency, listed, of_worlds, quoted, stop, with_error
from backstop.questions.claims.failure import titles, units
from backstop.questions.methods.box import Box
from backstop.questions.study.words import conditions_words
from backstop.report.content import Block, Items, Paragraph, Section
from backstop.report.material.gathering import Material, by_size
from backstop.report.material.subject import is_probability
from backstop.report.wording import compared, points, told_apart
from backstop.worlds.statistics import mean_and_error


def section(found: Material) -> Section:
    """The answer in a few sentences."""
    blocks: list[Block] = [Paragraph(verdict(found), lead=True)]
    blocks += [Paragraph(text) for text in (_chances(found), _comparison(found)) if text]
    changes = what_would_change_it(found)
    if changes:
        blocks.append(Paragraph("What would change this:"))
        blocks.append(Items(tuple(changes)))
    blocks.append(Paragraph(_reading(found)))
    return Section("answer", "The answer", tuple(blocks))


def verdict(found: Material) -> str:
    """The one sentence: in how many worlds the focus arrangement meets the target, or what the metric is."""
    lead, result = found.subject, found.result
    arrangement = found.arrangement_title(lead.focus)
    if lead.target is not None and lead.target.own:
        share = lead.target.shares[lead.focus]
        tied = _tied(found)
        names = listed([quoted(arrangement), *(quoted(found.arrangement_title(name)) for name in tied)])
        text = f"Under {names}, {lead.target.words} in {of_worlds(share.mean, share.se)}"
        if tied:
            return stop(f"{text} (for {quoted(arrangement)}); these cannot be told apart")
        if len(result.arrangements) > 1 and _is_highest(found):
            return stop(
                f"{text}, more than under any other of the {len(result.arrangements)} arrangements compared"
            )
        return stop(text)
    of = result.arrangements[lead.focus].metrics[lead.metric]
    title = quoted(found.metric_title(lead.metric))
    if of.mean is None:
        return f"{title} has no value under {quoted(arrangement)}: its condition cannot happen there."
    figure = frequency(of.mean, of.se) + " cases" if is_probability(_metric(found)) else with_error(of)
    if len(result.arrangements) == 1:
        return f"{title} is {figure} under {quoted(arrangement)}."
    low = min(
        (
            name
            for name in result.arrangements
            if result.arrangements[name].metrics[lead.metric].mean is not None
        ),
        key=lambda name: result.arrangements[name].metrics[lead.metric].mean or 0.0,
    )
    if low == lead.focus or not _differs(found, lead.focus, low):
        return f"{title} is {figure} under {quoted(arrangement)}; no arrangement can be told apart from it."
    other = result.arrangements[low].metrics[lead.metric]
    least = (
        frequency(other.mean, other.se) + " cases" if is_probability(_metric(found)) else with_error(other)
    )
    return (
        f"{title} is highest under {quoted(arrangement)}, {figure}, and lowest under "
        f"{quoted(found.arrangement_title(low))}, {least}."
    )


def _metric(found: Material):  # type: ignore[no-untyped-def]
    return found.model.scenario.metrics[found.subject.metric]


def _differs(found: Material, one: str, other: str) -> bool:
    samples = found.result.arrangements
    gap = samples[one].samples[found.subject.metric] - samples[other].samples[found.subject.metric]
    return told_apart(*mean_and_error(gap, found.result.weights))


def _is_highest(found: Material) -> bool:
    lead = found.subject
    assert lead.target is not None
    means = {name: share.mean or 0.0 for name, share in lead.target.shares.items()}
    return means[lead.focus] >= max(means.values())


def _tied(found: Material) -> list[str]:
    """Arrangements whose share of worlds cannot be told apart from that of the focus."""
    lead = found.subject
    assert lead.target is not None
    best = lead.target.met[lead.focus]
    return [
        name
        for name, met in lead.target.met.items()
        if name != lead.focus and not told_apart(*mean_and_error(best - met, found.result.weights))
    ]


def _chances(found: Material) -> str:
    """The mean probability beside the share of worlds, so that the two are not taken for each other."""
    lead = found.subject
    if lead.target is None or not lead.target.own or not is_probability(_metric(found)):
        return ""
    of = found.result.arrangements[lead.focus].metrics[lead.metric]
    return (
        "A world is one set of assumptions; within it chance still decides. Counting both, "
        f"{quoted(found.metric_title(lead.metric))} comes about in {frequency(of.mean, of.se)} cases under "
        f"{quoted(found.arrangement_title(lead.focus))}; in nine worlds of ten the chance is between "
        f"{with_places(of.q05)} and {with_places(of.q95)}."
    )


def with_places(value: float | None) -> str:
    """A quantile over worlds in two digits."""
    return "-" if value is None else f"{value:.2f}"


def _comparison(found: Material) -> str:
    """The focus against the first arrangement of the file, on the same worlds."""
    lead, result = found.subject, found.result
    if lead.focus == result.first:
        return ""
    first = quoted(found.arrangement_title(result.first))
    if lead.target is not None and lead.target.own:
        gap = lead.target.met[lead.focus] - lead.target.met[result.first]
        difference, se = mean_and_error(gap, result.weights)
        base = lead.target.shares[result.first]
        words = points(difference, se)
        return (
            f"Under {first} the same is so in {of_worlds(base.mean, base.se)}: {words}, on the same worlds."
        )
    of = result.arrangements[lead.focus].differences[lead.metric]
    if not told_apart(of.mean, of.se):
        return f"It cannot be told apart from {first}."
    return (
        f"That is {compared(of.mean, of.se)} than under {first} by {with_error(of).lstrip('-')}, "
        "on the same worlds."
    )


def what_would_change_it(found: Material) -> list[str]:
    """Conditions, drivers, camps and model form in a sentence each."""
    texts: list[str] = []
    discovery = found.conditions.discovery
    target = found.subject.target
    if discovery is not None and discovery.boxes and target is not None:
        texts += [box_sentence(found, box, discovery.base_rate) for box in discovery.boxes[:3]]
    first = found.drivers.first
    if first is not None:
        names = titles(found.model)
        largest = by_size(first, 3)
        if largest:
            parts = [
                f"{names[name]} ({100 * first.first[name].mean:.0f} of 100 parts of the variation)"
                for name in largest
            ]
            texts.append(
                f"What moves {quoted(found.metric_title(found.subject.metric))} most is what is not "
                f"known about {listed(parts)}."
            )
    best = {camp.name: max(camp.metric, key=lambda a: camp.metric[a].mean or 0.0) for camp in found.camps}
    if len(set(best.values())) > 1:
        parts = [f"{name} would choose {quoted(found.arrangement_title(a))}" for name, a in best.items()]
        texts.append(f"The camps of experts differ on which arrangement comes first: {'; '.join(parts)}.")
    return texts


def box_sentence(found: Material, box: Box, base: float) -> str:
    """Where the target fails, in natural frequencies, beside how often it fails anywhere."""
    words = conditions_words(box.limits, titles(found.model), units(found.model))
    return (
        f"Where {words}, it fails in {of_worlds(box.density)} (against {frequency(base)} everywhere); "
        f"{frequency(box.coverage)} of all failures lie there."
    )


def _reading(found: Material) -> str:
    """How to read the numbers: the form of the model and what they rest on."""
    result = found.result
    if found.exact:
        return (
            "No parameter of this study is uncertain, so its figures are exact for the assumptions "
            "made and say nothing "
            "about other assumptions."
        )
    weighting = (
        f", weighted by {counted(len(result.observations), 'base rate')} from like cases (worth "
        f"{result.effective_worlds:,.0f} equally weighted worlds)"
        if result.weights is not None
        else ""
    )
    return (
        f"These are results of a model under stated assumptions, not forecasts: {result.worlds:,} "
        "worlds drawn from the "
        f"ranges of {counted(len(found.model.uncertain), 'uncertain assumption')}{weighting}."
    )
