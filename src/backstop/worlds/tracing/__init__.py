"""One world laid open: what it consists of, a phase of it, and a world with hidden types."""
