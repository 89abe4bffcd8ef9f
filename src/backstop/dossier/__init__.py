"""What was said: sources, anchors, statements, propositions and the comparison of accounts."""
