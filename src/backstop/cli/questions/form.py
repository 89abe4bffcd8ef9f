"""`backstop form`: how far do the answers move with the form of the model?"""

from __future__ import annotations

import click

from backstop.cli import options


@click.command()
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="A headline to look at; by default the first six metrics. May be given several times.",
)
@options.arrangement_option
@options.run_options(worlds=4000, tables=True)
def form(run: options.Run, metrics: tuple[str, ...], arrangements: tuple[str, ...]) -> None:
    """How far the headlines of STUDY move with the form of the model, on the same worlds.

    Varied are how payoff shocks are read (both conventions), their size (halved, doubled), and the length of a period.
    A period is how often each tree is played, with the same probabilities each time: numbers that belong to a period
    should be changed with it. The weights of worlds stay those of the study as it stands.
    """
    from backstop.questions.inquiry import known_metric
    from backstop.questions.study.forms import answers_by_form
    from backstop.worlds.assessment import chosen_arrangements

    names = [known_metric(run.model, name) for name in metrics] or list(run.model.scenario.metrics)[:6]
    chosen = chosen_arrangements(run.model, arrangements)
    with run.inquiry() as inquiry:
        found = answers_by_form(inquiry, names, chosen)
    run.finish(found)
