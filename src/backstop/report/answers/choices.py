"""Arrangements to choose from: scores, what knowing more is worth, and how the form of the model moves them."""

from __future__ import annotations

import math
from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, number, quoted, sentence_case, stop
from backstop.questions.study.forms import FormAnswers
from backstop.questions.study.robustness import RobustnessScores, scores_in_words
from backstop.questions.study.value import ValueOfInformation
from backstop.questions.words import titles as titles_of
from backstop.report.answers.drivers import DRIVERS
from backstop.report.charts import bars, intervals, style
from backstop.report.content import Figure
from backstop.worlds.statistics import Summary


def robustness_figures(of: RobustnessScores, source: str) -> list[Figure]:
    """The chart of scores, a panel for each criterion."""
    arrangements, metric = of.model.scenario.arrangements, of.model.scenario.metrics[of.metric]
    titles = [arrangements[name].titled(name) for name in of.arrangements]
    panels, rows = [], []
    for name, scored in of.criteria.items():
        summaries = {
            title: _mean(float(scored.scores[row]), scored.error(row)) for row, title in enumerate(titles)
        }
        less = " (less is better)" if scored.less_is_better else ""
        label = sentence_case(name.replace("_", " ")) + less
        texts = scores_in_words(scored)
        by_title = dict(zip(titles, texts, strict=True))
        panels.append(intervals.Panel(label, summaries, "score", texts=by_title))
        cells = zip(texts, scored.ranks, strict=True)
        rows.append((label, *(f"{text} (rank {rank})" for text, rank in cells)))
    if not panels:
        return []
    table = Table("Scores and ranks", ("", *titles), tuple(rows))
    figure = style.figure(
        partial(intervals.chart, panels),
        partial(intervals.draw, panels),
        "robustness",
        title=of.finding.rstrip("."),
        definition=f"Score of each arrangement by {quoted(metric.titled(of.metric))} under each criterion (dot), with "
        "two errors.",
        source=source,
        note="Criteria have scales of their own: compare within a panel.",
        alternative=stop(
            ". ".join(
                f"{row[0]}: " + ", ".join(map(": ".join, zip(titles, row[1:], strict=True))) for row in rows
            )
        ),
        table=table,
    )
    return [figure]


def value_figures(of: ValueOfInformation, source: str) -> list[Figure]:
    """The chart of what is worth knowing; none where nothing is worth anything."""
    called, worth = titles_of(of.model), of.information.evppi
    order = [name for name in sorted(worth, key=lambda n: -worth[n].mean) if worth[name].mean > 0.0][:DRIVERS]
    if not order and of.information.evpi.mean <= 0.0:
        return []
    every = [("Everything", of.information.evpi), *((called.get(n, n), worth[n]) for n in order)]
    titles = [title for title, _ in every]
    means, errors = [v.mean for _, v in every], [v.se or 0.0 for _, v in every]
    texts = [number(mean, error) for mean, error in zip(means, errors, strict=True)]
    unit = f"worth, in {of.decision}"
    figure = style.figure(
        partial(bars.shares, titles, means, errors, unit, texts),
        partial(bars.draw_shares, titles, means, errors, unit, texts=texts),
        "value-of-knowing",
        title=of.finding.rstrip("."),
        definition="What knowing it before an arrangement is chosen would be worth on average, with two errors.",
        source=source,
        note="What is not shown would not change the choice.",
        alternative=stop(". ".join(map(": ".join, zip(titles, texts, strict=True)))),
        table=Table(
            "What knowing it first would be worth",
            ("", "worth", "Monte Carlo error"),
            tuple((t, f"{m:.4g}", f"{e:.4g}") for t, m, e in zip(titles, means, errors, strict=True)),
        ),
    )
    return [figure]


def form_figures(of: FormAnswers, source: str) -> list[Figure]:
    """A chart for each metric: the mean under every form of the model, a panel for each arrangement."""
    return [_form_figure(of, metric, source) for metric in of.metrics]


def _form_figure(of: FormAnswers, name: str, source: str) -> Figure:
    scenario = of.model.scenario
    metric = scenario.metrics[name]
    chance = metric.kind in ("occupy", "avoid", "reach")
    panels, rows = [], []
    for arrangement in of.arrangements:
        found = {sentence_case(form): by[arrangement][name] for form, by in of.means.items()}
        title = scenario.arrangements[arrangement].titled(arrangement)
        summaries = {form: _mean(mean, se) for form, (mean, se) in found.items()}
        unit, domain = ("probability", (0.0, 1.0)) if chance else ("", None)
        panels.append(intervals.Panel(title, summaries, unit, domain))
        rows.append(
            (title, *("no value" if m is None else number(m, se, most=4) for m, se in found.values()))
        )
    columns = ("", *map(sentence_case, of.means))
    moves = [
        abs(by)
        for form in list(of.means)[1:]
        for arrangement in of.arrangements
        if (by := of.moved(form, arrangement, name)) is not None and math.isfinite(by)
    ]
    most = f" moves by {max(moves):.2g} at most" if moves else ""
    return style.figure(
        partial(intervals.chart, panels),
        partial(intervals.draw, panels),
        f"form-{name}",
        title=f"{quoted(metric.titled(name))}{most or ' has no value'} with the form of the model",
        definition=f"Mean over worlds under {counted(len(of.means), 'form')} of the model (dot), with two errors.",
        source=source,
        note="The weights of worlds stay those of the study as it stands.",
        alternative=stop(
            ". ".join(
                f"{row[0]}: " + ", ".join(map(": ".join, zip(columns[1:], row[1:], strict=True)))
                for row in rows
            )
        ),
        table=Table("Means by form of the model", columns, tuple(rows)),
    )


def _mean(mean: float | None, se: float | None) -> Summary:
    """A mean with its error and nothing of how it is spread."""
    known = mean is not None and math.isfinite(mean)
    return Summary(mean if known else None, se, None, None, None, None, None)
