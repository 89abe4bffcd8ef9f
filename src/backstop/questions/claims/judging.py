"""The claims of a study, judged: shares of worlds, verdicts, counter-examples, where they fail, and what camps say.

Every promise of levels that some claim asks about is solved once on the same worlds; the claims then share the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray
from backstop.base.faults import Fault, InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.game.stage import Information
from backstop.questions.claims.counterexample import Doubt, shrunk_together
from backstop.questions.claims.failure import Failure, titles, units, where_it_fails
from backstop.questions.claims.least_level import least_levels
from backstop.questions.claims.plausibility import CounterExample, nearest
from backstop.questions.claims.promises import Answers, levels_of, varying_parameters
from backstop.questions.claims.requirements import Trial, codes_of, refuting_part, trial_of
from backstop.questions.claims.single_worlds import Point, Probe
from backstop.questions.claims.thresholds import Thresholds
from backstop.questions.claims.verdict import FALSE, Codes, Verdict, judge, threshold, threshold_levels
from backstop.questions.methods.box import Box
from backstop.questions.study.camps import camp_weights
from backstop.questions.study.condition import met
from backstop.questions.study.table import drawn
from backstop.scenario.expression.expression import Value
from backstop.scenario.format.claims import Claim
from backstop.scenario.model import Model
from backstop.worlds.draws import Sampler
from backstop.worlds.ensemble import Ensemble, Progress
from backstop.worlds.focus import figures
from backstop.worlds.result import Result
from backstop.worlds.statistics import (
    Estimate,
    Summary,
    effective_worlds,
    normalised_weights,
    note_on_few_worlds,
)
from backstop.worlds.workers import Workers, usable_threads

# A camp with fewer effective worlds among the pooled ones gets worlds of its own.
CAMP_WORLDS = 400.0
_DISTANCE_BLOCK = 65_536
_CANNOT = Verdict("moot", Estimate(0.0, 0.0), Estimate(0.0, 0.0), Estimate(1.0, 0.0), 0.0, None)


@dataclass(frozen=True, slots=True)
class LeastLevel:
    """The least level of a threshold claim: over worlds that have one, the share that has `none`, and the share in
    which a higher level was seen not to meet the condition again.
    """

    measure: str
    level: Summary
    none: Estimate
    not_monotone: Estimate


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-example: the sampled `world` it comes from, what must differ from the central world (`changed`), all
    parameters that vary (`values`), and the figures that refute the claim there, by what was promised.
    """

    world: int
    changed: Mapping[str, float]
    central: Mapping[str, float]
    values: Mapping[str, float]
    distance: float
    figures: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim judged. `codes`, shape (worlds,): 1 true, 0 false, -1 moot; `camps`: the verdict of each camp alone.

    `reason` says why a claim cannot be judged at all (its verdict is then moot); `note` what to mind otherwise.
    """

    name: str
    claim: Claim
    verdict: Verdict
    where: str
    box: Box | None
    counterexamples: tuple[Counter, ...]
    least_level: LeastLevel | None
    camps: Mapping[str, Verdict]
    reason: str | None = None
    note: str | None = None
    codes: Codes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Claims:
    """All claims asked about, in the order of the file, on `worlds` worlds of `seed`."""

    model: Model
    worlds: int
    seed: int
    information: Information
    effective_worlds: float
    results: Mapping[str, ClaimResult]
    note: str | None = None


def judge_claims(
    model: Model,
    worlds: int = 10_000,
    seed: int = 1,
    names: Sequence[str] | None = None,
    information: Information | None = None,
    threads: int | None = None,
    camps: bool = True,
    block: int | None = None,
    progress: Progress | None = None,
    solved: Result | None = None,
) -> Claims:
    """Judge the claims of a model (`names`: only these) over `worlds` worlds.

    A claim that no arrangement lets one judge is moot, with the reason. `camps`: also as each camp of experts alone
    would have it. `solved`: an assessment of the same model, whose worlds, seed and convention then hold, so that its
    arrangements are not solved again. Raises InvalidInput for unknown names and faults found while solving, Refused
    under ten effective worlds.
    """
    chosen = chosen_claims(model, names)
    trials, reasons = ready(model, chosen)
    with Workers(threads or usable_threads()) as workers:
        if solved is None:
            ensemble = drawn(model, worlds, seed, workers, information, block)
        else:
            worlds, seed = solved.worlds, solved.seed
            ensemble = Ensemble.given(model, solved.parameters, worlds, workers, solved.information, block)
        done, total = 0, _wanted(ensemble, trials, solved).blocks + 1

        def tick() -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(min(done, total), total)

        answers, codes, levels = _judged(ensemble, trials, tick, solved)
        weights = answers.weights()
        weight = normalised_weights(weights, worlds)
        note = note_on_few_worlds(weight)
        verdicts = {name: judge(code, weights) for name, code in codes.items()}
        counters = _counters(ensemble, seed, trials, codes, weight, answers)
        by_camp = _by_camp(ensemble, seed, trials, codes, weights, block) if camps else {}
        inputs = varying_parameters(ensemble)
        failures: dict[str, Failure] = {}
        order = list(trials)

        def explain(at: int) -> Failure:
            name = order[at]
            return where_it_fails(model, codes[name], inputs, weight, verdicts[name].at_most)

        def explained(at: int, failure: Failure) -> None:
            failures[order[at]] = failure

        workers.spread(explain, range(len(order)), explained, worlds)
        results: dict[str, ClaimResult] = {}
        for name in chosen:
            claim = model.scenario.claims[name]
            if name in reasons:
                text = f"It cannot be judged: {reasons[name].what}."
                results[name] = ClaimResult(
                    name, claim, _CANNOT, text, None, (), None, {}, reason=str(reasons[name])
                )
                continue
            results[name] = ClaimResult(
                name,
                claim,
                verdicts[name],
                failures[name].words,
                failures[name].box,
                counters.get(name, ()),
                _least_level(trials[name], levels[name], weight) if name in levels else None,
                {camp: of[name] for camp, of in by_camp.items()},
                note=trials[name].note,
                codes=codes[name],
            )
        if progress is not None:
            progress(total, total)
    return Claims(model, worlds, seed, ensemble.information, effective_worlds(weight), results, note)


def chosen_claims(model: Model, names: Sequence[str] | None) -> list[str]:
    """The claims asked for, in the order of the file; all of them where none is named."""
    known = list(model.scenario.claims)
    for name in names or ():
        if name not in known:
            raise InvalidInput(f"no claim is called {name}", hint=did_you_mean(name, known, "claim"))
    return [name for name in known if not names or name in names]


def ready(model: Model, names: Sequence[str]) -> tuple[dict[str, Trial], dict[str, Fault]]:
    """The claims that can be judged, made ready, and why the others cannot."""
    trials: dict[str, Trial] = {}
    reasons: dict[str, Fault] = {}
    for name in names:
        try:
            trials[name] = trial_of(model, name)
        except Refused as refusal:
            reasons[name] = refusal.faults[0]
    return trials, reasons


def _levels(ensemble: Ensemble, trial: Trial) -> Thresholds:
    """The least levels of a threshold claim."""
    asked, varied = trial.condition_of, trial.varied
    assert varied is not None
    promised = levels_of(ensemble.model, trial.promises[0])

    def meets(levels: FloatArray, rows: Any) -> BoolArray:
        level: Value = float(levels[0]) if (levels == levels[0]).all() else levels
        found = figures(ensemble, {**promised, varied: level}, asked.metrics, rows=rows)
        here = {
            name: value[rows] if isinstance(value, np.ndarray) else value
            for name, value in ensemble.parameters.items()
        }
        return np.asarray(met(asked, found.metrics, here, rows.size) == 1.0)

    return least_levels(meets, *trial.range, ensemble.worlds)


def _least_level(trial: Trial, found: Thresholds, weight: FloatArray) -> LeastLevel:
    level, none = threshold_levels(found.levels, weight)
    broken, _ = threshold_levels(np.where(found.broken, 1.0, 0.0), weight)
    assert trial.varied is not None
    return LeastLevel(trial.varied, level, none, Estimate(broken.mean or 0.0, broken.se))


def _judged(
    ensemble: Ensemble,
    trials: Mapping[str, Trial],
    tick: Callable[[], None] | None = None,
    solved: Result | None = None,
) -> tuple[Answers, dict[str, Codes], dict[str, Thresholds]]:
    """Codes of every claim by world, and the least levels of those that ask for one."""
    answers = _wanted(ensemble, trials, solved)
    answers.solve(tick)
    levels = {t.name: _levels(ensemble, t) for t in trials.values() if t.kind == "threshold"}
    codes = {
        name: threshold(levels[name].levels)
        if name in levels
        else codes_of(trial, answers.of, ensemble.parameters, ensemble.worlds)
        for name, trial in trials.items()
    }
    return answers, codes, levels


def _wanted(ensemble: Ensemble, trials: Mapping[str, Trial], solved: Result | None = None) -> Answers:
    answers = Answers(ensemble, solved)
    for trial in trials.values():
        for promise in trial.promises if trial.kind != "threshold" else ():
            answers.want(promise, trial.metrics)
    answers.want_observed()
    return answers


def _by_camp(
    ensemble: Ensemble,
    seed: int,
    trials: Mapping[str, Trial],
    codes: Mapping[str, Codes],
    weights: FloatArray | None,
    block: int | None,
) -> dict[str, dict[str, Verdict]]:
    """Verdicts as each camp alone would have them, from the pooled worlds where enough of them are the camp's."""
    found: dict[str, dict[str, Verdict]] = {}
    model = ensemble.model
    for camp in model.camps():
        own = camp_weights(model, camp, ensemble.parameters, ensemble.worlds)
        if own is not None:
            together = own if weights is None else own * weights
            if together.any() and effective_worlds(together / together.sum()) >= CAMP_WORLDS:
                found[camp] = {name: judge(code, together) for name, code in codes.items()}
                continue
        theirs = drawn(
            model.in_camp(camp), ensemble.worlds, seed, ensemble.workers, ensemble.information, block
        )
        answers, alone, _ = _judged(theirs, trials)
        found[camp] = {name: judge(code, answers.weights()) for name, code in alone.items()}
    return found


