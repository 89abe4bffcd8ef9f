"""Results in words: what is stable and why, which threats are hollow, how a state is reached, what must change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from backstop.graphmodel.change.edit import Change, StatementEdit
from backstop.graphmodel.change.evolution import Route
from backstop.graphmodel.change.requirements import Alternative
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Ranking
from backstop.graphmodel.model.sequences import Path
from backstop.graphmodel.stability.analysis import Analysis
from backstop.graphmodel.stability.credibility import Threat, Wish
from backstop.graphmodel.stability.foresight import Foresight

TITLES = {
    "nash": "Nash",
    "gmr": "GMR",
    "smr": "SMR",
    "seq": "SEQ",
    "sseq": "SSEQ",
    "sim": "SIM",
}
MEANINGS = {
    "nash": "nobody can improve alone",
    "gmr": "every improvement can be answered, whatever the answer costs those who give it",
    "smr": "as GMR, and the answer cannot be escaped",
    "seq": "every improvement is answered by moves that those who make them want",
    "sseq": "as SEQ, and the answer cannot be escaped",
    "sim": "every improvement fails where the others act at the same time",
}


def listed(words: Iterable[str]) -> str:
    """`a, b and c`."""
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else "none"


def path_words(conflict: Conflict, path: Path) -> str:
    """`russia to s4, us to s6`."""
    names = [dm.id for dm in conflict.decision_makers]
    return ", ".join(f"{names[mover]} to {conflict.states.ids[state]}" for mover, state in path)


def state_words(conflict: Conflict, state: int) -> str:
    """`s4 (deal; backstop)`."""
    words = conflict.describe(state)
    return f"{conflict.states.ids[state]} ({words})" if words else conflict.states.ids[state]


def wish_words(conflict: Conflict, wish: Wish) -> str:
    """`us would have to prefer s6 to s4`."""
    ids = conflict.states.ids
    name = conflict.decision_makers[wish.decision_maker].id
    return f"{name} would have to prefer {ids[wish.better]} to {ids[wish.worse]}"


def threat_words(conflict: Conflict, threat: Threat) -> str:
    """A threat that is not credible, and what would make it so."""
    ids = conflict.states.ids
    name = conflict.decision_makers[threat.decision_maker].id
    wishes = listed(wish_words(conflict, wish) for wish in threat.wishes)
    return (
        f"{name} is kept from {ids[threat.state]} to {ids[threat.improvement]} only by"
        f" {path_words(conflict, threat.path)}, which would not be done: {wishes}"
    )


def route_words(conflict: Conflict, target: int, route: Route | None) -> list[str]:
    """How a state is reached from the start, or that it is not."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    if route is None:
        return [f"{state_words(conflict, target)}: cannot be reached"]
    if not route.distance:
        return [f"{state_words(conflict, target)}: the start itself"]
    starters = [names[i] for i in route.first]
    first = (
        f"{starters[0]} must move first" if len(starters) == 1 else f"{' or '.join(starters)} can move first"
    )
    plural = "" if route.distance == 1 else "s"
    lines = [f"{state_words(conflict, target)}: {route.distance} move{plural}; {first} on a shortest path"]
    shown = route.paths[:3]
    lines += [f"  {path_words(conflict, path)}" for path in shown]
    if len(route.paths) > len(shown):
        lines.append(f"  and {len(route.paths) - len(shown)} more of the same length")
    if route.by_improvements is not None:
        count = "1 step" if route.by_improvements == 1 else f"{route.by_improvements} steps"
        lines.append(f"  by improvements alone: {count}")
    else:
        losses = [
            f"{names[route.least_loss[at][0]]} (to {ids[route.least_loss[at][1]]})" for at in route.losses
        ]
        lines.append(f"  not by improvements alone; somebody must step without gain: {listed(losses)}")
        if route.least_loss not in route.paths[:3]:
            lines.append(f"  the path with the fewest such steps: {path_words(conflict, route.least_loss)}")
    return lines


