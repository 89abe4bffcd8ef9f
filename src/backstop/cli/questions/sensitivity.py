"""`backstop sensitivity`: what a metric hangs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli import options

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backstop.base.table import Table
    from backstop.questions.study.drivers import Bench, Drivers, Target
    from backstop.scenario.model import Model

WEIGHTED = (
    "the worlds are weighted by observations, which make the parameters depend on each other: total and second-order "
    "indices are not defined for them; --prior leaves the observations out"
)


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
@options.run_options(worlds=2048, worlds_help="Size of the base sample (walks are a sixteenth of it).")
def sensitivity(
    run: options.Run,
    metric: str | None,
    arrangement: str | None,
    against: str | None,
    method: str,
    second_order: bool,
    prior: bool,
    where: str | None,
) -> None:
    """What a metric of STUDY hangs on, by parameter.

    `first` is the share of the metric's variance that knowing the parameter alone would remove; `total` the share that
    would be left if it alone stayed unknown. Parameters are taken as assumed; where observations weight the worlds,
    first-order shares are those of the weighted worlds. Correlated parameters have totals only as a group.
    """
    model = run.model

    from backstop.questions.study.drivers import Bench, Target
    from backstop.questions.study.table import known_arrangement, known_metric

    target = Target(
        known_metric(model, metric or next(iter(model.scenario.metrics))),
        known_arrangement(model, arrangement),
        None if against is None else known_arrangement(model, against),
    )
    if where is not None and method != "regional":
        raise click.UsageError("--where is the condition of --method regional")
    if second_order and method != "sobol":
        raise click.UsageError("--second-order belongs to --method sobol")
    weighted = bool(model.scenario.observations) and not prior
    with run.working() as (workers, update):
        bench = Bench(model, target, workers, run.information, run.seed)
        if method == "sobol":
            answer, tables, notes = _sobol(bench, run.worlds, second_order, weighted, update)
        elif method == "morris":
            answer, tables, notes = _morris(bench, max(8, run.worlds // 16), weighted, update)
        elif method == "regional":
            answer, tables, notes = _regional(bench, run.worlds * 4, where, prior, update)
        else:
            answer, tables, notes = _tornado(bench, weighted)
    run.print_answer(
        {
            **run.heading("backstop-sensitivity/1"),
            "metric": target.metric,
            "arrangement": target.arrangement,
            "against": target.against,
            "method": method,
            **answer,
        },
        tables,
        notes,
        f"What drives {target.words}",
    )


Answer = tuple["dict[str, Any]", "list[Table]", "list[str]"]


def _sobol(bench: Bench, worlds: int, second_order: bool, weighted: bool, update: Any) -> Answer:
    from backstop.questions.study.drivers import shares_from_worlds, variance_shares

    if not weighted:
        return _shares(bench.model, bench.target, variance_shares(bench, worlds, second_order, update))
    from backstop.questions.study.table import drawn, table

    if second_order:
        from backstop.base.faults import Refused

        raise Refused(WEIGHTED)
    # As many worlds as the indices of unweighted ones would take for sixteen parameters.
    count = min(16 * worlds, 65_536)
    ensemble = drawn(bench.model, count, bench.seed, bench.workers, bench.information)
    found = table(ensemble, bench.target.arrangements, [bench.target.metric], update)
    return _shares(bench.model, bench.target, shares_from_worlds(found, bench.target, WEIGHTED))


def _shares(model: Model, target: Target, found: Drivers) -> Answer:
    from backstop.base.table import Table
    from backstop.questions.claims.failure import titles

    names = {**titles(model), **{label: label for label in found.groups}}
    answer: dict[str, Any] = {
        "mean": found.mean,
        "variance": found.variance,
        "solved_worlds": found.solved,
        "first": options.estimates(found.first),
        "total": options.estimates(found.total),
        "refused": dict(found.refused),
    }
    if found.second:
        answer["second"] = [
            {"parameters": list(pair), "mean": value.mean, "se": value.se}
            for pair, value in found.second.items()
        ]
    rank = {**{n: v.mean for n, v in found.first.items()}, **{n: v.mean for n, v in found.total.items()}}
    order = sorted(rank, key=lambda n: -rank[n])
    rows = tuple(
        (names[n], options.figure(found.first.get(n)), options.figure(found.total.get(n))) for n in order
    )
    tables = [
        Table(
            f"Shares of the variance of {target.words}",
            ("parameter", "first", "total"),
            rows,
            "first: what knowing it alone would remove; total: what would be left if it alone stayed unknown. "
            "± Monte Carlo error.",
        )
    ]
    if found.second:
        pairs = sorted(found.second.items(), key=lambda item: -abs(item[1].mean))[:12]
        tables.append(
            Table(
                "What pairs do together, beyond what each does",
                ("pair", "share"),
                tuple((f"{names[a]} and {names[b]}", options.figure(v)) for (a, b), v in pairs),
            )
        )
    return answer, tables, [*found.refused.values(), *([found.note] if found.note else [])]


def _morris(bench: Bench, walks: int, weighted: bool, update: Any) -> Answer:
    from backstop.base.table import Table
    from backstop.questions.claims.failure import titles
    from backstop.questions.study.drivers import screened

    effects = screened(bench, walks, update)
    names = titles(bench.model)
    order = sorted(effects, key=lambda n: -effects[n].mu_star.mean)
    rows = tuple(
        (
            names[n],
            options.figure(effects[n].mu_star),
            options.figure(effects[n].mu),
            f"{effects[n].sigma:.3g}",
        )
        for n in order
    )
    answer = {
        "walks": walks,
        "effects": {
            n: {
                "mu_star": {"mean": e.mu_star.mean, "se": e.mu_star.se},
                "mu": {"mean": e.mu.mean, "se": e.mu.se},
                "sigma": e.sigma,
            }
            for n, e in effects.items()
        },
    }
    note = "mu*: mean size of the effect over the parameter's whole range; sigma: its spread (curvature, interaction)."
    return (
        answer,
        [
            Table(
                f"Elementary effects on {bench.target.words}", ("parameter", "mu*", "mu", "sigma"), rows, note
            )
        ],
        _design_notes(bench.model, weighted),
    )


def _tornado(bench: Bench, weighted: bool) -> Answer:
    from backstop.base.table import Table
    from backstop.questions.claims.failure import titles
    from backstop.questions.study.drivers import swings

    found, names = swings(bench), titles(bench.model)
    answer = {
        "central": found[0].at_centre,
        "swings": {
            s.name: {
                "low": s.low_input,
                "high": s.high_input,
                "at_low": s.at_low,
                "at_high": s.at_high,
                "size": s.size,
            }
            for s in found
        },
    }
    rows = tuple(
        (names[s.name], f"{s.low_input:.3g}", f"{s.at_low:.4g}", f"{s.high_input:.3g}", f"{s.at_high:.4g}")
        for s in found
    )
    table = Table(
        f"One at a time: {bench.target.words} (central: {found[0].at_centre:.4g})",
        ("parameter", "low (5 %)", "gives", "high (95 %)", "gives"),
        rows,
        "Each parameter at its 5 and 95 % quantile, all others at their median: interactions do not show.",
    )
    return answer, [table], _design_notes(bench.model, weighted)


def _design_notes(model: Model, weighted: bool) -> list[str]:
    notes = []
    if weighted:
        notes.append("observations play no part here: the parameters are taken as assumed")
    if model.correlations:
        notes.append("correlations play no part here: parameters are moved one at a time")
    return notes


def _regional(bench: Bench, worlds: int, where: str | None, prior: bool, update: Any) -> Answer:
    import numpy as np

    from backstop.base.table import Table
    from backstop.questions.claims.failure import titles
    from backstop.questions.methods.regional import regional_sensitivity
    from backstop.questions.study.condition import condition
    from backstop.questions.study.table import drawn, table
    from backstop.worlds.statistics import quantile

    target = bench.target
    asked = None if where is None else condition(bench.model, where)
    metrics: Mapping[str, None] = dict.fromkeys([target.metric, *(asked.metrics if asked else ())])
    ensemble = drawn(bench.model, worlds, bench.seed, bench.workers, bench.information)
    found = table(ensemble, target.arrangements, metrics, update)
    weights = None if prior else found.weights
    if asked is None:
        values = target.values(found.metrics)
        middle = quantile(values[np.isfinite(values)], found.weight[np.isfinite(values)], 0.5)
        said, held, known = f"{target.words} above {middle:.4g}", values > middle, np.isfinite(values)
    else:
        met = found.met(asked, target.arrangement)
        said, held, known = asked.text, met == 1.0, ~np.isnan(met)
    inputs = {name: values[known] for name, values in found.inputs.items()}
    result = regional_sensitivity(inputs, held[known], None if weights is None else weights[known], said)
    names = titles(bench.model)
    answer = {
        "condition": said,
        "share": result.share,
        "separations": {
            n: {"distance": s.distance, "at": s.at, "higher": s.higher, "p": s.p, "critical": s.critical}
            for n, s in result.separations.items()
        },
    }
    rows = tuple(
        (
            names[n],
            f"{s.distance:.2f}",
            "" if s.distance < s.critical else ("higher" if s.higher else "lower"),
            f"{s.at:.3g}",
        )
        for n, s in result.separations.items()
    )
    note = (
        "The largest distance between the two distributions (Kolmogorov-Smirnov), and where it is reached; a direction "
        "is given where chance would rarely do it."
    )
    table_ = Table(f"Where {said}", ("parameter", "distance", "there it is", "at"), rows, note)
    return answer, [table_], [result.note] if result.note else []
