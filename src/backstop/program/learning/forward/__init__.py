"""Figures of a game with a hidden type, computed forwards over phases and beliefs."""
