"""Editing the scenario of a served study: checked as it is written, solved anew, saved as a new file."""
