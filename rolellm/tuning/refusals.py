"""Tunings that cannot be."""


class TuningRefused(Exception):
    """Something about a tuning or its adapter that another attempt would not change; the message is one sentence that says
    what to do."""
