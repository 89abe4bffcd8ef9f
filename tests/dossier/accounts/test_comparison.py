"""The comparison on accounts made for the tests: every rule, and what must stay silent."""

from dataclasses import replace

import pytest
from tests.dossier.building import proposition, small, statement, value

from backstop.dossier.accounts.comparison import compare
from backstop.dossier.record import Actor, Event, Held, RecordedFinding, Term

MET_A, MET_B, NONE_C = (
    "The envoy met both sides in Vienna on Monday",
    "The envoy met both sides in Prague",
    "Nobody met anybody",
)
WANTS_A, WOULD_B, REFUSE_C = (
    "He wants 40 observers on the lake",
    "Sixty observers would go",
    "The rebels refuse any observer at all",
)


def pair(slots_a, slots_b, one=("a", MET_A), other=("b", MET_B), **register):
    return small(
        [
            statement("a1", *one, actor="envoy", attribution="reported act", slots=slots_a),
            statement("b1", *other, actor="envoy", attribution="reported act", slots=slots_b),
        ],
        **register,
    )


def found(dossier, *kinds):
    wanted = kinds or ("contradiction", "difference")
    return [f for f in compare(dossier).findings if f.kind in wanted]


def test_one_event_in_two_places_is_an_outright_contradiction():
    (finding,) = found(
        pair({"place": {"of": "meeting", "is": "Vienna"}}, {"place": {"of": "meeting", "is": "Prague"}})
    )
    assert (finding.kind, finding.aspect, finding.status) == ("contradiction", "place", "outright")
    assert set(finding.statements) == {"a1", "b1"}
    assert finding.sources == ("a", "b")


def test_events_that_may_be_two_are_reconcilable():
    events = {"meeting": Event(title="one", maybe_same_as=("session",)), "session": Event(title="other")}
    dossier = pair(
        {"place": {"of": "meeting", "is": "Vienna"}},
        {"place": {"of": "session", "is": "Prague"}},
        events=events,
    )
    (finding,) = found(dossier)
    assert (finding.kind, finding.status) == ("contradiction", "reconcilable")


def test_different_events_are_not_compared():
    events = {"meeting": Event(title="one"), "session": Event(title="other")}
    assert not found(
        pair(
            {"place": {"of": "meeting", "is": "Vienna"}},
            {"place": {"of": "session", "is": "Prague"}},
            events=events,
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [("Vienna", "Austria"), ("Paris", "Paris, France"), ("the Austrian capital Vienna", "Vienna")],
)
def test_a_city_in_its_country_is_no_contradiction(one, other):
    assert not found(pair({"place": {"of": "meeting", "is": one}}, {"place": {"of": "meeting", "is": other}}))


def test_a_dateline_is_never_compared_with_a_place():
    dossier = pair({"place": {"of": "meeting", "is": "Prague"}}, {"place": {"of": "meeting", "is": "Prague"}})
    sources = {n: s.model_copy(update={"dateline": "VIENNA"}) for n, s in dossier.sources.items()}
    assert not found(replace(dossier, sources=sources))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("British Prime Minister", "the UK premier"),
        ("Prime Minister Sir", "Prime Minister"),
        ("the prime minister", "British Prime Minister (Sir)"),
        ("US President", "President of the United States"),
        ("leader of the Lake Party", "the Lake leader"),
    ],
)
def test_forms_of_address_are_no_contradiction(one, other):
    assert not found(pair({"office": one}, {"office": other}))


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ("French President", "German Chancellor", "outright"),
        ("Prime Minister", "leader of the opposition", "outright"),
        ("foreign minister", "outside government", "outright"),
        ("foreign minister", "special envoy", "reconcilable"),
    ],
)
def test_offices_that_do_not_go_together(one, other, status):
    (finding,) = found(pair({"office": one}, {"office": other}))
    assert (finding.kind, finding.aspect, finding.status) == ("contradiction", "office", status)


