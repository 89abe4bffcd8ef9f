"""`backstop value`: what would it be worth to know a parameter before choosing?"""

from __future__ import annotations

import click

from backstop.cli import options


@click.command()
@click.option(
    "--metric",
    metavar="NAME",
    help="What the arrangement is chosen for; by default the first metric that says that something lasts.",
)
@click.option("--less", is_flag=True, help="Less of the metric is better.")
@click.option("--actor", metavar="NAME", help="Choose by the value to this actor, in place of a metric.")
@click.option(
    "--groups",
    type=click.Choice(["basis", "camp", "both", "none"]),
    default="both",
    show_default=True,
    help="Also groups of parameters: those with one basis, those a camp of experts speaks about.",
)
@click.option(
    "--group",
    "own",
    multiple=True,
    metavar="NAME=P1,P2",
    help="A group of your own. May be given several times.",
)
@options.arrangement_option
@options.run_options(worlds=10_000, tables=True)
def value(
    run: options.Run,
    metric: str | None,
    less: bool,
    actor: str | None,
    groups: str,
    own: tuple[str, ...],
    arrangements: tuple[str, ...],
) -> None:
    """Which parameter of STUDY is most worth knowing before an arrangement is chosen?

    The choice is the arrangement that is best on average by the metric (or by the value to an actor). Knowing a
    parameter is worth as much as better choices would gain on average (EVPPI); knowing everything is the most that
    information can be worth (EVPI). Both are in the unit of the metric.
    """
    if metric is not None and actor is not None:
        raise click.UsageError("choose by a metric or by an actor, not both")
    if less and actor is not None:
        raise click.UsageError("--less goes with a metric: an actor prefers more of its value")

    from backstop.questions.inquiry import known_metric
    from backstop.questions.study.value import groups_of, lasting_metric
    from backstop.questions.study.value import value as worth
    from backstop.worlds.assessment import chosen_arrangements

    model = run.model
    name = None if actor is not None else known_metric(model, metric or lasting_metric(model))
    together = groups_of(model, groups, _own(own))
    chosen = chosen_arrangements(model, arrangements)
    with run.inquiry() as inquiry:
        found = worth(inquiry, chosen, name, actor, not less, together)
    run.finish(found)


def _own(groups: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in groups:
        label, sign, names = text.partition("=")
        members = tuple(name.strip() for name in names.split(",") if name.strip())
        if not sign or not label.strip() or not members:
            raise click.UsageError(f"--group {text}: write NAME=P1,P2, such as --group us=cost_us,honour_us")
        found[label.strip()] = members
    return found
