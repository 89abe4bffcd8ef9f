from dataclasses import replace

import pytest
from tests.dossier.building import proposition, small, statement

from backstop.base.faults import InvalidInput
from backstop.dossier.consistency import faults_of
from backstop.dossier.record import Actor, Term
from backstop.dossier.vocabulary import renamed


@pytest.fixture
def dossier():
    return small(
        [
            statement(
                "a1",
                "a",
                "He wants 40 observers on the lake",
                actor="envoy",
                objects=["observers", "patrols"],
                target_actors=["rebels"],
                condition={"form": "if", "text": "x", "on": ["truce"]},
                event="meeting",
                slots={
                    "participants": {"of": "meeting", "members": ["envoy"], "excluded": ["rebels"]},
                    "position": {"on": "observers", "is": "for", "polarity": "+"},
                },
            )
        ],
        [proposition("P1", {"a1": "explicit"}, asserted_by=["envoy"])],
        actors={
            "envoy": Actor(name="The Envoy", aliases=("envoy",), part_of=("hosts",)),
            "rebels": Actor(name="Rebels"),
            "hosts": Actor(name="Hosts"),
        },
    )


@pytest.mark.parametrize(
    ("part", "old"),
    [
        ("actors", "envoy"),
        ("actors", "rebels"),
        ("objects", "observers"),
        ("objects", "truce"),
        ("events", "meeting"),
    ],
)
def test_a_new_name_reaches_every_place(dossier, part, old):
    found = renamed(dossier, part, old, "fresh")
    assert not faults_of(found)
    assert found.register.renamed == {old: "fresh"}
    dumped = str([s.as_dict() for s in found.statements.values()]) + str(
        [p.as_dict() for p in found.propositions.values()]
    )
    assert f"'{old}'" not in dumped
    assert list(getattr(found.register, part)).index("fresh") == list(getattr(dossier.register, part)).index(
        old
    )


def test_there_and_back_is_the_same(dossier):
    back = renamed(renamed(dossier, "objects", "observers", "fresh"), "objects", "fresh", "observers")
    assert back.statements == dossier.statements
    assert back.register.objects == dossier.register.objects


def test_merging_keeps_labels_as_aliases_and_codings_once(dossier):
    objects = {
        **dossier.register.objects,
        "patrols": Term(title="Lake patrols", aliases=("boats",), note="n"),
    }
    dossier = replace(dossier, register=dossier.register.model_copy(update={"objects": objects}))
    found = renamed(dossier, "objects", "patrols", "observers")
    assert found.statements["a1"].objects == ("observers",)
    assert found.register.objects["observers"].aliases == ("Lake patrols", "boats")
    assert found.register.objects["observers"].note == "n"
    assert len(found.statements) == len(dossier.statements)


def test_an_unknown_entry_is_named_with_the_nearest(dossier):
    with pytest.raises(InvalidInput, match="did you mean observers"):
        renamed(dossier, "objects", "observer", "x")


def test_an_actor_of_the_same_id_is_left_alone(dossier):
    actors = {
        **dossier.register.actors,
        "truce": Actor(name="Truce Watch"),
        "cell": Actor(name="Cell", part_of=("truce",)),
    }
    dossier = replace(dossier, register=dossier.register.model_copy(update={"actors": actors}))
    found = renamed(dossier, "objects", "truce", "armistice")
    assert found.register.actors["cell"].part_of == ("truce",)
    assert found.statements["a1"].condition.on == ("armistice",)


def test_merging_leaves_no_entry_a_part_of_itself(dossier):
    objects = {
        **dossier.register.objects,
        "patrols": Term(title="Lake patrols", part_of=("observers", "talks")),
    }
    dossier = replace(dossier, register=dossier.register.model_copy(update={"objects": objects}))
    found = renamed(dossier, "objects", "patrols", "observers")
    assert found.register.objects["observers"].part_of == ("talks",)
