"""Checks of a scenario file: every error at once, each with its place."""