def test_roles_as_described_serve_where_no_office_is_coded():
    dossier = small(
        [
            statement("a1", "a", MET_A, actor="envoy", role="Finnish President"),
            statement("b1", "b", MET_B, actor="envoy", role="President of Finland"),
            statement("c1", "c", NONE_C, actor="envoy", role="Swedish Prime Minister"),
        ]
    )
    (finding,) = found(dossier, "contradiction")
    assert set(finding.sources) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ({"low": 40, "unit": "observers"}, {"low": 60, "unit": "observers"}, "contradiction"),
        ({"low": 40, "high": 70}, {"low": 60, "high": 60}, "difference"),
        ({"low": 1000}, {"low": 1030}, "difference"),
        ({"low": 40, "unit": "observers"}, {"low": 60, "unit": "boats"}, None),
        ({"low": 40}, {"low": 40, "high": 40}, None),
    ],
)
def test_numbers(one, other, kind):
    dossier = pair({"number": {"of": "meeting", **one}}, {"number": {"of": "meeting", **other}})
    assert [f.kind for f in found(dossier)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ({"from": "2025-02-17"}, {"from": "2025-02-19", "to": "2025-02-20"}, "contradiction"),
        ({"from": "2025-02-17", "to": "2025-02-21"}, {"from": "2025-02-19"}, None),
        ({"text": "Monday"}, {"text": "next week"}, "difference"),
        ({"text": "Monday"}, {"text": "on Monday"}, None),
        ({"before": ["vote"]}, {"after": ["vote"]}, "contradiction"),
    ],
)
def test_times_stay_words_until_a_date_is_known(one, other, kind):
    events = {"meeting": Event(title="m"), "vote": Event(title="v")}
    dossier = pair({"time": {"of": "meeting", **one}}, {"time": {"of": "meeting", **other}}, events=events)
    assert [f.kind for f in found(dossier)] == ([kind] if kind else [])


def test_a_party_that_one_account_has_and_another_excludes():
    one = {"participants": {"of": "meeting", "members": ["envoy", "rebels"]}}
    other = {"participants": {"of": "meeting", "members": ["envoy"], "excluded": ["rebels"]}}
    (finding,) = found(pair(one, other))
    assert (finding.kind, finding.aspect) == ("contradiction", "participants")


def test_part_of_an_excluded_party_is_excluded():
    actors = {
        "envoy": Actor(name="Envoy", kind="person"),
        "wing": Actor(name="Wing", part_of=("rebels",)),
        "rebels": Actor(name="Rebels"),
    }
    one = {"participants": {"of": "meeting", "members": ["envoy", "wing"]}}
    other = {"participants": {"of": "meeting", "members": ["envoy"], "excluded": ["rebels"]}}
    assert [f.kind for f in found(pair(one, other, actors=actors))] == ["contradiction"]


def test_reactions_may_come_one_after_the_other():
    (finding,) = found(
        pair({"reaction": {"on": "talks", "is": "refused"}}, {"reaction": {"on": "talks", "is": "no reply"}})
    )
    assert (finding.kind, finding.status) == ("contradiction", "reconcilable")


def test_positions_of_one_actor_contradict_and_of_two_disagree():
    one = {"position": {"on": "truce", "is": "for it", "polarity": "+"}}
    other = {"position": {"on": "truce", "is": "against it", "polarity": "-"}}
    dossier = pair(one, other)
    assert [(f.kind, f.aspect) for f in found(dossier)] == [("contradiction", "position")]
    assert not found(dossier, "actor_disagreement")
    statements = {**dossier.statements, "b1": dossier.statements["b1"].model_copy(update={"actor": "rebels"})}
    two = replace(dossier, statements=statements)
    assert not found(two)
    (finding,) = found(two, "actor_disagreement")
    assert finding.details["holders"] == ["envoy", "rebels"]


