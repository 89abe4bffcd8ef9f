"""Linear equations written out as terms: elimination in an order that makes few new entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backstop.program.code.terms import Term, Terms


def elimination(size: int, entries: Iterable[tuple[int, int]]) -> tuple[list[int], int]:
    """An order in which to eliminate unknowns with few new entries (Markowitz 1957), and how many products it takes."""
    rows: dict[int, set[int]] = {i: {i} for i in range(size)}
    columns: dict[int, set[int]] = {i: {i} for i in range(size)}
    for row, column in entries:
        rows[row].add(column)
        columns[column].add(row)
    order, products = [], 0
    while rows:
        pivot = min(rows, key=lambda i: ((len(rows[i]) - 1) * (len(columns[i]) - 1), i))
        order.append(pivot)
        across, down = rows.pop(pivot) - {pivot}, columns.pop(pivot) - {pivot}
        products += (len(across) + 2) * (len(down) + 1)
        for row in down:
            rows[row].discard(pivot)
            rows[row] |= across
        for column in across:
            columns[column].discard(pivot)
            columns[column] |= down
    return order, products


def solution(terms: Terms, matrix: Mapping[tuple[int, int], Term], right: Sequence[Term]) -> list[Term]:
    """The solution of linear equations by elimination, where entries that are not there are 0.

    Pivots are chosen by their place and not by their size: an answer that is no good is noticed by whoever asked.
    """
    rows: dict[int, dict[int, Term]] = {i: {} for i in range(len(right))}
    for (row, column), entry in matrix.items():
        rows[row][column] = entry
    order, _ = elimination(len(right), matrix)
    found, inverse, done = list(right), dict[int, Term](), list[tuple[int, dict[int, Term]]]()
    for pivot in order:
        across = rows.pop(pivot)
        inverse[pivot] = terms.div(terms.constant(1.0), across.pop(pivot))
        for row, entries in rows.items():
            if pivot not in entries:
                continue
            entry = entries.pop(pivot)
            ratio = terms.mul(entry, inverse[pivot])
            for column, other in across.items():
                change, known = terms.mul(ratio, other), entries.get(column)
                entries[column] = terms.op("neg", change) if known is None else terms.sub(known, change)
            found[row] = terms.sub(found[row], terms.mul(ratio, found[pivot]))
        done.append((pivot, across))
    for pivot, across in reversed(done):
        for column, entry in across.items():
            found[pivot] = terms.sub(found[pivot], terms.mul(entry, found[column]))
        found[pivot] = terms.mul(found[pivot], inverse[pivot])
    return found
