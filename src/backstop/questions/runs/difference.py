"""Two runs side by side: what changed in the assumptions, and what in the answers, on the same worlds.

A parameter's draws depend on the seed and its name alone, so that two studies under one seed are solved on worlds that
differ only where their assumptions do. The difference of a mean then has a small error of its own: both means are taken
again without each replication in turn (the jackknife of the difference).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.document_changes import flow_text
from backstop.base.faults import InvalidInput
from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import counted, did_you_mean, frequency, listed, number, quoted, stop, supported
from backstop.questions.claims.results import Claims
from backstop.questions.runs.assumptions import TITLES, AssumptionChange, assumption_changes
from backstop.questions.runs.saved import SavedResult
from backstop.scenario.format.scenario import PROBABILITIES
from backstop.scenario.sketch import distribution_words
from backstop.worlds.comparison import MARGIN
from backstop.worlds.result import Result
from backstop.worlds.statistics import Estimate, jackknife, sums_by_replication

TOLD = 2.0
"""Errors beyond which a difference is told from none."""

_MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Run:
    """One side of a comparison: a result, and the claims that were judged on it.

    `label` names it in tables. A result that was solved here has its study and worlds, one read from disk its figures.
    """

    label: str
    result: Result | SavedResult
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def data(self) -> Mapping[str, Any]:
        """The JSON of the result."""
        return self.result.as_dict()


def labels(a: str, b: str) -> tuple[str, str]:
    """What two runs are called: by their paths, the names of their folders or files where those differ, else A and B.

    >>> labels("studies/before", "studies/after.yaml"), labels("before", "old/before")
    (('before', 'after'), ('A', 'B'))
    """
    names = [
        Path(path).stem if path.endswith((".yaml", ".yml", ".json")) else Path(path).name for path in (a, b)
    ]
    return (names[0], names[1]) if all(names) and names[0] != names[1] else ("A", "B")


def run_of(label: str, result: Result | SavedResult, claims: Claims | None = None) -> Run:
    """One side of a comparison; the claims of a result from disk are those that were saved with it."""
    if isinstance(result, SavedResult):
        return Run(label, result, result.data.get("claims") or {})
    judged: dict[str, Any] = {} if claims is None else dict(claims.by_name())
    return Run(label, result, judged)


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A metric under an arrangement on both sides. `difference` is b - a; None where one side has no value.

    `same_worlds`: the error is that of the difference on the same worlds; otherwise both errors are added as if the
    sides were independent.
    """

    arrangement: str
    metric: str
    a: Estimate | None
    b: Estimate | None
    difference: Estimate | None
    same_worlds: bool

    @property
    def told(self) -> bool:
        """Whether the difference is more than its error, so that more worlds would not take it away."""
        if self.difference is None or self.a is None or self.b is None:
            return self.a != self.b
        least = MARGIN * max(abs(self.a.mean), abs(self.b.mean))
        return abs(self.difference.mean) > max(least, TOLD * (self.difference.se or 0.0))

    def as_dict(self) -> dict[str, object]:
        """Its JSON."""
        parts = {"a": self.a, "b": self.b, "difference": self.difference}
        return {
            **{name: None if of is None else of.as_dict() for name, of in parts.items()},
            "same_worlds": self.same_worlds,
            "told": self.told,
        }


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class RunDifference(ShownTables):
    """What differs between two runs. `assumptions` is None where a side is a file, which does not hold them.

    `answers` has every metric under every arrangement that both have; `verdicts` every claim that both have judged.
    """

    format: ClassVar[str] = "backstop-diff/1"

    a: Run
    b: Run
    assumptions: tuple[AssumptionChange, ...] | None
    answers: tuple[AnswerChange, ...]
    verdicts: Mapping[str, tuple[str, str]]
    notes: tuple[str, ...]

    @property
    def moved(self) -> list[AnswerChange]:
        """The answers whose difference is told from none."""
        return [each for each in self.answers if each.told]

    @property
    def title(self) -> str:
        """The finding in a line."""
        moved, judged = self.moved, [name for name, (one, other) in self.verdicts.items() if one != other]
        assumed = ""
        if self.assumptions is not None:
            assumed = f"{counted(len(self.assumptions), 'difference')} in what is assumed; "
        verdicts = f", {len(judged)} of {counted(len(self.verdicts), 'verdict')}" if self.verdicts else ""
        return (
            f"{self.b.label} against {self.a.label}: {assumed}{len(moved)} of {counted(len(self.answers), 'figure')} "
            f"differ by more than two errors{verdicts}"
        )

    @property
    def finding(self) -> str:
        """The largest move of a chance, of another figure where no chance moves, from one side to the other."""
        moved = [each for each in self.moved if each.difference is not None]
        if not moved:
            alike = "No figure moves by more than two errors"
            return stop(alike if self.answers else "Nothing is compared")
        chances = [each for each in moved if self._is_chance(each)]
        of = max(chances or moved, key=_size)
        assert of.a is not None and of.b is not None and of.difference is not None
        if not _seen(of):
            return "No figure moves by as much as is shown of it."
        if chances:
            one, other = (frequency(side.mean, side.se) for side in (of.a, of.b))
            ends = f"in {one} cases in {self.a.label}, in {other} in {self.b.label}"
        else:
            one, other = (supported(side.mean, side.se) for side in (of.a, of.b))
            ends = f"{one} in {self.a.label}, {other} in {self.b.label}"
        if one == other:
            ends = f"by {_moved(of)}, so that it is {f'in {one} cases' if chances else one} in both"
        metric, arrangement = (
            quoted(_titled(self.b if isinstance(self.b.result, Result) else self.a, part, name))
            for part, name in (("metrics", of.metric), ("arrangements", of.arrangement))
        )
        return stop(f"What moves most is {metric} under {arrangement}: {ends}")

    def _is_chance(self, of: AnswerChange) -> bool:
        """Whether a metric is a probability, as far as it can be told."""
        for run in (self.b, self.a):
            if isinstance(run.result, Result):
                return run.result.model.scenario.metrics[of.metric].kind in PROBABILITIES
        return False

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        answers: dict[str, dict[str, object]] = {}
        for each in self.answers:
            answers.setdefault(each.arrangement, {})[each.metric] = each.as_dict()
        return {
            "a": _about(self.a),
            "b": _about(self.b),
            "assumptions": None
            if self.assumptions is None
            else [each.as_dict() for each in self.assumptions],
            "answers": answers,
            "verdicts": {
                name: {"a": self.a.claims[name], "b": self.b.claims[name], "changed": one != other}
                for name, (one, other) in self.verdicts.items()
            },
        }

    def tables(self) -> list[Table]:
        """What is assumed, what is answered and which verdicts differ; each only where something does."""
        found = []
        if self.assumptions:
            rows = tuple(
                (TITLES[each.part], each.path, each.before or "not there", each.after or "not there")
                for each in self.assumptions
            )
            found.append(Table("What differs in the assumptions", ("part", "where", "A", "B"), rows))
        moved = self.moved
        if moved:
            left = len(self.answers) - len(moved)
            note = f"{counted(left, 'other figure')} not told apart." if left else "All figures differ."
            seen = [each for each in moved if _seen(each)]
            if len(seen) < len(moved):
                note = f"{counted(len(moved) - len(seen), 'figure')} more by less than is shown of it. {note}"
            if len(seen) > _MOST_ROWS:
                note = f"The first {_MOST_ROWS} of {len(seen)}; JSON has them all. {note}"
            found.append(
                Table(
                    "What differs in the answers",
                    ("metric", "arrangement", "A", "B", "B - A"),
                    tuple(self._row(each) for each in seen[:_MOST_ROWS]),
                    f"Mean over worlds; the difference ± its Monte Carlo error. {note}",
                )
            )
        changed = {name: pair for name, pair in self.verdicts.items() if pair[0] != pair[1]}
        if changed:
            pairs = tuple(
                (name, f"{one}, {_true(self.a, name)}", f"{other}, {_true(self.b, name)}")
                for name, (one, other) in changed.items()
            )
            found.append(
                Table("Verdicts that differ", ("claim", "A", "B"), pairs, "True in that share of worlds.")
            )
        return found

    @staticmethod
    def _row(of: AnswerChange) -> tuple[str, ...]:
        ends = (("no value" if side is None else supported(side.mean, side.se)) for side in (of.a, of.b))
        return (of.metric, of.arrangement, *ends, _moved(of))


