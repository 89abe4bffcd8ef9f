"""A report as HTML, Markdown, JSON and PDF."""
