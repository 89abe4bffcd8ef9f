"""Looking ahead by definition, with recursion and loops, and a replay of the reasons given for each cell.

Nothing here shares code with the program. A conflict is `moves[i]`: {state: set of states}, and `ranks[i][s]`, higher
being better. A turn is (focal, mover): `mover` is a decision maker, or -1 for all others acting as one.
"""

from __future__ import annotations

from typing import Any

from tests.reference.graph_stability import legal_ends

Turn = tuple[int, int]
OTHERS = -1


class Recursion:
    """G_h of every turn at every state; `rule` is strict, best, worst or lowest."""

    def __init__(
        self, size: int, moves: list[dict[int, set[int]]], ranks: list[list[int]], variant: str, rule: str
    ) -> None:
        self.size, self.moves, self.ranks = size, moves, ranks
        self.variant, self.rule = variant, rule
        self.n = len(moves)
        self.known: dict[tuple[Turn, int, int], int] = {}
        self.joint: dict[tuple[int, int], set[int]] = {}
        self.repeat: tuple[int, int] | None = None

    def movers(self, turn: Turn) -> tuple[int, ...]:
        focal, mover = turn
        return tuple(k for k in range(self.n) if k != focal) if mover == OTHERS else (mover,)

    def after(self, turn: Turn) -> Turn | None:
        focal, mover = turn
        if self.variant == "adversary":
            return (focal, focal if mover == OTHERS else OTHERS)
        return None if self.n == 1 else (focal, (mover + 1) % self.n)

    def targets(self, turn: Turn, s: int) -> set[int]:
        focal, mover = turn
        if mover != OTHERS:
            return self.moves[mover].get(s, set())
        if (focal, s) not in self.joint:
            others = list(self.movers(turn))
            self.joint[focal, s] = legal_ends(s, others, lambda j, x: self.moves[j].get(x, set())) - {s}
        return self.joint[focal, s]

    def worth(self, turn: Turn, s: int) -> int:
        focal, mover = turn
        return -self.ranks[focal][s] if mover == OTHERS else self.ranks[mover][s]

    def end(self, turn: Turn, target: int, h: int) -> int:
        after = self.after(turn)
        return target if after is None else self.anticipated(after, target, h - 1)

    def preferred(self, turn: Turn, s: int, h: int) -> tuple[list[int], list[int], int]:
        """The moves whose ends the mover likes best, those of them that the rule for ties leaves, and the one taken."""
        focal, mover = turn
        ends = {q: self.end(turn, q, h) for q in self.targets(turn, s)}
        top = max(self.worth(turn, e) for e in ends.values())
        liked = sorted(q for q, e in ends.items() if self.worth(turn, e) == top)
        left = liked
        if self.rule in ("best", "worst") and mover not in (OTHERS, focal):
            sign = 1 if self.rule == "best" else -1
            most = max(sign * self.ranks[focal][ends[q]] for q in liked)
            left = [q for q in liked if sign * self.ranks[focal][ends[q]] == most]
        return liked, left, left[0]

    def anticipated(self, turn: Turn, s: int, h: int) -> int:
        if h == 0 or not self.targets(turn, s):
            return s
        key = (turn, s, h)
        if key not in self.known:
            end = self.end(turn, self.preferred(turn, s, h)[2], h)
            self.known[key] = s if self.worth(turn, s) >= self.worth(turn, end) else end
        return self.known[key]

    def stable(self, i: int, s: int, h: int) -> bool:
        return self.anticipated((i, i), s, h) == s

    def tables(self, h: int) -> tuple[int, ...]:
        turns = [(f, m) for f in range(self.n) for m in range(self.n)]
        if self.variant == "adversary":
            turns = [(f, m) for f in range(self.n) for m in (f, OTHERS)]
        return tuple(self.anticipated(turn, s, h) for turn in turns for s in range(self.size))

    def cycle(self, most: int = 400) -> tuple[int, int]:
        """Where all tables begin to repeat, and the period."""
        seen: dict[tuple[int, ...], int] = {}
        for h in range(most):
            if self.repeat is not None:
                return self.repeat
            table = self.tables(h)
            if table in seen:
                self.repeat = seen[table], h - seen[table]
            seen[table] = h
        raise AssertionError("no repeat")


