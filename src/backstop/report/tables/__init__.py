"""Tables, the same for terminal and page."""