def test_the_head_of_a_body_speaks_for_it_only_where_he_heads_it():
    actors = {
        "envoy": Actor.model_validate(
            {
                "name": "Envoy",
                "kind": "person",
                "roles": [{"office": "Prime Minister", "body": "hosts", "heads": True}],
            }
        ),
        "hosts": Actor(name="Hosts", kind="government"),
        "rebels": Actor(name="Rebels"),
    }
    mine = {"position": {"on": "truce", "is": "asks for it", "polarity": "+"}}
    theirs = {"position": {"of": "hosts", "on": "truce", "is": "rejects it", "polarity": "-"}}
    as_head = pair({**mine, "office": "Prime Minister"}, theirs, actors=actors)
    assert [f.details["subjects"] for f in found(as_head)] == [["hosts"]]
    as_private = pair({**mine, "office": "author"}, theirs, actors=actors)
    assert not found(as_private)


def test_details_differ_across_accounts_and_opposite_ones_inside_are_a_tension():
    across = pair({"provider": {"of": "truce", "is": "hosts"}}, {"provider": {"of": "truce", "is": "rebels"}})
    assert [(f.kind, f.aspect) for f in found(across)] == [("difference", "provider")]
    inside = pair(
        {"framing": {"of": "truce", "is": "hope", "polarity": "+"}},
        {"framing": {"of": "truce", "is": "gloom", "polarity": "-"}},
        other=("a", WANTS_A),
    )
    (finding,) = found(inside)
    assert (finding.kind, finding.status) == ("contradiction", "internal tension")


def test_values_of_the_vocabulary_agree_lie_within_or_exclude():
    values = {
        "early": value("early", agrees=["soon"]),
        "soon": value("soon"),
        "never": value("never", excludes=["soon"]),
        "spring": value("spring", within=["soon"]),
    }
    make = lambda one, other: pair(  # noqa: E731
        {"occasion": {"of": "meeting", "is": one}},
        {"occasion": {"of": "meeting", "is": other}},
        values=values,
    )
    assert not found(make("early", "soon"))
    assert not found(make("spring", "soon"))
    assert [f.status for f in found(make("never", "soon"))] == ["outright"]


STAGES = {
    "stages": ("truce", "deal"),
    "objects": {
        "truce": Term(title="truce"),
        "deal": Term(title="deal"),
        "observers": Term(title="observers"),
        "patrols": Term(title="patrols", part_of=("observers",)),
        "talks": Term(title="talks"),
    },
}


def conditional(form_a, on_a, form_b, on_b, **more):
    return small(
        [
            statement(
                "a1",
                "a",
                WANTS_A,
                actor="envoy",
                type="demand",
                objects=["observers"],
                condition={"form": form_a, "text": "x", "on": on_a},
            ),
            statement(
                "b1",
                "b",
                WOULD_B,
                actor="hosts",
                type="conditional commitment",
                objects=["patrols"],
                condition={"form": form_b, "text": "y", "on": on_b},
            ),
        ],
        **{**STAGES, **more},
    )


def test_what_is_needed_before_it_is_promised_is_an_apparent_contradiction():
    (finding,) = found(conditional("in the event of", ["truce"], "only if", ["deal"]))
    assert (finding.kind, finding.aspect, finding.status) == ("contradiction", "sequence", "apparent")
    assert set(finding.statements) == {"a1", "b1"}


@pytest.mark.parametrize(
    ("form_a", "on_a", "form_b", "on_b"),
    [
        ("only if", ["truce"], "only if", ["deal"]),  # two necessary conditions are compatible
        ("in the event of", ["deal"], "only if", ["truce"]),  # promised earlier than needed
        ("in the event of", ["truce"], "only if", ["truce"]),
    ],
)
def test_compatible_conditions_are_silent(form_a, on_a, form_b, on_b):
    assert not found(conditional(form_a, on_a, form_b, on_b))


def forms(one, other, holder="envoy"):
    return small(
        [statement("a1", "a", WANTS_A, actor="envoy"), statement("b1", "b", WOULD_B, actor=holder)],
        [proposition("P1", {"a1": "explicit"}, form=one), proposition("P2", {"b1": "explicit"}, form=other)],
    )


NECESSARY = {"kind": "necessary", "outcome": "peace", "conditions": ["observers"]}


