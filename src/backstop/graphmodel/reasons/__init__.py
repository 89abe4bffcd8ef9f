"""The reason for every cell of a stability analysis."""
