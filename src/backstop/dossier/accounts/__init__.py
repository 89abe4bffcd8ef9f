"""Accounts compared: agreement, contradiction, corroboration, independence."""
