"""`backstop form`: how far do the answers move with the form of the model?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.game.stage import Information


@click.command()
@options.study_argument
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="A headline to look at; by default the first six metrics. May be given several times.",
)
@options.arrangement_option
@click.option(
    "--worlds", type=click.IntRange(min=1), default=4000, show_default=True, help="How many worlds to draw."
)
@options.seed_option
@options.information_option
@options.set_option
@options.camp_option
@options.threads_option
@options.json_option
def form(
    study: str,
    metrics: tuple[str, ...],
    arrangements: tuple[str, ...],
    worlds: int,
    seed: int,
    information: Information | None,
    settings: tuple[str, ...],
    camp: str | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """How far the headlines of STUDY move with the form of the model, on the same worlds.

    Varied are how payoff shocks are read (both conventions), their size (halved, doubled), and the length of a period.
    A period is how often each tree is played, with the same probabilities each time: numbers that belong to a period
    should be changed with it. Observations weigh the worlds anew under each form.
    """
    model = options.load_model(study, settings, camp)

    import numpy as np

    from backstop.base.faults import InvalidInput, Refused
    from backstop.base.words import number
    from backstop.cli.progress import progress_bar
    from backstop.questions.study.forms import variants
    from backstop.questions.study.table import drawn, known_metric, table
    from backstop.report.tables.assessment import Table
    from backstop.worlds.assessment import chosen_arrangements
    from backstop.worlds.statistics import mean_and_error
    from backstop.worlds.workers import Workers, usable_threads

    names = [known_metric(model, name) for name in metrics] or list(model.scenario.metrics)[:6]
    chosen = chosen_arrangements(model, arrangements)
    forms = variants(model, information or model.scenario.information)
    means: dict[str, dict[str, dict[str, tuple[float | None, float | None]]]] = {}
    failed: dict[str, str] = {}
    notes = []
    with Workers(threads or usable_threads()) as workers, progress_bar("solving") as update:
        for at, (label, variant, reading) in enumerate(forms):
            try:
                ensemble = drawn(variant, worlds, seed, workers, reading)
                found = table(ensemble, chosen, names)
            except (InvalidInput, Refused) as error:
                if at == 0:
                    raise
                failed[label] = error.faults[0].what
                continue
            if found.note:
                notes.append(f"{label}: {found.note}")
            means[label] = {
                a: {m: mean_and_error(found.metrics[a][m], found.weights) for m in names} for a in chosen
            }
            update(at + 1, len(forms))
    notes += [f"{label} cannot be solved: {why}" for label, why in failed.items()]
    base = means[forms[0][0]]
    answer: dict[str, Any] = {
        **options.heading(model, "backstop-form/1", seed, worlds),
        "information": forms[0][2],
        "metrics": names,
        "forms": {
            label: {
                a: {
                    m: {"mean": mean, "se": se, "moved": _moved(mean, base[a][m][0])}
                    for m, (mean, se) in of.items()
                }
                for a, of in by.items()
            }
            for label, by in means.items()
        },
        "failed": failed,
    }
    tables = []
    for name in names:
        title = model.scenario.metrics[name].titled(name)
        rows = []
        for a in chosen:
            cells = [number(*base[a][name])]
            cells += [_signed(_moved(of[a][name][0], base[a][name][0])) for of in list(means.values())[1:]]
            rows.append((model.scenario.arrangements[a].titled(a), *cells))
        widest = max(
            (
                abs(m)
                for of in means.values()
                for a in chosen
                if (m := _moved(of[a][name][0], base[a][name][0])) is not None
            ),
            default=np.nan,
        )
        tables.append(
            Table(
                f"{title}: as it is, and how far it moves (by {widest:.2f} at most)",
                ("", "as it is", *list(means)[1:]),
                tuple(rows),
            )
        )
    options.finish(answer, tables, notes, as_json, "Answers under other forms of the model")


def _moved(mean: float | None, base: float | None) -> float | None:
    return None if mean is None or base is None else mean - base


def _signed(moved: float | None) -> str:
    return "-" if moved is None else f"{moved:+.2f}"
