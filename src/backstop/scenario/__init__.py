"""What is assumed: the scenario file, its expressions and distributions, and the compiled model."""
