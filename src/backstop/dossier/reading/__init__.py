"""Reading a dossier: its documents, their texts in parts with the passages coded, and words looked for."""
