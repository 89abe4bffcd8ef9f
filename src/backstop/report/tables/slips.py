"""How far events come with moves that their own movers rank below others: a table, and a sentence for an answer."""

from __future__ import annotations

from collections.abc import Sequence

from backstop.base.table import Table
from backstop.base.words import listed, number, quoted, shortened, stop, supported
from backstop.game.slips import name_of_slips
from backstop.scenario.format import scenario as form
from backstop.worlds.result import Result
from backstop.worlds.slips import Slips
from backstop.worlds.statistics import Estimate

_SINGULAR = ("none", "fewer than one")
# Parts of an event below these are not named: the largest, and others in a cell of the table.
_LEAST_NAMED, _LEAST_SECOND = 0.005, 0.05
_LONGEST_NAME = 24


def slips_table(result: Result) -> Table:
    """The part of every event that slips are, by arrangement; a row for each metric whose event happens at all."""
    scenario, arrangements = result.model.scenario, result.arrangements
    slip = name_of_slips(result.information)
    first = next(iter(arrangements.values())).slips
    happening = [n for n in first if any(a.slips[n].share is not None for a in arrangements.values())]
    rows = tuple(
        (_event_title(scenario, name), *(_cell(scenario, a.slips[name]) for a in arrangements.values()))
        for name in happening
    )
    meaning = (
        "a slip is a move that is worth less to its own mover than another; it says how noisy the mover is, not what "
        "it wants"
        if slip == "slip"
        else "a shock is a move that its mover prefers for a reason of the moment that nobody else knows, and that is "
        "worth less to it than another without that reason"
    )
    return Table(
        f"How far events begin with {slip}s",
        ("", *(scenario.arrangements[name].titled(name) for name in arrangements)),
        rows,
        f"Of the event, the part that is brought about by a play with a {slip} on its path, and whose {slip} is the "
        f"first there most often: {meaning}. Where a metric avoids something, the event is what it avoids.",
    )


def has_events(result: Result) -> bool:
    """Whether any event of a metric happens under any arrangement, by what is known of slips."""
    return any(of.share is not None for a in result.arrangements.values() for of in a.slips.values())


def _event_title(scenario: form.Scenario, name: str) -> str:
    metric = scenario.metrics[name]
    return f"not {quoted(metric.titled(name))}" if metric.kind == "avoid" else metric.titled(name)


def _cell(scenario: form.Scenario, of: Slips) -> str:
    """`98 % (Russia)`."""
    if of.share is None:
        return "-"
    by = sorted(of.shares.items(), key=lambda pair: -pair[1].mean)
    named = [
        shortened(scenario.actors[actor].titled(actor), _LONGEST_NAME)
        for at, (actor, part) in enumerate(by)
        if part.mean >= (_LEAST_SECOND if at else _LEAST_NAMED)
    ]
    whole = _percent(of.share)
    return f"{whole} ({', '.join(named)})" if named else whole


def _percent(share: Estimate) -> str:
    """A share in whole per cent, or fewer digits where its error allows no more; 0 and 100 only where it is that."""
    text = supported(100 * share.mean, None if share.se is None else 100 * share.se, most=0)
    if text == "100" and share.mean < 1.0 - 1e-9:
        text = "over 99"
    elif text == "0" and share.mean > 0.0:
        text = "under 1"
    return f"{text} %"


def lead_event(result: Result, shown: Sequence[str], arrangement: str) -> str | None:
    """The metric whose bad event an answer speaks of; None where no event is bad.

    Bad is what is avoided, and what has a bad tone and no good one; where nothing has a tone, any event may be. The
    first of those `shown` comes before the others shown, and these before all others; events without a condition and
    from the start come before those with one.
    """
    scenario, slips = result.model.scenario, result.arrangements[arrangement].slips
    tones = {name: _tones(scenario, scenario.metrics[name]) for name in slips}
    bad = [
        name
        for name in slips
        if scenario.metrics[name].kind == "avoid" or ("bad" in tones[name] and "good" not in tones[name])
    ]
    if not any(of.tone for of in (*scenario.phases.values(), *scenario.outcomes.values())):
        bad = list(slips)
    free = [
        name for name in bad if scenario.metrics[name].given is None and scenario.metrics[name].from_ is None
    ]
    for names, among in ((shown[:1], bad), (shown, free), (free, free), (shown, bad), (bad, bad)):
        found = next((name for name in names if name in among), None)
        if found is not None:
            return found
    return None


