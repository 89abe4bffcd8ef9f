"""Expressions: their grammar, their tree, their values."""
