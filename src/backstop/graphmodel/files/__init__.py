"""Conflicts read from files."""