def test_two_necessary_conditions_of_one_outcome_are_compatible():
    assert not found(
        forms(NECESSARY, {**NECESSARY, "conditions": ["deal"]}), "contradiction", "actor_disagreement"
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NECESSARY, {"kind": "sufficient", "outcome": "peace", "conditions": ["deal", "not observers"]}),
        (
            {"kind": "raises", "outcome": "risk", "conditions": ["x"]},
            {"kind": "lowers", "outcome": "risk", "conditions": ["x"]},
        ),
        (
            {"kind": "sufficient", "outcome": "peace", "conditions": ["x"]},
            {"kind": "sufficient", "outcome": "not peace", "conditions": ["x"]},
        ),
    ],
)
def test_logical_forms_that_exclude_each_other(one, other):
    assert [f.kind for f in found(forms(one, other), "contradiction", "actor_disagreement")] == [
        "contradiction"
    ]
    assert [f.kind for f in found(forms(one, other, "rebels"), "contradiction", "actor_disagreement")] == [
        "actor_disagreement"
    ]


def linked(**fields):
    return small(
        [
            statement("a1", "a", WANTS_A, actor="envoy"),
            statement("b1", "b", WOULD_B, actor="envoy", **fields),
        ],
        [proposition("P1", {"a1": "explicit", "b1": "implied"})],
    )


def test_corroboration_counts_accounts_and_names_strengths():
    (finding,) = found(linked(), "corroboration")
    assert finding.details["strength"] == {"a": "explicit", "b": "implied"}
    assert finding.details["independent_accounts"] == 2
    assert not found(linked(), "single_source")


def test_commentary_does_not_count():
    assert not found(linked(value="low"), "corroboration")


@pytest.mark.parametrize("status", ["implied", "derived"])
def test_what_the_analyst_inferred_is_never_corroborated(status):
    dossier = linked()
    inferred = dossier.propositions["P1"].model_copy(update={"status": status})
    assert not found(replace(dossier, propositions={"P1": inferred}), "corroboration")


def test_a_partial_link_leaves_a_claim_with_one_account():
    dossier = small(
        [statement("a1", "a", WANTS_A), statement("b1", "b", WOULD_B)],
        [proposition("P1", {"a1": "explicit", "b1": "partial"})],
    )
    assert [f.statements for f in found(dossier, "single_source")] == [("b1",)]


def test_accounts_of_one_origin_count_once():
    dossier = linked()
    sources = {**dossier.sources, "b": dossier.sources["b"].model_copy(update={"same_origin_as": ("a",)})}
    (finding,) = found(replace(dossier, sources=sources), "corroboration")
    assert finding.details["independent_accounts"] == 1


def test_accounts_with_one_text_count_once():
    dossier = linked()
    copied = dossier.sources["b"].text.model_copy(update={"sketch": dossier.sources["a"].text.sketch})
    sources = {**dossier.sources, "b": dossier.sources["b"].model_copy(update={"text": copied})}
    comparison = compare(replace(dossier, sources=sources))
    assert [r.relation for r in comparison.independence.relations] == ["one text"]
    assert comparison.of("corroboration")[0].details["independent_accounts"] == 1


def stance(type_b="refusal", **fields):
    return small(
        [
            statement("a1", "a", WANTS_A, actor="envoy", type="demand", objects=["observers"], stance="+"),
            statement(
                "c1", "c", REFUSE_C, actor="rebels", type=type_b, objects=["observers"], stance="-", **fields
            ),
        ]
    )


def test_opposite_stance_of_two_holders_is_a_disagreement_of_actors_and_no_contradiction():
    assert [set(f.statements) for f in found(stance(), "actor_disagreement")] == [{"a1", "c1"}]
    assert not found(stance(), "contradiction")


def test_a_stance_on_the_absence_of_a_thing_is_none_on_the_thing():
    assert not found(
        stance("threat/warning", condition={"form": "if not", "text": "observers"}), "actor_disagreement"
    )


def test_whoever_names_an_opponent_is_against_that_one():
    assert not found(stance(target_actors=["hosts"]), "actor_disagreement")
    assert found(stance(target_actors=["envoy"]), "actor_disagreement")


