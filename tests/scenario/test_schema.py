from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from tests.support.broken_scenarios import BASE, broken

from backstop.base.document import read_document
from backstop.scenario.format.schema import committed, schema_text
from backstop.scenario.template import template, templates

STUDIES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*/scenario.yaml"))


@pytest.fixture(scope="module")
def validator():
    made = json.loads(committed())
    jsonschema.Draft7Validator.check_schema(made)
    return jsonschema.Draft7Validator(made)


def test_committed_schema_is_the_generated_one():
    assert committed() == schema_text()


def test_draft_7_only():
    text = committed()
    assert "$defs" not in text
    assert "prefixItems" not in text


def test_every_field_has_a_description():
    made = json.loads(committed())
    fields = {
        f"{name}.{field}": content
        for name, record in {"Scenario": made, **made["definitions"]}.items()
        for field, content in record.get("properties", {}).items()
    }
    assert len(fields) > 100
    assert [name for name, content in fields.items() if not {"description", "$ref"} & set(content)] == []


@pytest.mark.parametrize("name", templates())
def test_templates_fit(validator, name):
    validator.validate(read_document(template(name).encode(), name).data)


@pytest.mark.parametrize("path", STUDIES, ids=[path.parent.name for path in STUDIES])
def test_examples_fit(validator, path):
    validator.validate(read_document(path.read_bytes(), path.name).data)


def test_the_sound_file_fits(validator):
    validator.validate(json.loads(json.dumps(read_document(BASE.encode(), "f").data)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("question:", "querstion:"),
        ("years: 10", "years: ten"),
        ("period: year", "period: week"),
        ("title: A border", "title: 2024"),
        ("range: [0, 100]", "range: [0]"),
        ("comply: quiet", "comply: 3"),
        ("absorbing: true", "absorbing: yes"),
        ("  north: {", "  2north: {"),
        ("lasting: {avoid: [war]}", "lasting: {avoid: [war], reach: [war]}"),
        ("war: {absorbing: true}", "war: {}"),
        ("default: 0", "default:"),
        ("[spread, ceiling, 0.4]", "[spread, ceiling]"),
    ],
)
def test_mistakes_do_not_fit(validator, old, new):
    text, _ = broken(old, new)
    assert list(validator.iter_errors(read_document(text.encode(), "f").data))
