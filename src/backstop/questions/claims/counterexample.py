"""Counter-examples to claims: the refuting world nearest to the central one, shrunk to what it takes.

Near is meant in normal scores of the uncertain parameters, so that the nearest refutation is the most plausible one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray
from backstop.base.words import listed, quoted, stop
from backstop.questions.amounts import amount
from backstop.questions.claims.least_level import scan_levels
from backstop.questions.claims.requirements import Requirements, codes_of, refuting_part
from backstop.questions.claims.shrinking import Point, Refutation, shrunk
from backstop.questions.claims.verdict import FALSE, Codes
from backstop.questions.inquiry import Experiment, Inquiry, Promise, levels_of
from backstop.questions.weighted_worlds import WeightedWorlds
from backstop.questions.words import wordings
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model


@dataclass(frozen=True, slots=True)
class RefutingFigures:
    """Metrics of an arrangement, or of it with the claim's measures at zero, in a counter-example.

    `measures` are the levels promised there that are not zero.
    """

    arrangement: str
    measures: Mapping[str, float]
    metrics: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            "arrangement": self.arrangement,
            "measures": dict(self.measures),
            "metrics": dict(self.metrics),
        }


@dataclass(frozen=True, slots=True)
class CounterExample:
    """A world in which a claim is false, shrunk from the sampled `world`.

    `changed` must differ from the central world, whose values of the same parameters are in `central`; `values` holds
    all parameters that vary; `figures` refute the claim there; `words` say it in one line.
    """

    world: int
    changed: Mapping[str, float]
    central: Mapping[str, float]
    values: Mapping[str, float]
    distance: float
    figures: tuple[RefutingFigures, ...]
    words: str

    def figures_words(self, model: Model) -> str:
        """The figures that refute the claim there, in a sentence; nothing where it is about parameters alone."""
        metrics, measures = model.scenario.metrics, model.scenario.measures
        parts = []
        digits = {
            name: _digits([of.metrics[name] for of in self.figures if name in of.metrics]) for name in metrics
        }
        for shown in self.figures:
            if shown.metrics:
                promised = [f"{quoted(measures[m].titled(m))} {v:g}" for m, v in shown.measures.items()]
                figures = listed(
                    [f"{quoted(metrics[m].titled(m))} {v:.{digits[m]}g}" for m, v in shown.metrics.items()]
                )
                parts.append(f"{figures} with {listed(promised) if promised else 'nothing promised'}")
        return stop("; ".join(parts)) if parts else ""

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        return {
            "world": self.world,
            "distance": self.distance,
            "changed": dict(self.changed),
            "central": dict(self.central),
            "parameters": dict(self.values),
            "figures": [each.as_dict() for each in self.figures],
            "words": self.words,
        }


def _digits(values: Sequence[float]) -> int:
    """Significant digits, three or more, that keep apart what differs: a pair that refutes must not look like one."""
    for digits in range(3, 15):
        if len({f"{value:.{digits}g}" for value in values}) == len(set(values)):
            return digits
    return 15


def nearest(failing: BoolArray, distance: FloatArray) -> int | None:
    """The failing world nearest to the centre, the first of equals; None where none fails."""
    rows = np.flatnonzero(failing)
    return None if not rows.size else int(rows[np.argmin(distance[rows])])


def counterexamples(
    found: WeightedWorlds, asked: Mapping[str, Requirements], codes: Mapping[str, Codes]
) -> dict[str, CounterExample]:
    """The nearest counter-example, shrunk, of every claim that fails somewhere."""
    failing = {name: (code == FALSE) & (found.weight > 0) for name, code in codes.items()}
    if not any(false.any() for false in failing.values()):
        return {}
    sampler, distance = found.inquiry.sampler, found.inquiry.distances()
    central = {name: value for name, value in sampler.central().items() if name in sampler.uncertain}
    refutations: list[Refutation] = []
    for name in asked:
        world = nearest(failing[name], distance)
        if world is not None:
            here = {p: float(np.asarray(found.parameters[p])[world]) for p in central}
            scores = {
                p: float(z[0]) for p, z in sampler.normal_scores(found.inquiry.number_of(world), 1).items()
            }
            refutations.append(Refutation(name, found.inquiry.number_of(world), here, scores))
    fixed = {name: value for name, value in found.parameters.items() if isinstance(value, float)}
    solver = _Points(found.inquiry, fixed)

    def still_false(points: Mapping[str, Sequence[Point]]) -> dict[str, BoolArray]:
        return solver.false_at({name: (asked[name], at) for name, at in points.items()})

    examples = shrunk(refutations, central, still_false)
    points = {name: {**central, **example.changed} for name, example in examples.items()}
    solved_at = solver.metrics({name: (asked[name].promises, [points[name]]) for name in examples}, asked)
    shown: dict[str, CounterExample] = {}
    for name, example in examples.items():
        part = refuting_part(asked[name], solved_at[name], solver.parameters([points[name]]))
        figures = tuple(
            RefutingFigures(
                arrangement,
                {
                    m: float(v)
                    for m, v in zip(found.model.scenario.measures, promise, strict=True)
                    if v != 0.0
                },
                {m: float(solved_at[name][promise][m][0]) for m in part.metrics},
            )
            for promise, arrangement in zip(part.promises, part.arrangements, strict=True)
        )
        away = {p: central[p] for p in example.changed}
        words = _words(found.model, example.changed, away)
        shown[name] = CounterExample(
            example.world, example.changed, away, points[name], example.distance, figures, words
        )
    return shown


@dataclass(frozen=True, slots=True)
class _Points:
    """Single worlds: `fixed` are the parameters that never vary, every point has the others."""

    inquiry: Inquiry
    fixed: Mapping[str, float]

    def parameters(self, points: Sequence[Point]) -> dict[str, Value]:
        """All parameters at `points`, arrays of shape (points,) where they vary."""
        return {**self.fixed, **{name: np.array([point[name] for point in points]) for name in points[0]}}

    def metrics(
        self,
        at: Mapping[str, tuple[Sequence[Promise], Sequence[Point]]],
        asked: Mapping[str, Requirements],
    ) -> dict[str, dict[Promise, Mapping[str, FloatArray]]]:
        """Metrics of claims by promise at their points, each of shape (points,), all solved in one go."""
        metrics = tuple(dict.fromkeys(metric for name in at for metric in asked[name].metrics))
        jobs = [(name, promise) for name, (promises, _) in at.items() for promise in promises]
        found: dict[str, dict[Promise, Mapping[str, FloatArray]]] = {name: {} for name in at}
        if not metrics:
            return {name: {promise: {} for promise in promises} for name, (promises, _) in at.items()}
        drawn = {name: self.parameters(points) for name, (_, points) in at.items()}
        experiments = [
            Experiment(levels_of(self.inquiry.model, promise), drawn[name], len(at[name][1]))
            for name, promise in jobs
        ]
        solved = self.inquiry.side_by_side(experiments, metrics)
        for (name, promise), figures in zip(jobs, solved, strict=True):
            found[name][promise] = figures.metrics
        return found

    def false_at(self, at: Mapping[str, tuple[Requirements, Sequence[Point]]]) -> dict[str, BoolArray]:
        """Where claims are false among their points."""
        promises = {
            name: (_varied(of) if of.kind == "threshold" else of.promises, points)
            for name, (of, points) in at.items()
        }
        solved = self.metrics(promises, {name: of for name, (of, _) in at.items()})
        answer: dict[str, BoolArray] = {}
        for name, (of, points) in at.items():
            here, known = self.parameters(points), solved[name]
            if of.kind == "threshold":
                asked = of.asked
                met = [asked.occurs(known[p], here, len(points)) == 1.0 for p in promises[name][0]]
                answer[name] = ~np.any(met, axis=0)
            else:
                answer[name] = codes_of(of, known, here, len(points)) == FALSE
        return answer


def _varied(of: Requirements) -> list[Promise]:
    """The promises of a threshold claim at the levels of a fine scan."""
    (promise,), (at,) = of.promises, of.measures
    return [(*promise[:at], level, *promise[at + 1 :]) for level in scan_levels(*of.range)]


def _words(model: Model, changed: Mapping[str, float], central: Mapping[str, float]) -> str:
    """A counter-example in one line: what must differ from the central assumptions."""
    if not changed:
        return "it fails already with every assumption at its central value"
    of = wordings(model)
    parts = []
    for name, value in changed.items():
        said = amount(f"{value:.3g}", of[name].unit)
        parts.append(f"{quoted(of[name].title)} {said} (central {central[name]:.3g})")
    return "it fails with " + ", ".join(parts) + ", all else central"