def test_unattributed_claims_are_listed():
    dossier = small(
        [
            statement("a1", "a", MET_A),
            statement("a2", "a", WANTS_A, actor="envoy", attribution="indirect speech"),
        ]
    )
    assert [f.statements for f in found(dossier, "unattributed")] == [("a1",)]


def test_candidates_are_statements_of_other_accounts_with_something_rare_in_common():
    dossier = small(
        [
            statement(
                "a1",
                "a",
                WANTS_A,
                actor="envoy",
                type="demand",
                objects=["observers"],
                paraphrase="He wants lake observers.",
            ),
            statement(
                "b1",
                "b",
                WOULD_B,
                actor="envoy",
                type="demand",
                objects=["observers"],
                paraphrase="Lake observers are wanted.",
            ),
            statement("c1", "c", NONE_C, objects=["talks"], paraphrase="There were no meetings."),
        ]
    )
    candidates = found(dossier, "candidate")
    assert [set(f.statements) for f in candidates] == [{"a1", "b1"}]
    linked_already = replace(
        dossier, propositions={"P": proposition("P", {"a1": "explicit", "b1": "explicit"})}
    )
    assert not found(linked_already, "candidate")


def test_a_dismissed_finding_stays_away_and_a_recorded_one_is_shown():
    dossier = pair({"place": {"of": "meeting", "is": "Vienna"}}, {"place": {"of": "meeting", "is": "Prague"}})
    (finding,) = found(dossier)
    dismissed = RecordedFinding(id=finding.id, kind="contradiction", dismissed=True)
    assert not found(replace(dossier, findings={finding.id: dismissed}))
    noted = RecordedFinding(
        id="X1", kind="difference", aspect="tone", statements=("a1", "b1"), explanation="Tone."
    )
    kinds = [(f.id, f.origin) for f in found(replace(dossier, findings={"X1": noted}))]
    assert ("X1", "recorded") in kinds


def test_json_is_what_the_format_says():
    plain = compare(linked()).as_dict(linked(), {"dossier.yaml": "0" * 64})
    assert plain["format"] == "backstop-accounts/1"
    for finding in plain["findings"]:
        assert {"id", "kind", "aspect", "status", "statements", "sources", "explanation"} <= set(finding)
    assert len({f["id"] for f in plain["findings"]}) == len(plain["findings"])


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ({"from": "2031-05-04"}, {"from": "2031-05-06"}, "outright"),
        ("2031-05-04", {"from": "2031-05-06"}, "outright"),
        ("2031-05-04", "2031-05-06", "outright"),
        ({"from": "2031-05"}, {"from": "2031-05-06"}, None),
        ("2031-05-04/2031-05-08", "2031-05-06", None),
        ({"to": "2031-05-04"}, {"from": "2031-05-06"}, "outright"),
        ({"to": "2031-05-04"}, {"from": "2031-05-02"}, None),
    ],
)
def test_one_event_on_two_dates_is_an_outright_contradiction(one, other, status):
    def slot(given):
        return {"time": given if isinstance(given, str) else {"of": "meeting", **given}}

    dossier = pair(slot(one), slot(other))
    statements = {n: s.model_copy(update={"event": "meeting"}) for n, s in dossier.statements.items()}
    findings = found(replace(dossier, statements=statements))
    assert [(f.kind, f.aspect, f.status) for f in findings] == (
        [("contradiction", "time", status)] if status else []
    )


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ({"low": 30, "unit": "thousand troops"}, {"low": 30000, "unit": "troops"}, None),
        ({"low": 30, "unit": "thousand troops"}, {"low": 30, "unit": "troops"}, "contradiction"),
        ({"low": 1, "unit": "observer"}, {"low": 2, "unit": "observers"}, "contradiction"),
        ({"low": 1.5, "unit": "million"}, {"low": 1500, "unit": "thousand"}, None),
    ],
)
def test_units_are_read_with_their_scale(one, other, kind):
    dossier = pair({"number": {"of": "meeting", **one}}, {"number": {"of": "meeting", **other}})
    assert [f.kind for f in found(dossier)] == ([kind] if kind else [])


