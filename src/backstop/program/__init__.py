"""A scenario as one small program that Python and a browser run alike."""
