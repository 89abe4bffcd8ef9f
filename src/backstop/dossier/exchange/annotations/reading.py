"""W3C Web Annotations and their kin, read: JSON-LD in its forms, hypothes.is, recogito.

Annotations of ours come back whole, with what another program changed; those of other programs become statements in the
outlet's voice, to be coded. Hypothes.is gives its search API's `rows`, its client's `annotations`, or JSON-LD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from backstop.base.faults import InvalidInput, Place
from backstop.dossier.anchor.passage import Text
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.annotations.selectors import Searched, Selector, selector_of
from backstop.dossier.exchange.annotations.writing import OURS, SOURCE, TEXT
from backstop.dossier.exchange.foreign import ForeignCoding, ForeignPassage, LeftOut
from backstop.dossier.exchange.identifiers import guid, urn
from backstop.dossier.exchange.offsets import COUNTINGS, Counting, ReceivedText, best, fit, said_of
from backstop.dossier.record import Source, Statement

Json = Mapping[str, object]
_ABSOLUTE = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True, slots=True)
class _Target:
    """One target of an annotation: the source it is on (by our id), and where in it."""

    source: str
    selector: Selector


@dataclass(frozen=True, slots=True)
class _Body:
    """What an annotation says: the first text, tags, and what else it refers to."""

    words: str
    tags: tuple[str, ...]
    notes: tuple[str, ...]


def read_annotations(
    data: object,
    dossier: Dossier,
    texts: Mapping[str, str],
    name: str,
    ways: Sequence[Counting] = COUNTINGS,
) -> ForeignCoding:
    """The annotations in a file of the name `name`; `texts` by source id, for selectors that need one.

    Raises InvalidInput where there is no annotation in it. Those that cannot be taken are named in `left_out`.
    """
    return _Reader(dossier, texts, PurePath(name).name, ways).coding(data)


class _Reader:
    def __init__(
        self, dossier: Dossier, texts: Mapping[str, str], file: str, ways: Sequence[Counting]
    ) -> None:
        self.dossier, self.file, self.ways = dossier, file, ways
        self.searched = {
            name: _searched(dossier.sources[name], text, dossier.key) for name, text in texts.items()
        }
        self.left_out: list[LeftOut] = []
        self.coders: dict[str, str] = {}
        labels = ((n, label) for n, t in dossier.register.objects.items() for label in (t.title, *t.aliases))
        self.object_of = {label.casefold(): name for name, label in labels}

    def coding(self, data: object) -> ForeignCoding:
        items = [_modern(item) for item in self._items(data)]
        prepared: list[tuple[str, Json, _Target, Statement | None]] = []
        for index, item in enumerate(items, 1):
            called = f"annotation {_text(item.get('id')) or index}"
            try:
                base = _base(item)
                targets = self._targets(item, base)
            except ValueError as error:
                self.left_out.append(LeftOut("selections", f"{called}: {error}"))
                continue
            for number, target in enumerate(targets, 1):
                prepared.append((self._identifier(item, base, number), item, target, base))
        counting, notes = self._counting([target for _, _, target, _ in prepared])
        passages = []
        for identifier, item, target, base in prepared:
            try:
                passages.append(self._passage(identifier, item, target, base, counting))
            except ValueError as error:
                called = _text(item.get("id")) or "without an id"
                self.left_out.append(LeftOut("selections", f"annotation {called}: {error}"))
        return ForeignCoding(
            passages=tuple(passages),
            coders=self.coders,
            left_out=tuple(self.left_out),
            notes=tuple(notes),
        )

    def _items(self, data: object) -> list[object]:
        """The annotations of a file in any of its forms."""
        if isinstance(data, list):
            return data
        if isinstance(data, Mapping):
            if isinstance(after := data.get("next"), str):
                self.left_out.append(LeftOut("pages", f"the file goes on in {after}, which is not in it"))
            for name in ("items", "rows", "annotations", "@graph"):
                if isinstance(found := data.get(name), list):
                    return found
            if isinstance(first := data.get("first"), Mapping):
                return self._items(first)
            if any(name in data for name in ("target", "hasTarget")):
                return [data]
        raise InvalidInput(
            "there is no annotation in the file",
            place=Place(self.file),
            hint="give an Annotation, a page or a collection",
        )

    def _targets(self, item: Json, base: Statement | None) -> list[_Target]:
        given = item.get("target")
        targets = given if isinstance(given, list) else [given]
        if not any(targets):
            raise ValueError("it has no target")
        if item.get("references"):
            raise ValueError("it is a reply to another annotation")
        return [self._target(target, base) for target in targets]

    def _target(self, target: object, base: Statement | None) -> _Target:
        selectors: list[Json] = []
        named, state = "", ""
        if isinstance(target, str):
            named, _, fragment = target.partition("#")
            selectors = [{"value": fragment}] if fragment else []
        elif isinstance(target, Mapping):
            source = target.get("source", target.get("id"))
            named = _text(source.get("id") if isinstance(source, Mapping) else source)
            given = target.get("selector", [])
            selectors = [
                one for one in (given if isinstance(given, list) else [given]) if isinstance(one, Mapping)
            ]
            marks = target.get("state")
            state = _text(marks.get("id") if isinstance(marks, Mapping) else "").removeprefix(TEXT)
        else:
            raise ValueError("its target is neither a name nor an object")
        if not selectors:
            raise ValueError(f"it is on the whole of {named or 'its source'}, not on a passage")
        selector = selector_of(selectors)
        if base is not None:
            return _Target(base.source, selector)
        return _Target(self._source(named, state, selector), selector)

    def _source(self, named: str, state: str, selector: Selector) -> str:
        sources = self.dossier.sources.values()
        for source in sources:
            ids = (source.url, SOURCE + source.id, source.id, *source.known_as)
            if (named and named in ids) or (state and source.version(state)):
                return source.id
        file = named.replace("\\", "/").rpartition("/")[2]
        alike = [source.id for source in sources if file and file in (source.text.name, source.id)]
        if not named:
            # Some programs do not say on what they annotate: it is the one text in which the passage stands.
            alike = [
                name for name, one in self.searched.items() if any(selector.stands(one, w) for w in self.ways)
            ]
        if len(alike) == 1:
            return alike[0]
        if alike:
            raise ValueError(f"its source {named} may be {' or '.join(alike)}")
        raise ValueError(f"its source {named} is not in the dossier" if named else "it names no source")

    def _counting(self, targets: Sequence[_Target]) -> tuple[Counting, list[str]]:
        """How positions were counted: so that quotations stand where they say, or passages lie on words."""
        counted = [(t.selector, self.searched[t.source]) for t in targets if t.source in self.searched]
        counted = [(selector, searched) for selector, searched in counted if selector.position is not None]
        fits = {way: [_fit(selector, searched, way) for selector, searched in counted] for way in self.ways}
        counting = best(fits)
        spans = {way: tuple(one.counted(searched, way) for one, searched in counted) for way in self.ways}
        differ = counting != self.ways[0] and len(set(spans.values())) > 1
        return counting, [said_of(counting, fits, spans)] if differ else []

    def _passage(
        self, identifier: str, item: Json, target: _Target, base: Statement | None, counting: Counting
    ) -> ForeignPassage:
        body = _body(item)
        if base is not None and target.selector.position == (base.anchor.start, base.anchor.end):
            start, end = target.selector.position
        elif target.source in self.searched:
            start, end = target.selector.span(self.searched[target.source], counting)
        else:
            raise ValueError(
                f"its selector needs the text of {target.source}, which is not at hand; name it with --texts DIR"
            )
        objects, unknown = self._objects(body, base)
        notes = [*body.notes, *([f"tags: {', '.join(unknown)}"] if unknown else [])]
        return ForeignPassage(
            identifier,
            target.source,
            start,
            end,
            coder=self._coder(item, base),
            objects=objects,
            paraphrase=body.words or None,
            note="\n".join(notes) or None,
            when=_text(item.get("created")),
            base=base,
            called=f"annotation {_text(item.get('id')) or 'without an id'}",
        )

    def _objects(self, body: _Body, base: Statement | None) -> tuple[tuple[str, ...] | None, list[str]]:
        """The objects that tags name, None where there is no tag, and the tags that name none."""
        tags = list(body.tags)
        if base is not None:
            if base.type in tags:
                tags.remove(base.type)
            known = self.dossier.register.objects
            if tags == [known[name].title for name in base.objects if name in known]:
                return base.objects, []
        named = [self.object_of[tag.casefold()] for tag in tags if tag.casefold() in self.object_of]
        unknown = [tag for tag in tags if tag.casefold() not in self.object_of]
        return tuple(dict.fromkeys(named)) if body.tags else None, unknown

    def _coder(self, item: Json, base: Statement | None) -> str:
        creator = item.get("creator", item.get("user"))
        creator = creator[0] if isinstance(creator, list) and creator else creator
        if isinstance(creator, Mapping):
            number, name = _text(creator.get("id")), _text(creator.get("name") or creator.get("nickname"))
            if number:
                self.coders[number] = name or number
                return number
            return name
        name = _text(creator).removeprefix("acct:")
        return name or (base.coder if base is not None else "")

    def _identifier(self, item: Json, base: Statement | None, number: int) -> str:
        """The whole identifier of an annotation, or of its target `number`; empty where it has none."""
        given = _text(item.get("id"))
        if base is not None:
            return urn(guid("statement", base.id))
        if not given:
            return ""
        if "user" in item and "uri" in item:
            given = f"hypothes.is:{given}"
        elif not _ABSOLUTE.match(given):
            given = f"{self.file}#{given.lstrip('#')}"
        return given if number == 1 else f"{given}#target{number}"


def _searched(source: Source, text: str, key: bytes) -> Searched:
    raw = text.replace("\n", "\r\n") if source.text.newline == "CRLF" else text
    return Searched(Text(text, key), ReceivedText(raw))


def _fit(selector: Selector, searched: Searched, way: Counting) -> float:
    if selector.exact:
        return float(selector.stands(searched, way))
    span = selector.counted(searched, way)
    return 0.0 if span is None else fit(searched.text.text, *span)


def _modern(item: object) -> Json:
    """An annotation with the names of the model of 2017 in place of `@id`, `oa:` and `hasTarget`, and of recogito's."""
    if not isinstance(item, Mapping):
        return {}
    older = {"@id": "id", "@type": "type", "hasTarget": "target", "hasBody": "body", "bodies": "body"}
    found = {older.get(str(name), str(name)): value for name, value in item.items()}
    target = found.get("target")
    if isinstance(target, Mapping):
        for name in ("creator", "created"):
            if name in target:
                found.setdefault(name, target[name])
    return found