def check_limited(reference: Recursion, why: Any) -> None:
    """Replays the reason for one cell of L_h."""
    i, s, h = why.decision_maker, why.state, why.horizon
    turn = (i, i)
    assert why.stable == reference.stable(i, s, h)
    own = reference.moves[i].get(s, set())
    assert why.structural == (not own)
    ends = []
    for prospect in why.prospects:
        check_prospect(reference, turn, s, h, prospect, made=not why.stable)
        assert prospect.end == reference.end(turn, prospect.move, h)
        ends.append(reference.ranks[i][prospect.end])
    if why.stable:
        # Every move is accounted for once, the best end first, and none is worth leaving for.
        assert sorted(p.move for p in why.prospects) == sorted(own)
        assert ends == sorted(ends, reverse=True)
        assert all(rank <= reference.ranks[i][s] for rank in ends)
    else:
        assert len(ends) == 1
        assert ends[0] > reference.ranks[i][s]
        assert why.prospects[0].end == reference.anticipated(turn, s, h)


def check_prospect(reference: Recursion, turn: Turn, s: int, h: int, prospect: Any, made: bool) -> None:
    """Walks a path: every move legal, chosen by the recursion, and ended for the reason given."""
    here, left = s, h
    now: Turn | None = turn
    assert prospect.steps
    for at, step in enumerate(prospect.steps):
        assert now is not None
        assert left > 0
        assert step.movers == reference.movers(now)
        assert (step.start, step.foreseen) == (here, left)
        assert step.end in reference.targets(now, here)
        check_legal(reference, now, here, step)
        if at or made:
            liked, allowed, taken = reference.preferred(now, here, left)
            assert step.end == taken
            assert prospect.end == reference.anticipated(now, here, left)
            assert reference.worth(now, prospect.end) > reference.worth(now, here)
            elsewhere = {
                (q, reference.end(now, q, left)): ("lowest" if q in allowed else reference.rule)
                for q in liked
                if reference.end(now, q, left) != prospect.end
            }
            assert {(tie.target, tie.end): tie.decided_by for tie in step.ties} == elsewhere
        else:
            assert step.ties == ()
        here, now, left = step.end, reference.after(now), left - 1
    assert prospect.end == here
    halt = prospect.halt
    if halt.reason == "nobody_else":
        assert now is None
        return
    assert now is not None
    assert halt.movers == reference.movers(now)
    assert (left == 0) == (halt.reason == "horizon")
    if halt.reason == "no_move":
        assert not reference.targets(now, here)
    if halt.reason == "stays":
        assert halt.best is not None
        target, end = halt.best
        assert target == reference.preferred(now, here, left)[2]
        assert end == reference.end(now, target, left)
        best = max(reference.worth(now, reference.end(now, q, left)) for q in reference.targets(now, here))
        assert reference.worth(now, end) == best <= reference.worth(now, here)
    else:
        assert halt.best is None


def check_legal(reference: Recursion, turn: Turn, start: int, step: Any) -> None:
    """The single steps of a move: legal, by its movers, nobody twice in succession, and to its end."""
    here, last = start, None
    for mover, there in step.path:
        assert mover in reference.movers(turn)
        assert mover != last
        assert there in reference.moves[mover].get(here, set())
        here, last = there, mover
    assert here == step.end


def check_non_myopic(reference: Recursion, why: Any) -> None:
    """Replays the reason for one non-myopic cell: a whole period of horizons, and where staying begins."""
    i, s = why.decision_maker, why.state
    start, length = reference.cycle()
    assert why.cycle_length == length
    assert why.cycle_starts_at == max(start, 1)
    first = why.looks[0].horizon
    assert first >= why.cycle_starts_at
    assert [look.horizon for look in why.looks] == list(range(first, first + length))
    for look in why.looks:
        assert (look.decision_maker, look.state) == (i, s)
        check_limited(reference, look)
    answers = {reference.stable(i, s, h) for h in range(max(start, 1), max(start, 1) + length)}
    assert why.stable == (answers == {True})
    settled = why.settled_from
    if len(answers) == 2:
        assert settled is None
        assert len({look.stable for look in why.looks}) == 2
    else:
        assert settled >= 1
        assert {reference.stable(i, s, h) for h in range(settled, start + length + 1)} == answers
        assert settled == 1 or reference.stable(i, s, settled - 1) != why.stable
