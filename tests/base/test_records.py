from typing import Annotated, Literal

import pytest
from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError

from backstop.base.faults import Place
from backstop.base.json_text import RepeatedKey, json_value
from backstop.base.records import Record, mismatches, validated, within

Listed = BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)


class Circle(Record):
    radius: float = Field(description="Half the width.")


class Box(Record):
    sides: Annotated[tuple[float, float], Listed]
    holds: "Shape | None" = None


Shape = Annotated[
    Annotated[Circle, Tag("circle")] | Annotated[Box, Tag("box")],
    Discriminator(
        lambda value: ("circle" if "radius" in value else "box") if isinstance(value, dict) else None,
        custom_error_type="shape",
        custom_error_message="expected a circle or a box",
    ),
]
Box.model_rebuild()


class Drawing(Record):
    colour: Literal["red", "dark blue"]
    shapes: dict[str, Shape] = Field(default_factory=dict)
    frames: Annotated[tuple[Box, ...], Listed] = ()
    from_: str = Field(default="", alias="from")


RED = {"colour": "red"}


def faults(data):
    record, found = validated(Drawing, data, within(Place("f.yaml", 3)))
    assert (record is None) == bool(found)
    return [str(fault) for fault in found]


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ({}, "colour: the record has no colour, which is required; add it"),
        ({"colour": "blue"}, "colour: red or dark blue is expected, and this is the text 'blue'"),
        (
            {"colour": "dark blu"},
            "colour: red or dark blue is expected, and this is the text 'dark blu'; did you mean",
        ),
        ({"colour": 3}, "colour: red or dark blue is expected, and this is the number 3"),
        (RED | {"form": "x"}, "form: form is not a field here; did you mean from?"),
        (RED | {"from_": "x"}, "from_: from_ is not a field here; did you mean from?"),
        (RED | {"from": 3}, 'from: a text is expected, and this is the number 3; put it in quotes: "3"'),
        (RED | {"shapes": []}, "shapes: a mapping of names is expected, and this is a list"),
        (RED | {"shapes": {7: {"radius": 1}}}, "shapes.7: a name must be a text, and this is the number 7"),
        (
            RED | {"shapes": {"a": {"radius": 1, "sids": 2}}},
            "shapes.a.sids: sids is not a field here; valid fields",
        ),
        (RED | {"shapes": {"box": {}}}, "shapes.box.sides: box has no sides, which is required"),
        (
            RED | {"shapes": {"box": {"sides": [1, 2], "holds": {"radius": "x"}}}},
            "shapes.box.holds.radius: input should be a valid number, and this is the text 'x'",
        ),
        (RED | {"frames": [{"sides": [1]}]}, "frames.0.sides.1: a further value is expected here"),
        (RED | {"frames": [{}]}, "frames.0.sides: the entry has no sides, which is required"),
        (
            RED | {"frames": ["x"]},
            "frames.0: a mapping with sides, holds is expected, and this is the text 'x'",
        ),
        ([], "a mapping with colour, shapes, frames, from is expected, and this is a list"),
    ],
)
def test_a_fault_says_where_and_what(data, wanted):
    (found,) = faults(data)
    assert found.startswith(f"f.yaml:3 {wanted}" if isinstance(data, dict) else f"f.yaml:3: {wanted}")


def test_all_faults_are_told_at_once():
    assert len(faults({"shapes": {"a": {"radius": "x"}, "b": 3}, "more": 1})) == 4


def test_an_added_field_says_what_it_means():
    data = RED | {"shapes": {"box": {"sides": [1, 2], "holds": {"radius": None, "from": 1}}}}
    with pytest.raises(ValidationError) as caught:
        Drawing.model_validate(data)
    radius, from_ = mismatches(Drawing, caught.value, data)
    assert (radius.path, radius.owner, radius.found) == (("shapes", "box", "holds", "radius"), Circle, None)
    assert (from_.path[-1], from_.is_key) == ("from", True)


def test_a_record_is_frozen_and_strict():
    circle = Circle(radius=1.0)
    with pytest.raises(ValidationError):
        circle.radius = 2.0
    with pytest.raises(ValidationError):
        Circle(radius=float("nan"))
    with pytest.raises(ValidationError):
        Circle(radius="1")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('{"a": 1, "b": 2, "a": 3}', RepeatedKey, "the key 'a' stands twice"),
        ("[NaN]", ValueError, "NaN is not a number of JSON"),
        ("[-Infinity]", ValueError, "Infinity is not"),
        ("[1", ValueError, "delimiter"),
        ("[" * 100_000, ValueError, "nested too deeply"),
    ],
)
def test_json_is_read_strictly(text, error, words):
    with pytest.raises(error, match=words):
        json_value(text)
