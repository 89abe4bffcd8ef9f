"""The pieces of reading and changing YAML: its parser, its scalars, what its errors mean, and changes in place."""
