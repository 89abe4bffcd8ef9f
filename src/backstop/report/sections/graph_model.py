"""The graph model: what is stable without assuming any number, and which threats behind it are hollow."""

from __future__ import annotations

from backstop.base.table import Table
from backstop.base.words import counted, listed, sentence_case, stop
from backstop.report.charts import style
from backstop.report.charts.conflict import alternative, conflict_chart
from backstop.report.content import Block, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.graph_model import GraphReadings, Reading

NASH, CREDIBLE, THREATS = "rests on nobody's threat", "credible threats", "hollow threats"


def section(found: Material) -> Section | None:
    """What is stable in the graph model; None where the study has no graph model."""
    graph = found.graph
    if graph is None:
        return None
    base = graph.readings[0]
    blocks: list[Block] = [
        Paragraph(
            "A second model asks what is stable when only the order of each party's preferences is "
            f"known: {listed(graph.makers)}, "
            f"{counted(graph.states, 'possible state')}. {graph.question}".strip()
        ),
        Paragraph(_finding(graph, base), lead=True),
        _table(graph),
    ]
    hollow = [stop(sentence_case(text)) for text in base.hollow]
    if hollow:
        blocks.append(
            Paragraph("Threats that would not be carried out, because whoever makes them would lose by it:")
        )
        blocks.append(Items(tuple(hollow)))
    figure = _figure(found, graph)
    if figure is not None:
        blocks.append(figure)
    return Section("graph", "Who prefers what: a second lens", tuple(blocks))


def standing(reading: Reading, state: str) -> str:
    """How a state stands under one reading: on nobody's threat, on credible threats, on hollow ones, or not at all."""
    stable = reading.equilibria
    if state in stable.get("Nash", ()):
        return NASH
    if state in stable.get("SEQ", ()):
        return CREDIBLE
    if state in stable.get("GMR", ()):
        return THREATS
    return "not stable"


def _finding(graph: GraphReadings, base: Reading) -> str:
    nash = [s for s in graph.described if standing(base, s) == NASH]
    credible = [s for s in graph.described if standing(base, s) == CREDIBLE]
    hollow = [s for s in graph.described if standing(base, s) == THREATS]
    total = len(nash) + len(credible) + len(hollow)
    if not total:
        return "No state is stable for all parties."
    return (
        f"{sentence_case(counted(total, 'state'))} {'is' if total == 1 else 'are'} stable for all "
        f"parties: {len(nash)} because nobody "
        f"can improve alone, {len(credible)} by threats that would be carried out, and {len(hollow)} "
        "only by threats that would not."
    )


def _table(graph: GraphReadings) -> Table:
    rows = []
    for state, words in sorted(graph.described.items(), key=lambda pair: (len(pair[0]), pair[0])):
        cells = [standing(reading, state) for reading in graph.readings]
        if any(cell != "not stable" for cell in cells):
            rows.append((f"{state}: {words}" if words else state, *cells))
    return Table(
        "Stable states, under each reading of the preferences",
        ("", *(sentence_case(reading.title) for reading in graph.readings)),
        tuple(rows),
        "Nobody's threat: Nash. Credible threats: SEQ. Hollow threats: GMR without SEQ. A state can "
        "be stable although no path of "
        "improvements leads to it.",
    )


def _figure(found: Material, graph: GraphReadings) -> Figure | None:
    if graph.picture is None:
        return None
    chart = conflict_chart(graph.picture)
    plain = chart.to_dict()
    plain.pop("title", None)
    plain.pop("padding", None)
    plain.pop("description", None)
    legend = {**style.CONFIG["legend"], "orient": "bottom", "columns": 3}
    plain["config"] = {**style.CONFIG, "view": {"stroke": None}, "legend": legend}
    return Figure(
        "conflict",
        _finding(graph, graph.readings[0]).rstrip("."),
        f"{graph.picture['title']}: states as circles ringed by stability; arrows lead to states that "
        "their mover prefers.",
        f"Source: {found.model.scenario.title}, graph.yaml. Made with Backstop.",
        "",
        alternative(graph.picture),
        plain,
    )
