"""The brief: the first page of a report."""
