"""The Graph Model for Conflict Resolution: stable outcomes from preferences without numbers."""
