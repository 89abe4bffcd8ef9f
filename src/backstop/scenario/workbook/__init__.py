"""A study's assumptions as a workbook that a colleague fills in without YAML, and back."""
