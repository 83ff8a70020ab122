"""A preview of an evaluation as evaluators see it, for researchers. Nothing is stored, and nothing is frozen."""
