"""Descriptions of characters by language models, and the audit of what these know."""
