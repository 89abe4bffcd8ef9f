"""`backstop graph invert`, `coalitions` and `robust`: what would change what is stable."""

from __future__ import annotations

from typing import Any

import click

from backstop.cli.graph.file import concept_option, conflict_options, load_conflict, print_json, say


@click.command()
@conflict_options
@click.argument("state")
@concept_option("seq")
@click.option(
    "--dm", "maker", metavar="NAME", help="What must this one prefer, the others being as they are?"
)
@click.option(
    "--break",
    "undo",
    is_flag=True,
    help="The smallest change that breaks the equilibrium, not that makes it.",
)
def invert(
    file: str,
    state: str,
    variant: str,
    max_states: int,
    as_json: bool,
    concept: Any,
    maker: str | None,
    undo: bool,
) -> None:
    """Which preferences make STATE an equilibrium, and the smallest change that does."""
    conflict = load_conflict(file, variant, max_states)

    from backstop.graphmodel.change.edit import smallest_change, statement_edits
    from backstop.graphmodel.change.inverse import condition
    from backstop.graphmodel.change.requirements import must_prefer
    from backstop.graphmodel.show.narrative import (
        alternative_words,
        change_words,
        edit_words,
        listed,
        state_words,
    )
    from backstop.graphmodel.show.plain import alternatives_json, change_json, conditions_json

    at = conflict.state(state)
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    makers = [conflict.decision_maker(maker)] if maker else list(range(len(names)))
    conditions = {i: condition(conflict, i, at, concept) for i in makers}
    goal: Any = "break" if undo else "make"
    complete = conflict.ranks is not None
    change = smallest_change(conflict, at, concept, goal) if complete else None
    met = change is not None and not change.cost
    edits = statement_edits(conflict, at, concept, goal) if complete and not met else []
    alternatives = {i: must_prefer(conflict, i, at, concept) for i in makers} if complete and not undo else {}
    if as_json:
        print_json(
            {
                "format": "backstop-graph-inverse/1",
                "title": conflict.title,
                "state": ids[at],
                "concept": concept,
                "goal": goal,
                "conditions": conditions_json(conflict, concept, conditions),
                "must_prefer": alternatives_json(conflict, alternatives),
                "smallest_change": change_json(conflict, change),
                "statement_edits": [edit_words(conflict, edit) for edit in edits],
            }
        )
        return
    say([state_words(conflict, at)])
    for i, found in conditions.items():
        given = ", the others preferring what they do" if concept in ("seq", "sseq") else ""
        share = f" ({found.rankings / found.of:.0%} of its rankings)" if found.rankings is not None else ""
        when = "if no better than it are" if found.minimal else "never"
        if found.minimal == (frozenset(),):
            when = "always"
        say([f"{names[i]}{given}: stable by {concept.upper()} {when}{share}"])
        say([f"  {listed(ids[s] for s in sorted(low))}" for low in found.minimal[:12] if low])
        if len(found.minimal) > 12:
            say([f"  and {len(found.minimal) - 12:,} more"])
    for i, options in alternatives.items():
        if options:
            needed = alternative_words(conflict, i, options[0])
            say([f"what {names[i]} alone must prefer for an equilibrium: {needed}"])
        elif maker:
            say([f"no preferences of {names[i]} alone make it an equilibrium"])
    say([f"smallest change that {'breaks' if undo else 'makes'} it: {change_words(conflict, change)}"])
    for edit in edits[:8]:
        say([f"  or: {edit_words(conflict, edit)}"])


@click.command()
@conflict_options
def coalitions(file: str, variant: str, max_states: int, as_json: bool) -> None:
    """Which coalitions can upset which states, and equilibrium jumps that only a coalition can make."""
    conflict = load_conflict(file, variant, max_states)

    import numpy as np

    from backstop.graphmodel.show.narrative import listed
    from backstop.graphmodel.show.plain import coalitions_json, jumps_json
    from backstop.graphmodel.stability.coalition import coalitions as solve
    from backstop.graphmodel.stability.coalition import jumps
    from backstop.graphmodel.stability.ranked import equilibria, stable_states

    found = solve(conflict)
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    tables = stable_states(conflict.moves, conflict.rankings("coalitions"), ("nash", "seq"))
    calm = [int(s) for s in equilibria(tables["seq"])]
    leaps = jumps(conflict, found, calm)
    if as_json:
        print_json(
            {
                "format": "backstop-graph-coalitions/1",
                "title": conflict.title,
                **coalitions_json(conflict, found),
                "jumps": jumps_json(conflict, leaps),
            }
        )
        return
    for concept, title in (("nash", "CNash"), ("gmr", "CGMR"), ("smr", "CSMR"), ("seq", "CSEQ")):
        universal = [ids[at] for at in np.flatnonzero(found.universal(concept))]  # type: ignore[arg-type]
        say([f"stable for every coalition, {title}: {listed(universal)}"])
    for state in calm:
        upset = []
        for members in found.members:
            better = np.flatnonzero(found.improvements[members][state])
            if len(members) > 1 and len(better):
                upset.append(f"{'+'.join(names[i] for i in members)} to {listed(ids[q] for q in better[:6])}")
        say(
            [
                f"{ids[state]} (SEQ equilibrium): "
                + ("; ".join(upset[:6]) if upset else "no coalition can improve on it")
            ]
        )
    for j in leaps:
        who = listed(names[i] for i in j.members)
        say([f"jump: {ids[j.start]} to {ids[j.end]} by {who} together, by no one alone"])


@click.command()
@conflict_options
@click.option("--draws", type=click.IntRange(min=1), help="Completions to draw; as in the file, else 10,000.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws; as in the file, else 0.")
@click.option(
    "--exchanges",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Also disturb known rankings by so many exchanges of neighbours.",
)
def robust(
    file: str,
    variant: str,
    max_states: int,
    as_json: bool,
    draws: int | None,
    seed: int | None,
    exchanges: int,
) -> None:
    """How often each state is an equilibrium when what is unknown is drawn at random."""
    conflict = load_conflict(file, variant, max_states)

    from backstop.graphmodel.change.robustness import robustness
    from backstop.graphmodel.show.narrative import robustness_lines
    from backstop.graphmodel.show.plain import robustness_json

    found = robustness(conflict, draws, seed, exchanges)
    if as_json:
        print_json(
            {
                "format": "backstop-graph-robustness/1",
                "title": conflict.title,
                **robustness_json(conflict, found),
            }
        )
    else:
        say(robustness_lines(conflict, found.equilibrium, found.draws))
