"""Claims do not hang on the last bits of what is drawn, which differ between processors and libraries."""

from __future__ import annotations

import numpy as np
import pytest

import backstop
from backstop.questions.claims.requirements import codes_of, requirements_of, with_spread
from backstop.questions.inquiry import Inquiry, levels_of
from backstop.worlds.query import Query


@pytest.mark.parametrize("study", ["ukraine-2025", "korea-1953", "ladder"])
def test_a_shaken_last_bit_changes_no_claim(study: str) -> None:
    inquiry = Inquiry(backstop.load(f"examples/{study}"), worlds=1008)
    drawn = inquiry.drawn()
    shaken = np.random.default_rng(1)
    moved = {
        name: value * (1.0 + 2.0**-52 * shaken.integers(-1, 2, value.size))
        if isinstance(value, np.ndarray) and len(np.unique(value)) > 2
        else value
        for name, value in drawn.items()
    }
    compared = 0
    for name in inquiry.model.scenario.claims:
        of = requirements_of(inquiry.model, name)
        if of.kind == "threshold":
            continue
        queries = [Query(levels_of(inquiry.model, promise), of.metrics) for promise in of.promises]
        found = []
        for parameters in (drawn, moved):
            figures = inquiry.solve(parameters, inquiry.worlds, queries)
            solved = {p: f.metrics for p, f in zip(of.promises, figures, strict=True)}
            found.append(codes_of(with_spread(of, solved, None), solved, parameters, inquiry.worlds))
        compared += 1
        differ = np.flatnonzero(found[0] != found[1])
        assert not differ.size, f"{name}: worlds {differ[:5]}"
    assert compared >= 2
