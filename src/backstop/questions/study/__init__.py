"""Questions about a study: drivers, packages, conditions, camps, forms, value of information."""
