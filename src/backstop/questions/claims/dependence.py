"""Whether the truth of a claim depends on the measures it names: the same question asked without them.

A claim that "with the guarantee peace lasts" may be supported because peace lasts anyway. What is asked with all its
measures at zero, and otherwise the same, tells the two apart. `holds` names no measures of its own: there everything
that its arrangement promises is taken away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backstop.base.arrays import FloatArray
from backstop.base.words import of_worlds
from backstop.questions.claims.requirements import Requirements, Solved, at_zero, codes_of, differs
from backstop.questions.claims.verdict import Verdict, judge
from backstop.scenario.expression.expression import Value


@dataclass(frozen=True, slots=True)
class Dependence:
    """What becomes of a claim without its measures.

    `without`: the verdict on the same condition with the measures at zero, None for kinds that compare with that
    themselves; `idle`: the measures change nothing that the claim compares, in any world; `independent`: the verdict
    is the same without them.
    """

    without: Verdict | None
    idle: bool
    independent: bool

    @property
    def words(self) -> str | None:
        """What to say of it; None where the claim depends on its measures."""
        if not self.independent:
            return None
        if self.without is None or self.without.share is None:
            return "The measures change nothing here: with and without them the figures are the same in every world"
        share = of_worlds(self.without.share.mean, self.without.share.se)
        return (
            f"The verdict does not depend on the measures: without them it is {self.without.words} too (true in "
            f"{share})"
        )

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of a claim."""
        found = self.without
        without = None
        if found is not None:
            share = found.share
            without = {
                "verdict": found.verdict,
                "share": None if share is None else share.mean,
                "share_se": None if share is None else share.se,
            }
        return {"independent": self.independent, "idle": self.idle, "without_measures": without}


def without_measures(of: Requirements) -> Requirements | None:
    """The same condition with the claim's measures at zero; None for kinds that compare with that themselves."""
    if of.kind == "sufficient":
        promises = [p for p in of.promises if all(p[m] > 0.0 for m in of.measures)]
        kept = tuple(dict.fromkeys(at_zero(p, of.measures) for p in promises))
    elif of.kind == "threshold":
        kept = (at_zero(of.promises[0], of.measures),)
    elif of.kind == "holds" and any(of.promises[0]):
        kept = (tuple(0.0 for _ in of.promises[0]),)
    else:
        return None
    return replace(of, kind="holds", promises=kept, arrangements=of.arrangements[:1] * len(kept))


def dependence(
    of: Requirements,
    verdict: Verdict,
    solved: Solved,
    parameters: Mapping[str, Value],
    worlds: int,
    weights: FloatArray | None,
) -> Dependence | None:
    """Whether a claim with this verdict depends on its measures, in worlds solved without them as well.

    None where the question has no answer: kinds that have no counterpart without the measures.
    """
    other = without_measures(of)
    if other is not None:
        without = judge(codes_of(other, solved, parameters, worlds), weights)
        same = without.verdict == verdict.verdict != "moot"
        return Dependence(without, False, same)
    if of.kind in ("raises", "lowers", "complements"):
        idle = not differs(of, solved, weights)
        return Dependence(None, idle, idle)
    return None