def alternative_words(conflict: Conflict, decision_maker: int, found: Alternative) -> str:
    """What a decision maker would have to prefer that it does not today."""
    if not found.changes:
        return "nothing: it holds already"
    ids = conflict.states.ids
    name = conflict.decision_makers[decision_maker].id
    parts = [
        f"{ids[a]} to {ids[b]}" if strict else f"{ids[a]} at least as much as {ids[b]}"
        for a, b, strict in found.changes
    ]
    return f"{name} would have to prefer {listed(parts)}"


def change_words(conflict: Conflict, change: Change | None) -> str:
    """The smallest change of rankings in words."""
    if change is None:
        return "no change of the kinds searched does it"
    if not change.cost:
        return "nothing has to change"
    parts = []
    for one in change.shifts:
        name = conflict.decision_makers[one.decision_maker].id
        passed = [conflict.states.ids[state] for state in one.passed]
        shown = listed(passed) if len(passed) <= 6 else f"{', '.join(passed[:5])} and {len(passed) - 5} more"
        way = "up to" if one.up else "down below"
        parts.append(f"{conflict.states.ids[one.state]} moves {way} {shown} in the ranking of {name}")
    suffix = "" if change.least else " (the smallest found, perhaps not the smallest there is)"
    return f"{'; '.join(parts)}: {change.cost} passed{suffix}"


def edit_words(conflict: Conflict, edit: StatementEdit) -> str:
    """One edit of a list of statements in words."""
    name = conflict.decision_makers[edit.decision_maker].id
    preference = conflict.preferences[edit.decision_maker]
    assert isinstance(preference, Ranking)
    text = str(preference.statements[edit.statement])
    if edit.action == "move":
        assert edit.to is not None
        return f'{name} puts "{text}" in place {edit.to + 1} instead of {edit.statement + 1}'
    return f'{name} {"drops" if edit.action == "drop" else "wants the opposite of"} "{text}"'


def overview(analysis: Analysis, most: int = 64) -> list[str]:
    """The result of an analysis as text: equilibria by concept, then a table of states."""
    conflict = analysis.conflict
    ids = conflict.states.ids
    lines = [
        f"{conflict.title}{f' (variant {conflict.variant})' if conflict.variant else ''}",
        *([conflict.question] if conflict.question else []),
        f"{len(conflict.decision_makers)} decision makers, {len(conflict.options)} options, {conflict.size:,} states",
        "",
    ]
    for concept, table in analysis.concepts.items():
        found = [ids[at] for at in np.flatnonzero(table.all(axis=0))]
        lines.append(f"{TITLES[concept]:5} {_some(found, most)}   ({MEANINGS[concept]})")
    for label, tables in (
        ("unknown preferences", analysis.uncertain),
        ("strong", analysis.strength),
        ("weak", analysis.weak),
        ("fuzzy", analysis.fuzzy),
        ("probabilistic", analysis.probabilistic),
    ):
        if tables:
            lines += [
                "",
                f"Under {label}:" if label == "unknown preferences" else f"{label.capitalize()} stability:",
            ]
            for name, table in tables.items():
                lines.append(
                    f"  {name:12} {_some([ids[at] for at in np.flatnonzero(table.all(axis=0))], most)}"
                )
    if analysis.coalitions is not None:
        universal = [ids[at] for at in np.flatnonzero(analysis.coalitions.universal("nash"))]
        lines += ["", f"No coalition can improve on: {_some(universal, most)}"]
    if analysis.foresight is not None:
        lines += _looking_ahead(ids, analysis.foresight, most)
    if analysis.robustness is not None:
        lines += ["", *robust_words(conflict, analysis.robustness.draws, analysis)]
    if analysis.concepts and conflict.size <= most:
        lines += ["", *state_table(analysis)]
    lines += [f"left out: {name}: {why}" for name, why in analysis.left_out.items()]
    return lines


