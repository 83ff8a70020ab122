"""Researchers' pages of the chat study: recruitment, opening, progress, export."""
