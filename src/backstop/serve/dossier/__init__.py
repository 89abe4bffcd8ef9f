"""The dossier of a served study: its documents and codings read and changed from a page."""
