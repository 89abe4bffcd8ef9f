"""Coding by hand: statements entered, revised and withdrawn, links made, and findings passed over."""
