"""Stability by definition, with sets and loops: slow, obvious, and sharing nothing with the program.

A conflict here is a number of states, `moves[i]`: {state: set of states}, and `better(i, q, s)`: i prefers q to s.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

Moves = list[dict[int, set[int]]]
Better = Callable[[int, int, int], bool]


def legal_ends(starts: int, movers: list[int], step: Callable[[int, int], set[int]]) -> set[int]:
    """Ends of non-empty sequences from a state in which no mover moves twice in succession."""
    omega: dict[int, set[int]] = {}  # state: its possible last movers
    work: list[tuple[int, int]] = []
    for j in movers:
        for q in step(j, starts):
            if j not in omega.setdefault(q, set()):
                omega[q].add(j)
                work.append((q, j))
    while work:
        q, last = work.pop()
        for j in movers:
            if j != last:
                for t in step(j, q):
                    if j not in omega.setdefault(t, set()):
                        omega[t].add(j)
                        work.append((t, j))
    return set(omega)


def stable(size: int, moves: Moves, better: Better) -> dict[str, list[set[int]]]:
    """{concept: [states stable for each decision maker]} for nash, gmr, smr, seq, sseq."""
    n = len(moves)
    result: dict[str, list[set[int]]] = {
        c: [set() for _ in range(n)] for c in ("nash", "gmr", "smr", "seq", "sseq")
    }

    def any_move(j: int, s: int) -> set[int]:
        return moves[j].get(s, set())

    def improvement(j: int, s: int) -> set[int]:
        return {q for q in any_move(j, s) if better(j, q, s)}

    for i in range(n):
        others = [j for j in range(n) if j != i]
        known: dict[tuple[str, int], set[int]] = {}

        def ends(
            plain: str,
            s1: int,
            step: Callable[[int, int], set[int]],
            others: list[int] = others,
            known: dict[tuple[str, int], set[int]] = known,
        ) -> set[int]:
            if (plain, s1) not in known:
                known[plain, s1] = legal_ends(s1, others, step)
            return known[plain, s1]

        for s in range(size):
            leaves = improvement(i, s)
            if not leaves:
                result["nash"][i].add(s)
            for plain, strict, step in (("gmr", "smr", any_move), ("seq", "sseq", improvement)):
                all_plain = all_strict = True
                for s1 in leaves:
                    sanctions = [s2 for s2 in ends(plain, s1, step) if not better(i, s2, s)]
                    if not sanctions:
                        all_plain = False
                    if not any(all(not better(i, s3, s) for s3 in any_move(i, s2)) for s2 in sanctions):
                        all_strict = False
                if all_plain:
                    result[plain][i].add(s)
                if all_strict:
                    result[strict][i].add(s)
    return result


def simultaneous(vectors: list[int], moves: Moves, better: Better) -> list[set[int]]:
    """SIM: states stable for each decision maker; `vectors[s]` is the option vector of state s as bits."""
    n = len(moves)
    place = {code: s for s, code in enumerate(vectors)}
    found: list[set[int]] = [set() for _ in range(n)]
    for i in range(n):
        for s in range(len(vectors)):
            good = True
            for s1 in moves[i].get(s, set()):
                if not better(i, s1, s):
                    continue
                choices = [
                    [s, *[q for q in moves[k].get(s, set()) if better(k, q, s)]] for k in range(n) if k != i
                ]
                deterred = False
                for joint in product(*choices):
                    code = vectors[s1]
                    for q in joint:
                        code ^= vectors[s] ^ vectors[q]
                    if code in place and not better(i, place[code], s):
                        deterred = True
                if not deterred:
                    good = False
            if good:
                found[i].add(s)
    return found


def coalition_stable(size: int, moves: Moves, better: Better) -> dict[tuple[int, ...], dict[str, set[int]]]:
    """CNash, CGMR, CSMR and CSEQ of every coalition, under the names nash, gmr, smr, seq."""
    n = len(moves)
    groups = [tuple(j for j in range(n) if mask >> j & 1) for mask in range(1, 1 << n)]

    def any_move(j: int, s: int) -> set[int]:
        return moves[j].get(s, set())

    ends = {g: [legal_ends(s, list(g), any_move) for s in range(size)] for g in groups}
    ends[()] = [set() for _ in range(size)]
    gains = {
        g: [{q for q in ends[g][s] if all(better(j, q, s) for j in g)} for s in range(size)] for g in groups
    }
    result: dict[tuple[int, ...], dict[str, set[int]]] = {}
    for g in groups:
        rest = tuple(j for j in range(n) if j not in g)
        parts = [h for h in groups if set(h) <= set(rest)]

        def willing(k: int, s: int, parts: list[tuple[int, ...]] = parts) -> set[int]:
            return gains[parts[k]][s]

        by_parts = [legal_ends(s, list(range(len(parts))), willing) for s in range(size)]
        table: dict[str, set[int]] = {c: set() for c in ("nash", "gmr", "smr", "seq")}
        for s in range(size):

            def hurts(r: int, s: int = s, g: tuple[int, ...] = g) -> bool:
                return any(not better(j, r, s) for j in g)

            if not gains[g][s]:
                table["nash"].add(s)
            if all(any(hurts(r) for r in ends[rest][q]) for q in gains[g][s]):
                table["gmr"].add(s)
            if all(
                any(hurts(r) and all(hurts(t) for t in ends[g][r]) for r in ends[rest][q])
                for q in gains[g][s]
            ):
                table["smr"].add(s)
            if all(any(hurts(r) for r in by_parts[q]) for q in gains[g][s]):
                table["seq"].add(s)
        result[g] = table
    return result


def uncertain(size: int, moves: Moves, better: Better, unknown: Better) -> dict[str, list[set[int]]]:
    """Extensions a to d of Nash, GMR, SMR and SEQ under unknown preferences."""
    n = len(moves)
    result: dict[str, list[set[int]]] = {}

    def any_move(j: int, s: int) -> set[int]:
        return moves[j].get(s, set())

    def hopeful(j: int, s: int) -> set[int]:
        return {q for q in any_move(j, s) if better(j, q, s) or unknown(j, q, s)}

    for extension in "abcd":
        for concept in ("nash", "gmr", "smr", "seq"):
            result[f"{concept}_{extension}"] = [set() for _ in range(n)]
        for i in range(n):
            others = [j for j in range(n) if j != i]

            def deters(r: int, s: int, i: int = i, extension: str = extension) -> bool:
                if better(i, r, s):
                    return False
                return extension in "cd" or not unknown(i, r, s)

            for s in range(size):
                leaves = (
                    hopeful(i, s) if extension in "ac" else {q for q in any_move(i, s) if better(i, q, s)}
                )
                checks = {
                    "nash": not leaves,
                    "gmr": all(any(deters(r, s) for r in legal_ends(q, others, any_move)) for q in leaves),
                    "smr": all(
                        any(
                            deters(r, s) and all(deters(t, s) for t in any_move(i, r))
                            for r in legal_ends(q, others, any_move)
                        )
                        for q in leaves
                    ),
                    "seq": all(any(deters(r, s) for r in legal_ends(q, others, hopeful)) for q in leaves),
                }
                for concept, holds in checks.items():
                    if holds:
                        result[f"{concept}_{extension}"][i].add(s)
    return result
