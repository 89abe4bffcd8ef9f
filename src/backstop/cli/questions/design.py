"""`backstop design`: which packages of measures reach a target, and what is the least that does?"""

from __future__ import annotations

import click

from backstop.cli import options


@click.command()
@click.option(
    "--target", required=True, metavar="EXPRESSION", help="What must be reached, over metrics and parameters."
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.8,
    show_default=True,
    help="In at least this share of worlds.",
)
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="NAME",
    help="Vary only this measure; one alone gives its least credible level. May be given several times.",
)
@click.option(
    "--base",
    metavar="ARRANGEMENT",
    help="What is not varied stays as in this arrangement, else at its default.",
)
@click.option("--steps", type=click.IntRange(min=1, max=256), help="Cut each range into so many steps.")
@click.option("--more", multiple=True, metavar="METRIC", help="Trade off: more of this metric is better.")
@click.option(
    "--less",
    multiple=True,
    metavar="METRIC",
    help="Trade off: less of this metric, or of one controller's cost (cost:NAME), is better.",
)
@options.run_options(worlds=1000, tables=True)
def design(
    run: options.Run,
    target: str,
    share: float,
    measures: tuple[str, ...],
    base: str | None,
    steps: int | None,
    more: tuple[str, ...],
    less: tuple[str, ...],
) -> None:
    """Which packages of STUDY's measures reach the target in enough worlds, at the least expected cost?

    Lists the minimal packages: none of them can promise less of one measure without more of another, so they say what
    could be traded for what. The front shows what more certainty, and --more or --less of other metrics, would cost.
    A few levels of each measure are tried in all combinations, and what is found is lowered between them.
    """
    from backstop.questions.event import event
    from backstop.questions.inquiry import known_arrangement, known_metric
    from backstop.questions.study.packages import known_goal, least_packages, measures_to_vary
    from backstop.questions.weighted_worlds import worlds_under

    model = run.model
    asked = event(model, target)
    goals = {known_metric(model, name): True for name in more} | {
        known_goal(model, name): False for name in less
    }
    fixed = {name: level for name, level in run.values.items() if name in model.scenario.measures}
    with run.inquiry("trying packages") as inquiry:
        found = least_packages(
            worlds_under(inquiry, [], []),
            asked,
            share,
            measures_to_vary(model, measures, fixed),
            base=None if base is None else known_arrangement(model, base),
            fixed=fixed,
            steps=steps,
            goals=goals,
            metrics=list(model.scenario.metrics)[:4],
        )
    run.finish(found.or_refused())
