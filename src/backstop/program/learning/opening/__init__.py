"""Plays with a hidden type laid open."""
