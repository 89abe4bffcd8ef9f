"""`backstop value`: what would it be worth to know a parameter before choosing?"""

from __future__ import annotations

from typing import Any

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
@options.run_options(worlds=10_000)
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
    model = run.model

    from backstop.base.table import Table
    from backstop.questions.claims.failure import titles
    from backstop.questions.study.table import drawn, known_metric, table
    from backstop.questions.study.value import default_metric, groups_of, values_of_actor, worth_of_knowing
    from backstop.worlds.assessment import chosen_arrangements

    name = None if actor is not None else known_metric(model, metric or default_metric(model))
    together = groups_of(model, groups, _own(own))
    chosen = chosen_arrangements(model, arrangements)
    with run.working() as (workers, update):
        ensemble = drawn(model, run.worlds, run.seed, workers, run.information)
        found = table(ensemble, chosen, [] if name is None else [name], update)
        if name is None:
            assert actor is not None
            benefits = values_of_actor(found, actor)
            decision = f"the value to {model.scenario.actors[actor].titled(actor)}"
        else:
            benefits = -found.rows(name) if less else found.rows(name)
            decision = ("less of " if less else "") + model.scenario.metrics[name].titled(name)
        worth = worth_of_knowing(found, benefits, together)
    notes = [worth.information.note] if worth.information.note else []
    if worth.left_out:
        listed = ", ".join(f"{label} ({count})" for label, count in worth.left_out.items())
        notes.append(f"groups with too many parameters to be asked about together are left out: {listed}")
    evppi = worth.information.evppi
    answer: dict[str, Any] = {
        **run.heading("backstop-value/1"),
        "decision": {"metric": name, "actor": actor, "more_is_better": not less, "arrangements": chosen},
        "best": worth.best,
        "effective_worlds": found.effective_worlds,
        "evpi": {"mean": worth.information.evpi.mean, "se": worth.information.evpi.se},
        "evppi": options.estimates(evppi),
        "groups": {label: list(names) for label, names in worth.groups.items()},
    }
    called = titles(model)
    order = sorted(evppi, key=lambda n: -evppi[n].mean)
    shown = [n for n in order if evppi[n].mean > 0.0] or order[:3]
    best = model.scenario.arrangements[worth.best].titled(worth.best)
    tables = [
        Table(
            f"What knowing it first would be worth, choosing by {decision}",
            ("", "worth"),
            (
                ("everything", options.figure(worth.information.evpi)),
                *((called.get(n, n), options.figure(evppi[n])) for n in shown),
            ),
            f"Best on average: {best}. In the unit of the metric, ± Monte Carlo error; what is not listed is worth "
            "nothing here: it would not change the choice.",
        )
    ]
    run.print_answer(answer, tables, notes, f"The value of information for choosing by {decision}")


def _own(groups: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in groups:
        label, sign, names = text.partition("=")
        members = tuple(name.strip() for name in names.split(",") if name.strip())
        if not sign or not label.strip() or not members:
            raise click.UsageError(f"--group {text}: write NAME=P1,P2, such as --group us=cost_us,honour_us")
        found[label.strip()] = members
    return found