def _moved(of: AnswerChange) -> str:
    """How far a figure moves, with its error: `+0.035 ±0.001`; `-` where one side has no value."""
    if of.difference is None:
        return "-"
    se = of.difference.se
    error = f" ±{number(se, se)}" if se and number(se, se).strip("0.") else ""
    return f"{'+' if of.difference.mean > 0 else ''}{number(of.difference.mean, se)}{error}"


def _seen(of: AnswerChange) -> bool:
    """Whether anything is left of a difference in the digits in which it is shown."""
    return of.difference is None or bool(_moved(of).partition(" ")[0].strip("+-0.,"))


def _size(of: AnswerChange) -> float:
    """How far a figure moves, as a share of the larger side where it is no chance."""
    assert of.a is not None and of.b is not None and of.difference is not None
    return abs(of.difference.mean) / max(abs(of.a.mean), abs(of.b.mean), 1.0)


def _titled(of: Run, part: str, name: str) -> str:
    """The title of a metric or an arrangement, its name where the study is not at hand."""
    if not isinstance(of.result, Result):
        return name
    scenario = of.result.model.scenario
    return (
        scenario.metrics[name].titled(name) if part == "metrics" else scenario.arrangements[name].titled(name)
    )


def difference(
    a: Run, b: Run, metrics: Sequence[str] = (), arrangements: Sequence[str] = ()
) -> RunDifference:
    """What differs from run `a` to run `b`; `metrics`, `arrangements`: only these.

    Raises InvalidInput for names that neither has, and where the two have nothing in common.
    """
    mine, theirs = a.data["arrangements"], b.data["arrangements"]
    both = _chosen("arrangement", mine, theirs, arrangements)
    first, second = mine[both[0]]["metrics"], theirs[both[0]]["metrics"]
    asked = _chosen("metric", first, second, metrics)
    paired = _paired(a, b)
    answers = tuple(_answer(a, b, name, metric, paired) for metric in asked for name in both)
    verdicts = {
        name: (
            str(of.get("verdict", "")).replace("_", " "),
            str(b.claims[name].get("verdict", "")).replace("_", " "),
        )
        for name, of in a.claims.items()
        if name in b.claims
    }
    assumed = None
    if isinstance(a.result, Result) and isinstance(b.result, Result):
        assumed = assumption_changes(a.result.model, b.result.model)
    return RunDifference(a, b, assumed, answers, verdicts, tuple(_notes(a, b, paired)))


