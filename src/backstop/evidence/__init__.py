"""What a number, measure or claim rests on: the dossier of a study, its data references, and what cites them."""
