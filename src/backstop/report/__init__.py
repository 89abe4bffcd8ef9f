"""What a study says: its tables, charts and report."""
