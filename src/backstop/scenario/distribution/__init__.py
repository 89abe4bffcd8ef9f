"""Distributions of uncertain parameters."""
