"""Statements as W3C Web Annotations (JSON-LD), written.

Offsets are Unicode code points, the end exclusive (Web Annotation Data Model 2017, section 4.2.4), as here. The
State beside a selector is the digest of the text; the words are in a TextQuoteSelector only where the text may
travel. The whole record stands under a name of our own, so that nothing is lost.
"""

from __future__ import annotations

from typing import Any

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Statement

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
OURS = "backstop:statement"
_NAMESPACE = {"backstop": "https://backstop.example/ns#"}
SOURCE, STATEMENT, TEXT = "urn:backstop:source:", "urn:backstop:statement:", "urn:sha256:"
"""What stands before our ids and digests in identifiers."""


def annotation_page(dossier: Dossier) -> dict[str, Any]:
    """All statements as one AnnotationPage."""
    return {
        "@context": [CONTEXT, _NAMESPACE],
        "id": "urn:backstop:statements",
        "type": "AnnotationPage",
        "items": [_annotation(statement, dossier) for statement in dossier.statements.values()],
    }


def _annotation(statement: Statement, dossier: Dossier) -> dict[str, Any]:
    anchor = statement.anchor
    selectors: list[dict[str, Any]] = [
        {"type": "TextPositionSelector", "start": anchor.start, "end": anchor.end}
    ]
    if anchor.quote is not None:
        quote = anchor.quote
        selectors.append(
            {
                "type": "TextQuoteSelector",
                "exact": quote.exact,
                "prefix": quote.prefix,
                "suffix": quote.suffix,
            }
        )
    source = dossier.sources[statement.source]
    tags = [statement.type, *(dossier.register.objects[name].title for name in statement.objects)]
    found: dict[str, Any] = {
        "id": STATEMENT + statement.id,
        "type": "Annotation",
        "motivation": "classifying",
        "body": [
            {
                "type": "TextualBody",
                "purpose": "describing",
                "format": "text/plain",
                "value": statement.paraphrase,
            },
            *({"type": "TextualBody", "purpose": "tagging", "value": tag} for tag in tags),
        ],
        "target": {
            "source": source.url or SOURCE + source.id,
            "state": {"type": "State", "id": TEXT + anchor.text},
            "selector": selectors,
        },
        OURS: statement.as_dict(),
    }
    if statement.coder:
        found["creator"] = {"type": "Person", "name": statement.coder}
    if statement.when:
        found["created"] = statement.when
    return found
