"""The chain from source to proposition as W3C PROV, in PROV-JSON.

Strength and bearing are attributes of our own: PROV has no word for them.
"""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import Any

from backstop.base.optional import needed
from backstop.dossier.dossier import Dossier

NAMESPACE = "https://backstop.example/ns#"


def prov_json(dossier: Dossier) -> str:
    """Sources, passages, statements and propositions as entities, coders and the program as agents, and their links."""
    model = needed("prov.model", "writing PROV-JSON")
    document: Any = model.ProvDocument()
    document.add_namespace("backstop", NAMESPACE)
    made_by = f"Backstop {version('backstop')}"
    program = document.agent(
        _name("software", "backstop"), {"prov:type": "prov:SoftwareAgent", "prov:label": made_by}
    )
    coders: dict[str, Any] = {}

    def coder(who: str) -> Any:
        if who not in coders:
            coders[who] = document.agent(_name("coder", who), {"prov:type": "prov:Person", "prov:label": who})
        return coders[who]

    for source in dossier.sources.values():
        document.entity(
            _name("source", source.id),
            {"prov:label": source.title or source.id, "backstop:text": source.text.digests.text},
        )
        document.wasAttributedTo(_name("source", source.id), program)
    for statement in dossier.statements.values():
        anchor = statement.anchor
        passage, entity = _name("passage", statement.id), _name("statement", statement.id)
        document.entity(
            passage,
            {"backstop:start": anchor.start, "backstop:end": anchor.end, "backstop:sha256": anchor.passage},
        )
        document.wasQuotedFrom(passage, _name("source", statement.source))
        held = {"backstop:held": statement.held.state} if statement.held else {}
        document.entity(entity, {"prov:label": statement.paraphrase, "backstop:type": statement.type, **held})
        document.wasDerivedFrom(entity, passage)
        document.hadPrimarySource(entity, _name("source", statement.source))
        if statement.coder:
            document.wasAttributedTo(entity, coder(statement.coder))
    for proposition in dossier.propositions.values():
        entity = _name("proposition", proposition.id)
        document.entity(entity, {"prov:label": proposition.text, "backstop:status": proposition.status})
        for bearing, links in (("supports", proposition.supports), ("opposes", proposition.opposes)):
            for link in links:
                document.wasDerivedFrom(
                    entity,
                    _name("statement", link.statement),
                    other_attributes={"backstop:bearing": bearing, "backstop:strength": link.strength},
                )
        for other in proposition.derived_from:
            document.wasDerivedFrom(entity, _name("proposition", other))
    text: str = document.serialize(format="json", indent=1)
    return text


def _name(kind: str, name: str) -> str:
    return f"backstop:{kind}_" + re.sub(r"[^\w.-]", lambda m: f"_{ord(m.group()):x}_", name)
