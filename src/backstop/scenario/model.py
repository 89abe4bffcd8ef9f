"""The compiled scenario: a frozen value that every later feature starts from.

Compiling parses every expression once, lays the trees of each phase out as plays of `backstop.game` and builds the
distributions. Nothing here depends on an arrangement or on a world; see `backstop.scenario.valuation` for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.words import did_you_mean
from backstop.game.metric import Condition, Kind, Metric
from backstop.game.tree import Chance, Decision, Ending, Game, Node, Play
from backstop.scenario.distribution.copula import rank_correlation
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.distribution.kinds import distribution
from backstop.scenario.distribution.mixture import Mixture
from backstop.scenario.expression.expression import Expression, parse
from backstop.scenario.format import scenario as form

Path = tuple[str | int, ...]

# A rank correlation is noted when it falls short of what is asked for by this much.
_NOTED = 0.01


@dataclass(frozen=True, slots=True)
class Use:
    """An expression where it stands in the file, so that a fault can be reported there."""

    expression: Expression
    path: Path


@dataclass(frozen=True, slots=True)
class NodeNumbers:
    """The expressions of one node: noise of a decision, probabilities of branches or of bound moves.

    In `chances` None stands for `otherwise`: what the other branches leave.
    """

    path: Path
    noise: Use | None = None
    chances: tuple[Use | None, ...] = ()


@dataclass(frozen=True, slots=True)
class MeasureUses:
    """The expressions of one measure."""

    cap: Use | None
    when: Use | None
    cost: Use | None
    in_phases: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled scenario.

    `levels[a][m]`: level of measure m promised in arrangement a (every measure is there). `distributions`: by
    parameter, a plain number where it is certain. `payoffs`: per year by phase, `lumps`: once by outcome, both by actor
    index. `nodes[k]` stands beside the nodes of `game.plays[k]`.
    """

    scenario: form.Scenario
    game: Game
    levels: Mapping[str, Mapping[str, float]]
    distributions: Mapping[str, Distribution | float]
    correlations: tuple[tuple[str, str, float], ...]
    discounts: tuple[Use, ...]
    noises: tuple[Use, ...]
    slip_margins: tuple[Use, ...]
    measures: Mapping[str, MeasureUses]
    definitions: Mapping[str, Use]
    payoffs: tuple[Mapping[int, Use], ...]
    lumps: tuple[Mapping[int, Use], ...]
    nodes: tuple[tuple[NodeNumbers, ...] | None, ...]
    place: Callable[[Path], Place] = field(compare=False)
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    study: str = ""
    notes: tuple[Fault, ...] = ()

    @property
    def period_years(self) -> float:
        """Length of a period, d, in years."""
        return self.scenario.horizon.period_years

    def years_at(self, period: int) -> float:
        """Years from the start of the horizon to the beginning of a period."""
        return self.scenario.horizon.years_at(period)

    @property
    def periods(self) -> int:
        """Number of periods up to the horizon, T."""
        return self.scenario.horizon.periods

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Parameters that differ between worlds, in the order of the file."""
        return tuple(name for name, d in self.distributions.items() if not isinstance(d, float))

    def with_values(self, settings: Mapping[str, float]) -> Model:
        """The same model with parameters fixed, or with a measure's level the same in every arrangement.

        Raises InvalidInput for an unknown name, a name of another kind, or a level outside its range.
        """
        distributions = dict(self.distributions)
        levels = {name: dict(of) for name, of in self.levels.items()}
        faults = []
        for name, value in settings.items():
            if name in distributions:
                distributions[name] = float(value)
            elif name in self.scenario.measures:
                low, high = self.scenario.measures[name].range
                if not low <= value <= high:
                    faults.append(Fault(f"{name} = {value:g} is outside its range [{low:g}, {high:g}]"))
                for of in levels.values():
                    of[name] = float(value)
            else:
                known = [*distributions, *self.scenario.measures]
                faults.append(
                    Fault(
                        f"{name} is neither a parameter nor a measure",
                        hint=did_you_mean(name, known, "parameter or measure"),
                    )
                )
        if faults:
            raise InvalidInput(faults)
        return replace(
            self,
            distributions=MappingProxyType(distributions),
            levels=MappingProxyType({a: MappingProxyType(of) for a, of in levels.items()}),
            correlations=_uncertain_pairs(self.correlations, distributions),
        )

    def metric(self, name: str) -> Metric:
        """A metric of the scenario over the phases, outcomes and actors of the game."""
        game, metric = self.game, self.scenario.metrics[name]
        numbered = {"count": game.outcomes, "value": game.actors}.get(metric.kind, game.phases)
        members = getattr(metric, metric.kind)
        given = metric.given
        condition = None
        if given is not None and given.reach is not None:
            condition = Condition("reach", frozenset(map(game.phases.index, given.reach)))
        elif given is not None:
            condition = Condition("avoid", frozenset(map(game.phases.index, given.avoid or ())))
        return Metric(
            cast(Kind, metric.kind),
            frozenset(map(numbered.index, [members] if isinstance(members, str) else members)),
            game.start if metric.from_ is None else game.phases.index(metric.from_),
            self.periods if metric.by_year is None else round(metric.by_year / self.period_years),
            condition,
        )

    def camps(self) -> tuple[str, ...]:
        """Names of the camps of experts, in the order in which they first appear."""
        found: dict[str, None] = {}
        for parameter in self.scenario.parameters.values():
            found.update(dict.fromkeys(parameter.experts or {}))
        return tuple(found)

    def in_camp(self, camp: str) -> Model:
        """The model as one camp of experts sees it: its distribution wherever it has one, else the pool."""
        if camp not in self.camps():
            raise InvalidInput(f"no camp is called {camp}", hint=did_you_mean(camp, self.camps(), "camp"))
        distributions = dict(self.distributions)
        for name, parameter in self.scenario.parameters.items():
            if parameter.experts and camp in parameter.experts and not isinstance(distributions[name], float):
                distributions[name] = _spread(parameter.experts[camp])
        return replace(
            self,
            distributions=MappingProxyType(distributions),
            correlations=_uncertain_pairs(self.correlations, distributions),
        )


def compile_scenario(
    scenario: form.Scenario,
    place: Callable[[Path], Place],
    digests: Mapping[str, str] | None = None,
    study: str = "",
    notes: Iterable[Fault] = (),
) -> Model:
    """The compiled form of a scenario that has been checked (see `backstop.scenario.check.scenario`)."""
    actors, phases, outcomes = tuple(scenario.actors), tuple(scenario.phases), tuple(scenario.outcomes)
    layouts = [_Layout(scenario, phase) for phase in phases]
    game = Game(
        actors,
        phases,
        tuple(layout.play for layout in layouts),
        outcomes,
        tuple(phases.index(outcome.next) for outcome in scenario.outcomes.values()),
        phases.index(scenario.start),
    )

    distributions = {name: _pooled(p) for name, p in scenario.parameters.items()}

    def by_actor(section: str, name: str, payoffs: Mapping[str, form.Expr]) -> Mapping[int, Use]:
        return MappingProxyType(
            {
                actors.index(actor): use(value, (section, name, "payoffs", actor))
                for actor, value in payoffs.items()
                if value != 0 or isinstance(value, str)
            }
        )

    return Model(
        scenario=scenario,
        game=game,
        levels=MappingProxyType(
            {
                name: MappingProxyType(
                    {m: float(a.measures.get(m, measure.default)) for m, measure in scenario.measures.items()}
                )
                for name, a in scenario.arrangements.items()
            }
        ),
        distributions=MappingProxyType(distributions),
        correlations=_uncertain_pairs(scenario.correlations, distributions),
        discounts=tuple(use(a.discount, ("actors", n, "discount")) for n, a in scenario.actors.items()),
        noises=tuple(use(a.noise, ("actors", n, "noise")) for n, a in scenario.actors.items()),
        slip_margins=tuple(
            use(a.slip_margin, ("actors", n, "slip_margin")) for n, a in scenario.actors.items()
        ),
        measures=MappingProxyType({n: _measure_uses(n, m, phases) for n, m in scenario.measures.items()}),
        definitions=MappingProxyType(
            {name: use(value, ("definitions", name)) for name, value in scenario.definitions.items()}
        ),
        payoffs=tuple(by_actor("phases", n, p.payoffs) for n, p in scenario.phases.items()),
        lumps=tuple(by_actor("outcomes", n, o.payoffs) for n, o in scenario.outcomes.items()),
        nodes=tuple(layout.numbers for layout in layouts),
        place=place,
        digests=MappingProxyType(dict(digests or {})),
        study=study,
        notes=(*notes, *_correlation_notes(scenario, distributions, place)),
    )


def use(value: form.Expr, path: Path) -> Use:
    """An expression of the file with its place."""
    return Use(parse(value), path)


def _measure_uses(name: str, measure: form.Measure, phases: tuple[str, ...]) -> MeasureUses:
    def optional(key: str) -> Use | None:
        value = getattr(measure, key)
        return None if value is None else use(value, ("measures", name, key))

    inside = measure.in_phases
    return MeasureUses(
        optional("cap"),
        optional("when"),
        optional("cost"),
        None if inside is None else frozenset(phases.index(phase) for phase in inside),
    )


def _uncertain_pairs(
    correlations: Iterable[tuple[str, str, float]], distributions: Mapping[str, Distribution | float]
) -> tuple[tuple[str, str, float], ...]:
    """The correlations between parameters that are both uncertain: nothing goes with a number that is certain."""
    certain = {name for name, each in distributions.items() if isinstance(each, float)}
    return tuple(each for each in correlations if certain.isdisjoint(each[:2]))


def _correlation_notes(
    scenario: form.Scenario, distributions: Mapping[str, Distribution | float], place: Callable[[Path], Place]
) -> Iterator[Fault]:
    """Notes on rank correlations that are not reached."""
    for number, (one, other, rank) in enumerate(scenario.correlations):
        first, second = distributions[one], distributions[other]
        if isinstance(first, float) or isinstance(second, float) or not (first.atoms or second.atoms):
            continue
        reached = rank_correlation(first, second, rank)
        if abs(reached - rank) >= _NOTED:
            yield Fault(
                f"the rank correlation of {one} and {other} comes to {reached:.2f}, not {rank:g}",
                place(("correlations", number)),
                "values that come up again and again are tied in rank, which leaves less to correlate",
            )


def _spread(spread: form.Spread) -> Distribution | float:
    return _unless_certain(distribution(spread.kind, spread.arguments, spread.bounds))


def _unless_certain(spread: Distribution) -> Distribution | float:
    low, high = spread.support
    return low if low == high else spread


def _pooled(parameter: form.Parameter) -> Distribution | float:
    if parameter.experts is None:
        return _spread(parameter)
    camps = parameter.experts.values()
    components = [distribution(camp.kind, camp.arguments, camp.bounds) for camp in camps]
    return _unless_certain(Mixture(tuple(components), tuple(camp.weight for camp in camps)))


class _Layout:
    """The play of one phase, laid out with children first; named trees and outcomes stand once."""

    def __init__(self, scenario: form.Scenario, phase: str) -> None:
        self._scenario = scenario
        self._outcomes = {name: i for i, name in enumerate(scenario.outcomes)}
        self._actors = {name: i for i, name in enumerate(scenario.actors)}
        self._nodes: list[Node] = []
        self._numbers: list[NodeNumbers] = []
        self._named: dict[str, int] = {}
        branch = scenario.phases[phase].play
        self.play: Play | None = None
        self.numbers: tuple[NodeNumbers, ...] | None = None
        if branch is not None:
            self._branch(branch, ("phases", phase, "play"), phase)
            self.play = Play(tuple(self._nodes))
            self.numbers = tuple(self._numbers)

    def _add(self, node: Node, numbers: NodeNumbers) -> int:
        self._nodes.append(node)
        self._numbers.append(numbers)
        return len(self._nodes) - 1

    def _branch(self, branch: Any, path: Path, name: str) -> int:
        if isinstance(branch, str):
            if branch not in self._named:
                if branch in self._outcomes:
                    node = self._add(Ending(self._outcomes[branch]), NodeNumbers(("outcomes", branch)))
                else:
                    node = self._branch(self._scenario.trees[branch], ("trees", branch), branch)
                self._named[branch] = node
            return self._named[branch]
        if isinstance(branch, form.Decision):
            return self._decision(branch, path, name)
        assert isinstance(branch, form.Chance)
        return self._chance(branch, path, name)

    def _decision(self, node: form.Decision, path: Path, name: str) -> int:
        children = tuple(
            self._branch(then, (*path, "moves", move), f"{name}.{move}") for move, then in node.moves.items()
        )
        moves = tuple(node.moves)
        bound = tuple(use(p, (*path, "bound", move)) for move, p in node.bound.items())
        noise = None if node.noise is None else use(node.noise, (*path, "noise"))
        return self._add(
            Decision(
                name, self._actors[node.actor], moves, children, tuple(moves.index(m) for m in node.bound)
            ),
            NodeNumbers(path, noise, bound),
        )

    def _chance(self, node: form.Chance, path: Path, name: str) -> int:
        children = tuple(
            self._branch(b.then, (*path, "chance", label, "then"), f"{name}.{label}")
            for label, b in node.chance.items()
        )
        chances = tuple(
            None
            if branch.probability == form.OTHERWISE
            else use(branch.probability, (*path, "chance", label, "probability"))
            for label, branch in node.chance.items()
        )
        return self._add(Chance(name, tuple(node.chance), children), NodeNumbers(path, None, chances))
