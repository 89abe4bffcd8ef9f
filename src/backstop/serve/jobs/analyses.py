"""The analyses that a page can ask for: each is a command, with those of its options that a form can fill in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.words import did_you_mean, readable, shortened
from backstop.scenario.model import Model

Kind = Literal[
    "choice", "metric", "goal", "arrangement", "measure", "claim", "expression", "number", "whole", "flag"
]
"""What fills a field in: a word of a list, a name of the study, a condition, a number, or yes."""

MOST_TEXT = 1000
"""Characters of a condition: the longest that is read."""


@dataclass(frozen=True, slots=True)
class Field:
    """An option of a command as a field of a form. `many`: it takes several values, each by itself or `joined`."""

    name: str
    kind: Kind
    title: str
    hint: str = ""
    many: bool = False
    joined: bool = False
    required: bool = False
    usual: float | str | None = None
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def option(self) -> str:
        """The option on the command line."""
        return f"--{self.name.replace('_', '-')}"

    def names(self, model: Model) -> Mapping[str, str]:
        """What may stand in it, with titles; empty where it is not chosen from a list."""
        scenario = model.scenario
        if self.kind in ("metric", "goal"):
            costs = _costs(model) if self.kind == "goal" else {}
            return {name: of.titled(name) for name, of in scenario.metrics.items()} | costs
        if self.kind == "arrangement":
            return {
                name: scenario.arrangements[name].titled(name) if name in scenario.arrangements else name
                for name in model.levels
            }
        if self.kind == "measure":
            return {name: of.titled(name) for name, of in scenario.measures.items()}
        if self.kind == "claim":
            return {name: readable(name) for name in scenario.claims}
        return {name: name.replace("_", " ") for name in self.choices}

    def as_dict(self, model: Model) -> dict[str, object]:
        """Its JSON, for a page that draws the form."""
        return {
            "name": self.name,
            "kind": self.kind,
            "title": self.title,
            "hint": self.hint,
            "many": self.many,
            "required": self.required,
            "usual": self.usual,
            "least": self.least,
            "most": self.most,
            "names": [{"name": name, "title": title} for name, title in self.names(model).items()],
        }

    def words(self, value: Any, model: Model, more: Sequence[str] = ()) -> list[str]:
        """The words of the command line for what a form holds. Raises InvalidInput where it does not fit.

        `more`: names that fit beside those of the study.
        """
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise self._unfit("yes or no is expected", "")
            return [self.option] if value else []
        values = value if self.many and isinstance(value, list) else [value]
        if len(values) > 64:
            raise self._unfit("these are too many", "choose fewer")
        texts = [self._one(each, model, more) for each in values]
        return [f"{self.option}={text}" for text in ([",".join(texts)] if self.joined else texts)]

    def _one(self, value: Any, model: Model, more: Sequence[str]) -> str:
        if self.kind in ("number", "whole"):
            return self._number(value)
        if not isinstance(value, str) or not value.strip() or len(value) > MOST_TEXT or "\0" in value:
            raise self._unfit("a text is expected", f"write at most {MOST_TEXT:,} characters")
        known = [*self.names(model), *more]
        if self.kind != "expression" and value not in known:
            raise self._unfit(f"there is no {shortened(value)}", did_you_mean(value[:100], known, self.kind))
        return value

    def _number(self, value: Any) -> str:
        fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if not fits or (self.kind == "whole" and float(value) != int(value)):
            raise self._unfit(
                "a whole number is expected" if self.kind == "whole" else "a number is expected", ""
            )
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            ends = [f"{end:g}" for end in (self.least, self.most) if end is not None]
            raise self._unfit("the number is out of range", f"choose between {' and '.join(ends)}")
        return written(value)

    def _unfit(self, what: str, hint: str) -> InvalidInput:
        return InvalidInput(Fault(f"{self.title}: {what}", Place(path=self.name), hint))


def _costs(model: Model) -> dict[str, str]:
    """The expected cost of each who pays for measures, as a goal of `backstop design`."""
    from backstop.questions.study.packages import COST, controllers

    actors = model.scenario.actors
    payers = {
        name: actors[name].titled(name) if name in actors else readable(name) for name in controllers(model)
    }
    return {f"{COST}{name}": f"Cost to {title}" for name, title in payers.items()}


def written(value: float) -> str:
    """A number as a command line has it, without loss."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


@dataclass(frozen=True, slots=True)
class Analysis:
    """A command that a page can ask for. `worlds`: how many it draws; `files`: it writes files."""

    name: str
    title: str
    about: str
    worlds: int
    fields: tuple[Field, ...] = field(default=())
    files: bool = False

    def as_dict(self, model: Model) -> dict[str, object]:
        """Its JSON, for a page that draws the form."""
        return {
            "name": self.name,
            "title": self.title,
            "about": self.about,
            "worlds": self.worlds,
            "files": self.files,
            "fields": [each.as_dict(model) for each in self.fields],
        }

    def words(self, given: Mapping[str, Any], model: Model, more: Sequence[str] = ()) -> list[str]:
        """The words of the command line for a form that is filled in. Raises InvalidInput with all that is wrong."""
        by_name = {each.name: each for each in self.fields}
        found: list[str] = []
        faults: list[Fault] = []
        for name in given:
            if name not in by_name:
                faults.append(
                    Fault(f"there is no field {shortened(name)}", hint=did_you_mean(name, by_name, "field"))
                )
        for name, of in by_name.items():
            value = given.get(name)
            if value is None or value in ("", []):
                if of.required:
                    faults.append(
                        Fault(f"{of.title}: this is needed", Place(path=name), f"write one, {of.hint}")
                    )
                continue
            try:
                found += of.words(value, model, more)
            except InvalidInput as error:
                faults += error.faults
        if faults:
            raise InvalidInput(faults)
        return found


