"""The scenario file (`backstop/1`) as types, and its JSON Schema."""