def _counters(
    ensemble: Ensemble,
    seed: int,
    trials: Mapping[str, Trial],
    codes: Mapping[str, Codes],
    weight: FloatArray,
    answers: Answers,
) -> dict[str, tuple[Counter, ...]]:
    """The nearest counter-example of every claim that fails somewhere, shrunk."""
    model = ensemble.model
    failing = {name: (code == FALSE) & (weight > 0) for name, code in codes.items()}
    if not any(false.any() for false in failing.values()):
        return {}
    sampler = Sampler(model.distributions, model.correlations, seed)
    distance = central_distances(sampler, ensemble.worlds)
    central = {name: value for name, value in sampler.central().items() if name in sampler.uncertain}
    parts: dict[str, Trial] = {}
    doubts: list[Doubt] = []
    for name, trial in trials.items():
        world = nearest(failing[name], distance)
        if world is None:
            continue
        parts[name] = refuting_part(trial, answers.of, ensemble.parameters, world)
        values = {p: float(np.asarray(ensemble.parameters[p])[world]) for p in central}
        scores = {p: float(z[0]) for p, z in sampler.normal_scores(world, 1).items()}
        doubts.append(Doubt(name, world, values, scores))
    fixed = {name: value for name, value in ensemble.parameters.items() if isinstance(value, float)}
    probe = Probe(model, fixed, ensemble.information, ensemble.workers)

    def still_false(points: Mapping[str, Sequence[Point]]) -> dict[str, BoolArray]:
        answer = probe.false_at({name: (parts[name], at) for name, at in points.items()})
        # Where the part that refuted the claim at first no longer does, the rest of the claim may.
        open_ = {
            name: np.flatnonzero(~false)
            for name, false in answer.items()
            if parts[name] != trials[name] and not false.all()
        }
        if open_:
            whole = {
                name: (trials[name], [points[name][int(i)] for i in rows]) for name, rows in open_.items()
            }
            for name, false in probe.false_at(whole).items():
                answer[name][open_[name]] = false
        return answer

    found = shrunk_together(doubts, central, still_false)
    return _shown(probe, trials, found, central)


