"""The sections of a report: each turns findings into blocks, and says nothing that the numbers do not."""
