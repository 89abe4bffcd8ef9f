"""Claims, sensitivity, scenario discovery, packages and the value of information."""
