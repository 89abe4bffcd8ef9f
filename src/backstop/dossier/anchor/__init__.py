"""Anchors of statements in texts, and whether they still hold."""
