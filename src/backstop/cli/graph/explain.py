"""`backstop graph explain`: why states are stable or not, under any concept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from backstop.cli.graph.file import (
    CONCEPTS,
    conflict_options,
    foresight_options,
    load_conflict,
    print_json,
    say,
)

if TYPE_CHECKING:
    from backstop.graphmodel.model.conflict import Conflict
    from backstop.graphmodel.reasons.explanation import Reason
    from backstop.graphmodel.stability.coalition import Coalitions, Members
    from backstop.graphmodel.stability.foresight import Anticipation

LOOKING = ("limited-move", "non-myopic")
TOGETHER = ("cnash", "cgmr", "csmr", "cseq")
EXPLAINED = (*CONCEPTS, "sim", *LOOKING, *TOGETHER)

_CELLS_EXPLAINED = 2_000


@click.command()
@conflict_options
@click.argument("states", nargs=-1, metavar="[STATE]...")
@click.option(
    "--concept",
    "concepts",
    type=click.Choice(EXPLAINED),
    multiple=True,
    help="Only this concept; may be given several times.",
)
@click.option("--dm", "makers", multiple=True, metavar="NAME", help="Only this decision maker.")
@click.option(
    "--extension",
    type=click.Choice(["a", "b", "c", "d"]),
    help="How unknown preferences are taken; certain ones alone count without.",
)
@foresight_options(
    "Variant of limited-move and non-myopic stability; needed with more or less than two decision makers."
)
@click.option(
    "--horizon",
    "horizons",
    type=click.IntRange(1, 10_000),
    multiple=True,
    metavar="H",
    help="Moves looked ahead in limited-move stability; 1 to 8 without.",
)
@click.option(
    "--coalition",
    "groups",
    multiple=True,
    metavar="NAME+NAME",
    help="Only this coalition in cnash to cseq; all of two or more without.",
)
@click.option("--all", "everything", is_flag=True, help="Every state.")
def explain(
    file: str,
    states: tuple[str, ...],
    variant: str,
    max_states: int,
    as_json: bool,
    concepts: tuple[Any, ...],
    makers: tuple[str, ...],
    everything: bool,
    extension: Any,
    foresight: Any,
    ties: Any,
    horizons: tuple[int, ...],
    groups: tuple[str, ...],
) -> None:
    """Why states are stable or not, move by move, and which threats they rest on are not credible.

    Without STATE: the states that are equilibria under some concept. Without --concept: nash to sim, and with
    --foresight, --ties, --horizon or --coalition also the concepts that these are about.
    """
    wanted = _wanted(concepts, bool(foresight or ties), bool(horizons), bool(groups))
    conflict = load_conflict(file, variant, max_states)

    from backstop.base.faults import Refused
    from backstop.graphmodel.reasons.explanation import explanation_json
    from backstop.graphmodel.reasons.wording import foresight_words, legend
    from backstop.graphmodel.show.narrative import state_words, threat_words
    from backstop.graphmodel.stability.analysis import HORIZON
    from backstop.graphmodel.stability.credibility import threats
    from backstop.graphmodel.stability.foresight import anticipate

    chosen = [conflict.decision_maker(name) for name in makers] or list(range(len(conflict.decision_makers)))
    ahead = tuple(sorted(set(horizons))) or tuple(range(1, HORIZON + 1))
    if "sim" in wanted and not concepts and not _sim_is_easy(conflict):
        wanted = tuple(name for name in wanted if name != "sim")
    seen = anticipate(conflict, foresight or "two", ties or "strict") if set(wanted) & set(LOOKING) else None
    found = _coalitions(conflict, groups, chosen if makers else None) if set(wanted) & set(TOGETHER) else None
    if everything:
        at = list(range(conflict.size))
    else:
        at = [conflict.state(name) for name in states] or _equilibria(conflict, wanted, seen, ahead, found)
    together = 0 if found is None else len(found[1])
    cells = len(at) * sum(
        together if name in TOGETHER else len(chosen) * (len(ahead) if name == "limited-move" else 1)
        for name in wanted
    )
    if cells > _CELLS_EXPLAINED and not everything and not states:
        raise Refused(
            f"{len(at):,} states are equilibria: {cells:,} reasons", hint="name states, or ask for --all"
        )
    if seen is not None and not as_json:
        say([*foresight_words(conflict, seen.variant, seen.ties), ""])
    printed: list[dict[str, Any]] = []
    lines: list[str] = []
    for state in at:
        reasons = [
            one
            for i in chosen
            for name in wanted
            if name not in TOGETHER
            for one in _reasons(conflict, i, state, name, extension, seen, ahead)
        ]
        if found is not None:
            reasons += _joint_reasons(conflict, state, wanted, *found)
        # A threat answers an improvement; only the concepts of sanctions rest on one.
        hollow = (
            [t for i in chosen for t in threats(conflict, i, state)]
            if conflict.ranks is not None and set(wanted) & set(CONCEPTS)
            else []
        )
        if as_json:
            printed.append(explanation_json(conflict, state, reasons, hollow))
            continue
        block = [f"  {line}" for line in _words(conflict, reasons)]
        block += [f"  not credible: {threat_words(conflict, threat)}" for threat in hollow]
        say([state_words(conflict, state), *block])
        lines += block
    if as_json:
        print_json({"format": "backstop-graph-explanation/1", "title": conflict.title, "states": printed})
    else:
        key = legend(conflict, lines)
        say(["", *key] if key else [])


def _wanted(concepts: Sequence[str], looking: bool, ahead: bool, together: bool) -> tuple[str, ...]:
    """The concepts to explain, in the order of EXPLAINED. Options for a concept that is not asked for are refused."""
    for given, options, needed in (
        (looking, "--foresight and --ties belong", LOOKING),
        (ahead, "--horizon belongs", LOOKING[:1]),
        (together, "--coalition belongs", TOGETHER),
    ):
        if given and concepts and not set(concepts) & set(needed):
            raise click.UsageError(f"{options} to --concept {' or '.join(needed)}")
    chosen = set(concepts) or {*CONCEPTS, "sim"}
    if not concepts:
        chosen |= set(LOOKING if looking or ahead else ()) | set(TOGETHER if together else ())
    return tuple(name for name in EXPLAINED if name in chosen)


def _sim_is_easy(conflict: Conflict) -> bool:
    """SIM is defined and quickly found: then it is explained without being asked for; a note says where it is not."""
    from backstop.base.faults import Refused
    from backstop.graphmodel.stability.analysis import SIM_COMBINATIONS
    from backstop.graphmodel.stability.graded import kinds
    from backstop.graphmodel.stability.simultaneous import applicable, combinations
    from backstop.graphmodel.stability.uncertain import has_unknown

    if applicable(conflict) or (conflict.ranks is None and (kinds(conflict) or has_unknown(conflict))):
        return False
    try:
        easy = combinations(conflict) <= SIM_COMBINATIONS
    except Refused:
        easy = False
    if not easy:
        click.echo("note: sim is left out, as it would take long; ask for it by name", err=True)
    return easy


def _coalitions(
    conflict: Conflict, names: Sequence[str], within: Sequence[int] | None
) -> tuple[Coalitions, list[Members]]:
    """The solved coalitions, and those asked for: by name, or all of two or more (with one of `within` in them)."""
    from backstop.base.faults import Refused
    from backstop.graphmodel.reasons.coalition_witness import coalition_named
    from backstop.graphmodel.stability.coalition import coalitions

    named = [coalition_named(conflict, name) for name in names]
    if not named and len(conflict.decision_makers) < 2:
        raise Refused("one decision maker alone forms no coalition", hint="ask for the other concepts")
    found = coalitions(conflict)
    every = [m for m in found.members if len(m) > 1 and (within is None or set(m) & set(within))]
    return found, list(dict.fromkeys(named)) or every


def _equilibria(
    conflict: Conflict,
    wanted: Sequence[str],
    seen: Anticipation | None,
    ahead: Sequence[int],
    found: tuple[Coalitions, list[Members]] | None,
) -> list[int]:
    """States stable for everyone under some concept asked for: for every coalition asked for, or at some horizon."""
    import numpy as np

    from backstop.graphmodel.stability.foresight import summary
    from backstop.graphmodel.stability.ranked import stable_states
    from backstop.graphmodel.stability.simultaneous import simultaneous

    plain: list[Any] = [name for name in wanted if name in CONCEPTS]
    rows: list[Any] = []
    if plain or "sim" in wanted:
        ranks = conflict.rankings("explain without STATE")
        rows += [table.all(axis=0) for table in stable_states(conflict.moves, ranks, plain).values()]
    if "sim" in wanted:
        rows.append(simultaneous(conflict).all(axis=0))
    if seen is not None and "limited-move" in wanted:
        rows += [seen.stays(h).all(axis=0) for h in ahead]
    if seen is not None and "non-myopic" in wanted:
        rows.append(summary(seen, 1).stable.all(axis=0))
    if found is not None:
        tables, members = found
        kinds: list[Any] = [name[1:] for name in wanted if name in TOGETHER]
        rows += [np.logical_and.reduce([tables.stable[m][kind] for m in members]) for kind in kinds]
    return np.flatnonzero(np.logical_or.reduce(rows)).tolist()


def _reasons(
    conflict: Conflict,
    decision_maker: int,
    state: int,
    concept: Any,
    extension: Any,
    seen: Anticipation | None,
    ahead: Sequence[int],
) -> list[Reason]:
    """One cell with its reason; under limited-move, one for each horizon."""
    from backstop.graphmodel.reasons.foresight import limited_move_witness, non_myopic_witness
    from backstop.graphmodel.reasons.witness import witness
    from backstop.graphmodel.stability.simultaneous import joint_witness

    if concept == "sim":
        return [joint_witness(conflict, decision_maker, state)]
    if concept == "limited-move" and seen is not None:
        return [limited_move_witness(seen, decision_maker, state, h) for h in ahead]
    if concept == "non-myopic" and seen is not None:
        return [non_myopic_witness(seen, decision_maker, state)]
    return [witness(conflict, decision_maker, state, concept, extension)]


def _joint_reasons(
    conflict: Conflict, state: int, wanted: Sequence[str], found: Coalitions, members: Sequence[Members]
) -> list[Reason]:
    """The cells of every coalition asked for."""
    from backstop.graphmodel.reasons.coalition_witness import coalition_witness

    kinds: list[Any] = [name[1:] for name in wanted if name in TOGETHER]
    return [coalition_witness(conflict, found, one, state, kind) for one in members for kind in kinds]


def _words(conflict: Conflict, reasons: Sequence[Reason]) -> list[str]:
    """All cells of a state in words; horizons of one decision maker stand together."""
    from itertools import groupby

    from backstop.graphmodel.reasons.foresight import LimitedMoveWitness
    from backstop.graphmodel.reasons.wording import limited_move_words, reason_words

    def kind(one: Reason) -> object:
        return one.decision_maker if isinstance(one, LimitedMoveWitness) else id(one)

    lines = []
    for _, run in groupby(reasons, kind):
        together = list(run)
        limited = [one for one in together if isinstance(one, LimitedMoveWitness)]
        lines += limited_move_words(conflict, limited) if limited else reason_words(conflict, together[0])
    return lines
