"""The dossier in other programs' formats, in and out."""
