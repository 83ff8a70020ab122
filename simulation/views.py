"""Doors to studies, runs and dialogues."""
