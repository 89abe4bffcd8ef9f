"""REFI-QDA, the exchange format of programs for qualitative analysis: codebooks and projects, both ways."""
