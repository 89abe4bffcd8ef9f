"""What a report is made of, computed once."""
