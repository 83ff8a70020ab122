"""Runs of a study side by side: their settings, their figures, and the dialogues of the same persona, goal and seed."""
