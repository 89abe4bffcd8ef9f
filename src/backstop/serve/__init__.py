"""A study served to a browser on this machine: the live page, and what it cannot do without Python."""
