"""`backstop conditions`: under which assumptions does something happen?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.questions.methods.box import Box


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
@options.run_options(worlds=10_000)
def conditions(
    run: options.Run,
    where: str,
    arrangement: str | None,
    boxes: int,
    resamples: int,
) -> None:
    """Under which assumptions of STUDY does the condition come about? (scenario discovery)

    Coverage is the share of all worlds that meet the condition which lie in the box; density the share of the box's
    worlds that meet it. A classification tree gives a second opinion.
    """
    model = run.model

    import numpy as np

    from backstop.base.faults import Refused
    from backstop.base.table import Table
    from backstop.questions.claims.failure import titles, units
    from backstop.questions.methods.cart import tree
    from backstop.questions.methods.prim import discover
    from backstop.questions.study.condition import condition
    from backstop.questions.study.table import drawn, known_arrangement, table
    from backstop.questions.study.words import rule_words, sentence

    asked = condition(model, where)
    name = known_arrangement(model, arrangement)
    with run.working() as (workers, update):
        ensemble = drawn(model, run.worlds, run.seed, workers, run.information)
        found = table(ensemble, [name], asked.metrics, update)
    met = found.met(asked, name)
    known = ~np.isnan(met)
    if not known.any():
        raise Refused(
            f"whether {asked.text} cannot be said in any world", hint="ask about a metric without `given`"
        )
    inputs = {n: values[known] for n, values in found.inputs.items()}
    weights = None if found.weights is None else found.weights[known]
    cases = met[known] == 1.0
    discovery = discover(
        inputs, cases, weights, condition=asked.text, most_boxes=boxes, resamples=resamples, seed=run.seed
    )
    opinion = tree(inputs, cases, weights, condition=asked.text)
    called, measured_in = titles(model), units(model)
    notes = [text for text in (discovery.note,) if text]
    if not known.all():
        notes.append(f"{np.count_nonzero(~known):,} worlds are left out: the metric has no value there")
    if not discovery.boxes:
        notes.append("no condition on the assumptions tells these worlds from the others")
    sentences = [sentence(box, asked.text, called, measured_in) for box in discovery.boxes]
    answer: dict[str, Any] = {
        **run.heading("backstop-conditions/1"),
        "where": asked.text,
        "arrangement": name,
        "effective_worlds": found.effective_worlds,
        "base_rate": discovery.base_rate,
        "covered": discovery.covered,
        "boxes": [_box(box, said) for box, said in zip(discovery.boxes, sentences, strict=True)],
        "trajectory": [
            {"coverage": s.coverage, "density": s.density, "mass": s.mass, "restricted": s.restricted}
            for s in discovery.trajectory
        ],
        "tree": [
            {
                "limits": {n: list(limit.interval) for n, limit in leaf.limits.items()},
                "density": leaf.density,
                "coverage": leaf.coverage,
                "mass": leaf.mass,
                "sentence": rule_words(leaf.limits, leaf.density, leaf.mass, asked.text, called, measured_in),
            }
            for leaf in opinion.leaves
        ],
    }
    rows = tuple(
        (str(at + 1), said, f"{box.coverage:.2f}", f"{box.density:.2f}", f"{box.mass:.2f}", _steady(box))
        for at, (box, said) in enumerate(zip(discovery.boxes, sentences, strict=True))
    )
    tables = [
        Table(
            f"Boxes of worlds in which {asked.text} (of all worlds {discovery.base_rate:.2f})",
            ("box", "in words", "coverage", "density", "mass", "found again"),
            rows,
            "found again: the least share of random halves of the worlds in which a restriction came back.",
        ),
        Table(
            "Second opinion: a classification tree",
            ("rule", "share of all"),
            tuple((leaf["sentence"], f"{leaf['coverage']:.2f}") for leaf in answer["tree"]),
        ),
    ]
    title = model.scenario.arrangements[name].titled(name)
    run.print_answer(answer, tables if rows else tables[1:], notes, f"Where {asked.text}, under: {title}")


def _box(box: Box, said: str) -> dict[str, Any]:
    from backstop.questions.claims.judging import box_dict

    return {
        **box_dict(box),
        "sentence": said,
        "quasi_p": dict(box.quasi_p),
        "reappears": dict(box.reappears),
        "overlap": box.overlap,
    }


def _steady(box: Box) -> str:
    return f"{min(box.reappears.values()):.1f}" if box.reappears else "-"
