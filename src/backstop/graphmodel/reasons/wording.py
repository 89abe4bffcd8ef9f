"""The reason for a cell in words: a headline, and a line for each move that had to be considered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from backstop.base.words import listed
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.reasons.prospect import Anticipated, LimitedMoveWitness, NonMyopicWitness, Prospect
from backstop.graphmodel.reasons.witness import Answer, JointStep, Witness
from backstop.graphmodel.stability.coalitions import coalition_name
from backstop.graphmodel.stability.concepts import TITLES
from backstop.graphmodel.stability.foresight import Ties, Variant
from backstop.graphmodel.stability.simultaneous import JointWitness

Reason = Witness | JointWitness | LimitedMoveWitness | NonMyopicWitness
"""The reason for a cell of any concept."""

# Shown of one cell; the rest is counted.
_MOST_MOVES = 6
_MOST_STEPS = 12


def reason_words(conflict: Conflict, found: Reason) -> list[str]:
    """One cell of any concept in words: a headline, and a line for each move that had to be considered."""
    if isinstance(found, Witness):
        return _witness_words(conflict, found)
    if isinstance(found, JointWitness):
        return _joint_words(conflict, found)
    if isinstance(found, LimitedMoveWitness):
        return limited_move_words(conflict, [found])
    return _non_myopic_words(conflict, found)


def _witness_words(conflict: Conflict, found: Witness) -> list[str]:
    name, state = coalition_name(conflict, found.members), conflict.states.ids[found.state]
    head = f"{name}, {TITLES[found.concept]}"
    if found.structural:
        who = "none of them has a move" if found.joint else f"{name} has no move"
        return [f"{head}: stable, because {who} from {state} (structural)"]
    if found.stable and not found.answers:
        none = (
            "no sequence of their moves ends better for all of them"
            if found.joint
            else f"no move from {state} is an improvement"
        )
        return [f"{head}: stable, because {none}"]
    if found.concept == "nash":
        better = conflict.states.ids[found.answers[0].improvement]
        return [f"{head}: not stable, because {better} is better"]
    shown = found.answers[:_MOST_MOVES] if found.joint else found.answers
    lines = [
        f"{head}: {'stable; every improvement is sanctioned' if found.stable else 'not stable'}",
        *(f"  {_answer_words(conflict, found, answer)}" for answer in shown),
    ]
    if len(found.answers) > len(shown):
        lines.append(f"  and {len(found.answers) - len(shown)} more improvements, each sanctioned")
    return lines


def _answer_words(conflict: Conflict, found: Witness, answer: Answer) -> str:
    ids, names = conflict.states.ids, conflict.maker_ids
    state, joint = ids[found.state], found.joint
    words = f"{ids[answer.improvement]} is better"
    if joint:
        way = names[answer.way[0][0]] if len(answer.way) == 1 else conflict.path_words(answer.way)
        words = f"{ids[answer.improvement]} (by {way}) is better for all of them"
    if answer.sanction is not None and answer.hurt is not None:
        end = ids[answer.sanction[-1].end]
        words += (
            f", but then {_sanction_words(conflict, answer.sanction)}, and {end} is no better than {state}"
        )
        words += f" for {names[answer.hurt]}" if joint else ""
        return words + _reply_words(conflict, found, answer)
    if answer.escaped is not None and answer.escape is not None:
        out = ids[answer.escape[-1][1]]
        escape = (
            f"{conflict.path_words(answer.escape)}, and {out} is better than {state} for all of them"
            if joint
            else f"{out}, better than {state}"
        )
        escaped = _sanction_words(conflict, answer.escaped)
        return f"{words}, and every sanction can be escaped: after {escaped} comes {escape}"
    if found.concept == "cnash":
        return words
    if joint and len(found.members) == len(names):
        return f"{words}, and nobody is left to answer"
    return f"{words}, and nobody {_unanswered(found, state)}"


def _unanswered(found: Witness, state: str) -> str:
    if found.joint:
        how = "moves that improve things for all who make them" if found.concept == "cseq" else "any moves"
        return f"can answer by {how} with anything no better than {state} for one of them"
    willing = "moves that improve things for those who make them"
    how = willing if found.concept in ("seq", "sseq") else "any moves"
    return f"can answer it by {how} with anything no better than {state}"


def _reply_words(conflict: Conflict, found: Witness, answer: Answer) -> str:
    """What the replies to a sanction come to, where they count."""
    ids = conflict.states.ids
    if found.concept not in ("smr", "sseq", "csmr"):
        return ""
    if not answer.replies:
        return "; there is no reply"
    if not found.joint:
        return f"; replies ({listed(ids[t] for t, _ in answer.replies)}) do not help"
    replies = [f"{ids[t]} ({conflict.maker_ids[j]})" for t, j in answer.replies]
    more = len(replies) - _MOST_MOVES
    return (
        "; replies do not help, each ending no better for the member named:"
        f" {listed(replies[:_MOST_MOVES])}{f' and {more} more' if more > 0 else ''}"
    )


def _sanction_words(conflict: Conflict, steps: Sequence[JointStep]) -> str:
    return ", ".join(
        conflict.path_words(step.path)
        if len(step.movers) == 1
        else f"{coalition_name(conflict, step.movers)} together ({conflict.path_words(step.path)})"
        for step in steps
    )


def _joint_words(conflict: Conflict, found: JointWitness) -> list[str]:
    """One cell of SIM in words."""
    ids = conflict.states.ids
    names = conflict.maker_ids
    name, state = names[found.decision_maker], ids[found.state]
    if found.structural:
        return [f"{name}, SIM: stable, because {name} has no move from {state} (structural)"]
    if not found.answers:
        return [f"{name}, SIM: stable, because no move from {state} is an improvement"]
    lines = [f"{name}, SIM: {'stable; every improvement is sanctioned' if found.stable else 'not stable'}"]
    for answer in found.answers:
        better = ids[answer.improvement]
        if answer.end is not None:
            if not answer.choices:
                lines.append(f"  {better} is better, yet leads to {ids[answer.end]}")
                continue
            doing = listed(f"{names[k]} moves towards {ids[q]}" for k, q in answer.choices)
            lines.append(
                f"  {better} is better, but if {doing} at the same time, it becomes {ids[answer.end]},"
                f" no better than {state}"
            )
        elif answer.tried == 1:
            lines.append(f"  {better} is better, and nobody else would move from {state} at the same time")
        else:
            vain = f" ({answer.impossible} of them cannot happen together)" if answer.impossible else ""
            lines.append(
                f"  {better} is better, whatever the others do at the same time: none of their {answer.tried}"
                f" joint choices, staying included, leaves it no better than {state}{vain}"
            )
    return lines


def foresight_words(conflict: Conflict, variant: Variant, ties: Ties) -> list[str]:
    """How looking ahead is taken: who moves when, and what is assumed where a mover likes two ends as much."""
    order = listed(conflict.maker_ids)
    lines = [
        {
            "two": "Looking ahead, the two move in turn; whoever stays or cannot move ends it.",
            "rotation": f"Looking ahead, all move in turn in the order {order}, beginning with the one who looks"
            " ahead; whoever stays or cannot move ends it.",
            "adversary": "Looking ahead, one moves and then all the others act as one against it, in turn;"
            " whoever stays or cannot move ends it.",
        }[variant],
        "Everyone on an expected path moves because its end is better for them than where they are."
        if variant != "adversary"
        else "The one who looks ahead moves for an end it prefers, the others for one that it likes less: the worst"
        " for it that they can bring about.",
    ]
    if variant == "adversary" and ties != "strict":
        lines.append(
            "Ends liked as much are told apart by the order of the states; that decides no stability here."
        )
    elif ties in ("best", "worst"):
        lines.append(
            f"Where a mover likes several ends as much, the {ties} for the one who looks ahead is assumed,"
            " then the state listed first."
        )
    elif ties == "lowest":
        lines.append(
            "Where a mover likes several ends as much, the move to the state listed first is assumed."
        )
    return lines


def limited_move_words(conflict: Conflict, found: Sequence[LimitedMoveWitness]) -> list[str]:
    """One state and decision maker under L_h in words; horizons in succession with the same reason are put together."""
    lines = []
    told = [(why, _limited_reason(conflict, why)) for why in found]
    runs: list[list[tuple[LimitedMoveWitness, list[str]]]] = []
    for one in told:
        last = runs[-1][-1] if runs else None
        if last is not None and last[1] == one[1] and last[0].horizon + 1 == one[0].horizon:
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        first, last_one = run[0][0], run[-1][0]
        upto = f" to {last_one.horizon}" if len(run) > 1 else ""
        name = conflict.maker_ids[first.decision_maker]
        head, *rest = run[0][1]
        lines += [f"{name}, limited-move h = {first.horizon}{upto}: {head}", *(f"  {line}" for line in rest)]
    return lines


def _limited_reason(conflict: Conflict, why: LimitedMoveWitness) -> list[str]:
    """What follows the name of the cell, and a line for each move."""
    name = conflict.maker_ids[why.decision_maker]
    state = conflict.states.ids[why.state]
    if why.structural:
        return [f"stable, because {name} has no move from {state} (structural)"]
    lines = [
        f"stable; no move is expected to end better than {state}"
        if why.stable
        else f"not stable; a move is expected to end better than {state}"
    ]
    return lines + _prospects(conflict, why)


def _prospects(conflict: Conflict, why: LimitedMoveWitness) -> list[str]:
    lines = []
    for prospect in why.prospects[:_MOST_MOVES]:
        lines += _prospect(conflict, why, prospect)
    if len(why.prospects) > _MOST_MOVES:
        lines.append(
            f"and {len(why.prospects) - _MOST_MOVES} more moves, none expected to end better than these"
        )
    return lines


def _prospect(conflict: Conflict, why: LimitedMoveWitness, prospect: Prospect) -> list[str]:
    ids = conflict.states.ids
    names = conflict.maker_ids
    focal, state, end = names[why.decision_maker], ids[why.state], ids[prospect.end]
    words = f"to {ids[prospect.move]}"
    later = [step for one in prospect.steps[1:] for step in one.path]
    if len(later) > _MOST_STEPS:
        left = f"{len(later) - _MOST_STEPS} more move{'' if len(later) == _MOST_STEPS + 1 else 's'}"
        head, tail = tuple(later[: _MOST_STEPS // 2]), tuple(later[-_MOST_STEPS // 2 :])
        words += f", then {conflict.path_words(head)}, {left}, {conflict.path_words(tail)}"
    elif later:
        words += f", then {conflict.path_words(tuple(later))}"
    halt = prospect.halt
    who = names[halt.movers[0]] if len(halt.movers) == 1 else "the others"
    against = why.variant == "adversary" and why.decision_maker not in halt.movers
    if halt.reason == "no_move":
        words += f"; there {who} {'has' if len(halt.movers) == 1 else 'have'} no move"
    elif halt.reason == "stays" and halt.best is not None:
        best = ids[halt.best[1]] + (" again" if halt.best[1] == prospect.end else "")
        words += (
            f"; there they stay, as nothing they can do would end worse for {focal} than {best}"
            if against
            else f"; there {who} would rather stay, as moving would at best end in {best}"
        )
    elif halt.reason == "horizon":
        words += "; no further move is foreseen"
    if prospect.end == why.state:
        words += f"; that is {state} again"
    else:
        words += f"; {end} is {'no better' if why.stable else 'better'} than {state}"
    return [words, *(line for step in prospect.steps for line in _ties(conflict, why, step))]


def _ties(conflict: Conflict, why: LimitedMoveWitness, step: Anticipated) -> list[str]:
    ids = conflict.states.ids
    names = conflict.maker_ids
    who = names[step.movers[0]] if len(step.movers) == 1 else "the others"
    lines = []
    for rule, group in groupby(sorted(step.ties, key=lambda tie: tie.decided_by), lambda tie: tie.decided_by):
        others = listed(f"{ids[tie.target]} (ending in {ids[tie.end]})" for tie in group)
        why_not = (
            "the state listed first is taken"
            if rule == "lowest"
            else f"the {rule} for {names[why.decision_maker]} is taken"
        )
        lines.append(f"  in {ids[step.start]} {who} would as soon move to {others}: {why_not}")
    return lines


def _non_myopic_words(conflict: Conflict, found: NonMyopicWitness) -> list[str]:
    """One cell of non-myopic stability in words."""
    name = conflict.maker_ids[found.decision_maker]
    state = conflict.states.ids[found.state]
    if found.structural:
        return [f"{name}, non-myopic: stable, because {name} has no move from {state} (structural)"]
    # The shortest repetition of this cell alone; the tables together may take longer to repeat.
    keys = [(look.stable, tuple((p.move, p.end) for p in look.prospects)) for look in found.looks]
    whole = found.cycle_length
    each = next(d for d in range(1, whole + 1) if whole % d == 0 and keys == keys[:d] * (whole // d))
    groups: dict[object, list[LimitedMoveWitness]] = {}
    for key, look in zip(keys[:each], found.looks[:each], strict=True):
        groups.setdefault(key, []).append(look)
    stays = [look for look in found.looks[:each] if look.stable]
    leaves = [look for look in found.looks[:each] if not look.stable]
    if found.settled_from is not None:
        does = _does(found.looks[0])
        head = "stable" if found.stable else "not stable"
        head += (
            f"; however far it looks ahead, {name} {does}"
            if found.settled_from == 1
            else f"; looking {found.settled_from} moves ahead or more, {name} always {does}"
        )
    else:
        head = (
            f"not stable; it never settles: {name} leaves at {_horizons(leaves, each)} and stays at"
            f" {_horizons(stays, each)}"
        )
    lines = [f"{name}, non-myopic: {head}"]
    for looks in groups.values():
        h = looks[0].horizon
        many = f"looking {h} move{'' if h == 1 else 's'} ahead:"
        which = "" if len(groups) == 1 else f"at {_horizons(looks, each)} {name} {_does(looks[0])}; "
        lines.append(f"  {which}for instance {many}")
        lines += [f"    {line}" for line in _prospects(conflict, looks[0])]
    return lines


def _does(look: LimitedMoveWitness) -> str:
    return "stays" if look.stable else "leaves"


def _horizons(looks: Sequence[LimitedMoveWitness], period: int) -> str:
    """`h = 3, 5, 7, ...`: horizons of one period, and that they come again."""
    first = [look.horizon for look in looks]
    if period == 1:
        return f"h = {first[0]} and more"
    if len(first) == 1:
        return f"h = {first[0]}, {first[0] + period}, {first[0] + 2 * period}, ..."
    shown = first if len(first) <= 8 else first[:8]
    dots = ", ..." if len(first) > len(shown) else ""
    return f"h = {', '.join(map(str, shown))}{dots} and every {period} further"


def legend(conflict: Conflict, lines: Iterable[str]) -> list[str]:
    """What the states and decision makers named in `lines` are, in words; nothing for those without words."""
    said = {word for line in lines for word in re.split(r"[\s,;:()+]+", line)}
    wide = max((len(name) for name in said if name in conflict.states.index), default=0)
    result = [
        f"  {dm.id}: {dm.name}"
        for dm in conflict.decision_makers
        if dm.id in said and dm.name not in ("", dm.id)
    ]
    for at, name in enumerate(conflict.states.ids):
        words = conflict.describe(at) if name in said else ""
        if words:
            result.append(f"  {name:{wide}} {words}")
    return ["In words:", *result] if result else []