def _looking_ahead(ids: Sequence[str], found: Foresight, most: int) -> list[str]:
    """States stable for all who look h moves ahead, horizons of the same answer together, and however far."""
    ties = "" if found.ties == "strict" else f", ties: {found.ties}"
    answers = [[ids[at] for at in np.flatnonzero(table.all(axis=0)).tolist()] for table in found.limited[1:]]
    parts = []
    h = 1
    for states, run in groupby(answers):
        last = h + len(list(run)) - 1
        parts.append(f"h = {h}{f' to {last}' if last > h else ''}: {_some(states, most)}")
        h = last + 1
    lasting = [ids[at] for at in np.flatnonzero(found.stable.all(axis=0)).tolist()]
    return [
        f"Stable for all who look h moves ahead (variant: {found.variant}{ties}): {'; '.join(parts)}",
        f"Non-myopically stable: {_some(lasting, most)}",
    ]


def robust_words(conflict: Conflict, draws: int, analysis: Analysis) -> list[str]:
    """Shares of draws in which states are equilibria, the most frequent first."""
    found = analysis.robustness
    assert found is not None
    return robustness_lines(conflict, found.equilibrium, draws)


def robustness_lines(conflict: Conflict, counts: object, draws: int) -> list[str]:
    """One line per concept: states by how often they are equilibria, with 95 % intervals."""
    from backstop.graphmodel.change.robustness import wilson

    assert isinstance(counts, dict)
    lines = [f"Share of {draws:,} completions in which a state is an equilibrium (95 % interval):"]
    for concept, row in counts.items():
        order = sorted(np.flatnonzero(row).tolist(), key=lambda at: (-row[at], at))[:12]
        words = []
        for at in order:
            share, low, high = wilson(int(row[at]), draws)
            words.append(f"{conflict.states.ids[at]} {share:.0%} ({low:.0%} to {high:.0%})")
        lines.append(f"  {TITLES[concept]:5} {', '.join(words) or 'none ever'}")
    return lines


def state_table(analysis: Analysis) -> list[str]:
    """States with the concepts under which they are equilibria and under which each decision maker is stable.

    A letter per concept: N, G, M, S, Q, I for Nash, GMR, SMR, SEQ, SSEQ, SIM; `=` where the decision maker cannot move.
    """
    letters = {"nash": "N", "gmr": "G", "smr": "M", "seq": "S", "sseq": "Q", "sim": "I"}
    conflict = analysis.conflict
    tables = analysis.concepts

    def marks(cells: Sequence[bool]) -> str:
        return "".join(letters[c] if cell else "." for c, cell in zip(tables, cells, strict=True))

    wide = max([len(letters), *(len(dm.id) for dm in conflict.decision_makers)]) + 1
    width = max(6, *(len(name) for name in conflict.states.ids)) + 1
    count = len(conflict.options)
    head = f"{'state':{width}}{'vector':{max(count, 6) + 1}}{'all':{wide}}"
    head += "".join(f"{dm.id:{wide}}" for dm in conflict.decision_makers)
    lines = [f"{head} what is done"]
    for at, name in enumerate(conflict.states.ids):
        star = "*" if conflict.status_quo == at else ""
        cells = [
            [bool(table[i, at]) for table in tables.values()] for i in range(len(conflict.decision_makers))
        ]
        everyone = [all(column) for column in zip(*cells, strict=True)]
        row = f"{name + star:{width}}{conflict.states.bits(at, count):{max(count, 6) + 1}}{marks(everyone):{wide}}"
        for i, mine in enumerate(cells):
            row += f"{marks(mine) + ('=' if analysis.structural[i, at] else ''):{wide}}"
        lines.append(f"{row} {conflict.describe(at)}".rstrip())
    key = ", ".join(f"{letters[c]} {TITLES[c]}" for c in tables)
    return [*lines, f"{key}; = no move there; * status quo"]


def _some(names: Sequence[str], most: int) -> str:
    if not names:
        return "none"
    return ", ".join(names[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")