def _chosen(kind: str, one: Mapping[str, Any], other: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    shared = [name for name in one if name in other]
    for name in names:
        if name not in shared:
            raise InvalidInput(f"no {kind} of both is called {name}", hint=did_you_mean(name, shared, kind))
    if not shared:
        raise InvalidInput(
            f"the two have no {kind} in common ({listed(list(one)[:3])} against {listed(list(other)[:3])})",
            hint="compare two versions of one study",
        )
    return list(dict.fromkeys(names)) or shared


def _paired(a: Run, b: Run) -> bool:
    """Whether both were solved here on the same worlds."""
    one, other = a.result, b.result
    return (
        isinstance(one, Result)
        and isinstance(other, Result)
        and (one.seed, one.worlds) == (other.seed, other.worlds)
    )


def _answer(a: Run, b: Run, arrangement: str, metric: str, paired: bool) -> AnswerChange:
    ends = []
    for run in (a, b):
        figures = run.data["arrangements"][arrangement]["metrics"][metric]
        ends.append(None if figures["mean"] is None else Estimate(figures["mean"], figures["se"]))
    one, other = ends
    if one is None or other is None:
        return AnswerChange(arrangement, metric, one, other, None, paired)
    mean = other.mean - one.mean
    if paired:
        assert isinstance(a.result, Result)
        assert isinstance(b.result, Result)
        se = _error(a.result, b.result, arrangement, metric)
    else:
        se = None if one.se is None or other.se is None else float(np.hypot(one.se, other.se))
    return AnswerChange(arrangement, metric, one, other, Estimate(mean, se), paired)


def _error(a: Result, b: Result, arrangement: str, metric: str) -> float | None:
    """The jackknife error, over replications, of the difference of two weighted means on the same worlds."""
    (mass, total), (other_mass, other_total) = (
        _sums(result.arrangements[arrangement].samples[metric], result.weights) for result in (a, b)
    )
    # Replications beyond the number of worlds have none to leave out.
    used = (mass > 0.0) | (other_mass > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = (total.sum() - total[used]) / (mass.sum() - mass[used])
        after = (other_total.sum() - other_total[used]) / (other_mass.sum() - other_mass[used])
    without = after - before
    return float(jackknife(without)) if without.size > 1 and np.isfinite(without).all() else None


def _sums(values: FloatArray, weights: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Weight and weighted sum of a metric by replication, worlds without a value left out."""
    known = np.isfinite(values)
    mass = known.astype(np.float64) if weights is None else np.where(known, weights, 0.0)
    sums = sums_by_replication(np.stack([mass, np.where(known, values, 0.0) * mass]))
    return sums[0], sums[1]


def _notes(a: Run, b: Run, paired: bool) -> list[str]:
    one, other = a.data, b.data
    found = []
    for part, label in (("arrangements", "arrangement"), ("claims", "claim")):
        sides = (a.claims, b.claims) if part == "claims" else (one[part], other[part])
        if part == "claims" and not all(sides):
            continue
        for mine, theirs, run in ((*sides, a), (*sides[::-1], b)):
            only = [name for name in mine if name not in theirs]
            if only:
                found.append(f"only in {run.label}: {label} {listed(only)}")
    found += _alike(a, b)
    for name in ("worlds", "seed", "information"):
        if one[name] != other[name]:
            found.append(f"{name}: {one[name]} in {a.label}, {other[name]} in {b.label}")
    for name in ("set", "given", "camp", "yours"):
        if (mine := one.get(name) or None) != (theirs := other.get(name) or None):
            found.append(f"{name}: {_set(mine)} in {a.label}, {_set(theirs)} in {b.label}")
    if isinstance(a.result, SavedResult) or isinstance(b.result, SavedResult):
        if one.get("digests") != other.get("digests"):
            found.append(
                "the files of the studies differ; a result does not hold them: compare the studies to see how"
            )
        found.append(
            "errors of differences are those of independent runs: figures from files are not paired by world"
        )
    elif not paired:
        found.append("the runs are on different worlds, so that errors are those of independent runs")
    for run in (a, b):
        if isinstance(run.result, Result):
            found += [f"{run.label}: {note}" for note in run.result.notes]
    return found


def _alike(a: Run, b: Run) -> list[str]:
    """What only one side has and the other has under another name, of parameters and arrangements."""
    if not isinstance(a.result, Result) or not isinstance(b.result, Result):
        return []
    found = []
    one, other = a.result.model, b.result.model
    drawn = tuple(
        {name: distribution_words(of) for name, of in model.scenario.parameters.items()}
        for model in (one, other)
    )
    for name, twin in _twins(*drawn):
        found.append(
            f"parameter {name} of {a.label} is drawn from the same as {twin} of {b.label}: under another name it has "
            "other draws, which alone moves figures a little"
        )
    levels = tuple({name: dict(of) for name, of in model.levels.items()} for model in (one, other))
    for name, twin in _twins(*levels):
        found.append(
            f"arrangement {name} of {a.label} promises the same as {twin} of {b.label}: call them alike to compare them"
        )
    return found


def _twins(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names that one side alone has, each with the one name that the other side alone has for the same."""
    mine, theirs = ([name for name in of if name not in by] for of, by in ((one, other), (other, one)))
    pairs = []
    for name in mine:
        twins = [twin for twin in theirs if other[twin] == one[name]]
        if len(twins) == 1 and sum(one[each] == one[name] for each in mine) == 1:
            pairs.append((name, twins[0]))
    return pairs


def _set(of: Any) -> str:
    """What was set or given in words: `pledge = 1`."""
    if not of:
        return "nothing"
    if not isinstance(of, Mapping):
        return str(of)
    return ", ".join(f"{name} = {flow_text(value)}" for name, value in of.items())


def _about(run: Run) -> dict[str, object]:
    names = (
        "study",
        "title",
        "digests",
        "seed",
        "worlds",
        "effective_worlds",
        "information",
        "set",
        "given",
        "camp",
        "yours",
    )
    data = run.data
    return {"label": run.label, **{name: data[name] for name in names if name in data}}


def _true(run: Run, claim: str) -> str:
    true, false = run.claims[claim].get("true"), run.claims[claim].get("false")
    if not isinstance(true, (int, float)) or not isinstance(false, (int, float)) or true + false <= 0:
        return "not judged"
    border = " (near a border)" if run.claims[claim].get("near_border") else ""
    return f"{100 * true / (true + false):.0f} %{border}"