def numbers(one, other):
    return small(
        [
            statement("a1", "a", WANTS_A, objects=["observers"], slots={"number": 40}, **one),
            statement("b1", "b", WOULD_B, objects=["observers"], slots={"number": 60}, **other),
        ]
    )


def test_a_number_without_a_subject_is_about_the_first_object():
    (finding,) = found(numbers({}, {}))
    assert (finding.kind, finding.aspect, finding.status) == ("contradiction", "number", "outright")


def test_two_holders_who_ask_for_different_numbers_disagree_and_contradict_nothing():
    demand = {"type": "demand", "attribution": "indirect speech"}
    dossier = numbers({"actor": "envoy", **demand}, {"actor": "rebels", **demand})
    assert not found(dossier)
    (finding,) = found(dossier, "actor_disagreement")
    assert (finding.aspect, finding.statements) == ("number", ("a1", "b1"))
    assert finding.details["holders"] == ["envoy", "rebels"]
    same = numbers({"actor": "envoy", **demand}, {"actor": "envoy", **demand})
    assert [f.kind for f in found(same)] == ["contradiction"]


def test_a_finding_on_a_changed_passage_is_unconfirmed():
    dossier = pair({"place": {"of": "meeting", "is": "Vienna"}}, {"place": {"of": "meeting", "is": "Prague"}})
    (sure,) = found(dossier)
    assert "unconfirmed" not in sure.details
    held = dossier.statements["b1"].model_copy(update={"held": Held(state="changed")})
    changed = replace(dossier, statements={**dossier.statements, "b1": held})
    (finding,) = found(changed)
    assert finding.details["unconfirmed"] == ["b1"]
    assert finding.explanation.endswith("Unconfirmed, the text has changed: b1.")
    assert all("unconfirmed" in f.details for f in compare(changed).findings if "b1" in f.statements)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Velin harbour", "Velin"), ("near Velin", "Velin"), ("the north hall", "North Hall, Velin")],
)
def test_a_place_described_more_closely_is_no_contradiction(one, other):
    assert not found(pair({"place": {"of": "meeting", "is": one}}, {"place": {"of": "meeting", "is": other}}))


@pytest.mark.parametrize(
    ("one", "other", "status"),
    [
        ("President of Ruritania", "President of Borduria", "outright"),
        ("President of Ruritania", "President of France", "outright"),
        ("mayor of Velin", "mayor of Korth", "reconcilable"),
        ("Minister of Health", "Minister of Finance", "reconcilable"),
        ("President of the Republic", "French President", None),
        ("President of Ruritania", "President of Ruritania since 2020", None),
        ("President", "President of Ruritania", None),
        ("Ruritanian President", "President of Ruritania", None),
    ],
)
def test_offices_of_bodies_that_no_list_names(one, other, status):
    findings = found(pair({"office": one}, {"office": other}))
    assert [f.status for f in findings] == ([status] if status else [])


def test_two_weekdays_of_one_event_do_not_go_together():
    one, other = ({"time": {"of": "meeting", "text": day}} for day in ("on Sunday", "Tuesday morning"))
    (finding,) = found(pair(one, other))
    assert (finding.kind, finding.aspect, finding.status) == ("contradiction", "time", "reconcilable")


def test_a_second_coder_on_the_same_passage_makes_no_claim_of_one_account():
    def coded(name, account, words, coder, **fields):
        return statement(name, account, words, actor="envoy", coder=coder, **fields)

    rows = [
        coded("a1", "a", MET_A, "one"),
        coded("b1", "b", MET_B, "one"),
        coded("a9", "a", MET_A, "two"),
        coded("a2", "a", MET_A, "one"),
    ]
    dossier = small(rows, [proposition("P1", {"a1": "explicit", "b1": "explicit"})])
    assert [f.statements for f in found(dossier, "single_source")] == [("a2",)]


