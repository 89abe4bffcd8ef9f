"""Every commitment in plain words, conditional and automatic ones first, with the exact formula beside each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backstop.base.table import Table
from backstop.base.words import listed, quoted, readable, sentence_case, stop
from backstop.report.content import Block, Entry, Paragraph, Section
from backstop.report.formula_words import condition_words, in_words, names_of
from backstop.report.material.gathering import Material
from backstop.scenario.expression.expression import parse
from backstop.scenario.format import scenario as form


def section(found: Material) -> Section | None:
    """Measures and automatic moves; None where the study has neither."""
    scenario = found.model.scenario
    automatic = [_automatic(found, path, node) for path, node in bound_decisions(scenario)]
    if not scenario.measures and not automatic:
        return None
    blocks: list[Block] = [
        Paragraph(
            "What the model takes each party to have promised, restated so that it can be checked against the text of "
            "an agreement. The words follow the formula beside them; where they differ the formula is what was "
            "computed."
        )
    ]
    blocks += [_measure(found, name, of) for name, of in scenario.measures.items()]
    if automatic:
        blocks.append(
            Paragraph(
                "Automatic moves: with the probability stated, the move is made without any decision being taken; "
                "otherwise the actor chooses among all moves by what they are worth to it."
            )
        )
        blocks += automatic
    if scenario.measures:
        blocks.append(_levels(found))
    return Section("commitments", "Commitments in plain words", tuple(blocks), annex=True)


def _measure(found: Material, name: str, of: form.Measure) -> Entry:
    scenario = found.model.scenario
    names = names_of(scenario)
    who = listed(quoted(scenario.actors[a].titled(a)) for a in of.by)
    low, high = of.range
    lines: list[tuple[str, str, str]] = [
        (
            "Controlled by",
            f"{who}{', together' if len(of.by) > 1 else ''}. Level from {low:g} to {high:g}"
            f"{f' ({of.unit})' if of.unit else ''}; {of.default:g} where an arrangement does not name it.",
            f"by: {', '.join(of.by)}; range: [{low:g}, {high:g}]",
        ),
        _in_force(scenario, of),
    ]
    if of.when is not None:
        words = f"Only while {condition_words(of.when, names)}; zero otherwise."
        lines.append(("Condition", words, f"when: {of.when}"))
    if of.cap is not None:
        words = (
            f"Never above {in_words(of.cap, names)}, however much is promised{_range_of(scenario, of.cap)}."
        )
        lines.append(("Ceiling", words, f"cap: {of.cap}"))
    if of.cost is not None:
        unit = f", in {of.total_unit}" if of.total_unit else ""
        lines.append(
            ("Cost", stop(f"Per year in force: {in_words(of.cost, names)}{unit}"), f"cost: {of.cost}")
        )
    else:
        lines.append(("Cost", "None is stated.", ""))
    lines += _definitions(found, [of.when, of.cap, of.cost])
    if of.evidence:
        lines.append(("Evidence", ", ".join(of.evidence), ""))
    if of.note:
        lines.append(("Note", stop(of.note), ""))
    conditional = of.in_phases is not None or of.when is not None or of.cap is not None
    return Entry(of.titled(name), "conditional" if conditional else "unconditional", "", tuple(lines))


def _in_force(scenario: form.Scenario, of: form.Measure) -> tuple[str, str, str]:
    if of.in_phases is None:
        return "In force", "In every state of the relationship.", ""
    titles = {p: quoted(phase.titled(p)) for p, phase in scenario.phases.items()}
    inside = [titles[p] for p in of.in_phases]
    outside = [title for p, title in titles.items() if p not in of.in_phases]
    text = f"Only in {listed(inside, 'or')}." if inside else "In no state at all."
    if outside:
        text += f" It is zero in {listed(outside)}."
    return "In force", text, f"in_phases: [{', '.join(of.in_phases)}]"


def _definitions(found: Material, formulas: Sequence[form.Expr | None]) -> list[tuple[str, str, str]]:
    """What the named expressions in some formulas stand for, and those in them in turn."""
    scenario = found.model.scenario
    names = names_of(scenario)
    waiting = [name for formula in formulas if formula is not None for name in sorted(parse(formula).names)]
    lines: dict[str, tuple[str, str, str]] = {}
    while waiting:
        name = waiting.pop(0)
        if name not in scenario.definitions or name in lines:
            continue
        formula = scenario.definitions[name]
        lines[name] = ("Where", stop(f"{names[name]} is {in_words(formula, names)}"), f"{name}: {formula}")
        waiting += sorted(parse(formula).names)
    return list(lines.values())


def _range_of(scenario: form.Scenario, cap: form.Expr) -> str:
    """What is assumed of a ceiling that is a parameter."""
    parameter = scenario.parameters.get(str(cap))
    if parameter is None:
        return ""
    return f" (assumed: {spread_words(parameter)})"


def spread_words(parameter: form.Parameter) -> str:
    """A parameter's distribution in words: `between 0 and 1, all values alike`."""
    if parameter.experts is not None:
        return "; ".join(f"{readable(camp).lower()}: {_spread(of)}" for camp, of in parameter.experts.items())
    return _spread(parameter)