def central_distances(sampler: Sampler, worlds: int) -> FloatArray:
    """Distance of every world from the central one in normal scores, shape (worlds,)."""
    square = np.zeros(worlds)
    for first in range(0, worlds, _DISTANCE_BLOCK):
        count = min(_DISTANCE_BLOCK, worlds - first)
        for score in sampler.normal_scores(first, count).values():
            square[first : first + count] += score * score
    return np.asarray(np.sqrt(square))


def _shown(
    probe: Probe,
    trials: Mapping[str, Trial],
    examples: Mapping[str, CounterExample],
    central: Mapping[str, float],
) -> dict[str, tuple[Counter, ...]]:
    """Shrunk counter-examples with the figures that refute the claims in them."""
    points = {name: {**central, **example.changed} for name, example in examples.items()}
    jobs = [(promise, [points[name]]) for name in examples for promise in trials[name].promises]
    metrics = tuple(dict.fromkeys(metric for name in examples for metric in trials[name].metrics))
    solved = iter(probe.metrics(jobs, metrics))
    found: dict[str, tuple[Counter, ...]] = {}
    for name, example in examples.items():
        known = {promise: next(solved) for promise in trials[name].promises}
        part = refuting_part(trials[name], known.__getitem__, probe.parameters([points[name]]), 0)
        figures_shown = tuple(
            {
                "arrangement": arrangement,
                "measures": {m: v for m, v in levels_of(probe.model, promise).items() if v != 0.0},
                "metrics": {m: float(known[promise][m][0]) for m in part.metrics},
            }
            for promise, arrangement in zip(part.promises, part.arrangements, strict=True)
        )
        away = {p: central[p] for p in example.changed}
        found[name] = (
            Counter(example.world, example.changed, away, points[name], example.distance, figures_shown),
        )
    return found


