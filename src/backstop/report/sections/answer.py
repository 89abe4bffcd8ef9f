"""The answer read closely: in how many worlds, compared with what, and what would change it."""

from __future__ import annotations

from backstop.base.words import counted, listed, of_worlds, quoted, range_words, with_error
from backstop.questions.words import box_sentence, titles, wordings
from backstop.report.answers.drivers import told_shares
from backstop.report.content import Block, Items, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.material.subject import is_probability
from backstop.report.sections.headline import headline
from backstop.report.tables.forms import forms_in_words
from backstop.report.tables.slips import slips_in_words
from backstop.report.wording import compared, points, told_apart
from backstop.worlds.statistics import mean_and_error


def section(found: Material) -> Section:
    """The answer in a few sentences."""
    blocks: list[Block] = [Paragraph(headline(found), lead=True)]
    blocks += [
        Paragraph(text)
        for text in (_chances(found), _comparison(found), _forms(found), _slips(found))
        if text
    ]
    changes = what_would_change_it(found)
    if changes:
        blocks += [Paragraph("What would change this:"), Items(tuple(changes))]
    blocks.append(Paragraph(_reading(found)))
    return Section("reading", "The answer, read closely", tuple(blocks))


def _chances(found: Material) -> str:
    """The mean probability beside the share of worlds, so that the two are not taken for each other."""
    lead = found.subject
    probable = is_probability(found.model.scenario.metrics[lead.metric])
    if lead.target is None or not lead.target.own or not probable:
        return ""
    of = found.result.arrangements[lead.focus].metrics[lead.metric]
    spread = ""
    if within := range_words(of, cases=True):
        spread = f"; in nine worlds of ten the chance is {within} in 100"
    return (
        "A world is one set of assumptions; within it chance still decides. Counting both, "
        f"{quoted(found.metric_title(lead.metric))} comes about in {of_worlds(of.mean, of.se, 'cases')} under "
        f"{quoted(found.arrangement_title(lead.focus))}{spread}."
    )


def _forms(found: Material) -> str:
    """How the headline stands under other forms of the model."""
    return "" if found.forms is None else forms_in_words(found.result, found.forms, found.subject.words)


def _slips(found: Material) -> str:
    """How many of the cases of an event begin with moves that their own movers rank below others."""
    return slips_in_words(found.result, found.subject.shown, found.subject.focus)


def _comparison(found: Material) -> str:
    """The arrangement looked into against the first one of the file, on the same worlds."""
    lead, result = found.subject, found.result
    if lead.focus == result.first:
        return ""
    first = quoted(found.arrangement_title(result.first))
    if lead.target is not None and lead.target.own:
        gap = lead.target.met[lead.focus] - lead.target.met[result.first]
        words = points(*mean_and_error(gap, result.weights))
        base = lead.target.shares[result.first]
        return (
            f"Under {first} the same is so in {of_worlds(base.mean, base.se)}: {words}, on the same worlds."
        )
    of = result.arrangements[lead.focus].differences[lead.metric]
    if not told_apart(of.mean, of.se):
        return f"It cannot be told apart from {first}."
    size = with_error(of).lstrip("-")
    return f"That is {compared(of.mean, of.se)} than under {first} by {size}, on the same worlds."


def what_would_change_it(found: Material) -> list[str]:
    """Conditions, drivers and camps in a sentence each."""
    texts = failures(found)[:3]
    first = found.shares.found
    largest = [] if first is None else told_shares(first.first, 3)
    if first is not None and largest:
        names = titles(found.model)
        parts = [
            f"{quoted(names[name])} ({100 * first.first[name].mean:.0f} of 100 parts of the variation)"
            for name in largest
        ]
        metric = quoted(found.metric_title(found.subject.metric))
        texts.append(f"What moves {metric} most is what is not known about {listed(parts)}.")
    best = found.first_choices()
    if len(set(best.values())) > 1:
        parts = [f"{name} would choose {quoted(found.arrangement_title(a))}" for name, a in best.items()]
        texts.append(f"The camps of experts differ on which arrangement comes first: {'; '.join(parts)}.")
    return texts


def failures(found: Material) -> list[str]:
    """Where the target fails, a sentence for each box."""
    discovery = found.conditions.found
    if discovery is None or found.subject.target is None:
        return []
    words = wordings(found.model)
    return [box_sentence(box, "it fails", discovery.base_rate, words) for box in discovery.boxes]


def _reading(found: Material) -> str:
    """How to read the numbers: the form of the model and what they rest on."""
    result = found.result
    if found.exact:
        return (
            "No parameter of this study is uncertain, so its figures are exact for the assumptions made and say "
            "nothing about other assumptions."
        )
    weighting = ""
    if result.weights is not None:
        weighting = (
            f", weighted by {counted(len(result.observations), 'base rate')} from like cases (worth "
            f"{result.effective_worlds:,.0f} equally weighted worlds)"
        )
    return (
        "These are results of a model under stated assumptions, not forecasts: "
        f"{counted(result.worlds, 'world')} drawn from the ranges of "
        f"{counted(len(found.model.uncertain), 'uncertain assumption')}{weighting}."
    )
