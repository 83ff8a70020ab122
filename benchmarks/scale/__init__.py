"""Measure large runs: more workers, the cost of a turn outside the model, and the pages and memory of 100,000 cells."""
