"""What comes of a play with a hidden type: how likely either type ends in what, and with whose slip on the way."""

from __future__ import annotations

from backstop.game.tree import Decision, Ending
from backstop.program.code.terms import Term
from backstop.program.learning.play import Solution
from backstop.program.learning.seat import KINDS
from backstop.program.learning.unfolding import Copy
from backstop.program.recursion.play import TIE
from backstop.program.recursion.rows import largest


class Endings:
    """The endings of a play that has been solved."""

    def __init__(self, solution: Solution) -> None:
        self.solution, self.terms = solution, solution.terms

    def ends(self) -> dict[tuple[int, int], list[Term]]:
        """By outcome and belief: the probability of that ending, by type."""
        found: dict[tuple[int, int], list[Term]] = {}
        for kind in KINDS:
            parts: dict[tuple[int, int], list[Term]] = {}
            for place, share in self.reached(kind).items():
                copy = self.solution.seat.unfolded.copies[place]
                node = self.solution.nodes[copy.position]
                if isinstance(node, Ending):
                    parts.setdefault((node.outcome, copy.belief), []).append(share)
            for key, each in parts.items():
                found.setdefault(key, []).append(self.terms.sum(each))
        return found

    def reached(self, kind: int) -> dict[int, Term]:
        """The probability of coming to each copy, from the root down, where the type is `kind`."""
        terms, copies = self.terms, self.solution.seat.unfolded.copies
        root = len(copies) - 1
        parts: list[list[Term]] = [[] for _ in copies]
        found: dict[int, Term] = {}
        for place in range(root, -1, -1):
            here = None if place == root else terms.sum(parts[place])
            found[place] = terms.constant(1.0) if here is None else here
            for weight, child in zip(self.solution.made[place][kind], copies[place].children, strict=True):
                parts[child].append(weight if here is None else terms.mul(here, weight))
        return found

    def slips(self, kind: int) -> dict[tuple[int, int], dict[int, Term]]:
        """By outcome and belief, and by actor: the probability of that ending where the actor's was the first slip on
        the way and the type is `kind`.

        A move made freely is a slip where it is worth less to its mover, of this type, than the best one, by more than
        the mover's `slip_margin`, ties apart.
        """
        terms, copies = self.terms, self.solution.seat.unfolded.copies
        root = len(copies) - 1
        clean: list[list[Term]] = [[] for _ in copies]
        after: list[dict[int, list[Term]]] = [{} for _ in copies]
        clean[root].append(terms.constant(1.0))
        found: dict[tuple[int, int], dict[int, list[Term]]] = {}
        for place in range(root, -1, -1):
            copy = copies[place]
            node = self.solution.nodes[copy.position]
            here = terms.sum(clean[place])
            slipped = {actor: terms.sum(parts) for actor, parts in after[place].items()}
            if isinstance(node, Ending):
                for actor, share in slipped.items():
                    found.setdefault((node.outcome, copy.belief), {}).setdefault(actor, []).append(share)
                continue
            slips = self._slips_here(place, copy, node, kind) if isinstance(node, Decision) else None
            for move, (weight, child) in enumerate(
                zip(self.solution.made[place][kind], copy.children, strict=True)
            ):
                good = weight
                if slips is not None and isinstance(node, Decision):
                    good, bad = slips[move]
                    after[child].setdefault(node.actor, []).append(self.solution.times(here, bad))
                clean[child].append(self.solution.times(here, good))
                for actor, share in slipped.items():
                    after[child].setdefault(actor, []).append(terms.mul(share, weight))
        return {key: {actor: terms.sum(parts) for actor, parts in by.items()} for key, by in found.items()}

    def _slips_here(self, place: int, copy: Copy, node: Decision, kind: int) -> list[tuple[Term, Term]]:
        """By move: how likely it is made otherwise than as a slip, and as one."""
        terms, made = self.terms, self.solution.choices[place][kind].made
        return [
            (terms.select(worse, bound, all_), terms.op("and", worse, freely))
            for (worse, freely, bound), all_ in zip(self.ranked(place, copy, node, kind), made, strict=True)
        ]

    def ranked(self, place: int, copy: Copy, node: Decision, kind: int) -> list[tuple[Term, Term, Term]]:
        """By move: the mask of the worlds in which it would be a slip of type `kind`, how likely it is made freely, and
        how likely it is bound."""
        terms = self.terms
        zero, one = terms.constant(0.0), terms.constant(1.0)
        column = self.solution.grid.column(node.actor, kind)
        own = [self.solution.values[child][column].worth for child in copy.children]
        best = own[0]
        for value in own[1:]:
            best = terms.op("pmax", best, value)
        margin = terms.mul(terms.constant(TIE), largest(terms, one, own))
        numbers = self.solution.board.numbers[kind]
        least = self.solution.numbers.one(lambda _: numbers.slip_margins[node.actor])
        if least is not None and terms.amount(least) != 0.0:
            margin = terms.add(margin, least)
        choice = self.solution.choices[place][kind]
        bound = dict.fromkeys(range(len(own)), zero)
        if node.bound:
            held = self.solution.numbers.chances(copy.position, kind)
            bound |= dict(zip(node.bound, held, strict=True))
        found = []
        for move, value in enumerate(own):
            worse = terms.op("gt", terms.sub(best, value), margin)
            freely = choice.free[move] if choice.left is None else terms.mul(choice.left, choice.free[move])
            found.append((worse, freely, bound[move]))
        return found