def _base(item: Json) -> Statement | None:
    """Our own record beside an annotation. Raises ValueError where it is not sound."""
    if OURS not in item:
        return None
    try:
        return Statement.model_validate(item[OURS])
    except ValueError as error:
        raise ValueError(
            f"Backstop's record in it is not sound ({str(error).splitlines()[-1].strip()})"
        ) from None


def _body(item: Json) -> _Body:
    bodies = item.get("body", [])
    words = [_text(item.get("bodyValue")), _text(item.get("text"))]
    tags = [tag for tag in _listed(item.get("tags")) if isinstance(tag, str)]
    notes: list[str] = []
    for body in _listed(bodies):
        if isinstance(body, str):
            notes.append(f"see {body}")
        elif isinstance(body, Mapping):
            value = _text(body.get("value"))
            if body.get("purpose") in ("tagging", "classifying"):
                tags.append(value or _text(body.get("source", body.get("id"))))
            elif value:
                words.append(value)
            elif named := _text(body.get("source", body.get("id"))):
                notes.append(f"see {named}")
    said = [word for word in words if word.strip()]
    return _Body(said[0] if said else "", tuple(filter(None, tags)), (*notes, *said[1:]))


def _listed(value: object) -> Iterator[object]:
    yield from value if isinstance(value, list) else () if value is None else (value,)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
