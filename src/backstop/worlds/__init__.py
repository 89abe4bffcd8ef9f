"""Many draws: sampling, weights, evaluation in blocks, and the result."""