def _spread(of: form.Spread) -> str:
    kind = of.kind
    arguments = getattr(of, kind, None) if kind else None
    if kind == "value":
        return f"{arguments:g}"
    if kind == "uniform" and arguments is not None:
        return f"between {arguments[0]:g} and {arguments[1]:g}, all values alike"
    if kind in ("pert", "triangular") and arguments is not None:
        return f"between {arguments[0]:g} and {arguments[2]:g}, most likely {arguments[1]:g}"
    if kind == "loguniform" and arguments is not None:
        return f"between {arguments[0]:g} and {arguments[1]:g}, all orders of magnitude alike"
    if kind == "discrete" and arguments is not None:
        return ", ".join(f"{value:g} with weight {weight:g}" for value, weight in arguments.items())
    if kind == "normal" and arguments is not None:
        cut = f", cut to {of.bounds[0]:g} to {of.bounds[1]:g}" if of.bounds is not None else ""
        return f"about {arguments[0]:g}, standard deviation {arguments[1]:g}{cut}"
    if arguments is not None:
        return f"{kind} with {', '.join(f'{a:g}' for a in arguments)}"
    return "not stated"


def bound_decisions(scenario: form.Scenario) -> Iterator[tuple[str, form.Decision]]:
    """Every decision with automatic moves, with the name it is known by."""
    for name, tree in scenario.trees.items():
        yield from _bound_below(name, tree)
    for name, phase in scenario.phases.items():
        if phase.play is not None and not isinstance(phase.play, str):
            yield from _bound_below(name, phase.play)


def _bound_below(name: str, node: form.Branch) -> Iterator[tuple[str, form.Decision]]:
    if isinstance(node, str):
        return
    if isinstance(node, form.Decision):
        if node.bound:
            yield name, node
        for move, branch in node.moves.items():
            yield from _bound_below(f"{name}.{move}", branch)
    elif isinstance(node, form.Offer):
        yield from _bound_below(name, node.then)
    else:
        for label, chance in node.chance.items():
            yield from _bound_below(f"{name}.{label}", chance.then)


def _automatic(found: Material, name: str, node: form.Decision) -> Entry:
    scenario = found.model.scenario
    names = names_of(scenario)
    actor = quoted(scenario.actors[node.actor].titled(node.actor))
    lines = []
    for move, probability in node.bound.items():
        target = node.moves[move]
        leads = ""
        if isinstance(target, str) and target in scenario.outcomes:
            leads = f", which leads to {quoted(scenario.outcomes[target].titled(target))}"
        words = (
            f"With probability {in_words(probability, names)}, {actor} does this without a decision{leads}"
        )
        lines.append((readable(move), stop(words), f"bound: {{{move}: {probability}}}"))
    lines += _definitions(found, list(node.bound.values()))
    moves = listed(quoted(readable(move)) for move in node.moves)
    lines.append(("Otherwise", stop(f"{actor} chooses freely between {moves}"), ""))
    return Entry(sentence_case(node.title or readable(name)), "automatic", "", tuple(lines))


def _levels(found: Material) -> Table:
    """What each arrangement promises of each measure."""
    scenario = found.model.scenario
    names = list(found.result.arrangements)
    rows = []
    for measure, of in scenario.measures.items():
        cells = (f"{found.model.levels[a][measure]:g}" for a in names)
        rows.append((f"{of.titled(measure)}{f' ({of.unit})' if of.unit else ''}", *cells))
    return Table(
        "What each arrangement promises",
        ("", *(found.arrangement_title(a) for a in names)),
        tuple(rows),
        "Levels promised, before conditions and ceilings.",
    )
