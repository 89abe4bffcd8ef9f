"""What a page asks for: an analysis, its form filled in, and the settings of the sliders; as a command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.records import Record, as_tuple
from backstop.base.words import did_you_mean
from backstop.scenario.model import Model
from backstop.serve.jobs.analyses import ANALYSES, Analysis, written

YOURS = "yours"
"""The reader's own arrangement, as the commands call it."""

MOST_WORLDS = 2_000_000

_Range = Annotated[tuple[float, ...], BeforeValidator(as_tuple)]


class Settings(Record):
    """The settings of a page: parameters set or given, a camp, and the levels of the reader's own arrangement."""

    set: dict[str, float] = Field(default={})
    given: dict[str, _Range] = Field(default={})
    camp: str | None = None
    yours: dict[str, float] | None = None
    information: Literal["agent_error", "private_payoffs"] | None = None


class Asked(Record):
    """A request for an analysis of one version of the study. `replaces`: the job whose place it takes."""

    analysis: str
    options: dict[str, Any] = Field(default={})
    settings: Settings = Settings()
    worlds: int | None = Field(default=None, ge=1, le=MOST_WORLDS)
    seed: int = Field(default=1, ge=0, le=2**63)
    version: int | None = None
    digest: str | None = None
    replaces: str | None = None

    def of(self) -> Analysis:
        """The analysis. Raises InvalidInput for one that there is none of."""
        if self.analysis not in ANALYSES:
            hint = did_you_mean(self.analysis[:100], ANALYSES, "analysis")
            raise InvalidInput("there is no such analysis", place=Place(path="analysis"), hint=hint)
        return ANALYSES[self.analysis]

    def words(self, model: Model) -> list[str]:
        """The words of the command after the study. Raises InvalidInput with all that does not fit the study."""
        more = () if self.settings.yours is None else (YOURS,)
        own = self.of().words(self.options, model, more)
        numbers = [f"--worlds={self.worlds or self.of().worlds}", f"--seed={self.seed}"]
        if self.analysis == "report" and self.options.get("quick") and self.worlds is None:
            del numbers[0]  # as many as there is time for
        return [*own, *numbers, *_settings(self.settings, model)]


def _settings(settings: Settings, model: Model) -> list[str]:
    scenario = model.scenario
    faults: list[Fault] = []

    def known(name: str, names: Mapping[str, object], kind: str) -> None:
        if name not in names:
            faults.append(
                Fault(f"there is no {kind} {name[:60]}", hint=did_you_mean(name[:100], names, kind))
            )

    for name in settings.set:
        known(name, {**scenario.parameters, **scenario.measures}, "parameter or measure")
    for name, ends in settings.given.items():
        known(name, scenario.parameters, "parameter")
        if len(ends) != 2 or ends[0] > ends[1]:
            faults.append(Fault(f"{name[:60]} is given by its lower and its upper end", hint="[low, high]"))
    for name in settings.yours or {}:
        known(name, scenario.measures, "measure")
    if faults:
        raise InvalidInput(faults)
    found = [f"--information={settings.information}"] if settings.information else []
    for name, (low, high) in settings.given.items():
        ends_said = written(low) if low == high else f"[{written(low)}, {written(high)}]"
        found.append(f"--given={name}={ends_said}")
    found += [f"--set={name}={written(value)}" for name, value in settings.set.items()]
    found += [f"--camp={settings.camp}"] if settings.camp else []
    if settings.yours is not None:
        levels = ",".join(f"{name}={written(level)}" for name, level in settings.yours.items())
        found.append(f"--yours={levels}")
    return found


def said(analysis: str, study: str, words: list[str]) -> str:
    """The command line that gives the same answer, as a person would write it."""
    spaced = [part for word in words for part in (word.split("=", 1) if word.startswith("--") else [word])]
    return shlex.join(["backstop", analysis, study, *spaced])
