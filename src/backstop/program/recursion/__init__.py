"""A pair of worlds solved backwards: plays, the tail beyond the horizon, and the periods before it."""
