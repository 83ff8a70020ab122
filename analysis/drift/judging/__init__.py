"""Judges of the turns of characters: their part of the pages of a run and of a study's analysis."""
