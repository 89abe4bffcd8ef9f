"""A study with three small invented accounts whose texts lie outside it, as those that may not travel do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.dossier.building import TEXTS, proposition, small, statement, written

from backstop.dossier.record import Proposition, Statement

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = (ROOT / "examples" / "ladder" / "scenario.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Lake:
    """The study, the folder of its dossier, and the folder with its texts."""

    study: Path

    @property
    def dossier(self) -> Path:
        return self.study / "dossier"

    @property
    def texts(self) -> Path:
        return self.study.parent / "texts"


def lake(
    folder: Path,
    statements: list[Statement] | None = None,
    propositions: list[Proposition] | None = None,
) -> Lake:
    """The study written into `folder`; its parameter `noise` rests on the statement a1 and the proposition P1."""
    found = Lake(folder / "study")
    found.texts.mkdir(parents=True)
    for name, text in TEXTS.items():
        (found.texts / f"{name}.txt").write_text(text, encoding="utf-8")
    found.study.mkdir()
    cited = SCENARIO.replace("basis: judgement", "basis: [a1, P1, judgement]", 1)
    cited = cited.replace("noise: {value: 1,", "noise: {uniform: [0.5, 1.5],", 1)
    assert "uniform: [0.5, 1.5]" in cited
    assert "[a1, P1, judgement]" in cited
    (found.study / "scenario.yaml").write_text(cited, encoding="utf-8")
    coded = [
        statement("a1", "a", "The envoy met both sides", actor="envoy", coder="one"),
        statement("a2", "a", "met both sides in Vienna", coder="two"),
        statement("b1", "b", "met both sides in Prague"),
    ]
    claims = [proposition("P1", {"a2": "explicit", "b1": "implied"})]
    written(small(statements or coded, propositions or claims), found.study)
    return found
