"""Evaluators' way: from the link to the completion code."""
