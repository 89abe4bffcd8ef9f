"""The first sentence of a report: in how many worlds the arrangement looked into meets the target."""

from __future__ import annotations

from backstop.base.words import listed, of_worlds, quoted, stop, with_error
from backstop.report.material.gathering import Material
from backstop.report.material.subject import Target, is_probability
from backstop.report.wording import tied_with
from backstop.worlds.statistics import Summary


def headline(found: Material) -> str:
    """The share of worlds that meet the target; what the metric is, where the study names no target."""
    target = found.subject.target
    return _of_target(found, target) if target is not None and target.own else of_metric(found)


def _of_target(found: Material, target: Target) -> str:
    focus, arrangements = found.subject.focus, found.result.arrangements
    tied = tied_with(target.met, focus, found.result.weights)
    names = listed(quoted(found.arrangement_title(name)) for name in (focus, *tied))
    share = target.shares[focus]
    if len(arrangements) > 1 and max(of.mean or 0.0 for of in target.shares.values()) < 0.5:
        return _of_none(found, target)
    text = f"Under {names}, {target.words} in {of_worlds(share.mean, share.se)}"
    if tied:
        return stop(f"{text} (for {quoted(found.arrangement_title(focus))}); these cannot be told apart")
    highest = (share.mean or 0.0) >= max(of.mean or 0.0 for of in target.shares.values())
    if len(arrangements) > 1 and highest:
        text += f", more than under any other of the {len(arrangements)} arrangements compared"
    return stop(text)


def _of_none(found: Material, target: Target) -> str:
    """That no arrangement meets the target in most worlds, and which comes nearest: a small share is no success."""
    best = max(target.shares, key=lambda name: target.shares[name].mean or 0.0)
    most, count = target.shares[best], len(target.shares)
    text = f"Under none of the {count} arrangements compared is it so in most worlds that {target.words}; "
    if not most.mean:
        return stop(f"{text}it is so in no world")
    names = [best, *tied_with(target.met, best, found.result.weights)]
    said = listed(quoted(found.arrangement_title(name)) for name in names)
    text += f"the most is {of_worlds(most.mean, most.se)}, under {said}"
    if found.subject.focus not in names:
        focus, own = found.subject.focus, target.shares[found.subject.focus]
        text += f", and under {quoted(found.arrangement_title(focus))} it is {of_worlds(own.mean, own.se)}"
    return stop(text)


def of_metric(found: Material) -> str:
    """The metric under the arrangement looked into, and the arrangements under which it is highest and lowest."""
    metric, focus = found.subject.metric, found.subject.focus
    title, arrangement = quoted(found.metric_title(metric)), quoted(found.arrangement_title(focus))
    means = {n: a.metrics[metric] for n, a in found.result.arrangements.items()}
    if means[focus].mean is None:
        return f"{title} has no value under {arrangement}: its condition cannot happen there."
    figure = in_cases(found, means[focus])
    figure = (
        f"comes about in {figure}" if is_probability(found.model.scenario.metrics[metric]) else f"is {figure}"
    )
    if len(means) == 1:
        return f"{title} {figure} under {arrangement}."
    known = [name for name, of in means.items() if of.mean is not None]
    least, most = (pick(known, key=lambda name: means[name].mean or 0.0) for pick in (min, max))
    samples = found.result.arrangements
    ends = {name: samples[name].samples[metric] for name in (least, most)}
    if least == most or tied_with(ends, most, found.result.weights):
        return f"{title} {figure} under {arrangement}; no arrangement can be told apart from it."
    high, low = (
        f"{word} under {quoted(found.arrangement_title(name))}, {in_cases(found, means[name])}"
        for word, name in (("highest", most), ("lowest", least))
    )
    if focus == most:
        return f"{title} is {high}, and {low}."
    if focus == least:
        return f"{title} is {low}, and {high}."
    return f"{title} {figure} under {arrangement}; it is {high}, and {low}."


def in_cases(found: Material, of: Summary) -> str:
    """A figure of the subject's metric: as a natural frequency where it is a probability."""
    if is_probability(found.model.scenario.metrics[found.subject.metric]):
        return of_worlds(of.mean, of.se, "cases")
    return with_error(of)
