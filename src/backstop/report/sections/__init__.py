"""The sections of a report: each puts some of the material into blocks."""
