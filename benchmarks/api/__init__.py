"""Measure how the `openai` backend finds out how many requests a provider allows."""
