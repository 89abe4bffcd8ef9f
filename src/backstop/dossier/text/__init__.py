"""Texts: canonical form, extraction, sentences, quotations, speakers, likeness."""
