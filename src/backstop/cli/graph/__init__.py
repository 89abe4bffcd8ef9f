"""`backstop graph`: the commands on conflicts without numbers."""
