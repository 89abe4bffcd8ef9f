"""`backstop conditions`: under which assumptions does something happen?"""

from __future__ import annotations

import click

from backstop.cli import options


@click.command()
@click.option(
    "--where",
    required=True,
    metavar="EXPRESSION",
    help='The condition over metrics and parameters, such as "lasting_peace < 0.5".',
)
@click.option("--arrangement", metavar="NAME", help="Under this arrangement; the first one by default.")
@click.option(
    "--boxes", type=click.IntRange(min=1), default=3, show_default=True, help="At most so many boxes."
)
@click.option(
    "--resamples",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Random halves of the worlds on which the first box is sought again.",
)
@options.run_options(worlds=10_000, tables=True)
def conditions(run: options.Run, where: str, arrangement: str | None, boxes: int, resamples: int) -> None:
    """Under which assumptions of STUDY does the condition come about? (scenario discovery)

    Coverage is the share of all worlds that meet the condition which lie in the box; density the share of the box's
    worlds that meet it. A classification tree gives a second opinion.
    """
    from backstop.questions.inquiry import known_arrangement
    from backstop.questions.study.conditions import conditions as asked

    name = known_arrangement(run.model, arrangement)
    with run.inquiry() as inquiry:
        found = asked(inquiry, where, name, boxes, resamples)
    run.finish(found)