_METRIC = Field("metric", "metric", "Metric", "the first of the study where none is chosen")
_ARRANGEMENTS = Field("arrangement", "arrangement", "Arrangements", "all where none is chosen", many=True)
_ARRANGEMENT = Field(
    "arrangement", "arrangement", "Arrangement", "the first of the study where none is chosen"
)

ANALYSES: Mapping[str, Analysis] = {
    each.name: each
    for each in (
        Analysis(
            "assess",
            "More worlds",
            "Every arrangement on as many worlds as are wanted, with all tables.",
            10_000,
            (
                _ARRANGEMENTS,
                Field("metric", "metric", "Metrics to lead with", many=True),
                Field("errors", "flag", "Show the Monte Carlo error beside every mean"),
                Field("claims", "flag", "Also judge the claims"),
            ),
        ),
        Analysis(
            "claims",
            "Claims",
            "In how many worlds each claim is true, what decides it, and the nearest counter-example.",
            10_000,
            (Field("claim", "claim", "Claims", "all where none is chosen", many=True),),
        ),
        Analysis(
            "sensitivity",
            "Sensitivity",
            "What a metric hangs on, by parameter.",
            2048,
            (
                _METRIC,
                _ARRANGEMENT,
                Field("against", "arrangement", "Difference from", "none: the metric itself"),
                Field(
                    "method",
                    "choice",
                    "Method",
                    "shares of variance, screening, worlds that meet a condition, one parameter at a time",
                    usual="sobol",
                    choices=("sobol", "morris", "regional", "tornado"),
                ),
                Field("second_order", "flag", "Also what pairs of parameters do together (sobol)"),
                Field("prior", "flag", "Leave the observations out"),
                Field("where", "expression", "Condition", "for the method regional alone"),
            ),
        ),
        Analysis(
            "conditions",
            "Conditions",
            "Under which assumptions something happens.",
            10_000,
            (
                Field("where", "expression", "What happens", "such as lasting_peace < 0.5", required=True),
                _ARRANGEMENT,
                Field("boxes", "whole", "Boxes at most", usual=3, least=1, most=20),
                Field(
                    "resamples",
                    "whole",
                    "Halves on which the first is sought again",
                    usual=10,
                    least=0,
                    most=200,
                ),
            ),
        ),
        Analysis(
            "design",
            "Packages",
            "The least packages of measures that reach a target.",
            1000,
            (
                Field("target", "expression", "Target", "such as lasting_peace >= 0.5", required=True),
                Field("share", "number", "In at least this share of worlds", usual=0.8, least=0.001, most=1),
                Field("measure", "measure", "Measures to vary", "all where none is chosen", many=True),
                Field("base", "arrangement", "What is not varied stays as in"),
                Field("steps", "whole", "Steps of each range", least=1, most=256),
                Field("more", "metric", "More of this is better", many=True),
                Field("less", "goal", "Less of this is better", many=True),
            ),
        ),
        Analysis(
            "robustness",
            "Robustness",
            "Which arrangement does well however things turn out.",
            10_000,
            (
                _METRIC,
                _ARRANGEMENTS,
                Field("less", "flag", "Less of the metric is better"),
                Field("requirement", "number", "What the metric should reach"),
                Field("optimism", "number", "Weight of the best case (Hurwicz)", usual=0.5, least=0, most=1),
            ),
        ),
        Analysis(
            "value",
            "Value of knowing",
            "Which parameter is most worth knowing before an arrangement is chosen.",
            10_000,
            (_METRIC, _ARRANGEMENTS, Field("less", "flag", "Less of the metric is better")),
        ),
        Analysis(
            "form",
            "Form of the model",
            "How far the headlines move with the form of the model.",
            4000,
            (
                Field("metric", "metric", "Metrics", "the first six where none is chosen", many=True),
                _ARRANGEMENTS,
            ),
        ),
        Analysis(
            "report",
            "Report",
            "The whole answer as one page, a Word document, text or data, to download.",
            20_000,
            (
                Field(
                    "format",
                    "choice",
                    "Formats",
                    usual="html",
                    many=True,
                    joined=True,
                    choices=("html", "docx", "md", "json"),
                ),
                Field("metric", "metric", "Metrics to lead with", many=True),
                Field("target", "expression", "Target", "what counts as success"),
                Field(
                    "about", "arrangement", "Arrangement to look into", "the best one where none is chosen"
                ),
                Field("brief", "flag", "The first page alone"),
                Field("live", "flag", "A page whose sliders move, in one file"),
                Field("quick", "flag", "In at most 15 seconds, on fewer worlds"),
                _ARRANGEMENTS,
            ),
            files=True,
        ),
    )
}
"""All analyses, by the name of their command."""
