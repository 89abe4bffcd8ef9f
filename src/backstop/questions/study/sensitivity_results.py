"""Answers on what a quantity of a study hangs on, by each of four methods.

The quantity asked about is a metric under one arrangement, or its difference from another on the same worlds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Literal

from backstop.base.arrays import FloatArray
from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import listed, quoted, sentence_case, stop
from backstop.questions.inquiry import Experiment, Inquiry, levels_of, promise_of
from backstop.questions.methods.morris import ElementaryEffects
from backstop.questions.methods.regional import RegionalSensitivity
from backstop.questions.methods.tornado import Swing
from backstop.questions.weighted_worlds import WeightedWorlds
from backstop.questions.words import titles
from backstop.scenario.model import Model
from backstop.worlds.comparison import difference, spread
from backstop.worlds.statistics import Estimate

Method = Literal["sobol", "morris", "regional", "tornado"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric under an arrangement, or its difference from that under the arrangement `against`."""

    metric: str
    arrangement: str
    against: str | None = None

    def __str__(self) -> str:
        """The quantity in a phrase."""
        if self.against is None:
            return f"{self.metric} under {self.arrangement}"
        return f"the difference in {self.metric} between {self.arrangement} and {self.against}"

    @property
    def arrangements(self) -> tuple[str, ...]:
        """The arrangements that must be solved."""
        return (self.arrangement,) if self.against is None else (self.arrangement, self.against)

    def of(self, found: WeightedWorlds) -> FloatArray:
        """The quantity in the worlds of a sample, shape (worlds,)."""
        here = found.metric(self.metric, self.arrangement)
        if self.against is None:
            return here
        there = found.metric(self.metric, self.against)
        return difference(here, there, spread([here, there], found.weights))

    def at(self, inquiry: Inquiry, points: Sequence[Mapping[str, FloatArray]]) -> list[FloatArray]:
        """The quantity at designs: each maps the parameters that vary to arrays of one length."""
        model = inquiry.model
        fixed = {name: v for name, v in inquiry.sampler.block(0, 1).items() if isinstance(v, float)}
        experiments = [
            Experiment(
                levels_of(model, promise_of(model, a)), {**fixed, **point}, len(next(iter(point.values())))
            )
            for point in points
            for a in self.arrangements
        ]
        found = inquiry.side_by_side(experiments, [self.metric], progress=inquiry.progress)
        values = [of.metrics[self.metric] for of in found]
        if self.against is None:
            return values
        widest = spread(values)
        return [
            difference(here, there, widest) for here, there in zip(values[::2], values[1::2], strict=True)
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Sensitivity(ShownTables):
    """An answer on what a quantity hangs on, by one method; `notes`: what to mind about it."""

    format: ClassVar[str] = "backstop-sensitivity/1"
    method: ClassVar[Method]

    model: Model
    quantity: Quantity
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The line above its tables."""
        return f"What drives {self.quantity}"

    @property
    def about(self) -> str:
        """The quantity asked about, in titles."""
        scenario, of = self.model.scenario, self.quantity
        metric = quoted(scenario.metrics[of.metric].titled(of.metric))
        under = quoted(scenario.arrangements[of.arrangement].titled(of.arrangement))
        if of.against is None:
            return f"{metric} under {under}"
        against = quoted(scenario.arrangements[of.against].titled(of.against))
        return f"the difference in {metric} between {under} and {against}"

    def _most(self, told: Sequence[tuple[str, str]], verb: str, none: str) -> str:
        """A sentence on the first three parameters, each with what is said of it; `none` where there is none."""
        called = titles(self.model)
        if not told:
            return stop(none)
        parts = [f"{quoted(called.get(name, name))} ({said})" for name, said in told[:3]]
        then = f", then {listed(parts[1:])}" if parts[1:] else ""
        return stop(f"{sentence_case(self.about)} {verb} most with {parts[0]}{then}")

    def _about(self) -> dict[str, object]:
        about = self.quantity
        return {
            "metric": about.metric,
            "arrangement": about.arrangement,
            "against": about.against,
            "method": self.method,
        }


@dataclass(frozen=True, slots=True, repr=False)
class VarianceShares(Sensitivity):
    """Shares of the variance by parameter, or group of correlated ones, with standard errors.

    `refused`: why a part is missing, by its name. `solved`: how many worlds were solved for it.
    """

    method: ClassVar[Method] = "sobol"

    first: Mapping[str, Estimate]
    mean: float
    variance: float
    solved: int
    total: Mapping[str, Estimate] = field(default_factory=dict)
    second: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def finding(self) -> str:
        """The parameters with the largest shares of the variance that can be told from nothing."""
        shares, meant = (
            (self.first, "of the variance by itself")
            if self.first
            else (self.total, "of the variance with all it does together with others")
        )
        told = [
            (name, f"{100 * share.mean:.0f} %" + (f" {meant}" if at == 0 else ""))
            for at, (name, share) in enumerate(sorted(shares.items(), key=lambda item: -item[1].mean))
            if share.mean > 2 * (share.se or 0.0) and share.mean >= 0.005
        ]
        return self._most(
            told,
            "varies",
            f"No parameter alone has a share of the variance of {self.about} that can be told from none",
        )

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        pairs = [{"parameters": list(pair), **value.as_dict()} for pair, value in self.second.items()]
        return {
            **self._about(),
            "mean": self.mean,
            "variance": self.variance,
            "solved_worlds": self.solved,
            "first": {name: value.as_dict() for name, value in self.first.items()},
            "total": {name: value.as_dict() for name, value in self.total.items()},
            "refused": dict(self.refused),
            **({"second": pairs} if pairs else {}),
        }

    def tables(self) -> list[Table]:
        """First and total shares, the largest first, and the twelve largest pairs."""
        called = titles(self.model)
        rank = {n: v.mean for n, v in {**self.first, **self.total}.items()}
        rows = tuple(
            (called.get(n, n), *(str(of[n]) if n in of else "" for of in (self.first, self.total)))
            for n in sorted(rank, key=lambda n: -rank[n])
        )
        tables = [
            Table(
                f"Shares of the variance of {self.quantity}",
                ("parameter", "first", "total"),
                rows,
                "first: what knowing it alone would remove; total: what would be left if it alone stayed unknown. "
                "± Monte Carlo error.",
            )
        ]
        pairs = sorted(self.second.items(), key=lambda item: -abs(item[1].mean))[:12]
        if pairs:
            title = "What pairs do together, beyond what each does"
            cells = tuple(
                (f"{called.get(a, a)} and {called.get(b, b)}", str(value)) for (a, b), value in pairs
            )
            tables.append(Table(title, ("pair", "share"), cells))
        return tables


@dataclass(frozen=True, slots=True, repr=False)
class Screening(Sensitivity):
    """Elementary effects of every parameter over a number of walks (Morris 1991)."""

    method: ClassVar[Method] = "morris"

    walks: int
    effects: Mapping[str, ElementaryEffects]

    @property
    def finding(self) -> str:
        """The parameters with the largest mean effects."""
        order = sorted(self.effects.items(), key=lambda item: -item[1].mu_star.mean)
        told = [
            (name, f"{e.mu_star}" + (" over its range" if at == 0 else ""))
            for at, (name, e) in enumerate(order)
            if e.mu_star.mean > 0.0
        ]
        return self._most(told, "moves", f"No parameter moves {self.about}")

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        effects = {name: asdict(effect) for name, effect in self.effects.items()}
        solved = self.walks * (len(self.effects) + 1)
        return {**self._about(), "walks": self.walks, "solved_worlds": solved, "effects": effects}

    def tables(self) -> list[Table]:
        """Effects, the largest first."""
        called = titles(self.model)
        order = sorted(self.effects.items(), key=lambda item: -item[1].mu_star.mean)
        return [
            Table(
                f"Elementary effects on {self.quantity}",
                ("parameter", "mu*", "mu", "sigma"),
                tuple((called[n], str(e.mu_star), str(e.mu), f"{e.sigma:.3g}") for n, e in order),
                "mu*: mean size of the effect over the parameter's whole range; sigma: its spread (curvature, "
                "interaction). Parameters move between their 12.5 and 87.5 % quantiles, so that what lies in the tails "
                "does not show; those of single values step over all of these.",
            )
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Swings(Sensitivity):
    """One-at-a-time swings, the widest first."""

    method: ClassVar[Method] = "tornado"

    swings: tuple[Swing, ...]

    @property
    def finding(self) -> str:
        """The parameters with the widest swings."""
        told = [
            (s.name, f"{s.at_low:.3g} to {s.at_high:.3g} from its low to its high value")
            for s in self.swings
            if s.size > 0.0
        ]
        return self._most(told, "moves", f"No parameter moves {self.about} by itself")

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        keys = ("low", "high", "at_low", "at_high", "size")
        swings = {s.name: {key: getattr(s, key) for key in keys} for s in self.swings}
        return {**self._about(), "central": self.swings[0].at_centre, "swings": swings}

    def tables(self) -> list[Table]:
        """The quantity at both ends of every parameter."""
        called = titles(self.model)
        rows = tuple(
            (called[s.name], f"{s.low:.3g}", f"{s.at_low:.4g}", f"{s.high:.3g}", f"{s.at_high:.4g}")
            for s in self.swings
        )
        return [
            Table(
                f"One at a time: {self.quantity} (central: {self.swings[0].at_centre:.4g})",
                ("parameter", "low (5 %)", "gives", "high (95 %)", "gives"),
                rows,
                "Each parameter at its 5 and 95 % quantile, all others at their median: interactions do not show.",
            )
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Separations(Sensitivity):
    """How far each parameter tells the worlds that meet a condition from the others."""

    method: ClassVar[Method] = "regional"

    condition: str
    found: RegionalSensitivity
    solved: int

    @property
    def finding(self) -> str:
        """The parameters that tell the worlds that meet the condition from the others best."""
        called = titles(self.model)
        told = [
            f"{quoted(called.get(n, n))} ({'higher' if s.higher else 'lower'} there)"
            for n, s in self.found.separations.items()
            if s.distance >= s.critical
        ][:3]
        if not told:
            return f"No parameter tells the worlds in which {self.condition} from the others."
        return stop(f"The worlds in which {self.condition} differ most from the others in {listed(told)}")

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        separations = {name: asdict(each) for name, each in self.found.separations.items()}
        return {
            **self._about(),
            "condition": self.condition,
            "worlds": self.solved,
            "solved_worlds": self.solved,
            "share": self.found.share,
            "separations": separations,
        }

    def tables(self) -> list[Table]:
        """Distances, the widest first."""
        called = titles(self.model)
        rows = tuple(
            (
                called[n],
                f"{s.distance:.2f}",
                "" if s.distance < s.critical else ("higher" if s.higher else "lower"),
                f"{s.at:.3g}",
            )
            for n, s in self.found.separations.items()
        )
        return [
            Table(
                f"Where {self.condition}",
                ("parameter", "distance", "there it is", "at"),
                rows,
                f"Over {self.solved:,} worlds. The largest distance between the two distributions (Kolmogorov-"
                "Smirnov), and where it is reached; a direction is given where chance would rarely do it.",
            )
        ]
