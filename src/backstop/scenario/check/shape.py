"""Whether a document has the shape of a scenario: known fields, no field missing, the right kind of value in each."""

from __future__ import annotations

from pydantic import ValidationError

from backstop.base.faults import Fault
from backstop.base.records import Explanation, Mismatch, explained, mismatches, told
from backstop.base.words import described, shortened
from backstop.scenario.check.part import Part
from backstop.scenario.format.scenario import FORMAT, Chance, Decision, Scenario


def shaped(root: Part) -> Scenario | None:
    """The scenario that a whole document is; None, with all faults of shape noted, where it is none."""
    if not root.is_mapping:
        root.fault(f"a scenario is a mapping of fields, and this is {described(root.data)}")
        return None
    for part in root.walk():
        if part.data is None:
            hint = "write a value, or remove the key"
            if " " in part.name:
                hint = "inside { } a comma ends a text: if this belongs to the text before it, put the whole in quotes"
            part.fault("nothing is written here", hint, key=True)
    try:
        return Scenario.model_validate(root.data)
    except ValidationError as error:
        # Of a key or value that is nothing the same has been said above.
        misses = [
            miss
            for miss in mismatches(Scenario, error, root.data)
            if miss.found is not None or miss.kind == "missing"
        ]
        places = {id(miss): root.document.place(miss.path, miss.is_key) for miss in misses}
        misses.sort(key=lambda miss: (places[id(miss)].line or 0, places[id(miss)].column or 0))
        for miss, (what, hint) in told(misses, _explained):
            root.faults.append(Fault(what, places[id(miss)], hint))
    return None


def _explained(miss: Mismatch) -> Explanation:
    return _of_scenarios(miss) or explained(miss, whole="the file")


def _of_scenarios(miss: Mismatch) -> Explanation | None:
    """What is wrong where a scenario has words of its own for it."""
    found, is_ = miss.found, f"and this is {described(miss.found)}"
    if miss.is_key and miss.path[-2:-1] == ("discrete",):
        return f"a value must be a number, {is_}", ""
    if miss.kind == "number":
        return f"a number is expected, {is_}", "an expression cannot stand here" if isinstance(
            found, str
        ) else ""
    if miss.kind == "expression":
        hint = "write 1 for true and 0 for false" if isinstance(found, bool) else ""
        return f"a number or an expression is expected, {is_}", hint
    if miss.kind == "number_or_name":
        return f"the name of a value or a number is expected, {is_}", ""
    if miss.kind in ("node", "branch"):
        return _no_node(miss)
    if miss.path == ("format",) and miss.kind == "literal_error":
        what = f"this is not a scenario of the format {FORMAT}: its format is {described(found)}"
        return what, f"write format: {FORMAT}"
    if miss.kind == "missing" and isinstance(miss.path[-1], int):
        if miss.path[0] == "correlations":
            return "two parameters and a number are expected here", "write [one, other, correlation]"
        return "two numbers are expected here", "write [lowest, highest]"
    if miss.kind == "extra_forbidden":
        what = f"{shortened(str(miss.path[-1]))} is not a field here"
        if miss.owner is Decision and miss.path[-1] == "chance":
            return what, "a node is either a decision (actor, moves) or a chance node (chance)"
        if miss.owner is Chance and miss.path[-1] in ("actor", "moves", "bound", "noise"):
            return what, "a node is either a chance node (chance) or a decision (actor, moves)"
    return None


def _no_node(miss: Mismatch) -> Explanation:
    found = miss.found
    hint = "name an outcome or a tree, or write a node (actor and moves, or chance)"
    wanted = "a decision (actor and moves) or a chance node (chance)"
    if isinstance(found, dict):
        written = [shortened(str(key)) for key in found]
        hint = f"it has {', '.join(written)}" if written else "it is empty"
    elif miss.kind == "branch":
        wanted = f"the name of an outcome or tree, or {wanted},"
    return f"{wanted} is expected, and this is {described(found)}", hint
