"""The graph model: what is stable without assuming any number, and which threats behind it are hollow."""

from __future__ import annotations

from collections import Counter

from backstop.base.table import Table
from backstop.base.words import counted, listed, sentence_case, stop
from backstop.report.charts.conflict import conflict_figure
from backstop.report.content import Block, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.graph_model import GraphReadings, Reading

NASH, CREDIBLE, THREATS = "rests on nobody's threat", "credible threats", "hollow threats"
UNSTABLE = "not stable"


def section(found: Material) -> Section | None:
    """What is stable in the graph model; None where the study has no graph model."""
    graph = found.graph
    if graph is None:
        return None
    base = graph.readings[0]
    blocks: list[Block] = [
        Paragraph(_finding(graph, base), lead=True),
        Paragraph(
            "This is by a second model, which asks what is stable when only the order of each party's preferences is "
            f"known: {listed(graph.makers)}, {counted(graph.states, 'possible state')}. {graph.question}".strip()
        ),
    ]
    if base.hollow:
        lost = "would not be carried out, because whoever makes them would lose by it"
        blocks.append(Paragraph(f"Some threats behind them {lost}: the annex names them."))
    return Section("graph", "Who prefers what: a second lens", tuple(blocks))


def annex(found: Material) -> Section | None:
    """The stable states under each reading, and the picture; None where the study has no graph model."""
    graph = found.graph
    if graph is None:
        return None
    blocks: list[Block] = [_table(graph)]
    hollow = [stop(sentence_case(text)) for text in graph.readings[0].hollow]
    if hollow:
        why = "Threats that would not be carried out, because whoever makes them would lose by it:"
        blocks += [Paragraph(why), Items(tuple(hollow))]
    blocks.append(_figure(found, graph))
    return Section("states", "The graph model: states and moves", tuple(blocks), annex=True)


def standing(reading: Reading, state: str) -> str:
    """How a state stands under one reading: on nobody's threat, on credible threats, on hollow ones, or not at all."""
    kinds = (("Nash", NASH), ("SEQ", CREDIBLE), ("GMR", THREATS))
    return next((words for c, words in kinds if state in reading.equilibria.get(c, ())), UNSTABLE)


def _finding(graph: GraphReadings, base: Reading) -> str:
    counts = Counter(standing(base, state) for state in graph.described)
    total = counts[NASH] + counts[CREDIBLE] + counts[THREATS]
    if not total:
        return "No state is stable for all parties."
    return (
        f"{sentence_case(counted(total, 'state'))} {'is' if total == 1 else 'are'} stable for all parties: "
        f"{counts[NASH]} because nobody can improve alone, {counts[CREDIBLE]} by threats that would be carried out, "
        f"and {counts[THREATS]} only by threats that would not."
    )


def _table(graph: GraphReadings) -> Table:
    rows = []
    for state, words in sorted(graph.described.items(), key=lambda pair: (len(pair[0]), pair[0])):
        cells = [standing(reading, state) for reading in graph.readings]
        if any(cell != UNSTABLE for cell in cells):
            rows.append((f"{state}: {words}" if words else state, *cells))
    return Table(
        "Stable states, under each reading of the preferences",
        ("", *(sentence_case(reading.title) for reading in graph.readings)),
        tuple(rows),
        "Nobody's threat: Nash. Credible threats: SEQ. Hollow threats: GMR without SEQ. A state can be stable although "
        "no path of improvements leads to it.",
    )


def _figure(found: Material, graph: GraphReadings) -> Figure:
    return conflict_figure(
        graph.picture,
        _finding(graph, graph.readings[0]).rstrip("."),
        f"Source: {found.model.scenario.title}, graph.yaml. Made with Backstop.",
        key=False,
    )
