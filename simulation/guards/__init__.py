"""Checks of a study's dialogues by guards: requests, workers, results and their part of a run's page."""
