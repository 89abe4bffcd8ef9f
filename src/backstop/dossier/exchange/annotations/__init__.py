"""Web annotations and their kin, both ways."""
