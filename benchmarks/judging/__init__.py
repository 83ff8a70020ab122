"""Measure how long many evaluators on one server process wait for the next pair, and check that nothing is lost."""
