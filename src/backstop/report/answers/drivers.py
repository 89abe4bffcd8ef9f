"""What a quantity hangs on: shares of its variance, swings of one assumption at a time, screening, separation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, frequency, number, quoted, sentence_case, stop
from backstop.questions.methods.tornado import Swing
from backstop.questions.study.sensitivity import HIGH, LOW
from backstop.questions.study.sensitivity_results import (
    Screening,
    Sensitivity,
    Separations,
    Swings,
    VarianceShares,
)
from backstop.questions.words import titles as titles_of
from backstop.report.charts import bars, style
from backstop.report.content import Figure
from backstop.scenario.model import Model
from backstop.worlds.statistics import Estimate

DRIVERS = 12
"""Most parameters that a chart shows."""


def told_shares(shares: Mapping[str, Estimate], most: int = DRIVERS) -> list[str]:
    """Parameters whose share of variance can be told from nothing, the largest first."""
    return [
        name
        for name, share in sorted(shares.items(), key=lambda pair: -pair[1].mean)
        if share.mean > 2 * (share.se or 0.0) and share.mean >= 0.005
    ][:most]


def shares_figure(model: Model, source: str, names: Sequence[str], shares: Mapping[str, Estimate]) -> Figure:
    """First-order shares of the variation over worlds, those of `names`, which are not none."""
    called = titles_of(model)
    titles = [called.get(name, name) for name in names]
    means = [shares[n].mean for n in names]
    errors = [shares[n].se or 0.0 for n in names]
    count = min(3, len(names))
    explain = f"{'explains' if count == 1 else 'explain'}, one by one,"
    return style.figure(
        partial(bars.shares, titles, means, errors, "share of the variance over worlds"),
        partial(bars.draw_shares, titles, means, errors, "share of the variance over worlds"),
        "drivers",
        title=f"{('One', 'Two', 'Three')[count - 1]} of {counted(len(shares), 'assumption')} {explain} "
        f"{frequency(sum(means[:3]), max(errors[:3]))} parts of the variation",
        definition="Share of the variance over worlds that knowing one assumption would remove on average "
        "(first-order), with two errors.",
        source=source,
        note="What is left is interactions, and assumptions of smaller effect. The "
        f"{counted(len(names), 'largest', 'largest')} are shown.",
        alternative=stop(". ".join(f"{t}: {100 * m:.0f} of 100" for t, m in zip(titles, means, strict=True))),
        table=Table(
            "Shares of the variance over worlds",
            ("", "share", "Monte Carlo error"),
            tuple((t, f"{m:.4f}", f"{e:.4f}") for t, m, e in zip(titles, means, errors, strict=True)),
        ),
    )


def tornado_figure(model: Model, source: str, swings: Sequence[Swing], moved: str, axis: str) -> Figure:
    """One-at-a-time swings around the central world of what is `moved`, in words; `axis` is its name on the axis."""
    parameters = model.scenario.parameters
    centre = swings[0].at_centre
    meant = {of.labelled(n): (of.low, of.high) for n, of in parameters.items()}
    rows = [
        bars.Bar(
            parameters[s.name].labelled(s.name),
            s.at_low,
            s.at_high,
            f"{s.low:.2g}",
            f"{s.high:.2g}",
        )
        for s in [swing for swing in swings if swing.size > 0][:DRIVERS]
    ]
    if rows:
        low, high = sorted((rows[0].at_low, rows[0].at_high))
        title = (
            f"{quoted(rows[0].label)} alone moves {moved} from {low:.2f} to {high:.2f} around the central "
            "assumptions"
        )
    else:
        title = f"No single assumption moves {moved} around the central assumptions"
        rows = [bars.Bar("none", centre, centre, "", "")]
    return style.figure(
        partial(bars.tornado, rows, centre, axis),
        partial(bars.draw_tornado, rows, centre, axis),
        "swings",
        title=title,
        definition=f"One assumption at a time at its {LOW:.0%} and {HIGH:.0%} quantile, all others at their median; "
        "the values of the input at the ends.",
        source=source,
        note="Exact for these single worlds. Says nothing about assumptions that change together.",
        alternative=stop(". ".join(f"{b.label}: {b.at_low:.2f} to {b.at_high:.2f}" for b in rows)),
        table=Table(
            "Swings",
            ("", "low input", "metric there", "high input", "metric there"),
            tuple(
                (
                    b.label,
                    _end(b.low_label, meant.get(b.label, ("", ""))[0]),
                    f"{b.at_low:.3f}",
                    _end(b.high_label, meant.get(b.label, ("", ""))[1]),
                    f"{b.at_high:.3f}",
                )
                for b in rows
            ),
        ),
    )


def _end(value: str, meaning: str) -> str:
    """An end of a range with what the study says it means."""
    return f"{value}: {meaning}" if meaning else value


def driver_figures(of: Sensitivity, source: str) -> list[Figure]:
    """The charts of an answer on what a quantity hangs on, by whichever method it was found."""
    if isinstance(of, VarianceShares):
        return _of_shares(of, source)
    if isinstance(of, Swings):
        metric = of.model.scenario.metrics[of.quantity.metric].titled(of.quantity.metric)
        axis = metric if of.quantity.against is None else f"difference in {metric}"
        return [tornado_figure(of.model, source, of.swings, of.about, axis)] if of.swings else []
    if isinstance(of, Screening):
        return [_screening_figure(of, source)] if any(e.mu_star.mean for e in of.effects.values()) else []
    assert isinstance(of, Separations)
    return [_separation_figure(of, source)] if of.found.separations else []


def _of_shares(of: VarianceShares, source: str) -> list[Figure]:
    """First-order shares and, where they were found, those with all that a parameter does together with others."""
    found = []
    first = told_shares(of.first)
    if first:
        found.append(shares_figure(of.model, source, first, of.first))
    total = told_shares(of.total)
    if total:
        called = titles_of(of.model)
        titles = [called.get(name, name) for name in total]
        means, errors = [of.total[n].mean for n in total], [of.total[n].se or 0.0 for n in total]
        unit = "share of the variance, with interactions"
        found.append(
            style.figure(
                partial(bars.shares, titles, means, errors, unit),
                partial(bars.draw_shares, titles, means, errors, unit),
                "totals",
                title=f"Were {quoted(titles[0])} alone left unknown, {frequency(means[0], errors[0])} parts of the "
                "variation would remain",
                definition="Share of the variance that would be left on average if this assumption alone stayed "
                "unknown (total), with two errors.",
                source=source,
                note="Totals hold all that an assumption does together with others, so they may add up to more than "
                "100.",
                alternative=stop(
                    ". ".join(f"{t}: {100 * m:.0f} of 100" for t, m in zip(titles, means, strict=True))
                ),
                table=_with_errors("Total shares of the variance", "share", titles, means, errors),
            )
        )
    return found


def _screening_figure(of: Screening, source: str) -> Figure:
    """Mean sizes of elementary effects, the largest first."""
    called = titles_of(of.model)
    order = sorted(of.effects.items(), key=lambda item: -item[1].mu_star.mean)
    order = [(name, effect) for name, effect in order if effect.mu_star.mean > 0.0][:DRIVERS]
    titles = [called.get(name, name) for name, _ in order]
    means, errors = [e.mu_star.mean for _, e in order], [e.mu_star.se or 0.0 for _, e in order]
    texts = [number(mean, error) for mean, error in zip(means, errors, strict=True)]
    unit = "mean size of the effect over the whole range"
    return style.figure(
        partial(bars.shares, titles, means, errors, unit, texts),
        partial(bars.draw_shares, titles, means, errors, unit, texts=texts),
        "screening",
        title=f"{sentence_case(of.about)} moves most with {quoted(titles[0])}",
        definition="Mean size of what moving this assumption over its range does (mu*), from many places, with two "
        "errors.",
        source=source,
        note=f"Of {counted(len(of.effects), 'assumption')}, those that move it are shown, {DRIVERS} at most. A screen "
        "and no share: it says which matter, not how much of the variation is theirs.",
        alternative=stop(". ".join(f"{t}: {text}" for t, text in zip(titles, texts, strict=True))),
        table=_with_errors("Mean sizes of elementary effects", "mu*", titles, means, errors),
    )


def _separation_figure(of: Separations, source: str) -> Figure:
    """How far each parameter tells the worlds of a condition from the others, the widest first."""
    called = titles_of(of.model)
    order = list(of.found.separations.items())[:DRIVERS]
    titles = [called.get(name, name) for name, _ in order]
    means = [s.distance for _, s in order]
    told = [
        "" if s.distance < s.critical else (" higher" if s.higher else " lower") + " there" for _, s in order
    ]
    texts = [f"{mean:.2f}{words}" for mean, words in zip(means, told, strict=True)]
    unit = "distance between the two distributions"
    none = [0.0] * len(means)
    return style.figure(
        partial(bars.shares, titles, means, none, unit, texts),
        partial(bars.draw_shares, titles, means, none, unit, texts=texts),
        "separation",
        title=of.finding.rstrip("."),
        definition=f"Largest distance between the distributions of an assumption where {of.condition} and elsewhere "
        "(Kolmogorov-Smirnov).",
        source=source,
        note="Higher or lower is said where chance would rarely do it.",
        alternative=stop(". ".join(f"{t}: {text}" for t, text in zip(titles, texts, strict=True))),
        table=Table(
            f"Where {of.condition}",
            ("", "distance", "there it is"),
            tuple((t, f"{m:.4f}", words.strip()) for t, m, words in zip(titles, means, told, strict=True)),
        ),
    )


def _with_errors(
    title: str, unit: str, names: Sequence[str], means: Sequence[float], errors: Sequence[float]
) -> Table:
    rows = ((n, f"{m:.4g}", f"{e:.4g}") for n, m, e in zip(names, means, errors, strict=True))
    return Table(title, ("", unit, "Monte Carlo error"), tuple(rows))
