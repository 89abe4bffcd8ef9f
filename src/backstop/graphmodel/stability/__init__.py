"""Stability concepts."""
