"""Charts, tables and reports."""
