"""A dossier with everything in it."""

from dataclasses import replace

from tests.dossier.building import proposition, small, statement

from backstop.dossier.record import Acceptance, Event, Held, Quote, RecordedFinding, Term

MET = "The envoy met both sides in Vienna on Monday"


NASTY = [
    "=1+1",
    "+2",
    "-3",
    "@sum",
    "\ttab",
    "'=x",
    "''-y",
    "plain; text",
    "\u201ccurly\u201d \U0001f6a4",
    'quo"te, comma',
    "line\nbreak",
    "'",
    "it's",
]


def full():
    first = statement(
        "a1",
        "a",
        MET,
        actor="envoy",
        role='=HYPERLINK("x")',
        speaker="envoy",
        reporter="hosts",
        attribution="partial quotation",
        type="threat/warning",
        objects=["observers", "talks"],
        stance="-",
        target="the rebels; others",
        target_actors=["rebels"],
        condition={"form": "only if", "text": "a deal", "on": ["deal", "truce"]},
        hedge="reportedly",
        hedge_scope="whole",
        event="meeting",
        slots={
            "place": {"of": "meeting", "is": "Vienna"},
            "number": {"low": 40, "unit": "observers"},
            "participants": {"members": ["envoy"], "excluded": ["rebels"]},
        },
        paraphrase="=cmd|' /C calc'!A0",
        link="l",
        note="multi\nline; \u201cx\u201d",
        value="low",
        value_note="commentary",
        coder="one",
        when="2025-02-17T10:00:00Z",
    )
    was = first.anchor
    first = first.model_copy(
        update={
            "anchor": was.model_copy(update={"quote": Quote(exact=MET, prefix="report.\n", suffix=". He")}),
            "accepted": (Acceptance(by="x", when="y", was=was, state="changed"),),
        }
    )
    second = statement("b1", "b", "he said \u201csoon\u201d", actor="envoy", paraphrase="-soon", coder="two")
    held = Held(state="changed", text=second.anchor.text, start=1, end=5, score=91.5, since="z")
    dossier = small(
        [first, second.model_copy(update={"held": held}), statement("c1", "c", "Nobody met anybody")],
        [proposition("P1", {"a1": "explicit", "b1": "implied"}, {"c1": "partial"}, note="n")],
        objects={
            **{n: Term(title=n) for n in ("observers", "talks", "truce", "deal")},
            "patrols": Term(
                title="Lake patrols \u2013 \u201cnight\u201d",
                part_of=("observers",),
                aliases=("boats",),
                note="+n",
            ),
        },
        events={"meeting": Event(title="m")},
    )
    recorded = {
        "X1": RecordedFinding(
            id="X1",
            kind="contradiction",
            aspect="place",
            status="outright",
            statements=("a1", "b1"),
            explanation="=x",
            note="n",
        ),
        "X2": RecordedFinding(id="X2", kind="difference", statements=("a1",), dismissed=True, coder="one"),
    }
    return replace(dossier, findings=recorded)
