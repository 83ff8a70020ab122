"""Signals to apps that store or show more about a study than the sender knows."""

from django.dispatch import Signal

persona_leaving = Signal()
"""``persona``: its participant withdraws. Receivers delete data derived from it, within the same transaction."""
dialogue_over = Signal()
"""``dialogue``: it ends or is deleted with the current transaction. Receivers refresh pages that show it afterwards."""
study_copied = Signal()
"""``study``, ``copy``: within the transaction that creates the copy. Apps that add settings to a study copy them."""
study_changed = Signal()
"""``study``, ``fields``: a researcher has changed these, within the transaction that stores them. Apps that add
settings to a study adapt them, and return sentences about that for the researcher."""
