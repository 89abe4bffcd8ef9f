"""The hand coding of the three accounts as a dossier, to see that the records hold all that a coder wrote down.

The coding is one JSON file: sources, statements with offsets and digests, findings and causal claims, no passage.
Corroborations and causal claims become propositions, other findings records, negative controls dismissed ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backstop.dossier.accounts.gazetteer import state_of
from backstop.dossier.accounts.office import offices_in
from backstop.dossier.dossier import Dossier
from backstop.dossier.intake import now
from backstop.dossier.record import (
    OUTLET,
    Actor,
    Anchor,
    Condition,
    Digests,
    Event,
    Extractor,
    FindingKind,
    Form,
    Proposition,
    Published,
    RecordedFinding,
    Register,
    Slot,
    Source,
    Statement,
    Strength,
    Support,
    Term,
    Version,
)
from backstop.dossier.text.similarity import tokens

_KINDS: dict[str, FindingKind] = {
    "differences_in_detail": "difference",
    "contradictions_and_tensions": "contradiction",
    "disagreements_between_actors": "actor_disagreement",
}


def slug(label: str) -> str:
    """An identifier out of a label: lower case, words joined by underscores."""
    return re.sub(r"[^\w]+", "_", label.casefold()).strip("_")[:100] or "unnamed"


def read_coding(data: Mapping[str, Any], key: str, coder: str) -> Dossier:
    """The dossier in a coding. Raises KeyError or ValueError where the coding is not sound."""
    sources = {str(row["id"]): _source(row, coder) for row in data["sources"]}
    by_file = {str(row.get("file", row["id"])): sources[str(row["id"])] for row in data["sources"]}
    actors, objects = _actors(data), _objects(data)
    rows = data["statements"]
    statements = {
        row["id"]: _statement(
            row, by_file.get(row["source"]) or sources[row["source"]], actors, objects, coder
        )
        for row in rows
    }
    terms, stages = _known_relations(objects)
    actors |= _people_in(statements.values(), actors)
    register = Register(
        key=key,
        note=str(data.get("_about", "")),
        actors=actors,
        objects=terms,
        stages=stages,
        events=_events_in(statements.values(), actors, terms),
    )
    propositions = _propositions(data, statements, coder)
    return Dossier(register, sources, statements, propositions, _recorded(data, coder))


def _source(row: Mapping[str, Any], coder: str) -> Source:
    return Source(
        id=str(row["id"]),
        title=str(row.get("title") or ""),
        kind=str(row.get("kind") or ""),
        outlet=str(row.get("outlet") or ""),
        byline=str(row.get("byline") or ""),
        dateline=str(row.get("dateline") or ""),
        published=Published.model_validate(_published(row)),
        places=tuple(map(str, row.get("places") or ())),
        times=tuple(map(str, row.get("times") or ())),
        offices={slug(k): str(v) for k, v in (row.get("offices") or {}).items()},
        note=str(row.get("note") or ""),
        text=Version(
            digests=Digests(received=row["sha256"], text=row["sha256"]),
            chars=row["chars"],
            name=str(row.get("file", "")),
            extractor=Extractor(name="backstop-text", version="1"),
            newline=str(row.get("newline") or "LF"),
            added=now(),
            by=coder,
        ),
    )


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
    actors: Mapping[str, Actor],
    objects: Mapping[str, Term],
    coder: str,
) -> Statement:
    anchor = Anchor(text=source.text.digests.text, start=row["start"], end=row["end"], passage=row["sha256"])
    condition = row.get("condition")
    value = str(row.get("analytic_value") or "normal")
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
        slots=_slots_of(row, actors, objects),
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


def _recorded(data: Mapping[str, Any], coder: str) -> dict[str, RecordedFinding]:
    found: dict[str, RecordedFinding] = {}
    for group, kind in _KINDS.items():
        for row in (data.get("findings") or {}).get(group) or ():
            words = f"{row.get('status', '')} {row.get('note', '')}"
            note = "; ".join(
                f"{k}: {v}"
                for k, v in row.items()
                if k not in ("id", "finding", "statement_ids", "sources", "aspect", "status")
            )
            found[row["id"]] = RecordedFinding(
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


def _slots_of(
    row: Mapping[str, Any], actors: Mapping[str, Actor], objects: Mapping[str, Term]
) -> dict[str, Any]:
    """The slots of a row, to be validated with its statement.

    A row may give `slots` as a dossier does, with labels or ids of actors, objects and events. Else its place and time
    are taken, and the offices that its target names in brackets.
    """
    known = {*actors, *objects}

    def named(name: Any) -> Any:
        if isinstance(name, list):
            return [named(item) for item in name]
        return name if not isinstance(name, str) or name in known else slug(name)

    def entry(given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        naming = ("of", "on", "members", "excluded", "before", "after")
        return {key: named(value) if key in naming else value for key, value in given.items()}

    found: dict[str, Any] = {}
    offices = tuple(_offices(row.get("target"), actors))
    if offices:
        found["office"] = offices
    if row.get("place"):
        found["place"] = (Slot.model_validate({"is": str(row["place"])}),)
    if row.get("time"):
        found["time"] = (Slot(text=str(row["time"])),)
    given = row.get("slots")
    if isinstance(given, dict):
        for name, value in given.items():
            if name == "participants" and isinstance(value, list) and all(isinstance(v, str) for v in value):
                found[name] = {"members": named(value)}
            else:
                found[name] = [entry(v) for v in value] if isinstance(value, list) else entry(value)
    return found


def _offices(target: str | None, actors: Mapping[str, Actor]) -> Iterator[Slot]:
    """Offices that a target names in brackets after an actor."""
    for label, described in re.findall(r"([^;/(]+)\((.*)\)", target or ""):
        name = slug(label)
        if name in actors and offices_in(described):
            yield Slot.model_validate({"of": name, "is": described})


def _people_in(statements: Iterable[Statement], actors: Mapping[str, Actor]) -> dict[str, Actor]:
    """Participants that slots name and the register does not have yet."""
    named = (
        n for s in statements for slots in s.slots.values() for x in slots for n in (*x.members, *x.excluded)
    )
    return {name: Actor(name=name.replace("_", " ")) for name in named if name not in actors}


def _events_in(
    statements: Iterable[Statement], actors: Mapping[str, Actor], objects: Mapping[str, Term]
) -> dict[str, Event]:
    """What slots are about that is neither an actor nor an object: events, each named once."""
    found: dict[str, Event] = {}
    for statement in statements:
        names = [statement.event] if statement.event else []
        for slots in statement.slots.values():
            names += [n for slot in slots for n in (slot.of, slot.on, *slot.before, *slot.after) if n]
        for name in names:
            if name not in actors and name not in objects and name != "outlet":
                found.setdefault(name, Event(title=name.replace("_", " ")))
    return found


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


def _known_relations(objects: Mapping[str, Term]) -> tuple[dict[str, Term], tuple[str, ...]]:
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
