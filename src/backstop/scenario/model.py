"""The compiled scenario: a frozen value that every later feature starts from.

Compiling parses every expression once, lays the trees of each phase out as plays of `backstop.game` and builds the
distributions. Nothing here depends on an arrangement or on a world; see `backstop.scenario.valuation` for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import cast

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.shown import Shown, Sketch
from backstop.base.words import did_you_mean
from backstop.game.metric import Condition, Kind, Metric
from backstop.game.tree import Game
from backstop.scenario.conditioning import conditioned_parameter
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.distribution.kinds import distribution
from backstop.scenario.distribution.mixture import Mixture
from backstop.scenario.expression.nodes import type_of
from backstop.scenario.format import scenario as form
from backstop.scenario.format.hidden_types import Beliefs
from backstop.scenario.notes import correlation_notes, state_notes
from backstop.scenario.overrides import YOURS, Overrides, as_range
from backstop.scenario.plays import Occurrence, Plays, occurrence_name
from backstop.scenario.states import State, state_name, states_of, where_true
from backstop.scenario.uses import MeasureUses, NodeNumbers, Path, Use, use

__all__ = [
    "HiddenTypes",
    "MeasureUses",
    "Model",
    "NodeNumbers",
    "Occurrence",
    "State",
    "Use",
    "compile_scenario",
]


@dataclass(frozen=True, slots=True)
class HiddenTypes:
    """The two types of one actor, which is the only one to know its own.

    `shares` are expressions of parameters. A belief is the probability that others give to the second of `names`.
    """

    actor: int
    names: tuple[str, str]
    shares: tuple[Use, Use]
    beliefs: Beliefs
    grid: int

    asked: Mapping[str, int]
    """By how an expression asks for a type, `type(russia, revanchist)`: which of the two it is."""


@dataclass(frozen=True, slots=True, repr=False)
class Model(Shown):
    """A compiled scenario.

    `levels[a][m]`: level of measure m promised in arrangement a (every measure is there). `distributions`: by
    parameter, a plain number where it is certain. `payoffs`: per year by phase, `lumps`: once by outcome, both by actor
    index. `nodes[k]` stands beside the nodes of `game.plays[k]`.

    The phases of the game are the `states` of the scenario: phases of the file, told apart by facts where there are
    any. Its outcomes are the `occurrences`: outcomes of the file, told apart by the numbers offered above them. `types`
    are None where no actor has a hidden type; expressions that ask for one need its value from whoever evaluates them.
    """

    scenario: form.Scenario
    game: Game
    states: tuple[State, ...]
    occurrences: tuple[Occurrence, ...]
    types: HiddenTypes | None
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
    overrides: Overrides = field(default_factory=Overrides)
    drawn_from: Mapping[str, Distribution | float] | None = None
    weighed_as: Model | None = None

    @property
    def unconditioned(self) -> Mapping[str, Distribution | float]:
        """What worlds are drawn from before any condition and with nothing set, by parameter."""
        model = self.as_it_stands
        return model.distributions if model.drawn_from is None else model.drawn_from

    def sketch(self) -> Sketch:
        """What a notebook shows of it."""
        from backstop.scenario.sketch import sketch_of

        return sketch_of(self.scenario, self.uncertain, self.overrides.words)

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
    def phases(self) -> tuple[str, ...]:
        """The phases of the file."""
        return tuple(self.scenario.phases)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes of the file."""
        return tuple(self.scenario.outcomes)

    def states_in(self, phases: Iterable[str], where: form.Expr | None = None) -> frozenset[int]:
        """The phases of the game that are one of some phases of the file, where a formula over facts is true."""
        wanted = {self.phases.index(name) for name in phases}
        true = where_true(self.states, where)
        return frozenset(i for i, state in enumerate(self.states) if state.phase in wanted and i in true)

    def occurrences_of(self, outcomes: Iterable[str]) -> frozenset[int]:
        """The outcomes of the game that are one of some outcomes of the file."""
        wanted = {self.outcomes.index(name) for name in outcomes}
        return frozenset(i for i, each in enumerate(self.occurrences) if each.outcome in wanted)

    @property
    def shown(self) -> Mapping[str, frozenset[int]]:
        """The phases of the game that are shown as one: by phase of the file, then by phase and by value of a fact."""
        return {**{name: self.states_in([name]) for name in self.phases}, **self.split}

    @property
    def split(self) -> Mapping[str, frozenset[int]]:
        """The phases of the game by phase and value of a fact, as far as they can be reached, as in `splits`."""
        found: dict[str, set[int]] = {split: set() for split in self.splits}
        for index, state in enumerate(self.states):
            for fact, of in self.scenario.facts.items():
                found[f"{self.phases[state.phase]}[{fact}={of.label(state.facts[fact])}]"].add(index)
        return {name: frozenset(states) for name, states in found.items()}

    @property
    def splits(self) -> Mapping[str, tuple[str, str, str]]:
        """The fact, phase and value of the fact behind `peace[guarantee=full]` and the like."""
        found: dict[str, tuple[str, str, str]] = {}
        for fact, of in self.scenario.facts.items():
            reached = sorted({(state.phase, state.facts[fact]) for state in self.states})
            for phase, number in reached:
                value = of.label(number)
                found[f"{self.phases[phase]}[{fact}={value}]"] = fact, self.phases[phase], value
        return found

    def state_at_start(self, phase: str) -> int:
        """The phase of the game in which a phase of the file begins where the facts are as at the start."""
        begun = {name: fact.number_of(fact.start) for name, fact in self.scenario.facts.items()}
        wanted = self.phases.index(phase)
        return next(i for i, s in enumerate(self.states) if s.phase == wanted and s.facts == begun)

    @property
    def uncertain(self) -> tuple[str, ...]:
        """Parameters that differ between worlds, in the order of the file."""
        return tuple(name for name, d in self.distributions.items() if not isinstance(d, float))

    @property
    def as_it_stands(self) -> Model:
        """The model by which worlds are drawn and weighed: this one before anything was set or its form changed."""
        return self if self.weighed_as is None else self.weighed_as

    def with_values(self, settings: Mapping[str, float]) -> Model:
        """The same model with parameters set, or with a measure's level the same in every arrangement.

        An intervention: worlds are drawn and weighed as the model stands, so that what does not depend on a name stays
        as it is to the last bit. A parameter may be set to a value outside its range. Raises InvalidInput for an
        unknown name, a name of another kind, or a level outside its range.
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
                hint = did_you_mean(name, known, "parameter or measure")
                if name in self.scenario.facts:
                    hint = "it is a fact, which outcomes set in the course of things; its start stands in the file"
                elif name in self.scenario.definitions:
                    hint = "it is a definition: set a parameter or measure that it rests on"
                faults.append(Fault(f"{name} is neither a parameter nor a measure", hint=hint))
        if faults:
            raise InvalidInput(faults)
        together = {**self.overrides.set, **{name: float(value) for name, value in settings.items()}}
        return replace(
            self,
            distributions=MappingProxyType(distributions),
            levels=MappingProxyType({a: MappingProxyType(of) for a, of in levels.items()}),
            correlations=_uncertain_pairs(self.correlations, self.distributions, together),
            overrides=replace(self.overrides, set=together),
            weighed_as=self.as_it_stands,
        )

    def given(self, conditions: Mapping[str, float | Sequence[float]]) -> Model:
        """The model on the condition that parameters have a value, or lie in a range [low, high].

        A condition: worlds are drawn with it, correlated parameters with what it says about them, and weighed anew.
        Raises InvalidInput for what is no parameter, is no value or range, or has probability nothing.
        """
        root, faults = self.unconditioned, []
        ranges = dict(self.overrides.given)
        distributions = dict(self.as_it_stands.distributions)
        for name, value in conditions.items():
            try:
                ranges[name] = as_range(value)
            except (TypeError, ValueError):
                faults.append(Fault(f"given {name}: {value} is neither a number nor a range [low, high]"))
                continue
            fault, found = conditioned_parameter(self.scenario, root, self.place, name, *ranges[name])
            faults += [] if fault is None else [fault]
            distributions[name] = found
        if faults:
            raise InvalidInput(faults)
        model = replace(
            self.as_it_stands,
            distributions=MappingProxyType(distributions),
            overrides=replace(self.as_it_stands.overrides, given=ranges),
            drawn_from=root,
        )
        return model._overridden(self.overrides)

    def with_yours(self, levels: Mapping[str, float]) -> Model:
        """The same model with one more arrangement, the reader's own, `yours`; measures not named keep their default.

        It stands after those of the study, on the same worlds with the same weights, and claims do not ask about it.
        Raises InvalidInput for unknown measures, levels outside their range, and where the study has such a name.
        """
        scenario, measures = self.scenario, self.scenario.measures
        faults = []
        if YOURS in scenario.arrangements and self.yours is None:
            faults.append(
                Fault(f"the study has an arrangement {YOURS} itself", hint="give that one another name")
            )
        for name, level in levels.items():
            if name not in measures:
                faults.append(Fault(f"{name} is no measure", hint=did_you_mean(name, measures, "measure")))
            elif not measures[name].range[0] <= level <= measures[name].range[1]:
                low, high = measures[name].range
                faults.append(Fault(f"{name} = {level:g} is outside its range [{low:g}, {high:g}]"))
        if faults:
            raise InvalidInput(faults)
        own = {name: float(level) for name, level in levels.items()}
        arrangement = form.Arrangement(title="Yours", measures=own)
        defaults = {name: float(of.default) for name, of in measures.items()}
        return replace(
            self,
            scenario=scenario.model_copy(
                update={"arrangements": {**scenario.arrangements, YOURS: arrangement}}
            ),
            levels=MappingProxyType({**self.levels, YOURS: MappingProxyType({**defaults, **own})}),
            overrides=replace(self.overrides, yours=own),
            weighed_as=self.as_it_stands,
        )

    @property
    def yours(self) -> str | None:
        """The reader's own arrangement; None where there is none."""
        return None if self.overrides.yours is None else YOURS

    def _overridden(self, overrides: Overrides) -> Model:
        """The same model with what `overrides` adds and sets, but for its conditions and its camp."""
        model = self if overrides.yours is None else self.with_yours(overrides.yours)
        return model.with_values(overrides.set) if overrides.set else model

    def metric(self, name: str) -> Metric:
        """A metric of the scenario over the phases, outcomes and actors of the game."""
        metric, actors, until = self.scenario.metrics[name], self.scenario.actors, self.periods
        within: frozenset[int] | None = None
        match metric.kind:
            case "value":
                members = frozenset((tuple(actors).index(metric.value or ""),))
            case "belief":
                members = frozenset((self._type(metric.belief or ""),))
            case "count":
                members = self.occurrences_of(metric.count or ())
                within = None if metric.where is None else where_true(self.states, metric.where)
            case kind:
                members = self.states_in(getattr(metric, kind), metric.where)
        if metric.by_year is not None:
            until = round(metric.by_year / self.period_years)
        given, condition, given_type = metric.given, None, None
        if given is not None:
            if given.reach is not None:
                condition = Condition("reach", self.states_in(given.reach, given.where))
            elif given.avoid is not None:
                condition = Condition("avoid", self.states_in(given.avoid, given.where))
            given_type = None if given.type is None else self._type(given.type)
        start = self.game.start if metric.from_ is None else self.state_at_start(metric.from_)
        return Metric(cast(Kind, metric.kind), members, start, until, condition, within, given_type)

    def _type(self, written: str) -> int:
        """The type that ACTOR.TYPE names."""
        assert self.types is not None
        return self.types.names.index(written.partition(".")[2])

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
        root = dict(self.unconditioned)
        for name, parameter in self.scenario.parameters.items():
            if parameter.experts and camp in parameter.experts and not isinstance(root[name], float):
                root[name] = _spread(parameter.experts[camp])
        distributions = MappingProxyType(root)
        overrides = self.overrides
        model = replace(
            self.as_it_stands,
            distributions=distributions,
            correlations=_uncertain_pairs(self.as_it_stands.correlations, distributions),
            overrides=Overrides(camp=camp),
            drawn_from=None,
        )
        model = model.given(overrides.given) if overrides.given else model
        return model._overridden(overrides)


