"""Dialogues in files: JSON lines and tables, written completely and counted."""
