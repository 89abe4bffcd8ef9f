"""What all rooms stand on: faults, files, YAML with places, words."""
