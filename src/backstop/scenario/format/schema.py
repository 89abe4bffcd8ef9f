"""The JSON Schema of the scenario file, generated from its types, for editors that complete and check as one types."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from backstop.scenario.format.claims import CLAIM_KINDS
from backstop.scenario.format.facts import FACT_KINDS
from backstop.scenario.format.quantities import DISTRIBUTION_KINDS
from backstop.scenario.format.scenario import KINDS, METRIC_KINDS, Scenario

FILE = "backstop-1.schema.json"
"""The name of the schema's file."""

_DRAFT = "http://json-schema.org/draft-07/schema#"

# The records of which exactly one of some keys must be given.
_ONE_OF: dict[str, tuple[str, ...]] = {
    "Among": ("reach", "avoid"),
    "Claim": CLAIM_KINDS,
    "Metric": METRIC_KINDS,
    "Fact": FACT_KINDS,
    "Spread": ("value", *DISTRIBUTION_KINDS),
    "Camp": ("value", *DISTRIBUTION_KINDS),
    "Parameter": ("value", *DISTRIBUTION_KINDS, "estimate", "experts"),
}


class _Draft7(GenerateJsonSchema):
    """Pydantic's generator without what the file does not allow (null) or editors do not need."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        # None marks what is left out; in the file itself nothing may be written as null.
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if "default" in schema and schema["default"] is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 7, which YAML editors read) of `backstop/1`."""
    made = Scenario.model_json_schema(schema_generator=_Draft7, ref_template="#/definitions/{model}")
    definitions = made.pop("$defs")
    for name, keys in _ONE_OF.items():
        definitions[name]["oneOf"] = [{"required": [key]} for key in keys]
    definitions["Phase"]["oneOf"] = [
        {"required": ["play"], "properties": {"absorbing": {"const": False}}},
        {
            "required": ["absorbing"],
            "properties": {"absorbing": {"const": True}},
            "not": {"required": ["play"]},
        },
    ]
    for section in KINDS:
        made["properties"][section]["propertyNames"] = {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
    plain = _plain({**made, "definitions": dict(sorted(definitions.items()))})
    assert isinstance(plain, dict)
    return {"$schema": _DRAFT, "title": "Backstop scenario (backstop/1)", **plain}


def schema_text() -> str:
    """The schema as it is printed and committed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def committed() -> str:
    """The text of the schema that comes with the package."""
    return resources.files("backstop.scenario").joinpath(FILE).read_text(encoding="utf-8")


def _plain(value: Any, names: bool = False) -> Any:
    """A schema without generated titles, and with nothing beside a reference, where draft 7 would not see it.

    `names` says that the keys of `value` are names of fields or definitions, not words of JSON Schema.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _plain(item, key in ("properties", "definitions") and not names)
        for key, item in value.items()
        if names or key != "title" or not isinstance(item, str)
    }
    if "$ref" in kept and len(kept) > 1 and not names:
        return {"allOf": [{"$ref": kept.pop("$ref")}], **kept}
    return kept
