"""The live page: a report that solves the study anew where it is read, in one file or served."""