def example_words(model: Model, counter: Counter) -> str:
    """A counter-example in one line: what must differ from the central assumptions."""
    if not counter.changed:
        return "it fails already with every assumption at its central value"
    names, unit = titles(model), units(model)
    parts = []
    for name, value in counter.changed.items():
        of = "" if unit[name] in ("", "probability", "share") else f" {unit[name]}"
        parts.append(f"{names[name]} {value:.3g}{of} (central {counter.central[name]:.3g})")
    return "it fails with " + ", ".join(parts) + ", all else central"


def claims_dict(claims: Claims) -> dict[str, Any]:
    """The claims as they stand in the JSON of a result."""
    return {name: _claim_dict(claims.model, result) for name, result in claims.results.items()}


def _claim_dict(model: Model, result: ClaimResult) -> dict[str, Any]:
    verdict = result.verdict
    found: dict[str, Any] = {
        "text": result.claim.text,
        "kind": result.claim.kind,
        "evidence": list(result.claim.evidence),
        **_verdict_dict(verdict),
        "counterexamples": [_counter_dict(model, each) for each in result.counterexamples],
        "where_it_fails": result.where,
        "box": None if result.box is None else box_dict(result.box),
        "camps": {camp: _verdict_dict(of) for camp, of in result.camps.items()},
    }
    if result.least_level is not None:
        least = result.least_level
        found["measure"] = least.measure
        found["level"] = least.level.as_dict()
        found["none"] = least.none.mean
        found["none_se"] = least.none.se
        found["not_monotone"] = least.not_monotone.mean
        found["monotone"] = least.not_monotone.mean == 0.0
    for key in ("reason", "note"):
        if getattr(result, key):
            found[key] = getattr(result, key)
    return found


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.verdict,
        "true": verdict.true.mean,
        "false": verdict.false.mean,
        "moot": verdict.moot.mean,
        "se": verdict.true.se,
        "false_se": verdict.false.se,
        "moot_se": verdict.moot.se,
        "effective_worlds": verdict.effective_worlds,
        "at_most": verdict.at_most,
    }


def _counter_dict(model: Model, counter: Counter) -> dict[str, Any]:
    return {
        "world": counter.world,
        "distance": counter.distance,
        "changed": dict(counter.changed),
        "central": dict(counter.central),
        "parameters": dict(counter.values),
        "figures": [dict(each) for each in counter.figures],
        "words": example_words(model, counter),
    }


def box_dict(box: Box) -> dict[str, Any]:
    """A box as it stands in JSON: `limits.<parameter> [low, high]` for restricted parameters only."""
    return {
        "limits": {name: list(limit.interval) for name, limit in box.limits.items()},
        "coverage": box.coverage,
        "density": box.density,
        "mass": box.mass,
    }
