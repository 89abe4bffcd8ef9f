"""A hand coding in JSON: sources, statements with offsets and digests, findings and causal claims.

Passages are not in it; offsets and digests are, so that whoever holds the texts can check each one. What the coding
says about accounts becomes records of the dossier: corroborations and causal claims become propositions with the
statements linked to them, other findings are kept as the coder recorded them, one marked as a negative control as
dismissed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.dossier.accounts.finding import Kind
from backstop.dossier.accounts.gazetteer import state_of
from backstop.dossier.anchor.anchor import Text, anchored
from backstop.dossier.consistency import OUTLET
from backstop.dossier.exchange.coded_slots import events_in, people_in, slots_of
from backstop.dossier.exchange.field_vocabulary import known_relations
from backstop.dossier.intake import now
from backstop.dossier.record import (
    Actor,
    Anchor,
    Condition,
    Digests,
    Extractor,
    Form,
    Proposition,
    Published,
    Recorded,
    Register,
    Source,
    Statement,
    Strength,
    Support,
    Term,
    Version,
)
from backstop.dossier.store import Dossier
from backstop.dossier.text.canonical import digest
from backstop.dossier.text.similarity import grams, sketch, tokens
from backstop.dossier.text.zones import propose_zones

_KINDS: dict[str, Kind] = {
    "differences_in_detail": "difference",
    "contradictions_and_tensions": "contradiction",
    "disagreements_between_actors": "actor_disagreement",
}


def slug(label: str) -> str:
    """An identifier out of a label: lower case, words joined by underscores."""
    return re.sub(r"[^\w]+", "_", label.casefold()).strip("_")[:100] or "unnamed"


def is_coding(data: Any) -> bool:
    """Whether a JSON value looks like such a coding."""
    return (
        isinstance(data, dict)
        and isinstance(data.get("statements"), list)
        and isinstance(data.get("sources"), list)
    )


def read_coding(
    data: Mapping[str, Any], texts: Mapping[str, str], key: str, coder: str, file: str = ""
) -> Dossier:
    """The dossier in a coding. `texts`: canonical texts by digest, those that are at hand.

    Raises InvalidInput with every fault: a missing field, a passage that is not what the digest says.
    """
    faults: list[Fault] = []
    sources, by_file = _sources(data, texts, bytes.fromhex(key), coder, file, faults)
    actors = _actors(data)
    objects = _objects(data)
    statements: dict[str, Statement] = {}
    prepared = {name: Text(text, bytes.fromhex(key)) for name, text in texts.items()}
    for index, row in enumerate(data["statements"]):
        where = Place(file, path=f"statements[{index}]")
        try:
            source = by_file[row["source"]]
            statement = _statement(
                row, source, prepared.get(source.text.digests.text), actors, objects, coder
            )
        except KeyError as error:
            faults.append(Fault(f"{error.args[0]!r} is missing or unknown", where))
        except ValueError as error:
            faults.append(Fault(f"{row.get('id', 'a statement')}: {str(error).splitlines()[-1]}", where))
        else:
            if statement.id in statements:
                faults.append(Fault(f"the statement {statement.id} stands twice", where))
            statements[statement.id] = statement
    if faults:
        raise InvalidInput(faults)
    try:
        propositions = _propositions(data, statements, coder)
        recorded = _recorded(data, coder)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"the findings cannot be read ({error})", place=Place(file)) from None
    terms, stages = known_relations(objects)
    actors |= people_in(statements.values(), actors)
    events = events_in(statements.values(), actors, terms)
    register = Register(
        key=key, note=str(data.get("_about", "")), actors=actors, objects=terms, stages=stages, events=events
    )
    return Dossier(register, sources, statements, propositions, recorded)


def _sources(
    data: Mapping[str, Any], texts: Mapping[str, str], key: bytes, coder: str, file: str, faults: list[Fault]
) -> tuple[dict[str, Source], dict[str, Source]]:
    sources: dict[str, Source] = {}
    by_file: dict[str, Source] = {}
    for index, row in enumerate(data["sources"]):
        try:
            text = texts.get(row["sha256"])
            if text is not None and digest(text) != row["sha256"]:
                raise ValueError("the text does not have the digest of the coding")
            given = row.get("dateline")
            source = Source(
                id=str(row["id"]),
                title=str(row.get("title") or ""),
                kind=str(row.get("kind") or ""),
                outlet=str(row.get("outlet") or ""),
                byline=str(row.get("byline") or ""),
                dateline=str(given or ""),
                published=Published.model_validate(_published(row)),
                places=tuple(map(str, row.get("places") or ())),
                times=tuple(map(str, row.get("times") or ())),
                offices={slug(k): str(v) for k, v in (row.get("offices") or {}).items()},
                note=str(row.get("note") or ""),
                text=Version(
                    digests=Digests(
                        received=row["sha256"], text=row["sha256"], bytes=len(text.encode()) if text else 0
                    ),
                    chars=row["chars"],
                    name=str(row.get("file", "")),
                    extractor=Extractor(name="backstop-text", version="1"),
                    zones=propose_zones(text) if text else (),
                    sketch=sketch(grams(tokens(text), key)) if text else "",
                    newline=str(row.get("newline") or "LF"),
                    added=now(),
                    by=coder,
                ),
            )
        except (KeyError, ValueError) as error:
            faults.append(Fault(f"the source cannot be read: {error}", Place(file, path=f"sources[{index}]")))
            continue
        sources[source.id] = by_file[str(row.get("file", row["id"]))] = source
        by_file.setdefault(source.id, source)
    return sources, by_file


def _published(row: Mapping[str, Any]) -> dict[str, str]:
    day = row.get("absolute_date")
    if day:
        return {"from": str(day), "to": str(day), "certainty": "certain"}
    times = "; ".join(map(str, row.get("times") or ()))
    return {"text": times, "certainty": "relative"} if times else {}


def _labels(data: Mapping[str, Any]) -> list[str]:
    found = [str(row.get("actor", "")) for row in data["statements"]]
    found += [name for row in data["sources"] for name in (row.get("offices") or {})]
    return [label for label in dict.fromkeys(found) if label and not _is_outlet(label)]


def _is_outlet(label: str) -> bool:
    return label.casefold().startswith(OUTLET)


def _actors(data: Mapping[str, Any]) -> dict[str, Actor]:
    labels = _labels(data)
    for row in data["statements"]:
        for part in re.split(r"[;/]", str(row.get("target") or "")):
            name = re.sub(r"\(.*", "", part).strip()
            known = {state_of(label) or label for label in labels}
            if name[:1].isupper() and len(name.split()) <= 3 and (state_of(name) or name) not in known:
                labels.append(name)
    return {slug(label): Actor.model_validate({"name": label, **_register_entry(label)}) for label in labels}


def _register_entry(label: str) -> dict[str, Any]:
    low, parts = label.casefold(), label.split()
    if state_of(label):
        return {"kind": "state"}
    for word, kind in (
        ("government", "government"), ("administration", "government"), ("leaders", "collective"),
        ("states", "collective"), ("allies", "collective"), ("community", "collective"),
        ("analysts", "group"), ("experts", "group"), ("spokes", "organisation"), ("party", "organisation"),
    ):  # fmt: skip
        if word in low:
            return {"kind": kind}
    if len(parts) in (2, 3) and all(part[:1].isupper() for part in parts):
        return {"kind": "person", "aliases": [parts[-1]]}
    return {"kind": "other"}


def _objects(data: Mapping[str, Any]) -> dict[str, Term]:
    listed = list((data.get("schema") or {}).get("objects") or [])
    listed += [label for row in data["statements"] for label in row.get("object") or []]
    return {slug(label): Term(title=label) for label in dict.fromkeys(listed)}


def _statement(
    row: Mapping[str, Any],
    source: Source,
    text: Text | None,
    actors: Mapping[str, Actor],
    objects: Mapping[str, Term],
    coder: str,
) -> Statement:
    start, end = row["start"], row["end"]
    if text is not None:
        anchor = anchored(text, start, end)
        if anchor.passage != row["sha256"]:
            raise ValueError(
                f"the passage from {start} to {end} of {source.id} is not the one that was coded"
            )
    else:
        anchor = Anchor(text=source.text.digests.text, start=start, end=end, passage=row["sha256"])
        if end > source.text.chars:
            raise ValueError(f"there is no passage from {start} to {end} in {source.id}")
    condition = row.get("condition")
    value = str(row.get("analytic_value") or "normal")
    slots = slots_of(row, actors, objects, slug)
    return Statement(
        id=row["id"],
        source=source.id,
        anchor=anchor,
        actor=OUTLET if _is_outlet(row["actor"]) else slug(row["actor"]),
        role=row.get("actor_role_as_described"),
        attribution=row["attribution_mode"],
        type=row["type"],
        objects=tuple(slug(label) for label in row.get("object") or ()),
        stance=row.get("stance") or "0",
        target=row.get("target"),
        target_actors=_targets(row.get("target"), actors),
        condition=_condition(condition, objects) if condition else None,
        hedge=row.get("hedge"),
        event=slug(row["event"]) if row.get("event") else None,
        slots=slots,
        paraphrase=row["paraphrase"],
        link=row.get("link"),
        value="low" if value.startswith("low") else "normal",
        value_note=value.partition("(")[2].rstrip(")"),
        coder=coder,
        when=now(),
    )


def _targets(target: str | None, actors: Mapping[str, Actor]) -> tuple[str, ...]:
    """The actors of the register that a target names, longest names first so that parts do not count."""
    found, left = [], (target or "").casefold()
    for name, actor in sorted(actors.items(), key=lambda item: -len(item[1].name)):
        for label in (actor.name, *actor.aliases):
            pattern = rf"(?<!\w){re.escape(label.casefold())}(?!\w)"
            if re.search(pattern, left):
                found.append(name)
                left = re.sub(pattern, " ", left)
                break
    states = {state: name for name, actor in actors.items() if (state := state_of(actor.name))}
    for part in re.split(r"[;/(]", left):
        state = state_of(part.strip())
        if state in states:
            found.append(states[state])
    return tuple(dict.fromkeys(found))


def _condition(given: Mapping[str, Any], objects: Mapping[str, Term]) -> Condition:
    text = str(given.get("on", ""))
    words = set(tokens(text)) | {word.removesuffix("s") for word in tokens(text)}
    split = {name: tokens(term.title) for name, term in objects.items()}
    # The last word of a title is its head, unless it is a name.
    heads = [t[-1] for n, t in split.items() if t and objects[n].title.split()[-1].islower()]
    named = [name for name, title in split.items() if title and set(title) <= words]
    left = words - {word for name in named for word in split[name]}
    # "a robust guarantee" means the security guarantee where no other object is called a guarantee.
    named += [n for n, title in split.items() if title and title[-1] in left and heads.count(title[-1]) == 1]
    return Condition(form=given["form"], text=text, on=tuple(named))


def logical_form(text: str, modality: str | None = None) -> Form:
    """A logical form out of its usual notation: `NECESSARY: a -> b`, `a and not b -> c`, `x -> y up`,
    `complement(a, b)`.
    """
    sure: Any = {"modality": "possible"} if modality == "possible" or "(possible)" in text else {}
    head, _, rest = text.partition(":") if re.match(r"[A-Z]{4,}", text) else ("", "", text)
    body = re.sub(r"\((?:possible|observed|veto|unknown)\)", "", rest or text).strip()
    left, arrow, right = (part.strip() for part in body.partition("->"))
    both = tuple(part.strip() for part in re.split(r"\band\b", left) if part.strip())
    if head.startswith("DERIVED"):
        return Form(kind="derived", text=text)
    if head.startswith("NECESSARY"):
        return Form(kind="necessary", outcome=left, conditions=(right,), text=text, **sure)
    if match := re.match(r"complement\((.+)\)", body):
        return Form(
            kind="complements", conditions=tuple(p.strip() for p in match.group(1).split(",")), text=text
        )
    if "<=" in body:
        return Form(kind="threshold", outcome=body.partition("<=")[0].strip(), text=text)
    if arrow and "(observed)" in text:
        return Form(kind="observed", outcome=right, conditions=both, text=text)
    if arrow and re.search(r"\b(?:up|down)$", right):
        kind: Any = "raises" if right.endswith("up") else "lowers"
        return Form(
            kind=kind, outcome=re.sub(r"\s*\b(?:up|down)$", "", right), conditions=both, text=text, **sure
        )
    return Form(kind="sufficient", outcome=right or body, conditions=both if arrow else (), text=text, **sure)


def _propositions(
    data: Mapping[str, Any], statements: Mapping[str, Statement], coder: str
) -> dict[str, Proposition]:
    found: dict[str, Proposition] = {}
    alone = {name for names in (data.get("single_source_claims") or {}).values() for name in names}
    when = now()

    def links(names: list[str], text: str) -> tuple[Support, ...]:
        return tuple(
            Support(
                statement=name,
                strength=_strength(name, statements, text, name in alone),
                coder=coder,
                when=when,
            )
            for name in names
        )

    for row in data.get("causal_claims") or ():
        status = str(row.get("status", "")).casefold()
        kind: Any = next((k for k in ("implied", "derived") if status.startswith(k)), "stated")
        supports = tuple(
            Support(
                statement=name, strength="explicit" if kind == "stated" else "implied", coder=coder, when=when
            )
            for name in row["statement_ids"]
        )
        found[row["id"]] = Proposition(
            id=row["id"],
            text=row["claim"],
            form=logical_form(str(row.get("logical_form", "")), row.get("modality"))
            if row.get("logical_form")
            else None,
            status=kind,
            derived_from=tuple(dict.fromkeys(re.findall(r"\bM\d+\b", str(row.get("logical_form", ""))))),
            supports=supports,
            variables=tuple(row.get("variables") or ()),
            testable_in=tuple(row.get("testable_in") or ()),
            note="; ".join(f"{k}: {row[k]}" for k in ("asserted_by", "status", "uncertain") if row.get(k)),
        )
    for row in (data.get("findings") or {}).get("corroborations") or ():
        strength = str(row.get("strength", ""))
        rest = "; ".join(
            f"{k}: {v}" for k, v in row.items() if k not in ("id", "finding", "statement_ids", "sources")
        )
        found[row["id"]] = Proposition(
            id=row["id"], text=row["finding"], supports=links(row["statement_ids"], strength), note=rest
        )
    return found


def _strength(name: str, statements: Mapping[str, Statement], text: str, alone: bool) -> Strength:
    """`partial` for a statement that the coding also lists as of one account only, or where the coder wrote so."""
    if name not in statements:
        raise ValueError(f"there is no statement {name}")
    source = statements[name].source
    if alone or "partial" in text or re.search(rf"partial[^;]*\b{re.escape(source)}\b", text):
        return "partial"
    return "implied" if re.search(rf"\bin {re.escape(source)} only by way\b", text) else "explicit"


def _recorded(data: Mapping[str, Any], coder: str) -> dict[str, Recorded]:
    found: dict[str, Recorded] = {}
    for group, kind in _KINDS.items():
        for row in (data.get("findings") or {}).get(group) or ():
            words = f"{row.get('status', '')} {row.get('note', '')}"
            note = "; ".join(
                f"{k}: {v}"
                for k, v in row.items()
                if k not in ("id", "finding", "statement_ids", "sources", "aspect", "status")
            )
            found[row["id"]] = Recorded(
                id=row["id"],
                kind=kind,
                aspect=str(row.get("aspect", "")),
                status=str(row.get("status", "")),
                statements=tuple(row["statement_ids"]),
                explanation=row["finding"],
                note=note,
                dismissed="NEGATIVE CONTROL" in words,
                coder=coder,
                when=now(),
            )
    return found
