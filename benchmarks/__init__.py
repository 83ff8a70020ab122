"""Repeatable measurements: each benchmark builds its models and prints a comparison."""
