"""`backstop dossier`: the commands on documents and codings."""
