"""Dialogues in files: lines of JSON and tables, written whole and counted."""
