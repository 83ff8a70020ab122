"""Evaluators: eligibility, assignments, personal data and withdrawal."""
