"""`backstop sensitivity`: what a metric hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.questions.study.sensitivity_results import Method


@click.command()
@click.option("--metric", metavar="NAME", help="The metric asked about; the first one by default.")
@click.option("--arrangement", metavar="NAME", help="Under this arrangement; the first one by default.")
@click.option("--against", metavar="NAME", help="The difference from this arrangement, on the same worlds.")
@click.option(
    "--method",
    type=click.Choice(["sobol", "morris", "regional", "tornado"]),
    default="sobol",
    show_default=True,
    help="Shares of variance, screening, worlds that meet a condition, or one parameter at a time.",
)
@click.option("--second-order", is_flag=True, help="Also what pairs of parameters do together (sobol).")
@click.option("--prior", is_flag=True, help="Leave the observations out: all worlds alike.")
@click.option(
    "--where",
    metavar="EXPRESSION",
    help="The condition of `regional`; by default the metric above its median.",
)
@options.run_options(
    worlds=2048, worlds_help="Size of the base sample (walks are a sixteenth of it).", tables=True
)
def sensitivity(
    run: options.Run,
    metric: str | None,
    arrangement: str | None,
    against: str | None,
    method: Method,
    second_order: bool,
    prior: bool,
    where: str | None,
) -> None:
    """What a metric of STUDY hangs on, by parameter.

    `first` is the share of the metric's variance that knowing the parameter alone would remove; `total` the share that
    would be left if it alone stayed unknown. Parameters are taken as assumed; where observations weight the worlds,
    first-order shares are those of the weighted worlds. Correlated parameters have totals only as a group.
    """
    if where is not None and method != "regional":
        raise click.UsageError("--where is the condition of --method regional")
    if second_order and method != "sobol":
        raise click.UsageError("--second-order belongs to --method sobol")

    from backstop.questions.inquiry import known_arrangement, known_metric
    from backstop.questions.study.sensitivity import sensitivity as asked
    from backstop.questions.study.sensitivity_results import Quantity

    model = run.model
    quantity = Quantity(
        known_metric(model, metric or next(iter(model.scenario.metrics))),
        known_arrangement(model, arrangement),
        None if against is None else known_arrangement(model, against),
    )
    with run.inquiry() as inquiry:
        found = asked(inquiry, quantity, method, second_order, prior, where)
    run.finish(found)
