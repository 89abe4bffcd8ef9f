"""The tail where others learn: groups of phases, at a few beliefs and at all."""
