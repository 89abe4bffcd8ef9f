"""`backstop robustness`: arrangements judged by more than their mean."""

from __future__ import annotations

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
@options.run_options(worlds=10_000, tables=True)
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
    from backstop.questions.inquiry import known_metric
    from backstop.questions.study.robustness import robustness as scored
    from backstop.worlds.assessment import chosen_arrangements

    name = known_metric(run.model, metric or next(iter(run.model.scenario.metrics)))
    chosen = chosen_arrangements(run.model, arrangements)
    with run.inquiry() as inquiry:
        found = scored(inquiry, name, chosen, criteria, not less, requirement, optimism)
    run.finish(found)