def compile_scenario(
    scenario: form.Scenario,
    place: Callable[[Path], Place],
    digests: Mapping[str, str] | None = None,
    study: str = "",
    notes: Iterable[Fault] = (),
) -> Model:
    """The compiled form of a scenario that has been checked (see `backstop.scenario.check.scenario`)."""
    actors, phases = tuple(scenario.actors), tuple(scenario.phases)
    definitions = {name: use(value, ("definitions", name)) for name, value in scenario.definitions.items()}
    plays = Plays(scenario, definitions)
    laid = [plays.laid_out(phase, place(("phases", phase, "play"))) for phase in phases]
    ending_in = [() if play is None else tuple(o for _, o in play.endings) for play, _ in laid]
    states, following = states_of(scenario, plays.occurrences, ending_in, place(("facts",)))
    game = Game(
        actors,
        tuple(state_name(scenario, state) for state in states),
        tuple(laid[state.phase][0] for state in states),
        tuple(occurrence_name(scenario, each) for each in plays.occurrences),
        following,
        0,
    )

    distributions = {name: _pooled(p) for name, p in scenario.parameters.items()}

    def by_actor(
        section: str, name: str, payoffs: Mapping[str, form.Expr], offers: Mapping[str, float]
    ) -> Mapping[int, Use]:
        return MappingProxyType(
            {
                actors.index(actor): plays.substitution.put_in(
                    use(value, (section, name, "payoffs", actor)), offers
                )
                for actor, value in payoffs.items()
                if value != 0 or isinstance(value, str)
            }
        )

    flows = [by_actor("phases", name, phase.payoffs, {}) for name, phase in scenario.phases.items()]
    outcomes = tuple(scenario.outcomes.items())
    model = Model(
        scenario=scenario,
        game=game,
        states=states,
        occurrences=tuple(plays.occurrences),
        types=_hidden_types(scenario),
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
        measures=MappingProxyType(
            {n: _measure_uses(n, m, states, phases) for n, m in scenario.measures.items()}
        ),
        definitions=MappingProxyType(definitions),
        payoffs=tuple(flows[state.phase] for state in states),
        lumps=tuple(
            by_actor("outcomes", outcomes[each.outcome][0], outcomes[each.outcome][1].payoffs, each.offers)
            for each in plays.occurrences
        ),
        nodes=tuple(laid[state.phase][1] for state in states),
        place=place,
        digests=MappingProxyType(dict(digests or {})),
        study=study,
        notes=(
            *notes,
            *correlation_notes(scenario, distributions, place),
            *state_notes(scenario, states, place),
        ),
    )
    return replace(model, game=replace(game, start=model.state_at_start(scenario.start)))


