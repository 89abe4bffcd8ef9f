"""Claims judged world by world, with counter-examples and where they fail."""
