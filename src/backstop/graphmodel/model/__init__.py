"""The conflict: options, states, moves, preferences."""
