"""Results of the graph model as data, words and pictures."""
