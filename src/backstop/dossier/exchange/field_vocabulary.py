"""How the usual objects of security guarantees hang together: what is part of what, what serves what, and in which
order ceasefire, deal and peace come. Used to start the vocabulary of a dossier; an analyst may change every
entry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from backstop.dossier.record import Term

# Patterns of titles (lower case): what they are part of, what they serve.
_PART_OF = (
    (
        r"(british|french|german|uk|national|european) (troops|soldiers|contingent)",
        r"european force|peacekeep\w*( force| mission)?",
    ),
    (r"troop deployment|troops|boots on the ground", r"european force|peacekeep\w*( force| mission)?"),
    (r"humanitarian aid|military aid", r".* support for .*"),
)
_SERVES = (
    (
        r"european force|peacekeep\w*( force| mission)?|(us|american) backstop|backstop",
        r"security guarantees?",
    ),
    (
        r"sanctions|intelligence sharing|mutual defence|mutual defense|troop deployment",
        r"security guarantees?",
    ),
    (r"security guarantees?|(us|american) backstop", r"deterrence( of .*)?"),
)
_STAGES = (
    r"(ceasefire|truce|cease-fire|armistice)",
    r"(formal )?(peace (deal|agreement|treaty)|settlement)",
    r"(lasting|durable|sustainable) peace",
)


def known_relations(objects: Mapping[str, Term]) -> tuple[dict[str, Term], tuple[str, ...]]:
    """`objects` with part-whole and means-end relations where their titles are known, and the stages in order."""

    def named(pattern: str) -> list[str]:
        return [name for name, term in objects.items() if re.fullmatch(pattern, term.title.casefold())]

    part: dict[str, list[str]] = {name: list(term.part_of) for name, term in objects.items()}
    serves: dict[str, list[str]] = {name: list(term.serves) for name, term in objects.items()}
    for relation, table in ((part, _PART_OF), (serves, _SERVES)):
        for means, ends in table:
            for name in named(means):
                relation[name] += [end for end in named(ends) if end != name and end not in relation[name]]
    terms = {
        name: term.model_copy(update={"part_of": tuple(part[name]), "serves": tuple(serves[name])})
        for name, term in objects.items()
    }
    return terms, tuple(name for pattern in _STAGES for name in named(pattern)[:1])
