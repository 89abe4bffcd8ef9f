"""Which least packages of measures reach the target."""

from __future__ import annotations

from backstop.base.words import counted, of_worlds, sentence_case, stop
from backstop.report.answers.packages import package_line, package_words, packages_figure
from backstop.report.content import Block, Items, Paragraph, Section
from backstop.report.material.gathering import Material

_MOST_IN_WORDS = 3


def section(found: Material) -> Section:
    """The least packages that reach the target."""
    of, target = found.packages.found, found.subject.target
    blocks: list[Block] = []
    if of is None or target is None:
        blocks.append(Paragraph(found.packages.reason))
    elif of.nearest is not None:
        text = (
            f"No combination of the {counted(len(of.measures), 'measure')} on offer makes it so that {target.words} in "
            f"at least {of_worlds(of.asked)}. The nearest, {package_words(of.model, of.nearest)}, does in "
            f"{of_worlds(of.nearest.share.mean, of.nearest.share.se)}."
        )
        blocks.append(Paragraph(text, lead=True))
    else:
        one = len(of.minimal) == 1
        count = f"{sentence_case(counted(len(of.minimal), 'package'))} of {of.tried:,} tried"
        text = (
            f"{count} {'is' if one else 'are'} enough that {target.words} in at least {of_worlds(of.asked)}, and none "
            f"of {'its' if one else 'their'} parts can be left out or lowered. They are what could be traded for one "
            "another."
        )
        lines = tuple(package_line(of, package) for package in of.minimal)
        left = len(lines) - _MOST_IN_WORDS
        more = (f"And {left} more, in the figure.",) if left > 0 else ()
        blocks += [
            Paragraph(text, lead=True),
            Items((*lines[:_MOST_IN_WORDS], *more)),
            packages_figure(of, found.source, target.words),
        ]
        blocks += [Paragraph(stop(sentence_case(note))) for note in of.notes]
    return Section("packages", "Least packages", tuple(blocks))
