"""The numbers of the game as terms: payoffs, noises, probabilities and costs, and what must hold of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from backstop.game.tree import Chance, Decision
from backstop.program.code.arithmetic import LOG2_E
from backstop.program.code.terms import Term, Terms
from backstop.program.expressions import Expressions
from backstop.scenario.model import HiddenTypes, Model, Use

# Probabilities may miss their bounds, or their sum, by rounding.
SLACK = 1e-9


@dataclass(slots=True)
class Checks:
    """What must hold in a world: numbers that must be finite, and masks that must not be set."""

    finite: dict[Term, None] = field(default_factory=dict)
    wrong: dict[Term, None] = field(default_factory=dict)

    def failed(self, terms: Terms, varying: bool) -> Term | None:
        """A mask of the lanes in which anything is wrong, of what varies or of what does not; None where nothing is
        looked at."""
        numbers = [term for term in self.finite if terms.varies[term] is varying]
        masks = [term for term in self.wrong if terms.varies[term] is varying]
        if numbers:
            # x - x is 0, or not a number.
            gone = terms.sum([terms.sub(number, number) for number in numbers])
            masks.insert(0, terms.op("ne", gone, terms.constant(0.0)))
        if not masks:
            return None
        found = masks[0]
        for mask in masks[1:]:
            found = terms.op("or", found, mask)
        return found


class Numbers:
    """The numbers of a model's game by phase; every number asked for is checked in the periods in which it is used.

    `at_first`: phases that can be played in period 0 alone. `checks` holds what must hold in every period, and
    `first_checks` what must hold in period 0.
    """

    def __init__(
        self,
        model: Model,
        terms: Terms,
        expressions: Expressions,
        at_first: frozenset[int],
        beside: Numbers | None = None,
    ) -> None:
        """`beside`: those of another type in the same program; what must hold is kept together for both."""
        self.model, self.terms, self.expressions = model, terms, expressions
        self.at_first = at_first
        self.checks, self.first_checks = Checks(), Checks()
        self.noises: dict[Term, None] = {}
        if beside is not None:
            self.checks, self.first_checks, self.noises = beside.checks, beside.first_checks, beside.noises
        start = model.game.start
        self._noises = [self._noise(use, start) for use in model.noises]
        self.discounts = [self._discount(use, start) for use in model.discounts]
        # Checked as the noise is: no number below 0.
        self.slip_margins = [self._noise(use, start) for use in model.slip_margins]

    def _checks(self, phase: int) -> Checks:
        return self.first_checks if phase in self.at_first else self.checks

    def number(self, use: Use, phase: int) -> Term:
        """The value of an expression, which must be finite."""
        value = self.expressions.value(use, phase)
        amount = self.terms.amount(value)
        if amount is None or amount - amount != 0.0:
            self._checks(phase).finite[value] = None
        return value

    def _wrong(self, mask: Term, phase: int) -> None:
        self._checks(phase).wrong[mask] = None

    def flow_a_year(self, phase: int, actor: int) -> Term | None:
        """What a year in a phase pays an actor; None where it pays nothing."""
        use = self.model.payoffs[phase].get(actor)
        return None if use is None else self.number(use, phase)

    def flow(self, phase: int, actor: int) -> Term | None:
        """What a period in a phase pays an actor; None where it pays nothing."""
        value, d = self.flow_a_year(phase, actor), self.model.period_years
        return value if value is None or d == 1.0 else self.terms.mul(value, self.terms.constant(d))

    def lump(self, phase: int, outcome: int, actor: int) -> Term | None:
        """What an outcome of the play of a phase pays an actor at once; None where it pays nothing."""
        use = self.model.lumps[outcome].get(actor)
        return None if use is None else self.number(use, phase)

    def _noise(self, use: Use, phase: int) -> Term:
        value = self.number(use, phase)
        self._wrong(self.terms.op("lt", value, self.terms.constant(0.0)), phase)
        return value

    def noise(self, phase: int, position: int) -> Term:
        """The scale of the shocks at a decision."""
        play, sources = self.model.game.plays[phase], self.model.nodes[phase]
        assert play is not None and sources is not None
        node, source = play.nodes[position], sources[position]
        assert isinstance(node, Decision)
        found = self._noises[node.actor] if source.noise is None else self._noise(source.noise, phase)
        self.noises[found] = None
        return found

    def needs_noise(self, actor: int) -> None:
        """An actor must choose with noise, wherever it does."""
        zero = self.terms.constant(0.0)
        for phase in self.model.game.live:
            play = self.model.game.plays[phase]
            for position, node in enumerate(() if play is None else play.nodes):
                if isinstance(node, Decision) and node.actor == actor:
                    self._wrong(self.terms.op("eq", self.noise(phase, position), zero), phase)

    def steepness(self, phase: int, position: int) -> Term:
        """How many times the odds of a move double with a unit of its value: log2(e) over the noise.

        0 where there is no noise, or so little that no payoff can be divided by it.
        """
        terms, noise = self.terms, self.noise(phase, position)
        steep = terms.div(terms.constant(LOG2_E), noise)
        amount = terms.amount(steep)
        if amount is not None:
            return steep if amount - amount == 0.0 else terms.constant(0.0)
        finite = terms.op("eq", terms.sub(steep, steep), terms.constant(0.0))
        return terms.op("and", steep, finite)

    def certain(self) -> Term | None:
        """A mask of the lanes in which anybody chooses without noise; None where nobody ever can."""
        terms, found = self.terms, None
        for phase in self.model.game.live:
            play = self.model.game.plays[phase]
            for position, node in enumerate(() if play is None else play.nodes):
                if isinstance(node, Decision):
                    steep = self.steepness(phase, position)
                    amount = terms.amount(steep)
                    if amount is None or amount == 0.0:
                        here = terms.op("eq", steep, terms.constant(0.0))
                        found = here if found is None else terms.op("or", found, here)
        return found

    def share(self, types: HiddenTypes, now: Sequence[Term]) -> Term:
        """The share of the type in hand, of which `now` is 1."""
        terms, start = self.terms, self.model.game.start
        shares = [self._probability(use, start) for use in types.shares]
        missed = terms.op("abs", terms.sub(terms.sum(shares), terms.constant(1.0)))
        self._wrong(terms.op("gt", missed, terms.constant(SLACK)), start)
        return terms.sum([terms.mul(each, share) for each, share in zip(now, shares, strict=True)])

    def _discount(self, use: Use, phase: int) -> Term:
        """The discount factor per period of an actor."""
        terms, value = self.terms, self.number(use, phase)
        below = terms.op("lt", value, terms.constant(0.0))
        self._wrong(terms.op("or", below, terms.op("ge", value, terms.constant(1.0))), phase)
        d = self.model.period_years
        if d == 1.0 or terms.amount(value) == 0.0:
            return value
        return terms.call("power", value, terms.constant(d))

    def _probability(self, use: Use, phase: int) -> Term:
        """A probability, held between 0 and 1 where it misses them by rounding."""
        terms, value = self.terms, self.number(use, phase)
        zero, one = terms.constant(0.0), terms.constant(1.0)
        amount = terms.amount(value)
        if amount is not None and 0.0 <= amount <= 1.0:
            return value
        held = terms.op("pmin", terms.op("pmax", value, zero), one)
        missed = terms.op("abs", terms.sub(value, held))
        self._wrong(terms.op("gt", missed, terms.constant(SLACK)), phase)
        return held

    def chances(self, phase: int, position: int) -> list[Term]:
        """Probabilities of the branches of a chance node; of a decision, of its bound moves."""
        terms = self.terms
        play, sources = self.model.game.plays[phase], self.model.nodes[phase]
        assert play is not None and sources is not None
        uses = sources[position].chances
        found = [None if use is None else self._probability(use, phase) for use in uses]
        given = [p for p in found if p is not None]
        total = terms.sum(given)
        one = terms.constant(1.0)
        if isinstance(play.nodes[position], Chance) and None not in uses:
            missed = terms.op("abs", terms.sub(total, one))
            self._wrong(terms.op("gt", missed, terms.constant(SLACK)), phase)
        elif len(given) > 1:
            self._wrong(terms.op("gt", total, terms.constant(1.0 + SLACK)), phase)
        return [self.rest(given) if p is None else p for p in found]

    def rest(self, given: list[Term]) -> Term:
        """What some probabilities leave of 1."""
        terms = self.terms
        if not given:
            return terms.constant(1.0)
        left = terms.sub(terms.constant(1.0), terms.sum(given))
        return left if len(given) == 1 else terms.op("pmax", left, terms.constant(0.0))

    def cost(self, use: Use, phase: int) -> Term:
        """What a period costs in a phase; a cost is in use only where the phase is reached, so it is not checked."""
        value, d = self.expressions.value(use, phase), self.model.period_years
        return value if d == 1.0 else self.terms.mul(value, self.terms.constant(d))
