"""A hidden type in the program: what others believe of it, and how they learn from what they see."""
