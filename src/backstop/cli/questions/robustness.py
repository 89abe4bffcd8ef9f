"""`backstop robustness`: arrangements judged by more than their mean."""

from __future__ import annotations

from typing import Any

import click

from backstop.cli import options


@click.command()
@click.option("--metric", metavar="NAME", help="The metric asked about; the first one by default.")
@click.option("--less", is_flag=True, help="Less of the metric is better.")
@click.option(
    "--requirement",
    type=float,
    metavar="X",
    help="What the metric should reach: domain criterion and info-gap.",
)
@click.option(
    "--criterion",
    "criteria",
    multiple=True,
    metavar="NAME",
    help="Only this criterion, such as minimax_regret. May be given several times.",
)
@click.option(
    "--optimism",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Weight of the best case in Hurwicz' criterion.",
)
@options.arrangement_option
@options.run_options(worlds=10_000)
def robustness(
    run: options.Run,
    metric: str | None,
    less: bool,
    requirement: float | None,
    criteria: tuple[str, ...],
    optimism: float,
    arrangements: tuple[str, ...],
) -> None:
    """Which arrangement of STUDY does well however things turn out?

    Scores every arrangement by criteria that look at worst worlds, regrets (how far it falls short of the best
    arrangement in the same world) and requirements, and ranks them. With --requirement also how far the assumptions
    may be from their central values before the worst case misses it (info-gap).
    """
    model = run.model

    from backstop.base.table import Table
    from backstop.base.words import number
    from backstop.questions.study.robustness import classical, criterion_named
    from backstop.questions.study.robustness import robustness as judged
    from backstop.questions.study.table import drawn, known_metric, table
    from backstop.worlds.assessment import chosen_arrangements

    name = known_metric(model, metric or next(iter(model.scenario.metrics)))
    asked = {
        each: criterion_named(each, requirement, optimism)
        for each in (criteria or classical(requirement, optimism))
    }
    chosen = chosen_arrangements(model, arrangements)
    with run.working() as (workers, update):
        ensemble = drawn(model, run.worlds, run.seed, workers, run.information)
        found = table(ensemble, chosen, [name], update)
        scored = {
            each: judged(found.rows(name), criterion, found.weights, not less)
            for each, criterion in asked.items()
        }
        gaps = None
        if requirement is not None:
            from backstop.questions.study.stress import info_gap_of

            gaps = info_gap_of(found, name, requirement, not less, run.seed)
    rows = []
    for each, of in scored.items():
        cells = []
        for row in range(len(chosen)):
            se = None if of.se is None else float(of.se[row])
            cells.append(f"{number(float(of.scores[row]), se)} ({of.ranks[row]})")
        rows.append((each.replace("_", " ") + (" (less is better)" if of.less_is_better else ""), *cells))
    titles = tuple(model.scenario.arrangements[a].titled(a) for a in chosen)
    tables = [
        Table(
            f"{model.scenario.metrics[name].titled(name)}: scores and ranks",
            ("criterion", *titles),
            tuple(rows),
            "In brackets the rank, 1 being best. Extremes over worlds are those of the worlds drawn.",
        )
    ]
    answer: dict[str, Any] = {
        **run.heading("backstop-robustness/1"),
        "metric": name,
        "more_is_better": not less,
        "requirement": requirement,
        "effective_worlds": found.effective_worlds,
        "criteria": {
            each: {
                "less_is_better": of.less_is_better,
                "arrangements": {
                    a: {
                        "score": float(of.scores[row]),
                        "se": None if of.se is None else float(of.se[row]),
                        "rank": of.ranks[row],
                    }
                    for row, a in enumerate(chosen)
                },
            }
            for each, of in scored.items()
        },
    }
    if gaps is not None:
        answer["info_gap"] = {
            a: {
                "horizon": float(gaps.horizon[row]),
                "fails_in_world": gaps.first_failure[row],
                "horizons": list(map(float, gaps.horizons)),
                "worst": list(map(float, gaps.worst[row])),
                "best": list(map(float, gaps.best[row])),
            }
            for row, a in enumerate(chosen)
        }
        tables.append(
            Table(
                f"How far from the central assumptions until {name} misses {requirement:g}",
                ("", "distance"),
                tuple(
                    (
                        title,
                        "in no world drawn"
                        if gaps.horizon[row] == float("inf")
                        else f"{gaps.horizon[row]:.2f}",
                    )
                    for row, title in enumerate(titles)
                ),
                "Distance in normal scores of all parameters together; 0: missed already there. Weights play no part.",
            )
        )
    run.print_answer(answer, tables, [found.note] if found.note else [], f"Robustness of {name}")