def _tones(scenario: form.Scenario, metric: form.Metric) -> set[str | None]:
    """The tones of what an event is: of the phases reached or avoided, or the outcomes counted."""
    if metric.kind == "count":
        return {scenario.outcomes[name].tone for name in metric.count or ()}
    return {scenario.phases[name].tone for name in metric.reach or metric.avoid or ()}


def slips_in_words(result: Result, shown: Sequence[str], arrangement: str) -> str:
    """The sentence on the event that an answer speaks of, under the arrangement it looks into and the first one.

    `shown`: the metrics that the answer shows, the headline first.
    """
    metric = lead_event(result, shown, arrangement)
    return "" if metric is None else slip_sentence(result, metric, (arrangement, result.first))


def slip_sentence(result: Result, metric: str, arrangements: Sequence[str]) -> str:
    """How many of the cases of an event begin with slips, under some arrangements; empty where there is no such case.

    `Of 48 cases in 100 that come to 'War' within ten years under 'Nothing', 46 begin with a move that Russia itself
    ranks below another.`
    """
    scenario = result.model.scenario
    parts: list[str] = []
    before: list[str] = []
    told = {name: result.arrangements[name].slips.get(metric) for name in dict.fromkeys(arrangements)}
    known = {
        name: of
        for name, of in told.items()
        if of is not None and of.event is not None and of.share is not None
    }
    # Numbers that are compared are of as many cases.
    base = max((_base(of) for of in known.values()), default=100)
    for name, of in known.items():
        title = scenario.arrangements[name].titled(name)
        whole, some, movers = _counts(scenario, of, scenario.metrics[metric].kind == "count", base)
        if parts:
            other = f" ({_most_often(movers)})" if movers and movers != before else ""
            do = "does" if some in _SINGULAR else "do"
            parts.append(f"under {quoted(title)}, of {whole}, {some} {do}{other}")
            continue
        begin, before = "begins" if some in _SINGULAR else "begin", movers
        parts.append(
            f"Of {whole} {_event(scenario.metrics[metric], metric)} under {quoted(title)}, {some} {begin} with a move "
            f"that {_moved(result, movers)}"
        )
    return stop("; ".join(parts)) if parts else ""


def _moved(result: Result, movers: Sequence[str]) -> str:
    """What is said of moves that these actors make although each ranks them below another."""
    mover = movers[0] if len(movers) == 1 else "its mover"
    who = f" ({_most_often(movers)})" if len(movers) > 1 else ""
    if name_of_slips(result.information) == "shock":
        return f"{mover} makes for a shock of the moment and would rank below another without it{who}"
    return f"{mover} itself ranks below another{who}"


def _most_often(movers: Sequence[str]) -> str:
    """Whose moves they are, those who make most of them first."""
    return f"most often {movers[0]}" + (f"; then {listed(movers[1:])}" if len(movers) > 1 else "")


def _base(of: Slips) -> int:
    """Of how many cases an event is told, so that there are some ten of it."""
    mean = 0.0 if of.event is None else of.event.mean
    return next((base for base in (100, 1_000, 10_000) if mean * base >= 9.5), 100_000)


def _counts(scenario: form.Scenario, of: Slips, expected: bool, base: int) -> tuple[str, str, list[str]]:
    """How many cases, how many of them begin with a slip, and by whom, in whole numbers of one size."""
    assert of.event is not None and of.share is not None
    mean = of.event.mean
    by = {actor: part.mean or 0.0 for actor, part in of.by.items()}
    least = _LEAST_NAMED * mean if expected else 0.5 / base
    movers = sorted((actor for actor in by if by[actor] >= least), key=lambda actor: -by[actor])
    # Where one actor is named, the number is that of its own slips.
    slips = by[movers[0]] if len(movers) == 1 else mean * of.share.mean
    named = [scenario.actors[actor].titled(actor) for actor in movers]
    if expected:
        whole = f"{number(mean, of.event.se, most=2)} expected cases"
        return whole, number(slips, of.event.se, most=2) if slips > 0.0 else "none", named
    cases, part = max(1, round(mean * base)), round(slips * base)
    some = f"{part:,}"
    if slips <= 0.0:
        some = "none"
    elif part == 0:
        some = "fewer than one"
    elif part == cases and slips < 0.9995 * mean:
        some = "nearly all"
    return f"{cases:,} cases in {base:,}", some, named


def _event(metric: form.Metric, name: str) -> str:
    """The event of a metric in the metric's own words."""
    title = quoted(metric.titled(name))
    return f"in which {title} fails" if metric.kind == "avoid" else f"of {title}"
