"""Signals to the apps above, which keep data of their own about evaluators."""

from django.dispatch import Signal

evaluator_leaving = Signal()
"""``evaluator`` withdraws. Receivers delete all data derived from the answers, in the same transaction."""
