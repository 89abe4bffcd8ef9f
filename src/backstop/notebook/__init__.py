"""What a notebook calls: the questions as functions, with the same answers as the commands, and the report's charts."""
