"""Signals to the apps above, which keep data of their own about answers."""

from django.dispatch import Signal

answers_leaving = Signal()
"""``answer_set``: it is about to be deleted in the current transaction. Receivers that need it raise BenchmarkRefused."""
judged_elsewhere = Signal()
"""``benchmark``, ``split``: a table of results is made. Receivers return lists of ``characters.judging.findings.Findings``."""
