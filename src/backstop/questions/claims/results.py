"""Claims judged, as they are said: their JSON, their tables, and the lines about each, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import (
    frequency,
    number,
    of_worlds,
    quoted,
    range_words,
    readable,
    sentence_case,
    stop,
)
from backstop.game.choice import Information
from backstop.questions.claims.counterexample import CounterExample
from backstop.questions.claims.decider import Decider
from backstop.questions.claims.dependence import Dependence
from backstop.questions.claims.region import ClaimRegion
from backstop.questions.claims.verdict import Codes, Verdict
from backstop.scenario.format.claims import Claim
from backstop.scenario.model import Model
from backstop.worlds.statistics import Estimate, Summary

DECIDED_BY = "Decided by"
# So many claims are named by their verdicts in a sentence; more of them are only counted.
_FEW_CLAIMS = 12
HOW_TO_READ = (
    "Of the worlds in which the question arises a claim is true in at least 90 of 100 where it is supported, in at "
    "least 66.7 where it leans true, in more than 33.3 where it is open, in more than 10 where it leans false, and "
    "refuted below; where it does not arise in most worlds it is moot."
)


@dataclass(frozen=True, slots=True)
class LeastLevel:
    """The least level of a threshold claim over worlds that have one; the share that has `none`.

    `not_monotone`: the share in which a higher level was seen not to meet the condition again.
    """

    measure: str
    level: Summary
    none: Estimate
    not_monotone: Estimate

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        return {
            "measure": self.measure,
            "level": self.level.as_dict(),
            "none": self.none.mean,
            "none_se": self.none.se,
            "not_monotone": self.not_monotone.mean,
            "monotone": self.not_monotone.mean == 0.0,
        }

    def clauses(self, model: Model) -> Iterator[str]:
        """What to say of it; nothing where no level is enough in any world."""
        level, measure = self.level, model.scenario.measures[self.measure]
        if level.mean is None or level.q05 is None or level.q95 is None:
            return
        title, unit = quoted(measure.titled(self.measure)), f" ({measure.unit})" if measure.unit else ""
        if level.q05 == level.q95 and level.se == 0.0:
            yield f"The least level of {title} is {level.mean:.3g}{unit}"
        else:
            yield (
                f"Where some level does, the least level of {title} is {number(level.mean, level.se, 3)} on average "
                f"and {range_words(level) or number(level.q05, most=3)} in nine worlds of ten{unit}"
            )
        for share, words in (
            (self.none, "No level does"),
            (self.not_monotone, "A higher level no longer does"),
        ):
            if share.mean > 0.0:
                yield f"{words} in {of_worlds(share.mean, share.se)}"


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A claim judged. `codes`, shape (worlds,): 1 true, 0 false, -1 moot; `camps`: the verdict of each camp alone.

    `region`: where it fails or, if it mostly does, where it holds; `decider`: the one assumption that decides it, or
    the structure of the study; `dependence`: whether its truth depends on the measures it is about. `reason` says why
    a claim cannot be judged at all (its verdict is then moot); `note` what to mind otherwise.
    """

    name: str
    claim: Claim
    verdict: Verdict
    region: ClaimRegion
    decider: Decider | None = None
    dependence: Dependence | None = None
    counterexamples: tuple[CounterExample, ...] = ()
    least_level: LeastLevel | None = None
    camps: Mapping[str, Verdict] = field(default_factory=dict)
    reason: str | None = None
    note: str | None = None
    codes: Codes | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        """The claim in its own words, or its name made readable."""
        return self.claim.text or readable(self.name)

    @property
    def said(self) -> str:
        """The verdict in words."""
        return "not judged" if self.reason else self.verdict.words

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a result."""
        found: dict[str, object] = {
            "text": self.claim.text,
            "kind": self.claim.kind,
            "evidence": list(self.claim.evidence),
            **self.verdict.as_dict(),
            "decided_by": None if self.decider is None else self.decider.as_dict(),
            "counterexamples": [each.as_dict() for each in self.counterexamples],
            "where_it_holds" if self.region.holds else "where_it_fails": self.region.words,
            "box": None if self.region.box is None else self.region.box.as_dict(),
            **({} if self.dependence is None else self.dependence.as_dict()),
            "camps": {camp: of.as_dict() for camp, of in self.camps.items()},
            **({} if self.least_level is None else self.least_level.as_dict()),
        }
        if self.reason:
            found["reason"] = self.reason
        if self.note:
            found["note"] = self.note
        return found

    def shares(self) -> str:
        """In how many of the worlds in which the question arises it holds and fails, and in how many it does not."""
        verdict = self.verdict
        if verdict.share is None:
            return "The question does not arise in any world"
        true, fails = verdict.share, Estimate(1.0 - verdict.share.mean, verdict.share.se)
        if verdict.moot.mean <= 0.0:
            return f"Holds in {of_worlds(true.mean, true.se)}, fails in {of_worlds(fails.mean, fails.se)}"
        return (
            f"Of the worlds in which the question arises it holds in {frequency(true.mean, true.se)} and fails in "
            f"{frequency(fails.mean, fails.se)}; it does not arise in "
            f"{of_worlds(verdict.moot.mean, verdict.moot.se)}"
        )

    def lines(self, model: Model, exact: bool = False) -> Iterator[tuple[str, str]]:
        """What is said of it beside its verdict and shares, as labels and sentences.

        `exact`: nothing is uncertain, so that there is one world and no region to speak of.
        """
        if self.reason is not None:
            yield "Not judged", self.region.words
            return
        if self.decider is not None and not exact:
            yield DECIDED_BY, stop(self.decider.words)
        if self.dependence is not None and self.dependence.words is not None:
            yield "Without the measures", stop(self.dependence.words)
        if self.verdict.near_border and not exact:
            yield (
                "Near a border",
                "Its share is within two Monte Carlo errors of the border to another verdict: more worlds may change "
                "the word.",
            )
        if not exact:
            yield "Where it holds" if self.region.holds else "Where it fails", self.region.words
            for counter in self.counterexamples:
                yield "Nearest counter-example", stop(sentence_case(counter.words))
                figures = counter.figures_words(model)
                if figures:
                    yield "There", figures
        if self.least_level is not None:
            clauses = ". ".join(self.least_level.clauses(model))
            if clauses:
                yield "Least level", stop(clauses)
        if any(of.verdict != self.verdict.verdict for of in self.camps.values()):
            camps = (f"{readable(camp)} {of.words} ({_share_words(of)})" for camp, of in self.camps.items())
            yield "By camp", stop(sentence_case(", ".join(camps)))
        for note in (self.note, self.claim.note):
            if note:
                yield "Note", stop(sentence_case(note))


def _share_words(verdict: Verdict) -> str:
    """In how many worlds, of those in which the question arises, a claim is true."""
    return "does not arise" if verdict.share is None else frequency(verdict.share.mean, verdict.share.se)


@dataclass(frozen=True, slots=True, repr=False)
class Claims(ShownTables):
    """All claims asked about, in the order of the file, on `worlds` worlds of `seed`."""

    format: ClassVar[str] = "backstop-claims/1"

    model: Model
    worlds: int
    seed: int
    information: Information
    effective_worlds: float
    results: Mapping[str, ClaimResult]
    about_weights: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The line above its tables."""
        return self.model.scenario.title

    @property
    def finding(self) -> str:
        """How many claims have each verdict, and which where they are few; for a single claim where it holds."""
        if len(self.results) == 1:
            ((name, result),) = self.results.items()
            return stop(f"{quoted(name)}: {result.said}" + ("" if result.reason else f". {result.shares()}"))
        said: dict[str, list[str]] = {}
        for name, result in self.results.items():
            said.setdefault(result.said, []).append(name)
        order = sorted(said.items(), key=lambda pair: -len(pair[1]))
        few = len(self.results) <= _FEW_CLAIMS
        parts = (
            f"{len(names)} {quoted(verdict)}" + (f" ({', '.join(names)})" if few else "")
            for verdict, names in order
        )
        return stop(f"Of {len(self.results)} claims: {'; '.join(parts)}")

    @property
    def notes(self) -> list[str]:
        """What to mind, a line each: about the weights of the worlds, and claims that cannot be judged."""
        found = list(self.about_weights)
        for name, of in self.results.items():
            found += [f"{name}: cannot be judged: {of.reason}"] if of.reason else []
            found += [f"{name}: {of.note}"] if of.note else []
        return found

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            "effective_worlds": self.effective_worlds,
            "information": self.information,
            "claims": self.by_name(),
        }

    def by_name(self) -> dict[str, object]:
        """The claims by name, as they stand in the JSON of a result."""
        return {name: result.as_dict() for name, result in self.results.items()}

    def tables(self) -> list[Table]:
        """Verdict and shares of every claim, and where there are camps of experts what each alone would have."""
        rows = []
        for name, result in self.results.items():
            verdict, share = result.verdict, result.verdict.share
            cells = ("-", "-", "-")
            if share is not None and not result.reason:
                fails = Estimate(1.0 - share.mean, share.se)
                cells = (percent(share), percent(fails), percent(verdict.moot))
            elif not result.reason:
                cells = ("-", "-", percent(verdict.moot))
            border = " (near a border)" if verdict.near_border else ""
            decided = "-" if result.decider is None else result.decider.parameter or result.decider.by
            rows.append((name, f"{result.said}{border}", *cells, decided))
        table = Table(
            "The claims, world by world",
            ("claim", "verdict", "true", "false", "moot", "decided by"),
            tuple(rows),
            "True and false: shares of the worlds in which the question arises; moot: share of all "
            f"{self.worlds:,} worlds (worth {self.effective_worlds:,.0f}). {HOW_TO_READ}",
        )
        camps = self._camps()
        return [table] if camps is None else [table, camps]

    def _camps(self) -> Table | None:
        """Share of worlds in which each claim is true, by camp of experts; None where there are no camps."""
        camps = list(dict.fromkeys(camp for result in self.results.values() for camp in result.camps))
        if not camps:
            return None
        rows = []
        for name, result in self.results.items():
            if result.camps:
                verdicts = {of.verdict for of in result.camps.values()}
                cells = (
                    f"{of.words} {'-' if of.share is None else percent(of.share)}"
                    for of in result.camps.values()
                )
                rows.append((name, *cells, "yes" if len(verdicts) > 1 else ""))
        return Table(
            "As each camp of experts alone would have it",
            ("claim", *camps, "camps differ"),
            tuple(rows),
            "Verdict, and share of the worlds in which the question arises that the claim is true in, with that camp's "
            "ranges wherever it has any.",
        )

    def lines(self) -> dict[str, list[str]]:
        """What is said of every claim, by name."""
        return {
            name: [
                *([result.claim.text] if result.claim.text else []),
                *(f"{label}: {text}" for label, text in result.lines(self.model)),
            ]
            for name, result in self.results.items()
        }


def percent(share: Estimate) -> str:
    """A share in per cent, in no more digits than its error supports."""
    if share.se is None or share.se <= 0.0:
        return f"{100 * share.mean:.0f} %"
    return f"{number(100 * share.mean, 100 * share.se, most=1)} %"
