"""Help with coding: which quotations are the same, and which sentences deserve a look."""

from dataclasses import replace

import pytest
from tests.dossier.building import small, source

from backstop.dossier.accounts.suggestion import same_quotation, suggest


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("backstop", "backstop,", True),
        ("US backstop,", "backstop", True),
        ("lasting peace", "lasting peace,", True),
        ("step up", "backstop", False),
        ("no", "not now", False),
        ("peace", "peaceful rise", False),
        ("\u201clasting peace\u201d", "a truly lasting peace", True),
    ],
)
def test_the_same_quotation(one, other, same):
    assert (same_quotation(one, other) is not None) is same


@pytest.mark.parametrize(
    ("sentence", "reasons"),
    [
        ("About 4,000 soldiers stayed.", ("number",)),
        ("It costs $5bn a year.", ("number",)),
        ("Half of the bridges and 40% of the roads are gone.", ("number",)),
        ("Two hundred observers went home.", ("number",)),
        ("No troops go in unless a truce holds.", ("condition",)),
        ("Aid is subject to a vote.", ("condition",)),
        ("All prisoners must be freed.", ("demand",)),
        ("The letter calls for a fleet of 12 ships if talks fail.", ("number", "condition", "demand")),
        ("It rained on 17 February 2025.", ()),
        ("The harbour was closed in 2014.", ()),
        ("Nothing of the kind took place.", ()),
    ],
)
def test_numbers_conditions_and_demands_deserve_a_look_whoever_is_named(sentence, reasons):
    text = f"News.\n{sentence}\n"
    dossier = small([])
    dossier = replace(dossier, sources={**dossier.sources, "n": source("n", text)})
    found = suggest(dossier, "n", text, {}).sentences[-1]
    assert text[found.start : found.end] == sentence
    assert (found.reasons, found.worth_coding) == (reasons, bool(reasons))
