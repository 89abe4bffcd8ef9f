"""What a served page asks of Python: each request is a command of its own, in a process that can be stopped."""