def measured(figure, unit, **more):
    return {"number": {"of": "observers", "low": float(figure), "high": float(figure), "unit": unit, **more}}


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ((10, "km"), (20, "miles"), ["contradiction"]),
        ((10, "km"), (6.2, "miles"), []),
        ((10, "km"), (10000, "metres"), []),
        ((2, "weeks"), (14, "days"), []),
        ((2, "weeks"), (10, "days"), ["contradiction"]),
        ((50, "%"), (50, "percent"), []),
        ((50, "%"), (0.5, "of"), []),
        ((50, "%"), (60, "percent"), ["contradiction"]),
        ((5, "million euros"), (5, "million dollars"), ["not_compared"]),
        ((5, "million euros"), (5, "million EUR"), []),
        ((400, "monitors"), (300, "observers"), ["not_compared"]),
        ((5, "tonnes"), (5000, "kg"), []),
        ((100, "km per hour"), (62, "miles per hour"), []),
        ((1, "square km"), (100, "hectares"), []),
        ((3, "km"), (3, "kg"), ["not_compared"]),
        ((5, "pounds"), (5, "euros"), ["not_compared"]),
        ((1.1, "million euros"), (1100, "thousand euros"), []),
        ((12, "nautical miles"), (22.2, "km"), []),
        ((2, "MW"), (2000, "kilowatts"), []),
        ((70, "mph"), (112.7, "km/h"), []),
        ((5, "barrels"), (795, "litres"), []),
        ((5, "percentage points"), (5, "percent"), ["not_compared"]),
        ((20, "celsius"), (68, "fahrenheit"), []),
        ((2, "bn euros"), (2000, "million EUR"), []),
    ],
)
def test_numbers_are_compared_by_what_their_units_measure(one, other, kinds):
    findings = found(pair(measured(*one), measured(*other)), "contradiction", "difference", "not_compared")
    assert [f.kind for f in findings] == kinds


def test_what_was_converted_and_what_was_not_compared_is_said():
    (clash,) = found(pair(measured(10, "km"), measured(20, "miles")))
    assert "20 miles are 32.2 km." in clash.explanation
    (money,) = found(pair(measured(5, "million euros"), measured(5, "million dollars")), "not_compared")
    assert "two currencies, and no rate is given" in money.explanation
    assert money.statements == ("a1", "b1")


def test_the_vocabulary_says_which_units_are_the_same():
    slots = measured(400, "monitors"), measured(300, "observers")
    values = {"observer": value("Observer", aliases=["monitor"])}
    (finding,) = found(pair(*slots, values=values), "contradiction", "difference", "not_compared")
    assert (finding.kind, finding.status) == ("contradiction", "outright")
    agreeing = {"o": value("observer", agrees=["m"]), "m": value("monitor")}
    (finding,) = found(pair(*slots, values=agreeing), "contradiction", "difference", "not_compared")
    assert finding.kind == "contradiction"


def test_a_wish_is_no_contradiction_of_an_estimate():
    dossier = pair(measured(40, "observers"), measured(60, "observers"))
    statements = dict(dossier.statements)
    statements["a1"] = statements["a1"].model_copy(update={"type": "demand"})
    statements["b1"] = statements["b1"].model_copy(update={"type": "assessment", "actor": "hosts"})
    (finding,) = found(replace(dossier, statements=statements))
    assert finding.kind == "difference" and "A wish does not contradict it" in finding.explanation


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        ("joins the talks", "does not join the talks", [("contradiction", "outright")]),
        ("said it", "never said it", [("contradiction", "outright")]),
        ("may sign", "will sign", [("difference", "")]),
        ("will sign", "signs", []),
        ("may sign", "will not sign", [("contradiction", "outright")]),
        ("hosts attack rebels", "rebels attack hosts", [("contradiction", "outright")]),
    ],
)
def test_never_and_may_change_what_a_value_says(one, other, kinds):
    slots = ({"position": {"of": "envoy", "on": "talks", "is": words}} for words in (one, other))
    assert [(f.kind, f.status) for f in found(pair(*slots))] == kinds
