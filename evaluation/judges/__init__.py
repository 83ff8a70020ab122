"""Model judges: their prompt, their answers, their runs and results."""
