"""Statements as W3C Web Annotations (JSON-LD), both ways.

Offsets are Unicode code points, the end exclusive (Web Annotation Data Model 2017, section 4.2.4), as here. The
State beside a selector is the digest of the text; the words are in a TextQuoteSelector only where the text may
travel. The whole record stands under a name of our own, so that nothing is lost; where another program moved a
selector or changed the body, that counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import OUTLET, Statement
from backstop.dossier.record_reader import RecordReader

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
OURS = "backstop:statement"
_NAMESPACE = {"backstop": "https://backstop.example/ns#"}
_SOURCE, _ID, _TEXT = "urn:backstop:source:", "urn:backstop:statement:", "urn:sha256:"


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
        "id": _ID + statement.id,
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
            "source": source.url or _SOURCE + source.id,
            "state": {"type": "State", "id": _TEXT + anchor.text},
            "selector": selectors,
        },
        OURS: statement.as_dict(),
    }
    if statement.coder:
        found["creator"] = {"type": "Person", "name": statement.coder}
    if statement.when:
        found["created"] = statement.when
    return found


def read_annotations(
    data: Any, dossier: Dossier, texts: Mapping[str, str], name: str, coder: str
) -> dict[str, Statement]:
    """The statements in an annotation, a list, a page or a collection.

    `texts` by source id, for selectors without a digest. Annotations of other programs become statements in the
    outlet's voice, to be coded. Raises InvalidInput with all faults.
    """
    prepared = {source: Text(text, dossier.key) for source, text in texts.items()}
    reader = RecordReader(Statement, "annotation")
    for index, item in enumerate(_items(data)):
        where = Place(name, path=f"items[{index}]")
        try:
            plain = _plain(item, index, dossier, prepared, coder)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reader.faults.append(Fault(f"the annotation cannot be read: {error}", where))
        else:
            reader.take(plain, where)
    return reader.done()


def _items(data: Any) -> list[Any]:
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        if data.get("type") == "AnnotationCollection" and isinstance(data.get("first"), dict):
            return _items(data["first"])
        if isinstance(data.get("items"), list):
            return list(data["items"])
        if data.get("type") == "Annotation":
            return [data]
    raise InvalidInput(
        "there is no annotation in the file", hint="give an Annotation, a page or a collection"
    )


def _plain(item: Any, index: int, dossier: Dossier, texts: Mapping[str, Text], coder: str) -> Any:
    target = item["target"][0] if isinstance(item["target"], list) else item["target"]
    given = target.get("selector", [])
    selectors = given if isinstance(given, list) else [given]
    position = next((s for s in selectors if s.get("type") == "TextPositionSelector"), None)
    quote = next((s for s in selectors if s.get("type") == "TextQuoteSelector"), None)
    ours = dict(item[OURS]) if OURS in item else None
    source = ours["source"] if ours else _source(target, dossier)
    bodies = item.get("body", [])
    bodies = bodies if isinstance(bodies, list) else [bodies]
    words = [
        b["value"] for b in bodies if isinstance(b, dict) and b.get("purpose") != "tagging" and b.get("value")
    ]
    if ours is not None:
        if words:
            ours["paraphrase"] = words[0]
        anchor = ours["anchor"]
        if position is not None and (position["start"], position["end"]) != (anchor["start"], anchor["end"]):
            ours["anchor"] = _anchor(source, position, None, dossier, texts)
        return ours
    creator = item.get("creator")
    who = creator.get("name", "") if isinstance(creator, dict) else str(creator or "")
    return {
        "id": str(item.get("id", "")).removeprefix(_ID).rsplit("/", 1)[-1] or f"annotation-{index + 1}",
        "source": source,
        "anchor": _anchor(source, position, quote, dossier, texts),
        "actor": OUTLET,
        "attribution": "outlet voice",
        "type": "report of fact",
        "paraphrase": words[0] if words else "(not yet coded)",
        "note": "tags: " + ", ".join(t)
        if (t := [b["value"] for b in bodies if b.get("purpose") == "tagging"])
        else "",
        "coder": who or coder,
        "when": str(item.get("created", "")),
    }


def _source(target: Mapping[str, Any], dossier: Dossier) -> str:
    named = target["source"]["id"] if isinstance(target["source"], dict) else str(target["source"])
    state = str((target.get("state") or {}).get("id", "")).removeprefix(_TEXT)
    for source in dossier.sources.values():
        if named in (source.url, _SOURCE + source.id, source.id) or any(
            v.digests.text == state for v in source.versions
        ):
            return source.id
    file = named.replace("\\", "/").rsplit("/", 1)[-1]
    alike = [source.id for source in dossier.sources.values() if file and source.text.name == file]
    if len(alike) == 1:
        return alike[0]
    raise ValueError(f"its source {named} is not in the dossier")


def _anchor(source: str, position: Any, quote: Any, dossier: Dossier, texts: Mapping[str, Text]) -> Any:
    if source not in texts:
        raise ValueError(
            f"its selector needs the text of {source}, which is not at hand; name it with --texts DIR"
        )
    text = texts[source]
    if position is None:
        if quote is None:
            raise ValueError("it has neither a position nor a quotation")
        position = _found(quote, text.text)
    elif quote is not None and text.text[position["start"] : position["end"]] != quote["exact"]:
        # Some programs count otherwise: the words say what was meant.
        position = _found(quote, text.text)
    return anchored(text, position["start"], position["end"], dossier.sources[source].may_travel)


def _found(quote: Mapping[str, Any], text: str) -> dict[str, int]:
    exact, prefix, suffix = quote["exact"], quote.get("prefix", ""), quote.get("suffix", "")
    places = [i for i in range(len(text)) if text.startswith(exact, i)]
    fitting = [i for i in places if text[:i].endswith(prefix) and text[i + len(exact) :].startswith(suffix)]
    if len(fitting) != 1 and len(places) != 1:
        raise ValueError(
            "its quotation stands nowhere in the text" if not places else "its quotation stands there twice"
        )
    start = (fitting or places)[0]
    return {"start": start, "end": start + len(exact)}
