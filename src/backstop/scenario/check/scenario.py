"""From a document to a scenario: every error of the file at once, each with its place, or the scenario and notes."""

from __future__ import annotations

import re

from backstop.base.document import Document, first_faults, parse_document
from backstop.base.faults import Fault, InvalidInput
from backstop.scenario.check.expressions import Usage, constant, type_asked
from backstop.scenario.check.facts import check_fact
from backstop.scenario.check.hidden_types import check_types, refuse_certain
from backstop.scenario.check.metrics_and_claims import check_claim, check_metric, check_observation
from backstop.scenario.check.names import Names, article
from backstop.scenario.check.offers import Scopes, find_offers
from backstop.scenario.check.part import Part
from backstop.scenario.check.quantities import (
    check_arrangement,
    check_correlations,
    check_horizon,
    check_measure,
    check_parameter,
)
from backstop.scenario.check.shape import shaped
from backstop.scenario.check.trees import Moves
from backstop.scenario.format.scenario import KINDS, Scenario


def read_scenario(data: bytes, file: str) -> tuple[Document, Scenario, tuple[Fault, ...]]:
    """The document, scenario and notes in the bytes of a file called `file`.

    Raises InvalidInput with all faults: those of the YAML and those of the scenario together.
    """
    document = parse_document(data, file)
    scenario, notes = check(document)
    return document, scenario, notes


def check(document: Document) -> tuple[Scenario, tuple[Fault, ...]]:
    """The scenario in `document`, and notes: what is allowed and worth knowing.

    Raises InvalidInput with every fault found, in the order of the file.
    """
    root = Part(document, (), document.data, list(document.faults))
    scenario = shaped(root)
    if root.is_mapping:
        _meaning(root)
    if scenario is None or root.faults:
        raise InvalidInput(first_faults(root.faults))
    return scenario, first_faults(root.notes)


def _meaning(root: Part) -> None:
    """All checks of meaning."""
    names = Names(root)
    names.declare()
    find_offers(root, names)
    usage = Usage(names)
    moves = Moves(names, usage)
    check_horizon(root)
    _dossier(root.at("dossier"))
    for actor in root.at("actors").items():
        _actor(actor, usage)
    check_types(root, usage)
    for fact in root.at("facts").items():
        check_fact(fact, names)
    for measure in root.at("measures").items():
        check_measure(measure, names, usage)
    for arrangement in root.at("arrangements").items():
        check_arrangement(arrangement, root, names)
    for parameter in root.at("parameters").items():
        check_parameter(parameter)
    for definition in root.at("definitions").items():
        usage.read_named(definition, definition.name)
    moves.check(root)
    for metric in root.at("metrics").items():
        check_metric(metric, root, names, usage)
    for observation in root.at("observations").items():
        check_observation(observation, root, names, usage)
    for claim in root.at("claims").items():
        check_claim(claim, root, names, usage)
    usage.find_cycles()
    Scopes(root, names, usage).check()
    used = set(names.used)
    check_correlations(root, names)
    names.used = used
    _unused(root, names, usage, moves)


def _dossier(part: Part) -> None:
    folder = part.text
    if folder is not None and (
        folder.startswith(("/", "\\", "~"))
        or re.match("[A-Za-z]:", folder)
        or ".." in re.split(r"[/\\]", folder)
    ):
        part.fault("the dossier must lie within the folder of the study", "write dossier: dossier")


def _actor(actor: Part, usage: Usage) -> None:
    discount, noise = actor.at("discount"), actor.at("noise")
    factor = constant(usage.read_own(discount, "a discount factor"))
    if factor is not None and not 0 <= factor < 1:
        discount.fault(
            f"a discount factor is at least 0 and below 1, and this is {factor:g}",
            "0.95 means: next year counts 95 per cent of this year",
        )
    scale = constant(usage.read_own(noise, "an actor's noise"))
    if scale is not None and scale < 0:
        noise.fault(f"noise cannot be negative, and this is {scale:g}", "0 means: always the best move")
    refuse_certain(noise, scale, actor)
    margin = actor.at("slip_margin")
    amount = constant(usage.read_own(margin, "an actor's slip_margin"))
    if amount is not None and amount < 0:
        margin.fault(
            f"slip_margin cannot be negative, and this is {amount:g}",
            "0 means: whatever is worth less is a slip",
        )
    for part, what in ((discount, "the discount factor"), (noise, "the noise"), (margin, "slip_margin")):
        usage.refuse_unknown_type(part, what, actor.name)


def _unused(root: Part, names: Names, usage: Usage, moves: Moves) -> None:
    """Notes on what nothing refers to, and on phases that cannot be reached."""
    for section in ("parameters", "definitions", "trees", "facts"):
        for part in root.at(section).items():
            if (section, part.name) not in names.used:
                part.note(f"nothing uses the {KINDS[section]} {part.name}")
    for fact in root.at("facts").items():
        if ("facts", fact.name) in names.used and fact.name not in usage.read_names:
            fact.note(
                f"no expression asks for the fact {fact.name}, so it only tells phases apart in tables",
                "leave it out unless you want that: every value makes more phases to solve",
            )
    for actor in root.at("actors").items():
        if actor.has("types") and actor.name not in map(type_asked, usage.read_names):
            actor.at("types").note(
                f"nothing asks for the type of {actor.name}, so both types are alike",
                f"write type({actor.name}, TYPE) in payoffs or chances",
            )
    arranged = {
        level.name
        for arrangement in root.at("arrangements").items()
        for level in arrangement.at("measures").items()
        if level.number
    }
    effective = usage.effective_names()
    for measure in root.at("measures").items():
        if measure.name not in arranged and not measure.at("default").number:
            measure.note(f"no arrangement sets the measure {measure.name}, so it is always 0")
        elif measure.name not in effective:
            but = " but its cost" if measure.has("cost") else ""
            measure.note(
                f"nothing that anybody gets or does depends on the measure {measure.name}, so it changes nothing{but}",
                "use it in a payoff, a probability or a condition, or leave it out",
            )
    _unreached(root, moves)


def _unreached(root: Part, moves: Moves) -> None:
    outcomes = root.at("outcomes")
    starts = [root.at("start").text, *(metric.at("from").text for metric in root.at("metrics").items())]
    reached = {phase for phase in starts if phase is not None}
    happening: set[str] = set()
    ahead = list(reached)
    seen: set[str] = set()
    while ahead:
        for outcome in moves.reached(f"phase {ahead.pop()}", seen):
            happening.add(outcome)
            following = outcomes.at(outcome).at("next").text
            if following is not None and following not in reached:
                reached.add(following)
                ahead.append(following)
    for section, found in (("phases", reached), ("outcomes", happening)):
        for part in root.at(section).items():
            if part.name not in found:
                kind = KINDS[section]
                part.note(f"{part.name} is {article(kind)} that is never reached from the start")