def _hidden_types(scenario: form.Scenario) -> HiddenTypes | None:
    for index, (name, actor) in enumerate(scenario.actors.items()):
        if actor.types is not None:
            first, second = actor.types
            shares = [use(t.share, ("actors", name, "types", n, "share")) for n, t in actor.types.items()]
            asked = {type_of(name, each).name: k for k, each in enumerate((first, second))}
            return HiddenTypes(
                index,
                (first, second),
                (shares[0], shares[1]),
                actor.beliefs,
                actor.grid,
                MappingProxyType(asked),
            )
    return None


def _measure_uses(
    name: str, measure: form.Measure, states: Sequence[State], phases: tuple[str, ...]
) -> MeasureUses:
    def optional(key: str) -> Use | None:
        value = getattr(measure, key)
        return None if value is None else use(value, ("measures", name, key))

    inside = measure.in_phases
    return MeasureUses(
        optional("cap"),
        optional("when"),
        optional("cost"),
        None
        if inside is None
        else frozenset(i for i, state in enumerate(states) if phases[state.phase] in inside),
    )


def _uncertain_pairs(
    correlations: Iterable[tuple[str, str, float]],
    distributions: Mapping[str, Distribution | float],
    fixed: Iterable[str] = (),
) -> tuple[tuple[str, str, float], ...]:
    """The correlations between parameters that are both uncertain: nothing goes with a number that is certain."""
    certain = {name for name, each in distributions.items() if isinstance(each, float)}.union(fixed)
    return tuple(each for each in correlations if certain.isdisjoint(each[:2]))


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
