"""What would change what is stable."""
