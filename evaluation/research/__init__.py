"""Researchers' pages of evaluations: plans, progress and results."""
