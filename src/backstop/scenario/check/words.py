"""Words that a study still lacks: nothing is wrong without them, and its readers miss them."""

from __future__ import annotations

from backstop.base.faults import Fault
from backstop.base.words import counted, shortened
from backstop.scenario.model import Model

_LONGEST = 600


def missing_words(model: Model) -> tuple[Fault, ...]:
    """One note that names all uncertain parameters without words for their two ends; empty where all have them."""
    parameters = model.scenario.parameters
    without = [name for name in model.uncertain if not (parameters[name].low and parameters[name].high)]
    if not without:
        return ()
    what = f"{len(without)} of {counted(len(model.uncertain), 'uncertain parameter')} have no words for low and high"
    return (
        Fault(
            shortened(f"{what}: {', '.join(without)}", _LONGEST),
            model.place(("parameters",)),
            "add low and high, each a clause, as in low: the deal settles slowly",
        ),
    )
